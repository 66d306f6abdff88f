import CLinux
import Glibc
import Synchronization

/// Everybody who waits for a time: one timer of the kernel, and one thread that wakes those whose time has come.
///
/// `Task.sleep` keeps a kilobyte of every sleep until its time has come, however early it was cancelled: a step that is watched
/// for five minutes and takes a millisecond would cost it for five minutes. Here a sleep that is cancelled is gone.
final class Sleepers: Sendable {
  /// `nil` where the system has no descriptor or thread left.
  static let shared = Sleepers()

  fileprivate struct Sleep {
    /// On the clock of `CLOCK_BOOTTIME`, which counts while the machine sleeps; in microseconds.
    let deadline: Int64
    let id: UInt64
  }

  private struct State {
    /// A heap, the next to wake first. Those that were cancelled stay until they are too many.
    var sleeps: [Sleep] = []
    var waiting: [UInt64: UnsafeContinuation<Void, any Error>] = [:]
    /// Cancelled before they could wait.
    var cancelled: Set<UInt64> = []
    var lastID: UInt64 = 0
    /// What the timer is set to.
    var alarm: Int64 = .max
  }

  private let timer: Int32
  private let state = Mutex(State())

  private init?() {
    timer = timerfd_create(CLOCK_BOOTTIME, Int32(TFD_CLOEXEC))
    guard timer >= 0 else { return nil }
    do {
      try NamedThread.start("sleepers") { [self] in wakeForever() }
    } catch {
      close(timer)
      return nil
    }
  }

  /// How many are kept in mind, those that were cancelled a moment ago among them.
  var kept: Int { state.withLock { max($0.sleeps.count, $0.waiting.count) } }

  /// - Throws: `CancellationError`, as soon as the task is cancelled.
  func sleep(until deadline: Int64) async throws {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { (continuation: UnsafeContinuation<Void, any Error>) in
        let isCancelled = state.withLock { state in
          guard state.cancelled.remove(id) == nil else { return true }
          state.waiting[id] = continuation
          state.sleeps.push(Sleep(deadline: deadline, id: id))
          if deadline < state.alarm { set(&state, to: deadline) }
          return false
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
      }
    } onCancel: {
      let continuation = state.withLock { state -> UnsafeContinuation<Void, any Error>? in
        guard let continuation = state.waiting.removeValue(forKey: id) else {
          state.cancelled.insert(id)
          return nil
        }
        if state.sleeps.count > 64, state.sleeps.count > 2 * state.waiting.count {
          // in their order a heap is still a heap
          state.sleeps = state.sleeps.filter { state.waiting[$0.id] != nil }.sorted()
        }
        return continuation
      }
      continuation?.resume(throwing: CancellationError())
    }
    // cancelled at the moment at which it woke
    state.withLock { _ = $0.cancelled.remove(id) }
  }

  private func wakeForever() {
    var expirations: UInt64 = 0
    while true {
      guard read(timer, &expirations, 8) == 8 || errno == EINTR else { return }
      let due = state.withLock { state in
        let now = SystemClock.read(CLOCK_BOOTTIME)
        var due: [UnsafeContinuation<Void, any Error>] = []
        while let first = state.sleeps.first, first.deadline <= now || state.waiting[first.id] == nil {
          state.sleeps.popFirst()
          if let continuation = state.waiting.removeValue(forKey: first.id) { due.append(continuation) }
        }
        set(&state, to: state.sleeps.first?.deadline ?? .max)
        return due
      }
      for continuation in due { continuation.resume() }
    }
  }

  private func set(_ state: inout State, to deadline: Int64) {
    state.alarm = deadline
    var time = itimerspec()
    if deadline < .max {
      // a zero would switch it off; whole milliseconds, so that those of about one time wake together
      let rounded = max(1, (deadline + 999) / 1_000) * 1_000
      time.it_value = timespec(tv_sec: Int(rounded / 1_000_000), tv_nsec: Int(rounded % 1_000_000) * 1_000)
    }
    timerfd_settime(timer, Int32(TFD_TIMER_ABSTIME), &time, nil)
  }
}

extension Sleepers.Sleep: Comparable {
  static func < (a: Self, b: Self) -> Bool { (a.deadline, a.id) < (b.deadline, b.id) }
}

/// A binary heap, the least first.
extension Array where Element: Comparable {
  fileprivate mutating func push(_ element: Element) {
    append(element)
    var child = count - 1
    while child > 0, self[child] < self[(child - 1) / 2] {
      swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  fileprivate mutating func popFirst() {
    swapAt(0, count - 1)
    removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < count && self[child] < self[least] { least = child }
      guard least != parent else { return }
      swapAt(parent, least)
      parent = least
    }
  }
}
