import Actions
import Base
import Care
import Formats
import Messages
import People
import Reminders
import RoomTesting
import Testing
import Text

/// "When I reach the pharmacy".
struct PlaceReminderTests {
  private func fix(_ house: RoomHarness, _ metres: Double, accuracy: Double = 20) async throws {
    let data: JSON = ["lat": .number(13.0 + metres / 111_195), "lon": 80.0, "accuracy_m": .number(accuracy)]
    try await house.run(
      "care.track", ["person": .string(house.elder.id.text), "type": "location", "data": data], as: house.elder)
    await house.advance(by: .minutes(1))
  }

  @Test("it is told once, with the first sure fix at the place, and to nobody else")
  func reach() async throws {
    let house = try await RoomHarness([Care.room, Reminders.room])
    let elder = house.elder
    try await fix(house, 0)
    try await house.run("location.set_place", ["place": "Pharmacy"], as: elder)
    for _ in 0..<3 { try await fix(house, 3_000) }
    let made = try await house.run(
      "reminder.at_place", ["text": "buy cough syrup", "place": "the pharmacy"], as: elder)
    #expect(made.data["known"] == true && made.say.lines.isEmpty)
    try await fix(house, 100, accuracy: 2_000)
    #expect(house.told().isEmpty)
    try await fix(house, 100)
    let told = house.told()
    #expect(told.map(\.person) == ["Lakshmi"] && told[0].text.contains("buy cough syrup"))
    for metres in [3_000.0, 3_000, 0, 0] { try await fix(house, metres) }
    #expect(house.told().isEmpty)
  }

  @Test("a place that nobody has shown yet is said to be unknown; a relative learns nothing of it")
  func unknown() async throws {
    let house = try await RoomHarness([Care.room, Reminders.room])
    let own = try await house.run("reminder.at_place", ["text": "buy milk", "place": "market"], as: house.elder)
    #expect(own.data["known"] == false && own.say.lines.count == 1)
    let other = try await house.run("reminder.at_place", ["text": "buy milk", "place": "market", "person": "Amma"])
    #expect(other.data["known"].isNull && other.say.lines.isEmpty)
    #expect(house.told().map(\.person) == ["Lakshmi"])
    let undo = try #require(other.inverse)
    try await house.run(undo.name, undo.arguments)
  }
}
