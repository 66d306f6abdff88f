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
