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
    _ understood: Understood, _ text: String, _ call: inout ActionCall, _ dialogue: Dialogue, _ context: ActionContext
  ) {
    // what is being asked for was spoken of last
    let asked = dialogue.suspended.last.flatMap { $0.askedAt >= dialogue.recent?.at ?? .epoch ? $0.call : nil }
    if asked == nil, let thing = thing(understood, text, call, dialogue) {
      call.arguments[thing.parameter] = .string(thing.id)
    }
    if understood.pointer == .it {
      let before = asked ?? dialogue.recent?.call
      for parameter in parts.runner.registry[call.name]?.parameters ?? [] {
        let isOfRoom = call.name.hasPrefix(parameter.name + ".")
        guard isOfRoom || Self.isEntity(parameter.kind) else { continue }
        let said = call.arguments[parameter.name]
        // "that building": the one that was looked at, wherever it is asked for; "their hours" while a booking is asked for
        if let value = before?.arguments[parameter.name],
          said.map({ Self.points($0, understood, text) }) ?? (asked != nil || !isOfRoom)
        {
          call.arguments[parameter.name] = value
        } else if let said = said?.string, isOfRoom, let pointed = understood.pointed {
          // nothing is called "their"
          if Normaliser.normalise(said).hasPrefix(Normaliser.normalise(pointed) + " ") {
            call.arguments[parameter.name] = nil
          }
        }
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
      if when.isWholeWeek(in: text) { when.start.date = when.start.date.on(before.start.date.weekday) }
      when.start.time = before.start.time
      when.isTimeGiven = true
      when.grain = before.grain
      call.arguments[parameter.name] = when.json
    }
  }

  /// "Book it at 6", after what is open tomorrow evening was looked for, is on that day; "block 3 to 5" is on the day of which
  /// the calendar was shown.
  func carryDay(_ call: inout ActionCall, _ dialogue: Dialogue, _ context: ActionContext) {
    guard let known = parts.runner.registry[call.name], known.effect != .read, let recent = dialogue.recent,
      context.now - recent.at < .minutes(30), let room = call.name.split(separator: ".").first,
      [".search", ".details"].contains(where: recent.call.name.hasSuffix) && recent.call.name.hasPrefix(room + ".")
        || ["event", "appointment"].contains(room) && ["calendar.agenda", "day.show"].contains(recent.call.name),
      let day = Self.day(of: recent.call, context), day > context.today
    else { return }
    for parameter in known.parameters where parameter.kind == .when {
      guard let json = call.arguments[parameter.name],
        var when = WhenValue(json: json, zone: context.zone, now: context.now), when.isTimeGiven, !when.isDayGiven,
        !when.repeats, when.elapsed == nil
      else { continue }
      when.start.date = day
      when.isDayGiven = true
      // "at 10" was read as the next ten o'clock from now; of another day it is one that people are up at
      if when.isHalfOpen, !(7...18).contains(when.start.time.hour) { when = when.inOtherHalf }
      call.arguments[parameter.name] = when.json
    }
  }

  /// The day that was looked at.
  private static func day(of call: ActionCall, _ context: ActionContext) -> CivilDate? {
    for member in call.arguments.members {
      guard let when = WhenValue(json: member.value, zone: context.zone, now: context.now), when.isDayGiven,
        !when.repeats
      else { continue }
      return when.start.date
    }
    return nil
  }

  /// A call with what was looked at before it, so many steps back: a long talk must not grow with each question.
  static func looked(_ call: ActionCall, steps: Int) -> ActionCall {
    guard let before = call.arguments["looked_at"] else { return call }
    var call = call
    call.arguments["looked_at"] = steps > 0 ? ActionCall(json: before).map { looked($0, steps: steps - 1).json } : nil
    return call
  }

  /// The row that is meant among those that were made or shown last, where the call is about one of that room.
  private func thing(
    _ understood: Understood, _ text: String, _ call: ActionCall, _ dialogue: Dialogue
  ) -> (parameter: String, id: String)? {
    guard let pointer = understood.pointer, let recent = pointer == .it ? dialogue.recent : dialogue.counted,
      let own = call.name.split(separator: ".").first.map(String.init),
      recent.call.name.hasPrefix(own + ".") || own == "event" && recent.call.name == "calendar.agenda",
      let entry = parts.runner.registry[call.name],
      let parameter = entry.parameter(own) ?? Self.part(of: own, call, recent).flatMap(entry.parameter),
      !Self.isChoice(parameter.kind), case let room = parameter.name
    else { return nil }
    if let said = call.arguments[room], understood.pointed != nil {
      guard Self.points(said, understood, text) || Self.isOf(said, understood, text) else { return nil }
    }
    switch pointer {
    case .place(let place):
      // of one thing that was just made nobody says "the first"
      guard recent.things.count > 1 || known(recent.call.name), recent.things.indices.contains(place - 1),
        case let id = recent.things[place - 1], !id.isEmpty
      else { return nil }
      return (room, id)
    case .last: return recent.things.count > 1 ? recent.things.last.flatMap { $0.isEmpty ? nil : (room, $0) } : nil
    case .it:
      // "I did it" is about what rang
      guard recent.things.count == 1, !Self.isSettling(call.name) else { return nil }
      return (room, recent.things[0])
    }
  }

  /// Whether a place in the list that was shown is named.
  func isOfRow(_ understood: Understood, _ dialogue: Dialogue) -> Bool {
    guard let listed = dialogue.counted, listed.things.count > 1, dialogue.question == nil else { return false }
    return switch understood.pointer {
    case .place(let place): place <= listed.things.count
    case .last: true
    case .it, nil: false
    }
  }

  /// Whether it only looks.
  private func known(_ name: String) -> Bool { parts.runner.registry[name]?.effect == .read }

  /// What an action of a room with several kinds of things is about, where these were shown: `listing.booking_cancel` after
  /// `listing.bookings`.
  private static func part(of room: String, _ call: ActionCall, _ recent: Dialogue.Recent) -> String? {
    let words = call.name.dropFirst(room.count + 1).split(separator: "_")
    guard words.count == 2, recent.call.name.hasPrefix("\(room).\(words[0])") else { return nil }
    return String(words[0])
  }

  /// "mark 1 and 3 done", "remove both": a call for each of the rows that were shown and are counted here, and nothing else.
  func severalShown(_ call: ActionCall, _ text: String, _ recent: Dialogue.Recent?) -> [ActionCall] {
    guard let recent, recent.things.count > 1, let room = call.name.split(separator: ".").first.map(String.init),
      recent.call.name.hasPrefix(room + "."), parts.runner.registry[call.name]?.parameter(room) != nil,
      Self.settling.contains(where: call.name.hasSuffix)
    else { return [] }
    let words = Normaliser.normalise(text).split { !$0.isLetter && !$0.isNumber }.map(String.init)
    let numbers = words.compactMap { Int($0) }
    let places = words.contains("both") && numbers.isEmpty && recent.things.count == 2 ? [1, 2] : numbers
    guard places.count > 1, Set(places).count == places.count,
      places.allSatisfy(recent.things.indices.map { $0 + 1 }.contains),
      words.allSatisfy({ Int($0) != nil || Self.counting.contains($0) })
    else { return [] }
    return places.map { place in
      var one = ActionCall(call.name)
      one.arguments[room] = .string(recent.things[place - 1])
      return one
    }
  }

  private static let settling = [".done", ".cancel", ".remove", ".skip"]
  /// What may stand beside the places.
  private static let counting: Set<String> = [
    "and", "both", "mark", "as", "done", "do", "finished", "finish", "complete", "completed", "remove", "delete",
    "cancel", "drop",
    "skip", "task", "tasks", "item", "items", "number", "numbers", "no", "nos", "the", "is", "are", "them", "of",
    "also", "please",
    "pls", "ok", "over", "tick", "off", "reminder", "reminders", "aur", "ho", "gaya", "gaye", "hatao", "mudinjidhu",
    "mudinjuthu", "mudichiten", "mattum", "um",
  ]

  private static func isChoice(_ kind: SlotKind) -> Bool {
    if case .choice = kind { true } else { false }
  }

  private static func isEntity(_ kind: SlotKind) -> Bool {
    if case .entity = kind { true } else { false }
  }

  /// Whether what was read as a name is what points: "their" in "their opening", "pharmacy" behind "that".
  private static func points(_ said: JSON, _ understood: Understood, _ text: String) -> Bool {
    guard let said = said.string, let pointed = understood.pointed else { return false }
    func words(_ text: String) -> String { " " + Normaliser.normalise(text) + " " }
    return words(said).contains(words(pointed)) || words(pointed).contains(words(said))
      || understood.pointer == .it && words(text).contains(words(pointed + " " + said))
  }

  /// "the reviews of the first one": what is wanted of it, and no name.
  private static func isOf(_ said: JSON, _ understood: Understood, _ text: String) -> Bool {
    guard case .place? = understood.pointer, let said = said.string, let pointed = understood.pointed else {
      return false
    }
    let words = Normaliser.normalise(text)
    guard let one = words.firstRange(of: Normaliser.normalise(said)),
      let other = words.firstRange(of: Normaliser.normalise(pointed))
    else { return false }
    let between =
      one.upperBound <= other.lowerBound
      ? words[one.upperBound..<other.lowerBound]
      : other.upperBound <= one.lowerBound ? words[other.upperBound..<one.lowerBound] : "?"
    return (1...2).contains(between.split(separator: " ").count) && !between.contains("?")
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

  private func halves(_ call: ActionCall, _ context: ActionContext) -> Halves? {
    guard let known = parts.runner.registry[call.name], known.effect != .read else { return nil }
    for parameter in known.parameters {
      guard let json = call.arguments[parameter.name], json["half_open"] == true,
        let chosen = WhenValue(json: json, zone: context.zone, now: context.now), chosen.isTimeGiven,
        chosen.isDayGiven || chosen.repeats, context.persona.unsureHours.contains(chosen.start.time.hour % 12)
      else { continue }
      let isEarly = chosen.start.time.hour < 12
      let other = Self.soonest(chosen.inOtherHalf, context)
      return Halves(
        parameter: parameter.name, early: isEarly ? chosen.inThisHalf : other,
        late: isEarly ? other : chosen.inThisHalf, chosen: chosen.inThisHalf)
    }
    return nil
  }

  /// What comes every day begins with its next such hour, which may be today's.
  private static func soonest(_ when: WhenValue, _ context: ActionContext) -> WhenValue {
    guard let rule = when.rule, rule.frequency == .daily, rule.interval == 1 else { return when }
    let today = context.zone.date(context.now)
    guard when.start.date <= today.adding(days: 1) else { return when }
    var soonest = when
    soonest.start.date = today
    if context.zone.instant(of: soonest.start) <= context.now { soonest.start.date = today.adding(days: 1) }
    return soonest
  }

  /// Asks before anything is done, where a wrong half would do harm; offers the other with what is done next where it would not.
  ///
  /// - Returns: whether it was asked.
  func asksHalf(
    of call: ActionCall, _ context: ActionContext, _ draft: inout Draft
  ) -> Bool {
    guard let halves = halves(call, context) else { return false }
    func with(_ when: WhenValue) -> ActionCall {
      var call = call
      call.arguments[halves.parameter] = when.json
      return call
    }
    func label(_ when: WhenValue) -> [String: Say.Value] { ["at": .time(when.start.time)] }
    guard context.persona.asksHalf(of: call.name) else {
      draft.offers[draft.prepared.count] = Say.Button(
        "dialogue.button.instead", label(halves.other), action: "dialogue.instead",
        arguments: ["call": with(halves.other).json], lifetime: .hours(1))
      return false
    }
    let buttons = [halves.early, halves.late].map { when in
      Say.Button("dialogue.button.at", label(when), action: call.name, arguments: with(when).arguments)
    }
    let question = Say("dialogue.half_of_day", label(halves.early), buttons: buttons)
    draft.prepared.append(.ask(call, parameter: halves.parameter, question))
    return true
  }
}
