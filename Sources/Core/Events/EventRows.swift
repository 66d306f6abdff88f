import Base
import Formats
package import Store

package enum EventMigrations {
  package static let all: [Migration] = [
    Migration(
      room: "events", number: 1,
      sql: [
        // one writer, so the numbers are in the order of the commits and none comes late
        """
        CREATE TABLE events (
          tenant TEXT NOT NULL, seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, name TEXT NOT NULL,
          version INTEGER NOT NULL, key TEXT NOT NULL, person TEXT, at INTEGER NOT NULL, payload TEXT NOT NULL) STRICT
        """,
        "CREATE INDEX events_at ON events (at)",
        "CREATE TABLE event_cursors (consumer TEXT PRIMARY KEY, seq INTEGER NOT NULL, moved_at INTEGER NOT NULL) STRICT",
        // what could not be handled yet, and what waits behind it because it has the same key
        """
        CREATE TABLE event_parked (
          tenant TEXT NOT NULL, place INTEGER PRIMARY KEY AUTOINCREMENT, consumer TEXT NOT NULL, id TEXT NOT NULL,
          name TEXT NOT NULL, version INTEGER NOT NULL, key TEXT NOT NULL, person TEXT, at INTEGER NOT NULL,
          payload TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('waiting', 'dead')),
          attempts INTEGER NOT NULL, try_at INTEGER, error TEXT, UNIQUE (tenant, consumer, id)) STRICT
        """,
        "CREATE INDEX event_parked_due ON event_parked (consumer, try_at) WHERE try_at IS NOT NULL",
        "CREATE INDEX event_parked_key ON event_parked (consumer, key, place) WHERE state = 'waiting'",
      ]),
    // somebody wants a consumer to have everything again from then on: done before it goes on
    Migration(
      room: "events", number: 2,
      sql: ["CREATE TABLE event_rewinds (consumer TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT"]),
    EventHook.migration,
    Migration(
      room: "events", number: 4,
      sql: [
        "ALTER TABLE events ADD COLUMN chain INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE event_parked ADD COLUMN chain INTEGER NOT NULL DEFAULT 0",
      ]),
  ]
}

/// Reading and writing of the tables.
enum EventRows {
  static let columns = "tenant, id, name, version, key, person, at, payload, chain"

  static func read(_ row: Row) -> StoredEvent {
    StoredEvent(
      id: row.text(1), tenant: TenantID(row.text(0)), name: row.text(2), version: row.integer(3), key: row.text(4),
      person: row.optionalText(5).map { PersonID($0) }, at: row.instant(6),
      payload: (try? JSON.parse(row.text(7))) ?? .null, chain: row.integer(8))
  }

  static func insert(_ event: StoredEvent, in transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO events (tenant, id, name, version, key, person, at, payload, chain)
      VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?, ?)
      """, event.id, event.name, event.version, event.key, event.person, event.at, event.payload.text(), event.chain)
  }
}
