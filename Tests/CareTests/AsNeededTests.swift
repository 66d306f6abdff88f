import Actions
import Base
import Formats
import Messages
import RoomTesting
import Testing

/// Medicines for when they are needed. It is Monday 23 November 2026, 10:00 in Kolkata.
struct AsNeededTests {
  private func add(_ care: CareHouse, _ more: JSONObject = ["gap": "PT6H", "daily_max": 4]) async throws {
    var arguments: JSONObject = ["name": "Paracetamol", "as_needed": true]
    for member in more.members { arguments[member.key] = member.value }
    try await care.house.run("medicine.add", arguments)
    _ = care.house.told()
  }

  private func ask(_ care: CareHouse) async throws -> String {
    care.house.text(try await care.house.run("medicine.may_take").say)
  }

  @Test("whether one may be taken now is answered from the log")
  func mayTake() async throws {
    let care = try await CareHouse()
    try await add(care)
    #expect(try await ask(care) == "Yes, by what is noted you can take Paracetamol now. [✅ I took it]")
    let taken = try await care.house.run("medicine.taken", ["medicine": "paracetamol"])
    #expect(
      care.house.text(taken.say) == "Good! Paracetamol: taken.\nThe next one not before today at 4:00 pm.")
    await care.house.advance(by: .minutes(20))
    #expect(
      try await ask(care) == "Not yet. Paracetamol: not before today at 4:00 pm.\nThe last one: today at 10:00 am.")
    await care.house.advance(by: .hours(6))
    #expect(try await ask(care).hasPrefix("Yes"))
  }

  @Test("“a day” by itself is no limit of one: “max 4 per day” must not become it")
  func aDayIsNoLimit() async throws {
    let care = try await CareHouse()
    let added = try await care.house.run(
      "medicine.add",
      ["name": "Dolo", "as_needed": true, "schedule": ["start": "2026-11-23T10:00", "rrule": "FREQ=DAILY"]])
    #expect(added.data["daily_max"].isNull)
  }

  @Test("as many as are noted for 24 hours are enough, and the day rolls")
  func daily() async throws {
    let care = try await CareHouse()
    try await add(care, ["gap": "PT2H", "daily_max": 3])
    for _ in 0..<3 {
      try await care.house.run("medicine.taken", ["medicine": "Paracetamol"])
      await care.house.advance(by: .hours(3))
    }
    #expect(
      try await ask(care)
        == "No. Paracetamol: already 3 in the last 24 hours.\nThe next one not before tomorrow at 10:00 am.")
    await care.house.advance(by: .hours(15))
    #expect(try await ask(care).hasPrefix("Yes"))
  }

  @Test("what was taken is logged even when it was too soon; it is said, and the family hears of it")
  func tooSoon() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await house.run(
      "medicine.add", ["name": "Paracetamol", "as_needed": true, "gap": "PT6H", "person": "Amma"])
    try await house.run("medicine.taken", ["medicine": "Paracetamol"], as: house.elder)
    await house.advance(by: .hours(1))
    _ = house.told()
    let second = try await house.run("medicine.taken", ["medicine": "Paracetamol"], as: house.elder)
    #expect(second.say.lines.map(\.key) == ["prn.was_too_soon"])
    #expect(try await care.doses() == ["taken", "taken"])
    #expect(house.told().map(\.text) == ["Amma took Paracetamol sooner or more often than noted."])
  }

  @Test("without a noted limit the house gives no advice")
  func unknown() async throws {
    let care = try await CareHouse()
    try await add(care, [:])
    #expect(
      try await ask(care) == "For Paracetamol no limit is noted. Please ask your doctor or pharmacist.")
  }

  @Test("said twice within minutes it was one tablet, and it is never asked for")
  func twice() async throws {
    let care = try await CareHouse()
    try await add(care)
    try await care.house.run("medicine.taken", ["medicine": "Paracetamol"])
    await care.house.advance(by: .minutes(2))
    let again = try await care.house.run("medicine.taken", ["medicine": "Paracetamol"])
    #expect(again.say.key == "medicine.already_taken")
    await care.house.advance(by: .days(2))
    #expect(care.house.told().isEmpty)
    #expect(try await care.doses() == ["taken"])
  }

  @Test("times said of a medicine for when it is needed are its limits")
  func fromSchedule() async throws {
    let care = try await CareHouse()
    let gap = try await care.house.run(
      "medicine.add",
      [
        "name": "Dolo", "as_needed": true,
        "schedule": ["start": "2026-11-23T16:00", "rrule": "FREQ=HOURLY;INTERVAL=6", "elapsed": "PT6H"],
      ])
    #expect(care.house.text(gap.say) == "Okay. Dolo is noted, for when you need it.\nAt least 6 h between two.")
    let daily = try await care.house.run(
      "medicine.add",
      [
        "name": "Crocin", "as_needed": true,
        "schedule": ["start": "2026-11-23T14:00", "rrule": "FREQ=DAILY;BYHOUR=8,14,20;BYMINUTE=0"],
      ])
    #expect(daily.data["daily_max"] == 3)
  }

  @Test("limits are noted by their own sentence; of \"4 in 24 hours\" the hours are no gap")
  func limits() async throws {
    let care = try await CareHouse()
    try await add(care, [:])
    let most = try await care.house.run(
      "medicine.limit", ["medicine": "paracetamol", "daily_max": 4, "gap": "PT24H"])
    #expect(most.data["daily_max"] == 4 && most.data["gap"].isNull)
    let gap = try await care.house.run("medicine.gap", ["medicine": "paracetamol", "gap": "PT6H"])
    #expect(gap.data["daily_max"] == 4 && gap.data["gap"] == "PT6H")
    let wait = try await care.house.run("medicine.wait", ["medicine": "paracetamol", "family_after": "PT20M"])
    #expect(wait.data["family_after"] == "PT20M")
  }

  @Test("one with fixed times says when it is due, and what the leaflet says word for word")
  func planned() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await house.run("medicine.add", ["name": "Metformin", "schedule": "2026-11-23T20:00"])
    try await house.run("medicine.note", ["medicine": "metformin", "note": "Do NOT take with milk."])
    #expect(try await ask(care).hasPrefix("Metformin has fixed times. Next: today at 8:00 pm."))
    #expect(
      house.text(try await house.run("medicine.leaflet", ["medicine": "metformin"]).say)
        == "This is noted from the leaflet:\nMetformin: “Do NOT take with milk.”")
    await house.advance(by: .hours(10))
    #expect(house.told().map(\.text) == ["💊 Time for Metformin\n“Do NOT take with milk.”"])
    #expect(try await ask(care).hasPrefix("Metformin is due now."))
  }
}
