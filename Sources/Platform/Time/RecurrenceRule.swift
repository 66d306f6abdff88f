package import Base

/// A recurrence rule, RFC 5545 §3.3.10 (`FREQ=WEEKLY;BYDAY=MO,TH`). Always valid.
package struct RecurrenceRule: Hashable, Sendable, Codable, CustomStringConvertible {
  package enum Frequency: String, CaseIterable, Hashable, Sendable {
    case secondly = "SECONDLY"
    case minutely = "MINUTELY"
    case hourly = "HOURLY"
    case daily = "DAILY"
    case weekly = "WEEKLY"
    case monthly = "MONTHLY"
    case yearly = "YEARLY"
  }

  /// `MO` (ordinal 0: every Monday), `2MO` or `-1MO`.
  package struct Day: Hashable, Sendable {
    package var ordinal: Int
    package var weekday: Weekday
    package init(_ weekday: Weekday, ordinal: Int = 0) {
      self.ordinal = ordinal
      self.weekday = weekday
    }
  }

  /// The last moment an occurrence may have; inclusive.
  package enum Until: Hashable, Sendable {
    /// The whole day.
    case date(CivilDate)
    case local(CivilDateTime)
    case utc(Instant)
  }

  package internal(set) var frequency: Frequency
  package internal(set) var interval = 1
  package internal(set) var count: Int?
  package internal(set) var until: Until?
  package internal(set) var bySecond: [Int] = []
  package internal(set) var byMinute: [Int] = []
  package internal(set) var byHour: [Int] = []
  package internal(set) var byDay: [Day] = []
  package internal(set) var byMonthDay: [Int] = []
  package internal(set) var byYearDay: [Int] = []
  package internal(set) var byWeekNumber: [Int] = []
  package internal(set) var byMonth: [Int] = []
  package internal(set) var bySetPosition: [Int] = []
  package internal(set) var weekStart = Weekday.monday

  init(frequency: Frequency) { self.frequency = frequency }

  /// The canonical text: parts in a fixed order, defaults left out.
  package var description: String {
    var parts = ["FREQ=\(frequency.rawValue)"]
    switch until {
    case .date(let date): parts.append("UNTIL=\(Self.basic(date))")
    case .local(let local): parts.append("UNTIL=\(Self.basic(local))")
    case .utc(let instant): parts.append("UNTIL=\(Self.basic(Zone.utc.civil(instant)))Z")
    case nil: break
    }
    if let count { parts.append("COUNT=\(count)") }
    if interval != 1 { parts.append("INTERVAL=\(interval)") }
    func list(_ name: String, _ values: [Int]) {
      if !values.isEmpty { parts.append("\(name)=\(values.map(String.init).joined(separator: ","))") }
    }
    list("BYSECOND", bySecond)
    list("BYMINUTE", byMinute)
    list("BYHOUR", byHour)
    if !byDay.isEmpty {
      let days = byDay.map { ($0.ordinal == 0 ? "" : String($0.ordinal)) + $0.weekday.code }
      parts.append("BYDAY=\(days.joined(separator: ","))")
    }
    list("BYMONTHDAY", byMonthDay)
    list("BYYEARDAY", byYearDay)
    list("BYWEEKNO", byWeekNumber)
    list("BYMONTH", byMonth)
    list("BYSETPOS", bySetPosition)
    if weekStart != .monday { parts.append("WKST=\(weekStart.code)") }
    return parts.joined(separator: ";")
  }

  /// `20261121`.
  private static func basic(_ date: CivilDate) -> String { date.description.filter { $0 != "-" } }
  /// `20261121T080000`.
  private static func basic(_ local: CivilDateTime) -> String {
    local.description.filter { $0 != "-" && $0 != ":" }
  }

  package init(from decoder: any Decoder) throws {
    self = try RecurrenceRule(parsing: decoder.singleValueContainer().decode(String.self))
  }
  package func encode(to encoder: any Encoder) throws { try Digits.encode(description, encoder) }
}
