import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Understanding

extension Conversation {
  /// What somebody else wrote never acts by itself and answers no question: what it asks for is offered, and done on a yes.
  ///
  /// Nothing that costs money or reaches others is offered: that a person must say in their own words.
  func draftForwarded(
    _ text: String, _ person: Person, _ dialogue: Dialogue, _ conversation: ConversationKey,
    _ authority: ActionContext.Authority
  ) async -> Draft {
    var draft = Draft(dialogue: dialogue, say: Say("dialogue.forwarded"), language: person.language)
    guard parts.emergency(text) == nil, Self.intents(of: text) == nil else { return draft }
    let understood = await parts.understanding.understand(await request(text, person, Dialogue()))
    guard understood.kind == .intent, !understood.isNearTie, let intent = understood.intent,
      let known = parts.runner.registry[intent], !known.isHidden, known.effect == .write,
      !intent.hasPrefix("emergency.")
    else { return draft }
    var call = ActionCall(intent)
    for (name, value) in understood.slots where known.parameter(name) != nil { call.arguments[name] = value.json() }
    draft.say = nil
    draft.intent = intent
    draft.confidence = understood.confidence
    let quote = text.count > 200 ? text.prefix(200) + "…" : text[...]
    draft.dialogue.question = nil
    draft.prepared = [.confirm(call, Say("dialogue.forwarded_offer", ["text": .text(String(quote))]))]
    return draft
  }
}
