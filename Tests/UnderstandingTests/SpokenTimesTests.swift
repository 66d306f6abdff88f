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
}
