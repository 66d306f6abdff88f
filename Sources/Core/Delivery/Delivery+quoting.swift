package import Formats
import Messages
package import People
package import Store

/// What a message of ours was about, for an answer that points at it.
extension Delivery {
  package struct Quoted: Sendable {
    /// What the turn that said it left to point at, as the conversation stored it.
    package var about: JSON?
    /// What its buttons do.
    package var calls: [Press] = []
  }

  package struct Press: Sendable {
    package var action: String
    package var arguments: JSONObject
  }

  /// - Parameters:
  ///   - id: the platform's own of the message.
  ///   - reach: where it was shown; another chat's message of that number is another.
  /// - Returns: `nil` where no such message is known any more.
  package func quoted(_ id: String, at reach: PeopleBook.Reach, in store: TenantStore) async throws -> Quoted? {
    let (door, chat) = (reach.address.door, reach.chat)
    return try await store.read { reader in
      let row = try reader.first(
        """
        SELECT payload, about FROM outbox WHERE tenant = :tenant AND external_id = ? AND door = ? AND chat = ?
        """, id, door, chat
      ) { (message: OutboundMessage(stored: $0.text(0)), about: $0.optionalText(1)) }
      guard let row else { return nil }
      var quoted = Quoted(about: row.about.flatMap { try? JSON.parse($0) })
      for button in row.message?.buttons ?? [] {
        let call = try reader.first(
          "SELECT action, arguments FROM buttons WHERE tenant = :tenant AND id = ?", button.id
        ) { Press(action: $0.text(0), arguments: (try? JSON.parse($0.text(1)))?.object ?? [:]) }
        if let call { quoted.calls.append(call) }
      }
      return quoted
    }
  }
}
