import Base
import Formats
import People
import Store

/// Whose ladder is which. An alert keeps a copy, so these are for the next one only.
enum Ladders {
  /// What somebody has set for the person; `nil` when the persona's counts.
  static func stored(for person: PersonID, _ reader: some Querying) throws -> EmergencyLadder? {
    try reader.first("SELECT ladder FROM ladders WHERE tenant = :tenant AND person = ?", person) {
      EmergencyLadder(json: try JSON.parse($0.text(0)))
    }
  }

  static func ladder(for person: PersonID, _ transaction: Transaction) throws -> EmergencyLadder {
    try stored(for: person, transaction) ?? Family(transaction)?.habits(of: person).ladder ?? EmergencyLadder()
  }

  /// - Parameter ladder: `nil` goes back to the persona's.
  static func set(_ ladder: EmergencyLadder?, for person: PersonID, by: PersonID, _ transaction: Transaction) throws {
    guard let ladder else {
      try transaction.execute("DELETE FROM ladders WHERE tenant = :tenant AND person = ?", person)
      return
    }
    try transaction.execute(
      """
      INSERT INTO ladders (tenant, person, ladder, set_by, set_at) VALUES (:tenant, ?, ?, ?, ?)
      ON CONFLICT (tenant, person) DO UPDATE
      SET ladder = excluded.ladder, set_by = excluded.set_by, set_at = excluded.set_at
      """, person, ladder.json.text(), by, transaction.now)
  }
}
