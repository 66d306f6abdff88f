import Base
import Glibc

/// A growing array of rows of equal size: a file that is mapped, or memory alone.
///
/// What is written is in the kernel's hands at once and survives the end of the process; `sync` makes it durable.
final class Plane {
  private let path: String?
  private let rowBytes: Int
  private var descriptor: Int32 = -1
  private(set) var start: UnsafeMutableRawPointer
  private var capacity: Int

  private static let firstBytes = 1 << 16

  /// - Parameter path: `nil` for memory alone.
  init(_ path: String?, rowBytes: Int) throws {
    self.path = path
    self.rowBytes = rowBytes
    var bytes = Self.firstBytes
    if let path {
      descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else { throw RecallError.file("open", path) }
      var facts = stat()
      guard fstat(descriptor, &facts) == 0 else { throw RecallError.file("read", path) }
      bytes = max(bytes, Int(facts.st_size))
      guard ftruncate(descriptor, off_t(bytes)) == 0 else {
        throw RecallError.file("lengthen", path)
      }
    }
    let flags = path == nil ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED
    guard let start = mmap(nil, bytes, PROT_READ | PROT_WRITE, flags, descriptor, 0),
      start != MAP_FAILED
    else {
      if descriptor >= 0 { Glibc.close(descriptor) }
      throw RecallError.file("map", path ?? "memory")
    }
    self.start = start
    capacity = bytes
  }

  deinit {
    munmap(start, capacity)
    if descriptor >= 0 { Glibc.close(descriptor) }
  }

  /// Bytes that are in use on the disk or in memory for so many rows.
  func bytes(_ rows: Int) -> Int { rows * rowBytes }

  func row(_ row: Int) -> UnsafeMutableRawPointer { start + row * rowBytes }
  func rows<T>(of type: T.Type) -> UnsafeMutablePointer<T> { start.assumingMemoryBound(to: type) }

  /// Makes room for so many rows; the new ones are 0.
  func reserve(_ rows: Int) throws {
    let needed = rows * rowBytes
    guard needed > capacity else { return }
    var bytes = capacity
    while bytes < needed { bytes += max(bytes / 2, Self.firstBytes) }
    // In whole pages, as maps are.
    bytes = (bytes + 4_095) & ~4_095
    if let path {
      // Blocks are taken now: a full disk is told here, and not by a signal when a page is touched.
      let code = posix_fallocate(descriptor, 0, off_t(bytes))
      guard code == 0 else { throw RecallError.file("lengthen", path, code) }
      guard let moved = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
        moved != MAP_FAILED
      else {
        throw RecallError.file("map", path)
      }
      munmap(start, capacity)
      start = moved
    } else {
      guard
        let moved = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
        moved != MAP_FAILED
      else { throw RecallError.file("map", "memory") }
      moved.copyMemory(from: start, byteCount: capacity)
      munmap(start, capacity)
      start = moved
    }
    capacity = bytes
  }

  /// Writes zeros over a file before it goes.
  static func erase(_ path: String) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { Glibc.close(descriptor) }
    unlink(path)
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { return }
    let zeros = [UInt8](repeating: 0, count: 1 << 20)
    var left = Int(facts.st_size)
    while left > 0 {
      let written = write(descriptor, zeros, min(left, zeros.count))
      guard written > 0 else { return }
      left -= written
    }
    fdatasync(descriptor)
  }

  /// Maps what is there now, so that the first questions need not page by page; a kernel that cannot does so then.
  func populate(_ rows: Int) {
    // MADV_POPULATE_READ of Linux 5.14
    if path != nil, rows > 0 { _ = madvise(start, (rows * rowBytes + 4_095) & ~4_095, 22) }
  }

  func sync() throws {
    if let path, fdatasync(descriptor) != 0 { throw RecallError.file("sync", path) }
  }
}
