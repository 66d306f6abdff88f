import Base
import Text
import Time

/// What makes a sentence a statement, whatever its form.
extension FactReader {
  /// Without what stands in front and says nothing: "by the way, …".
  func led(_ said: [SaidWord], _ tongue: KnowledgeWords.Tongue) -> [SaidWord] {
    var rest = said[...]
    while let lead = tongue.leads.first(where: { lead in
      rest.count > lead.count + 1 && zip(rest, lead).allSatisfy { $0.folded == $1 }
    }) {
      rest = rest.dropFirst(lead.count)
    }
    return Array(rest)
  }

  /// "No, Amma lives in Madurai": what was answered is wrong, and how it is follows.
  func denied(
    _ text: String, _ said: [SaidWord], _ tongue: KnowledgeWords.Tongue, _ now: Instant, _ zone: Zone
  ) -> Reading? {
    guard said.count > 3, tongue.noes.contains(said[0].folded) else { return nil }
    let rest = String(text[said[1].range.lowerBound...])
    guard let told = read(rest, languages: [tongue.language], now: now, zone: zone), told.language == tongue.language,
      [.tell, .change].contains(told.sense), told.isSure, let relation = told.relation, relation.name != "note",
      !relation.name.hasPrefix(Relation.ownPrefix)
    else { return nil }
    var reading = Reading(sense: .wrong, language: tongue.language, isSure: true)
    reading.rest = rest
    return reading
  }

  /// A question may begin with its time: "பிப்ரவரியில் நான் எந்த மாத்திரை …".
  func begun(
    _ reading: Reading, _ text: String, _ match: PatternMatch, _ tongue: KnowledgeWords.Tongue,
    _ time: (Range<Int>) -> Period?
  ) -> Reading {
    guard reading.isQuestion, reading.period == nil, case .name? = reading.subject, let slot = match.slots[.subject],
      slot.words.count > 1
    else { return reading }
    for start in slot.words.dropFirst().reversed() {
      guard let period = time(slot.words.lowerBound..<start) else { continue }
      var later = reading
      later.period = period
      var rest = slot
      rest.words = start..<slot.words.upperBound
      later.subject = noun(text, match.words, rest, tongue)
      return later
    }
    return reading
  }

  /// A name as it stands in a sentence, as it is said alone: "குமாரை" is குமார்.
  func stems(of name: String) -> [String] {
    words.tongues.values.flatMap { tongue in
      tongue.stems.compactMap { ending, stem -> String? in
        let (name, ending) = (Array(name.unicodeScalars), Array(ending.unicodeScalars))
        guard name.count > ending.count + 1, name.suffix(ending.count).elementsEqual(ending) else { return nil }
        var said = String.UnicodeScalarView(name.dropLast(ending.count))
        said.append(contentsOf: stem.unicodeScalars)
        return String(said)
      }
    }
  }

  /// Whether a whole text is a sentence of a form that is no call for help, and names a time that is not now: "who can take
  /// me to the hospital on Friday?". Asked only of what has the words of a call.
  package func isCalm(_ text: String) -> Bool {
    // a day of the week is not now on one of two days at least
    Self.anyDays.contains { now in
      guard let reading = read(text, languages: Language.all, now: now, zone: .utc), reading.isCalm, reading.isSure
      else {
        return false
      }
      let rest = reading.rest.flatMap { timed($0, reading.language, now: now, zone: .utc).period }
      guard let period = reading.period ?? rest else { return false }
      let today = Zone.utc.startOfDay(Zone.utc.date(now))
      return period.to.map { $0 <= today } ?? false || period.from.map { $0 >= today + .days(1) || $0 < today } ?? false
    }
  }

  /// What a text calls for help with, unless it only tells or asks of another time.
  package func called(_ text: String, _ what: String?) -> String? { what == nil || isCalm(text) ? nil : what }

  private static let anyDays = [1_767_592_800, 1_767_679_200].map { Instant(microseconds: $0 * 1_000_000) }

  /// What asks tells nothing ("எனக்கு என்ன ஒத்துக்காது?"), and a whole sentence is nobody's name.
  func isStated(
    _ reading: Reading, _ pattern: KnowledgePattern, _ tongue: KnowledgeWords.Tongue, _ isTold: Bool
  ) -> Bool {
    guard [.tell, .change, .past, .end].contains(reading.sense), let object = reading.object else { return true }
    let said = SaidWord.cut(object).map(\.folded)
    let asking = said.count { tongue.asks.contains($0) }
    if asking > 0, !isTold || asking == said.count || tongue.asks.contains(said[0]) && said.count == 2 { return false }
    if pattern.relation == nil, reading.relation?.object == "person", let last = said.last, said.count > 1 {
      return !tongue.isVerb(last)
    }
    return true
  }
}

extension KnowledgeWords {
  /// Whether a text names a moment that comes again and again: "on Fridays".
  func says(_ moment: UsualWords.Moment, of text: String) -> Bool {
    let said = SaidWord.cut(text).map(\.folded)
    return tongues.values.contains { tongue in said.contains { tongue.usually.again[moment]?.contains($0) == true } }
  }
}
