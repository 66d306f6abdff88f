import Base

/// The yearly rule at the end of a TZif file (RFC 9636 §3.3.1, POSIX `TZ`): `CET-1CEST,M3.5.0,M10.5.0/3`.
package struct PosixRule: Hashable, Sendable {
  private enum Day: Hashable, Sendable {
    /// Month, week (5 = last), weekday (0 = Sunday).
    case month(Int, Int, Int)
    /// 1 to 365; 29 February is never counted.
    case julian(Int)
    /// 0 to 365; 29 February is counted.
    case zeroBased(Int)
  }
  private struct Change: Hashable, Sendable {
    var day: Day
    /// Seconds from local midnight; up to ±167 hours.
    var time: Int
  }

  private let standard: ZoneRules.Kind
  private let daylight: ZoneRules.Kind?
  private let starts: Change
  private let ends: Change

  /// `nil` when the text does not follow the grammar.
  package init?(_ text: [UInt8]) {
    guard text.count <= 256 else { return nil }
    var parser = Parser(bytes: text[...])
    guard let name = parser.name(), let west = parser.time(limit: 24) else { return nil }
    standard = .init(offset: -west, isDaylightSaving: false, abbreviation: name)
    guard !parser.bytes.isEmpty else {
      daylight = nil
      starts = Change(day: .julian(1), time: 0)
      ends = starts
      return
    }
    guard let other = parser.name() else { return nil }
    var offset = standard.offset + 3_600
    if parser.bytes.first != UInt8(ascii: ",") {
      guard let west = parser.time(limit: 24) else { return nil }
      offset = -west
    }
    guard let starts = parser.change(), let ends = parser.change(), parser.bytes.isEmpty else { return nil }
    daylight = .init(offset: offset, isDaylightSaving: true, abbreviation: other)
    self.starts = starts
    self.ends = ends
  }

  func period(at seconds: Int64, notBefore: Int64) -> ZoneRules.Period {
    guard let daylight else { return .init(start: notBefore, end: Int64.max, kind: standard) }
    let year = DayNumber.civil(seconds &+ Int64(standard.offset)).year
    var start = Int64.min
    var end = Int64.max
    var kind = standard
    for year in (year - 1)...(year + 1) {
      let on = instant(starts, year) - Int64(standard.offset)
      let off = instant(ends, year) - Int64(daylight.offset)
      // Where both fall together (summer time all year round) the switch to summer time wins.
      for (time, next) in [(off, standard), (on, daylight)] {
        if time <= seconds, time > start || (time == start && next.isDaylightSaving) { (start, kind) = (time, next) }
        if time > seconds { end = min(end, time) }
      }
    }
    return .init(start: max(start, notBefore), end: end, kind: kind)
  }

  /// Local seconds of a change in a year, as if local time were UTC.
  private func instant(_ change: Change, _ year: Int) -> Int64 {
    let newYear = DayNumber.days(year: year, month: 1, day: 1)
    let day: Int
    switch change.day {
    case .julian(let n): day = newYear + n - 1 + (n >= 60 && DayNumber.isLeap(year) ? 1 : 0)
    case .zeroBased(let n): day = newYear + n
    case .month(let month, let week, let weekday):
      let first = DayNumber.days(year: year, month: month, day: 1)
      // Day 0 was a Thursday (4 counting from Sunday).
      let firstWeekday = ((first + 4) % 7 + 7) % 7
      var date = (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
      if date >= DayNumber.daysIn(month: month, year: year) { date -= 7 }
      day = first + date
    }
    return Int64(day) * 86_400 + Int64(change.time)
  }

  private struct Parser {
    var bytes: ArraySlice<UInt8>

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
      guard bytes.first == UInt8(ascii: character) else { return false }
      bytes = bytes.dropFirst()
      return true
    }

    mutating func name() -> String? {
      let quoted = skip("<")
      let taken = bytes.prefix { byte in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"): quoted
        default: false
        }
      }
      guard taken.count >= 3, taken.count <= 31 else { return nil }
      bytes = bytes.dropFirst(taken.count)
      if quoted, !skip(">") { return nil }
      return String(decoding: taken, as: UTF8.self)
    }

    mutating func number(max: Int) -> Int? {
      var value = 0
      var digits = 0
      while let byte = bytes.first, byte >= 48, byte <= 57, digits < 4 {
        value = value * 10 + Int(byte - 48)
        digits += 1
        bytes = bytes.dropFirst()
      }
      return digits > 0 && value <= max ? value : nil
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    mutating func time(limit: Int) -> Int? {
      let negative = skip("-")
      if !negative { _ = skip("+") }
      guard let hours = number(max: limit) else { return nil }
      var seconds = hours * 3_600
      if skip(":") {
        guard let minutes = number(max: 59) else { return nil }
        seconds += minutes * 60
        if skip(":") {
          guard let rest = number(max: 59) else { return nil }
          seconds += rest
        }
      }
      return negative ? -seconds : seconds
    }

    mutating func change() -> Change? {
      guard skip(",") else { return nil }
      let day: Day
      if skip("M") {
        guard let month = number(max: 12), month > 0, skip("."), let week = number(max: 5), week > 0, skip("."),
          let weekday = number(max: 6)
        else { return nil }
        day = .month(month, week, weekday)
      } else if skip("J") {
        guard let n = number(max: 365), n > 0 else { return nil }
        day = .julian(n)
      } else {
        guard let n = number(max: 365) else { return nil }
        day = .zeroBased(n)
      }
      guard skip("/") else { return Change(day: day, time: 7_200) }
      guard let time = time(limit: 167) else { return nil }
      return Change(day: day, time: time)
    }
  }
}
