import Synchronization

/// Lets a key through at a steady rate with a burst (GCRA: one timestamp a key), on a clock that nobody can step.
package final class RateLimiter: Sendable {
  private struct State {
    /// When the key's bucket will be full again, in microseconds of the monotonic clock.
    var fullAt: [String: Int64] = [:]
    /// Shared by all keys that found no place: a flood of keys never opens the gate.
    var overflow: Int64 = 0
    var prunedAt: Int64?
  }

  /// Microseconds between two, once the burst is spent.
  private let interval: Int64
  private let tolerance: Int64
  private let capacity: Int
  private let clock: @Sendable () -> Int64
  private let state = Mutex(State())

  /// - Parameters:
  ///   - rate: a second.
  ///   - capacity: the most keys that are remembered.
  ///   - clock: microseconds, monotonic.
  package init(
    rate: Double, burst: Int, capacity: Int = 10_000, clock: @escaping @Sendable () -> Int64 = RateLimiter.monotonic
  ) {
    interval = max(1, Int64(1_000_000 / rate))
    tolerance = interval * Int64(max(0, burst - 1))
    self.capacity = capacity
    self.clock = clock
  }

  private static let start = ContinuousClock.now
  package static let monotonic: @Sendable () -> Int64 = {
    let (seconds, attoseconds) = (ContinuousClock.now - RateLimiter.start).components
    return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
  }

  /// Takes one. - Returns: `nil` when it may pass, else how long to wait.
  package func take(_ key: String) -> Duration? { check(key, takes: true) }

  /// Whether the next one would have to wait; takes nothing.
  package func wait(_ key: String) -> Duration? { check(key, takes: false) }

  private func check(_ key: String, takes: Bool) -> Duration? {
    let now = clock()
    return state.withLock { state in
      var isKnown = state.fullAt[key] != nil
      if !isKnown, state.fullAt.count >= capacity, state.prunedAt.map({ now - $0 >= 1_000_000 }) ?? true {
        state.fullAt = state.fullAt.filter { $0.value > now }
        state.prunedAt = now
      }
      isKnown = isKnown || state.fullAt.count < capacity
      let fullAt = max(isKnown ? state.fullAt[key] ?? now : state.overflow, now)
      if fullAt - tolerance > now { return .microseconds(fullAt - tolerance - now) }
      guard takes else { return nil }
      if isKnown { state.fullAt[key] = fullAt + interval } else { state.overflow = fullAt + interval }
      return nil
    }
  }
}

/// How much one address, one token, one person and one guesser may ask.
package struct WebLimits: Sendable {
  package struct Rate: Sendable {
    package var perSecond: Double
    package var burst: Int
    package init(perSecond: Double, burst: Int) {
      self.perSecond = perSecond
      self.burst = burst
    }
  }
  package var address = Rate(perSecond: 40, burst: 200)
  /// Half of what its person may: a program that runs wild leaves the others of its person room.
  package var token = Rate(perSecond: 10, burst: 50)
  /// A person, whatever the proof.
  package var caller = Rate(perSecond: 20, burst: 100)
  /// Wrong tokens and codes of one address: ten at once, then one in six seconds.
  package var failure = Rate(perSecond: 1.0 / 6, burst: 10)
  /// Messages of one person over the live page.
  package var messages = Rate(perSecond: 2, burst: 20)
  package init() {}
}
