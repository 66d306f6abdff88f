import Actions
import Base
import Care
import Formats
import Messages
import People
import RoomTesting
import Store
import Testing
import Text

struct EmergencyTests {
  @Test("every kind that the phrases know is told in plain words of the reader's language")
  func kinds() async throws {
    var kinds: Set<String> = []
    for language in ["en", "ta", "ta-Latn", "hi", "hi-Latn"] {
      let file = try YAML.load(path: RoomHarness.share + "/Intents/\(language)/emergency_phrases.yaml")
      for group in try file.required("groups").sequence() { kinds.insert(try group.required("what").string()) }
    }
    #expect(kinds.count >= 9)
    let care = try await CareHouse()
    for kind in kinds.sorted() {
      try await care.house.run("emergency.alert", ["what": .string(kind)], as: care.house.elder)
      let told = try #require(care.house.told().first).text
      #expect(!told.contains("“") && !told.contains("\n\(kind)\n") && !told.contains("emergency."), "\(told)")
    }
    try await care.house.run("emergency.alert", ["what": "fall"], as: care.house.elder)
    #expect(care.house.told().first?.text.contains("\nA fall\n") == true)
    let page = try await care.house.run("care.family")
    #expect(care.house.text(page.say).contains("Open call for help, today at 10:00 am: A fall"))
    #expect(page.data["people"][0]["alerts"][0]["what"] == "fall")
  }

  @Test("everybody is told at once with the last place, the words and the number, and she sees who was told")
  func raised() async throws {
    let care = try await CareHouse(withPriya: true)
    try await care.house.run(
      "care.track",
      ["person": "me", "type": "location", "data": ["lat": 13.0827, "lon": 80.2707, "accuracy_m": 20]],
      as: care.house.elder)
    let outcome = try await care.house.run("emergency.alert", ["what": "கீழே விழுந்துட்டேன்"], as: care.house.elder)
    let told = care.house.told()
    #expect(Set(told.map(\.person)) == ["Ravi", "Priya"])
    #expect(told.allSatisfy { $0.urgency == .emergency && $0.buttons == ["🏃 I am on it"] })
    #expect(
      told.first { $0.person == "Ravi" }?.text == """
        🆘 Amma needs help!
        “கீழே விழுந்துட்டேன்”
        Last seen here today at 10:00 am.
        Emergency number: 112
        """)
    #expect(told.first { $0.person == "Priya" }?.text.hasPrefix("🆘 Mummy needs help!") == true)
    #expect(
      care.house.text(outcome.say, for: care.house.elder)
        .contains("முடிஞ்சா 112-க்கு கூப்பிடுங்க."))
    #expect(outcome.say.buttons.count == 1)
    #expect(outcome.data["told"].array?.count == 2)
  }

  @Test("a relative calls for her: her family and she are told, and nobody is called for whom one does not look after")
  func calledByRelative() async throws {
    let care = try await CareHouse(withPriya: true)
    let outcome = try await care.house.run("emergency.alert", ["what": "fall", "person": "Amma"])
    let told = care.house.told()
    #expect(Set(told.map(\.person)) == ["Ravi", "Priya", "Lakshmi"])
    #expect(told.first { $0.person == "Priya" }?.text.hasPrefix("🆘 Mummy needs help!") == true)
    #expect(outcome.data["person"] == .string(care.house.elder.id.text))
    // a call that she made in silence stays silent, whoever calls for her aloud
    try await care.house.run("emergency.cancel", ["alert": outcome.data["id"]])
    try await care.house.run("emergency.alert", ["silent": true], as: care.house.elder)
    _ = care.house.told()
    try await care.house.run("emergency.alert", ["what": "fall", "person": "Amma"])
    #expect(!care.house.told().contains { $0.person == "Lakshmi" })
    let other = try await care.house.run("emergency.alert", ["person": "Ravi"], as: care.priya)
    #expect(other.data["person"] == care.priya.map { .string($0.id.text) }, "a call is never lost, whoever is named")
  }

  @Test("who is asked whether they need help and does not answer may need it most: the family is called")
  func unanswered() async throws {
    let care = try await CareHouse(withPriya: true)
    let house = care.house
    try await house.run("emergency.ask", ["what": "udambu oru maari"], as: house.elder)
    await house.advance(by: .minutes(2))
    #expect(house.told().isEmpty)
    // asked again it waits anew, for what was said last
    try await house.run("emergency.ask", ["what": "udambu oru maari\nayyo"], as: house.elder)
    await house.advance(by: .minutes(2))
    #expect(house.told().isEmpty)
    await house.advance(by: .minutes(1))
    let told = house.told()
    #expect(Set(told.map(\.person)) == ["Ravi", "Priya", "Lakshmi"])
    #expect(told.allSatisfy { $0.urgency == .emergency })
    #expect(
      told.first { $0.person == "Ravi" }?.text == """
        ❓ Amma may need help. They wrote:
        “udambu oru maari
        ayyo”
        I asked whether they need help, and heard nothing.
        Please call them. Emergency number: 112
        """)
    #expect(told.first { $0.person == "Ravi" }?.buttons == ["🏃 I am on it"])
    #expect(told.first { $0.person == "Lakshmi" }?.text.contains("Ravi") == true)
    // it goes on like any other call, and a late no calls it off aloud
    await house.advance(by: .minutes(10))
    #expect(house.told().contains { $0.person == "Ravi" && $0.text.contains("Nobody has answered Amma yet!") })
    let late = try await house.run("emergency.decline", as: house.elder)
    #expect(late.say.key == "emergency.cancelled")
    #expect(Set(house.told().map(\.person)) == ["Ravi", "Priya"])
  }

  @Test("an answer to whether help is needed, or anything else that is said, keeps the family's peace")
  func answered() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await house.run("emergency.ask", ["what": "udambu oru maari"], as: house.elder)
    #expect(try await house.run("emergency.decline", as: house.elder).say.key == "care.well")
    await house.advance(by: .hours(1))
    #expect(house.told().isEmpty)
    try await house.run("emergency.ask", ["what": "udambu oru maari"], as: house.elder)
    await house.advance(by: .minutes(1))
    house.people.saw(Address(door: "telegram", account: "1", user: "Lakshmi"), at: house.clock.now)
    await house.advance(by: .hours(1))
    #expect(house.told().isEmpty)
    // she said yes: the family is called once
    try await house.run("emergency.ask", ["what": "udambu oru maari"], as: house.elder)
    try await house.run("emergency.alert", ["what": "udambu oru maari"], as: house.elder)
    #expect(house.told().map(\.person) == ["Ravi"])
    await house.advance(by: .minutes(3))
    #expect(!house.told().contains { $0.text.contains("may need help") })
  }

  @Test("who waits for help hears whether anybody is on it; who may help can take it from there")
  func status() async throws {
    let care = try await CareHouse(withPriya: true)
    #expect(try await care.house.run("emergency.status", as: care.house.elder).say.key == "emergency.none")
    try await care.house.run("emergency.alert", ["what": "fall"], as: care.house.elder)
    #expect(try await care.house.run("emergency.status", as: care.house.elder).say.key == "emergency.status.open")
    let asked = try await care.house.run("emergency.status", as: care.priya)
    #expect(asked.say.key == "emergency.status.open" && asked.say.buttons.map(\.action) == ["emergency.acknowledge"])
    try await care.house.run("emergency.acknowledge", as: care.priya)
    let taken = try await care.house.run("emergency.status", as: care.house.elder)
    #expect(taken.say.key == "emergency.status.taken" && care.house.text(taken.say).contains("Priya"))
    #expect(try await care.house.run("emergency.status", as: care.priya).say.key == "emergency.status.yours")
  }

  @Test("told every two minutes, ten times, then plainly to her, then every ten minutes, until somebody takes it")
  func ladder() async throws {
    let care = try await CareHouse()
    try await care.house.run("emergency.alert", as: care.house.elder)
    var trace: [String] = []
    func note(_ minute: Int) { trace += care.house.told().map { "\(minute) \($0.person)" } }
    note(0)
    for minute in 1...45 {
      await care.house.advance(by: .minutes(1))
      note(minute)
    }
    let rounds = [0] + stride(from: 2, through: 20, by: 2)
    #expect(trace == rounds.map { "\($0) Ravi" } + ["20 Lakshmi", "30 Ravi", "40 Ravi"])
    try await care.house.run("emergency.acknowledge")
    #expect(care.house.told().map(\.text) == ["Ravi பார்த்துக்கிறாங்க."])
    try await care.house.run("emergency.resolve")
    #expect(care.house.told().map(\.text) == ["எல்லாம் சரியாயிடுச்சுன்னு Ravi சொன்னாங்க."])
    await care.house.advance(by: .hours(3))
    #expect(care.house.told().isEmpty)
    let elder = care.house.elder.id
    let exported = try await care.house.tenant().read { try Care.room.export(elder, $0) }
    let steps = exported["alerts"][0]["steps"].array ?? []
    #expect(
      steps.map { $0["what"].string ?? "" } == ["raised"] + Array(repeating: "told", count: 11) + [
        "no_answer", "told", "told", "taken", "resolved",
      ])
    #expect(steps.last?["who"].string == care.house.owner.id.text)
  }

  @Test("who called for help may say that it is over: everybody is told, and nothing more is due")
  func overBySelf() async throws {
    let care = try await CareHouse()
    try await care.house.run("emergency.alert", as: care.house.elder)
    #expect(care.house.told().map(\.person) == ["Ravi"])
    let well = try await care.house.run("emergency.resolve", as: care.house.elder)
    #expect(well.say.key == "emergency.cancelled")
    #expect(care.house.told().map(\.person) == ["Ravi"])
    await care.house.advance(by: .hours(1))
    #expect(care.house.told().isEmpty)
    await #expect { try await care.house.run("emergency.resolve", as: care.house.elder) } throws: {
      ($0 as? ActionError)?.code == "emergency.none"
    }
  }

  @Test("two who take it at once: one winner, everybody is told who")
  func race() async throws {
    let care = try await CareHouse(withPriya: true)
    let priya = try #require(care.priya)
    try await care.house.run("emergency.alert", as: care.house.elder)
    _ = care.house.told()
    let house = care.house
    let says = try await withThrowingTaskGroup(of: Say.self) { group in
      for person in [house.owner, priya] {
        group.addTask { try await house.run("emergency.acknowledge", as: person).say }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(says.map(\.key).sorted() == ["emergency.taken", "emergency.taken_already"])
    let told = house.told()
    #expect(told.count == 2)
    #expect(told.filter { $0.person == "Lakshmi" }.count == 1)
    #expect(told.first { $0.person != "Lakshmi" }?.text.contains("is on it, for") == true)
    // a tap on an older message changes nothing
    let again = try await care.tap("🏃 I am on it", as: priya)
    #expect(again.say.key.hasPrefix("emergency.taken"))
    #expect(house.told().isEmpty)
  }

  @Test("she says it was a false alarm: everybody is told and it goes quiet; a stranger cannot")
  func cancel() async throws {
    let care = try await CareHouse(withPriya: true)
    let raised = try await care.house.run("emergency.alert", as: care.house.elder)
    _ = care.house.told()
    let id = try #require(raised.data["id"].string)
    let priya = try #require(care.priya)
    try await care.unlink(priya)
    #expect(await care.code("emergency.cancel", ["alert": .string(id)], as: priya) == "emergency.cancel_not_allowed")
    try await care.link(priya)
    try await care.house.run("emergency.cancel", as: care.house.elder)
    #expect(
      Set(care.house.told().map(\.text)) == ["✅ False alarm: Amma is okay.", "✅ False alarm: Mummy is okay."])
    await care.house.advance(by: .hours(1))
    #expect(care.house.told().isEmpty)
    #expect(await care.code("emergency.acknowledge", ["alert": .string(id)]) == nil)
    #expect(await care.code("emergency.cancel", as: care.house.elder) == "emergency.none")
  }

  @Test("only a person of the family takes it: not she herself, not a stranger, not without the right")
  func whoMayTake() async throws {
    let care = try await CareHouse(withPriya: true, rights: [.medicines])
    let priya = try #require(care.priya)
    let raised = try await care.house.run("emergency.alert", as: care.house.elder)
    #expect(care.house.told().map(\.person) == ["Ravi"])
    let id = try #require(raised.data["id"].string)
    #expect(await care.code("emergency.acknowledge", ["alert": .string(id)], as: priya) == "emergency.not_allowed")
    #expect(
      await care.code("emergency.acknowledge", ["alert": .string(id)], as: care.house.elder)
        == "emergency.not_allowed")
    await care.house.advance(by: .minutes(2))
    #expect(care.house.told().map(\.person) == ["Ravi"])
  }

  @Test("with nobody linked she is told to call at once, and whoever runs the house is told")
  func nobody() async throws {
    let care = try await CareHouse()
    try await care.grant([])
    let outcome = try await care.house.run("emergency.alert", as: care.house.elder)
    #expect(care.house.text(outcome.say, for: care.house.elder).hasPrefix("இப்பவே 112-க்கு கூப்பிடுங்க.") == true)
    #expect(care.house.told().map(\.person) == ["Ravi"])
    #expect(await care.code("emergency.acknowledge") == nil)
    // the owner himself has nobody
    let own = try await care.house.run("emergency.alert")
    #expect(care.house.text(own.say) == "Please call 112 now. [👍 I am okay]")
  }

  @Test("calling again is the same alert: new words go out at once, the same ones not in the same breath")
  func again() async throws {
    let care = try await CareHouse()
    let first = try await care.house.run("emergency.alert", ["what": "help"], as: care.house.elder)
    let second = try await care.house.run("emergency.alert", ["what": "help"], as: care.house.elder)
    #expect(first.data["id"] == second.data["id"])
    #expect(care.house.told().count == 1)
    try await care.house.run("emergency.alert", ["what": "chest pain"], as: care.house.elder)
    #expect(care.house.told().map { $0.text.contains("“chest pain”") } == [true])
  }

  @Test("it goes on after the house was down")
  func restart() async throws {
    let care = try await CareHouse()
    try await care.house.run("emergency.alert", as: care.house.elder)
    _ = care.house.told()
    await care.house.sleepThrough(.hours(1))
    #expect(care.house.told().map(\.person) == ["Ravi"])
    await care.house.advance(by: .minutes(2))
    #expect(care.house.told().map(\.person) == ["Ravi"])
  }

  @Test("a test is marked as one, tells who answered, and does not go on")
  func test() async throws {
    let care = try await CareHouse()
    try await care.house.run("emergency.test", as: care.house.elder)
    #expect(care.house.told().first?.text.hasPrefix("🔔 TEST, no emergency. Amma is trying the call for help.") == true)
    try await care.tap("👍 I got it", as: care.house.owner)
    #expect(care.house.told().map(\.text) == ["🔔 சோதனை: Ravi பதில் சொன்னாங்க."])
    await care.house.advance(by: .hours(1))
    #expect(care.house.told().isEmpty)
    try await care.house.run("emergency.test", as: care.house.elder)
    _ = care.house.told()
    await care.house.advance(by: .minutes(11))
    #expect(care.house.told().map(\.text) == ["🔔 சோதனை: பத்து நிமிஷத்துல யாரும் பதில் சொல்லலை."])
  }
}
