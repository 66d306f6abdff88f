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
