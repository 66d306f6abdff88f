import Actions
import Base
import Formats
import Messages
import Store
import Time

struct CompareBuildings: Action {
  static let name = "energy.compare"
  static let summary = "Puts two buildings side by side: what each used in the same days, its change and its peak."
  static let effect = Effect.read

  @Parameter("The one, by name; the one looked at last when left out.", kind: .entity("buildings")) var building:
    String?
  @Parameter("The other, by name.", kind: .entity("buildings")) var other: String?
  @Parameter("Which days; the latest whole week or month when left out.") var period: DayPeriod?
  @Parameter("Other days that they are put beside, of one building.") var against: DayPeriod?
  @Parameter("What was said, word for word.") var said: String?
  @Parameter("What was looked at before; the conversation knows it.") var lookedAt: JSON?

  func perform(in context: ActionContext) async throws -> ActionResult {
    // "tower b yesterday vs today" is one building at two times
    let looked = Glance(lookedAt, context.today).building
    // "weekday and weekend" are no days that are over
    let words = FollowUp(said)
    let isToCome =
      period.map { $0.days(on: context.today).first > context.today } ?? false
      || ["weekday", "weekend"].allSatisfy { words.says($0) || words.says($0 + "s") }
    if other == nil || other == building, let one = building ?? looked,
      against != nil || period != nil && (looked == nil || looked == one || isToCome)
    {
      var show = ShowBuilding()
      (show.building, show.period, show.against, show.said) = (one, period, against, said)
      if isToCome { (show.period, show.leftOut) = (nil, "weekend") }
      return try await show.perform(in: context)
    }
    if building == nil, other == nil, against != nil {
      var show = ShowPortfolio()
      (show.period, show.against, show.said) = (period, against, said)
      return try await show.perform(in: context)
    }
    let glance = Glance(lookedAt, context.today)
    // "how does it compare to tower a": one is named, the other was looked at
    let first = other == nil ? glance.building : building
    guard let second = other ?? building else { return .ask(Say("energy.compare.ask.building"), parameter: "building") }
    guard let first else { return .ask(Say("energy.compare.ask.other"), parameter: "other") }
    var found: [Building] = []
    for (name, parameter) in [(first, "building"), (second, "other")] {
      switch try await Buildings.resolve(name, for: Self.name, in: context) {
      case .one(let one): found.append(one)
      case .ask(let say): return .ask(say, parameter: parameter)
      }
    }
    guard found[0].id != found[1].id else { return .ask(Say("energy.compare.ask.other"), parameter: "other") }
    let (buildings, now) = (found, context.now)
    let days = period ?? (other == nil ? glance.period : nil)
    let both = try await context.store.read { reader in
      try buildings.map { building in
        try BuildingFacts.read(building, reader) {
          EnergyPeriod.named(days, versus: nil, today: building.zone.date(now), latest: $0) ?? $0
        }
      }
    }
    guard let one = both[0], let two = both[1], one.now != 0, two.now != 0 else {
      let silent = buildings[both[0].map { $0.now == 0 } ?? true ? 0 : 1]
      throw ActionError(
        "energy.no_data", ["name": .text(silent.name)], sentence: "\(silent.name) has no readings for that.",
        field: "building")
    }
    return .answer(Self.say(one, two), data: .array([one.data(), two.data()]))
  }

  private static func say(_ one: BuildingFacts, _ two: BuildingFacts) -> Say {
    let (more, less) = one.now >= two.now ? (one, two) : (two, one)
    let lines = [one, two].map { facts -> Say in
      var values: [String: Say.Value] = [
        "name": .text(facts.building.name), "use": .say(EnergyUnit.say(facts.now)),
      ]
      if one.period != two.period { values["days"] = facts.period.said }
      if let change = Change.say(Change.percent(facts.now, facts.before)) { values["change"] = .say(change) }
      if let peak = facts.peakKilowatts { values["peak"] = .number(peak, digits: 1) }
      if let intensity = facts.intensity { values["intensity"] = .number(intensity / 1_000, digits: 0) }
      return Say("energy.compare.line", values)
    }
    var values: [String: Say.Value] = [
      "more": .text(more.building.name), "less": .text(less.building.name), "days": one.period.said,
      "difference": .say(EnergyUnit.say(more.now - less.now)),
    ]
    if let percent = Change.percent(more.now, less.now) { values["share"] = .percent(percent) }
    return Say(more.now == less.now ? "energy.compare.same" : "energy.compare.found", values, lines: lines)
  }
}
