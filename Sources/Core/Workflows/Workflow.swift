package import Actions
package import Formats

/// A workflow written in Swift, declared like an action.
///
/// Its steps are those of the YAML form, into which it is written, so that a run keeps the definition that it began with;
/// between them stands Swift code. What such code gave is on disk like the outcome of any other step, and is not computed
/// again.
package protocol Workflow: Sendable {
  static var name: String { get }
  /// Raised whenever what its code does changes: a run goes on with the code of its own version, and fails where the program
  /// has that no more.
  static var version: Int { get }
  static var title: String { get }
  static var summary: String { get }
  /// Which personas may start it; all when empty.
  static var personas: [String] { get }
  /// As in YAML: names, or objects with `name`, `summary`, `default`.
  static var inputs: [JSON] { get }
  static var starts: [JSON] { get }
  static var steps: [WorkflowPart] { get }
}

extension Workflow {
  package static var version: Int { 1 }
  package static var personas: [String] { [] }
  package static var inputs: [JSON] { [] }
  package static var starts: [JSON] { [] }

  /// Its definition as a file would hold it: JSON is YAML.
  static var source: String {
    var all: JSONObject = [
      "workflow": .string(name), "version": JSON(version), "title": .string(title), "summary": .string(summary),
    ]
    if !personas.isEmpty { all["personas"] = JSON(personas) }
    if !starts.isEmpty { all["start"] = .array(starts) }
    if !inputs.isEmpty { all["inputs"] = .array(inputs) }
    all["steps"] = .array(steps.map { .object($0.json(place)) })
    return JSON.object(all).pretty() + "\n"
  }

  private static var place: String { "\(name)@\(version)" }

  /// Its code by the names that its definition has for it.
  static var code: [String: WorkflowCode] {
    Dictionary(steps.flatMap { $0.all(place) }, uniquingKeysWith: { first, _ in first })
  }
}

/// Computes from values; must wait for nothing and change nothing.
package typealias WorkflowCode = @Sendable (JSON) throws -> JSON

/// A step of a workflow in Swift.
package struct WorkflowPart: Sendable {
  private var members: JSONObject
  private var code: WorkflowCode?
  private var inner: [WorkflowPart] = []

  private init(_ members: JSONObject, code: WorkflowCode? = nil, inner: [WorkflowPart] = []) {
    (self.members, self.code, self.inner) = (members, code, inner)
  }

  /// Calls an action of the house. Values may be `${steps.ID.…}` and so on, as in YAML.
  package static func act<A: Action>(_ id: String, _ action: A.Type, _ arguments: JSONObject = [:]) -> WorkflowPart {
    WorkflowPart(["id": .string(id), "action": .string(A.name), "with": .object(arguments)])
  }

  /// Runs Swift code with values.
  package static func compute(_ id: String, from values: JSONObject, _ code: @escaping WorkflowCode) -> WorkflowPart {
    WorkflowPart(["id": .string(id), "with": .object(values)], code: code)
  }

  /// For each element of a list.
  package static func each(_ id: String, of list: String, as name: String, _ steps: [WorkflowPart]) -> WorkflowPart {
    WorkflowPart(["id": .string(id), "each": .string(list), "as": .string(name)], inner: steps)
  }

  /// Any other step, as YAML has it.
  package static func step(_ id: String, _ members: JSONObject) -> WorkflowPart {
    var all: JSONObject = ["id": .string(id)]
    for member in members { all[member.key] = member.value }
    return WorkflowPart(all)
  }

  /// Only where a condition holds.
  package func when(_ condition: String) -> WorkflowPart {
    var part = self
    part.members["when"] = .string(condition)
    return part
  }

  private func name(_ place: String) -> String { "\(place)/\(members["id"]?.string ?? "")" }

  fileprivate func json(_ place: String) -> JSONObject {
    var all = members
    if code != nil { all["compute"] = .string(name(place)) }
    if !inner.isEmpty { all["steps"] = .array(inner.map { .object($0.json(place)) }) }
    return all
  }

  fileprivate func all(_ place: String) -> [(String, WorkflowCode)] {
    (code.map { [(name(place), $0)] } ?? []) + inner.flatMap { $0.all(place) }
  }
}
