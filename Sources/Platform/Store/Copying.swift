internal import CSQLite

/// Backup and restore. A live file must never be copied by other means: its log would be missing or torn.
enum Copying {
  /// "Thin": marks files that are ours.
  static let applicationID: Int32 = 0x5468_696E

  /// Copies one snapshot of an open store to `path`, checks the copy, and only then gives it its name.
  static func backup(from connection: Connection, to path: String) throws {
    let draft = path + ".partial"
    removeStore(draft)
    defer { removeStore(draft) }
    let copy = try Connection(path: draft, flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
    defer { copy.close() }
    guard let backup = sqlite3_backup_init(copy.handle, "main", connection.handle, "main") else {
      throw copy.error(sqlite3_errcode(copy.handle))
    }
    // all pages in one step: a reader's snapshot holds still meanwhile, and the writer goes on
    let stepped = sqlite3_backup_step(backup, -1)
    let finished = sqlite3_backup_finish(backup)
    guard stepped == SQLITE_DONE, finished == SQLITE_OK else {
      throw StoreError.library(stepped == SQLITE_DONE ? finished : stepped, message: "the copy failed", draft)
    }
    // a copy is one file: no log beside it
    try copy.run("PRAGMA journal_mode = DELETE")
    let findings = try findings(copy, "PRAGMA integrity_check")
    guard findings.isEmpty else {
      throw StoreError(.corrupt, "The copy is not sound: \(findings.prefix(3).joined(separator: "; ")).")
    }
    copy.close()
    try FileCopies.sync(draft)
    try FileCopies.move(draft, to: path)
  }

  static func findings(_ connection: Connection, _ pragma: String) throws -> [String] {
    try connection.lines(pragma).filter { $0 != "ok" }
  }

  /// Puts a checked copy of `backup` in the place of the store at `path`, which must not be open anywhere.
  ///
  /// What was there stays beside it as `….replaced`. A crash at any point leaves the old store or the new one, never
  /// a mixture: the copy `….restored` is complete before anything else is touched, and `finishRestore` goes on.
  static func restore(from backup: String, to path: String) throws {
    guard FileCopies.exists(backup) else { throw StoreError(.io, "There is no file \(backup).") }
    let source = try Connection(path: backup, flags: SQLITE_OPEN_READONLY)
    defer { source.close() }
    guard try source.lines("PRAGMA application_id") == [String(applicationID)] else {
      throw StoreError(.corrupt, "\(backup) is not a backup made by Thinnai.")
    }
    let findings = try findings(source, "PRAGMA integrity_check")
    guard findings.isEmpty else {
      throw StoreError(.corrupt, "\(backup) is damaged: \(findings.prefix(3).joined(separator: "; ")).")
    }
    try self.backup(from: source, to: path + ".restored")
    try finishRestore(path)
  }

  static func finishRestore(_ path: String) throws {
    let copy = path + ".restored"
    guard FileCopies.exists(copy) else { return }
    for suffix in ["-wal", "-shm", ""] where FileCopies.exists(path + suffix) {
      try FileCopies.move(path + suffix, to: path + ".replaced" + suffix)
    }
    try FileCopies.move(copy, to: path)
  }

  private static func removeStore(_ path: String) {
    for suffix in ["", "-wal", "-shm", "-journal"] { FileCopies.remove(path + suffix) }
  }
}
