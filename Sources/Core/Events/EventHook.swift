package import Base
package import Crypto
package import Formats
package import Store

/// An address of another program that is told of events.
package struct EventHook: Sendable {
  package enum State: String, Sendable {
    case active
    /// By the owner.
    case paused
    /// By itself, after failing for long or because the receiver wants no more.
    case failed
  }

  package let id: String
  package let tenant: TenantID
  package let url: String
  package let patterns: [String]
  /// Counts the secrets; a new one is made by counting on.
  package let generation: Int
  package let rotatedAt: Instant
  package let state: State
  package let failingSince: Instant?
  package let error: String?

  /// How long the secret before the last one still signs beside it.
  static let overlap: Duration = .days(1)

  var consumer: String { "hook.\(id)" }

  func signers(_ masterKey: SecretKey, now: Instant) -> [StandardWebhook] {
    let isOverlapping = generation > 1 && now < rotatedAt + Self.overlap
    return (isOverlapping ? [generation, generation - 1] : [generation]).map {
      StandardWebhook(of: "event hook \(id) \($0)", masterKey: masterKey)
    }
  }

  package func secret(_ masterKey: SecretKey, now: Instant) -> String { signers(masterKey, now: now)[0].secret }

  package var json: JSON {
    [
      "id": .string(id), "url": .string(url), "events": JSON(patterns), "state": .string(state.rawValue),
      "failing_since": JSON(failingSince?.description), "error": JSON(error),
    ]
  }

  private static let columns = "id, tenant, url, patterns, generation, rotated_at, state, failing_since, error"

  private static func read(_ row: Row) -> EventHook {
    EventHook(
      id: row.text(0), tenant: TenantID(row.text(1)), url: row.text(2),
      patterns: row.text(3).split(separator: " ").map(String.init), generation: row.integer(4),
      rotatedAt: row.instant(5), state: State(rawValue: row.text(6)) ?? .paused, failingSince: row.optionalInstant(7),
      error: row.optionalText(8))
  }

  static func everywhere(_ house: HouseReader) throws -> [EventHook] {
    try house.query("SELECT \(columns) FROM event_hooks ORDER BY id", map: read)
  }

  package static func all(_ reader: some Querying) throws -> [EventHook] {
    try reader.query("SELECT \(columns) FROM event_hooks WHERE tenant = :tenant ORDER BY id", map: read)
  }

  package static func find(_ id: String, _ reader: some Querying) throws -> EventHook? {
    try reader.first("SELECT \(columns) FROM event_hooks WHERE tenant = :tenant AND id = ?", id, map: read)
  }

  static let migration = Migration(
    room: "events", number: 3,
    sql: [
      """
      CREATE TABLE event_hooks (
        tenant TEXT NOT NULL, id TEXT NOT NULL, url TEXT NOT NULL, patterns TEXT NOT NULL, generation INTEGER NOT NULL,
        rotated_at INTEGER NOT NULL, state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'failed')),
        failing_since INTEGER, error TEXT, created_at INTEGER NOT NULL, PRIMARY KEY (tenant, id)) STRICT
      """
    ])
}
