import Formats
import Messages

/// What parts depend on.
extension GoalDraft {
  /// A condition about what came last.
  mutating func expression(_ condition: GoalClause.Condition?) -> String? {
    guard let condition else { return nil }
    // the same "if" for all that follow it
    if let seen, seen.condition == condition { return seen.expression }
    let found = fresh(condition)
    seen = found.map { (condition, $0) }
    return found
  }

  private mutating func fresh(_ condition: GoalClause.Condition) -> String? {
    switch condition {
    case .not(let other):
      guard let fork, fork.condition == other else { return nil }
      return otherWay(fork)
    case .answered(let isYes):
      if let fork, fork.condition == .answered(!isYes) { return otherWay(fork) }
      guard let asked = asked() else {
        problem("if", .nobodyAsked)
        return nil
      }
      let answer = answer(of: asked)
      if !isYes { guardSteps(behind: asked, by: answer) }
      return part(condition, isYes ? answer : "!\(answer)")
    case .otherwise: return otherwise()
    default: return looking(condition).map { part(condition, $0) }
    }
  }

  /// What is to be looked at of what came last, or asked.
  private mutating func looking(_ condition: GoalClause.Condition) -> String? {
    let about = loop != nil ? "item" : last.map { "steps.\($0)" }
    if case .words(let text) = condition {
      let asked = add(
        "is_it",
        [
          "approve": [
            "what": .string(speak(Say("workflow.question.is_it", ["words": .text(text)]))), "on_no": "continue",
          ]
        ], nil)
      note("asked", ["words": .text(text)])
      return "steps.\(asked).approved"
    }
    guard let about else {
      problem("if", .whatToLookAt)
      return nil
    }
    switch condition {
    case .any: return "length(items(\(about))) > 0"
    case .none: return "length(items(\(about))) == 0"
    case .more(let number): return "figure(\(about)) > \(Expression.words(Expression.number(number)))"
    case .less(let number): return "figure(\(about)) < \(Expression.words(Expression.number(number)))"
    default: return nil
    }
  }

  private mutating func part(_ condition: GoalClause.Condition, _ expression: String) -> String {
    fork = Fork(condition: condition, expression: expression, last: last, untold: untold)
    return expression
  }

  /// "it" is again what it was where the ways parted, and what the first way found out is not told on the second.
  private mutating func otherWay(_ fork: Fork) -> String {
    aside += untold.filter { !fork.untold.contains($0) }
    untold.removeAll { aside.contains($0) }
    last = fork.last
    return fork.expression.hasPrefix("!") ? String(fork.expression.dropFirst()) : "!(\(fork.expression))"
  }

  mutating func rejoin() {
    untold += aside
    aside = []
  }

  /// "ask me whether to pay it, then pay it, otherwise tell Amma"; "wait 3 days unless she pays, then …, otherwise …".
  private mutating func otherwise() -> String? {
    let waited = proposal.steps.lastIndex { step in standing == "steps.\(step.id).timed_out" }
    if let asked = asked(), asked > waited ?? -1 {
      let answer = answer(of: asked)
      guardSteps(behind: asked, by: answer)
      return part(.otherwise, "!\(answer)")
    }
    guard let came = standing else {
      problem("otherwise", .whatToLookAt)
      return nil
    }
    standing = nil
    return part(.otherwise, "!\(came)")
  }

  /// The last who was asked for a yes.
  private func asked() -> Int? {
    proposal.steps.lastIndex { $0.body["approve"] != nil && $0.id.hasPrefix("ask") }
  }

  /// A no no longer ends it.
  private mutating func answer(of asked: Int) -> String {
    var about = proposal.steps[asked].body["approve"]?.object ?? [:]
    about["on_no"] = "continue"
    proposal.steps[asked].body["approve"] = .object(about)
    return "steps.\(proposal.steps[asked].id).approved"
  }

  private mutating func guardSteps(behind asked: Int, by answer: String) {
    for index in proposal.steps.indices where index > asked {
      let condition = proposal.steps[index].condition
      guard condition?.contains(answer) != true else { continue }
      proposal.steps[index].condition = condition.map { "(\($0)) && (\(answer))" } ?? answer
      if proposal.steps[index].conditionWords == nil {
        proposal.steps[index].conditionWords = GoalClause.Condition.answered(true).say
      }
    }
  }
}
