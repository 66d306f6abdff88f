import CLinux
import Glibc

/// Starts a detached thread of its own for calls that may block.
package enum NamedThread {
  private final class Box {
    let name: String
    let body: @Sendable () -> Void
    init(_ name: String, _ body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }

  /// - Parameter name: at most 15 bytes of it are kept.
  /// - Throws: `SystemCallError` where the system gives no more threads.
  package static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws {
    let box = Unmanaged.passRetained(Box(name, body))
    var thread = pthread_t()
    let code = pthread_create(&thread, nil, begin, box.toOpaque())
    guard code == 0 else {
      box.release()
      throw SystemCallError("pthread_create", code)
    }
    pthread_detach(thread)
  }

  private static let begin: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
    guard let context else { return nil }
    let box = Unmanaged<Box>.fromOpaque(context).takeRetainedValue()
    _ = th_thread_set_name(box.name)
    box.body()
    return nil
  }
}
