import Base
import Synchronization

/// Lets one in at a time, in the order in which they came.
final class Turn: Sendable {
  private struct State {
    var isTaken = false
    var waiting: [(id: UInt64, continuation: CheckedContinuation<Bool, Never>)] = []
    var lastID: UInt64 = 0
    /// Cancelled before they could wait.
    var cancelled: Set<UInt64> = []
  }
  private let state = Mutex(State())
  private static let waitingLimit = 256

  /// - Throws: `PostgresError` when it took too long, `CancellationError`.
  func take(within limit: Duration) async throws {
    try Task.checkCancellation()
    let (isMine, isFull) = state.withLock { state in
      guard state.isTaken else {
        state.isTaken = true
        return (true, false)
      }
      return (false, state.waiting.count >= Self.waitingLimit)
    }
    if isMine { return }
    guard !isFull else {
      throw PostgresError(.timeout, "Too many statements wait for the PostgreSQL server; try again later.")
    }
    let hasIt = await withTaskGroup(of: Bool.self) { group in
      group.addTask { await self.wait() }
      group.addTask {
        try? await SystemClock().sleep(for: limit)
        return false
      }
      var hasIt = await group.next() ?? false
      group.cancelAll()
      // it may have come at the last moment
      for await other in group where other { hasIt = true }
      return hasIt
    }
    if hasIt { return }
    try Task.checkCancellation()
    throw PostgresError(.timeout, "The statement was not run: others were before it for too long.")
  }

  func give() {
    let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
      guard !state.waiting.isEmpty else {
        state.isTaken = false
        return nil
      }
      return state.waiting.removeFirst().continuation
    }
    next?.resume(returning: true)
  }

  /// - Returns: false when cancelled.
  private func wait() async -> Bool {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    let hasIt = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer: Bool? = state.withLock { state in
          if state.cancelled.remove(id) != nil { return false }
          guard state.isTaken else {
            state.isTaken = true
            return true
          }
          state.waiting.append((id, continuation))
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      let continuation = state.withLock { state -> CheckedContinuation<Bool, Never>? in
        guard let index = state.waiting.firstIndex(where: { $0.id == id }) else {
          state.cancelled.insert(id)
          return nil
        }
        return state.waiting.remove(at: index).continuation
      }
      continuation?.resume(returning: false)
    }
    // cancelled at the moment at which it was let in
    state.withLock { _ = $0.cancelled.remove(id) }
    return hasIt
  }
}
