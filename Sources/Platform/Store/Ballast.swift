internal import CLinux
import Glibc

/// A file that only takes up room. It is removed when the disk is full, because even DELETE needs some.
struct Ballast: Sendable {
  let path: String
  let bytes: Int

  var isThere: Bool { bytes == 0 || access(path, F_OK) == 0 }

  /// Enough free space for the ballast and as much again to work with.
  var hasRoom: Bool {
    var facts = statvfs()
    guard statvfs(FileCopies.folder(of: path), &facts) == 0 else { return false }
    return UInt64(facts.f_bavail) * UInt64(facts.f_frsize) >= UInt64(bytes) * 2 + 65_536
  }

  /// `true` when the file is there at its full size.
  func create() -> Bool {
    guard bytes > 0 else { return true }
    let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { return false }
    let code = posix_fallocate(file, 0, off_t(bytes))
    Glibc.close(file)
    if code != 0 { unlink(path) }
    return code == 0
  }

  func remove() { if bytes > 0 { unlink(path) } }
}
