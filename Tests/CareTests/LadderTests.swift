import Actions
import Base
import Care
import Delivery
import Formats
import Messages
import People
import RoomTesting
import Store
import Testing

struct LadderTests {
  /// Minutes after the call and who was told, over the next minutes.
  private func trace(_ care: CareHouse, minutes: Int) async -> [String] {
    var trace = care.house.told().map { "0 \($0.person)" }
    for minute in 1...minutes {
      await care.house.advance(by: .minutes(1))
      trace += care.house.told().map { "\(minute) \($0.person)" }
    }
    return trace
  }

  private static let steep: JSON = [
    ["who": ["Ravi"], "every_s": 60, "repeats": 1], ["who": ["Priya"], "wait_s": 180, "every_s": 120, "repeats": 1],
  ]

  @Test("levels are called one after the other, each joining those before; then everybody hears that nobody answered")
  func levels() async throws {
    let care = try await CareHouse(withPriya: true)
    try await care.house.run("emergency.set_ladder", ["levels": Self.steep, "person": "Amma"])
    #expect(care.house.told().map(\.person) == ["Lakshmi"])
    try await care.house.run("emergency.alert", ["what": "help"], as: care.house.elder)
    #expect(
      await trace(care, minutes: 15) == [
        "0 Ravi", "1 Ravi", "4 Ravi", "4 Priya", "6 Ravi", "6 Priya", "6 Lakshmi",
      ])
    // and it goes on, every ten minutes
    await care.house.advance(by: .minutes(1))
    let told = care.house.told()
    #expect(told.map(\.person) == ["Ravi", "Priya"])
    #expect(
      told[0].text == """
        🆘 Nobody at all has answered Amma!
        Calls for help
        Please call them, or 112 (ambulance 108), now.
        I keep on telling everybody.
        """)
    // who was not called yet may take it as well
    #expect(try await care.tap("🏃 I am on it", as: try #require(care.priya)).say.key == "emergency.taken")
  }

  @Test("with nobody left she hears it plainly, with the numbers of where she is")
  func saidPlainly() async throws {
    let care = try await CareHouse()
    try await care.house.run("emergency.alert", as: care.house.elder)
    await care.house.advance(by: .minutes(20))
    let elder = care.house.told().filter { $0.person == "Lakshmi" }
    #expect(
      elder.map(\.text) == [
        "இன்னும் யாரும் பதில் சொல்லலை.\nஇப்பவே 112-க்கு கூப்பிடுங்க; ஆம்புலன்ஸுக்கு 108.\nநான் தொடர்ந்து முயற்சி பண்றேன்."
      ])
    #expect(elder[0].buttons == ["👍 நல்லா இருக்கேன்"])
  }

  @Test(
    "what is no ladder changes none",
    arguments: [
      "x", 5, [5], ["levels": 3], ["level": []], [["wait_s": -5]], [["who": ["Ravi"], "foo": 1]], [["who": [1]]],
      [["repeats": "often"]], [["channels": "telegram"]], ["levels": [], "resolve_s": "soon"],
    ] as [JSON])
  func noLadder(_ levels: JSON) async throws {
    let care = try await CareHouse(withPriya: true)
    try await care.house.run("emergency.set_ladder", ["levels": Self.steep, "person": "Amma"])
    let before = try await care.house.run("emergency.ladder", ["person": "Amma"]).data
    #expect(await care.code("emergency.set_ladder", ["levels": levels, "person": "Amma"]) == "ladder.invalid")
    #expect(try await care.house.run("emergency.ladder", ["person": "Amma"]).data == before)
  }

  @Test("a running alert keeps the ladder with which it started, whatever becomes of it")
  func frozen() async throws {
    let care = try await CareHouse(withPriya: true)
    try await care.house.run("emergency.set_ladder", ["levels": Self.steep, "person": "Amma"])
    _ = care.house.told()
    try await care.house.run("emergency.alert", as: care.house.elder)
    try await care.house.run(
      "emergency.set_ladder", ["levels": [["who": "Priya", "every_s": 3_600, "repeats": 0]], "person": "Amma"])
    try await care.house.run("emergency.set_ladder", ["person": "Amma"])
    _ = care.house.told().filter { $0.urgency != .emergency }
    #expect(await trace(care, minutes: 4) == ["1 Ravi", "4 Ravi", "4 Priya"])
  }

  @Test("set by the elder, a relative with the right or the owner; nobody else; undone by its inverse")
  func rights() async throws {
    let care = try await CareHouse(withPriya: true, rights: [.medicines])
    let priya = try #require(care.priya)
    let refused: JSONObject = ["levels": Self.steep, "person": .string(care.house.elder.id.text)]
    #expect(await care.code("emergency.set_ladder", refused, as: priya) == "people.not_allowed")
    // she is no help either while she has no right
    #expect(await care.code("emergency.set_ladder", refused) == "ladder.who")
    try await care.link(priya)
    let set = try await care.house.run("emergency.set_ladder", refused, as: priya)
    #expect(set.say.key == "ladder.set")
    _ = care.house.told()
    #expect(
      await care.code("emergency.set_ladder", ["levels": [["every_s": 1]], "person": "Amma"]) == "ladder.invalid")
    let shown = try await care.house.run("emergency.ladder", ["person": "Amma"])
    #expect(
      care.house.text(shown.say) == """
        Who is called for help of Amma:
        1. Ravi, then once more, 1 min apart
        2. After 3 min without an answer: Priya, then once more, 2 min apart
        """)
    let undo = try #require(set.inverse)
    try await care.house.run(undo.name, undo.arguments, as: priya)
    let usual = try await care.house.run("emergency.ladder", as: care.house.elder)
    #expect(usual.data["levels"][0]["who"].array == ["family"])
    #expect(usual.data["levels"][0]["repeats"] == 10)
  }

  @Test("“if nobody answers in five minutes, call …”: the others are told until then, that one joins at five")
  func addLevel() async throws {
    let care = try await CareHouse(withPriya: true)
    try await care.grant([])
    let priya = try #require(care.priya)
    let added = try await care.house.run(
      "emergency.add_level", ["who": "owner", "wait": "PT5M", "person": "Mummy", "channels": ["Telegram"]], as: priya)
    #expect(added.data["levels"][1]["channels"].array == ["telegram"])
    _ = care.house.told()
    try await care.house.run("emergency.alert", as: care.house.elder)
    #expect(await trace(care, minutes: 6) == ["0 Priya", "2 Priya", "5 Priya", "5 Ravi"])
  }

  @Test("a level's doors are used alone, all of them where it has none of these")
  func doors() async throws {
    let care = try await CareHouse()
    let (people, owner) = (care.house.people, care.house.owner)
    try await care.house.store.write {
      try people.bind(Address(door: "whatsapp", account: "1", user: "91"), chat: "91", to: owner, in: &$0)
    }
    care.house.delivery.open(door: "whatsapp")
    for (channel, count) in [("whatsapp", 1), ("pigeon", 2)] {
      let levels: JSON = [["who": "family", "channels": [.string(channel)]]]
      try await care.house.run("emergency.set_ladder", ["levels": levels, "person": "Amma"])
      _ = care.house.told()
      try await care.house.run("emergency.alert", as: care.house.elder)
      #expect(care.house.told().count == count)
      try await care.house.run("emergency.cancel", as: care.house.elder)
      _ = care.house.told()
    }
  }
}

struct ResolvingTests {
  @Test("not said to be over in time: who took it is asked, then everybody is called again, until one says all is well")
  func pagedAgain() async throws {
    let care = try await CareHouse(withPriya: true)
    let priya = try #require(care.priya)
    try await care.house.run("emergency.alert", as: care.house.elder)
    try await care.house.run("emergency.acknowledge", as: priya)
    _ = care.house.told()
    await care.house.advance(by: .minutes(14))
    #expect(care.house.told().isEmpty)
    await care.house.advance(by: .minutes(1))
    let asked = care.house.told()
    #expect(asked.map(\.person) == ["Priya"])
    #expect(asked[0].text.hasPrefix("⏰ Is all well with Mummy?"))
    #expect(asked[0].buttons == ["✅ All is well", "🏃 Still on it"])
    // still on it: the whole time again
    try await care.tap("🏃 Still on it", as: priya)
    await care.house.advance(by: .minutes(15))
    #expect(care.house.told().map(\.person) == ["Priya"])
    await care.house.advance(by: .minutes(5))
    let again = care.house.told()
    #expect(Set(again.map(\.person)) == ["Ravi", "Priya", "Lakshmi"])
    #expect(again.first { $0.person == "Ravi" }?.text.hasPrefix("🆘 Priya took the call of Amma, but") == true)
    await care.house.advance(by: .minutes(2))
    #expect(Set(care.house.told().map(\.person)) == ["Ravi", "Priya"])
    // another one takes it now, and says that it is over
    #expect(try await care.tap("🏃 I am on it", as: care.house.owner).say.key == "emergency.taken")
    #expect(try await care.tap("🏃 I am on it", as: priya).say.key == "emergency.taken_already")
    _ = care.house.told()
    try await care.house.run("emergency.resolve")
    #expect(
      Set(care.house.told().map(\.text)) == [
        "✅ Ravi: all is well with Mummy.", "எல்லாம் சரியாயிடுச்சுன்னு Ravi சொன்னாங்க.",
      ])
    await care.house.advance(by: .hours(2))
    #expect(care.house.told().isEmpty)
  }

  @Test("the button under “you are on it” says that all is well; a second tap changes nothing")
  func resolvedByButton() async throws {
    let care = try await CareHouse()
    try await care.house.run("emergency.alert", as: care.house.elder)
    let taken = try await care.house.run("emergency.acknowledge")
    #expect(care.house.text(taken.say).hasSuffix("[✅ All is well]"))
    _ = care.house.told()
    let call = try #require(taken.say.buttons.first)
    #expect(try await care.house.run(call.action, call.arguments).say.key == "emergency.resolved")
    #expect(care.house.told().map(\.person) == ["Lakshmi"])
    #expect(try await care.house.run(call.action, call.arguments).say.key == "emergency.over")
    #expect(care.house.told().isEmpty)
  }

  @Test("a relative calls it off: she and the others are told who said so, and she can call again with one tap")
  func cancelledByRelative() async throws {
    let care = try await CareHouse(withPriya: true)
    try await care.house.run("emergency.alert", as: care.house.elder)
    _ = care.house.told()
    // "I am fine" of his is no word about her
    let asked = try await care.house.run("emergency.cancel").say
    #expect(care.house.text(asked) == "Is the call for help of Amma a false alarm? [✅ Yes, a false alarm]")
    #expect(care.house.told().isEmpty)
    let call = try #require(asked.buttons.first)
    #expect(try await care.house.run(call.action, call.arguments).say.key == "emergency.cancelled_for")
    let told = care.house.told()
    #expect(
      Set(told.map(\.text)) == [
        "இது தவறான அழைப்புன்னு Ravi சொன்னாங்க.", "✅ Ravi: it was a false alarm, Mummy is okay.",
      ])
    await care.house.advance(by: .hours(1))
    #expect(care.house.told().isEmpty)
    try await care.tap("🆘 உதவி வேணும்", as: care.house.elder)
    #expect(Set(care.house.told().map(\.person)) == ["Ravi", "Priya"])
  }

  @Test("she calls again while somebody is on it: a new call, and the old one asks nobody any more")
  func calledAgain() async throws {
    let care = try await CareHouse()
    try await care.house.run("emergency.alert", as: care.house.elder)
    try await care.house.run("emergency.acknowledge")
    _ = care.house.told()
    try await care.house.run("emergency.alert", as: care.house.elder)
    #expect(care.house.told().map(\.person) == ["Ravi"])
    try await care.house.run("emergency.acknowledge")
    try await care.house.run("emergency.resolve")
    _ = care.house.told()
    await care.house.advance(by: .hours(1))
    #expect(care.house.told().isEmpty)
  }
}
