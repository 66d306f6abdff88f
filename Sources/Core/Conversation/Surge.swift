package import Base
import Synchronization

/// Tells when more arrives than can be answered. Answering waits then, so that what arrives is on disk and acknowledged
/// first: a platform that waits too long for that sends everything again.
///
/// Nothing is held while answers keep up, at whatever rate; and in all no longer than `patience` until everything that
/// waited is answered. Calls for help go another way and are never held.
package final class Surge: Sendable {
  /// Arrivals a second.
  static let rate = 3_000
  /// Fewer waiting messages are no backlog.
  static let backlog = 512
  static let patience: Duration = .seconds(5)
  /// Arrivals are counted over this long.
  static let window: Duration = .milliseconds(20)

  private struct State {
    var since: Duration = .zero
    var count = 0
    var isOn = false
    var left = Surge.patience
  }
  private let state = Mutex(State())
  private let clock: any WallClock

  package init(clock: any WallClock) { self.clock = clock }

  /// A message has taken its place; `waiting` messages wait now.
  package func arrived(waiting: Int) {
    let now = clock.uptime
    state.withLock { state in
      state.count += 1
      let took = now - state.since
      guard took >= Self.window else { return }
      state.isOn =
        waiting >= Self.backlog && Int64(state.count) * 1_000_000 >= Int64(Self.rate) * took.microseconds
      if state.isOn { state.left -= took }
      (state.since, state.count) = (now, 0)
    }
  }

  /// Nothing waits any more.
  package func caughtUp() { state.withLock { $0.left = Self.patience } }

  /// Whether answering waits.
  package var isHolding: Bool {
    let now = clock.uptime
    // without news the arrivals are over
    return state.withLock { $0.isOn && $0.left > .zero && now - $0.since < Self.window * 2 }
  }

  /// Returns when answering may go on.
  package func hold(unless isClosed: () -> Bool) async {
    while isHolding, !isClosed() {
      do { try await clock.sleep(for: Self.window * 2) } catch { return }
    }
  }
}
