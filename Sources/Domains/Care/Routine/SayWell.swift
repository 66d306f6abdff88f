import Actions
import Base
import Formats
import Messages
import People
import Store

/// Somebody says that nothing is wrong. An open call for help is never closed by a sentence that could be misread; the
/// daily question is answered by it.
struct SayWell: Action {
  static let name = "care.well"
  static let summary = "Hears that you are well."
  static let effect = Effect.write

  func perform(in context: ActionContext) async throws -> ActionResult {
    let actor = context.actor
    return .change { transaction in
      let open = try Alert.current(for: actor.id, since: transaction.now - .days(1), transaction)
        .first { $0.state == .open && !$0.isTest && !$0.isSilent }
      guard open == nil else { return Outcome(Say("care.well.open", buttons: [AlertLadder.cancelButton])) }
      return Outcome(Say(try CheckIns.isAnsweredWell(by: actor, transaction) ? "checkin.thanks" : "care.well"))
    }
  }
}

/// Somebody does not feel well, without calling for help: the family is offered to hear of it, and help stays one tap away.
struct SayUnwell: Action {
  static let name = "care.unwell"
  static let summary = "Hears that you do not feel well, and offers to tell your family."
  static let effect = Effect.read

  @Parameter("What was said, word for word.") var said: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let relatives = context.people.relatives(of: context.actor.id).map(\.person)
    var buttons: [Say.Button] = []
    if let said, said.utf8.count <= TellFamily.longest {
      let called = relatives.map { Say.Value.text(context.people.called($0.id, by: context.actor.id)) }
      // a plain yes is a tap of the first: everybody is told
      var all = Say.Button(
        "care.button.tell", ["name": called.count == 1 ? called[0] : .list(called)], action: TellFamily.name,
        arguments: ["everyone": true, "text": .string(said)])
      all.isOffer = true
      if !relatives.isEmpty { buttons.append(all) }
      if relatives.count > 1 {
        buttons.append(
          Say.Button(
            "care.button.tell", ["name": called[0]], action: TellFamily.name,
            arguments: ["person": .string(relatives[0].id.text), "text": .string(said)]))
      }
    }
    buttons.append(Say.Button("care.button.help", action: RaiseAlert.name))
    return .answer(Say(relatives.isEmpty ? "care.unwell.alone" : "care.unwell", buttons: buttons))
  }
}
