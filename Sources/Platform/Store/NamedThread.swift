internal import CLinux
import Glibc

/// Starts a detached thread of its own for calls that may block.
enum NamedThread {
  private final class Box {
    let name: String
    let body: @Sendable () -> Void
    init(_ name: String, _ body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }

  static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws {
    let box = Unmanaged.passRetained(Box(name, body))
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    defer { pthread_attr_destroy(&attributes) }
    let code = pthread_create(&thread, &attributes, begin, box.toOpaque())
    guard code == 0 else {
      box.release()
      throw StoreError(.io, "The system gives no more threads (\(String(cString: strerror(code)))).")
    }
  }

  private static let begin: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
    guard let context else { return nil }
    let box = Unmanaged<Box>.fromOpaque(context).takeRetainedValue()
    _ = th_thread_set_name(box.name)
    box.body()
    return nil
  }
}
