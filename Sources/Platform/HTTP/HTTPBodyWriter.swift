import Base
import CMicrohttpd
import Synchronization

/// Takes the chunks of a streamed answer and makes the writer wait while the client is slower than we are.
package final class HTTPBodyWriter: Sendable {
  private struct State {
    var buffer: [UInt8] = []
    var offset = 0
    var waiter: CheckedContinuation<Void, Never>?
    /// The library found nothing to send and waits for `resume`.
    var isParked = false
    var isWatched = false
    var ended = false
    var failed = false
    var closed = false
  }

  private let connection: ConnectionHandle
  private let descriptor: Int32
  private let server: HTTPServer
  private let state = Mutex(State())

  private static let capacity = 64 << 10

  init(connection: ConnectionHandle, descriptor: Int32, server: HTTPServer) {
    self.connection = connection
    self.descriptor = descriptor
    self.server = server
  }

  /// Whether the client has gone or the server stops; what is written from then on throws.
  package var isClosed: Bool { state.withLock { $0.closed } }

  /// Returns when there is room again; one caller at a time.
  package func write(_ bytes: [UInt8]) async throws {
    guard !bytes.isEmpty else { return }
    try state.withLock { state in
      guard !state.closed, !state.ended else { throw HTTPStreamClosed() }
      state.buffer.append(contentsOf: bytes)
      unpark(&state)
    }
    await room()
    guard !isClosed else { throw HTTPStreamClosed() }
    try Task.checkCancellation()
  }

  package func write(_ text: String) async throws { try await write(Array(text.utf8)) }

  private func room() async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let goOn = state.withLock { state in
        if state.closed || state.buffer.count - state.offset < HTTPBodyWriter.capacity || state.waiter != nil {
          return true
        }
        state.waiter = continuation
        return false
      }
      if goOn { continuation.resume() }
    }
  }

  /// Everything was written; the library sends what is left and ends the answer.
  func end() {
    state.withLock { state in
      state.ended = true
      unpark(&state)
    }
  }

  /// The connection breaks, so that the client can tell a broken answer from a whole one.
  func fail() {
    state.withLock { state in
      state.ended = true
      state.failed = true
      unpark(&state)
    }
  }

  /// The client has gone, or must go.
  func close() {
    let waiter = state.withLock { state in
      state.closed = true
      unpark(&state)
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  /// The library's last word on this answer; its handle is dead from here on.
  func release() {
    let (waiter, watched) = state.withLock { state in
      state.closed = true
      state.isParked = false
      defer { state.waiter = nil }
      return (state.waiter, state.isWatched)
    }
    if watched { server.unwatch(self, descriptor) }
    waiter?.resume()
  }

  /// Under the lock, and only while parked: the connection is suspended, so its handle lives.
  private func unpark(_ state: inout State) {
    guard state.isParked else { return }
    state.isParked = false
    MHD_resume_connection(connection.pointer)
  }

  /// On the library's thread: copies what there is, or parks the connection.
  func read(into target: UnsafeMutablePointer<CChar>, _ room: Int) -> Int {
    var waiter: CheckedContinuation<Void, Never>?
    let count = state.withLock { state -> Int in
      let left = state.buffer.count - state.offset
      if state.closed || state.failed && left == 0 { return HTTPBodyWriter.endWithError }
      if left > 0 {
        let count = min(left, room)
        state.buffer.withUnsafeBytes {
          UnsafeMutableRawPointer(target).copyMemory(from: $0.baseAddress! + state.offset, byteCount: count)
        }
        state.offset += count
        if state.offset == state.buffer.count {
          state.buffer.removeAll(keepingCapacity: true)
          state.offset = 0
        }
        if state.buffer.count - state.offset < HTTPBodyWriter.capacity / 2 {
          waiter = state.waiter
          state.waiter = nil
        }
        return count
      }
      if state.ended { return HTTPBodyWriter.endOfStream }
      // The library does not look at a suspended socket: we watch it ourselves, to notice a client that leaves.
      if !state.isWatched {
        state.isWatched = true
        server.watch(self, descriptor)
      }
      state.isParked = true
      MHD_suspend_connection(connection.pointer)
      return 0
    }
    waiter?.resume()
    return count
  }

  // MHD_CONTENT_READER_END_OF_STREAM and ..._WITH_ERROR are macros with casts.
  private static let endOfStream = -1
  private static let endWithError = -2
}

/// Thrown to whoever writes to a client that has gone.
package struct HTTPStreamClosed: SpeakingError {
  package let code = "http.streamClosed"
  package let sentence = "The other side has closed the connection."
}

func readStream(
  _ context: UnsafeMutableRawPointer?, _ position: UInt64, _ target: UnsafeMutablePointer<CChar>?, _ room: Int
) -> Int {
  guard let context, let target else { return -2 }
  return Unmanaged<HTTPBodyWriter>.fromOpaque(context).takeUnretainedValue().read(into: target, room)
}

func releaseStream(_ context: UnsafeMutableRawPointer?) {
  guard let context else { return }
  Unmanaged<HTTPBodyWriter>.fromOpaque(context).takeRetainedValue().release()
}
