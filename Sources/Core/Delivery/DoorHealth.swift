package import Base
package import Store
import Synchronization
import Telemetry

/// How each door does: when something last came in and went out, what failed and why, and what stands in the way now.
///
/// The inbox and the outbox tell most of it; only what stands in the way has rows of its own.
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

  private struct Place: Hashable {
    let door: String
    let way: Way
  }

  private let store: HouseStore
  /// `nil` for a way of which is not known yet what an earlier run left.
  private let troubles = Mutex<[Place: String?]>([:])
  private let log = Log("doors")

  package init(store: HouseStore) { self.store = store }

  /// A door took a message: nothing stands in its way any more.
  package func delivered(_ door: String) { stands(nil, door, .sending) }

  /// - Parameter trouble: what the owner must mend, in a sentence; `nil` when it works again.
  package func stands(_ trouble: String?, _ door: String, _ way: Way) {
    let isNews = troubles.withLock { troubles in
      if let known = troubles[Place(door: door, way: way)], known == trouble { return false }
      troubles[Place(door: door, way: way)] = .some(trouble)
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

  /// By what the store holds: also for `doctor`, which has no running house.
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
  /// In one sentence.
  package var sentence: String {
    func since(_ what: String, _ at: Instant?) -> String { at.map { "last \(what) \($0)" } ?? "nothing \(what) yet" }
    var parts = [since("received", lastReceived), since("delivered", lastDelivered)]
    if failures > 0 { parts.append("\(failures) failed within a day, the last: \(cause ?? "no reason was given")") }
    return parts.joined(separator: "; ")
  }
}
