import Actions
import Time

/// A stretch of days, as people ask for it.
enum Period: String, Sendable, CaseIterable {
  case today, yesterday, week, month, year
  case lastWeek = "last_week"
  case lastMonth = "last_month"

  static let kind = SlotKind.choice(allCases.map(\.rawValue))

  init(_ text: String?, default initial: Period = .month) { self = text.flatMap(Period.init(rawValue:)) ?? initial }

  /// Whole months are worth a picture.
  var isMonth: Bool { self == .month || self == .lastMonth }

  /// Both days included; weeks begin on Monday.
  func days(on today: CivilDate) -> (first: CivilDate, last: CivilDate) {
    let monday = today.adding(days: 1 - today.weekday.rawValue)
    let month = today.adding(days: 1 - today.day)
    let year = today.adding(days: 1 - today.dayOfYear)
    return switch self {
    case .today: (today, today)
    case .yesterday: (today.adding(days: -1), today.adding(days: -1))
    case .week: (monday, monday.adding(days: 6))
    case .lastWeek: (monday.adding(days: -7), monday.adding(days: -1))
    case .month: (month, month.adding(months: 1).adding(days: -1))
    case .lastMonth: (month.adding(months: -1), month.adding(days: -1))
    case .year: (year, year.adding(months: 12).adding(days: -1))
    }
  }
}
