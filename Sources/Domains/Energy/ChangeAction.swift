import Actions
import Base
import Formats
import Messages
import Store
import Time

struct ExplainChange: Action {
  static let name = "energy.change"
  static let summary =
    "Says how much the use changed, in percent as well, and where most of it came from: buildings, days, hours."
  static let effect = Effect.read

  @Parameter("Only this building.", kind: .entity("buildings")) var building: String?
  @Parameter("Which days; those looked at, or the latest whole week, when left out.") var period: DayPeriod?
  @Parameter("What they are compared with; the time just before when left out.", kind: .choice(EnergyPeriod.others))
  var versus: String?
  @Parameter("What was said, word for word.") var said: String?
  @Parameter("What was looked at before; the conversation knows it.") var lookedAt: JSON?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let glance = Glance(lookedAt, context.today)
    let named = building ?? glance.building
    let (days, other) = (period ?? glance.period, versus ?? glance.versus)
    let (said, zone, today) = (said, context.zone, context.today)
    guard let named else {
      let facts = try await context.store.read { reader in
        try Portfolio.read(reader, fallback: zone) {
          EnergyPeriod.meant(days, versus: other, said, glance, today: today, latest: $0)
        }
      }
      guard let facts else { return .answer(Say("energy.empty")) }
      return Self.answer(facts)
    }
    let found: Building
    switch try await Buildings.resolve(named, for: Self.name, in: context) {
    case .one(let one): found = one
    case .ask(let say): return .ask(say, parameter: "building")
    }
    let read = try await context.store.read { reader -> (BuildingFacts, ChangeParts)? in
      let facts = try BuildingFacts.read(found, reader) {
        EnergyPeriod.meant(days, versus: other, said, glance, today: today, latest: $0)
      }
      guard let facts else { return nil }
      return (facts, try ChangeParts.read(facts, reader))
    }
    guard let (facts, parts) = read else {
      throw ActionError(
        "energy.no_data", ["name": .text(found.name)], sentence: "\(found.name) has no readings yet.",
        field: "building")
    }
    let lines = parts.lines(isRise: facts.now >= facts.before)
    return .answer(
      Self.say(facts.now, facts.before, facts.period, name: found.name, lines: lines),
      data: Self.data(facts.now, facts.before, facts.period))
  }

  /// Of all buildings: those that changed most in the direction in which all changed.
  private static func answer(_ facts: Portfolio) -> ActionResult {
    let isRise = facts.total >= facts.before
    // a twentieth of it explains nothing
    let least = abs(facts.total - facts.before) / 20
    let moved = facts.shares.filter { (isRise ? $0.now - $0.before : $0.before - $0.now) > least }
      .sorted { abs($0.now - $0.before) > abs($1.now - $1.before) }
    let lines = moved.prefix(3).map { share -> Say in
      var values: [String: Say.Value] = [
        "name": .text(share.building.name), "difference": .say(EnergyUnit.say(abs(share.now - share.before))),
      ]
      if let change = Change.say(Change.percent(share.now, share.before)) { values["change"] = .say(change) }
      return Say(isRise ? "energy.change.building_more" : "energy.change.building_less", values)
    }
    return .answer(
      say(facts.total, facts.before, facts.period, name: nil, lines: lines),
      data: data(facts.total, facts.before, facts.period))
  }

  private static func say(_ now: Int64, _ before: Int64, _ period: EnergyPeriod, name: String?, lines: [Say]) -> Say {
    var values: [String: Say.Value] = [
      "now": .say(EnergyUnit.say(now)), "before": .say(EnergyUnit.say(before)), "days": period.said,
      "days_before": period.earlierSaid, "difference": .say(EnergyUnit.say(abs(now - before))),
    ]
    if let name { values["name"] = .text(name) }
    guard let percent = Change.percent(now, before) else { return Say("energy.change.nothing_before", values) }
    values["change"] = Change.say(percent).map { .say($0) }
    return Say(now >= before ? "energy.change.more" : "energy.change.less", values, lines: lines)
  }

  private static func data(_ now: Int64, _ before: Int64, _ period: EnergyPeriod) -> JSON {
    [
      "from": .string(period.from.description), "to": .string(period.to.description), "kwh": EnergyUnit.kWh(now),
      "kwh_before": EnergyUnit.kWh(before),
      "percent": JSON(Change.percent(now, before).map { ($0 * 10).rounded() / 10 }),
    ]
  }
}

/// Which days and which hours of the day made the difference of a building.
struct ChangeParts: Sendable {
  /// A day and the one it stands beside.
  var days: [(day: CivilDate, before: CivilDate, difference: Int64)] = []
  /// By quarters of the day: from midnight, six, noon and six in the evening.
  var quarters = [Int64](repeating: 0, count: 4)
  var hasHours = false

  /// Longer stretches are told by their days alone.
  private static let mostDays = 62

  static func read(_ facts: BuildingFacts, _ reader: some DatedQuerying) throws -> ChangeParts {
    var parts = ChangeParts()
    let period = facts.period
    guard !period.isMonth, period.days <= mostDays else { return parts }
    let zone = facts.building.zone
    let hourly = facts.meters.filter { $0.step > 0 && $0.step <= 3_600 }
    parts.hasHours = hourly.count == facts.meters.count && !hourly.isEmpty
    for place in 0..<period.days {
      let (day, before) = (period.from.adding(days: place), period.earlier.lowerBound.adding(days: place))
      guard period.earlier.contains(before) else { break }
      let (now, then) = (
        try quarters(of: day, facts, zone, until: nil, reader),
        try quarters(of: before, facts, zone, until: day == period.to ? period.until : nil, reader)
      )
      // a day without readings on either side is a gap and no saving
      guard let now, let then else { continue }
      for quarter in 0..<4 { parts.quarters[quarter] += now[quarter] - then[quarter] }
      parts.days.append((day, before, now.reduce(0, +) - then.reduce(0, +)))
    }
    return parts
  }

  private static func quarters(
    of day: CivilDate, _ facts: BuildingFacts, _ zone: Zone, until: CivilTime?, _ reader: some DatedQuerying
  ) throws -> [Int64]? {
    let start = zone.startOfDay(day)
    let end = until.map { zone.instant(of: day.at($0)) } ?? zone.startOfDay(day.adding(days: 1))
    var sums = [Int64](repeating: 0, count: 4)
    var isEmpty = true
    for meter in facts.meters {
      try reader.scan(
        "SELECT at, wh FROM energy_readings WHERE tenant = :tenant AND meter = ? AND at >= ? AND at < ?", meter.number,
        start, end
      ) { row in
        sums[min(3, zone.civil(row.instant(0)).time.hour / 6)] += row.int(1)
        isEmpty = false
        return true
      }
    }
    return isEmpty ? nil : sums
  }

  /// The days that changed most that way, and the part of the day that did.
  func lines(isRise: Bool) -> [Say] {
    func isOf(_ difference: Int64) -> Bool { isRise ? difference > 0 : difference < 0 }
    let word = isRise ? "more" : "less"
    var lines: [Say] = []
    let moved = days.count > 1 ? days.filter { isOf($0.difference) } : []
    for item in moved.sorted(by: { abs($0.difference) > abs($1.difference) }).prefix(3) {
      lines.append(
        Say(
          "energy.change.day_\(word)",
          [
            "day": .date(item.day), "before": .date(item.before),
            "difference": .say(EnergyUnit.say(abs(item.difference))),
          ]))
    }
    let turned = quarters.indices.filter { isOf(quarters[$0]) }
    guard hasHours, let most = turned.max(by: { abs(quarters[$0]) < abs(quarters[$1]) }) else { return lines }
    func time(_ quarter: Int) -> Say.Value { .time(CivilTime(secondOfDay: quarter % 4 * 21_600)) }
    lines.append(
      Say(
        "energy.change.hours_\(word)",
        ["from": time(most), "to": time(most + 1), "difference": .say(EnergyUnit.say(abs(quarters[most])))]))
    return lines
  }
}
