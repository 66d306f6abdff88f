import CLinux
import Glibc
import Synchronization

/// What a `Poller` tells its owner; both calls come on the poller's thread.
protocol PollerOwner: AnyObject, Sendable {
  func ready(token: UInt64, events: UInt32)
  /// Time's work; answers how many milliseconds the thread may wait, at most (-1: until something happens).
  func tick(now: Int64) -> Int32
}

/// One thread that waits for many sockets, so that none of them ever holds a thread of the cooperative pool.
///
/// @unchecked Sendable: `epoll` and `event` never change after `init` and their calls are thread-safe; `owner` and
/// `thread` are written once by `start`, before the thread exists; everything else is behind the mutex.
final class Poller: @unchecked Sendable {
  typealias Job = @Sendable () -> Void
  private struct Inbox {
    var jobs: [Job] = []
    var stopping = false
    var isOver = false
  }

  private let name: String
  private let epoll: Int32
  private let event: Int32
  private let inbox = Mutex(Inbox())
  private var owner: (any PollerOwner)?
  private var thread = pthread_t()

  private static let wakeToken = UInt64.max

  init(name: String) throws {
    self.name = name
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    event = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard epoll >= 0, event >= 0 else {
      throw HTTPServerError(kind: .socketFailed, sentence: "No descriptors are left: \(errnoText()).")
    }
    add(event, token: Poller.wakeToken, events: EPOLLIN.rawValue)
  }

  deinit {
    close(event)
    close(epoll)
  }

  func start(owner: any PollerOwner) {
    self.owner = owner
    let context = Unmanaged.passRetained(self).toOpaque()
    guard pthread_create(&thread, nil, pollerMain, context) == 0 else {
      Unmanaged<Poller>.fromOpaque(context).release()
      preconditionFailure("no thread could be made")
    }
  }

  /// Runs a job on the thread, in order; `false`: the thread has ended and the job will not run.
  @discardableResult
  func submit(_ job: @escaping Job) -> Bool {
    let (taken, wake) = inbox.withLock { inbox in
      guard !inbox.isOver else { return (false, false) }
      inbox.jobs.append(job)
      return (true, inbox.jobs.count == 1)
    }
    if wake { signal() }
    return taken
  }

  /// Ends the thread after the jobs that are waiting, and waits for it. Never call this on a pool thread's hot path.
  func stop() {
    inbox.withLock { $0.stopping = true }
    signal()
    pthread_join(thread, nil)
    owner = nil
  }

  @discardableResult
  func add(_ descriptor: Int32, token: UInt64, events: UInt32) -> Bool {
    var entry = epoll_event(events: events, data: epoll_data_t(u64: token))
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &entry) == 0
  }

  func modify(_ descriptor: Int32, token: UInt64, events: UInt32) {
    var entry = epoll_event(events: events, data: epoll_data_t(u64: token))
    epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &entry)
  }

  func remove(_ descriptor: Int32) {
    var entry = epoll_event()
    epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &entry)
  }

  private func signal() { _ = eventfd_write(event, 1) }

  fileprivate func run() {
    th_thread_set_name(name)
    guard let owner else { return }
    let capacity = 64
    let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)
    defer { events.deallocate() }
    while true {
      let (jobs, stopping, isOver) = inbox.withLock { inbox in
        let jobs = inbox.jobs
        inbox.jobs = []
        inbox.isOver = inbox.stopping && jobs.isEmpty
        return (jobs, inbox.stopping, inbox.isOver)
      }
      if isOver { break }
      for job in jobs { job() }
      // The jobs may have asked for more; the next round looks before it ends.
      let wait = stopping ? 0 : owner.tick(now: monotonicMicroseconds())
      let count = epoll_wait(epoll, events, Int32(capacity), wait)
      for index in 0..<max(0, Int(count)) {
        let token = events[index].data.u64
        if token == Poller.wakeToken {
          var value: eventfd_t = 0
          eventfd_read(event, &value)
        } else {
          owner.ready(token: token, events: events[index].events)
        }
      }
    }
  }
}

private func pollerMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let context { Unmanaged<Poller>.fromOpaque(context).takeRetainedValue().run() }
  return nil
}

/// Time that never steps, for deadlines.
func monotonicMicroseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
}

func errnoText() -> String { String(cString: strerror(errno)) }

/// Runs work that may block on a thread of its own.
func onOwnThread(_ name: String, _ work: @escaping @Sendable () -> Void) {
  let box = Unmanaged.passRetained(ThreadWork(name: name, work: work)).toOpaque()
  var thread = pthread_t()
  if pthread_create(&thread, nil, threadWorkMain, box) == 0 {
    pthread_detach(thread)
  } else {
    // No thread to be had: late is better than never.
    Unmanaged<ThreadWork>.fromOpaque(box).takeRetainedValue().work()
  }
}

private final class ThreadWork: Sendable {
  let name: String
  let work: @Sendable () -> Void
  init(name: String, work: @escaping @Sendable () -> Void) {
    self.name = name
    self.work = work
  }
}

private func threadWorkMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  let box = Unmanaged<ThreadWork>.fromOpaque(context).takeRetainedValue()
  th_thread_set_name(box.name)
  box.work()
  return nil
}
