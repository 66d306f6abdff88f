import Actions
import Base
import Formats
import Messages
import Reminders
import RoomTesting
import Store
import Testing

/// One occurrence of a repeating reminder at a time. It is Monday 23 November 2026, 10:00 in Kolkata.
struct OccurrenceTests {
  private func house() async throws -> RoomHarness {
    let house = try await RoomHarness([Reminders.room])
    try await house.run(
      "reminder.create", ["text": "vitamins", "schedule": ["at": "2026-11-23T20:00", "rrule": "FREQ=DAILY"]])
    return house
  }

  private func list(_ house: RoomHarness, _ day: String? = nil) async throws -> [String] {
    var arguments: JSONObject = [:]
    if let day { arguments["day"] = .string(day) }
    let outcome = try await house.run("reminder.list", arguments)
    return house.text(outcome.say).split(separator: "\n").dropFirst().map(String.init)
  }

  @Test("moving one occurrence touches only that one, and undo puts it back")
  func moved() async throws {
    let house = try await house()
    let moved = try await house.run(
      "reminder.edit", ["reminder": "vitamins", "schedule": "2026-11-24T10:00", "once": true])
    #expect(
      house.text(moved.say) == "Only this time: vitamins, tomorrow at 10:00 am. After that as before.")
    #expect(try await list(house, "2026-11-24") == ["• 10:00 am: vitamins"])
    #expect(try await list(house, "2026-11-25") == ["• 8:00 pm: vitamins"])
    var times: [String] = []
    for _ in 0..<(3 * 24) {
      await house.advance(by: .hours(1))
      times += house.told().map { _ in house.clock.now.description }
    }
    // 20:00, 10:00 the next day, 20:00 the day after: 14:30, 04:30 and 14:30 UTC
    #expect(times == ["2026-11-23T14:30:00Z", "2026-11-24T04:30:00Z", "2026-11-25T14:30:00Z"])
  }

  @Test("a moved occurrence that is taken back comes at its own time again")
  func undone() async throws {
    let house = try await house()
    let moved = try await house.run(
      "reminder.edit", ["reminder": "vitamins", "schedule": "2026-11-23T15:00", "once": true])
    let inverse = try #require(moved.inverse)
    try await house.run(inverse.name, inverse.arguments)
    #expect(try await list(house, "2026-11-23") == ["• 8:00 pm: vitamins"])
    await house.advance(by: .hours(9))
    #expect(house.told().isEmpty)
    await house.advance(by: .hours(2))
    #expect(house.told().map(\.text) == ["⏰ vitamins"])
  }

  @Test("a moved occurrence survives a day that the house was down, told once")
  func afterSleep() async throws {
    let house = try await house()
    try await house.run("reminder.edit", ["reminder": "vitamins", "schedule": "2026-11-24T10:00", "once": true])
    await house.sleepThrough(.hours(25))
    let texts = house.told().map(\.text)
    #expect(texts.count == 1 && texts[0].contains("vitamins"))
    await house.advance(by: .hours(5))
    #expect(house.told().isEmpty)
  }

  @Test("what is snoozed stands in the list at its new time")
  func snoozed() async throws {
    let house = try await RoomHarness([Reminders.room])
    try await house.run("reminder.create", ["text": "call the printer", "schedule": "2026-11-23T11:00"])
    await house.advance(by: .hours(1))
    try await house.run("reminder.snooze", ["delay": "PT2H"])
    #expect(try await list(house) == ["• today at 1:00 pm: call the printer"])
    #expect(try await list(house, "2026-11-23") == ["• 1:00 pm: call the printer"])
    #expect(try await list(house, "2026-11-24").isEmpty)
  }

  @Test("all are removed at once, but only when that was said twice")
  func all() async throws {
    let house = try await house()
    try await house.run("reminder.create", ["text": "pay rent", "schedule": "2026-11-24T09:00"])
    guard
      case .ask(_, let parameter, let say) = await house.runner.prepare(
        ActionCall("reminder.cancel", ["all": true]), in: house.context())
    else {
      Issue.record("it should ask first")
      return
    }
    #expect(parameter == "sure" && say.buttons.count == 1)
    #expect(try await list(house).count == 2)
    let gone = try await house.run("reminder.cancel", ["all": true, "sure": true])
    #expect(house.text(gone.say) == "Removed: 2 reminders.")
    #expect(try await list(house).isEmpty)
    await house.advance(by: .days(2))
    #expect(house.told().isEmpty)
  }

  @Test("water every two hours from 8 to 8: never at night, one open at a time, and what is late is not piled up")
  func water() async throws {
    let house = try await RoomHarness([Reminders.room])
    let made = try await house.run(
      "reminder.create",
      [
        "text": "drink water",
        "schedule": ["start": "2026-11-23T12:00", "rrule": "FREQ=DAILY;BYHOUR=8,10,12,14,16,18,20;BYMINUTE=0"],
      ])
    #expect(house.text(made.say).contains("every 2 hours from 8:00 am to 8:00 pm"))
    await house.advance(by: .days(1))
    // from noon to eight, and the two of the next morning
    #expect(house.told().count == 7)
    let states = try await house.tenant().read { reader in
      try reader.query("SELECT state FROM reminder_fires WHERE tenant = :tenant ORDER BY due_at") { $0.text(0) }
    }
    #expect(states == Array(repeating: "missed", count: 6) + ["sent"])
    await house.sleepThrough(.hours(9))
    let late = house.told()
    #expect(late.count == 1 && late[0].text.contains("drink water"))
  }

  @Test("what comes many times a day is one line")
  func often() async throws {
    let house = try await house()
    try await house.run(
      "reminder.create",
      ["text": "drink water", "schedule": ["at": "2026-11-23T12:00", "rrule": "FREQ=HOURLY;INTERVAL=3"]])
    let lines = try await list(house, "2026-11-24")
    #expect(lines == ["• every 3 hours: drink water", "• 8:00 pm: vitamins"])
  }
}
