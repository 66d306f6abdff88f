package import Base
import Delivery
import Formats
import Messages
import People
package import Store
import Synchronization
package import Telemetry

/// Looks after the calls for help apart from the scheduler: a step that is overdue is performed here, and whoever runs the
/// house is told.
///
/// A step is due by what stands in the alert itself. Performing it moves that time in the same transaction, so that the
/// scheduler, should it wake up after all, finds nothing left to do; and the other way round.
package final class AlertAuditor: Sendable {
  package static let step: Duration = .seconds(10)
  package static let patience: Duration = .seconds(30)

  private let store: HouseStore
  private let clock: any WallClock
  private let log = Log("auditor")
  private let overdue: Counter
  private let looked = Mutex<Instant?>(nil)

  package init(store: HouseStore, clock: any WallClock, metrics: Metrics) {
    self.store = store
    self.clock = clock
    overdue = metrics.counter(
      "thinnai_alerts_overdue_total", help: "Steps of calls for help that nobody else performed.")
  }

  /// When all open alerts were last found to be in order, or put in order.
  package var lastLook: Instant? { looked.withLock { $0 } }

  /// Looks until cancelled. One task runs it.
  package func run() async {
    while !Task.isCancelled {
      do { try await clock.sleep(for: Self.step) } catch { return }
      await look()
    }
  }

  private struct Late: Sendable {
    let tenant: TenantID
    let alert: String
  }

  /// - Returns: how many steps were performed.
  @discardableResult
  package func look() async -> Int {
    let limit = clock.now - Self.patience
    do {
      let late = try await store.read { house in
        try house.query("SELECT tenant, id FROM alerts WHERE next_at < ? ORDER BY next_at LIMIT 100", limit) {
          Late(tenant: TenantID($0.text(0)), alert: $0.text(1))
        }
      }
      var performed = 0
      for item in late { performed += await perform(item, limit) ? 1 : 0 }
      looked.withLock { $0 = clock.now }
      return performed
    } catch {
      log.error("Calls for help could not be looked at; tried again soon", ["error": .error(error)])
      return 0
    }
  }

  /// Each in a change of its own, so that one that fails does not hold up the others.
  private func perform(_ late: Late, _ limit: Instant) async -> Bool {
    do {
      return try await store.write(.reserve) { [self] house in
        var transaction = house.tenant(late.tenant)
        // the scheduler may have been faster
        guard let alert = try Alert.find(late.alert, transaction), let due = alert.nextAt, due < limit else {
          return false
        }
        try AlertStep.perform(alert, &transaction)
        try tellOwners(alert, due, transaction)
        let seconds = (transaction.now - due).wholeSeconds
        transaction.afterCommit { [self] in
          overdue.add()
          log.error(
            "A step of a call for help was overdue and was performed by the auditor",
            ["alert": .text(late.alert), "overdue_s": .int(Int(seconds))])
        }
        return true
      }
    } catch {
      log.error(
        "An overdue step of a call for help failed; tried again soon",
        ["alert": .text(late.alert), "error": .error(error)])
      return false
    }
  }

  /// Once an alert: whoever runs the house should look why the timers stand still.
  private func tellOwners(_ alert: Alert, _ due: Instant, _ transaction: Transaction) throws {
    guard let family = Family(transaction) else { return }
    for owner in family.people.everybody where owner.isOwner && owner.tenant == transaction.tenant {
      let values: [String: Say.Value] = [
        "name": .text(family.people.called(alert.person, by: owner.id)), "at": .instant(due),
      ]
      try transaction.tell(
        owner.id, Say("emergency.overdue", values), dedupeKey: "alert.\(alert.id).overdue.\(owner.id)")
    }
  }
}
