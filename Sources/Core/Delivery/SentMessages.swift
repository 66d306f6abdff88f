package import Base
import Formats
package import Messages
package import Store

/// A message that was committed for a person, as the web page shows it again.
package struct SentMessage: Sendable {
  package let id: String
  package let door: String
  package let message: OutboundMessage
  package let at: Instant
  /// Ids of buttons that a tap would no longer move.
  package let closedButtons: Set<String>
  /// Which were pressed, and when.
  package let pressed: [String: Instant]
}

extension TenantReader {
  /// What was written for a person from a time on, oldest first; at most `limit`, the newest ones.
  ///
  /// Ids are UUIDv7, so the time is a range of the key.
  package func sentMessages(to person: PersonID, from: Instant, limit: Int) throws -> [SentMessage] {
    let rows = try query(
      """
      SELECT id, door, payload, created_at FROM outbox
      WHERE tenant = :tenant AND id >= ? AND person = ? AND created_at >= ? ORDER BY id DESC LIMIT ?
      """, Self.lowestID(at: from - .seconds(60)), person, from, limit
    ) { row in (id: row.text(0), door: row.text(1), payload: row.text(2), at: row.instant(3)) }
    return try rows.reversed().compactMap { row in
      guard let message = OutboundMessage(stored: row.payload) else { return nil }
      // one of them was pressed: the others are closed, as they were on the page where it happened
      var (isAnswered, pressed) = (false, [String: Instant]())
      for button in message.buttons {
        let used = try first(
          "SELECT used_at, is_single_use FROM buttons WHERE tenant = :tenant AND id = ? AND used_at IS NOT NULL",
          button.id
        ) { (at: $0.instant(0), isLast: $0.bool(1)) }
        guard let used else { continue }
        pressed[button.id] = used.at
        if used.isLast { isAnswered = true }
      }
      let closed = try message.buttons.filter { button in
        try isAnswered
          || !exists(
            "SELECT 1 FROM buttons WHERE tenant = :tenant AND id = ? AND used_at IS NULL AND expires_at > ?", button.id,
            now)
      }
      return SentMessage(
        id: row.id, door: row.door, message: message, at: row.at, closedButtons: Set(closed.map(\.id)),
        pressed: pressed)
    }
  }

  /// No UUIDv7 of that millisecond or later sorts before it.
  private static func lowestID(at instant: Instant) -> String {
    let digits = String(max(0, instant.microseconds / 1_000), radix: 16)
    let padded = String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    return padded.prefix(8) + "-" + padded.suffix(4)
  }
}
