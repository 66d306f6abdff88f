import Actions
import Base
import Crews
import Delivery
import Formats
import Messages
import People
import Store

/// What becomes of a pressed button.
extension Conversation {
  struct Pressed: Sendable {
    let call: ActionCall
    let isSingleUse: Bool
    let isAllowed: Bool
    let isExpired: Bool
    let isUsed: Bool
  }

  /// The button of an id, whoever may press it.
  func button(_ id: String, _ person: Person) async throws -> Pressed? {
    let now = parts.clock.now
    return try await parts.store.tenant(person.tenant).read { reader in
      try reader.first(
        """
        SELECT action, arguments, allowed, is_single_use, expires_at, used_at FROM buttons
        WHERE tenant = :tenant AND id = ?
        """, id
      ) { row in
        Pressed(
          call: ActionCall(row.text(0), (try? JSON.parse(row.text(1)))?.object ?? [:]), isSingleUse: row.bool(3),
          isAllowed: row.text(2).split(separator: " ").contains { $0 == person.id.text },
          isExpired: row.instant(4) <= now, isUsed: row.bool(3) && row.optionalInstant(5) != nil)
      }
    }
  }

  func draftPress(
    _ id: String, _ person: Person, _ dialogue: Dialogue, _ conversation: ConversationKey,
    _ authority: ActionContext.Authority
  ) async throws -> Draft {
    var draft = Draft(dialogue: dialogue, language: person.language)
    guard let pressed = try await button(id, person), pressed.isAllowed else {
      draft.say = Say("dialogue.button_unknown")
      return draft
    }
    guard !pressed.isExpired, !pressed.isUsed else {
      draft.say = Say(pressed.isUsed ? "dialogue.button_used" : "dialogue.button_expired")
      return draft
    }
    draft.button = (id, pressed.isSingleUse)
    guard
      let context = context(for: person, door: conversation.door, conversation: conversation, authority: authority)
    else {
      draft.say = Say("dialogue.no_persona", ["persona": .text(person.persona)])
      return draft
    }
    switch pressed.call.name {
    case "dialogue.yes":
      let calls = (pressed.call.arguments["calls"]?.array ?? []).compactMap { ActionCall(json: $0) }
      // a yes that was typed before has run them; a newer question is another one
      guard dialogue.confirmation?.calls == calls else {
        draft.say = Say("dialogue.button_used")
        return draft
      }
      await approve(calls, context, &draft)
      await resume(context, &draft)
    case "dialogue.no":
      await decline(context, &draft)
      draft.dialogue.confirmation = nil
    case "dialogue.instead":
      guard let call = ActionCall(json: pressed.call.arguments["call"] ?? .null), let last = dialogue.last,
        last.call.name == call.name, let inverse = last.inverse
      else {
        draft.say = Say("dialogue.cannot_change")
        return draft
      }
      draft.intent = call.name
      await replace(inverse, context, &draft)
      draft.prepared.append(await prepare(call, context))
    case "dialogue.undo":
      await undo(context, &draft)
    default:
      draft.intent = pressed.call.name
      // it answers the question that it stood under
      if dialogue.question?.call.name == pressed.call.name {
        _ = await complete(pressed.call, context, &draft)
      } else {
        draft.prepared = [await prepare(pressed.call, context)]
      }
      if dialogue.question != nil, draft.dialogue.question == nil { await resume(context, &draft) }
    }
    return draft
  }
}
