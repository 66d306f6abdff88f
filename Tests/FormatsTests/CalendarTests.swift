import Base
import Testing
import Time

@testable import Formats

struct CalendarTests {
  private static func expected() throws -> [JSON] {
    try JSON.parse(Fixture.bytes("time/ics/expected.json"))["calendars"].array ?? []
  }

  @Test func everyCalendarGivesWhatIsExpected() throws {
    let calendars = try Self.expected()
    try #require(calendars.count >= 25)
    for calendar in calendars {
      let name = try #require(calendar["file"].string)
      let text = try CalendarExpand.run(
        ics: Fixture.bytes("time/ics/\(name)"), from: calendar["from"].string ?? "", to: calendar["to"].string ?? "")
      let answer = try JSON.parse(text)
      #expect(answer["problems"].isNull, "\(name): \(answer["problems"])")
      let (given, wanted) = (answer["occurrences"].array ?? [], calendar["occurrences"].array ?? [])
      #expect(given.count == wanted.count, "\(name)")
      let difference = zip(given, wanted).first { $0.0 != $0.1 }
      #expect(difference == nil, "\(name)")
      #expect(given == wanted, "\(name)")
    }
  }

  private func expand(
    _ lines: String, from: String = "2026-01-01", to: String = "2027-01-01"
  ) throws -> [EventOccurrence] {
    let text = "BEGIN:VCALENDAR\nVERSION:2.0\n\(lines)\nEND:VCALENDAR\n"
    let calendar = try ICSCalendar(parsing: Array(text.utf8))
    #expect(calendar.problems.isEmpty)
    return try calendar.occurrences(
      from: try #require(CivilDate(from)), to: try #require(CivilDate(to)), defaultZone: Zone.named("Asia/Kolkata"))
  }

  @Test func aChangeOfAllLaterInstancesMovesThem() throws {
    let found = try expand(
      """
      BEGIN:VEVENT
      UID:a
      SUMMARY:Old
      DTSTART;TZID=Europe/Berlin:20260101T080000
      DTEND;TZID=Europe/Berlin:20260101T090000
      RRULE:FREQ=WEEKLY;COUNT=4
      END:VEVENT
      BEGIN:VEVENT
      UID:a
      SUMMARY:New
      RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260115T080000
      DTSTART;TZID=Europe/Berlin:20260116T100000
      DURATION:PT2H
      END:VEVENT
      """)
    #expect(found.map(\.summary) == ["Old", "Old", "New", "New"])
    #expect(
      found.map(\.start.description) == [
        "2026-01-01T08:00:00", "2026-01-08T08:00:00", "2026-01-16T10:00:00", "2026-01-23T10:00:00",
      ])
    #expect(found.last?.end.description == "2026-01-23T12:00:00")
    #expect(found.last?.original.description == "2026-01-22T08:00:00")
  }

  @Test func datesMayBeAddedWithALengthOfTheirOwn() throws {
    let found = try expand(
      """
      BEGIN:VEVENT
      UID:a
      DTSTART:20260101T080000Z
      DURATION:PT1H
      RDATE;VALUE=PERIOD:20260201T080000Z/PT3H,20260202T080000Z/20260202T083000Z
      RDATE:20260203T080000Z
      EXDATE:20260101T080000Z
      END:VEVENT
      """)
    #expect(found.map { $0.end.wallSeconds - $0.start.wallSeconds } == [10_800, 1_800, 3_600])
  }

  @Test(arguments: [
    ("20260328T120000", "2026-03-28T11:00:00Z", "2026-03-29T10:00:00Z"),
    // before the year from which clock changes are usually written down
    ("19500325T120000", "1950-03-25T11:00:00Z", "1950-03-26T10:00:00Z"),
  ])
  func anUnknownZoneUsesTheRulesInTheFile(_ start: String, _ first: String, _ second: String) throws {
    let year = try #require(Int(start.prefix(4)))
    let found = try expand(
      """
      BEGIN:VTIMEZONE
      TZID:Our Own
      BEGIN:STANDARD
      DTSTART:16010101T030000
      TZOFFSETFROM:+0200
      TZOFFSETTO:+0100
      RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
      END:STANDARD
      BEGIN:DAYLIGHT
      DTSTART:16010101T020000
      TZOFFSETFROM:+0100
      TZOFFSETTO:+0200
      RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
      END:DAYLIGHT
      END:VTIMEZONE
      BEGIN:VEVENT
      UID:a
      DTSTART;TZID=Our Own:\(start)
      RRULE:FREQ=DAILY;COUNT=2
      END:VEVENT
      """, from: "\(year)-01-01", to: "\(year + 1)-01-01")
    #expect(found.compactMap(\.startInstant?.description) == [first, second])
  }

  @Test func instantsBoundFloatingAndWholeDayEventsInTheZoneGiven() throws {
    let text = """
      BEGIN:VCALENDAR
      BEGIN:VEVENT
      UID:day
      DTSTART;VALUE=DATE:20261121
      END:VEVENT
      BEGIN:VEVENT
      UID:floating
      DTSTART:20261121T233000
      DURATION:PT1H
      END:VEVENT
      END:VCALENDAR
      """
    let calendar = try ICSCalendar(parsing: Array(text.utf8))
    let zone = try Zone.named("Asia/Kolkata")
    func found(_ from: String, _ to: String) throws -> [String] {
      try calendar.occurrences(
        from: try #require(Instant(iso8601: from)), to: try #require(Instant(iso8601: to)), defaultZone: zone
      ).map(\.uid)
    }
    #expect(try found("2026-11-20T18:30:00Z", "2026-11-20T18:30:01Z") == ["day"])
    #expect(try found("2026-11-20T18:00:00Z", "2026-11-20T18:30:00Z") == [])
    #expect(try found("2026-11-21T18:45:00Z", "2026-11-21T19:45:00Z") == ["floating"])
  }

  @Test func oneBadEventLeavesTheOthers() throws {
    let text = """
      BEGIN:VCALENDAR
      BEGIN:VEVENT
      UID:a
      DTSTART;TZID=Mars/Olympus:20260101T080000
      END:VEVENT
      BEGIN:VEVENT
      UID:b
      DTSTART:20260101T080000Z
      RRULE:FREQ=SOMETIMES
      END:VEVENT
      BEGIN:VEVENT
      UID:c
      END:VEVENT
      BEGIN:VEVENT
      UID:d
      DTSTART:20260101T080000Z
      END:VEVENT
      END:VCALENDAR
      """
    let answer = try JSON.parse(CalendarExpand.run(ics: Array(text.utf8), from: "2026-01-01", to: "2026-02-01"))
    #expect(answer["occurrences"].array?.map { $0["uid"].string } == ["d"])
    let codes = answer["problems"].array?.map { $0["error"].string }
    #expect(codes == ["ics.zone_unknown", "ics.rule_invalid", "ics.start_invalid"])
  }

  @Test func everyRuleOfAnEventCounts() throws {
    let found = try expand(
      """
      BEGIN:VEVENT
      UID:a
      DTSTART;TZID=Europe/Berlin:20260105T080000
      DTEND;TZID=Europe/Berlin:20260105T090000
      RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=2
      RRULE:FREQ=WEEKLY;BYDAY=MO,TH;COUNT=3
      END:VEVENT
      """)
    #expect(
      found.map(\.start.description) == ["2026-01-05T08:00:00", "2026-01-08T08:00:00", "2026-01-12T08:00:00"])
  }

  @Test func timesWithoutAZoneAreThoseOfTheCalendar() throws {
    let found = try expand(
      """
      X-WR-TIMEZONE:Europe/Brussels
      BEGIN:VEVENT
      UID:a
      DTSTART:20260916T210000
      END:VEVENT
      """)
    #expect(found.map { $0.startInstant?.description } == ["2026-09-16T19:00:00Z"])
  }

  @Test(arguments: [
    ("(UTC-05:00) Eastern Time (US & Canada)", "12:00"), ("(GMT+10:00) Canberra, Melbourne, Sydney", "22:00"),
    ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "06:00"), ("(GMT +01:00)", "07:00"),
    ("(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", "02:30"), ("UTC+01", "07:00"), ("/Europe/Stockholm", "06:00"),
  ])
  func zonesAsOutlookShowsThem(_ name: String, _ utc: String) throws {
    let found = try expand(
      """
      BEGIN:VEVENT
      UID:a
      DTSTART;TZID="\(name)":20260701T080000
      END:VEVENT
      """)
    #expect(found.first?.startInstant?.description.contains("T\(utc):00Z") == true, "\(found)")
  }

  @Test func anEventThatFillsEverythingIsNamedAndHidesNoOther() throws {
    let text = """
      BEGIN:VCALENDAR
      BEGIN:VEVENT
      UID:runaway
      SUMMARY:Every second
      DTSTART:20260101T080000Z
      RRULE:FREQ=SECONDLY
      END:VEVENT
      BEGIN:VEVENT
      UID:b
      DTSTART:20260103T080000Z
      END:VEVENT
      END:VCALENDAR
      """
    let answer = try JSON.parse(CalendarExpand.run(ics: Array(text.utf8), from: "2026-01-01", to: "2026-02-01"))
    #expect(answer["occurrences"].array?.map { $0["uid"].string } == ["b"])
    #expect(answer["problems"][0]["summary"] == "Every second")
  }

  struct Hostile: CustomTestStringConvertible {
    let testDescription: String
    let reason: ICSError.Reason
    let bytes: [UInt8]
    init(_ name: String, _ reason: ICSError.Reason, _ bytes: [UInt8]) {
      (testDescription, self.reason, self.bytes) = (name, reason, bytes)
    }
    init(_ name: String, _ reason: ICSError.Reason, _ text: String) { self.init(name, reason, Array(text.utf8)) }
  }

  @Test(
    "refuses files that are no calendar",
    arguments: [
      Hostile("empty", .notACalendar, ""), Hostile("other text", .notACalendar, "hello\nworld"),
      Hostile("no calendar around", .notACalendar, "BEGIN:VEVENT\nEND:VEVENT"),
      Hostile("cut short", .cutShort, "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a"),
      Hostile("crossed", .nesting, "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\nEND:VEVENT"),
      Hostile("deep", .nesting, String(repeating: "BEGIN:VCALENDAR\n", count: 100_000)),
      Hostile(
        "not UTF-8", .encoding,
        Array("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:".utf8) + [0xFF, 0xFE] + Array("\nEND:VEVENT\nEND:VCALENDAR".utf8)
      ),
      Hostile("NUL", .encoding, "BEGIN:VCALENDAR\nX-WR-TIMEZONE:a\u{0}b\nEND:VCALENDAR"),
      Hostile("long line", .tooLarge, "BEGIN:VCALENDAR\nSUMMARY:" + String(repeating: "x", count: 300_000)),
      Hostile("huge", .tooLarge, [UInt8](repeating: 10, count: 17 << 20)),
      Hostile(
        "many events", .tooLarge, "BEGIN:VCALENDAR\n" + String(repeating: "BEGIN:VEVENT\nEND:VEVENT\n", count: 50_001)),
    ])
  func refuses(_ one: Hostile) {
    #expect { try ICSCalendar(parsing: one.bytes) } throws: { ($0 as? ICSError)?.reason == one.reason }
  }

  @Test func anExpansionIsBounded() throws {
    let text = """
      BEGIN:VCALENDAR
      BEGIN:VEVENT
      UID:a
      DTSTART:20260101T080000Z
      RRULE:FREQ=SECONDLY
      END:VEVENT
      END:VCALENDAR
      """
    let calendar = try ICSCalendar(parsing: Array(text.utf8))
    var limits = ICSCalendar.Limits()
    limits.occurrences = 500
    limits.time = .seconds(600)
    let (from, to) = (try #require(CivilDate("2026-02-01")), try #require(CivilDate("2026-03-01")))
    #expect { try calendar.occurrences(from: from, to: to, limits: limits) } throws: {
      ($0 as? ICSError)?.reason == .tooMany
    }
    limits.time = .zero
    #expect { try calendar.occurrences(from: from, to: to, limits: limits) } throws: {
      ($0 as? ICSError)?.reason == .costly
    }
  }

  @Test func damagedFilesNeverCrash() throws {
    let random = SeededRandom(seed: 3)
    let words = [
      "BEGIN:VEVENT", "END:VEVENT", "RRULE:FREQ=SECONDLY", "DTSTART:", ";TZID=", "\\", "\"", ",", ":", "\n ", "P1D",
    ]
    for name in ["07-blalor.ics", "22-office-356-custom-timezone.ics", "21-recurring-with-single-change.ics"] {
      let good = try Fixture.bytes("time/ics/\(name)")
      for _ in 0..<250 {
        var bytes = good
        for _ in 0...random.below(5) {
          let at = random.below(bytes.count)
          switch random.below(4) {
          case 0: bytes[at] = UInt8(random.below(256))
          case 1: bytes.replaceSubrange(at..<min(at + random.below(30), bytes.count), with: [])
          case 2: bytes.insert(contentsOf: words[random.below(words.count)].utf8, at: at)
          default: bytes.insert(contentsOf: bytes[at..<min(at + 80, bytes.count)], at: random.below(bytes.count))
          }
        }
        _ = try? CalendarExpand.run(ics: bytes, from: "2024-01-01", to: "2024-02-01")
      }
    }
  }
}
