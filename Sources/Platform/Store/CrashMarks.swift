import Base
import Glibc
import Synchronization

/// A few numbers that outlive the process, though not the machine: what was under way when it ended.
///
/// A shared mapping of one page: setting a mark is a store to memory, and the kernel keeps it when the process is killed.
///
/// `@unchecked Sendable`: a slot is written only by whoever took it from `free`, until it is given back.
package final class CrashMarks: @unchecked Sendable {
  private static let slots = 512
  private let words: UnsafeMutablePointer<Int64>
  private let free: Mutex<[Int]>
  /// What an earlier process had not cleared.
  package let found: Set<Int64>

  /// - Throws: `StoreError` when the file cannot be made.
  package init(path: String) throws {
    let size = Self.slots * MemoryLayout<Int64>.stride
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Self.error(path) }
    defer { close(file) }
    guard posix_fallocate(file, 0, off_t(size)) == 0,
      let base = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), base != MAP_FAILED
    else { throw Self.error(path) }
    words = base.bindMemory(to: Int64.self, capacity: Self.slots)
    var found: Set<Int64> = []
    for slot in 0..<Self.slots where words[slot] != 0 {
      found.insert(words[slot])
      words[slot] = 0
    }
    self.found = found
    free = Mutex(Array(0..<Self.slots))
  }

  deinit { munmap(words, Self.slots * MemoryLayout<Int64>.stride) }

  /// - Returns: the slot to clear; `nil` when more is under way than there are slots (then it is not marked).
  package func set(_ value: Int64) -> Int? {
    guard let slot = free.withLock({ $0.popLast() }) else { return nil }
    words[slot] = value
    return slot
  }

  package func clear(_ slot: Int) {
    words[slot] = 0
    free.withLock { $0.append(slot) }
  }

  private static func error(_ path: String) -> StoreError {
    StoreError(.io, "\(path) cannot be written: \(String(cString: strerror(errno))).")
  }
}
