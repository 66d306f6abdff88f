import Actions
import Base
import Formats
import Knowledge
import Messages
import People
import Store
import Understanding

/// "The usual", "same as last time": what somebody had before of the same action, from the log of what was done. The usual
/// is what they mostly have at such a time.
extension Conversation {
  /// Fills what a call lacks, and what stands in it as "the usual", from the last call like it.
  func usual(_ call: ActionCall, _ text: String, _ context: ActionContext) async -> ActionCall {
    guard let reader = parts.facts, reader.saysUsual(text, isPart: true),
      let known = parts.runner.registry[call.name], let habit = await habit(call.name, context)
    else { return call }
    let isLast = reader.saysLastTime(text, isPart: true)
    var call = call
    for parameter in known.parameters where Self.isKept(parameter.kind) {
      let said = call.arguments[parameter.name]
      let isUsual = said?.string.map { reader.saysUsual($0) } ?? (said?.isNull ?? parameter.isRequired)
      guard isUsual else { continue }
      let value = isLast ? habit.last(parameter.name) : habit.usual(parameter.name)
      if let value { call.arguments[parameter.name] = value }
    }
    return call
  }

  /// The answer "the usual" to a question. - Returns: `nil` where it is no such answer, or nothing is known.
  func usualAnswer(to question: Dialogue.Question, _ text: String, _ context: ActionContext) async -> ActionCall? {
    guard let reader = parts.facts, reader.saysUsual(text),
      let parameter = parts.runner.registry[question.call.name]?.parameter(question.parameter),
      Self.isKept(parameter.kind), let habit = await habit(question.call.name, context),
      let value = reader.saysLastTime(text) ? habit.last(question.parameter) : habit.usual(question.parameter)
    else { return nil }
    var call = question.call
    call.arguments[question.parameter] = value
    return call
  }

  /// A moment of the last time is past now; all else can be so again.
  private static func isKept(_ kind: SlotKind) -> Bool {
    switch kind {
    case .when, .date: false
    default: true
    }
  }

  private func habit(_ action: String, _ context: ActionContext) async -> Habit? {
    let (runner, actor) = (parts.runner, context.actor.id)
    do {
      let done = try await context.store.read { try runner.doneBefore(action, by: actor, limit: Habit.most, $0) }
      return done.isEmpty ? nil : Habit(done, now: context.now, zone: context.zone)
    } catch {
      return nil
    }
  }
}
