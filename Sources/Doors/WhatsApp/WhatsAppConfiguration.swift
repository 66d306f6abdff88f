import Base
package import Delivery

/// How the WhatsApp door is opened. Everything comes from the house's configuration.
package struct WhatsAppConfiguration: Sendable {
  /// Of a system user; a temporary one ends after a day.
  package var token: String
  /// Signs what arrives.
  package var appSecret: String
  /// What we chose ourselves and typed into the webhook's form.
  package var verifyToken: String
  /// The id of the number, not the number.
  package var phoneNumberID: String
  /// With the version.
  package var api: String
  package var pace: Pace
  /// What may be sent to people who have not written within a day, by purpose; `other` for the rest.
  package var templates: [String: WhatsAppTemplate]

  package init(
    token: String, appSecret: String, verifyToken: String, phoneNumberID: String,
    api: String = "https://graph.facebook.com/v23.0",
    // One message in six seconds to the same person over time, with some ahead; 80 a second for the number.
    pace: Pace = Pace(perChat: 1.0 / 6, chatBurst: 20, total: 80),
    templates: [String: WhatsAppTemplate] = [:]
  ) {
    self.token = token
    self.appSecret = appSecret
    self.verifyToken = verifyToken
    self.phoneNumberID = phoneNumberID
    self.api = api
    self.pace = pace
    self.templates = templates
  }

  /// Which first words of the keys of replies each purpose stands for.
  private static let purposes: [String: [String]] = [
    "reminder": ["reminder"], "medicine": ["dose", "medicine", "meal", "prn", "stock", "course"],
    "care": ["checkin", "appointment", "birthday", "care", "day", "report"], "alert": ["alert", "emergency"],
    "other": [],
  ]
  package static var purposeNames: [String] { purposes.keys.sorted() }

  /// - Parameter purpose: of a message.
  func template(for purpose: String?) -> WhatsAppTemplate? {
    let name = Self.purposes.first { $0.value.contains(purpose ?? "") }?.key
    return name.flatMap { templates[$0] } ?? templates["other"]
  }

  /// What keeps the door from opening.
  var problem: String? {
    func isBlank(_ text: String) -> Bool { text.utf8.allSatisfy { $0 <= 0x20 } }
    if isBlank(appSecret) {
      return
        "The WhatsApp app secret is missing: without it anybody could send us messages. It is in the app's basic settings."
    }
    if isBlank(verifyToken) {
      return "The WhatsApp verify token is missing: choose one and type it into the webhook's form."
    }
    if isBlank(token) || !token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
      return "The WhatsApp token is missing or broken: make one for a system user."
    }
    if phoneNumberID.isEmpty || !phoneNumberID.utf8.allSatisfy({ 48...57 ~= $0 }) {
      return "The WhatsApp phone number id is digits only; it is not the phone number. It is in the app's API set-up."
    }
    return nil
  }
}

package struct WhatsAppError: SpeakingError {
  package enum Kind: String, Sendable { case configuration, refused, unanswered, tooLarge }
  package let kind: Kind
  package let sentence: String
  package var code: String { "whatsapp.\(kind.rawValue)" }

  init(_ kind: Kind, _ sentence: String) {
    self.kind = kind
    self.sentence = sentence
  }
}
