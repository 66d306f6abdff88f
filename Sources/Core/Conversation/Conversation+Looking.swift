import Actions
import Formats
import Understanding

/// "And the month before?", "what about this month", "and the warehouse?": the same look once more with another value.
extension Conversation {
  /// Only of what knows what was looked at: it reads the new words together with that, where a correction of a deed changes
  /// what was done.
  func isLookAgain(
    _ correction: Understood.Correction, _ understood: Understood, _ dialogue: Dialogue
  ) -> Bool {
    guard dialogue.question == nil, dialogue.confirmation == nil, !correction.slots.isEmpty,
      let recent = dialogue.recent?.call, recent.name == understood.intent,
      let known = parts.runner.registry[recent.name]
    else { return false }
    return known.effect == .read && known.parameter("looked_at") != nil
  }

  func lookAgain(
    _ correction: Understood.Correction, _ text: String, _ context: ActionContext, _ draft: inout Draft
  ) async {
    guard let recent = draft.dialogue.recent?.call, let known = parts.runner.registry[recent.name] else { return }
    var call = recent
    // days that are named anew leave nothing of those before, nor of what those were put beside
    let namesDays = correction.slots.values.contains { value in
      switch value {
      case .period, .date: true
      default: false
      }
    }
    if namesDays {
      for parameter in known.parameters where parameter.name == "versus" || Self.isOfDays(parameter.kind) {
        call.arguments[parameter.name] = nil
      }
    }
    for (name, value) in correction.slots {
      guard let own = known.parameter(name)?.name else { continue }
      call.arguments[own] = value.json()
    }
    call.arguments["offset"] = nil
    if known.parameter("said") != nil { call.arguments["said"] = .string(text) }
    call.arguments["looked_at"] = Self.looked(recent, steps: 4).json
    draft.intent = call.name
    draft.prepared.append(await prepare(call, context))
  }

  /// "Every monday 9am send me my tasks and last week's expenses": these looks, instead of the one before.
  func sent(_ wanted: [Understood], again call: ActionCall) -> ActionCall {
    let looks = wanted.compactMap { one -> ActionCall? in
      guard let intent = one.intent, let known = parts.runner.registry[intent] else { return nil }
      var look = ActionCall(intent)
      for (name, value) in one.slots where known.parameter(name) != nil { look.arguments[name] = value.json() }
      if known.parameter("said") != nil { look.arguments["said"] = one.part.map { .string($0) } }
      return look
    }
    var call = call
    call.arguments["looked_at"] = looks.first?.json
    if looks.count > 1 { call.arguments["besides"] = .array(looks.dropFirst().map(\.json)) }
    return call
  }

  /// "One more", after a glass of water was noted: as many again as are said.
  func onceMore(_ text: String, _ context: ActionContext, _ dialogue: Dialogue) async -> ActionCall? {
    guard var call = dialogue.recent?.call, call.name == "measure.add", call.arguments["measure"]?.string == "water"
    else { return nil }
    let count = parts.understanding.read(text, as: .number, await request(text, context.actor, dialogue))
    call.arguments["value"] = count?.json() ?? .number(1)
    call.arguments["at"] = nil
    return call
  }

  private static func isOfDays(_ kind: SlotKind) -> Bool {
    switch kind {
    case .period, .date: true
    default: false
    }
  }
}
