import Actions
import Formats
import Messages
import People
import Understanding

extension Conversation {
  /// Where a room has nothing, the memory may know: a tablet that was told of and never set up.
  func otherwise(_ understood: Understood, _ context: ActionContext, _ draft: inout Draft) async {
    guard let other = understood.otherwise.first, let intent = other.intent, context.persona.allows(intent),
      draft.prepared.count == 1, case .answer(_, let outcome) = draft.prepared[0], outcome.data.array?.isEmpty == true
    else { return }
    var arguments = JSONObject()
    for (name, value) in other.slots { arguments[name] = value.json() }
    // what is found is kept fresh, so that an answer with something in it is a change
    let found = await prepare(ActionCall(intent, arguments), context)
    guard case .change = found else { return }
    draft.intent = intent
    draft.prepared = [found]
  }
}
