import CLinux
import Glibc

/// Runs a call that may block for long on a thread of its own, so that it holds none of those that all tasks share.
package enum BlockingCall {
  private final class Box {
    let name: String
    let body: @Sendable () -> Void
    init(_ name: String, _ body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }

  /// - Parameter name: the thread's, at most 15 bytes.
  package static func run<Value: Sendable>(
    _ name: String, _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      let box = Unmanaged.passRetained(Box(name) { continuation.resume(with: Result(catching: body)) })
      var thread = pthread_t()
      let code = pthread_create(&thread, nil, blockingCallMain, box.toOpaque())
      guard code == 0 else {
        box.release()
        return continuation.resume(throwing: SystemCallError("pthread_create", code))
      }
      pthread_detach(thread)
    }
  }

  fileprivate static func work(_ context: UnsafeMutableRawPointer) {
    let box = Unmanaged<Box>.fromOpaque(context).takeRetainedValue()
    th_thread_set_name(box.name)
    box.body()
  }
}

private func blockingCallMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let context { BlockingCall.work(context) }
  return nil
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
