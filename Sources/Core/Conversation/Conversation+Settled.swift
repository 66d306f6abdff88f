import Actions
import Delivery
import Base
import Formats
import Messages
import People
import Text
import Understanding

/// What goes on, and what was noted wrongly.
extension Conversation {
  /// "Do not stop it": nothing is ended. What was ended just now goes on again.
  func keep(_ understood: Understood, _ context: ActionContext, _ draft: inout Draft) async {
    draft.dialogue.forgetAsked()
    if let last = draft.dialogue.last, last.inverse != nil, last.call.name == understood.intent,
      context.now - last.at < Self.regretOfEnd, isOfSame(understood, last.call)
    {
      return await undo(isWhole: true, context, &draft)
    }
    // "… not stop it", where another one was begun in the same message
    if let last = draft.dialogue.last, context.now - last.at < Self.regretOfEnd, understood.intent == Self.ended,
      let resume = last.besides.first(where: { $0.name == Self.resumed }), isOfSame(understood, resume)
    {
      var approved = context
      approved.authority.isApproved = true
      draft.intent = resume.name
      draft.prepared.append(await prepare(resume, approved))
      return
    }
    draft.intent = nil
    let own = understood.intent.map { $0 + ".kept" }.flatMap { parts.delivery.replies.has($0) ? $0 : nil }
    draft.say = Say(own ?? "dialogue.kept")
  }

  private static let ended = "medicine.stop"
  private static let resumed = "medicine.resume"

  /// "हटा दो", while it is asked when to remind: what is being made is left, where nothing is named that was there before.
  func leavesAsked(_ understood: Understood, _ dialogue: Dialogue) -> Bool {
    guard let making = dialogue.question?.call.name.split(separator: "."), making.count == 2,
      ["create", "add"].contains(making[1]), understood.also.isEmpty, understood.slots.isEmpty,
      let ending = understood.intent?.split(separator: "."), ending.count == 2, ending[0] == making[0]
    else { return false }
    return ["cancel", "remove", "stop"].contains(ending[1])
  }

  /// So long "no, do not stop it" takes a stop back.
  private static let regretOfEnd: Duration = .hours(1)

  /// Another one that is named is not the one that was ended.
  private func isOfSame(_ understood: Understood, _ call: ActionCall) -> Bool {
    understood.slots.allSatisfy { name, value in
      guard case .entity(let id, let text) = value, let done = call.arguments[name]?.string else { return true }
      return done == id || done == text
    }
  }

  /// "No no, not yet, I said it wrong" of a dose that was noted: it is open again, or was taken after all.
  ///
  /// - Returns: false where it is about something else.
  func putRight(
    _ correction: Understood.Correction, _ context: ActionContext, _ draft: inout Draft
  ) async -> Bool {
    let dialogue = draft.dialogue
    guard dialogue.question == nil, dialogue.confirmation == nil, !correction.isAddition, let last = dialogue.last,
      ["medicine.taken", "medicine.skip"].contains(last.call.name), let inverse = last.inverse,
      dialogue.recent.map({ $0.at <= last.at }) ?? true, context.now - last.at < Self.regretOfEnd
    else { return false }
    var request = await request(correction.text, context.actor, Dialogue())
    let said = await understand(&request, context.actor)
    if said.kind == .intent, let intent = said.intent, isOfAnother(said, last.call, inverse) {
      // "no no, I take atorva": what was noted of telma stays
      guard Self.isSettling(intent) else { return false }
      await begin(said, correction.text, context, &draft)
      return true
    }
    if said.kind == .intent, said.intent == "medicine.taken" {
      // "no, she took it at 9:15", of what was noted just now
      if last.call.name == "medicine.taken", said.slots["medicine"] == nil,
        let at = correction.slots["at"] ?? said.slots["at"], let doses = inverse.arguments["medicine"]
      {
        return await correctDose(doses, ["state": "taken", "at": at.json()], context, &draft)
      }
      guard last.call.name == "medicine.skip", said.slots["medicine"] == nil,
        let doses = inverse.arguments["medicine"]
      else {
        await begin(said, correction.text, context, &draft)
        return true
      }
      return await correctDose(doses, ["state": "taken"], context, &draft)
    }
    if said.kind == .intent, let intent = said.intent, !Self.isSettling(intent), said.confidence > 0.8 { return false }
    // "no, 9:15" is another hour; "no no, it is fine" denies nothing
    if !correction.denies, !said.isForbidden {
      guard last.call.name == "medicine.taken", let at = correction.slots["at"], !correction.hasOwnWords,
        let doses = inverse.arguments["medicine"]
      else { return false }
      return await correctDose(doses, ["state": "taken", "at": at.json()], context, &draft)
    }
    await undo(context, &draft)
    return true
  }

  private func correctDose(
    _ doses: JSON, _ arguments: JSONObject, _ context: ActionContext, _ draft: inout Draft
  ) async -> Bool {
    draft.intent = "medicine.correct"
    var call = ActionCall("medicine.correct", arguments)
    call.arguments["medicine"] = doses
    draft.prepared = [await prepare(call, context)]
    return true
  }

  /// A medicine that is named, and is not the one that was noted.
  private func isOfAnother(_ said: Understood, _ call: ActionCall, _ inverse: ActionCall) -> Bool {
    guard case .entity(let id, let name)? = said.slots["medicine"], let done = call.arguments["medicine"]?.string else {
      return false
    }
    return done != id && done != name && inverse.arguments["medicine"]?.string != id
  }

  /// "Tell only Priya", after it was offered to tell the family: what was to be told goes to her.
  func ofOffer(_ call: ActionCall, _ dialogue: Dialogue) -> ActionCall {
    guard let offer = dialogue.offer?.call, offer.name == "care.tell", call.name == offer.name,
      let person = call.arguments["person"],
      (call.arguments["text"]?.string ?? "").split(separator: " ").count <= 1
    else { return call }
    var told = offer
    told.arguments["everyone"] = nil
    told.arguments["person"] = person
    return told
  }

  func outOfScope(_ context: ActionContext) -> Say {
    let offers =
      context.language.fallbacks.compactMap { context.persona.suggestions[$0.code] }.first
      ?? context.persona.suggestions["en"] ?? []
    return Say(
      "dialogue.out_of_scope", lines: offers.prefix(3).map { Say("dialogue.suggestion", ["text": .text($0)]) })
  }

  /// "Whats the weather", "any mail from Amazon": what nobody here can do is said plainly.
  private func beyond(_ text: String, _ dialogue: Dialogue, _ context: ActionContext) async -> Say? {
    let isOfPlaces = dialogue.recent?.call.name.hasPrefix("listing.") ?? false
    var request = await request(text, context.actor, Dialogue())
    request.expectedSlot = ExpectedSlot(intent: "", slot: "beyond", kind: .choice([]))
    guard case .choice(let what)? = parts.understanding.read(text, as: .choice([]), request),
      parts.delivery.replies.has("dialogue.beyond.\(what)"), !Self.ofPlaces.contains(what) || isOfPlaces,
      what != "order" || context.persona.allows("listing.search"),
      what != "alarm" || context.persona.allows("trade.buy")
    else { return nil }
    return Say("dialogue.beyond.\(what)")
  }

  /// Of what such a question is only asked where places are spoken of.
  private static let ofPlaces: Set<String> = ["delivery", "amenity", "cost"]

  /// What is said where nothing was asked for: food that was eaten, while a dose is due, leaves the dose open.
  func beside(_ understood: Understood, _ text: String, _ context: ActionContext, _ draft: Draft) async -> Say {
    guard understood.isMeal else { return await beyond(text, draft.dialogue, context) ?? outOfScope(context) }
    return ring(for: context.actor, draft.dialogue).map { Say("dialogue.rang", buttons: $0.buttons) }
      ?? Say("dialogue.okay")
  }
}
