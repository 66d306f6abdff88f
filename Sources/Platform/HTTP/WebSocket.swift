import Base
import Synchronization

package enum WebSocketMessage: Sendable, Equatable {
  case text(String)
  case binary([UInt8])
}

/// The server's side of one WebSocket. The socket itself lives on the server's polling thread.
package final class WebSocket: Sendable {
  private struct State {
    var inbox: [WebSocketMessage] = []
    var reader: CheckedContinuation<WebSocketMessage?, Never>?
    var closed = false
    var wasFull = false
    var session: WebSocketSession?
  }

  private let state = Mutex(State())

  /// Messages waiting for the reader; more stay in the kernel, and the sender waits.
  private static let inboxLimit = 64

  init() {}

  /// What the client sends, in order; ends when the socket closes. For one reader. A slow reader slows the sender.
  package var messages: AsyncStream<WebSocketMessage> {
    AsyncStream(unfolding: { await self.next() }, onCancel: { self.stopReading() })
  }

  package var isClosed: Bool { state.withLock { $0.closed } }

  /// Returns when the message is on its way and the client is not too far behind.
  package func send(text: String) async throws { try await send(.text(text)) }
  package func send(binary: [UInt8]) async throws { try await send(.binary(binary)) }

  private func send(_ message: WebSocketMessage) async throws {
    guard let session = state.withLock({ $0.session }) else { throw HTTPStreamClosed() }
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      let taken = session.reactor.poller.submit { session.queue(message, continuation) }
      if !taken { continuation.resume(throwing: HTTPStreamClosed()) }
    }
  }

  /// Starts the closing handshake. Codes: RFC 6455 §7.4.
  package func close(code: UInt16 = 1000, reason: String = "") {
    guard let session = state.withLock({ $0.session }) else { return }
    session.reactor.poller.submit { session.beginClose(code: code, reason: reason) }
  }

  // MARK: The session's side

  func attach(_ session: WebSocketSession) { state.withLock { $0.session = session } }

  var isFull: Bool {
    state.withLock { state in
      guard state.inbox.count >= WebSocket.inboxLimit else { return false }
      state.wasFull = true
      return true
    }
  }

  func deliver(_ message: WebSocketMessage) {
    let reader = state.withLock { state -> CheckedContinuation<WebSocketMessage?, Never>? in
      if let reader = state.reader {
        state.reader = nil
        return reader
      }
      if !state.closed { state.inbox.append(message) }
      return nil
    }
    reader?.resume(returning: message)
  }

  func ended() {
    let reader = state.withLock { state in
      state.closed = true
      state.session = nil
      defer { state.reader = nil }
      return state.reader
    }
    reader?.resume(returning: nil)
  }

  // MARK: The reader's side

  private func next() async -> WebSocketMessage? {
    await withCheckedContinuation { (continuation: CheckedContinuation<WebSocketMessage?, Never>) in
      enum Now { case value(WebSocketMessage?), wait }
      var resume: WebSocketSession?
      let now = state.withLock { state -> Now in
        if !state.inbox.isEmpty {
          let message = state.inbox.removeFirst()
          if state.wasFull, state.inbox.count < WebSocket.inboxLimit / 2 {
            state.wasFull = false
            resume = state.session
          }
          return .value(message)
        }
        if state.closed || state.reader != nil { return .value(nil) }
        state.reader = continuation
        return .wait
      }
      if let session = resume { session.reactor.poller.submit { session.readOn() } }
      if case .value(let message) = now { continuation.resume(returning: message) }
    }
  }

  private func stopReading() {
    let reader = state.withLock { state in
      defer { state.reader = nil }
      return state.reader
    }
    reader?.resume(returning: nil)
  }
}
