import Text

/// Words that end or take away something: "cancel", "venam", "hatao". An intent that does so (`ends: true`) is never meant
/// where somebody only names a thing: "dolo tablet", "dr ramesh appointment".
struct Endings: Sendable {
  /// Beginnings of words, of all languages; Latin ones of up to three letters are whole words.
  private(set) var beginnings: Set<String> = []
  /// The same by their first byte: a sentence's words are looked up one by one.
  private var byFirst: [UInt8: [String]] = [:]
  /// The intents that need one of them.
  private(set) var intents: Set<String> = []

  init() {}

  init(beginnings: [String], intents: [String]) {
    self.intents = Set(intents)
    add(beginnings)
  }

  mutating func add(_ words: [String]) {
    for word in words where beginnings.insert(word).inserted {
      if let first = word.utf8.first { byFirst[first, default: []].append(word) }
    }
  }
  mutating func add(intent: String) { intents.insert(intent) }

  /// Whether a word of the sentence is one of them, or one with a slip of the finger: "cancle", "delte".
  func occur(in sentence: Sentence) -> Bool {
    sentence.tokens.indices.contains { index in
      sentence.tokens[index].kind == .word && isOne(sentence.folded(index))
    }
  }

  private func isOne(_ word: String) -> Bool {
    if beginnings.contains(word) { return true }
    guard let first = word.utf8.first, let near = byFirst[first] else { return false }
    return near.contains { beginning in
      let length = beginning.utf8.count
      return length > 3 && word.utf8.starts(with: beginning.utf8)
        || length > 4 && word.utf8.count > 4 && Self.isSlip(Array(word.utf8.prefix(length)), Array(beginning.utf8))
    }
  }

  /// Two letters changed places, or one is missing.
  private static func isSlip(_ word: [UInt8], _ meant: [UInt8]) -> Bool {
    guard let place = zip(word, meant).enumerated().first(where: { $0.element.0 != $0.element.1 })?.offset, place > 0
    else { return false }
    var swapped = word
    if place + 1 < word.count { swapped.swapAt(place, place + 1) }
    if swapped == meant { return true }
    return Array(word[place...].dropLast()) == Array(meant[(place + 1)...])
  }
}
