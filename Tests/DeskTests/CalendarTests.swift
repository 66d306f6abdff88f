import Actions
import Base
import Desk
import Formats
import Foundation
import Messages
import People
import RoomTesting
import Store
import Testing
import Time

struct DeskCalendarTests {
  private static func file(_ events: String, method: String = "PUBLISH") -> [UInt8] {
    Array(("BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:\(method)\n" + events + "\nEND:VCALENDAR\n").utf8)
  }

  private func load(_ house: RoomHarness, _ bytes: [UInt8], _ name: String = "work.ics") async throws -> Importer.Report
  {
    let importer = try #require(Desk.room.importers.first { $0.kind == "calendar" })
    return try await importer.run(ByteSource(bytes), name, [:], house.owner, house.tenant())
  }

  @Test("a calendar has no columns but its name")
  func noColumn() async throws {
    let house = try await RoomHarness([Desk.room])
    let importer = try #require(Desk.room.importers.first { $0.kind == "calendar" })
    await #expect {
      try await importer.run(ByteSource(Self.week), "work.ics", ["Nope": "title"], house.owner, house.tenant())
    } throws: { error in
      (error as? DataFileError)?.expected.contains("there is no column Nope") == true
    }
  }

  private func agenda(_ house: RoomHarness, _ day: String) async throws -> [String] {
    let outcome = try await house.run("calendar.agenda", ["day": .string(day)])
    return house.text(outcome.say).split(separator: "\n").dropFirst().map(String.init)
  }

  private static let week = file(
    """
    BEGIN:VEVENT
    UID:standup
    DTSTAMP:20261101T000000Z
    SUMMARY:Stand-up
    LOCATION:Room 2
    DTSTART;TZID=America/New_York:20261026T090000
    DTEND;TZID=America/New_York:20261026T093000
    RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR
    EXDATE;TZID=America/New_York:20261126T090000
    BEGIN:VALARM
    TRIGGER:-PT10M
    END:VALARM
    END:VEVENT
    BEGIN:VEVENT
    UID:standup
    RECURRENCE-ID;TZID=America/New_York:20261124T090000
    SUMMARY:Stand-up (moved)
    DTSTART;TZID=America/New_York:20261124T110000
    DTEND;TZID=America/New_York:20261124T113000
    END:VEVENT
    BEGIN:VEVENT
    UID:fair
    SUMMARY:Trade fair
    DTSTART;VALUE=DATE:20261124
    DTEND;VALUE=DATE:20261126
    END:VEVENT
    BEGIN:VEVENT
    UID:gone
    STATUS:CANCELLED
    SUMMARY:Called off
    DTSTART:20261124T100000Z
    DTEND:20261124T110000Z
    END:VEVENT
    """)

  @Test("the agenda merges the calendar, own events and tasks in the person's zone")
  func merges() async throws {
    let house = try await RoomHarness([Desk.room])
    let report = try await load(house, Self.week)
    #expect(report.added == 4 && report.problems.isEmpty)
    try await house.run("task.add", ["title": "Pay the rent", "due": "2026-11-24"])
    try await house.run("task.add", ["title": "Send the deck", "due": "2026-11-24T17:00"])
    try await house.run("event.add", ["title": "Dinner", "starts": "2026-11-24T21:45", "minutes": "PT90M"])
    // 11:00 in New York is 21:30 in Kolkata in winter
    #expect(
      try await agenda(house, "2026-11-24") == [
        "All day: Trade fair", "☐ Pay the rent", "5:00 pm ☐ Send the deck", "9:30 pm–10:00 pm Stand-up (moved)",
        "9:45 pm–11:15 pm Dinner", "⚠️ 1 overlap [Overlaps]",
      ])
    let conflicts = try await house.run("calendar.conflicts", ["day": "2026-11-24"])
    #expect(
      house.text(conflicts.say)
        == "Tomorrow: 1 overlap\n⚠️ Stand-up (moved) and Dinner, 9:45 pm–10:00 pm")
    // before New York's clocks went back the same 9:00 was an hour earlier here
    #expect(try await agenda(house, "2026-10-30") == ["6:30 pm–7:00 pm Stand-up (Room 2)"])
    #expect(try await agenda(house, "2026-11-02") == ["7:30 pm–8:00 pm Stand-up (Room 2)"])
    #expect(try await agenda(house, "2026-11-26") == [])
  }

  @Test("importing again changes nothing, whatever the export's time stamp; a withdrawal calls off; what went goes")
  func again() async throws {
    let house = try await RoomHarness([Desk.room])
    _ = try await load(house, Self.week)
    let stamped = String(decoding: Self.week, as: UTF8.self).replacing("20261101T000000Z", with: "20261120T120000Z")
    let report = try await load(house, Array(stamped.utf8))
    #expect(report.added == 0 && report.unchanged == 4)
    let before = try await agenda(house, "2026-11-25")
    #expect(before == ["All day: Trade fair", "7:30 pm–8:00 pm Stand-up (Room 2)"])
    // an invitation's withdrawal is not the whole calendar
    let withdrawal = Self.file(
      """
      BEGIN:VEVENT
      UID:standup
      SEQUENCE:1
      STATUS:CANCELLED
      SUMMARY:Stand-up
      DTSTART;TZID=America/New_York:20261026T090000
      END:VEVENT
      """, method: "CANCEL")
    #expect(try await load(house, withdrawal, "invite.ics").added == 1)
    #expect(try await agenda(house, "2026-11-24") == ["All day: Trade fair"])
    // the older version does not bring it back
    _ = try await load(house, Self.week)
    #expect(try await agenda(house, "2026-11-25") == ["All day: Trade fair"])
    let empty = Self.file("BEGIN:VEVENT\nUID:new\nSUMMARY:New\nDTSTART:20261125T040000Z\nEND:VEVENT")
    _ = try await load(house, empty)
    #expect(try await agenda(house, "2026-11-25") == ["9:30 am New"])
  }

  @Test("a bad event is told by its line, and the others are there")
  func problems() async throws {
    let house = try await RoomHarness([Desk.room])
    let bytes = Self.file(
      """
      BEGIN:VEVENT
      UID:bad
      SUMMARY:No start
      END:VEVENT
      BEGIN:VEVENT
      UID:worse
      SUMMARY:Bad rule
      DTSTART:20261123T040000Z
      RRULE:FREQ=SOMETIMES
      END:VEVENT
      BEGIN:VEVENT
      UID:good
      SUMMARY:Good
      DTSTART:20261123T040000Z
      DTEND:20261123T050000Z
      END:VEVENT
      """)
    let report = try await load(house, bytes)
    #expect(report.added == 1)
    #expect(report.problems.map(\.line) == [4, 8])
    #expect(try await agenda(house, "2026-11-23") == ["9:30 am–10:30 am Good"])
    await #expect(throws: (any Error).self) { try await load(house, Array("not a calendar".utf8)) }
    await #expect(throws: (any Error).self) { try await load(house, Array(bytes.dropLast(20))) }
  }

  @Test("own events repeat on the wall clock, warn of overlaps and can be taken back")
  func own() async throws {
    let house = try await RoomHarness([Desk.room])
    let first = try await house.run(
      "event.add", ["title": "Review", "starts": ["at": "2026-11-23T15:00", "rrule": "FREQ=WEEKLY"]])
    #expect(house.text(first.say).hasPrefix("In the calendar: Review, today at 3:00 pm, every Monday"))
    let second = try await house.run("event.add", ["title": "Call", "starts": "2026-11-30T15:30", "minutes": "PT15M"])
    #expect(
      house.text(second.say)
        == "In the calendar: Call, Mon 30 Nov at 3:30 pm (15 min).\n⚠️ Overlaps with Review at 3:00 pm.")
    #expect(try await agenda(house, "2026-12-07") == ["3:00 pm–4:00 pm Review"])
    try await house.run("event.add", ["title": "Fast", "starts": "2026-12-07"])
    #expect(try await agenda(house, "2026-12-07") == ["All day: Fast", "3:00 pm–4:00 pm Review"])
    let undo = try #require(first.inverse)
    try await house.run(undo.name, undo.arguments)
    #expect(try await agenda(house, "2026-12-07") == ["All day: Fast"])
    await #expect(throws: ActionError.self) {
      try await house.run("event.add", ["title": "x", "starts": "2026-12-07T10:00", "minutes": "-PT5M"])
    }
  }

  @Test("a day has 23 or 25 hours where clocks change")
  func daylightSaving() async throws {
    let house = try await RoomHarness([Desk.room])
    var person = house.owner
    person.zone = try Zone.named("America/New_York")
    // 1 November 2026: 01:30 happens twice; an event of an hour that starts in the first pass ends in the second
    try await house.run("event.add", ["title": "Deploy", "starts": "2026-11-01T01:30"], as: person)
    try await house.run("event.add", ["title": "Watch", "starts": "2026-11-01T23:30"], as: person)
    let outcome = try await house.run("calendar.agenda", ["day": "2026-11-01"], as: person)
    #expect(outcome.data["items"][0]["starts"].string == "2026-11-01T05:30:00Z")
    #expect(outcome.data["items"][0]["ends"].string == "2026-11-01T06:30:00Z")
    #expect(outcome.data["items"][1]["starts"].string == "2026-11-02T04:30:00Z")
    #expect(outcome.data["items"].array?.count == 2)
  }

  @Test(
    "every calendar fixture imports once, and its days read as the expansion has them",
    arguments: try FileManager.default.contentsOfDirectory(atPath: RoomHarness.share + "/Fixtures/time/ics")
      .filter { $0.hasSuffix(".ics") }.sorted())
  func fixtures(name: String) async throws {
    let house = try await RoomHarness([Desk.room])
    let data = try #require(FileManager.default.contents(atPath: RoomHarness.share + "/Fixtures/time/ics/" + name))
    let bytes = Array(data)
    let calendar: ICSCalendar
    do {
      calendar = try ICSCalendar(parsing: bytes)
    } catch {
      await #expect(throws: (any Error).self) { try await load(house, bytes, name) }
      return
    }
    let first = try await load(house, bytes, name)
    #expect(first.problems.count == calendar.problems.count)
    let second = try await load(house, bytes, name)
    #expect(second.added == 0 && second.unchanged == first.added + first.unchanged)
    var days: Set<CivilDate> = []
    for event in calendar.events { days.insert(event.recurrence.start.date) }
    let zone = house.owner.zone
    for day in days.sorted().prefix(12) {
      let expected = try calendar.occurrences(
        from: zone.startOfDay(day), to: zone.startOfDay(day.adding(days: 1)), defaultZone: zone
      ).filter { !$0.isCancelled }
      let outcome = try await house.run("calendar.agenda", ["day": .string(day.description)])
      let items = outcome.data["items"].array ?? []
      #expect(
        items.compactMap { $0["title"].string }.sorted() == expected.map(\.summary).sorted(), "\(name) on \(day)")
    }
  }
}
