import Base
import Messages
package import Store

/// How far a word that was told to somebody has come.
package enum ToldState: String, Sendable {
  /// It has not left yet.
  case waiting
  /// It left; whether it arrived nobody can tell.
  case sent
  case delivered, read
  /// It could not be delivered.
  case failed
}

extension Transaction {
  /// What became of a message that was told under a dedupe key, by all channels it went to: the best of them counts.
  ///
  /// - Returns: `nil` when there is no such message.
  package func toldState(_ dedupeKey: String) throws -> ToldState? {
    // further channels have the key with "#" and the door behind it
    let rows = try query(
      """
      SELECT state, receipt FROM outbox WHERE tenant = :tenant AND (dedupe_key = ? OR dedupe_key >= ? AND dedupe_key < ?)
      """, dedupeKey, dedupeKey + "#", dedupeKey + "$"
    ) { row -> ToldState in
      switch (row.text(0), row.optionalText(1).flatMap(Receipt.init)) {
      case (_, .read), (_, .played): .read
      case (_, .delivered): .delivered
      case (_, .failed), ("failed", _): .failed
      case ("sent", _): .sent
      default: .waiting
      }
    }
    for state in [ToldState.read, .delivered, .sent, .waiting] where rows.contains(state) { return state }
    return rows.isEmpty ? nil : .failed
  }
}
