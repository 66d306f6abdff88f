package import Base
package import Store
import Synchronization

/// The embedded log: the table that emissions were written to, and a cursor a consumer.
package final class StoreEventLog: EventLog {
  private let store: HouseStore
  /// How far each consumer has looked from its cursor and found nothing for it; the cursor follows now and then. From
  /// another cursor it counts for nothing.
  private let looked = Mutex<[String: (from: Int64, through: Int64)]>([:])
  private static let window = 256

  package init(store: HouseStore) { self.store = store }

  package var poll: Duration? { nil }

  /// It lies there already.
  package func relay() async throws {}

  package func admit(_ consumer: String) async throws {
    try await store.write { house in try Self.admit(consumer, in: house) }
  }

  static func admit(_ consumer: String, in house: HouseTransaction) throws {
    try house.execute(
      """
      INSERT INTO event_cursors (consumer, seq, moved_at)
      VALUES (?, (SELECT coalesce(max(seq), 0) FROM events), ?) ON CONFLICT DO NOTHING
      """, consumer, house.now)
  }

  package func next(_ consumer: EventConsumer, limit: Int) async throws -> EventBatch {
    while true {
      let (batch, isEnd) = try await look(consumer, limit)
      if isEnd || !batch.events.isEmpty { return batch }
    }
  }

  /// One stretch of the log. - Returns: what was found, and whether nothing lies behind the stretch.
  private func look(_ consumer: EventConsumer, _ limit: Int) async throws -> (EventBatch, Bool) {
    let name = consumer.name
    let before = looked.withLock { $0[name] }
    let (batch, rows) = try await store.read { house -> (EventBatch, Int) in
      guard let cursor = try house.first("SELECT seq FROM event_cursors WHERE consumer = ?", name, map: { $0.int(0) })
      else { return (EventBatch(), 0) }
      let start = before.map { $0.from == cursor ? $0.through : cursor } ?? cursor
      var batch = EventBatch(from: String(cursor), through: String(start))
      var rows = 0
      try house.scan(
        "SELECT \(EventRows.columns), seq FROM events WHERE seq > ? ORDER BY seq LIMIT ?", start, Self.window
      ) { row in
        rows += 1
        batch.through = String(row.int(9))
        let event = EventRows.read(row)
        if consumer.wants(event) { batch.events.append(event) }
        return batch.events.count < limit
      }
      return (batch, rows)
    }
    guard batch.events.isEmpty, let from = Int64(batch.from), let through = Int64(batch.through) else {
      return (batch, true)
    }
    looked.withLock { $0[name] = (from, through) }
    // a long stretch of others' events: remember it for good, now and then
    if through - from >= 16 * Int64(Self.window) {
      try await store.write { house in
        try house.execute(
          "UPDATE event_cursors SET seq = ? WHERE consumer = ? AND seq = ?", through, name, from)
      }
    }
    return (batch, rows < Self.window)
  }

  package func settle(_ batch: EventBatch, _ consumer: String, in house: HouseTransaction) throws {
    let moved = try house.execute(
      "UPDATE event_cursors SET seq = ?, moved_at = ? WHERE consumer = ? AND seq = ?", Int64(batch.through) ?? 0,
      house.now, consumer, Int64(batch.from) ?? 0)
    guard moved == 1 else { throw EventsMoved() }
  }

  package func acknowledge(_ batch: EventBatch, _ consumer: String) async throws {}

  package func rewind(_ consumer: String, to instant: Instant) async throws {
    try await store.write { house in
      let first = try house.first("SELECT min(seq) FROM events WHERE at >= ?", instant) { $0.optionalInt(0) } ?? nil
      let last = try house.first("SELECT max(seq) FROM events") { $0.optionalInt(0) } ?? nil
      try house.execute(
        """
        INSERT INTO event_cursors (consumer, seq, moved_at) VALUES (?, ?, ?)
        ON CONFLICT (consumer) DO UPDATE SET seq = excluded.seq, moved_at = excluded.moved_at
        """, consumer, first.map { $0 - 1 } ?? last ?? 0, house.now)
    }
  }

  package func trim(before instant: Instant, consumers: Set<String>) async throws -> Int {
    let looked = looked.withLock { $0 }
    return try await store.write(.reserve) { house in
      // who is no consumer any more holds nothing back
      for (name, seq) in try house.query("SELECT consumer, seq FROM event_cursors", map: { ($0.text(0), $0.int(1)) }) {
        if !consumers.contains(name) {
          try house.execute("DELETE FROM event_cursors WHERE consumer = ?", name)
        } else if let far = looked[name], far.from == seq, far.through > seq {
          try house.execute("UPDATE event_cursors SET seq = ? WHERE consumer = ? AND seq = ?", far.through, name, seq)
        }
      }
      let passed = try house.first("SELECT min(seq) FROM event_cursors") { $0.optionalInt(0) } ?? nil
      return try house.execute(
        """
        DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE at < ? AND seq <= ? ORDER BY at LIMIT 5000)
        """, instant, passed ?? .max)
    }
  }
}
