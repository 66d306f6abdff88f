import Base
package import Formats

/// A registered action: its declaration read once, and how to make one from arguments.
package struct ActionEntry: Sendable {
  package let name: String
  package let summary: String
  package let effect: Effect
  package let isHidden: Bool
  package let isForPeopleAlone: Bool
  package let gives: String?
  package let parameters: [ParameterSpecification]
  /// Makes the action. Throws `MissingParameter` or `ActionError`.
  let make: @Sendable (JSONObject, ArgumentReading) throws -> any Action

  package func parameter(_ name: String) -> ParameterSpecification? { parameters.first { $0.name == name } }

  /// The first part of a summary, without what is said about it besides: as people read it, a `term` of the reply files.
  package static func brief(_ summary: String) -> String {
    let first = summary.split(maxSplits: 1) { ",;:.".contains($0) }.first.map(String.init) ?? summary
    return first.count < 8 ? summary : first
  }
  /// What it does, in a few words.
  package var does: String { Self.brief(summary) }
}

/// All actions of the house by name.
package struct ActionRegistry: Sendable {
  package let entries: [String: ActionEntry]
  package var all: [ActionEntry] { entries.values.sorted { $0.name < $1.name } }
  package subscript(_ name: String) -> ActionEntry? { entries[name] }

  /// Reads every declaration.
  ///
  /// - Throws: `ActionError` with code `actions.declaration` for a duplicate name or a stored property that is no
  ///   `@Parameter`: a mistake of ours that stops the start.
  package init(_ types: [any Action.Type]) throws {
    var entries: [String: ActionEntry] = [:]
    for type in types {
      let entry = try Self.read(type)
      guard entries.updateValue(entry, forKey: entry.name) == nil else {
        throw ActionError("actions.declaration", sentence: "Two actions are named \(entry.name).")
      }
    }
    self.entries = entries
  }

  private static func read<A: Action>(_ type: A.Type) throws -> ActionEntry {
    var boxes: [String: any ParameterBox] = [:]
    var byProperty: [String: ParameterSpecification] = [:]
    var ordered: [ParameterSpecification] = []
    for child in Mirror(reflecting: A()).children {
      guard let label = child.label, label.hasPrefix("_"), let box = child.value as? any ParameterBox else {
        throw ActionError(
          "actions.declaration", sentence: "\(A.name): every stored property must be a @Parameter.")
      }
      let property = String(label.dropFirst())
      var specification = box.specification
      specification.name = snakeCase(property)
      boxes[property] = box
      byProperty[property] = specification
      ordered.append(specification)
    }
    let (finalBoxes, finalSpecifications) = (boxes, byProperty)
    return ActionEntry(
      name: A.name, summary: A.summary, effect: A.effect, isHidden: A.isHidden,
      isForPeopleAlone: A.isForPeopleAlone, gives: A.gives, parameters: ordered,
      make: { arguments, reading in
        try ActionDecoder.decode(A.self, arguments, finalBoxes, finalSpecifications, reading)
      })
  }

  /// `radiusKm` is `radius_km` for everybody outside Swift.
  static func snakeCase(_ name: String) -> String {
    var out = ""
    for character in name {
      if character.isUppercase {
        out.append("_")
        out.append(character.lowercased())
      } else {
        out.append(character)
      }
    }
    return out
  }

  /// The JSON Schema of an action's arguments (OpenAPI 3.1 dialect), for REST, tools and help.
  package static func schema(of entry: ActionEntry) -> JSON {
    var properties = JSONObject()
    for parameter in entry.parameters {
      var schema = schema(of: parameter.kind)
      schema["description"] = .string(parameter.summary)
      if let initial = parameter.initial { schema["default"] = initial }
      properties[parameter.name] =
        parameter.isList
        ? ["type": "array", "items": .object(schema), "description": .string(parameter.summary)] : .object(schema)
    }
    var object: JSONObject = ["type": "object", "properties": .object(properties), "additionalProperties": false]
    let required = entry.parameters.filter(\.isRequired).map { JSON.string($0.name) }
    if !required.isEmpty { object["required"] = .array(required) }
    return .object(object)
  }

  private static func schema(of kind: SlotKind) -> JSONObject {
    switch kind {
    // blanks alone are nothing said
    case .text, .person, .place, .phone: ["type": "string", "minLength": 1, "pattern": "\\S"]
    case .entity(let list): ["type": "string", "minLength": 1, "pattern": "\\S", "x-list": .string(list)]
    case .integer: ["type": "integer"]
    case .number: ["type": "number"]
    case .boolean: ["type": "boolean"]
    case .duration: ["type": "string", "format": "duration", "examples": ["PT20M", "20 minutes"]]
    case .date: ["type": "string", "examples": ["2026-12-05", "tomorrow"]]
    case .time: ["type": "string", "examples": ["08:00", "8 pm"]]
    case .period:
      [
        "type": "string",
        "examples": [
          "today", "yesterday", "week", "last_week", "month", "last_month", "year", "last_year", "2026-10",
          "2026-10-01/2026-10-15", "the last 3 days",
        ],
      ]
    case .choice(let choices): ["type": "string", "enum": .array(choices.map(JSON.string))]
    case .money:
      [
        "type": ["object", "string", "number"],
        "properties": ["amount": ["type": "string"], "currency": ["type": "string"]],
        "examples": [["amount": "250.00", "currency": "INR"], "250"],
      ]
    case .when:
      [
        "type": ["object", "string"],
        "properties": [
          "at": ["type": "string"], "rrule": ["type": "string"], "every": ["type": "string"], "in": ["type": "string"],
        ], "examples": ["tomorrow at 8 pm", ["at": "2026-12-05T08:00:00", "rrule": "FREQ=DAILY"]],
      ]
    }
  }
}
