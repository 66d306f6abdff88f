package import Store

/// The inbox (house-wide, because a stranger has no tenant), the outbox, buttons and kept files of a tenant.
package enum DeliveryMigrations {
  package static let all: [Migration] = own + ReceiptMigrations.all + KeptFiles.migrations + DoorHealth.migrations

  private static let own: [Migration] = [
    Migration(
      room: "delivery", number: 1,
      sql: [
        """
        CREATE TABLE inbox (
          seq INTEGER PRIMARY KEY, door TEXT NOT NULL, account TEXT NOT NULL, kind TEXT NOT NULL,
          external_id TEXT NOT NULL, chat TEXT NOT NULL, received_at INTEGER NOT NULL, payload TEXT NOT NULL,
          state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, note TEXT) STRICT
        """,
        "CREATE UNIQUE INDEX inbox_once ON inbox (door, account, kind, external_id)",
        "CREATE INDEX inbox_open ON inbox (seq) WHERE state = 'waiting'",
        """
        CREATE TABLE outbox (
          tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, door TEXT NOT NULL, account TEXT NOT NULL,
          user TEXT NOT NULL, chat TEXT NOT NULL, payload TEXT NOT NULL, urgency INTEGER NOT NULL, state TEXT NOT NULL,
          due_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, is_uncertain INTEGER NOT NULL DEFAULT 0,
          created_at INTEGER NOT NULL, settled_at INTEGER, external_id TEXT, error TEXT, dedupe_key TEXT,
          PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX outbox_open ON outbox (due_at) WHERE state IN ('waiting', 'sending')",
        "CREATE UNIQUE INDEX outbox_once ON outbox (tenant, dedupe_key) WHERE dedupe_key IS NOT NULL",
        "CREATE INDEX outbox_external ON outbox (tenant, external_id) WHERE external_id IS NOT NULL",
        """
        CREATE TABLE buttons (
          tenant TEXT NOT NULL, id TEXT NOT NULL, message TEXT NOT NULL, action TEXT NOT NULL, arguments TEXT NOT NULL,
          allowed TEXT NOT NULL, label TEXT NOT NULL, is_single_use INTEGER NOT NULL, expires_at INTEGER NOT NULL,
          used_at INTEGER, PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX buttons_expiry ON buttons (expires_at)",
        """
        CREATE TABLE kept_files (
          tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT, type TEXT NOT NULL, name TEXT, bytes BLOB NOT NULL,
          created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, PRIMARY KEY (tenant, id)) STRICT
        """,
      ]),
    Migration(
      room: "delivery", number: 2,
      sql: [
        "ALTER TABLE outbox ADD COLUMN retry_at INTEGER",
        "ALTER TABLE outbox ADD COLUMN pieces_sent INTEGER NOT NULL DEFAULT 0",
      ]),
    // rises each time a message is shown anew
    Migration(
      room: "delivery", number: 3, sql: ["ALTER TABLE outbox ADD COLUMN version INTEGER NOT NULL DEFAULT 0"]),
    // what an answer that points at the message is about
    Migration(room: "delivery", number: 4, sql: ["ALTER TABLE outbox ADD COLUMN about TEXT"]),
    // what no channel took is handed over when the person writes again
    Migration(
      room: "delivery", number: 5,
      sql: [
        "ALTER TABLE outbox ADD COLUMN owed_at INTEGER",
        "CREATE INDEX outbox_owed ON outbox (tenant, person) WHERE owed_at IS NOT NULL",
      ]),
  ]
}
