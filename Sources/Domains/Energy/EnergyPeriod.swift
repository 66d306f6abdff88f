import Actions
import Base
import Messages
import Store
import Time

/// The days that an answer speaks of, counted back from the latest readings: old data is still answered, and dated.
struct EnergyPeriod: Sendable, Hashable {
  var from: CivilDate
  /// The last day of it.
  var to: CivilDate
  var earlier: ClosedRange<CivilDate>
  var isMonth: Bool
  /// Asked for, and so told by its days.
  var isNamed = false
  /// Of its last day, and of the last one it stands beside, only what was before this hour: the rest is still to come.
  var until: CivilTime?

  var days: Int { to.days(since: from) + 1 }
  var seconds: Double { Double(days) * 86_400 - (until.map { 86_400 - Double($0.secondOfDay) } ?? 0) }

  /// Of the time before, cut at the same hour.
  var earlierSeconds: Double {
    Double(earlier.upperBound.days(since: earlier.lowerBound) + 1) * 86_400
      - (until.map { 86_400 - Double($0.secondOfDay) } ?? 0)
  }

  /// No further than the readings go, beside as much of the time before: hours still to come are neither gaps nor a fall.
  func asFar(as end: Instant, in zone: Zone) -> EnergyPeriod {
    let day = zone.date(end - .seconds(1))
    guard isNamed, day >= from, day <= to else { return self }
    var period = self
    period.to = day
    period.earlier =
      earlier.lowerBound...min(earlier.upperBound, earlier.lowerBound.adding(days: day.days(since: from)))
    if zone.startOfDay(day.adding(days: 1)) > end { period.until = zone.civil(end).time }
    return period
  }

  /// What a meter used on the last day of the time before after the hour at which this one ends so far.
  func rest(of meter: Building.Meter, _ reader: some DatedQuerying) throws -> Int64 {
    guard let until else { return 0 }
    let day = earlier.upperBound
    return try reader.first(
      "SELECT sum(wh) FROM energy_readings WHERE tenant = :tenant AND meter = ? AND at >= ? AND at < ?", meter.number,
      meter.zone.instant(of: day.at(until)), meter.zone.startOfDay(day.adding(days: 1)), map: { $0.optionalInt(0) }
    )
    .flatMap(\.self) ?? 0
  }

  /// The last whole week, or the last month when meters are read by the month; `nil` without data.
  static func latest(_ reader: some DatedQuerying) throws -> EnergyPeriod? {
    guard
      let last = try reader.first(
        "SELECT day FROM energy_totals WHERE tenant = :tenant AND count > 0 AND day <= ? ORDER BY day DESC LIMIT 1",
        Zone.utc.date(reader.latestReading).dayNumber, map: { $0.integer(0) })
    else { return nil }
    let slow = try reader.count("SELECT count(*) FROM energy_meters WHERE tenant = :tenant AND step_s > 604800")
    let all = try reader.count("SELECT count(*) FROM energy_meters WHERE tenant = :tenant AND step_s > 0")
    let day = CivilDate(dayNumber: last)
    if all > 0, slow * 2 > all {
      let from = day.adding(days: 1 - day.day)
      let before = from.adding(months: -1)
      return EnergyPeriod(
        from: from, to: from.adding(months: 1).adding(days: -1), earlier: before...from.adding(days: -1), isMonth: true)
    }
    let end = try isWhole(last, reader) ? day : day.adding(days: -1)
    return week(ending: end)
  }

  /// What days are compared with, by name.
  static let others = ["last_week", "last_month", "last_year", "before"]

  /// The days that were asked for by name: whole ones of the calendar, or those of a running one so far beside as many of the
  /// one before. `nil` when nothing was named.
  ///
  /// - Parameters:
  ///   - period: the days looked at; the same name as what they are compared with names none.
  ///   - other: of what they are compared with.
  static func named(
    _ period: DayPeriod?, versus other: String?, today: CivilDate, latest: EnergyPeriod
  ) -> EnergyPeriod? {
    let wanted = period?.text == other ? nil : period
    let monday = today.adding(days: 1 - today.weekday.rawValue)
    let month = today.adding(days: 1 - today.day)
    let year = today.adding(days: 1 - today.dayOfYear)
    var period: EnergyPeriod
    func span(_ from: CivilDate, _ to: CivilDate, _ earlier: CivilDate) -> EnergyPeriod {
      let end = earlier.adding(days: min(to.days(since: from), max(0, from.days(since: earlier) - 1)))
      return EnergyPeriod(from: from, to: to, earlier: earlier...end, isMonth: false, isNamed: true)
    }
    switch wanted {
    case .named(.today): period = span(today, today, today.adding(days: -1))
    case .named(.yesterday): period = span(today.adding(days: -1), today.adding(days: -1), today.adding(days: -2))
    case .named(.week): period = span(monday, today, monday.adding(days: -7))
    case .named(.lastWeek):
      period = span(monday.adding(days: -7), monday.adding(days: -1), monday.adding(days: -14))
    case .named(.month): period = span(month, today, month.adding(months: -1))
    case .named(.lastMonth):
      let before = month.adding(months: -1)
      period = span(before, month.adding(days: -1), before.adding(months: -1))
      period.earlier = before.adding(months: -1)...before.adding(days: -1)
    case .named(.year): period = span(year, today, year.adding(months: -12))
    case .named(.lastYear):
      let before = year.adding(months: -12)
      period = span(before, year.adding(days: -1), before.adding(months: -12))
    case .days(let first, let last):
      // a whole month stands beside the month before, other days beside as many
      let isMonth = first.day == 1 && last == first.adding(months: 1).adding(days: -1)
      period = span(
        first, last, isMonth ? first.adding(months: -1) : first.adding(days: first.days(since: last) - 1))
      if isMonth { period.earlier = first.adding(months: -1)...first.adding(days: -1) }
    case nil:
      switch other {
      case "last_month": period = span(month, today, month.adding(months: -1))
      case "last_week" where latest.isMonth, "last_year", "last_week":
        period = latest
        period.isNamed = true
      default: return nil
      }
    }
    if other == "last_year" {
      // the same days of the week, so that weekends stand beside weekends
      let back = period.days > 27 ? (period.from.adding(months: -12), period.to.adding(months: -12)) : nil
      period.earlier =
        (back?.0 ?? period.from.adding(days: -364))...(back?.1 ?? period.to.adding(days: -364))
    }
    return period
  }

  /// "from … to …", or the one day; with the hour where it is not over.
  private func say(_ from: CivilDate, _ to: CivilDate) -> Say.Value {
    var values: [String: Say.Value] = ["from": .date(from), "to": .date(to)]
    if let until { values["time"] = .time(until) }
    return .say(Say(from == to ? "energy.days.one" : "energy.days.several", values))
  }

  var said: Say.Value { say(from, to) }
  var earlierSaid: Say.Value { say(earlier.lowerBound, earlier.upperBound) }

  static func week(ending end: CivilDate) -> EnergyPeriod {
    let from = end.adding(days: -6)
    return EnergyPeriod(from: from, to: end, earlier: from.adding(days: -7)...from.adding(days: -1), isMonth: false)
  }

  /// Whether the newest day has nearly as many readings as the one before; a running day would look like a fall.
  private static func isWhole(_ day: Int, _ reader: some DatedQuerying) throws -> Bool {
    let count = try reader.count("SELECT count FROM energy_totals WHERE tenant = :tenant AND day = ?", day)
    let before = try reader.count("SELECT count FROM energy_totals WHERE tenant = :tenant AND day = ?", day - 1)
    // a day of a clock change has 23 hours
    return before == 0 || count * 100 >= before * 95
  }
}

/// How much more or less, in percent; `nil` when there is nothing to compare with.
enum Change {
  static func percent(_ now: Int64, _ before: Int64) -> Double? {
    before > 0 ? (Double(now) / Double(before) - 1) * 100 : nil
  }

  /// “▲ 12%” or “▼ 8%”.
  static func say(_ percent: Double?) -> Say? {
    guard let percent else { return nil }
    return Say(percent >= 0 ? "energy.more" : "energy.less", ["share": .percent(abs(percent))])
  }
}
