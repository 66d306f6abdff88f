import Actions
import Base
import Formats
import Messages
import RoomTesting
import Testing

/// Courses with an end, and what is left at home. It is Monday 23 November 2026, 10:00 in Kolkata.
struct CourseTests {
  @Test("a course says its last day, stops by itself after the last dose and says so")
  func course() async throws {
    let care = try await CareHouse()
    let house = care.house
    let added = try await house.run(
      "medicine.add",
      ["name": "Azithral", "schedule": ["start": "2026-11-23T20:00", "rrule": "FREQ=DAILY;COUNT=3"], "person": "Amma"])
    #expect(
      house.text(added.say)
        == "Okay. I will ask Amma about Azithral every day at 8:00 pm.\nThe last day is Wednesday.")
    _ = house.told()
    await house.advance(by: .hours(10))
    for day in 0..<3 {
      if day > 0 { await house.advance(by: .days(1)) }
      try await house.run("medicine.taken", ["medicine": "Azithral"], as: house.elder)
    }
    let told = house.told().map(\.text)
    #expect(told.contains { $0.contains("Azithral") && $0.contains("முடிஞ்சது") })
    #expect(told.contains("Amma: the course of Azithral is over."))
    #expect(try await house.run("medicine.list", ["person": "Amma"]).data.array?.isEmpty == true)
    await house.advance(by: .days(3))
    #expect(house.told().isEmpty)
  }

  @Test("a course whose last dose nobody answered ends too, and the dose stays without an answer")
  func unanswered() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await house.run(
      "medicine.add",
      ["name": "Azithral", "schedule": ["start": "2026-11-23T12:00", "rrule": "FREQ=DAILY;UNTIL=20261123T235959"]],
      as: house.elder)
    await house.advance(by: .hours(4))
    #expect(try await care.doses() == ["unknown"])
    #expect(house.told().map(\.text).contains("Amma: the course of Azithral is over."))
  }

  @Test("every dose taken comes off what is left; a correction and undo give it back")
  func stock() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await care.addMedicine("Metoprolol", at: "11:00", ["dose": "half a tablet", "stock": 10, "refill_days": 0])
    await house.advance(by: .hours(1))
    let taken = try await care.tap("✅ சாப்பிட்டேன்", as: house.elder)
    func left() async throws -> Double? {
      try await house.run("medicine.stock", ["person": "Amma"]).data[0]["left"].double
    }
    #expect(try await left() == 9.5)
    let inverse = try #require(taken.inverse)
    try await house.run(inverse.name, inverse.arguments, as: house.elder)
    #expect(try await left() == 10)
    try await house.run("medicine.taken", as: house.elder)
    let again = try await house.run("medicine.skip", ["medicine": "Metoprolol"], as: house.elder)
    let button = try #require(again.say.buttons.first)
    #expect(try await left() == 9.5)
    try await house.run(button.action, button.arguments, as: house.elder)
    #expect(try await left() == 10)
    #expect(try await care.doses() == ["skipped"])
  }

  @Test("it is said once that it runs low, in days, and again only after it was filled")
  func low() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await care.addMedicine("Metformin", at: "11:00", ["stock": 7])
    await house.advance(by: .hours(1))
    try await house.run("medicine.taken", as: house.elder)
    #expect(!house.told().contains { $0.text.contains("lasts for") })
    await house.advance(by: .days(1))
    try await house.run("medicine.taken", as: house.elder)
    #expect(house.told().map(\.text).contains("Amma: Metformin lasts for 5 more days (5 left)."))
    await house.advance(by: .days(1))
    try await house.run("medicine.taken", as: house.elder)
    #expect(!house.told().contains { $0.text.contains("lasts for") })
    let bought = try await house.run("medicine.bought", ["count": 30])
    #expect(house.text(bought.say) == "Metformin: 34 left, enough for 34 days.")
    let inverse = try #require(bought.inverse)
    #expect(
      house.text(try await house.run(inverse.name, inverse.arguments).say) == "Metformin: 4 left, enough for 4 days.")
  }

  @Test("a course that ends before it is used up does not ask for more")
  func enough() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await house.run(
      "medicine.add",
      ["name": "Azithral", "stock": 3, "schedule": ["start": "2026-11-23T12:00", "rrule": "FREQ=DAILY;COUNT=3"]],
      as: house.elder)
    await house.advance(by: .hours(2))
    try await house.run("medicine.taken", as: house.elder)
    #expect(!house.told().contains { $0.text.contains("lasts for") })
  }

  @Test("the amount of a dose is read from its words")
  func amounts() async throws {
    let care = try await CareHouse()
    let rows: [(dose: String, left: Double)] = [
      ("5 mg", 99), ("half tablet", 99.5), ("2 tablets", 98), ("1/2", 99.5), ("one and a half tablets", 98.5),
      ("10 units", 90), ("500", 99), ("அரை மாத்திரை", 99.5), ("aadhi goli", 99.5), ("1 tablet of 40 mg", 99),
      ("500mg", 99), ("डेढ़ गोली", 98.5),
    ]
    for row in rows {
      let name = "M \(row.dose)"
      try await care.house.run(
        "medicine.add",
        ["name": .string(name), "dose": .string(row.dose), "stock": 100, "as_needed": true, "refill_days": 0])
      try await care.house.run("medicine.taken", ["medicine": .string(name)])
      let stock = try await care.house.run("medicine.stock", ["medicine": .string(name), "person": "me"])
      #expect(stock.data[0]["left"].double == row.left, "\(row.dose)")
    }
  }
}
