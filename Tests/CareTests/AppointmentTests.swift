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

  @Test("a moved appointment keeps what was not said, is reminded of anew, and goes back by undo")
  func moved() async throws {
    let care = try await CareHouse()
    let (house, elder) = (care.house, care.house.elder)
    try await house.run("appointment.add", ["title": "Eye checkup", "starts": "2026-11-26T16:00"], as: elder)
    try await house.run("appointment.move", ["starts": ["at": "2026-11-27", "time_given": false]], as: elder)
    #expect(try await starts(house) == ["Eye checkup": "2026-11-27T10:30:00Z"], "a day alone keeps the time")
    let six: JSON = ["at": "2026-11-23T06:00", "day_given": false]
    let outcome = try await house.run("appointment.move", ["starts": six], as: elder)
    #expect(try await starts(house) == ["Eye checkup": "2026-11-27T12:30:00Z"], "six in the afternoon, as it was")
    await house.advance(by: .days(3) + .hours(9))
    #expect(house.told().count { $0.text.contains("Eye checkup") } == 1, "the day before the new start, not the old")
    let inverse = try #require(outcome.inverse)
    try await house.run(inverse.name, inverse.arguments, as: elder)
    #expect(try await starts(house) == ["Eye checkup": "2026-11-27T10:30:00Z"])
  }

  @Test("what is moved into the past, or by somebody without the right, stays; of several one is asked for")
  func notMoved() async throws {
    let care = try await CareHouse()
    let (house, elder) = (care.house, care.house.elder)
    try await house.run("appointment.add", ["title": "Eye checkup", "starts": "2026-11-26T16:00"], as: elder)
    #expect(await care.field("appointment.move", ["starts": "2026-11-22T16:00"], as: elder) == "starts")
    #expect(await care.field("appointment.move", as: elder) == "starts")
    try await care.grant([.alerts])
    #expect(await care.code("appointment.move", ["starts": "2026-11-27T16:00"]) == "appointment.not_found")
    try await house.run("appointment.add", ["title": "Scan", "starts": "2026-11-26T18:00"], as: elder)
    #expect(await care.field("appointment.move", ["starts": "2026-11-27T16:00"], as: elder) == "appointment")
    #expect(try await starts(house)["Eye checkup"] == "2026-11-26T10:30:00Z")
  }

  @Test("the elder hears of it when a relative moves an appointment")
  func movedForThem() async throws {
    let care = try await CareHouse()
    let (house, elder) = (care.house, care.house.elder)
    try await house.run("appointment.add", ["title": "Scan", "starts": "2026-11-26T18:00"], as: elder)
    try await house.run("appointment.move", ["appointment": "Scan", "starts": "2026-11-27T09:00"])
    #expect(house.told().count { $0.person == "Lakshmi" && $0.text.contains("Scan") } == 1)
  }
}
