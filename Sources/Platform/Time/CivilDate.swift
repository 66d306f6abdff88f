import Base

/// A day in the Gregorian calendar, without a zone. Years 1 to 9999.
package struct CivilDate: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  package private(set) var year: Int
  package private(set) var month: Int
  package private(set) var day: Int

  package static let distantPast = CivilDate(dayNumber: Int.min)
  package static let distantFuture = CivilDate(dayNumber: Int.max)

  /// `nil` for a day that is not in the calendar, such as 30 February.
  package init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
      day <= DayNumber.daysIn(month: month, year: year)
    else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  /// Days since 1970-01-01; a number outside years 1 to 9999 gives the nearest day inside.
  package init(dayNumber: Int) {
    (year, month, day) = DayNumber.date(days: min(max(dayNumber, -719_162), 2_932_896))
  }

  package var dayNumber: Int { DayNumber.days(year: year, month: month, day: day) }
  package var weekday: Weekday { Weekday(dayNumber: dayNumber) }
  /// 1 to 366.
  package var dayOfYear: Int { dayNumber - DayNumber.days(year: year, month: 1, day: 1) + 1 }

  package func adding(days: Int) -> CivilDate {
    let (sum, overflow) = dayNumber.addingReportingOverflow(days)
    return CivilDate(dayNumber: overflow ? (days < 0 ? Int.min : Int.max) : sum)
  }

  /// The same day `months` later; a day the month does not have becomes its last one (31 January + 1: 28 February).
  package func adding(months: Int) -> CivilDate {
    let index = (year * 12 + month - 1).addingReportingOverflow(months)
    guard !index.overflow, index.partialValue >= 12 else { return months < 0 ? .distantPast : .distantFuture }
    guard index.partialValue < 120_000 else { return .distantFuture }
    let (newYear, newMonth) = (index.partialValue / 12, index.partialValue % 12 + 1)
    let newDay = min(day, DayNumber.daysIn(month: newMonth, year: newYear))
    return CivilDate(dayNumber: DayNumber.days(year: newYear, month: newMonth, day: newDay))
  }

  /// Whole days from `other` to this date.
  package func days(since other: CivilDate) -> Int { dayNumber - other.dayNumber }

  package func at(_ time: CivilTime) -> CivilDateTime { CivilDateTime(date: self, time: time) }

  package static func < (a: CivilDate, b: CivilDate) -> Bool {
    (a.year, a.month, a.day) < (b.year, b.month, b.day)
  }

  /// `2026-11-21`.
  package var description: String {
    var bytes: [UInt8] = []
    Digits.append(year, 4, to: &bytes)
    bytes.append(UInt8(ascii: "-"))
    Digits.append(month, 2, to: &bytes)
    bytes.append(UInt8(ascii: "-"))
    Digits.append(day, 2, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Reads `2026-11-21` and nothing else.
  package init?(_ text: some StringProtocol) {
    var reader = Digits.Reader(text)
    guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
      let day = reader.number(2), reader.isAtEnd
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  package init(from decoder: any Decoder) throws { self = try Digits.decode(decoder) { CivilDate($0) } }
  package func encode(to encoder: any Encoder) throws { try Digits.encode(description, encoder) }
}
