package import Crypto
package import Store

/// Which master key a store was written with, as a value that gives nothing of it away: another key must never be taken
/// for the right one, because all that is sealed would be lost behind it.
package enum KeyCheck {
  package static let migrations = [
    Migration(
      room: "key", number: 1,
      sql: ["CREATE TABLE key_check (only INTEGER PRIMARY KEY CHECK (only = 1), value TEXT NOT NULL) STRICT"])
  ]

  /// - Returns: `nil` of a store that does not say it yet.
  package static func fits(_ key: SecretKey, _ house: some Querying) throws -> Bool? {
    guard try house.exists("SELECT 1 FROM migrations WHERE room = 'key'") else { return nil }
    return try house.first("SELECT value FROM key_check") { $0.text(0) }.map { $0 == key.fingerprint }
  }

  package static func note(_ key: SecretKey, _ house: HouseTransaction) throws {
    try house.execute("INSERT INTO key_check (only, value) VALUES (1, ?) ON CONFLICT DO NOTHING", key.fingerprint)
  }
}
