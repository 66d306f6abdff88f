import Actions
import Base
import Energy
import RoomTesting
import Store
import Testing

@Suite("Values and columns of readings") struct ReadingValueTests {
  private func load(
    _ house: RoomHarness, _ value: String, _ map: [String: String] = [:]
  ) async throws -> Importer.Report {
    let importer = try #require(EnergyRoom.room.importers.first { $0.kind == "readings" })
    let text = "meter,time,value,unit\nA,2026-11-01T00:00:00Z,\(value),kWh\n"
    return try await importer.run(ByteSource(Array(text.utf8)), "readings.csv", map, house.owner, house.tenant())
  }

  @Test("a value is written in decimals", arguments: ["0x10", "0x1p4", "inf", "-Infinity", "nan", "NaN", "1e999"])
  func decimals(_ value: String) async throws {
    let house = try await RoomHarness([EnergyRoom.room])
    let report = try await load(house, value)
    #expect(report.added == 0 && report.problems.map(\.sentence) == ["“\(value)” is no number"])
    #expect(try await load(house, "1.6E+1").added == 1)
  }

  @Test("a column that the file does not have is named, with those that it has")
  func noColumn() async throws {
    let house = try await RoomHarness([EnergyRoom.room])
    await #expect {
      try await load(house, "1", ["Nope": "value"])
    } throws: { error in
      (error as? DataFileError)?.expected == "there is no column Nope; the columns are meter, time, value, unit"
    }
  }

  private func load(_ house: RoomHarness, file text: String) async throws -> Importer.Report {
    let importer = try #require(EnergyRoom.room.importers.first { $0.kind == "readings" })
    return try await importer.run(ByteSource(Array(text.utf8)), "readings.csv", [:], house.owner, house.tenant())
  }

  @Test("a day and a time of the day may stand in two columns; columns that mean nothing are named")
  func dayAndTime() async throws {
    let house = try await RoomHarness([EnergyRoom.room])
    let report = try await load(
      house,
      file: """
        METER,DATE,START TIME,END TIME,USAGE,UNITS
        A,2026-10-01,00:00,00:29,0.16,kWh
        A,2026-10-01,00:30,00:59,0.23,kWh

        """)
    #expect(report.added == 2 && report.problems.isEmpty, "\(report)")
    #expect(report.notes.map(\.sentence) == ["Not understood, and left out: the columns END TIME."])
  }

  @Test("a file of which no row can be read leaves no meter and no building")
  func leavesNothing() async throws {
    let house = try await RoomHarness([EnergyRoom.room])
    let report = try await load(
      house, file: "meter,time,value,unit\nA,someday,1,kWh\nB,2026-10-01 00:30:00.0000000,1,kWh\n")
    #expect(report.added == 1 && report.problems.count == 1, "\(report)")
    let meters = try await house.tenant().read { reader in
      try reader.query("SELECT id FROM energy_meters WHERE tenant = :tenant") { $0.text(0) }
    }
    #expect(meters == ["B"])
  }
}
