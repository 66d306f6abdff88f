import Actions
import Base
import Care
import Formats
import Messages
import People
import RoomTesting
import Schedule
import Store
import Testing

struct MedicineTests {
  @Test("a dose is asked for at its time, and taken settles it with who and by which door")
  func taken() async throws {
    let care = try await CareHouse()
    try await care.addMedicine("Metformin", at: "11:00", ["dose": "500 mg"])
    await care.house.advance(by: .hours(1))
    let told = care.house.told()
    #expect(told.map(\.text) == ["💊 Metformin, 500 mg சாப்பிடும் நேரம்"])
    #expect(told[0].buttons == ["✅ சாப்பிட்டேன்", "⏳ அப்புறம்", "⏭ வேண்டாம்"])
    let outcome = try await care.tap("✅ சாப்பிட்டேன்", as: care.house.elder)
    #expect(care.house.text(outcome.say, for: care.house.elder) == "நல்லது! Metformin சாப்பிட்டாச்சு.")
    #expect(outcome.data[0]["by"].string == care.house.elder.id.text)
    #expect(outcome.data[0]["door"] == "telegram")
    await care.house.advance(by: .hours(5))
    #expect(care.house.told().isEmpty)
    #expect(try await care.doses() == ["taken"])
  }

  @Test("doses that were taken and appointments that were are deeds of whom they are of, and of nobody else")
  func deeds() async throws {
    let care = try await CareHouse()
    let (house, elder) = (care.house, care.house.elder)
    try await care.addMedicine("Metformin", at: "11:00")
    try await care.addMedicine("Aspirin", at: "11:30")
    for (title, starts) in [
      ("Dentist", "2026-11-23T12:00"), ("Scan", "2026-11-26T18:00"), ("Eyes", "2026-11-23T11:15"),
    ] {
      try await house.run("appointment.add", ["title": .string(title), "starts": .string(starts)], as: elder)
    }
    try await house.run("appointment.cancel", ["appointment": "Eyes"], as: elder)
    await house.advance(by: .hours(1) + .minutes(5))
    try await house.run("medicine.taken", ["medicine": "Metformin"], as: elder)
    await house.advance(by: .hours(5))
    let now = house.clock.now
    let deeds = try await house.tenant().read { try Care.room.deeds(elder, now, $0) }
    #expect(deeds.map { "\($0.kind) \($0.what)" } == ["took Metformin", "went Dentist"])
    #expect(deeds.first?.at == Instant(iso8601: "2026-11-23T05:35:00Z"))
    let owner = house.owner
    #expect(try await house.tenant().read { try Care.room.deeds(owner, now, $0) }.isEmpty)
  }

  @Test("medicines of one time are one message, and one tap settles all; undo opens them again")
  func together() async throws {
    let care = try await CareHouse()
    try await care.addMedicine("Metformin", at: "11:00")
    try await care.addMedicine("Aspirin", at: "11:00")
    await care.house.advance(by: .hours(1))
    let told = care.house.told()
    #expect(told.map(\.text) == ["💊 மருந்து சாப்பிடும் நேரம்:\n• Metformin\n• Aspirin"])
    let outcome = try await care.house.run("medicine.taken", as: care.house.elder)
    #expect(try await care.doses() == ["taken", "taken"])
    let inverse = try #require(outcome.inverse)
    try await care.house.run(inverse.name, inverse.arguments, as: care.house.elder)
    #expect(try await care.doses() == ["asked", "asked"])
  }

  @Test("no answer: a nudge after 30 minutes, unknown after 60, and then the family is told")
  func unanswered() async throws {
    let care = try await CareHouse()
    try await care.addMedicine("Metformin", at: "11:00")
    await care.house.advance(by: .minutes(60))
    #expect(care.house.told().count == 1)
    await care.house.advance(by: .minutes(29))
    #expect(care.house.told().isEmpty)
    await care.house.advance(by: .minutes(1))
    #expect(care.house.told().map(\.text) == ["Metformin சாப்பிட்டீங்களா?"])
    await care.house.advance(by: .minutes(30))
    let told = care.house.told()
    #expect(told.map(\.person) == ["Ravi"])
    #expect(
      told[0].text
        .hasPrefix(
          "No answer from Amma about Metformin (today at 11:00 am). I do not know whether it was taken.") == true)
    #expect(try await care.doses() == ["unknown"])
    // the son finds out and logs it for her: she and the family know
    try await care.tap("✅ Taken", as: care.house.owner)
    #expect(try await care.doses() == ["taken"])
    #expect(care.house.told().map(\.text) == ["நீங்க Metformin சாப்பிட்டதா Ravi குறிச்சார்."])
  }

  @Test("the family hears of a critical one with the nudge")
  func critical() async throws {
    let care = try await CareHouse()
    try await care.addMedicine("Insulin", at: "11:00", ["critical": true])
    await care.house.advance(by: .minutes(90))
    #expect(care.house.told().map(\.person) == ["Lakshmi", "Lakshmi", "Ravi"])
    try await care.house.run("medicine.taken", as: care.house.elder)
    #expect(care.house.told().map(\.text) == ["Amma has taken Insulin now."])
  }

  @Test("later asks again after its time, skip leaves one out")
  func laterAndSkip() async throws {
    let care = try await CareHouse()
    try await care.addMedicine("Metformin", at: "11:00")
    await care.house.advance(by: .hours(1))
    _ = care.house.told()
    try await care.tap("⏳ அப்புறம்", as: care.house.elder)
    await care.house.advance(by: .minutes(14))
    #expect(care.house.told().isEmpty)
    await care.house.advance(by: .minutes(1))
    #expect(care.house.told().count == 1)
    try await care.tap("⏭ வேண்டாம்", as: care.house.elder)
    #expect(try await care.doses() == ["skipped"])
    await care.house.advance(by: .hours(3))
    #expect(care.house.told().isEmpty)
  }

  @Test("said twice it was one tablet; the second answer says when the first was")
  func twice() async throws {
    let care = try await CareHouse()
    try await care.addMedicine("Metformin", at: "11:00")
    await care.house.advance(by: .hours(1))
    try await care.house.run("medicine.taken", ["medicine": "metformin"], as: care.house.elder)
    let second = try await care.house.run("medicine.taken", ["medicine": "metformin"], as: care.house.owner)
    #expect(
      care.house.text(second.say)
        == "Metformin was taken already, today at 11:00 am (Amma noted it). Next: tomorrow at 11:00 am.")
    #expect(try await care.doses() == ["taken"])
  }

  @Test("a dose taken before it is due is not asked for")
  func ahead() async throws {
    let care = try await CareHouse()
    try await care.addMedicine("Metformin", at: "11:00")
    try await care.house.run("medicine.taken", as: care.house.elder)
    await care.house.advance(by: .hours(3))
    #expect(care.house.told().isEmpty)
    #expect(try await care.doses() == ["taken"])
  }

  @Test("several times a day come as their rule, and a time alone means daily")
  func rules() async throws {
    let care = try await CareHouse()
    let twice = try await care.house.run(
      "medicine.add",
      [
        "name": "Metformin",
        "schedule": ["at": "2026-11-23T20:00", "rrule": "FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0,30;BYSETPOS=2,3"],
      ])
    #expect(care.house.text(twice.say) == "Okay. I will ask about Metformin every day at 8:30 am and 8:00 pm.")
    let daily = try await care.house.run("medicine.add", ["name": "Aspirin", "schedule": "2026-11-24T08:00"])
    #expect(care.house.text(daily.say) == "Okay. I will ask about Aspirin every day at 8:00 am.")
    #expect(try await care.house.run("medicine.list", ["person": "me"]).data.array?.count == 2)
  }

  @Test("nine hours away: the last dose is asked late or noted as missed, once, and the family is told")
  func away() async throws {
    let care = try await CareHouse()
    try await care.addMedicine("Metformin", at: "11:00")
    try await care.addMedicine("Aspirin", at: "18:00")
    await care.house.sleepThrough(.hours(9))
    let told = care.house.told()
    #expect(told.map(\.person) == ["Lakshmi", "Ravi"])
    #expect(told[0].text.hasPrefix("💊 Aspirin சாப்பிடும் நேரம்\nஇது இன்று மாலை 6:00") == true)
    #expect(told[0].text.contains("Metformin"))
    #expect(
      told[1].text
        == "I could not remind Amma of Metformin (today at 11:00 am). I do not know whether it was taken.")
    #expect(try await care.doses() == ["missed", "asked"])
    await care.house.scheduler.fireDue()
    #expect(care.house.told().isEmpty)
  }

  @Test("days away: the family reads which doses of which days, with nothing to settle them all by one tap")
  func daysAway() async throws {
    let care = try await CareHouse()
    for (name, at) in [("Metformin", "08:00"), ("Aspirin", "08:00"), ("Atorva", "21:00")] {
      try await care.addMedicine(name, at: at)
    }
    await care.house.sleepThrough(.days(3))
    let told = care.house.told().filter { $0.person == "Ravi" }
    #expect(told.count == 1 && told[0].buttons.isEmpty)
    let lines = told.first?.text.split(separator: "\n").map(String.init) ?? []
    #expect(lines.first == "I was away and could not remind Amma of these. I do not know whether they were taken.")
    #expect(
      lines.dropFirst() == [
        "• Atorva, Mon 23 Nov at 9:00 pm", "• Metformin and Aspirin, Tue 24 Nov at 8:00 am",
        "• Atorva, Tue 24 Nov at 9:00 pm", "• Metformin and Aspirin, yesterday at 8:00 am",
        "• Atorva, yesterday at 9:00 pm",
      ])
    await care.house.sleepThrough(.days(5))
    let later = care.house.told().filter { $0.person == "Ravi" && $0.text.contains(" earlier ones, since ") }
    #expect(later.count == 1 && later[0].buttons.isEmpty)
  }

  @Test("at night nobody is nudged, unless it is critical")
  func night() async throws {
    let care = try await CareHouse()
    try await care.addMedicine("Metformin", at: "23:00")
    await care.house.advance(by: .hours(13) + .minutes(31))
    #expect(care.house.told().map(\.person) == ["Lakshmi"])
  }

  @Test("a stopped medicine is not asked for any more; undo brings it back")
  func stop() async throws {
    let care = try await CareHouse()
    try await care.addMedicine("Metformin", at: "11:00")
    await care.house.advance(by: .hours(1))
    let stopped = try await care.house.run("medicine.stop", ["medicine": "Metformin", "person": "Amma"])
    #expect(care.house.told().map(\.person) == ["Lakshmi", "Lakshmi"])
    await care.house.advance(by: .days(2))
    #expect(care.house.told().isEmpty)
    let inverse = try #require(stopped.inverse)
    try await care.house.run(inverse.name, inverse.arguments)
    _ = care.house.told()
    await care.house.advance(by: .days(1))
    #expect(care.house.told().first?.person == "Lakshmi")
  }

  @Test("the status shows what is known and never what is not")
  func status() async throws {
    let care = try await CareHouse()
    try await care.addMedicine("Metformin", at: "11:00")
    try await care.addMedicine("Aspirin", at: "12:00")
    try await care.addMedicine("Calcium", at: "20:00")
    await care.house.advance(by: .hours(1))
    try await care.house.run("medicine.taken", as: care.house.elder)
    await care.house.advance(by: .hours(3))
    let status = try await care.house.run("care.status")
    let text = care.house.text(status.say)
    #expect(text.hasPrefix("Amma today:\n✅ Taken: Metformin\n❓ No answer: Aspirin\n🕗 Still to come: Calcium"))
    #expect(status.data["counts"]["taken"] == 1)
    #expect(status.data["counts"]["unknown"] == 1)
    #expect(status.data["doses"].array?.count == 2)
  }

  @Test("what a relative may do follows the rights that the elder grants, at once")
  func rights() async throws {
    let care = try await CareHouse()
    try await care.addMedicine("Metformin", at: "11:00")
    await care.house.advance(by: .hours(1))
    let dose = try #require(
      try await care.house.tenant().read { reader in
        try reader.first("SELECT id FROM doses WHERE tenant = :tenant") { $0.text(0) }
      })
    try await care.grant([])
    let add: JSONObject = ["name": "X", "schedule": "2026-11-24T08:00", "person": "Amma"]
    #expect(await care.code("medicine.add", add) == "people.not_allowed")
    #expect(await care.code("medicine.list", ["person": "Amma"]) == "people.not_allowed")
    #expect(await care.code("care.status", ["person": "Amma"]) == "people.not_allowed")
    #expect(await care.code("location.show", ["person": "Amma"]) == "people.not_allowed")
    #expect(await care.code("appointment.list", ["person": "Amma"]) == "people.not_allowed")
    #expect(await care.code("medicine.taken", ["medicine": .string(dose)]) == "medicine.not_found")
    #expect(await care.code("medicine.stop", ["medicine": "Metformin"]) == "medicine.not_found")
    try await care.grant([.medicines])
    #expect(await care.code("medicine.taken", ["medicine": .string(dose)]) == "medicine.not_found")
    try await care.grant([.medicines, .log])
    #expect(await care.code("medicine.list", ["person": "Amma"]) == nil)
    #expect(await care.code("location.show", ["person": "Amma"]) == "people.not_allowed")
    #expect(await care.code("medicine.taken", ["medicine": .string(dose)]) == nil)
  }
}
