package import Base
package import Crypto
import Formats
package import HTTP
package import Store
import Synchronization

/// Tells other programs of events: each subscription is a consumer of its own, with its own place, tries and dead letters.
package final class EventHooks: Sendable {
  /// After failing for so long a subscription is paused; its events wait.
  static let patience: Duration = .days(3)

  private let store: HouseStore
  private let bus: EventBus
  private let transport: any HTTPTransport
  private let openNetworks: [IPNetwork]
  package let masterKey: SecretKey
  private let clock: any WallClock

  package init(
    store: HouseStore, bus: EventBus, transport: any HTTPTransport, openNetworks: [IPNetwork], masterKey: SecretKey,
    clock: any WallClock
  ) {
    self.store = store
    self.bus = bus
    self.transport = transport
    self.openNetworks = openNetworks
    self.masterKey = masterKey
    self.clock = clock
  }

  /// Takes up the subscriptions of earlier runs.
  package func load() async throws {
    for hook in try await store.read(EventHook.everywhere) { use(hook) }
  }

  /// - Throws: `HTTPClientError` for an address that may not be called.
  package func check(_ url: String) throws { try HTTPClientRequest.webhookURL(url, openNetworks: openNetworks) }

  /// What a subscription wants is written from now on, whether it is paused or not.
  private func use(_ hook: EventHook) {
    let (id, tenant) = (hook.id, hook.tenant)
    bus.add(
      EventConsumer(
        hook.consumer, to: hook.patterns, of: tenant,
        retry: EventRetry(limit: 24, first: .seconds(5), longest: .hours(8))
      ) { [weak self] event in
        guard let self else { throw EventFailure("the house is closing") }
        guard let hook = try await find(id, tenant) else { return { _ in } }
        return try await call(hook, event)
      }, isPaused: hook.state != .active)
  }

  private func find(_ id: String, _ tenant: TenantID) async throws -> EventHook? {
    try await store.tenant(tenant).read { try EventHook.find(id, $0) }
  }

  private func call(_ hook: EventHook, _ event: StoredEvent) async throws -> EventConsumer.Effect {
    let (now, body) = (clock.now, event.json.bytes())
    let (id, seconds) = ("evt_\(event.id)", now.microseconds / 1_000_000)
    let signatures = hook.signers(masterKey, now: now).map { $0.signature(id: id, timestamp: seconds, body: body) }
    var failure: EventFailure
    do {
      let response = try await transport.send(
        .webhook(
          to: hook.url, id: id, timestamp: seconds, signatures: signatures, body: body, openNetworks: openNetworks))
      if response.isSuccess {
        return { transaction in
          guard hook.failingSince != nil else { return }
          try transaction.execute(
            "UPDATE event_hooks SET failing_since = NULL, error = NULL WHERE tenant = :tenant AND id = ?", hook.id)
        }
      }
      failure = EventFailure("the address answered \(response.status)", after: response.retryAfter)
      if response.status == 410 {
        try await fail(hook, "the receiver wants no more", isOver: true)
        throw failure
      }
    } catch let error as HTTPClientError {
      failure = EventFailure(error.sentence)
    }
    try await fail(hook, failure.description, isOver: hook.failingSince.map { now - $0 >= Self.patience } ?? false)
    throw failure
  }

  private func fail(_ hook: EventHook, _ reason: String, isOver: Bool) async throws {
    try await store.tenant(hook.tenant).write { [bus] transaction in
      try transaction.execute(
        """
        UPDATE event_hooks SET failing_since = coalesce(failing_since, ?), error = ?,
          state = iif(? AND state = 'active', 'failed', state)
        WHERE tenant = :tenant AND id = ?
        """, transaction.now, reason, isOver, hook.id)
      guard isOver else { return }
      try transaction.emit(Event("hook.failed", key: hook.id, ["hook": .string(hook.id), "reason": .string(reason)]))
      transaction.afterCommit { bus.pause(hook.consumer, true) }
    }
  }

  // MARK: What the owner does

  package func add(_ url: String, _ patterns: [String], in transaction: Transaction) throws -> EventHook {
    let id = transaction.newID()
    try transaction.execute(
      """
      INSERT INTO event_hooks (tenant, id, url, patterns, generation, rotated_at, state, created_at)
      VALUES (:tenant, ?, ?, ?, 1, ?, 'active', ?)
      """, id, url, patterns.joined(separator: " "), transaction.now, transaction.now)
    guard let hook = try EventHook.find(id, transaction) else { throw StoreError(.misuse, "A hook was not written.") }
    // its place is here, whatever commits before it is served
    try StoreEventLog.admit(hook.consumer, in: transaction.widened())
    bus.hub.want(patterns, as: hook.consumer)
    transaction.onRollback { [bus] in bus.hub.forgo(hook.consumer) }
    transaction.afterCommit { [self] in use(hook) }
    return hook
  }

  /// - Returns: whether there is such a subscription.
  package func set(_ id: String, isPaused: Bool, in transaction: Transaction) throws -> Bool {
    guard let hook = try EventHook.find(id, transaction) else { return false }
    try transaction.execute(
      """
      UPDATE event_hooks SET state = ?, failing_since = NULL, error = iif(?, error, NULL) WHERE tenant = :tenant AND id = ?
      """, isPaused ? "paused" : "active", isPaused, id)
    transaction.afterCommit { [bus] in bus.pause(hook.consumer, isPaused) }
    return true
  }

  /// The secret of before goes on signing beside the new one for a day.
  package func rotate(_ id: String, in transaction: Transaction) throws -> EventHook? {
    try transaction.execute(
      "UPDATE event_hooks SET generation = generation + 1, rotated_at = ? WHERE tenant = :tenant AND id = ?",
      transaction.now, id)
    return try EventHook.find(id, transaction)
  }

  package func remove(_ id: String, in transaction: Transaction) throws -> Bool {
    guard let hook = try EventHook.find(id, transaction) else { return false }
    try transaction.execute("DELETE FROM event_hooks WHERE tenant = :tenant AND id = ?", id)
    try transaction.execute("DELETE FROM event_parked WHERE tenant = :tenant AND consumer = ?", hook.consumer)
    transaction.afterCommit { [bus] in bus.remove(hook.consumer) }
    return true
  }
}
