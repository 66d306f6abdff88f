import Base

/// The store's own threads.
enum StoreThread {
  static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws {
    do {
      try NamedThread.start(name, body)
    } catch {
      throw StoreError(.io, "The system gives no more threads (\(error)).")
    }
  }
}
