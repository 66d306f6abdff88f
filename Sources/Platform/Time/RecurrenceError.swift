import Base

/// Why a recurrence is refused.
package struct RecurrenceError: SpeakingError, Hashable {
  package enum Code: String, Hashable, Sendable {
    /// The text does not follow the grammar.
    case malformed = "rrule.malformed"
    case frequencyMissing = "rrule.frequency_missing"
    case partUnknown = "rrule.part_unknown"
    case partRepeated = "rrule.part_repeated"
    /// A number or a date outside what the part allows.
    case valueInvalid = "rrule.value_invalid"
    /// Parts that must not stand together.
    case combination = "rrule.combination"
    /// Finding the answer would take too long.
    case costly = "rrule.costly"
  }

  private let kind: Code
  /// The part that is wrong, such as `BYDAY`.
  package let field: String?
  package let sentence: String

  init(_ kind: Code, _ field: String?, _ sentence: String) {
    self.kind = kind
    self.field = field
    self.sentence = sentence
  }

  package var code: String { kind.rawValue }
}
