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

/// A call for help of which whoever is beside the elder must not notice anything.
struct SilentTests {
  private func silent(_ care: CareHouse) async throws -> Outcome {
    try await care.house.run("emergency.alert", ["silent": true], as: care.house.elder)
  }

  @Test("the family hears at once that it was silent; her own screen says nothing of it, whatever happens")
  func screen() async throws {
    let care = try await CareHouse()
    let (house, elder) = (care.house, care.house.elder)
    let raised = try await silent(care)
    #expect(house.text(raised.say, for: elder) == "👍 சரி." && raised.say.buttons.isEmpty && raised.data.isNull)
    let told = house.told()
    #expect(told.map(\.person) == ["Ravi"] && told[0].urgency == .emergency)
    #expect(told[0].text.contains("🤫 The call was silent.") == true)
    // nobody answers, somebody takes it, leaves it, and it is called again
    await house.advance(by: .minutes(40))
    try await house.run("emergency.acknowledge")
    await house.advance(by: .minutes(30))
    #expect(house.told().allSatisfy { $0.person == "Ravi" })
    let page = try await house.run("care.family", as: elder)
    #expect(page.data["people"][0]["alerts"] == [])
    #expect(try await house.run("care.well", as: elder).say.key == "care.well")
    try await house.run("emergency.resolve")
    #expect(house.told().allSatisfy { $0.person == "Ravi" })
  }

  @Test("that all is well is not believed of who had to call in silence: it stays open and somebody is to look")
  func well() async throws {
    let care = try await CareHouse()
    let house = care.house
    _ = try await silent(care)
    _ = house.told()
    let reply = try await house.run("emergency.cancel", as: house.elder)
    #expect(reply.say.key == "care.well")
    #expect(house.told().first?.text.contains("please see for yourself") == true)
    await house.advance(by: .minutes(3))
    #expect(house.told().contains { $0.text.hasPrefix("🆘") })
  }

  @Test("called again aloud there is nothing to hide any more")
  func aloud() async throws {
    let care = try await CareHouse()
    let house = care.house
    _ = try await silent(care)
    let again = try await house.run("emergency.alert", ["what": "fall"], as: house.elder)
    #expect(again.say.key == "emergency.raised")
    _ = house.told()
    try await house.run("emergency.acknowledge")
    #expect(house.told().contains { $0.person == "Lakshmi" })
  }

  @Test("her own words are kept as a hash, read without regard to capitals and marks, and end when she wants")
  func phrase() async throws {
    let care = try await CareHouse()
    let (house, elder) = (care.house, care.house.elder)
    #expect(await care.code("emergency.silent_phrase", ["phrase": "milk"], as: elder) == "emergency.phrase_short")
    try await house.run("emergency.silent_phrase", ["phrase": "The milk has turned sour"], as: elder)
    let known = try #require(house.people.person(elder.id))
    #expect(house.people.isSilentCall("the milk has turned SOUR!", of: known))
    #expect(!house.people.isSilentCall("the milk has turned sour again", of: known))
    #expect(!house.people.isSilentCall("the milk has turned sour", of: house.owner))
    let canary = try await house.store.read { try $0.count("SELECT count(*) FROM audit WHERE arguments LIKE '%milk%'") }
    #expect(canary == 0)
    // known again after a restart
    try await house.people.load()
    let loaded = try #require(house.people.person(elder.id))
    #expect(house.people.isSilentCall("the milk has turned sour", of: loaded))
    // asking for words anew ends nothing
    #expect(await care.code("emergency.silent_phrase", as: elder) == "arguments.missing")
    #expect(house.people.isSilentCall("the milk has turned sour", of: loaded))
    try await house.run("emergency.silent_phrase", ["off": true], as: elder)
    let ended = try #require(house.people.person(elder.id))
    #expect(!house.people.isSilentCall("the milk has turned sour", of: ended))
  }

  @Test("a test that is called off is told to the family")
  func cancelledTest() async throws {
    let care = try await CareHouse()
    let house = care.house
    try await house.run("emergency.test", as: house.elder)
    _ = house.told()
    try await house.run("emergency.cancel", as: house.elder)
    #expect(house.told().map(\.text) == ["🔔 The test is called off by Lakshmi. There is nothing to do."])
  }
}
