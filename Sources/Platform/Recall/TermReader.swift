import Text

/// What a text is compared by: its words without endings, as numbers.
///
/// Words are kept as hashes only, so that an index holds nothing to read.
struct TermReader {
  /// How often each term stands in the text, stop words left out.
  private(set) var terms: [UInt32: Int] = [:]
  /// Terms in all.
  private(set) var length = 0
  /// Words in all, stop words too.
  private(set) var words = 0
  /// How many of them are the speaker's own (“I”, “my”).
  private(set) var ownWords = 0

  private let known: RecallWords

  init(_ text: String, _ words: RecallWords) {
    known = words
    read(Normaliser.bytes(text))
  }

  /// Takes in more text, of which nothing but its terms counts.
  mutating func add(_ text: String) {
    let (words, ownWords) = (words, ownWords)
    read(Normaliser.bytes(text))
    (self.words, self.ownWords) = (words, ownWords)
  }

  private mutating func read(_ bytes: [UInt8]) {
    Self.eachWord(of: bytes) { word in
      words += 1
      let hash = Self.hash(word)
      if known.isOwn(hash) { ownWords += 1 }
      guard !known.isStop(hash) else { return }
      length += 1
      terms[Self.term(word), default: 0] += 1
    }
  }

  /// Runs of letters, digits and whatever is not ASCII: marks of Indic scripts belong to their word.
  static func eachWord(of bytes: [UInt8], _ body: (ArraySlice<UInt8>) -> Void) {
    var start = 0
    for end in 0...bytes.count where end == bytes.count || !isWord(bytes[end]) {
      if end > start { body(bytes[start..<end]) }
      start = end + 1
    }
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    byte >= 0x80 || (byte >= 0x61 && byte <= 0x7A) || (byte >= 0x30 && byte <= 0x39)
  }

  /// The hash of a word without its ending.
  static func term(_ word: ArraySlice<UInt8>) -> UInt32 {
    guard let first = word.first else { return hash(word) }
    if first >= 0x30 && first <= 0x39 { return hash(ordinalless(word)) }
    guard word.count > 2, word.allSatisfy({ $0 >= 0x61 && $0 <= 0x7A }) else { return hash(word) }
    var stemmer = PorterStemmer(word)
    return hash(stemmer.stem())
  }

  /// `8th` is 8.
  private static func ordinalless(_ word: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let ending = word.suffix(2)
    guard word.count > 2,
      ["st", "nd", "rd", "th"].contains(where: { ending.elementsEqual($0.utf8) }),
      word.dropLast(2).allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
    else { return word }
    return word.dropLast(2)
  }

  /// FNV-1a.
  static func hash(_ word: some Sequence<UInt8>) -> UInt32 {
    var hash: UInt32 = 2_166_136_261
    for byte in word { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    return hash
  }
}
