package import Actions
import Base
import Formats
import Messages
import People
import Store
import Text

/// What people say about voice itself: to be answered by voice or in writing, and whether the family gets their notes.
package enum VoiceRoom {
  package static let room = Room(
    name: "voice", migrations: [], actions: [SpeakReplies.self, WriteReplies.self, ShareNotes.self, KeepNotes.self],
    forget: { _, _ in 0 }, export: { _, _ in .null })

  /// Changes a wish of the speaker's; the inverse is the action that wishes the opposite.
  static func change(
    _ say: Say, opposite: String, _ context: ActionContext, _ wish: @escaping @Sendable (inout VoiceWishes) -> Void
  ) -> ActionResult {
    let (person, people) = (context.actor, context.people)
    return .change { transaction in
      var wishes = people.voice(of: person.id)
      let before = wishes
      wish(&wishes)
      var house = transaction.widened()
      try people.set(wishes, of: person, in: &house)
      return Outcome(say, inverse: wishes != before ? ActionCall(opposite) : nil)
    }
  }
}

struct SpeakReplies: Action {
  static let name = "voice.speak"
  static let summary = "Answers you by voice as well, beside the text."
  static let effect = Effect.write
  func perform(in context: ActionContext) async throws -> ActionResult {
    // only these scripts can be read aloud
    let key =
      context.actor.language.isLatin && context.actor.language != .english ? "voice.speak_other" : "voice.speaks"
    return VoiceRoom.change(Say(key), opposite: WriteReplies.name, context) { $0.isSpokenTo = true }
  }
}

struct WriteReplies: Action {
  static let name = "voice.write"
  static let summary = "Answers you in writing only."
  static let effect = Effect.write
  func perform(in context: ActionContext) async throws -> ActionResult {
    VoiceRoom.change(Say("voice.writes"), opposite: SpeakReplies.name, context) { $0.isSpokenTo = false }
  }
}

struct ShareNotes: Action {
  static let name = "voice.share"
  static let summary = "Passes your voice notes on to the relatives who are called for help."
  static let effect = Effect.write
  static let isForPeopleAlone = true
  func perform(in context: ActionContext) async throws -> ActionResult {
    VoiceRoom.change(Say("voice.shares"), opposite: KeepNotes.name, context) { $0.goToFamily = true }
  }
}

struct KeepNotes: Action {
  static let name = "voice.keep"
  static let summary = "Keeps your voice notes between you and the assistant."
  static let effect = Effect.write
  func perform(in context: ActionContext) async throws -> ActionResult {
    VoiceRoom.change(Say("voice.keeps"), opposite: ShareNotes.name, context) { $0.goToFamily = false }
  }
}
