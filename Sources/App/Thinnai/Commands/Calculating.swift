import Base
import Formats
import Foundation
import Text
import Time

extension Commands {
  static let time = Command(
    name: "time", summary: "Expands recurrence rules from a file of cases.",
    forms: ["time expand --cases FILE --json"],
    notes: """
      The file holds {"cases": [{"id", "rrule", "value", "dtstart", "tzid", "rdate", "exdate", "limit", "next_after"}, …]}.
      Each case gives one line: {"id","local","utc","next"}, or {"id","error","reason"} for a case that is refused.
      """, options: ["cases"], words: 1,
    run: { arguments, _ in
      guard arguments.positional == ["expand"], let file = arguments["cases"] else {
        throw UsageError("Write time expand --cases FILE --json.")
      }
      do {
        try TimeExpand.run(casesJSON: try read(file)) { Program.say($0) }
      } catch let error as JSONError {
        throw DataFileError(file: file, line: nil, expected: error.sentence)
      }
      return 0
    })

  static let calendar = Command(
    name: "calendar", summary: "Lists the occurrences of an .ics file.",
    forms: ["calendar expand FILE.ics --from DATE --to DATE --json"],
    notes: "DATE is such as 2026-11-21; --to is not included any more.", options: ["from", "to"], words: 2,
    run: { arguments, _ in
      guard arguments.positional.count == 2, arguments.positional[0] == "expand", let from = arguments["from"],
        let to = arguments["to"]
      else { throw UsageError("Write calendar expand FILE.ics --from 2026-01-01 --to 2026-02-01 --json.") }
      Program.say(try CalendarExpand.run(ics: try read(arguments.positional[1]), from: from, to: to, zones: .shared))
      return 0
    })

  private static func read(_ path: String) throws -> [UInt8] {
    try requireFile(path)
    do { return Array(try Data(contentsOf: URL(fileURLWithPath: path))) } catch {
      throw DataFileError(file: path, line: nil, expected: "the file cannot be read")
    }
  }
}
