internal import CLinux
import Glibc

/// The right to a home folder: one process at a time. Let go when the process ends, however it ends.
package final class HomeLock: Sendable {
  private let file: Int32
  /// The folder itself, which stays locked when somebody removes the file; -1 where folders cannot be locked.
  private let folder: Int32

  /// - Throws: `StoreError.locked` with the holder's process number when another process has the home.
  package init(home: String) throws {
    let path = home + "/lock"
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw StoreError(.io, "The home \(home) cannot be locked: \(String(cString: strerror(errno))).")
    }
    let folder = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    var reason = Self.take(file)
    // where the file system locks no folders, the file has to do
    if reason == 0, Self.take(folder) == EWOULDBLOCK { reason = EWOULDBLOCK }
    guard reason == 0 else {
      var text = [UInt8](repeating: 0, count: 20)
      let count = max(pread(file, &text, text.count, 0), 0)
      Glibc.close(file)
      if folder >= 0 { Glibc.close(folder) }
      guard reason == EWOULDBLOCK else {
        throw StoreError(.io, "The home \(home) cannot be locked: \(String(cString: strerror(reason))).")
      }
      let holder = String(decoding: text.prefix(count).prefix { $0 >= 48 && $0 <= 57 }, as: UTF8.self)
      throw StoreError(
        .locked,
        "The home \(home) is in use by another Thinnai\(holder.isEmpty ? "" : " (process \(holder))"); stop it first.")
    }
    let text = Array("\(getpid())\n".utf8)
    // the number is for people only: failing to write it changes nothing
    _ = ftruncate(file, 0)
    _ = pwrite(file, text, text.count, 0)
    self.file = file
    self.folder = folder
  }

  /// - Returns: why not; 0 where it is ours.
  private static func take(_ descriptor: Int32) -> Int32 {
    flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno
  }

  deinit {
    Glibc.close(file)
    if folder >= 0 { Glibc.close(folder) }
  }
}
