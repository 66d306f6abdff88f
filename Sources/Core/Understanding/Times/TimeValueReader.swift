import Actions
import Base
import Formats
import Time

/// Dates, times, durations and recurrences.
struct TimeValueReader: ValueReader {
  func read(_ text: ValueText) -> [ReadValue] {
    let times = TimeReader(text.pieces)
    let resolver = TimeResolver(now: text.request.now, zone: text.request.zone)
    var found: [ReadValue] = times.durations.map { duration in
      let seconds = duration.value.microseconds / 1_000_000
      return ReadValue(
        type: "duration", tokens: duration.tokens,
        value: ["duration": .string(duration.value.iso8601), "seconds": .integer(seconds)])
    }
    for draft in times.drafts {
      guard let reading = resolver.resolve(draft), let first = draft.tokens.first, let last = draft.tokens.last else {
        continue
      }
      let type = draft.isRecurring ? "set" : draft.hasDay ? (draft.hasTime ? "datetime" : "date") : "time"
      func value(_ when: WhenValue) -> JSONObject {
        var object: JSONObject = [:]
        switch type {
        case "date": object["date"] = .string(when.start.date.description)
        case "time": object["time"] = .string(when.start.time.description)
        default: object["datetime"] = .string(when.start.description)
        }
        if let rule = when.rule { object["rrule"] = .string(rule.description) }
        return object
      }
      found.append(
        ReadValue(
          type: type, tokens: first.lowerBound..<last.upperBound, value: value(reading.value),
          alternatives: reading.alternatives.map(value)))
    }
    return found
  }
}
