import Actions
import Base
import Energy
import Formats
import Messages
import People
import RoomTesting
import Store
import Testing

/// What people go on to ask of what was shown. It is Monday 23 November 2026, 10:00; the readings run from 12 October to
/// nine o'clock of that day, and the warehouse uses more since 16 November.
@Suite struct AskedTests {
  private func house() async throws -> RoomHarness {
    let house = try await RoomHarness([EnergyRoom.room], now: "2026-11-23T04:30:00Z")
    try await load(house, Office.header + readings(to: "2026-11-23T03:30:00Z"))
    return house
  }

  /// The rows of both buildings before a moment.
  private func readings(to end: String) throws -> String {
    let tower = Office(days: 43)
    let before = Office(meter: "M2", building: "Warehouse", days: 35, scale: 0.5)
    let after = Office(meter: "M2", building: "Warehouse", from: "2026-11-16T00:00:00", days: 8, scale: 0.8)
    let rows = try (tower.rows() + before.rows() + after.rows()).split(separator: "\n")
    return rows.filter { $0.split(separator: ",")[1] < end }.joined(separator: "\n") + "\n"
  }

  private func load(_ house: RoomHarness, _ text: String) async throws {
    let importer = try #require(EnergyRoom.room.importers.first { $0.kind == "readings" })
    _ = try await importer.run(ByteSource(Array(text.utf8)), "readings.csv", [:], house.owner, house.tenant())
  }

  private func text(_ house: RoomHarness, _ action: String, _ arguments: JSONObject = [:]) async throws -> String {
    house.text(try await house.run(action, arguments).say)
  }

  // MARK: So far

  @Test("today stands beside the same hours of yesterday, and the hours to come are no gaps")
  func today() async throws {
    let house = try await house()
    let outcome = try await house.run("energy.portfolio", ["period": "today"])
    let office = Office()
    let night = (41 * 24..<41 * 24 + 9).map { office.value($0, 7) }.reduce(0, +)
    // the other building has the same shape
    #expect(abs((outcome.data["kwh_before"].double ?? 0) - night * 1.8) < 0.5)
    #expect(outcome.data["missing_percent"].double == 0)
    #expect(house.text(outcome.say).contains("today until 9:00 am"))
    #expect(house.text(outcome.say).contains("yesterday until 9:00 am"))
  }

  @Test("this week beside the last one is the same hours of the same days")
  func week() async throws {
    let house = try await house()
    let data = try await house.run(
      "energy.building", ["building": "Tower A", "period": "week", "versus": "last_week"]
    ).data
    #expect(data["from"] == "2026-11-23" && data["to"] == "2026-11-23")
    let (now, before) = try (#require(data["kwh"].double), #require(data["kwh_before"].double))
    #expect(abs(now / before - 1) < 0.05)
  }

  @Test("the week before is that before the one that was looked at")
  func weekBefore() async throws {
    let house = try await house()
    let asked: JSONObject = [
      "period": "week", "versus": "before", "said": "compare with the week before",
      "looked_at": ["name": "energy.portfolio", "arguments": ["period": "last_week"]],
    ]
    let shown = try await text(house, "energy.portfolio", asked)
    #expect(shown.contains("from Mon 16 Nov to yesterday") && shown.contains("from Mon 9 Nov to Sun 15 Nov"))
  }

  @Test("ranked by november usage means that month")
  func byMonth() async throws {
    let asked: JSONObject = ["period": "1970-01-01/2026-10-31", "rank": "most", "said": "rank all by november usage"]
    let data = try await house().run("energy.portfolio", asked).data
    #expect(data["from"] == "2026-11-01" && data["to"] == "2026-11-23")
  }

  // MARK: Buildings

  @Test("who grew most comes first, in percent; who fell is not among them")
  func growth() async throws {
    let house = try await house()
    let shown = try await text(house, "energy.portfolio", ["rank": "growth"])
    #expect(shown.contains("Warehouse grew most: ▲ 60.1%"))
    #expect(try await text(house, "energy.portfolio", ["rank": "intensity"]).contains("floor areas"))
    try await load(house, "building,area\nTower A,1000\nWarehouse,100\n")
    let dense = try await text(house, "energy.portfolio", ["rank": "intensity"])
    #expect(dense.contains("Warehouse used most for its size"))
  }

  @Test("two buildings stand side by side; the one that is not named was looked at")
  func compare() async throws {
    let house = try await house()
    let both = try await text(house, "energy.compare", ["building": "Tower A", "other": "Warehouse"])
    #expect(both.contains("Tower A used") && both.contains("• Warehouse:"))
    let asked: JSONObject = [
      "building": "Tower A", "period": "2026-10",
      "looked_at": ["name": "energy.peak", "arguments": ["building": "Warehouse"]],
    ]
    let outcome = try await house.run("energy.compare", asked)
    #expect(outcome.data[0]["name"] == "Warehouse" && outcome.data[1]["name"] == "Tower A")
    #expect(outcome.data[0]["from"] == "2026-10-01")
  }

  @Test("the peak there is that of the building looked at, also when it was lowest")
  func peakThere() async throws {
    let house = try await house()
    let looked: JSON = ["name": "energy.profile", "arguments": ["building": "Warehouse", "day": "2026-11-20"]]
    let there = try await text(house, "energy.peak", ["said": "whats the peak there", "looked_at": looked])
    #expect(there.hasPrefix("Peak demand of Warehouse Fri 20 Nov:"))
    let all = try await text(house, "energy.peak", ["said": "peak demand last week", "looked_at": looked])
    #expect(all.hasPrefix("Peak demand from"))
    let low = try await house.run("energy.peak", ["building": "Warehouse", "extreme": "lowest", "period": "last_week"])
    #expect(house.text(low.say).hasPrefix("Lowest demand of Warehouse"))
    #expect((low.data["total"]["kw"].double ?? 99) < 5)
  }

  @Test("what changed is told in percent, with the buildings, days and hours that made it")
  func change() async throws {
    let house = try await house()
    let all = try await text(house, "energy.change")
    #expect(all.contains("more (▲") && all.contains("• Warehouse:") && !all.contains("• Tower A:"))
    let one = try await text(
      house, "energy.change", ["looked_at": ["name": "energy.building", "arguments": ["building": "Warehouse"]]])
    #expect(one.hasPrefix("Warehouse: ") && one.contains("more than"))
    #expect(one.contains("between 12:00 pm and 6:00 pm"))
  }

  @Test("the cost is that of the days looked at")
  func cost() async throws {
    let house = try await house()
    let rate: JSON = ["amount": "8.00", "currency": "INR"]
    let looked: JSON = ["name": "energy.building", "arguments": ["building": "Tower A", "period": "2026-11-17"]]
    let outcome = try await house.run("energy.cost", ["rate": rate, "looked_at": looked])
    let kwh = try #require(outcome.data["kwh"].double)
    let cost = try #require(Double(outcome.data["cost"].string ?? ""))
    #expect(abs(cost - kwh * 8) < 0.1 && outcome.data["from"] == "2026-11-17")
  }

  @Test("odd hours of the days that were asked for, and of no others")
  func odd() async throws {
    let house = try await house()
    try await load(house, "meter,time,value,unit\nM1,2026-11-17T20:00:00Z,400,kWh\n")
    let found = try await house.run("energy.anomalies", ["building": "Tower A", "period": "2026-11-18"])
    #expect(found.data["anomalies"].array?.count == 1 && found.data["days"].int == 1)
    let none = try await house.run("energy.anomalies", ["building": "Tower A", "period": "2026-11-17"])
    #expect(none.data["anomalies"].array?.isEmpty == true)
    // a whole month that was asked for says nothing of where the data ends
    #expect(try await !text(house, "energy.portfolio", ["period": "2026-10"]).contains("latest readings"))
  }

  // MARK: Alerts

  @Test("an alert is told once when new readings rise above it, and again only after they fell")
  func alerts() async throws {
    let house = try await house()
    let set = try await house.run("energy.alert", ["building": "Tower A", "kw": 60])
    #expect(house.text(set.say).contains("Tower A goes above 60 kW"))
    #expect(try await text(house, "energy.alerts").contains("Tower A: above 60 kW"))
    func read(_ hour: String, _ kwh: Int) async throws -> [String] {
      try await load(house, "meter,time,value,unit\nM1,2026-11-23T\(hour):30:00Z,\(kwh),kWh\n")
      return house.told().map(\.text)
    }
    #expect(try await read("03", 50).isEmpty)
    let told = try await read("04", 65)
    #expect(told.count == 1 && told[0].contains("Tower A went above 60 kW") && told[0].contains("Highest: 65 kW"))
    #expect(try await read("05", 70).isEmpty)
    #expect(try await read("06", 40).isEmpty)
    #expect(try await read("07", 61).count == 1)
    // the same file once more is nothing new
    #expect(try await read("07", 61).isEmpty)
  }

  @Test("an alert ends, comes back by undo, and goes with its person")
  func alertEnds() async throws {
    let house = try await house()
    try await house.run("energy.alert", ["building": "Tower A", "kw": 35])
    let anew = try await house.run("energy.alert", ["building": "Tower A", "kw": 40])
    let inverse = try #require(anew.inverse)
    try await house.run(inverse.name, inverse.arguments)
    #expect(try await text(house, "energy.alerts").contains("35 kW"))
    let ended = try await house.run("energy.alert_stop")
    #expect(try await text(house, "energy.alerts").contains("no energy alerts"))
    let back = try #require(ended.inverse)
    try await house.run(back.name, back.arguments)
    await #expect { try await house.run("energy.alert_stop", ["building": "Warehouse"]) } throws: {
      ($0 as? ActionError)?.code == "energy.no_alert"
    }
    let (room, person) = (EnergyRoom.room, house.owner.id)
    #expect(try await house.tenant().read { try room.export(person, $0) }["alerts"].array?.count == 1)
    #expect(try await house.tenant().write { try room.forget(person, &$0) } == 1)
  }
}
