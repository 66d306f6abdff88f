import Actions
import Base
import Messages
import People
import Store

/// The elder chooses words that call for help while the screen says nothing of it.
struct SetSilentPhrase: Action {
  static let name = "emergency.silent_phrase"
  static let summary = "Sets words of your own that call for help without showing it."
  static let effect = Effect.write

  @Parameter("The words, two or more, exactly as they will be written; asked for when left out.") var phrase: String?
  @Parameter("Whether there shall be no such words any more.", default: false) var off: Bool

  func perform(in context: ActionContext) async throws -> ActionResult {
    let phrase = off ? nil : phrase?.trimmed
    // asked for by themselves: words cut out of a sentence might be one too many, and would never call
    if phrase == nil, !off { return .ask(Say("emergency.silent_phrase.ask.phrase"), parameter: "phrase") }
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
