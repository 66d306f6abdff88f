import Base
import Formats

/// The words of one language that the readers know, from `Intents/<language>/words.yaml`.
final class Lexicon: Sendable {
  /// Phrases by the hash of their words → a place in `meanings`.
  let phrases: HashTable
  /// First word → the longest phrase that begins with it, in words.
  let longest: HashTable
  /// Readings of the same words; each a sequence ("nimidathil" is minute and hence).
  let meanings: [[[Concept]]]
  let stems: [(stem: [UInt8], meaning: Int32)]
  /// Family words → a place in `kin`.
  let family: HashTable
  let kin: [Kin]
  let fillers: HashTable
  /// Small words that alone are no value ("it", "ki"), and at the end of one do not belong to it.
  let small: HashTable
  /// Calling, meeting, giving: the person beside such a word is its object.
  let meeting: HashTable
  struct Kin: Sendable {
    /// In English: "mother".
    var relation: String
    /// Without endings, as one writes a name: "Amma" for "ammavukku".
    var called: String
  }

  /// Romanised languages are looked up by skeleton.
  let isRomanised: Bool
  /// First letters of stems: most words share none.
  private let stemStarts: HashTable

  init(
    phrases: HashTable = HashTable(), longest: HashTable = HashTable(), meanings: [[[Concept]]] = [],
    stems: [(stem: [UInt8], meaning: Int32)] = [], family: HashTable = HashTable(), kin: [Kin] = [],
    fillers: HashTable = HashTable(), small: HashTable = HashTable(), meeting: HashTable = HashTable(),
    isRomanised: Bool = false
  ) {
    self.phrases = phrases
    self.longest = longest
    self.meanings = meanings
    self.stems = stems
    self.family = family
    self.kin = kin
    self.fillers = fillers
    self.small = small
    self.meeting = meeting
    self.isRomanised = isRomanised
    var starts = HashTable()
    for (stem, _) in stems { starts.insert(Hash.bytes(stem.prefix(3))) }
    stemStarts = starts
  }

  convenience init(_ node: YAMLNode, isRomanised: Bool) throws {
    try node.onlyKeys([
      "words", "numbers", "family", "fillers", "small", "meeting", "questions", "openers", "requests", "endings",
      "denials", "forbidding",
    ])
    var builder = Builder(isRomanised: isRomanised)
    for (key, value) in try node["words"]?.mapping() ?? [] {
      guard let name = key.string else { throw key.error("a concept") }
      var sequence: [Concept] = []
      // words that say nothing of this kind, whatever a part of them says alone: "कर दो" is no two
      for part in name.split(separator: "+") where part != "none" {
        guard let concept = Concept(name: String(part)) else { throw key.error("a known concept, not “\(part)”") }
        sequence.append(concept)
      }
      for word in try Self.list(value) { builder.add(word, sequence) }
    }
    for (key, value) in try node["numbers"]?.mapping() ?? [] {
      guard let number = key.double else { throw key.error("a number") }
      for word in try Self.list(value) { builder.add(word, [Concept(.number, number)]) }
    }
    for (key, value) in try node["family"]?.mapping() ?? [] {
      let relation = try key.string(expecting: "a relation such as mother")
      builder.add(relation: relation, try Self.list(value))
    }
    self.init(
      phrases: builder.phrases, longest: builder.longest, meanings: builder.meanings, stems: builder.stems,
      family: builder.family, kin: builder.kin, fillers: try builder.keys(node["fillers"]),
      small: try builder.keys(node["small"]), meeting: try builder.keys(node["meeting"]), isRomanised: isRomanised)
  }

  private struct Builder {
    let isRomanised: Bool
    var phrases = HashTable()
    var longest = HashTable()
    var meanings: [[[Concept]]] = []
    var stems: [(stem: [UInt8], meaning: Int32)] = []
    var family = HashTable()
    var kin: [Kin] = []

    init(isRomanised: Bool) { self.isRomanised = isRomanised }

    func key(_ token: Sentence.Token) -> UInt64 { isRomanised ? token.skeleton : token.hash }

    mutating func add(_ word: String, _ sequence: [Concept]) {
      if word.utf8.last == UInt8(ascii: "*") {
        let sentence = Sentence(String(word.dropLast()))
        guard let token = sentence.tokens.first else { return }
        stems.append((Array(sentence.folded[token.foldedSpan]), Int32(meanings.count)))
        meanings.append([sequence])
        return
      }
      let tokens = Sentence(word).tokens
      guard let first = tokens.first else { return }
      let whole = tokens.reduce(0) { Hash.pair($0, key($1)) }
      if let known = phrases[whole] {
        meanings[Int(known)].append(sequence)
      } else {
        phrases.set(whole, Int32(meanings.count))
        meanings.append([sequence])
      }
      longest.set(key(first), max(longest[key(first)] ?? 0, Int32(tokens.count)))
    }

    mutating func add(relation: String, _ words: [String]) {
      for word in words {
        guard let token = Sentence(word).tokens.first else { continue }
        let bare = words.filter { word.hasPrefix($0) }.min { $0.utf8.count < $1.utf8.count } ?? word
        let called = bare == relation ? bare : bare.prefix(1).uppercased() + bare.dropFirst()
        family.set(key(token), Int32(kin.count))
        kin.append(Kin(relation: relation, called: called))
      }
    }

    func keys(_ node: YAMLNode?) throws -> HashTable {
      var keys = HashTable()
      for word in try node.map(Lexicon.list) ?? [] { for token in Sentence(word).tokens { keys.insert(key(token)) } }
      return keys
    }
  }

  /// `a, b, c` or a YAML list.
  static func list(_ node: YAMLNode) throws -> [String] {
    if node.sequence != nil { return try node.strings() }
    return try node.string(expecting: "words with commas between").split(separator: ",").map { part in
      String(part.drop { $0 == " " || $0 == "\n" })
    }
  }

  func key(_ token: Sentence.Token) -> UInt64 { isRomanised ? token.skeleton : token.hash }

  /// The longest phrase that begins at a token.
  func match(_ sentence: Sentence, at index: Int) -> (length: Int, readings: [[Concept]])? {
    let first = sentence.tokens[index]
    if let most = longest[key(first)] {
      var length = min(Int(most), sentence.tokens.count - index)
      while length > 0 {
        var whole: UInt64 = 0
        for place in index..<(index + length) { whole = Hash.pair(whole, key(sentence.tokens[place])) }
        if let meaning = phrases[whole] { return (length, meanings[Int(meaning)]) }
        length -= 1
      }
    }
    guard first.kind == .word, !stems.isEmpty else { return nil }
    let bytes = sentence.folded[first.foldedSpan]
    guard stemStarts.contains(Hash.bytes(bytes.prefix(3))) else { return nil }
    for (stem, meaning) in stems where bytes.starts(with: stem) { return (1, meanings[Int(meaning)]) }
    return nil
  }

  func kin(_ token: Sentence.Token) -> Kin? { family[key(token)].map { kin[Int($0)] } }
  func isSmall(_ token: Sentence.Token) -> Bool { small.contains(key(token)) }
  func meets(_ token: Sentence.Token) -> Bool { meeting.contains(key(token)) }
  func isFiller(_ token: Sentence.Token) -> Bool { fillers.contains(key(token)) }
}
