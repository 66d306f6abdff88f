import Actions
import Base
import Care
import Events
import Formats
import People
import RoomTesting
import Store
import Testing
import Time

/// New rules of a zone. It is Monday 23 November 2026, 10:00 in Kolkata.
struct AppointmentTests {
  private func starts(_ house: RoomHarness) async throws -> [String: String] {
    let list = try await house.run("appointment.list", as: house.elder).data.array ?? []
    return Dictionary(list.map { ($0["title"].string ?? "", $0["starts"].string ?? "") }) { first, _ in first }
  }

  @Test("an appointment follows the clock on the wall, one said of a moment stays, and nothing is told twice")
  func newRules() async throws {
    let care = try await CareHouse()
    let (house, elder) = (care.house, care.house.elder)
    try await house.run("appointment.add", ["title": "Eye checkup", "starts": "2026-11-26T16:00"], as: elder)
    try await house.run("appointment.add", ["title": "Call", "starts": ["elapsed": "PT75H"]], as: elder)
    try await house.run("appointment.add", ["title": "Scan", "starts": "2026-11-26T18:00"], as: elder)
    try await house.run("appointment.cancel", ["appointment": "Scan"], as: elder)
    let planned = try await starts(house)
    #expect(planned["Eye checkup"] == "2026-11-26T10:30:00Z")
    await house.advance(by: .days(2) + .hours(6) + .minutes(15))
    #expect(house.told().filter { $0.text.contains("Eye checkup") }.count == 1, "the day before")
    // as if its zone had gone back an hour: what the clock shows is reached an hour later
    try await house.tenant().write { transaction in
      try transaction.execute(
        "UPDATE appointments SET wall = replace(wall, 'T16', 'T17') WHERE tenant = :tenant AND wall IS NOT NULL")
    }
    for _ in 0..<2 { try await house.tenant().write { try $0.emit(Event("zones.changed")) } }
    let moved = try await starts(house)
    #expect(moved["Eye checkup"] == "2026-11-26T11:30:00Z")
    #expect(moved["Call"] == planned["Call"])
    func told() -> Int { house.told().count { $0.text.contains("Eye checkup") } }
    await house.advance(by: .hours(23))
    #expect(told() == 0, "neither the day before again nor an hour before the old start")
    await house.advance(by: .hours(1))
    #expect(told() == 1, "an hour before the new one")
    #expect(try await house.run("appointment.list", as: elder).data.array?.contains { $0["title"] == "Scan" } == false)
  }
}
