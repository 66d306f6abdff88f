import Base
import Formats

/// The words of one language that the readers know, from `Intents/<language>/words.yaml`.
struct Lexicon: Sendable {
  struct Meaning: Sendable {
    /// Readings of the same words; each a sequence ("nimidathil" is minute and hence).
    var readings: [[Concept]]
  }

  private(set) var phrases: [UInt64: Meaning] = [:]
  /// First word → the longest phrase that begins with it, in words.
  private(set) var longest: [UInt64: Int] = [:]
  private var stems: [(stem: [UInt8], readings: [[Concept]])] = []
  /// Family words → the relation in English ("mother").
  private(set) var family: [UInt64: String] = [:]
  private(set) var function: Set<UInt64> = []
  private(set) var fillers: Set<UInt64> = []
  /// Romanised languages are looked up by skeleton.
  let isRomanised: Bool

  init(isRomanised: Bool = false) { self.isRomanised = isRomanised }

  init(_ node: YAMLNode, isRomanised: Bool) throws {
    self.init(isRomanised: isRomanised)
    try node.onlyKeys(["words", "numbers", "family", "function", "fillers"])
    if let words = node["words"] {
      for (key, value) in try words.mapping() {
        guard let name = key.string else { throw key.error("a concept") }
        var sequence: [Concept] = []
        for part in name.split(separator: "+") {
          guard let concept = Concept(name: String(part)) else { throw key.error("a known concept, not “\(part)”") }
          sequence.append(concept)
        }
        for word in try Self.list(value) { add(word, sequence) }
      }
    }
    if let numbers = node["numbers"] {
      for (key, value) in try numbers.mapping() {
        guard let number = key.double else { throw key.error("a number") }
        for word in try Self.list(value) { add(word, [Concept(.number, number)]) }
      }
    }
    if let relations = node["family"] {
      for (key, value) in try relations.mapping() {
        let relation = try key.string(expecting: "a relation such as mother")
        for word in try Self.list(value) {
          for token in Sentence(word).tokens.prefix(1) { family[self.key(token)] = relation }
        }
      }
    }
    if let value = node["function"] { function = try keys(value) }
    if let value = node["fillers"] { fillers = try keys(value) }
  }

  private func keys(_ node: YAMLNode) throws -> Set<UInt64> {
    var keys: Set<UInt64> = []
    for word in try Self.list(node) {
      for token in Sentence(word).tokens { keys.insert(key(token)) }
    }
    return keys
  }

  /// `a, b, c` or a YAML list.
  static func list(_ node: YAMLNode) throws -> [String] {
    if node.sequence != nil { return try node.strings() }
    return try node.string(expecting: "words with commas between").split(separator: ",").map { part in
      String(part.drop { $0 == " " || $0 == "\n" })
    }
  }

  private mutating func add(_ word: String, _ sequence: [Concept]) {
    if word.utf8.last == UInt8(ascii: "*") {
      let sentence = Sentence(String(word.dropLast()))
      guard let token = sentence.tokens.first else { return }
      stems.append((Array(sentence.folded[token.foldedSpan]), [sequence]))
      return
    }
    let tokens = Sentence(word).tokens
    guard let first = tokens.first else { return }
    let whole = Self.hash(tokens[...], by: key)
    phrases[whole, default: Meaning(readings: [])].readings.append(sequence)
    longest[key(first)] = max(longest[key(first)] ?? 0, tokens.count)
  }

  func key(_ token: Sentence.Token) -> UInt64 { isRomanised ? token.skeleton : token.hash }

  static func hash(_ tokens: ArraySlice<Sentence.Token>, by key: (Sentence.Token) -> UInt64) -> UInt64 {
    var hash: UInt64 = 0
    for token in tokens { hash = Hash.pair(hash, key(token)) }
    return hash
  }

  /// The longest phrase that begins at a token.
  func match(_ sentence: Sentence, at index: Int) -> (length: Int, readings: [[Concept]])? {
    let first = sentence.tokens[index]
    if let most = longest[key(first)] {
      var length = min(most, sentence.tokens.count - index)
      while length > 0 {
        let whole = Self.hash(sentence.tokens[index..<(index + length)], by: key)
        if let meaning = phrases[whole] { return (length, meaning.readings) }
        length -= 1
      }
    }
    guard first.kind == .word, !stems.isEmpty else { return nil }
    let bytes = sentence.folded[first.foldedSpan]
    for (stem, readings) in stems where bytes.starts(with: stem) { return (1, readings) }
    return nil
  }

  func relation(_ token: Sentence.Token) -> String? { family[key(token)] }
  func isFunction(_ token: Sentence.Token) -> Bool { function.contains(key(token)) }
  func isFiller(_ token: Sentence.Token) -> Bool { fillers.contains(key(token)) }
}
