import CLinux
import Glibc

/// Draws one picture at a time on a thread of its own, started by the first one: pango keeps its fonts by thread, and
/// a cooperative thread must not be held for the tens of milliseconds a picture takes.
///
/// `@unchecked Sendable`: `waiting` and `started` are touched only while `mutex` is held; both pointers are made once and
/// live as long as the process.
final class RenderThread: @unchecked Sendable {
  static let shared = RenderThread()
  /// Pictures that may wait before callers are turned away.
  static let limit = 64

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let arrived = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var waiting: [@Sendable () -> Void] = []
  private var started = false

  private init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(arrived, nil)
  }

  func run(_ draw: @escaping @Sendable () throws -> [UInt8]) async throws -> [UInt8] {
    try Task.checkCancellation()
    return try await withCheckedThrowingContinuation { continuation in
      if let refusal = enqueue({ continuation.resume(with: Result(catching: draw)) }) {
        continuation.resume(throwing: refusal)
      }
    }
  }

  private func enqueue(_ job: @escaping @Sendable () -> Void) -> GraphicsError? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    guard waiting.count < Self.limit else { return .busy }
    if !started {
      var thread = pthread_t()
      guard pthread_create(&thread, nil, renderThreadMain, nil) == 0 else {
        return .failed("no thread could be started")
      }
      pthread_detach(thread)
      started = true
    }
    waiting.append(job)
    pthread_cond_signal(arrived)
    return nil
  }

  fileprivate func work() -> Never {
    th_thread_set_name("graphics")
    while true {
      pthread_mutex_lock(mutex)
      while waiting.isEmpty { pthread_cond_wait(arrived, mutex) }
      let job = waiting.removeFirst()
      pthread_mutex_unlock(mutex)
      job()
    }
  }
}

/// A free function: a closure would take the isolation of the place where it is written.
private func renderThreadMain(_: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  RenderThread.shared.work()
}
