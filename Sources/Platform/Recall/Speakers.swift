import Text

/// Who speaks in an index, and how they are named.
struct Speakers {
  /// By the hash of their name as a word.
  private var numbers: [UInt32: UInt32] = [:]

  mutating func add(_ name: String) {
    // People are called by their first name.
    guard let word = Self.words(name).first else { return }
    numbers[word.hash] = RecallRows.number(name)
  }

  /// The one person a question is about; `nil` when it names nobody or several.
  func named(in question: String, asker: String?, _ known: RecallWords) -> UInt32? {
    var found: Set<UInt32> = []
    for word in Self.words(question) {
      if let number = numbers[word.hash] { found.insert(number) }
      if let asker, known.isOwn(word.hash) { found.insert(RecallRows.number(asker)) }
    }
    return found.count == 1 ? found.first : nil
  }

  /// The text without anybody's name.
  func cut(from text: String) -> String {
    let words = Self.words(text)
    guard words.contains(where: { numbers[$0.hash] != nil }) else { return text }
    var kept = ""
    var end = text.startIndex
    for word in words where numbers[word.hash] != nil {
      kept += text[end..<word.range.lowerBound]
      end = word.range.upperBound
      let rest = text[end...]
      if rest.hasPrefix("'s") || rest.hasPrefix("’s") { end = text.index(end, offsetBy: 2) }
    }
    kept += text[end...]
    return kept.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  private static func words(_ text: String) -> [(hash: UInt32, range: Range<String.Index>)] {
    var found: [(hash: UInt32, range: Range<String.Index>)] = []
    var start: String.Index?
    func end(_ index: String.Index) {
      guard let from = start else { return }
      found.append((TermReader.hash(Normaliser.bytes(String(text[from..<index]))), from..<index))
      start = nil
    }
    for index in text.indices {
      if text[index].isLetter || text[index].isNumber { start = start ?? index } else { end(index) }
    }
    end(text.endIndex)
    return found
  }
}
