import Actions
import Delivery
import Formats
import Graphics
import Messages
import Text
import Time

/// What is told of a portfolio, in words and as a picture.
struct PortfolioAnswer {
  let facts: Portfolio
  var rank: String?
  let context: ActionContext
  var limit = 5
  var offset = 0
  var leftOut: String?

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
      .compactMap { share in share.change.map { (share, $0) } }
      .filter { abs($0.1) >= 5 }
      .max { abs($0.share.now - $0.share.before) < abs($1.share.now - $1.share.before) }
  }

  func say() -> Say {
    var values: [String: Say.Value] = [
      "total": .say(EnergyUnit.say(facts.total)), "days": facts.period.said, "to": .date(facts.period.to),
      "buildings": .integer(Int64(facts.shares.count)), "meters": .integer(Int64(facts.meters)),
    ]
    if let change = Change.say(Change.percent(facts.total, facts.before)) { values["change"] = .say(change) }
    if let use = facts.use { values["use"] = .text(use) }
    if facts.period.isNamed, facts.before > 0 {
      values["before"] = .say(EnergyUnit.say(facts.before))
      values["days_before"] = facts.period.earlierSaid
    }
    let ranked = ranked()
    var lines = ranking(ranked)
    if offset > 0 { return Say("energy.portfolio.next", lines: lines, buttons: next(ranked.count)) }
    if let rank, ["growth", "fall"].contains(rank) {
    } else if let mover, let change = Change.say(mover.percent) {
      lines.append(Say("energy.portfolio.mover", ["name": .text(mover.share.building.name), "change": .say(change)]))
    }
    if facts.gappy > 0 {
      lines.append(
        Say("energy.portfolio.gaps", ["meters": .integer(Int64(facts.gappy)), "share": .percent(facts.missing)]))
    }
    if isOld { lines.append(Say("energy.old", ["to": .date(end)])) }
    if let leftOut { lines.append(Say("energy.left_out.\(leftOut)")) }
    var buttons = next(ranked.count) + [Say.Button("button.anomalies", action: "energy.anomalies", isSingleUse: false)]
    if let first = facts.shares.first, first.now > 0 {
      buttons.append(
        Say.Button(
          "button.building", ["name": .text(String(first.building.name.prefix(18)))], action: "energy.building",
          arguments: ["building": .string(first.building.id)], isSingleUse: false))
    }
    let key = facts.period.isNamed ? "span" : facts.period.isMonth ? "month" : "week"
    return Say("energy.portfolio.\(key)", values, lines: lines, buttons: buttons)
  }

  /// A button for those that come after these.
  private func next(_ count: Int) -> [Say.Button] {
    guard count > offset + limit else { return [] }
    var arguments: JSONObject = ["limit": .integer(Int64(limit)), "offset": .integer(Int64(offset + limit))]
    if facts.period.isNamed {
      arguments["period"] = .string(DayPeriod.days(facts.period.from, facts.period.to).text)
      arguments["against"] = .string(
        DayPeriod.days(facts.period.earlier.lowerBound, facts.period.earlier.upperBound).text)
    }
    arguments["rank"] = rank.map { .string($0) }
    return [Say.Button("button.more", action: ShowPortfolio.name, arguments: arguments, isSingleUse: false)]
  }

  /// Those that used anything, in the order that was asked for.
  private func ranked() -> [Portfolio.Share] {
    func percent(_ share: Portfolio.Share) -> Double { share.change ?? 0 }
    var ranked = facts.shares.filter { $0.now != 0 }
    switch rank {
    case "least": ranked.reverse()
    case "growth": ranked = ranked.filter { percent($0) > 0 }.sorted { percent($0) > percent($1) }
    case "fall": ranked = ranked.filter { percent($0) < 0 }.sorted { percent($0) < percent($1) }
    case "intensity":
      ranked = ranked.filter { $0.perArea != nil }.sorted { ($0.perArea ?? 0) > ($1.perArea ?? 0) }
    case "efficient":
      ranked = ranked.filter { $0.perArea != nil }.sorted { ($0.perArea ?? 0) < ($1.perArea ?? 0) }
    default: break
    }
    return ranked
  }

  /// Who leads, and the page of those that are shown.
  private func ranking(_ ranked: [Portfolio.Share]) -> [Say] {
    var lines: [Say] = []
    if offset > 0, ranked.count <= offset { return [Say("energy.portfolio.no_more")] }
    if offset > 0 {
      // the next page is only names and numbers
    } else if let rank, let first = ranked.first {
      var values: [String: Say.Value] = [
        "name": .text(first.building.name), "use": .say(EnergyUnit.say(first.now)),
      ]
      if let change = Change.say(first.change) { values["change"] = .say(change) }
      if let perArea = first.perArea { values["per_area"] = .number(perArea / 1_000, digits: 1) }
      lines.append(Say("energy.portfolio.\(rank)", values))
    } else if let rank {
      lines.append(Say("energy.portfolio.no_\(rank)"))
    }
    for (index, share) in ranked.enumerated().dropFirst(offset).prefix(limit) {
      var line: [String: Say.Value] = [
        "number": .integer(Int64(index + 1)), "name": .text(share.building.name),
        "use": .say(EnergyUnit.say(share.now)),
      ]
      if let change = Change.say(share.change) { line["change"] = .say(change) }
      let gap = share.gap.now
      if gap >= 5 { line["gap"] = .percent(gap) }
      if ["intensity", "efficient"].contains(rank), let perArea = share.perArea {
        line["per_area"] = .number(perArea / 1_000, digits: 1)
      }
      lines.append(Say("energy.portfolio.line", line))
    }
    let rest = ranked.count - offset - limit
    if rest > 0 { lines.append(Say("energy.anomalies.more", ["count": .integer(Int64(rest))])) }
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
