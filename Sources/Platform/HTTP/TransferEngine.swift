import Base
import CCurl
import CLinux
import Glibc
import Synchronization

/// libcurl's multi interface on one thread: all transfers, their connections and their time limits.
///
/// @unchecked Sendable: everything but `poller`, `configuration` and `ids` is touched only on the poller's thread, and
/// libcurl's callbacks run inside calls made there.
final class TransferEngine: PollerOwner, @unchecked Sendable {
  let poller: Poller
  private let configuration: HTTPClientConfiguration
  private let ids = Atomic<UInt64>(0)
  private var multi: UnsafeMutableRawPointer?
  private var idle: [UnsafeMutableRawPointer] = []
  private var running: [UnsafeMutableRawPointer: Transfer] = [:]
  private var sockets: [Int32: Watch] = [:]
  private var deadline: Int64?

  /// What is waited for on a socket.
  private struct Watch {
    /// What the kernel was asked for.
    var kept: UInt32
    /// What libcurl wants; 0 while a kept connection rests, whose socket stays with the kernel for the next request.
    var wanted: UInt32
  }
  /// Sockets of connections, from opening to closing; others (of the resolver) come and go without a word.
  private var connections: Set<Int32> = []

  private static let libraryReady: Bool = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

  init(configuration: HTTPClientConfiguration) throws {
    guard TransferEngine.libraryReady, let multi = curl_multi_init() else {
      throw HTTPClientError(kind: .stopped, outcome: .notSent, sentence: "The HTTP library could not be started.")
    }
    self.configuration = configuration
    poller = try Poller(name: "http-client")
    self.multi = multi
    let context = Unmanaged.passUnretained(self).toOpaque()
    th_curl_multi_set_socket(multi, engineSocket)
    th_curl_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, context)
    th_curl_multi_set_timer(multi, engineTimer)
    th_curl_multi_set_pointer(multi, CURLMOPT_TIMERDATA, context)
    th_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, configuration.keptConnections)
    th_curl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, configuration.connectionLimit)
    th_curl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, configuration.connectionsPerHost)
    poller.start(owner: self)
  }

  // MARK: Any thread

  func newID() -> UInt64 { ids.add(1, ordering: .relaxed).newValue }

  func start(_ transfer: Transfer) {
    if !poller.submit({ [self] in begin(transfer) }) { transfer.fail(TransferEngine.stopped(transfer)) }
  }

  func cancel(_ transfer: Transfer) {
    transfer.cancelled.store(true, ordering: .sequentiallyConsistent)
    poller.submit { [self] in
      guard let handle = transfer.handle else { return }
      let sent = wasSent(handle)
      release(transfer)
      transfer.fail(.cancelled(HTTPClientError.place(of: transfer.request.url), outcome: sent ? .unknown : .notSent))
    }
  }

  func resume(_ transfer: Transfer) {
    poller.submit { [self] in
      guard let handle = transfer.handle else { return }
      curl_easy_pause(handle, CURLPAUSE_CONT)
      collect()
    }
  }

  /// Ends every transfer and the thread: blocks for a moment.
  func stop() {
    poller.submit { [self] in
      for transfer in Array(running.values) {
        release(transfer)
        transfer.fail(TransferEngine.stopped(transfer))
      }
      for handle in idle { curl_easy_cleanup(handle) }
      idle = []
      if let multi { curl_multi_cleanup(multi) }
      multi = nil
    }
    poller.stop()
  }

  private static func stopped(_ transfer: Transfer) -> HTTPClientError {
    HTTPClientError(
      kind: .stopped, outcome: .unknown,
      sentence: "The request to \(HTTPClientError.place(of: transfer.request.url)) ended because the program stops.")
  }

  // MARK: The engine's thread

  func ready(token: UInt64, events: UInt32) {
    guard let multi else { return }
    let socket = Int32(truncatingIfNeeded: token)
    // the other side has closed a connection that rests, or said something unasked: libcurl looks before it uses it again
    if sockets[socket]?.wanted == 0 { return unwatch(socket) }
    var action: Int32 = 0
    if events & (EPOLLIN.rawValue | EPOLLHUP.rawValue) != 0 { action |= CURL_CSELECT_IN }
    if events & EPOLLOUT.rawValue != 0 { action |= CURL_CSELECT_OUT }
    if events & EPOLLERR.rawValue != 0 { action |= CURL_CSELECT_ERR }
    var count: Int32 = 0
    curl_multi_socket_action(multi, socket, action, &count)
    collect()
  }

  func tick(now: Int64) -> Int32 {
    guard let multi else { return -1 }
    if let deadline, deadline <= now {
      self.deadline = nil
      var count: Int32 = 0
      curl_multi_socket_action(multi, -1, 0, &count)
      collect()
    }
    guard let deadline else { return -1 }
    return Int32(clamping: max(0, (deadline - monotonicMicroseconds() + 999) / 1_000))
  }

  private func begin(_ transfer: Transfer) {
    var place: String { HTTPClientError.place(of: transfer.request.url) }
    guard !transfer.cancelled.load(ordering: .sequentiallyConsistent) else {
      return transfer.fail(.cancelled(place, outcome: .notSent))
    }
    guard let multi, let handle = idle.popLast() ?? curl_easy_init() else {
      return transfer.fail(TransferEngine.stopped(transfer))
    }
    transfer.handle = handle
    transfer.engine = self
    guard configure(handle, transfer), curl_multi_add_handle(multi, handle) == CURLM_OK else {
      transfer.handle = nil
      recycle(handle, transfer)
      return transfer.fail(
        HTTPClientError(kind: .invalid, outcome: .notSent, sentence: "The request to \(place) is not well formed."))
    }
    // `running` keeps the transfer alive while libcurl holds its pointer.
    running[handle] = transfer
  }

  private func release(_ transfer: Transfer) {
    guard let handle = transfer.handle else { return }
    transfer.handle = nil
    if let multi { curl_multi_remove_handle(multi, handle) }
    running[handle] = nil
    recycle(handle, transfer)
  }

  private func recycle(_ handle: UnsafeMutableRawPointer, _ transfer: Transfer) {
    curl_slist_free_all(transfer.fields)
    curl_slist_free_all(transfer.route)
    (transfer.fields, transfer.route) = (nil, nil)
    if idle.count < configuration.keptConnections {
      curl_easy_reset(handle)
      idle.append(handle)
    } else {
      curl_easy_cleanup(handle)
    }
  }

  private func collect() {
    guard let multi else { return }
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle,
        let transfer = running[handle]
      else { continue }
      var result = th_curl_message_result(message)
      if result == CURLE_OK, !transfer.headEnded { result = CURLE_PARTIAL_FILE }
      let error = result == CURLE_OK ? nil : failure(result, handle, transfer)
      release(transfer)
      if let error { transfer.fail(error) } else { transfer.succeed() }
    }
  }

  private func wasSent(_ handle: UnsafeMutableRawPointer) -> Bool {
    var time: curl_off_t = 0
    th_curl_info_offset(handle, CURLINFO_PRETRANSFER_TIME_T, &time)
    return time > 0
  }

  private func failure(_ result: CURLcode, _ handle: UnsafeMutableRawPointer, _ transfer: Transfer) -> HTTPClientError {
    let place = HTTPClientError.place(of: transfer.request.url)
    let sent = wasSent(handle)
    func error(_ kind: HTTPClientError.Kind, _ sentence: String) -> HTTPClientError {
      HTTPClientError(kind: kind, outcome: sent ? .unknown : .notSent, sentence: sentence)
    }
    switch result {
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL:
      return error(.invalid, "\(place) cannot be opened: the address is not well formed.")
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
      return error(.unreachable, "The name in \(place) was not found.")
    case CURLE_COULDNT_CONNECT:
      var reason = 0
      th_curl_info_long(handle, CURLINFO_OS_ERRNO, &reason)
      return reason == Int(ECONNREFUSED)
        ? error(.refused, "\(place) does not accept connections.") : error(.unreachable, "\(place) cannot be reached.")
    case CURLE_ABORTED_BY_CALLBACK where transfer.attempts > 1:
      return HTTPClientError(
        kind: .broken, outcome: .unknown, sentence: "The connection to \(place) ended before the answer came.")
    case CURLE_OPERATION_TIMEDOUT:
      return error(.timeout, "\(place) did not answer in time.")
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
      CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
      return error(.tls, "No trusted connection to \(place): \(String(cString: curl_easy_strerror(result))).")
    case CURLE_FILESIZE_EXCEEDED:
      return error(.tooLarge, "The answer of \(place) is longer than \(transfer.request.maxResponseBytes) bytes.")
    case CURLE_WRITE_ERROR where transfer.isTooLarge:
      return error(.tooLarge, "The answer of \(place) is longer than \(transfer.request.maxResponseBytes) bytes.")
    default:
      return error(.broken, "The connection to \(place) broke: \(String(cString: curl_easy_strerror(result))).")
    }
  }

  // MARK: What libcurl asks of the thread

  fileprivate func watch(_ socket: Int32, _ what: Int32) {
    if what == CURL_POLL_REMOVE {
      if connections.contains(socket) { sockets[socket]?.wanted = 0 } else { unwatch(socket) }
      return
    }
    var events: UInt32 = 0
    if what & CURL_POLL_IN != 0 { events |= EPOLLIN.rawValue }
    if what & CURL_POLL_OUT != 0 { events |= EPOLLOUT.rawValue }
    let token = UInt64(UInt32(bitPattern: socket))
    if let known = sockets.updateValue(Watch(kept: events, wanted: events), forKey: socket)?.kept {
      if known != events { poller.modify(socket, token: token, events: events) }
    } else if !poller.add(socket, token: token, events: events) {
      poller.modify(socket, token: token, events: events)
    }
  }

  private func unwatch(_ socket: Int32) {
    if sockets.removeValue(forKey: socket) != nil { poller.remove(socket) }
  }

  func opened(_ socket: Int32) { if socket >= 0 { connections.insert(socket) } }

  fileprivate func close(_ socket: Int32) -> Int32 {
    unwatch(socket)
    connections.remove(socket)
    return Glibc.close(socket)
  }

  fileprivate func schedule(_ milliseconds: Int) {
    deadline = milliseconds < 0 ? nil : monotonicMicroseconds() + Int64(milliseconds) * 1_000
  }

  // MARK: Options

  /// `false` when a part of the request cannot be put on the wire.
  private func configure(_ handle: UnsafeMutableRawPointer, _ transfer: Transfer) -> Bool {
    let request = transfer.request
    let context = Unmanaged.passUnretained(transfer).toOpaque()
    guard TransferEngine.isToken(request.method), th_curl_set_text(handle, CURLOPT_URL, request.url) == CURLE_OK else {
      return false
    }
    th_curl_set_long(handle, CURLOPT_NOSIGNAL, 1)
    th_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https")
    th_curl_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    th_curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0)
    th_curl_set_long(handle, CURLOPT_TCP_KEEPALIVE, 1)
    // No proxy from the environment: it would connect for us, past the guard.
    th_curl_set_text(handle, CURLOPT_PROXY, transfer.pin == nil ? configuration.proxy ?? "" : "")
    if let file = configuration.authorityFile { th_curl_set_text(handle, CURLOPT_CAINFO, file) }
    th_curl_set_data(handle, CURLOPT_HEADERFUNCTION, transferHeader)
    th_curl_set_pointer(handle, CURLOPT_HEADERDATA, context)
    th_curl_set_data(handle, CURLOPT_WRITEFUNCTION, transferData)
    th_curl_set_pointer(handle, CURLOPT_WRITEDATA, context)
    th_curl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, TransferEngine.milliseconds(request.connectTimeout))
    switch transfer.sink {
    case .whole:
      th_curl_set_long(handle, CURLOPT_TIMEOUT_MS, TransferEngine.milliseconds(request.timeout))
      th_curl_set_offset(handle, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(request.maxResponseBytes))
    case .parts:
      th_curl_set_long(handle, CURLOPT_LOW_SPEED_LIMIT, 1)
      th_curl_set_long(handle, CURLOPT_LOW_SPEED_TIME, max(1, TransferEngine.milliseconds(request.timeout) / 1_000))
    }
    th_curl_set_opensocket(handle, transferSocket)
    th_curl_set_pointer(handle, CURLOPT_OPENSOCKETDATA, context)
    th_curl_set_closesocket(handle, engineClose)
    th_curl_set_pointer(handle, CURLOPT_CLOSESOCKETDATA, Unmanaged.passUnretained(self).toOpaque())
    if request.neverResend {
      // When a kept connection dies, libcurl sends the request again on a new one: it is asked before each try.
      th_curl_set_prereq(handle, transferAttempt)
      th_curl_set_pointer(handle, CURLOPT_PREREQDATA, context)
      th_curl_set_long(handle, CURLOPT_MAXAGE_CONN, configuration.freshSeconds)
    }
    if let path = request.unixSocketPath, transfer.pin == nil {
      th_curl_set_text(handle, CURLOPT_UNIX_SOCKET_PATH, path)
    }
    if let pin = transfer.pin {
      transfer.route = curl_slist_append(nil, "::\(pin.isIPv6 ? "[\(pin)]" : "\(pin)"):")
      th_curl_set_list(handle, CURLOPT_CONNECT_TO, transfer.route)
    }
    setMethod(handle, transfer)
    return setFields(handle, transfer)
  }

  private func setMethod(_ handle: UnsafeMutableRawPointer, _ transfer: Transfer) {
    let request = transfer.request
    if let body = request.body ?? (request.method == "POST" || request.method == "PUT" ? [] : nil) {
      th_curl_set_long(handle, CURLOPT_POST, 1)
      th_curl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
      _ = body.withUnsafeBytes { bytes in
        if let start = bytes.baseAddress {
          th_curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: start))
        } else {
          th_curl_set_text(handle, CURLOPT_COPYPOSTFIELDS, "")
        }
      }
      if request.method != "POST" { th_curl_set_text(handle, CURLOPT_CUSTOMREQUEST, request.method) }
    } else if request.method == "HEAD" {
      th_curl_set_long(handle, CURLOPT_NOBODY, 1)
    } else {
      th_curl_set_long(handle, CURLOPT_HTTPGET, 1)
      if request.method != "GET" { th_curl_set_text(handle, CURLOPT_CUSTOMREQUEST, request.method) }
    }
  }

  private func setFields(_ handle: UnsafeMutableRawPointer, _ transfer: Transfer) -> Bool {
    var list: UnsafeMutablePointer<curl_slist>?
    defer {
      transfer.fields = list
      th_curl_set_list(handle, CURLOPT_HTTPHEADER, list)
    }
    var hasType = false
    for field in transfer.request.headers.fields {
      guard TransferEngine.isToken(field.name), !field.value.utf8.contains(where: { $0 < 32 && $0 != 9 }) else {
        return false
      }
      if HTTPHeaders.same(field.name, "Content-Type") { hasType = true }
      // libcurl takes a name with nothing after the colon as a wish to leave the field out.
      list = curl_slist_append(list, field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
    }
    // Fields that libcurl would add by itself.
    list = curl_slist_append(list, "Expect:")
    if !hasType { list = curl_slist_append(list, "Content-Type:") }
    return true
  }

  private static func isToken(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45 || byte == 95
          || byte == 46
      }
  }

  private static func milliseconds(_ duration: Duration) -> Int { max(1, Int(duration.microseconds / 1_000)) }
}

private func engineSocket(
  _ handle: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ what: Int32, _ context: UnsafeMutableRawPointer?,
  _ own: UnsafeMutableRawPointer?
) -> Int32 {
  guard let context else { return 0 }
  Unmanaged<TransferEngine>.fromOpaque(context).takeUnretainedValue().watch(socket, what)
  return 0
}

private func engineClose(_ context: UnsafeMutableRawPointer?, _ socket: curl_socket_t) -> Int32 {
  guard let context else { return close(socket) }
  return Unmanaged<TransferEngine>.fromOpaque(context).takeUnretainedValue().close(socket)
}

private func engineTimer(
  _ multi: UnsafeMutableRawPointer?, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?
) -> Int32 {
  guard let context else { return 0 }
  Unmanaged<TransferEngine>.fromOpaque(context).takeUnretainedValue().schedule(milliseconds)
  return 0
}
