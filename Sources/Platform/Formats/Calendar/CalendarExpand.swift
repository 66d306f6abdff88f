import Base
package import Time

/// Lists what a calendar file holds between two days as JSON (`thinnai calendar expand`).
package enum CalendarExpand {
  /// - Parameter from: `2026-11-21`, inclusive, as each event's own clock has it; `to` is exclusive.
  /// - Returns: `{"from","to","occurrences":[…]}`, and `problems` when events could not be read.
  /// - Throws: `ICSError`.
  package static func run(
    ics: [UInt8], from: String, to: String, zones: ZoneDatabase = .shared
  ) throws -> String {
    guard let first = CivilDate(from), let last = CivilDate(to), first <= last else {
      throw ICSError(.rangeInvalid, "“from” and “to” must be dates such as 2026-11-21, in order.")
    }
    let calendar = try ICSCalendar(parsing: ics, zones: zones)
    let (found, left) = try calendar.mostOccurrences(from: first, to: last)
    let occurrences = found.map { ($0, json($0)) }
      .sorted { ($0.1["start"].string ?? "", $0.0.uid) < ($1.1["start"].string ?? "", $1.0.uid) }
    var answer: JSON = ["from": .string(from), "to": .string(to), "occurrences": .array(occurrences.map(\.1))]
    let problems = calendar.problems + left
    if !problems.isEmpty {
      answer["problems"] = .array(
        problems.map { problem in
          [
            "uid": .string(problem.uid), "summary": .string(problem.summary), "error": .string(problem.error.code),
            "reason": .string(problem.error.sentence),
          ]
        })
    }
    return answer.text()
  }

  private static func json(_ one: EventOccurrence) -> JSON {
    var object: JSON = [
      "uid": .string(one.uid), "summary": .string(one.summary),
      "start": .string(text(one.start, one.startInstant, one)),
    ]
    if let start = one.startInstant { object["start_utc"] = .string(start.description) }
    object["end"] = .string(text(one.end, one.endInstant, one))
    if let end = one.endInstant { object["end_utc"] = .string(end.description) }
    if let status = one.status { object["status"] = .string(status) }
    return object
  }

  /// `2026-11-21`, `2026-11-21T08:00:00` (floating) or `2026-11-21T08:00:00+05:30`.
  private static func text(_ local: CivilDateTime, _ instant: Instant?, _ one: EventOccurrence) -> String {
    if one.isAllDay { return local.date.description }
    guard let instant else { return local.description }
    let offset = Int(local.wallSeconds - instant.seconds)
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let size = abs(offset)
    let seconds = size % 60 == 0 ? "" : ":\(two(size % 60))"
    return "\(local)\(offset < 0 ? "-" : "+")\(two(size / 3_600)):\(two(size / 60 % 60))\(seconds)"
  }
}
