import Actions
import Base
import Formats
import Messages
import People
import RoomTesting
import Testing
import Text

/// Whether a dose was taken, told from the log. It is Monday 23 November 2026, 10:00 in Kolkata.
struct CheckMedicineTests {
  private func ask(
    _ care: CareHouse, _ arguments: JSONObject = [:], byOwner: Bool = false
  ) async throws -> (text: String, answer: String?, buttons: Int) {
    var person = byOwner ? care.house.owner : care.house.elder
    person.language = .english
    let outcome = try await care.house.run("medicine.check", arguments, as: person)
    return (care.house.text(outcome.say, for: person), outcome.data["answer"].string, outcome.say.buttons.count)
  }

  @Test("before its time it is not due; asked it is not noted yet; taken it is yes, with the hour")
  func oneMedicine() async throws {
    let care = try await CareHouse()
    try await care.addMedicine("Ecosprin", at: "11:00")
    let early = try await ask(care)
    #expect(early.text == "No dose was due. Next: Ecosprin, today at 11:00 am.")
    #expect(early.answer == "none" && early.buttons == 0)
    await care.house.advance(by: .minutes(61))
    let waiting = try await ask(care, ["medicine": "ecosprin"])
    #expect(waiting.text == "⏳ Not noted yet. Ecosprin was due today at 11:00 am. [✅ Taken] [⏳ Later] [⏭ Skip]")
    #expect(waiting.answer == "no" && waiting.buttons == 3)
    await care.house.advance(by: .minutes(4))
    try await care.house.run("medicine.taken", as: care.house.elder)
    let taken = try await ask(care)
    #expect(taken.text == "✅ Yes, Ecosprin was taken, today at 11:05 am.")
    #expect(taken.answer == "yes" && taken.buttons == 0)
    // the day after, yesterday's is still known and today's is still to come
    await care.house.advance(by: .hours(20))
    #expect(try await ask(care, ["at": "2026-11-23"]).answer == "yes")
    #expect(
      try await ask(care).text
        == "No dose was due. Taken last: yesterday at 11:05 am. Next: Ecosprin, today at 11:00 am.")
  }

  @Test("of several the answer says which; a time picks the dose that is meant")
  func several() async throws {
    let care = try await CareHouse()
    try await care.addMedicine("Ecosprin", at: "10:30")
    try await care.addMedicine("Metformin", at: "12:00")
    await care.house.advance(by: .minutes(31))
    try await care.house.run("medicine.taken", as: care.house.elder)
    await care.house.advance(by: .minutes(90))
    let some = try await ask(care)
    #expect(
      some.text
        == "Not all of them:\n✅ today at 10:30 am: Ecosprin\n⏳ today at 12:00 pm: Metformin, no answer yet [✅ Taken] [⏳ Later] [⏭ Skip]"
    )
    #expect(some.answer == "partly")
    #expect(try await ask(care, ["at": "2026-11-23T10:00"]).answer == "yes")
    #expect(try await ask(care, ["at": "2026-11-23T12:00"]).answer == "no")
    #expect(try await ask(care, ["medicine": "metformin"]).answer == "no")
  }

  @Test("what nobody answered is never a yes, and one left out is a no")
  func unknown() async throws {
    let care = try await CareHouse()
    try await care.addMedicine("Ecosprin", at: "11:00")
    await care.house.advance(by: .hours(6))
    let unknown = try await ask(care)
    #expect(unknown.answer == "unknown" && unknown.text.hasPrefix("❓ Nobody has said so. Ecosprin was due"))
    try await care.house.run("medicine.skip", ["medicine": "Ecosprin"], as: care.house.elder)
    await care.house.advance(by: .days(1))
    #expect(try await ask(care, ["at": "2026-11-23"]).answer != "yes")
  }

  @Test("a medicine that is not on the list gets no yes from another one")
  func unlisted() async throws {
    let care = try await CareHouse()
    try await care.addMedicine("Ecosprin", at: "11:00")
    await care.house.advance(by: .minutes(61))
    try await care.house.run("medicine.taken", as: care.house.elder)
    let other = try await ask(care, ["medicine": "dolo"])
    #expect(other.text == "Not on the list: dolo.\n✅ today at 11:00 am: Ecosprin")
    #expect(other.answer == "none")
  }

  @Test("the family asks where it may see medicines, hears who noted it, and may note it")
  func family() async throws {
    let care = try await CareHouse()
    try await care.addMedicine("Ecosprin", at: "11:00")
    await care.house.advance(by: .minutes(61))
    let open = try await ask(care, byOwner: true)
    #expect(open.text == "⏳ Amma: Not noted yet. Ecosprin was due today at 11:00 am. [✅ Taken]")
    #expect(open.buttons == 1)
    try await care.house.run("medicine.taken", ["medicine": "Ecosprin"])
    #expect(try await ask(care, byOwner: true).text == "✅ Amma: Yes, Ecosprin was taken, today at 11:01 am.")
    #expect(try await ask(care).text.hasSuffix("noted it)."))
    // somebody with medicines of their own means those
    try await care.addMedicine("Telma", at: "20:00", as: care.house.owner)
    #expect(try await ask(care, byOwner: true).text.contains("Telma"))
    #expect(try await ask(care, ["person": "Amma"], byOwner: true).text.contains("Ecosprin"))
  }
}
