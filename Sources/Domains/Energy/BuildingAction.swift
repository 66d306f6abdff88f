import Actions
import Base
import Formats
import Messages
import Store
import Time

struct ShowBuilding: Action {
  static let name = "energy.building"
  static let summary = "Tells the key facts of a building: use, change, intensity, peak, meters, last reading."
  static let effect = Effect.read

  @Parameter("Which building, by name.", kind: .entity("buildings")) var building: String
  @Parameter("Which days; the latest whole week or month when left out.") var period: DayPeriod?
  @Parameter("What they are compared with; the time just before when left out.", kind: .choice(EnergyPeriod.others))
  var versus: String?
  @Parameter("Other days that they are put beside.") var against: DayPeriod?
  @Parameter("What was asked that is not reckoned here.", kind: .choice(LeftOut.all)) var leftOut: String?
  @Parameter("What was said, word for word.") var said: String?
  @Parameter("What was looked at before; the conversation knows it.") var lookedAt: JSON?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let found: Building
    switch try await Buildings.resolve(building, for: Self.name, in: context) {
    case .one(let one): found = one
    case .ask(let say): return .ask(say, parameter: "building")
    }
    let today = found.zone.date(context.now)
    let (glance, words) = (Glance(lookedAt, today), FollowUp(said))
    try words.checkDay()
    if words.isOnly(found.name), period == nil, let other = try await lookedAt(found, glance, words, context) {
      return other
    }
    var (name, against) = words.sides(period, against, versus, glance)
    // "and tower b?" asks for the same days
    if name == nil, versus == nil, words.isOnly(found.name) { name = glance.period }
    let (days, beside, other, said) = (name, against, versus, said)
    let part = try await context.store.read {
      MeterWords(said, of: found, try Buildings.meters(of: found.id, $0, fallback: found.zone))
    }
    let facts = try await context.store.read { reader in
      try BuildingFacts.read(found, reader, of: part) {
        EnergyPeriod.meant(days, versus: other, said, glance, today: today, latest: $0, against: beside)
      }
    }
    guard let facts else {
      throw ActionError(
        "energy.no_data", ["name": .text(found.name)], sentence: "\(found.name) has no readings yet.",
        field: "building")
    }
    guard facts.now != 0 || !facts.period.isNamed else {
      let (period, latest) = (facts.period, found.zone.date(facts.last))
      return .answer(
        Say(
          "energy.no_period",
          ["name": .text(found.name), "days": period.said, "latest": .date(latest)]))
    }
    var say = facts.say(context)
    say.lines = facts.lines(isAsked: versus != nil || beside != nil) + facts.split()
    if let leftOut {
      let days = Int64(max(1, facts.period.days))
      say.lines.append(Say("energy.left_out.\(leftOut)", ["use": .say(EnergyUnit.say(facts.now / days))]))
    }
    return .answer(say, data: facts.data())
  }

  /// "Only cold store 1" after a list of what is odd asks what is odd there.
  private func lookedAt(
    _ found: Building, _ glance: Glance, _ words: FollowUp, _ context: ActionContext
  ) async throws -> ActionResult? {
    guard ["only", "just", "and", "for"].contains(where: words.says) else { return nil }
    switch glance.action {
    case ListAnomalies.name:
      var show = ListAnomalies()
      (show.building, show.period) = (found.id, glance.period)
      return try await show.perform(in: context)
    case ShowDays.name:
      var show = ShowDays()
      (show.building, show.period) = (found.id, glance.period)
      return try await show.perform(in: context)
    case ShowPeak.name:
      var show = ShowPeak()
      (show.building, show.period) = (found.id, glance.period)
      return try await show.perform(in: context)
    default: return nil
    }
  }
}

struct BuildingFacts: Sendable {
  var building: Building
  var meters: [Building.Meter]
  var period: EnergyPeriod
  var now: Int64 = 0
  var before: Int64 = 0
  /// Over the last 365 days, and on how many of them there were readings.
  var year: Int64 = 0
  var yearDays = 0
  /// The largest single interval of the period, of one meter.
  var peak: (wh: Int64, step: Int64)?
  /// The highest power of several meters together.
  var jointPeak: Double?
  /// Readings that there should be and that there are, in the period and before it.
  var due = (now: 0.0, before: 0.0)
  var count = (now: 0.0, before: 0.0)
  var last: Instant
  /// Which of its meters were asked about.
  var part: MeterWords?
  /// Of each meter, in the period.
  var uses: [(meter: Building.Meter, wh: Int64)] = []

  static func read(
    _ building: Building, _ reader: some DatedQuerying, of part: MeterWords? = nil,
    _ meant: (EnergyPeriod) -> EnergyPeriod = { $0 }
  ) throws -> BuildingFacts? {
    let all = try Buildings.meters(of: building.id, reader, fallback: building.zone)
    let meters = part?.named ?? all
    guard let last = meters.map(\.lastAt).max(), last > .epoch else { return nil }
    let step = meters.map(\.step).max() ?? 0
    let day = building.zone.date(last)
    var period: EnergyPeriod
    if step > 604_800 {
      let from = day.adding(days: 1 - day.day)
      period = EnergyPeriod(
        from: from, to: from.adding(months: 1).adding(days: -1),
        earlier: from.adding(months: -1)...from.adding(days: -1),
        isMonth: true)
    } else {
      let isWhole = building.zone.date(last + .seconds(max(step, 1))) > day
      period = EnergyPeriod.week(ending: isWhole ? day : day.adding(days: -1))
    }
    period = meant(period).asFar(as: meters.map(\.end).max() ?? last, in: building.zone)
    var facts = BuildingFacts(building: building, meters: meters, period: period, last: last, part: part)
    var seen: Set<Int> = []
    // a year of one building is a few hundred rows, found one by one since days come first in the key
    for meter in meters {
      var use: Int64 = 0
      for back in 0..<740 where back < 366 || period.isNamed {
        let number = period.to.dayNumber - back
        let row = try reader.first(
          "SELECT wh, peak_wh, count FROM energy_days WHERE tenant = :tenant AND day = ? AND meter = ?", number,
          meter.number
        ) { ($0.int(0), $0.int(1), $0.double(2)) }
        guard let (wh, peak, count) = row else { continue }
        let date = CivilDate(dayNumber: number)
        if back < 365 {
          facts.year += wh
          seen.insert(number)
        }
        if date >= period.from {
          facts.now += wh
          use += wh
          facts.count.now += count
          if peak > facts.peak?.wh ?? .min { facts.peak = (peak, meter.step) }
        } else if period.earlier.contains(date) {
          facts.before += wh
          facts.count.before += count
        }
      }
      if meter.step > 0, !period.isMonth {
        facts.due.now += max(1, period.seconds / Double(meter.step))
        facts.due.before += max(1, period.earlierSeconds / Double(meter.step))
      }
      facts.before -= try period.rest(of: meter, reader)
      facts.uses.append((meter, use))
    }
    facts.yearDays = seen.count
    // of several meters the sum at one time counts, not the largest of them
    if meters.count > 1, meters.count == all.count {
      facts.jointPeak = try PeakDemand.read(building, period, building.zone, reader).buildings.first?.peak.kilowatts
    }
    return facts
  }

  /// Watt-hours a square metre a year; `nil` without the area or a whole year.
  var intensity: Double? {
    guard let area = building.area else { return nil }
    let isWhole = period.isMonth ? yearDays >= 12 : yearDays >= 350
    return isWhole ? Double(year) / area : nil
  }

  /// How many of a hundred readings are missing.
  private var gap: (now: Double, before: Double) {
    (
      Portfolio.Share.missing(count.now, due.now), before > 0 ? Portfolio.Share.missing(count.before, due.before) : 0
    )
  }

  /// As much was read of both times: else a gap would look like a saving.
  var isComparable: Bool { gap.now < 5 && gap.before < 5 }

  /// What the numbers do not say by themselves.
  ///
  /// - Parameter isAsked: a comparison was asked for.
  func lines(isAsked: Bool) -> [Say] {
    var lines: [Say] = []
    if !isComparable {
      var values: [String: Say.Value] = [:]
      if gap.now >= 5 { values["share"] = .percent(gap.now) }
      if gap.before >= 5 { values["share_before"] = .percent(gap.before) }
      lines.append(Say("energy.building.gaps", values))
    }
    if isAsked, before == 0 { lines.append(Say("energy.building.no_before", ["days": period.earlierSaid])) }
    return lines
  }

  /// "floor wise split": what each of its meters used, the most first.
  func split() -> [Say] {
    guard let part, part.splits, uses.count > 1 else { return [] }
    return uses.sorted { $0.wh > $1.wh }.prefix(Self.mostMeters).enumerated().map { place, one in
      var values: [String: Say.Value] = [
        "number": .integer(Int64(place + 1)), "name": .text(MeterWords.name(one.meter, of: building)),
        "use": .say(EnergyUnit.say(one.wh)),
      ]
      if now > 0 { values["share"] = .percent(Double(one.wh) * 100 / Double(now)) }
      return Say("energy.building.meter", values)
    }
  }

  private static let mostMeters = 20

  /// Where the meters are read by the hour.
  var peakKilowatts: Double? {
    if let jointPeak { return jointPeak }
    guard let peak, peak.step > 0, peak.step <= 3_600 else { return nil }
    return Double(peak.wh) * 3_600 / Double(peak.step) / 1_000
  }

  /// The building's, with those of its meters that were asked about.
  private var name: String {
    guard let named = part?.named else { return building.name }
    return building.name + " · " + named.map { MeterWords.name($0, of: building) }.joined(separator: " + ")
  }

  func say(_ context: ActionContext) -> Say {
    var values: [String: Say.Value] = [
      "name": .text(name), "now": .say(EnergyUnit.say(now)), "to": .date(period.to),
      "meters": .integer(Int64(meters.count)),  // of a month's bill the hour says nothing
      "last": period.isMonth ? .date(building.zone.date(last)) : .instant(last),
    ]
    if period.isNamed {
      values["days"] = period.said
      if before > 0 {
        values["before"] = .say(EnergyUnit.say(before))
        values["days_before"] = period.earlierSaid
      }
    }
    if let use = building.use { values["use"] = .text(use) }
    if let area = building.area { values["area"] = .number(area, digits: 0) }
    if isComparable, let change = Change.say(Change.percent(now, before)) { values["change"] = .say(change) }
    if let intensity { values["intensity"] = .number(intensity / 1_000, digits: 0) }
    if let peakKilowatts { values["peak"] = .number(peakKilowatts, digits: 1) }
    let target: JSONObject = ["building": .string(building.id)]
    return Say(
      "energy.building.\(period.isNamed ? "span" : period.isMonth ? "month" : "week")", values,
      buttons: [
        Say.Button("button.profile", action: ShowProfile.name, arguments: target, isSingleUse: false),
        Say.Button("button.anomalies", action: "energy.anomalies", arguments: target, isSingleUse: false),
      ])
  }

  func data() -> JSON {
    [
      "building": .string(building.id), "name": .string(building.name), "use": JSON(building.use),
      "area_m2": JSON(building.area), "from": .string(period.from.description), "to": .string(period.to.description),
      "kwh": EnergyUnit.kWh(now), "kwh_before": EnergyUnit.kWh(before),
      "kwh_per_m2_year": JSON(intensity.map { ($0 / 100).rounded() / 10 }),
      "meters": .array(meters.map { .string($0.id) }), "last_reading": .string(last.description),
    ]
  }
}
