/// Cuts a text into the ids of the encoder's pieces, as BERT's uncased tokenizer does.
///
/// The text is walked once and the walk ends when the ids are full, so that time is bounded by the length of the text and
/// nothing is allocated.
struct WordPiece: Sendable {
  let vocabulary: Vocabulary

  /// Longer words are unknown as a whole.
  private static let wordLimit = 100

  /// What one walk works with.
  private struct Walk {
    let ids: UnsafeMutableBufferPointer<Vocabulary.ID>
    /// Room for the end mark is kept.
    var count = 0
    /// The folded word so far, in UTF-8.
    let word: UnsafeMutableBufferPointer<UInt8>
    var bytes = 0
    var letters = 0

    var isFull: Bool { count >= ids.count - 1 }
    mutating func append(_ id: Vocabulary.ID) {
      guard !isFull else { return }
      ids[count] = id
      count += 1
    }
  }

  /// - Parameter ids: room for at least two; filled with the start, the pieces that fit, and the end.
  /// - Returns: how many ids there are.
  func cut(
    _ text: UnsafeBufferPointer<UInt8>, folder: inout ScalarFolder, into ids: UnsafeMutableBufferPointer<Vocabulary.ID>
  ) -> Int {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4 * Self.wordLimit) { word in
      var walk = Walk(ids: ids, word: word)
      walk.append(Vocabulary.start)
      var at = 0
      while at < text.count, !walk.isFull {
        if text[at] == UInt8(ascii: "["), let (id, length) = special(text, at) {
          finish(&walk)
          walk.append(id)
          at += length
          continue
        }
        let (scalar, length) = Self.scalar(text, at)
        at += length
        folder.fold(scalar) { kind, scalar in
          switch kind {
          case .unknown, .dropped, .several: break
          case .space: finish(&walk)
          case .letter: add(scalar, &walk)
          case .alone:
            finish(&walk)
            add(scalar, &walk)
            finish(&walk)
          }
        }
      }
      finish(&walk)
      walk.ids[walk.count] = Vocabulary.end
      return walk.count + 1
    }
  }

  private func special(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) -> (id: Vocabulary.ID, length: Int)? {
    for (name, id) in Vocabulary.special where text.count - at >= name.utf8CodeUnitCount {
      let length = name.utf8CodeUnitCount
      if (0..<length).allSatisfy({ text[at + $0] == name.utf8Start[$0] }) { return (id, length) }
    }
    return nil
  }

  /// Decodes what `String` promises to be whole UTF-8; broken bytes would become replacement characters one by one.
  private static func scalar(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) -> (Unicode.Scalar, Int) {
    let first = text[at]
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    guard first >= 0xC2, text.count - at >= length else { return ("\u{FFFD}", 1) }
    var value = UInt32(first) & (0x7F >> UInt32(length))
    for offset in 1..<length {
      let next = text[at + offset]
      guard next & 0xC0 == 0x80 else { return ("\u{FFFD}", 1) }
      value = value << 6 | UInt32(next & 0x3F)
    }
    guard let scalar = Unicode.Scalar(value) else { return ("\u{FFFD}", 1) }
    return (scalar, length)
  }

  private func add(_ scalar: Unicode.Scalar, _ walk: inout Walk) {
    walk.letters += 1
    guard walk.letters <= Self.wordLimit else { return }
    let value = scalar.value
    switch value {
    case 0..<0x80:
      walk.word[walk.bytes] = UInt8(value)
      walk.bytes += 1
    case 0x80..<0x800:
      walk.word[walk.bytes] = UInt8(0xC0 | value >> 6)
      walk.word[walk.bytes + 1] = UInt8(0x80 | value & 0x3F)
      walk.bytes += 2
    case 0x800..<0x10000:
      walk.word[walk.bytes] = UInt8(0xE0 | value >> 12)
      walk.word[walk.bytes + 1] = UInt8(0x80 | value >> 6 & 0x3F)
      walk.word[walk.bytes + 2] = UInt8(0x80 | value & 0x3F)
      walk.bytes += 3
    default:
      walk.word[walk.bytes] = UInt8(0xF0 | value >> 18)
      walk.word[walk.bytes + 1] = UInt8(0x80 | value >> 12 & 0x3F)
      walk.word[walk.bytes + 2] = UInt8(0x80 | value >> 6 & 0x3F)
      walk.word[walk.bytes + 3] = UInt8(0x80 | value & 0x3F)
      walk.bytes += 4
    }
  }

  /// Cuts the word: each time the longest piece that fits. A word with a part that fits nowhere is unknown as a whole.
  private func finish(_ walk: inout Walk) {
    defer { (walk.bytes, walk.letters) = (0, 0) }
    guard walk.letters > 0 else { return }
    guard walk.letters <= Self.wordLimit else { return walk.append(Vocabulary.unknown) }
    let before = walk.count
    var from = 0
    while from < walk.bytes {
      guard let (id, length) = longest(walk.word, from, walk.bytes) else {
        walk.count = before
        return walk.append(Vocabulary.unknown)
      }
      // What does not fit any more is cut off below, but only a word that can be cut to its end has pieces at all.
      walk.append(id)
      from += length
    }
  }

  private func longest(_ word: UnsafeMutableBufferPointer<UInt8>, _ from: Int, _ to: Int) -> (Vocabulary.ID, Int)? {
    let most = min(vocabulary.longest, to - from)
    return withUnsafeTemporaryAllocation(of: Vocabulary.Hash.self, capacity: most + 1) { hashes in
      hashes[0] = Vocabulary.seed(from > 0)
      for length in 0..<most { hashes[length + 1] = Vocabulary.mixed(hashes[length], word[from + length]) }
      for length in stride(from: most, to: 0, by: -1) {
        let piece = UnsafeBufferPointer(rebasing: word[from..<from + length])
        if let id = vocabulary.id(piece, hash: hashes[length], isContinuing: from > 0) { return (id, length) }
      }
      return nil
    }
  }
}
