import Base
import CLinux
import Glibc
import Synchronization

/// The server's own thread: deadlines of connections, clients of streams that leave, WebSockets, slow good-byes.
///
/// @unchecked Sendable: `sessions`, `lingering` and the two instants are touched only on the poller's thread; what
/// other threads reach is behind the mutexes.
final class ServerReactor: PollerOwner, @unchecked Sendable {
  private struct Drain {
    var deadline: Int64
    var continuation: CheckedContinuation<Void, Never>
  }
  private struct Lingering {
    var descriptor: Int32
    var deadline: Int64
    var left: Int
  }

  private unowned let server: HTTPServer
  let poller: Poller
  private let tokens = Atomic<UInt64>(1)
  private let watched = Mutex<[UInt64: HTTPBodyWriter]>([:])
  private let tokenOf = Mutex<[ObjectIdentifier: UInt64]>([:])
  private let drains = Mutex<[Drain]>([])
  private var sessions: [UInt64: WebSocketSession] = [:]
  private var lingering: [UInt64: Lingering] = [:]
  private var nextSweep: Int64 = 0
  private var sessionsClosing = false
  private let sweepInterval: Int64

  init(server: HTTPServer) throws {
    self.server = server
    poller = try Poller(name: "http-poll")
    let shortest = min(server.configuration.headTimeout, server.configuration.bodyTimeout, .seconds(4))
    sweepInterval = max(10_000, shortest.microseconds / 4)
  }

  func start() { poller.start(owner: self) }
  func stop() { poller.stop() }

  // MARK: Any thread

  func watch(_ writer: HTTPBodyWriter, _ descriptor: Int32) {
    let token = newToken()
    watched.withLock { $0[token] = writer }
    tokenOf.withLock { $0[ObjectIdentifier(writer)] = token }
    poller.add(descriptor, token: token, events: EPOLLRDHUP.rawValue | EPOLLONESHOT.rawValue)
  }

  /// Before the socket closes.
  func unwatch(_ writer: HTTPBodyWriter, _ descriptor: Int32) {
    guard let token = tokenOf.withLock({ $0.removeValue(forKey: ObjectIdentifier(writer)) }) else { return }
    _ = watched.withLock { $0.removeValue(forKey: token) }
    poller.remove(descriptor)
  }

  func newToken() -> UInt64 { tokens.add(1, ordering: .relaxed).newValue }

  /// Reads away what a refused client still sends, for a moment, so that our answer is not lost to a reset.
  func linger(_ descriptor: Int32) {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { return }
    shutdown(copy, Int32(SHUT_WR))
    let token = newToken()
    let taken = poller.submit { [self] in
      guard lingering.count < 64, poller.add(copy, token: token, events: EPOLLIN.rawValue | EPOLLRDHUP.rawValue) else {
        close(copy)
        return
      }
      lingering[token] = Lingering(descriptor: copy, deadline: monotonicMicroseconds() + 2_000_000, left: 4 << 20)
    }
    if !taken { close(copy) }
  }

  /// Waits until nothing is being answered, or for the time given.
  func drain(within limit: Duration) async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let drain = Drain(deadline: monotonicMicroseconds() + limit.microseconds, continuation: continuation)
      drains.withLock { $0.append(drain) }
      poller.submit { [self] in
        guard !sessionsClosing else { return }
        sessionsClosing = true
        for session in sessions.values { session.beginClose(code: 1001, reason: "The server is stopping.") }
      }
    }
  }

  /// Ends every socket at once; returns when the library has them back. Not on the poller's thread.
  func closeSockets() {
    let done = DispatchGate()
    poller.submit { [self] in
      for session in Array(sessions.values) { session.drop() }
      for entry in lingering.values { close(entry.descriptor) }
      lingering = [:]
      done.open()
    }
    done.wait()
  }

  // MARK: The poller's thread

  func insert(_ session: WebSocketSession) {
    guard poller.add(session.descriptor, token: session.token, events: session.events) else { return session.drop() }
    sessions[session.token] = session
    session.begin()
    if sessionsClosing { session.beginClose(code: 1001, reason: "The server is stopping.") }
    session.advance(events: EPOLLIN.rawValue)
  }

  func remove(_ session: WebSocketSession) { sessions[session.token] = nil }

  func ready(token: UInt64, events: UInt32) {
    if let session = sessions[token] {
      session.advance(events: events)
    } else if lingering[token] != nil {
      discard(token)
    } else if let writer = watched.withLock({ $0[token] }) {
      writer.close()
    }
  }

  private func discard(_ token: UInt64) {
    guard var entry = lingering[token] else { return }
    var buffer = [UInt8](repeating: 0, count: 16_384)
    var count = 0
    repeat {
      count = recv(entry.descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      entry.left -= max(0, count)
    } while count > 0 && entry.left > 0
    if count == 0 || entry.left <= 0 || (count < 0 && errno != EAGAIN) {
      lingering[token] = nil
      close(entry.descriptor)
    } else {
      lingering[token] = entry
    }
  }

  func tick(now: Int64) -> Int32 {
    if now >= nextSweep {
      nextSweep = now + sweepInterval
      server.sweep(now: now)
      for session in Array(sessions.values) { session.tick(now: now) }
      for (token, entry) in lingering where entry.deadline < now {
        lingering[token] = nil
        close(entry.descriptor)
      }
    }
    let isIdle = sessions.isEmpty && server.busyCount == 0
    let (finished, waiting) = drains.withLock { drains in
      let finished = drains.filter { isIdle || $0.deadline <= now }
      drains.removeAll { isIdle || $0.deadline <= now }
      return (finished, !drains.isEmpty)
    }
    for drain in finished { drain.continuation.resume() }
    // While a stop waits, the counts are looked at often; they have no signal of their own, to keep requests cheap.
    return waiting ? 5 : Int32(clamping: max(1, (nextSweep - now) / 1_000 + 1))
  }
}

/// Lets one thread wait for another; never used on the cooperative pool.
final class DispatchGate: Sendable {
  private let event = eventfd(0, Int32(EFD_CLOEXEC))
  deinit { close(event) }
  func open() { _ = eventfd_write(event, 1) }
  func wait() {
    var value: eventfd_t = 0
    _ = eventfd_read(event, &value)
  }
}
