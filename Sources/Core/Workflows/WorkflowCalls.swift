import Actions
import Base
import Formats

/// What a workflow hands to actions and to workflows inside, looked at when it comes in.
struct WorkflowCalls {
  let definition: WorkflowDefinition
  let file: String
  let registry: ActionRegistry
  /// The workflows there are, by name.
  let others: (String) throws -> WorkflowDefinition?

  /// - Throws: `DataFileError`: a parameter or an input that there is not, or one that is needed and not given.
  func check() throws { try look(definition.steps) }

  private func wrong(_ step: WorkflowStep, _ expected: String) -> DataFileError {
    DataFileError(file: file, line: step.line, expected: "step \(step.id): \(expected)")
  }

  private func check(_ name: String, _ arguments: Template, _ step: WorkflowStep) throws {
    guard let entry = registry[name], let given = arguments.fixedKeys else { return }
    let all = entry.parameters.map(\.name)
    if let unknown = given.first(where: { !all.contains($0) }) {
      throw wrong(step, "\(name) has no parameter \(unknown); it takes \(Self.list(all))")
    }
    if let missing = entry.parameters.first(where: { $0.isRequired && !given.contains($0.name) }) {
      throw wrong(step, "\(name) needs \(missing.name)")
    }
  }

  private func look(_ steps: [WorkflowStep]) throws {
    for step in steps {
      switch step.kind {
      case .action(let name, let arguments): try check(name, arguments, step)
      case .workflow(let name, let inputs):
        guard let child = name == definition.name ? definition : try others(name), let given = inputs.fixedKeys else {
          break
        }
        if let unknown = given.first(where: { key in !child.inputs.contains { $0.name == key } }) {
          throw wrong(step, "\(name) has no input \(unknown); it takes \(Self.list(child.inputs.map(\.name)))")
        }
        if let missing = child.inputs.first(where: { $0.isRequired && !given.contains($0.name) }) {
          throw wrong(step, "\(name) needs the input \(missing.name)")
        }
      case .wait(let wait) where wait.duration == nil && wait.until == nil && wait.signal == nil:
        throw wrong(step, "a wait needs for, until or signal, or it never ends")
      default: break
      }
      if case .action(let name, let arguments) = step.compensation { try check(name, arguments, step) }
      for inner in step.inner { try look(inner) }
    }
  }

  /// Names as a sentence has them.
  static func list(_ names: [String]) -> String { names.isEmpty ? "none" : names.joined(separator: ", ") }
}

extension Template {
  /// The keys that it surely has; `nil` where an expression makes the whole of it.
  fileprivate var fixedKeys: [String]? {
    switch self {
    case .object, .literal: members.map(\.key)
    default: nil
    }
  }
}
