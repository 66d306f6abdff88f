import Glibc

/// Runs a call that may block for long on a thread of its own, so that it holds none of those that all tasks share.
package enum BlockingCall {
  /// - Parameter name: the thread's, at most 15 bytes.
  package static func run<Value: Sendable>(
    _ name: String, _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      do {
        try NamedThread.start(name) { continuation.resume(with: Result(catching: body)) }
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }
}

/// A call to the system that failed.
package struct SystemCallError: Error, CustomStringConvertible {
  package let call: String
  package let number: Int32

  package init(_ call: String, _ number: Int32 = errno) {
    self.call = call
    self.number = number
  }

  package var description: String { "\(call): \(String(cString: strerror(number)))" }
}
