import HTTP
import Synchronization

/// A client that is made with the first call: most houses call nothing.
final class LazyTransport: HTTPTransport {
  private let client = Mutex<HTTPClient?>(nil)

  private func made() throws -> HTTPClient {
    try client.withLock { client in
      if let client { return client }
      let made = try HTTPClient()
      client = made
      return made
    }
  }

  func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse { try await made().send(request) }
}
