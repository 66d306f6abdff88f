import Actions
import Base
import Crews
import Formats
import Messages
import People
import Text
import Time
import Understanding

/// What words point back at: "the second one", "it", "same time".
extension Conversation {
  /// Fills in what was not named but pointed at.
  func resolve(
    _ understood: Understood, _ call: inout ActionCall, _ dialogue: Dialogue, _ context: ActionContext
  ) {
    if let thing = thing(understood, call, dialogue.recent) { call.arguments[thing.parameter] = .string(thing.id) }
    if understood.pointer == .it, let recent = dialogue.recent {
      // "that building": the one that was looked at, wherever it is asked for
      for parameter in parts.runner.registry[call.name]?.parameters ?? [] {
        guard case .entity = parameter.kind, call.arguments[parameter.name] == nil,
          let before = recent.call.arguments[parameter.name]
        else { continue }
        call.arguments[parameter.name] = before
      }
    }
    guard understood.hasSameTime else { return }
    for parameter in parts.runner.registry[call.name]?.parameters ?? [] where parameter.kind == .when {
      guard let before = dialogue.moment(context) else { return }
      guard let given = call.arguments[parameter.name] else {
        call.arguments[parameter.name] = before.json
        continue
      }
      guard var when = WhenValue(json: given, zone: context.zone, now: context.now), !when.isTimeGiven else { continue }
      when.start.time = before.start.time
      when.isTimeGiven = true
      when.grain = before.grain
      call.arguments[parameter.name] = when.json
    }
  }

  /// The row that is meant among those that were made or shown last, where the call is about one of that room.
  private func thing(
    _ understood: Understood, _ call: ActionCall, _ recent: Dialogue.Recent?
  ) -> (parameter: String, id: String)? {
    guard let pointer = understood.pointer, let recent, let room = call.name.split(separator: ".").first,
      recent.call.name.hasPrefix(room + "."), parts.runner.registry[call.name]?.parameter(String(room)) != nil
    else { return nil }
    if let said = call.arguments[String(room)]?.string, let pointed = understood.pointed {
      let (said, pointed) = (Normaliser.normalise(said), Normaliser.normalise(pointed))
      guard said.contains(pointed) || pointed.contains(said) else { return nil }
    }
    switch pointer {
    case .place(let place):
      guard recent.things.indices.contains(place - 1) else { return nil }
      return (String(room), recent.things[place - 1])
    case .last: return recent.things.count > 1 ? recent.things.last.map { (String(room), $0) } : nil
    case .it:
      // "I did it" is about what rang
      guard recent.things.count == 1, !Self.isSettling(call.name) else { return nil }
      return (String(room), recent.things[0])
    }
  }

  /// What says what became of something that rang.
  static func isSettling(_ name: String) -> Bool {
    [".done", ".snooze", ".skip", ".taken"].contains(where: name.hasSuffix)
  }

  /// A name that is only nearly one of the list's, where a new one may be meant too: whoever makes new ones asks.
  func keepNewNames(_ understood: Understood, _ call: inout ActionCall) {
    let known = parts.runner.registry[call.name]
    for entity in understood.entities {
      guard case .entity(_, let name) = entity.value, Normaliser.normalise(entity.text) != Normaliser.normalise(name),
        let slot = understood.slots.first(where: { $0.value == entity.value })?.key,
        known?.parameter(slot)?.kind == .text
      else { continue }
      call.arguments[slot] = .string(entity.text)
    }
  }

  // MARK: Morning or evening

  /// A clock time that may be of either half of the day, where its day or rule was named: which half is not plain then.
  struct Halves {
    let parameter: String
    let early: WhenValue
    let late: WhenValue
    /// The one that was taken.
    let chosen: WhenValue
    var other: WhenValue { chosen == early ? late : early }
  }

  func halves(_ understood: Understood, _ call: ActionCall, _ context: ActionContext) -> Halves? {
    guard let known = parts.runner.registry[call.name], known.effect != .read else { return nil }
    for entity in understood.entities {
      guard case .when(let chosen) = entity.value, chosen.isTimeGiven, chosen.isDayGiven || chosen.repeats,
        case .when(let other)? = entity.alternatives.first,
        abs(chosen.start.time.secondOfDay - other.start.time.secondOfDay) == 43_200,
        context.persona.unsureHours.contains(chosen.start.time.hour % 12),
        let name = understood.slots.first(where: { $0.value == entity.value })?.key,
        call.arguments[name] == entity.value.json()
      else { continue }
      let isEarly = chosen.start.time.hour < 12
      return Halves(
        parameter: name, early: isEarly ? chosen : other, late: isEarly ? other : chosen, chosen: chosen)
    }
    return nil
  }

  /// Asked before anything is done, where a wrong half would do harm; offered afterwards where it would not.
  func settleHalves(_ halves: Halves, _ call: ActionCall, _ context: ActionContext) -> (ask: Say?, offer: Say.Button?) {
    func with(_ when: WhenValue) -> ActionCall {
      var call = call
      call.arguments[halves.parameter] = when.json
      return call
    }
    func label(_ when: WhenValue) -> [String: Say.Value] { ["at": .time(when.start.time)] }
    guard context.persona.asksHalf(of: call.name) else {
      return (
        nil,
        Say.Button(
          "dialogue.button.instead", label(halves.other), action: "dialogue.instead",
          arguments: ["call": with(halves.other).json], lifetime: .hours(1))
      )
    }
    let buttons = [halves.early, halves.late].map { when in
      Say.Button("dialogue.button.at", label(when), action: call.name, arguments: with(when).arguments)
    }
    return (Say("dialogue.half_of_day", label(halves.early), buttons: buttons), nil)
  }
}
