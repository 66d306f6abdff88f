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
  /// Somebody by name with what they are to somebody: "my brother Kumaran".
  case called(String, Noun, relation: String)
}

/// What a sentence says about what is known.
package struct Reading: Sendable {
  package enum Sense: Sendable, Hashable {
    case tell, change, past, end
    case ask, before, sourced, check, whose, since, about, told, last, usual, path, able
    case forget, forgetLast, forgetAll, wrong, same, different
  }
  package var sense: Sense
  package var language: Language
  /// Whether it can hardly mean anything else.
  package var isSure: Bool
  package var subject: Noun?
  package var relation: Relation?
  /// As it was written.
  package var object: String?
  /// Further values, where the sentence names several.
  package var more: [String] = []
  /// The same, where it may be a thing.
  package var objectNoun: Noun?
  package var other: Noun?
  /// The time that was said.
  package var period: Period?
  /// What followed an opening ("that's wrong, …").
  package var rest: String?
  /// Only what is known can end so.
  package var isOnlyKnown = false
  /// All that is known of the relation.
  package var isOfAll = false
  /// It was said to be remembered.
  var isToRemember = false
  /// With a time that is not now it is no call for help.
  var isCalm = false

  package var isQuestion: Bool {
    switch sense {
    case .ask, .before, .sourced, .check, .whose, .since, .about, .told, .last, .usual, .path, .able: true
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
  let times: TimeReader
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
  ///   - keeps: whether something is kept under words of the person's own, by its relation's name; `nil` where nobody knows.
  /// - Returns: `nil` for what has no form that is known here.
  package func read(
    _ text: String, languages: [Language], now: Instant, zone: Zone, isTold: Bool = false,
    keeps: ((String) -> Bool)? = nil
  ) -> Reading? {
    read(text, SaidWord.cut(text), languages: languages, now: now, zone: zone, isTold: isTold, keeps: keeps)
  }

  func read(
    _ text: String, _ said: [SaidWord], languages: [Language], now: Instant, zone: Zone, isTold: Bool = false,
    keeps: ((String) -> Bool)? = nil
  ) -> Reading? {
    guard !said.isEmpty, said.count <= Self.longest else { return nil }
    let order = languages + Language.all.filter { !languages.contains($0) }
    let spoken = words.languages(of: said)
    for language in order where isTold || spoken.contains(language) || language == languages.first {
      guard let tongue = words.tongues[language] else { continue }
      if let reading = read(text, said, tongue, now, zone, isTold, keeps) { return reading }
    }
    guard isTold, !order.contains(where: { opensNothing(said, $0) }) else { return nil }
    return languages.first.flatMap { note(text, $0) }
  }

  /// "Remember that": there is nothing to remember.
  private func opensNothing(_ said: [SaidWord], _ language: Language) -> Bool {
    guard let tongue = words.tongues[language] else { return false }
    var match = PatternMatch(said, tongue.numbered(said), tongue.forms)
    return tongue.openings.contains { opening in
      guard match.run(opening), let rest = match.slots[.rest] else { return false }
      return rest.words.count == 1 && tongue.never.contains(said[rest.words.lowerBound].folded)
    }
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
    _ keeps: ((String) -> Bool)?
  ) -> Reading? {
    let said = led(said, tongue)
    if let wrong = denied(text, said, tongue, now, zone) { return wrong }
    let numbers = tongue.numbered(said)
    var match = PatternMatch(said, numbers, tongue.forms)
    for opening in tongue.openings {
      guard match.run(opening), let rest = match.slots[.rest],
        !tongue.deedAhead.contains(said[rest.words.lowerBound].folded)
      else { continue }
      let end = rest.words.upperBound == said.count ? text.endIndex : said[rest.words.upperBound - 1].range.upperBound
      // "note this down - he wants forty"
      var start = said[rest.words.lowerBound].range.lowerBound
      while start < end, "-–—:".contains(text[start]) || text[start] == " " { start = text.index(after: start) }
      let inner = String(text[start..<end])
      var reading = told(inner, tongue, now, zone)
      reading?.isToRemember = true
      return reading
    }
    var times: [Int: Period?] = [:]
    for place in tongue.candidates(numbers) {
      let pattern = tongue.patterns[place]
      if pattern.sense == .own, pattern.keeps == nil, !isTold, keeps == nil { continue }
      if let reading = read(
        text, &match, pattern, tongue, isTold, keeps, today: zone.startOfDay(zone.date(now)),
        lead: { time(text, said[$0], tongue, now, zone) },
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
    guard var reading = read(text, said, tongue, now, zone, true, nil) else {
      // "Priya's birthday" does not tell it, and a room of its own asks for it
      let last = said[said.count - 1].folded
      let isBareName = tongue.relations[last]?.contains {
        $0.words == [last] && words.relations[$0.relation]?.isElsewhere == true
      }
      let isEmpty = said.count == 1 && tongue.never.contains(last)
      return isBareName == true || isEmpty ? nil : note(text, tongue.language)
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
    _ isTold: Bool, _ keeps: ((String) -> Bool)?, today: Instant, lead: (Range<Int>) -> Period?,
    _ period: (Int) -> Period?
  ) -> Reading? {
    if pattern.isStatement {
      guard match.run(pattern.pattern) else { return nil }
      let relation = (pattern.relation ?? match.relation).flatMap { words.relations[$0] }
      // "the wifi password is 2020": what stands for itself is not taken for a time
      let isThing = relation?.isThing == true
      let said = match.words
      var shorter = match
      let isShorter = shorter.run(pattern.pattern) { start, _ in
        (isThing || pattern.isGone || tongue.isNow(said[start...])) && period(start) != nil
      }
      if isShorter { match = shorter }
    } else {
      let words = match.words
      let isMatch = match.run(pattern.pattern) { start, slots in
        // "what are my … today" asks for anything: the time is read only where something is kept under these words
        if pattern.sense == .askOwn, let own = slots[.other],
          keeps?(Relation.own(FactText.folded(raw(text, words, own))).name) == false
        {
          return false
        }
        return period(start) != nil
      }
      guard isMatch else { return nil }
    }
    var reading = Reading(sense: .tell, language: tongue.language, isSure: pattern.isSure)
    if match.end < match.words.count { reading.period = period(match.end) }
    if pattern.isOnlyTold, !isTold {
      guard let span = reading.period, let from = span.from, let to = span.to, to - from > .days(2) else { return nil }
    }
    if pattern.isGone {
      guard let from = reading.period?.from, from < today, !text.contains(where: \.isNumber) else { return nil }
      // the note itself says when
      reading.period = nil
    }
    if pattern.isCalm, pattern.sense == .past {
      // without a time that is long over it may be now
      guard let to = reading.period?.to, to <= today - .days(7) else { return nil }
    }
    if pattern.isEver { reading.period = reading.period ?? Period() }
    // a day that comes each year is no time at which something was so
    if let name = pattern.relation ?? match.relation, words.relations[name]?.object == "date", !pattern.isStatement,
      match.end < match.words.count, [.past, .change].contains(pattern.sense)
    {
      guard match.run(pattern.pattern) else { return nil }
      reading.period = nil
    }
    guard fill(&reading, text, match, pattern, tongue, isTold, keeps) else { return nil }
    return begun(reading, text, match, tongue, lead)
  }

  private func fill(
    _ reading: inout Reading, _ text: String, _ match: PatternMatch, _ pattern: KnowledgePattern,
    _ tongue: KnowledgeWords.Tongue, _ isTold: Bool, _ keeps: ((String) -> Bool)?
  ) -> Bool {
    func isName(_ slot: SlotName) -> Bool {
      match.slots[slot].map { slot in
        let words = match.words[slot.words]
        if words.count == 1, let word = words.first, tongue.isPronoun(word.folded) { return true }
        let isOwned = words.contains { tongue.cases["of"]?.words.contains([$0.folded]) == true }
        return words.count <= (isOwned ? 8 : 5) && !words.contains { tongue.never.contains($0.folded) }
      } ?? true
    }
    guard isName(.subject), pattern.sense == .own || pattern.sense == .askOwn || isName(.other) else { return false }
    func raw(_ slot: SlotName) -> String? { match.slots[slot].map { self.raw(text, match.words, $0) } }
    func noun(_ name: SlotName) -> Noun? {
      match.slots[name].map { self.noun(text, match.words, $0, tongue) }
    }
    reading.subject = noun(.subject)
    if pattern.isOfPerson, let said = reading.subject {
      guard isPerson(said, match, tongue), said != .me || ![.told, .note].contains(pattern.kind) else { return false }
    }
    if pattern.isOfNamed {
      guard case .called? = reading.subject else { return false }
    }
    reading.other = noun(.other)
    reading.object = pattern.value ?? raw(.object)
    reading.rest = raw(.rest)
    (reading.isOnlyKnown, reading.isOfAll, reading.isCalm) = (pattern.isOnlyKnown, pattern.isOfAll, pattern.isCalm)
    switch pattern.keeps {
    case .whole: reading.object = text.trimmed
    case .behind:
      // "in the blue almirah": the word that says where belongs to it, and a place is named with an article
      guard let slot = match.slots[.object], slot.words.lowerBound > 0,
        case let first = match.words[slot.words.lowerBound].folded,
        tongue.articles.contains(first) || tongue.mine.contains(first)
      else { return false }
      reading.object = self.raw(text, match.words, .init(words: slot.words.lowerBound - 1..<slot.words.upperBound))
    case nil: break
    }
    // "I like", "enakku": who speaks stands in the words of the form
    if reading.subject == nil, [.tell, .change, .past, .end, .ask, .check, .about].contains(pattern.sense) {
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
    case .before: reading.sense = .before
    case .sourced: reading.sense = .sourced
    case .forgetAll: reading.sense = .forgetAll
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
      if pattern.sense == .own, pattern.keeps == nil, !isTold,
        keeps?(Relation.own(FactText.folded(attribute)).name) != true
      {
        return false
      }
      reading.sense = pattern.sense == .own ? .tell : .ask
      reading.relation = .own(FactText.folded(attribute))
      reading.other = nil
      if reading.subject == nil { reading.subject = .me }
    }
    // what cannot change is not over ("my wedding day was …")
    if reading.sense == .past, reading.relation?.isFixed == true {
      (reading.sense, reading.period) = (.tell, reading.period.map { Period(from: $0.from) })
    }
    if let object = reading.object {
      // what cannot be seen is part of no value
      reading.object = String(object.filter { !$0.isASCII || $0.asciiValue ?? 32 >= 32 }).trimmed
      if reading.object?.isEmpty == true { return false }
    }
    guard isStated(reading, pattern, tongue, isTold) else { return false }
    separate(&reading, tongue)
    guard !isTold, let relation = reading.relation, let object = reading.object else { return true }
    // "I like it", "I like the second one" answer something
    if relation.looks == .any, SaidWord.cut(object).contains(where: { relation.except.contains($0.folded) }) {
      return false
    }
    switch reading.sense {
    case .tell, .change, .past: return looks(object, like: relation, isNamed: pattern.relation != nil, match, tongue)
    case .end: return pattern.relation == nil || looks(object, like: relation, isNamed: true, match, tongue)
    case .whose:
      // "who is on it" names nothing
      let words = SaidWord.cut(object).map(\.folded)
      return !words.contains(where: tongue.isPronoun) && !words.allSatisfy(tongue.never.contains)
    case .check: return !relation.isThing || looks(object, like: relation, isNamed: true, match, tongue)
    default: return true
    }
  }

  /// "Metformin and telmisartan" are two.
  private func separate(_ reading: inout Reading, _ tongue: KnowledgeWords.Tongue) {
    guard reading.relation?.isListed == true, !reading.isQuestion, let object = reading.object else { return }
    let said = SaidWord.cut(object)
    var parts: [String] = []
    var start = object.startIndex
    func take(upTo end: String.Index) {
      parts += object[start..<end].split(separator: ",").map { String($0).trimmed }.filter { !$0.isEmpty }
    }
    for word in said where tongue.and.contains(word.folded) {
      take(upTo: word.range.lowerBound)
      start = word.range.upperBound
    }
    take(upTo: object.endIndex)
    guard parts.count > 1 else { return }
    (reading.object, reading.more) = (parts[0], Array(parts.dropFirst()))
    reading.objectNoun = .name(parts[0])
  }

  /// The words of a slot as they were written.
  private func raw(_ text: String, _ words: [SaidWord], _ slot: PatternMatch.Slot) -> String {
    let start = words[slot.words.lowerBound].range.lowerBound
    let end = words[slot.words.upperBound - 1].range.upperBound
    return slot.plain(text[start..<end])
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
    case .place: return Zone.ofPlace(value) != nil
    case .name:
      guard let slot = match.slots[.object], slot.words.count <= 6 else { return false }
      let words = match.words[slot.words].map(\.folded).filter { !relation.isListed || !tongue.and.contains($0) }
      if words.isEmpty || words.contains(where: { tongue.never.contains($0) }) { return false }
      if isNamed {
        // "I'm on my way"
        let head = words.first { !tongue.mine.contains($0) } ?? words[0]
        return !tongue.articles.contains(words[0]) && !relation.except.contains(head)
      }
      guard let first = value.first(where: { $0.isLetter }) else { return false }
      return first.isUppercase || !first.isASCII || Self.titles.contains(words[0])
    }
  }
}
