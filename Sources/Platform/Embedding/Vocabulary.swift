import Base

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
    var (bytes, starts) = ([UInt8](), [Int32]())
    bytes.reserveCapacity(file.bytes.count)
    starts.reserveCapacity(count + 1)
    for line in file.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      starts.append(Int32(bytes.count))
      bytes += line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    }
    // A file may end with a line's end or without.
    if let last = starts.last, Int(last) == bytes.count { starts.removeLast() }
    guard starts.count == count else {
      throw EmbeddingError.damaged(path, "it has \(starts.count) pieces, not \(count)")
    }
    starts.append(Int32(bytes.count))
    var slots = [ID](repeating: 0, count: 1 << 17)
    var longest = 0
    for id in 0..<count {
      var piece = bytes[Int(starts[id])..<Int(starts[id + 1])]
      let isContinuing = piece.starts(with: "##".utf8) && piece.count > 2
      if isContinuing { piece = piece.dropFirst(2) }
      longest = max(longest, piece.count)
      var slot = piece.reduce(Self.seed(isContinuing), Self.mixed).slot
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = ID(id + 1)
    }
    (self.bytes, self.starts, self.slots, self.longest, self.count) = (bytes, starts, slots, longest, count)
    for (text, id) in Self.special {
      let found = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
      guard self.id(found, hash: found.reduce(Self.seed(false), Self.mixed), isContinuing: false) == id else {
        throw EmbeddingError.damaged(path, "\(text) is not piece \(id)")
      }
    }
  }

  /// FNV-1a, so that the hashes of all beginnings of a word are known after one walk.
  struct Hash {
    fileprivate var value: UInt64
    fileprivate var slot: Int { Int(truncatingIfNeeded: (value ^ value >> 29) & 0x1_FFFF) }
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
