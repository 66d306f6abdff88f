import Base

/// The parts of a rule that choose days: BYMONTH, BYMONTHDAY, BYDAY, BYYEARDAY and BYWEEKNO together.
struct DayFilter {
  /// Bit 1…12; zero is no limit.
  private(set) var months: UInt16 = 0
  private var monthDays: UInt32 = 0
  private var monthDaysFromEnd: UInt32 = 0
  private var weekdays: UInt8 = 0
  private var ordinals: [RecurrenceRule.Day] = []
  private var ordinalsInMonth = false
  private var yearDays: Set<Int> = []
  private var weeks: UInt64 = 0
  private var weeksFromEnd: UInt64 = 0
  private let weekStart: Int

  private let limitsMonthDay: Bool
  private let limitsWeekday: Bool
  private let limitsWeek: Bool

  /// - Parameter fills: what DTSTART gives where the rule is silent; a rule steps days by itself when `false`.
  init(_ rule: RecurrenceRule, start: CivilDate, fills: Bool) {
    var byMonth = rule.byMonth
    var byMonthDay = rule.byMonthDay
    var byDay = rule.byDay
    if fills, byMonthDay.isEmpty, byDay.isEmpty, rule.byYearDay.isEmpty {
      switch rule.frequency {
      case .yearly where !rule.byWeekNumber.isEmpty: byDay = [.init(start.weekday)]
      case .yearly:
        if byMonth.isEmpty { byMonth = [start.month] }
        byMonthDay = [start.day]
      case .monthly: byMonthDay = [start.day]
      case .weekly: byDay = [.init(start.weekday)]
      default: break
      }
    }
    for month in byMonth { months |= 1 << UInt16(month) }
    for day in byMonthDay {
      if day > 0 { monthDays |= 1 << UInt32(day) } else { monthDaysFromEnd |= 1 << UInt32(-day) }
    }
    for day in byDay {
      if day.ordinal == 0 { weekdays |= 1 << UInt8(day.weekday.rawValue) } else { ordinals.append(day) }
    }
    ordinalsInMonth = rule.frequency == .monthly || !byMonth.isEmpty
    yearDays = Set(rule.byYearDay)
    for week in rule.byWeekNumber {
      if week > 0 { weeks |= 1 << UInt64(week) } else { weeksFromEnd |= 1 << UInt64(-week) }
    }
    weekStart = rule.weekStart.rawValue
    limitsMonthDay = !byMonthDay.isEmpty
    limitsWeekday = !byDay.isEmpty
    limitsWeek = !rule.byWeekNumber.isEmpty
  }

  /// Nothing but weekdays without numbers is asked.
  var isWeekdaysOnly: Bool {
    months == 0 && !limitsMonthDay && ordinals.isEmpty && yearDays.isEmpty && !limitsWeek
  }
  var isEmpty: Bool { isWeekdaysOnly && !limitsWeekday }

  func allows(month: Int) -> Bool { months == 0 || months & 1 << UInt16(month) != 0 }

  func matches(_ number: Int) -> Bool {
    if isEmpty { return true }
    let date = DayNumber.date(days: number)
    guard allows(month: date.month) else { return false }
    let length = DayNumber.daysIn(month: date.month, year: date.year)
    return matches(number, day: date.day, monthLength: length, year: Year(date.year, weekStart: weekStart))
  }

  /// The first day after a day that did not match which may do so.
  func nextCandidate(after number: Int) -> Int {
    guard months != 0 else { return number + 1 }
    var (year, month, day) = DayNumber.date(days: number)
    if allows(month: month), day < DayNumber.daysIn(month: month, year: year) { return number + 1 }
    day = 1
    repeat {
      month += 1
      if month > 12 { (year, month) = (year + 1, 1) }
    } while !allows(month: month)
    return DayNumber.days(year: year, month: month, day: day)
  }

  func days(inYear year: Int) -> [Int] {
    let facts = Year(year, weekStart: weekStart)
    var found: [Int] = []
    for month in 1...12 where allows(month: month) { collect(month, facts, into: &found) }
    return found
  }

  func days(inMonth month: Int, year: Int) -> [Int] {
    guard allows(month: month) else { return [] }
    var found: [Int] = []
    collect(month, Year(year, weekStart: weekStart), into: &found)
    return found
  }

  private func collect(_ month: Int, _ year: Year, into found: inout [Int]) {
    let length = DayNumber.daysIn(month: month, year: year.year)
    let before = DayNumber.days(year: year.year, month: month, day: 1) - 1
    for day in 1...length where matches(before + day, day: day, monthLength: length, year: year) {
      found.append(before + day)
    }
  }

  private func matches(_ number: Int, day: Int, monthLength: Int, year: Year) -> Bool {
    if limitsMonthDay, monthDays & 1 << UInt32(day) == 0, monthDaysFromEnd & 1 << UInt32(monthLength - day + 1) == 0 {
      return false
    }
    if limitsWeekday {
      let weekday = DayFilter.weekday(number)
      if weekdays & 1 << UInt8(weekday) == 0 {
        guard !ordinals.isEmpty else { return false }
        let (place, length) =
          ordinalsInMonth ? (day, monthLength) : (number - year.first + 1, year.length)
        let (forward, backward) = ((place - 1) / 7 + 1, -((length - place) / 7 + 1))
        guard
          ordinals.contains(where: {
            $0.weekday.rawValue == weekday && ($0.ordinal == forward || $0.ordinal == backward)
          })
        else { return false }
      }
    }
    if !yearDays.isEmpty {
      let place = number - year.first + 1
      guard yearDays.contains(place) || yearDays.contains(place - year.length - 1) else { return false }
    }
    return !limitsWeek || matchesWeek(number, year)
  }

  private func matchesWeek(_ number: Int, _ year: Year) -> Bool {
    let (first, next) =
      if number < year.firstWeek { (year.firstWeekBefore, year.firstWeek) } else if number >= year.firstWeekAfter {
        (year.firstWeekAfter, year.firstWeekInTwoYears)
      } else { (year.firstWeek, year.firstWeekAfter) }
    let week = (number - first) / 7 + 1
    return weeks & 1 << UInt64(week) != 0 || weeksFromEnd & 1 << UInt64((next - first) / 7 - week + 1) != 0
  }

  /// 1 (Monday) to 7; day 0 was a Thursday.
  static func weekday(_ number: Int) -> Int { ((number + 3) % 7 + 7) % 7 + 1 }

  /// Where a year and its numbered weeks begin.
  private struct Year {
    let year: Int
    let first: Int
    let length: Int
    let weekStart: Int

    init(_ year: Int, weekStart: Int) {
      self.year = year
      self.weekStart = weekStart
      first = DayNumber.days(year: year, month: 1, day: 1)
      length = DayNumber.isLeap(year) ? 366 : 365
    }

    var firstWeek: Int { firstWeek(of: first) }
    var firstWeekAfter: Int { firstWeek(of: first + length) }
    var firstWeekInTwoYears: Int { firstWeek(of: first + length + (DayNumber.isLeap(year + 1) ? 366 : 365)) }
    var firstWeekBefore: Int { firstWeek(of: first - (DayNumber.isLeap(year - 1) ? 366 : 365)) }

    /// Week 1 is the first with at least four days in the year.
    private func firstWeek(of newYear: Int) -> Int {
      let into = (DayFilter.weekday(newYear) - weekStart + 7) % 7
      return into <= 3 ? newYear - into : newYear - into + 7
    }
  }
}
