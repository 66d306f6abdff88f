import Base
import CMicrohttpd
import Glibc
import Synchronization

/// One libmicrohttpd daemon: the TCP door or the Unix socket.
///
/// @unchecked Sendable: `daemon` is written once in `init` and its calls are thread-safe; the flags below it belong to
/// `start` and `stop`, which the server calls one after the other.
final class Listener: @unchecked Sendable {
  let server: HTTPServer
  let isUnixSocket: Bool
  private let descriptor: Int32
  private var daemon: OpaquePointer?
  private var isQuiet = false

  init(server: HTTPServer, descriptor: Int32, certificate: (certificate: [CChar], key: [CChar])?) throws {
    self.server = server
    self.descriptor = descriptor
    isUnixSocket = false
    try run(certificate)
  }

  init(server: HTTPServer, unix path: String) throws {
    self.server = server
    descriptor = try ListeningSocket.unix(path: path)
    isUnixSocket = true
    try run(nil)
  }

  private func run(_ certificate: (certificate: [CChar], key: [CChar])?) throws {
    let configuration = server.configuration
    // The callbacks use the listener until `stop` gives this count back.
    let context = Unmanaged.passRetained(self).toOpaque()
    let completed:
      @convention(c) (
        UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
        MHD_RequestTerminationCode
      ) -> Void = requestCompleted
    let notified:
      @convention(c) (
        UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
        MHD_ConnectionNotificationCode
      ) -> Void = connectionNotified
    let begun:
      @convention(c) (
        UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?
      ) -> UnsafeMutableRawPointer? = requestBegun
    let asIs:
      @convention(c) (
        UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<CChar>?
      ) -> Int = leaveEscapes

    var options = [
      MHD_OptionItem(option: .LISTEN_SOCKET, value: Int(descriptor), ptr_value: nil),
      MHD_OptionItem(option: .NOTIFY_COMPLETED, value: unsafeBitCast(completed, to: Int.self), ptr_value: context),
      MHD_OptionItem(option: .NOTIFY_CONNECTION, value: unsafeBitCast(notified, to: Int.self), ptr_value: context),
      MHD_OptionItem(option: .URI_LOG_CALLBACK, value: unsafeBitCast(begun, to: Int.self), ptr_value: context),
      MHD_OptionItem(option: .UNESCAPE_CALLBACK, value: unsafeBitCast(asIs, to: Int.self), ptr_value: context),
      // Room for the head, and beside it for reading the body and writing the answer's head.
      MHD_OptionItem(
        option: .CONNECTION_MEMORY_LIMIT, value: configuration.headerLimit + 24_576, ptr_value: nil),
      MHD_OptionItem(
        option: .CONNECTION_TIMEOUT, value: max(1, Int(configuration.idleTimeout.seconds.rounded(.up))),
        ptr_value: nil),
      MHD_OptionItem(option: .STRICT_FOR_CLIENT, value: 1, ptr_value: nil),
      MHD_OptionItem(option: .SIGPIPE_HANDLED_BY_APP, value: 1, ptr_value: nil),
      MHD_OptionItem(
        option: .CONNECTION_LIMIT,
        value: max(configuration.connectionLimit, isUnixSocket ? 1 : configuration.threads), ptr_value: nil),
    ]
    if !isUnixSocket {
      if configuration.threads > 1 {
        options.append(MHD_OptionItem(option: .THREAD_POOL_SIZE, value: configuration.threads, ptr_value: nil))
      }
      if configuration.perClientConnectionLimit > 0 {
        options.append(
          MHD_OptionItem(
            option: .PER_IP_CONNECTION_LIMIT, value: configuration.perClientConnectionLimit, ptr_value: nil))
      }
    }
    let isSecure = certificate != nil
    var flags = UInt32(MHD_USE_EPOLL_INTERNAL_THREAD.rawValue)
    flags |= UInt32(MHD_ALLOW_SUSPEND_RESUME.rawValue) | UInt32(MHD_ALLOW_UPGRADE.rawValue)
    if isSecure { flags |= UInt32(MHD_USE_TLS.rawValue) }
    var certificate = certificate ?? ([0], [0])
    daemon = certificate.certificate.withUnsafeMutableBufferPointer { chain in
      certificate.key.withUnsafeMutableBufferPointer { key in
        if isSecure {
          options.append(MHD_OptionItem(option: .HTTPS_MEM_CERT, value: 0, ptr_value: chain.baseAddress))
          options.append(MHD_OptionItem(option: .HTTPS_MEM_KEY, value: 0, ptr_value: key.baseAddress))
        }
        options.append(MHD_OptionItem(option: .END, value: 0, ptr_value: nil))
        return th_mhd_start(flags, 0, answer, context, &options)
      }
    }
    guard daemon != nil else {
      Unmanaged<Listener>.fromOpaque(context).release()
      close(descriptor)
      throw HTTPServerError(
        kind: .startFailed,
        sentence: isSecure
          ? "The server did not start; check that the certificate and the key belong together."
          : "The server did not start: \(errnoText()).")
    }
  }

  /// No new connections from here on.
  func quiesce() {
    guard let daemon, !isQuiet else { return }
    isQuiet = true
    let socket = MHD_quiesce_daemon(daemon)
    if socket >= 0 { close(socket) }
  }

  /// Closes what is left and joins the library's threads: blocks.
  func stop() {
    guard let daemon else { return }
    quiesce()
    MHD_stop_daemon(daemon)
    self.daemon = nil
    Unmanaged.passUnretained(self).release()
  }

  /// A PEM file with the NUL at its end that the library expects.
  static func pem(_ path: String) throws -> [CChar] {
    guard let file = fopen(path, "re") else {
      throw HTTPServerError(kind: .certificateUnreadable, sentence: "\(path) cannot be read: \(errnoText()).")
    }
    defer { fclose(file) }
    var bytes = [CChar](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count - 1, file)
    guard count > 0, count < bytes.count - 1 else {
      throw HTTPServerError(kind: .certificateUnreadable, sentence: "\(path) is empty or too long for a certificate.")
    }
    return Array(bytes[..<count]) + [0]
  }
}

// MARK: Callbacks, on the library's threads

private func connectionNotified(
  _ context: UnsafeMutableRawPointer?, _ handle: OpaquePointer?,
  _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ code: MHD_ConnectionNotificationCode
) {
  guard let context, let handle, let slot else { return }
  let listener = Unmanaged<Listener>.fromOpaque(context).takeUnretainedValue()
  if code == .CONNECTION_NOTIFY_STARTED {
    let address = listener.isUnixSocket ? nil : th_mhd_client_address(handle)
    let connection = ServerConnection(
      descriptor: th_mhd_socket(handle), remoteAddress: address.map(ListeningSocket.text) ?? "",
      isUnixSocket: listener.isUnixSocket)
    slot.pointee = Unmanaged.passRetained(connection).toOpaque()
    listener.server.opened(connection)
  } else if let box = slot.pointee {
    slot.pointee = nil
    let connection = Unmanaged<ServerConnection>.fromOpaque(box).takeRetainedValue()
    listener.server.closed(connection)
  }
}

/// The request line has arrived; what we return becomes the request's context.
private func requestBegun(
  _ context: UnsafeMutableRawPointer?, _ target: UnsafePointer<CChar>?, _ handle: OpaquePointer?
) -> UnsafeMutableRawPointer? {
  guard let context, let target, let handle, let box = th_mhd_socket_context(handle) else { return nil }
  let listener = Unmanaged<Listener>.fromOpaque(context).takeUnretainedValue()
  let connection = Unmanaged<ServerConnection>.fromOpaque(box).takeUnretainedValue()
  let exchange = Exchange(server: listener.server, connection: connection, target: String(cString: target))
  connection.enter(.head)
  connection.exchange = exchange
  return Unmanaged.passRetained(exchange).toOpaque()
}

private func answer(
  _ context: UnsafeMutableRawPointer?, _ handle: OpaquePointer?, _ target: UnsafePointer<CChar>?,
  _ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?, _ bytes: UnsafePointer<CChar>?,
  _ count: UnsafeMutablePointer<Int>?, _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
  guard let handle, let method, let count, let box = slot?.pointee else { return .NO }
  return Unmanaged<Exchange>.fromOpaque(box).takeUnretainedValue()
    .advance(handle, method: method, bytes: bytes, count: &count.pointee)
}

private func requestCompleted(
  _ context: UnsafeMutableRawPointer?, _ handle: OpaquePointer?,
  _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ code: MHD_RequestTerminationCode
) {
  guard let slot, let box = slot.pointee else { return }
  slot.pointee = nil
  let exchange = Unmanaged<Exchange>.fromOpaque(box).takeRetainedValue()
  exchange.connection.exchange = nil
  exchange.complete()
}

/// We decode addresses ourselves, once and strictly.
private func leaveEscapes(
  _ context: UnsafeMutableRawPointer?, _ handle: OpaquePointer?, _ text: UnsafeMutablePointer<CChar>?
) -> Int {
  text.map { strlen($0) } ?? 0
}
