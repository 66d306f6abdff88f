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

/// "Day wise please", "which day was the highest?"
struct ShowDays: Action {
  static let name = "energy.daily"
  static let summary = "Shows the use of each day, and which day used most and least, with a picture."
  static let effect = Effect.read
  /// More days than this are no picture any more.
  private static let most = 366
  /// So many lines are written out.
  private static let written = 14

  @Parameter("Which building, by name; all of them when left out.", kind: .entity("buildings")) var building: String?
  @Parameter("Which days; the latest seven whole ones when left out.") var period: DayPeriod?
  @Parameter("What was said, word for word.") var said: String?
  @Parameter("What was looked at before; the conversation knows it.") var lookedAt: JSON?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let glance = Glance(lookedAt, context.today)
    var only: Building?
    if let building = building ?? (FollowUp(said).saysAll ? nil : glance.building) {
      switch try await Buildings.resolve(building, for: Self.name, in: context) {
      case .one(let one): only = one
      case .ask(let say): return .ask(say, parameter: "building")
      }
    }
    let shifted = FollowUp(said).shifted(period, versus: nil, from: glance.period, context.today)
    let (one, today, wanted) = (only, context.today, shifted ?? period ?? glance.period)
    let days = try await context.store.read { reader -> (EnergyPeriod, [DayUse])? in
      guard let latest = try EnergyPeriod.latest(reader) else { return nil }
      let period = EnergyPeriod.named(wanted, versus: nil, today: today, latest: latest) ?? latest
      // days are found one by one: "before november" begins with the first day there is
      guard period.days <= Self.most else {
        throw ActionError(
          "energy.too_many_days", ["count": .integer(Int64(Self.most))],
          sentence: "At most \(Self.most) days are shown one by one; name a shorter time.", field: "period")
      }
      return (period, try DayUse.read(one, period, reader))
    }
    guard let (period, uses) = days else { return .answer(Say("energy.empty")) }
    var values: [String: Say.Value] = ["days": period.said]
    if let only { values["name"] = .text(only.name) }
    guard let high = uses.max(by: { $0.wh < $1.wh }), let low = uses.min(by: { $0.wh < $1.wh }) else {
      return .answer(Say("energy.daily.none", values))
    }
    values["most"] = .say(EnergyUnit.say(high.wh))
    values["most_day"] = .date(high.day)
    values["least"] = .say(EnergyUnit.say(low.wh))
    values["least_day"] = .date(low.day)
    values["total"] = .say(EnergyUnit.say(uses.reduce(0) { $0 + $1.wh }))
    let lines = uses.suffix(Self.written).map { use in
      Say("energy.daily.line", ["day": .date(use.day), "use": .say(EnergyUnit.say(use.wh))])
    }
    let say = Say("energy.daily.found", values, lines: uses.count <= Self.written ? lines : [])
    let data: JSON = [
      "building": JSON(only?.id), "from": .string(period.from.description), "to": .string(period.to.description),
      "days": .array(uses.map { ["day": .string($0.day.description), "kwh": EnergyUnit.kWh($0.wh)] }),
      "most": .string(high.day.description), "least": .string(low.day.description),
    ]
    let chart = Self.chart(uses, only, context)
    guard uses.count > 1, let picture = try? await ChartRenderer.png(chart) else { return .answer(say, data: data) }
    let person = context.actor.id
    return .change { transaction in
      var say = say
      say.picture = try transaction.keep(picture, type: "image/png", name: "days.png", person: person)
      return Outcome(say, data: data)
    }
  }

  private static func chart(_ uses: [DayUse], _ building: Building?, _ context: ActionContext) -> Chart {
    let formatter = TextFormatter(language: context.language, zone: context.zone, now: context.now)
    let step = max(1, uses.count / 7)
    let labels = uses.enumerated().map { $0.offset % step == 0 ? formatter.day($0.element.day) : "" }
    return Chart(
      title: building?.name ?? "", headline: nil, kind: .bars,
      series: [Chart.Series("", uses.map { Double($0.wh) / 1_000 }, color: Color(0x1F5FA8))], labels: labels,
      unit: "kWh")
  }
}

/// What was used on one local day.
struct DayUse: Sendable {
  var day: CivilDate
  var wh: Int64

  /// Days without a reading are left out: nothing was read is not nothing used.
  static func read(_ building: Building?, _ period: EnergyPeriod, _ reader: some DatedQuerying) throws -> [DayUse] {
    let (first, last) = (period.from.dayNumber, period.to.dayNumber)
    guard let building else {
      return try reader.query(
        "SELECT day, wh FROM energy_totals WHERE tenant = :tenant AND day >= ? AND day <= ? AND count > 0 ORDER BY day",
        first, last
      ) { DayUse(day: CivilDate(dayNumber: $0.integer(0)), wh: $0.int(1)) }
    }
    var sums: [Int: Int64] = [:]
    for meter in try Buildings.meters(of: building.id, reader, fallback: building.zone) {
      // found one by one, since days come first in the key
      for day in first...last {
        let wh = try reader.first(
          "SELECT wh FROM energy_days WHERE tenant = :tenant AND day = ? AND meter = ? AND count > 0", day, meter.number
        ) { $0.int(0) }
        if let wh { sums[day, default: 0] += wh }
      }
    }
    return sums.sorted { $0.key < $1.key }.map { DayUse(day: CivilDate(dayNumber: $0.key), wh: $0.value) }
  }
}
