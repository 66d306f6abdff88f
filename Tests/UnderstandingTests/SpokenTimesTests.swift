import Actions
import Base
import Foundation
import RoomTesting
import Testing
import Text
import Time

@testable import Understanding

/// Times as people write them, a file a language in `Fixtures/times`: language, text, expected types and values.
@Suite struct SpokenTimesTests {
  static let files = ["english", "hindi", "tamil"]

  @Test("reads the times of a file", arguments: files) func reads(_ file: String) throws {
    let brain = Brain(lexiconsOf: try IntentLibrary(folder: Engine.folder))
    let path = RoomHarness.share + "/Fixtures/times/\(file).tsv"
    let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    let now = Engine.chennai.instant(of: try #require(CivilDateTime("2026-11-21T10:00:00")))
    var rows = 0
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let parts = line.split(separator: "\t").map(String.init)
      guard parts.count == 3, let language = Language(code: parts[0]) else {
        Issue.record("no row: \(line)")
        continue
      }
      let request = ParseRequest(text: parts[1], now: now, zone: Engine.chennai, language: language)
      let found = ValueParser.parse(request, brain).filter { TimeGrammarTests.types.contains($0.type) }
      let spelt = found.map { "\($0.type) \(TimeGrammarTests.spell($0.value))" }.joined(separator: "; ")
      #expect(spelt == (parts[2] == "-" ? "" : parts[2]), "\(parts[0]): \(parts[1])")
      rows += 1
    }
    #expect(rows >= 40)
  }

  @Test(
    "a reminder's time may leave days out or end on a day with a name",
    arguments: [
      ("water the plants on alternate days at 8", Language.english, "FREQ=DAILY;INTERVAL=2"),
      ("daily at 8 until diwali", .english, "FREQ=DAILY;UNTIL=20271029T235959"),
      ("diwali tak roz subah 8 baje", .hindiLatin, "FREQ=DAILY;UNTIL=20271029T235959"),
      ("oru naal vittu oru naal kaalaila 8 maniku", .tamilLatin, "FREQ=DAILY;INTERVAL=2"),
    ])
  func named(_ text: String, _ language: Language, _ rule: String) throws {
    let brain = Brain(lexiconsOf: try IntentLibrary(folder: Engine.folder))
    let now = Engine.chennai.instant(of: try #require(CivilDateTime("2026-11-21T10:00:00")))
    let days = NamedDays(brain: brain, language: language, now: now, zone: Engine.chennai)
    let found = try #require(days.find(in: Sentence(text)))
    #expect(found.when.rule?.description == rule)
    #expect(found.when.start.time.description.hasPrefix("08:00"))
  }
}
