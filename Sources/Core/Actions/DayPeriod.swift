package import Formats
package import Messages
package import Time

/// A stretch of whole days as people ask for it: one that has a name ("last week"), or from one day to another.
package enum DayPeriod: Sendable, Hashable {
  package enum Name: String, Sendable, CaseIterable {
    case today, yesterday, week, month, year
    case lastWeek = "last_week"
    case lastMonth = "last_month"
    case lastYear = "last_year"
  }

  case named(Name)
  /// Both days are part of it, the first not after the last.
  case days(CivilDate, CivilDate)

  /// Reads the name of a period, a day (`2026-10-05`), a month (`2026-10`), a year, or two days with a slash between
  /// them; `nil` for anything else.
  package init?(_ text: String) {
    if let name = Name(rawValue: text) {
      self = .named(name)
      return
    }
    let ends = text.split(separator: "/", omittingEmptySubsequences: false).map { Self.days(String($0)) }
    guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], first.0 <= last.1 else { return nil }
    self = .days(first.0, last.1)
  }

  private static func days(_ text: String) -> (CivilDate, CivilDate)? {
    if let day = CivilDate(text) { return (day, day) }
    if text.utf8.count == 7, let month = CivilDate(text + "-01") {
      return (month, month.adding(months: 1).adding(days: -1))
    }
    if text.utf8.count == 4, let year = CivilDate(text + "-01-01") {
      return (year, year.adding(months: 12).adding(days: -1))
    }
    return nil
  }

  /// The form that `init(_:)` reads.
  package var text: String {
    switch self {
    case .named(let name): name.rawValue
    case .days(let first, let last): first == last ? "\(first)" : "\(first)/\(last)"
    }
  }

  /// Both days included; weeks begin on Monday, and what has not ended yet is taken whole.
  package func days(on today: CivilDate) -> (first: CivilDate, last: CivilDate) {
    let monday = today.adding(days: 1 - today.weekday.rawValue)
    let month = today.adding(days: 1 - today.day)
    let year = today.adding(days: 1 - today.dayOfYear)
    return switch self {
    case .named(.today): (today, today)
    case .named(.yesterday): (today.adding(days: -1), today.adding(days: -1))
    case .named(.week): (monday, monday.adding(days: 6))
    case .named(.lastWeek): (monday.adding(days: -7), monday.adding(days: -1))
    case .named(.month): (month, month.adding(months: 1).adding(days: -1))
    case .named(.lastMonth): (month.adding(months: -1), month.adding(days: -1))
    case .named(.year): (year, year.adding(months: 12).adding(days: -1))
    case .named(.lastYear): (year.adding(months: -12), year.adding(days: -1))
    case .days(let first, let last): (first, last)
    }
  }

  /// "this week", "on Monday", "from the 1st to the 15th".
  package var say: Say {
    switch self {
    case .named(let name): Say("period.\(name.rawValue)")
    case .days(let first, let last) where first == last: Say("period.day", ["day": .date(first)])
    case .days(let first, let last): Say("period.days", ["from": .date(first), "to": .date(last)])
    }
  }
}

extension DayPeriod: ParameterValue {
  package static var kind: SlotKind { .period }
  package var json: JSON { .string(text) }

  package static func read(
    _ json: JSON, _ specification: ParameterSpecification, _ reading: ArgumentReading
  ) throws -> DayPeriod {
    if let text = json.string {
      if let value = DayPeriod(text.trimmed) { return value }
      if case .period(let value)? = reading.words?(text, .period) { return value }
    }
    throw refuse(
      specification,
      "days are needed, such as today, last_week, 2026-10, 2026-10-01/2026-10-15 or \"the last 3 days\"")
  }
}
