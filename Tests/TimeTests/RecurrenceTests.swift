import Base
import Testing

@testable import Time

struct RecurrenceTests {
  private func recurrence(_ rule: String, _ start: String, _ zone: String) throws -> Recurrence {
    try Recurrence(
      start: try #require(CivilDateTime(start)), zone: Zone.named(zone), rule: RecurrenceRule(parsing: rule))
  }

  /// `next` must give what writing everything down and sorting gives, also where clocks change.
  @Test(
    "the next one is the next of all",
    arguments: [
      ("FREQ=MINUTELY;INTERVAL=7", "2026-03-28T20:00:00", "Europe/Berlin"),
      ("FREQ=MINUTELY;INTERVAL=7", "2026-10-24T20:00:00", "Europe/Berlin"),
      ("FREQ=HOURLY", "2011-12-28T20:00:00", "Pacific/Apia"),
      ("FREQ=MINUTELY;INTERVAL=13;COUNT=400", "2026-04-04T20:10:00", "Australia/Lord_Howe"),
      ("FREQ=MINUTELY;INTERVAL=11;COUNT=400", "2026-10-03T22:10:00", "Australia/Lord_Howe"),
      ("FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=0,15,30,59", "2026-03-01T01:00:00", "America/New_York"),
      ("FREQ=DAILY;BYHOUR=0,1,2,3;BYSETPOS=1,-2", "2026-10-20T00:00:00", "America/New_York"),
      ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;COUNT=90;WKST=SU", "2024-01-01T02:30:00", "Europe/London"),
      ("FREQ=MONTHLY;BYDAY=-1SU,1MO;BYHOUR=1,2", "2020-01-01T02:30:00", "Europe/Dublin"),
      ("FREQ=YEARLY;BYWEEKNO=1,53;BYDAY=MO,TH", "1990-01-01T02:30:00", "Asia/Kolkata"),
      ("FREQ=HOURLY;INTERVAL=5;BYDAY=MO,TU;COUNT=70", "2026-03-20T00:30:00", "Asia/Beirut"),
      ("FREQ=DAILY;INTERVAL=3;UNTIL=20261101T000000Z", "2026-01-01T23:30:00", "America/Sao_Paulo"),
    ])
  func nextIsNext(_ rule: String, _ start: String, _ zone: String) throws {
    let set = try recurrence(rule, start, zone)
    let all = try set.occurrences(limit: 420)
    let instants = Set(all.compactMap { $0.instant?.seconds }).sorted()
    let isWhole = all.count < 420
    for (index, seconds) in instants.enumerated() {
      let following = index + 1 < instants.count ? instants[index + 1] : nil
      if following == nil, !isWhole { break }
      for probe in [seconds, seconds + 1, (following ?? seconds + 100) - 1] where probe < following ?? Int64.max {
        #expect(try set.next(after: Instant(seconds: probe))?.instant?.seconds == following, "after \(probe)")
      }
    }
    #expect(try set.next(after: Instant(seconds: instants[0] - 1))?.instant?.seconds == instants[0])
  }

  /// Beginning in the middle gives the tail of the whole.
  @Test(
    "any beginning gives the same",
    arguments: [
      "FREQ=DAILY;BYHOUR=8,20;COUNT=60", "FREQ=HOURLY;INTERVAL=7;COUNT=80", "FREQ=WEEKLY;BYDAY=MO,FR;COUNT=50",
      "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=30", "FREQ=YEARLY;BYDAY=20MO;COUNT=12", "FREQ=MINUTELY;BYHOUR=9;COUNT=90",
      "FREQ=SECONDLY;INTERVAL=40;BYMINUTE=5;COUNT=77", "FREQ=DAILY;BYMONTH=1,3;COUNT=70",
      "FREQ=MONTHLY;BYDAY=MO,TU,WE;BYHOUR=9,10;BYSETPOS=1,-1,3;COUNT=44", "FREQ=WEEKLY;INTERVAL=3;BYMONTH=2,5;COUNT=20",
      "FREQ=HOURLY;BYMINUTE=0,20,40;BYSETPOS=2;COUNT=40", "FREQ=YEARLY;BYYEARDAY=-1,100,200;INTERVAL=3;COUNT=20",
    ])
  func anyBeginning(_ rule: String) throws {
    let set = try recurrence(rule, "2024-01-31T08:10:05", "Europe/Berlin")
    let all = try set.occurrences(limit: 200).map(\.local)
    try #require(all.count > 10 && all.count < 200)
    for (index, local) in all.enumerated() {
      #expect(try set.occurrences(from: local, limit: 300).map(\.local) == Array(all[index...]), "from \(local)")
      let tail = try set.occurrences(from: local.adding(seconds: 1), limit: 300).map(\.local)
      #expect(tail == Array(all[(index + 1)...]), "after \(local)")
    }
  }

  @Test(
    "a start long ago costs nothing",
    arguments: [
      "FREQ=SECONDLY", "FREQ=MINUTELY;INTERVAL=7", "FREQ=DAILY", "FREQ=SECONDLY;COUNT=999999999999",
      "FREQ=MONTHLY;BYDAY=2TU",
    ])
  func farStart(_ rule: String) throws {
    let set = try recurrence(rule, "1200-01-01T08:00:00", "Europe/Berlin")
    let now = try #require(Instant(iso8601: "2026-11-21T08:00:00Z"))
    let next = try #require(try set.next(after: now)?.instant)
    #expect(next > now && next < now + .days(40))
  }

  @Test(
    "writes the canonical text",
    arguments: [
      ("BYDAY=TH,MO;FREQ=WEEKLY;INTERVAL=1", "FREQ=WEEKLY;BYDAY=MO,TH"),
      ("freq=monthly;byday=-1fr,+1mo;until=20270101t000000z", "FREQ=MONTHLY;UNTIL=20270101T000000Z;BYDAY=-1FR,1MO"),
      ("FREQ=YEARLY;COUNT=003;BYSECOND=60,59;WKST=SU", "FREQ=YEARLY;COUNT=3;BYSECOND=59;WKST=SU"),
      ("FREQ=DAILY;UNTIL=20270101", "FREQ=DAILY;UNTIL=20270101"),
    ])
  func canonical(_ text: String, _ expected: String) throws {
    let rule = try RecurrenceRule(parsing: text)
    #expect(rule.description == expected)
    #expect(try RecurrenceRule(parsing: expected) == rule)
  }

  @Test(
    "refuses what RFC 5545 forbids",
    arguments: [
      "COUNT=3", "FREQ=DAILY;", "FREQ=DAILY;;COUNT=2", "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;X-FOO=1",
      "FREQ=DAILY;COUNT=0",
      "FREQ=DAILY;BYSETPOS=1", "FREQ=WEEKLY;BYMONTHDAY=3", "FREQ=MONTHLY;BYDAY=54MO", "FREQ=MONTHLY;BYDAY=0MO",
      "FREQ=DAILY;BYSECOND=61", "FREQ=DAILY;BYHOUR=-1", "FREQ=DAILY;INTERVAL=٣", "FREQ=DAILY;UNTIL=2026-01-01",
      "FREQ=DAILY;UNTIL=20260101T000000+0100", "FREQ=DAILY; COUNT=2", "=", "FREQ=", ";", "FREQ=DAILY;BYDAY=M",
    ])
  func refuses(_ text: String) {
    #expect(throws: RecurrenceError.self) { try RecurrenceRule(parsing: text) }
  }

  @Test func randomRulesNeverCrash() throws {
    let random = SeededRandom(seed: 11)
    let parts = [
      "BYSECOND=0,59", "BYMINUTE=1,30", "BYHOUR=2,9,23", "BYDAY=MO,SU", "BYDAY=1MO,-1FR", "BYDAY=53MO",
      "BYMONTHDAY=29,-1",
      "BYYEARDAY=1,366,-366", "BYWEEKNO=1,53,-1", "BYMONTH=2,12", "BYSETPOS=1,-1,5", "WKST=SU", "INTERVAL=3",
      "COUNT=50",
      "UNTIL=20300101T000000Z", "INTERVAL=1000", "BYMONTH=2", "BYMONTHDAY=30,31",
    ]
    var accepted = 0
    for _ in 0..<1_500 {
      let frequency = RecurrenceRule.Frequency.allCases[random.below(7)].rawValue
      let text = (["FREQ=\(frequency)"] + (0..<random.below(5)).map { _ in parts[random.below(parts.count)] })
        .joined(separator: ";")
      guard let rule = try? RecurrenceRule(parsing: text) else { continue }
      accepted += 1
      let set = try Recurrence(
        start: CivilDateTime(wallSeconds: Int64(random.below(4_000_000_000))), zone: .named("Europe/Paris"), rule: rule)
      guard let found = try? set.occurrences(limit: 12) else { continue }
      #expect(zip(found, found.dropFirst()).allSatisfy { $0.local < $1.local }, "\(text)")
      #expect(found.allSatisfy { $0.local >= set.start }, "\(text)")
      if let first = found.first?.instant, found.count > 1, !text.contains("COUNT") {
        #expect(try set.next(after: first) != nil, "\(text)")
      }
    }
    #expect(accepted > 300)
  }
}
