import Actions
import Base
import RoomTesting
import Testing
import Text
import Time

@testable import Understanding

/// Messages that ask for several things, and answers that say more than was asked. It is Saturday 21 November 2026, 10:00 in
/// Kolkata.
@Suite struct SeveralRequestsTests {
  private func read(
    _ text: String, languages: [Language] = [.english], expected: ExpectedSlot? = nil, current: String? = nil
  ) async throws -> Understood {
    var request = Engine.request(text, languages: languages)
    request.expectedSlot = expected
    request.currentIntent = current
    return try await Engine.shared().understandNow(request)
  }

  private func intents(_ understood: Understood) -> [String?] { [understood.intent] + understood.also.map(\.intent) }

  @Test(
    "two requests are read as two",
    arguments: [
      ("remind me at 8pm to call Ravi and add milk to the list", ["reminder.create", "list.add"]),
      ("add a task to file the returns and remind me to call the lawyer", ["task.add", "reminder.create"]),
      ("remind me to water the plants at 6 and remind me to call Amma at 7", ["reminder.create", "reminder.create"]),
    ])
  func apart(_ text: String, _ wanted: [String]) async throws {
    let understood = try await read(text)
    #expect(intents(understood) == wanted)
  }

  @Test(
    "what belongs to one request stays in it",
    arguments: [
      "remind me at 4pm to call the printer and cancel the second batch", "add expense 850 for tape and boxes",
      "remind me to buy milk, bread and eggs at 6", "remind me to take the tablets at 8 and 9 pm",
      "ravi ko call karna yaad dilana",
    ])
  func together(_ text: String) async throws { #expect(try await read(text).also.isEmpty) }

  @Test(
    "things between marks are noted each for itself; a part that says nothing alone stays with the one before",
    arguments: [
      ("call the vendor by thursday, send the papers to the auditor by the 27th, book a stall for the expo", 3),
      ("tasks: call the printer, order boxes, pay the rent", 3),
      ("i take thyronorm 50 at 6 am, glycomet 500 after breakfast and after dinner, ecosprin 75 after lunch", 3),
      ("took thyronorm and glycomet", 1), ("remind me to call Ravi, the plumber, at 5", 1),
    ])
  func listed(_ text: String, _ count: Int) async throws {
    let understood = try await read(text)
    #expect(understood.also.count + 1 == count, "\(intents(understood))")
    // each knows the words it was read from, so that a room reads no other's
    if count > 1 { #expect(understood.part != nil && understood.also.allSatisfy { $0.part != nil }) }
  }

  @Test(
    "several rows of a list that are asked about at once are each looked at",
    arguments: [("tcs and infy price", ["TCS", "INFY"]), ("price of tcs", ["TCS"])])
  func rows(_ text: String, _ wanted: [String]) async throws {
    var request = Engine.request(text)
    request.entities = [
      "symbol": NameList([
        .init(id: "TCS", name: "Tata Consultancy", aliases: ["tcs"]),
        .init(id: "INFY", name: "Infosys", aliases: ["infy"]),
      ])
    ]
    request.looking = ["trade.quote"]
    let understood = try await Engine.shared().understandNow(request)
    let found = ([understood] + understood.also).compactMap { one -> String? in
      if case .entity(let id, _)? = one.slots["symbol"] { id } else { nil }
    }
    #expect(understood.intent == "trade.quote" && found == wanted)
  }

  @Test(
    "several measurements of one message are noted each for itself",
    arguments: [
      ("bp 130/80 sugar 110", ["pressure", "sugar"]), ("130/80 bp and 110 sugar", ["pressure", "sugar"]),
      ("bp 130/80, sugar 110, weight 62", ["pressure", "sugar", "weight"]), ("bp 130 80", ["pressure"]),
      ("my blood pressure is 130 over 80", ["pressure"]),
    ])
  func measured(_ text: String, _ wanted: [String]) async throws {
    let understood = try await read(text)
    let found = ([understood] + understood.also).compactMap { one -> String? in
      if case .choice(let measure)? = one.slots["measure"] { measure } else { nil }
    }
    #expect(found == wanted)
  }

  @Test("a new line parts like a comma, and is no part of what was written")
  func lines() async throws {
    #expect(Sentence("milk\nbread").normalised == "milk, bread")
    #expect(Sentence("\n milk,\n\nbread \n").normalised == "milk, bread")
    #expect(intents(try await read("tea 120\nauto 250\nprintouts 90")).count == 3)
  }

  @Test(
    "a time that counts back from something planned",
    arguments: [
      ("remind me 3 hrs before the flight", Language.english, "flight", Duration.hours(3)),
      ("remind me an hour before the meeting with Anand", .english, "meeting with Anand", .hours(1)),
      ("remind me a day before the wedding to pack", .english, "wedding", .days(1)),
    ])
  func before(_ text: String, _ language: Language, _ what: String, _ lead: Duration) async throws {
    let understood = try await read(text, languages: [language])
    #expect(understood.intent == "reminder.before")
    #expect(understood.slots["before"] == .text(what) && understood.slots["lead"] == .duration(lead))
  }

  @Test(
    "an hour or a meal is a time by itself",
    arguments: ["remind me an hour before 5 pm to call", "remind me before lunch to call Ravi"])
  func beforeHour(_ text: String) async throws { #expect(try await read(text).intent == "reminder.create") }

  @Test("the same request goes on with other values")
  func alike() async throws {
    let understood = try await read("add expense 300 for tea and 1200 for lunch")
    #expect(intents(understood) == ["expense.add", "expense.add"])
    #expect(understood.also.first?.slots["what"] == .text("lunch"))
    #expect(understood.also.first?.slots["amount"] == Money(decimal: "1200", currency: "INR").map(SlotValue.money))
    let three = try await read("tea 120, auto 250 and printouts 90")
    #expect(three.also.count == 2)
    // an amount must be one: two of something is no price
    #expect(try await read("spent 300 on tea and 2 samosas").also.isEmpty)
  }

  private static let when = ExpectedSlot(intent: "reminder.create", slot: "schedule", kind: .when)

  @Test("the first part may answer the open question")
  func answer() async throws {
    let understood = try await read("5 pm, and add lemon to my shopping list", expected: Self.when)
    #expect(intents(understood) == ["reminder.create", "list.add"])
    #expect(understood.slots["schedule"] != nil)
  }

  @Test(
    "a question is no answer, whatever day it holds", arguments: ["who won the match yesterday", "what is on tomorrow"])
  func aside(_ text: String) async throws { #expect(try await read(text, expected: Self.when).isAside) }

  @Test("an hour out of the blue asks for nothing")
  func bareHour() async throws {
    let understood = try await read("6pm")
    #expect(understood.intent == nil, "\(understood)")
  }

  @Test("anger before what was meant, a number that is no hour, words that take back")
  func corrections() async throws {
    func correction(_ text: String, _ current: String) async throws -> Understood.Correction? {
      if case .correction(let correction) = try await read(text, current: current).kind { correction } else { nil }
    }
    #expect(try await correction("you idiot i said 5", "reminder.create")?.slots["schedule"] != nil)
    #expect(try await correction("no, meter 14", "reminder.create")?.slots["schedule"] == nil)
    #expect(try await correction("no 5", "listing.review")?.slots["stars"] == .integer(5))
    #expect(try await correction("not Appa, me", "reminder.create")?.slots["person"] == .person("me"))
    #expect(try await read("actually forget it", current: "reminder.create").kind == .cancel)
    #expect(try await read("no sorry I did not", current: "medicine.taken").kind == .deny)
  }
}
