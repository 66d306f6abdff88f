import Actions
import Base
import Messages
import People
import Store

/// The elder chooses words that call for help while the screen says nothing of it.
struct SetSilentPhrase: Action {
  static let name = "emergency.silent_phrase"
  static let summary = "Sets words of your own that call for help without showing it; without words it ends."
  static let effect = Effect.write

  @Parameter("The words, two or more.") var phrase: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let phrase = phrase?.trimmed
    if let phrase, !PeopleBook.isFit(silentPhrase: phrase) {
      throw ActionError(
        "emergency.phrase_short", sentence: "At least two words that you do not say every day are needed.",
        field: "phrase")
    }
    return .change { transaction in
      try context.people.set(silentPhrase: phrase, of: context.actor.id, in: transaction)
      // the log must not tell what the screen is to hide
      return Outcome(
        Say(phrase == nil ? "emergency.phrase_gone" : "emergency.phrase_set"), audited: ActionCall(Self.name))
    }
  }
}
