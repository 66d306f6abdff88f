import Formats
import Text

/// The words of one language that the grammar of amounts knows, from `Intents/<language>/amounts.yaml` and what
/// `words.yaml` says about numbers.
final class AmountWords: Sendable {
  /// Every beginning of a phrase by the hash of its words → a place in `meanings`, or `beginning`.
  let phrases: HashTable
  /// Words that count only as written ("MB", not "mb") by the hash of their bytes → a place in `meanings`.
  let written: HashTable
  let meanings: [[AmountConcept]]
  /// Endings that make an ordinal of a number's word, in a script that writes them on: "वां".
  let endings: [Ending]
  /// Romanised languages are looked up by skeleton.
  let isRomanised: Bool

  static let beginning: Int32 = -1

  struct Ending: Sendable {
    var bytes: [UInt8]
    /// What the number ends with when it stands alone.
    var instead: [UInt8]
  }

  init(phrases: HashTable, written: HashTable, meanings: [[AmountConcept]], endings: [Ending], isRomanised: Bool) {
    self.phrases = phrases
    self.written = written
    self.meanings = meanings
    self.endings = endings
    self.isRomanised = isRomanised
  }

  /// The longest phrase that begins at a token.
  func match(_ sentence: Sentence, at index: Int) -> (length: Int, meaning: [AmountConcept])? {
    let first = sentence.tokens[index]
    if written.count > 0, let meaning = written[Hash.bytes(sentence.text[first.span])] {
      return (1, meanings[Int(meaning)])
    }
    var best: (Int, [AmountConcept])?
    var whole: UInt64 = 0
    var place = index
    while place < sentence.tokens.count {
      let token = sentence.tokens[place]
      whole = Hash.pair(whole, isRomanised ? token.skeleton : token.hash)
      guard let meaning = phrases[whole] else { break }
      place += 1
      if meaning != Self.beginning { best = (place - index, meanings[Int(meaning)]) }
    }
    return best ?? ordinal(first, in: sentence).map { (1, [$0]) }
  }

  /// "पच्चीसवां" is 25 and its ending.
  private func ordinal(_ token: Sentence.Token, in sentence: Sentence) -> AmountConcept? {
    guard !endings.isEmpty, token.kind == .word, token.script != .latin else { return nil }
    let bytes = sentence.folded[token.foldedSpan]
    for ending in endings
    where bytes.count > ending.bytes.count && bytes.suffix(ending.bytes.count).elementsEqual(ending.bytes) {
      let stem = bytes.dropLast(ending.bytes.count) + ending.instead
      guard let place = phrases[Hash.pair(0, Hash.bytes(stem))], place != Self.beginning else {
        continue
      }
      for concept in meanings[Int(place)] where concept.kind == .number || concept.kind == .scale {
        return AmountConcept(.ordinal, concept.value)
      }
    }
    return nil
  }

  struct Builder {
    let isRomanised: Bool
    private var phrases = HashTable(capacity: 256)
    private var written = HashTable()
    private var meanings: [[AmountConcept]] = []
    private var endings: [Ending] = []

    init(isRomanised: Bool) { self.isRomanised = isRomanised }

    /// - Parameter phrase: one or more words; `=` in front asks for the very letters.
    mutating func add(_ phrase: String, _ concept: AmountConcept) {
      let isWritten = phrase.utf8.first == UInt8(ascii: "=") && phrase.utf8.count > 1
      if isWritten {
        add(Hash.bytes(phrase.utf8.dropFirst()), concept, to: \.written)
        return
      }
      var whole: UInt64 = 0
      let tokens = Sentence(phrase).tokens
      if concept.kind == .ending, tokens.first?.script != .latin {
        // `ு/ாவது`: stands instead of the vowel that ends the number.
        let parts = phrase.split(separator: "/").map { Sentence(String($0)).folded }
        if let ending = parts.last { endings.append(Ending(bytes: ending, instead: parts.count > 1 ? parts[0] : [])) }
        if parts.count > 1 { return }
      }
      for (place, token) in tokens.enumerated() {
        whole = Hash.pair(whole, isRomanised ? token.skeleton : token.hash)
        if place == tokens.count - 1 {
          add(whole, concept, to: \.phrases)
        } else if phrases[whole] == nil {
          phrases.set(whole, AmountWords.beginning)
        }
      }
    }

    private mutating func add(_ key: UInt64, _ concept: AmountConcept, to table: WritableKeyPath<Builder, HashTable>) {
      if let known = self[keyPath: table][key], known != AmountWords.beginning {
        if !meanings[Int(known)].contains(concept) { meanings[Int(known)].append(concept) }
      } else {
        self[keyPath: table].set(key, Int32(meanings.count))
        meanings.append([concept])
      }
    }

    func finished() -> AmountWords {
      AmountWords(phrases: phrases, written: written, meanings: meanings, endings: endings, isRomanised: isRomanised)
    }
  }
}

/// Everything the grammar of amounts knows: units once, words by language.
struct AmountLibrary: Sendable {
  private(set) var units: [AmountUnit] = []
  private(set) var words: [Language: AmountWords] = [:]
  private var places: [String: Int] = [:]
  private var builders: [Language: AmountWords.Builder] = [:]

  init() {}

  init(units: [AmountUnit], words: [Language: AmountWords]) {
    self.units = units
    self.words = words
  }

  // MARK: Files

  /// What `words.yaml` knows about numbers.
  mutating func addWords(_ node: YAMLNode, _ language: Language) throws {
    var builder = builder(language)
    for (key, value) in try node["numbers"]?.mapping() ?? [] {
      guard let number = key.double else { continue }
      for word in try Lexicon.list(value) { builder.add(word, AmountConcept(.number, number)) }
    }
    for (key, value) in try node["words"]?.mapping() ?? [] {
      guard let name = key.string, !name.contains("+"), let concept = Concept(name: name).flatMap(AmountConcept.init)
      else { continue }
      for word in try Lexicon.list(value) where !word.hasSuffix("*") { builder.add(word, concept) }
    }
    builders[language] = builder
    words[language] = builder.finished()
  }

  mutating func add(_ node: YAMLNode, _ language: Language) throws {
    try node.onlyKeys(["measures", "currencies", "portions", "grammar", "units"])
    try declare(node)
    var builder = builder(language)
    for (key, value) in try node["grammar"]?.mapping() ?? [] {
      guard let name = key.string, let concept = AmountConcept(name: name) else {
        throw key.error("a concept of the grammar of amounts, such as minus")
      }
      for word in try Lexicon.list(value) { builder.add(word, concept) }
    }
    for (key, value) in try node["units"]?.mapping() ?? [] {
      guard let place = try unit(key) else { throw key.error("a declared unit") }
      for word in try Lexicon.list(value) {
        let isWeak = word.utf8.first == UInt8(ascii: "~")
        builder.add(isWeak ? String(word.dropFirst()) : word, AmountConcept(isWeak ? .weakUnit : .unit, Double(place)))
      }
    }
    builders[language] = builder
    words[language] = builder.finished()
  }

  private func builder(_ language: Language) -> AmountWords.Builder {
    builders[language] ?? AmountWords.Builder(isRomanised: language.isLatin && language != .english)
  }

  private mutating func declare(_ node: YAMLNode) throws {
    for (key, value) in try node["measures"]?.mapping() ?? [] {
      guard let measure = key.string.flatMap(AmountUnit.Measure.init(name:)), measure != .money else {
        throw key.error("a measure such as length")
      }
      for name in try Lexicon.list(value) { declare(AmountUnit(name: name, measure: measure)) }
    }
    for (key, value) in try node["currencies"]?.mapping() ?? [] {
      // `USD: United States dollar`; `USD?: Dollar` leaves open which dollar.
      let code = try key.string(expecting: "a code such as USD or USD?")
      for name in try Lexicon.list(value) {
        declare(
          AmountUnit(
            name: name, measure: .money, currency: String(code.prefix(3)), isCertain: !code.hasSuffix("?")))
      }
    }
    for (key, value) in try node["portions"]?.mapping() ?? [] {
      // `Inch: 12 Foot`
      let name = try key.string(expecting: "a unit")
      let parts = try value.string(expecting: "how many make which unit").split(separator: " ", maxSplits: 1)
      guard let place = places[name], parts.count == 2, let portion = Int(parts[0]), portion > 1,
        places[String(parts[1])] != nil
      else { throw value.error("how many make which declared unit, such as 12 Foot") }
      units[place].portion = portion
      units[place].larger = String(parts[1])
    }
  }

  /// The place of `Meter`, or of a new unit for `1000000 Euro`.
  private mutating func unit(_ key: YAMLNode) throws -> Int? {
    let name = try key.string(expecting: "a unit")
    if let place = places[name] { return place }
    let parts = name.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, let factor = Int(parts[0]), factor > 1, let place = places[String(parts[1])] else {
      return nil
    }
    var unit = units[place]
    unit.factor = factor
    places[name] = units.count
    units.append(unit)
    return units.count - 1
  }

  private mutating func declare(_ unit: AmountUnit) {
    guard places[unit.name] == nil else { return }
    places[unit.name] = units.count
    units.append(unit)
  }
}

extension AmountUnit.Measure {
  init?(name: String) {
    guard let measure = Self.allCases.first(where: { "\($0)" == name }) else { return nil }
    self = measure
  }
}
