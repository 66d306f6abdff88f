import Actions
import Base
import Formats
import People
import Text
import Understanding

/// Things that are called by some of their words, whichever room keeps them.
extension Conversation {
  /// Rooms whose things people call by a word of their names, with the list that holds these.
  private static let listed = ["task", "event", "reminder", "appointment"]

  /// "push the fssai one to monday", "mark tds paid", "cancel gym": where the room that was understood finds nothing by the
  /// words it was given, the one thing of any room that has them is meant.
  ///
  /// - Returns: `nil` where the call finds what it is about, or where nothing has these words.
  func meant(
    _ call: ActionCall, _ understood: Understood, _ text: String, _ dialogue: Dialogue, _ context: ActionContext
  ) async -> ActionCall? {
    guard let (room, family) = Self.about(call.name) else { return nil }
    if let list = await listed(room, understood, text, dialogue, context) { return list }
    switch await prepare(call, context) {
    case .failed(_, let error) where error.field == room || call.arguments[room] == nil: break
    case .ask(_, parameter: room, _) where call.arguments[room] == nil: break
    default: return nil
    }
    return await meant(call, room, family, understood, text, dialogue, context)
  }

  /// "label printer", and not a word of what is to become of it: a name alone does nothing, it is looked at.
  private func listed(
    _ room: String, _ understood: Understood, _ text: String, _ dialogue: Dialogue, _ context: ActionContext
  ) async -> ActionCall? {
    let list = room + ".list"
    guard understood.confidence < Self.sureOfDeed, understood.pointer == nil, dialogue.question == nil,
      case let words = text.split(whereSeparator: \.isWhitespace), words.count > 1,
      parts.runner.registry[list]?.effect == .read, context.persona.allows(list),
      ring(for: context.actor, dialogue) == nil,
      parts.understanding.telling(await request(text, context.actor, dialogue)).count == words.count
    else { return nil }
    return ActionCall(list)
  }

  private static let sureOfDeed = 0.9

  /// What was not understood, and names a thing: "papa wala cancel". What is done to it is the likeliest that can be.
  func meantOutside(
    _ understood: Understood, _ text: String, _ dialogue: Dialogue, _ context: ActionContext
  ) async -> ActionCall? {
    for candidate in understood.candidates where candidate.confidence >= Self.leastMeant {
      guard let (room, family) = Self.about(candidate.intent), context.persona.allows(candidate.intent) else {
        continue
      }
      var likely = understood
      var request = await request(text, context.actor, dialogue)
      // a name alone does nothing
      let kind = SlotKind.choice([
        family.contains("done") ? "finishing" : family.contains("cancel") ? "ending" : "changing"
      ])
      request.expectedSlot = ExpectedSlot(intent: candidate.intent, slot: "beside_thing", kind: kind)
      guard parts.understanding.read(text, as: kind, request) != nil else { continue }
      request.expectedSlot = nil
      if let when = parts.understanding.read(text, as: .when, request) {
        likely.slots["when"] = when
      }
      // what is to be changed says into what
      guard !family.contains("change") || !likely.slots.isEmpty else { continue }
      return await meant(ActionCall(candidate.intent), room, family, likely, text, dialogue, context)
    }
    return await shownByName(text, dialogue, context)
  }

  /// "Label printer", and nothing else: the list that has one thing called so.
  private func shownByName(_ text: String, _ dialogue: Dialogue, _ context: ActionContext) async -> ActionCall? {
    let words = text.split(whereSeparator: \.isWhitespace)
    guard (2...4).contains(words.count), dialogue.question == nil, ring(for: context.actor, dialogue) == nil else {
      return nil
    }
    let request = await request(text, context.actor, dialogue)
    guard parts.understanding.telling(request).count == words.count else { return nil }
    let lists = await entries(Self.listed, for: context.actor)
    for room in Self.listed {
      guard parts.runner.registry[room + ".list"]?.effect == .read, context.persona.allows(room + ".list"),
        let found = lists[room].flatMap({ parts.understanding.meant(request, among: $0.entries) }),
        found.things.count == 1, found.words.split(separator: " ").count == words.count
      else { continue }
      return ActionCall(room + ".list")
    }
    return nil
  }

  /// "When is my flight", "when is that due": what nobody understood otherwise, and something is called so.
  func whenItIs(
    _ understood: Understood, _ text: String, _ dialogue: Dialogue, _ context: ActionContext
  ) async -> ActionCall? {
    var request = await request(text, context.actor, dialogue)
    guard context.persona.allows(Self.finding) else { return nil }
    let kind = SlotKind.choice(["when"])
    request.expectedSlot = ExpectedSlot(intent: Self.finding, slot: "asking_when", kind: kind)
    guard parts.understanding.read(text, as: kind, request) != nil else { return nil }
    request.expectedSlot = nil
    let words = parts.understanding.telling(request)
    let shown = understood.pointer == .it ? dialogue.recent?.things.only : nil
    // "fssai renewal" of "renew FSSAI licence"
    let known = words.isEmpty ? [] : await entries(Self.listed, for: context.actor).values.flatMap(\.entries)
    let named = parts.understanding.meant(request, among: known)?.things.only?.id
    guard let thing = words.isEmpty ? shown : named ?? words.joined(separator: " ") else { return nil }
    let call = ActionCall(Self.finding, ["event": .string(thing)])
    guard case .answer = await prepare(call, context) else { return nil }
    return call
  }

  /// "When is the next one", after something was planned, is about that, whatever else has a next one.
  func whenShownIs(
    _ understood: Understood, _ text: String, _ dialogue: Dialogue, _ context: ActionContext
  ) async -> ActionCall? {
    // "what time is the ca", "ca meeting eppo"
    let isOfDay =
      understood.intent == Self.agenda && understood.slots.keys.allSatisfy { $0 == "day" }
      && !text.lowercased().split(separator: " ").contains { Self.places.contains($0) }
    if understood.intent == TellTime.name || isOfDay { return await whenItIs(understood, text, dialogue, context) }
    guard let intent = understood.intent, understood.slots.isEmpty, understood.also.isEmpty,
      parts.runner.registry[intent]?.effect == .read, let recent = dialogue.recent, recent.things.count == 1,
      let room = recent.call.name.split(separator: ".").first.map(String.init), Self.listed.contains(room),
      !intent.hasPrefix(room + ".") || understood.pointer == .it, context.now - recent.at < .minutes(10)
    else { return nil }
    var pointing = understood
    pointing.pointer = .it
    return await whenItIs(pointing, text, dialogue, context)
  }

  private static let agenda = "calendar.agenda"
  /// "When is my first meeting tomorrow" names none.
  private static let places: Set<Substring> = ["first", "next", "last", "earliest", "latest"]
  private static let finding = "event.find"
  private static let leastMeant = 0.04

  private static func about(_ action: String) -> (room: String, family: Set<String>)? {
    guard let dot = action.utf8.lastIndex(of: UInt8(ascii: ".")) else { return nil }
    let (room, verb) = (String(action[..<dot]), String(action[action.index(after: dot)...]))
    guard listed.contains(room), let family = families.first(where: { $0.contains(verb) }) else { return nil }
    return (room, family)
  }

  private func meant(
    _ call: ActionCall, _ room: String, _ family: Set<String>, _ understood: Understood, _ text: String,
    _ dialogue: Dialogue, _ context: ActionContext
  ) async -> ActionCall? {
    let request = await request(text, context.actor, dialogue)
    let lists = await entries(Self.listed, for: context.actor)
    let found = Self.listed.compactMap { other in
      lists[other].flatMap { parts.understanding.meant(request, among: $0.entries) }.map { (room: other, $0) }
    }
    // several of the room that is meant: it asks which, by the words that all of them have
    if let own = found.first(where: { $0.room == room })?.1, own.things.count > 1 {
      guard call.arguments[room]?.string != own.words else { return nil }
      var call = call
      call.arguments[room] = .string(own.words)
      return call
    }
    for (other, names) in found.sorted(by: { $0.room == room && $1.room != room }) {
      // which of several is asked, or known there by what is over
      let thing = names.things.count == 1 ? names.things[0].id : names.words
      let own = other == room && parts.runner.registry[call.name]?.parameter(room) != nil ? [(call.name, room)] : []
      for (name, parameter) in own + actions(of: other, family, nil, context) {
        guard let known = parts.runner.registry[name] else { continue }
        var one = name == call.name ? call : ActionCall(name)
        one.arguments[parameter] = .string(thing)
        if let whole = await feasible(one, known, understood, context) { return whole }
      }
    }
    return nil
  }
}
