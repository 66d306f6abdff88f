import Actions
import Messages

/// "Amazon paid us 80000": never noted as spent, and never passed over in silence.
struct TellIncome: Action {
  static let name = "expense.income"
  static let summary = "Says that money that comes in is not kept."
  static let effect = Effect.read

  func perform(in context: ActionContext) async throws -> ActionResult { .answer(Say(Self.name)) }
}

/// "Assign it to Meena".
struct TellAssigned: Action {
  static let name = "task.assign"
  static let summary = "Says that a task has nobody's name on it."
  static let effect = Effect.read

  func perform(in context: ActionContext) async throws -> ActionResult { .answer(Say(Self.name)) }
}
