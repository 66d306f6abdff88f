import Actions
import Base
import Formats
import Messages
import People

/// "At most 4 paracetamol a day."
struct LimitMedicine: Action {
  static let name = "medicine.limit"
  static let summary = "Notes how often a medicine may be taken: the least time between two, the most in 24 hours."
  static let effect = Effect.write

  @Parameter("Which one.", kind: .entity("medicines")) var medicine: String
  @Parameter("The least time between two.") var gap: Duration?
  @Parameter("How many within 24 hours at most.") var dailyMax: Int?

  func perform(in context: ActionContext) async throws -> ActionResult {
    guard gap != nil || dailyMax != nil else {
      return .ask(Say("medicine.limit.ask.daily_max"), parameter: "daily_max")
    }
    var change = ChangeMedicine()
    change.medicine = medicine
    // of "at most 4 in 24 hours" the hours are no gap
    change.gap = dailyMax != nil && gap == .days(1) ? nil : gap
    change.dailyMax = dailyMax
    return try await change.perform(in: context)
  }
}

/// "Keep 6 hours between two paracetamol."
struct KeepGap: Action {
  static let name = "medicine.gap"
  static let summary = "Notes the least time between two of a medicine."
  static let effect = Effect.write

  @Parameter("Which one.", kind: .entity("medicines")) var medicine: String
  @Parameter("The least time between two.") var gap: Duration

  func perform(in context: ActionContext) async throws -> ActionResult {
    var change = ChangeMedicine()
    change.medicine = medicine
    change.gap = gap
    return try await change.perform(in: context)
  }
}

/// "Tell us when there is no answer about the insulin for 20 minutes."
struct WaitForMedicine: Action {
  static let name = "medicine.wait"
  static let summary = "Notes how long a dose may stay unanswered before the family is told."
  static let effect = Effect.write

  @Parameter("Which one.", kind: .entity("medicines")) var medicine: String
  @Parameter("How long.") var familyAfter: Duration
  @Parameter("Whose; found by the medicine when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    var change = ChangeMedicine()
    change.medicine = medicine
    change.familyAfter = familyAfter
    change.person = person
    return try await change.perform(in: context)
  }
}
