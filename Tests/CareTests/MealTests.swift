import Actions
import Base
import Formats
import Messages
import People
import RoomTesting
import Testing
import Text

/// Medicines that go with meals. It is Monday 23 November 2026, 10:00 in Kolkata.
struct MealTests {
  /// After breakfast and after dinner, as the understanding gives it.
  static let withMeals: JSON = [
    "start": "2026-11-23T21:00:00", "rrule": "FREQ=DAILY;BYHOUR=8,21;BYMINUTE=0,30;BYSETPOS=2,3",
    "meals": ["08:30:00", "21:00:00"],
  ]

  @Test("a medicine with a meal is said by the meal and asked for at the person's own time")
  func anchors() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await house.run("meal.set", ["meal": "dinner", "at": "19:00", "person": "Amma"])
    let added = try await house.run(
      "medicine.add", ["name": "Metformin", "schedule": Self.withMeals, "person": "Amma"])
    #expect(
      house.text(added.say)
        == "Okay. I will ask Amma about Metformin every day after breakfast (8:30 am) and after dinner (8:00 pm).")
    _ = house.told()
    await house.advance(by: .hours(10))
    #expect(house.told().map(\.text) == ["💊 Metformin சாப்பிடும் நேரம்"])
    // asked at 8 pm; within the hour that goes with the meal nobody is asked twice
    await house.advance(by: .minutes(59))
    #expect(house.told().isEmpty)
    await house.advance(by: .minutes(1))
    #expect(house.told().map(\.text) == ["Metformin சாப்பிட்டீங்களா?"])
    await house.advance(by: .minutes(30))
    #expect(house.told().map(\.person) == ["Ravi"])
  }

  @Test("changing a meal moves the medicines that follow it, and undo moves them back")
  func moved() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await house.run("medicine.add", ["name": "Metformin", "schedule": Self.withMeals], as: house.elder)
    let set = try await house.run("meal.set", ["meal": "breakfast", "at": "09:30"], as: house.elder)
    var english = house.elder
    english.language = .english
    #expect(house.text(set.say, for: english) == "Okay, breakfast is at 9:30 am.\nThat moves: Metformin.")
    func times() async throws -> String {
      house.text(try await house.run("medicine.list", as: english).say, for: english)
    }
    #expect(try await times().contains("after breakfast (10:00 am) and after dinner (9:00 pm)"))
    let inverse = try #require(set.inverse)
    try await house.run(inverse.name, inverse.arguments, as: house.elder)
    #expect(try await times().contains("after breakfast (8:30 am)"))
  }

  @Test("dinner at 8 is in the evening, breakfast at 8 in the morning")
  func halves() async throws {
    let care = try await CareHouse()
    let dinner = try await care.house.run("meal.set", ["meal": "dinner", "at": "08:00"])
    #expect(dinner.data["dinner"] == "20:00")
    let breakfast = try await care.house.run("meal.set", ["meal": "breakfast", "at": "20:00"])
    #expect(breakfast.data["breakfast"] == "08:00")
    #expect(try await care.house.run("meal.show").data["bedtime"] == "21:30")
    // late to bed is no slip
    #expect(try await care.house.run("meal.set", ["meal": "bedtime", "at": "00:30"]).data["bedtime"] == "00:30")
  }

  @Test("a meal moved after its dose was taken does not ask for it again that day")
  func once() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await house.run("medicine.add", ["name": "Metformin", "schedule": Self.withMeals], as: house.elder)
    await house.advance(by: .hours(11) + .minutes(5))
    try await house.run("medicine.taken", as: house.elder)
    _ = house.told()
    try await house.run("meal.set", ["meal": "dinner", "at": "21:00"], as: house.elder)
    await house.advance(by: .hours(5))
    #expect(house.told().isEmpty)
  }
}
