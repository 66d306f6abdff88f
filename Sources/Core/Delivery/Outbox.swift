package import Base
import Formats
import Messages
package import People
package import Store
import Synchronization
package import Telemetry

/// Sends what is committed: in order within a chat, chats side by side, at the door's pace, until it is settled.
///
/// At least once: a message whose outcome is unknown is sent again and marked uncertain. A row says `sending` on disk
/// before its bytes can leave, so that after a crash every row that may have left is known.
package final class Outbox: Sendable {
  /// A message that alone fails, while its door takes others, is given up after so many tries.
  package static let attemptLimit = 12
  /// The longest wait between two tries.
  private static let longestPause: Duration = .minutes(5)
  package static let workers = 48
  /// How often sleeping chats and unrecorded outcomes are looked at, while there are any.
  static let step: Duration = .milliseconds(50)

  let store: HouseStore
  private let people: PeopleBook
  private let clock: any WallClock
  /// For how long a message is tried when nothing gets through.
  private let patience: Duration
  /// When each door last took a message.
  private let takenAt = Mutex<[String: Duration]>([:])
  private let queues = Mutex(OutboxQueues())
  // a struct, because a bare closure behind a mutex is wrapped anew by every read of it
  private struct Listener: Sendable { let call: @Sendable (OutboxItem) -> Void }
  private let listener = Mutex<Listener?>(nil)
  private let doors = Mutex<[String: any OutboundDoor]>([:])
  private let ready = WorkQueue<ConversationKey>()
  /// Wakes the timer when something begins to wait for a time.
  private let alarm = WorkQueue<Bool>(limit: 1)
  private let isStopping = Atomic<Bool>(false)
  /// Outcomes that the store would not take (a full disk); written as soon as it does.
  private let unrecorded = Mutex<[OutboxRecord]>([])
  private let health: DoorHealth?
  private let log = Log("outbox")
  private let sent: Counter
  private let failed: Counter
  private let retried: Counter
  private let sending: Histogram

  package init(
    store: HouseStore, people: PeopleBook, clock: any WallClock, metrics: Metrics, patience: Duration = .hours(24),
    health: DoorHealth? = nil
  ) {
    self.patience = patience
    self.health = health
    self.store = store
    self.people = people
    self.clock = clock
    sent = metrics.counter("thinnai_outbox_sent_total", help: "Messages accepted by a platform.")
    failed = metrics.counter("thinnai_outbox_failed_total", help: "Messages given up.")
    retried = metrics.counter("thinnai_outbox_retried_total", help: "Sends tried again.")
    sending = metrics.histogram("thinnai_step_seconds", step: "send")
  }

  package func add(door: any OutboundDoor) { doors.withLock { $0[door.name] = door } }
  /// Called with each message that a platform has accepted; must not wait.
  package func onSent(_ listener: @escaping @Sendable (OutboxItem) -> Void) {
    self.listener.withLock { $0 = Listener(call: listener) }
  }
  /// Messages committed and not settled.
  package var depth: Int { queues.withLock { $0.count } }

  /// Takes a committed message; called in commit order.
  package func enqueue(_ item: OutboxItem) {
    if queues.withLock({ $0.add(item) }) { ready.push(item.lane) }
  }

  /// Takes up what an earlier run left unsettled. - Returns: how many messages.
  package func recover() async throws -> Int {
    let items = try await store.write { try $0.unsettledOutbox() }
    let (now, uptime) = (clock.now, clock.uptime)
    for var item in items {
      // the clock may have been put back meanwhile: nobody waits for longer than a pause
      if let retryAt = item.retryAt { item.readyAt = uptime + max(.zero, min(retryAt - now, Self.longestPause)) }
      enqueue(item)
    }
    return items.count
  }

  /// Runs until cancelled or stopped; on `stop` what is in flight is finished.
  package func run() async {
    await withDiscardingTaskGroup { group in
      for _ in 0..<Self.workers {
        group.addTask { while let lane = await self.ready.next() { await self.work(lane) } }
      }
      group.addTask { await self.keepTime() }
    }
  }

  /// Waits until everything that may leave has left, but no longer than a limit: the rows stay for the next start.
  package func drain(for limit: Duration) async {
    let end = ContinuousClock.now + limit
    while depth > 0, ContinuousClock.now < end { try? await Task.sleep(for: .milliseconds(20)) }
  }

  package func stop() {
    isStopping.store(true, ordering: .releasing)
    ready.close()
    alarm.close()
  }

  private var isOver: Bool { isStopping.load(ordering: .acquiring) }
  /// What became of a send can never be recorded again: everything waits on disk for the next start.
  private var hasStoreFailed: Bool { if case .failed = store.database.health { true } else { false } }

  /// Wakes chats whose time has come and writes outcomes again that the store refused; idle while there are none.
  private func keepTime() async {
    while !Task.isCancelled, !isOver {
      guard queues.withLock({ $0.isAnySleeping }) || unrecorded.withLock({ !$0.isEmpty }) else {
        guard await alarm.next() != nil else { return }
        continue
      }
      do { try await clock.sleep(for: Self.step) } catch { return }
      let now = clock.now
      for lane in queues.withLock({ $0.wake(now) }) { ready.push(lane) }
      guard store.database.health == .ok else { continue }
      for record in unrecorded.withLock({ take(&$0) }) { write(record, isFirst: false) }
    }
  }

  private func take(_ records: inout [OutboxRecord]) -> [OutboxRecord] {
    defer { records = [] }
    return records
  }

  /// Sends what a chat has ready; one worker at a time has the chat.
  private func work(_ lane: ConversationKey) async {
    guard let door = doors.withLock({ $0[lane.door] }) else { return queues.withLock { $0.drop(lane) } }
    while !isOver, !hasStoreFailed {
      let now = clock.now
      let (next, sleeps) = queues.withLock { queues in
        let next = queues.next(lane, pace: door.pace, now: now, uptime: clock.uptime)
        return (next, next == nil && queues.isAnySleeping)
      }
      if sleeps { alarm.push(true) }
      if let item = next, people.person(item.person) == nil {
        // forgotten meanwhile, and the row with them
        queues.withLock { $0.remove(item) }
        continue
      }
      guard let item = next, await mayLeave(item) else {
        if next == nil { return }
        continue
      }
      var companions: [OutboxItem] = []
      if door.mayMerge(item.chat) {
        let waiting = queues.withLock {
          $0.companions(of: item, pace: door.pace, now: now, uptime: clock.uptime)
        }
        for other in waiting { if await mayLeave(other) { companions.append(other) } else { break } }
      }
      let started = ContinuousClock.now
      var picture: KeptFile?
      let sendable = await knowing(item)
      if let id = item.message.picture { picture = try? await store.tenant(item.tenant).keptFile(id) }
      let outcome = await door.send(sendable.merged(with: companions), picture: picture)
      sending.observe(ContinuousClock.now - started)
      for one in [item] + companions { await settle(one, outcome) }
    }
  }

  /// A message that is shown anew changes the one that is there. - Returns: the item with the platform's id of that one.
  private func knowing(_ item: OutboxItem) async -> OutboxItem {
    guard item.version > 1 else { return item }
    var known = item
    let before = try? await store.tenant(item.tenant).read { reader in
      try reader.first("SELECT external_id FROM outbox WHERE tenant = :tenant AND id = ?", item.id) {
        $0.optionalText(0)
      } ?? nil
    }
    known.replaces = before.flatMap { $0 } ?? item.replaces
    return known
  }

  /// A row that waited is marked `sending` on disk first. Without room an alarm leaves all the same.
  private func mayLeave(_ item: OutboxItem) async -> Bool {
    guard !item.isMarkedSending else { return true }
    do {
      try await store.write(.reserve) { house in
        try house.execute(
          "UPDATE outbox SET state = 'sending', attempts = ? WHERE tenant = ? AND id = ?", item.attempts, item.tenant,
          item.id)
      }
    } catch {
      guard item.urgency != .emergency else { return true }
      var later = item
      later.readyAt = clock.uptime + .seconds(1)
      let changed = later
      queues.withLock { $0.replace(changed) }
      return false
    }
    return true
  }

  private func settle(_ item: OutboxItem, _ outcome: SendOutcome) async {
    switch outcome {
    case .sent(let externalID):
      sent.add()
      let uptime = clock.uptime
      takenAt.withLock { $0[item.address.door] = uptime }
      health?.delivered(item.address.door)
      await finish(item, .sent(externalID: externalID))
      listener.withLock { $0 }?.call(item)
    case .nobodyThere: queues.withLock { $0.drop(item.lane) }
    case .refused(let reason): await giveUp(item, reason)
    case .unreachable(let reason):
      await giveUp(item, reason)
      let people = people
      store.submit { house in
        try people.markUnreachable(item.address, in: &house)
      } completion: { _ in
      }
    case .retry(let after, let reason, let pieces):
      await again(item, after: after, reason: reason, pieces: pieces, isUncertain: item.isUncertain)
    case .unknown(let reason, let pieces):
      await again(item, after: nil, reason: reason, pieces: pieces, isUncertain: true)
    }
  }

  private func giveUp(_ item: OutboxItem, _ reason: String) async {
    failed.add()
    log.warning(
      "A message could not be delivered",
      ["outbox.id": .text(item.id), "door": .text(item.address.door), "reason": .text(reason)])
    await finish(item, .failed(reason))
  }

  /// The next message of the chat leaves once this one is settled on disk: a crash doubles at most one in each chat.
  private func finish(_ item: OutboxItem, _ outcome: OutboxRecord.Outcome) async {
    var item = item
    item.attempts += 1
    let settled = item
    await withCheckedContinuation { continuation in
      write(OutboxRecord(item: settled, at: clock.now, outcome: outcome)) { continuation.resume() }
    }
    queues.withLock { $0.remove(settled) }
  }

  private func again(_ item: OutboxItem, after: Duration?, reason: String, pieces: Int, isUncertain: Bool) async {
    let uptime = clock.uptime
    var changed = item
    changed.failingSince = item.failingSince ?? uptime
    changed.triedUntil = item.triedUntil ?? uptime + patienceLeft(for: item)
    guard item.urgency == .emergency || !isVain(changed, at: uptime) else { return await giveUp(item, reason) }
    retried.add()
    changed.attempts += 1
    changed.isUncertain = isUncertain
    changed.piecesSent = pieces
    changed.isMarkedSending = false
    let pause = after ?? min(Self.longestPause, .milliseconds(500 << min(item.attempts, 10)))
    changed.readyAt = uptime + pause
    changed.retryAt = clock.now + pause
    let next = changed
    // in this order: the row says `waiting` before the next try can mark it `sending`
    write(OutboxRecord(item: next, at: clock.now, outcome: .again(reason)))
    queues.withLock { $0.replace(next) }
  }

  /// What is left of the time after an earlier run.
  private func patienceLeft(for item: OutboxItem) -> Duration {
    max(.zero, min(patience, patience - (clock.now - max(item.createdAt, item.dueAt))))
  }

  /// Whether another try makes no sense: its time is over, or the door takes other messages and not this one.
  private func isVain(_ item: OutboxItem, at uptime: Duration) -> Bool {
    guard item.attempts + 1 >= Self.attemptLimit else { return false }
    if let until = item.triedUntil, uptime >= until { return true }
    guard let since = item.failingSince, let taken = takenAt.withLock({ $0[item.address.door] }) else { return false }
    return taken > since
  }

  private func write(
    _ record: OutboxRecord, isFirst: Bool = true, then: @escaping @Sendable () -> Void = {}
  ) {
    store.submit(.outcome) { house in
      try house.write(record)
    } completion: { [self] result in
      defer { then() }
      guard case .failure(let error) = result, !isOver else { return }
      if isFirst {
        log.error(
          "The outcome of a send could not be recorded yet",
          ["outbox.id": .text(record.item.id), "error": .error(error)])
      }
      unrecorded.withLock { $0.append(record) }
      alarm.push(true)
    }
  }
}
