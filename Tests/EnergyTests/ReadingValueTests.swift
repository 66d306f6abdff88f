import Actions
import Base
import Energy
import RoomTesting
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
}
