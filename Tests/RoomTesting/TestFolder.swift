import Foundation
import Synchronization

/// A folder for a test, which goes with the last who holds it.
///
/// All lie in one folder of the run, which goes with the process. So nothing stays behind a test that crashes, leaks its
/// house or is killed: what a dead run left, the next one takes away.
package final class TestFolder: Sendable {
  package let path: String

  /// - Parameter isInMemory: it lies on a file system without a disk, if the machine has one.
  package init(_ name: String = "test", isInMemory: Bool = false) throws {
    let run = isInMemory ? Self.memoryRun : Self.run
    path = try run.get() + "/\(name)-\(Self.count.wrappingAdd(1, ordering: .relaxed).newValue)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Where what is shared by all tests of the run may be kept.
  package static let run = Result<String, any Error> { try makeRun(NSTemporaryDirectory()) }
  private static let memoryRun = Result<String, any Error> {
    FileManager.default.isWritableFile(atPath: "/dev/shm") ? try makeRun("/dev/shm") : try run.get()
  }
  private static let count = Atomic(0)
  private static let runs = Mutex<[String]>([])

  private static func makeRun(_ base: String) throws -> String {
    // Short, because a socket's path may have 107 bytes.
    let prefix = "thinnai-test-"
    let base = base.hasSuffix("/") ? String(base.dropLast()) : base
    for name in try FileManager.default.contentsOfDirectory(atPath: base) where name.hasPrefix(prefix) {
      guard let process = pid_t(name.dropFirst(prefix.count)), process == getpid() || isGone(process) else { continue }
      try? FileManager.default.removeItem(atPath: base + "/" + name)
    }
    let path = base + "/" + prefix + "\(getpid())"
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    let isFirst = runs.withLock { runs in
      runs.append(path)
      return runs.count == 1
    }
    if isFirst { atexit { TestFolder.removeRuns() } }
    return path
  }

  private static func isGone(_ process: pid_t) -> Bool { kill(process, 0) != 0 && errno == ESRCH }

  private static func removeRuns() {
    for path in runs.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: path) }
  }
}
