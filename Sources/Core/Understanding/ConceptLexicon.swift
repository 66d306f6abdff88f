import Base
import Formats
package import Text

/// Tamil and Hindi words, in either script, and the English words they stand for: `Intents/lexicon/*.yaml`.
///
/// The encoder knows English only. `gloss` writes a message in English words as far as the lexicon knows them, for the
/// encoder to read; `concepts` gives the same words as hashes, for a classifier beside its letters.
package struct ConceptLexicon: Sendable {
  /// What was found of a message.
  package struct Reading: Sendable {
    package var english = ""
    /// One hash for every concept that was found, in order; the same in every run and every language.
    package var concepts: [UInt64] = []
    /// Words looked up, and those of them that were known or are English.
    package var words = 0
    package var known = 0
  }

  private var tamil = WordTable(.tamil)
  private var hindi = WordTable(.hindi)
  /// English of each concept, and its hash.
  private var english: [String] = [""]
  private var hashes: [UInt64] = [0]
  /// Hash → concept.
  private var places = HashTable(capacity: 2_048)
  /// Words that are English wherever they stand: no spelling of a Tamil or Hindi word is looked for in them.
  private var plain = HashTable(capacity: 4_096)
  /// Forms written in the files for one language, each counted once.
  package func count(_ tongue: SpellingFold.Tongue) -> Int { tongue == .tamil ? tamil.count : hindi.count }
  package var concepts: Int { english.count - 1 }

  package init() {}

  /// - Throws: `DataFileError` with file and line for the first mistake.
  package init(folder: String) throws {
    for name in IntentFiles.files(folder) {
      let path = "\(folder)/\(name)"
      try add(YAML.parse(IntentFiles.contents(path), file: path)) { throw $0 }
    }
  }

  /// What can be read of the files: one word that stands for two things must not cost all the others.
  ///
  /// - Parameter report: is told each mistake, with file and line.
  package init(folder: String, report: (any Error) -> Void) {
    for name in IntentFiles.files(folder) {
      let path = "\(folder)/\(name)"
      do {
        try add(YAML.parse(IntentFiles.contents(path), file: path)) { report($0) }
      } catch {
        report(error)
      }
    }
  }

  // MARK: Reading the files

  /// - Parameter report: is told of a word that cannot be taken; what it throws ends the reading.
  mutating func add(_ node: YAMLNode, report: (DataFileError) throws -> Void) throws {
    try node.onlyKeys(["concepts", "tamil", "hindi", "plain"])
    for (key, value) in try node["concepts"]?.mapping() ?? [] {
      let concept = number(of: try key.string(expecting: "an English word"))
      let parts = try value.string(expecting: "words: Tamil; romanised Tamil; Hindi; romanised Hindi")
        .split(separator: ";", omittingEmptySubsequences: false)
      guard parts.count <= 4 else { throw value.error("at most four groups of words, divided by semicolons") }
      for (place, part) in parts.enumerated() {
        for word in Self.list(part) {
          do {
            if place < 2 { try tamil.add(word, concept) } else { try hindi.add(word, concept) }
          } catch .taken(let other) {
            try report(value.error("“\(word)” once; it already stands for “\(english[Int(other)])”"))
          } catch .empty {
            try report(value.error("a word, not “\(word)”"))
          }
        }
      }
    }
    for (key, path) in [("tamil", \Self.tamil), ("hindi", \Self.hindi)] {
      guard let section = node[key] else { continue }
      try section.onlyKeys(["nouns", "verbs"])
      for (kind, table) in [("nouns", \WordTable.nounEndings), ("verbs", \WordTable.verbEndings)] {
        for (gloss, endings) in try section[kind]?.mapping() ?? [] {
          let concept = number(of: try gloss.string(expecting: "English words"))
          for ending in Self.list(try endings.string(expecting: "endings")) {
            self[keyPath: path].addEnding(ending, concept, to: table)
          }
        }
      }
    }
    for word in try node["plain"].map(Lexicon.list) ?? [] { addPlain(word) }
  }

  private static func list(_ text: some StringProtocol) -> [String] {
    text.split(separator: ",").map { part in
      var part = part.drop { $0.isWhitespace }
      while part.last?.isWhitespace == true { part.removeLast() }
      return String(part)
    }
    .filter { !$0.isEmpty }
  }

  /// - Parameter words: "-" stands for nothing: fillers, and endings that only grammar needs.
  private mutating func number(of words: String) -> Int32 {
    if words == "-" { return 0 }
    let hash = Hash.pair(Hash.text("concept"), Hash.text(words))
    if let known = places[hash] { return known }
    places.set(hash, Int32(english.count))
    english.append(words)
    hashes.append(hash)
    addPlain(words)
    return Int32(english.count - 1)
  }

  private mutating func addPlain(_ words: String) {
    for token in Sentence(words).tokens where token.foldedSpan.count > 2 { plain.insert(token.hash) }
  }

  // MARK: Reading a message

  /// The message in English words as far as they are known; the others in Latin letters.
  package func gloss(_ text: String, language: Language) -> String { read(Sentence(text), language: language).english }

  /// - Parameter language: says what the Latin letters are; the other scripts speak for themselves.
  package func read(_ sentence: Sentence, language: Language) -> Reading {
    var reading = Reading()
    var words: [LatinWord?] = []
    words.reserveCapacity(sentence.tokens.count)
    for index in sentence.tokens.indices { words.append(self.word(sentence, index, language)) }
    var index = 0
    while index < sentence.tokens.count {
      let token = sentence.tokens[index]
      guard let word = words[index] else {
        reading.append(
          Transliteration.latin(sentence.folded(index)), isGlued: token.isGlued && token.kind != .word)
        index += 1
        continue
      }
      reading.words += 1
      let table = word.tongue == .tamil ? tamil : hindi
      if let found = table.longest(words, at: index, plain: plain) {
        say(found.concept, found.endings, &reading)
        reading.words += found.length - 1
        reading.known += found.length
        index += found.length
        continue
      }
      if word.isLatin, plain.contains(token.hash) { reading.known += 1 }
      reading.append(String(decoding: word.letters, as: UTF8.self), isGlued: false)
      index += 1
    }
    return reading
  }

  /// A word in Latin letters, as it is and without endings of nouns, the longest first.
  package func roots(of word: String, language: Language) -> [String] {
    let sentence = Sentence(word)
    guard sentence.tokens.count == 1, let latin = self.word(sentence, 0, language) else {
      return [Transliteration.latin(word)]
    }
    let table = latin.tongue == .tamil ? tamil : hindi
    return ([latin.letters] + table.withoutEndings(latin.loose)).map { String(decoding: $0, as: UTF8.self) }
  }

  private func say(_ concept: Int32, _ endings: [Int32], _ reading: inout Reading) {
    // What Tamil says behind a word English says before it: "veetukku" is "to home".
    for part in endings.reversed() + [concept] where part > 0 {
      reading.append(english[Int(part)], isGlued: false)
      reading.concepts.append(hashes[Int(part)])
    }
  }

  /// `nil` for numbers, symbols, and for Latin letters in an English message.
  private func word(_ sentence: Sentence, _ index: Int, _ language: Language) -> LatinWord? {
    let token = sentence.tokens[index]
    guard token.kind == .word else { return nil }
    switch token.script {
    case .tamil: return LatinWord(sentence, token, .tamil)
    case .devanagari: return LatinWord(sentence, token, .hindi)
    case .latin where language.base == "ta": return LatinWord(sentence, token, .tamil)
    case .latin where language.base == "hi": return LatinWord(sentence, token, .hindi)
    default: return nil
    }
  }
}

extension ConceptLexicon.Reading {
  fileprivate mutating func append(_ words: String, isGlued: Bool) {
    guard !words.isEmpty else { return }
    if !english.isEmpty, !isGlued { english += " " }
    english += words
  }
}
