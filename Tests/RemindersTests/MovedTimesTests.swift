import Actions
import Base
import Care
import Conversation
import Events
import Formats
import Messages
import People
import Reminders
import RoomTesting
import Store
import Testing
import Text
import Time

/// Moving to another zone, and new rules of a zone. It is Monday 23 November 2026, 10:00 in Kolkata.
struct MovedTimesTests {
  private func house() async throws -> RoomHarness {
    let house = try await RoomHarness([AssistantRoom.room, Care.room, Reminders.room])
    try await house.run(
      "reminder.create", ["text": "walk", "schedule": ["at": "2026-11-23T18:00", "rrule": "FREQ=DAILY"]])
    try await house.run("reminder.create", ["text": "call the bank", "schedule": "2026-11-24T12:00"])
    try await house.run(
      "reminder.create",
      [
        "text": "drink", "schedule": ["at": "2026-11-23T12:00", "rrule": "FREQ=HOURLY;INTERVAL=8", "elapsed": "PT8H"],
      ])
    try await house.run(
      "medicine.add", ["name": "Telma", "schedule": ["at": "2026-11-23T20:00", "rrule": "FREQ=DAILY"]])
    return house
  }

  private func next(_ house: RoomHarness, _ who: Person? = nil) async throws -> [String: String] {
    var all: [String: String] = [:]
    for item in try await house.run("reminder.list", as: who).data.array ?? [] {
      all[item["text"].string ?? ""] = item["next"].string
    }
    all["Telma"] = try await house.run("medicine.list", ["person": "me"], as: who).data[0]["next"].string
    return all
  }

  @Test("somebody who moves is asked; moved, what repeats goes by the clock there, what was said of a moment stays")
  func move() async throws {
    let house = try await house()
    let before = try await next(house)
    #expect(before["walk"] == "2026-11-23T12:30:00Z" && before["Telma"] == "2026-11-23T14:30:00Z")
    let said = try await house.run("assistant.zone", ["place": "London"])
    #expect(said.say.buttons.count == 2 && said.data["zone"] == "Europe/London")
    #expect(
      house.text(said.say).hasPrefix("🌍 Okay, you are in London. It is 4:30 am there.") == true)
    // until it is answered, all stays at the times of home
    let london = try #require(house.people.person(house.owner.id))
    #expect(london.zone.identifier == "Europe/London")
    #expect(try await next(house, london) == before)
    let keep = said.say.buttons[1]
    try await house.run(keep.action, keep.arguments, as: london)
    #expect(try await next(house, london) == before)
    let move = said.say.buttons[0]
    try await house.run(move.action, move.arguments, as: london)
    let after = try await next(house, london)
    #expect(after["walk"] == "2026-11-23T18:00:00Z" && after["Telma"] == "2026-11-23T20:00:00Z")
    #expect(after["call the bank"] == before["call the bank"] && after["drink"] == before["drink"])
    #expect(try await house.run("assistant.zone", ["place": "london"], as: london).say.key == "assistant.zone_same")
  }

  @Test("a city that is none is refused, one that no zone is named after is found")
  func cities() async throws {
    let house = try await house()
    do {
      try await house.run("assistant.zone", ["place": "Nowhere"])
      Issue.record("it should be refused")
    } catch { #expect((error as? ActionError)?.code == "assistant.zone_unknown") }
    #expect(try await house.run("assistant.zone", ["place": "New York"]).data["zone"] == "America/New_York")
    #expect(try await house.run("assistant.zone", ["place": "Chennai"]).say.key == "assistant.zone_same")
  }

  @Test("new rules of a zone move what is to come, by the wall clock, and nothing that was told")
  func newRules() async throws {
    let house = try await house()
    let right = try await next(house)
    await house.advance(by: .hours(9))
    let fires = try await house.tenant().read {
      try $0.count("SELECT count(*) FROM reminder_fires WHERE tenant = :tenant")
    }
    let planned = try await next(house)
    // as if it had all been planned while the zone was an hour off
    try await house.tenant().write { transaction in
      try transaction.execute(
        "UPDATE reminders SET next_at = next_at + 3600000000 WHERE tenant = :tenant AND text <> 'drink'")
      try transaction.execute("UPDATE medicines SET next_at = next_at - 3600000000 WHERE tenant = :tenant")
    }
    try await house.tenant().write { try $0.emit(Event("zones.changed")) }
    #expect(try await next(house) == planned && planned["drink"] != right["drink"])
    let after = try await house.tenant().read {
      try $0.count("SELECT count(*) FROM reminder_fires WHERE tenant = :tenant")
    }
    #expect(after == fires)
    // and a second look changes nothing more
    try await house.tenant().write { try $0.emit(Event("zones.changed")) }
    #expect(try await next(house) == planned)
  }
}
