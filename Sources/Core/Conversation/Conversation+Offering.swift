import Actions
import Base
import Delivery
import Memory
import Messages
import People
import Store
import Understanding

/// What a message offers: a plan, say, with a button that starts it. A plain yes is a tap of that button.
extension Conversation {
  /// "Yes", "no" or "cancel" to what the last message offered.
  ///
  /// - Returns: whether there is anything that it can be about.
  func answerOffer(_ kind: Understood.Kind, _ context: ActionContext, _ draft: inout Draft) async -> Bool {
    guard let offer = draft.dialogue.offer, await isStillLast(offer, context) else { return false }
    draft.dialogue.offer = nil
    draft.spent = offer.buttons.filter { $0 != offer.button }
    guard kind == .affirm else {
      draft.spent = offer.buttons
      draft.say = Say("dialogue.cancelled")
      return true
    }
    draft.button = (offer.button, isSingleUse: true)
    draft.intent = offer.call.name
    draft.prepared = [await prepare(offer.call, context)]
    return true
  }

  /// Nothing else was said to this person since, here or at another door: a yes would be about that. What cannot be looked
  /// up counts as something.
  private func isStillLast(_ offer: Dialogue.Offer, _ context: ActionContext) async -> Bool {
    let (person, from, to) = (context.actor.id, offer.at + .microseconds(1), context.now + .seconds(1))
    let since = try? await context.store.read { try $0.episodes(of: person, from: from, to: to, limit: 50) }
    // what was not answered (where somebody walks, say) said nothing
    return since.map { $0.allSatisfy(\.replied.isEmpty) } ?? false
  }

  /// What a reply offers. A question that comes with it is what a yes would be about.
  func offer(_ say: Say, _ reply: OutboundMessage, _ dialogue: Dialogue, at now: Instant) -> Dialogue.Offer? {
    guard dialogue.question == nil, dialogue.confirmation == nil, say.buttons.count == reply.buttons.count,
      let place = say.buttons.firstIndex(where: \.isOffer)
    else { return nil }
    let button = say.buttons[place]
    return .init(
      call: ActionCall(button.action, button.arguments), button: reply.buttons[place].id,
      buttons: reply.buttons.map(\.id), at: now)
  }
}
