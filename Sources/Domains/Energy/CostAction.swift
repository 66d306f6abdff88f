import Actions
import Base
import Formats
import Messages
import Store
import Time

struct ShowCost: Action {
  static let name = "energy.cost"
  static let summary = "Reckons what the use of some days costs at a price for each kWh."
  static let effect = Effect.read

  @Parameter("Only this building.", kind: .entity("buildings")) var building: String?
  @Parameter("Which days; those looked at, or the latest whole week, when left out.") var period: DayPeriod?
  @Parameter("The price of a kWh, which is called a unit.") var rate: Money?
  @Parameter("What was said, word for word.") var said: String?
  @Parameter("What was looked at before; the conversation knows it.") var lookedAt: JSON?

  func perform(in context: ActionContext) async throws -> ActionResult {
    guard let rate else { return .ask(Say("energy.cost.ask.rate"), parameter: "rate") }
    guard rate.minor > 0, rate.minor < 1_000_000 else {
      throw ActionError("energy.rate", sentence: "That is no price for a kWh.", field: "rate")
    }
    let glance = Glance(lookedAt, context.today)
    var only: Building?
    // all buildings were looked at, or one of them was
    if let named = building ?? (FollowUp(said).saysAll ? nil : glance.building) {
      switch try await Buildings.resolve(named, for: Self.name, in: context) {
      case .one(let one): only = one
      case .ask(let say): return .ask(say, parameter: "building")
      }
    }
    let shifted = FollowUp(said).shifted(period, versus: nil, from: glance.period, context.today)
    let (found, days, zone, today) = (only, shifted ?? period ?? glance.period, context.zone, context.today)
    @Sendable func meant(_ latest: EnergyPeriod) -> EnergyPeriod {
      EnergyPeriod.named(days, versus: nil, today: today, latest: latest) ?? latest
    }
    let use = try await context.store.read { reader -> (wh: Int64, period: EnergyPeriod)? in
      if let found { return try BuildingFacts.read(found, reader, meant).map { ($0.now, $0.period) } }
      return try Portfolio.read(reader, fallback: zone, meant).map { ($0.total, $0.period) }
    }
    guard let use else { return .answer(Say("energy.empty")) }
    let cost = Money(minor: Int64((Double(use.wh) * Double(rate.minor) / 1_000).rounded()), currency: rate.currency)
    var values: [String: Say.Value] = [
      "cost": .money(cost), "rate": .money(rate), "use": .say(EnergyUnit.say(use.wh)), "days": use.period.said,
    ]
    if let found { values["name"] = .text(found.name) }
    return .answer(
      Say("energy.cost.found", values),
      data: [
        "kwh": EnergyUnit.kWh(use.wh), "from": .string(use.period.from.description),
        "to": .string(use.period.to.description),
        "cost": .string(cost.decimal), "currency": .string(cost.currency),
      ])
  }
}
