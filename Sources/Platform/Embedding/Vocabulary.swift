import Base
import Glibc

/// The pieces of words that the encoder knows, by their bytes.
///
/// A file of one piece a line; the number of the line is the piece's id, `##` marks what continues a word.
struct Vocabulary: Sendable {
  typealias ID = Int32

  /// Bytes of the longest piece.
  let longest: Int
  let count: Int
  private let bytes: [UInt8]
  /// Where each piece begins in `bytes`, and where the last ends.
  private let starts: [Int32]
  /// Open addressing: ids plus one, 0 for free.
  private let slots: [ID]

  /// Ids that the encoder was trained with.
  static let unknown: ID = 100, start: ID = 101, end: ID = 102
  /// What stands for itself in a text, as the original tokenizer has it.
  static let special: [(text: StaticString, id: ID)] = [
    ("[PAD]", 0), ("[UNK]", 100), ("[CLS]", 101), ("[SEP]", 102), ("[MASK]", 103),
  ]

  /// - Throws: `EmbeddingError` when the file is missing, cut, or another vocabulary.
  init(path: String, count: Int) throws {
    guard let file = MappedFile(path: path) else { throw EmbeddingError.missing(path) }
    guard file.bytes.count < 1 << 24 else { throw EmbeddingError.damaged(path, "it is too large") }
    let lines = Self.lines(file.bytes)
    guard lines.starts.count == count + 1 else {
      throw EmbeddingError.damaged(path, "it has \(lines.starts.count - 1) pieces, not \(count)")
    }
    var (slots, longest) = ([ID](repeating: 0, count: Self.slotCount), 0)
    let isWhole = lines.bytes.withUnsafeBufferPointer { bytes in
      for id in 0..<count {
        guard let length = Self.insert(id, bytes, lines.starts, &slots) else { return false }
        longest = max(longest, length)
      }
      return true
    }
    guard isWhole else { throw EmbeddingError.damaged(path, "a piece is empty or stands there twice") }
    (bytes, starts, self.slots, self.longest, self.count) = (lines.bytes, lines.starts, slots, longest, count)
    for (text, id) in Self.special {
      let found = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
      guard self.id(found, hash: found.reduce(Self.seed(false), Self.mixed), isContinuing: false) == id else {
        throw EmbeddingError.damaged(path, "\(text) is not piece \(id)")
      }
    }
  }

  /// The lines without their ends, one after the other, with where each begins and the last ends.
  private static func lines(_ file: UnsafeRawBufferPointer) -> (bytes: [UInt8], starts: [Int32]) {
    var starts: [Int32] = [0]
    let bytes = [UInt8](unsafeUninitializedCapacity: file.count) { out, count in
      for byte in file {
        if byte == UInt8(ascii: "\n") {
          if count > 0, out[count - 1] == UInt8(ascii: "\r"), count > Int(starts[starts.count - 1]) { count -= 1 }
          starts.append(Int32(count))
        } else {
          out[count] = byte
          count += 1
        }
      }
      // A file may end with a line's end or without.
      if count > Int(starts[starts.count - 1]) { starts.append(Int32(count)) }
    }
    return (bytes, starts)
  }

  /// - Returns: the bytes of the piece without its mark; `nil` when it is empty or there already.
  private static func insert(
    _ id: Int, _ bytes: UnsafeBufferPointer<UInt8>, _ starts: [Int32], _ slots: inout [ID]
  ) -> Int? {
    func piece(_ id: Int) -> (from: Int, length: Int, isContinuing: Bool) {
      let (from, to) = (Int(starts[id]), Int(starts[id + 1]))
      let isContinuing = to - from > 2 && bytes[from] == UInt8(ascii: "#") && bytes[from + 1] == UInt8(ascii: "#")
      return (isContinuing ? from + 2 : from, isContinuing ? to - from - 2 : to - from, isContinuing)
    }
    let new = piece(id)
    guard new.length > 0 else { return nil }
    var hash = seed(new.isContinuing)
    for offset in 0..<new.length { hash = mixed(hash, bytes[new.from + offset]) }
    var slot = hash.slot
    while slots[slot] != 0 {
      let old = piece(Int(slots[slot] - 1))
      if old.length == new.length, old.isContinuing == new.isContinuing,
        memcmp(bytes.baseAddress! + old.from, bytes.baseAddress! + new.from, new.length) == 0
      {
        return nil
      }
      slot = (slot + 1) & (slotCount - 1)
    }
    slots[slot] = ID(id + 1)
    return new.length
  }

  private static let slotCount = 1 << 17

  /// FNV-1a, so that the hashes of all beginnings of a word are known after one walk.
  struct Hash {
    fileprivate var value: UInt64
    fileprivate var slot: Int { Int(truncatingIfNeeded: value ^ value >> 29) & (Vocabulary.slotCount - 1) }
  }
  static func seed(_ isContinuing: Bool) -> Hash {
    Hash(value: isContinuing ? 0xCBF2_9CE4_8422_2325 : 0x8422_2325_CBF2_9CE4)
  }
  static func mixed(_ hash: Hash, _ byte: UInt8) -> Hash { Hash(value: (hash.value ^ UInt64(byte)) &* 0x100_0000_01B3) }

  /// The piece with these bytes (without `##`), whose hash is given.
  func id(_ piece: UnsafeBufferPointer<UInt8>, hash: Hash, isContinuing: Bool) -> ID? {
    var slot = hash.slot
    while slots[slot] != 0 {
      let id = Int(slots[slot] - 1)
      let (from, to) = (Int(starts[id]), Int(starts[id + 1]))
      let mark = isContinuing ? 2 : 0
      if to - from == piece.count + mark, matches(piece, at: from, mark: mark) { return ID(id) }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  private func matches(_ piece: UnsafeBufferPointer<UInt8>, at from: Int, mark: Int) -> Bool {
    for offset in 0..<mark where bytes[from + offset] != UInt8(ascii: "#") { return false }
    for offset in 0..<piece.count where bytes[from + mark + offset] != piece[offset] { return false }
    return true
  }
}
