/// The head of a request as it stands before any byte of the body was read.
package struct HTTPRequestHead: Sendable {
  package let method: String
  /// Percent-decoded once; a bad escape never gets here (400). Not normalised: `..` stays `..`.
  package let path: String
  /// What followed `?`, still encoded.
  package let rawQuery: String?
  package let headers: HTTPHeaders
  /// Numeric, without the port; empty for the Unix socket. Loopback is not an identity.
  package let remoteAddress: String
  package let isUnixSocket: Bool

  package init(
    method: String, path: String, rawQuery: String? = nil, headers: HTTPHeaders = [:], remoteAddress: String = "",
    isUnixSocket: Bool = false
  ) {
    self.method = method
    self.path = path
    self.rawQuery = rawQuery
    self.headers = headers
    self.remoteAddress = remoteAddress
    self.isUnixSocket = isUnixSocket
  }

  /// Decoded on each call, in order; pairs with a bad escape are left out.
  package var query: [(String, String)] { rawQuery.map(PercentCoding.pairs) ?? [] }

  package func query(_ name: String) -> String? { query.first { $0.0 == name }?.1 }
}

package struct HTTPRequest: Sendable {
  package let head: HTTPRequestHead
  /// The bytes as they were sent, never longer than admitted.
  package let body: [UInt8]

  package init(head: HTTPRequestHead, body: [UInt8] = []) {
    self.head = head
    self.body = body
  }

  package var method: String { head.method }
  package var path: String { head.path }
  package var headers: HTTPHeaders { head.headers }
}

package enum HTTPBody: Sendable {
  case bytes([UInt8])
  /// A file sent by the kernel; 404 when it cannot be opened. The path must not come from a stranger unchecked.
  case file(String)
  /// Chunks as they come. The task is cancelled when the client leaves or the server stops.
  case stream(@Sendable (HTTPBodyWriter) async throws -> Void)
  /// Answers a WebSocket handshake; 426 when the request was none. The socket closes when the closure returns.
  case webSocket(@Sendable (WebSocket) async -> Void)
}

package struct HTTPResponse: Sendable {
  package var status: Int
  package var headers: HTTPHeaders
  package var body: HTTPBody

  package init(status: Int = 200, headers: HTTPHeaders = [:], body: HTTPBody = .bytes([])) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  package static func text(_ text: String, status: Int = 200) -> HTTPResponse {
    HTTPResponse(
      status: status, headers: ["Content-Type": "text/plain; charset=utf-8"], body: .bytes(Array(text.utf8)))
  }

  package static func json(_ text: String, status: Int = 200) -> HTTPResponse { json(Array(text.utf8), status: status) }

  package static func json(_ bytes: [UInt8], status: Int = 200) -> HTTPResponse {
    HTTPResponse(status: status, headers: ["Content-Type": "application/json"], body: .bytes(bytes))
  }

  package static func empty(_ status: Int = 204) -> HTTPResponse { HTTPResponse(status: status) }

  /// The house's error shape: `{"error":{"code":…,"sentence":…}}`.
  package static func failure(_ status: Int, code: String, sentence: String) -> HTTPResponse {
    json(#"{"error":{"code":\#(quoted(code)),"sentence":\#(quoted(sentence))}}"#, status: status)
  }

  package static func stream(
    headers: HTTPHeaders = [:], _ body: @escaping @Sendable (HTTPBodyWriter) async throws -> Void
  ) -> HTTPResponse {
    HTTPResponse(headers: headers, body: .stream(body))
  }

  package static func webSocket(_ body: @escaping @Sendable (WebSocket) async -> Void) -> HTTPResponse {
    HTTPResponse(status: 101, body: .webSocket(body))
  }

  /// Server-sent events: the headers that keep proxies from buffering.
  package static func events(_ body: @escaping @Sendable (HTTPBodyWriter) async throws -> Void) -> HTTPResponse {
    HTTPResponse(
      headers: ["Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"],
      body: .stream(body))
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case _ where scalar.value < 0x20: out += " "
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}

/// What the handler says to a head, before the body is read.
package enum Admission: Sendable {
  /// At most `bodyLimit` bytes follow (and never more than the server's own limit); more is answered with 413.
  case accept(bodyLimit: Int)
  /// Answered at once; the body is not read and the connection closes.
  case refuse(HTTPResponse)
}

package protocol HTTPHandler: Sendable {
  /// Runs on the server's own thread for every head: must be quick and never block. Secrets are checked here.
  func admit(_ head: HTTPRequestHead) -> Admission
  func handle(_ request: HTTPRequest) async -> HTTPResponse
  /// Takes a request without a task: `reply` is called once, from any thread, and must not be kept longer.
  ///
  /// Runs on the server's own thread like `admit`. - Returns: false to be asked by `handle` instead.
  func answer(_ request: HTTPRequest, _ reply: @escaping @Sendable (HTTPResponse) -> Void) -> Bool
}

extension HTTPHandler {
  package func answer(_ request: HTTPRequest, _ reply: @escaping @Sendable (HTTPResponse) -> Void) -> Bool { false }
}
