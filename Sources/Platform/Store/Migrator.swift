internal import Base
internal import CSQLite

/// Brings a file's schema up to date. Runs on the writer's thread, outside of any group.
struct Migrator {
  private let connection: Connection
  private let options: StoreOptions

  init(_ connection: Connection, _ options: StoreOptions) {
    self.connection = connection
    self.options = options
  }

  /// - Returns: whether the schema changed.
  func run(_ migrations: [Migration]) throws -> Bool {
    let applied = try applied()
    let known = try numbers(of: migrations)
    for (room, number) in applied.sorted(by: { $0.key < $1.key }) where number > known[room, default: 0] {
      throw StoreError(
        .newer,
        """
        The store \(connection.path) was written by a newer Thinnai (\(room) stands at \(number), this program knows \
        \(known[room, default: 0])). Update the program, or restore a backup taken before the update.
        """)
    }
    let pending = migrations.enumerated()
      .sorted { ($0.element.number, $0.offset) < ($1.element.number, $1.offset) }
      .map(\.element)
      .filter { $0.number > applied[$0.room, default: 0] }
    guard !pending.isEmpty else { return false }
    // a file without any migration is new: there is nothing to keep
    if !applied.isEmpty { try UpdateBackups.take(connection, now: options.clock.now) }
    for migration in pending { try apply(migration) }
    connection.forgetStatements()
    try connection.learnSchema()
    return true
  }

  /// The highest number of each room in the file.
  private func applied() throws -> [String: Int] {
    var found: [String: Int] = [:]
    try connection.rows("SELECT room, max(number) FROM migrations GROUP BY room") {
      found[$0.text(0)] = $0.integer(1)
    }
    return found
  }

  private func numbers(of migrations: [Migration]) throws -> [String: Int] {
    var rooms: [String: Int] = [:]
    for migration in migrations.sorted(by: { $0.number < $1.number }) {
      guard migration.number == rooms[migration.room, default: 0] + 1 else {
        throw StoreError(
          .misuse, "Migrations of \(migration.room) must count 1, 2, 3 …; \(migration.number) is out of place.")
      }
      rooms[migration.room] = migration.number
    }
    return rooms
  }

  /// One migration, its mark and the checks of the tables it left: one transaction.
  private func apply(_ migration: Migration) throws {
    try connection.step("BEGIN IMMEDIATE")
    let session = Session(
      connection, now: options.clock.now, ids: options.ids, mayWrite: true, rule: .migration)
    do {
      switch migration.change {
      case .sql(let texts): for text in texts { try session.script(text) }
      case .code(let change):
        var transaction = HouseTransaction(session: session)
        try change(&transaction)
      }
      session.close()
      if let fault = session.fault { throw fault }
      try checkTables(after: migration)
      try connection.rows(
        "INSERT INTO migrations (room, number, applied_at) VALUES (?, ?, ?)",
        [migration.room, migration.number, session.now]
      ) { _ in }
      try connection.step("COMMIT")
    } catch {
      session.close()
      if !connection.isAutocommit { try? connection.step("ROLLBACK") }
      connection.forgetStatements()
      for hook in session.onRollback { hook() }
      throw error
    }
    for hook in session.afterCommit { hook() }
  }

  private func checkTables(after migration: Migration) throws {
    try connection.rows("PRAGMA table_list") { row in
      guard row.text(0) == "main", row.text(2) == "table", !row.text(1).hasPrefix("sqlite_"), !row.bool(5) else {
        return
      }
      throw StoreError(
        .misuse, "Table \(row.text(1)) (\(migration.room), migration \(migration.number)) is not STRICT.")
    }
  }
}
