package import Base
package import Redis
package import Store
import Synchronization

/// Redis Streams between houses that share one store: emissions are still written in the transaction that caused them, and a
/// relay puts their numbers into a stream, where a consumer group a consumer shares the work.
///
/// The stream carries numbers only, no payload: what is forgotten in the store is forgotten everywhere. An entry's id is the
/// event's number, so that relaying twice adds nothing, and a server that lost its data is filled again from the store. A
/// consumer works on one node at a time, under a lease, so that the order of keys holds; its place in the store refuses the
/// late result of a node that lost its lease.
package final class RedisEventLog: EventLog {
  private let redis: RedisClient
  private let embedded: StoreEventLog
  private let store: HouseStore
  private let stream: String
  private let node: String
  private let lease: Duration
  private static let window = 256

  private struct State {
    /// Consumers whose pending entries may be somebody's who is gone, or our own of before.
    var hasRescued: Set<String> = []
    var isRelayChecked = false
  }
  private let state = Mutex(State())

  /// - Parameters:
  ///   - name: of the stream; houses of one store share it.
  ///   - node: of this process, unlike any other's.
  ///   - lease: a node that shows no sign for so long loses its consumers to others.
  package init(
    redis: RedisClient, store: HouseStore, name: String = "thinnai:events", node: String,
    lease: Duration = .seconds(15)
  ) {
    self.redis = redis
    self.store = store
    self.node = node
    self.lease = lease
    stream = name
    embedded = StoreEventLog(store: store)
  }

  /// Other nodes' news are told by nobody.
  package var poll: Duration? { .milliseconds(200) }

  package func admit(_ consumer: String) async throws {
    try await embedded.admit(consumer)
    try await makeGroup(consumer)
  }

  /// A group that is lost is made again where the consumer's place in the store is.
  private func makeGroup(_ consumer: String) async throws {
    let place = try await place(of: consumer) ?? 0
    do {
      try await redis.run("XGROUP", "CREATE", stream, consumer, "\(place)-1", "MKSTREAM")
    } catch let error as RedisError where error.sentence.hasPrefix("BUSYGROUP") {}
  }

  private func place(of consumer: String) async throws -> Int64? {
    try await store.read { house in
      try house.first("SELECT seq FROM event_cursors WHERE consumer = ?", consumer) { $0.int(0) }
    }
  }

  // MARK: From the store to the stream

  private static let relay = "redis.relay"

  package func relay() async throws {
    guard try await holds(Self.relay) else { return }
    try await store.write { house in
      // the first time: from the slowest consumer on, so that nothing is lost by changing the engine
      try house.execute(
        """
        INSERT INTO event_cursors (consumer, seq, moved_at)
        VALUES (?, (SELECT coalesce(min(seq), 0) FROM event_cursors), ?) ON CONFLICT DO NOTHING
        """, Self.relay, house.now)
    }
    if !state.withLock({ $0.isRelayChecked }) { try await refill() }
    while true {
      let rows = try await store.read { house in
        try house.query(
          """
          SELECT seq, name FROM events WHERE seq > (SELECT seq FROM event_cursors WHERE consumer = ?)
          ORDER BY seq LIMIT ?
          """, Self.relay, Self.window
        ) { (seq: $0.int(0), name: $0.text(1)) }
      }
      guard let last = rows.last else { return }
      for row in rows {
        do {
          try await redis.run("XADD", stream, "\(row.seq)-1", "name", row.name)
        } catch let error as RedisError where error.sentence.contains("equal or smaller") {
          // relayed before a crash
        }
      }
      try await store.write { house in
        try house.execute(
          "UPDATE event_cursors SET seq = ?, moved_at = ? WHERE consumer = ?", last.seq, house.now, Self.relay)
      }
    }
  }

  /// A server that knows less than was relayed has lost its data: it gets it again.
  private func refill() async throws {
    var last: Int64 = 0
    do {
      let facts = try await redis.run("XINFO", "STREAM", stream).list
      if let index = facts.firstIndex(of: .text("last-generated-id")), facts.indices.contains(index + 1) {
        last = facts[index + 1].text.flatMap(Self.number) ?? 0
      }
    } catch let error as RedisError where error.kind == .refused {
      // there is no stream yet
    }
    let known = last
    try await store.write { house in
      try house.execute(
        """
        UPDATE event_cursors SET seq = max(?, (SELECT min(seq) FROM event_cursors)) WHERE consumer = ? AND seq > ?
        """, known, Self.relay, known)
    }
    state.withLock { $0.isRelayChecked = true }
  }

  private static func number(_ id: String) -> Int64? { id.split(separator: "-").first.flatMap { Int64($0) } }

  // MARK: Taking

  /// Whether this node has the lease of something, taken or made longer now.
  private func holds(_ what: String) async throws -> Bool {
    let (key, milliseconds) = ("\(stream):lease:\(what)", String(lease.microseconds / 1_000))
    if try await redis.run("SET", key, node, "NX", "PX", milliseconds) != .none { return true }
    guard try await redis.run("GET", key).text == node else { return false }
    try await redis.run("PEXPIRE", key, milliseconds)
    return true
  }

  package func next(_ consumer: EventConsumer, limit: Int) async throws -> EventBatch {
    let name = consumer.name
    guard try await holds(name) else {
      // whoever has it may leave work behind
      state.withLock { _ = $0.hasRescued.remove(name) }
      return EventBatch()
    }
    while true {
      var ids: [String] = []
      do {
        ids = try await take(name, limit)
      } catch let error as RedisError where error.sentence.hasPrefix("NOGROUP") {
        state.withLock { $0.isRelayChecked = false }
        try await relay()
        try await makeGroup(name)
        continue
      }
      guard let first = ids.first, let last = ids.last else { return EventBatch() }
      var batch = try await read(consumer, from: first, through: last)
      batch.marks = ids
      if !batch.events.isEmpty { return batch }
      // nothing in it for this consumer, or handled before
      try await acknowledge(batch, name)
    }
  }

  /// Entries that were handed out and never finished first, then new ones; in order.
  private func take(_ consumer: String, _ limit: Int) async throws -> [String] {
    if !state.withLock({ $0.hasRescued.contains(consumer) }) {
      let reply = try await redis.run(
        "XAUTOCLAIM", stream, consumer, node, "0", "0-0", "COUNT", String(limit), "JUSTID")
      let ids = reply.list.dropFirst().first?.list.compactMap(\.text) ?? []
      if !ids.isEmpty { return ids }
      state.withLock { _ = $0.hasRescued.insert(consumer) }
    }
    let reply = try await redis.run(
      "XREADGROUP", "GROUP", consumer, node, "COUNT", String(limit), "STREAMS", stream, ">")
    // until they are acknowledged they may have to be taken again
    state.withLock { _ = $0.hasRescued.remove(consumer) }
    return reply.list.first?.list.last?.list.compactMap { $0.list.first?.text } ?? []
  }

  private func read(_ consumer: EventConsumer, from first: String, through last: String) async throws -> EventBatch {
    let (low, high) = (Self.number(first) ?? 0, Self.number(last) ?? 0)
    let name = consumer.name
    return try await store.read { house in
      let place = try house.first("SELECT seq FROM event_cursors WHERE consumer = ?", name) { $0.int(0) } ?? 0
      var batch = EventBatch(from: String(place), through: String(max(high, place)))
      batch.events = try house.query(
        "SELECT \(EventRows.columns) FROM events WHERE seq >= ? AND seq <= ? AND seq > ? ORDER BY seq", low, high,
        place,
        map: EventRows.read
      ).filter(consumer.wants)
      return batch
    }
  }

  package func settle(_ batch: EventBatch, _ consumer: String, in house: HouseTransaction) throws {
    try embedded.settle(batch, consumer, in: house)
  }

  package func acknowledge(_ batch: EventBatch, _ consumer: String) async throws {
    try await redis.run(["XACK", stream, consumer] + batch.marks)
    state.withLock { _ = $0.hasRescued.insert(consumer) }
  }

  // MARK: Keeping house

  package func rewind(_ consumer: String, to instant: Instant) async throws {
    try await embedded.rewind(consumer, to: instant)
    let place = try await place(of: consumer) ?? 0
    try await redis.run("XGROUP", "SETID", stream, consumer, "\(place)-1")
  }

  package func trim(before instant: Instant, consumers: Set<String>) async throws -> Int {
    let count = try await embedded.trim(before: instant, consumers: consumers.union([Self.relay]))
    if let oldest = try await store.read({ try $0.first("SELECT min(seq) FROM events") { $0.optionalInt(0) } ?? nil }) {
      try await redis.run("XTRIM", stream, "MINID", "\(oldest)-1")
    } else {
      try await redis.run("XTRIM", stream, "MAXLEN", "0")
    }
    return count
  }
}
