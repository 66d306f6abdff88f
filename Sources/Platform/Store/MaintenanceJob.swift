/// Work that needs the writer's connection to itself, outside of any group.
final class MaintenanceJob<Value: Sendable>: WriteJob, @unchecked Sendable {
  private let body: @Sendable (Connection, StoreOptions) throws -> Value
  private let completion: @Sendable (Result<Value, any Error>) -> Void

  init(
    _ body: @escaping @Sendable (Connection, StoreOptions) throws -> Value,
    _ completion: @escaping @Sendable (Result<Value, any Error>) -> Void
  ) {
    self.body = body
    self.completion = completion
    super.init(.reserve)
  }

  override var isMaintenance: Bool { true }
  override func run(alone connection: Connection, _ options: StoreOptions) -> StoreError? {
    let result = Result { try body(connection, options) }
    completion(result)
    if case .failure(let error as StoreError) = result { return error }
    return nil
  }
  override func finish(_ failure: StoreError?) { if let failure { completion(.failure(failure)) } }
}
