import Base
import Crypto
import Formats
import Synchronization

/// The workflows that can be started, by name. Runs keep the definition they began with, whatever is here now.
package final class WorkflowLibrary: Sendable {
  private let byName: [String: WorkflowDefinition]
  /// Definitions that runs began with, by hash: read once.
  private let byHash: Mutex<[String: WorkflowDefinition]>

  /// - Parameter known: the names of all actions; a step that calls another is refused with its line.
  /// - Throws: the first mistake, with file and line.
  package init(_ definitions: [(definition: WorkflowDefinition, file: String)], actions known: Set<String>? = nil)
    throws
  {
    var byName: [String: WorkflowDefinition] = [:]
    for (definition, file) in definitions {
      guard byName.updateValue(definition, forKey: definition.name) == nil else {
        throw DataFileError(file: file, line: 1, expected: "the workflow \(definition.name) is there twice")
      }
      if let known { try Self.check(definition.steps, known, file) }
    }
    for (definition, file) in definitions { try Self.check(children: definition.steps, Set(byName.keys), file) }
    self.byName = byName
    byHash = Mutex(Dictionary(byName.values.map { ($0.hash, $0) }, uniquingKeysWith: { first, _ in first }))
  }

  package subscript(_ name: String) -> WorkflowDefinition? { byName[name] }
  package var all: [WorkflowDefinition] { byName.values.sorted { $0.name < $1.name } }

  /// A definition as a run began with it.
  func definition(hash: String, source: () throws -> String?) throws -> WorkflowDefinition? {
    if let known = byHash.withLock({ $0[hash] }) { return known }
    return try source().map(read)
  }

  /// A definition from its source, read once.
  func read(_ source: String) throws -> WorkflowDefinition {
    let hash = Hex.encode(SHA256.hash(source))
    if let known = byHash.withLock({ $0[hash] }) { return known }
    let definition = try WorkflowDefinition(source: source, file: "workflow")
    byHash.withLock { $0[hash] = definition }
    return definition
  }

  /// Whether a definition that comes later fits what there is.
  ///
  /// - Throws: the first step that calls what is not there, with its line.
  func check(_ definition: WorkflowDefinition, _ file: String, actions: Set<String>, others: Set<String>) throws {
    try Self.check(definition.steps, actions, file)
    try Self.check(children: definition.steps, others.union(byName.keys).union([definition.name]), file)
  }

  private static func check(_ steps: [WorkflowStep], _ known: Set<String>, _ file: String) throws {
    for step in steps {
      var names: [String] = []
      if case .action(let name, _) = step.kind { names.append(name) }
      if let compensation = step.compensation { names.append(compensation.action) }
      for name in names where !known.contains(name) {
        throw DataFileError(file: file, line: step.line, expected: "there is no action \(name)")
      }
      for inner in step.inner { try check(inner, known, file) }
    }
  }

  private static func check(children steps: [WorkflowStep], _ known: Set<String>, _ file: String) throws {
    for step in steps {
      if case .workflow(let name, _) = step.kind, !known.contains(name) {
        throw DataFileError(file: file, line: step.line, expected: "there is no workflow \(name)")
      }
      for inner in step.inner { try check(children: inner, known, file) }
    }
  }
}

extension WorkflowStep {
  /// The lists of steps inside.
  package var inner: [[WorkflowStep]] {
    switch kind {
    case .each(let loop): [loop.steps]
    case .choose(let branches): branches.map(\.steps)
    default: []
    }
  }
}
