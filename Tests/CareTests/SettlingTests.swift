import Actions
import Base
import Delivery
import Formats
import Messages
import People
import RoomTesting
import Store
import Testing

/// Who settles a dose, when, by which door. It is Monday 23 November 2026, 10:00 in Kolkata.
struct SettlingTests {
  private func entries(_ care: CareHouse) async throws -> [String] {
    let people = care.house.people
    return try await care.house.tenant().read { reader in
      try reader.query("SELECT state, who, door FROM dose_entries WHERE tenant = :tenant ORDER BY rowid") { row in
        let who = row.optionalText(1).flatMap { people.person(PersonID($0))?.name } ?? "nobody"
        return "\(row.text(0)) \(who) \(row.text(2))"
      }
    }
  }

  @Test("one day's dose is left out or moved ahead of time, and no other; undo brings it back")
  func oneDay() async throws {
    let care = try await CareHouse()
    let (house, elder) = (care.house, care.house.elder)
    try await care.addMedicine("Ecosprin", at: "20:00")
    let skipped = try await house.run(
      "medicine.skip", ["medicine": "Ecosprin", "day": "2026-11-24"], as: elder)
    #expect(skipped.say.key == "medicine.skipped")
    await #expect(care.code("medicine.skip", ["medicine": "Ecosprin", "day": "2026-11-24"], as: elder) != nil)
    let moved = try await house.run(
      "medicine.change", ["medicine": "Ecosprin", "schedule": "2026-11-23T22:00", "once": true], as: elder)
    #expect(moved.say.key == "medicine.later")
    let undone = try await house.run("medicine.skip", ["medicine": "Ecosprin", "day": "2026-11-25"], as: elder)
    let inverse = try #require(undone.inverse)
    try await house.run(inverse.name, inverse.arguments, as: elder)
    // not at eight but at ten; not at all on the next day; as ever on the day after
    await house.advance(by: .hours(11))
    #expect(house.told().isEmpty)
    await house.advance(by: .hours(1))
    #expect(house.told().contains { $0.text.contains("Ecosprin") })
    try await house.run("medicine.taken", as: elder)
    _ = house.told()
    await house.advance(by: .hours(23))
    #expect(house.told().isEmpty)
    await house.advance(by: .hours(24))
    #expect(house.told().contains { $0.text.contains("Ecosprin") })
  }

  @Test("several at once of what is taken when needed are several in the log, and one more is one more")
  func several() async throws {
    let care = try await CareHouse()
    let (house, elder) = (care.house, care.house.elder)
    try await house.run(
      "medicine.add", ["name": "Dolo", "as_needed": true, "gap": "PT6H", "daily_max": 4], as: elder)
    let two = try await house.run("medicine.taken", ["medicine": "Dolo", "count": 2], as: elder)
    #expect(two.data.array?.count == 2 && two.say.lines.map(\.key) == ["prn.next"])
    let again = try await house.run("medicine.taken", ["medicine": "Dolo"], as: elder)
    #expect(again.say.key == "medicine.already_taken", "said twice is still once")
    await house.advance(by: .minutes(1))
    let more = try await house.run("medicine.taken", ["medicine": "Dolo", "more": true], as: elder)
    #expect(more.data.array?.count == 1 && more.say.lines.map(\.key) == ["prn.was_too_soon"])
    await house.advance(by: .minutes(1))
    let strength = try await house.run("medicine.taken", ["medicine": "Dolo", "count": 650, "more": true], as: elder)
    #expect(strength.data.array?.count == 1)
  }

  @Test("a relative logs for the elder with the time that was said, and the log keeps who, when and by which door")
  func relative() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await care.addMedicine("Telma", at: "11:00")
    await house.advance(by: .hours(5))
    _ = house.told()
    #expect(try await care.doses() == ["unknown"])
    let outcome = try await house.run(
      "medicine.taken", ["medicine": "telma", "person": "Amma", "at": "2026-11-23T11:20"], door: "web")
    #expect(house.text(outcome.say) == "Good! Telma: taken by Amma, today at 11:20 am.")
    #expect(try await care.doses() == ["taken"])
    #expect(try await entries(care) == ["unknown nobody schedule", "taken Ravi web"])
    #expect(house.told().map(\.person) == ["Lakshmi"])
  }

  @Test("a time to come is refused, and so is one of long ago")
  func times() async throws {
    let care = try await CareHouse()
    try await care.addMedicine("Telma", at: "11:00")
    #expect(await care.code("medicine.taken", ["medicine": "telma", "at": "2026-11-23T21:00"]) == "medicine.ahead")
    #expect(await care.code("medicine.taken", ["medicine": "telma", "at": "2026-11-01T09:00"]) == "medicine.long_ago")
  }

  @Test("the time that is said picks the dose, and leaves the others alone")
  func nearest() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await house.run(
      "medicine.add",
      ["name": "Metformin", "schedule": ["start": "2026-11-23T11:00", "rrule": "FREQ=DAILY;BYHOUR=11,17;BYMINUTE=0"]],
      as: house.elder)
    await house.advance(by: .minutes(450))
    #expect(try await care.doses() == ["unknown", "asked"])
    try await house.run(
      "medicine.taken", ["medicine": "Metformin", "at": "2026-11-23T11:30"], as: house.elder)
    #expect(try await care.doses() == ["taken", "asked"])
  }

  @Test("undo makes a dose exactly what it was: without an answer, taken by somebody else, open")
  func undo() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await care.addMedicine("Telma", at: "11:00")
    await house.advance(by: .hours(5))
    let taken = try await house.run("medicine.taken", ["medicine": "Telma"], as: house.elder)
    let undo = try #require(taken.inverse)
    try await house.run(undo.name, undo.arguments, as: house.elder)
    #expect(try await care.doses() == ["unknown"])
    await house.advance(by: .hours(2))
    #expect(house.told().filter { $0.person == "Lakshmi" }.count == 2)
    // a correction that is undone gives back who had noted it first
    try await house.run("medicine.taken", ["medicine": "Telma"], as: house.elder)
    let wrong = try await house.run("medicine.skip", ["medicine": "Telma", "person": "Amma"])
    #expect(wrong.say.key == "medicine.already_taken")
    let button = try #require(wrong.say.buttons.first)
    let corrected = try await house.run(button.action, button.arguments)
    #expect(try await care.doses() == ["skipped"])
    let back = try #require(corrected.inverse)
    try await house.run(back.name, back.arguments)
    #expect(try await care.doses() == ["taken"])
    let who = try await house.tenant().read {
      try $0.first("SELECT settled_by FROM doses WHERE tenant = :tenant") { $0.text(0) }
    }
    #expect(who == house.elder.id.text)
  }

  @Test("the family hears after the wait of the medicine, with a nudge on the way")
  func wait() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await care.addMedicine("Eye drops", at: "11:00", ["family_after": "PT2H"])
    await house.advance(by: .hours(1))
    _ = house.told()
    await house.advance(by: .minutes(119))
    #expect(house.told().map(\.person) == ["Lakshmi", "Lakshmi", "Lakshmi"])
    await house.advance(by: .minutes(1))
    #expect(house.told().map(\.person) == ["Ravi"])
    try await care.addMedicine("Insulin", at: "13:30", ["family_after": "PT10M"])
    await house.advance(by: .minutes(30))
    _ = house.told()
    await house.advance(by: .minutes(5))
    #expect(house.told().map(\.person) == ["Lakshmi"])
    await house.advance(by: .minutes(5))
    #expect(house.told().map(\.person) == ["Ravi"])
  }

  private func asked(outboxState: String) async throws -> CareHouse {
    let care = try await CareHouse()
    try await care.addMedicine("Telma", at: "11:00")
    await care.house.advance(by: .hours(1))
    _ = care.house.told()
    _ = try await care.house.tenant().write { transaction in
      try transaction.execute(
        "UPDATE outbox SET state = ? WHERE tenant = :tenant AND dedupe_key LIKE 'dose.%'", outboxState)
    }
    return care
  }

  @Test("the family hears when the question has not arrived yet")
  func notYetThere() async throws {
    let care = try await asked(outboxState: "waiting")
    await care.house.advance(by: .hours(1))
    let told = care.house.told().filter { $0.person == "Ravi" }
    #expect(told.map(\.text).first?.hasSuffix("\nMy question has not reached them yet.") == true)
    #expect(try await care.doses() == ["unknown"])
  }

  @Test("a question that could not be delivered is told with the nudge, not after the whole wait")
  func undeliverable() async throws {
    let care = try await asked(outboxState: "failed")
    await care.house.advance(by: .minutes(30))
    let told = care.house.told().filter { $0.person == "Ravi" }
    #expect(
      told.map(\.text) == [
        "Amma has not answered yet about Telma (today at 11:00 am).\nMy question could not be delivered to them."
      ])
    #expect(try await care.doses() == ["asked"])
  }

  @Test("put off once it comes when it was said, and the family hears one thing of it")
  func putOffOnce() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await care.addMedicine("Metformin", at: "11:00")
    await house.advance(by: .hours(1))
    try await house.run("medicine.snooze", ["delay": "PT20M"], as: house.elder)
    _ = house.told()
    await house.advance(by: .minutes(20))
    #expect(house.told().map(\.text) == ["💊 Metformin சாப்பிடும் நேரம்"])
    await house.advance(by: .hours(4))
    let told = house.told().filter { $0.person == "Ravi" }.map(\.text)
    #expect(told.count == 1 && told[0].hasPrefix("No answer from Amma about Metformin"), "\(told)")
  }

  @Test("what was noted by mistake and told is told to be none; it has its whole time again")
  func takenBack() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await care.addMedicine("Metformin", at: "11:00")
    await house.advance(by: .hours(4))
    _ = house.told()
    let taken = try await house.run("medicine.taken", as: house.elder)
    #expect(house.told().map(\.text) == ["Amma has taken Metformin now."])
    let inverse = try #require(taken.inverse)
    try await house.run(inverse.name, inverse.arguments, as: house.elder)
    #expect(house.told().map(\.text) == ["Amma has not taken Metformin after all: that was noted by mistake."])
  }

  @Test("of a dose of another day it is said which")
  func anotherDay() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await care.addMedicine("Metformin", at: "11:00")
    await house.advance(by: .hours(25))
    _ = house.told()
    let dose = try #require(
      try await house.tenant().read { reader in
        try reader.first("SELECT id FROM doses WHERE tenant = :tenant ORDER BY due_at") { $0.text(0) }
      })
    let said = try await house.run("medicine.taken", ["medicine": .string(dose)], as: house.elder)
    #expect(house.text(said.say).contains("yesterday at 11:00 am"), "\(house.text(said.say))")
    #expect(house.told().map(\.text) == ["Amma has taken Metformin (yesterday at 11:00 am)."])
  }

  @Test("changing the times leaves what is asked already, and the old time does not ring any more")
  func change() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await care.addMedicine("Telma", at: "16:00")
    let changed = try await house.run(
      "medicine.change", ["medicine": "telma", "schedule": "2026-11-23T17:50", "person": "Amma"])
    #expect(house.text(changed.say) == "Okay. Telma: every day at 5:50 pm, from now on.")
    #expect(house.told().map(\.person) == ["Lakshmi"])
    await house.advance(by: .hours(7))
    #expect(house.told().isEmpty)
    await house.advance(by: .hours(1))
    #expect(house.told().count == 1)
    try await house.run("medicine.change", ["medicine": "telma", "schedule": "2026-11-24T09:00"], as: house.elder)
    #expect(try await care.doses() == ["asked"])
    let undo = try #require(changed.inverse)
    try await house.run(undo.name, undo.arguments)
    #expect(try await house.run("medicine.list", ["person": "Amma"]).data[0]["next"] == "2026-11-24T10:30:00Z")
  }

  @Test("adding what is there already offers to change it instead")
  func same() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await care.addMedicine("Telma", at: "16:00")
    let again = try await house.run("medicine.add", ["name": "telma", "schedule": "2026-11-23T20:00"], as: house.elder)
    #expect(again.say.key == "medicine.exists")
    let button = try #require(again.say.buttons.first)
    try await house.run(button.action, button.arguments, as: house.elder)
    #expect(try await house.run("medicine.list", as: house.elder).data.array?.count == 1)
    await house.advance(by: .hours(7))
    #expect(house.told().isEmpty)
  }

  @Test("a dose may be put off once; put off again and again, the family hears after the wait all the same")
  func putOff() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await care.addMedicine("Telma", at: "11:00")
    await house.advance(by: .hours(1))
    func later() async throws { try await house.run("medicine.snooze", ["delay": "PT30M"], as: house.elder) }
    try await later()
    // asked again at 11:30; from there the family waits an hour, however often it is put off
    await house.advance(by: .minutes(45))
    try await later()
    await house.advance(by: .minutes(20))
    try await later()
    await house.advance(by: .minutes(24))
    #expect(house.told().allSatisfy { $0.person == "Lakshmi" })
    await house.advance(by: .minutes(1))
    let told = house.told().filter { $0.person == "Ravi" }
    #expect(told.count == 1)
    #expect(told.first?.text.hasPrefix("Amma keeps putting off Telma (today at 11:00 am) and has not taken it") == true)
    await house.advance(by: .minutes(30))
    #expect(house.told().allSatisfy { $0.person == "Lakshmi" })
  }

  @Test("the next tablet is named with its time; one that waits is due now")
  func next() async throws {
    let care = try await CareHouse()
    let house = care.house
    #expect(house.text(try await house.run("medicine.next", ["person": "Amma"]).say) == "Amma: no medicine is planned.")
    try await care.addMedicine("Telma", at: "20:00")
    try await care.addMedicine("Ecosprin", at: "11:00")
    try await care.addMedicine("Metformin", at: "20:00")
    let next = try await house.run("medicine.next", ["person": "Amma"])
    #expect(house.text(next.say) == "💊 Amma: Ecosprin, today at 11:00 am.")
    let telma = try await house.run("medicine.next", ["medicine": "telma", "person": "Amma"])
    #expect(house.text(telma.say) == "💊 Amma: Telma, today at 8:00 pm.")
    await house.advance(by: .hours(1))
    let now = try await house.run("medicine.next", as: house.elder)
    #expect(now.say.key == "medicine.next.now" && now.say.buttons.count == 3)
    try await house.run("medicine.taken", as: house.elder)
    #expect(
      house.text(try await house.run("medicine.next", ["person": "Amma"]).say)
        == "💊 Amma: Telma and Metformin, today at 8:00 pm.")
  }
}
