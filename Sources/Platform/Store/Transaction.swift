package import Base

/// Reads the rows of one tenant, from one snapshot.
package struct TenantReader: Querying {
  let session: Session
  package let tenant: TenantID
  package var now: Instant { session.now }
  package func service<T: Sendable>(_ type: T.Type) -> T? { session.services.find(type) }

  package func scan(_ sql: String, arguments: [(any SQLConvertible)?], each: (Row) throws -> Bool) throws {
    try session.scan(sql, arguments, tenant: tenant, each: each)
  }
}

/// Reads any row, from one snapshot. Core only.
package struct HouseReader: Querying {
  let session: Session
  package var now: Instant { session.now }

  package func scan(_ sql: String, arguments: [(any SQLConvertible)?], each: (Row) throws -> Bool) throws {
    try session.scan(sql, arguments, tenant: nil, each: each)
  }

  /// The same snapshot, narrowed to a tenant.
  package func tenant(_ id: TenantID) -> TenantReader { TenantReader(session: session, tenant: id) }
}

/// Changes the rows of one tenant. All of it is committed, or none.
package struct Transaction: Querying {
  let session: Session
  package let tenant: TenantID
  /// The time of the transaction, the same for all its statements.
  package var now: Instant { session.now }
  package var lastInsertRowID: Int64 { session.connection.lastInsertRowID }

  /// What a Core room registered under its type (delivery, events …); `nil` where no house is running.
  package func service<T: Sendable>(_ type: T.Type) -> T? { session.services.find(type) }

  /// A new UUIDv7 text.
  package func newID() -> String { session.newID() }

  package func scan(_ sql: String, arguments: [(any SQLConvertible)?], each: (Row) throws -> Bool) throws {
    try session.scan(sql, arguments, tenant: tenant, each: each)
  }

  /// - Returns: the number of rows changed.
  @discardableResult
  package func execute(_ sql: String, _ arguments: (any SQLConvertible)?...) throws -> Int {
    try session.execute(sql, arguments, tenant: tenant)
  }

  @discardableResult
  package func execute(_ sql: String, arguments: [(any SQLConvertible)?]) throws -> Int {
    try session.execute(sql, arguments, tenant: tenant)
  }

  /// The same transaction without the tenant's walls. For Core's own tables only; a test bans it in domains.
  package func widened() -> HouseTransaction { HouseTransaction(session: session) }

  /// Runs on the writer's thread once the commit has succeeded, before `write` returns. Must not wait.
  package func afterCommit(_ hook: @escaping @Sendable () -> Void) { session.afterCommit.append(hook) }
  /// Runs when the changes made so far turn out not to be committed. Must not wait.
  package func onRollback(_ hook: @escaping @Sendable () -> Void) { session.onRollback.append(hook) }

  /// Runs `body`; when it throws, only its own changes (and hooks) are undone.
  ///
  /// - Parameter isRarelyUndone: it costs nothing while `body` succeeds; when it throws, the whole change is made again.
  package func savepoint<T>(isRarelyUndone: Bool = false, _ body: (inout Transaction) throws -> T) throws -> T {
    var inner = self
    return try session.savepoint(isRarelyUndone: isRarelyUndone) { try body(&inner) }
  }
}

/// Changes any row. Core only.
package struct HouseTransaction: Querying {
  let session: Session

  package func service<T: Sendable>(_ type: T.Type) -> T? { session.services.find(type) }
  package var now: Instant { session.now }
  package var lastInsertRowID: Int64 { session.connection.lastInsertRowID }

  package func newID() -> String { session.newID() }

  package func scan(_ sql: String, arguments: [(any SQLConvertible)?], each: (Row) throws -> Bool) throws {
    try session.scan(sql, arguments, tenant: nil, each: each)
  }

  @discardableResult
  package func execute(_ sql: String, _ arguments: (any SQLConvertible)?...) throws -> Int {
    try session.execute(sql, arguments, tenant: nil)
  }

  @discardableResult
  package func execute(_ sql: String, arguments: [(any SQLConvertible)?]) throws -> Int {
    try session.execute(sql, arguments, tenant: nil)
  }

  package func afterCommit(_ hook: @escaping @Sendable () -> Void) { session.afterCommit.append(hook) }
  package func onRollback(_ hook: @escaping @Sendable () -> Void) { session.onRollback.append(hook) }

  package func savepoint<T>(isRarelyUndone: Bool = false, _ body: (inout HouseTransaction) throws -> T) throws -> T {
    var inner = self
    return try session.savepoint(isRarelyUndone: isRarelyUndone) { try body(&inner) }
  }

  /// The same transaction, savepoint and hooks, narrowed to a tenant.
  package func tenant(_ id: TenantID) -> Transaction { Transaction(session: session, tenant: id) }
}
