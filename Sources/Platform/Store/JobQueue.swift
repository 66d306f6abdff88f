import Glibc

/// A bounded queue from any thread to threads that may block on it.
///
/// `@unchecked Sendable`: every access to `items`, `head` and `isClosed` happens between lock and unlock of the one
/// mutex; an element is handed to exactly one taker.
final class JobQueue<Element>: @unchecked Sendable {
  enum Outcome { case accepted, full, closed }

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let filled = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let capacity: Int
  private var items: [Element] = []
  private var head = 0
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

  var count: Int {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return items.count - head
  }

  func put(_ element: Element) -> Outcome {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    guard !isClosed else { return .closed }
    guard items.count - head < capacity else { return .full }
    items.append(element)
    pthread_cond_signal(filled)
    return .accepted
  }

  /// Waits for elements and takes up to `limit` in order.
  ///
  /// - Returns: empty after `milliseconds` without any; `nil` once the queue is closed and drained.
  func take(_ limit: Int, waiting milliseconds: Int? = nil) -> [Element]? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    if items.count == head, !isClosed, let milliseconds {
      var until = timespec()
      clock_gettime(CLOCK_MONOTONIC, &until)
      let nanoseconds = until.tv_nsec + milliseconds % 1_000 * 1_000_000
      until.tv_sec += milliseconds / 1_000 + nanoseconds / 1_000_000_000
      until.tv_nsec = nanoseconds % 1_000_000_000
      while items.count == head, !isClosed {
        if pthread_cond_timedwait(filled, mutex, &until) != 0 { break }
      }
      if items.count == head, !isClosed { return [] }
    }
    while items.count == head, !isClosed { pthread_cond_wait(filled, mutex) }
    guard items.count > head else { return nil }
    let taken: [Element]
    if head == 0, items.count <= limit {
      taken = items
      items = []
    } else {
      let end = min(items.count, head + limit)
      taken = Array(items[head..<end])
      head = end
      if head == items.count || head > 1_024 {
        items.removeSubrange(..<head)
        head = 0
      }
    }
    return taken
  }

  /// No more elements are accepted; what is queued can still be taken.
  func close() {
    pthread_mutex_lock(mutex)
    isClosed = true
    pthread_cond_broadcast(filled)
    pthread_mutex_unlock(mutex)
  }
}
