import Actions
import Base
import Care
import Formats
import Messages
import People
import Reminders
import RoomTesting
import Store
import Testing
import Text
import Time

/// What relatives see and do, as far as the elder lets them. It is Monday 23 November 2026, 10:00 in Kolkata.
struct FamilyTests {
  private func rights(_ care: CareHouse) -> Set<FamilyLink.Right> {
    let (people, elder) = (care.house.people, care.house.elder)
    return people.relatives(of: elder.id).first { $0.person.id == care.house.owner.id }?.link.rights ?? []
  }

  @Test("the family page has the doses, what is to come, what runs low, open calls and the last contact")
  func page() async throws {
    let care = try await CareHouse(withPriya: true)
    let (house, elder) = (care.house, care.house.elder)
    house.people.saw(Address(door: "telegram", account: "1", user: "Lakshmi"), at: house.clock.now)
    try await care.addMedicine("Ecosprin", at: "11:00")
    try await care.addMedicine("Telma", at: "20:00")
    try await house.run("medicine.count", ["medicine": "Telma", "count": 4])
    try await house.run("appointment.add", ["title": "Eye checkup", "starts": "2026-11-23T16:00"], as: elder)
    await house.advance(by: .minutes(65))
    try await house.run("medicine.taken", as: elder)
    try await house.run("emergency.alert", ["what": "I fell"], as: elder)
    try await house.run("emergency.acknowledge", as: care.priya)
    let page = try await house.run("care.family")
    let data = page.data["people"][0]
    #expect(data["called"] == "Amma" && data["day"] == "2026-11-23" && data["own"] == false)
    #expect(data["doses"]["counts"]["taken"] == 1 && data["doses"]["counts"]["unknown"] == 0)
    #expect(data["doses"]["items"][0]["name"] == "Ecosprin" && data["doses"]["items"][0]["by"] == "Amma")
    #expect(data["refill"]["name"] == "Telma" && data["refill"]["days"] == 4)
    #expect(data["alerts"][0]["taken_by"]["name"] == "Priya" && data["alerts"][0]["what"] == "I fell")
    #expect(data["plan"].array?.map { $0["kind"].string } == ["appointment", "medicine"])
    #expect(data["last_contact"].string != nil && data["weekly"].isNull)
    #expect(
      house.text(page.say).split(separator: "\n").map(String.init) == [
        "Amma today:", "🆘 Call for help, today at 11:05 am; Priya is on it", "✅ Taken: Ecosprin",
        "🕗 Still to come: Telma", "💬 Last heard from today at 10:00 am",
        "📅 4:00 pm: Eye checkup [🗓 Weekly summary]",
      ])
  }

  @Test("who lives under another clock is told whose the times are; what is used up lasts for no days")
  func elsewhere() async throws {
    let care = try await CareHouse()
    try await care.addMedicine("Telma", at: "10:30")
    try await care.house.run("medicine.count", ["medicine": "Telma", "count": 1])
    await care.house.advance(by: .minutes(35))
    _ = care.house.told()
    try await care.house.run("medicine.taken", as: care.house.elder)
    #expect(care.house.told().contains { $0.text == "Amma: Telma is used up." })
    var daughter = care.house.owner
    daughter.zone = try Zone.named("America/New_York")
    let page = try await care.house.run("care.status", ["person": "Amma"], as: daughter)
    let lines = page.say.lines.map(\.key)
    #expect(lines.last == "care.other_clock" && lines.contains("care.status.refill_none"), "\(lines)")
    let text = care.house.text(page.say)
    #expect(text.contains("Where Amma is, it is 10:35 am now.") && text.contains("Telma is used up"), "\(text)")
    let here = try await care.house.run("care.status", ["person": "Amma"]).say.lines.map(\.key)
    #expect(!here.contains("care.other_clock"))
  }

  @Test("what is not allowed is absent from the page, and who may nothing sees nobody")
  func absent() async throws {
    let care = try await CareHouse()
    try await care.addMedicine("Ecosprin", at: "11:00")
    try await care.grant([.alerts])
    let data = try await care.house.run("care.family").data["people"][0]
    #expect(data["doses"].isNull && data["refill"].isNull && data["notes"].isNull && data["plan"] == [])
    #expect(data["alerts"] == [] && data["rights"] == ["alerts"])
    try await care.grant([])
    #expect(try await care.house.run("care.family").data["people"][0]["own"] == true)
    #expect(await care.code("care.family", ["person": "Amma"]) == "people.not_allowed")
  }

  @Test("the elder sees her own day and who may do what")
  func own() async throws {
    let care = try await CareHouse(withPriya: true, rights: [.alerts])
    let page = try await care.house.run("care.family", as: care.house.elder)
    let own = page.data["people"][0]
    #expect(own["own"] == true && own["relatives"][0]["name"] == "Priya" && own["relatives"][0]["rights"] == ["alerts"])
    var english = care.house.elder
    english.language = .english
    let shown = care.house.text(try await care.house.run("care.rights", as: english).say, for: english)
    #expect(shown.hasPrefix("👪 This is what your family may do:\n• Priya: be called for help\n• Ravi: be called"))
    let who = try await care.house.run("care.rights", ["right": "medicines"], as: english)
    #expect(care.house.text(who.say, for: english) == "Ravi: may see the medicines.")
  }

  @Test("what the elder takes back is over at once, in every action; undo gives it back")
  func revoke() async throws {
    let care = try await CareHouse()
    let (house, elder) = (care.house, care.house.elder)
    try await care.addMedicine("Telma", at: "11:00")
    await house.advance(by: .minutes(61))
    _ = house.told()
    let less = try await house.run("care.forbid", ["relative": "Ravi", "right": "medicines"], as: elder)
    #expect(!rights(care).contains(.medicines) && !rights(care).contains(.log) && rights(care).contains(.alerts))
    #expect(house.told().map(\.text) == ["Amma no longer lets you: see the medicines and note what was taken."])
    let amma: JSONObject = ["person": "Amma"]
    for name in ["medicine.list", "medicine.week", "medicine.export", "medicine.stock", "care.status", "meal.show"] {
      #expect(await care.code(name, amma) == "people.not_allowed", "\(name)")
    }
    let writing: [(String, JSONObject)] = [
      ("medicine.add", ["name": "Dolo", "schedule": "2026-11-24T09:00", "person": "Amma"]),
      ("medicine.change", ["medicine": "Telma", "dose": "2", "person": "Amma"]),
      ("medicine.stop", ["medicine": "Telma", "person": "Amma"]),
      ("medicine.taken", ["medicine": "Telma", "person": "Amma"]), ("medicine.skip", amma),
      ("meal.set", ["meal": "lunch", "at": "13:00", "person": "Amma"]),
      ("care.track", ["person": "Amma", "type": "medication", "data": ["medicine": "Telma", "status": "taken"]]),
      ("care.weekly", amma),
    ]
    for (name, arguments) in writing { #expect(await care.code(name, arguments) == "people.not_allowed", "\(name)") }
    let named: [(String, JSONObject)] = [
      ("medicine.note", ["note": "with water"]), ("medicine.count", ["count": 3]), ("medicine.bought", ["count": 3]),
      ("medicine.taken", [:]), ("medicine.may_take", [:]),
    ]
    for (name, more) in named {
      var arguments = more
      arguments["medicine"] = "Telma"
      #expect(await care.code(name, arguments) == "medicine.not_found", "\(name)")
    }
    let inverse = try #require(less.inverse)
    try await house.run(inverse.name, inverse.arguments, as: elder)
    #expect(rights(care) == Set(FamilyLink.Right.allCases))
    #expect(await care.code("medicine.list", amma) == nil)
  }

  @Test("who may see medicines but not note them reads and changes nothing")
  func seesOnly() async throws {
    let care = try await CareHouse()
    try await care.addMedicine("Telma", at: "11:00")
    try await care.house.run("care.forbid", ["relative": "Ravi", "right": "log"], as: care.house.elder)
    #expect(await care.code("medicine.list", ["person": "Amma"]) == nil)
    #expect(await care.code("medicine.may_take", ["medicine": "Telma"]) == nil)
    #expect(await care.code("medicine.taken", ["medicine": "Telma", "person": "Amma"]) == "people.not_allowed")
    #expect(await care.code("medicine.count", ["medicine": "Telma", "count": 3]) == "medicine.not_found")
    // to note is to see
    try await care.grant([.alerts])
    try await care.house.run("care.allow", ["relative": "Ravi", "right": "log"], as: care.house.elder)
    #expect(rights(care) == [.alerts, .log, .medicines])
  }

  @Test("the last who is called cannot be taken back unsaid; rights are no business of the relative")
  func lastCalled() async throws {
    let care = try await CareHouse()
    var english = care.house.elder
    english.language = .english
    let outcome = try await care.house.run("care.forbid", ["right": "alerts"], as: english)
    #expect(
      care.house.text(outcome.say, for: english)
        == "Okay. From now on Ravi may not: be called for help.\n⚠️ Nobody is called any more when you need help.")
    #expect(await care.code("care.allow", ["relative": "Amma", "right": "all"]) == "rights.who")
    #expect(await care.code("care.allow", ["relative": "Nobody", "right": "all"], as: english) == "rights.who")
  }

  @Test("a reminder that a relative set for the elder is out of reach once the right is gone; the elder's stays hers")
  func reminders() async throws {
    let house = try await RoomHarness([Care.room, Reminders.room])
    let made = try await house.run(
      "reminder.create", ["text": "drink water", "schedule": "2026-11-23T15:00", "person": "Amma"])
    try await house.run(
      "reminder.create", ["text": "call me", "schedule": "2026-11-23T16:00", "person": "Ravi"], as: house.elder)
    #expect(try await house.run("reminder.list").data.array?.count == 2)
    #expect(try await house.run("care.family").data["people"][0]["plan"][0]["text"] == "drink water")
    try await house.run("care.forbid", ["relative": "Ravi", "right": "calendar"], as: house.elder)
    #expect(try await house.run("reminder.list").data.array?.count == 1)
    let cancel: JSONObject = ["reminder": made.data["id"]]
    await #expect(throws: ActionError.self) { try await house.run("reminder.cancel", cancel) }
    #expect(try await house.run("reminder.list", as: house.elder).data.array?.count == 2)
    try await house.run("reminder.cancel", ["reminder": "call me"], as: house.elder)
    #expect(try await house.run("reminder.list").data.array?.isEmpty == true)
  }

  @Test("an elder hands something to a relative, but does not look into the relative's own matters")
  func passing() async throws {
    let care = try await CareHouse()
    let ravi: JSONObject = ["person": "Ravi"]
    for name in ["medicine.list", "location.show", "appointment.list", "care.status"] {
      #expect(await care.code(name, ravi, as: care.house.elder) == "people.not_allowed", "\(name)")
    }
    let appointment: JSONObject = ["title": "Lunch with me", "starts": "2026-11-25T13:00", "person": "Ravi"]
    #expect(await care.code("appointment.add", appointment, as: care.house.elder) == nil)
  }

  @Test("notes are read by the relatives who may, never by her whom they are about, and not after the right is gone")
  func notes() async throws {
    let care = try await CareHouse(withPriya: true)
    let (house, priya) = (care.house, try #require(care.priya))
    let added = try await house.run("care.note", ["text": "She slept badly", "person": "Amma"])
    #expect(house.text(added.say) == "📝 Noted about Amma. I have told Priya.")
    let told = house.told()
    #expect(told.map(\.person) == ["Priya"] && told[0].text == "📝 Ravi noted about Mummy:\n“She slept badly”")
    #expect(try await house.run("care.notes", as: priya).data[0]["by_name"] == "Ravi")
    #expect(try await house.run("care.family", as: priya).data["people"][0]["notes"][0]["text"] == "She slept badly")
    #expect(try await house.run("care.notes", as: house.elder).data == [])
    #expect(try await house.run("care.family", as: house.elder).data["people"][0]["notes"] == [])
    try await house.run("care.note", ["text": "I am away on Friday"], as: house.elder)
    #expect(Set(house.told().map(\.person)) == ["Ravi", "Priya"])
    try await house.run("care.tell", ["person": "Mummy", "text": "I come at 5"], as: priya)
    try await house.run("care.forbid", ["relative": "Priya", "right": "all"], as: house.elder)
    // who has nothing left has no way with words either; the elder still does
    #expect(await care.code("care.tell", ["person": "Mummy", "text": "hello"], as: priya) == "care.tell.closed")
    #expect(await care.code("care.call", ["person": "Mummy"], as: priya) == "care.tell.closed")
    try await house.run("care.tell", ["person": "Priya", "text": "come soon"], as: house.elder)
    _ = house.told()
    #expect(await care.code("care.notes", ["person": "Mummy"], as: priya) == "people.not_allowed")
    let inverse = try #require(added.inverse)
    #expect(await care.code(inverse.name, inverse.arguments, as: priya) == "note.not_found")
    try await house.run(inverse.name, inverse.arguments)
    #expect(try await house.run("care.notes").data.array?.count == 1)
  }

  @Test("the weekly summary comes at its time, once after an absence, and not without the right")
  func weekly() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await care.addMedicine("Telma", at: "11:00")
    let set = try await house.run("care.weekly", ["person": "Amma"])
    #expect(house.text(set.say) == "Okay. I tell you about Amma every Sunday at 6:00 pm.")
    await house.advance(by: .minutes(65))
    try await house.run("medicine.taken", as: house.elder)
    await house.advance(by: .days(6) + .hours(6) + .minutes(54))
    let weekly = house.told().filter { $0.text.hasPrefix("🗓") }
    #expect(weekly.isEmpty)
    await house.advance(by: .minutes(1))
    let told = house.told()
    #expect(told.map(\.person) == ["Ravi"])
    #expect(told.first?.text.hasPrefix("🗓 Amma, ") == true)
    #expect(told.first?.text.contains("✅ 1 of 6 doses taken\n❓ No answer: 5") == true)
    await house.sleepThrough(.days(21))
    #expect(house.told().filter { $0.text.hasPrefix("🗓") }.count == 1)
    try await care.grant([.alerts])
    await house.advance(by: .days(7))
    #expect(house.told().filter { $0.text.hasPrefix("🗓") }.isEmpty)
  }
}
