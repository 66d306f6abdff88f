import Actions
import Base
import Formats
import Messages
import People
import RoomTesting
import Testing
import Text

/// The daily question. It begins on Monday 23 November 2026, 10:00 in Kolkata.
struct CheckInTests {
  private let address = Address(door: "telegram", account: "1", user: "Lakshmi")

  private func house(_ more: JSONObject = [:]) async throws -> CareHouse {
    let care = try await CareHouse()
    var arguments: JSONObject = ["at": "11:00", "until": "13:00", "person": "Amma"]
    for member in more.members { arguments[member.key] = member.value }
    let set = try await care.house.run("checkin.set", arguments)
    #expect(
      care.house.text(set.say)
        == "Okay. Every day at 11:00 am I ask Amma.\nWithout an answer by 1:00 pm I tell the family.")
    #expect(care.house.told().map(\.person) == ["Lakshmi"])
    // she was let in today, which is a sign of life: the first question comes tomorrow
    await care.house.advance(by: .days(1))
    _ = care.house.told()
    return care
  }

  @Test("it asks, asks once more, and tells the family when nothing is heard")
  func silent() async throws {
    let care = try await house()
    let house = care.house
    await house.advance(by: .hours(1))
    let asked = house.told()
    try #require(asked.map(\.person) == ["Lakshmi"])
    #expect(asked[0].buttons == ["👍 நல்லா இருக்கேன்", "📞 கூப்பிடச் சொல்"])
    await house.advance(by: .hours(1))
    #expect(house.told().map(\.person) == ["Lakshmi"])
    await house.advance(by: .hours(1))
    let told = house.told()
    try #require(told.map(\.person) == ["Ravi"])
    #expect(told[0].text.hasPrefix("❓ No answer from Amma.\nI asked today at 11:00 am."))
    #expect(told[0].buttons == ["👍 All is well"])
    // she answers late: the family is told
    try await care.tap("👍 நல்லா இருக்கேன்", as: house.elder)
    #expect(house.told().map(\.text) == ["✅ Amma says that all is well."])
    #expect(try await house.run("checkin.show", ["person": "Amma"]).data["days"][0]["state"] == "answered")
  }

  @Test("an answer keeps the family's peace, and the next day it asks again")
  func answered() async throws {
    let care = try await house()
    let house = care.house
    await house.advance(by: .hours(1))
    _ = house.told()
    let well = try await house.run("care.well", as: house.elder)
    #expect(well.say.key == "checkin.thanks")
    await house.advance(by: .hours(5))
    #expect(house.told().isEmpty)
    await house.advance(by: .hours(19))
    #expect(house.told().map(\.person) == ["Lakshmi"])
  }

  @Test("\"I am fine\" answers it, however it is understood, also where only an answer counts")
  func fine() async throws {
    let care = try await house(["any_message": false])
    let house = care.house
    await house.advance(by: .hours(4))
    _ = house.told()
    let said = try await house.run("emergency.cancel", as: house.elder)
    #expect(said.say.key == "checkin.thanks")
    #expect(house.told().map(\.text) == ["✅ Amma says that all is well."])
    #expect(await care.code("emergency.cancel", as: house.elder) == "emergency.none")
  }

  @Test("any message counts where that is wished, before the question and after it")
  func anyMessage() async throws {
    let care = try await house()
    let house = care.house
    house.people.saw(address, at: house.clock.now)
    await house.advance(by: .hours(6))
    // she wrote at ten: she is not asked at eleven
    #expect(house.told().isEmpty)
    #expect(try await house.run("checkin.show", ["person": "Amma"]).data["days"][0]["state"] == "seen")
    await house.advance(by: .hours(19))
    #expect(house.told().map(\.person) == ["Lakshmi"])
    house.people.saw(address, at: house.clock.now)
    await house.advance(by: .hours(6))
    #expect(house.told().isEmpty)
  }

  @Test("where only an answer counts, a message does not")
  func onlyAnswers() async throws {
    let care = try await house(["any_message": false])
    let house = care.house
    house.people.saw(address, at: house.clock.now)
    await house.advance(by: .hours(3))
    #expect(house.told().map(\.person) == ["Lakshmi", "Lakshmi", "Ravi"])
  }

  @Test("the first message after the family was told is told as well")
  func after() async throws {
    let care = try await house()
    let house = care.house
    await house.advance(by: .hours(4))
    _ = house.told()
    house.people.saw(address, at: house.clock.now)
    await house.advance(by: .minutes(20))
    #expect(house.told().map(\.text) == ["✅ Amma has written: today at 2:00 pm."])
  }

  @Test("a relative who has found out settles it for the others")
  func foundOut() async throws {
    let care = try await CareHouse(withPriya: true)
    let house = care.house
    let priya = try #require(care.priya)
    try await house.run("checkin.set", ["at": "11:00", "wait": "PT1H", "person": "Amma"])
    await house.advance(by: .days(1) + .hours(3))
    _ = house.told()
    try await care.tap("👍 All is well", as: house.owner)
    let told = house.told()
    try #require(told.map(\.person) == [priya.name])
    #expect(told[0].text == "✅ Ravi has found out: Mummy is well.")
  }

  @Test("\"please call me\" reaches the family at once")
  func callMe() async throws {
    let care = try await house()
    let house = care.house
    await house.advance(by: .hours(1))
    _ = house.told()
    try await care.tap("📞 கூப்பிடச் சொல்", as: house.elder)
    #expect(house.told().map(\.text) == ["📞 Amma asks you to call."])
  }

  @Test("it never asks at night, and after a long absence it says that it could not ask")
  func night() async throws {
    let care = try await house()
    let house = care.house
    guard
      case .ask(_, let parameter, _) = await house.runner.prepare(
        ActionCall("checkin.set", ["at": "23:00", "person": "Amma"]), in: house.context())
    else {
      Issue.record("it should ask for another time")
      return
    }
    #expect(parameter == "at")
    await house.sleepThrough(.hours(8))
    #expect(house.told().map(\.text) == ["I could not ask Amma today whether all is well. I was away. Please call."])
  }

  @Test("it ends, and undo begins it again")
  func stop() async throws {
    let care = try await house()
    let house = care.house
    let stopped = try await house.run("checkin.stop", as: house.elder)
    await house.advance(by: .days(1))
    #expect(house.told().isEmpty)
    let undo = try #require(stopped.inverse)
    try await house.run(undo.name, undo.arguments, as: house.elder)
    await house.advance(by: .days(1))
    #expect(house.told().map(\.person).contains("Lakshmi"))
  }

  @Test("a birthday is told on the day every year, and the celebrated is greeted once")
  func birthday() async throws {
    let care = try await CareHouse(withPriya: true)
    let house = care.house
    let added = try await house.run("birthday.add", ["person": "Amma", "date": "1948-11-25"])
    #expect(house.text(added.say) == "I will remember Amma's birthday: Wednesday.")
    try await house.run("birthday.add", ["person": "Mummy", "date": "2026-11-25"], as: care.priya)
    try await house.run("birthday.add", ["whose": "Meena", "date": "2026-11-25"])
    await house.advance(by: .days(2))
    let told = house.told()
    #expect(
      told.map(\.text).sorted() == [
        "🎂 Today is Amma's birthday! (78)", "🎂 Today is Meena's birthday!", "🎂 Today is Mummy's birthday!",
        "🎂 பிறந்தநாள் வாழ்த்துக்கள், Lakshmi!",
      ])
    let gone = try await house.run("birthday.remove", ["birthday": "amma"])
    let undo = try #require(gone.inverse)
    try await house.run(undo.name, undo.arguments)
    #expect(try await house.run("birthday.list").data.array?.count == 2)
    await house.sleepThrough(.days(365))
    #expect(house.told().map(\.text).contains("🎂 Today is Amma's birthday! (79)"))
  }
}
