/// Where a request may go.
package enum Reach: Sendable {
  /// An address from the owner's configuration: goes anywhere, follows no redirect.
  case configured
  /// An address that a user, a model or a page named: public addresses and listed ports only, checked at each hop.
  case guarded
}

package struct HTTPClientRequest: Sendable {
  package var method: String
  package var url: String
  package var headers: HTTPHeaders
  package var body: [UInt8]?
  /// The whole exchange; for `stream` the longest silence.
  package var timeout = Duration.seconds(30)
  package var connectTimeout = Duration.seconds(10)
  package var maxResponseBytes = 8 << 20
  package var reach: Reach
  /// Speaks to a Unix socket; the URL's host then only fills the `Host` field. Only for `.configured`.
  package var unixSocketPath: String?
  /// The library never sends the request a second time when a kept connection turns out to be dead: the outcome is then
  /// unknown, and the caller decides. For what must not happen twice.
  package var neverResend = false

  package init(
    method: String = "GET", url: String, headers: HTTPHeaders = [:], body: [UInt8]? = nil, reach: Reach = .configured
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.reach = reach
  }

  package static func get(_ url: String, headers: HTTPHeaders = [:], reach: Reach = .configured) -> HTTPClientRequest {
    HTTPClientRequest(url: url, headers: headers, reach: reach)
  }

  package static func post(
    _ url: String, json: [UInt8], headers: HTTPHeaders = [:], reach: Reach = .configured
  ) -> HTTPClientRequest {
    var request = HTTPClientRequest(method: "POST", url: url, headers: headers, body: json, reach: reach)
    if request.headers["Content-Type"] == nil { request.headers.add("Content-Type", "application/json") }
    return request
  }
}

package struct HTTPClientResponse: Sendable {
  package var status: Int
  package var headers: HTTPHeaders
  package var body: [UInt8]

  package init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  package var isSuccess: Bool { (200..<300).contains(status) }
  package var text: String { String(decoding: body, as: UTF8.self) }
}

/// A streamed answer: one head, then its bytes as they come.
package enum HTTPStreamPart: Sendable {
  case head(HTTPClientResponse)
  case bytes([UInt8])
}

/// The network as a room sees it; tests bring one that lives in memory.
package protocol HTTPTransport: Sendable {
  func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse
}
