import Base
import Formats
import Text

/// Whether a value is what a written talk says it is, read as a person reads it.
enum TalkMatch {
  /// Every key that is expected must be there and fit; what is there besides is not looked at.
  static func fits(_ expected: YAMLNode, _ value: JSON) -> Bool {
    if let pairs = expected.mapping {
      return pairs.allSatisfy { key, inner in key.string.map { fits(inner, value[$0]) } ?? false }
    }
    if let list = expected.sequence {
      guard let values = value.array, values.count == list.count else { return false }
      return zip(list, values).allSatisfy { fits($0, $1) }
    }
    if expected.isNull { return value == .null }
    guard let text = expected.string else { return false }
    switch value {
    case .null: return false
    case .bool(let truth): return expected.bool == truth
    case .integer(let number): return expected.double == Double(number)
    case .number(let number): return expected.double.map { abs($0 - number) < 1e-9 } ?? false
    case .string(let actual): return isSame(text, actual) || isSameMoment(text, actual) || hasParts(text, of: actual)
    case .array: return false
    case .object: return isMoney(text, value) || isMoment(text, value)
    }
  }

  private static func isSame(_ text: String, _ actual: String) -> Bool {
    Normaliser.normalise(text) == Normaliser.normalise(actual)
  }

  /// "2026-11-24 18:00" is "2026-11-24T18:00:00".
  private static func isSameMoment(_ text: String, _ actual: String) -> Bool {
    guard text.first?.isNumber == true else { return false }
    let wanted = text.replacing(" ", with: "T")
    return actual == wanted || actual == wanted + ":00" || actual == wanted + "T00:00:00"
  }

  /// "FREQ=DAILY;BYHOUR=8" holds of any rule that has these parts.
  private static func hasParts(_ text: String, of actual: String) -> Bool {
    guard text.hasPrefix("FREQ=") else { return false }
    return Set(text.split(separator: ";")).isSubset(of: actual.split(separator: ";"))
  }

  /// "2400 INR".
  private static func isMoney(_ text: String, _ value: JSON) -> Bool {
    let parts = text.split(separator: " ")
    guard parts.count == 2, let wanted = Double(parts[0]), let amount = value["amount"].string.flatMap(Double.init)
    else { return false }
    return wanted == amount && value["currency"].string == String(parts[1])
  }

  /// A moment by its beginning.
  private static func isMoment(_ text: String, _ value: JSON) -> Bool {
    guard let start = value["at"].string ?? value["start"].string else { return false }
    return isSameMoment(text, start)
  }

  /// Whether a reply holds some words: letters and digits count, not capitals or marks of emphasis.
  static func contains(_ reply: String, _ words: String) -> Bool {
    Normaliser.normalise(reply).contains(Normaliser.normalise(words))
  }
}
