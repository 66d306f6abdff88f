import Actions
import Base
import Delivery
import Formats
import Graphics
import Messages
import People
import Store
import Text
import Time

struct ShowProfile: Action {
  static let name = "energy.profile"
  static let summary = "Draws the load of a building over one local day, beside its usual day."
  static let effect = Effect.read

  @Parameter("Which building, by name; the one looked at last when left out.", kind: .entity("buildings"))
  var building: String?
  @Parameter("Which day; the latest whole one when left out.") var day: CivilDate?
  @Parameter("What was said, word for word.") var said: String?
  @Parameter("What was looked at before; the conversation knows it.") var lookedAt: JSON?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (glance, words) = (Glance(lookedAt, context.today), FollowUp(said))
    guard let named = building ?? glance.building else {
      return .ask(Say("energy.profile.ask.building"), parameter: "building")
    }
    let found: Building
    switch try await Buildings.resolve(named, for: Self.name, in: context) {
    case .one(let one): found = one
    case .ask(let say): return .ask(say, parameter: "building")
    }
    var asked = day
    if let before = words.shifted(nil, versus: nil, from: glance.period, context.today) {
      asked = before.days(on: context.today).last
    } else if day == nil, building == nil, let looked = glance.period?.days(on: context.today),
      looked.first == looked.last
    {
      asked = looked.first
    }
    let wanted = asked
    let profile = try await context.store.read { try LoadProfile.read(found, day: wanted, $0) }
    guard let profile else {
      throw ActionError(
        "energy.no_data", ["name": .text(found.name)], sentence: "\(found.name) has no readings yet.",
        field: "building")
    }
    let answer = ProfileAnswer(building: found, profile: profile, context: context)
    guard profile.readings > 0 else { return .answer(answer.missing()) }
    let (say, data, person) = (answer.say(), answer.data(), context.actor.id)
    guard profile.isHourly, let picture = try? await ChartRenderer.png(answer.chart()) else {
      return .answer(say, data: data)
    }
    return .change { transaction in
      var say = say
      say.picture = try transaction.keep(picture, type: "image/png", name: "profile.png", person: person)
      return Outcome(say, data: data)
    }
  }
}

/// One local day of a building by the hour: 23, 24 or 25 of them.
struct LoadProfile: Sendable {
  struct Hour: Sendable {
    var start: Instant
    var wh: Int64?
    /// The middle of the same hour on the four same weekdays before.
    var usual: Double?
  }
  var day: CivilDate
  var hours: [Hour] = []
  var readings = 0
  /// Read at least every hour; else a curve would be invented.
  var isHourly = true
  /// Read once a month: the day is the first of the month that is told.
  var isMonthly = false
  /// Where the data ends.
  var latest: CivilDate

  var total: Int64 { hours.compactMap(\.wh).reduce(0, +) }
  var usualTotal: Double? {
    let usual = hours.compactMap(\.usual)
    return usual.count == hours.count ? usual.reduce(0, +) : nil
  }
  /// The highest and the lowest mean power of one interval of its readings: of an hour it would be lower.
  var peak: PeakDemand.Peak?
  var low: PeakDemand.Peak?

  static func read(_ building: Building, day asked: CivilDate?, _ reader: some DatedQuerying) throws -> LoadProfile? {
    let meters = try Buildings.meters(of: building.id, reader, fallback: building.zone)
    guard let first = meters.first, let last = meters.map(\.lastAt).max(), last > .epoch else { return nil }
    let zone = first.zone
    let step = meters.map(\.step).max() ?? 0
    let lastDay = zone.date(last)
    // the newest day counts when its last interval ends it
    let isWhole = zone.date(last + .seconds(max(step, 1))) > lastDay
    var day = asked ?? (isWhole ? lastDay : lastDay.adding(days: -1))
    let isMonthly = step > 604_800
    if isMonthly { day = (asked ?? lastDay).adding(days: 1 - (asked ?? lastDay).day) }
    var profile = LoadProfile(
      day: day, isHourly: step > 0 && step <= 3_600, isMonthly: isMonthly, latest: lastDay)
    let start = zone.startOfDay(day)
    let count = max(1, Int((zone.startOfDay(day.adding(days: 1)) - start).seconds / 3_600))
    profile.hours = (0..<count).map { Hour(start: start + .hours($0)) }
    var intervals: [Int64: (wh: Int64, count: Int)] = [:]
    for meter in meters {
      try scan(meter, zone, day, reader) { seconds, wh in
        let place = min(Int(seconds / 3_600), count - 1)
        profile.hours[place].wh = (profile.hours[place].wh ?? 0) + wh
        profile.readings += 1
        let slot = seconds / Int64(max(step, 1))
        let before = intervals[slot] ?? (0, 0)
        intervals[slot] = (before.wh + wh, before.count + 1)
      }
    }
    // where a meter is silent the sum is low and says nothing
    let most = intervals.values.map(\.count).max() ?? 0
    func power(_ slot: (key: Int64, value: (wh: Int64, count: Int))) -> PeakDemand.Peak {
      PeakDemand.Peak(
        kilowatts: Double(slot.value.wh) * 3_600 / Double(max(step, 1)) / 1_000,
        at: start + .seconds(slot.key * Int64(max(step, 1))))
    }
    profile.peak = intervals.max { ($0.value.wh, $1.key) < ($1.value.wh, $0.key) }.map(power)
    profile.low = intervals.filter { $0.value.count == most }.min { ($0.value.wh, $0.key) < ($1.value.wh, $1.key) }
      .map(power)
    try profile.readUsual(meters, zone, reader)
    return profile
  }

  private static func scan(
    _ meter: Building.Meter, _ zone: Zone, _ day: CivilDate, _ reader: some DatedQuerying,
    _ each: (Int64, Int64) -> Void
  ) throws {
    let start = zone.startOfDay(day)
    try reader.scan(
      "SELECT at, wh FROM energy_readings WHERE tenant = :tenant AND meter = ? AND at >= ? AND at < ?", meter.number,
      start, zone.startOfDay(day.adding(days: 1))
    ) { row in
      each(Int64((row.instant(0) - start).seconds), row.int(1))
      return true
    }
  }

  private mutating func readUsual(_ meters: [Building.Meter], _ zone: Zone, _ reader: some DatedQuerying) throws {
    var samples: [[Double]] = Array(repeating: [], count: 25)
    for week in 1...4 {
      var sums: [Int: Int64] = [:]
      for meter in meters {
        try Self.scan(meter, zone, day.adding(days: -7 * week), reader) { seconds, wh in
          sums[Int(seconds / 3_600), default: 0] += wh
        }
      }
      for (hour, wh) in sums where hour < 25 { samples[hour].append(Double(wh)) }
    }
    for index in hours.indices where samples[index].count >= 2 {
      let sorted = samples[index].sorted()
      let middle = sorted.count / 2
      hours[index].usual = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
  }
}

struct ProfileAnswer {
  let building: Building
  let profile: LoadProfile
  let context: ActionContext

  private var zone: Zone { building.zone }
  private static func kilowatts(_ wh: Int64) -> Double { Double(wh) / 1_000 }

  func missing() -> Say {
    Say(
      "energy.profile.no_day",
      ["name": .text(building.name), "day": .date(profile.day), "latest": .date(profile.latest)],
      buttons: [
        Say.Button(
          "button.latest_day", action: ShowProfile.name, arguments: ["building": .string(building.id)],
          isSingleUse: false)
      ])
  }

  func say() -> Say {
    var values: [String: Say.Value] = [
      "name": .text(building.name), "day": .date(profile.day), "total": .say(EnergyUnit.say(profile.total)),
    ]
    if profile.isHourly, let peak = profile.peak, let at = peak.at, let low = profile.low {
      values["peak"] = .number(peak.kilowatts, digits: 1)
      values["peak_at"] = .time(zone.civil(at).time)
      values["low"] = .number(low.kilowatts, digits: 1)
    }
    if let usual = profile.usualTotal, let change = Change.say(Change.percent(profile.total, Int64(usual))) {
      values["change"] = .say(change)
    }
    var lines: [Say] = []
    let gaps = profile.isHourly ? profile.hours.filter { $0.wh == nil }.count : 0
    if gaps > 0 { lines.append(Say("energy.profile.gaps", ["hours": .integer(Int64(gaps))])) }
    if profile.hours.count != 24, !profile.isMonthly {
      lines.append(Say("energy.profile.clock", ["hours": .integer(Int64(profile.hours.count))]))
    }
    guard !profile.isMonthly else {
      let formatter = TextFormatter(language: context.language, zone: zone, now: context.now)
      values["day"] = .text("\(formatter.month(profile.day.month)) \(profile.day.year)")
      return Say("energy.profile.monthly", values, buttons: neighbours("month") { profile.day.adding(months: $0) })
    }
    return Say(
      profile.isHourly ? "energy.profile.found" : "energy.profile.coarse", values, lines: lines,
      buttons: neighbours("day") { profile.day.adding(days: $0) })
  }

  private func neighbours(_ unit: String, _ day: (Int) -> CivilDate) -> [Say.Button] {
    func button(_ label: String, _ steps: Int) -> Say.Button {
      Say.Button(
        "button.\(unit)_\(label)", action: ShowProfile.name,
        arguments: ["building": .string(building.id), "day": .string(day(steps).description)], isSingleUse: false)
    }
    return day(1) <= profile.latest ? [button("before", -1), button("after", 1)] : [button("before", -1)]
  }

  func data() -> JSON {
    [
      "building": .string(building.id), "day": .string(profile.day.description), "kwh": EnergyUnit.kWh(profile.total),
      "hours": .array(
        profile.hours.map { hour in
          [
            "start": .string(hour.start.description), "kwh": hour.wh.map(EnergyUnit.kWh) ?? .null,
            "usual_kwh": hour.usual.map { EnergyUnit.kWh(Int64($0)) } ?? .null,
          ]
        }),
    ]
  }

  func chart() -> Chart {
    let formatter = TextFormatter(language: context.language, zone: zone, now: context.now)
    let hours = profile.hours.map { zone.civil($0.start).time.hour }
    let ticks = hours.enumerated().compactMap { index, hour in
      hour % 4 == 0 && (index == 0 || hours[index - 1] != hour)
        ? Chart.Mark(index, "\(hour < 10 ? "0" : "")\(hour):00") : nil
    }
    var series = [
      Chart.Series(
        formatter.day(profile.day), profile.hours.map { $0.wh.map(Self.kilowatts) }, color: Color(0x1F5FA8))
    ]
    if profile.hours.contains(where: { $0.usual != nil }) {
      // beneath the day and paler than it
      series.insert(
        Chart.Series("usual", profile.hours.map { $0.usual.map { $0 / 1_000 } }, color: Color(0x98A2AE)), at: 0)
    }
    var markers: [Chart.Mark] = []
    if let peak = profile.peak, let at = peak.at, let index = profile.hours.lastIndex(where: { $0.start <= at }) {
      markers.append(Chart.Mark(index, "peak " + formatter.number(peak.kilowatts, places: 1) + " kW"))
    }
    return Chart(
      title: building.name, subtitle: formatter.date(profile.day),
      headline: PortfolioAnswer.Scale(profile.total).text(profile.total, formatter), kind: .line, series: series,
      ticks: ticks,
      unit: "kW", markers: markers, footnote: zone.label + " time")
  }
}
