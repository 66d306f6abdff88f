import Actions
import Base
import Care
import Events
import Formats
import Messages
import People
import RoomTesting
import Store
import Testing
import Text

/// Where the elder is, and who may know. It is Monday 23 November 2026, 10:00 in Kolkata.
struct WhereTests {
  /// Metres north of home.
  private func fix(_ care: CareHouse, _ metres: Double, battery: Double? = nil) async throws {
    var data: JSONObject = [
      "lat": .number(13.0 + metres / 111_195), "lon": 80.0, "accuracy_m": 20,
    ]
    data["battery"] = battery.map { .number($0) }
    try await care.house.run(
      "care.track", ["person": .string(care.house.elder.id.text), "type": "location", "data": .object(data)],
      as: care.house.elder, door: "rest")
  }

  private func walk(_ care: CareHouse, _ metres: Double, minutes: Int) async throws {
    for _ in 0..<minutes {
      try await fix(care, metres)
      await care.house.advance(by: .minutes(1))
    }
  }

  private func agree(_ care: CareHouse) async throws {
    try await care.house.run("location.consent", ["relative": "Ravi", "yes": true], as: care.house.elder)
    _ = care.house.told()
  }

  private func english(_ person: Person) -> Person {
    var person = person
    person.language = .english
    return person
  }

  @Test("where she is is shown only after she was asked and said yes; each look is kept, and told when she asks")
  func consent() async throws {
    let care = try await CareHouse()
    let (house, elder) = (care.house, care.house.elder)
    try await fix(care, 0)
    let first = try await house.run("location.show", ["person": "Amma"])
    #expect(first.say.location == nil && first.data.isNull)
    #expect(house.text(first.say) == "I have asked Amma. Once Amma agrees, you can see it.")
    let asked = house.told()
    #expect(asked.map(\.person) == ["Lakshmi"] && asked[0].buttons.count == 2)
    // asked again the same day she is left in peace
    _ = try await house.run("location.show", ["person": "Amma"])
    #expect(house.told().isEmpty)
    try await care.tap("👍 சரி", as: elder)
    #expect(try await house.run("location.show", ["person": "Amma"]).say.location?.latitude == 13.0)
    let views = try await house.run("location.views", as: english(elder))
    #expect(
      house.text(views.say, for: english(elder))
        == "👀 This is who looked where you are:\n• Ravi, today at 10:00 am")
    // her own look is nobody's business
    try await house.run("location.show", as: elder)
    #expect(try await house.run("location.views", as: elder).data.array?.count == 1)
  }

  @Test("a no is a no: it is not shown and not asked again; taken back, it is hidden at once")
  func refusal() async throws {
    let care = try await CareHouse()
    let (house, elder) = (care.house, care.house.elder)
    try await fix(care, 0)
    try await house.run("location.consent", ["relative": "Ravi", "yes": false], as: elder)
    #expect(await care.code("location.show", ["person": "Amma"]) == "people.not_allowed")
    try await house.run("care.allow", ["relative": "Ravi", "right": "location"], as: elder)
    #expect(try await house.run("location.show", ["person": "Amma"]).say.location != nil)
    let less = try await house.run("care.forbid", ["relative": "Ravi", "right": "location"], as: elder)
    #expect(await care.code("location.show", ["person": "Amma"]) == "people.not_allowed")
    let inverse = try #require(less.inverse)
    try await house.run(inverse.name, inverse.arguments, as: elder)
    #expect(try await house.run("location.show", ["person": "Amma"]).say.location != nil)
  }

  @Test("in an emergency whoever is called sees where she is without having been allowed to; that is kept as well")
  func emergency() async throws {
    let care = try await CareHouse()
    let (house, elder) = (care.house, care.house.elder)
    try await fix(care, 0)
    try await care.grant([.alerts])
    #expect(await care.code("location.show", ["person": "Amma"]) == "people.not_allowed")
    try await house.run("emergency.alert", as: elder)
    #expect(try await house.run("location.show", ["person": "Amma"]).say.location != nil)
    let reasons = try await house.run("location.views", as: elder).data.array?.map { $0["reason"].string }
    #expect(reasons == ["emergency", "emergency"])
    try await house.run("emergency.cancel", as: elder)
    #expect(await care.code("location.show", ["person": "Amma"]) == "people.not_allowed")
  }

  @Test("leaving home and coming back is told to who asked for it, as long as she agrees; she knows who hears")
  func places() async throws {
    let care = try await CareHouse()
    let (house, elder) = (care.house, care.house.elder)
    try await agree(care)
    try await walk(care, 0, minutes: 1)
    try await house.run("location.set_place", ["place": "home"], as: elder)
    try await walk(care, 0, minutes: 6)
    let watched = try await house.run("location.watch", ["place": "home", "person": "Amma"])
    #expect(house.text(watched.say) == "Okay. I tell you when Amma leaves home and is back.")
    #expect(house.told().map(\.person) == ["Lakshmi"])
    try await walk(care, 800, minutes: 5)
    #expect(house.told().isEmpty)
    try await walk(care, 800, minutes: 3)
    #expect(house.told().map(\.text) == ["🚶 Amma has left home (today at 10:12 am)."])
    try await walk(care, 0, minutes: 8)
    #expect(house.told().map(\.text) == ["🏠 Amma is back: home (today at 10:20 am)."])
    #expect(
      try await house.run("location.views", as: elder).data.array?.map { $0["reason"].string } == ["place", "place"])
    try await house.run("care.forbid", ["relative": "Ravi", "right": "location"], as: elder)
    _ = house.told()
    try await walk(care, 800, minutes: 8)
    #expect(house.told().isEmpty)
  }

  @Test("a location sent in a message, once or live, counts like one of a device")
  func shared() async throws {
    let care = try await CareHouse()
    let elder = care.house.elder
    try await care.house.tenant().write { transaction in
      try transaction.emit(
        Event("location.shared", person: elder.id, ["lat": 13.1, "lon": 80.1, "accuracy_m": 12]))
    }
    #expect(try await care.house.run("location.show", as: elder).data["lat"] == 13.1)
  }

  @Test("silence is told once, and so is that she is heard of again")
  func silence() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await agree(care)
    try await fix(care, 0)
    try await house.run("location.silence", ["wait": "PT2H", "person": "Amma"])
    #expect(house.told().map(\.person) == ["Lakshmi"])
    await house.advance(by: .minutes(90))
    try await fix(care, 0)
    await house.advance(by: .minutes(119))
    #expect(house.told().isEmpty)
    await house.advance(by: .minutes(1))
    #expect(
      house.told().map(\.text) == ["📵 No news of where Amma is for 2 h. The last was today at 11:30 am."])
    await house.advance(by: .hours(6))
    #expect(house.told().isEmpty)
    try await fix(care, 0)
    #expect(house.told().map(\.text) == ["✅ I hear again where Amma is (today at 7:30 pm)."])
    try await house.run("location.silence", ["person": "Amma"])
    _ = house.told()
    await house.advance(by: .days(1))
    #expect(house.told().isEmpty)
  }

  @Test("a phone that runs low is told once until it was charged, to her and to who may see where she is")
  func battery() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await agree(care)
    try await fix(care, 0, battery: 16)
    #expect(house.told().isEmpty)
    await house.advance(by: .minutes(1))
    try await fix(care, 0, battery: 14)
    #expect(Set(house.told().map(\.person)) == ["Lakshmi", "Ravi"])
    await house.advance(by: .minutes(1))
    try await fix(care, 0, battery: 9)
    #expect(house.told().isEmpty)
    await house.advance(by: .minutes(1))
    try await fix(care, 0, battery: 80)
    await house.advance(by: .minutes(1))
    try await fix(care, 0, battery: 15)
    #expect(house.told().contains { $0.text == "🔋 The phone of Amma has only 15 % left." })
    #expect(
      await care.field(
        "care.track", ["person": "Amma", "type": "location", "data": ["lat": 1, "lon": 2, "battery": 101]])
        == "data.battery")
  }
}
