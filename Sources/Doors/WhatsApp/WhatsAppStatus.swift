package import Base
package import Delivery
import Formats

/// How far one of our messages has come, as the platform tells in any order and more than once.
package struct WhatsAppStatus: Sendable, Hashable {
  package typealias State = Receipt

  /// The message's id at the platform.
  package let externalID: String
  package let state: State
  package let recipient: String?
  package let at: Instant?
  /// Why it failed.
  package let faults: [WhatsAppFault]
  /// What we sent along: the outbox id.
  package let tracker: String?

  init?(_ json: JSON) {
    guard let id = WhatsAppDelivery.messageID(json["id"]), let state = json["status"].string.flatMap(State.init) else {
      return nil
    }
    externalID = id
    self.state = state
    recipient = WhatsAppDelivery.user(json["recipient_id"]) ?? WhatsAppDelivery.user(json["recipient_user_id"])
    at = WhatsAppDelivery.instant(json["timestamp"])
    faults = (json["errors"].array ?? []).prefix(8).map { WhatsAppFault($0) }
    tracker = json["biz_opaque_callback_data"].string.flatMap { $0.utf8.count <= 512 ? $0 : nil }
  }
}
