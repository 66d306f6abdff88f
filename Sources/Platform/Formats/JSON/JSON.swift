/// A JSON value (RFC 8259). Objects keep their order; whole numbers that fit stay whole.
///
/// Reading never fails: `json["message"]["from"]["id"].int64` is `nil` where any step is missing.
package enum JSON: Sendable, Hashable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([JSON])
  case object(JSONObject)
}

extension JSON {
  package init(_ value: String?) { self = value.map(JSON.string) ?? .null }
  package init(_ value: Bool?) { self = value.map(JSON.bool) ?? .null }
  package init(_ value: Int?) { self = value.map { .integer(Int64($0)) } ?? .null }
  package init(_ value: Int64?) { self = value.map(JSON.integer) ?? .null }
  package init(_ value: Double?) { self = value.map(JSON.number) ?? .null }
  package init(_ values: [JSON]) { self = .array(values) }
  package init(_ values: [String]) { self = .array(values.map(JSON.string)) }

  package var isNull: Bool { if case .null = self { true } else { false } }
  package var string: String? { if case .string(let value) = self { value } else { nil } }
  package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  package var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
  package var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

  /// Whole numbers only; `2.0` counts, `2.5` does not.
  package var int64: Int64? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int64(exactly: value)
    default: nil
    }
  }
  package var int: Int? { int64.flatMap { Int(exactly: $0) } }
  package var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The member, or `.null` when this is no object or has none of that name. Setting turns `.null` into an object.
  package subscript(_ key: String) -> JSON {
    get {
      if case .object(let object) = self { return object[key] ?? .null }
      return .null
    }
    set {
      var object = JSONObject()
      if case .object(let old) = self { object = old }
      self = .null  // Lets go of the old storage, so that the change happens in place.
      object[key] = newValue
      self = .object(object)
    }
  }

  /// The element, or `.null` when this is no array or shorter.
  package subscript(_ index: Int) -> JSON {
    if case .array(let values) = self, values.indices.contains(index) { return values[index] }
    return .null
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(floatLiteral value: Double) { self = .number(value) }
  package init(arrayLiteral elements: JSON...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSON)...) { self = .object(JSONObject(elements)) }
}

extension JSON: CustomStringConvertible {
  package var description: String { text() }
}
