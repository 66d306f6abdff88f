import Crypto
import Formats
import Actions
import Base
import Conversation
import Messages
import People
import RoomTesting
import Store
import Testing
import Text

/// A house with the rooms that let people in.
func porch() async throws -> RoomHarness { try await RoomHarness([AssistantRoom.room, PeopleRoom.room]) }

private let stranger = Address(door: "telegram", account: "1", user: "4711")

extension RoomHarness {
  fileprivate var pairing: Pairing { Pairing(book: people, random: SystemRandom()) }

  fileprivate func ask(_ address: Address = stranger, name: String = "Meena") async throws -> Pairing.Answer {
    let pairing = pairing
    return try await store.write { try pairing.ask(address, chat: address.user, name: name, in: &$0) }
  }

  fileprivate func code(_ address: Address = stranger) async throws -> String {
    guard case .code(let code) = try await ask(address) else { throw PeopleError("test", "no code was given") }
    return code
  }

  /// The error's code; "approved" when there was none.
  fileprivate func approve(_ code: String, as person: Person? = nil, door: String = "telegram") async -> String {
    do {
      try await run("pairing.approve", ["code": .string(code)], as: person, door: door)
      return "approved"
    } catch let error as ActionError { return error.code } catch { return "\(error)" }
  }
}

struct PairingTests {
  @Test("a stranger gets eight characters without look-alikes; approved, the account is a person")
  func approves() async throws {
    let house = try await porch()
    let code = try await house.code()
    #expect(code.count == 8 && code.allSatisfy { "ABCDEFGHJKMNPQRSTUVWXYZ23456789".contains($0) })
    #expect(house.people.person(at: stranger) == nil)
    #expect(await house.approve(code) == "approved")
    let person = try #require(house.people.person(at: stranger))
    #expect(person.name == "Meena" && person.persona == "client" && !person.isOwner)
    #expect(house.people.reaches(of: person.id).map(\.chat) == ["4711"])
  }

  @Test("only a hash of the code is stored")
  func hashed() async throws {
    let house = try await porch()
    let code = try await house.code()
    #expect(try await house.tables(holding: code).isEmpty)
  }

  @Test("a code may be typed in small letters, with blanks and dashes", arguments: [" ", "-", ""])
  func typed(_ separator: String) async throws {
    let house = try await porch()
    let code = try await house.code()
    let typed = code.lowercased().prefix(4) + separator + code.lowercased().suffix(4)
    #expect(await house.approve(String(typed)) == "approved")
  }

  @Test("chat, web and shell approve alike", arguments: ["telegram", "whatsapp", "terminal", "web", "rest", "shell"])
  func doors(_ door: String) async throws {
    let house = try await porch()
    #expect(await house.approve(try await house.code(), door: door) == "approved")
  }

  @Test("a code works once")
  func once() async throws {
    let house = try await porch()
    let code = try await house.code()
    #expect(await house.approve(code) == "approved")
    #expect(await house.approve(code) == "people.code_unknown")
    #expect(house.people.everybody.count == 3)
  }

  @Test("the same code given many times at once makes one person")
  func onceSideBySide() async throws {
    let house = try await porch()
    let code = try await house.code()
    let answers = await withTaskGroup(of: String.self) { group in
      for _ in 0..<8 { group.addTask { await house.approve(code) } }
      return await group.reduce(into: [String]()) { $0.append($1) }
    }
    #expect(answers.count { $0 == "approved" } == 1)
    #expect(house.people.everybody.count == 3)
  }

  @Test("a code is good for an hour and not a moment longer")
  func anHour() async throws {
    let house = try await porch()
    let (first, second) = (try await house.code(), try await house.code(Address(door: "telegram", user: "2")))
    house.clock.advance(by: .hours(1) - .microseconds(1))
    #expect(await house.approve(first) == "approved")
    house.clock.advance(by: .microseconds(1))
    #expect(await house.approve(second) == "people.code_expired")
    #expect(try await house.pairing.waiting().isEmpty)
  }

  @Test("after the hour the same account gets a new code, and the old one stays worthless")
  func again() async throws {
    let house = try await porch()
    let old = try await house.code()
    #expect(try await house.ask() == .silence)
    house.clock.advance(by: .hours(1))
    let new = try await house.code()
    #expect(await house.approve(old) == "people.code_expired")
    #expect(await house.approve(new) == "approved")
  }

  @Test("five wrong tries stop the guesser for an hour, also from the right code")
  func fiveTries() async throws {
    let house = try await porch()
    for _ in 0..<5 { #expect(await house.approve("WRNGCDEX") == "people.code_unknown") }
    house.clock.advance(by: .minutes(30))
    let code = try await house.code()
    #expect(await house.approve(code) == "people.too_many_tries")
    house.clock.advance(by: .minutes(30) - .microseconds(1))
    #expect(await house.approve(code) == "people.too_many_tries")
    house.clock.advance(by: .microseconds(1))
    #expect(await house.approve(code) == "approved")
  }

  @Test("guesses side by side cannot pass the limit")
  func sideBySide() async throws {
    let house = try await porch()
    let answers = await withTaskGroup(of: String.self) { group in
      for number in 0..<40 { group.addTask { await house.approve("GUESS\(number)") } }
      return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }
    #expect(answers == ["people.code_unknown": 5, "people.too_many_tries": 35])
  }

  @Test("only a code that nobody has is a wrong try: expired ones, other mistakes and refusals are none")
  func onlyWrongCodes() async throws {
    let house = try await porch()
    let old = try await house.code()
    house.clock.advance(by: .hours(2))
    let code = try await house.code()
    for _ in 0..<6 {
      #expect(await house.approve(old) == "people.code_expired")
      await #expect(throws: ActionError.self) {
        try await house.run("pairing.approve", ["code": .string(code), "persona": "nobody"])
      }
      await #expect(throws: ActionError.self) {
        try await house.run("pairing.approve", ["code": .string(code), "language": "xx"])
      }
      #expect(await house.approve("WRONG234", as: house.elder) == "pairing.owner_only")
    }
    #expect(await house.approve(code) == "approved")
  }

  @Test("at most three wait; a place is free when one is let in or has expired")
  func threeWait() async throws {
    let house = try await porch()
    let addresses = (1...5).map { Address(door: "telegram", account: "1", user: "u\($0)") }
    var codes: [String] = []
    for address in addresses.prefix(3) { codes.append(try await house.code(address)) }
    #expect(try await house.ask(addresses[3]) == .tooManyWaiting)
    #expect(try await house.ask(addresses[3]) == .silence)
    #expect(try await house.ask(addresses[0]) == .silence)
    #expect(await house.approve(codes[1]) == "approved")
    _ = try await house.code(addresses[3])
    #expect(try await house.ask(addresses[4]) == .tooManyWaiting)
    house.clock.advance(by: .hours(1))
    _ = try await house.code(addresses[4])
    #expect(try await house.pairing.waiting().map(\.address) == [addresses[4]])
  }

  @Test("who asks again is told now and then how long their code holds")
  func asksAgain() async throws {
    let house = try await porch()
    _ = try await house.code()
    house.clock.advance(by: Pairing.answerEvery)
    #expect(try await house.ask() == .alreadyAsked(.minutes(50)))
    #expect(try await house.ask() == .silence)
    house.clock.advance(by: Pairing.answerEvery)
    #expect(try await house.ask() == .alreadyAsked(.minutes(40)))
  }

  @Test("however many strangers ask, only so many are told that others wait")
  func crowd() async throws {
    let house = try await porch()
    var answers: [Pairing.Answer] = []
    for number in 0..<110 {
      answers.append(try await house.ask(Address(door: "telegram", account: "1", user: "c\(number)")))
    }
    #expect(answers.count { $0 == .tooManyWaiting } == 100 && answers.count { $0 == .silence } == 7)
    house.clock.advance(by: .days(2))
    _ = try await house.code()
    #expect(try await house.store.read { try $0.count("SELECT count(*) FROM pairings") } == 1)
  }

  @Test("whoever is let in is told so, in the language of their app")
  func welcomed() async throws {
    let house = try await porch()
    let pairing = house.pairing
    let answer = try await house.store.write {
      try pairing.ask(stranger, chat: "4711", name: "Meena", language: "hi", in: &$0)
    }
    guard case .code(let code) = answer else {
      Issue.record("no code was given")
      return
    }
    #expect(await house.approve(code) == "approved")
    let person = try #require(house.people.person(at: stranger))
    #expect(person.language == .hindi)
    let told = try await house.store.read { reader in
      try reader.query("SELECT door, user, chat, payload FROM outbox WHERE person = ?", person.id) { row in
        [row.text(0), row.text(1), row.text(2), OutboundMessage(stored: row.text(3))?.text.text ?? ""]
      }
    }
    #expect(told == [["telegram", "4711", "4711", "नमस्ते Meena। अब जब चाहें मुझे लिखें।"]])
  }

  @Test(
    "a name is one line of plain characters",
    arguments: ["A\nB", "\u{202E}live", "\u{1B}[31mred", String(repeating: "n", count: 81)])
  func names(_ name: String) async throws {
    let house = try await porch()
    await #expect {
      try await house.run("people.add", ["name": .string(name)])
    } throws: {
      ($0 as? ActionError)?.code == "people.name"
    }
  }

  @Test("a code lets in the account that asked and no other")
  func bound() async throws {
    let house = try await porch()
    let other = Address(door: "whatsapp", account: "1", user: "4711")
    _ = try await house.code(other)
    #expect(await house.approve(try await house.code()) == "approved")
    #expect(house.people.person(at: stranger) != nil)
    #expect(house.people.person(at: other) == nil)
  }

  @Test("somebody whom the owner added by hand meanwhile is not made twice")
  func addedMeanwhile() async throws {
    let house = try await porch()
    let code = try await house.code()
    try await house.run("people.add", ["name": "Meena", "telegram": "4711"])
    #expect(await house.approve(code) == "people.address_taken")
    #expect(house.people.everybody.count == 3)
  }

  @Test("a token without the scope admin lets nobody in")
  func scoped() async throws {
    let house = try await porch()
    var context = house.context()
    context.authority = .init(scopes: ["read", "write", "money"])
    let code = try await house.code()
    await #expect {
      try await house.runner.run(ActionCall("pairing.approve", ["code": .string(code)]), in: context)
    } throws: { ($0 as? ActionError)?.code == "actions.scope" }
  }

  @Test("nothing is kept of a stranger a day after the code expired")
  func strangersGo() async throws {
    let house = try await porch()
    _ = try await house.ask(name: "Vanishing Vera")
    house.clock.advance(by: .hours(26))
    _ = try await house.code(Address(door: "telegram", user: "2"))
    #expect(try await house.tables(holding: "Vanishing Vera").isEmpty)
  }
}
