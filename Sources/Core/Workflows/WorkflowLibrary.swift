package import Actions
package import Base
import Crypto
package import Events
package import Formats
import Synchronization

/// The workflows that can be started, by name. Runs keep the definition they began with, whatever is here now.
package final class WorkflowLibrary: Sendable {
  private let byName: [String: WorkflowDefinition]
  /// Definitions that runs began with, by hash: read once.
  private let byHash: Mutex<[String: WorkflowDefinition]>

  private let surroundings: Surroundings
  /// The names of those that somebody wrote here.
  private let own: Set<String>
  /// The code of workflows in Swift, by its names.
  let code: [String: WorkflowCode]
  /// What was left out of what somebody wrote here, and why.
  package let leftOut: [DataFileError]

  /// What workflows may name besides themselves; whatever they like where it is `nil`.
  package struct Surroundings: Sendable {
    var actions: Set<String>?
    /// What actions take; not looked at where it is `nil`.
    var registry: ActionRegistry?
    let events: EventSchemas?
    let personas: Set<String>?
    var code: Set<String> = []

    package init(
      actions: Set<String>? = nil, registry: ActionRegistry? = nil, events: EventSchemas? = nil,
      personas: Set<String>? = nil
    ) {
      self.actions = actions ?? registry.map { Set($0.entries.keys) }
      (self.registry, self.events, self.personas) = (registry, events, personas)
    }
  }

  /// - Parameter own: those that people wrote here: one with a mistake is left out, and the house opens all the same.
  /// - Throws: the first mistake of the others, with file and line.
  package init(
    _ definitions: [(definition: WorkflowDefinition, file: String)],
    own: [(definition: WorkflowDefinition, file: String)] = [], swift: [any Workflow.Type] = [],
    in surroundings: Surroundings = Surroundings()
  ) throws {
    let definitions =
      try definitions + swift.map { (try WorkflowDefinition(source: $0.source, file: $0.name), $0.name) }
    var surroundings = surroundings
    code = swift.reduce(into: [:]) { all, one in all.merge(one.code) { first, _ in first } }
    surroundings.code = Set(code.keys)
    var byName: [String: WorkflowDefinition] = [:]
    for (definition, file) in definitions {
      guard byName.updateValue(definition, forKey: definition.name) == nil else {
        throw DataFileError(file: file, line: 1, expected: "the workflow \(definition.name) is there twice")
      }
    }
    let all = byName.merging(own.map { ($0.definition.name, $0.definition) }) { shipped, _ in shipped }
    for (definition, file) in definitions { try Self.check(definition, file, surroundings) { all[$0] } }
    var leftOut: [DataFileError] = []
    for (definition, file) in own {
      do {
        guard byName[definition.name] == nil else {
          throw DataFileError(file: file, line: 1, expected: "the workflow \(definition.name) is there twice")
        }
        try Self.check(definition, file, surroundings) { all[$0] }
        byName[definition.name] = definition
      } catch let error as DataFileError { leftOut.append(error) }
    }
    self.byName = byName
    self.own = Set(own.map(\.definition.name)).intersection(byName.keys)
    self.surroundings = surroundings
    self.leftOut = leftOut
    byHash = Mutex(Dictionary(byName.values.map { ($0.hash, $0) }, uniquingKeysWith: { first, _ in first }))
  }

  /// Whether a definition came with the program.
  func isShipped(_ definition: WorkflowDefinition) -> Bool {
    !own.contains(definition.name) && byName[definition.name]?.hash == definition.hash
  }

  /// Runs the code of a workflow in Swift, as its step would. - Throws: what it throws.
  package func compute(_ name: String, _ given: JSON) throws -> JSON? { try code[name]?(given) }

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
  /// - Parameter others: what there is besides, by name, before what is here.
  /// - Throws: the first mistake, with its line.
  func check(
    _ definition: WorkflowDefinition, _ file: String, _ registry: ActionRegistry,
    others: (String) throws -> WorkflowDefinition?
  ) throws {
    var here = surroundings
    (here.actions, here.registry) = (Set(registry.entries.keys), registry)
    try Self.check(definition, file, here) { name in
      name == definition.name ? definition : try others(name) ?? byName[name]
    }
  }

  private static func check(
    _ definition: WorkflowDefinition, _ file: String, _ surroundings: Surroundings,
    _ workflow: (String) throws -> WorkflowDefinition?
  ) throws {
    for persona in definition.personas where surroundings.personas?.contains(persona) == false {
      let known = surroundings.personas?.sorted().joined(separator: ", ") ?? ""
      throw DataFileError(file: file, line: 1, expected: "there is no persona \(persona); there are \(known)")
    }
    for case .event(let name, _) in definition.starts {
      guard let events = surroundings.events?.byName, !events.isEmpty else { continue }
      if !events.keys.contains(where: { EventPattern.matches([name], $0) }) {
        throw DataFileError(
          file: file, line: 1, expected: "there is no event \(name); ./thinnai act event.schemas lists them")
      }
    }
    try check(definition.steps, surroundings, workflow, file)
    let lint = WorkflowLint(definition: definition, file: file)
    try lint.check()
    try lint.checkCircles(workflow)
    guard let registry = surroundings.registry else { return }
    try withoutActuallyEscaping(workflow) { others in
      try WorkflowCalls(definition: definition, file: file, registry: registry, others: others).check()
    }
  }

  private static func check(
    _ steps: [WorkflowStep], _ surroundings: Surroundings, _ workflow: (String) throws -> WorkflowDefinition?,
    _ file: String
  ) throws {
    for step in steps {
      var names: [String] = []
      if case .action(let name, _) = step.kind { names.append(name) }
      if case .action(let name, _) = step.compensation { names.append(name) }
      for name in names where surroundings.actions?.contains(name) == false {
        throw DataFileError(file: file, line: step.line, expected: "there is no action \(name)")
      }
      if case .compute(let name, _) = step.kind, !surroundings.code.contains(name) {
        throw DataFileError(file: file, line: step.line, expected: "there is no code \(name) in the program")
      }
      if case .workflow(let name, _) = step.kind, try workflow(name) == nil {
        throw DataFileError(file: file, line: step.line, expected: "there is no workflow \(name)")
      }
      for inner in step.inner { try check(inner, surroundings, workflow, file) }
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
