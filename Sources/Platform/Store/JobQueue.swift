internal import Base
import Glibc

/// A bounded queue from any thread to threads that may block on it. What is urgent overtakes the rest.
///
/// `@unchecked Sendable`: every access to the two lines and `isClosed` happens between lock and unlock of the one
/// mutex; an element is handed to exactly one taker.
final class JobQueue<Element>: @unchecked Sendable {
  enum Outcome { case accepted, full, closed }

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let filled = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let capacity: Int
  private var urgent = Fifo<Element>()
  private var normal = Fifo<Element>()
  private var isClosed = false

  init(capacity: Int) {
    self.capacity = capacity
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

  private var waiting: Int { urgent.count + normal.count }

  var count: Int {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return waiting
  }

  func put(_ element: Element, isUrgent: Bool = false) -> Outcome {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    guard !isClosed else { return .closed }
    guard (isUrgent ? urgent.count : normal.count) < capacity else { return .full }
    if isUrgent { urgent.append(element) } else { normal.append(element) }
    pthread_cond_signal(filled)
    return .accepted
  }

  /// Waits for elements and takes up to `limit`: the urgent ones, and beside them only a few of the others, so that the
  /// next urgent one does not wait long for its turn.
  ///
  /// - Returns: empty after `milliseconds` without any; `nil` once the queue is closed and drained.
  func take(_ limit: Int, waiting milliseconds: Int? = nil) -> [Element]? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    if waiting == 0, !isClosed, let milliseconds {
      var until = timespec()
      clock_gettime(CLOCK_MONOTONIC, &until)
      let nanoseconds = until.tv_nsec + milliseconds % 1_000 * 1_000_000
      until.tv_sec += milliseconds / 1_000 + nanoseconds / 1_000_000_000
      until.tv_nsec = nanoseconds % 1_000_000_000
      while waiting == 0, !isClosed {
        if pthread_cond_timedwait(filled, mutex, &until) != 0 { break }
      }
      if waiting == 0, !isClosed { return [] }
    }
    while waiting == 0, !isClosed { pthread_cond_wait(filled, mutex) }
    guard waiting > 0 else { return nil }
    if urgent.count == 0 { return normal.take(limit) }
    // the more of them, the fewer others: who waits long for an acknowledgement would send again
    let beside = max(1, limit / 32 - urgent.count / 2)
    return urgent.take(limit) + normal.take(beside)
  }

  /// No more elements are accepted; what is queued can still be taken.
  func close() {
    pthread_mutex_lock(mutex)
    isClosed = true
    pthread_cond_broadcast(filled)
    pthread_mutex_unlock(mutex)
  }
}
