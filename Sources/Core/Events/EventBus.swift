package import Base
package import Store
import Synchronization
package import Telemetry

/// Brings written events to their consumers: one task a consumer, so that a slow one delays no other.
package final class EventBus: Sendable {
  /// Events of a transactional consumer in one change.
  static let batch = 64
  /// While something waits to be tried again, the clock is asked this often.
  static let step: Duration = .milliseconds(200)

  package let log: any EventLog
  package let hub: EventHub
  private let store: HouseStore
  private let clock: any WallClock
  private let written: Counter
  private let handled: Counter
  private let failed: Counter
  private let dead: Counter
  private let line = Log("events")

  private struct Desk {
    let serial: Int
    let consumer: EventConsumer
    let news: AsyncStream<Void>
    let tell: AsyncStream<Void>.Continuation
    var isAdmitted = false
    /// Events wait for it.
    var isPaused: Bool
  }
  private let desks = Mutex<[String: Desk]>([:])
  private let serial = Atomic<Int>(0)
  private let newcomers: AsyncStream<String>
  private let introduce: AsyncStream<String>.Continuation

  package init(
    store: HouseStore, hub: EventHub, log: any EventLog, consumers: [EventConsumer], clock: any WallClock,
    metrics: Metrics
  ) {
    self.store = store
    self.hub = hub
    self.log = log
    self.clock = clock
    written = metrics.counter("thinnai_events_commits_total", help: "Commits that wrote events for later.")
    handled = metrics.counter("thinnai_events_handled_total", help: "Events that a consumer has handled.")
    failed = metrics.counter("thinnai_events_failed_total", help: "Tries of consumers that failed.")
    dead = metrics.counter("thinnai_events_dead_total", help: "Events that were set aside after the last try.")
    (newcomers, introduce) = AsyncStream.makeStream()
    for consumer in consumers { add(consumer) }
    hub.onWritten { [weak self] in self?.wake() }
  }

  package var consumers: [EventConsumer] {
    desks.withLock { $0.values.map(\.consumer) }.sorted { $0.name < $1.name }
  }

  /// From now on the consumer gets what it wants; it replaces one of the same name, whose place it takes.
  package func add(_ consumer: EventConsumer, isPaused: Bool = false) {
    let (news, tell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let serial = serial.wrappingAdd(1, ordering: .relaxed).newValue
    let old = desks.withLock { desks in
      defer {
        desks[consumer.name] = Desk(serial: serial, consumer: consumer, news: news, tell: tell, isPaused: isPaused)
      }
      return desks[consumer.name]
    }
    old?.tell.finish()
    hub.want(consumer.patterns, as: consumer.name)
    // its place is taken before anything that is emitted from now on; what goes wrong here is made good when it is served
    let name = consumer.name
    store.submit(.arrival) {
      try StoreEventLog.admit(name, in: $0)
    } completion: { _ in
    }
    introduce.yield(consumer.name)
  }

  /// What happens from now on is not kept for it; its place goes at the next trimming.
  package func remove(_ name: String) {
    desks.withLock { $0.removeValue(forKey: name) }?.tell.finish()
    hub.forgo(name)
  }

  /// Lets events wait for a consumer, or come again.
  package func pause(_ name: String, _ isPaused: Bool) {
    desks.withLock { $0[name]?.isPaused = isPaused }
    wake(name)
  }

  private func wake() {
    written.add()
    for tell in desks.withLock({ $0.values.map(\.tell) }) { tell.yield() }
  }

  /// Wakes one consumer: its place was moved, or a dead letter has come back.
  package func wake(_ consumer: String) {
    _ = desks.withLock { $0[consumer] }?.tell.yield()
  }

  /// Runs until cancelled. One task runs it.
  package func run() async {
    await withDiscardingTaskGroup { group in
      if log.poll != nil { group.addTask { await self.relay() } }
      for await name in newcomers {
        guard let desk = desks.withLock({ $0[name] }) else { continue }
        group.addTask { await self.serve(desk) }
      }
      group.cancelAll()
    }
  }

  /// Takes what is written here to where others see it.
  private func relay() async {
    var isTold = false
    while !Task.isCancelled {
      do {
        try await log.relay()
        isTold = false
      } catch {
        // one line is enough for as long as it lasts
        if !isTold { line.error("Events cannot be relayed; they wait in the store", ["error": .error(error)]) }
        isTold = true
      }
      do { try await clock.sleep(for: log.poll ?? .seconds(1)) } catch { return }
    }
  }

  private func serve(_ desk: Desk) async {
    var news = desk.news.makeAsyncIterator()
    while !Task.isCancelled {
      var next: Instant?
      do {
        next = try await drain(desk.consumer)
      } catch is EventsMoved {
        continue
      } catch {
        guard !Task.isCancelled else { return }
        line.error(
          "A consumer could not go on; it tries again", ["consumer": .text(desk.consumer.name), "error": .error(error)])
        next = clock.now + .seconds(1)
      }
      guard isCurrent(desk) else { return }
      if let next {
        let wait = next - clock.now
        do { try await clock.sleep(for: wait > .zero ? min(wait, Self.step) : .zero) } catch { return }
      } else if let poll = log.poll {
        do { try await clock.sleep(for: poll) } catch { return }
      } else if await news.next() == nil {
        return
      }
    }
  }

  /// Whether the desk has not been replaced or taken away.
  private func isCurrent(_ desk: Desk) -> Bool {
    desks.withLock { $0[desk.consumer.name]?.serial } == desk.serial
  }

  /// Handles all that is there now, for one consumer or for all: what tests and `run` do.
  ///
  /// - Returns: when something is to be tried again, if anything is.
  @discardableResult
  package func drain(_ name: String? = nil) async throws -> Instant? {
    try await log.relay()
    var next: Instant?
    for consumer in consumers where name == nil || consumer.name == name {
      if let at = try await drain(consumer) { next = min(next ?? at, at) }
    }
    return next
  }

  private func drain(_ consumer: EventConsumer) async throws -> Instant? {
    let (isAdmitted, isPaused) = desks.withLock { desks in
      (desks[consumer.name]?.isAdmitted ?? true, desks[consumer.name]?.isPaused ?? true)
    }
    if !isAdmitted {
      try await log.admit(consumer.name)
      desks.withLock { $0[consumer.name]?.isAdmitted = true }
    }
    guard !isPaused else { return nil }
    try await rewind(consumer.name)
    while !Task.isCancelled {
      let retried = try await retry(consumer)
      let isMore = try await take(consumer)
      if !isMore, retried == 0 { break }
    }
    let name = consumer.name
    return try await store.read { house in
      try house.first("SELECT min(try_at) FROM event_parked WHERE consumer = ? AND try_at IS NOT NULL", name) {
        $0.optionalInstant(0)
      } ?? nil
    }
  }

  // MARK: New events

  private func take(_ consumer: EventConsumer) async throws -> Bool {
    let batch: EventBatch
    var prepared: [Result<EventConsumer.Effect, any Error>] = []
    switch consumer.work {
    case .transactional(let body):
      batch = try await log.next(consumer, limit: Self.batch)
      prepared = batch.events.map { event in .success { try body(event, &$0) } }
    case .prepared(let body):
      batch = try await log.next(consumer, limit: 1)
      for event in batch.events { prepared.append(try await prepare(event, consumer, body)) }
    }
    guard !batch.events.isEmpty else { return false }
    let effects = prepared
    let fates = try await store.write { [log] house in
      let parking = EventParking(consumer: consumer, house: house)
      var fates: [EventParking.Fate] = []
      for (event, effect) in zip(batch.events, effects) {
        fates.append(try parking.apply(event, effect))
      }
      try log.settle(batch, consumer.name, in: house)
      return fates
    }
    count(fates, consumer)
    try await log.acknowledge(batch, consumer.name)
    return true
  }

  /// An event whose key is blocked is not tried: it waits its turn.
  private func prepare(
    _ event: StoredEvent, _ consumer: EventConsumer,
    _ body: @Sendable (StoredEvent) async throws -> EventConsumer.Effect
  ) async throws -> Result<EventConsumer.Effect, any Error> {
    if try await store.read({ try EventParking.isBlocked(event, consumer.name, $0) }) { return .success { _ in } }
    return await Self.attempt { try await body(event) }
  }

  private static func attempt(
    _ body: () async throws -> EventConsumer.Effect
  ) async -> Result<EventConsumer.Effect, any Error> {
    do { return .success(try await body()) } catch { return .failure(error) }
  }

  // MARK: Tries again

  private struct Waiting: Sendable {
    let event: StoredEvent
    let attempts: Int
  }

  private func retry(_ consumer: EventConsumer) async throws -> Int {
    let (name, now) = (consumer.name, clock.now)
    let due = try await store.read { house in
      try house.query(
        """
        SELECT \(EventRows.columns), attempts FROM event_parked WHERE consumer = ? AND try_at <= ? ORDER BY place
        LIMIT ?
        """, name, now, Self.batch
      ) { Waiting(event: EventRows.read($0), attempts: $0.integer(9)) }
    }
    for waiting in due {
      let effect: Result<EventConsumer.Effect, any Error>
      switch consumer.work {
      case .transactional(let body): effect = .success { try body(waiting.event, &$0) }
      case .prepared(let body): effect = await Self.attempt { try await body(waiting.event) }
      }
      let fate = try await store.write { house -> EventParking.Fate? in
        // somebody may have replayed or dropped it meanwhile
        let isStill = try house.exists(
          "SELECT 1 FROM event_parked WHERE tenant = ? AND consumer = ? AND id = ? AND try_at <= ?",
          waiting.event.tenant, name, waiting.event.id, now)
        guard isStill else { return nil }
        return try EventParking(consumer: consumer, house: house)
          .again(waiting.event, attempts: waiting.attempts, effect)
      }
      if let fate { count([fate], consumer) }
    }
    return due.count
  }

  private func count(_ fates: [EventParking.Fate], _ consumer: EventConsumer) {
    for fate in fates {
      switch fate {
      case .handled: handled.add()
      case .parked: failed.add()
      case .dead:
        failed.add()
        dead.add()
        line.warning("An event was set aside after the last try", ["consumer": .text(consumer.name)])
      }
    }
  }

  // MARK: Keeping house

  /// Deletes what is older than that and was passed by everybody, and the letters that are dead for longer.
  package func trim(before instant: Instant) async throws {
    let names = Set(consumers.map(\.name))
    while try await log.trim(before: instant, consumers: names) >= 5_000 {}
    try await store.write(.reserve) { house in
      try house.execute("DELETE FROM event_parked WHERE state = 'dead' AND at < ?", instant)
    }
  }

  private func rewind(_ consumer: String) async throws {
    let wished = try await store.read { house in
      try house.first("SELECT at FROM event_rewinds WHERE consumer = ?", consumer) { $0.instant(0) }
    }
    guard let wished else { return }
    try await log.rewind(consumer, to: wished)
    try await store.write { house in
      try house.execute("DELETE FROM event_rewinds WHERE consumer = ? AND at = ?", consumer, wished)
    }
  }
}

extension Transaction {
  /// Gives a consumer everything again that happened since then. - Returns: whether there is such a consumer.
  package func replayEvents(to consumer: String, from instant: Instant) throws -> Bool {
    guard let bus = service(EventBus.self), bus.consumers.contains(where: { $0.name == consumer }) else { return false }
    try widened().execute(
      """
      INSERT INTO event_rewinds (consumer, at) VALUES (?, ?)
      ON CONFLICT (consumer) DO UPDATE SET at = min(at, excluded.at)
      """, consumer, instant)
    afterCommit { bus.wake(consumer) }
    return true
  }
}
