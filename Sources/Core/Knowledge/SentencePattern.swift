import Base
import Formats
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

/// A form of sentence: words, `(one|other)`, `[left out or not]`, and `{slots}`; `{subject+of}` is a slot in a case of the
/// language ("Amma's", "அம்மாவின்").
struct SentencePattern: Sendable {
  enum Part: Sendable {
    case words([[String]])
    case optional([[String]])
    case slot(String, ending: String?)
    /// A slot that holds one of these.
    case choice(String, [[String]])
  }

  let parts: [Part]
  /// Of each of these one stands in every sentence of this form, the rarest first; none where the form is all slots.
  let needed: [Set<String>]

  /// - Throws: what is wrong with it, with file and line.
  init(_ text: String, _ node: YAMLNode, _ cases: [String: (words: [[String]], endings: [String])]) throws {
    var parts: [Part] = []
    var rest = Substring(text)
    func inside(_ close: Character) throws -> Substring {
      guard let end = rest.firstIndex(of: close) else { throw node.error("\(close) is missing") }
      defer { rest = rest[rest.index(after: end)...] }
      return rest[rest.index(after: rest.startIndex)..<end]
    }
    func alternatives(_ text: Substring) -> [[String]] {
      text.split(separator: "|").map { SaidWord.cut(String($0)).map(\.folded) }.sorted { $0.count > $1.count }
    }
    while let first = rest.first {
      switch first {
      case " ": rest = rest.dropFirst()
      case "(": parts.append(.words(alternatives(try inside(")"))))
      case "[": parts.append(.optional(alternatives(try inside("]"))))
      case "{":
        let text = try inside("}")
        if let colon = text.firstIndex(of: ":") {
          guard text[..<colon] == "object" else { throw node.error("only {object:…} may list its words") }
          parts.append(.choice("object", alternatives(text[text.index(after: colon)...])))
          continue
        }
        let slot = text.split(separator: "+", maxSplits: 1).map(String.init)
        guard let name = slot.first, ["subject", "relation", "object", "other", "rest"].contains(name) else {
          throw node.error("a slot is {subject}, {relation}, {object}, {other} or {rest}")
        }
        if slot.count > 1, cases[slot[1]] == nil { throw node.error("there is no case \(slot[1]) in this file") }
        parts.append(.slot(name, ending: slot.count > 1 ? slot[1] : nil))
      default:
        let word = rest.prefix { !" ([{".contains($0) }
        rest = rest.dropFirst(word.count)
        parts.append(.words([SaidWord.cut(String(word)).map(\.folded)]))
      }
    }
    guard !parts.isEmpty else { throw node.error("a sentence was expected") }
    self.parts = parts
    needed =
      parts.compactMap { part -> Set<String>? in
        switch part {
        case .words(let all), .choice(_, let all): return all.contains([]) ? nil : Set(all.compactMap(\.last))
        case .optional, .slot: return nil
        }
      }.sorted { $0.count < $1.count }
  }
}

/// Matches one sentence against a form.
struct PatternMatch {
  let words: [SaidWord]
  let tongue: KnowledgeWords.Tongue
  /// Words that a slot holds, its case cut off; `ending` letters of the last word belong to the case.
  struct Slot: Equatable {
    var words: Range<Int>
    var ending = 0
  }
  private(set) var slots: [String: Slot] = [:]
  private(set) var relation: String?
  private(set) var end = 0
  private static let longest = ["subject": 6, "other": 6, "object": 16, "rest": 400]

  init(_ words: [SaidWord], _ tongue: KnowledgeWords.Tongue) {
    self.words = words
    self.tongue = tongue
  }

  /// - Parameter isTail: whether the words from one on are what a sentence may end with besides: a time.
  mutating func run(_ pattern: SentencePattern, isTail: (Int) -> Bool = { _ in false }) -> Bool {
    slots = [:]
    relation = nil
    return match(pattern.parts[...], 0, isTail)
  }

  private mutating func match(
    _ parts: ArraySlice<SentencePattern.Part>, _ at: Int, _ isTail: (Int) -> Bool
  ) -> Bool {
    guard let part = parts.first else {
      end = at
      return at == words.count || isTail(at)
    }
    let rest = parts.dropFirst()
    switch part {
    case .words(let all):
      for one in all where stands(one, at) { if match(rest, at + one.count, isTail) { return true } }
      return false
    case .optional(let all):
      for one in all where stands(one, at) { if match(rest, at + one.count, isTail) { return true } }
      return match(rest, at, isTail)
    case .choice(let name, let all):
      for one in all where stands(one, at) {
        slots[name] = Slot(words: at..<at + one.count)
        if match(rest, at + one.count, isTail) { return true }
      }
      return false
    case .slot("relation", _):
      guard at < words.count else { return false }
      for (phrase, name) in tongue.relations[words[at].folded] ?? [] where stands(phrase, at) {
        let before = relation
        relation = name
        if match(rest, at + phrase.count, isTail) { return true }
        relation = before
      }
      return false
    case .slot(let name, let ending):
      return matchOpen(name, ending, rest, at, isTail)
    }
  }

  private mutating func matchOpen(
    _ name: String, _ ending: String?, _ rest: ArraySlice<SentencePattern.Part>, _ at: Int, _ isTail: (Int) -> Bool
  ) -> Bool {
    let limit = min(words.count - at, Self.longest[name] ?? 8)
    guard limit > 0 else { return false }
    let before = slots[name]
    for count in 1...limit {
      for (slot, next) in forms(at..<at + count, ending) {
        slots[name] = slot
        if match(rest, next, isTail) { return true }
      }
    }
    slots[name] = before
    return false
  }

  /// What the words may stand for in a case, and where the sentence goes on.
  private func forms(_ range: Range<Int>, _ ending: String?) -> [(Slot, Int)] {
    guard let ending, let form = tongue.cases[ending] else { return [(Slot(words: range), range.upperBound)] }
    var found: [(Slot, Int)] = []
    let last = words[range.upperBound - 1].folded
    // "my", "his" are the case themselves
    if ending == "of", range.count == 1, tongue.mine.contains(last) || tongue.theirs.contains(last) {
      found.append((Slot(words: range), range.upperBound))
    }
    for phrase in form.words where stands(phrase, range.upperBound) {
      found.append((Slot(words: range), range.upperBound + phrase.count))
    }
    if let tail = form.endings.first(where: { last.hasSuffix($0) && last.count > $0.count + 1 }) {
      found.append((Slot(words: range, ending: tail.count), range.upperBound))
    }
    return found
  }

  private func stands(_ phrase: [String], _ at: Int) -> Bool {
    guard at + phrase.count <= words.count else { return false }
    for (offset, word) in phrase.enumerated() where words[at + offset].folded != word { return false }
    return true
  }
}
