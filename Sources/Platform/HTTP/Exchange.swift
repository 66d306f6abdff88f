import CMicrohttpd
import Glibc
import Synchronization

/// One request and its answer.
///
/// @unchecked Sendable: `step`, `head`, `body` and `limit` are touched only by the library's thread that owns the
/// connection; the handler's task gets copies. What both sides share is behind the mutex.
final class Exchange: @unchecked Sendable {
  /// Where the library's thread stands.
  private enum Step { case begin, reading, answering, done, refusedLate }

  private enum Reply {
    case none
    case running
    /// The library waits for `finish`.
    case suspended(ConnectionHandle)
    case ready(HTTPResponse)
    case closed
  }

  private struct Shared {
    var reply = Reply.none
    var task: Task<Void, Never>?
    var writer: HTTPBodyWriter?
  }

  let server: HTTPServer
  let connection: ServerConnection
  private let target: String
  private var step = Step.begin
  private var head: HTTPRequestHead?
  private var body: [UInt8] = []
  private var limit = 0
  private var started = false
  private var longLived = false
  private var isHead = false
  private var hasBody = false
  private var leavesBody = false
  private var seed: WebSocketSeed?
  private let shared = Mutex(Shared())

  init(server: HTTPServer, connection: ServerConnection, target: String) {
    self.server = server
    self.connection = connection
    self.target = target
  }

  /// The library's call: once for the head, then for each piece of body, then for its end and after each resume.
  func advance(
    _ handle: OpaquePointer, method: UnsafePointer<CChar>, bytes: UnsafePointer<CChar>?, count: inout Int
  ) -> MHD_Result {
    switch step {
    case .begin:
      return begin(handle, method: String(cString: method))
    case .reading where count > 0:
      guard body.count + count <= limit else { return tooLong(handle) }
      if let bytes { body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count)) }
      count = 0
      return .YES
    case .reading:
      return start(handle)
    case .answering:
      let response = shared.withLock { shared -> HTTPResponse? in
        guard case .ready(let response) = shared.reply else { return nil }
        shared.reply = .none
        return response
      }
      guard let response else { return .NO }
      return queue(response, on: handle)
    case .done, .refusedLate:
      count = 0
      return .YES
    }
  }

  // MARK: The head

  private func begin(_ handle: OpaquePointer, method: String) -> MHD_Result {
    connection.enter(.body)
    isHead = method == "HEAD"
    var headers = HTTPHeaders()
    headers.reserve(12)
    withUnsafeMutablePointer(to: &headers) { _ = MHD_get_connection_values_n(handle, .HEADER_KIND, collectHeader, $0) }
    hasBody = (headers["Content-Length"] ?? "0") != "0" || headers["Transfer-Encoding"] != nil
    if let refusal = objection(handle, headers) { return queue(refusal, on: handle) }
    guard let (path, query) = Exchange.split(target) else {
      return queue(
        .failure(400, code: "http.badRequest", sentence: "The address is not well formed."), on: handle)
    }
    let head = HTTPRequestHead(
      method: method, path: path, rawQuery: query, headers: headers, remoteAddress: connection.remoteAddress,
      isUnixSocket: connection.isUnixSocket)
    if path == "*" {
      return queue(
        HTTPResponse(status: 204, headers: ["Allow": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"]), on: handle)
    }
    if server.isStopping { return queue(Exchange.busy, on: handle) }
    switch server.handler.admit(head) {
    case .refuse(let response):
      return queue(response, on: handle)
    case .accept(let bodyLimit):
      limit = max(0, min(bodyLimit, server.configuration.bodyLimit))
      if let text = headers["Content-Length"], let length = Int(text) {
        guard length <= limit else { return queue(Exchange.bodyTooLong(limit), on: handle) }
        body.reserveCapacity(length)
      }
      self.head = head
      step = .reading
      return .YES
    }
  }

  /// What makes a head unacceptable before anybody looks at it; framing that two readers could take differently.
  private func objection(_ handle: OpaquePointer, _ headers: HTTPHeaders) -> HTTPResponse? {
    if th_mhd_header_size(handle) > server.configuration.headerLimit {
      return .failure(431, code: "http.headTooLong", sentence: "The request's head is too long.")
    }
    var lengths = 0
    var encodings = 0
    for field in headers.fields {
      if HTTPHeaders.same(field.name, "Content-Length") {
        lengths += 1
        if field.value.isEmpty || !field.value.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) { lengths += 1 }
      } else if HTTPHeaders.same(field.name, "Transfer-Encoding") {
        encodings += HTTPHeaders.same(field.value, "chunked") ? 1 : 2
      }
    }
    if lengths + encodings > 1 {
      return .failure(400, code: "http.badRequest", sentence: "The length of the body is not stated clearly.")
    }
    return nil
  }

  private static func split(_ target: String) -> (path: String, query: String?)? {
    var rest = target.utf8[...]
    if rest.first != UInt8(ascii: "/") {
      if target == "*" { return ("*", nil) }
      // The absolute form of RFC 9112 §3.2.2, as a proxy sends it.
      guard let colon = target.utf8.firstIndex(of: UInt8(ascii: ":")), target.utf8[colon...].starts(with: "://".utf8)
      else { return nil }
      let host = target.utf8.index(colon, offsetBy: 3)
      rest = target.utf8[host...].drop { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
    }
    let mark = rest.firstIndex(of: UInt8(ascii: "?"))
    let query = mark.map { String(target[rest.index(after: $0)..<rest.endIndex]) }
    let raw = rest[..<(mark ?? rest.endIndex)]
    guard let path = PercentCoding.decode(raw) else { return nil }
    return (path.isEmpty ? "/" : path, query)
  }

  // MARK: The body

  private static func bodyTooLong(_ limit: Int) -> HTTPResponse {
    .failure(413, code: "http.bodyTooLong", sentence: "The body is longer than \(limit) bytes.")
  }

  static let busy: HTTPResponse = {
    var response = HTTPResponse.failure(503, code: "http.busy", sentence: "Too much at once; please try again shortly.")
    response.headers["Retry-After"] = "1"
    return response
  }()

  /// A body without a stated length ran over. The library cannot answer in the middle of a body, so we write the
  /// answer to the socket ourselves and end the connection. Inside TLS the connection just ends.
  private func tooLong(_ handle: OpaquePointer) -> MHD_Result {
    step = .refusedLate
    body = []
    if server.configuration.tls == nil || connection.isUnixSocket,
      case .bytes(let text) = Exchange.bodyTooLong(limit).body
    {
      var bytes = Array(
        """
        HTTP/1.1 413 Content Too Large\r
        Connection: close\r
        Content-Type: application/json\r
        Content-Length: \(text.count)\r
        \r\n
        """.utf8)
      bytes += text
      _ = bytes.withUnsafeBytes { Glibc.send(connection.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      server.linger(connection.descriptor)
    }
    return .NO
  }

  // MARK: The handler

  private func start(_ handle: OpaquePointer) -> MHD_Result {
    guard let head else { return .NO }
    guard server.enter() else { return queue(Exchange.busy, on: handle) }
    connection.enter(.working)
    started = true
    step = .answering
    let request = HTTPRequest(head: head, body: body)
    self.head = nil
    body = []
    shared.withLock { $0.reply = .running }
    let handler = server.handler
    var task: Task<Void, Never>?
    if !handler.answer(request, { self.finish($0) }) {
      // Runs here until it first waits: an answer that needs no waiting costs no change of thread.
      task = Task.immediate { self.finish(await handler.handle(request)) }
    }
    let box = ConnectionHandle(pointer: handle)
    let response = shared.withLock { [task] shared -> HTTPResponse? in
      if case .ready(let response) = shared.reply {
        shared.reply = .none
        return response
      }
      shared.task = task
      shared.reply = .suspended(box)
      MHD_suspend_connection(box.pointer)
      return nil
    }
    if let response { return queue(response, on: handle) }
    return .YES
  }

  /// The handler's answer, from whatever thread. The first one counts.
  func finish(_ response: HTTPResponse) {
    shared.withLock { shared in
      switch shared.reply {
      case .running: shared.reply = .ready(response)
      case .suspended(let handle):
        shared.reply = .ready(response)
        shared.task = nil
        // Under the lock: `complete` takes it before the connection goes.
        MHD_resume_connection(handle.pointer)
      case .none, .ready, .closed: break
      }
    }
  }

  /// The server stops: what streams ends now; what still computes is asked to end.
  func cancel(onlyStreams: Bool) {
    let (task, writer) = shared.withLock { ($0.task, $0.writer) }
    if let writer {
      task?.cancel()
      writer.close()
    } else if !onlyStreams {
      task?.cancel()
    }
  }

  /// The last resort at stop: the handler did not heed cancellation.
  func abandon() { finish(Exchange.busy) }

  // MARK: The answer

  private func queue(_ response: HTTPResponse, on handle: OpaquePointer) -> MHD_Result {
    leavesBody = step == .begin && hasBody
    step = .done
    connection.enter(.working)
    switch response.body {
    case .bytes(let bytes):
      let made = bytes.withUnsafeBytes {
        MHD_create_response_from_buffer($0.count, UnsafeMutableRawPointer(mutating: $0.baseAddress), .RESPMEM_MUST_COPY)
      }
      return send(made, response, on: handle)
    case .file(let path):
      let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
      var status = stat()
      guard file >= 0, fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        if file >= 0 { close(file) }
        return queue(.failure(404, code: "http.notFound", sentence: "There is nothing here."), on: handle)
      }
      return send(MHD_create_response_from_fd64(UInt64(status.st_size), file), response, on: handle)
    case .stream(let body):
      return stream(body, response, on: handle)
    case .webSocket(let body):
      return upgrade(body, on: handle)
    }
  }

  private func send(_ made: OpaquePointer?, _ response: HTTPResponse, on handle: OpaquePointer) -> MHD_Result {
    guard let made else { return .NO }
    defer { MHD_destroy_response(made) }
    for field in response.headers.fields where !Exchange.isOurs(field.name) {
      // The library refuses line breaks in values: such a field is left out, never split.
      _ = MHD_add_response_header(made, field.name, field.value)
    }
    if server.isStopping { _ = MHD_add_response_header(made, "Connection", "close") }
    return MHD_queue_response(handle, UInt32(clamping: response.status), made)
  }

  /// Fields that belong to the framing.
  private static func isOurs(_ name: String) -> Bool {
    switch name.utf8.count {
    case 10: HTTPHeaders.same(name, "Connection")
    case 14: HTTPHeaders.same(name, "Content-Length")
    case 17: HTTPHeaders.same(name, "Transfer-Encoding")
    case 4: HTTPHeaders.same(name, "Date")
    default: false
    }
  }

  private func stream(
    _ body: @escaping @Sendable (HTTPBodyWriter) async throws -> Void, _ response: HTTPResponse,
    on handle: OpaquePointer
  ) -> MHD_Result {
    let writer = HTTPBodyWriter(
      connection: ConnectionHandle(pointer: handle), descriptor: connection.descriptor, server: server)
    let context = Unmanaged.passRetained(writer).toOpaque()
    guard let made = MHD_create_response_from_callback(UInt64.max, 16_384, readStream, context, releaseStream) else {
      Unmanaged<HTTPBodyWriter>.fromOpaque(context).release()
      return .NO
    }
    let sent = send(made, response, on: handle)
    guard sent == .YES else { return sent }
    if isHead { return sent }
    becomeLongLived()
    shared.withLock { shared in
      shared.writer = writer
      shared.task = Task {
        do {
          try await body(writer)
          writer.end()
        } catch {
          writer.fail()
        }
      }
    }
    if server.isStopping { cancel(onlyStreams: true) }
    return .YES
  }

  private func upgrade(_ body: @escaping @Sendable (WebSocket) async -> Void, on handle: OpaquePointer) -> MHD_Result {
    guard let accept = WebSocketHandshake.accept(handle) else {
      return queue(WebSocketHandshake.required, on: handle)
    }
    // The exchange outlives the library's call, so the context needs no count of its own.
    let seed = WebSocketSeed(server: server, body: body)
    self.seed = seed
    let made = MHD_create_response_for_upgrade(upgradeSocket, Unmanaged.passUnretained(seed).toOpaque())
    let sent = send(
      made, HTTPResponse(status: 101, headers: ["Upgrade": "websocket", "Sec-WebSocket-Accept": accept]), on: handle)
    if sent == .YES { becomeLongLived() }
    return sent
  }

  private func becomeLongLived() {
    guard started, !longLived else { return }
    longLived = true
    server.countLongLived(1)
  }

  /// The library's last call for this request.
  func complete() {
    let (task, writer) = shared.withLock { shared in
      defer {
        shared.reply = .closed
        shared.task = nil
        shared.writer = nil
      }
      return (shared.task, shared.writer)
    }
    writer?.close()
    task?.cancel()
    if longLived { server.countLongLived(-1) }
    if started { server.leave() }
    if leavesBody { server.linger(connection.descriptor) }
    connection.enter(.idle)
  }
}

private func collectHeader(
  _ context: UnsafeMutableRawPointer?, _ kind: MHD_ValueKind, _ name: UnsafePointer<CChar>?, _ nameCount: Int,
  _ value: UnsafePointer<CChar>?, _ valueCount: Int
) -> MHD_Result {
  guard let context, let name else { return .YES }
  context.assumingMemoryBound(to: HTTPHeaders.self).pointee.add(
    String(decoding: UnsafeRawBufferPointer(start: name, count: nameCount), as: UTF8.self),
    String(decoding: UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : valueCount), as: UTF8.self))
  return .YES
}
