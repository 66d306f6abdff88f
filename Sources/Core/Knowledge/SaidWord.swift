import Base
import Text

/// A word of a message, as it was written and as it is compared.
struct SaidWord: Sendable, Hashable {
  /// Where it stands in the text.
  let range: Range<String.Index>
  let folded: String

  /// Cuts a text into words; "'s" is a word of its own, marks around words are left out.
  static func cut(_ text: String) -> [SaidWord] {
    if text == "'s" { return [SaidWord(range: text.startIndex..<text.endIndex, folded: text)] }
    return cutASCII(text) ?? cutAny(text)
  }

  static func cutAny(_ text: String) -> [SaidWord] {
    var words: [SaidWord] = []
    var index = text.startIndex
    while index < text.endIndex {
      if text[index].isWhitespace {
        index = text.index(after: index)
        continue
      }
      var end = index
      while end < text.endIndex, !text[end].isWhitespace { end = text.index(after: end) }
      append(index..<end, of: text, to: &words)
      index = end
    }
    return words
  }

  /// The same byte by byte, as most messages can be read. - Returns: `nil` for a text with other letters.
  static func cutASCII(_ text: String) -> [SaidWord]? {
    var copy = text
    return copy.withUTF8 { bytes in
      guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
      var words: [SaidWord] = []
      words.reserveCapacity(16)
      var start = 0
      while start < bytes.count {
        guard !isSpace(bytes[start]) else {
          start += 1
          continue
        }
        var end = start
        while end < bytes.count, !isSpace(bytes[end]) { end += 1 }
        appendASCII(start..<end, of: bytes, in: text, to: &words)
        start = end
      }
      return words
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  private static func isMark(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: "!"), UInt8(ascii: "?"), UInt8(ascii: ";"),
      UInt8(ascii: ":"), UInt8(ascii: "\""), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "'"):
      true
    default: false
    }
  }

  private static func appendASCII(
    _ range: Range<Int>, of text: UnsafeBufferPointer<UInt8>, in whole: String, to words: inout [SaidWord]
  ) {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, isMark(text[start]) { start += 1 }
    while start < end, isMark(text[end - 1]) { end -= 1 }
    guard start < end else { return }
    let utf8 = whole.utf8
    func add(_ range: Range<Int>, _ folded: String) {
      let first = utf8.index(utf8.startIndex, offsetBy: range.lowerBound)
      words.append(SaidWord(range: first..<utf8.index(first, offsetBy: range.count), folded: folded))
    }
    if let short = shortened(lower(text, start..<end)), end - start > short.letters {
      add(start..<end - short.letters, lower(text, start..<end - short.letters))
      return add(end - short.letters..<end, short.word)
    }
    let apostrophe = UInt8(ascii: "'")
    let isOwner = text[end - 1] | 0x20 == UInt8(ascii: "s")
    if end - start > 2, isOwner, text[end - 2] == apostrophe || text[end - 2] == 0x60,
      case let owner = lower(text, start..<end - 2, trimsDot: true), !owner.isEmpty
    {
      add(start..<end - 2, owner)
      add(end - 2..<end, "'s")
    } else if range.upperBound > end, text[end] == apostrophe, isOwner {
      add(start..<end, lower(text, start..<end))
      add(end..<end + 1, "'s")
    } else {
      add(start..<end, lower(text, start..<end))
    }
  }

  /// "I'm", "they've", "he's" are two words: what the second stands for, and its letters.
  private static func shortened(_ word: String) -> (letters: Int, word: String)? {
    switch word {
    case "i'm": (2, "am")
    case "im": (1, "am")
    case "he's", "she's": (2, "is")
    case _ where word.hasSuffix("'ve") && word.count > 3: (3, "have")
    case _ where word.hasSuffix("'re") && word.count > 3: (3, "are")
    default: nil
    }
  }

  /// As `Normaliser` has a word of plain letters.
  private static func lower(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, trimsDot: Bool = false) -> String {
    var range = range
    if trimsDot, range.count > 1, text[range.upperBound - 1] == UInt8(ascii: ".") {
      range = range.lowerBound..<range.upperBound - 1
    }
    return String(unsafeUninitializedCapacity: range.count) { out in
      var count = 0
      for place in range {
        let byte = text[place]
        switch byte {
        case 0..<0x20, 0x7F: continue
        case 0x60: out[count] = 0x27
        case 0x41...0x5A: out[count] = byte | 0x20
        default: out[count] = byte
        }
        count += 1
      }
      return count
    }
  }

  private static let marks: Set<Character> = [
    ".", ",", "!", "?", ";", ":", "\"", "(", ")", "“", "”", "।", "…", "'", "’", "‘",
  ]

  private static func append(_ range: Range<String.Index>, of text: String, to words: inout [SaidWord]) {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, marks.contains(text[start]) { start = text.index(after: start) }
    while start < end, marks.contains(text[text.index(before: end)]) { end = text.index(before: end) }
    guard start < end else { return }
    let word = text[start..<end]
    let lower = Normaliser.normalise(String(word))
    if let short = shortened(lower), word.count > short.letters {
      let cut = text.index(end, offsetBy: -short.letters)
      words.append(SaidWord(range: start..<cut, folded: folded(String(text[start..<cut]))))
      words.append(SaidWord(range: cut..<end, folded: short.word))
    } else if lower.hasSuffix("'s"), lower.count > 2 {
      let cut = text.index(end, offsetBy: -2)
      words.append(SaidWord(range: start..<cut, folded: folded(String(text[start..<cut]))))
      words.append(SaidWord(range: cut..<end, folded: "'s"))
    } else if range.upperBound > end, "'’".contains(text[end]), lower.hasSuffix("s") {
      // "my parents' house"
      words.append(SaidWord(range: start..<end, folded: folded(lower)))
      words.append(SaidWord(range: end..<text.index(after: end), folded: "'s"))
    } else {
      words.append(SaidWord(range: start..<end, folded: folded(lower)))
    }
  }

  static func folded(_ word: String) -> String {
    let lower = Normaliser.normalise(word)
    return lower.hasSuffix(".") ? String(lower.dropLast()) : lower
  }
}
