import Base
import Time

// The selectors of days in opening hours.

struct YearRange: Hashable, Sendable {
  var from: Int
  var to: Int
  var step = 1
  func contains(_ year: Int) -> Bool { year >= from && year <= to && (year - from) % step == 0 }
}

/// `02-52/2`.
struct Steps: Hashable, Sendable {
  var from: Int
  var to: Int
  var step = 1
  func contains(_ number: Int) -> Bool { number >= from && number <= to && (number - from) % step == 0 }
}

enum ISOWeek {
  /// ISO 8601: the week belongs to the year of its Thursday.
  static func number(of day: CivilDate) -> Int {
    let thursday = day.adding(days: 4 - day.weekday.rawValue)
    return (thursday.dayOfYear - 1) / 7 + 1
  }
}

/// `Mo-Fr`, `Sa[1,3]`, `Sa[-1] +1 day`.
struct WeekdayRange: Hashable, Sendable {
  var from: Weekday
  var to: Weekday
  var places: [Int] = []
  var offset = 0

  func contains(_ given: CivilDate) -> Bool {
    let day = given.adding(days: -offset)
    let number = day.weekday.rawValue
    let (low, high) = (from.rawValue, to.rawValue)
    guard low <= high ? (low...high).contains(number) : number >= low || number <= high else { return false }
    if places.isEmpty { return true }
    let place = (day.day - 1) / 7 + 1
    let fromEnd = -((DayNumber.daysIn(month: day.month, year: day.year) - day.day) / 7 + 1)
    return places.contains(place) || places.contains(fromEnd)
  }
}

/// One end of a range of dates.
struct DatePoint: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case month(Int), day(Int, Int)
    case weekday(Int, Weekday, Int)
    case easter
  }
  var kind: Kind
  var year: Int?
  var offset = 0

  /// Days since 1970; of a whole month its first or last day.
  func resolve(_ year: Int, isEnd: Bool) -> Int? {
    guard (1...9_999).contains(year) else { return nil }
    let base: Int
    switch kind {
    case .month(let month):
      base = DayNumber.days(
        year: year, month: month, day: isEnd ? DayNumber.daysIn(month: month, year: year) : 1)
    case .day(let month, let day):
      // 29 February in other years: the end of a range falls on the 28th, its start on 1 March
      let last = DayNumber.daysIn(month: month, year: year)
      base = DayNumber.days(year: year, month: month, day: min(day, last)) + (day > last && !isEnd ? 1 : 0)
    case .weekday(let month, let weekday, let place):
      let days = DayNumber.daysIn(month: month, year: year)
      if place > 0 {
        let first = DayNumber.days(year: year, month: month, day: 1)
        let ahead = (weekday.rawValue - Weekday(dayNumber: first).rawValue + 7) % 7 + (place - 1) * 7
        guard ahead < days else { return nil }
        base = first + ahead
      } else {
        let last = DayNumber.days(year: year, month: month, day: days)
        let back = (Weekday(dayNumber: last).rawValue - weekday.rawValue + 7) % 7 + (-place - 1) * 7
        guard back < days else { return nil }
        base = last - back
      }
    case .easter: base = Self.easter(year)
    }
    return base + offset
  }

  /// Gregorian Easter Sunday. Source: the anonymous algorithm (Meeus, Jones, Butcher).
  private static func easter(_ year: Int) -> Int {
    let a = year % 19
    let (b, c) = (year / 100, year % 100)
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7
    let m = (a + 11 * h + 22 * l) / 451
    let sum = h + l - 7 * m + 114
    return DayNumber.days(year: year, month: sum / 31, day: sum % 31 + 1)
  }
}

struct DateRange: Hashable, Sendable {
  var start: DatePoint
  var end: DatePoint

  func contains(_ day: CivilDate) -> Bool {
    let number = day.dayNumber
    if start == end, case .day(let month, let date) = start.kind, start.offset == 0 {
      return day.month == month && day.day == date && (start.year ?? day.year) == day.year
    }
    // a range may begin in the year before, and offsets may lead into the next
    for year in start.year.map({ $0...$0 }) ?? (day.year - 1)...(day.year + 1) {
      guard let first = start.resolve(year, isEnd: false), var last = end.resolve(end.year ?? year, isEnd: true)
      else { continue }
      if last < first, end.year == nil || start.year == nil {
        guard let next = end.resolve(year + 1, isEnd: true) else { continue }
        last = next
      }
      if first <= number, number <= last { return true }
    }
    return false
  }
}
