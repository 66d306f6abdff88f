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

  /// - Parameter free: the number in "block 12 yesterday" is of a name and no hour.
  func find(in sentence: Sentence, free: (Int) -> Bool) -> Found? {
    guard let found = find(in: sentence) else { return nil }
    if found.tokens.allSatisfy(free) { return found }
    var start = 0
    while start < sentence.tokens.count {
      let end = sentence.tokens.indices[start...].first { !free($0) } ?? sentence.tokens.count
      if end > start, let part = find(in: Sentence(sentence.text(of: start..<end))) {
        return Found(period: part.period, tokens: (start + part.tokens.lowerBound)..<(start + part.tokens.upperBound))
      }
      start = end + 1
    }
    return nil
  }

  /// Two times that are put beside each other: "yesterday vs today", "november and october". "from 1 to 15 november" is
  /// one, and "vs last week" has a slot of its own.
  func sides(of sentence: Sentence, free: (Int) -> Bool) -> [Found]? {
    guard Choices.find("versus", .choice([]), in: sentence, brain.library) == nil else { return nil }
    let whole = find(in: sentence, free: free)
    for index in sentence.tokens.indices.dropFirst().dropLast() where Self.joints.contains(sentence.folded(index)) {
      if whole?.tokens.contains(index) == true { continue }
      guard let left = find(in: sentence, free: { $0 < index && free($0) }),
        let right = find(in: sentence, free: { $0 > index && free($0) })
      else { continue }
      return [left, right]
    }
    return nil
  }

  private static let joints: Set<String> = ["vs", "versus", "against", "and", "with", "to", "than", "or"]

  func find(in sentence: Sentence) -> Found? {
    let name = Choices.find("period", .choice(DayPeriod.Name.allCases.map(\.rawValue)), in: sentence, brain.library)
      .flatMap { choice, tokens in
        DayPeriod.Name(rawValue: choice).map { Found(period: .named($0), tokens: tokens) }
      }
    if let week = week(in: sentence) { return week }
    // "the last week of october" holds the name of a period and is none
    guard let said = said(in: sentence), said.tokens.count > name?.tokens.count ?? 0 else { return name }
    return said
  }

  /// "the first week of november": seven days of a month, counted from its first; the last ones end with it.
  private func week(in sentence: Sentence) -> Found? {
    guard language == .english else { return nil }
    let today = zone.date(now)
    for index in sentence.tokens.indices.dropFirst().dropLast(2) where sentence.folded(index) == "week" {
      guard ["of", "in"].contains(sentence.folded(index + 1)),
        let number = Self.ordinals[sentence.folded(index - 1)],
        let month = Self.months.firstIndex(where: { sentence.folded(index + 2).hasPrefix($0) })
      else { continue }
      let year = month + 1 > today.month ? today.year - 1 : today.year
      guard let first = CivilDate(year: year, month: month + 1, day: 1) else { continue }
      let end = first.adding(months: 1).adding(days: -1)
      let from = number < 0 ? end.adding(days: -6) : first.adding(days: 7 * (number - 1))
      return Found(period: .days(from, min(from.adding(days: 6), end)), tokens: (index - 1)..<(index + 3))
    }
    return nil
  }

  private static let ordinals = [
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": -1,
  ]
  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  private static let wanted: CategorySet = [.date, .range, .moment, .momentRange]

  private func said(in sentence: Sentence) -> Found? {
    var policy = TimePolicy.india
    policy.prefers = .past
    let grammar = GrammarReading(sentence, brain, language, policy, now: now, zone: zone)
    let scope = grammar.scope
    for node in grammar.best() where Self.wanted.contains(node.category) {
      guard let meaning = node.meaning,
        let reading = TimeValueReader.ordered(meaning, node.category, scope).first,
        let period = period(reading, node.category, hasYear: Self.hasYear(sentence, node.start..<node.end))
      else { continue }
      return Found(period: behind(period, node.start..<node.end), tokens: node.start..<node.end)
    }
    return nil
  }

  /// "weekend use of tower b": the one that is over, where nothing says which.
  private func behind(_ period: DayPeriod, _ tokens: Range<Int>) -> DayPeriod {
    let today = zone.date(now)
    guard tokens.count == 1, case .days(let first, let last) = period, first > today, first.weekday == .saturday,
      last == first.adding(days: 1)
    else { return period }
    return .days(first.adding(days: -7), last.adding(days: -7))
  }

  private static func hasYear(_ sentence: Sentence, _ range: Range<Int>) -> Bool {
    range.contains { index in
      sentence.tokens[index].kind == .number && sentence.folded(index).count == 4
        || sentence.folded(index) == "last"
    }
  }

  /// An open beginning is the first day that anything can have been noted, an open end is today.
  private func period(
    _ reading: TimeMeaning.Reading, _ category: TimeCategory, hasYear: Bool
  ) -> DayPeriod? {
    func day(_ seconds: Int64) -> CivilDate { TimeGrammar.Scope.date(seconds) }
    if category == .date || category == .moment { return reading.from.map { .days(day($0), day($0)) } }
    guard reading.from != nil || reading.to != nil else { return nil }
    let today = zone.date(now)
    let first = reading.from.map(day) ?? CivilDate(dayNumber: 0)
    // "it was 1580" is an amount: of that year nothing was noted
    guard first.year >= 1900 else { return nil }
    // the end of a range is no part of it
    let last = reading.to.map { day($0 - 1) } ?? max(first, today)
    guard first <= last else { return nil }
    // "from 25 to 20 november", of what is over, are those days the other way round
    if !hasYear, first <= today, last > today, case let back = last.adding(months: -12), back <= first,
      last.days(since: first) > 300
    {
      return .days(back, first)
    }
    // "in november", said in november, is the one that runs
    let month = today.adding(days: 1 - today.day)
    if !hasYear, first == month.adding(months: -12), last == first.adding(months: 1).adding(days: -1) {
      return .days(month, month.adding(months: 1).adding(days: -1))
    }
    return .days(first, last)
  }
}
