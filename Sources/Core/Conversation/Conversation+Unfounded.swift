import Actions
import Formats
import Messages
import Text
import Understanding

/// What is asked for without a reason to do it, and what was not understood.
extension Conversation {
  /// "Reset it to 5 lakh" is no reason to change what was noted last week: what is to be changed is named, was spoken of, or is
  /// asked for. And whoever did not say "reminder" hears nothing of reminders that are not there.
  func isUnfounded(
    _ call: ActionCall, _ understood: Understood, _ text: String, _ dialogue: Dialogue, _ context: ActionContext
  ) async -> Bool {
    let parts = call.name.split(separator: ".").map(String.init)
    guard parts.count == 2, let known = self.parts.runner.registry[call.name], known.effect != .read,
      known.parameter(parts[0]) != nil, call.arguments[parts[0]] == nil,
      Self.families.contains(where: { $0.contains(parts[1]) && !$0.contains("done") }),
      ring(for: context.actor, dialogue) == nil
    else { return false }
    let spoken = [dialogue.recent?.call.name, dialogue.last?.call.name, dialogue.offer?.call.name].compactMap(\.self)
    guard !spoken.contains(where: { $0.hasPrefix(parts[0] + ".") }) else { return false }
    guard await !names(parts[0], text, context, dialogue) else { return false }
    if understood.confidence < Self.sureOfChange { return true }
    guard case .failed(_, let error) = await prepare(call, context) else { return false }
    return error.code.hasSuffix(".none")
  }

  /// Whether a kind of thing is named: "my reminder", "the expense".
  private func names(_ room: String, _ text: String, _ context: ActionContext, _ dialogue: Dialogue) async -> Bool {
    if Normaliser.normalise(text).contains(room) { return true }
    var request = await request(text, context.actor, dialogue)
    let kind = SlotKind.choice([room])
    request.expectedSlot = ExpectedSlot(intent: "", slot: "named_kind", kind: kind)
    return self.parts.understanding.read(text, as: kind, request) != nil
  }

  private static let sureOfChange = 0.9

  /// What is answered where no intent was understood: something that is called so, what was shown last, what nobody can do here.
  func notUnderstood(
    _ understood: Understood, _ text: String, _ context: ActionContext, _ draft: inout Draft
  ) async {
    guard draft.prepared.isEmpty else {
      // beside something that is done: the rest of the message is not passed over in silence
      draft.say = Say("dialogue.other_part", ["words": .text(text)])
      return
    }
    draft.intent = nil
    let found = await whenItIs(understood, text, draft.dialogue, context)
    let meant = found == nil ? await meantOutside(understood, text, draft.dialogue, context) : nil
    if let call = found ?? meant {
      draft.intent = call.name
      draft.prepared.append(await prepare(call, context))
      return
    }
    if await looksBack(understood, text, context, &draft) { return }
    if await !askWhetherHelp(understood, text, context, &draft) {
      let pictured = answer(toPictures: text, context.actor)
      if let pictured { draft.say = pictured } else { draft.say = await beside(understood, text, context, draft) }
    }
  }
}
