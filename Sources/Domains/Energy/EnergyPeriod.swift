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

  var days: Int { to.days(since: from) + 1 }

  /// The last whole week, or the last month when meters are read by the month; `nil` without data.
  static func latest(_ reader: some Querying) throws -> EnergyPeriod? {
    guard
      let last = try reader.first(
        "SELECT day FROM energy_totals WHERE tenant = :tenant AND count > 0 ORDER BY day DESC LIMIT 1",
        map: { $0.integer(0) })
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

  static func week(ending end: CivilDate) -> EnergyPeriod {
    let from = end.adding(days: -6)
    return EnergyPeriod(from: from, to: end, earlier: from.adding(days: -7)...from.adding(days: -1), isMonth: false)
  }

  /// Whether the newest day has nearly as many readings as the one before; a running day would look like a fall.
  private static func isWhole(_ day: Int, _ reader: some Querying) throws -> Bool {
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
