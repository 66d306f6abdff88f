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

struct ShowPortfolio: Action {
  static let name = "energy.portfolio"
  static let summary = "Sums up all buildings: use in this period and the last, the largest, the biggest change, gaps."
  static let effect = Effect.read

  @Parameter("Which days; the latest whole week or month when left out.") var period: DayPeriod?
  @Parameter("What they are compared with; the time just before when left out.", kind: .choice(EnergyPeriod.others))
  var versus: String?
  @Parameter("Which buildings come first.", kind: .choice(Portfolio.ranks)) var rank: String?
  @Parameter("Other days that they are put beside.") var against: DayPeriod?
  @Parameter("What was said, word for word.") var said: String?
  @Parameter("What was looked at before; the conversation knows it.") var lookedAt: JSON?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (zone, today, glance, words) = (context.zone, context.today, Glance(lookedAt, context.today), FollowUp(said))
    if let looked = try await lookAgain(glance, words, context) { return looked }
    let (name, beside) = words.sides(period, against, versus, glance)
    let (other, said) = (versus, said)
    let facts = try await context.store.read { reader in
      try Portfolio.read(reader, fallback: zone) {
        EnergyPeriod.meant(name, versus: other, said, glance, today: today, latest: $0, against: beside)
      }
    }
    guard let facts else { return .answer(Say("energy.empty")) }
    let answer = PortfolioAnswer(facts: facts, rank: rank, context: context)
    guard facts.total != 0 || !facts.period.isNamed else { return .answer(answer.missing()) }
    // without the drawing libraries the words still go out
    let picture = try? await ChartRenderer.png(answer.chart())
    let (say, data, person) = (answer.say(), answer.data(), context.actor.id)
    guard let picture else { return .answer(say, data: data) }
    return .change { transaction in
      var say = say
      say.picture = try transaction.keep(picture, type: "image/png", name: "portfolio.png", person: person)
      return Outcome(say, data: data)
    }
  }
}

extension ShowPortfolio {
  /// "And the day before?" asks for that day of whatever was looked at, be it one building, its load or the peak.
  private func lookAgain(
    _ glance: Glance, _ words: FollowUp, _ context: ActionContext
  ) async throws -> ActionResult? {
    guard words.isOnlyTime, rank == nil, let action = glance.action else { return nil }
    let days = words.shifted(period, versus: versus, from: glance.period, context.today) ?? period
    switch action {
    case ShowProfile.name where !words.compares && days != nil:
      guard let building = glance.building else { return nil }
      var show = ShowProfile()
      (show.building, show.day) = (building, days?.days(on: context.today).last)
      return try await show.perform(in: context)
    case ShowPeak.name where !words.compares:
      var show = ShowPeak()
      (show.building, show.period) = (glance.building, days)
      return try await show.perform(in: context)
    case ShowDays.name where !words.compares:
      var show = ShowDays()
      (show.building, show.period) = (glance.building, days)
      return try await show.perform(in: context)
    default:
      guard let building = glance.building else { return nil }
      var show = ShowBuilding()
      (show.building, show.period, show.versus, show.against) = (building, period, versus, against)
      (show.said, show.lookedAt) = (said, lookedAt)
      return try await show.perform(in: context)
    }
  }
}

/// The numbers of a portfolio, out of the daily sums.
struct Portfolio: Sendable {
  /// By use, by change against the time before, by use of a square metre.
  static let ranks = ["most", "least", "growth", "fall", "intensity"]

  struct Share: Sendable {
    var building: Building
    var now: Int64 = 0
    var before: Int64 = 0
    /// Watt-hours a square metre, where the area is known.
    var perArea: Double? { building.area.flatMap { $0 > 0 ? Double(now) / $0 : nil } }
  }
  var period: EnergyPeriod
  /// Where the data ends.
  var latest: CivilDate?
  var total: Int64 = 0
  var before: Int64 = 0
  var shares: [Share] = []
  var meters = 0
  /// Meters with less than 95 % of their readings in the period, and readings missing in all.
  var gappy = 0
  var missing = 0.0
  /// Days (or months) for the picture, oldest first.
  var bars: [(day: CivilDate, wh: Int64?)] = []

  static func read(
    _ reader: some DatedQuerying, fallback: Zone, _ meant: (EnergyPeriod) -> EnergyPeriod = { $0 }
  ) throws -> Portfolio? {
    guard let latest = try EnergyPeriod.latest(reader) else { return nil }
    let meters = try Buildings.meters(of: nil, reader, fallback: fallback)
    let period = meters.map(\.end).max().map { meant(latest).asFar(as: $0, in: fallback) } ?? meant(latest)
    var facts = Portfolio(period: period)
    facts.latest = latest.to
    let buildings = try Buildings.all(reader, fallback: fallback)
    var places: [String: Int] = [:]
    for (place, building) in buildings.enumerated() {
      places[building.id] = place
      facts.shares.append(Share(building: building))
    }
    var owners: [Int64: (place: Int, step: Int64)] = [:]
    try reader.scan("SELECT number, building, step_s FROM energy_meters WHERE tenant = :tenant") { row in
      if let place = places[row.text(1)] { owners[row.int(0)] = (place, row.int(2)) }
      return true
    }
    facts.meters = owners.count
    var counts: [Int64: Int64] = [:]
    let (from, before) = (period.from.dayNumber, period.earlier.upperBound.dayNumber)
    // in the order of the key and added up here: grouping by meter in the store sorts a row for each meter and day
    try reader.scan(
      "SELECT day, meter, wh, count FROM energy_days WHERE tenant = :tenant AND day >= ? AND day <= ?",
      period.earlier.lowerBound.dayNumber, period.to.dayNumber
    ) { row in
      let meter = row.int(1)
      guard let owner = owners[meter] else { return true }
      let (day, wh) = (row.integer(0), row.int(2))
      guard day >= from || day <= before else { return true }
      if day >= from {
        facts.shares[owner.place].now += wh
        facts.total += wh
        counts[meter, default: 0] += row.int(3)
      } else {
        facts.shares[owner.place].before += wh
        facts.before += wh
      }
      return true
    }
    for meter in meters where period.until != nil {
      guard let owner = owners[meter.number], case let rest = try period.rest(of: meter, reader), rest != 0 else {
        continue
      }
      facts.shares[owner.place].before -= rest
      facts.before -= rest
    }
    facts.countGaps(owners.mapValues(\.step), counts)
    facts.shares.sort { a, b in a.now == b.now ? a.building.id < b.building.id : a.now > b.now }
    try facts.readBars(reader)
    return facts
  }

  private mutating func countGaps(_ steps: [Int64: Int64], _ counts: [Int64: Int64]) {
    var expected = 0.0
    var found = 0.0
    for (meter, step) in steps where step > 0 {
      // by the month there is one reading in a period, whatever the month's length
      let due = period.isMonth ? 1 : max(1, period.seconds / Double(step))
      let here = min(Double(counts[meter] ?? 0), due)
      expected += due
      found += here
      if here < due * 0.95 { gappy += 1 }
    }
    missing = expected > 0 ? (1 - found / expected) * 100 : 0
  }

  private mutating func readBars(_ reader: some DatedQuerying) throws {
    let first = period.isMonth ? period.from.adding(months: -11) : period.to.adding(days: -27)
    var sums: [CivilDate: Int64] = [:]
    try reader.scan(
      "SELECT day, wh FROM energy_totals WHERE tenant = :tenant AND day >= ? AND day <= ? AND count > 0",
      first.dayNumber, period.to.dayNumber
    ) { row in
      let day = CivilDate(dayNumber: row.integer(0))
      sums[period.isMonth ? day.adding(days: 1 - day.day) : day, default: 0] += row.int(1)
      return true
    }
    for step in 0..<(period.isMonth ? 12 : 28) {
      let day = period.isMonth ? first.adding(months: step) : first.adding(days: step)
      if bars.isEmpty, sums[day] == nil { continue }  // the picture begins with the data
      bars.append((day, sums[day]))
    }
  }
}

struct PortfolioAnswer {
  let facts: Portfolio
  var rank: String?
  let context: ActionContext

  /// Days that were asked for and have no readings.
  func missing() -> Say {
    Say(
      "energy.no_period",
      [
        "days": facts.period.said,
        "latest": .date(facts.latest ?? facts.period.to),
      ],
      buttons: [Say.Button("button.latest_days", action: ShowPortfolio.name, isSingleUse: false)])
  }

  /// Where the data ends; days that were asked for may end long before.
  private var end: CivilDate { facts.period.isNamed ? facts.latest ?? facts.period.to : facts.period.to }
  private var isOld: Bool { context.today.days(since: end) > (facts.period.isMonth ? 45 : 3) }

  /// The building whose use changed most, among those that matter.
  private var mover: (share: Portfolio.Share, percent: Double)? {
    let floor = facts.total / Int64(max(facts.shares.count, 1) * 5)
    return facts.shares.filter { max($0.now, $0.before) > floor }
      .compactMap { share in Change.percent(share.now, share.before).map { (share, $0) } }
      .filter { abs($0.1) >= 5 }
      .max { abs($0.share.now - $0.share.before) < abs($1.share.now - $1.share.before) }
  }

  func say() -> Say {
    var values: [String: Say.Value] = [
      "total": .say(EnergyUnit.say(facts.total)), "days": facts.period.said, "to": .date(facts.period.to),
      "buildings": .integer(Int64(facts.shares.count)), "meters": .integer(Int64(facts.meters)),
    ]
    if let change = Change.say(Change.percent(facts.total, facts.before)) { values["change"] = .say(change) }
    if facts.period.isNamed, facts.before > 0 {
      values["before"] = .say(EnergyUnit.say(facts.before))
      values["days_before"] = facts.period.earlierSaid
    }
    var lines = ranking()
    if let mover, let change = Change.say(mover.percent) {
      lines.append(Say("energy.portfolio.mover", ["name": .text(mover.share.building.name), "change": .say(change)]))
    }
    if facts.gappy > 0 {
      lines.append(
        Say("energy.portfolio.gaps", ["meters": .integer(Int64(facts.gappy)), "share": .percent(facts.missing)]))
    }
    if isOld { lines.append(Say("energy.old", ["to": .date(end)])) }
    var buttons = [Say.Button("button.anomalies", action: "energy.anomalies", isSingleUse: false)]
    if let first = facts.shares.first, first.now > 0 {
      buttons.append(
        Say.Button(
          "button.building", ["name": .text(String(first.building.name.prefix(18)))], action: "energy.building",
          arguments: ["building": .string(first.building.id)], isSingleUse: false))
    }
    let key = facts.period.isNamed ? "span" : facts.period.isMonth ? "month" : "week"
    return Say("energy.portfolio.\(key)", values, lines: lines, buttons: buttons)
  }

  /// The first ones in the order that was asked for, and who leads.
  private func ranking() -> [Say] {
    func percent(_ share: Portfolio.Share) -> Double { Change.percent(share.now, share.before) ?? 0 }
    var ranked = facts.shares.filter { $0.now != 0 }
    switch rank {
    case "least": ranked.reverse()
    case "growth": ranked = ranked.filter { percent($0) > 0 }.sorted { percent($0) > percent($1) }
    case "fall": ranked = ranked.filter { percent($0) < 0 }.sorted { percent($0) < percent($1) }
    case "intensity":
      ranked = ranked.filter { $0.perArea != nil }.sorted { ($0.perArea ?? 0) > ($1.perArea ?? 0) }
    default: break
    }
    var lines: [Say] = []
    if let rank, let first = ranked.first {
      var values: [String: Say.Value] = [
        "name": .text(first.building.name), "use": .say(EnergyUnit.say(first.now)),
      ]
      if let change = Change.say(Change.percent(first.now, first.before)) { values["change"] = .say(change) }
      if let perArea = first.perArea { values["per_area"] = .number(perArea / 1_000, digits: 1) }
      lines.append(Say("energy.portfolio.\(rank)", values))
    } else if let rank {
      lines.append(Say("energy.portfolio.no_\(rank)"))
    }
    for (index, share) in ranked.prefix(5).enumerated() {
      var line: [String: Say.Value] = [
        "number": .integer(Int64(index + 1)), "name": .text(share.building.name),
        "use": .say(EnergyUnit.say(share.now)),
      ]
      if let change = Change.say(Change.percent(share.now, share.before)) { line["change"] = .say(change) }
      if rank == "intensity", let perArea = share.perArea { line["per_area"] = .number(perArea / 1_000, digits: 1) }
      lines.append(Say("energy.portfolio.line", line))
    }
    return lines
  }

  func data() -> JSON {
    let shares = facts.shares.prefix(500).map { share -> JSON in
      [
        "building": .string(share.building.id), "name": .string(share.building.name),
        "kwh": EnergyUnit.kWh(share.now), "kwh_before": EnergyUnit.kWh(share.before),
      ]
    }
    return [
      "from": .string(facts.period.from.description), "to": .string(facts.period.to.description),
      "kwh": EnergyUnit.kWh(facts.total), "kwh_before": EnergyUnit.kWh(facts.before),
      "missing_percent": .number((facts.missing * 10).rounded() / 10), "meters_with_gaps": .integer(Int64(facts.gappy)),
      "buildings": .array(Array(shares)),
    ]
  }

  func chart() -> Chart {
    let formatter = TextFormatter(language: context.language, zone: context.zone, now: context.now)
    let percent = Change.percent(facts.total, facts.before)
    let trend = percent.map { ($0 >= 0 ? "▲ " : "▼ ") + formatter.percent(abs($0)) }
    let scale = Scale(facts.bars.compactMap(\.wh).max() ?? 0)
    let last = facts.period.to
    let when =
      facts.period.isNamed
      ? "\(formatter.date(facts.period.from)) – \(formatter.date(last))"
      : facts.period.isMonth ? "\(formatter.month(last.month)) \(last.year)" : "week to \(formatter.date(last))"
    let labels = facts.bars.map { bar in
      facts.period.isMonth
        ? formatter.monthShort(bar.day) : "\(bar.day.day) \(formatter.month(bar.day.month).prefix(3))"
    }
    return Chart(
      title: "\(facts.shares.count) buildings",
      subtitle: "\(when): \(scale.text(facts.total, formatter))",
      headline: trend, headlineTone: .plain, kind: .bars,
      series: [Chart.Series("use", facts.bars.map { $0.wh.map(scale.value) })], labels: labels, unit: scale.unit)
  }

  /// Wh, kWh or MWh, so that the axis has short numbers.
  struct Scale {
    let unit: String
    private let divisor: Double

    init(_ largest: Int64) {
      (unit, divisor) =
        switch abs(largest) {
        case ..<10_000: ("Wh", 1)
        case ..<10_000_000: ("kWh", 1_000)
        default: ("MWh", 1_000_000)
        }
    }
    func value(_ wh: Int64) -> Double { Double(wh) / divisor }
    func text(_ wh: Int64, _ formatter: TextFormatter) -> String {
      formatter.number(value(wh), places: abs(value(wh)) < 100 ? 1 : 0) + " " + unit
    }
  }
}

extension TextFormatter {
  /// “Nov 26”.
  fileprivate func monthShort(_ date: CivilDate) -> String {
    "\(month(date.month).prefix(3)) \(date.year % 100)"
  }
}
