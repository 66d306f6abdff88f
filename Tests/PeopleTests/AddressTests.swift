import Actions
import Base
import Conversation
import Formats
import Messages
import People
import RoomTesting
import Store
import Testing
import Text

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
      ("telegram", "ravi"), ("telegram", "+222"), ("telegram", "-5"), ("telegram", "0"), ("telegram", "@ravi"),
      ("whatsapp", "a b"), ("whatsapp", "hello"), ("whatsapp", "098400 12345"), ("whatsapp", "+91 98400 1234567890"),
      ("whatsapp", "+91"),
    ] {
      let arguments: JSONObject = ["person": "Lakshmi", field: .string(wrong)]
      #expect(await code(house, "people.bind", arguments) == "people.address_invalid", "\(field) \(wrong)")
    }
    #expect(await code(house, "people.bind", ["person": "Lakshmi"]) == "people.address_missing")
    await #expect(throws: (any Error).self) {
      try await house.run("people.bind", ["person": "Ravi", "email": "r@example.org"], as: elder)
    }
  }

  @Test(
    "a number is kept as its platform names it, however it is written",
    arguments: [
      ("whatsapp", "+91-98400 12345", "919840012345"), ("whatsapp", "00919840012345", "919840012345"),
      ("whatsapp", "919840012345", "919840012345"), ("whatsapp", "+44 (0)20 7946 0018", "442079460018"),
      ("whatsapp", " \u{202A}+91\u{A0}98400\u{A0}12345\u{202C}", "919840012345"),
      ("whatsapp", "IN.4477aa", "IN.4477aa"), ("telegram", " 4242 ", "4242"),
    ])
  func canonical(_ door: String, _ typed: String, _ kept: String) async throws {
    let house = try await RoomHarness([PeopleRoom.room])
    try await house.run("people.add", ["name": "Anbu", door: .string(typed)])
    let anbu = try #require(house.people.person(at: Address(door: door, account: "9", user: kept)))
    #expect(house.people.reaches(of: anbu.id).map(\.chat) == [kept])
    #expect(await code(house, "people.bind", ["person": "Ravi", door: .string(kept)]) == "people.address_taken")
  }

  @Test("what was kept as it was typed is found after the next start")
  func keptBefore() async throws {
    let folder = try TestFolder("addresses")
    let database = try SQLiteDatabase(path: folder.path + "/thinnai.db", options: StoreOptions())
    try await database.migrate(Array(PeopleMigrations.all.prefix(4)))
    let rows = [
      ("whatsapp", "", "+919840012345"), ("whatsapp", "", "0091-98400(1)2346"), ("whatsapp", "", "hello"),
      ("whatsapp", "", "919840012347"), ("whatsapp", "9", "IN.44-aa"), ("telegram", "", "+222"), ("telegram", "", "-5"),
    ]
    try await HouseStore(database).write { house in
      for (door, account, user) in rows {
        try house.execute(
          """
          INSERT INTO addresses (door, account, user, person_tenant, person, chat, is_reachable, last_seen_at)
          VALUES (?, ?, ?, 'home', 'p', ?, 1, 0)
          """, door, account, user, user)
      }
    }
    try await database.migrate(PeopleMigrations.all)
    let kept = try await HouseStore(database).read { house in
      try house.query("SELECT user, chat FROM addresses ORDER BY door DESC, user") { ($0.text(0), $0.text(1)) }
    }
    await database.close()
    #expect(kept.allSatisfy { $0.0 == $0.1 })
    #expect(
      kept.map(\.0)
        == ["919840012345", "919840012346", "919840012347", "IN.44-aa", "hello", "-5", "222"])
  }

  @Test("an address moves on the owner's word, and back again")
  func moves() async throws {
    let house = try await RoomHarness([PeopleRoom.room])
    try await house.run("people.bind", ["person": "Lakshmi", "whatsapp": "919840012345"])
    let arguments: JSONObject = ["person": "Lakshmi", "from": "+91 98400 12345", "to": "+91 98400 12346"]
    await #expect(throws: (any Error).self) { try await house.run("people.move", arguments, as: house.elder) }
    let outcome = try await house.run("people.move", arguments)
    #expect(house.people.person(at: Address(door: "whatsapp", user: "919840012346"))?.id == house.elder.id)
    #expect(house.people.person(at: Address(door: "whatsapp", user: "919840012345")) == nil)
    #expect(await code(house, "people.move", arguments) == "people.move_unknown")
    let inverse = try #require(outcome.inverse)
    try await house.run(inverse.name, inverse.arguments)
    #expect(house.people.person(at: Address(door: "whatsapp", user: "919840012345"))?.id == house.elder.id)
    try await house.run("people.add", ["name": "Anbu", "whatsapp": "919840012346"])
    #expect(await code(house, "people.move", arguments) == "people.address_taken")
  }

  @Test("of two who are called the same the ids are named, and an id is enough")
  func namesakes() async throws {
    let house = try await RoomHarness([PeopleRoom.room])
    let twins = try await house.store.write { [people = house.people, elder = house.elder] transaction in
      try ["01a", "01b"].map { id in
        let twin = Person(
          id: PersonID(id), tenant: elder.tenant, name: "Reg", persona: "client", language: .english, zone: elder.zone)
        try people.add(twin, in: &transaction)
        return twin
      }
    }
    await #expect {
      try await house.run("people.token", ["person": "Reg"])
    } throws: { error in
      (error as? ActionError)?.sentence == "Which one do you mean: Reg (01a) or Reg (01b)?"
    }
    let outcome = try await house.run("people.token", ["person": "01b"])
    #expect(outcome.data["person"].string == twins[1].id.text)
  }

  @Test("the secret of a webhook is shown when it is bound")
  func secret() async throws {
    let house = try await RoomHarness([PeopleRoom.room])
    let outcome = try await house.run("people.bind", ["person": "Lakshmi", "webhook": "HTTPS://Example.org/told#x"])
    #expect(outcome.data["webhook_secret"] == "secret of https://example.org/told")
    #expect(house.text(outcome.say).contains("secret of https://example.org/told"))
  }
}
