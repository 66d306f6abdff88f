package import Base
package import Crypto
package import Delivery
import Formats
package import HTTP
import Messages
import People

package import Text

/// Tells another program what a person is told, by a signed call (standardwebhooks.com). Nothing comes in by it.
///
/// The addresses were typed in, so each call is guarded: no private network but those that the owner opened.
package final class WebhookDoor: OutboundDoor {
  package let name = PeopleBook.webhookDoor
  package let pace = Pace(perChat: 5, chatBurst: 20, total: 20)

  private let transport: any HTTPTransport
  private let openNetworks: [IPNetwork]
  private let masterKey: SecretKey
  private let clock: any WallClock
  private let reader: @Sendable (PersonID) -> (name: String, language: Language)

  /// - Parameter openNetworks: of the house; there an address in numbers may be called without TLS.
  package init(
    transport: any HTTPTransport, openNetworks: [IPNetwork] = [], masterKey: SecretKey, clock: any WallClock,
    reader: @escaping @Sendable (PersonID) -> (name: String, language: Language) = { _ in ("", .english) }
  ) {
    self.transport = transport
    self.openNetworks = openNetworks
    self.masterKey = masterKey
    self.clock = clock
    self.reader = reader
  }

  package func send(_ item: OutboxItem, picture: KeptFile?) async -> SendOutcome {
    let body = payload(item, hasFile: picture != nil).bytes()
    let (id, now) = ("msg_\(item.id)", clock.now.microseconds / 1_000_000)
    let signer = StandardWebhook(of: item.address.user, masterKey: masterKey)
    let request: HTTPClientRequest
    do {
      request = try .webhook(
        to: item.address.user, id: id, timestamp: now,
        signatures: [signer.signature(id: id, timestamp: now, body: body)], body: body, openNetworks: openNetworks)
    } catch {
      return .unreachable(reason: (error as? HTTPClientError)?.sentence ?? "That is no address.")
    }
    // a repeat is known by its id
    do {
      return outcome(of: try await transport.send(request))
    } catch let error as HTTPClientError {
      switch error.kind {
      case .blocked, .invalid: return .unreachable(reason: error.sentence)
      case .tooLarge: return .sent(externalID: id)
      default:
        return error.outcome == .notSent
          ? .retry(after: nil, reason: error.sentence, piecesSent: 0) : .unknown(reason: error.sentence, piecesSent: 0)
      }
    } catch {
      return .unknown(reason: "The call was cut short.", piecesSent: 0)
    }
  }

  func payload(_ item: OutboxItem, hasFile: Bool) -> JSON {
    let reader = reader(item.person)
    var data: JSON = [
      "id": .string(item.id),
      "person": [
        "id": .string(item.person.text), "name": .string(reader.name), "language": .string(reader.language.code),
      ],
      "text": .string(item.message.text.text), "urgent": .bool(item.urgency == .emergency), "has_file": .bool(hasFile),
      "buttons": JSON(item.message.buttons.map(\.label)),
    ]
    if let purpose = item.message.purpose { data["purpose"] = .string(purpose) }
    if let place = item.message.location {
      data["location"] = ["lat": .number(place.latitude), "lon": .number(place.longitude)]
    }
    return ["type": "message.told", "timestamp": .string(item.createdAt.description), "data": data]
  }

  private func outcome(of response: HTTPClientResponse) -> SendOutcome {
    let reason = "The webhook answered \(response.status)."
    switch response.status {
    case 200..<300: return .sent(externalID: nil)
    // the receiver wants no more of it
    case 410: return .unreachable(reason: reason)
    case 408, 425, 429, 500...: return .retry(after: response.retryAfter, reason: reason, piecesSent: 0)
    default: return .refused(reason: reason)
    }
  }
}
