import Actions
import Base
import Desk
import Formats
import Messages
import People
import RoomTesting
import Testing

/// Takes the place of the reminders' room for the agenda.
private struct StubReminders: Action {
  static let name = "reminder.list"
  static let summary = "Reminders of a day."
  static let effect = Effect.read

  @Parameter("Which day.") var day: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    func one(_ id: String, _ at: String, _ person: String) -> JSON {
      ["id": .string(id), "text": .string(id), "at": .string(at), "person": .string(person)]
    }
    let me = context.actor.id.text
    return .answer(
      Say("reminder.list"),
      data: .array(
        [one("call the bank", "2026-11-23T06:30:00Z", me), one("somebody else's", "2026-11-23T06:30:00Z", "x")]
          + (0..<4).map { one("drink water", "2026-11-23T0\($0 + 5):00:00Z", me) }))
  }
}

/// Monday 23 November 2026, 10:00 in Kolkata.
struct TakingBackTests {
  private func question(_ house: RoomHarness, _ name: String, _ arguments: JSONObject) async -> Say? {
    if case .ask(_, _, let say) = await house.runner.prepare(ActionCall(name, arguments), in: house.context()) {
      return say
    }
    return nil
  }

  @Test("the last expense, or one named by its words, is taken out; undo notes it again; of several it asks")
  func expenses() async throws {
    let house = try await RoomHarness([Desk.room])
    for (what, amount) in [("taxi", "650"), ("lunch", "300")] {
      try await house.run(
        "expense.add",
        ["what": .string(what), "project": "Nila", "amount": ["amount": .string(amount), "currency": "INR"]])
    }
    let taxi = try await house.run("expense.remove", ["expense": "the taxi"])
    #expect(house.text(taxi.say) == "Taken out: ₹650.00 for taxi · Nila.")
    let undo = try #require(taxi.inverse)
    let again = try await house.run(undo.name, undo.arguments)
    #expect(house.text(again.say) == "Noted: ₹650.00 for taxi · Nila.")
    // the one noted last is the one that came back
    #expect(house.text(try await house.run("expense.remove").say) == "Taken out: ₹650.00 for taxi · Nila.")
    try await house.run("expense.add", ["what": "team lunch", "amount": ["amount": "900", "currency": "INR"]])
    let which = try #require(await question(house, "expense.remove", ["expense": "lunch"]))
    #expect(which.buttons.count == 2)
    await #expect { try await house.run("expense.remove", ["expense": "yacht"]) } throws: {
      ($0 as? ActionError)?.code == "desk.expense_unknown"
    }
  }

  @Test("what was noted is put right, of several the last; undo takes that back; what is not there may be noted")
  func change() async throws {
    let house = try await RoomHarness([Desk.room])
    for (what, amount) in [("tea", "40"), ("shop rent", "45000"), ("tea", "55")] {
      try await house.run(
        "expense.add", ["what": .string(what), "amount": ["amount": .string(amount), "currency": "INR"]])
    }
    func total() async throws -> JSON { try await house.run("expense.total").data["totals"][0]["amount"] }
    let rent = try await house.run("expense.change", ["expense": "rent", "amount": "48000"])
    #expect(house.text(rent.say) == "Changed: ₹48,000.00 for shop rent (was ₹45,000.00).")
    #expect(try await total() == "48095.00")
    let undo = try #require(rent.inverse)
    try await house.run(undo.name, undo.arguments)
    #expect(try await total() == "45095.00")
    let tea = try await house.run("expense.change", ["expense": "tea", "amount": "60", "date": "2026-11-22"])
    #expect(house.text(tea.say) == "Changed: ₹60.00 for tea, yesterday (was ₹55.00).")
    let none = try await house.run("expense.change", ["expense": "yacht", "amount": "900"])
    #expect(none.say.buttons.first?.action == "expense.add" && none.say.buttons.first?.isOffer == true)
    #expect(try await total() == "45100.00")
    await #expect { try await house.run("expense.change", ["expense": "tea", "amount": "-4"]) } throws: {
      ($0 as? ActionError)?.code == "desk.amount_invalid"
    }
    #expect(await question(house, "expense.change", ["expense": "tea"])?.key == "expense.change.ask")
  }

  @Test("days that are none are refused", arguments: ["2026-13", "2026-11-23/2026-11-01", "soonish", "2026-11-01/x"])
  func noDays(_ period: String) async throws {
    let house = try await RoomHarness([Desk.room])
    await #expect { try await house.run("expense.total", ["period": .string(period)]) } throws: {
      ($0 as? ActionError)?.code == "arguments.unreadable"
    }
  }

  @Test(
    "periods look back too",
    arguments: [
      ("today", "1.00"), ("yesterday", "2.00"), ("week", "1.00"), ("last_week", "2.00"), ("month", "3.00"),
      ("last_month", "4.00"), ("year", "7.00"), ("2026-10", "4.00"), ("2026-11-22", "2.00"),
      ("2026-10-31/2026-11-22", "6.00"), ("2026", "7.00"),
    ])
  func periods(_ period: String, _ total: String) async throws {
    let house = try await RoomHarness([Desk.room])
    for (day, amount) in [("2026-11-23", "1"), ("2026-11-22", "2"), ("2026-10-31", "4")] {
      try await house.run(
        "expense.add", ["date": .string(day), "amount": ["amount": .string(amount), "currency": "INR"]])
    }
    let outcome = try await house.run("expense.total", ["period": .string(period)])
    #expect(outcome.data["totals"][0]["amount"].string == total)
  }

  @Test(
    "tasks are listed by when they are due",
    arguments: [("overdue", ["late"]), ("today", ["late", "today"]), ("week", ["late", "today", "friday"])])
  func due(_ due: String, _ titles: [String]) async throws {
    let house = try await RoomHarness([Desk.room])
    for (title, day) in [
      ("late", "2026-11-22"), ("today", "2026-11-23"), ("friday", "2026-11-27"), ("far", "2026-12-27"),
    ] {
      try await house.run("task.add", ["title": .string(title), "due": .string(day)])
    }
    try await house.run("task.add", ["title": "some day"])
    let outcome = try await house.run("task.list", ["due": .string(due)])
    #expect(outcome.data["tasks"].array?.compactMap { $0["title"].string } == titles)
  }

  @Test("an event is taken out by words of its title and put back whole; of several it asks")
  func events() async throws {
    let house = try await RoomHarness([Desk.room])
    try await house.run(
      "event.add",
      [
        "title": "Stand-up", "starts": ["at": "2026-11-23T09:30", "rrule": "FREQ=WEEKLY;BYDAY=MO,TU"],
        "minutes": "PT15M",
      ])
    try await house.run("event.add", ["title": "Call with the bank", "starts": "2026-11-24T14:00"])
    try await house.run("event.add", ["title": "Call with Meena", "starts": "2026-11-24T16:00"])
    let before = try await house.run("calendar.agenda", ["day": "2026-11-24"]).say
    let removed = try await house.run("event.remove", ["event": "stand-up"])
    #expect(house.text(removed.say) == "Out of the calendar: Stand-up.")
    let undo = try #require(removed.inverse)
    try await house.run(undo.name, undo.arguments)
    #expect(house.text(try await house.run("calendar.agenda", ["day": "2026-11-24"]).say) == house.text(before))
    let which = try #require(await question(house, "event.remove", ["event": "call"]))
    #expect(which.buttons.count == 2)
    try await house.run("event.remove", ["event": "the call with the bank"])
    await #expect { try await house.run("event.remove", ["event": "call with the bank"]) } throws: { _ in true }
  }

  @Test("the agenda has one's own reminders, one that comes often once")
  func reminders() async throws {
    let stub = Room(
      name: "stub", migrations: [], actions: [StubReminders.self], forget: { _, _ in 0 }, export: { _, _ in .null })
    let house = try await RoomHarness([Desk.room, stub])
    let outcome = try await house.run("calendar.agenda")
    #expect(
      house.text(outcome.say) == "Today — 2 items\n10:30 am ⏰ drink water (× 4)\n12:00 pm ⏰ call the bank")
  }
}
