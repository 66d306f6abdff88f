import Base
import CMicrohttpd
import Glibc
import Synchronization

/// A library handle that travels between threads.
///
/// @unchecked Sendable: the pointer never changes, and the two calls made from other threads
/// (`MHD_resume_connection`, `MHD_upgrade_action`) are documented as thread-safe while the connection is suspended or
/// upgraded, which the callers hold true under their locks.
struct ConnectionHandle: @unchecked Sendable {
  let pointer: OpaquePointer
}

/// One accepted socket, from the library's first notice to its last.
final class ServerConnection: Sendable {
  enum Phase: UInt8 {
    /// No request yet on this connection.
    case fresh
    /// Between two requests.
    case idle
    case head, body
    /// Being answered, or upgraded: the sweeper leaves it alone.
    case working
  }

  let descriptor: Int32
  let remoteAddress: String
  let isUnixSocket: Bool
  private let phase = Atomic<UInt8>(Phase.fresh.rawValue)
  private let since: Atomic<Int64>
  private let current = Mutex<Exchange?>(nil)

  init(descriptor: Int32, remoteAddress: String, isUnixSocket: Bool) {
    self.descriptor = descriptor
    self.remoteAddress = remoteAddress
    self.isUnixSocket = isUnixSocket
    since = Atomic(monotonicMicroseconds())
  }

  /// The request the connection is busy with.
  var exchange: Exchange? {
    get { current.withLock { $0 } }
    set { current.withLock { $0 = newValue } }
  }

  func enter(_ next: Phase) {
    since.store(monotonicMicroseconds(), ordering: .relaxed)
    phase.store(next.rawValue, ordering: .releasing)
  }

  /// Whether a deadline passed. The two fields are read apart; a request that moves on meanwhile only looks younger.
  func isLate(now: Int64, _ configuration: HTTPServerConfiguration) -> Bool {
    let limit: Duration
    switch Phase(rawValue: phase.load(ordering: .acquiring)) ?? .working {
    case .fresh, .head: limit = configuration.headTimeout
    case .idle: limit = configuration.idleTimeout + configuration.headTimeout
    case .body: limit = configuration.bodyTimeout
    case .working: return false
    }
    return now - since.load(ordering: .relaxed) > limit.microseconds
  }

  /// Ends both directions; the library notices and closes. Only while the registry's lock keeps the socket open.
  func sever() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
