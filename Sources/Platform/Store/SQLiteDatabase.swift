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
  package var ballastBytes = 4 << 20
  /// What Core rooms add to transactions (telling people, emitting events).
  package var services = TransactionServices()
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
    let connection = try Connection(path: path, flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
    try connection.run(
      """
      PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;
      PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -8192;
      PRAGMA journal_size_limit = 67108864;
      CREATE TABLE IF NOT EXISTS migrations (
        room TEXT NOT NULL, number INTEGER NOT NULL, applied_at INTEGER NOT NULL, PRIMARY KEY (room, number)
      ) STRICT, WITHOUT ROWID;
      """)
    let ballast = Ballast(path: Self.folder(of: path) + "/ballast", bytes: options.ballastBytes)
    if !ballast.isThere { _ = ballast.create() }
    try connection.learnSchema()
    writer = Writer(connection, options: options, ballast: ballast)
    readers = Readers(path: path, options: options)
    let ends = (readersEnded, writerEnded)
    try readers.start { ends.0.open() }
    try writer.start { ends.1.open() }
  }

  deinit {
    readers.stop()
    writer.stop()
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
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
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      writer.submit(
        MaintenanceJob(
          { connection, options in try Migrator(connection, options).run(migrations) },
          { continuation.resume(with: $0) }))
    }
    readers.schemaChanged()
  }

  package func backup(to path: String) async throws {
    throw StoreError(.misuse, "Not there yet.")
  }

  package func check() async throws -> [String] {
    try await withCheckedThrowingContinuation { continuation in
      readers.submit(
        Readers.Job(
          run: { connection, _ in
            continuation.resume(with: Result { try connection.lines("PRAGMA integrity_check").filter { $0 != "ok" } })
          },
          refuse: { continuation.resume(throwing: $0) }))
    }
  }

  package func close() async {
    readers.stop()
    await readersEnded.wait()
    writer.stop()
    await writerEnded.wait()
  }
}
