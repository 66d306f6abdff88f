import Actions
import Base
import Formats
import Messages
import Time

/// The times of day at which a medicine is taken: hours, and meals of the person who takes it.
struct DayTimes: Sendable, Hashable {
  /// As it was said, with the usual hour for each meal.
  let said: WhenValue

  var anchors: [MealAnchor] { said.meals.compactMap(MealAnchor.said(as:)) }

  /// What is to be kept of it: nothing where no meal was named.
  var json: JSON? { anchors.isEmpty ? nil : said.json }

  init(_ said: WhenValue) { self.said = said }

  init?(json: JSON, zone: Zone) {
    guard let said = WhenValue(json: json, zone: zone, now: .epoch) else { return nil }
    self.init(said)
  }

  /// The same with the person's own meal times.
  func when(_ meals: MealTimes) throws -> WhenValue {
    guard !anchors.isEmpty else { return said }
    func own(_ time: CivilTime) -> CivilTime {
      guard said.meals.contains(time), let anchor = MealAnchor.said(as: time) else { return time }
      return anchor.time(meals)
    }
    var when = said
    when.start = said.start.date.at(own(said.start.time))
    guard let rule = said.rule else { return when }
    let times = Array(Set(Self.times(of: rule, from: said.start.time).map(own))).sorted()
    when.rule = try Self.rule(rule, at: times)
    if let first = times.first, times.count > 1, !times.contains(when.start.time) {
      when.start = when.start.date.at(first)
    }
    return when
  }

  /// The times of one day of a rule.
  static func times(of rule: RecurrenceRule, from start: CivilTime) -> [CivilTime] {
    guard !rule.byHour.isEmpty else { return [start] }
    let minutes = rule.byMinute.isEmpty ? [start.minute] : rule.byMinute
    let grid = rule.byHour.sorted().flatMap { hour in
      minutes.sorted().map { CivilTime(secondOfDay: hour * 3_600 + $0 * 60) }
    }
    guard rule.frequency == .daily, !rule.bySetPosition.isEmpty else { return grid }
    return rule.bySetPosition.compactMap { place in
      grid.indices.contains(place - 1) ? grid[place - 1] : nil
    }
  }

  /// A rule with other times of day.
  static func rule(_ rule: RecurrenceRule, at times: [CivilTime]) throws -> RecurrenceRule {
    var parts = rule.description.split(separator: ";").map(String.init)
    parts.removeAll { $0.hasPrefix("BYHOUR=") || $0.hasPrefix("BYMINUTE=") || $0.hasPrefix("BYSETPOS=") }
    if times.count > 1 {
      let hours = Array(Set(times.map(\.hour))).sorted()
      let minutes = Array(Set(times.map(\.minute))).sorted()
      parts.append("BYHOUR=\(hours.map(String.init).joined(separator: ","))")
      // a rule of weeks or months cannot pick single places of the grid: there the minutes of the first hold for all
      let isDaily = rule.frequency == .daily
      parts.append("BYMINUTE=\((isDaily ? minutes : [times[0].minute]).map(String.init).joined(separator: ","))")
      let grid = hours.flatMap { hour in minutes.map { CivilTime(secondOfDay: hour * 3_600 + $0 * 60) } }
      if isDaily, grid.count != times.count {
        let places = grid.indices.filter { times.contains(grid[$0]) }.map { String($0 + 1) }
        parts.append("BYSETPOS=\(places.joined(separator: ","))")
      }
    }
    return try RecurrenceRule(parsing: parts.joined(separator: ";"))
  }

  /// "every day after breakfast (8:30 am) and at 2:00 pm"; `nil` where the timetable's own words say it.
  func words(_ meals: MealTimes) -> Say.Value? {
    guard let rule = said.rule, rule.frequency == .daily, rule.interval == 1, rule.byDay.isEmpty else {
      return nil
    }
    let items = Self.times(of: rule, from: said.start.time).map { time -> (CivilTime, Say.Value) in
      guard said.meals.contains(time), let anchor = MealAnchor.said(as: time) else {
        return (time, .say(Say("meal.at", ["at": .time(time)])))
      }
      let own = anchor.time(meals)
      return (own, .say(Say("meal.\(anchor.rawValue)", ["at": .time(own)])))
    }
    return .say(Say("meal.daily", ["times": .list(items.sorted { $0.0 < $1.0 }.map(\.1))]))
  }
}
