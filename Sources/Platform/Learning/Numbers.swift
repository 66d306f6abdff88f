package import Base

/// A row of numbers: an array while it is trained, a stretch of a mapped file when it is only read.
package struct Numbers<Element: BitwiseCopyable & Sendable>: Sendable {
  private enum Storage: Sendable {
    case array([Element])
    case file(MappedFile, offset: Int)
  }

  private let storage: Storage
  package let count: Int

  package init(_ array: [Element]) {
    storage = .array(array)
    count = array.count
  }

  /// - Returns: `nil` when the stretch does not lie in the file, or not where such numbers may lie.
  package init?(_ file: MappedFile, offset: Int, count: Int) {
    guard offset >= 0, count >= 0, offset % MemoryLayout<Element>.alignment == 0, offset <= file.bytes.count,
      count <= (file.bytes.count - offset) / MemoryLayout<Element>.stride
    else { return nil }
    storage = .file(file, offset: offset)
    self.count = count
  }

  package func withUnsafeBufferPointer<R>(_ body: (UnsafeBufferPointer<Element>) -> R) -> R {
    switch storage {
    case .array(let array): array.withUnsafeBufferPointer(body)
    case .file(let file, let offset):
      withExtendedLifetime(file) {
        body(
          UnsafeRawBufferPointer(rebasing: file.bytes[offset..<(offset + count * MemoryLayout<Element>.stride)])
            .assumingMemoryBound(to: Element.self))
      }
    }
  }

  package var array: [Element] { withUnsafeBufferPointer { Array($0) } }
}
