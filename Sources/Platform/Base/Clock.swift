import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// The time of day, injected everywhere so that tests and simulations own it.
package protocol WallClock: Sendable {
  var now: Instant { get }
  /// Time since some beginning; nobody can step it, and it counts while the machine sleeps.
  var uptime: Duration { get }
  /// Waits for elapsed (not wall) time; throws `CancellationError` when the task is cancelled.
  func sleep(for duration: Duration) async throws
}

package struct SystemClock: WallClock {
  package init() {}

  package var now: Instant { Instant(microseconds: Self.read(CLOCK_REALTIME)) }
  package var uptime: Duration { .microseconds(Self.read(CLOCK_BOOTTIME)) }

  static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
  }

  package func sleep(for duration: Duration) async throws {
    guard let sleepers = Sleepers.shared else {
      return try await Task.sleep(for: duration, tolerance: .milliseconds(5))
    }
    try Task.checkCancellation()
    guard duration > .zero else { return await Task.yield() }
    try await sleepers.sleep(until: Self.read(CLOCK_BOOTTIME) + min(duration, Self.longestSleep).microseconds)
  }

  private static let longestSleep = Duration.days(36_500)
}

/// Time that stands still (`repl --now`): no sleep ever ends by itself.
package struct FixedClock: WallClock {
  package let now: Instant
  package init(_ now: Instant) { self.now = now }

  package var uptime: Duration { .zero }

  package func sleep(for duration: Duration) async throws {
    while true { try await Task.sleep(for: .seconds(3_600)) }
  }
}

/// Time moved by hand. The wall clock may be stepped; sleepers wait for elapsed time and wake in order of their deadline.
package final class VirtualClock: WallClock {
  private struct Sleeper {
    let deadline: Int64
    let isPoll: Bool
    let id: UInt64
    let continuation: UnsafeContinuation<Void, any Error>
  }
  private struct State {
    var elapsed: Int64 = 0
    /// Of the wall clock over the elapsed time.
    var offset: Int64
    var nextID: UInt64 = 0
    var sleepers: [Sleeper] = []
    var cancelled: Set<UInt64> = []
  }
  private let state: Mutex<State>
  /// Sleeps up to this long are taken for a look at the clock: nothing is missed by jumping over them.
  private static let poll: Int64 = 250_000

  package init(_ start: Instant = Instant(seconds: 1_767_225_600)) {
    state = Mutex(State(offset: start.microseconds))
  }

  package var now: Instant { state.withLock { Instant(microseconds: $0.elapsed + $0.offset) } }
  package var uptime: Duration { .microseconds(elapsed) }
  /// Microseconds since the clock was made; never stepped.
  package var elapsed: Int64 { state.withLock { $0.elapsed } }
  package var sleepers: Int { state.withLock { $0.sleepers.count } }

  package func advance(by duration: Duration) { advance(to: elapsed + duration.microseconds) }

  package func advance(to elapsed: Int64) {
    let due = state.withLock { state in
      state.elapsed = max(state.elapsed, elapsed)
      let due = state.sleepers.filter { $0.deadline <= elapsed }.sorted { ($0.deadline, $0.id) < ($1.deadline, $1.id) }
      state.sleepers.removeAll { $0.deadline <= elapsed }
      return due
    }
    for sleeper in due { sleeper.continuation.resume() }
  }

  /// Lets time pass until an instant, or steps the wall clock back to it.
  package func set(_ instant: Instant) {
    let distance = instant - now
    if distance < .zero { step(by: distance) } else { advance(by: distance) }
  }

  /// Steps the wall clock; wakes nobody.
  package func step(by duration: Duration) { state.withLock { $0.offset += duration.microseconds } }

  /// When the next sleeper wakes. - Parameter polls: whether those that only look at the clock count.
  package func nextDeadline(polls: Bool) -> Int64? {
    state.withLock { state in state.sleepers.lazy.filter { polls || !$0.isPoll }.map(\.deadline).min() }
  }

  /// Those of a house that is gone never wake.
  package func forgetSleepers() { state.withLock { $0.sleepers = [] } }

  package func sleep(for duration: Duration) async throws {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { (continuation: UnsafeContinuation<Void, any Error>) in
        let outcome: Result<Void, any Error>? = state.withLock { state in
          if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
          if duration <= .zero { return .success(()) }
          let microseconds = duration.microseconds
          state.sleepers.append(
            Sleeper(
              deadline: state.elapsed + microseconds, isPoll: microseconds <= Self.poll, id: id,
              continuation: continuation))
          return nil
        }
        if let outcome { continuation.resume(with: outcome) }
      }
    } onCancel: {
      let sleeper = state.withLock { state -> Sleeper? in
        guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
          state.cancelled.insert(id)
          return nil
        }
        return state.sleepers.remove(at: index)
      }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
    state.withLock { _ = $0.cancelled.remove(id) }
  }
}
