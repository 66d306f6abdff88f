package import Base
import Formats
package import Store
import Synchronization
package import Telemetry

/// Fires what is due, once each, within a second while the house is up.
///
/// It never sleeps "until 08:00": it wakes at the next due time or after 200 ms, whichever is first, and asks the
/// clock, so that a stepped clock, suspend or a new zone rule cannot make it late or early. While nothing at all is
/// scheduled it sleeps until something is. A due row is deleted in the same transaction as its effects and their outbox
/// rows, so a crash at any point neither loses nor doubles it.
package final class Scheduler: Sendable {
  package static let step: Duration = .milliseconds(200)
  static let batch = 256
  /// An item of a kind that no room handles (a newer program's, a room taken out) is kept, and looked at this often.
  static let unhandledDelay: Duration = .hours(1)

  private let store: HouseStore
  private let clock: any WallClock
  private let handlers: [String: DueHandler]
  private let log = Log("schedule")
  private let lateness: Histogram
  private let failures: Counter
  /// The earliest time that something may be due; `nil` when nothing is known to be.
  private let earliest = Mutex<Instant?>(.epoch)
  /// Wakes the run that sleeps because nothing was scheduled.
  private let news: AsyncStream<Void>
  private let tellNews: AsyncStream<Void>.Continuation

  package init(store: HouseStore, clock: any WallClock, handlers: [DueHandler], metrics: Metrics) {
    self.store = store
    self.clock = clock
    self.handlers = Dictionary(handlers.map { ($0.kind, $0) }, uniquingKeysWith: { first, _ in first })
    lateness = metrics.histogram("thinnai_schedule_lateness_seconds", help: "How late due items were handled.")
    failures = metrics.counter("thinnai_schedule_failures_total", help: "Due items whose handler failed.")
    (news, tellNews) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  func noteDue(at instant: Instant) {
    let wasNothing = earliest.withLock { earliest in
      defer { earliest = earliest.map { min($0, instant) } ?? instant }
      return earliest == nil
    }
    if wasNothing { tellNews.yield() }
  }

  /// Whether something has been due for so long without being looked at: the timers stand still.
  package func isBehind(by patience: Duration) -> Bool {
    earliest.withLock { $0 }.map { $0 > .epoch && clock.now - $0 > patience } ?? false
  }

  /// Fires until cancelled. One task runs it.
  package func run() async {
    var news = news.makeAsyncIterator()
    while !Task.isCancelled {
      await fireDue()
      guard let next = earliest.withLock({ $0 }) else {
        _ = await news.next()
        continue
      }
      // what is still due now could not be handled: it is tried again, not at once
      let wait = next - clock.now
      do { try await clock.sleep(for: wait > .zero ? min(wait, Self.step) : Self.step) } catch { return }
    }
  }

  /// Handles everything that is due now. - Returns: how many items were looked at.
  @discardableResult
  package func fireDue() async -> Int {
    var handled = 0
    while true {
      let now = clock.now
      guard let next = earliest.withLock({ $0 }), next <= now else { return handled }
      do {
        let count = try await fireBatch(now)
        handled += count
        if count == 0 { return handled }
      } catch {
        log.error("Due items could not be handled; they will be tried again", ["error": .error(error)])
        return handled
      }
    }
  }

  // MARK: One batch

  /// Items of one kind for one person, handled together; one that is for nobody stands alone.
  private struct Group {
    let tenant: TenantID
    var items: [Due]
    var kind: String { items[0].kind }
  }

  private func fireBatch(_ now: Instant) async throws -> Int {
    let late = try await store.write { [self] house -> [Duration] in
      var late: [Duration] = []
      for group in try groups(due: now, house) {
        late += group.items.map { now - $0.at }
        try settle(group, now, house)
      }
      let next = try house.first("SELECT min(try_at) FROM due") { $0.optionalInstant(0) } ?? nil
      // on the writer's thread, in commit order: a later change's own note is never overwritten
      house.afterCommit { [self] in earliest.withLock { $0 = next } }
      return late
    }
    for late in late { lateness.observe(late) }
    return late.count
  }

  private static let columns = "tenant, id, kind, person, subject, at, payload, attempts"

  private static func read(_ row: Row) -> (tenant: TenantID, due: Due) {
    (
      TenantID(row.text(0)),
      Due(
        id: row.text(1), kind: row.text(2), person: row.optionalText(3).map { PersonID($0) }, subject: row.text(4),
        at: row.instant(5), payload: (try? JSON.parse(row.text(6))) ?? .null, attempts: row.integer(7))
    )
  }

  private func groups(due now: Instant, _ house: HouseTransaction) throws -> [Group] {
    let rows = try house.query(
      "SELECT \(Self.columns) FROM due WHERE try_at <= ? ORDER BY try_at, at, id LIMIT ?", now, Self.batch,
      map: Self.read)
    var groups: [Group] = []
    var places: [String: Int] = [:]
    for row in rows {
      let key = "\(row.tenant)|\(row.due.kind)|\(row.due.person?.text ?? row.due.id)"
      if let place = places[key] {
        groups[place].items.append(row.due)
      } else {
        places[key] = groups.count
        groups.append(Group(tenant: row.tenant, items: [row.due]))
      }
    }
    // the end of a full batch must not part what belongs together
    let isFull = rows.count == Self.batch
    for place in groups.indices {
      let group = groups[place]
      if isFull, let person = group.items[0].person {
        groups[place].items = try house.query(
          "SELECT \(Self.columns) FROM due WHERE tenant = ? AND kind = ? AND person = ? AND try_at <= ?",
          group.tenant, group.kind, person, now
        ) { Self.read($0).due }
      }
      groups[place].items.sort { ($0.at, $0.id) < ($1.at, $1.id) }
    }
    return groups
  }

  /// Runs a group's handler in its own savepoint. One that fails is put off with a growing delay and blocks nobody; only
  /// trouble with the store itself ends the batch.
  private func settle(_ group: Group, _ now: Instant, _ house: HouseTransaction) throws {
    let transaction = house.tenant(group.tenant)
    guard let handler = handlers[group.kind] else {
      try putOff(group, to: { _ in now + Self.unhandledDelay }, ScheduleTrouble.unhandled, transaction)
      return
    }
    do {
      try transaction.savepoint { transaction in
        for item in group.items {
          try transaction.execute("DELETE FROM due WHERE tenant = :tenant AND id = ?", item.id)
        }
        try handler.body(group.items, &transaction)
      }
    } catch let error as StoreError where error.isTrouble {
      throw error
    } catch {
      try putOff(
        group, to: { now + .seconds(min(3_600, 5 << min($0.attempts, 10))) }, String(describing: error), transaction)
    }
  }

  private func putOff(
    _ group: Group, to time: (Due) -> Instant, _ reason: String, _ transaction: Transaction
  ) throws {
    failures.add(group.items.count)
    for item in group.items {
      try transaction.execute(
        "UPDATE due SET try_at = ?, attempts = attempts + 1, last_error = ? WHERE tenant = :tenant AND id = ?",
        time(item), reason, item.id)
    }
  }
}

extension StoreError {
  /// Whether the disk or the store is to blame, and not the statement that met the error.
  fileprivate var isTrouble: Bool {
    switch kind {
    case .io, .full, .corrupt, .busy, .closed, .locked, .newer: true
    case .unique, .constraint, .misuse: false
    }
  }
}
