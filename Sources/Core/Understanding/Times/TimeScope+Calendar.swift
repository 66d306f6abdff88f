import Base
import Time

/// The calendar as rules need it: what an open day, month or weekday can be, seen from now.
extension TimeGrammar.Scope {
  typealias Reading = TimeMeaning.Reading

  static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  static func four(_ number: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, 4 - text.utf8.count)) + text
  }

  func seconds(_ year: Int, _ month: Int, _ day: Int) -> Int64? {
    CivilDate(year: year, month: month, day: day).map(Self.seconds)
  }

  func dateReading(_ seconds: Int64) -> Reading { Reading(seconds, nil, Self.date(seconds).description) }

  /// A day and month; without a year the one behind and the one ahead.
  func monthDay(_ month: Int, _ day: Int, year: Int?) -> [Reading] {
    if let year {
      return [Reading(seconds(year, month, day), nil, "\(Self.four(year))-\(Self.two(month))-\(Self.two(day))")]
    }
    return yearly("XXXX-\(Self.two(month))-\(Self.two(day))") { seconds($0, month, day) }
  }

  /// What lies once in a year: the last before now and the first from now on.
  func yearly(_ timex: String, _ date: (Int) -> Int64?) -> [Reading] {
    var past: Int64?
    var future: Int64?
    for step in 0...8 {
      if future == nil, let found = date(today.year + step), found >= nowSeconds { future = found }
      if past == nil, let found = date(today.year - step), found < nowSeconds { past = found }
    }
    let found = [past, future].compactMap { $0 }
    return found.isEmpty ? [Reading(nil, nil, timex)] : found.map { Reading($0, nil, timex) }
  }

  /// A day of a month that is not named.
  func monthly(_ day: Int) -> [Reading] {
    let timex = "XXXX-XX-\(Self.two(day))"
    var past: Int64?
    var future: Int64?
    let first = firstOfMonth(today)
    for step in 0...3 {
      let (ahead, behind) = (first.adding(months: step), first.adding(months: -step))
      if future == nil, let found = seconds(ahead.year, ahead.month, day), found >= nowSeconds { future = found }
      if past == nil, let found = seconds(behind.year, behind.month, day), found < nowSeconds { past = found }
    }
    return [past, future].compactMap { $0 }.map { Reading($0, nil, timex) }
  }

  func firstOfMonth(_ date: CivilDate) -> CivilDate { CivilDate(year: date.year, month: date.month, day: 1) ?? date }

  func startOfWeek(_ date: CivilDate) -> CivilDate {
    date.adding(days: -((date.weekday.rawValue - policy.weekStart.rawValue + 7) % 7))
  }

  /// A weekday of the week that holds a date.
  func weekday(_ weekday: Int, inWeekOf date: CivilDate) -> CivilDate {
    startOfWeek(date).adding(days: (weekday - policy.weekStart.rawValue + 7) % 7)
  }

  /// A bare weekday: the last one and the next.
  func weekday(_ weekday: Int) -> [Reading] {
    let timex = "XXXX-WXX-\(weekday)"
    let this = Self.seconds(self.weekday(weekday, inWeekOf: today))
    let week: Int64 = 7 * 86_400
    return this < nowSeconds
      ? [Reading(this, nil, timex), Reading(this + week, nil, timex)]
      : [Reading(this - week, nil, timex), Reading(this, nil, timex)]
  }

  /// A date moved by a length: months and years on the calendar, the rest by the clock.
  func moved(_ seconds: Int64, by length: [(count: Double, unit: TimeGrain)], _ sign: Int) -> Int64 {
    var date = Self.date(seconds)
    let rest = Self.mod(seconds, 86_400)
    var elapsed = 0.0
    for (count, unit) in length {
      let (base, times) = unit.base
      let whole = count * Double(times)
      guard whole.magnitude < 1e7 else { continue }
      switch base {
      case .month: date = date.adding(months: sign * Int(whole.rounded(.down)))
      case .year: date = date.adding(months: sign * Int((whole * 12).rounded(.down)))
      case .day, .week, .weekend:
        date = date.adding(days: sign * Int((whole * base.seconds / 86_400).rounded(.down)))
      default: elapsed += whole * base.seconds
      }
    }
    let clock = Int64(sign) * Int64(elapsed.rounded())
    guard clock != 0, let zone else { return Self.seconds(date) + rest + clock }
    // what is counted in hours runs on where the clock is changed
    let start = zone.instant(of: CivilDateTime(wallSeconds: Self.seconds(date) + rest))
    return zone.civil(start + .seconds(clock)).wallSeconds
  }

  /// A number of business days ahead or behind.
  func period(_ grain: TimeGrain, of date: CivilDate, step: Int = 0) -> (from: CivilDate, to: CivilDate)? {
    switch grain {
    case .day: return (date.adding(days: step), date.adding(days: step + 1))
    case .week:
      let start = startOfWeek(date).adding(days: 7 * step)
      return (start, start.adding(days: 7))
    case .weekend:
      let start = weekday(6, inWeekOf: date).adding(days: 7 * step)
      return (start, start.adding(days: 2))
    case .fortnight:
      let start = startOfWeek(date).adding(days: 7)
      return step > 0
        ? (start, start.adding(days: 14))
        : (startOfWeek(date).adding(days: 14 * step), startOfWeek(date).adding(days: 14 * step + 14))
    case .month:
      let start = firstOfMonth(date).adding(months: step)
      return (start, start.adding(months: 1))
    case .quarter:
      guard let first = CivilDate(year: date.year, month: (date.month - 1) / 3 * 3 + 1, day: 1) else { return nil }
      return (first.adding(months: 3 * step), first.adding(months: 3 * step + 3))
    case .year, .decade, .century:
      let size = grain == .year ? 1 : grain == .decade ? 10 : 100
      let year = date.year / size * size + step * size
      guard let from = CivilDate(year: max(1, year), month: 1, day: 1) else { return nil }
      return (from, from.adding(months: 12 * size))
    case .second, .minute, .hour: return nil
    }
  }

  /// TIMEX of a whole period of the calendar.
  func timex(_ grain: TimeGrain, from: CivilDate) -> String {
    switch grain {
    case .year: return Self.four(from.year)
    case .month: return "\(Self.four(from.year))-\(Self.two(from.month))"
    case .week, .weekend:
      let (year, week) = isoWeek(grain == .week ? from : from.adding(days: -5))
      return "\(Self.four(year))-W\(Self.two(week))\(grain == .weekend ? "-WE" : "")"
    default: return from.description
    }
  }

  func isoWeek(_ date: CivilDate) -> (year: Int, week: Int) {
    let thursday = date.adding(days: 4 - date.weekday.rawValue)
    return (thursday.year, (thursday.dayOfYear - 1) / 7 + 1)
  }

  /// The Monday of week 1.
  func firstWeek(of year: Int) -> CivilDate? {
    CivilDate(year: year, month: 1, day: 4).map { $0.adding(days: 1 - $0.weekday.rawValue) }
  }

  func span(_ from: CivilDate, _ to: CivilDate, _ timex: String = "") -> Reading {
    Reading(Self.seconds(from), Self.seconds(to), timex)
  }
}
