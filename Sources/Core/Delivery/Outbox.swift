package import Base
import Formats
import Messages
package import People
package import Store
import Synchronization
package import Telemetry

/// Sends what is committed: in order within a chat, chats side by side, at the door's pace, until it is settled.
///
/// At least once: a message whose outcome is unknown is sent again and marked uncertain.
package final class Outbox: Sendable {
  private struct ChatQueue {
    var items: [OutboxItem] = []
    var isBusy = false
    var notBefore: Instant = .epoch
    /// Theoretical arrival time of the pace (GCRA: one timestamp a key).
    var paceUntil: Instant = .epoch
  }
  private struct State {
    var chats: [ConversationKey: ChatQueue] = [:]
    var totals: [String: Instant] = [:]
    /// Chats that wait for a time, kept small: only retries, pacing and quiet hours get here.
    var sleeping: [ConversationKey: Instant] = [:]
    var waiting = 0
    var isStopping = false
  }
  package static let attemptLimit = 12
  package static let workers = 48

  private let store: HouseStore
  private let people: PeopleBook
  private let clock: any WallClock
  private let state = Mutex(State())
  private let doors = Mutex<[String: any OutboundDoor]>([:])
  private let ready = WorkQueue<ConversationKey>()
  private let log = Log("outbox")
  private let sent: Counter
  private let failed: Counter
  private let retried: Counter
  private let sending: Histogram

  package init(store: HouseStore, people: PeopleBook, clock: any WallClock, metrics: Metrics) {
    self.store = store
    self.people = people
    self.clock = clock
    sent = metrics.counter("thinnai_outbox_sent_total", help: "Messages accepted by a platform.")
    failed = metrics.counter("thinnai_outbox_failed_total", help: "Messages given up.")
    retried = metrics.counter("thinnai_outbox_retried_total", help: "Sends tried again.")
    sending = metrics.histogram("thinnai_step_seconds", step: "send")
  }

  package func add(door: any OutboundDoor) { doors.withLock { $0[door.name] = door } }
  /// Messages committed and not settled.
  package var depth: Int { state.withLock { $0.waiting } }

  /// Takes committed messages; called in commit order.
  package func enqueue(_ items: [OutboxItem]) {
    for item in items {
      let lane = item.lane
      let isReady = state.withLock { state in
        state.waiting += 1
        var queue = state.chats[lane] ?? ChatQueue()
        defer { state.chats[lane] = queue }
        if item.urgency == .emergency {
          queue.items.insert(item, at: queue.isBusy ? min(1, queue.items.count) : 0)
          queue.notBefore = .epoch
        } else {
          queue.items.append(item)
        }
        guard !queue.isBusy else { return false }
        queue.isBusy = true
        state.sleeping[lane] = nil
        return true
      }
      if isReady { ready.push(lane) }
    }
  }

  /// Takes up what an earlier run left unsettled.
  package func recover() async throws -> Int {
    let items = try await store.write { house in
      // "sending" rows may have left before the crash
      try house.execute("UPDATE outbox SET is_uncertain = 1 WHERE state = 'sending'")
      return try house.query(
        """
        SELECT tenant, id, person, door, account, user, chat, payload, urgency, due_at, attempts, is_uncertain
        FROM outbox WHERE state IN ('waiting', 'sending') ORDER BY created_at, id
        """
      ) { row -> OutboxItem? in
        guard let message = try? JSON.parse(row.text(7)).decode(OutboundMessage.self) else { return nil }
        return OutboxItem(
          tenant: TenantID(row.text(0)), id: row.text(1), person: PersonID(row.text(2)),
          address: Address(door: row.text(3), account: row.text(4), user: row.text(5)), chat: row.text(6),
          message: message, urgency: Urgency(rawValue: row.integer(8)) ?? .normal, dueAt: row.instant(9),
          attempts: row.integer(10), isUncertain: row.bool(11))
      }.compactMap { $0 }
    }
    enqueue(items)
    return items.count
  }

  /// Runs until cancelled or stopped; on `stop` what is in flight is finished.
  package func run() async {
    await withDiscardingTaskGroup { group in
      for _ in 0..<Self.workers {
        group.addTask { while let lane = await self.ready.next() { await self.work(lane) } }
      }
      group.addTask { await self.wakeSleepers() }
    }
  }

  /// Waits until everything that may leave has left, but no longer than a limit: the rows stay for the next start.
  package func drain(for limit: Duration) async {
    let end = ContinuousClock.now + limit
    while depth > 0, ContinuousClock.now < end { try? await Task.sleep(for: .milliseconds(20)) }
  }

  package func stop() {
    state.withLock { $0.isStopping = true }
    ready.close()
  }

  private func wakeSleepers() async {
    while !Task.isCancelled, !state.withLock({ $0.isStopping }) {
      let now = clock.now
      let awake = state.withLock { state in
        guard !state.sleeping.isEmpty else { return [ConversationKey]() }
        let awake = state.sleeping.filter { $0.value <= now }.map(\.key)
        for lane in awake {
          state.sleeping[lane] = nil
          state.chats[lane]?.isBusy = true
        }
        return awake
      }
      for lane in awake { ready.push(lane) }
      do { try await clock.sleep(for: .milliseconds(50)) } catch { return }
    }
  }

  /// Sends what a chat has ready; one worker at a time has the chat.
  private func work(_ lane: ConversationKey) async {
    guard let door = doors.withLock({ $0[lane.door] }) else {
      return leaveForLater(lane)
    }
    while let item = next(lane, pace: door.pace) {
      let started = ContinuousClock.now
      var picture: KeptFile?
      if let id = item.message.picture { picture = try? await store.tenant(item.tenant).keptFile(id) }
      let outcome = await door.send(item, picture: picture)
      sending.observe(ContinuousClock.now - started)
      settle(item, lane, outcome)
    }
  }

  /// The door is not open for this chat now: its messages wait on disk for the next start.
  private func leaveForLater(_ lane: ConversationKey) {
    state.withLock { state in
      state.waiting -= state.chats[lane]?.items.count ?? 0
      state.chats[lane] = nil
    }
  }

  /// The first item if it may go now; otherwise lets go of the chat (and notes when to come back).
  private func next(_ lane: ConversationKey, pace: Pace) -> OutboxItem? {
    let now = clock.now
    return state.withLock { state in
      guard var queue = state.chats[lane] else { return nil }
      defer { if state.chats[lane] != nil { state.chats[lane] = queue } }
      // what waits for the morning does not hold up an answer
      guard let item = queue.items.first(where: { $0.dueAt <= now }) ?? queue.items.min(by: { $0.dueAt < $1.dueAt }),
        !state.isStopping
      else {
        queue.isBusy = false
        if queue.items.isEmpty, queue.paceUntil <= now { state.chats[lane] = nil }
        return nil
      }
      var earliest = max(queue.notBefore, item.dueAt)
      if item.urgency != .emergency {
        if pace.perChat > 0 {
          let tolerance = Duration.microseconds(Int64(Double(pace.chatBurst - 1) / pace.perChat * 1_000_000))
          earliest = max(earliest, queue.paceUntil - tolerance)
        }
        if pace.total > 0 { earliest = max(earliest, (state.totals[lane.door] ?? .epoch) - .seconds(1)) }
      }
      guard earliest <= now else {
        queue.isBusy = false
        state.sleeping[lane] = earliest
        return nil
      }
      if pace.perChat > 0 {
        queue.paceUntil = max(queue.paceUntil, now) + .microseconds(Int64(1_000_000 / pace.perChat))
      }
      if pace.total > 0 {
        state.totals[lane.door] =
          max(state.totals[lane.door] ?? .epoch, now) + .microseconds(Int64(1_000_000 / pace.total))
      }
      return item
    }
  }

  private func settle(_ item: OutboxItem, _ lane: ConversationKey, _ outcome: SendOutcome) {
    switch outcome {
    case .sent(let externalID):
      sent.add()
      finish(item, lane)
      record(item, state: "sent", externalID: externalID, error: nil)
    case .nobodyThere: leaveForLater(lane)
    case .refused(let reason):
      giveUp(item, lane, reason)
    case .unreachable(let reason):
      giveUp(item, lane, reason)
      let people = people
      store.submit { house in
        try people.markUnreachable(item.address, in: &house)
      } completion: { _ in
      }
    case .retry(let after, let reason, let pieces):
      again(item, lane, after: after, reason: reason, pieces: pieces, isUncertain: item.isUncertain)
    case .unknown(let reason, let pieces):
      again(item, lane, after: nil, reason: reason, pieces: pieces, isUncertain: true)
    }
  }

  private func giveUp(_ item: OutboxItem, _ lane: ConversationKey, _ reason: String) {
    failed.add()
    log.warning(
      "A message could not be delivered",
      ["outbox.id": .text(item.id), "door": .text(item.address.door), "reason": .text(reason)])
    finish(item, lane)
    record(item, state: "failed", externalID: nil, error: reason)
  }

  private func again(
    _ item: OutboxItem, _ lane: ConversationKey, after: Duration?, reason: String, pieces: Int, isUncertain: Bool
  ) {
    guard item.attempts + 1 < Self.attemptLimit || item.urgency == .emergency else {
      return giveUp(item, lane, reason)
    }
    retried.add()
    let delay = after ?? .milliseconds(min(300_000, 500 << min(item.attempts, 10)))
    var changed = item
    changed.attempts += 1
    changed.isUncertain = isUncertain
    changed.piecesSent = pieces
    let (due, attempts) = (clock.now + delay, changed.attempts)
    state.withLock { state in
      guard let index = state.chats[lane]?.items.firstIndex(where: { $0.id == item.id }) else { return }
      state.chats[lane]?.items[index] = changed
      state.chats[lane]?.notBefore = due
    }
    store.submit { house in
      try house.execute(
        """
        UPDATE outbox SET state = 'waiting', attempts = ?, due_at = ?, is_uncertain = ?, error = ?
        WHERE tenant = ? AND id = ?
        """, attempts, due, isUncertain, reason, item.tenant, item.id)
    } completion: { _ in
    }
  }

  private func finish(_ item: OutboxItem, _ lane: ConversationKey) {
    state.withLock { state in
      guard let index = state.chats[lane]?.items.firstIndex(where: { $0.id == item.id }) else { return }
      state.chats[lane]?.items.remove(at: index)
      state.waiting -= 1
    }
  }

  private func record(_ item: OutboxItem, state: String, externalID: String?, error: String?) {
    let log = log
    store.submit { house in
      try house.execute(
        "UPDATE outbox SET state = ?, settled_at = ?, external_id = ?, error = ?, attempts = ? WHERE tenant = ? AND id = ?",
        state, house.now, externalID, error, item.attempts + 1, item.tenant, item.id)
    } completion: { result in
      if case .failure(let error) = result {
        log.error("The outcome of a send could not be recorded", ["outbox.id": .text(item.id), "error": .error(error)])
      }
    }
  }
}
