import Actions
import Base
import Conversation
import Formats
import People
import RoomTesting
import Schedule
import Store
import Synchronization
import Telemetry

/// A room whose bells ring when they are due; every ring is a row, and no bell may ring twice.
final class Bells: Sendable {
  struct Broken: Error {}
  /// Subjects whose handler fails, and with what.
  let failing = Mutex<[String: any Error]>([:])
  /// What each call of a handler was given.
  let calls = Mutex<[[String]]>([])

  func room(_ kinds: [String] = ["bells.ring"]) -> Room {
    Room(
      name: "bells",
      migrations: [
        Migration(
          room: "bells", number: 1,
          sql: [
            """
            CREATE TABLE bells (
              tenant TEXT NOT NULL, subject TEXT NOT NULL, at INTEGER NOT NULL, rung_at INTEGER NOT NULL,
              PRIMARY KEY (tenant, subject, at)) STRICT
            """
          ])
      ], actions: [], dueHandlers: kinds.map(handler), forget: { _, _ in 0 }, export: { _, _ in .null })
  }

  private func handler(_ kind: String) -> DueHandler {
    DueHandler(kind) { items, transaction in
      self.calls.withLock { $0.append(items.map(\.subject)) }
      for item in items {
        try transaction.execute(
          "INSERT INTO bells (tenant, subject, at, rung_at) VALUES (:tenant, ?, ?, ?)", item.subject, item.at,
          transaction.now)
        // after the row, so that a failure must undo it
        if let error = self.failing.withLock({ $0[item.subject] }) { throw error }
      }
    }
  }
}

extension RoomHarness {
  func schedule(
    _ subject: String, at: Instant, kind: String = "bells.ring", for person: PersonID? = nil
  ) async throws {
    try await tenant().write { try $0.schedule(kind, subject: subject, person: person, at: at) }
  }

  /// Which bells rang, and how late, in the order of ringing.
  func rung() async throws -> [String] {
    try await store.read { try $0.query("SELECT subject FROM bells ORDER BY rowid") { $0.text(0) } }
  }

  func waiting() async throws -> [String] {
    try await store.read { try $0.query("SELECT subject FROM due ORDER BY at, id") { $0.text(0) } }
  }

  /// The house after a crash: a new scheduler over the same store.
  func restartedScheduler(_ bells: Bells, kinds: [String] = ["bells.ring"]) -> Scheduler {
    Scheduler(store: store, clock: clock, handlers: bells.room(kinds).dueHandlers, metrics: Metrics())
  }
}
