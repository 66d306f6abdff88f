internal import Base
import Glibc

/// A bounded queue from any thread to threads that may block on it.
///
/// `@unchecked Sendable`: every access to the lines, `pace` and `isClosed` happens between lock and unlock of the one
/// mutex; an element is handed to exactly one taker.
final class JobQueue<Element>: @unchecked Sendable {
  enum Outcome { case accepted, full, closed }
  /// How an element waits.
  enum Line {
    /// Taken at once, before all others.
    case urgent
    /// Before those in turn, and like them a moment later while what is urgent comes quickly.
    case ahead
    case inTurn
  }

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let filled = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let capacity: Int
  private var urgent = Fifo<Element>()
  private var ahead = Fifo<Element>()
  private var normal = Fifo<Element>()
  private var pace: CommitPace
  private var isClosed = false

  /// - Parameters:
  ///   - capacity: so many elements may wait in each line.
  ///   - pace: when those that are not urgent are taken; without a pause at once.
  init(capacity: Int, pace: CommitPace = CommitPace(pause: 0)) {
    self.capacity = capacity
    self.pace = pace
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(filled, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(filled)
    pthread_mutex_destroy(mutex)
    filled.deallocate()
    mutex.deallocate()
  }

  private var waiting: Int { urgent.count + ahead.count + normal.count }

  var count: Int {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return waiting
  }

  func put(_ element: Element, in line: Line = .inTurn) -> Outcome {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    guard !isClosed else { return .closed }
    switch line {
    case .urgent:
      guard urgent.count < capacity else { return .full }
      urgent.append(element)
      if pace.pause > 0 { pace.arrived(at: Self.now) }
    case .ahead:
      guard ahead.count < capacity else { return .full }
      ahead.append(element)
    case .inTurn:
      guard normal.count < capacity else { return .full }
      normal.append(element)
    }
    pthread_cond_signal(filled)
    return .accepted
  }

  /// Waits for elements and takes up to `limit`: the urgent ones, and beside them only a few of those in turn, so that the
  /// next urgent one does not wait long for its turn.
  ///
  /// - Returns: empty after `milliseconds` without any; `nil` once the queue is closed and drained.
  func take(_ limit: Int, waiting milliseconds: Int? = nil) -> [Element]? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    if waiting == 0, !isClosed, let milliseconds {
      let until = Self.now + UInt64(milliseconds) * 1_000_000
      while waiting == 0, !isClosed {
        if !wait(until: until) { break }
      }
      if waiting == 0, !isClosed { return [] }
    }
    while waiting == 0, !isClosed { pthread_cond_wait(filled, mutex) }
    guard waiting > 0 else { return nil }
    while urgent.isEmpty, !isClosed, let until = pausedUntil { _ = wait(until: until) }
    if !urgent.isEmpty, !isClosed, pausedUntil != nil { return urgent.take(limit) }

    if pace.pause > 0, ahead.count + normal.count > 0 { pace.took(at: Self.now) }
    guard urgent.count + ahead.count > 0 else { return normal.take(limit) }
    var taken = urgent.take(limit)
    taken += ahead.take(limit - taken.count)
    // the more of them, the fewer others: who waits long for an acknowledgement would send again
    return taken + normal.take(max(1, limit / 32 - taken.count / 2))
  }

  private var pausedUntil: UInt64? {
    pace.pause > 0 ? pace.pausedUntil(now: Self.now, waiting: ahead.count + normal.count) : nil
  }

  /// Nanoseconds of the clock that nobody can step.
  private static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// - Returns: `false` when that time came first.
  private func wait(until: UInt64) -> Bool {
    var time = timespec(tv_sec: Int(until / 1_000_000_000), tv_nsec: Int(until % 1_000_000_000))
    return pthread_cond_timedwait(filled, mutex, &time) == 0
  }

  /// No more elements are accepted; what is queued can still be taken.
  func close() {
    pthread_mutex_lock(mutex)
    isClosed = true
    pthread_cond_broadcast(filled)
    pthread_mutex_unlock(mutex)
  }
}
