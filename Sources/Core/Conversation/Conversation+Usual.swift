import Actions
import Base
import Formats
import Knowledge
import Messages
import People
import Store
import Understanding

/// "The usual", "same as last time": what somebody had before of the same action, from the log of what was done.
extension Conversation {
  /// Fills what a call lacks, and what stands in it as "the usual", from the last call like it.
  func usual(_ call: ActionCall, _ text: String, _ context: ActionContext) async -> ActionCall {
    guard let reader = await factReader(context), reader.saysUsual(text, isPart: true),
      let known = parts.runner.registry[call.name], let before = await lastDone(call.name, context)
    else { return call }
    var call = call
    for parameter in known.parameters where Self.isKept(parameter.kind) {
      let said = call.arguments[parameter.name]
      let isUsual = said?.string.map { reader.saysUsual($0) } ?? (said?.isNull ?? parameter.isRequired)
      if isUsual, let value = before[parameter.name] { call.arguments[parameter.name] = value }
    }
    return call
  }

  /// The answer "the usual" to a question. - Returns: `nil` where it is no such answer, or nothing is known.
  func usualAnswer(to question: Dialogue.Question, _ text: String, _ context: ActionContext) async -> ActionCall? {
    guard let reader = await factReader(context), reader.saysUsual(text),
      let parameter = parts.runner.registry[question.call.name]?.parameter(question.parameter),
      Self.isKept(parameter.kind), let value = await lastDone(question.call.name, context)?[question.parameter]
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

  func factReader(_ context: ActionContext) async -> FactReader? {
    do { return try await context.store.read { $0.service(FactReader.self) } } catch { return nil }
  }

  private func lastDone(_ action: String, _ context: ActionContext) async -> JSONObject? {
    let (runner, actor) = (parts.runner, context.actor.id)
    do { return try await context.store.read { try runner.lastDone(action, by: actor, $0) } } catch { return nil }
  }
}
