import Actions
import Base
import Conversation
import Formats
import Messages
import People
import RoomTesting
import Store
import Testing

@Suite("Addresses that are typed in") struct AddressTests {
  private func code(_ house: RoomHarness, _ name: String, _ arguments: JSONObject) async -> String {
    do {
      try await house.run(name, arguments)
      return "done"
    } catch {
      return (error as? ActionError)?.code ?? "\(error)"
    }
  }

  @Test("a way to reach somebody is added later; nobody else's, and of the right form only")
  func binds() async throws {
    let house = try await RoomHarness([PeopleRoom.room])
    let (people, elder) = (house.people, house.elder)
    let outcome = try await house.run("people.bind", ["person": "Lakshmi", "email": "Amma@Example.ORG"])
    #expect(house.text(outcome.say) == "Lakshmi can be reached by email now.")
    #expect(people.person(at: Address(door: "email", user: "Amma@example.org"))?.id == elder.id)
    // the same once more changes nothing; another person may not have it
    #expect(await code(house, "people.bind", ["person": "Lakshmi", "email": "Amma@example.org"]) == "done")
    #expect(people.reaches(of: elder.id).count == 2)
    #expect(
      await code(house, "people.add", ["name": "Anbu", "email": "Amma@example.org"]) == "people.address_taken")
    for (field, wrong) in [
      ("email", "x"), ("email", "a@b.cc\r\nTo: x@y.zz"), ("webhook", "ftp://x.example"),
      ("webhook", "https://a:b@x.example"),
      ("telegram", "ravi"), ("whatsapp", "a b"),
    ] {
      let arguments: JSONObject = ["person": "Lakshmi", field: .string(wrong)]
      #expect(await code(house, "people.bind", arguments) == "people.address_invalid", "\(field) \(wrong)")
    }
    #expect(await code(house, "people.bind", ["person": "Lakshmi"]) == "people.address_missing")
    await #expect(throws: (any Error).self) {
      try await house.run("people.bind", ["person": "Ravi", "email": "r@example.org"], as: elder)
    }
  }

  @Test("an address moves on the owner's word, and back again")
  func moves() async throws {
    let house = try await RoomHarness([PeopleRoom.room])
    try await house.run("people.bind", ["person": "Lakshmi", "whatsapp": "91"])
    let arguments: JSONObject = ["person": "Lakshmi", "from": "91", "to": "92"]
    await #expect(throws: (any Error).self) { try await house.run("people.move", arguments, as: house.elder) }
    let outcome = try await house.run("people.move", arguments)
    #expect(house.people.person(at: Address(door: "whatsapp", user: "92"))?.id == house.elder.id)
    #expect(house.people.person(at: Address(door: "whatsapp", user: "91")) == nil)
    #expect(await code(house, "people.move", arguments) == "people.move_unknown")
    let inverse = try #require(outcome.inverse)
    try await house.run(inverse.name, inverse.arguments)
    #expect(house.people.person(at: Address(door: "whatsapp", user: "91"))?.id == house.elder.id)
    try await house.run("people.add", ["name": "Anbu", "whatsapp": "92"])
    #expect(await code(house, "people.move", arguments) == "people.address_taken")
  }

  @Test("the secret of a webhook is shown when it is bound")
  func secret() async throws {
    let house = try await RoomHarness([PeopleRoom.room])
    let outcome = try await house.run("people.bind", ["person": "Lakshmi", "webhook": "HTTPS://Example.org/told#x"])
    #expect(outcome.data["webhook_secret"] == "secret of https://example.org/told")
    #expect(house.text(outcome.say).contains("secret of https://example.org/told"))
  }
}
