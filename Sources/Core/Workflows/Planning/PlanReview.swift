import Actions
import Base
import Formats
import Messages
import People
import Text

/// What a workflow would do and what it would take, before a person says yes to it: the same look at one that was planned from
/// words, written by hand, imported, or made by a model.
struct PlanReview: Sendable {
  struct Step: Sendable {
    let key: String
    let kind: String
    let action: String?
    let effect: Effect?
    /// What it does, in one line.
    let words: String
    /// The same in anybody's language.
    let say: Say
    let isAsked: Bool
    let condition: Bool
    /// Why it cannot be.
    var problem: Say?
  }

  private(set) var steps: [Step] = []
  /// Calls to the world outside, at least.
  private(set) var outside = 0
  /// What it waits at the longest, without answers of people.
  private(set) var waits = Duration.zero
  private(set) var waitsForPeople = 0
  /// The amounts of money that stand in it.
  private(set) var amounts: [Money] = []

  /// With the step that each is about.
  var problems: [Say] {
    steps.compactMap { step in
      step.problem.map { Say("workflow.wrong", ["step": .text(step.key), "sentence": .say($0)]) }
    }
  }
  var isFeasible: Bool { problems.isEmpty }

  init(_ definition: WorkflowDefinition, _ registry: ActionRegistry, in context: ActionContext) {
    review(definition.steps, "", registry, context)
  }

  private mutating func review(
    _ all: [WorkflowStep], _ prefix: String, _ registry: ActionRegistry, _ context: ActionContext
  ) {
    for step in all {
      review(step, prefix + step.id, registry, context)
      for inner in step.inner { review(inner, prefix + step.id + "/", registry, context) }
    }
  }

  private mutating func review(
    _ step: WorkflowStep, _ key: String, _ registry: ActionRegistry, _ context: ActionContext
  ) {
    var (action, effect, isAsked, problem): (String?, Effect?, Bool, Say?) = (nil, nil, false, nil)
    let kind: String
    let words: String
    switch step.kind {
    case .action(let name, let arguments):
      (kind, action) = ("action", name)
      guard let entry = registry[name] else {
        steps.append(
          Step(
            key: key, kind: kind, action: name, effect: nil, words: name, say: .words(name), isAsked: false,
            condition: step.condition != nil, problem: Say("workflow.wrong.unknown", ["name": .text(name)])))
        return
      }
      effect = entry.effect
      let given = arguments.members
      problem = refusal(of: entry, given.map(\.key), context)
      isAsked = context.persona.confirmation(of: name, effect: entry.effect.rawValue) == .ask
      if entry.effect == .outbound { outside += 1 }
      if isAsked { waitsForPeople += 1 }
      // a price of one says nothing of the whole
      let isMultiplied = entry.parameters.contains { parameter in
        (parameter.kind == .number || parameter.kind == .integer) && given.contains { $0.key == parameter.name }
      }
      for parameter in entry.parameters where parameter.kind == .money && !isMultiplied {
        guard let text = given.first(where: { $0.key == parameter.name })?.value,
          case .literal(let json) = text, let money = Self.money(json, context)
        else { continue }
        amounts.append(money)
      }
      let said = given.map(\.value.words).filter { !$0.isEmpty }.joined(separator: ", ")
      let summary = entry.does
      words = said.isEmpty ? summary : "\(summary) (\(said))"
    case .http(let call):
      (kind, effect) = ("http", call.method == "GET" ? .read : .outbound)
      outside += 1
      words = "\(call.method) \(call.url.words)"
    case .compute(let name, _): (kind, words) = ("compute", "Computes \(name)")
    case .call(let call):
      (kind, effect) = (call.kind.rawValue, call.kind == .model ? .read : .outbound)
      outside += 1
      words = Self.words(call)
    case .tell(let to, let text):
      kind = "tell"
      let what = text.plain.isQuoting ? "what came of it" : ": \(text.plain.words)"
      words = "Tells \(to?.words ?? "you")" + (text.plain.isQuoting ? " " : "") + what
    case .wait(let wait):
      kind = "wait"
      let length = wait.duration.flatMap { WorkflowDuration.read($0.words) }
      if let length { waits += length }
      var parts: [String] = []
      if let duration = wait.duration { parts.append(length.map(Self.spoken) ?? duration.words) }
      if let until = wait.until { parts.append("until \(until.words)") }
      if let signal = wait.signal { parts.append((parts.isEmpty ? "for " : "or until ") + signal.words) }
      words = "Waits " + parts.joined(separator: " ")
    case .approve(let approval):
      (kind, isAsked) = ("approve", true)
      waitsForPeople += 1
      words = "Asks \(approval.who?.words ?? "you"): \(approval.what.plain.words)"
    case .each: (kind, words) = ("each", "For each of them:")
    case .choose: (kind, words) = ("choose", "One of these:")
    case .workflow(let name, _): (kind, words) = ("workflow", "Runs \(name)")
    case .set: (kind, words) = ("set", "Keeps values")
    case .stop(let reason, let fails): (kind, words) = ("stop", (fails ? "Fails: " : "Ends: ") + (reason?.words ?? ""))
    }
    steps.append(
      Step(
        key: key, kind: kind, action: action, effect: effect, words: words, say: Self.say(step, registry),
        isAsked: isAsked,
        condition: step.condition != nil, problem: problem))
  }

  static func words(_ call: WorkflowStep.OutsideCall) -> String {
    func field(_ name: String) -> String { call.fields.first { $0.name == name }?.value.words ?? "" }
    return switch call.kind {
    case .mail: "Mails \(field("to")): \(field("subject"))"
    case .model: "Asks the language model: \(field("text"))"
    case .sql: "Asks the database \(field("connector")): \(field("query"))"
    }
  }

  /// Why this person's persona and token would not do it.
  private func refusal(of entry: ActionEntry, _ given: [String], _ context: ActionContext) -> Say? {
    // programs read the names, people what they stand for
    func wrong(_ key: String, _ more: [String: Say.Value] = [:]) -> Say {
      Say("workflow.wrong." + key, ["action": .text(entry.name), "does": Self.term(entry)].merging(more) { $1 })
    }
    guard !entry.isHidden, context.persona.allows(entry.name) else {
      return wrong("persona", ["persona": .text(context.persona.name)])
    }
    guard !entry.isForPeopleAlone else { return wrong("person_only") }
    guard context.persona.confirmation(of: entry.name, effect: entry.effect.rawValue) != .refuse else {
      return wrong("policy")
    }
    guard context.authority.covers(entry.effect) else {
      return wrong("scope", ["scope": .text(entry.effect.rawValue)])
    }
    if let unknown = given.first(where: { entry.parameter($0) == nil }) {
      return wrong("parameter", ["name": .text(unknown)])
    }
    if let missing = entry.parameters.first(where: { $0.isRequired && !given.contains($0.name) }) {
      return wrong("needs", ["name": .text(missing.name), "parameter": Self.term(ofInput: missing.name)])
    }
    return nil
  }

  private static func money(_ json: JSON, _ context: ActionContext) -> Money? {
    let currency = json["currency"].string ?? context.actor.currency
    if let text = json["amount"].string ?? json.string { return Money(decimal: text, currency: currency) }
    return json.int64.flatMap { Money(decimal: "\($0)", currency: currency) }
  }

  private static func spoken(_ duration: Duration) -> String {
    let seconds = duration.microseconds / 1_000_000
    for (unit, name) in [(86_400, "day"), (3_600, "hour"), (60, "minute")]
    where seconds >= unit && seconds % Int64(unit) == 0 {
      let count = seconds / Int64(unit)
      return "\(count) \(name)\(count == 1 ? "" : "s")"
    }
    return "\(seconds) seconds"
  }

  func json(_ words: AnswerWords) -> JSONObject {
    [
      "feasible": .bool(isFeasible),
      "steps": .array(
        steps.map { step in
          var all: JSONObject = ["step": .string(step.key), "kind": .string(step.kind), "does": .string(step.words)]
          all.put("action", step.action)
          all.put("effect", step.effect?.rawValue)
          all["asks"] = .bool(step.isAsked)
          if step.condition { all["conditional"] = true }
          all.put("problem", step.problem.map(words.english))
          all.put("shown", words.shown(["does": .say(step.say), "problem": step.problem.map { .say($0) }]))
          return .object(all)
        }),
      "cost": [
        "steps": .integer(Int64(steps.count)), "outside_calls": .integer(Int64(outside)),
        "questions": .integer(Int64(waitsForPeople)), "waits_s": .integer(waits.microseconds / 1_000_000),
        "money": .array(amounts.map { .string($0.description) }),
      ],
    ]
  }
}

extension Template {
  /// Its members, where it is an object.
  var members: [(key: String, value: Template)] {
    switch self {
    case .object(let all): all.map { ($0.key, $0.value) }
    case .literal(let json): (json.object?.members ?? []).map { ($0.key, .literal($0.value)) }
    default: []
    }
  }

  /// It only passes on what steps answered.
  var isQuoting: Bool {
    switch self {
    case .expression(let expression): expression.paths.contains { $0.name == "said" }
    case .text(let parts):
      parts.allSatisfy { part in
        switch part {
        case .words(let text): text.allSatisfy(\.isWhitespace)
        case .expression(let expression): expression.paths.contains { $0.name == "said" }
        }
      }
    default: false
    }
  }

  /// As a person reads it; what is only known later is a pair of dots.
  var words: String {
    switch self {
    case .literal(let json): Expression.words(json)
    case .expression: "…"
    case .text(let parts): parts.map { if case .words(let text) = $0 { text } else { "…" } }.joined()
    case .list(let all): all.map(\.words).joined(separator: ", ")
    case .object(let all):
      isWorded
        ? all.first { $0.key == Language.english.code }?.value.words ?? ""
        : all.map { "\($0.key): \($0.value.words)" }.joined(separator: ", ")
    }
  }
}
