import Actions
import Base
import Formats
import Messages
import People
import Reminders
import RoomTesting
import Schedule
import Store
import Testing
import Text
import Time

/// The harness stands at Monday 23 November 2026, 10:00 in Kolkata.
struct ReminderTests {
  private func house(_ now: String = "2026-11-23T04:30:00Z") async throws -> RoomHarness {
    try await RoomHarness([Reminders.room], now: now)
  }

  @discardableResult
  private func create(
    _ house: RoomHarness, _ text: String, _ schedule: JSON, as person: Person? = nil, _ more: JSONObject = [:]
  ) async throws -> Outcome {
    var arguments: JSONObject = ["text": .string(text), "schedule": schedule]
    for member in more.members { arguments[member.key] = member.value }
    return try await house.run("reminder.create", arguments, as: person)
  }

  private func question(_ house: RoomHarness, _ name: String, _ arguments: JSONObject) async -> Say? {
    if case .ask(_, _, let say) = await house.runner.prepare(ActionCall(name, arguments), in: house.context()) {
      return say
    }
    return nil
  }

  private func fires(_ house: RoomHarness) async throws -> [String] {
    try await house.tenant().read { reader in
      try reader.query("SELECT state FROM reminder_fires WHERE tenant = :tenant ORDER BY due_at, id") { $0.text(0) }
    }
  }

  @Test("a reminder is told once at its time, with buttons that settle it")
  func once() async throws {
    let house = try await house()
    let made = try await create(house, "call the bank", "2026-11-23T12:00")
    #expect(house.text(made.say) == "Okay, I will remind you today at 12:00 pm: call the bank")
    await house.advance(by: .hours(2))
    let told = house.told()
    #expect(told.map(\.text) == ["⏰ call the bank"])
    #expect(told.first?.buttons == ["✅ Done", "⏳ In 10 min"])
    #expect(told.first?.urgency == .normal)
    let call = try #require(try await house.call(ofButton: "✅ Done", to: house.owner))
    let done = try await house.run(call.name, call.arguments)
    #expect(house.text(done.say) == "Well done! call the bank is ticked off.")
    #expect(try await fires(house) == ["acknowledged"])
    // a second tap changes nothing
    let again = try await house.run(call.name, call.arguments)
    #expect(house.text(again.say) == "Call the bank was already settled.")
    await house.advance(by: .days(1))
    #expect(house.told().isEmpty)
  }

  struct Heard: CustomTestStringConvertible {
    let schedule: JSON
    let hours: Int
    let times: [String]
    var testDescription: String { schedule.text() }
  }

  @Test(
    "what recurs fires at each of its times",
    arguments: [
      Heard(
        schedule: ["at": "2026-11-23T20:00", "rrule": "FREQ=DAILY"], hours: 72,
        times: ["2026-11-23T14:30:00Z", "2026-11-24T14:30:00Z", "2026-11-25T14:30:00Z"]),
      Heard(
        schedule: ["at": "2026-11-23T08:00", "rrule": "FREQ=WEEKLY;BYDAY=MO,TU"], hours: 50,
        times: ["2026-11-24T02:30:00Z"]),
      Heard(
        schedule: ["start": "2026-11-23T12:00", "rrule": "FREQ=HOURLY;INTERVAL=6", "elapsed": "PT6H"], hours: 15,
        times: ["2026-11-23T06:30:00Z", "2026-11-23T12:30:00Z", "2026-11-23T18:30:00Z"]),
      Heard(schedule: ["elapsed": "PT2H"], hours: 12, times: ["2026-11-23T06:30:00Z"]),
      Heard(
        schedule: ["elapsed": "PT2H", "rrule": "FREQ=HOURLY;INTERVAL=2"], hours: 5,
        times: ["2026-11-23T06:30:00Z", "2026-11-23T08:30:00Z"]),
      Heard(
        schedule: ["at": "2026-11-23T20:00", "rrule": "FREQ=DAILY;COUNT=2"], hours: 120,
        times: ["2026-11-23T14:30:00Z", "2026-11-24T14:30:00Z"]),
    ])
  func recurring(_ heard: Heard) async throws {
    let house = try await house()
    try await create(house, "water", heard.schedule)
    await house.advance(by: .hours(heard.hours))
    let times = try await house.tenant().read { reader in
      try reader.query("SELECT due_at FROM reminder_fires WHERE tenant = :tenant ORDER BY due_at") {
        $0.instant(0).description
      }
    }
    #expect(times == heard.times)
    #expect(house.told().count == heard.times.count)
  }

  @Test("where nobody is asked, a time that is over is named as such", arguments: ["2020-12-01T10:00", "2020-12-01"])
  func over(_ at: String) async throws {
    let house = try await house()
    await #expect { try await create(house, "rent", .string(at)) } throws: { error in
      let error = error as? ActionError
      return error?.code == "arguments.past" && error?.sentence.hasPrefix("schedule: that time is over (\(at)") == true
    }
  }

  @Test("a day without a time is asked for, and so is a time that is over")
  func asks() async throws {
    let house = try await house()
    let noTime = try #require(
      await question(house, "reminder.create", ["text": "rent", "schedule": "2026-11-24"]))
    #expect(
      house.text(noTime)
        == "At what time tomorrow? [tomorrow at 8:00 am] [tomorrow at 1:00 pm] [tomorrow at 7:00 pm]")
    #expect(noTime.buttons[0].arguments["schedule"] == "2026-11-24T08:00:00")
    let often = try #require(
      await question(
        house, "reminder.create",
        [
          "text": "gym",
          "schedule": [
            "start": "2026-11-25T09:00:00", "rrule": "FREQ=WEEKLY;BYDAY=MO,WE,FR", "time_given": false,
            "day_given": false,
          ],
        ]))
    #expect(house.text(often) == "At what time every Monday, Wednesday and Friday?")
    let past = try #require(
      await question(house, "reminder.create", ["text": "rent", "schedule": "2026-11-23T09:00"]))
    #expect(
      house.text(past)
        == "That time is over (today at 9:00 am). When shall I remind you? [tomorrow at 9:00 am]")
    await #expect { try await create(house, "x", ["at": "2020-01-01T08:00", "rrule": "FREQ=DAILY;COUNT=3"]) } throws: {
      ($0 as? ActionError)?.code == "reminder.ended"
    }
    await #expect { try await create(house, "x", ["at": "2026-11-24T08:00", "rrule": "FREQ=SECONDLY"]) } throws: {
      ($0 as? ActionError)?.code == "reminder.too_often"
    }
  }

  @Test("the list shows what comes, next first, and that of a day; it changes nothing")
  func list() async throws {
    let house = try await house()
    try await create(house, "water the plants", ["at": "2026-11-23T18:00", "rrule": "FREQ=DAILY"])
    try await create(house, "gas booking", "2026-11-25T09:00")
    #expect(
      house.text(try await house.run("reminder.list").say)
        == "You have 2 reminders:\n• every day at 6:00 pm: water the plants\n• Wednesday at 9:00 am: gas booking")
    #expect(
      house.text(try await house.run("reminder.list", ["day": "2026-11-25"]).say)
        == "You have 2 reminders for Wednesday:\n• 9:00 am: gas booking\n• 6:00 pm: water the plants")
    #expect(house.text(try await house.run("reminder.list", as: house.elder).say, for: house.elder).isEmpty == false)
    #expect(try await fires(house).isEmpty)
  }

  @Test("snooze brings it back once, skip leaves one out, both by words and without")
  func snoozeAndSkip() async throws {
    let house = try await house()
    try await create(house, "walk", ["at": "2026-11-23T11:00", "rrule": "FREQ=DAILY"])
    await house.advance(by: .hours(1))
    #expect(house.told().first?.buttons == ["✅ Done", "⏳ In 10 min", "⏭ Skip"])
    let snoozed = try await house.run("reminder.snooze", ["delay": "PT20M"])
    #expect(house.text(snoozed.say) == "Okay, I will come back today at 11:20 am: walk")
    await house.advance(by: .minutes(19))
    #expect(house.told().isEmpty)
    await house.advance(by: .minutes(2))
    #expect(house.told().map(\.text) == ["⏰ walk"])
    try await house.run("reminder.skip", ["reminder": "the walk"])
    #expect(try await fires(house) == ["skipped"])
    // nothing is open: tomorrow's is skipped ahead of time, and undone again
    let ahead = try await house.run("reminder.skip", ["reminder": "walk"])
    #expect(house.text(ahead.say) == "Skipped this time: walk. Next: Wednesday at 11:00 am.")
    let inverse = try #require(ahead.inverse)
    try await house.run(inverse.name, inverse.arguments)
    await house.advance(by: .days(1))
    #expect(house.told().map(\.text) == ["⏰ walk"])
  }

  @Test("a second done does not tick off tomorrow's")
  func doneTwice() async throws {
    let house = try await house()
    try await create(house, "walk", ["at": "2026-11-23T11:00", "rrule": "FREQ=DAILY"])
    await house.advance(by: .hours(1))
    try await house.run("reminder.done")
    let second = try await house.run("reminder.done", ["reminder": "walk"])
    #expect(house.text(second.say) == "Walk is not due yet. It comes tomorrow at 11:00 am.")
    await #expect { try await house.run("reminder.done") } throws: {
      ($0 as? ActionError)?.code == "reminder.nothing_open"
    }
    #expect(try await fires(house) == ["acknowledged"])
  }

  @Test("done is undone, and so are create, edit and cancel")
  func undo() async throws {
    let house = try await house()
    let made = try await create(house, "pay rent", "2026-11-24T09:00")
    func undo(_ outcome: Outcome) async throws -> Outcome {
      let inverse = try #require(outcome.inverse)
      return try await house.run(inverse.name, inverse.arguments)
    }
    let edited = try await house.run("reminder.edit", ["text": "pay the rent", "schedule": "2026-11-25T10:00"])
    #expect(house.text(edited.say) == "Changed. pay the rent: Wednesday at 10:00 am")
    #expect(house.text(try await undo(edited).say) == "It is back: pay rent, tomorrow at 9:00 am")
    let cancelled = try await house.run("reminder.cancel", ["reminder": "rent"])
    #expect(house.text(cancelled.say) == "Removed: pay rent")
    try await #expect(house.run("reminder.list").data.array?.count == 0)
    _ = try await undo(cancelled)
    await house.advance(by: .days(1))
    #expect(house.told().map(\.text) == ["⏰ pay rent"])
    let done = try await house.run("reminder.done")
    _ = try await undo(done)
    #expect(try await fires(house) == ["sent"])
    _ = try await undo(made)
    #expect(try await fires(house) == ["cancelled"])
  }

  @Test("an edit keeps what was not said: the time of a moved day, the rule of a moved time")
  func editKeeps() async throws {
    let house = try await house()
    try await create(house, "gas", "2026-11-24T09:30")
    let moved = try await house.run("reminder.edit", ["reminder": "gas", "schedule": "2026-11-27"])
    #expect(house.text(moved.say) == "Changed. gas: Friday at 9:30 am")
    try await create(house, "walk", ["at": "2026-11-23T18:00", "rrule": "FREQ=DAILY"])
    // "6 pm" alone, said of a reminder of another day
    let six: JSON = ["at": "2026-11-23T18:00", "day_given": false]
    let kept = try await house.run("reminder.edit", ["reminder": "gas", "schedule": six])
    #expect(kept.data["schedule"]["at"] == "2026-11-27T18:00:00", "a time alone keeps the day")
    let seven: JSON = ["at": "2026-11-23T19:00", "day_given": false]
    let later = try await house.run("reminder.edit", ["reminder": "walk", "schedule": seven])
    #expect(house.text(later.say) == "Changed. walk: every day at 7:00 pm")
    let tomorrow: JSON = ["at": "2026-11-24T20:00"]
    let once = try await house.run("reminder.edit", ["reminder": "walk", "schedule": tomorrow])
    #expect(house.text(once.say) == "Only this time: walk, tomorrow at 8:00 pm. After that as before.")
    let always = try await house.run(
      "reminder.edit", ["reminder": "walk", "schedule": tomorrow, "always": true])
    #expect(house.text(always.say) == "Changed. walk: every day at 8:00 pm")
  }

  @Test("two that fit the words are asked about, with a button for each")
  func ambiguous() async throws {
    let house = try await house()
    try await create(house, "call the bank", "2026-11-24T09:00")
    try await create(house, "visit the bank", "2026-11-25T09:00")
    let asked = try #require(await question(house, "reminder.cancel", ["reminder": "bank"]))
    #expect(house.text(asked) == "Which one do you mean? [call the bank] [visit the bank]")
    try await house.run(asked.buttons[1].action, asked.buttons[1].arguments)
    #expect(try await house.run("reminder.list").data[0]["text"] == "call the bank")
    await #expect { try await house.run("reminder.cancel", ["reminder": "zebra"]) } throws: {
      ($0 as? ActionError)?.code == "reminder.not_found"
    }
  }

  @Test("one for a linked person tells both sides, each in their language")
  func delegation() async throws {
    let house = try await house()
    let made = try await create(house, "மாத்திரை", "2026-11-23T12:00", as: nil, ["person": "Amma"])
    #expect(house.text(made.say) == "Okay, I will remind Amma today at 12:00 pm: மாத்திரை")
    let told = house.told()
    #expect(told.map(\.person) == ["Lakshmi"])
    #expect(told[0].text == "இன்று மதியம் 12:00 மணிக்கு உங்களுக்கு ஞாபகப்படுத்தச் சொன்னார் Ravi: மாத்திரை")
    await house.advance(by: .hours(2))
    #expect(house.told().map(\.person) == ["Lakshmi"])
    try await house.run("reminder.done", as: house.elder)
    #expect(house.told().map(\.text) == ["Amma has done it: மாத்திரை"])
    // somebody who is not linked can neither set nor touch it
    let stranger = Person(
      id: PersonID("stranger"), tenant: house.owner.tenant, name: "Kumar", persona: "founder", language: .english,
      zone: house.owner.zone)
    let people = house.people
    try await house.store.write { try people.add(stranger, in: &$0) }
    let id = try #require(made.data["id"].string)
    await #expect { try await house.run("reminder.cancel", ["reminder": .string(id)], as: stranger) } throws: {
      ($0 as? ActionError)?.code == "reminder.not_found"
    }
    await #expect { try await create(house, "x", "2026-11-24T09:00", as: stranger, ["person": "Amma"]) } throws: {
      ($0 as? ActionError)?.code == "people.unknown"
    }
  }

  @Test("08:00 stays 08:00 in New York when clocks change, and a doubled hour fires once")
  func daylightSaving() async throws {
    let house = try await house("2026-10-31T16:00:00Z")
    var person = house.owner
    person.zone = try Zone.named("America/New_York")
    let (people, moved) = (house.people, person)
    try await house.store.write { try people.update(moved, in: &$0) }
    try await create(house, "tablet", ["at": "2026-10-31T08:00", "rrule": "FREQ=DAILY"], as: moved)
    try await create(house, "night", ["at": "2026-10-31T01:30", "rrule": "FREQ=DAILY"], as: moved)
    await house.advance(by: .hours(48))
    let times = try await house.tenant().read { reader in
      try reader.query("SELECT due_at FROM reminder_fires WHERE tenant = :tenant ORDER BY due_at") {
        $0.instant(0).description
      }
    }
    #expect(times == ["2026-11-01T05:30:00Z", "2026-11-01T13:00:00Z", "2026-11-02T06:30:00Z", "2026-11-02T13:00:00Z"])
  }

  @Test("three minutes late is told once and says so")
  func shortAbsence() async throws {
    let house = try await house()
    try await create(house, "call the bank", "2026-11-23T12:00")
    await house.sleepThrough(.hours(2) + .minutes(3))
    #expect(house.told().map(\.text) == ["⏰ call the bank\nThis was due today at 12:00 pm. I am late, sorry."])
    await house.scheduler.fireDue()
    #expect(house.told().isEmpty)
  }

  @Test("what came due in nine hours away is one message, a short-lived one among it missed")
  func nightAway() async throws {
    let house = try await house()
    try await create(
      house, "water", ["start": "2026-11-23T11:00", "rrule": "FREQ=HOURLY;INTERVAL=2", "elapsed": "PT2H"])
    try await create(house, "bank", "2026-11-23T12:00")
    try await create(house, "walk", ["at": "2026-11-23T12:00", "rrule": "FREQ=DAILY"])
    await house.sleepThrough(.hours(9))
    #expect(
      house.told().map(\.text) == [
        """
        I was away for a while. This came due:
        • bank, today at 12:00 pm
        • walk, today at 12:00 pm: missed
        • water, today at 7:00 pm (4 before it were missed)
        """
      ])
    #expect(try await fires(house).count { $0 == "missed" } == 5)
    await house.advance(by: .hours(2))
    #expect(house.told().map(\.text) == ["⏰ water"])
  }

  @Test("after five days a single one is past its grace: recorded missed, told once, with who set it")
  func longAbsence() async throws {
    let house = try await house()
    try await create(house, "pongal", "2026-11-23T12:00", as: nil, ["person": "Amma"])
    _ = house.told()
    await house.sleepThrough(.days(5))
    let told = house.told()
    #expect(told.map(\.person) == ["Lakshmi", "Ravi"])
    #expect(told.last?.text == "I could not remind Amma in time: pongal, Mon 23 Nov at 12:00 pm.")
    #expect(try await fires(house) == ["missed"])
    await house.advance(by: .days(1))
    #expect(house.told().isEmpty)
  }

  @Test("a restart in the middle fires nothing twice")
  func restart() async throws {
    let house = try await house()
    try await create(house, "walk", ["at": "2026-11-23T11:00", "rrule": "FREQ=DAILY"])
    await house.advance(by: .hours(1))
    #expect(house.told().count == 1)
    // a due row that comes back is stale: the reminder has moved on
    try await house.tenant().write { transaction in
      let id = try transaction.first("SELECT id FROM reminders WHERE tenant = :tenant") { $0.text(0) } ?? ""
      try transaction.schedule("reminders.due", subject: id, person: house.owner.id, at: transaction.now)
    }
    await house.advance(by: .minutes(5))
    #expect(house.told().isEmpty)
    #expect(try await fires(house) == ["sent"])
  }

  /// Three seconds alone; the limit is for a cost that grows with the square, beside a thousand other tests.
  @Test("two thousand in one second: each occurrence once, one message for a person", .timeLimit(.minutes(3)))
  func flood() async throws {
    let house = try await house()
    let owner = house.owner
    try await house.tenant().write { transaction in
      let timetable = #"{"at":"2026-11-23T12:00:00","first":"2026-11-23T06:30:00Z","zone":"Asia/Kolkata"}"#
      let at = Instant(iso8601: "2026-11-23T06:30:00Z") ?? .epoch
      for number in 0..<2_000 {
        let id = transaction.newID()
        try transaction.execute(
          """
          INSERT INTO reminders (tenant, id, person, creator, text, timetable, nags, state, next_at, created_at)
          VALUES (:tenant, ?, ?, ?, ?, ?, 0, 'active', ?, ?)
          """, id, owner.id, owner.id, "number \(number)", timetable, at, transaction.now)
        try transaction.schedule("reminders.due", subject: id, person: owner.id, at: at)
      }
    }
    await house.sleepThrough(.hours(2))
    let told = house.told()
    #expect(told.count == 1)
    #expect(told.first?.text.hasPrefix("⏰ 2,000 reminders now:") == true)
    #expect(told.first?.text.hasSuffix("… and 1,980 more") == true)
    #expect(try await fires(house) == Array(repeating: "sent", count: 2_000))
  }

  @Test("a nagging one asks every ten minutes, six times, and then tells who set it")
  func nags() async throws {
    let house = try await house()
    try await create(house, "pills", "2026-11-23T11:00", as: nil, ["person": "Amma", "nag": true])
    _ = house.told()
    await house.advance(by: .hours(3))
    let told = house.told()
    #expect(told.filter { $0.person == "Lakshmi" }.map(\.urgency) == [.normal] + Array(repeating: .low, count: 6))
    #expect(told.last?.text == "Amma has not answered: pills, today at 11:00 am. I asked several times.")
    #expect(told.count == 8)
  }

  @Test("an answer ends the nagging")
  func nagEnds() async throws {
    let house = try await house()
    try await create(house, "pills", "2026-11-23T11:00", as: nil, ["nag": true])
    await house.advance(by: .minutes(75))
    #expect(house.told().count == 2)
    try await house.run("reminder.done")
    await house.advance(by: .hours(2))
    #expect(house.told().isEmpty)
  }

  @Test("quiet hours hold back nags, never the reminder that was asked for")
  func quietHours() async throws {
    let house = try await house()
    try await create(house, "pills", "2026-11-23T23:00", as: house.elder, ["nag": true])
    await house.advance(by: .hours(14))
    #expect(house.told().count == 1)
    // 06:00, the end of the elder's quiet hours
    await house.advance(by: .hours(6) + .minutes(5))
    #expect(house.told().count == 1)
  }

  @Test("a person is forgotten and exported whole")
  func forgetAndExport() async throws {
    let house = try await house()
    try await create(house, "pills", ["at": "2026-11-23T11:00", "rrule": "FREQ=DAILY"], as: house.elder)
    try await create(house, "mine", "2026-11-24T11:00")
    await house.advance(by: .hours(2))
    let elder = house.elder.id
    let exported = try await house.tenant().read { try Reminders.room.export(elder, $0) }
    #expect(exported[0]["text"] == "pills")
    #expect(exported[0]["fires"].array?.count == 1)
    #expect(try await house.tenant().write { try Reminders.room.forget(elder, &$0) } == 2)
    #expect(try await house.tenant().read { try Reminders.room.export(elder, $0) }.array?.isEmpty == true)
    _ = house.told()
    await house.advance(by: .days(2))
    #expect(house.told().map(\.text) == ["⏰ mine"])
  }

  @Test("every text of the room exists in every language")
  func texts() throws {
    for language in ["en", "ta", "ta-Latn", "hi", "hi-Latn"] {
      let keys = try YAML.load(path: RoomHarness.share + "/Personas/replies/\(language)/reminders.yaml").mapping ?? []
      let english = try YAML.load(path: RoomHarness.share + "/Personas/replies/en/reminders.yaml").mapping ?? []
      #expect(Set(keys.compactMap(\.key.string)) == Set(english.compactMap(\.key.string)))
    }
  }
}
