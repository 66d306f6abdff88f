package import Base
import Glibc

/// The file that opens every sealed secret of the home: 32 random bytes, readable by its owner only.
package enum MasterKey {
  package static func loadOrCreate(at path: String, random: any RandomSource = SystemRandom()) throws -> SecretKey {
    if let key = try load(at: path) { return key }
    try install(SecretKey(random: random), at: path)
    guard let key = try load(at: path) else {
      throw CryptoError(.keyFile, "The master key \(path) was removed while it was being made.")
    }
    return key
  }

  /// `nil` when there is no such file.
  package static func load(at path: String) throws -> SecretKey? {
    let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT { return nil }
      throw failure("cannot be read", path)
    }
    defer { close(file) }
    var facts = stat()
    guard fstat(file, &facts) == 0 else { throw failure("cannot be read", path) }
    guard facts.st_mode & S_IFMT == S_IFREG else {
      throw CryptoError(.keyFile, "The master key \(path) is not a file.")
    }
    guard facts.st_mode & 0o077 == 0 else {
      throw CryptoError(
        .keyFile, "The master key \(path) can be read by others; run `chmod 600 \(path)` and start again.")
    }
    var bytes = [UInt8](repeating: 0, count: SecretKey.size + 1)
    var count = 0
    while count < bytes.count {
      let got = bytes[count...].withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw failure("cannot be read", path) }
      if got == 0 { break }
      count += got
    }
    guard count == SecretKey.size, let key = SecretKey(Array(bytes.prefix(count))) else {
      throw CryptoError(
        .keyFile, "The master key \(path) is damaged (\(SecretKey.size) bytes expected); put back your copy of it.")
    }
    return key
  }

  /// Puts a key in place, on the disk before this returns. Never replaces one.
  ///
  /// Written under another name and linked, so that a crash leaves either no key or a whole one.
  package static func install(_ key: SecretKey, at path: String) throws {
    let draft = path + ".new"
    unlink(draft)
    let file = Glibc.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw failure("cannot be created", path) }
    defer { unlink(draft) }
    let written = key.bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
    let synced = fsync(file)
    close(file)
    guard written == SecretKey.size, synced == 0 else { throw failure("cannot be written", path) }
    guard link(draft, path) == 0 else {
      if errno == EEXIST { return }  // somebody else made one; theirs counts
      throw failure("cannot be created", path)
    }
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let directory = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { throw failure("cannot be saved", path) }
    defer { close(directory) }
    guard fsync(directory) == 0 else { throw failure("cannot be saved", path) }
  }

  private static func failure(_ what: String, _ path: String) -> CryptoError {
    CryptoError(.keyFile, "The master key \(path) \(what): \(String(cString: strerror(errno))).")
  }
}
