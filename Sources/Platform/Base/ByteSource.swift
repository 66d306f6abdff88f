import Glibc
import Synchronization

/// Bytes of a file, a pipe or of memory, taken piece by piece: what is long costs no more memory than what is short.
///
/// For one reader; each piece is handed out once.
package final class ByteSource: Sendable {
  package static let pieceSize = 1 << 18

  private struct State {
    /// Looked at, but not taken yet.
    var waiting: [UInt8]?
    var hasEnded: Bool
  }
  /// -1 when everything is in memory.
  private let descriptor: Int32
  private let state: Mutex<State>

  package init(_ bytes: [UInt8]) {
    descriptor = -1
    state = Mutex(State(waiting: bytes.isEmpty ? nil : bytes, hasEnded: true))
  }

  /// Waits for the other end when the path is a pipe's.
  ///
  /// - Throws: `SystemCallError`.
  package init(path: String) async throws {
    descriptor = try await BlockingCall.run("open") {
      let descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw SystemCallError("open") }
      return descriptor
    }
    state = Mutex(State(waiting: nil, hasEnded: false))
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The next piece, never empty; `nil` at the end.
  package func next() async throws -> [UInt8]? {
    let (waiting, hasEnded) = state.withLock { state in
      defer { state.waiting = nil }
      return (state.waiting, state.hasEnded)
    }
    if let waiting { return waiting }
    guard !hasEnded else { return nil }
    let piece = try await BlockingCall.run("read") { [descriptor] in try Self.read(descriptor) }
    if piece.isEmpty { state.withLock { $0.hasEnded = true } }
    return piece.isEmpty ? nil : piece
  }

  /// What `next` will give.
  package func peek() async throws -> [UInt8]? {
    let piece = try await next()
    state.withLock { $0.waiting = piece }
    return piece
  }

  /// All that is left.
  ///
  /// - Returns: `nil` when it is longer than the limit.
  package func rest(limit: Int) async throws -> [UInt8]? {
    var all: [UInt8] = []
    while let piece = try await next() {
      guard all.count + piece.count <= limit else { return nil }
      all += piece
    }
    return all
  }

  private static func read(_ descriptor: Int32) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: pieceSize) { buffer, count in
      // a pipe gives a little at a time
      while count < pieceSize {
        let got = Glibc.read(descriptor, buffer.baseAddress! + count, pieceSize - count)
        if got == 0 { break }
        if got > 0 {
          count += got
        } else if errno != EINTR {
          throw SystemCallError("read")
        }
      }
    }
  }
}
