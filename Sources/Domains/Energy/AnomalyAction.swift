import Actions
import Base
import Formats
import Messages
import Store
import Time

struct ListAnomalies: Action {
  static let name = "energy.anomalies"
  static let summary = "Lists what is odd in the readings, and why: spikes, stuck or silent meters, gaps, nights."
  static let effect = Effect.read

  @Parameter("Only this building.", kind: .entity("buildings")) var building: String?
  @Parameter("Which days; the seven up to the latest readings when left out.") var period: DayPeriod?
  @Parameter("How many to show.", default: 5) var limit: Int
  @Parameter("How many to pass over, for the next page.", default: 0) var offset: Int

  func perform(in context: ActionContext) async throws -> ActionResult {
    var only: Building?
    if let building {
      switch try await Buildings.resolve(building, for: Self.name, in: context) {
      case .one(let one): only = one
      case .ask(let say): return .ask(say, parameter: "building")
      }
    }
    // a running day, week or month is as long a stretch back from the latest readings, whenever they are from
    let back: Int? =
      switch period {
      case .named(.today): 1
      case .named(.month): 30
      case nil, .named(.week): 7
      default: nil
      }
    let (building, zone, today) = (only, context.zone, context.today)
    var named = back == nil ? period?.days(on: today) : nil
    // "over the weekend" was the last one
    if let days = named, days.first > today, days.last.days(since: today) <= 7 {
      named = (days.first.adding(days: -7), days.last.adding(days: -7))
    }
    let span = named
    let report = try await context.store.read { reader in
      try AnomalyReport.read(building, days: back ?? 7, span, reader, fallback: zone)
    }
    guard let report else { return .answer(Say("energy.empty")) }
    var answer = AnomalyAnswer(report: report, building: only, context: context)
    (answer.limit, answer.offset) = (min(max(limit, 1), 20), max(offset, 0))
    return .answer(answer.say(), data: report.data())
  }
}

struct AnomalyReport: Sendable {
  struct Finding: Sendable {
    var building: Building
    var meter: String
    var zone: Zone
    var anomaly: Anomaly
  }
  var findings: [Finding] = []
  var meters = 0
  /// Meters whose hours were looked at one by one.
  var examined = 0
  var to: CivilDate
  var days: Int

  /// Beyond so many, the daily sums choose which meters are looked at by the hour.
  static let examinedLimit = 200

  static func read(
    _ building: Building?, days: Int, _ span: (first: CivilDate, last: CivilDate)? = nil, _ reader: some DatedQuerying,
    fallback: Zone
  ) throws -> AnomalyReport? {
    let meters = try Buildings.meters(of: building?.id, reader, fallback: fallback)
    guard let last = meters.map(\.lastAt).max(), last > .epoch else { return nil }
    let step = meters.map(\.step).filter { $0 > 0 }.min() ?? 3_600
    var end = last + .seconds(max(step, 3_600))
    var from = end - .days(days)
    var days = days
    if let span {
      (from, end) = (fallback.startOfDay(span.first), min(end, fallback.startOfDay(span.last.adding(days: 1))))
      days = max(1, min(fallback.date(end - .seconds(1)), span.last).days(since: span.first) + 1)
    }
    let to = span.map { min($0.last, fallback.date(last)) } ?? fallback.date(last)
    var report = AnomalyReport(meters: meters.count, to: to, days: days)
    guard from < end else { return report }
    let start = from
    // of one day alone nobody sees what is usual: it is looked at within its week
    if span != nil { from = min(from, end - .days(7)) }
    var names: [String: Building] = [:]
    for building in try Buildings.all(reader, fallback: fallback) { names[building.id] = building }
    let owners = try reader.query("SELECT number, building FROM energy_meters WHERE tenant = :tenant") { row in
      (row.int(0), row.text(1))
    }
    let owner = Dictionary(owners, uniquingKeysWith: { first, _ in first })
    // meters read by the day or the month say nothing about hours
    let hourly = meters.filter { $0.step > 0 && $0.step <= 3_600 }
    let chosen =
      hourly.count <= examinedLimit
      ? hourly : try candidates(hourly, from: from, to: end, days: days, reader)
    report.examined = chosen.count
    for meter in chosen {
      guard let id = owner[meter.number], let building = names[id] else { continue }
      let finder = try self.finder(meter, from: from, to: end, reader)
      let hours = (AnomalyFinder.number(from, finder.shift), AnomalyFinder.number(end, finder.shift))
      for anomaly in finder.find(from: hours.0, to: hours.1).prefix(20) where anomaly.to > start {
        report.findings.append(Finding(building: building, meter: meter.id, zone: meter.zone, anomaly: anomaly))
      }
    }
    report.findings.sort { a, b in
      a.anomaly.weight == b.anomaly.weight ? a.meter < b.meter : a.anomaly.weight > b.anomaly.weight
    }
    return report
  }

  private static func finder(
    _ meter: Building.Meter, from: Instant, to: Instant, _ reader: some DatedQuerying
  ) throws -> AnomalyFinder {
    let readings = try reader.query(
      "SELECT at, wh FROM energy_readings WHERE tenant = :tenant AND meter = ? AND at >= ? AND at < ?", meter.number,
      from - .days(7 * AnomalyFinder.weeks) - .hours(3), to
    ) { row in (at: row.instant(0), wh: row.int(1)) }
    let shift = (meter.zone.offset(at: to) % 3_600 + 3_600) % 3_600
    return AnomalyFinder(readings, zone: meter.zone, shift: Int64(shift))
  }

  /// A meter's days in the period and in the three weeks before it.
  private struct Sums {
    var now = 0.0
    var count = 0
    var negatives = 0
    var peak = 0.0
    var before = 0.0
    var daysBefore = 0
    var peakBefore = 0.0
  }

  /// Meters whose days look odd beside their own weeks before: the most suspicious ones.
  private static func candidates(
    _ meters: [Building.Meter], from: Instant, to: Instant, days: Int, _ reader: some DatedQuerying
  ) throws -> [Building.Meter] {
    let first = Int(from.seconds / 86_400)
    var sums: [Int64: Sums] = [:]
    try reader.scan(
      """
      SELECT day, meter, wh, count, peak_wh, negatives FROM energy_days
      WHERE tenant = :tenant AND day >= ? AND day <= ?
      """, first - 21, Int(to.seconds / 86_400)
    ) { row in
      var sum = sums[row.int(1)] ?? Sums()
      if row.integer(0) >= first {
        sum.now += row.double(2)
        sum.count += row.integer(3)
        sum.negatives += row.integer(5)
        sum.peak = max(sum.peak, row.double(4))
      } else {
        sum.before += row.double(2)
        sum.daysBefore += 1
        sum.peakBefore = max(sum.peakBefore, row.double(4))
      }
      sums[row.int(1)] = sum
      return true
    }
    let scored = meters.map { meter -> (Building.Meter, Double) in
      let sum = sums[meter.number] ?? Sums()
      let usual = sum.daysBefore > 0 ? sum.before / Double(sum.daysBefore) * Double(days) : 0
      let due = Double(days) * 86_400 / Double(max(meter.step, 1))
      var score = abs(sum.now - usual)
      score += usual * max(0, 1 - Double(sum.count) / due) * 2
      if sum.negatives > 0 { score += usual }
      if sum.peak > sum.peakBefore * 1.3 { score += sum.peak - sum.peakBefore }
      return (meter, score)
    }
    return scored.sorted { $0.1 > $1.1 }.prefix(examinedLimit).map(\.0)
  }

  func data() -> JSON {
    [
      "to": .string(to.description), "days": .integer(Int64(days)), "meters": .integer(Int64(meters)),
      "examined": .integer(Int64(examined)),
      "anomalies": .array(
        findings.prefix(200).map { finding in
          [
            "building": .string(finding.building.id), "meter": .string(finding.meter),
            "kind": .string(finding.anomaly.kind.rawValue), "from": .string(finding.anomaly.from.description),
            "to": .string(finding.anomaly.to.description), "kwh": EnergyUnit.kWh(finding.anomaly.wh),
            "usual_kwh": EnergyUnit.kWh(Int64(finding.anomaly.usual)),
          ]
        }),
    ]
  }
}

struct AnomalyAnswer {
  let report: AnomalyReport
  let building: Building?
  let context: ActionContext
  var limit = 5
  var offset = 0

  func say() -> Say {
    var values: [String: Say.Value] = [
      "count": .integer(Int64(report.findings.count)), "days": .integer(Int64(report.days)), "to": .date(report.to),
      "meters": .integer(Int64(report.meters)),
    ]
    if let building { values["name"] = .text(building.name) }
    guard !report.findings.isEmpty else {
      if report.examined == 0 { return Say("energy.anomalies.coarse", values) }
      return Say("energy.anomalies.none", values)
    }
    guard report.findings.count > offset else { return Say("energy.portfolio.no_more") }
    var lines = report.findings.dropFirst(offset).prefix(limit).map(line)
    let rest = report.findings.count - offset - limit
    if rest > 0 { lines.append(Say("energy.anomalies.more", ["count": .integer(Int64(rest))])) }
    if report.examined < report.meters, report.meters > AnomalyReport.examinedLimit {
      lines.append(
        Say(
          "energy.anomalies.examined",
          ["examined": .integer(Int64(report.examined)), "meters": .integer(Int64(report.meters))]))
    }
    return Say("energy.anomalies.found", values, lines: lines, buttons: buttons())
  }

  private func line(_ finding: AnomalyReport.Finding) -> Say {
    let anomaly = finding.anomaly
    var values: [String: Say.Value] = [
      // the meter's own wall clock: that is where somebody would look
      "day": .date(finding.zone.date(anomaly.from)), "time": .time(finding.zone.civil(anomaly.from).time),
      "length": .duration(anomaly.to - anomaly.from), "value": .say(EnergyUnit.say(anomaly.wh)),
    ]
    if building == nil { values["name"] = .text(finding.building.name) }
    if finding.meter != finding.building.id { values["meter"] = .text(finding.meter) }
    if anomaly.usual > 0 {
      values["usual"] = .say(EnergyUnit.say(Int64(anomaly.usual)))
      values["factor"] = .number(
        Double(anomaly.wh) / anomaly.usual, digits: anomaly.wh < 10 * Int64(anomaly.usual) ? 1 : 0)
      values["share"] = .percent((Double(anomaly.wh) / anomaly.usual - 1) * 100)
    }
    return Say("energy.anomaly.\(anomaly.kind.rawValue)", values)
  }

  private func buttons() -> [Say.Button] {
    var seen: Set<String> = []
    var buttons: [Say.Button] = []
    for finding in report.findings.dropFirst(offset).prefix(limit) where buttons.count < 3 {
      let day = finding.zone.date(finding.anomaly.from)
      guard finding.anomaly.kind != .missing, seen.insert("\(finding.building.id) \(day)").inserted else { continue }
      buttons.append(
        Say.Button(
          "button.see_day", ["name": .text(String(finding.building.name.prefix(12))), "day": .date(day)],
          action: ShowProfile.name,
          arguments: ["building": .string(finding.building.id), "day": .string(day.description)], isSingleUse: false))
    }
    return buttons
  }
}
