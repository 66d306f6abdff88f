internal import Base
internal import CSQLite
import Synchronization

/// The one thread that changes and checkpoints the file.
///
/// It takes whatever was queued while the last commit ran, makes the changes in one transaction, each of which can fail alone,
/// commits once with a sync, and only then tells the callers.
///
/// `@unchecked Sendable`: the connection is used by the writer's thread alone; the rest is in mutexes.
final class Writer: @unchecked Sendable {
  private let connection: Connection
  private let options: StoreOptions
  private let queue: JobQueue<WriteJob>
  private let ballast: Ballast
  private let state = Mutex(State())
  private let onFatal: @Sendable (StoreError) -> Void

  private struct State {
    var health = StoreHealth.ok
    var statistics = StoreStatistics()
  }

  init(_ connection: Connection, options: StoreOptions, ballast: Ballast) {
    self.connection = connection
    self.options = options
    self.ballast = ballast
    onFatal = options.onFatal
    queue = JobQueue(capacity: options.queueLimit, pace: CommitPace(pause: options.pause))
    if !ballast.isThere { state.withLock { $0.health = .full } }
  }

  var health: StoreHealth { state.withLock { $0.health } }
  var statistics: StoreStatistics {
    var statistics = state.withLock { $0.statistics }
    statistics.queuedWrites = queue.count
    return statistics
  }

  func submit(_ job: WriteJob) {
    switch queue.put(job, in: job.priority.line) {
    case .accepted: break
    case .full:
      state.withLock { $0.statistics.refused += 1 }
      job.finish(StoreError(.busy, "Too many changes are waiting; try again in a moment."))
    case .closed: job.finish(StoreError(.closed, "The store is closed."))
    }
  }

  func start(ended: @escaping @Sendable () -> Void) throws {
    try StoreThread.start("store writer") {
      self.loop()
      ended()
    }
  }

  func stop() { queue.close() }

  private func loop() {
    while let jobs = queue.take(options.groupLimit, waiting: health == .full ? 500 : nil) {
      if health == .full { heal() }
      perform(mixed: jobs)
      checkpointIfDue()
    }
    if case .failed = health {} else { try? connection.run("PRAGMA wal_checkpoint(TRUNCATE)") }
    connection.close()
  }

  /// Maintenance has the connection to itself, in its place in the queue.
  private func perform(mixed jobs: [WriteJob]) {
    var group: [WriteJob] = []
    for job in jobs {
      guard job.isMaintenance else {
        group.append(job)
        continue
      }
      perform(group)
      group = []
      if case .failed(let sentence) = health {
        job.finish(StoreError(.io, sentence))
      } else if let error = job.run(alone: connection, options) {
        note(error)
      }
    }
    perform(group)
  }

  // MARK: one group

  private func perform(_ all: [WriteJob]) {
    guard !all.isEmpty else { return }
    var jobs = all
    switch health {
    case .failed(let sentence):
      for job in all { job.finish(StoreError(.io, sentence)) }
      return
    case .full:
      jobs.removeAll { !$0.priority.mayUseReserve }
      for job in all where !job.priority.mayUseReserve { job.finish(Self.noRoom) }
      guard !jobs.isEmpty else { return }
    case .ok: break
    }

    var attempt = attempt(jobs)
    if attempt.mustRepeat {
      for (session, _) in attempt.sessions { for hook in session.onRollback { hook() } }
      attempt = self.attempt(jobs, again: attempt.sessions.map(\.session))
    }
    let (sessions, failure) = (attempt.sessions, attempt.failure)
    state.withLock { state in
      state.statistics.groups += 1
      state.statistics.largestGroup = max(state.statistics.largestGroup, jobs.count)
      if failure == nil { state.statistics.committed += UInt64(sessions.count { $0.succeeded }) }
    }
    if failure == nil {
      let changed = sessions.reduce(into: TableSet()) { all, item in
        if item.succeeded { all.formUnion(item.session.changed) }
      }
      options.changes.announce(changed)
    }
    for (session, succeeded) in sessions {
      for hook in failure == nil && succeeded ? session.afterCommit : session.onRollback { hook() }
    }
    for job in jobs { job.finish(failure) }
  }

  private struct Attempt {
    var sessions: [(session: Session, succeeded: Bool)] = []
    /// What all of it failed with.
    var failure: StoreError?
    /// One change failed among others: nothing is committed, and each needs its savepoint.
    var mustRepeat = false
  }

  /// Runs a group in one transaction and commits it.
  ///
  /// A savepoint makes SQLite copy each page before it is changed, which most changes, all of which succeed, would pay for the few
  /// that do not. So there are none at first; when a change has to be undone without the others, all are made again with them.
  ///
  /// - Parameter earlier: what was done without savepoints.
  private func attempt(_ jobs: [WriteJob], again earlier: [Session]? = nil) -> Attempt {
    var attempt = Attempt()
    attempt.sessions.reserveCapacity(jobs.count)
    do {
      try run("BEGIN IMMEDIATE")
      for (index, job) in jobs.enumerated() {
        let again = earlier.flatMap { index < $0.count ? $0[index] : nil }
        let isSpoilt = try perform(job, isCareful: earlier != nil, again: again, in: &attempt)
        guard isSpoilt || (earlier == nil && !attempt.sessions[index].succeeded && jobs.count > 1) else { continue }
        try run("ROLLBACK")
        attempt.mustRepeat = true
        return attempt
      }
      attempt.failure = try commit(any: attempt.sessions.contains { $0.succeeded })
    } catch let error as StoreError {
      attempt.failure = error
    } catch {
      attempt.failure = StoreError(.io, "The change could not be made: \(error).")
    }
    if let failure = attempt.failure {
      if !connection.isAutocommit { try? run("ROLLBACK") }
      note(failure)
    }
    return attempt
  }

  /// Runs one change. Throws only when the whole group is lost.
  ///
  /// - Returns: whether it has to be made again with savepoints.
  private func perform(_ job: WriteJob, isCareful: Bool, again earlier: Session?, in attempt: inout Attempt) throws
    -> Bool
  {
    if isCareful { try run("SAVEPOINT job") }
    let session = Session(
      connection, now: options.clock.now, ids: options.ids, mayWrite: true, services: options.services,
      isCareful: isCareful, again: earlier)
    var transaction = HouseTransaction(session: session)
    let succeeded = job.run(&transaction)
    session.close()
    attempt.sessions.append((session, succeeded))
    if let fault = session.fault { throw fault }
    guard !connection.isAutocommit else {
      throw StoreError(.io, "The transaction ended early and was undone; try again.")
    }
    if isCareful {
      if !succeeded { try run("ROLLBACK TO job") }
      try run("RELEASE job")
    }
    return session.isSpoilt
  }

  private func commit(any: Bool) throws -> StoreError? {
    guard any else {
      try run("ROLLBACK")
      return nil
    }
    let start = ContinuousClock.now
    do {
      try run("COMMIT")
    } catch let error as StoreError where error.kind == .io {
      return fail(error)
    }
    let took = ContinuousClock.now - start
    state.withLock { state in
      state.statistics.committing += took
      state.statistics.longestCommit = max(state.statistics.longestCommit, took)
    }
    return nil
  }

  private func run(_ sql: String) throws { try connection.step(sql) }

  // MARK: hard times

  static let noRoom = StoreError(.full, "There is no room left on the disk; free some space and try again.")

  private func note(_ error: StoreError) {
    switch error.kind {
    case .full:
      ballast.remove()
      state.withLock { if $0.health == .ok { $0.health = .full } }
    case .io where error.underlying == SQLITE_IOERR_FSYNC_ || error.underlying == SQLITE_IOERR_DIR_FSYNC_:
      _ = fail(error)
    default: break
    }
  }

  /// After a failed sync the kernel may have dropped what it could not write: nothing may be promised any more.
  private func fail(_ error: StoreError) -> StoreError {
    let sentence = "The disk failed while saving; the store has stopped. Check the disk, then start again."
    let fatal = StoreError(.io, sentence, underlying: error.underlying)
    let isFirst = state.withLock { state -> Bool in
      if case .failed = state.health { return false }
      state.health = .failed(sentence)
      return true
    }
    if isFirst { onFatal(fatal) }
    return fatal
  }

  /// Room that the file system reports must also be room that can be written: one small commit tries it.
  private func heal() {
    guard ballast.hasRoom else { return }
    do {
      try connection.run("PRAGMA user_version = 1")
    } catch let error as StoreError {
      return note(error)
    } catch { return }
    guard ballast.create() else { return }
    state.withLock { if $0.health == .full { $0.health = .ok } }
  }

  /// Copies the log into the file: early when nothing waits, later in any case.
  private func checkpointIfDue() {
    let frames = connection.walFrames
    guard frames >= (queue.count == 0 ? options.checkpointPages : options.checkpointPages * 8) else { return }
    var left: Int32 = 0
    var done: Int32 = 0
    let code = sqlite3_wal_checkpoint_v2(connection.handle, nil, SQLITE_CHECKPOINT_PASSIVE, &left, &done)
    if code != SQLITE_OK { note(connection.error(code)) }
    connection.forgetFrames()
    state.withLock { $0.statistics.checkpoints += 1 }
  }
}

extension WritePriority {
  fileprivate var mayUseReserve: Bool { self == .reserve || self == .outcome }

  fileprivate var line: JobQueue<WriteJob>.Line {
    switch self {
    case .normal: .inTurn
    case .outcome: .ahead
    case .arrival, .reserve: .urgent
    }
  }
}
