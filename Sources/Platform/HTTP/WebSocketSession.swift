import Base
import CLinux
import CMicrohttpd
import CWslay
import Glibc

/// What an upgrade needs once the library hands over the socket.
final class WebSocketSeed: Sendable {
  let server: HTTPServer
  let body: @Sendable (WebSocket) async -> Void

  init(server: HTTPServer, body: @escaping @Sendable (WebSocket) async -> Void) {
    self.server = server
    self.body = body
  }
}

/// One WebSocket on the polling thread: frames by wslay, bytes by the kernel, never waiting.
///
/// @unchecked Sendable: all mutable state is touched only on the poller's thread (`insert`, `advance`, `queue`,
/// `tick` and the rest run there); `descriptor`, `token`, `reactor` and `socket` never change.
final class WebSocketSession: @unchecked Sendable {
  let descriptor: Int32
  let token: UInt64
  unowned let reactor: ServerReactor
  private let socket = WebSocket()
  private let body: @Sendable (WebSocket) async -> Void
  private let pingInterval: Int64
  private var upgrade: ConnectionHandle?
  private var context: wslay_event_context_ptr?
  private var early: [UInt8]
  private var task: Task<Void, Never>?
  private var waiters: [CheckedContinuation<Void, any Error>] = []
  private var lastHeard = monotonicMicroseconds()
  private var lastPing = monotonicMicroseconds()
  private var closeDeadline: Int64?
  private(set) var events = EPOLLIN.rawValue

  /// Bytes queued for a client before its senders wait.
  private static let highWater = 256 << 10
  private static let closePatience: Int64 = 5_000_000

  init(reactor: ServerReactor, seed: WebSocketSeed, descriptor: Int32, upgrade: ConnectionHandle, early: [UInt8]) {
    self.reactor = reactor
    self.descriptor = descriptor
    self.upgrade = upgrade
    self.early = early
    body = seed.body
    token = reactor.newToken()
    pingInterval = max(10_000, seed.server.configuration.pingInterval.microseconds)
    var callbacks = th_wslay_callbacks(receiveBytes, sendBytes, messageReceived)
    if wslay_event_context_server_init(&context, &callbacks, Unmanaged.passUnretained(self).toOpaque()) == 0 {
      wslay_event_config_set_max_recv_msg_length(context, UInt64(seed.server.configuration.webSocketMessageLimit))
    }
    socket.attach(self)
  }

  /// The socket stands in the poller; the handler may speak.
  func begin() {
    task = Task { [socket, body] in
      await body(socket)
      socket.close()
    }
  }

  func advance(events ready: UInt32) {
    guard let context else { return drop() }
    if ready & ~EPOLLOUT.rawValue != 0, wslay_event_recv(context) != 0 { return drop() }
    flush()
  }

  /// The reader took messages from a full inbox.
  func readOn() { advance(events: EPOLLIN.rawValue) }

  func queue(_ message: WebSocketMessage, _ continuation: CheckedContinuation<Void, any Error>) {
    guard let context, wslay_event_get_close_sent(context) == 0 else {
      continuation.resume(throwing: HTTPStreamClosed())
      return
    }
    let queued: Int32
    switch message {
    case .text(var text):
      queued = text.withUTF8 { bytes in
        var entry = wslay_event_msg(
          opcode: UInt8(WSLAY_TEXT_FRAME.rawValue), msg: bytes.baseAddress, msg_length: bytes.count)
        return wslay_event_queue_msg(context, &entry)
      }
    case .binary(let bytes):
      queued = bytes.withUnsafeBufferPointer { bytes in
        var entry = wslay_event_msg(
          opcode: UInt8(WSLAY_BINARY_FRAME.rawValue), msg: bytes.baseAddress, msg_length: bytes.count)
        return wslay_event_queue_msg(context, &entry)
      }
    }
    guard queued == 0 else {
      continuation.resume(throwing: HTTPStreamClosed())
      return
    }
    waiters.append(continuation)
    flush()
  }

  func beginClose(code: UInt16, reason: String) {
    guard let context, closeDeadline == nil else { return }
    closeDeadline = monotonicMicroseconds() + WebSocketSession.closePatience
    // A control frame holds 125 bytes, two of them the code.
    let text = Array(reason.utf8.prefix(123))
    _ = wslay_event_queue_close(context, code, text, text.count)
    flush()
  }

  func tick(now: Int64) {
    guard let context else { return }
    if let closeDeadline, closeDeadline < now { return drop() }
    if now - lastHeard > 2 * pingInterval + 1_000_000 { return drop() }
    if now - lastPing >= pingInterval {
      lastPing = now
      var entry = wslay_event_msg(opcode: UInt8(WSLAY_PING.rawValue), msg: nil, msg_length: 0)
      _ = wslay_event_queue_msg(context, &entry)
      flush()
    }
  }

  private func flush() {
    guard let context else { return }
    if wslay_event_send(context) != 0 { return drop() }
    if wslay_event_get_queued_msg_length(context) < WebSocketSession.highWater, !waiters.isEmpty {
      let ready = waiters
      waiters = []
      for waiter in ready { waiter.resume() }
    }
    let reads = wslay_event_want_read(context) != 0
    let writes = wslay_event_want_write(context) != 0
    guard reads || writes else { return drop() }
    let wanted = (reads && !socket.isFull ? EPOLLIN.rawValue : 0) | (writes ? EPOLLOUT.rawValue : 0)
    if wanted != events {
      events = wanted
      reactor.poller.modify(descriptor, token: token, events: wanted)
    }
  }

  /// The end, for whatever reason; the library gets its socket back.
  func drop() {
    guard let upgrade else { return }
    self.upgrade = nil
    reactor.remove(self)
    reactor.poller.remove(descriptor)
    if let context { wslay_event_context_free(context) }
    context = nil
    socket.ended()
    task?.cancel()
    for waiter in waiters { waiter.resume(throwing: HTTPStreamClosed()) }
    waiters = []
    th_mhd_upgrade_close(upgrade.pointer)
  }

  // MARK: wslay's callbacks

  fileprivate func receive(_ target: UnsafeMutablePointer<UInt8>, _ room: Int) -> Int {
    if !early.isEmpty {
      let count = min(room, early.count)
      early.withUnsafeBufferPointer { target.update(from: $0.baseAddress!, count: count) }
      early.removeFirst(count)
      return count
    }
    if socket.isFull { return fault(WSLAY_ERR_WOULDBLOCK) }
    let count = recv(descriptor, target, room, Int32(MSG_DONTWAIT))
    if count > 0 {
      lastHeard = monotonicMicroseconds()
      return count
    }
    return fault(count < 0 && (errno == EAGAIN || errno == EINTR) ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE)
  }

  fileprivate func transmit(_ bytes: UnsafePointer<UInt8>, _ count: Int, more: Bool) -> Int {
    let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL | (more ? MSG_MORE : 0))
    let sent = Glibc.send(descriptor, bytes, count, flags)
    if sent >= 0 { return sent }
    return fault(errno == EAGAIN || errno == EINTR ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE)
  }

  private func fault(_ error: wslay_error) -> Int {
    wslay_event_set_error(context, error.rawValue)
    return -1
  }

  fileprivate func received(_ message: wslay_event_on_msg_recv_arg) {
    let bytes = UnsafeBufferPointer(start: message.msg, count: message.msg_length)
    switch UInt32(message.opcode) {
    // wslay has checked that a text is UTF-8.
    case WSLAY_TEXT_FRAME.rawValue: socket.deliver(.text(String(decoding: bytes, as: UTF8.self)))
    case WSLAY_BINARY_FRAME.rawValue: socket.deliver(.binary(Array(bytes)))
    default: break
    }
  }
}

private func session(_ context: UnsafeMutableRawPointer?) -> WebSocketSession? {
  context.map { Unmanaged<WebSocketSession>.fromOpaque($0).takeUnretainedValue() }
}

private func receiveBytes(
  _ events: wslay_event_context_ptr?, _ target: UnsafeMutablePointer<UInt8>?, _ room: Int, _ flags: Int32,
  _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let target, let session = session(context) else { return -1 }
  return session.receive(target, room)
}

private func sendBytes(
  _ events: wslay_event_context_ptr?, _ bytes: UnsafePointer<UInt8>?, _ count: Int, _ flags: Int32,
  _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes, let session = session(context) else { return -1 }
  return session.transmit(bytes, count, more: flags & Int32(WSLAY_MSG_MORE.rawValue) != 0)
}

private func messageReceived(
  _ events: wslay_event_context_ptr?, _ message: UnsafePointer<wslay_event_on_msg_recv_arg>?,
  _ context: UnsafeMutableRawPointer?
) {
  guard let message, let session = session(context) else { return }
  session.received(message.pointee)
}

/// The library hands over the socket; from here on it belongs to the polling thread.
func upgradeSocket(
  _ context: UnsafeMutableRawPointer?, _ handle: OpaquePointer?, _ request: UnsafeMutableRawPointer?,
  _ early: UnsafePointer<CChar>?, _ earlyCount: Int, _ descriptor: Int32, _ upgrade: OpaquePointer?
) {
  guard let context, let upgrade else { return }
  let seed = Unmanaged<WebSocketSeed>.fromOpaque(context).takeUnretainedValue()
  guard let reactor = seed.server.reactor else {
    th_mhd_upgrade_close(upgrade)
    return
  }
  _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
  let session = WebSocketSession(
    reactor: reactor, seed: seed, descriptor: descriptor, upgrade: ConnectionHandle(pointer: upgrade),
    early: Array(UnsafeRawBufferPointer(start: early, count: earlyCount)))
  let taken = reactor.poller.submit { reactor.insert(session) }
  if !taken { session.drop() }
}
