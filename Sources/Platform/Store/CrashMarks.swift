import Base
import Glibc
import Synchronization

/// A few numbers that outlive the process, though not the machine: what was under way when it ended.
///
/// A shared mapping of one page: setting a mark is a store to memory, and the kernel keeps it when the process is killed.
/// Its first word tells the machine's start: what was under way when the machine ended has not ended it.
///
/// `@unchecked Sendable`: the mapping is written by `init` and then under the lock of `state` only.
package final class CrashMarks: @unchecked Sendable {
  private struct State {
    var free: [Int]
    var isRetired = false
  }
  private static let words = 512
  private let words: UnsafeMutablePointer<Int64>
  private let state: Mutex<State>
  /// What an earlier process of this machine had not cleared.
  package let found: Set<Int64>

  /// - Parameter start: of the machine; another number with each.
  /// - Throws: `StoreError` when the file cannot be made.
  package init(path: String, start: Int64 = machineStart) throws {
    let size = Self.words * MemoryLayout<Int64>.stride
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Self.error(path) }
    defer { close(file) }
    guard posix_fallocate(file, 0, off_t(size)) == 0,
      let base = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), base != MAP_FAILED
    else { throw Self.error(path) }
    words = base.bindMemory(to: Int64.self, capacity: Self.words)
    let isSameStart = words[0] == start
    var found: Set<Int64> = []
    for slot in 1..<Self.words where words[slot] != 0 {
      if isSameStart { found.insert(words[slot]) }
      words[slot] = 0
    }
    words[0] = start
    self.found = found
    state = Mutex(State(free: Array(1..<Self.words)))
  }

  deinit { munmap(words, Self.words * MemoryLayout<Int64>.stride) }

  /// - Returns: the slot to clear; `nil` when more is under way than there are slots, or the end is asked for (then it is not
  ///   marked).
  package func set(_ value: Int64) -> Int? {
    state.withLock { state in
      guard !state.isRetired, let slot = state.free.popLast() else { return nil }
      words[slot] = value
      return slot
    }
  }

  package func clear(_ slot: Int) {
    state.withLock { state in
      words[slot] = 0
      state.free.append(slot)
    }
  }

  /// The process was told to end: whatever is under way from now on has not ended it.
  package func retire() {
    state.withLock { state in
      state.isRetired = true
      for slot in 1..<Self.words { words[slot] = 0 }
    }
  }

  private static func error(_ path: String) -> StoreError {
    StoreError(.io, "\(path) cannot be written: \(String(cString: strerror(errno))).")
  }

  /// A number for the time since the machine began; 1 where it does not say.
  package static let machineStart: Int64 = {
    let file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return 1 }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(file, &bytes, bytes.count)
    guard count > 0 else { return 1 }
    // FNV-1a
    let hash = bytes[..<count].reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return Int64(bitPattern: hash | 1)
  }()
}
