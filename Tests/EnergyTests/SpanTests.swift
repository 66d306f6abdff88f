import Actions
import Base
import Energy
import Formats
import Messages
import RoomTesting
import Store
import Testing

/// Days that are asked for by name, and the peak. It is Monday 23 November 2026, 10:00; readings run from 12 October to 22
/// November.
@Suite struct SpanTests {
  private func house() async throws -> RoomHarness {
    let house = try await RoomHarness([EnergyRoom.room], now: "2026-11-23T04:30:00Z")
    let importer = try #require(EnergyRoom.room.importers.first { $0.kind == "readings" })
    // 60 kWh at one in the morning of 14 November, when the other building is low
    let tower = try Office(faults: [33 * 24 + 1: 60]).rows()
    let store = try Office(meter: "M2", building: "Warehouse", scale: 0.5).rows()
    let text = Office.header + tower + store
    _ = try await importer.run(ByteSource(Array(text.utf8)), "readings.csv", [:], house.owner, house.tenant())
    return house
  }

  @Test("a named week stands beside the one before, with its days")
  func week() async throws {
    let data = try await house().run("energy.portfolio", ["period": "last_week"]).data
    #expect(data["from"] == "2026-11-16" && data["to"] == "2026-11-22")
    let before = try #require(data["kwh_before"].double)
    let now = try #require(data["kwh"].double)
    #expect(abs(now / before - 1) < 0.05)
  }

  @Test("a running month goes as far as its readings, beside as many days of the month before")
  func month() async throws {
    let house = try await house()
    let outcome = try await house.run("energy.portfolio", ["versus": "last_month"])
    #expect(outcome.data["from"] == "2026-11-01" && outcome.data["to"] == "2026-11-22")
    #expect(house.text(outcome.say).contains("22 Oct"))
  }

  @Test("days without readings are said to have none")
  func nothing() async throws {
    let house = try await house()
    let outcome = try await house.run("energy.building", ["building": "Tower A", "period": "today"])
    #expect(outcome.say.key == "energy.no_period")
    #expect(try await house.run("energy.peak", ["period": "today"]).say.key == "energy.peak.none")
  }

  @Test("the peak of all is that of one hour, not the sum of each one's own")
  func peak() async throws {
    let house = try await house()
    let data = try await house.run("energy.peak", ["period": "month"]).data
    let total = try #require(data["total"]["kw"].double)
    let each = (data["buildings"].array ?? []).compactMap { $0["peak"]["kw"].double }
    #expect(each.count == 2 && each[0] == 60)
    #expect(total > 60 && total < each[0] + each[1])
    #expect(data["buildings"][0]["peak"]["at"] == "2026-11-13T19:30:00Z")
  }

  @Test("the use of each day, and the days that used most and least")
  func daily() async throws {
    let house = try await house()
    let outcome = try await house.run("energy.daily", ["building": "Tower A", "period": "2026-11-09/2026-11-15"])
    #expect(outcome.data["days"].array?.count == 7)
    let use = (outcome.data["days"].array ?? []).map { ($0["kwh"].double ?? 0, $0["day"].string ?? "") }
    #expect(outcome.data["most"].string == use.max { $0.0 < $1.0 }?.1 && outcome.data["least"] == "2026-11-15")
    #expect(outcome.say.picture != nil && outcome.say.lines.count == 7)
    let all = try await house.run("energy.daily", ["period": "2026-11-09/2026-11-15"])
    let (one, both) = (outcome.data["days"][0]["kwh"].double ?? 0, all.data["days"][0]["kwh"].double ?? 0)
    #expect(abs(both - one * 1.5) < 0.2)
    #expect(try await house.run("energy.daily", ["period": "today"]).say.key == "energy.daily.none")
    // what begins with the first day there is is refused before anything is read
    await #expect(throws: ActionError.self) {
      try await house.run("energy.daily", ["building": "Tower A", "period": "1970-01-01/2026-10-31"])
    }
  }

  @Test("who used least comes first when that is asked")
  func least() async throws {
    let house = try await house()
    let outcome = try await house.run("energy.portfolio", ["rank": "least"])
    #expect(house.text(outcome.say).contains("Warehouse used least"))
  }
}
