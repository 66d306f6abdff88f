package import Base
package import Formats
package import Store
import Synchronization
import Telemetry

/// How each door does: when something last came in and went out, what failed and why, and what stands in the way now.
///
/// In memory for the status page. The inbox and the outbox tell most of it to `doctor`; only what stands in the way has
/// rows of its own.
package final class DoorHealth: Sendable {
  package enum Way: String, Sendable { case receiving, sending }

  package struct State: Sendable, Hashable {
    package var lastReceived: Instant?
    package var lastDelivered: Instant?
    /// Messages given up within a day.
    package var failures = 0
    package var lastFailure: Instant?
    package var cause: String?
    /// What stands in the way now, by the way it stands in.
    package var troubles: [Way: String] = [:]
    package init() {}
  }

  package static let migrations: [Migration] = [
    Migration(
      room: "doors", number: 1,
      sql: [
        """
        CREATE TABLE door_troubles (
          door TEXT NOT NULL, way TEXT NOT NULL, trouble TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (door, way))
        STRICT
        """
      ])
  ]

  private let store: HouseStore
  private let clock: any WallClock
  private let states = Mutex<[String: State]>([:])
  private let log = Log("doors")

  package init(store: HouseStore, clock: any WallClock) {
    self.store = store
    self.clock = clock
  }

  package var all: [String: State] { states.withLock { $0 } }

  // MARK: What happens

  package func received(_ door: String) { change(door) { $0.lastReceived = $1 } }

  package func delivered(_ door: String) {
    change(door) { $0.lastDelivered = $1 }
    stands(nil, door, .sending)
  }

  package func failed(_ door: String, _ cause: String) {
    change(door) { state, now in
      if let last = state.lastFailure, now - last > .days(1) { state.failures = 0 }
      state.failures += 1
      state.lastFailure = now
      state.cause = cause
    }
  }

  /// - Parameter trouble: what the owner must mend, in a sentence; `nil` when it works again.
  package func stands(_ trouble: String?, _ door: String, _ way: Way) {
    let isNews = states.withLock { states in
      guard states[door]?.troubles[way] != trouble else { return false }
      states[door, default: State()].troubles[way] = trouble
      return true
    }
    guard isNews else { return }
    store.submit { house in
      guard let trouble else {
        return try house.execute("DELETE FROM door_troubles WHERE door = ? AND way = ?", door, way.rawValue)
      }
      return try house.execute(
        """
        INSERT INTO door_troubles (door, way, trouble, since) VALUES (?, ?, ?, ?)
        ON CONFLICT (door, way) DO UPDATE SET trouble = excluded.trouble, since = excluded.since
        """, door, way.rawValue, trouble, house.now)
    } completion: { [log] result in
      if case .failure(let error) = result { log.warning("A trouble was not noted", ["error": .error(error)]) }
    }
  }

  private func change(_ door: String, _ change: (inout State, Instant) -> Void) {
    let now = clock.now
    states.withLock { change(&$0[door, default: State()], now) }
  }

  // MARK: What is on the disk

  /// Takes over what earlier runs left; what happened since the start stands.
  package func restore() async {
    do {
      let known = try await store.read { try Self.read($0) }
      states.withLock { states in
        for (door, old) in known {
          var state = states[door] ?? State()
          state.lastReceived = [state.lastReceived, old.lastReceived].compactMap { $0 }.max()
          state.lastDelivered = [state.lastDelivered, old.lastDelivered].compactMap { $0 }.max()
          if state.lastFailure == nil {
            (state.failures, state.lastFailure, state.cause) = (old.failures, old.lastFailure, old.cause)
          }
          state.troubles.merge(old.troubles) { new, _ in new }
          states[door] = state
        }
      }
    } catch {
      log.warning("How the doors did before is not known", ["error": .error(error)])
    }
  }

  /// By what the store holds: for `doctor`, which has no running house.
  package static func read(_ house: HouseReader) throws -> [String: State] {
    var states: [String: State] = [:]
    _ = try house.query("SELECT door, max(received_at) FROM inbox GROUP BY door") { row in
      states[row.text(0), default: State()].lastReceived = row.instant(1)
    }
    _ = try house.query(
      """
      SELECT door, max(settled_at) FROM outbox WHERE state = 'sent' AND coalesce(receipt, '') <> 'failed' GROUP BY door
      """
    ) { row in states[row.text(0), default: State()].lastDelivered = row.optionalInstant(1) }
    // with max() the other columns are those of its row
    _ = try house.query(
      """
      SELECT door, count(*), max(coalesce(receipt_at, settled_at)), coalesce(receipt_note, error) FROM outbox
      WHERE (state = 'failed' OR receipt = 'failed') AND coalesce(receipt_at, settled_at) > ? GROUP BY door
      """, house.now - .days(1)
    ) { row in
      states[row.text(0), default: State()].failures = row.integer(1)
      states[row.text(0), default: State()].lastFailure = row.optionalInstant(2)
      states[row.text(0), default: State()].cause = row.optionalText(3)
    }
    _ = try house.query("SELECT door, way, trouble FROM door_troubles") { row in
      guard let way = Way(rawValue: row.text(1)) else { return }
      states[row.text(0), default: State()].troubles[way] = row.text(2)
    }
    return states
  }
}

extension DoorHealth.State {
  package var json: JSON {
    var object = JSONObject()
    object.put("last_received", lastReceived.map { .string($0.description) })
    object.put("last_delivered", lastDelivered.map { .string($0.description) })
    object.put("failures", .integer(Int64(failures)))
    object.put("last_failure", lastFailure.map { .string($0.description) })
    object.put("cause", cause)
    object.put("receiving", troubles[.receiving])
    object.put("sending", troubles[.sending])
    return .object(object)
  }

  /// In one sentence.
  package var sentence: String {
    func since(_ what: String, _ at: Instant?) -> String { at.map { "last \(what) \($0)" } ?? "nothing \(what) yet" }
    var parts = [since("received", lastReceived), since("delivered", lastDelivered)]
    if failures > 0 { parts.append("\(failures) failed within a day, the last: \(cause ?? "no reason was given")") }
    return parts.joined(separator: "; ")
  }
}
