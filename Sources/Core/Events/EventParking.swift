import Base
import Formats
import Store

/// What could not be handled: tried again with growing pauses, in the order of its key, and set aside at last.
///
/// While an event of a key waits, later ones of that key wait behind it; when it is set aside they go on.
struct EventParking {
  let consumer: EventConsumer
  let house: HouseTransaction

  /// What became of an event that was given to its consumer.
  enum Fate: Sendable, Equatable { case handled, parked, dead }

  static func isBlocked(_ event: StoredEvent, _ consumer: String, _ house: some Querying) throws -> Bool {
    try house.exists(
      "SELECT 1 FROM event_parked WHERE consumer = ? AND key = ? AND state = 'waiting' LIMIT 1", consumer, event.key)
  }

  /// Applies an effect in a savepoint of its own; a failure parks the event, only trouble with the store is thrown.
  func apply(_ event: StoredEvent, _ effect: Result<EventConsumer.Effect, any Error>) throws -> Fate {
    if try Self.isBlocked(event, consumer.name, house) {
      try park(event, attempts: 0, tryAt: nil, error: nil)
      return .parked
    }
    guard let error = try failure(of: event, effect) else {
      // a replay that went well this time: the dead letter has nothing to say any more
      try house.execute(
        "DELETE FROM event_parked WHERE tenant = ? AND consumer = ? AND id = ?", event.tenant, consumer.name, event.id)
      return .handled
    }
    return try putOff(event, attempts: 1, error)
  }

  /// Tries a parked event again.
  func again(_ event: StoredEvent, attempts: Int, _ effect: Result<EventConsumer.Effect, any Error>) throws -> Fate {
    guard let error = try failure(of: event, effect) else {
      try house.execute(
        "DELETE FROM event_parked WHERE tenant = ? AND consumer = ? AND id = ?", event.tenant, consumer.name, event.id)
      try release(event.key)
      return .handled
    }
    return try putOff(event, attempts: attempts + 1, error)
  }

  private func failure(
    of event: StoredEvent, _ effect: Result<EventConsumer.Effect, any Error>
  ) throws -> (any Error)? {
    do {
      let effect = try effect.get()
      let tenant = house.tenant(event.tenant)
      try EventChain.following(event.chain + 1, tenant) { try tenant.savepoint { try effect(&$0) } }
      return nil
    } catch let error as StoreError where error.isTrouble {
      throw error
    } catch {
      return error
    }
  }

  private func putOff(_ event: StoredEvent, attempts: Int, _ error: any Error) throws -> Fate {
    let failure = error as? EventFailure
    let isDead = attempts >= consumer.retry.limit || failure?.isFinal == true
    let pause = max(consumer.retry.pause(after: attempts), failure?.after ?? .zero)
    try park(event, attempts: attempts, tryAt: isDead ? nil : house.now + pause, error: String(describing: error))
    if isDead { try release(event.key) }
    return isDead ? .dead : .parked
  }

  private func park(_ event: StoredEvent, attempts: Int, tryAt: Instant?, error: String?) throws {
    let isDead = attempts > 0 && tryAt == nil
    try house.tenant(event.tenant).execute(
      """
      INSERT INTO event_parked
        (tenant, consumer, id, name, version, key, person, at, payload, chain, state, attempts, try_at, error)
      VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant, consumer, id) DO UPDATE SET
        state = excluded.state, attempts = excluded.attempts, try_at = excluded.try_at, error = excluded.error
      """, consumer.name, event.id, event.name, event.version, event.key, event.person, event.at,
      event.payload.text(), event.chain, isDead ? "dead" : "waiting", attempts, tryAt,
      error.map { String($0.prefix(1_000)) })
  }

  /// Lets the next event of a key have its turn.
  private func release(_ key: String) throws {
    try house.execute(
      """
      UPDATE event_parked SET try_at = ? WHERE place = (
        SELECT min(place) FROM event_parked WHERE consumer = ? AND key = ? AND state = 'waiting') AND try_at IS NULL
      """, house.now, consumer.name, key)
  }
}

extension StoreError {
  /// Whether the disk or the store is to blame, and not what was asked of it.
  var isTrouble: Bool {
    switch kind {
    case .io, .full, .corrupt, .busy, .closed, .locked, .newer: true
    case .unique, .constraint, .misuse: false
    }
  }
}
