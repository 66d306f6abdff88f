package import Base
package import Dispatch
import Synchronization

/// One thread that runs every task of one house, the next one drawn by the seed.
///
/// Work of the store waits here too, until it is drawn. So the same seed gives the same run, and a house that is dropped
/// in the middle of anything simply never goes on: as after a power cut.
package final class Loom: TaskExecutor {
  private struct State {
    var jobs: [UnownedJob] = []
    var reads: [@Sendable () -> Void] = []
    var writes: [Write] = []
    var steps = 0
  }
  /// A change that waits for the writer: `submit` puts it into the writer's queue and signals when it is settled.
  struct Write: Sendable {
    /// Goes before those that are not, as in the writer's own queue.
    let overtakes: Bool
    let submit: @Sendable (DispatchSemaphore) -> Void
  }

  private let random: SeededRandom
  private let state = Mutex(State())
  /// Holds the writer up until the semaphore is signalled, so that several changes share one commit. Returns once the
  /// writer stands still: which changes share it must not hang on how fast a thread wakes.
  private let holdWriter: @Sendable (DispatchSemaphore) -> Void

  package init(random: SeededRandom, holdWriter: @escaping @Sendable (DispatchSemaphore) -> Void) {
    self.random = random
    self.holdWriter = holdWriter
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    state.withLock { $0.jobs.append(job) }
  }

  func read(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.reads.append(body) } }
  func write(_ write: Write) {
    state.withLock { state in
      guard write.overtakes else { return state.writes.append(write) }
      state.writes.insert(write, at: state.writes.prefix { $0.overtakes }.count)
    }
  }
  package var steps: Int { state.withLock { $0.steps } }

  private enum Choice {
    case job(UnownedJob)
    case read(@Sendable () -> Void)
    case writes([Write])
  }

  /// Runs until nothing can go on before time passes.
  ///
  /// - Parameter limit: of steps; what is under way then is left where it is.
  /// - Returns: false at the limit.
  @discardableResult
  package func settle(limit: Int = .max) -> Bool {
    var left = limit
    while left > 0 {
      guard let choice = draw() else { return true }
      left -= 1
      switch choice {
      case .job(let job): job.runSynchronously(on: asUnownedTaskExecutor())
      case .read(let body): body()
      case .writes(let writes): perform(writes)
      }
    }
    return state.withLock { $0.jobs.isEmpty && $0.reads.isEmpty && $0.writes.isEmpty }
  }

  private func draw() -> Choice? {
    state.withLock { state in
      let choices = state.jobs.count + state.reads.count + (state.writes.isEmpty ? 0 : 1)
      guard choices > 0 else { return nil }
      state.steps += 1
      var pick = random.below(choices)
      if pick < state.jobs.count { return .job(state.jobs.remove(at: pick)) }
      pick -= state.jobs.count
      if pick < state.reads.count { return .read(state.reads.remove(at: pick)) }
      let count = random.below(3) == 0 ? state.writes.count : 1
      let writes = Array(state.writes.prefix(count))
      state.writes.removeFirst(count)
      return .writes(writes)
    }
  }

  /// Several are put into one group: the writer is held until all are queued.
  private func perform(_ writes: [Write]) {
    let done = DispatchSemaphore(value: 0)
    let gate = DispatchSemaphore(value: 0)
    if writes.count > 1 { holdWriter(gate) }
    for write in writes { write.submit(done) }
    if writes.count > 1 { gate.signal() }
    for _ in writes { done.wait() }
  }
}
