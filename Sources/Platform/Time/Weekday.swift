/// A day of the week, numbered as ISO 8601 does.
package enum Weekday: Int, CaseIterable, Hashable, Sendable, Codable {
  case monday = 1
  case tuesday, wednesday, thursday, friday, saturday, sunday

  /// The weekday of a day number (days since 1970-01-01, a Thursday).
  package init(dayNumber: Int) {
    let rest = (dayNumber % 7 + 10) % 7
    self = Weekday(rawValue: rest + 1) ?? .monday
  }

  /// RFC 5545: `MO` … `SU`.
  package var code: String {
    switch self {
    case .monday: "MO"
    case .tuesday: "TU"
    case .wednesday: "WE"
    case .thursday: "TH"
    case .friday: "FR"
    case .saturday: "SA"
    case .sunday: "SU"
    }
  }

  package init?(code: some StringProtocol) {
    let upper = code.uppercased()
    guard let match = Weekday.allCases.first(where: { $0.code == upper }) else { return nil }
    self = match
  }
}
