import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Store
import Time

/// Limits of power that somebody wants to hear of, looked at whenever readings came in.
struct EnergyAlert: Sendable {
  var id: String
  var person: PersonID
  var building: String
  var name: String
  var watts: Int64
  /// Above the limit when it was looked at last: no second word until it fell below.
  var isOver: Bool
  var checkedTo: Instant

  private static let select = """
    SELECT a.id, a.person, a.building, coalesce(b.name, a.building), a.watts, a.is_over, a.checked_to
    FROM energy_alerts a LEFT JOIN energy_buildings b ON b.tenant = a.tenant AND b.id = a.building
    """

  private init(_ row: Row) {
    (id, person, building, name) = (row.text(0), row.id(1), row.text(2), row.text(3))
    (watts, isOver, checkedTo) = (row.int(4), row.int(5) != 0, row.instant(6))
  }

  static func all(of person: PersonID, _ reader: some DatedQuerying) throws -> [EnergyAlert] {
    try reader.query("\(select) WHERE a.tenant = :tenant AND a.person = ? ORDER BY 4, a.id", person) { EnergyAlert($0) }
  }

  var line: Say { Say("energy.alerts.line", ["name": .text(name), "limit": limit]) }
  var limit: Say.Value { Self.limit(watts) }
  static func limit(_ watts: Int64) -> Say.Value {
    .number(Double(watts) / 1_000, digits: watts % 1_000 == 0 ? 0 : 1)
  }

  /// What rose above its limit in the readings that are new since the last look: each is told once until it fell below.
  static func check(_ buildings: Set<String>, in transaction: Transaction) throws {
    let alerts = try transaction.query("\(select) WHERE a.tenant = :tenant ORDER BY a.id") { EnergyAlert($0) }
    for alert in alerts where buildings.contains(alert.building) {
      guard let seen = try alert.look(transaction) else { continue }
      try transaction.execute(
        "UPDATE energy_alerts SET is_over = ?, checked_to = ? WHERE tenant = :tenant AND id = ?", seen.isOver, seen.to,
        alert.id)
      guard let first = seen.first else { continue }
      var values: [String: Say.Value] = [
        "name": .text(alert.name), "limit": alert.limit, "at": .instant(first),
        "peak": .number(Double(seen.highest) / 1_000, digits: 1),
      ]
      if seen.count > 1 { values["count"] = .integer(Int64(seen.count)) }
      try transaction.tell(
        alert.person, Say("energy.alert.told", values),
        dedupeKey: "energy.alert:\(alert.id):\(first.seconds)")
    }
  }

  private struct Seen {
    var to: Instant
    var isOver: Bool
    var count = 0
    var first: Instant?
    var highest: Int64 = 0
  }

  /// By intervals of the slowest meter, up to the last one that all its meters have.
  private func look(_ transaction: Transaction) throws -> Seen? {
    let all = try Buildings.meters(of: building, transaction, fallback: .utc).filter(\.isFine)
    guard let newest = all.map(\.lastAt).max() else { return nil }
    // one that has been silent for a day is not waited for
    let meters = all.filter { newest - $0.lastAt < .days(1) }
    guard let last = meters.map(\.lastAt).min(), last > checkedTo else { return nil }
    let step = meters.map(\.step).max() ?? 3_600
    var sums: [Int64: Int64] = [:]
    for meter in meters {
      try transaction.scan(
        "SELECT at, wh FROM energy_readings WHERE tenant = :tenant AND meter = ? AND at > ? AND at <= ?",
        meter.number, checkedTo, last
      ) { row in
        sums[row.instant(0).seconds / step, default: 0] += row.int(1)
        return true
      }
    }
    var seen = Seen(to: last, isOver: isOver)
    for (slot, wh) in sums.sorted(by: { $0.key < $1.key }) {
      let power = wh * 3_600 / step
      if power > watts, !seen.isOver {
        seen.count += 1
        seen.first = seen.first ?? Instant(seconds: slot * step)
      }
      seen.isOver = power > watts
      if seen.first != nil { seen.highest = max(seen.highest, power) }
    }
    return seen
  }
}

struct SetEnergyAlert: Action {
  static let name = "energy.alert"
  static let summary = "Tells you when the power of a building rises above a limit, once each time."
  static let effect = Effect.write

  @Parameter("Which building, by name; the one looked at last when left out.", kind: .entity("buildings"))
  var building: String?
  @Parameter("The limit, in kilowatts.") var kw: Double?
  @Parameter("What was said, word for word.") var said: String?
  @Parameter("What was looked at before; the conversation knows it.") var lookedAt: JSON?

  func perform(in context: ActionContext) async throws -> ActionResult {
    // an alert on so many kilowatts would never ring for so many kilowatt-hours a day
    if let said = said?.lowercased(), said.contains("kwh") || said.contains("units"),
      ["a day", "per day", "in a day", "daily", "/day", "a week", "per week", "a month", "per month"].contains(
        where: said.contains)
    {
      throw ActionError(
        "energy.alert_unit",
        sentence: "I watch power in kW, not yet the energy of a day or more. At how many kW shall I tell you?",
        field: "kw")
    }
    guard let named = building ?? Glance(lookedAt, context.today).building else {
      return .ask(Say("energy.alert.ask.building"), parameter: "building")
    }
    let found: Building
    switch try await Buildings.resolve(named, for: Self.name, in: context) {
    case .one(let one): found = one
    case .ask(let say): return .ask(say, parameter: "building")
    }
    guard let kw else { return .ask(Say("energy.alert.ask.kw", ["name": .text(found.name)]), parameter: "kw") }
    guard (0.001...1_000_000).contains(kw) else {
      throw ActionError("energy.limit", sentence: "The limit is between 1 W and 1 GW.", field: "kw")
    }
    let watts = Int64((kw * 1_000).rounded())
    let (meters, person) = (
      try await context.store.read { try Buildings.meters(of: found.id, $0, fallback: found.zone) }, context.actor.id
    )
    guard meters.contains(where: \.isFine) else {
      throw ActionError(
        "energy.alert_coarse", ["name": .text(found.name)],
        sentence: "The meters of \(found.name) are not read by the hour, so their power is not known.",
        field: "building")
    }
    return .change { transaction in
      let before = try EnergyAlert.all(of: person, transaction).first { $0.building == found.id }
      try transaction.execute(
        "DELETE FROM energy_alerts WHERE tenant = :tenant AND person = ? AND building = ?", person, found.id)
      let id = transaction.newID()
      // what was read before is known already
      let from = meters.map(\.lastAt).max() ?? .epoch
      try transaction.execute(
        """
        INSERT INTO energy_alerts (tenant, id, person, building, watts, is_over, checked_to, created_at)
        VALUES (:tenant, ?, ?, ?, ?, 0, ?, ?)
        """, id, person, found.id, watts, from, transaction.now)
      let limit = EnergyAlert.limit(watts)
      var inverse = ActionCall(StopEnergyAlert.name, ["building": .string(found.id)])
      if let before {
        inverse = ActionCall(
          Self.name, ["building": .string(found.id), "kw": .number(Double(before.watts) / 1_000)])
      }
      return Outcome(
        Say("energy.alert.set", ["name": .text(found.name), "limit": limit]),
        data: ["building": .string(found.id), "kw": .number(Double(watts) / 1_000)], inverse: inverse)
    }
  }
}

struct ListEnergyAlerts: Action {
  static let name = "energy.alerts"
  static let summary = "Lists the limits of power that you are told about."
  static let effect = Effect.read

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = context.actor.id
    let alerts = try await context.store.read { try EnergyAlert.all(of: person, $0) }
    return .answer(
      Say(
        alerts.isEmpty ? "energy.alerts.none" : "energy.alerts", ["count": .integer(Int64(alerts.count))],
        lines: alerts.prefix(20).map(\.line)),
      data: .array(
        alerts.map {
          ["building": .string($0.building), "name": .string($0.name), "kw": .number(Double($0.watts) / 1_000)]
        }))
  }
}

struct StopEnergyAlert: Action {
  static let name = "energy.alert_stop"
  static let summary = "Ends an alert about the power of a building."
  static let effect = Effect.write

  @Parameter("Of which building; the only one when left out.", kind: .entity("buildings")) var building: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = context.actor.id
    var only: Building?
    if let building {
      switch try await Buildings.resolve(building, for: Self.name, in: context) {
      case .one(let one): only = one
      case .ask(let say): return .ask(say, parameter: "building")
      }
    }
    let wanted = only?.id
    let alerts = try await context.store.read { try EnergyAlert.all(of: person, $0) }
      .filter { wanted == nil || $0.building == wanted }
    guard let alert = alerts.first else {
      throw ActionError("energy.no_alert", sentence: "There is no such alert.", field: "building")
    }
    guard alerts.count == 1 else {
      let buttons = alerts.prefix(5).map { one in
        Say.Button(
          "button.building", ["name": .text(one.name)], action: Self.name,
          arguments: ["building": .string(one.building)])
      }
      return .ask(
        Say("energy.alert_stop.which", lines: alerts.prefix(5).map(\.line), buttons: buttons), parameter: "building")
    }
    return .change { transaction in
      try transaction.execute("DELETE FROM energy_alerts WHERE tenant = :tenant AND id = ?", alert.id)
      return Outcome(
        Say("energy.alert_stop.done", ["name": .text(alert.name), "limit": alert.limit]),
        inverse: ActionCall(
          SetEnergyAlert.name, ["building": .string(alert.building), "kw": .number(Double(alert.watts) / 1_000)]))
    }
  }
}
