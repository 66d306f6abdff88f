import Base

/// Why a calendar file, or one of its events, is refused.
package struct ICSError: SpeakingError, Hashable {
  package enum Reason: String, Hashable, Sendable {
    case notACalendar = "not_a_calendar"
    case encoding
    case tooLarge = "too_large"
    /// It ends inside a component.
    case cutShort = "cut_short"
    case nesting
    case startInvalid = "start_invalid"
    case endInvalid = "end_invalid"
    case zoneUnknown = "zone_unknown"
    case ruleInvalid = "rule_invalid"
    case tooMany = "too_many"
    case costly
    case rangeInvalid = "range_invalid"
    case libraryMissing = "library_missing"
  }

  package let reason: Reason
  package let line: Int?
  package let sentence: String

  init(_ reason: Reason, line: Int? = nil, _ sentence: String) {
    self.reason = reason
    self.line = line
    self.sentence = line.map { "Line \($0): \(sentence)" } ?? sentence
  }

  package var code: String { "ics.\(reason.rawValue)" }
}
