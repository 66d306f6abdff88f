import Base
import CLinux
import Glibc
import Synchronization

/// One call while it runs: until when, and whether it is still wanted.
final class PostgresCall: Sendable {
  enum Event {
    case ready
    case late
    case cancelled
  }

  /// By `uptime`.
  let end: Duration
  private let event: Int32
  private let cancelled = Atomic(false)

  init(_ deadline: Duration) throws {
    end = Self.uptime + min(deadline, .days(1))
    event = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard event >= 0 else { throw SystemCallError("eventfd") }
  }

  deinit { close(event) }

  static var uptime: Duration { SystemClock().uptime }

  var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

  func cancel() {
    cancelled.store(true, ordering: .releasing)
    _ = eventfd_write(event, 1)
  }

  /// Waits until the socket can be read or, if asked for, written.
  ///
  /// - Parameter heeds: whether a cancelled call ends the wait.
  func wait(for socket: Int32, writing: Bool, reading: Bool = true, until: Duration, heeds: Bool) -> Event {
    let events = (reading ? POLLIN : 0) | (writing ? POLLOUT : 0)
    while true {
      if heeds, isCancelled { return .cancelled }
      let left = (until - Self.uptime).microseconds
      guard left > 0 else { return .late }
      var files = [pollfd(fd: socket, events: Int16(events), revents: 0)]
      if heeds { files.append(pollfd(fd: event, events: Int16(POLLIN), revents: 0)) }
      let count = poll(&files, nfds_t(files.count), Int32(clamping: (left + 999) / 1_000))
      // a socket that cannot be waited for is handed on: libpq says what is wrong with it
      if count < 0, errno != EINTR { return .ready }
      if count > 0, files[0].revents != 0 { return .ready }
    }
  }
}
