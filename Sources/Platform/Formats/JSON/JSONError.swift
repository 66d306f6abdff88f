import Base

/// Why a text is no JSON, or not one we take.
package struct JSONError: SpeakingError, Hashable {
  package enum Reason: String, Sendable {
    case syntax, end, depth, size, values, utf8, surrogate, escape, number, trailing
  }
  package let reason: Reason
  /// Bytes from the start of the text.
  package let offset: Int

  package init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  package var code: String { "json.\(reason.rawValue)" }
  package var sentence: String {
    let what =
      switch reason {
      case .syntax: "an unexpected character"
      case .end: "the text ends too early"
      case .depth: "nested too deeply"
      case .size: "the text is too long"
      case .values: "too many values"
      case .utf8: "a byte that is not UTF-8"
      case .surrogate: "half of a surrogate pair"
      case .escape: "an unknown escape or a bare control character in a string"
      case .number: "a number that is malformed or out of range"
      case .trailing: "something follows the value"
      }
    return "The JSON is not valid at byte \(offset): \(what)."
  }
}

/// What a parser takes before it refuses; the defaults suit messages and requests.
package struct JSONLimits: Sendable {
  package var depth: Int
  package var bytes: Int
  /// Values and members together: bounds memory, since `[[],[],…]` grows thirty-fold when parsed.
  package var values: Int

  package init(depth: Int = 64, bytes: Int = 16 << 20, values: Int = 1_000_000) {
    self.depth = depth
    self.bytes = bytes
    self.values = values
  }
}
