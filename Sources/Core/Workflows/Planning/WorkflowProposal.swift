import Actions
import Base
import Formats
import Messages
import Time

/// A workflow that is being put together from words.
struct WorkflowProposal: Sendable {
  struct Step: Sendable {
    var id: String
    /// What it does: `action`, `tell`, … with their values, as a file has them.
    var body: JSONObject
    var needs: [String]?
    /// As a person reads it.
    var conditionWords: Say?
    var condition: String?
    /// Steps inside a loop.
    var inner: [Step] = []
  }

  struct Problem: Sendable {
    /// The words that it is about.
    var words: String
    var mistake: Mistake
    /// What comes nearest to them.
    var nearest: [String] = []
  }

  /// What is wrong with a part, as programs have it; people read it in their language (`term` in the reply files).
  enum Mistake: String, CaseIterable {
    case howToDo = "I do not know how to do that."
    case when = "I do not know when that is."
    case howOften = "I do not know how often that is."
    case howLong = "I do not know how long that is."
    case whatToLookAt = "I do not know of what that is to be looked at."
    case whatForEach = "I do not know what to do for each of them."
    case eachOfWhat = "I do not know for each of what."
    case nothingToDo = "There is nothing in it that I could do."
    case nothingToTell = "There is nothing yet that could be told."
    case nobodyAsked = "Nobody was asked before."
    case noSuchEvent = "I hear of no such event."
    case whatThen = "I do not know what to do then: put a comma behind the “if”."
    case untilWhen = "I cannot begin something by itself only until some day."
    case notAll = "I can do that for one of them only."
  }

  var goal: String
  var steps: [Step] = []
  var starts: [JSON] = []
  var inputs: [(name: String, summary: String)] = []
  var problems: [Problem] = []
  /// What was taken to mean something that it does not say.
  var notes: [Say] = []
  /// A workflow that does just this already.
  var existing: String?
  /// Workflows that may do what this one cannot.
  var similar: [String] = []

  /// When a step is only done under a condition, by its key.
  var conditions: [String: Say] {
    var all: [String: Say] = [:]
    func note(_ steps: [Step], _ prefix: String) {
      for step in steps {
        if let words = step.conditionWords { all[prefix + step.id] = words }
        note(step.inner, prefix + step.id + "/")
      }
    }
    note(steps, "")
    return all
  }

  var title: String {
    let line = goal.split(whereSeparator: \.isNewline).first.map(String.init) ?? goal
    let short = line.count <= 70 ? line : String(line.prefix(67)).trimmed + "…"
    return short.prefix(1).uppercased() + short.dropFirst()
  }

  /// A name made of the first words that carry something.
  func name(besides taken: Set<String>) -> String {
    let small: Set<String> = ["the", "and", "then", "for", "every", "with", "that", "them", "please", "when"]
    let words = goal.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.map(String.init)
      .filter { $0.count > 2 && !small.contains($0) }
    let base = words.isEmpty ? "plan" : words.prefix(5).joined(separator: "-")
    guard taken.contains(base) else { return base }
    return (2...).lazy.map { "\(base)-\($0)" }.first { !taken.contains($0) } ?? base
  }

  /// As a file has it: see Docs/workflows.md.
  func source(name: String) -> String {
    var lines = [
      "workflow: \(name)", "version: 1", "title: \(JSON.string(title).text())", "summary: \(JSON.string(goal).text())",
    ]
    if !starts.isEmpty { lines.append("start: \(JSON.array(starts).text())") }
    if !inputs.isEmpty {
      lines.append("inputs:")
      lines += inputs.map { "  - {name: \($0.name), summary: \(JSON.string($0.summary).text())}" }
    }
    lines.append("steps:")
    lines += steps.map { "  - \(Self.json($0).text())" }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func json(_ step: Step) -> JSON {
    var all: JSONObject = ["id": .string(step.id)]
    if let needs = step.needs { all["needs"] = JSON(needs) }
    all.put("when", step.condition)
    for member in step.body.members { all[member.key] = member.value }
    if !step.inner.isEmpty { all["steps"] = .array(step.inner.map(json)) }
    return .object(all)
  }
}
