package import Base
import Formats
package import Store
import Synchronization
package import Telemetry

/// Fires what is due, once each, within a second while the house is up.
///
/// It never sleeps "until 08:00": it wakes at the next due time or after 200 ms, whichever is first, and asks the
/// clock, so that a stepped clock, suspend or a new zone rule cannot make it late or early. A due row is deleted in
/// the same transaction as its effects and their outbox rows, so a crash at any point neither loses nor doubles it.
package final class Scheduler: Sendable {
  package static let step: Duration = .milliseconds(200)
  static let batch = 256

  private let store: HouseStore
  private let clock: any WallClock
  private let handlers: [String: DueHandler]
  private let log = Log("schedule")
  private let lateness: Histogram
  private let failures: Counter
  /// The earliest time that something may be due; `nil` when nothing is known to be.
  private let earliest = Mutex<Instant?>(.epoch)

  package init(store: HouseStore, clock: any WallClock, handlers: [DueHandler], metrics: Metrics) {
    self.store = store
    self.clock = clock
    self.handlers = Dictionary(handlers.map { ($0.kind, $0) }, uniquingKeysWith: { first, _ in first })
    lateness = metrics.histogram("thinnai_schedule_lateness_seconds", help: "How late due items were handled.")
    failures = metrics.counter("thinnai_schedule_failures_total", help: "Due items whose handler failed.")
  }

  func noteDue(at instant: Instant) {
    earliest.withLock { earliest in earliest = earliest.map { min($0, instant) } ?? instant }
  }

  package func run() async {
    while !Task.isCancelled {
      await fireDue()
      do { try await clock.sleep(for: Self.step) } catch { return }
    }
  }

  /// Handles everything that is due now. - Returns: how many items were settled.
  @discardableResult
  package func fireDue() async -> Int {
    var settled = 0
    while true {
      let now = clock.now
      guard let next = earliest.withLock({ $0 }), next <= now else { return settled }
      do {
        let count = try await fireBatch(now)
        settled += count
        if count == 0 { return settled }
      } catch {
        log.error("Due items could not be handled; they will be tried again", ["error": .error(error)])
        return settled
      }
    }
  }

  private func fireBatch(_ now: Instant) async throws -> Int {
    let handlers = handlers
    let failures = failures
    let outcome = try await store.write { house -> [Instant] in
      let rows = try house.query(
        """
        SELECT tenant, id, kind, person, subject, at, payload, attempts FROM due WHERE at <= ? ORDER BY at, id LIMIT ?
        """, now, Self.batch
      ) { row in
        (
          tenant: TenantID(row.text(0)),
          due: Due(
            id: row.text(1), kind: row.text(2), person: row.optionalText(3).map { PersonID($0) }, subject: row.text(4),
            at: row.instant(5), payload: (try? JSON.parse(row.text(6))) ?? .null, attempts: row.integer(7))
        )
      }
      var groups: [(key: String, tenant: TenantID, items: [Due])] = []
      var places: [String: Int] = [:]
      for row in rows {
        let key = "\(row.tenant)|\(row.due.kind)|\(row.due.person?.text ?? row.due.id)"
        if let place = places[key] {
          groups[place].items.append(row.due)
        } else {
          places[key] = groups.count
          groups.append((key, row.tenant, [row.due]))
        }
      }
      for group in groups {
        let transaction = house.tenant(group.tenant)
        do {
          try transaction.savepoint { transaction in
            for item in group.items {
              try transaction.execute("DELETE FROM due WHERE tenant = :tenant AND id = ?", item.id)
            }
            guard let handler = handlers[group.items[0].kind] else { return }
            try handler.body(group.items, &transaction)
          }
        } catch let error as StoreError {
          throw error
        } catch {
          // put off with a growing delay, so that one bad item blocks nobody; doctor lists those that keep failing
          failures.add(group.items.count)
          for item in group.items {
            let delay = min(3_600, 5 << min(item.attempts, 10))
            try transaction.execute(
              "UPDATE due SET at = ?, attempts = attempts + 1, last_error = ? WHERE tenant = :tenant AND id = ?",
              now + .seconds(delay), String(describing: error), item.id)
          }
        }
      }
      let next = try house.first("SELECT min(at) FROM due") { $0.optionalInstant(0) } ?? nil
      // on the writer's thread, in commit order: a later change's own note is never overwritten
      house.afterCommit { [self] in earliest.withLock { $0 = next } }
      return rows.map(\.due.at)
    }
    for due in outcome { lateness.observe(now - due) }
    return outcome.count
  }
}
