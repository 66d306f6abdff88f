import Base
import Testing

@testable import Time

struct ZoneTests {
  @Test func everyZoneAgreesWithItselfAroundEveryChange() throws {
    let database = ZoneDatabase()
    let names = database.identifiers
    try #require(names.count > 300)
    for name in names {
      let zone = try database.zone(name)
      var checked = 0
      var at = Instant(seconds: -3_000_000_000)
      while checked < 200, at.seconds < 6_000_000_000, let change = zone.nextTransition(after: at) {
        check(zone, around: change.seconds)
        at = change
        checked += 1
      }
    }
  }

  private func check(_ zone: Zone, around change: Int64) {
    let before = zone.offset(at: Instant(seconds: change - 1))
    let after = zone.offset(at: Instant(seconds: change))
    for seconds in [change - 1, change, change + 1] {
      let local = zone.civil(Instant(seconds: seconds))
      let resolved = zone.resolve(local)
      // A wall time leads back to its instant, or to the earlier of the two that show it.
      if resolved.instant.seconds != seconds {
        #expect(resolved.kind == .fold && resolved.instant.seconds < seconds, "\(zone) \(seconds)")
        #expect(zone.civil(resolved.instant) == local)
      }
    }
    guard after > before else { return }
    let skipped = CivilDateTime(wallSeconds: change + Int64(before))
    #expect(zone.resolve(skipped).kind == .gap, "\(zone) \(change)")
    #expect(zone.instant(of: skipped).seconds == change)
  }

  @Test(
    "gaps take the offset before, folds the first pass",
    arguments: [
      ("Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:30:00Z"),
      ("Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
      ("Europe/Dublin", "2026-03-29T01:30:00", "2026-03-29T01:30:00Z"),
      ("Pacific/Apia", "2011-12-30T08:00:00", "2011-12-30T18:00:00Z"),
      ("Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00Z"),
      ("Asia/Kolkata", "2026-11-21T08:00:00", "2026-11-21T02:30:00Z"),
      ("America/New_York", "2626-07-01T08:00:00", "2626-07-01T12:00:00Z"),
      ("America/Sao_Paulo", "2018-11-04T00:00:00", "2018-11-04T03:00:00Z"),
    ])
  func resolves(_ zone: String, _ local: String, _ instant: String) throws {
    let value = try #require(CivilDateTime(local))
    #expect(try Zone.named(zone).instant(of: value).description == instant)
  }

  @Test(
    "a missing zone is an error",
    arguments: [
      "", "Mars/Olympus", "../../../etc/passwd", "Europe/../Europe/Berlin", "/etc/localtime", "Europe", "Europe/",
      "tzdata.zi", "Europe/Berlin\u{0}x", "europe//berlin", String(repeating: "A", count: 5_000), "+VERSION",
    ])
  func missing(_ name: String) { #expect(throws: ZoneError.unknown(name)) { try Zone.named(name) } }

  @Test func aMissingFolderKnowsNothing() {
    let database = ZoneDatabase(folder: "/nonexistent")
    #expect(throws: ZoneError.self) { try database.zone("Europe/Berlin") }
    #expect(database.version == nil && database.identifiers.isEmpty)
    database.use(folder: ZoneDatabase.systemFolder)
    #expect(database.contains("Europe/Berlin"))
    database.reload()
    #expect(database.contains("Europe/Berlin"))
  }

  @Test(
    "reads POSIX rules",
    arguments: [
      ("CET-1CEST,M3.5.0,M10.5.0/3", "2090-07-01T00:00:00Z", 7_200),
      ("CET-1CEST,M3.5.0,M10.5.0/3", "2090-12-01T00:00:00Z", 3_600),
      ("IST-1GMT0,M10.5.0,M3.5.0/1", "2090-12-01T00:00:00Z", 0),
      ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2090-07-01T00:00:00Z", -3_600),
      ("EST5EDT,0/0,J365/25", "2090-12-31T23:00:00Z", -14_400),
      ("<+0545>-5:45", "2090-12-31T23:00:00Z", 20_700),
      ("AEST-10AEDT,M10.1.0,M4.1.0/3", "2090-01-01T00:00:00Z", 39_600),
    ])
  func posix(_ text: String, _ at: String, _ offset: Int) throws {
    let rule = try #require(PosixRule(Array(text.utf8)))
    let instant = try #require(Instant(iso8601: at))
    #expect(rule.period(at: instant.seconds, notBefore: Int64.min).offset == offset)
  }

  @Test(
    "refuses other rules", arguments: ["", "X", "CET", "CET-1CEST", "CET-1CEST,M13.1.0,M1.1.0", "CET-1,,", "CET-99"])
  func badPosix(_ text: String) { #expect(PosixRule(Array(text.utf8)) == nil) }

  @Test func hostileBytesNeverCrash() throws {
    let random = SeededRandom(seed: 7)
    let folder = ZoneDatabase.systemFolder
    for name in ["Europe/London", "Asia/Kolkata", "Pacific/Apia"] {
      let good = try TestFile.bytes("\(folder)/\(name)")
      _ = try TZif.parse(good)
      for length in stride(from: 0, to: good.count, by: 7) {
        #expect(throws: TZif.Problem.self) { try TZif.parse(Array(good.prefix(length))) }
      }
      for _ in 0..<1_500 {
        var bytes = good
        for _ in 0...random.below(6) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
        guard let rules = try? TZif.parse(bytes) else { continue }
        let zone = Zone(identifier: "X", rules: rules)
        for seconds in [Int64.min / 2_000_000, -5_000_000_000, 0, 1_800_000_000, 9_000_000_000_000] {
          _ = zone.resolve(zone.civil(Instant(seconds: seconds)))
        }
      }
    }
    for count in 0..<400 { #expect(throws: TZif.Problem.self) { try TZif.parse(random.bytes(count)) } }
  }

  @Test func aBigCityHasAZoneAndAnyOtherPlaceHasNone() {
    #expect(Zone.ofPlace("Chennai")?.identifier == "Asia/Kolkata")
    #expect(Zone.ofPlace("new york")?.identifier == "America/New_York")
    #expect(Zone.ofPlace("Europe/London")?.identifier == "Europe/London")
    #expect(Zone.ofPlace("Adyar") == nil && Zone.ofPlace(" ") == nil)
  }
}
