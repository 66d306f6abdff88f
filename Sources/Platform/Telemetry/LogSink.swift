package import Base
import CLinux
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Where log lines go: a bounded buffer, emptied by a thread of its own, so that a slow disk or terminal
/// delays no message. When it is full, lines are dropped and their number is reported.
package final class LogSink: Sendable {
  /// Standard error; lives as long as the process.
  package static let standard = LogSink(descriptor: 2)

  package let clock: any WallClock
  private let pipe: LogPipe
  private let minimum: Atomic<Int>

  package convenience init(descriptor: Int32, clock: any WallClock = SystemClock(), redactor: Redactor = .shared) {
    self.init(clock: clock, redactor: redactor) { LogSink.write($0, to: descriptor) }
  }

  /// - Parameter write: gets whole lines, cleaned of secrets, on the sink's thread.
  package init(
    clock: any WallClock = SystemClock(), redactor: Redactor = .shared, level: LogLevel = .info,
    capacity: Int = 1 << 20,
    write: @escaping @Sendable (UnsafeRawBufferPointer) -> Void
  ) {
    self.clock = clock
    minimum = Atomic(level.rawValue)
    pipe = LogPipe(clock: clock, redactor: redactor, capacity: capacity, write: write)
    pipe.start()
  }

  deinit { pipe.close() }

  package var level: LogLevel {
    get { LogLevel(rawValue: minimum.load(ordering: .relaxed)) ?? .info }
    set { minimum.store(newValue.rawValue, ordering: .relaxed) }
  }

  /// Waits until everything taken so far is written. Blocks: for shutdown and tests only.
  package func flush() { pipe.flush() }

  func take(_ line: [UInt8]) { pipe.take(line) }

  /// Writes all or gives up: a log that cannot be written must not stop the house.
  private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
    guard let base = bytes.baseAddress else { return }
    var done = 0
    var waits = 0
    while done < bytes.count {
      let written = Glibc.write(descriptor, base + done, bytes.count - done)
      if written > 0 {
        done += written
      } else if written < 0, errno == EINTR {
        continue
      } else if written < 0, errno == EAGAIN, waits < 10 {
        waits += 1
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&wait, 1, 100)
      } else {
        return
      }
    }
  }
}

/// The buffer and its thread. The thread holds the pipe, never the sink, so that letting the sink go ends it.
///
/// `@unchecked Sendable`: `pending`, `dropped` and the counters are touched only with `lock` held; `lock` and
/// `changed` are heap cells whose address never changes and that are freed after the thread has been joined.
private final class LogPipe: @unchecked Sendable {
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let clock: any WallClock
  private let redactor: Redactor
  private let capacity: Int
  private let write: @Sendable (UnsafeRawBufferPointer) -> Void

  private var pending: [UInt8] = []
  private var dropped = 0
  /// Bytes taken in and bytes dealt with; equal when nothing waits.
  private var taken = 0
  private var written = 0
  private var closing = false
  private var thread: pthread_t?

  init(
    clock: any WallClock, redactor: Redactor, capacity: Int,
    write: @escaping @Sendable (UnsafeRawBufferPointer) -> Void
  ) {
    self.clock = clock
    self.redactor = redactor
    self.capacity = capacity
    self.write = write
    pthread_mutex_init(lock, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(lock)
    changed.deallocate()
    lock.deallocate()
  }

  private func locked<T>(_ body: () -> T) -> T {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return body()
  }

  func start() {
    var handle = pthread_t()
    let context = Unmanaged.passRetained(self)
    let code = pthread_create(&handle, nil, logThread, context.toOpaque())
    if code == 0 {
      locked { thread = handle }
    } else {
      context.release()
    }
  }

  func take(_ line: [UInt8]) {
    let direct = locked {
      if thread == nil || closing { return true }
      if pending.count + line.count > capacity {
        dropped += 1
      } else {
        if pending.isEmpty { pthread_cond_broadcast(changed) }
        pending.append(contentsOf: line)
        taken += line.count
      }
      return false
    }
    // Without a thread (none could be made, or the sink is closing) the line is written here.
    if direct { emit(line) }
  }

  func flush() {
    locked {
      let goal = taken
      while written < goal, thread != nil { pthread_cond_wait(changed, lock) }
    }
  }

  func close() {
    let handle = locked {
      closing = true
      pthread_cond_broadcast(changed)
      let handle = thread
      thread = nil
      return handle
    }
    guard let handle else { return }
    if pthread_equal(handle, pthread_self()) != 0 { pthread_detach(handle) } else { pthread_join(handle, nil) }
  }

  func run() {
    while true {
      let (batch, lost, ending) = locked {
        while pending.isEmpty, dropped == 0, !closing { pthread_cond_wait(changed, lock) }
        let taken = (pending, dropped, closing)
        pending = []
        dropped = 0
        return taken
      }
      if !batch.isEmpty { emit(batch) }
      if lost > 0 { report(lost) }
      locked {
        written += batch.count
        pthread_cond_broadcast(changed)
      }
      if ending, batch.isEmpty { return }
    }
  }

  private func report(_ lost: Int) {
    var line: [UInt8] = []
    LogLine.begin(&line, at: clock.now, .warning, room: "telemetry")
    line.append(contentsOf: ",\"message\":\"Log lines dropped\",\"log.dropped\":\(lost)}\n".utf8)
    emit(line)
  }

  private func emit(_ lines: [UInt8]) {
    redactor.clean(lines).withUnsafeBytes { write($0) }
  }
}

private func logThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  let pipe = Unmanaged<LogPipe>.fromOpaque(context).takeRetainedValue()
  _ = th_thread_set_name("log")
  pipe.run()
  return nil
}
