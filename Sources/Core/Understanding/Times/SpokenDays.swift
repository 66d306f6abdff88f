import Actions
import Base
import Text
import Time

/// The days that a message asks about: one of the usual periods by its name, or whatever the grammar of time makes of
/// "in october", "on friday", "the last 3 days", "since the 5th", looking back.
struct SpokenDays {
  let brain: Brain
  let language: Language
  let now: Instant
  let zone: Zone

  struct Found {
    var period: DayPeriod
    var tokens: Range<Int>
  }

  func find(in sentence: Sentence) -> Found? {
    let name = Choices.find("period", .choice(DayPeriod.Name.allCases.map(\.rawValue)), in: sentence, brain.library)
      .flatMap { choice, tokens in
        DayPeriod.Name(rawValue: choice).map { Found(period: .named($0), tokens: tokens) }
      }
    // "the last week of october" holds the name of a period and is none
    guard let said = said(in: sentence), said.tokens.count > name?.tokens.count ?? 0 else { return name }
    return said
  }

  private static let wanted: CategorySet = [.date, .range, .moment, .momentRange]

  private func said(in sentence: Sentence) -> Found? {
    var policy = TimePolicy.india
    policy.prefers = .past
    var scope = TimeGrammar.Scope(
      sentence: sentence, policy: policy, holidays: brain.library.holidays, now: zone.civil(now))
    let words = TimeGrammar.words(
      scope, brain.timeWords(language) + [brain.library.holidays.names], brain.lexicons(language, preferred: [language])
    )
    guard !words.isEmpty else { return nil }
    scope.note(words)
    for node in TimeChart(.shared, scope, words: words).best() where Self.wanted.contains(node.category) {
      guard let meaning = node.meaning,
        let reading = TimeValueReader.ordered(meaning, node.category, scope).first,
        let period = period(reading, node.category)
      else { continue }
      return Found(period: period, tokens: node.start..<node.end)
    }
    return nil
  }

  /// An open beginning is the first day that anything can have been noted, an open end is today.
  private func period(_ reading: TimeMeaning.Reading, _ category: TimeCategory) -> DayPeriod? {
    func day(_ seconds: Int64) -> CivilDate { TimeGrammar.Scope.date(seconds) }
    if category == .date || category == .moment { return reading.from.map { .days(day($0), day($0)) } }
    guard reading.from != nil || reading.to != nil else { return nil }
    let today = zone.date(now)
    let first = reading.from.map(day) ?? CivilDate(dayNumber: 0)
    // the end of a range is no part of it
    let last = reading.to.map { day($0 - 1) } ?? max(first, today)
    return first <= last ? .days(first, last) : nil
  }
}
