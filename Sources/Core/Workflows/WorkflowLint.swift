import Base
import Formats

/// What a workflow can be seen to get wrong before it runs: names that nothing has, values that cannot be, circles.
///
/// Looked at where a workflow comes in (a file, an import, a plan), not where a run reads its own again: what was kept by an
/// older program still runs.
struct WorkflowLint {
  let definition: WorkflowDefinition
  let file: String

  /// - Throws: `DataFileError`, the first mistake with the line of its step.
  func check() throws {
    func wrong(_ expected: String) -> DataFileError { DataFileError(file: file, line: 1, expected: expected) }
    guard definition.version >= 1 else { throw wrong("a version from 1 on was expected") }
    var inputs: Set<String> = []
    for input in definition.inputs where !inputs.insert(input.name).inserted {
      throw wrong("the input \(input.name) is there twice")
    }
    for given in definition.startInputs {
      if let unknown = given.keys.first(where: { !inputs.contains($0) }) {
        throw wrong("a start gives the input \(unknown), which the workflow does not have")
      }
    }
    try check(definition.steps, seen: [], loops: [])
  }

  /// - Parameters:
  ///   - seen: the ids of steps that are above, here or around.
  ///   - loops: what the elements are called of the loops that it is in.
  private func check(_ steps: [WorkflowStep], seen: Set<String>, loops: Set<String>) throws {
    var seen = seen
    for step in steps {
      try check(step, seen, loops)
      var inside = loops
      if case .each(let loop) = step.kind { inside.formUnion([loop.name, "index"]) }
      for inner in step.inner { try check(inner, seen: seen, loops: inside) }
      seen.insert(step.id)
      for expression in step.compensation?.expressions ?? [] { try check(expression, step, seen, loops) }
    }
  }

  /// What expressions may begin with wherever they stand.
  private static let names: Set<String> = ["inputs", "steps", "said", "run", "event", "now"]

  private func check(_ step: WorkflowStep, _ seen: Set<String>, _ loops: Set<String>) throws {
    for expression in (step.condition.map { [$0] } ?? []) + step.expressions {
      try check(expression, step, seen, loops)
    }
    switch step.kind {
    case .each(let loop):
      let isName = loop.name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
      guard isName, loop.name.first?.isLetter == true, !Self.names.contains(loop.name), loop.name != "index" else {
        throw wrong(step, "“\(loop.name)” cannot be what the elements are called: letters, digits and _ were expected")
      }
    case .choose(let branches) where branches.isEmpty: throw wrong(step, "at least one branch was expected")
    case .wait(let wait):
      if case .literal(let json)? = wait.duration, WorkflowDuration.read(Expression.words(json)) == nil {
        throw wrong(step, "a duration such as 90 s, 15 min, 3 days or PT2H was expected")
      }
      if case .literal(let json)? = wait.until, Instant(iso8601: Expression.words(json)) == nil {
        throw wrong(step, "a time such as 2026-03-01T08:00:00Z was expected")
      }
    case .http(let call):
      guard Self.methods.contains(call.method) else {
        throw wrong(step, "one of \(Self.methods.joined(separator: ", ")) was expected as method")
      }
      let start = call.url.start
      guard start.isEmpty || call.connector != nil || start.hasPrefix("http://") || start.hasPrefix("https://") else {
        throw wrong(step, "an address that begins with https:// or http:// was expected")
      }
      for (name, _) in call.headers where name.isEmpty || !name.utf8.allSatisfy(Self.isToken) {
        throw wrong(step, "“\(name)” is no name of a header")
      }
    case .action("event.emit", let arguments):
      if case .literal(let json)? = arguments.members.first(where: { $0.key == "name" })?.value,
        let name = json.string, definition.heard.contains(name)
      {
        throw wrong(step, "\(name) begins this very workflow, which would begin itself for ever")
      }
    default: break
    }
  }

  private static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]

  /// As RFC 9110 has names of fields.
  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }

  private func check(
    _ expression: Expression, _ step: WorkflowStep, _ seen: Set<String>, _ loops: Set<String>
  ) throws {
    for path in expression.paths {
      guard Self.names.contains(path.name) || loops.contains(path.name) else {
        throw wrong(step, "\(path.name) is an element of a loop, and this step is in none that calls it so")
      }
      guard let member = path.member else { continue }
      switch path.name {
      case "steps", "said":
        guard seen.contains(member) else {
          var above = seen.isEmpty ? "there is none" : "there are " + seen.sorted().joined(separator: ", ")
          // a hyphen before a digit is a minus
          if let meant = seen.filter({ $0.hasPrefix(member + "-") }).min() {
            above += "; write \(path.name)[\"\(meant)\"]"
          }
          throw wrong(step, "\(member) is no step above this one; \(above)")
        }
      case "inputs":
        let names = definition.inputs.map(\.name)
        // what stands beside other paths may be one of several places where a value is looked for, as imports have it
        guard names.contains(member) || expression.paths.contains(where: { $0.name != "inputs" }) else {
          let known = names.isEmpty ? "it has none" : "there are " + names.joined(separator: ", ")
          throw wrong(step, "the workflow has no input \(member); \(known)")
        }
      default: break
      }
    }
  }

  private func wrong(_ step: WorkflowStep, _ expected: String) -> DataFileError {
    DataFileError(file: file, line: step.line, expected: "step \(step.id): \(expected)")
  }

  /// What would begin a workflow inside itself, for ever.
  ///
  /// - Parameter others: the workflows there are, by name.
  func checkCircles(_ others: (String) throws -> WorkflowDefinition?) throws {
    var done: Set<String> = []
    func way(from steps: [WorkflowStep], _ path: [String]) throws -> [String]? {
      for name in steps.flatMap(\.children) {
        if name == definition.name { return path + [name] }
        guard done.insert(name).inserted, let other = try others(name) else { continue }
        if let found = try way(from: other.steps, path + [name]) { return found }
      }
      return nil
    }
    guard let circle = try way(from: definition.steps, []), let first = circle.first else { return }
    let line = self.step(in: definition.steps, first)?.line
    let by = circle.count > 1 ? " by way of " + circle.dropLast().joined(separator: ", ") : ""
    throw DataFileError(file: file, line: line, expected: "\(definition.name) would begin itself\(by), for ever")
  }

  /// The step that begins another workflow.
  private func step(in steps: [WorkflowStep], _ name: String) -> WorkflowStep? {
    for step in steps {
      if case .workflow(name, _) = step.kind { return step }
      for inner in step.inner { if let found = self.step(in: inner, name) { return found } }
    }
    return nil
  }
}

extension WorkflowStep {
  /// The workflows that it begins, with those of the steps inside.
  fileprivate var children: [String] {
    if case .workflow(let name, _) = kind { return [name] }
    return inner.flatMap { $0.flatMap(\.children) }
  }

  /// All expressions in what it is given; not its condition, and not what takes it back.
  fileprivate var expressions: [Expression] {
    switch kind {
    case .action(_, let arguments): arguments.expressions
    case .http(let call): call.expressions
    case .call(let call): call.fields.flatMap(\.value.expressions)
    case .compute(_, let values): values.expressions
    case .tell(let to, let text): (to?.expressions ?? []) + text.expressions
    case .wait(let wait): [wait.duration, wait.until, wait.signal].flatMap { $0?.expressions ?? [] }
    case .approve(let approval): approval.what.expressions + (approval.who?.expressions ?? [])
    case .each(let loop): [loop.list]
    case .choose(let branches): branches.compactMap(\.condition)
    case .workflow(_, let inputs): inputs.expressions
    case .set(let values): values.expressions
    case .stop(let reason, _): reason?.expressions ?? []
    }
  }
}

extension WorkflowStep.HTTPCall {
  fileprivate var expressions: [Expression] {
    url.expressions + headers.flatMap(\.1.expressions) + (body?.expressions ?? [])
  }
}

extension WorkflowStep.Compensation {
  fileprivate var expressions: [Expression] {
    switch self {
    case .action(_, let arguments): arguments.expressions
    case .http(let call): call.expressions
    }
  }
}

extension Wording {
  fileprivate var expressions: [Expression] { plain.expressions + others.values.flatMap(\.expressions) }
}

extension Template {
  /// The words that it begins with, whatever its expressions are; empty where it begins with one.
  fileprivate var start: String {
    switch self {
    case .literal(let json): Expression.words(json)
    case .text(let parts): if case .words(let words)? = parts.first { words } else { "" }
    default: ""
    }
  }
}
