import Base

/// What a calendar and a wall clock show together, without a zone.
package struct CivilDateTime: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  package var date: CivilDate
  package var time: CivilTime

  package init(date: CivilDate, time: CivilTime) {
    self.date = date
    self.time = time
  }

  /// Seconds since 1970-01-01T00:00:00 on this wall clock. Arithmetic on it ignores clock changes.
  package init(wallSeconds: Int64) {
    let day = wallSeconds >= 0 ? wallSeconds / 86_400 : (wallSeconds - 86_399) / 86_400
    date = CivilDate(dayNumber: Int(day))
    time = CivilTime(secondOfDay: Int(wallSeconds - day * 86_400))
  }

  package var wallSeconds: Int64 { Int64(date.dayNumber) * 86_400 + Int64(time.secondOfDay) }

  /// Moves the wall clock; a day with a clock change in it still has 24 hours here.
  package func adding(seconds: Int64) -> CivilDateTime {
    let (sum, overflow) = wallSeconds.addingReportingOverflow(seconds)
    let bound: Int64 = 400_000_000_000
    return CivilDateTime(wallSeconds: overflow ? (seconds < 0 ? -bound : bound) : min(max(sum, -bound), bound))
  }

  package static func < (a: CivilDateTime, b: CivilDateTime) -> Bool {
    a.date == b.date ? a.time < b.time : a.date < b.date
  }

  /// `2026-11-21T08:00:00`.
  package var description: String { "\(date)T\(time)" }

  /// Reads `2026-11-21T08:00:00` or `2026-11-21T08:00`; an offset or `Z` is refused, since it would be an instant.
  package init?(_ text: some StringProtocol) {
    guard let split = text.utf8.firstIndex(where: { $0 == UInt8(ascii: "T") || $0 == UInt8(ascii: " ") }),
      let date = CivilDate(text[..<split]), let time = CivilTime(text[text.utf8.index(after: split)...])
    else { return nil }
    self.init(date: date, time: time)
  }

  package init(from decoder: any Decoder) throws { self = try Digits.decode(decoder) { CivilDateTime($0) } }
  package func encode(to encoder: any Encoder) throws { try Digits.encode(description, encoder) }
}
