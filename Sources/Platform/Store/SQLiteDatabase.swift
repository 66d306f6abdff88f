package import Base
internal import CSQLite
import Glibc
import Synchronization

package struct StoreOptions: Sendable {
  package var clock: any WallClock
  package var ids: IDGenerator
  package var readers = 2
  /// Changes (and reads) that may wait; more are refused as busy.
  package var queueLimit = 8_192
  /// Changes in one commit at most.
  package var groupLimit = 256
  /// Size of the write-ahead log, in pages, from which an idle writer checkpoints.
  package var checkpointPages = 1_000
  /// How long changes that nobody outside waits for keep each other company while arrivals come quickly, in nanoseconds.
  package var pause: UInt64 = 4_000_000
  package var ballastBytes = 4 << 20
  /// What Core rooms add to transactions (telling people, emitting events).
  package var services = TransactionServices()
  /// Who wants to know which tables a commit has changed.
  package var changes = ChangeFeed()
  package enum Check: Sendable {
    case always
    /// When the file is small or was not closed properly.
    case automatic
    case never
  }
  package var check = Check.automatic
  /// Called once, on the writer's thread, when the disk failed: the house must stop.
  package var onFatal: @Sendable (StoreError) -> Void = { _ in }

  package init(clock: any WallClock = SystemClock(), random: any RandomSource = SystemRandom()) {
    self.clock = clock
    ids = IDGenerator(clock: clock, random: random)
  }
}

/// The embedded database: one SQLite file in WAL mode, one writer, several readers.
package final class SQLiteDatabase: Database {
  package let path: String
  private let options: StoreOptions
  private let writer: Writer
  private let readers: Readers
  private let readersEnded = Latch()
  private let writerEnded = Latch()

  /// Opens or creates the file. Blocks: call it at start, not from a task.
  package init(path: String, options: StoreOptions = StoreOptions()) throws {
    self.path = path
    self.options = options
    try Copying.finishRestore(path)
    let wasLeftOpen = FileCopies.exists(path + "-wal")
    let connection = try Connection(path: path, flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
    try Self.prepare(connection, check: options.check, wasLeftOpen: wasLeftOpen)
    let ballast = Ballast(path: FileCopies.folder(of: path) + "/ballast", bytes: options.ballastBytes)
    if !ballast.isThere { _ = ballast.create() }
    try connection.learnSchema()
    writer = Writer(connection, options: options, ballast: ballast)
    readers = Readers(path: path, options: options)
    let ends = (readersEnded, writerEnded)
    try readers.start(connection.catalog) { ends.0.open() }
    try writer.start { ends.1.open() }
  }

  deinit {
    readers.stop()
    writer.stop()
  }

  /// The settings of the writing connection, the marks of a file of ours, and the check at start.
  private static func prepare(_ connection: Connection, check: StoreOptions.Check, wasLeftOpen: Bool) throws {
    let mark = try connection.lines("PRAGMA application_id").first ?? ""
    let isNew = try connection.lines("SELECT 1 FROM sqlite_schema LIMIT 1").isEmpty
    guard isNew || mark == String(Copying.applicationID) else {
      throw StoreError(.misuse, "\(connection.path) is a database of another program; choose another home.")
    }
    let small = 32 << 20
    let pages = try connection.lines("PRAGMA page_count").first.flatMap { Int($0) } ?? 0
    if !isNew, check == .always || (check == .automatic && (wasLeftOpen || pages * 4_096 <= small)) {
      let findings = try Copying.findings(connection, "PRAGMA quick_check")
      guard findings.isEmpty else {
        throw StoreError(
          .corrupt,
          """
          The store \(connection.path) is damaged (\(findings.prefix(3).joined(separator: "; "))); restore a backup \
          with `thinnai restore FILE`.
          """)
      }
    }
    try connection.run(
      """
      PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;
      PRAGMA foreign_keys = ON; PRAGMA cache_size = -32768; PRAGMA secure_delete = ON;
      PRAGMA journal_size_limit = 67108864;
      """)
    if isNew {
      try connection.run(
        """
        BEGIN IMMEDIATE; PRAGMA application_id = \(Copying.applicationID);
        CREATE TABLE IF NOT EXISTS migrations (
          room TEXT NOT NULL, number INTEGER NOT NULL, applied_at INTEGER NOT NULL, PRIMARY KEY (room, number)
        ) STRICT, WITHOUT ROWID; COMMIT
        """)
    }
    guard try connection.lines("PRAGMA journal_mode") == ["wal"] else {
      throw StoreError(.io, "The disk under \(connection.path) cannot hold the store's log; use a local disk.")
    }
  }

  package var health: StoreHealth { writer.health }
  package var statistics: StoreStatistics {
    var statistics = writer.statistics
    statistics.queuedReads = readers.count
    return statistics
  }

  package func read<T: Sendable>(_ body: @escaping @Sendable (HouseReader) throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      readers.submit(
        Readers.Job(
          run: { connection, options in
            continuation.resume(with: Result { try Readers.snapshot(connection, options, body) })
          },
          refuse: { continuation.resume(throwing: $0) }))
    }
  }

  package func submit<T: Sendable>(
    _ priority: WritePriority, _ body: @escaping @Sendable (inout HouseTransaction) throws -> T,
    completion: @escaping @Sendable (Result<T, any Error>) -> Void
  ) {
    writer.submit(TypedWriteJob(priority, body, completion))
  }

  package func migrate(_ migrations: [Migration]) async throws {
    let isChanged = try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Bool, any Error>) in
      writer.submit(
        MaintenanceJob(
          { connection, options in try Migrator(connection, options).run(migrations) },
          { continuation.resume(with: $0) }))
    }
    if isChanged { readers.schemaChanged() }
  }

  /// Overwrites what deleted rows left in the file and in its log, once what is queued is done; `close` waits for it.
  package func scrub() {
    writer.submit(
      MaintenanceJob(
        { connection, _ in
          try connection.run("VACUUM")
          try connection.run("PRAGMA wal_checkpoint(TRUNCATE)")
        }, { _ in }))
  }

  /// Empties the log, which holds what rows were before they were deleted, once what is queued is done.
  package func scrubLog() {
    writer.submit(
      MaintenanceJob({ connection, _ in try connection.run("PRAGMA wal_checkpoint(TRUNCATE)") }, { _ in }))
  }

  /// Bounds the file, so that tests can fill it.
  func limit(pages: Int) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      writer.submit(
        MaintenanceJob({ connection, _ in try connection.run("PRAGMA max_page_count = \(pages)") }) {
          continuation.resume(with: $0)
        })
    }
  }

  package func backup(to path: String) async throws {
    try await Self.copy(from: self.path, to: path)
  }

  package func check() async throws -> [String] {
    try await Self.aside(path) { try Copying.findings($0, "PRAGMA integrity_check") }
  }

  /// Writes a consistent copy of a store that this or another process may be using: it only reads.
  package static func copy(from store: String, to path: String) async throws {
    try await aside(store) { try Copying.backup(from: $0, to: path) }
  }

  /// Looks into a store without owning it (`doctor`): one snapshot, nothing is written.
  package static func inspect<T: Sendable>(
    _ store: String, clock: any WallClock = SystemClock(), _ body: @escaping @Sendable (HouseReader) throws -> T
  ) async throws -> T {
    try await aside(store) { connection in
      try connection.learnSchema()
      let ids = IDGenerator(clock: clock, random: SystemRandom())
      let session = Session(connection, now: clock.now, ids: ids, mayWrite: false)
      defer { session.close() }
      return try body(HouseReader(session: session))
    }
  }

  /// The findings of an integrity check of a store that nobody need own; empty when all is well.
  package static func findings(_ store: String) async throws -> [String] {
    try await aside(store) { try Copying.findings($0, "PRAGMA quick_check") }
  }

  /// Long work on a reading connection and a thread of its own, so that no reader is held up.
  private static func aside<T: Sendable>(
    _ path: String, _ body: @escaping @Sendable (Connection) throws -> T
  ) async throws -> T {
    try await BlockingCall.run("store copy") {
      let connection = try Connection(path: path, flags: SQLITE_OPEN_READONLY)
      defer { connection.close() }
      return try body(connection)
    }
  }

  /// Replaces the store at `path`, which nobody may have open (hold the home's lock), by a checked copy of a backup.
  /// Blocks. What was there stays beside it as `….replaced`.
  package static func restore(from backup: String, to path: String) throws {
    try Copying.restore(from: backup, to: path)
  }

  package func close() async {
    readers.stop()
    await readersEnded.wait()
    writer.stop()
    await writerEnded.wait()
  }
}
