internal import Base
internal import CSQLite
import Synchronization

/// Threads with a reading connection each, sharing one queue.
final class Readers: Sendable {
  struct Job: Sendable {
    let run: @Sendable (Connection, StoreOptions) -> Void
    let refuse: @Sendable (StoreError) -> Void
  }

  private let path: String
  private let options: StoreOptions
  private let queue: JobQueue<Job>
  private let schema = Atomic<Int>(0)

  init(path: String, options: StoreOptions) {
    self.path = path
    self.options = options
    queue = JobQueue(capacity: options.queueLimit)
  }

  var count: Int { queue.count }

  func submit(_ job: Job) {
    switch queue.put(job) {
    case .accepted: break
    case .full: job.refuse(StoreError(.busy, "Too many questions are waiting; try again in a moment."))
    case .closed: job.refuse(StoreError(.closed, "The store is closed."))
    }
  }

  func stop() { queue.close() }

  /// What the guard concluded about older statements may no longer hold.
  func schemaChanged() { schema.add(1, ordering: .releasing) }

  /// Opens every connection here, so that a failure is the caller's, then hands each to its thread.
  ///
  /// - Parameter catalog: what the writer has just learnt of the schema, which is theirs too.
  func start(_ catalog: Catalog, ended: @escaping @Sendable () -> Void) throws {
    let count = max(options.readers, 1)
    let connections = try (0..<count).map { _ in
      let connection = try Connection(path: path, flags: SQLITE_OPEN_READONLY)
      try connection.run(
        """
        PRAGMA query_only = ON; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;
        PRAGMA cache_size = -4096;
        """)
      connection.catalog = catalog
      return Handover(connection)
    }
    let left = Countdown(count, then: ended)
    for connection in connections {
      try StoreThread.start("store reader") { [self] in
        loop(connection.connection)
        left.step()
      }
    }
  }

  private func loop(_ connection: Connection) {
    var known = 0
    while let jobs = queue.take(1) {
      let current = schema.load(ordering: .acquiring)
      if current != known {
        known = current
        connection.forgetStatements()
        try? connection.learnSchema()
      }
      for job in jobs { job.run(connection, options) }
    }
    connection.close()
  }

  /// Runs a body on one consistent snapshot.
  static func snapshot<T>(
    _ connection: Connection, _ options: StoreOptions, _ body: (HouseReader) throws -> T
  ) throws -> T {
    try connection.step("BEGIN")
    let session = Session(
      connection, now: options.clock.now, ids: options.ids, mayWrite: false, services: options.services)
    defer {
      session.close()
      try? connection.step("COMMIT")
    }
    return try body(HouseReader(session: session))
  }

  /// `@unchecked Sendable`: the opening thread lets go of the connection when it starts the reader's thread.
  private struct Handover: @unchecked Sendable {
    let connection: Connection
    init(_ connection: Connection) { self.connection = connection }
  }

  private final class Countdown: Sendable {
    private let left: Mutex<Int>
    private let then: @Sendable () -> Void
    init(_ count: Int, then: @escaping @Sendable () -> Void) {
      left = Mutex(count)
      self.then = then
    }
    func step() {
      let isLast = left.withLock { left in
        left -= 1
        return left == 0
      }
      if isLast { then() }
    }
  }
}
