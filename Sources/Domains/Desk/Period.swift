import Actions
import Time

/// A stretch of days up to now, as people ask for it.
enum Period: String, Sendable, CaseIterable {
  case today, week, month, year

  static let kind = SlotKind.choice(allCases.map(\.rawValue))

  init(_ text: String?, default initial: Period = .month) { self = text.flatMap(Period.init(rawValue:)) ?? initial }

  /// Both days included; weeks begin on Monday.
  func days(on today: CivilDate) -> (first: CivilDate, last: CivilDate) {
    switch self {
    case .today: (today, today)
    case .week:
      (today.adding(days: 1 - today.weekday.rawValue), today.adding(days: 7 - today.weekday.rawValue))
    case .month:
      (today.adding(days: 1 - today.day), today.adding(days: 1 - today.day).adding(months: 1).adding(days: -1))
    case .year:
      (
        today.adding(days: 1 - today.dayOfYear),
        today.adding(days: 1 - today.dayOfYear).adding(months: 12).adding(days: -1)
      )
    }
  }
}
