import Actions
import Base
import Formats
import Messages
import People
import Store
import Time

/// "Rent is now 48000", "change tea to 550": what was noted is put right, and not noted twice.
struct ChangeExpense: Action {
  static let name = "expense.change"
  static let summary = "Puts right what was noted as spent: the amount, what it was for, its project, or the day."
  static let effect = Effect.write

  @Parameter("What it was for, or its id; the one noted last when left out.") var expense: String?
  @Parameter("The right amount.") var amount: Money?
  @Parameter("What it was for instead.") var what: String?
  @Parameter("The day it was spent instead.") var date: CivilDate?
  @Parameter("The project or brand it belongs to instead.") var project: String?
  @Parameter("Whether it belongs to no project.", default: false) var noProject: Bool
  @Parameter("Whether it is a new project although one is spelt nearly so.", default: false) var newProject: Bool

  func perform(in context: ActionContext) async throws -> ActionResult {
    if let amount { try AddExpense.check(amount) }
    let (wanted, person) = (expense, context.actor.id)
    // of several with the same words the one noted last is meant: it is the one on somebody's mind
    let found = try await context.store.read { try Expense.matching(wanted, of: person, $0) }.first
    guard let before = found else { return try notNoted() }
    guard amount != nil || what != nil || date != nil || project != nil || noProject else {
      return .ask(before.line("expense.change.ask"), parameter: "amount")
    }
    var again: JSONObject = ["expense": .string(before.id)]
    again["amount"] = amount?.json
    again["what"] = what.map { .string($0) }
    again["date"] = date?.json
    again["project"] = project.map { .string($0) }
    let choice: ProjectBook.Choice
    switch try await ProjectBook.choose(project, for: ActionCall(Self.name, again), isNew: newProject, in: context) {
    case .question(let question): return question
    case .choice(let found): choice = found
    }
    let (today, isMoved) = (context.today, project != nil || noProject)
    let (amount, what, day) = (amount ?? before.amount, what ?? before.what, date ?? before.day)
    return .change { transaction in
      let project = isMoved ? try choice.settle(by: person, in: transaction) : nil
      let after = Expense(
        id: before.id, amount: amount, what: what, project: isMoved ? project?.name : before.project, day: day)
      guard
        try transaction.execute(
          """
          UPDATE desk_expenses SET minor = ?, currency = ?, what = ?, day = ?,
            project = CASE WHEN ? THEN ? ELSE project END
          WHERE tenant = :tenant AND id = ? AND person = ?
          """, after.amount.minor, after.amount.currency, after.what, after.day.description, isMoved, project?.id,
          before.id, person) == 1
      else {
        throw ActionError("desk.expense_unknown", sentence: "That expense is gone already.", field: "expense")
      }
      var say = after.line("expense.change")
      if after.amount != before.amount { say.values["before"] = .money(before.amount) }
      if after.day == today { say.values["date"] = nil }
      var arguments: JSONObject = [
        "expense": .string(before.id), "amount": before.amount.json, "date": before.day.json,
      ]
      arguments["what"] = before.what.map { .string($0) }
      if isMoved, let project = before.project { arguments["project"] = .string(project) }
      if isMoved, before.project == nil { arguments["no_project"] = true }
      return Outcome(say, data: after.json, inverse: ActionCall(Self.name, arguments))
    }
  }

  /// Nothing of the kind is in the book; with an amount it may be noted now.
  private func notNoted() throws -> ActionResult {
    let values = values(["what": expense.map { .text($0) }])
    guard let expense, let amount else {
      throw ActionError("desk.expense_unknown", values, sentence: "There is no such expense.", field: "expense")
    }
    var arguments: JSONObject = ["amount": amount.json, "what": .string(what ?? expense)]
    arguments["date"] = date?.json
    arguments["project"] = project.map { .string($0) }
    var button = Say.Button(
      "button.expense.add", ["amount": .money(amount), "what": .text(what ?? expense)], action: AddExpense.name,
      arguments: arguments)
    button.isOffer = true
    return .answer(Say("expense.change.none", values, buttons: [button]))
  }
}
