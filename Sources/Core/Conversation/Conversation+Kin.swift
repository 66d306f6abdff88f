import Actions
import Base
import Formats
import Messages
import People
import Text
import Time
import Understanding

/// Words for one kind of thing that mean another: what was made, shown or rang last.
extension Conversation {
  // MARK: Kin

  /// What is the same for things of different kinds: "done with the second one" ticks off what was shown.
  static let families: [Set<String>] = [
    ["done", "taken"], ["cancel", "remove", "stop"], ["edit", "change", "move"],
    ["snooze", "move"],
  ]

  enum Kin {
    case action(String)
    /// There is no action of its own for it: what was done is done anew with another time.
    case change(Understood.Correction, of: String)
  }

  /// "delete it" is about what was made or shown last, whatever kind of thing the words would mean alone.
  func kin(of understood: Understood, _ text: String, _ dialogue: Dialogue, _ context: ActionContext) -> Kin? {
    if let name = look(understood, text, dialogue) { return .action(name) }
    guard let pointer = understood.pointer, let recent = dialogue.recent, !recent.things.isEmpty,
      let parts = understood.intent?.split(separator: "."), parts.count == 2,
      let looked = recent.call.name.split(separator: ".").first,
      // what stands in a day is moved as an event
      case let room = looked == "calendar" && understood.pointer != .it ? "event" : looked, parts[0] != room,
      // "delete the last expense" names what it means
      !(" " + Normaliser.normalise(text) + " ").contains(" \(parts[0]) "),
      let family = Self.families.first(where: { $0.contains(String(parts[1])) }),
      !(pointer == .it && family.contains("done")),
      !family.contains("snooze") || ring(for: context.actor, dialogue) == nil,
      !Self.isSettling(recent.call.name)
    else { return nil }
    let registry = self.parts.runner.registry
    if let found = actions(of: String(room), family, recent.call.name, context).first { return .action(found.name) }
    guard family.contains("edit"), pointer == .it, let last = dialogue.last, last.inverse != nil,
      last.call == recent.call, let parameter = registry[last.call.name]?.parameters.first(where: { $0.kind == .when }),
      let when = understood.slots.values.first(where: { if case .when = $0 { true } else { false } })
    else { return nil }
    return .change(.init(slots: [parameter.name: when], text: ""), of: last.call.name)
  }

  /// "Sell 4", right after some were bought: the share that was spoken of. Only for what is confirmed before it is done.
  func carrying(_ call: ActionCall, _ dialogue: Dialogue) -> ActionCall {
    guard let known = parts.runner.registry[call.name], known.effect == .money, let recent = dialogue.recent?.call,
      let room = call.name.split(separator: ".").first, recent.name.hasPrefix(room + ".")
    else { return call }
    var call = call
    for parameter in known.parameters where parameter.isRequired && call.arguments[parameter.name] == nil {
      guard case .entity = parameter.kind else { continue }
      call.arguments[parameter.name] = recent.arguments[parameter.name]
    }
    return call
  }

  /// "cancel the eye one" after an appointment was noted: what one room does not know, the room of what was spoken of last
  /// may. Nothing else is tried.
  func elsewhere(
    _ call: ActionCall, _ understood: Understood, _ text: String, _ dialogue: Dialogue, _ context: ActionContext
  ) async -> ActionCall? {
    guard let dot = call.name.utf8.lastIndex(of: UInt8(ascii: ".")),
      Self.families.contains(where: { $0.contains(String(call.name[call.name.index(after: dot)...])) })
    else { return nil }
    let verb = call.name.split(separator: ".").map(String.init)
    guard verb.count == 2, let family = Self.families.first(where: { $0.contains(verb[1]) }), !family.contains("done"),
      case .failed(_, let error) = await prepare(call, context), error.field == verb[0]
    else { return nil }
    let recent = dialogue.recent
    let spoken = recent?.call.name.split(separator: ".").first.map(String.init)
    // what is called by its name alone may be in any of these; "it" only where one is spoken of
    let isPlain = !(" " + Normaliser.normalise(text) + " ").contains(" \(verb[0]) ")
    let named = call.arguments[verb[0]] == nil || !isPlain ? [] : Self.planned
    for room in ([spoken].compactMap(\.self) + named.filter { $0 != spoken }) where room != verb[0] {
      for (name, thing) in actions(of: room, family, room == spoken ? recent?.call.name : nil, context) {
        var other = ActionCall(name)
        guard let known = parts.runner.registry[name] else { continue }
        // "delete the mall one", of alerts, which go by their building
        let words = known.parameter(thing) == nil ? known.parameters.first(where: \.isNamed)?.name : nil
        other.arguments[words ?? thing] = call.arguments[verb[0]]
        // "cancel the saturday one" is not the one that was spoken of last
        // "move the reminder by 5 minutes" is no expense, whatever was spoken of
        if other.arguments[thing] == nil, room == spoken, isPlain,
          let day = known.parameters.first(where: { $0.kind == .date }),
          case .date(let date)? = parts.understanding.read(
            text, as: .date, await request(text, context.actor, dialogue))
        {
          other.arguments[day.name] = .string(date.description)
        }
        if other.arguments.isEmpty, room == spoken, isPlain {
          other.arguments[thing] = recent?.things.only.map { .string($0) }
        }
        guard !other.arguments.isEmpty || known.parameter(thing) == nil else { continue }
        if let whole = await feasible(other, known, understood, context) { return whole }
      }
    }
    return nil
  }

  /// A call with the times that were said besides, where it can be done as it stands.
  func feasible(
    _ call: ActionCall, _ known: ActionEntry, _ understood: Understood, _ context: ActionContext
  ) async -> ActionCall? {
    var call = call
    for value in understood.slots.values {
      if let own = known.time(value) ?? known.length(value) { call.arguments[own] = value.json() }
    }
    switch await prepare(call, context) {
    case .failed, .ask: return nil
    case .answer, .change, .confirm: return call
    }
  }

  /// "Cancel it", after a booking or an event was moved, ends it: its former time would be wanted even less.
  func endingMoved(_ dialogue: Dialogue, _ context: ActionContext) -> ActionCall? {
    guard let last = dialogue.last, let inverse = last.inverse,
      dialogue.recent?.call == last.call || isLookedSince(dialogue, context),
      let room = last.call.name.split(separator: ".").first.map(String.init),
      let verb = last.call.name.split(whereSeparator: { $0 == "." || $0 == "_" }).last.map(String.init),
      ["move", "edit", "change"].contains(verb), Self.planned.contains(room) || room == "listing"
    else { return nil }
    for (name, thing) in actions(of: room, ["cancel", "remove", "stop"], last.call.name, context) {
      guard let id = inverse.arguments[thing] else { continue }
      return ActionCall(name, [thing: id])
    }
    return nil
  }

  /// Something of the same room was only looked at since the last deed: "do they have veg", after a booking was changed.
  func isLookedSince(_ dialogue: Dialogue, _ context: ActionContext) -> Bool {
    guard let last = dialogue.last, let recent = dialogue.recent, context.now - last.at < Self.lately,
      parts.runner.registry[recent.call.name]?.effect == .read
    else { return false }
    return last.call.name.prefix { $0 != "." } == recent.call.name.prefix { $0 != "." }
  }

  private static let lately: Duration = .minutes(10)

  /// The last deed took something away.
  func isEnded(_ last: Dialogue.Last?) -> Bool {
    let verb = last?.call.name.split(whereSeparator: { $0 == "." || $0 == "_" }).last.map(String.init)
    return ["cancel", "remove", "stop"].contains(verb)
  }

  /// Rooms whose things people call by name without saying what they are.
  private static let planned = ["task", "event", "appointment", "reminder"]

  /// The actions of a room that do what the words of a family do, and the parameter that says to what: `event.move` to an
  /// event, `listing.booking_change` to a booking.
  func actions(
    of room: String, _ family: Set<String>, _ recent: String?, _ context: ActionContext
  ) -> [(name: String, thing: String)] {
    let registry = parts.runner.registry
    return registry.entries.keys.sorted().compactMap { name in
      guard name.hasPrefix(room + "."), context.persona.allows(name), let known = registry[name] else { return nil }
      let words = name.dropFirst(room.count + 1).split(separator: "_").map(String.init)
      let thing = words.count == 2 ? words[0] : room
      // "remove that" after the alerts were shown: there is but one, or it asks which
      let isOfRecent = words.count == 2 && recent?.hasPrefix("\(room).\(thing)") == true
      guard let verb = words.last, words.count <= 2, family.contains(verb),
        known.parameter(thing) != nil || isOfRecent
      else { return nil }
      return (name, thing)
    }
  }

  /// "change it to 6", where one thing was shown that can be moved.
  func moved(_ recent: Dialogue.Recent?, _ request: UnderstandingRequest, _ context: ActionContext) -> ActionCall? {
    guard let recent, recent.things.count == 1,
      let room = recent.call.name.split(separator: ".").first.map(String.init),
      let value = parts.understanding.read(request.text, as: .when, request)
    else { return nil }
    for verb in ["move", "change", "edit"] {
      guard let known = parts.runner.registry[room + "." + verb], known.parameter(room) != nil,
        let time = known.time(value), context.persona.allows(known.name)
      else { continue }
      return ActionCall(known.name, [room: .string(recent.things[0]), time: value.json()])
    }
    return nil
  }

  /// "is that pharmacy open?" looks for no pharmacies, but at the one that was shown.
  private func look(_ understood: Understood, _ text: String, _ dialogue: Dialogue) -> String? {
    let likely =
      understood.isNearTie ? understood.candidates.prefix(2).map(\.intent) : [understood.intent].compactMap(\.self)
    guard understood.pointer == .it, let pointed = understood.pointed, dialogue.recent?.things.count == 1,
      let intent = likely.first(where: { $0.hasSuffix(".search") }), let room = intent.split(separator: ".").first,
      likely.allSatisfy({ $0.hasPrefix(room + ".") }),
      dialogue.recent?.call.name.hasPrefix(room + ".") == true,
      case let details = String(room) + ".details", parts.runner.registry[details]?.parameter(String(room)) != nil
    else { return nil }
    // "are they open?"
    let isUnnamed = !understood.slots.values.contains { if case .text = $0 { true } else { false } }
    if isUnnamed { return details }
    let words = Normaliser.normalise(text)
    let isNamed = understood.slots.values.contains { value in
      guard case .text(let what) = value else { return false }
      return words.contains(Normaliser.normalise(pointed + " " + what))
    }
    return isNamed ? details : nil
  }

  /// "Took my tablet already?" asks, and notes nothing, where there is something to ask with.
  func asked(_ intent: String, _ text: String, _ context: ActionContext) -> String? {
    guard text.utf8.last(where: { $0 > 0x20 }) == UInt8(ascii: "?") else { return nil }
    if intent == Self.ending { return "emergency.status" }
    let parts = intent.split(separator: ".")
    guard parts.count == 2, ["taken", "done"].contains(parts[1]),
      case let name = String(parts[0]) + ".check", self.parts.runner.registry[name]?.effect == .read,
      context.persona.allows(name)
    else { return nil }
    return name
  }

  // MARK: What rang

  /// What rang since anything else was done or asked. Who only looked at something is still to answer.
  func ring(for person: Person, _ dialogue: Dialogue) -> Rings.Ring? {
    if dialogue.isQuoting {
      let buttons = dialogue.quoted.map { Say.Button("", action: $0.name, arguments: $0.arguments) }
      return buttons.isEmpty ? nil : Rings.Ring(buttons: buttons, at: parts.clock.now)
    }
    guard dialogue.question == nil, dialogue.confirmation == nil else { return nil }
    let isLook = dialogue.recent.map { parts.runner.registry[$0.call.name]?.effect == .read } ?? true
    let latest = max(isLook ? .epoch : dialogue.recent?.at ?? .epoch, dialogue.last?.at ?? .epoch)
    return rings.ring(for: person.id, since: latest, now: parts.clock.now)
  }

  /// The same answer to what rang, where the words as they were read find nothing: "done" after a dose was asked for, "after
  /// 20 minutes, I am eating".
  func rung(_ call: ActionCall, _ dialogue: Dialogue, _ context: ActionContext) async -> ActionCall? {
    guard Self.isSettling(call.name) else { return nil }
    let verb = call.name.split(separator: ".").last.map(String.init) ?? ""
    let verbs: Set<String> = ["done", "taken"].contains(verb) ? ["done", "taken"] : [verb]
    guard var same = (ring(for: context.actor, dialogue) ?? putOffJustNow(dialogue, context))?.call(to: verbs),
      case .failed(_, let error) = await prepare(call, context)
    else { return nil }
    // "took the thyroid tablet", of somebody who has none, is no answer to another that rang; a lone word may be misread
    if let room = call.name.split(separator: ".").first.map(String.init), error.field == room,
      let named = call.arguments[room]?.string, named.contains(" ")
    {
      return nil
    }
    same.arguments["delay"] = call.arguments["delay"]
    return same
  }

  /// What was put off and has not rung again: "done" is about that.
  private func putOffJustNow(_ dialogue: Dialogue, _ context: ActionContext) -> Rings.Ring? {
    guard dialogue.question == nil, dialogue.confirmation == nil, dialogue.last?.call.name.hasSuffix(".snooze") == true
    else { return nil }
    return rings.ring(for: context.actor.id, since: .epoch, now: context.now)
  }

  /// "I drank water", after a reminder to do so rang, answers that.
  func remindedOf(
    _ call: ActionCall, _ text: String, _ dialogue: Dialogue, _ context: ActionContext
  ) async -> ActionCall? {
    func words(_ text: String) -> Set<Substring> {
      Set(Normaliser.normalise(text).split { !$0.isLetter }.filter { $0.count > 3 })
    }
    guard call.name == "measure.add", call.arguments["value"] == nil,
      let done = ring(for: context.actor, dialogue)?.call(to: ["done"]),
      let texts = try? await context.call("reminder.list", [:]).array?.compactMap({ $0["text"].string }),
      let said = texts.first(where: { !words($0).isDisjoint(with: words(text)) }),
      let thing = done.name.split(separator: ".").first
    else { return nil }
    let named = ActionCall(done.name, [String(thing): .string(said)])
    if case .failed = await prepare(named, context) { return nil }
    return named
  }

  /// "Done", right after a task was noted, is about that one: nothing rang for hours that it could be about.
  func justMade(_ call: ActionCall, _ dialogue: Dialogue, _ context: ActionContext) -> ActionCall? {
    guard call.name.hasSuffix(".done") else { return nil }
    let parts = call.name.split(separator: ".")
    guard parts.count == 2, parts[1] == "done", call.arguments[String(parts[0])] == nil,
      let recent = dialogue.recent, recent.things.count == 1, dialogue.last?.call == recent.call,
      !Self.isSettling(recent.call.name),
      rings.ring(for: context.actor.id, since: .epoch, now: self.parts.clock.now) == nil,
      let room = recent.call.name.split(separator: ".").first.map(String.init)
    else { return nil }
    let name = room + ".done"
    guard self.parts.runner.registry[name]?.parameter(room) != nil, context.persona.allows(name) else { return nil }
    return ActionCall(name, [room: .string(recent.things[0])])
  }

  /// "Shift to 5.30", "actually due thursday", right after something was planned, is about that one.
  func ofJustPlanned(
    _ call: ActionCall, _ text: String, _ dialogue: Dialogue, _ context: ActionContext
  ) -> ActionCall {
    let words = call.name.split(separator: ".").map(String.init)
    guard words.count == 2, Self.planned.contains(words[0]), ["change", "move", "edit"].contains(words[1]),
      call.arguments[words[0]] == nil, !call.arguments.isEmpty, text.split(separator: " ").count <= 4,
      parts.runner.registry[call.name]?.parameter(words[0]) != nil, call.arguments["which"] == nil,
      let recent = dialogue.recent, recent.call.name.hasPrefix(words[0] + "."), let thing = recent.things.only,
      dialogue.last?.call == recent.call, context.now - recent.at < .minutes(10)
    else { return call }
    var call = call
    call.arguments[words[0]] = .string(thing)
    return call
  }

  /// Of two things that words like "later" may be about, the one that rang.
  func ofWhatRang(_ understood: Understood, _ dialogue: Dialogue, _ context: ActionContext) -> String? {
    guard understood.isNearTie, let ring = ring(for: context.actor, dialogue) else { return nil }
    let meant = understood.candidates.prefix(2).map(\.intent)
    guard meant.allSatisfy(Self.isSettling) else { return nil }
    return meant.first { intent in ring.buttons.contains { $0.action == intent } }
  }

  /// Of two things that "2 is done" may be about, the one that was shown.
  func ofWhatWasShown(_ understood: Understood, _ dialogue: Dialogue) -> String? {
    guard understood.isNearTie, understood.pointer != nil, let recent = dialogue.recent, !recent.things.isEmpty,
      let room = recent.call.name.split(separator: ".").first
    else { return nil }
    return understood.candidates.prefix(2).map(\.intent).first { $0.hasPrefix(room + ".") }
  }

  func isPutOff(_ person: Person, _ dialogue: Dialogue, _ request: UnderstandingRequest) -> Bool {
    guard let snooze = ring(for: person, dialogue)?.call(to: ["snooze"]) else { return false }
    return snooze.name == request.currentIntent
  }

  /// "Remind me in half an hour", said when something rings, and not of what: it is put off.
  func puttingOff(_ understood: Understood, _ dialogue: Dialogue, _ context: ActionContext) -> ActionCall? {
    guard understood.intent == "reminder.create", understood.slots["text"] == nil,
      var call = ring(for: context.actor, dialogue)?.call(to: ["snooze"]),
      case .when(let when)? = understood.slots["schedule"], when.isTimeGiven, !when.repeats
    else { return nil }
    let delay = when.instant(in: context.zone, now: context.now) - context.now
    guard delay >= .seconds(60), delay <= .hours(12) else { return nil }
    call.arguments["delay"] = .string(delay.iso8601)
    return call
  }

  /// "in 5 mins", said when something rings.
  func putOff(
    _ correction: Understood.Correction, _ person: Person, _ context: ActionContext, _ draft: inout Draft
  ) async {
    guard var call = ring(for: person, draft.dialogue)?.call(to: ["snooze"]) else { return }
    for (name, value) in correction.slots where parts.runner.registry[call.name]?.parameter(name) != nil {
      call.arguments[name] = value.json()
    }
    draft.intent = call.name
    draft.prepared = [await prepare(call, context)]
  }
}

extension ParameterSpecification {
  /// Something that goes by its name.
  fileprivate var isNamed: Bool {
    switch kind {
    case .entity, .text: true
    default: false
    }
  }
}

extension ActionEntry {
  /// Where a length of time goes that was read for an action of the same kind in another room.
  func length(_ value: SlotValue) -> String? {
    guard case .duration = value else { return nil }
    return parameters.first { $0.kind == .duration }?.name
  }

  /// Where a time goes that was read for an action of the same kind in another room.
  func time(_ value: SlotValue) -> String? {
    guard case .when = value else { return nil }
    return parameters.first { $0.kind == .when }?.name
  }
}
