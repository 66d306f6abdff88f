import Directory
import Formats
import Foundation
import RoomTesting
import Testing
import Time

struct OpeningHoursTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let expression: String
    let probes: [(at: CivilDateTime, isOpen: Bool, next: CivilDateTime?)]
    var testDescription: String { expression }
  }

  static func everyday() throws -> [Case] {
    let bytes = try Data(
      contentsOf: URL(fileURLWithPath: RoomHarness.share + "/Fixtures/directory/opening_hours_everyday.json"))
    return try (JSON.parse(Array(bytes))["cases"].array ?? []).compactMap { item in
      // holidays need a calendar that the house does not have
      guard let expression = item["expr"].string, !expression.contains("PH") else { return nil }
      let probes = (item["probes"].array ?? []).compactMap { probe -> (CivilDateTime, Bool, CivilDateTime?)? in
        guard let at = probe["at"].string.flatMap({ CivilDateTime($0) }) else { return nil }
        return (at, probe["state"].string == "open", probe["next_change"].string.flatMap { CivilDateTime($0) })
      }
      return Case(expression: expression, probes: probes)
    }
  }

  @Test("everyday hours: open or closed, and when that changes")
  func everydayHours() throws {
    let cases = try Self.everyday()
    #expect(cases.count > 100)
    for example in cases {
      let hours = try OpeningHours.parse(example.expression)
      for probe in example.probes {
        #expect(hours.isOpen(at: probe.at) == probe.isOpen, "\(example.expression) at \(probe.at)")
        #expect(hours.nextChange(after: probe.at) == probe.next, "\(example.expression) after \(probe.at)")
      }
    }
  }

  @Test(
    "what is no opening hours is refused with the place",
    arguments: [
      "", "  ", ";", "||", "always", "11", "14-", "12:00", "10:00-12:00,", "21:00-22:60", "26:00-27:00", "week 54",
      "week 40-30", "Feb 30", "Jun 30-24", "Mo,,Th", "Sa[1,0,3]", "2014-2012", "12:00-15:00/60", "Jan,,,Dec", "(",
      "PH + 2 day", "Mo-Fr 09:00-17:00 \"open",
    ])
  func refuses(_ text: String) { #expect(throws: OpeningHoursError.self) { try OpeningHours.parse(text) } }

  @Test(
    "what people write instead of the official form is understood too",
    arguments: [
      "Mon–Fri 9am-5:30pm", "monday to friday 9:00 - 17:30", "Mo-Fr: 09:00-17:30",
    ])
  func tolerates(_ text: String) throws {
    let hours = try OpeningHours.parse(text)
    let official = try OpeningHours.parse("Mo-Fr 09:00-17:30")
    let day = try #require(CivilDate("2026-11-23"))
    for offset in 0..<7 {
      let here = hours.stretches(on: day.adding(days: offset)).map { [$0.start, $0.end] }
      #expect(here == official.stretches(on: day.adding(days: offset)).map { [$0.start, $0.end] })
    }
  }

  @Test("a fallback fills what is closed, and a comment alone promises nothing")
  func fallback() throws {
    let hours = try OpeningHours.parse("Mo-Fr 09:00-12:00 || \"by appointment\"")
    let monday = try #require(CivilDateTime("2026-11-23T15:00"))
    #expect(hours.state(at: monday) == .unknown)
    #expect(hours.comment(at: monday) == "by appointment")
    #expect(hours.isOpen(at: try #require(CivilDateTime("2026-11-23T11:59"))))
  }

  @Test("hostile text ends quickly")
  func hostile() {
    for text in [
      String(repeating: "Mo,", count: 2_000), String(repeating: "10:00-12:00;", count: 500),
      String(repeating: "(", count: 5_000), String(repeating: "9999 ", count: 300), "9999-9999 /", "\u{0}\u{FFFD}",
    ] {
      _ = try? OpeningHours.parse(text)
    }
  }
}
