/// A point in time: microseconds since 1970-01-01T00:00:00Z. What the store keeps and every room compares.
package struct Instant: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  package var microseconds: Int64

  package init(microseconds: Int64) { self.microseconds = microseconds }
  package init(seconds: Int64) { self.microseconds = seconds &* 1_000_000 }

  package static let epoch = Instant(microseconds: 0)

  /// Whole seconds since 1970, rounded down.
  package var seconds: Int64 {
    microseconds >= 0 ? microseconds / 1_000_000 : (microseconds - 999_999) / 1_000_000
  }

  package static func < (a: Instant, b: Instant) -> Bool { a.microseconds < b.microseconds }
  package static func + (a: Instant, b: Duration) -> Instant { Instant(microseconds: a.microseconds + b.microseconds) }
  package static func - (a: Instant, b: Duration) -> Instant { Instant(microseconds: a.microseconds - b.microseconds) }
  package static func - (a: Instant, b: Instant) -> Duration { .microseconds(a.microseconds - b.microseconds) }

  package init(from decoder: any Decoder) throws {
    microseconds = try decoder.singleValueContainer().decode(Int64.self)
  }
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(microseconds)
  }

  /// RFC 3339 in UTC, with a fraction only when there is one: `2026-11-21T08:00:00Z`.
  package var description: String {
    let civil = DayNumber.civil(seconds)
    let fraction = microseconds - seconds * 1_000_000
    func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
    let year = String(civil.year)
    var text = String(repeating: "0", count: max(0, 4 - year.count)) + year
    text += "-\(two(civil.month))-\(two(civil.day))T\(two(civil.hour)):\(two(civil.minute)):\(two(civil.second))"
    if fraction != 0 {
      let digits = String(fraction)
      text += "." + String(repeating: "0", count: 6 - digits.count) + digits
    }
    return text + "Z"
  }

  /// Reads RFC 3339 / ISO 8601 with an offset or `Z`; `nil` for anything else (no offset: not an instant).
  package init?(iso8601 text: String) {
    var bytes = Array(text.utf8)[...]
    func number(_ width: Int) -> Int? {
      guard bytes.count >= width else { return nil }
      var value = 0
      for _ in 0..<width {
        guard let byte = bytes.first, byte >= 48, byte <= 57 else { return nil }
        value = value * 10 + Int(byte - 48)
        bytes = bytes.dropFirst()
      }
      return value
    }
    func skip(_ allowed: Character...) -> Bool {
      guard let byte = bytes.first, allowed.contains(Character(UnicodeScalar(byte))) else { return false }
      bytes = bytes.dropFirst()
      return true
    }
    guard let year = number(4), skip("-"), let month = number(2), skip("-"), let day = number(2),
      skip("T", "t", " "), let hour = number(2), skip(":"), let minute = number(2),
      (1...12).contains(month), (1...DayNumber.daysIn(month: month, year: year)).contains(day), hour < 24, minute < 60
    else { return nil }
    var second = 0
    if skip(":") {
      guard let value = number(2), value < 61 else { return nil }
      second = min(value, 59)
    }
    var fraction: Int64 = 0
    if skip(".", ",") {
      var scale: Int64 = 100_000
      var digits = 0
      while let byte = bytes.first, byte >= 48, byte <= 57 {
        fraction += Int64(byte - 48) * scale
        scale /= 10
        digits += 1
        bytes = bytes.dropFirst()
      }
      guard digits > 0 else { return nil }
    }
    var offset = 0
    if !skip("Z", "z") {
      let negative = bytes.first == UInt8(ascii: "-")
      guard skip("+", "-"), let hours = number(2), hours < 24 else { return nil }
      _ = skip(":")
      guard let minutes = number(2), minutes < 60 else { return nil }
      offset = (hours * 60 + minutes) * (negative ? -60 : 60)
    }
    guard bytes.isEmpty else { return nil }
    let days = DayNumber.days(year: year, month: month, day: day)
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset
    self.init(microseconds: Int64(seconds) * 1_000_000 + fraction)
  }
}

extension Duration {
  /// Whole microseconds, rounded toward zero.
  package var microseconds: Int64 {
    let parts = components
    return parts.seconds &* 1_000_000 &+ parts.attoseconds / 1_000_000_000_000
  }
  package var seconds: Double { Double(microseconds) / 1_000_000 }
  package static func minutes(_ n: Int) -> Duration { .seconds(n * 60) }
  package static func hours(_ n: Int) -> Duration { .seconds(n * 3_600) }
  package static func days(_ n: Int) -> Duration { .seconds(n * 86_400) }
}

/// Proleptic Gregorian day arithmetic. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
package enum DayNumber {
  /// Days since 1970-01-01.
  package static func days(year: Int, month: Int, day: Int) -> Int {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  package static func date(days: Int) -> (year: Int, month: Int, day: Int) {
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let mp = (5 * dayOfYear + 2) / 153
    let month = mp < 10 ? mp + 3 : mp - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * mp + 2) / 5 + 1)
  }

  package static func civil(
    _ seconds: Int64
  ) -> (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
    let day = Int((seconds >= 0 ? seconds : seconds - 86_399) / 86_400)
    let rest = Int(seconds - Int64(day) * 86_400)
    let (year, month, dayOfMonth) = date(days: day)
    return (year, month, dayOfMonth, rest / 3_600, rest / 60 % 60, rest % 60)
  }

  package static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  package static func daysIn(month: Int, year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
