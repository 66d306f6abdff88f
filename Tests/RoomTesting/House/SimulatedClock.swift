package import Base
import Synchronization

/// Time that the simulation moves. The wall clock may be stepped; sleepers wait for elapsed time.
package final class SimulatedClock: WallClock {
  private struct Sleeper {
    let deadline: Int64
    let isPoll: Bool
    let id: UInt64
    let continuation: UnsafeContinuation<Void, any Error>
  }
  private struct State {
    var elapsed: Int64 = 0
    var offset: Int64
    var nextID: UInt64 = 0
    var sleepers: [Sleeper] = []
    var cancelled: Set<UInt64> = []
  }
  private let state: Mutex<State>
  /// Sleeps up to this long are taken for a look at the clock: nothing is missed by jumping over them.
  private static let poll: Int64 = 250_000

  package init(_ start: Instant) { state = Mutex(State(offset: start.microseconds)) }

  package var now: Instant { state.withLock { Instant(microseconds: $0.elapsed + $0.offset) } }
  /// Microseconds since the simulation began; never stepped.
  package var elapsed: Int64 { state.withLock { $0.elapsed } }

  package func step(by duration: Duration) { state.withLock { $0.offset += duration.microseconds } }

  /// When the next sleeper wakes. - Parameter polls: whether those that only look at the clock count.
  package func nextDeadline(polls: Bool) -> Int64? {
    state.withLock { state in state.sleepers.lazy.filter { polls || !$0.isPoll }.map(\.deadline).min() }
  }

  package func advance(to elapsed: Int64) {
    let due = state.withLock { state in
      state.elapsed = max(state.elapsed, elapsed)
      let due = state.sleepers.filter { $0.deadline <= elapsed }.sorted { ($0.deadline, $0.id) < ($1.deadline, $1.id) }
      state.sleepers.removeAll { $0.deadline <= elapsed }
      return due
    }
    for sleeper in due { sleeper.continuation.resume() }
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
  }
}
