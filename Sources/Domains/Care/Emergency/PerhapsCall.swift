import Actions
import Base
import Delivery
import Events
import Formats
import Messages
import People
import Schedule
import Store

/// Notes that somebody was asked whether they need help. The conversation runs it beside the question.
struct AskWhetherHelp: Action {
  static let name = "emergency.ask"
  static let summary = "Waits for the answer whether help is needed; without one the family is called."
  static let effect = Effect.write
  static let isHidden = true

  @Parameter("What was said, word for word.") var what: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (what, actor, door) = (String(what.prefix(300)), context.actor, context.origin.door)
    return .change { transaction in
      try PerhapsCall.wait(for: actor.id, what, door, transaction)
      return Outcome(Say("emergency.perhaps"))
    }
  }
}

/// The answer that no help is needed, also where it comes after the family was called.
struct DeclineHelp: Action {
  static let name = "emergency.decline"
  static let summary = "Hears that no help is needed."
  static let effect = Effect.write
  static let isHidden = true

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (actor, people) = (context.actor, context.people)
    return .change { transaction in
      try transaction.unschedule(Care.perhapsKind, subject: actor.id.text)
      let own = try Alert.current(for: actor.id, since: transaction.now - .days(1), transaction).first { !$0.isTest }
      guard let own, !own.isSilent else { return Outcome(Say("care.well")) }
      return try CancelAlert.callOff(own.id, actor, people, &transaction)
    }
  }
}

/// Words that may have been a call for help, and the question whether they were, until it is answered. Whoever cannot
/// answer it may be the one who needs help most: so their family is called then.
///
/// Whatever is said next counts as an answer: it was understood, or is asked about anew.
enum PerhapsCall {
  /// Long enough to find one's glasses, short beside the waits of a ladder.
  static let patience: Duration = .minutes(3)

  static func wait(for person: PersonID, _ what: String, _ door: String, _ transaction: Transaction) throws {
    // asked again, it waits anew
    try transaction.unschedule(Care.perhapsKind, subject: person.text)
    try transaction.schedule(
      Care.perhapsKind, subject: person.text, person: person, at: transaction.now + patience,
      payload: [
        "what": .string(what), "door": .string(door), "asked": .integer(transaction.now.microseconds),
      ])
  }

  static func handle(_ dues: [Due], _ transaction: inout Transaction) throws {
    for due in dues {
      guard let id = due.person, let family = Family(transaction), let asked = due.payload["asked"].int64 else {
        continue
      }
      if let heard = family.people.lastHeard(of: id), heard.microseconds > asked { continue }
      let isCalled = try Alert.current(for: id, since: transaction.now, transaction)
        .contains { $0.state == .open && !$0.isTest }
      guard !isCalled, family.people.person(id) != nil else { continue }
      let alert = try Alert.raise(
        for: id, due.payload["what"].string, isSilent: false, by: nil, door: due.payload["door"].string ?? "",
        telling: "emergency.unsure_for", &transaction)
      guard let ladder = AlertLadder(alert, transaction) else { continue }
      let names = ladder.helpers.map { Say.Value.text(family.people.called($0.person.id, by: id)) }
      try ladder.tellElder("emergency.unsure", ["names": .list(names)], buttons: [AlertLadder.cancelButton])
    }
  }
}
