import Actions
import Base
import Messages
import Understanding

/// Taking back what was done or is being asked.
extension Conversation {
  /// What was asked last is taken back first; what was done before it stays.
  func takeBack(_ context: ActionContext, _ draft: inout Draft) async {
    guard draft.dialogue.question != nil || draft.dialogue.confirmation != nil else {
      return await undo(context, &draft)
    }
    draft.intent = "assistant.undo"
    draft.dialogue.forgetAsked()
    draft.say = Say("dialogue.cancelled")
  }

  /// - Parameter isWhole: "Cancel" after a correction wants neither; "undo" wants what was there before it.
  func undo(isWhole: Bool = false, _ context: ActionContext, _ draft: inout Draft) async {
    draft.intent = "assistant.undo"
    var approved = context
    approved.authority.isApproved = true
    let takenBack = draft.dialogue.takenBack
    guard let inverse = draft.dialogue.last?.inverse ?? takenBack.first else { return cannotUndo(context, &draft) }
    draft.isUndo = true
    draft.isTakenBack = isWhole
    if draft.dialogue.last == nil {
      for call in takenBack { draft.prepared.append(await prepare(call, approved)) }
      return
    }
    if !isWhole, let before = draft.dialogue.last?.before, case let anew = await prepare(before, approved),
      case .change = anew
    {
      await replace(inverse, context, &draft)
      draft.prepared.append(anew)
      draft.isRestoring = true
      return
    }
    draft.prepared = [await prepare(inverse, approved)]
    for other in draft.dialogue.last?.besides ?? [] { draft.prepared.append(await prepare(other, approved)) }
  }

  /// "By mistake", where nobody calls for help, is about what was noted just now: "nahi, galti se bola, abhi nahi li".
  func takeBackMistake(_ calls: [ActionCall], _ context: ActionContext, _ draft: inout Draft) async {
    guard let name = calls.only?.name, case .failed? = draft.prepared.last, let last = draft.dialogue.last,
      last.inverse != nil, context.now - last.at < Self.regret,
      // "not yet", when nothing is due any more since it was noted as taken
      // anything else that was noted is no mistake because nobody called for help
      Self.isSettling(last.call.name),
      name == "emergency.cancel" || name == "medicine.snooze" && last.call.name == "medicine.taken"
    else { return }
    draft.prepared.removeLast()
    await undo(context, &draft)
  }
}
