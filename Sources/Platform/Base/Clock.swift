import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// The time of day, injected everywhere so that tests and simulations own it.
package protocol WallClock: Sendable {
  var now: Instant { get }
  /// Waits for elapsed (not wall) time; throws `CancellationError` when the task is cancelled.
  func sleep(for duration: Duration) async throws
}

package struct SystemClock: WallClock {
  package init() {}

  package var now: Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
  }

  package func sleep(for duration: Duration) async throws {
    try await Task.sleep(for: duration, tolerance: .milliseconds(5))
  }
}

/// Time that stands still (`repl --now`): no sleep ever ends by itself.
package struct FixedClock: WallClock {
  package let now: Instant
  package init(_ now: Instant) { self.now = now }

  package func sleep(for duration: Duration) async throws {
    while true { try await Task.sleep(for: .seconds(3_600)) }
  }
}

/// Time moved by hand. Sleepers wake in order of their deadline when `advance` passes it.
package final class VirtualClock: WallClock {
  private struct Sleeper {
    let id: UInt64
    let deadline: Instant
    let continuation: CheckedContinuation<Void, any Error>
  }
  private struct State {
    var now: Instant
    var nextID: UInt64 = 0
    var sleepers: [Sleeper] = []
    var cancelled: Set<UInt64> = []
  }
  private let state: Mutex<State>

  package init(_ now: Instant = Instant(seconds: 1_767_225_600)) { state = Mutex(State(now: now)) }

  package var now: Instant { state.withLock { $0.now } }
  package var sleepers: Int { state.withLock { $0.sleepers.count } }

  package func advance(by duration: Duration) { set(now + duration) }

  /// Steps the clock; backwards wakes nobody.
  package func set(_ instant: Instant) {
    let due = state.withLock { state in
      state.now = instant
      let due = state.sleepers.filter { $0.deadline <= instant }.sorted { $0.deadline < $1.deadline }
      state.sleepers.removeAll { $0.deadline <= instant }
      return due
    }
    for sleeper in due { sleeper.continuation.resume() }
  }

  package func sleep(for duration: Duration) async throws {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        let outcome: Result<Void, any Error>? = state.withLock { state in
          if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
          if duration <= .zero { return .success(()) }
          state.sleepers.append(Sleeper(id: id, deadline: state.now + duration, continuation: continuation))
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
