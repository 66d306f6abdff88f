package import Formats
import Base

/// What an event of one name carries, as `Events/*.yaml` says it.
package struct EventSchema: Sendable {
  package enum FieldType: String, Sendable, CaseIterable {
    case text, integer, number, flag, time, list, object, any

    func holds(_ value: JSON) -> Bool {
      switch self {
      case .text: value.string != nil
      case .integer: value.int64 != nil
      case .number: value.double != nil
      case .flag: value.bool != nil
      case .time: value.string.map { Instant(iso8601: $0) != nil } ?? false
      case .list: value.array != nil
      case .object: value.object != nil
      case .any: true
      }
    }
  }

  package struct Field: Sendable {
    package let name: String
    package let type: FieldType
    package let isOptional: Bool
  }

  package let name: String
  package let version: Int
  package let summary: String
  package let fields: [Field]
  /// `person`, `tenant`, or a field whose value keeps events in order.
  package let key: String
  /// Fields that tell something about a person.
  package let personal: [String]
  /// Written even when nobody consumes it, so that it can be looked up and replayed.
  package let isKept: Bool
  /// May be told by the owner, workflows and other programs through `event.emit`.
  package let isOpen: Bool
  package let example: JSON

  func key(of event: Event) -> String? {
    switch key {
    case "tenant": ""
    case "person": event.person?.text
    default: event.payload[key].string
    }
  }

  /// What is wrong with a payload; `nil` when it fits.
  package func misfit(_ payload: JSON) -> String? {
    guard payload.isNull || payload.object != nil else { return "\(name): the payload is an object" }
    for field in fields {
      let value = payload[field.name]
      if value.isNull {
        if field.isOptional { continue }
        return "\(name): \(field.name) is missing"
      }
      if !field.type.holds(value) { return "\(name): \(field.name) is not of type \(field.type.rawValue)" }
    }
    for key in payload.object?.keys ?? [] where !fields.contains(where: { $0.name == key }) {
      return "\(name): \(key) is not in its schema"
    }
    return nil
  }

  /// - Throws: `DataFileError` with file, line and what was expected.
  init(_ name: String, _ node: YAMLNode) throws {
    try node.onlyKeys(["version", "summary", "fields", "key", "personal", "keep", "open", "example"])
    self.name = name
    version = try node["version"]?.int() ?? 1
    summary = try node.required("summary").string(expecting: "one plain sentence")
    fields = try (node["fields"]?.mapping() ?? []).map { nameNode, typeNode in
      let text = try typeNode.string(expecting: "a type such as text or integer?")
      let isOptional = text.hasSuffix("?")
      guard let type = FieldType(rawValue: isOptional ? String(text.dropLast()) : text) else {
        throw typeNode.error("one of \(FieldType.allCases.map(\.rawValue).joined(separator: ", ")) was expected")
      }
      return Field(name: try nameNode.string(expecting: "a field's name"), type: type, isOptional: isOptional)
    }
    key = try node["key"]?.string(expecting: "person, tenant or a field's name") ?? "person"
    personal = try node["personal"]?.strings(expecting: "a list of fields") ?? []
    isKept = try node["keep"]?.bool() ?? false
    isOpen = try node["open"]?.bool() ?? false
    example = node["example"]?.json ?? .null
    let names = Set(fields.map(\.name))
    if let stray = personal.first(where: { !names.contains($0) }) {
      throw (node["personal"] ?? node).error("\(stray) is not a field of \(name)")
    }
    if !["person", "tenant"].contains(key), !names.contains(key) {
      throw (node["key"] ?? node).error("person, tenant or a field of \(name) was expected")
    }
    if let wrong = misfit(example) { throw (node["example"] ?? node).error("an example that fits: \(wrong)") }
  }

  package var json: JSON {
    [
      "name": .string(name), "version": JSON(version), "summary": .string(summary), "key": .string(key),
      "fields": .object(JSONObject(fields.map { ($0.name, .string($0.type.rawValue + ($0.isOptional ? "?" : ""))) })),
      "personal": JSON(personal), "example": example,
    ]
  }
}

/// The schemas of all events, by name.
package struct EventSchemas: Sendable {
  package private(set) var byName: [String: EventSchema] = [:]

  /// No registry: everything fits.
  package init() {}

  /// - Parameter files: each a mapping of event names to schemas.
  /// - Throws: `DataFileError`, also for a name that stands twice.
  package init(_ files: [YAMLNode]) throws {
    for file in files {
      for (key, value) in try file.mapping(expecting: "event names with their schemas") {
        let name = try key.string(expecting: "an event's name such as dose.taken")
        guard byName.updateValue(try EventSchema(name, value), forKey: name) == nil else {
          throw key.error("\(name) has a schema already; keep one of them")
        }
      }
    }
  }

  package subscript(_ name: String) -> EventSchema? { byName[name] }

  func misfit(of event: Event) -> String? {
    guard !byName.isEmpty else { return nil }
    guard let schema = byName[event.name] else { return "\(event.name): there is no schema of that name in Events/" }
    return schema.misfit(event.payload)
  }
}
