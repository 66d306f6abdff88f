import HTTP
import Synchronization

/// A client that is made with the first call: most houses call nothing.
final class LazyTransport: HTTPTransport {
  private let client = Mutex<HTTPClient?>(nil)
  private let permitted: [IPNetwork]

  /// - Parameter permitted: private networks that guarded calls may reach.
  init(permitted: [IPNetwork] = []) { self.permitted = permitted }

  private func made() throws -> HTTPClient {
    try client.withLock { client in
      if let client { return client }
      var reach = ReachGuard()
      reach.permitted = permitted
      let made = try HTTPClient(reachGuard: reach)
      client = made
      return made
    }
  }

  func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse { try await made().send(request) }
}
