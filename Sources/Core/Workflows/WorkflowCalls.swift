import Actions
import Base
import Formats
import Store

// What a workflow hands to actions and to workflows inside, looked at when it comes in.
extension WorkflowEngine {
  /// - Throws: `DataFileError`: a parameter or an input that there is not, or one that is needed and not given.
  func checkCalls(_ definition: WorkflowDefinition, _ file: String, _ rows: some Querying) throws {
    func wrong(_ step: WorkflowStep, _ expected: String) -> DataFileError {
      DataFileError(file: file, line: step.line, expected: "step \(step.id): \(expected)")
    }
    func check(_ name: String, _ arguments: Template, _ step: WorkflowStep) throws {
      guard let entry = parts.runner.registry[name], let given = arguments.fixedKeys else { return }
      let all = entry.parameters.map(\.name)
      if let unknown = given.first(where: { !all.contains($0) }) {
        throw wrong(step, "\(name) has no parameter \(unknown); it takes \(all.joined(separator: ", "))")
      }
      if let missing = entry.parameters.first(where: { $0.isRequired && !given.contains($0.name) }) {
        throw wrong(step, "\(name) needs \(missing.name)")
      }
    }
    func look(_ steps: [WorkflowStep]) throws {
      for step in steps {
        switch step.kind {
        case .action(let name, let arguments): try check(name, arguments, step)
        case .workflow(let name, let inputs):
          guard let child = name == definition.name ? definition : try self.definition(name, rows),
            let given = inputs.fixedKeys
          else { break }
          if let unknown = given.first(where: { key in !child.inputs.contains { $0.name == key } }) {
            throw wrong(step, "\(name) has no input \(unknown)")
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
    try look(definition.steps)
  }
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
