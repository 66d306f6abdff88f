import Actions
import Base
import Formats
import Messages
import People
import RoomTesting
import Testing
import Text

/// The elder's day and her appointments. It is Monday 23 November 2026, 10:00 in Kolkata.
struct DayTests {
  private func lines(_ care: CareHouse, _ day: String? = nil) async throws -> [String] {
    var elder = care.house.elder
    elder.language = .english
    var arguments: JSONObject = [:]
    if let day { arguments["day"] = .string(day) }
    let outcome = try await care.house.run("day.show", arguments, as: elder)
    return care.house.text(outcome.say, for: elder).split(separator: "\n").map(String.init)
  }

  @Test("her day has the doses that were and are to come, and her appointments")
  func day() async throws {
    let care = try await CareHouse()
    #expect(try await lines(care) == ["Nothing is planned for today."])
    try await care.addMedicine("Metformin", at: "20:00")
    try await care.addMedicine("Telma", at: "20:00")
    try await care.addMedicine("Ecosprin", at: "11:00")
    try await care.house.run(
      "appointment.add", ["title": "Eye checkup", "starts": "2026-11-23T16:00"], as: care.house.elder)
    await care.house.advance(by: .minutes(61))
    try await care.house.run("medicine.taken", as: care.house.elder)
    #expect(
      try await lines(care) == [
        "Today:", "✅ Taken: Ecosprin", "💊 8:00 pm: Metformin and Telma", "📅 4:00 pm: Eye checkup",
      ])
    #expect(
      try await lines(care, "2026-11-24") == ["Tomorrow:", "💊 11:00 am: Ecosprin", "💊 8:00 pm: Metformin and Telma"])
  }

  @Test("an appointment is cancelled by its words and comes back by undo; of several it asks")
  func appointments() async throws {
    let care = try await CareHouse()
    let (house, elder) = (care.house, care.house.elder)
    try await house.run("appointment.add", ["title": "Eye checkup", "starts": "2026-11-26T16:00"], as: elder)
    try await house.run("appointment.add", ["title": "Blood test", "starts": "2026-11-27T08:00"], as: elder)
    guard
      case .ask(_, let parameter, let say) = await house.runner.prepare(
        ActionCall("appointment.cancel"), in: house.context(elder))
    else {
      Issue.record("it should ask which one")
      return
    }
    #expect(parameter == "appointment" && say.buttons.count == 2)
    let gone = try await house.run("appointment.cancel", ["appointment": "the eye checkup"], as: elder)
    #expect(try await house.run("appointment.list", as: elder).data.array?.count == 1)
    let inverse = try #require(gone.inverse)
    try await house.run(inverse.name, inverse.arguments, as: elder)
    #expect(try await house.run("appointment.list", as: elder).data.array?.count == 2)
    _ = house.told()
    // its warnings are back too: the day before and an hour before
    await house.advance(by: .days(3) + .hours(5) + .minutes(30))
    #expect(house.told().filter { $0.text.contains("Eye checkup") }.count == 2)
    #expect(await care.code("appointment.cancel", ["appointment": "the dentist"], as: elder) == "appointment.not_found")
  }

  @Test("what is to be prepared is said the evening before, and when to leave before it is time")
  func preparation() async throws {
    let care = try await CareHouse()
    let (house, elder) = (care.house, care.house.owner)
    let added = try await house.run(
      "appointment.add",
      ["title": "Blood test", "starts": "2026-11-25T07:00", "prepare": "fasting from 10 pm", "travel": "PT40M"])
    #expect(
      house.text(added.say, for: elder)
        == "Noted: Blood test, Wednesday at 7:00 am\nBefore: fasting from 10 pm\nLeave: Wednesday at 6:20 am")
    await house.advance(by: .days(1))
    #expect(
      house.told().map(\.text) == [
        "📅 Blood test, tomorrow at 7:00 am\nBefore: fasting from 10 pm\nLeave: tomorrow at 6:20 am"
      ])
    await house.advance(by: .hours(9))
    #expect(house.told().map(\.text) == ["📅 For Blood test (tomorrow at 7:00 am):\nfasting from 10 pm"])
    await house.advance(by: .hours(12))
    #expect(
      house.told().map(\.text) == [
        "🚗 Time to get ready: Blood test, today at 7:00 am\nPlease leave today at 6:20 am."
      ])
  }

  @Test("preparation and the way can be noted later, of the next appointment or by its words")
  func prepareLater() async throws {
    let care = try await CareHouse()
    let (house, elder) = (care.house, care.house.elder)
    try await house.run("appointment.add", ["title": "Scan", "starts": "2026-11-25T09:00"], as: elder)
    try await house.run("appointment.add", ["title": "Eye checkup", "starts": "2026-11-27T09:00"], as: elder)
    let first = try await house.run("appointment.prepare", ["prepare": "drink a litre of water"], as: elder)
    #expect(first.data["title"] == "Scan")
    let second = try await house.run(
      "appointment.prepare", ["appointment": "eye checkup", "travel": "PT1H"])
    #expect(second.data["travel"] == "PT1H")
    // endings of Tamil words do not hide which one is meant
    try await house.run("appointment.add", ["title": "ரத்தப் பரிசோதனை", "starts": "2026-12-09T09:00"], as: elder)
    let third = try await house.run(
      "appointment.prepare", ["appointment": "ரத்தப் பரிசோதனைக்கு", "prepare": "வெறும் வயித்துல"], as: elder)
    #expect(third.data["title"] == "ரத்தப் பரிசோதனை")
    _ = house.told()
    await house.advance(by: .days(5))
    #expect(house.told().count == 5)
  }

  @Test("saying that one is well never closes a call for help by itself")
  func well() async throws {
    let care = try await CareHouse()
    let (house, elder) = (care.house, care.house.elder)
    let calm = try await house.run("care.well", as: elder)
    #expect(calm.say.buttons.isEmpty)
    try await house.run("emergency.alert", as: elder)
    let open = try await house.run("care.well", as: elder)
    #expect(open.say.buttons.map(\.action) == ["emergency.cancel"])
    _ = house.told()
    await house.advance(by: .minutes(3))
    #expect(house.told().contains { $0.person == "Ravi" })
  }
}
