import Base
import CEncoder
import Foundation

/// The weights as bytes, packed once on this machine and kept beside the original.
///
/// A head of 64 bytes and the block of `WeightLayout`. It is written beside and renamed; a file that is cut, damaged, of
/// another version or of other weights counts as not there and is written anew.
enum WeightFile {
  static let name = "encoder-int8.weights"
  /// Raised when the layout or the way of quantising changes.
  private static let version: UInt64 = 1
  private static let magic: UInt64 = 0x386E_6961_6E6E_6954  // "Tinnain8"
  private static let headBytes = 64

  /// What tells one original from another without reading all of it: its length, its head and a page of each megabyte.
  static func identity(of source: MappedFile) -> UInt64 {
    let bytes = source.bytes
    var identity = UInt64(bytes.count)
    for start in stride(from: 0, to: bytes.count, by: 1 << 20) {
      let page = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + 4_096, bytes.count)])
      identity = (identity ^ th_checksum(page.baseAddress, UInt64(page.count))) &* 0x9E37_79B9_7F4A_7C15
    }
    return identity
  }

  /// - Returns: the file and where its block starts; `nil` when it must be packed.
  static func load(_ folder: String, identity: UInt64, byteCount: Int) -> (file: MappedFile, block: UnsafeRawPointer)? {
    guard let file = MappedFile(path: folder + "/" + name), file.bytes.count == headBytes + byteCount,
      let start = file.bytes.baseAddress
    else { return nil }
    // What was looked at for the sum is looked at again only when a text needs it.
    defer { file.release() }
    let block = start + headBytes
    let expected = head(identity, block, byteCount)
    let found = (0..<expected.count).map { start.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self) }
    return found == expected ? (file, block) : nil
  }

  /// Failure costs only that it is packed again the next time.
  @discardableResult
  static func save(_ block: UnsafeRawPointer, byteCount: Int, identity: UInt64, _ folder: String) -> Bool {
    let path = folder + "/" + name
    // a name of its own: two encoders of one process may write at the same time
    let beside = "\(path).\(UUID().uuidString)"
    guard let file = fopen(beside, "wb") else { return false }
    var head = head(identity, block, byteCount)
    head += [UInt64](repeating: 0, count: headBytes / 8 - head.count)
    let written = fwrite(head, 1, headBytes, file) + fwrite(block, 1, byteCount, file)
    guard fclose(file) == 0, written == headBytes + byteCount, rename(beside, path) == 0 else {
      unlink(beside)
      return false
    }
    return true
  }

  private static func head(_ identity: UInt64, _ block: UnsafeRawPointer, _ byteCount: Int) -> [UInt64] {
    [magic, version, identity, UInt64(byteCount), th_checksum(block, UInt64(byteCount))]
  }
}
