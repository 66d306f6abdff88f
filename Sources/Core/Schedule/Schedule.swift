package import Base
package import Formats
package import Store

/// Something that falls due: one row, claimed and settled in one transaction, so it fires once.
package struct Due: Sendable, Hashable {
  package let id: String
  /// `room.what`; the room's handler is found by it.
  package let kind: String
  /// Whom it is for; due items of one kind and person that come together are handled together.
  package let person: PersonID?
  /// The room's own id of what is due.
  package let subject: String
  package let at: Instant
  package let payload: JSON
  /// How often a handler has failed on it.
  package let attempts: Int
}

/// What a room does with its due items.
package struct DueHandler: Sendable {
  package let kind: String
  /// Gets all items of the kind that are due for one person, in order of time; usually one, more after downtime.
  /// They are settled when it returns; to go on, schedule the next one inside.
  package let body: @Sendable ([Due], inout Transaction) throws -> Void
  package init(_ kind: String, _ body: @escaping @Sendable ([Due], inout Transaction) throws -> Void) {
    self.kind = kind
    self.body = body
  }
}

package enum ScheduleMigrations {
  package static let all: [Migration] = [
    Migration(
      room: "schedule", number: 1,
      sql: [
        """
        CREATE TABLE due (
          tenant TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, person TEXT, subject TEXT NOT NULL,
          at INTEGER NOT NULL, payload TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, last_error TEXT,
          PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX due_at ON due (at)",
        "CREATE INDEX due_subject ON due (tenant, kind, subject)",
      ]),
    // when to try next is not when it was due: an item that was put off is still told as late as it is
    Migration(
      room: "schedule", number: 2,
      sql: [
        "ALTER TABLE due ADD COLUMN try_at INTEGER NOT NULL DEFAULT 0",
        "UPDATE due SET try_at = at",
        "DROP INDEX due_at",
        "CREATE INDEX due_next ON due (try_at)",
        "CREATE INDEX due_person ON due (tenant, kind, person, try_at)",
      ]),
    Migration(
      room: "schedule", number: 3,
      sql: ["CREATE TABLE schedule_facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT"]),
  ]
}

extension Transaction {
  /// Makes something due. One row a (kind, subject, at): asking twice changes nothing.
  package func schedule(
    _ kind: String, subject: String, person: PersonID?, at: Instant, payload: JSON = .null
  ) throws {
    let exists = try exists(
      "SELECT 1 FROM due WHERE tenant = :tenant AND kind = ? AND subject = ? AND at = ?", kind, subject, at)
    guard !exists else { return }
    try execute(
      """
      INSERT INTO due (tenant, id, kind, person, subject, at, try_at, payload) VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?)
      """, newID(), kind, person, subject, at, at, payload.text())
    let scheduler = service(Scheduler.self)
    afterCommit { scheduler?.noteDue(at: at) }
  }

  /// Takes back everything of that kind that is due for a subject.
  @discardableResult
  package func unschedule(_ kind: String, subject: String) throws -> Int {
    try execute("DELETE FROM due WHERE tenant = :tenant AND kind = ? AND subject = ?", kind, subject)
  }

  /// When something is due next for a subject, if at all.
  package func nextDue(_ kind: String, subject: String) throws -> Instant? {
    try first(
      "SELECT at FROM due WHERE tenant = :tenant AND kind = ? AND subject = ? ORDER BY at LIMIT 1", kind, subject
    ) { $0.instant(0) }
  }
}
