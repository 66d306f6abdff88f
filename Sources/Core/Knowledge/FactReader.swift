import Actions
package import Base
import Formats
package import Text
package import Time

/// Whom or what some words mean, before anything is looked up.
package indirect enum Noun: Sendable, Hashable {
  case me
  /// He, she, they: whoever was spoken of.
  case they
  case name(String)
  /// Somebody's something: "my daughter", "Amma's doctor".
  case of(Noun, relation: String)
}

/// What a sentence says about what is known.
package struct Reading: Sendable {
  package enum Sense: Sendable, Hashable {
    case tell, change, past, end
    case ask, check, whose, since, about, told, last, usual, path, able
    case forget, forgetLast, wrong, same, different
  }
  package var sense: Sense
  package var language: Language
  /// Whether it can hardly mean anything else.
  package var isSure: Bool
  package var subject: Noun?
  package var relation: Relation?
  /// As it was written.
  package var object: String?
  /// The same, where it may be a thing.
  package var objectNoun: Noun?
  package var other: Noun?
  /// The time that was said.
  package var period: Period?
  /// What followed an opening ("that's wrong, …").
  package var rest: String?

  package var isQuestion: Bool {
    switch sense {
    case .ask, .check, .whose, .since, .about, .told, .last, .usual, .path, .able: true
    default: false
    }
  }
}

/// Reads sentences that tell or ask what is known, by the forms in `Knowledge/`.
package final class FactReader: Sendable {
  /// Reads the words of a time as the span that they mean, looking back where that is open.
  ///
  /// - Parameter core: what must be part of the time, in Unicode scalars; small words around it may be.
  package typealias TimeReader =
    @Sendable (_ text: String, _ core: Range<Int>, _ language: Language, _ now: Instant, Zone) -> Period?

  package let words: KnowledgeWords
  /// What agents may read of it.
  package let agents: AgentDomains
  private let times: TimeReader
  /// No sentence of these forms is longer; "remember that …" may be.
  private static let longest = 60

  package init(words: KnowledgeWords, agents: AgentDomains = AgentDomains(), times: @escaping TimeReader) {
    self.words = words
    self.agents = agents
    self.times = times
  }

  /// - Parameters:
  ///   - languages: the person's own first; all others of which the text has a word are tried behind them.
  ///   - isTold: it is meant to be remembered, whatever form it has.
  ///   - keeps: whether something is kept under words of the person's own, by its relation's name.
  /// - Returns: `nil` for what has no form that is known here.
  package func read(
    _ text: String, languages: [Language], now: Instant, zone: Zone, isTold: Bool = false,
    keeps: (String) -> Bool = { _ in true }
  ) -> Reading? {
    let said = SaidWord.cut(text)
    guard !said.isEmpty, said.count <= Self.longest else { return nil }
    let order = languages + Language.all.filter { !languages.contains($0) }
    let spoken = words.languages(of: said)
    for language in order where isTold || spoken.contains(language) || language == languages.first {
      guard let tongue = words.tongues[language] else { continue }
      if let reading = read(text, said, tongue, now, zone, isTold, keeps) { return reading }
    }
    return isTold ? languages.first.flatMap { note(text, $0) } : nil
  }

  /// What a relation is called in a language.
  package func label(_ relation: String, _ language: Language) -> String {
    if relation.hasPrefix(Relation.ownPrefix) { return String(relation.dropFirst(Relation.ownPrefix.count)) }
    for language in language.fallbacks {
      if let label = words.tongues[language]?.labels[relation] { return label }
    }
    return relation
  }

  /// The relations whose label holds some words.
  func relations(labelled words: String, _ language: Language) -> [String] {
    self.words.relations.keys.filter { FactText.folded(label($0, language)).contains(words) }.sorted()
  }

  /// The relation that a word names in any language: "Amma" is a mother.
  package func relation(called word: String) -> Relation? {
    let said = SaidWord.cut(word).map(\.folded)
    guard let first = said.first else { return nil }
    for language in Language.all {
      for (phrase, name) in words.tongues[language]?.relations[first] ?? [] where phrase == said {
        return words.relations[name]
      }
    }
    return nil
  }

  private func read(
    _ text: String, _ said: [SaidWord], _ tongue: KnowledgeWords.Tongue, _ now: Instant, _ zone: Zone, _ isTold: Bool,
    _ keeps: (String) -> Bool
  ) -> Reading? {
    let numbers = tongue.numbered(said)
    var match = PatternMatch(said, numbers, tongue.forms)
    for opening in tongue.openings {
      guard match.run(opening), let rest = match.slots[.rest] else { continue }
      let end = rest.words.upperBound == said.count ? text.endIndex : said[rest.words.upperBound - 1].range.upperBound
      let inner = String(text[said[rest.words.lowerBound].range.lowerBound..<end])
      return told(inner, tongue, now, zone)
    }
    var times: [Int: Period?] = [:]
    for place in tongue.candidates(numbers) {
      let pattern = tongue.patterns[place]
      if pattern.sense == .own, !isTold { continue }
      if let reading = read(
        text, &match, pattern, tongue, isTold, keeps,
        { start in
          // what a time is does not depend on the form: it is looked for once
          if let known = times[start] { return known }
          let found = time(text, said[start...], tongue, now, zone)
          times[start] = .some(found)
          return found
        })
      {
        return reading
      }
    }
    return nil
  }

  /// What somebody wants to be remembered, in whatever form.
  private func told(_ text: String, _ tongue: KnowledgeWords.Tongue, _ now: Instant, _ zone: Zone) -> Reading? {
    let said = SaidWord.cut(text)
    guard !said.isEmpty else { return nil }
    guard var reading = read(text, said, tongue, now, zone, true, { _ in true }) else {
      // "Priya's birthday" does not tell it, and a room of its own asks for it
      let last = said[said.count - 1].folded
      let isBareName = tongue.relations[last]?.contains {
        $0.words == [last] && words.relations[$0.relation]?.isElsewhere == true
      }
      return isBareName == true ? nil : note(text, tongue.language)
    }
    reading.isSure = true
    return reading.isQuestion ? nil : reading
  }

  private func note(_ text: String, _ language: Language) -> Reading {
    var reading = Reading(sense: .tell, language: language, isSure: true)
    reading.subject = .me
    reading.relation = words.relations["note"] ?? Relation("note")
    reading.object = text.trimmed
    return reading
  }

  /// - Parameter period: the time that the words from one on are.
  private func read(
    _ text: String, _ match: inout PatternMatch, _ pattern: KnowledgePattern, _ tongue: KnowledgeWords.Tongue,
    _ isTold: Bool, _ keeps: (String) -> Bool, _ period: (Int) -> Period?
  ) -> Reading? {
    if pattern.isStatement {
      guard match.run(pattern.pattern) else { return nil }
      let relation = (pattern.relation ?? match.relation).flatMap { words.relations[$0] }
      // "the wifi password is 2020": what stands for itself is not taken for a time
      if relation?.isThing == true {
        var shorter = match
        if shorter.run(pattern.pattern, isTail: { start, _ in period(start) != nil }) { match = shorter }
      }
    } else {
      let words = match.words
      let isMatch = match.run(pattern.pattern) { start, slots in
        // "what are my … today" asks for anything: the time is read only where something is kept under these words
        if pattern.sense == .askOwn, let own = slots[.other],
          !keeps(Relation.own(FactText.folded(raw(text, words, own))).name)
        {
          return false
        }
        return period(start) != nil
      }
      guard isMatch else { return nil }
    }
    var reading = Reading(sense: .tell, language: tongue.language, isSure: pattern.isSure)
    if match.end < match.words.count { reading.period = period(match.end) }
    return fill(&reading, text, match, pattern, tongue, isTold) ? reading : nil
  }

  private func fill(
    _ reading: inout Reading, _ text: String, _ match: PatternMatch, _ pattern: KnowledgePattern,
    _ tongue: KnowledgeWords.Tongue, _ isTold: Bool
  ) -> Bool {
    func isName(_ slot: SlotName) -> Bool {
      match.slots[slot].map { slot in
        let words = match.words[slot.words]
        if words.count == 1, let word = words.first, tongue.isPronoun(word.folded) { return true }
        return words.count <= 5 && !words.contains { tongue.never.contains($0.folded) }
      } ?? true
    }
    guard isName(.subject), pattern.sense == .own || pattern.sense == .askOwn || isName(.other) else { return false }
    func raw(_ slot: SlotName) -> String? { match.slots[slot].map { self.raw(text, match.words, $0) } }
    func noun(_ name: SlotName) -> Noun? {
      match.slots[name].map { self.noun(text, match.words, $0, tongue) }
    }
    reading.subject = noun(.subject)
    if pattern.isOfPerson, let said = reading.subject, !isPerson(said, match, tongue) { return false }
    reading.other = noun(.other)
    reading.object = pattern.value ?? raw(.object)
    reading.rest = raw(.rest)
    // "I like", "enakku": who speaks stands in the words of the form
    if reading.subject == nil, [.tell, .change, .past, .end, .ask, .check].contains(pattern.sense) {
      reading.subject = .me
    }
    let name = pattern.relation ?? match.relation
    reading.relation = name.flatMap { words.relations[$0] }
    if reading.relation?.isThing == true || pattern.sense == .able || pattern.sense == .path {
      reading.objectNoun = noun(.object)
    }
    switch pattern.sense {
    case .tell: reading.sense = .tell
    case .change: reading.sense = .change
    case .past: reading.sense = .past
    case .end: reading.sense = .end
    case .ask: reading.sense = .ask
    case .check: reading.sense = .check
    case .whose: reading.sense = .whose
    case .since: reading.sense = .since
    case .about: reading.sense = .about
    case .told: reading.sense = .told
    case .last: reading.sense = .last
    case .usual: reading.sense = .usual
    case .forget: reading.sense = .forget
    case .forgetLast: reading.sense = .forgetLast
    case .wrong: reading.sense = .wrong
    case .path: reading.sense = .path
    case .able: reading.sense = .able
    case .same: reading.sense = .same
    case .different: reading.sense = .different
    case .own, .askOwn:
      guard let attribute = raw(.other) else { return false }
      reading.sense = pattern.sense == .own ? .tell : .ask
      reading.relation = .own(FactText.folded(attribute))
      reading.other = nil
      if reading.subject == nil { reading.subject = .me }
    }
    if let object = reading.object {
      reading.object = object.trimmed
      if object.trimmed.isEmpty { return false }
    }
    guard !isTold, let relation = reading.relation, let object = reading.object else { return true }
    // "I like it", "I like the second one" answer something
    if relation.looks == .any, SaidWord.cut(object).contains(where: { relation.except.contains($0.folded) }) {
      return false
    }
    switch reading.sense {
    case .tell, .change, .past: return looks(object, like: relation, isNamed: pattern.relation != nil, match, tongue)
    case .check: return !relation.isThing || looks(object, like: relation, isNamed: true, match, tongue)
    default: return true
    }
  }

  /// The words of a slot as they were written.
  private func raw(_ text: String, _ words: [SaidWord], _ slot: PatternMatch.Slot) -> String {
    let start = words[slot.words.lowerBound].range.lowerBound
    let end = words[slot.words.upperBound - 1].range.upperBound
    return String(text[start..<end].dropLast(slot.ending))
  }

  /// Whether a value said in passing can be what it would be kept as: "my son is asleep" names nobody.
  ///
  /// - Parameter isNamed: the sentence says what the value is ("lives in …"), so that people need not write it large.
  private func looks(
    _ value: String, like relation: Relation, isNamed: Bool, _ match: PatternMatch, _ tongue: KnowledgeWords.Tongue
  ) -> Bool {
    switch relation.looks {
    case .any: return true
    case .digits: return value.contains { $0.isNumber }
    case .mail: return value.contains("@")
    case .name:
      guard let slot = match.slots[.object], slot.words.count <= 6 else { return false }
      let words = match.words[slot.words].map(\.folded)
      if words.contains(where: { tongue.never.contains($0) }) { return false }
      if isNamed { return !tongue.articles.contains(words[0]) && !relation.except.contains(words[0]) }
      guard let first = value.first(where: { $0.isLetter }) else { return false }
      return first.isUppercase || !first.isASCII || Self.titles.contains(words[0])
    }
  }

  /// Whether the subject can be somebody and the object no place in time or in a row: not "our holiday is on …", nor
  /// "… is on the 4th".
  private func isPerson(_ subject: Noun, _ match: PatternMatch, _ tongue: KnowledgeWords.Tongue) -> Bool {
    let object = match.slots[.object].map { match.words[$0.words].map(\.folded) } ?? []
    let ordinals = ["st", "nd", "rd", "th"]
    if object.count == 1 || object.first.map({ word in ordinals.contains { word.hasSuffix($0) } }) == true,
      object.first?.first?.isNumber == true
    {
      return false
    }
    switch subject {
    case .of(_, let relation): return words.relations[relation]?.object == "person"
    case .name:
      guard let first = match.slots[.subject].map({ match.words[$0.words.lowerBound].folded }) else { return true }
      return !tongue.articles.contains(first) && !tongue.mine.contains(first)
    default: return true
    }
  }

  static let titles: Set<String> = ["dr", "doctor", "mr", "mrs", "ms", "miss", "shri", "sri", "smt", "prof"]

  private func noun(
    _ text: String, _ said: [SaidWord], _ slot: PatternMatch.Slot, _ tongue: KnowledgeWords.Tongue
  ) -> Noun {
    var range = slot.words
    while range.count > 1, tongue.articles.contains(said[range.lowerBound].folded) {
      range = range.lowerBound + 1..<range.upperBound
    }
    let last = said[range.upperBound - 1].folded.dropLast(slot.ending)
    if range.count == 1 {
      // the case may be part of the word: "enakku"
      for word in [said[range.upperBound - 1].folded, String(last)] {
        if tongue.me.contains(word) || tongue.mine.contains(word) { return .me }
        if tongue.they.contains(word) || tongue.theirs.contains(word) { return .they }
      }
    }
    if let owned = owned(text, said, range, slot.ending, tongue) { return owned }
    let end = said[range.upperBound - 1].range.upperBound
    return .name(String(text[said[range.lowerBound].range.lowerBound..<end].dropLast(slot.ending)))
  }

  /// "My daughter", "Amma's doctor": somebody's something.
  private func owned(
    _ text: String, _ said: [SaidWord], _ range: Range<Int>, _ ending: Int, _ tongue: KnowledgeWords.Tongue
  ) -> Noun? {
    guard range.count > 1 else { return nil }
    for start in range.dropFirst() {
      var tail = said[start..<range.upperBound].map(\.folded)
      if ending > 0, let last = tail.popLast() { tail.append(String(last.dropLast(ending))) }
      let phrases = tongue.relations[tail[0]] ?? []
      guard let relation = phrases.first(where: { $0.words == tail })?.relation else { continue }
      let head = range.lowerBound..<start
      let word = said[start - 1].folded
      if head.count == 1, tongue.mine.contains(word) { return .of(.me, relation: relation) }
      if head.count == 1, tongue.theirs.contains(word) { return .of(.they, relation: relation) }
      guard let form = tongue.cases["of"] else { return nil }
      for phrase in form.words
      where head.count > phrase.count && said[head].suffix(phrase.count).map(\.folded) == phrase {
        let owner = PatternMatch.Slot(words: head.lowerBound..<head.upperBound - phrase.count)
        return .of(noun(text, said, owner, tongue), relation: relation)
      }
      if let end = form.endings.first(where: { word.hasSuffix($0) && word.count > $0.count + 1 }) {
        return .of(noun(text, said, .init(words: head, ending: end.count), tongue), relation: relation)
      }
    }
    return nil
  }

  /// The words as a time and nothing else; small words around it may stand.
  func time(
    _ text: String, _ said: ArraySlice<SaidWord>, _ tongue: KnowledgeWords.Tongue, _ now: Instant, _ zone: Zone
  ) -> Period? {
    guard let first = said.first, let last = said.last, said.count <= 9 else { return nil }
    var core = said
    while let first = core.first, core.count > 1, tongue.times.contains(first.folded) { core.removeFirst() }
    while let last = core.last, core.count > 1, tongue.times.contains(last.folded) { core.removeLast() }
    guard let start = core.first?.range.lowerBound, let end = core.last?.range.upperBound else { return nil }
    // the small words go along: "march" alone is another word too
    let whole = text[first.range.lowerBound..<last.range.upperBound].unicodeScalars
    let from = whole.distance(from: whole.startIndex, to: start)
    let range = from..<whole.distance(from: whole.startIndex, to: end)
    return times(String(whole), range, tongue.language, now, zone)
  }
}
