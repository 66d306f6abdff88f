import Glibc

/// Renaming and syncing of whole files.
enum FileCopies {
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

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
