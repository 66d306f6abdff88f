import Base
import Formats

/// One field of a JSON body, declared once: the strict check and the OpenAPI entry derive from it.
struct Field: Sendable {
  enum Kind: Sendable {
    /// At most so many characters; never control characters but line breaks.
    case text(limit: Int)
    case texts(count: Int, limit: Int)
    case instant
    case object
    case boolean
  }
  let name: String
  let kind: Kind
  let isRequired: Bool
  let summary: String

  static func text(_ name: String, limit: Int = 200, _ summary: String) -> Field {
    Field(name: name, kind: .text(limit: limit), isRequired: true, summary: summary)
  }

  static func optional(_ name: String, _ summary: String) -> Field { optional(name, .text(limit: 200), summary) }

  static func optional(_ name: String, _ kind: Kind, _ summary: String) -> Field {
    Field(name: name, kind: kind, isRequired: false, summary: summary)
  }

  var schema: JSON {
    var schema: JSONObject
    switch kind {
    case .text(let limit): schema = ["type": "string", "minLength": 1, "maxLength": .integer(Int64(limit))]
    case .texts(let count, let limit):
      schema = [
        "type": "array", "minItems": 1, "maxItems": .integer(Int64(count)),
        "items": ["type": "string", "minLength": 1, "maxLength": .integer(Int64(limit))],
      ]
    case .instant: schema = ["type": "string", "format": "date-time"]
    case .object: schema = ["type": "object"]
    case .boolean: schema = ["type": "boolean"]
    }
    schema["description"] = .string(summary)
    return .object(schema)
  }

  static func schema(of fields: [Field]) -> JSON {
    var object: JSONObject = [
      "type": "object", "properties": .object(JSONObject(fields.map { ($0.name, $0.schema) })),
      "additionalProperties": false,
    ]
    let required = fields.filter(\.isRequired).map(\.name)
    if !required.isEmpty { object["required"] = JSON(required) }
    return .object(object)
  }

  /// - Throws: a 400 that names the field.
  func check(_ value: JSON) throws {
    switch kind {
    case .text(let limit): try check(text: value, limit: limit, at: name)
    case .texts(let count, let limit):
      guard let values = value.array else { throw WebFailure.badField(name, "a list of texts is expected") }
      guard (1...count).contains(values.count) else {
        throw WebFailure.badField(name, "between 1 and \(count) texts are expected")
      }
      for (index, value) in values.enumerated() { try check(text: value, limit: limit, at: "\(name)[\(index)]") }
    case .instant:
      guard let text = value.string, Instant(iso8601: text) != nil else {
        throw WebFailure.badField(name, "a time such as 2026-12-05T08:00:00+05:30 is expected")
      }
    case .object:
      guard value.object != nil else { throw WebFailure.badField(name, "an object is expected") }
    case .boolean:
      guard value.bool != nil else { throw WebFailure.badField(name, "true or false is expected") }
    }
  }

  private func check(text value: JSON, limit: Int, at place: String) throws {
    guard let text = value.string else { throw WebFailure.badField(place, "a text is expected") }
    guard !text.allSatisfy(\.isWhitespace) else { throw WebFailure.badField(place, "it is empty") }
    // bytes first: counting the characters of a megabyte is work that a stranger must not order
    guard text.utf8.count <= limit * 4, text.unicodeScalars.count <= limit else {
      throw WebFailure.badField(place, "at most \(limit) characters are allowed")
    }
    let isControl = text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" && $0 != "\r" }
    guard !isControl else { throw WebFailure.badField(place, "it holds a control character") }
  }
}

/// A JSON body that was checked against its declaration.
struct Fields: Sendable {
  let object: JSONObject

  init(_ object: JSONObject = [:]) { self.object = object }

  /// - Throws: a 400 that names the first field that is unknown, missing or of the wrong type.
  init(_ body: [UInt8], declared: [Field]) throws {
    let object = try Self.object(body)
    for member in object where !declared.contains(where: { $0.name == member.key }) {
      throw WebFailure.badField(String(member.key.prefix(80)), "there is no such field here")
    }
    for field in declared {
      let value = object[field.name] ?? .null
      if value.isNull {
        if field.isRequired { throw WebFailure.badField(field.name, "it is missing") }
      } else {
        try field.check(value)
      }
    }
    self.object = object
  }

  static func object(_ body: [UInt8]) throws -> JSONObject {
    let json: JSON
    do throws(JSONError) {
      json = try JSON.parse(body, limits: JSONLimits(depth: 32, bytes: 1 << 20, values: 20_000))
    } catch {
      throw WebFailure(400, error.code, error.sentence)
    }
    guard let object = json.object else { throw WebFailure(400, "web.body", "The body must be a JSON object.") }
    return object
  }

  /// Whitespace around it is dropped.
  func text(_ name: String) -> String? {
    guard let text = object[name]?.string else { return nil }
    var part = text[...]
    while part.first?.isWhitespace == true { part.removeFirst() }
    while part.last?.isWhitespace == true { part.removeLast() }
    return String(part)
  }

  /// A field that the declaration requires.
  func required(_ name: String) throws -> String {
    guard let text = text(name) else { throw WebFailure.badField(name, "it is missing") }
    return text
  }
}
