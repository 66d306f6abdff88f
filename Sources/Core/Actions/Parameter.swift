package import Base
package import Formats
import Messages
package import Time

/// A parameter of an action: its value when decoded, its meaning for everything that is derived from it.
@propertyWrapper
package struct Parameter<Value: ParameterValue>: Sendable, Decodable {
  private var value: Value?
  package let summary: String
  package let kindOverride: SlotKind?
  private let initial: Value?

  /// - Parameters:
  ///   - summary: one plain sentence; help, questions and schemas show it.
  ///   - kind: narrows the kind of the type: `.choice([…])`, `.entity("buildings")`, `.place`, `.phone`.
  ///   - initial: the value when left out; a parameter without one, and not optional, is required.
  package init(_ summary: String, kind: SlotKind? = nil, default initial: Value? = nil) {
    self.summary = summary
    self.kindOverride = kind
    self.initial = initial
    self.value = initial
  }

  package var wrappedValue: Value {
    get {
      if let value { return value }
      if let none = Value.absent { return none }
      preconditionFailure("a required parameter was read before decoding: only ActionDecoder makes actions")
    }
    set { value = newValue }
  }

  package init(from decoder: any Decoder) throws {
    throw DecodingError.dataCorrupted(
      .init(codingPath: decoder.codingPath, debugDescription: "actions are decoded by ActionDecoder only"))
  }
}

extension Parameter: ParameterBox {
  var specification: ParameterSpecification {
    ParameterSpecification(
      name: "", summary: summary, kind: kindOverride ?? Value.kind,
      isRequired: initial == nil && Value.absent == nil, isList: Value.isList, initial: initial?.json)
  }

  func filled(_ json: JSON, _ specification: ParameterSpecification, _ reading: ArgumentReading) throws -> Self {
    var copy = self
    copy.value = try Value.read(json, specification, reading)
    return copy
  }
}

/// What `ActionDecoder` and the registry see of a parameter, whatever its type.
protocol ParameterBox: Sendable {
  var specification: ParameterSpecification { get }
  func filled(_ json: JSON, _ specification: ParameterSpecification, _ reading: ArgumentReading) throws -> Self
}

/// A parameter as the catalogue shows it.
package struct ParameterSpecification: Sendable {
  package var name: String
  package let summary: String
  package let kind: SlotKind
  package let isRequired: Bool
  package let isList: Bool
  package let initial: JSON?
}

/// How argument text is read: in whose zone, at what time, and by which reader of natural words.
package struct ArgumentReading: Sendable {
  package var zone: Zone
  package var now: Instant
  /// Reads words ("tomorrow at 8", "two thousand rupees") as a kind; `nil` when they mean nothing of that kind.
  package var words: (@Sendable (String, SlotKind) -> SlotValue?)?
  package var currency: String
  /// A currency among the arguments is one that somebody named; in chat it may be the reader's own, put to a bare number.
  package var isCurrencySaid: Bool

  package init(
    zone: Zone, now: Instant, currency: String = "INR", isCurrencySaid: Bool = false,
    words: (@Sendable (String, SlotKind) -> SlotValue?)? = nil
  ) {
    self.zone = zone
    self.now = now
    self.currency = currency
    self.isCurrencySaid = isCurrencySaid
    self.words = words
  }
}

/// A type that a parameter can have.
package protocol ParameterValue: Sendable {
  static var kind: SlotKind { get }
  static var isList: Bool { get }
  /// The value of "left out" for optionals; `nil` for types that must be given.
  static var absent: Self? { get }
  static func read(_ json: JSON, _ specification: ParameterSpecification, _ reading: ArgumentReading) throws -> Self
  var json: JSON { get }
}

extension ParameterValue {
  package static var isList: Bool { false }
  package static var absent: Self? { nil }

  static func refuse(_ specification: ParameterSpecification, _ expected: String) -> ActionError {
    ActionError(
      "arguments.unreadable", ["parameter": .text(specification.name), "expected": .text(expected)],
      sentence: "\(specification.name): \(expected).", field: specification.name)
  }
}
