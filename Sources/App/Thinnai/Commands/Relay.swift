import Base
import Foundation
import Glibc

/// A pipe in the home through which the house that serves it reads what only this process can open.
struct Relay {
  let path: String

  /// Whether another process finds the same file at the path.
  static func isPlainFile(_ path: String) -> Bool {
    var facts = stat()
    return !path.hasPrefix("/dev/") && !path.hasPrefix("/proc/") && stat(path, &facts) == 0
      && facts.st_mode & S_IFMT == S_IFREG
  }

  /// Begins to pass on as soon as the other end is opened; nobody waits for it.
  ///
  /// - Throws: `SystemCallError`.
  init(home: String, from source: String) throws {
    path = "\(home)/import-\(getpid()).pipe"
    unlink(path)
    guard mkfifo(path, 0o600) == 0 else { throw SystemCallError("mkfifo") }
    Thread.detachNewThread { [path] in Self.copy(source, to: path) }
  }

  func remove() { unlink(path) }

  private static func copy(_ source: String, to path: String) {
    let input = open(source, O_RDONLY | O_CLOEXEC)
    let output = open(path, O_WRONLY | O_CLOEXEC)
    defer {
      close(input)
      close(output)
    }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(input, &buffer, buffer.count)
      guard count > 0 else { return }
      var written = 0
      while written < count {
        let step = buffer[written..<count].withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
        // the other end has gone: its answer says why
        guard step > 0 else { return }
        written += step
      }
    }
  }
}
