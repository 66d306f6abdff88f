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
    let utf8 = text.utf8
    guard utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    var words: [SaidWord] = []
    words.reserveCapacity(16)
    var index = utf8.startIndex
    while index < utf8.endIndex {
      guard !isSpace(utf8[index]) else {
        index = utf8.index(after: index)
        continue
      }
      var end = index
      while end < utf8.endIndex, !isSpace(utf8[end]) { end = utf8.index(after: end) }
      appendASCII(index..<end, of: text, to: &words)
      index = end
    }
    return words
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

  private static func appendASCII(_ range: Range<String.Index>, of text: String, to words: inout [SaidWord]) {
    let utf8 = text.utf8
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, isMark(utf8[start]) { start = utf8.index(after: start) }
    while start < end, isMark(utf8[utf8.index(before: end)]) { end = utf8.index(before: end) }
    guard start < end else { return }
    let lower = Normaliser.normalise(String(text[start..<end]))
    if lower.utf8.count > 2, lower.utf8.suffix(2).elementsEqual("'s".utf8) {
      let cut = utf8.index(end, offsetBy: -2)
      words.append(SaidWord(range: start..<cut, folded: folded(String(text[start..<cut]))))
      words.append(SaidWord(range: cut..<end, folded: "'s"))
    } else if range.upperBound > end, utf8[end] == UInt8(ascii: "'"), lower.utf8.last == UInt8(ascii: "s") {
      words.append(SaidWord(range: start..<end, folded: lower))
      words.append(SaidWord(range: end..<utf8.index(after: end), folded: "'s"))
    } else {
      words.append(SaidWord(range: start..<end, folded: lower))
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
    if lower.hasSuffix("'s"), lower.count > 2 {
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
