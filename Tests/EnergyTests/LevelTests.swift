import Actions
import Base
import Energy
import Formats
import Messages
import RoomTesting
import Store
import Testing

/// Days that are each higher than they used to be, without one odd hour; and the peak of a day by its quarter hours.
@Suite struct LevelTests {
  private func house(_ rows: String) async throws -> RoomHarness {
    let house = try await RoomHarness([EnergyRoom.room], now: "2026-11-23T04:30:00Z")
    let importer = try #require(EnergyRoom.room.importers.first { $0.kind == "readings" })
    let text = Office.header + rows
    _ = try await importer.run(ByteSource(Array(text.utf8)), "readings.csv", [:], house.owner, house.tenant())
    return house
  }

  @Test("weekdays that use a third more than before are one finding; a steady week is none")
  func level() async throws {
    var office = Office()
    for hour in 35 * 24..<42 * 24 {
      let weekday = hour / 24 % 7 + 1
      if weekday < 6 { office.faults[hour] = office.value(hour, weekday) * 1.3 }
    }
    let house = try await house(office.rows() + Office(meter: "M2", building: "Warehouse", scale: 0.5).rows())
    let outcome = try await house.run("energy.anomalies")
    #expect((outcome.data["anomalies"].array ?? []).map { $0["kind"].string } == ["level"])
    #expect(house.text(outcome.say).contains("a day instead of the usual"))
  }

  @Test("the peak of a day is that of its quarter hours, as the peak of some days is")
  func quarters() async throws {
    var rows = ""
    for quarter in 0..<96 {
      let (hour, minute) = (quarter / 4, quarter % 4 * 15)
      let time = "2026-11-20T\(hour < 10 ? "0" : "")\(hour):\(minute == 0 ? "00" : "\(minute)"):00+05:30"
      rows += "M1,\(time),\(quarter == 41 ? 30 : 10),kWh,Tower A,Asia/Kolkata\n"
    }
    let house = try await house(rows)
    let day = try await house.run("energy.profile", ["building": "Tower A", "day": "2026-11-20"])
    #expect(house.text(day.say).contains("Peak 120 kW at 10:15 am, lowest 40 kW"))
  }
}
