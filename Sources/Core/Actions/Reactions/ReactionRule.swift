package import Base
package import Events
package import Formats
import People
import Store

/// What follows from an event, as `Reactions/*.yaml` say it: a workflow that is started, or an action that is called.
package struct ReactionRule: Sendable {
  /// One thing that must hold of the event.
  struct Condition: Sendable {
    enum Comparison: String, Sendable, CaseIterable { case `is`, not, above, below, exists }
    let field: String
    let comparison: Comparison
    let value: JSON

    func holds(_ event: StoredEvent) -> Bool {
      let found = ReactionRule.value(field, of: event)
      switch comparison {
      case .is: return found == value || found.double != nil && found.double == value.double
      case .not: return !(found == value || found.double != nil && found.double == value.double)
      case .above: return found.double.flatMap { one in value.double.map { one > $0 } } ?? false
      case .below: return found.double.flatMap { one in value.double.map { one < $0 } } ?? false
      case .exists: return found.isNull == (value.bool == false)
      }
    }
  }

  package let name: String
  package let event: String
  let conditions: [Condition]
  package let call: String
  /// `{field}` stands for the event's field.
  let arguments: JSONObject

  /// The workflow that it starts, where it starts one.
  package var workflow: String? { call == "workflow.start" ? arguments["workflow"]?.string : nil }

  /// - Throws: `DataFileError` with file, line and what was expected.
  package init(_ name: String, _ node: YAMLNode) throws {
    try node.onlyKeys(["summary", "on", "when", "workflow", "action", "with"])
    self.name = name
    _ = try node.required("summary").string(expecting: "one plain sentence")
    event = try node.required("on").string(expecting: "an event's name, or room.*")
    conditions = try (node["when"]?.mapping() ?? []).flatMap { field, tests in
      let field = try field.string(expecting: "a field of the event")
      guard let tests = tests.mapping else {
        return [Condition(field: field, comparison: .is, value: tests.json)]
      }
      return try tests.map { key, value in
        guard let comparison = key.string.flatMap(Condition.Comparison.init(rawValue:)) else {
          throw key.error("one of is, not, above, below, exists was expected")
        }
        return Condition(field: field, comparison: comparison, value: value.json)
      }
    }
    let given = node["with"]?.json.object ?? [:]
    switch (node["workflow"], node["action"]) {
    case (let workflow?, nil):
      call = "workflow.start"
      arguments = [
        "workflow": .string(try workflow.string(expecting: "a workflow's name")), "inputs": .object(given),
      ]
    case (nil, let action?):
      call = try action.string(expecting: "an action's name")
      arguments = given
    default: throw node.error("a workflow or an action was expected, one of them")
    }
  }

  /// Reads files of rules by name. - Throws: `DataFileError`, also for a name that stands twice.
  package static func read(_ files: [YAMLNode]) throws -> [ReactionRule] {
    var rules: [String: ReactionRule] = [:]
    for file in files {
      for (key, value) in try file.mapping(expecting: "names of reactions") {
        let name = try key.string(expecting: "a reaction's name")
        guard rules.updateValue(try ReactionRule(name, value), forKey: name) == nil else {
          throw key.error("\(name) stands twice; keep one of them")
        }
      }
    }
    return rules.values.sorted { $0.name < $1.name }
  }

  static func value(_ field: String, of event: StoredEvent) -> JSON {
    switch field {
    case "event.id": .string(event.id)
    case "event.name": .string(event.name)
    case "event.key": .string(event.key)
    case "event.person": JSON(event.person?.text)
    case "event.at": .string(event.at.description)
    default: field.split(separator: ".").reduce(event.payload) { $0[String($1)] }
    }
  }

  /// What is to be done about an event; `nil` when a condition does not hold.
  func call(for event: StoredEvent) -> ActionCall? {
    guard conditions.allSatisfy({ $0.holds(event) }) else { return nil }
    return ActionCall(call, Self.filled(.object(arguments), event).object ?? [:])
  }

  private static func filled(_ json: JSON, _ event: StoredEvent) -> JSON {
    switch json {
    case .object(let object): return .object(JSONObject(object.members.map { ($0.key, filled($0.value, event)) }))
    case .array(let values): return .array(values.map { filled($0, event) })
    case .string(let text):
      // a whole field keeps its type
      if text.first == "{", text.last == "}", !text.dropFirst().dropLast().contains(where: { "{}".contains($0) }) {
        return value(String(text.dropFirst().dropLast()), of: event)
      }
      var out = ""
      var rest = text[...]
      while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
        let found = value(String(rest[rest.index(after: open)..<close]), of: event)
        out += rest[..<open] + (found.string ?? (found.isNull ? "" : found.text()))
        rest = rest[rest.index(after: close)...]
      }
      return .string(out + rest)
    default: return json
    }
  }

  /// Does it as the owner of the event's tenant, under the name of the rule, so that what needs somebody's agreement is asked
  /// for.
  ///
  /// - Parameter context: of a person, with an authority; `nil` when nobody may act.
  package func consumer(
    _ runner: Runner, context: @escaping @Sendable (TenantID, ActionContext.Authority) -> ActionContext?
  ) -> EventConsumer {
    EventConsumer("reaction.\(name)", to: [event]) { event in
      guard let call = call(for: event) else { return { _ in } }
      guard event.chain < EventChain.limit else { throw EventFailure.loop }
      guard
        let context = context(
          event.tenant, .init(scopes: ActionContext.Authority.full.scopes, agent: "reaction.\(name)"))
      else { throw EventFailure("nobody of this tenant may act") }
      switch await runner.prepare(call, in: context) {
      case .change(let call, let effect, let change):
        return { _ = try runner.apply(call, effect, change, context, in: &$0) }
      case .answer: return { _ in }
      case .ask(_, let parameter, _): throw EventFailure("\(call.name) needs \(parameter)", isFinal: true)
      case .confirm: throw EventFailure("\(call.name) needs a person's yes", isFinal: true)
      case .failed(_, let error):
        throw EventFailure("\(error.code): \(error.sentence)", isFinal: error.code.hasPrefix("arguments."))
      }
    }
  }
}
