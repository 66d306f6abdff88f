import Glibc

/// Zeroed memory in large pages where the kernel has them: weights are walked from end to end for every text, and small
/// pages cost that walk a third of its time.
// Sendable: written while it is built by its only owner, only read after.
final class MemoryBlock: @unchecked Sendable {
  let start: UnsafeMutableRawPointer
  let byteCount: Int
  private static let pageSize = 2 << 20

  /// `nil` when there is no memory for it.
  init?(byteCount: Int) {
    let size = (byteCount + Self.pageSize - 1) / Self.pageSize * Self.pageSize
    guard let start = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), start != MAP_FAILED
    else { return nil }
    madvise(start, size, MADV_HUGEPAGE)
    (self.start, self.byteCount) = (start, size)
  }

  deinit { munmap(start, byteCount) }
}
