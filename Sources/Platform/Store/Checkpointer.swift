internal import CSQLite
import Glibc

/// Copies the write-ahead log into the file on a thread and a connection of its own, so that no change waits for it.
///
/// `@unchecked Sendable`: the connection is used by the one thread alone; the rest is read and written between lock and
/// unlock of the one mutex.
final class Checkpointer: @unchecked Sendable {
  private enum State { case idle, asked, running, closed, ended }

  private let connection: Connection
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var state = State.idle
  private var outcome: Result<Void, StoreError>?

  init(path: String) throws {
    connection = try Connection(path: path, flags: SQLITE_OPEN_READWRITE)
    try connection.run("PRAGMA synchronous = FULL; PRAGMA mmap_size = 0; PRAGMA cache_size = -64")
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    connection.close()
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  func start() throws { try NamedThread.start("store checkpoint") { self.loop() } }

  /// Has what is in the log now copied; nothing happens while that is under way, or before its outcome was taken.
  func begin() {
    locked {
      guard state == .idle, outcome == nil else { return }
      state = .asked
      pthread_cond_broadcast(changed)
    }
  }

  /// What became of the last copying, once.
  func takeOutcome() -> Result<Void, StoreError>? {
    locked {
      defer { outcome = nil }
      return outcome
    }
  }

  /// Blocks while a copying is under way.
  func wait() {
    locked { while state == .asked || state == .running { pthread_cond_wait(changed, mutex) } }
  }

  /// Waits for a copying that is under way, ends the thread and lets go of the files.
  func close() {
    wait()
    locked {
      state = .closed
      pthread_cond_broadcast(changed)
      while state != .ended { pthread_cond_wait(changed, mutex) }
    }
  }

  private func loop() {
    while true {
      let goesOn = locked {
        while state == .idle { pthread_cond_wait(changed, mutex) }
        guard state == .asked else { return false }
        state = .running
        return true
      }
      guard goesOn else { break }
      let outcome = copy()
      locked {
        self.outcome = outcome
        state = .idle
        pthread_cond_broadcast(changed)
      }
    }
    connection.close()
    locked {
      state = .ended
      pthread_cond_broadcast(changed)
    }
  }

  private func copy() -> Result<Void, StoreError> {
    var code = sqlite3_wal_checkpoint_v2(connection.handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    guard code == SQLITE_OK else { return .failure(connection.error(code)) }
    // SQLite syncs the file once the log is copied to its end, which it seldom is while changes go on: most of the waiting
    // for the disk is done here, and not by the writer
    var file: UnsafeMutablePointer<sqlite3_file>?
    code = sqlite3_file_control(connection.handle, nil, SQLITE_FCNTL_FILE_POINTER, &file)
    if code == SQLITE_OK, let file, let methods = file.pointee.pMethods {
      code = methods.pointee.xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY)
    }
    guard code == SQLITE_OK else {
      return .failure(.library(code, message: String(cString: sqlite3_errstr(code)), connection.path))
    }
    return .success(())
  }

  private func locked<T>(_ body: () -> T) -> T {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}
