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
/// front asks that the message be nothing else; `EmergencyPatterns` tells how one line stands for many. What holds it back
/// stands in the same clause (`EmergencyClauses`): a negation just before or after (words of `negation_bridge` carry it
/// further), a past that is over ("kal … tha"), the group's `unless` phrases.
package struct EmergencyDetector: Sendable {
  struct Phrase: Sendable {
    var words: [UInt64]
    /// A gap of up to two words may follow the word at this index.
    var gaps: [Bool]
    var isWhole: Bool
    var group: Int
  }
  /// Words in order; up to two others may stand behind those with a gap.
  struct Frame: Sendable {
    var words: [UInt64]
    var gaps: [Bool]
  }
  struct Group: Sendable {
    var what: String
    var language: Language
    var unless: [Frame] = []
    /// What must be said as well, anywhere in the message: a high blood pressure is a call beside a complaint.
    var with: [Frame] = []
  }

  private(set) var phrases: [Phrase] = []
  private(set) var signs: [Sign] = []
  private(set) var groups: [Group] = []
  /// What somebody said, read or saw ("he said").
  private(set) var reported: [Frame] = []
  /// When it was ("last month", "as a child"): with a word of `past` behind the phrase it is over …
  private(set) var pastTimes: [Frame] = []
  /// … unless it goes on ("ab bhi").
  private(set) var still: [Frame] = []
  /// What looks like a negation and is none: "not well", "no one".
  private(set) var harmless: [[UInt64]] = []
  private var harmlessWords: Set<UInt64> = []
  private(set) var before = HashTable()
  private(set) var after = HashTable()
  private(set) var fillers = HashTable()
  /// Words that carry a negation on: "no chest pain or *any kind of* breathing trouble".
  private(set) var bridge = HashTable()
  /// "but": what was said before it is one thing, what follows another.
  private(set) var ends = HashTable()
  /// "and": only what carries a negation on takes it past this.
  private(set) var joins = HashTable()
  /// "tha": what stands before is over.
  private(set) var past = HashTable()
  /// "had", "when did": what stands right behind is over. Of languages whose verb comes first.
  private(set) var pastBefore = HashTable()
  /// First word → the phrases and the reports that begin with it.
  private var phraseStarts: [UInt64: [Int32]] = [:]
  private var reportStarts: [UInt64: [Int32]] = [:]
  /// Every word of a phrase or an excuse, to tell at once which stems are worth a look.
  private var known = HashTable()
  /// Words of English, which are no loose spellings of another language's.
  private(set) var english = HashTable()
  /// How romanised phrases write their words.
  private(set) var spelled = HashTable()
  /// Word → the lists of patterns it stands in.
  private(set) var lists: [UInt64: [UInt64]] = [:]
  /// The ranges of numbers that phrases ask for, and their keys.
  private(set) var ranges: Set<ClosedRange<Int>> = []
  private var rangeKeys: Set<UInt64> = []
  /// What was worked out of words that were said before; another one as soon as a word is added.
  private var seen = SeenWords()

  package init() {}

  init(
    before: HashTable, after: HashTable, fillers: HashTable, bridge: HashTable, past: HashTable, ends: HashTable,
    joins: HashTable, pastBefore: HashTable
  ) {
    (self.before, self.after, self.fillers, self.bridge, self.past) = (before, after, fillers, bridge, past)
    (self.ends, self.joins, self.pastBefore) = (ends, joins, pastBefore)
  }

  mutating func add(_ phrase: Phrase) {
    guard let first = phrase.words.first else { return }
    seen = SeenWords()
    phraseStarts[first, default: []].append(Int32(phrases.count))
    for word in phrase.words { known.insert(word) }
    phrases.append(phrase)
  }

  mutating func add(_ sign: Sign) { signs.append(sign) }

  mutating func add(_ group: Group) {
    groups.append(group)
    know(group.unless + group.with)
  }

  mutating func add(ranges more: some Sequence<ClosedRange<Int>>) {
    ranges.formUnion(more)
    rangeKeys.formUnion(ranges.map(EmergencyPatterns.key))
  }

  /// Words that patterns say "one of these" about; in any number of parts.
  mutating func add(lists more: [UInt64: [UInt64]]) {
    seen = SeenWords()
    for (word, keys) in more {
      known.insert(word)
      lists[word, default: []] += keys.filter { lists[word]?.contains($0) != true }
    }
  }

  mutating func add(english words: [String]) {
    seen = SeenWords()
    for token in words.lazy.flatMap({ Sentence($0).tokens }) { english.insert(token.hash) }
  }

  /// What was compiled.
  mutating func add(english: HashTable, spelled: HashTable) {
    seen = SeenWords()
    (self.english, self.spelled) = (english, spelled)
  }

  mutating func add(harmless words: [UInt64]) {
    harmless.append(words)
    harmlessWords.formUnion(words)
  }

  mutating func add(reported frame: Frame) {
    guard let first = frame.words.first else { return }
    seen = SeenWords()
    reportStarts[first, default: []].append(Int32(reported.count))
    reported.append(frame)
    know([frame])
  }

  mutating func add(pastTimes: [Frame], still: [Frame]) {
    self.pastTimes += pastTimes
    self.still += still
    know(pastTimes + still)
  }

  private mutating func know(_ frames: [Frame]) {
    seen = SeenWords()
    for word in frames.lazy.flatMap(\.words) { known.insert(word) }
  }

  mutating func add(_ node: YAMLNode, _ language: Language) throws {
    try node.onlyKeys([
      "words", "groups", "negation_before", "negation_after", "no_negation", "negation_bridge", "clause_ends",
      "clause_joins", "reported", "past", "past_before", "past_times", "still", "fillers", "evaluation", "everyday",
    ])
    func lines(_ node: YAMLNode?) -> [String] { node?.string?.split(separator: "\n").map(String.init) ?? [] }
    var patterns = try EmergencyPatterns(node["words"], language)
    func frames(_ list: YAMLNode?, _ node: YAMLNode) throws -> [Frame] {
      try lines(list).flatMap { try patterns.excuses($0, at: node) }.map {
        Frame(words: $0.map(\.key), gaps: $0.map(\.hasGap))
      }
    }
    for entry in try node.required("groups").sequence() {
      try entry.onlyKeys(["what", "phrases", "unless", "with"])
      var group = Group(what: try entry.required("what").string(expecting: "a short name"), language: language)
      group.unless = try frames(entry["unless"], entry)
      group.with = try lines(entry["with"]).flatMap { try patterns.phrases($0, at: entry) }.map {
        Frame(words: $0.map(\.key), gaps: $0.map(\.hasGap))
      }
      for line in lines(entry["phrases"]) {
        let isWhole = line.hasPrefix("=")
        let tokens = Sentence(line).tokens
        // no word at all: each of its pictures is a call where nothing else is said
        if tokens.allSatisfy({ $0.kind == .symbol }), let sign = tokens.last {
          add(Sign(hash: sign.hash, group: groups.count))
          continue
        }
        for words in try patterns.phrases(isWhole ? String(line.dropFirst()) : line, at: entry) {
          add(Phrase(words: words.map(\.key), gaps: words.map(\.hasGap), isWhole: isWhole, group: groups.count))
        }
      }
      add(group)
    }
    for frame in try frames(node["reported"], node) { add(reported: frame) }
    add(pastTimes: try frames(node["past_times"], node), still: try frames(node["still"], node))
    add(lists: patterns.lists)
    add(ranges: patterns.ranges)
    for key in patterns.spelled.keys where key != 0 { spelled.insert(key) }
    for (key, path) in [
      ("negation_before", \Self.before), ("negation_after", \Self.after), ("fillers", \Self.fillers),
      ("negation_bridge", \Self.bridge), ("past", \Self.past), ("clause_ends", \Self.ends),
      ("clause_joins", \Self.joins), ("past_before", \Self.pastBefore),
    ] {
      guard let list = node[key] else { continue }
      for word in try Lexicon.list(list) {
        for token in Sentence(word).tokens { self[keyPath: path].insert(token.skeleton) }
      }
    }
    for line in lines(node["no_negation"]) { add(harmless: Sentence(line).tokens.map(\.skeleton)) }
  }

  /// - Parameter text: as typed; it is normalised here.
  package func match(_ text: String) -> EmergencyMatch? { match(Sentence(text)) }

  package func match(_ sentence: Sentence) -> EmergencyMatch? {
    if case .alarm(let match) = judge(sentence) { match } else { nil }
  }

  enum Judgement {
    case calm
    case alarm(EmergencyMatch)
    /// What is said is denied, reported, excused or over: nobody else may raise the alarm for it.
    ///
    /// - Parameter isCall: whether words of a call are there at all; "yesterday" alone holds back, too.
    case heldBack(isCall: Bool)
  }

  func judge(_ sentence: Sentence) -> Judgement {
    let tokens = sentence.tokens.indices.filter { sentence.tokens[$0].kind != .symbol }
    if let sign = sign(in: sentence) { return .alarm(sign) }
    guard !tokens.isEmpty else { return .calm }
    let looked = tokens.map { seen(sentence.tokens[$0], sentence) }
    // most messages have no word that any phrase or report begins with
    guard looked.contains(where: { !$0.phrases.isEmpty || !$0.reports.isEmpty }) else { return .calm }
    let words = tokens.map { sentence.tokens[$0].skeleton }
    let keys = looked.map(\.keys)
    let clauses = EmergencyClauses(words, tokens, ends)
    let reports = reports(looked, keys, words)
    var isHeldBack = false
    // "help" that is all of its clause, beside something that is held back
    var alone: EmergencyMatch?
    for start in words.indices {
      for number in looked[start].phrases {
        let phrase = phrases[Int(number)]
        guard let end = find(phrase, in: keys, at: start) else { continue }
        let clause = clauses.around(start..<end)
        let isAlone = phrase.isWhole && self.isAlone(start..<end, words, in: clause)
        if phrase.isWhole, !isAlone { continue }
        let group = groups[phrase.group]
        guard isAccompanied(group, words, keys, clauses) else { continue }
        if reports.contains(where: { clauses.covers($0, clause) })
          || isNegated(start..<end, words, in: clause) || isExcused(group, keys, in: clause)
          || isOver(start..<end, words, keys, in: clause)
        {
          isHeldBack = true
          continue
        }
        let range = tokens[start]..<(tokens[end - 1] + 1)
        let match = EmergencyMatch(
          what: group.what, language: Self.language(group.language, sentence.tokens[tokens[start]].script),
          span: sentence.span(of: range), text: sentence.text(of: range))
        guard phrase.isWhole, !self.isAlone(start..<end, words, in: words.indices) else { return .alarm(match) }
        alone = match
      }
    }
    if isHeldBack, let alone { return .alarm(alone) }
    if isHeldBack { return .heldBack(isCall: true) }
    guard !reports.isEmpty else { return .calm }
    return .heldBack(
      isCall: words.indices.contains { start in
        looked[start].phrases.contains { find(phrases[Int($0)], in: keys, at: start) != nil }
      })
  }

  /// Where somebody said, read or saw something.
  private func reports(_ looked: [SeenWords.Entry], _ keys: [[UInt64]], _ words: [UInt64]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    for index in looked.indices where !looked[index].reports.isEmpty && !isHarmless(index, words) {
      for report in looked[index].reports {
        if let end = Self.end(of: reported[Int(report)], in: keys, at: index, before: keys.count) {
          found.append(index..<end)
        }
      }
    }
    return found
  }

  /// Whether any excuse stands in the message: "my phone fell". Asked only where the classifier wants to raise the alarm.
  func excuses(_ sentence: Sentence) -> Bool {
    let keys = self.keys(sentence)
    return groups.contains { Self.isAny(of: $0.unless, in: keys, keys.indices) }
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
    sentence.tokens.filter { $0.kind != .symbol }.map { seen($0, sentence).keys }
  }

  private func seen(_ token: Sentence.Token, _ sentence: Sentence) -> SeenWords.Entry {
    func look() -> SeenWords.Entry {
      let keys = EmergencyPatterns.keys(
        token, in: sentence, known: known, lists: lists, ranges: ranges, spelled: spelled,
        isPlain: english.contains(token.hash))
      let begins = keys.filter(known.contains)
      return SeenWords.Entry(
        keys: keys, phrases: begins.flatMap { phraseStarts[$0] ?? [] },
        reports: begins.flatMap { reportStarts[$0] ?? [] })
    }
    guard token.kind == .word, token.foldedSpan.count <= SeenWords.longest else { return look() }
    return seen.entry(String(decoding: sentence.folded[token.foldedSpan], as: UTF8.self), look)
  }

  /// Excuses of a kind hold in every language, because people mix them; a single word excuses in its own alone: "doctor"
  /// beside a heart in Hindi must not excuse "chest pain, call the doctor".
  private func isExcused(_ call: Group, _ keys: [[UInt64]], in clause: Range<Int>) -> Bool {
    groups.contains { group in
      group.what == call.what
        && Self.isAny(
          of: group.unless.filter { $0.words.count > 1 || group.language.base == call.language.base }, in: keys, clause)
    }
  }

  /// Whether what a call of this kind needs beside it is said, and not denied: a complaint, the hour of night.
  private func isAccompanied(_ call: Group, _ words: [UInt64], _ keys: [[UInt64]], _ clauses: EmergencyClauses) -> Bool
  {
    let wanted = groups.filter { $0.what == call.what }.flatMap(\.with)
    guard !wanted.isEmpty else { return true }
    return words.indices.contains { start in
      wanted.contains { frame in
        guard let end = Self.end(of: frame, in: keys, at: start, before: words.count) else { return false }
        return !isNegated(start..<end, words, in: clauses.around(start..<end))
      }
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
      // "oxygen 97, pulse 82": the second number is of something else
      guard !rangeKeys.contains(word) || !keys[index..<next].contains(where: { $0.contains(EmergencyPatterns.number) })
      else { return nil }
      index = next + 1
    }
    return index
  }

  private static func stands(_ phrase: [UInt64], in words: [UInt64], at index: Int) -> Bool {
    index + phrase.count <= words.count && zip(words[index...], phrase).allSatisfy { $0 == $1 }
  }

  private static func isAny(of frames: [Frame], in keys: [[UInt64]], _ clause: Range<Int>) -> Bool {
    frames.contains { frame in clause.contains { end(of: frame, in: keys, at: $0, before: clause.upperBound) != nil } }
  }

  /// Behind the last word of a frame that begins there.
  private static func end(of frame: Frame, in keys: [[UInt64]], at start: Int, before limit: Int) -> Int? {
    var index = start
    for (place, word) in frame.words.enumerated() {
      let last = min(limit - 1, index + (place > 0 && frame.gaps[place - 1] ? 2 : 0))
      guard index <= last, let next = (index...last).first(where: { keys[$0].contains(word) }) else { return nil }
      index = next + 1
    }
    return index
  }

  private func isAlone(_ range: Range<Int>, _ words: [UInt64], in clause: Range<Int>) -> Bool {
    clause.allSatisfy {
      range.contains($0) || fillers.contains(words[$0]) || words[$0] == words[range.lowerBound]
    }
  }

  private func isNegated(_ range: Range<Int>, _ words: [UInt64], in clause: Range<Int>) -> Bool {
    // a negation reaches three words far, and as far again as only words stand between that carry it on
    func denies(_ places: some Sequence<Int>, _ negations: HashTable, _ near: Int) -> Bool {
      var (isCarried, isJoined) = (true, false)
      for (distance, index) in places.enumerated() {
        // "no strength and chest pain": what is joined is denied with it only where nothing else stands between
        guard isCarried || distance < near && !isJoined, distance < Self.reach else { return false }
        isJoined = isJoined || joins.contains(words[index])
        isCarried = isCarried && bridge.contains(words[index])
        if negations.contains(words[index]), !isHarmless(index, words) { return true }
      }
      return false
    }
    return denies((clause.lowerBound..<range.lowerBound).reversed(), before, 3)
      || denies(range.upperBound..<clause.upperBound, after, 2)
  }

  /// Whether the negation is part of what is none: "not well", "kam nahi".
  private func isHarmless(_ index: Int, _ words: [UInt64]) -> Bool {
    harmlessWords.contains(words[index])
      && harmless.contains { phrase in
        phrase.indices.contains {
          phrase[$0] == words[index] && index >= $0 && Self.stands(phrase, in: words, at: index - $0)
        }
      }
  }

  /// "gir gayi thi", and when that was, and no word that it goes on. What follows may be a call for itself.
  private func isOver(
    _ range: Range<Int>, _ words: [UInt64], _ keys: [[UInt64]], in clause: Range<Int>
  ) -> Bool {
    guard !pastTimes.isEmpty else { return false }
    let behind = range.upperBound..<min(clause.upperBound, range.upperBound + Self.pastReach)
    // "had a heart attack", "fell": not "had a bypass in 2019 and chest pain"
    let front = max(clause.lowerBound, range.lowerBound - Self.pastReachBefore)..<range.upperBound
    let isInFront = front.contains { index in
      pastBefore.contains(words[index]) && !(index..<range.upperBound).contains { joins.contains(words[$0]) }
    }
    return (isInFront || behind.contains { past.contains(words[$0]) })
      && Self.isAny(of: pastTimes, in: keys, keys.indices) && !Self.isAny(of: still, in: keys, keys.indices)
  }

  private static let reach = 10
  private static let pastReachBefore = 4
  private static let pastReach = 6
}
