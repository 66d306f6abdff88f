import Actions
import Base
import Formats
import Messages
import People
import Store

/// The summary of the last seven days at once. When it comes by itself is left as it is.
struct ShowSummary: Action {
  static let name = "care.summary"
  static let summary = "Sums up the last seven days of somebody you look after, now."
  static let effect = Effect.write

  @Parameter("Of whom; the one person looked after when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.caredFor(person, needing: .medicines)
    let actor = context.actor.id
    guard person.id != actor else {
      throw ActionError("weekly.whose", sentence: "Of whom shall the summary be?", field: "person")
    }
    return .change { transaction in
      guard var say = try FamilySummary.say(of: person.id, for: actor, endsToday: true, transaction) else {
        throw MedicineFinder.unknown
      }
      // who has it every week needs no offer of it
      if try FamilySummary.find(of: person.id, for: actor, transaction) == nil {
        say.buttons = [
          Say.Button("care.button.every_sunday", action: SetWeekly.name, arguments: ["person": .string(person.id.text)])
        ]
      }
      return Outcome(say, data: ["person": .string(person.id.text)])
    }
  }
}
