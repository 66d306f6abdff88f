import Time
import Text
import Actions
import Base
import Conversation
import Formats
import Messages
import People
import RoomTesting
import Store
import Testing

extension RoomHarness {
  fileprivate func token(_ scope: String, days: Int? = nil, of name: String = "Lakshmi") async throws -> String {
    var arguments: JSONObject = ["person": .string(name), "scope": .string(scope)]
    if let days { arguments["days"] = .integer(Int64(days)) }
    return try await run("people.token", arguments).data["token"].string ?? ""
  }
}

struct TokenTests {
  @Test("a token proves its person; only its hash is stored")
  func shownOnce() async throws {
    let house = try await porch()
    let token = try await house.token("read,write")
    let found = try #require(house.people.verify(token: token, now: house.clock.now))
    #expect(found.person.id == house.elder.id)
    #expect(found.token.scopes == ["read", "write"])
    let secret = try #require(token.split(separator: "_").last)
    #expect(secret.count == 64)
    #expect(try await house.tables(holding: String(secret)).isEmpty)
    #expect(!house.text(try await house.run("people.list").say).contains(secret))
  }

  @Test("a token expires at its instant")
  func expires() async throws {
    let house = try await porch()
    let token = try await house.token("read", days: 2)
    house.clock.advance(by: .days(2) - .microseconds(1))
    #expect(house.people.verify(token: token, now: house.clock.now) != nil)
    house.clock.advance(by: .microseconds(1))
    #expect(house.people.verify(token: token, now: house.clock.now) == nil)
  }

  @Test("a revoked token is worthless at once, after a restart too, and cannot be revoked twice")
  func revokes() async throws {
    let house = try await porch()
    let (token, other) = (try await house.token("read"), try await house.token("read"))
    let id = String(token.split(separator: "_")[1])
    try await house.run("people.revoke", ["id": .string(id)])
    #expect(house.people.verify(token: token, now: house.clock.now) == nil)
    #expect(house.people.verify(token: other, now: house.clock.now) != nil)
    let restarted = PeopleBook(store: house.store, zones: .shared)
    try await restarted.load()
    #expect(restarted.verify(token: token, now: house.clock.now) == nil)
    #expect(restarted.verify(token: other, now: house.clock.now) != nil)
    await #expect { try await house.run("people.revoke", ["id": .string(id)]) } throws: {
      ($0 as? ActionError)?.code == "people.token_unknown"
    }
  }

  @Test("what is no token is refused")
  func wrong() async throws {
    let house = try await porch()
    let token = try await house.token("read")
    let parts = token.split(separator: "_").map(String.init)
    let changed = String(token.dropLast()) + (token.last == "0" ? "1" : "0")
    for text in [
      "", "_", "th__", "th_\(parts[1])_", "th_x_\(parts[2])", changed, token + "_", "xx_\(parts[1])_\(parts[2])",
    ] {
      #expect(house.people.verify(token: text, now: house.clock.now) == nil, "\(text)")
    }
  }

  @Test("an unknown scope or a strange number of days makes no token", arguments: ["root", "read,all", ","])
  func badScope(_ scope: String) async throws {
    let house = try await porch()
    await #expect { try await house.token(scope) } throws: { ($0 as? ActionError)?.field == "scope" }
    for days in [0, -1, 4_000] {
      await #expect { try await house.token("read", days: days) } throws: { ($0 as? ActionError)?.field == "days" }
    }
    #expect(house.people.tokens(of: house.elder.id).isEmpty)
  }

  @Test(
    "a token of the owner with less than admin cannot make, list, revoke, forget or export",
    arguments: [
      ("people.token", ["person": "Lakshmi", "scope": "admin"]), ("people.list", [:]), ("people.revoke", ["id": "x"]),
      ("people.forget", ["person": "Lakshmi"]), ("people.export", ["person": "Lakshmi"]),
      ("people.add", ["name": "Eve"]), ("people.link", ["elder": "Lakshmi", "relative": "Ravi"]),
    ] as [(String, JSONObject)])
  func noEscalation(_ call: (name: String, arguments: JSONObject)) async throws {
    let house = try await porch()
    var context = house.context()
    context.authority = .init(scopes: ["read", "write", "money"])
    await #expect { try await house.runner.run(ActionCall(call.name, call.arguments), in: context) } throws: {
      ($0 as? ActionError)?.code == "actions.scope"
    }
    await #expect { try await house.run(call.name, call.arguments, as: house.elder) } throws: {
      ($0 as? ActionError)?.code == "people.owner_only"
    }
  }

  @Test("the tokens of another tenant are out of reach")
  func otherTenant() async throws {
    let house = try await porch()
    let guest = Person(
      id: PersonID("guest"), tenant: TenantID("other"), name: "Guest", persona: "client", language: .english,
      zone: house.owner.zone)
    let people = house.people
    let token = try await house.store.write { transaction in
      try people.add(guest, in: &transaction)
      return try people.makeToken(
        for: guest, scopes: ["read"], expiresAt: nil, random: SystemRandom(), in: &transaction)
    }
    let id = String(token.split(separator: "_")[1])
    await #expect { try await house.run("people.revoke", ["id": .string(id)]) } throws: {
      ($0 as? ActionError)?.code == "people.token_unknown"
    }
    #expect(people.verify(token: token, now: house.clock.now) != nil)
  }
}
