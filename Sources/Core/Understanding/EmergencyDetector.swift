import Formats
package import Text

/// A call for help, found by phrases alone.
package struct EmergencyMatch: Sendable, Hashable {
  /// The group in `emergency_phrases.yaml`: fall, chest, breath, help …
  package var what: String
  package var language: Language
  /// UTF-8 offsets in the normalised text.
  package var span: Range<Int>
  package var text: String
}

/// Finds calls for help in every language at once, in time bounded by the length of the text, with no model.
///
/// A phrase counts at word boundaries, spelling folded; `..` in a phrase lets up to two words stand between; `=` in
/// front asks that the message be nothing else; `EmergencyPatterns` tells how one line stands for many. A negation just before or after in the same clause (words of
/// `negation_bridge` carry it further) and the group's `unless` phrases hold it back.
package struct EmergencyDetector: Sendable {
  struct Phrase: Sendable {
    var words: [UInt64]
    /// A gap of up to two words may follow the word at this index.
    var gaps: [Bool]
    var isWhole: Bool
    var group: Int
  }
  struct Group: Sendable {
    var what: String
    var language: Language
    var unless: [[UInt64]] = []
  }

  private(set) var phrases: [Phrase] = []
  private(set) var groups: [Group] = []
  /// What somebody said, read or saw ("he said").
  private(set) var reported: [[UInt64]] = []
  /// What looks like a negation and is none: "not well", "no one".
  private(set) var harmless: [[UInt64]] = []
  private(set) var before = HashTable()
  private(set) var after = HashTable()
  private(set) var fillers = HashTable()
  /// Words that carry a negation on: "no chest pain or *any kind of* breathing trouble".
  private(set) var bridge = HashTable()
  /// First word → the phrases and the reports that begin with it.
  private var phraseStarts: [UInt64: [Int32]] = [:]
  private var reportStarts: [UInt64: [Int32]] = [:]
  private var reportKnown = HashTable()
  /// Every word of a phrase or an excuse, to tell at once which stems are worth a look.
  private var known = HashTable()
  /// Word → the lists of patterns it stands in.
  private(set) var lists: [UInt64: [UInt64]] = [:]

  package init() {}

  init(before: HashTable, after: HashTable, fillers: HashTable, bridge: HashTable) {
    (self.before, self.after, self.fillers, self.bridge) = (before, after, fillers, bridge)
  }

  mutating func add(_ phrase: Phrase) {
    guard let first = phrase.words.first else { return }
    phraseStarts[first, default: []].append(Int32(phrases.count))
    for word in phrase.words { known.insert(word) }
    phrases.append(phrase)
  }

  mutating func add(_ group: Group) {
    groups.append(group)
    for word in group.unless.joined() { known.insert(word) }
  }

  /// Words that patterns say "one of these" about; in any number of parts.
  mutating func add(lists more: [UInt64: [UInt64]]) {
    for (word, keys) in more {
      known.insert(word)
      lists[word, default: []] += keys.filter { lists[word]?.contains($0) != true }
    }
  }

  mutating func add(harmless words: [UInt64]) { harmless.append(words) }

  mutating func add(reported words: [UInt64]) {
    guard let first = words.first else { return }
    reportStarts[first, default: []].append(Int32(reported.count))
    reportKnown.insert(first)
    reported.append(words)
  }

  mutating func add(_ node: YAMLNode, _ language: Language) throws {
    try node.onlyKeys([
      "words", "groups", "negation_before", "negation_after", "no_negation", "negation_bridge", "reported", "fillers",
      "evaluation", "everyday",
    ])
    func lines(_ node: YAMLNode?) -> [String] { node?.string?.split(separator: "\n").map(String.init) ?? [] }
    var patterns = try EmergencyPatterns(node["words"], language)
    for entry in try node.required("groups").sequence() {
      try entry.onlyKeys(["what", "phrases", "unless"])
      var group = Group(what: try entry.required("what").string(expecting: "a short name"), language: language)
      group.unless = try lines(entry["unless"]).flatMap { try patterns.excuses($0, at: entry) }.map { $0.map(\.key) }
      for line in lines(entry["phrases"]) {
        let isWhole = line.hasPrefix("=")
        for words in try patterns.phrases(isWhole ? String(line.dropFirst()) : line, at: entry) {
          add(Phrase(words: words.map(\.key), gaps: words.map(\.hasGap), isWhole: isWhole, group: groups.count))
        }
      }
      add(group)
    }
    add(lists: patterns.lists)
    for (key, path) in [
      ("negation_before", \Self.before), ("negation_after", \Self.after), ("fillers", \Self.fillers),
      ("negation_bridge", \Self.bridge),
    ] {
      guard let list = node[key] else { continue }
      for word in try Lexicon.list(list) {
        for token in Sentence(word).tokens { self[keyPath: path].insert(token.skeleton) }
      }
    }
    for line in lines(node["no_negation"]) { add(harmless: Sentence(line).tokens.map(\.skeleton)) }
    for line in lines(node["reported"]) { add(reported: Sentence(line).tokens.map(\.skeleton)) }
  }

  /// - Parameter text: as typed; it is normalised here.
  package func match(_ text: String) -> EmergencyMatch? { match(Sentence(text)) }

  package func match(_ sentence: Sentence) -> EmergencyMatch? {
    if case .alarm(let match) = judge(sentence) { match } else { nil }
  }

  enum Judgement {
    case calm
    case alarm(EmergencyMatch)
    /// The words are there, but denied, reported or excused: nobody else may raise the alarm for them.
    case heldBack
  }

  func judge(_ sentence: Sentence) -> Judgement {
    let tokens = sentence.tokens.indices.filter { sentence.tokens[$0].kind != .symbol }
    guard !tokens.isEmpty else { return .calm }
    let words = tokens.map { sentence.tokens[$0].skeleton }
    let keys = self.keys(sentence)
    // most messages have no word that any phrase or report begins with
    guard
      words.contains(where: { reportKnown.contains($0) })
        || keys.contains(where: { $0.contains(where: known.contains) })
    else { return .calm }
    // One guard for all: what somebody said, read or saw.
    for index in words.indices {
      for report in reportStarts[words[index]] ?? [] where Self.stands(reported[Int(report)], in: words, at: index) {
        return .heldBack
      }
    }
    var isHeldBack = false
    for start in words.indices {
      for number in keys[start].lazy.filter(known.contains).flatMap({ phraseStarts[$0] ?? [] }) {
        let phrase = phrases[Int(number)]
        guard let end = find(phrase, in: keys, at: start) else { continue }
        if phrase.isWhole, !isAlone(start..<end, words) { continue }
        if isNegated(start..<end, words, tokens) || isExcused(groups[phrase.group].what, keys) {
          isHeldBack = true
          continue
        }
        let range = tokens[start]..<(tokens[end - 1] + 1)
        let group = groups[phrase.group]
        return .alarm(
          EmergencyMatch(
            what: group.what, language: Self.language(group.language, sentence.tokens[tokens[start]].script),
            span: sentence.span(of: range), text: sentence.text(of: range)))
      }
    }
    return isHeldBack ? .heldBack : .calm
  }

  /// Whether any excuse stands in the message: "my phone fell". Asked only where the classifier wants to raise the alarm.
  func excuses(_ sentence: Sentence) -> Bool {
    let keys = self.keys(sentence)
    return groups.contains { isExcused($0.what, keys) }
  }

  /// Phrases count in both scripts of their language.
  private static func language(_ language: Language, _ script: Sentence.Script) -> Language {
    switch (language, script) {
    case (.tamil, .latin): .tamilLatin
    case (.tamilLatin, .tamil): .tamil
    case (.hindi, .latin): .hindiLatin
    case (.hindiLatin, .devanagari): .hindi
    default: language
    }
  }

  private func keys(_ sentence: Sentence) -> [[UInt64]] {
    sentence.tokens.filter { $0.kind != .symbol }.map {
      EmergencyPatterns.keys($0, in: sentence, known: known, lists: lists)
    }
  }

  /// Excuses of a kind hold in every language: people mix them.
  private func isExcused(_ what: String, _ keys: [[UInt64]]) -> Bool {
    groups.contains { group in
      group.what == what
        && group.unless.contains { unless in keys.indices.contains { Self.stands(unless, in: keys, at: $0) } }
    }
  }

  private func find(_ phrase: Phrase, in keys: [[UInt64]], at start: Int) -> Int? {
    var index = start
    for (place, word) in phrase.words.enumerated() {
      let slack = place > 0 && phrase.gaps[place - 1] ? 2 : 0
      guard let next = (index...(index + slack)).first(where: { $0 < keys.count && keys[$0].contains(word) }) else {
        return nil
      }
      // "no faintness at all": what is denied in between is not what is called for
      guard !keys[index..<next].contains(where: { $0.contains { before.contains($0) || after.contains($0) } }) else {
        return nil
      }
      index = next + 1
    }
    return index
  }

  private static func stands(_ phrase: [UInt64], in words: [UInt64], at index: Int) -> Bool {
    index + phrase.count <= words.count && zip(words[index...], phrase).allSatisfy { $0 == $1 }
  }

  private static func stands(_ phrase: [UInt64], in keys: [[UInt64]], at index: Int) -> Bool {
    index + phrase.count <= keys.count && zip(keys[index...], phrase).allSatisfy { $0.contains($1) }
  }

  private func isAlone(_ range: Range<Int>, _ words: [UInt64]) -> Bool {
    words.indices.allSatisfy {
      range.contains($0) || fillers.contains(words[$0]) || words[$0] == words[range.lowerBound]
    }
  }

  /// - Parameter tokens: where the words stand among all tokens; a mark between two ends the clause.
  private func isNegated(_ range: Range<Int>, _ words: [UInt64], _ tokens: [Int]) -> Bool {
    // a negation reaches three words far, and as far again as only words stand between that carry it on
    var index = range.lowerBound
    var isCarried = true
    while index > 0, isCarried || range.lowerBound - index < 3, range.lowerBound - index < Self.reach,
      tokens[index] == tokens[index - 1] + 1
    {
      index -= 1
      isCarried = isCarried && bridge.contains(words[index])
      if before.contains(words[index]), !harmless.contains(where: { Self.stands($0, in: words, at: index) }) {
        return true
      }
    }
    index = range.upperBound
    isCarried = true
    while index < words.count, isCarried || index - range.upperBound < 2, index - range.upperBound < Self.reach,
      tokens[index] == tokens[index - 1] + 1
    {
      if after.contains(words[index]) { return true }
      isCarried = isCarried && bridge.contains(words[index])
      index += 1
    }
    return false
  }

  private static let reach = 10
}
