import Actions
import Base
import Formats
import Messages
import Store
import Time

struct ShowPeak: Action {
  static let name = "energy.peak"
  static let summary = "Says when the demand was highest, of all buildings together and of each; or when it was lowest."
  static let effect = Effect.read

  @Parameter("Only this building.", kind: .entity("buildings")) var building: String?
  @Parameter("Which days; the latest whole week when left out.") var period: DayPeriod?
  @Parameter("The highest demand, or the lowest.", kind: .choice(["highest", "lowest"])) var extreme: String?
  @Parameter("What was said, word for word.") var said: String?
  @Parameter("What was looked at before; the conversation knows it.") var lookedAt: JSON?

  func perform(in context: ActionContext) async throws -> ActionResult {
    var only: Building?
    let glance = Glance(lookedAt, context.today)
    // "the peak there"
    let words = FollowUp(said)
    // "and lowest?" after the days: which of them
    if building == nil, period == nil, glance.action == ShowDays.name, words.isOnlyExtreme {
      var show = ShowDays()
      (show.building, show.period) = (glance.building, glance.period)
      return try await show.perform(in: context)
    }
    let isThere = building == nil && (words.goesOn || period == nil && words.asksWhen)
    if let building = building ?? (isThere ? glance.building : nil) {
      switch try await Buildings.resolve(building, for: Self.name, in: context) {
      case .one(let one): only = one
      case .ask(let say): return .ask(say, parameter: "building")
      }
    }
    let shifted = words.shifted(period, versus: nil, from: glance.period, context.today)
    let (building, zone, today, name) = (
      only, only?.zone ?? context.zone, context.today, shifted ?? period ?? (isThere ? glance.period : nil)
    )
    let isLow = extreme == "lowest"
    let found = try await context.store.read { reader -> (EnergyPeriod, PeakDemand)? in
      guard let latest = try EnergyPeriod.latest(reader) else { return nil }
      let period = EnergyPeriod.named(name, versus: nil, today: today, latest: latest) ?? latest
      return (period, try PeakDemand.read(building, period, zone, isLow: isLow, reader))
    }
    guard let (period, peaks) = found else { return .answer(Say("energy.empty")) }
    return .answer(Self.say(peaks, period, building, zone, isLow: isLow), data: peaks.data(period))
  }

  private static func say(
    _ peaks: PeakDemand, _ period: EnergyPeriod, _ building: Building?, _ zone: Zone, isLow: Bool
  ) -> Say {
    var values: [String: Say.Value] = ["days": period.said]
    if let building { values["name"] = .text(building.name) }
    func put(_ peak: PeakDemand.Peak, into values: inout [String: Say.Value]) {
      values["peak"] = .number(peak.kilowatts, digits: 1)
      guard let at = peak.at else { return }
      values["time"] = .time(zone.civil(at).time)
      if period.days > 1 { values["day"] = .date(zone.date(at)) }
    }
    guard !peaks.buildings.isEmpty else {
      return Say(peaks.isCoarse ? "energy.peak.coarse" : "energy.peak.none", values)
    }
    if let total = peaks.total { put(total, into: &values) }
    let shown = building == nil ? peaks.buildings.prefix(5) : []
    let lines = shown.enumerated().map { index, item -> Say in
      var line: [String: Say.Value] = ["number": .integer(Int64(index + 1)), "name": .text(item.building.name)]
      put(item.peak, into: &line)
      return Say("energy.peak.line", line)
    }
    if isLow { return Say(peaks.total == nil ? "energy.peak.coarse" : "energy.peak.lowest", values, lines: lines) }
    return Say(peaks.total == nil ? "energy.peak.each" : "energy.peak.found", values, lines: lines)
  }
}

/// The highest demand of some days: the mean power of the fullest interval.
struct PeakDemand: Sendable {
  struct Peak: Sendable {
    var kilowatts: Double
    var at: Instant?
  }
  /// Of all buildings at one time; `nil` where there are too many readings to add up at once.
  var total: Peak?
  /// The highest first.
  var buildings: [(building: Building, peak: Peak)] = []
  /// No meter is read by the hour.
  var isCoarse = false

  /// Beyond so many meters, or days, each building's own peak is told alone.
  private static let most = (meters: 200, days: 100)

  static func read(
    _ only: Building?, _ period: EnergyPeriod, _ zone: Zone, isLow: Bool = false, _ reader: some DatedQuerying
  ) throws -> PeakDemand {
    var peaks = PeakDemand()
    let buildings = try only.map { [$0] } ?? Buildings.all(reader, fallback: zone)
    let meters = try Buildings.meters(of: only?.id, reader, fallback: zone).filter { $0.step > 0 && $0.step <= 3_600 }
    peaks.isCoarse = meters.isEmpty
    let isSmall = meters.count <= most.meters && period.days <= most.days
    let step = Int64(meters.map(\.step).max() ?? 3_600)
    let owners = try reader.query("SELECT number, building FROM energy_meters WHERE tenant = :tenant") { row in
      (row.int(0), row.text(1))
    }
    let owner = Dictionary(owners, uniquingKeysWith: { first, _ in first })
    let (from, to) = (zone.startOfDay(period.from), zone.startOfDay(period.to.adding(days: 1)))
    var sums: [Int64: Int64] = [:]
    var own: [String: [Int64: Int64]] = [:]
    // where a meter is silent the sum is low and says nothing
    var counts: [Int64: Int] = [:]
    var ownCounts: [String: [Int64: Int]] = [:]
    var alone: [String: Double] = [:]
    for meter in meters {
      guard let id = owner[meter.number] else { continue }
      if isSmall {
        try reader.scan(
          "SELECT at, wh FROM energy_readings WHERE tenant = :tenant AND meter = ? AND at >= ? AND at < ?",
          meter.number, from, to
        ) { row in
          let slot = Int64((row.instant(0) - from).seconds) / step
          sums[slot, default: 0] += row.int(1)
          own[id, default: [:]][slot, default: 0] += row.int(1)
          if isLow {
            counts[slot, default: 0] += 1
            ownCounts[id, default: [:]][slot, default: 0] += 1
          }
          return true
        }
      } else if !isLow,
        let wh = try reader.first(
          "SELECT max(peak_wh) FROM energy_days WHERE tenant = :tenant AND meter = ? AND day >= ? AND day <= ?",
          meter.number, period.from.dayNumber, period.to.dayNumber, map: { $0.optionalInt(0) }) ?? nil
      {
        // of several meters the sum is the most that can have been at one time
        alone[id, default: 0] += Double(wh) * 3_600 / Double(meter.step) / 1_000
      }
    }
    func peak(_ sums: [Int64: Int64], _ counts: [Int64: Int]) -> Peak? {
      let most = counts.values.max() ?? 0
      let found =
        isLow
        ? sums.filter { counts[$0.key] == most }.min { ($0.value, $0.key) < ($1.value, $1.key) }
        : sums.max { ($0.value, $1.key) < ($1.value, $0.key) }
      return found.map { slot, wh in
        Peak(kilowatts: Double(wh) * 3_600 / Double(step) / 1_000, at: from + .seconds(slot * step))
      }
    }
    if isSmall { peaks.total = peak(sums, counts) }
    for building in buildings {
      let mine = own[building.id].flatMap { peak($0, ownCounts[building.id] ?? [:]) }
      if let found = mine ?? alone[building.id].map({ Peak(kilowatts: $0) }) {
        peaks.buildings.append((building, found))
      }
    }
    peaks.buildings.sort { ($1.peak.kilowatts, $0.building.id) < ($0.peak.kilowatts, $1.building.id) }
    if isLow { peaks.buildings.reverse() }
    return peaks
  }

  func data(_ period: EnergyPeriod) -> JSON {
    func json(_ peak: Peak) -> JSON {
      ["kw": .number((peak.kilowatts * 10).rounded() / 10), "at": JSON(peak.at?.description)]
    }
    return [
      "from": .string(period.from.description), "to": .string(period.to.description),
      "total": total.map(json) ?? .null,
      "buildings": .array(
        buildings.prefix(500).map { item in
          ["id": .string(item.building.id), "name": .string(item.building.name), "peak": json(item.peak)]
        }),
    ]
  }
}
