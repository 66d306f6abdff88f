import Actions
import Base
import Care
import Formats
import Messages
import People
import RoomTesting
import Testing

/// What somebody passes on to their family. It is Monday 23 November 2026, 10:00 in Kolkata.
struct TellFamilyTests {
  @Test("words reach the relative who is named, and nobody else")
  func told() async throws {
    let care = try await CareHouse(withPriya: true)
    let (house, elder) = (care.house, care.house.elder)
    try await house.run("care.tell", ["person": "Priya", "text": "naan veetuku vandhuten"], as: elder)
    let told = house.told()
    #expect(told.count == 1 && told[0].text == "💬 Mummy says: “naan veetuku vandhuten”")
    try await house.run("care.call", ["person": "Priya"], as: elder)
    #expect(house.told().map(\.text) == ["📞 Mummy would like you to call."])
  }

  @Test("a relative tells the elder, called as the elder knows them")
  func back() async throws {
    let care = try await CareHouse()
    try await care.house.run("care.tell", ["person": "Amma", "text": "I come at six"])
    #expect(care.house.told().count { $0.person == "Lakshmi" && $0.text.contains("I come at six") } == 1)
  }

  @Test("who is not named, or by no name of the family, is asked for; nobody is told what is meant for somebody else")
  func asked() async throws {
    let care = try await CareHouse(withPriya: true)
    for person in [JSON.null, "daughter", "Suresh"] {
      let arguments: JSONObject = person.isNull ? ["text": "hello"] : ["text": "hello", "person": person]
      #expect(await care.field("care.tell", arguments, as: care.house.elder) == "person", "\(person)")
    }
    #expect(care.house.told().isEmpty)
  }

  @Test("only along the links of the family, and not a book")
  func refused() async throws {
    let care = try await CareHouse(withPriya: true)
    let long = JSON.string(String(repeating: "a", count: 1_001))
    #expect(await care.code("care.tell", ["person": "Amma", "text": long]) == "care.tell.long")
    // the owner knows Priya, but she is no elder of his
    #expect(await care.field("care.tell", ["person": "Priya", "text": "hello"]) == "person")
    #expect(care.house.told().isEmpty)
  }

  @Test("who does not feel well may let the family know by one tap")
  func unwell() async throws {
    let care = try await CareHouse(withPriya: true)
    let (house, elder) = (care.house, care.house.elder)
    let said = try await house.run("care.unwell", ["said": "mootu valikuthu"], as: elder).say
    #expect(said.buttons.map(\.action) == ["care.tell", "care.tell", "emergency.alert"])
    #expect(said.buttons[0].arguments["text"] == "mootu valikuthu" && house.told().isEmpty)
  }
}
