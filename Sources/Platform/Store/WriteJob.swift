/// One queued change. Made on any thread, then touched only by the writer's thread (the queue hands it over once):
/// hence `@unchecked Sendable`.
class WriteJob: @unchecked Sendable {
  let priority: WritePriority
  init(_ priority: WritePriority) { self.priority = priority }

  var isMaintenance: Bool { false }
  /// Does and finishes a maintenance job; what it returns is for the writer to note.
  func run(alone connection: Connection, _ options: StoreOptions) -> StoreError? { nil }

  /// Runs the body and keeps what it returned or threw. `false` when it threw.
  func run(_ transaction: inout HouseTransaction) -> Bool { false }
  /// Tells the caller: what the body gave, or that nothing of it was committed.
  func finish(_ failure: StoreError?) {}
}

/// A change that gives its caller a value; `@unchecked Sendable` as its base, by the same handover.
final class TypedWriteJob<Value: Sendable>: WriteJob, @unchecked Sendable {
  private let body: @Sendable (inout HouseTransaction) throws -> Value
  private let completion: @Sendable (Result<Value, any Error>) -> Void
  private var result: Result<Value, any Error>?

  init(
    _ priority: WritePriority, _ body: @escaping @Sendable (inout HouseTransaction) throws -> Value,
    _ completion: @escaping @Sendable (Result<Value, any Error>) -> Void
  ) {
    self.body = body
    self.completion = completion
    super.init(priority)
  }

  override func run(_ transaction: inout HouseTransaction) -> Bool {
    do {
      result = .success(try body(&transaction))
      return true
    } catch {
      result = .failure(error)
      return false
    }
  }

  override func finish(_ failure: StoreError?) {
    if let failure {
      completion(.failure(failure))
    } else {
      completion(result ?? .failure(StoreError(.closed, "The store was closed before the change ran.")))
    }
  }
}
