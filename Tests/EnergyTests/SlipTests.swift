import Actions
import Base
import Energy
import Formats
import RoomTesting
import Store
import Testing

/// Slips of files of readings: times to come, rows that come twice.
@Suite struct SlipTests {
  private static let header = "building,meter,time,value,unit,zone\n"

  private func house() async throws -> RoomHarness {
    try await RoomHarness([EnergyRoom.room], now: "2026-11-23T04:30:00Z")
  }

  @discardableResult
  private func load(_ house: RoomHarness, _ text: String) async throws -> Importer.Report {
    let importer = try #require(EnergyRoom.room.importers.first { $0.kind == "readings" })
    return try await importer.run(ByteSource(Array(text.utf8)), "readings.csv", [:], house.owner, house.tenant())
  }

  private func days(_ meter: String = "T1", from day: Int = 9, to last: Int = 22) -> String {
    (day...last).map { "Twin Towers,\(meter),2026-11-\($0 < 10 ? "0" : "")\($0),50,kWh,Asia/Kolkata\n" }.joined()
  }

  @Test("a reading that is still to come is a bad row, told by its line")
  func toCome() async throws {
    let house = try await house()
    let report = try await load(
      house, Self.header + days() + "Twin Towers,T1,2062-11-20T00:00:00+05:30,50,kWh,Asia/Kolkata\n")
    #expect(report.added == 14)
    #expect(report.problems.map(\.line) == [16])
    // by a clock that is ahead of ours a reading of this hour may be one of the next
    #expect(try await load(house, Self.header + "Twin Towers,T2,2026-11-23T12:00:00Z,5,kWh,UTC\n").added == 1)
  }

  @Test("what was taken for a reading of years to come hides nothing that was read")
  func storedToCome() async throws {
    let early = try await house()
    try await load(early, Self.header + days())
    try await early.tenant().write { transaction in
      let at = try #require(Instant(iso8601: "2062-11-20T00:00:00Z"))
      try transaction.execute("INSERT INTO energy_readings (tenant, meter, at, wh) VALUES (:tenant, 1, ?, 7000000)", at)
      try transaction.execute(
        """
        INSERT INTO energy_days (tenant, day, meter, wh, count, peak_wh, low_wh, negatives)
        VALUES (:tenant, 33926, 1, 7000000, 1, 7000000, 7000000, 0)
        """)
      try transaction.execute("INSERT INTO energy_totals (tenant, day, wh, count) VALUES (:tenant, 33926, 7000000, 1)")
      try transaction.execute("UPDATE energy_meters SET last_at = ? WHERE tenant = :tenant", at)
    }
    let all = try await early.run("energy.portfolio", [:])
    #expect(all.data["to"].string == "2026-11-22" && all.data["kwh"].double == 350)
    let one = try await early.run("energy.building", ["building": "twin towers"])
    #expect(one.data["to"].string == "2026-11-22" && one.data["kwh"].double == 350)
  }

  @Test("a second row of one time is told, wherever it stands, and the first is kept")
  func twice() async throws {
    let house = try await house()
    let text =
      Self.header + days() + "Twin Towers,T1,2026-11-12,99,kWh,Asia/Kolkata\n" + days("T2", to: 10)
      + "Twin Towers,T1,2026-11-08,1,kWh,Asia/Kolkata\nTwin Towers,T1,2026-11-09,2,kWh,Asia/Kolkata\n"
    let report = try await load(house, text)
    #expect(report.problems.map(\.line) == [16, 20])
    #expect(report.added == 17)
    let again = try await load(house, text)
    #expect(again.added == 0 && again.updated == 0 && again.unchanged == 17)
  }

  @Test("files that begin with the newest row are looked through as well")
  func backwards() async throws {
    let house = try await house()
    let rows = (9...22).reversed().map { "Twin Towers,T1,2026-11-\($0 < 10 ? "0" : "")\($0),50,kWh,Asia/Kolkata\n" }
    let report = try await load(house, Self.header + rows.joined() + rows[3])
    #expect(report.added == 14 && report.problems.map(\.line) == [16])
  }

  @Test(
    "a name with marks is found as people write it",
    arguments: ["st marys school", "St Mary's School", "st. mary's school", "r and d lab", "R&D lab"])
  func marks(_ said: String) async throws {
    let house = try await house()
    let rows = (9...22).flatMap { day in
      ["St. Mary's School", "R&D Lab"].map { "\($0),\($0),2026-11-\(day < 10 ? "0" : "")\(day),50,kWh,Asia/Kolkata\n" }
    }
    try await load(house, Self.header + rows.joined())
    let told = try await house.run("energy.building", ["building": .string(said)])
    #expect(told.data["name"].string == (said.lowercased().hasPrefix("r") ? "R&D Lab" : "St. Mary's School"))
  }
}
