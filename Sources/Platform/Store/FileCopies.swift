import Glibc

/// Renaming and syncing of whole files.
enum FileCopies {
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// An empty file for its owner only, when there is none: SQLite would let everybody read it, and gives its log the
  /// same mode. An existing file is not even opened, because closing it again would drop this process's locks on it.
  static func createPrivate(_ path: String) {
    let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if file >= 0 { close(file) }
  }

  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func sync(_ path: String, flags: Int32 = O_RDONLY) throws {
    let file = open(path, flags | O_CLOEXEC)
    guard file >= 0 else { throw failure(path) }
    defer { close(file) }
    guard fsync(file) == 0 else { throw failure(path) }
  }

  /// Renames and makes the new name durable.
  static func move(_ from: String, to: String) throws {
    guard rename(from, to) == 0 else { throw failure(from) }
    try sync(folder(of: to), flags: O_RDONLY | O_DIRECTORY)
  }

  static func remove(_ path: String) { unlink(path) }

  private static func failure(_ path: String) -> StoreError {
    let code = errno
    return StoreError(
      code == ENOSPC ? .full : .io, "The file \(path) cannot be saved: \(String(cString: strerror(code))).")
  }
}
