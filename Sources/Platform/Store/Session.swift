internal import Base

/// One read or one write on a connection: what all handles given to one closure share.
final class Session {
  let connection: Connection
  let now: Instant
  let ids: IDGenerator
  let rule: Connection.Rule
  let mayWrite: Bool
  let services: TransactionServices
  var afterCommit: [@Sendable () -> Void] = []
  var onRollback: [@Sendable () -> Void] = []
  /// A fault of the disk or the file: the change fails with it even if its code caught the error.
  private(set) var fault: StoreError?
  /// Tables whose rows were changed (or nearly: an undone savepoint leaves its own here).
  private(set) var changed = TableSet()
  /// Whether all savepoints are made. Where not, one that is rarely undone is left out, and spoils the session if it should be.
  let isCareful: Bool
  private(set) var isSpoilt = false
  /// Ids that were given out: a change that is made again gets the same ones.
  private(set) var drawn: [String] = []
  private var toDraw: ArraySlice<String>
  private var isOpen = true
  private var depth = 0

  init(
    _ connection: Connection, now: Instant, ids: IDGenerator, mayWrite: Bool, rule: Connection.Rule = .rows,
    services: TransactionServices = TransactionServices(), isCareful: Bool = true, again earlier: Session? = nil
  ) {
    self.connection = connection
    self.now = earlier?.now ?? now
    self.ids = ids
    self.mayWrite = mayWrite
    self.services = services
    self.rule = rule
    self.isCareful = isCareful
    toDraw = (earlier?.drawn ?? [])[...]
  }

  func newID() -> String {
    let id = toDraw.popFirst() ?? ids.next()
    drawn.append(id)
    return id
  }

  /// After this every handle of the session refuses: nothing can act outside its transaction.
  func close() { isOpen = false }

  private func prepared(_ sql: String, tenant: TenantID?) throws -> Statement {
    guard isOpen else { throw StoreError(.misuse, "The transaction is over; its handle cannot be used any more.") }
    if let fault { throw fault }
    let statement = try connection.statement(sql, rule: rule)
    do {
      if tenant != nil { try connection.catalog.guardTenant(statement) }
      if !mayWrite, !statement.isReadOnly {
        throw StoreError(.misuse, "A reading handle cannot change rows. Statement: \(sql)")
      }
      changed.formUnion(statement.changes)
    } catch {
      if !statement.isCached { statement.finalize() }
      throw error
    }
    return statement
  }

  func scan(_ sql: String, _ arguments: [(any SQLConvertible)?], tenant: TenantID?, each: (Row) throws -> Bool) throws {
    let statement = try prepared(sql, tenant: tenant)
    statement.isRunning = true
    defer { statement.reset() }
    try watching {
      try statement.bind(arguments, tenant: tenant?.text, on: connection)
    }
    while try watching({ try statement.step(on: connection) }) {
      guard try each(statement.row) else { break }
    }
  }

  func execute(_ sql: String, _ arguments: [(any SQLConvertible)?], tenant: TenantID?) throws -> Int {
    let statement = try prepared(sql, tenant: tenant)
    statement.isRunning = true
    defer { statement.reset() }
    return try watching {
      try statement.bind(arguments, tenant: tenant?.text, on: connection)
      while try statement.step(on: connection) {}
      return statement.isReadOnly ? 0 : connection.changes
    }
  }

  /// Notes faults that end the whole transaction.
  private func watching<T>(_ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as StoreError {
      switch error.kind {
      case .io, .full, .corrupt: fault = error
      default:
        // SQLite may end the transaction by itself; nothing may then run outside of one
        if mayWrite, connection.isAutocommit { fault = error }
      }
      throw error
    }
  }

  func savepoint<T>(isRarelyUndone: Bool, _ body: () throws -> T) throws -> T {
    guard isOpen, mayWrite else { throw StoreError(.misuse, "A savepoint needs an open transaction.") }
    guard isCareful || !isRarelyUndone else {
      do {
        return try body()
      } catch {
        isSpoilt = true
        throw error
      }
    }
    depth += 1
    let name = "s\(depth)"
    let hooks = (afterCommit.count, onRollback.count)
    defer { depth -= 1 }
    try run("SAVEPOINT \(name)")
    do {
      let value = try body()
      try run("RELEASE \(name)")
      return value
    } catch {
      if fault == nil {
        try run("ROLLBACK TO \(name)")
        try run("RELEASE \(name)")
      }
      afterCommit.removeSubrange(hooks.0...)
      let undone = onRollback[hooks.1...]
      onRollback.removeSubrange(hooks.1...)
      for hook in undone { hook() }
      throw error
    }
  }

  private func run(_ sql: String) throws {
    try watching { try connection.step(sql) }
  }

  /// A migration's script: several statements, schema included.
  func script(_ sql: String) throws {
    guard isOpen, rule == .migration else { throw StoreError(.misuse, "Scripts run in migrations only.") }
    try watching { try connection.run(script: sql, rule: rule) }
  }
}
