package import Time

/// Several days that are to come, by the names people have for them.
package enum DaysAhead: String, Sendable, CaseIterable {
  case week, weekend
  case nextWeek = "next_week"

  package static let kind = SlotKind.choice(allCases.map(\.rawValue))

  /// The first and the last day: what is left of this week, Monday to Sunday of the next, Saturday and Sunday.
  package func days(from today: CivilDate) -> (first: CivilDate, last: CivilDate) {
    let sunday = today.adding(days: 7 - today.weekday.rawValue)
    return switch self {
    case .week: (today, sunday)
    case .weekend: (max(today, sunday.adding(days: -1)), sunday)
    case .nextWeek: (sunday.adding(days: 1), sunday.adding(days: 7))
    }
  }
}
