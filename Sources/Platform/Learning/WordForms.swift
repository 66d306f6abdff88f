import Text

/// A text as the classifier sees it: normalised words, in UTF-8, and what stands between them.
///
/// A word is a run of letters, digits, apostrophes and combining signs of any script.
struct WordForms: Sendable {
  /// Long texts are pasted, not said; the beginning carries the wish.
  static let wordLimit = 256
  static let byteLimit = 144

  var words: [[UInt8]] = []
  /// Before each word, spaces included.
  private var gaps: [[UInt8]] = []
  private var tail: [UInt8] = []

  init(_ text: String) {
    let bytes = Normaliser.bytes(text)
    var start: Int?
    var end = 0
    for index in 0...bytes.count {
      let isInside = index < bytes.count && Self.isWord(bytes[index])
      if isInside {
        start = start ?? index
      } else if let first = start {
        gaps.append(Array(bytes[end..<first]))
        words.append(Array(bytes[first..<min(index, first + Self.byteLimit)]))
        end = index
        if words.count == Self.wordLimit { return }
        start = nil
      }
    }
    tail = Array(bytes[end...])
  }

  /// Every byte of a letter outside ASCII counts; so do its rarer punctuation signs, which is harmless.
  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "'"), 0x80...: true
    default: false
    }
  }

  /// The normalised text with the words as they are now.
  var text: String {
    String(decoding: zip(gaps, words).flatMap { $0 + $1 } + tail, as: UTF8.self)
  }
}
