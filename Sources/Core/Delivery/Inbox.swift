package import Base
import Formats
package import Messages
package import Store
package import Telemetry

/// A message that is on disk and waits for its place in a lane.
package struct InboxItem: Sendable {
  package let seq: Int64
  package var message: InboundMessage
  package let receivedAt: Instant
  /// It goes ahead of its lane and is taken even when there is no room.
  package var isUrgent: Bool
  /// What became of a voice note before its turn.
  package var heard: HeardNote?
}

/// What was heard in a voice note. Its words stand in the message as if they had been written.
package struct HeardNote: Sendable, Hashable {
  package enum Outcome: String, Sendable {
    case words
    /// Nobody spoke.
    case silence
    /// No engine understands the language.
    case notYet
    /// The engine, or the way to the file, is broken.
    case failed
    case unreadable, tooLong
    /// The file has more bytes than are kept.
    case tooLarge
    /// This person was listened to for as long as anybody is in a day.
    case tooMuch
  }
  package var outcome: Outcome
  /// How sure the engine is, from 0 to 1; `nil` where it does not tell.
  package var confidence: Double?
  /// Id of the kept original.
  package var file: String?

  package init(_ outcome: Outcome, confidence: Double? = nil, file: String? = nil) {
    self.outcome = outcome
    self.confidence = confidence
    self.file = file
  }
}

/// Where everything that arrives is made durable before it is acknowledged.
///
/// A repeat (same door, account, kind and external id) is dropped; rows stay at least eight days for that.
package final class Inbox: Sendable {
  /// Longer than any platform repeats a delivery (WhatsApp: seven days).
  package static let retention: Duration = .days(9)
  /// Being handled so many times when the process ended: the message is set aside.
  package static let attemptLimit = 5

  private let store: HouseStore
  /// Hands a committed message on; called in commit order on the writer's thread.
  private let handOver: @Sendable (InboxItem) -> Void
  private let isFull: @Sendable () -> Bool
  /// Whether a message is an alarm.
  private let isUrgent: @Sendable (InboundMessage) -> Bool
  private let accepted: Counter
  private let repeated: Counter
  private let accepting: Histogram

  package init(
    store: HouseStore, metrics: Metrics, isFull: @escaping @Sendable () -> Bool,
    isUrgent: @escaping @Sendable (InboundMessage) -> Bool = { _ in false },
    handOver: @escaping @Sendable (InboxItem) -> Void
  ) {
    self.store = store
    self.isFull = isFull
    self.isUrgent = isUrgent
    self.handOver = handOver
    accepted = metrics.counter("thinnai_inbox_accepted_total", help: "Messages made durable.")
    accepting = metrics.histogram("thinnai_step_seconds", step: "accept")
    repeated = metrics.counter("thinnai_inbox_repeated_total", help: "Deliveries that were already there.")
  }

  /// Makes messages durable; returns only then.
  ///
  /// - Returns: the sequence number of each, `nil` for a repeat.
  /// - Throws: `StoreError` (busy, full, io): nothing was accepted, the door answers 503.
  @discardableResult
  package func accept(_ messages: [InboundMessage]) async throws -> [Int64?] {
    try await withCheckedThrowingContinuation { continuation in
      submit(messages) { continuation.resume(with: $0) }
    }
  }

  /// The same without a task: takes its place in the queue at once; `completion` runs on the writer's thread once the
  /// messages are on disk, and must not wait.
  package func submit(
    _ messages: [InboundMessage], completion: @escaping @Sendable (Result<[Int64?], any Error>) -> Void
  ) {
    guard !messages.isEmpty else { return completion(.success([])) }
    let rows = messages.map { (message: $0, payload: $0.stored, isUrgent: self.isUrgent($0)) }
    let isAnyUrgent = rows.contains { $0.isUrgent }
    guard isAnyUrgent || !isFull() else {
      return completion(.failure(StoreError(.busy, "Too many messages are waiting. Try again in a moment.")))
    }
    let started = ContinuousClock.now
    store.submit(isAnyUrgent ? .reserve : .arrival) { [self] house in
      try rows.map { try insert($0.message, $0.payload, isUrgent: $0.isUrgent, in: house) }
    } completion: { [accepted, repeated, accepting] result in
      accepting.observe(ContinuousClock.now - started)
      if case .success(let sequence) = result {
        let new = sequence.count { $0 != nil }
        accepted.add(new)
        repeated.add(sequence.count - new)
      }
      completion(result)
    }
  }

  private func insert(
    _ message: InboundMessage, _ payload: String, isUrgent: Bool, in house: HouseTransaction
  ) throws -> Int64? {
    let now = house.now
    let changed = try house.execute(
      """
      INSERT INTO inbox (door, account, kind, external_id, chat, received_at, payload, state)
      VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting') ON CONFLICT (door, account, kind, external_id) DO NOTHING
      """, message.from.door, message.from.account, message.kind, message.externalID, message.chat, now, payload)
    guard changed > 0 else { return nil }
    let item = InboxItem(seq: house.lastInsertRowID, message: message, receivedAt: now, isUrgent: isUrgent)
    house.afterCommit { [handOver] in handOver(item) }
    return item.seq
  }

  /// Hands over everything that a crash or stop left waiting. A message that was being handled when an earlier process
  /// ended counts a try, so that one which ends the process on sight is set aside and blocks nobody.
  ///
  /// - Parameter begun: what was being handled when the process ended.
  /// - Returns: how many were handed over and how many set aside.
  package func recover(begun: Set<Int64>) async throws -> (resumed: Int, setAside: Int) {
    let (handOver, isUrgent) = (handOver, isUrgent)
    return try await store.write { house in
      for seq in begun {
        try house.execute("UPDATE inbox SET attempts = attempts + 1 WHERE seq = ? AND state = 'waiting'", seq)
      }
      let setAside = try house.execute(
        """
        UPDATE inbox SET state = 'set_aside', note = 'handling it ended the program repeatedly'
        WHERE state = 'waiting' AND attempts >= ?
        """, Self.attemptLimit)
      let items = try house.query(
        "SELECT seq, payload, received_at FROM inbox WHERE state = 'waiting' ORDER BY seq"
      ) { row -> InboxItem? in
        guard let message = InboundMessage(stored: row.text(1)) else { return nil }
        return InboxItem(
          seq: row.int(0), message: message, receivedAt: row.instant(2), isUrgent: isUrgent(message))
      }.compactMap { $0 }
      house.afterCommit { for item in items { handOver(item) } }
      return (items.count, setAside)
    }
  }

  /// When each chat of a door was last written in, also by the sender's second id.
  package func lastHeard(door: String, account: String, since: Instant) async throws -> [String: Instant] {
    try await store.read { house in
      var heard: [String: Instant] = [:]
      _ = try house.query(
        """
        SELECT chat, json_extract(payload, '$.alias.user'), max(received_at) FROM inbox
        WHERE door = ? AND account = ? AND received_at > ? GROUP BY 1, 2
        """, door, account, since
      ) { row in
        for id in [row.text(0), row.optionalText(1)].compactMap({ $0 }) {
          heard[id] = max(heard[id] ?? .epoch, row.instant(2))
        }
      }
      return heard
    }
  }

  package func pending() async throws -> Int {
    try await store.read { try $0.count("SELECT count(*) FROM inbox WHERE state = 'waiting'") }
  }
}

extension HouseTransaction {
  /// Marks a message handled, in the transaction of its effects.
  ///
  /// - Returns: false when it was handled before: the caller must change nothing.
  package func settleInbox(_ seq: Int64, note: String? = nil) throws -> Bool {
    try execute("UPDATE inbox SET state = 'done', note = ? WHERE seq = ? AND state = 'waiting'", note, seq) > 0
  }
}
