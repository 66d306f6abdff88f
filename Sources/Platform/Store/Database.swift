package import Base

/// Whether the store can be written, readable without waiting (for `/readyz`).
package enum StoreHealth: Sendable, Hashable {
  case ok
  /// No room on the disk: reading goes on, writing is refused until space returns.
  case full
  /// A sync failed: nothing is acknowledged any more, the house must stop.
  case failed(String)
}

/// What the writer has done so far (for `/metrics`).
package struct StoreStatistics: Sendable, Hashable {
  /// Changes and reads waiting now.
  package var queuedWrites = 0
  package var queuedReads = 0
  package var groups: UInt64 = 0
  package var committed: UInt64 = 0
  package var refused: UInt64 = 0
  package var largestGroup = 0
  /// Time spent in COMMIT, in all.
  package var committing = Duration.zero
  package var longestCommit = Duration.zero
  package var checkpoints: UInt64 = 0
}

/// How a change stands to others that wait, and to the room kept for hard times.
package enum WritePriority: Sendable {
  case normal
  /// Something arrived, and its sender waits for the acknowledgement: goes before what waits.
  case arrival
  /// May use the last reserve when the disk is full, and goes first: emergencies and deletions that make room.
  case reserve
  /// What became of a send: may use the reserve too and goes before what waits, but nobody waits for it.
  case outcome
}

/// Durable rows behind closures. Nothing in it speaks of one library, so that another can stand behind it.
package protocol Database: Sendable {
  /// Runs `body` on one consistent snapshot, off the cooperative pool.
  func read<T: Sendable>(_ body: @escaping @Sendable (HouseReader) throws -> T) async throws -> T

  /// Queues a change; `completion` is called exactly once, after it is durable or known not to be.
  ///
  /// Changes are applied in the order of these calls, but for normal ones, which the others may overtake. A throwing
  /// body undoes only itself. It may run twice, the first time for nothing: what it does beside its rows belongs into
  /// `afterCommit` and `onRollback`.
  func submit<T: Sendable>(
    _ priority: WritePriority, _ body: @escaping @Sendable (inout HouseTransaction) throws -> T,
    completion: @escaping @Sendable (Result<T, any Error>) -> Void)

  /// Brings the schema up to date; each migration is whole or absent.
  func migrate(_ migrations: [Migration]) async throws
  /// Writes a consistent copy while the house works.
  func backup(to path: String) async throws
  /// The findings of a full integrity check; empty when all is well.
  func check() async throws -> [String]
  /// Finishes what is queued, checkpoints and lets go of the files.
  func close() async

  var health: StoreHealth { get }
  var statistics: StoreStatistics { get }
}

extension Database {
  @discardableResult
  package func write<T: Sendable>(
    _ priority: WritePriority = .normal, _ body: @escaping @Sendable (inout HouseTransaction) throws -> T
  ) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      submit(priority, body) { continuation.resume(with: $0) }
    }
  }

  package var house: HouseStore { HouseStore(self) }
}

/// All rows of the house. Core only; domains get a `TenantStore`.
package struct HouseStore: Sendable {
  package let database: any Database
  package init(_ database: any Database) { self.database = database }

  package func read<T: Sendable>(_ body: @escaping @Sendable (HouseReader) throws -> T) async throws -> T {
    try await database.read(body)
  }

  /// Returns once the change is on the disk; a throwing body undoes only itself and its error is rethrown.
  @discardableResult
  package func write<T: Sendable>(
    _ priority: WritePriority = .normal, _ body: @escaping @Sendable (inout HouseTransaction) throws -> T
  ) async throws -> T {
    try await database.write(priority, body)
  }

  /// Takes its place in the queue at once, without a task; `completion` runs on the writer's thread and must not wait.
  package func submit<T: Sendable>(
    _ priority: WritePriority = .normal, _ body: @escaping @Sendable (inout HouseTransaction) throws -> T,
    completion: @escaping @Sendable (Result<T, any Error>) -> Void
  ) {
    database.submit(priority, body, completion: completion)
  }

  package func tenant(_ id: TenantID) -> TenantStore { TenantStore(database: database, tenant: id) }
}

/// The rows of one tenant: the only store a domain gets.
package struct TenantStore: Sendable {
  private let database: any Database
  package let tenant: TenantID

  init(database: any Database, tenant: TenantID) {
    self.database = database
    self.tenant = tenant
  }

  package func read<T: Sendable>(_ body: @escaping @Sendable (TenantReader) throws -> T) async throws -> T {
    let tenant = tenant
    return try await database.read { try body($0.tenant(tenant)) }
  }

  @discardableResult
  package func write<T: Sendable>(
    _ priority: WritePriority = .normal, _ body: @escaping @Sendable (inout Transaction) throws -> T
  ) async throws -> T {
    let tenant = tenant
    return try await database.write(priority) { house in
      var transaction = house.tenant(tenant)
      return try body(&transaction)
    }
  }
}
