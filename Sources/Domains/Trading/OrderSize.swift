import Actions
import Base
import Formats

/// How much is bought: a number of units, or the money to spend on them.
enum OrderSize: ParameterValue, Hashable {
  case number(Double)
  case money(LimitPrice)

  static var kind: SlotKind { .number }
  var json: JSON {
    switch self {
    case .number(let number): .number(number)
    case .money(let money): money.json
    }
  }

  static func read(
    _ json: JSON, _ specification: ParameterSpecification, _ reading: ArgumentReading
  ) throws -> OrderSize {
    if json.object != nil { return .money(try LimitPrice.read(json, specification, reading)) }
    // "50000 INR"
    if let text = json.string, case let parts = text.split(separator: " "), parts.count == 2, parts[1].count == 3,
      parts[1].allSatisfy({ $0.isASCII && $0.isUppercase }), Double(parts[0]) != nil
    {
      return .money(try LimitPrice.read(json, specification, reading))
    }
    return .number(try Double.read(json, specification, reading))
  }
}
