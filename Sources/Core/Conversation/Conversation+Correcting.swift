import Actions
import Base
import Crews
import Delivery
import Formats
import Messages
import People
import Text
import Time
import Understanding

/// Changing and repeating what was done or is being asked.
extension Conversation {
  /// "Cancel", "no" or "ok" when nothing was asked: what was done just now is taken back, or asked what it should be.
  func answerIdly(_ understood: Understood, _ context: ActionContext, _ draft: inout Draft) async {
    let kind = understood.kind
    if kind == .cancel, let call = cancelQuoted(context, draft.dialogue) {
      _ = await complete(call, context, &draft)
      return
    }
    if let ring = ring(for: context.actor, draft.dialogue), ring.call(to: ["taken"]) != nil {
      return await answerRing(ring, kind, context, &draft)
    }
    if let call = answer(to: kind, context, draft.dialogue) {
      draft.intent = call.name
      draft.prepared = [await prepare(call, context)]
      return
    }
    let last = draft.dialogue.last
    // what was looked at since lies between: "leave it" is about that
    let isLatest = last.map { last in draft.dialogue.recent.map { $0.at <= last.at } ?? true } ?? false
    let isFresh = isLatest && last?.inverse != nil && last.map { context.now - $0.at < Self.regret } ?? false
    if isFresh || isLookedSince(draft.dialogue, context), understood.endsThing,
      let call = endingMoved(draft.dialogue, context)
    {
      _ = await complete(call, context, &draft)
      return
    }
    switch kind {
    case .cancel where understood.keepsThing && isFresh && isEnded(last): await undo(isWhole: true, context, &draft)
    // "no, keep it" after something was booked
    case .cancel where understood.keepsThing: draft.say = Say("dialogue.okay")
    case .cancel where isFresh: await undo(isWhole: true, context, &draft)
    // "I took it" is so or is not: nothing else can be meant instead
    case .deny where isFresh && (last.map { Self.isSettling($0.call.name) } ?? false): await undo(context, &draft)
    case .deny where isFresh: draft.say = Say("dialogue.what_instead")
    default: draft.say = Say("dialogue.okay")
    }
  }

  /// The button that a plain yes or no means, of what somebody was asked last without asking for it: "Ravi would like to see
  /// where you are".
  private func answer(to kind: Understood.Kind, _ context: ActionContext, _ dialogue: Dialogue) -> ActionCall? {
    guard kind == .affirm || kind == .deny, let asked = toldQuestion(context, dialogue),
      let yes = asked.buttons.firstIndex(where: \.isOffer)
    else { return nil }
    let place = kind == .affirm ? yes : yes + 1
    guard asked.buttons.indices.contains(place) else { return nil }
    rings.answered(context.actor.id)
    return ActionCall(asked.buttons[place].action, asked.buttons[place].arguments)
  }

  /// What somebody was told last with buttons, where nothing else was done, looked at or offered since.
  func toldQuestion(_ context: ActionContext, _ dialogue: Dialogue) -> Rings.Ring? {
    let latest = max(dialogue.recent?.at ?? .epoch, dialogue.last?.at ?? .epoch, dialogue.offer?.at ?? .epoch)
    return rings.question(for: context.actor.id, since: latest, now: context.now)
  }

  /// The button under what was told last whose own words somebody typed: "keep home times".
  func labelled(_ text: String, _ context: ActionContext, _ dialogue: Dialogue) -> ActionCall? {
    guard dialogue.question == nil, dialogue.confirmation == nil, text.utf8.count <= 80 else { return nil }
    let asked = toldQuestion(context, dialogue)
    let shown = rings.shown(to: context.actor.id, now: context.now)
    guard asked != nil || shown != nil else { return nil }
    func letters(_ text: String) -> String { Normaliser.normalise(text).filter { $0.isLetter || $0.isNumber } }
    let said = letters(text)
    guard said.count >= 3 else { return nil }
    var reader = parts.delivery.reader(context.actor)
    reader.language = context.language
    let found = ((asked?.buttons ?? []) + (shown?.buttons ?? [])).first {
      // words never agree to a request
      $0.action != Self.decision
        && letters(parts.delivery.replies.label(of: $0, for: reader, now: context.now)) == said
    }
    // "taken", under what was told of somebody else, is about one's own while that is asked for
    if let found, Self.isSettling(found.action),
      rings.ring(for: context.actor.id, since: .epoch, now: context.now) != nil
    {
      return nil
    }
    return found.map { ActionCall($0.action, $0.arguments) }
  }

  /// A plain yes to "have you taken it?" says so. "Time for Metformin" is no question: neither "ok" nor "no" to it says what
  /// became of the dose, and a false note is worse than one more question.
  private func answerRing(
    _ ring: Rings.Ring, _ kind: Understood.Kind, _ context: ActionContext, _ draft: inout Draft
  ) async {
    if kind == .affirm, let offer = ring.buttons.first(where: \.isOffer) {
      draft.intent = offer.action
      draft.prepared = [await prepare(ActionCall(offer.action, offer.arguments), context)]
      return
    }
    draft.say = Say("dialogue.rang", buttons: ring.buttons)
  }

  /// So long a bare "cancel" is about what was done.
  static let regret: Duration = .minutes(10)

  /// "Do it again": what was done last, asked for once more by the same rules.
  func repeatLast(_ context: ActionContext, _ draft: inout Draft) async {
    guard let call = draft.dialogue.recent?.call ?? draft.dialogue.last?.call else {
      draft.say = Say("dialogue.nothing_to_repeat")
      return
    }
    draft.intent = call.name
    draft.dialogue.forgetAsked()
    draft.prepared = [await prepare(call, context)]
  }

  /// "No, 9 pm": changes what is asked or waiting, or undoes what was done and does it anew. "The same for Appa" does it
  /// besides.
  func correct(
    _ correction: Understood.Correction, _ understood: Understood, _ request: UnderstandingRequest,
    _ context: ActionContext, _ draft: inout Draft
  ) async {
    if await putRight(correction, context, &draft) { return }
    if case .without(let day)? = correction.rule { return await leaveOut(day, context, &draft) }
    let dialogue = draft.dialogue
    let open = dialogue.question?.call ?? dialogue.confirmation?.calls.first
    let done = [dialogue.recent?.call, dialogue.last?.call].compactMap(\.self)
    // "change it to 6" after one thing was shown is about that
    let isShown =
      open == nil && understood.pointer == .it
      && dialogue.recent.map { parts.runner.registry[$0.call.name]?.effect == .read } == true
    if isShown, let call = moved(dialogue.recent, request, context) {
      draft.intent = call.name
      draft.prepared.append(await prepare(call, context))
      return
    }
    guard let before = open ?? done.first(where: { $0.name == understood.intent }) ?? done.first,
      let call = changed(before, by: correction, request)
    else {
      // the question stays: an answer to "what should it be instead?" is read against it
      draft.dialogue.confirmation = nil
      draft.say = Say("dialogue.what_instead")
      return
    }
    if open == nil, dialogue.hasMissedMedicine, call.name.hasPrefix("medicine.") {
      draft.say = Say("dialogue.cannot_change")
      return
    }
    // what was noted of a dose is changed by what is said right behind it
    if open == nil, Self.isSettling(call.name), dialogue.recent?.at ?? .epoch > dialogue.last?.at ?? .epoch {
      draft.say = Say("dialogue.what_instead")
      return
    }
    draft.intent = call.name
    let isRead = parts.runner.registry[call.name]?.effect == .read
    let anew = await prepare(call, context)
    if open == nil, !isRead, !correction.isAddition {
      guard let last = dialogue.last, last.call.name == call.name, let inverse = last.inverse,
        context.now - last.at < Self.memory
      else {
        // doing it anew beside what cannot be undone would do it twice; what is long done is not meant without its name
        draft.say = Say("dialogue.cannot_change")
        return
      }
      switch anew {
      // what cannot be done anew leaves what was done as it is
      case .answer, .failed: break
      // so does what cannot be done yet: it makes room when the question is answered
      case .ask: draft.replacing = inverse
      case .change, .confirm:
        await replace(inverse, context, &draft)
        draft.replaced = last.call
      }
    }
    draft.dialogue.question = nil
    draft.dialogue.confirmation = nil
    // "at 8 every day" answers "when?"
    if let question = dialogue.question, question.call.arguments[question.parameter] == nil,
      call.arguments[question.parameter] != nil, asksHalf(of: call, context, &draft)
    {
      return
    }
    draft.prepared.append(anew)
  }

  /// So long "no, 9 pm" is about what was done.
  private static let memory: Duration = .hours(1)

  /// Undoes what makes room for something else, without a word.
  func replace(_ inverse: ActionCall, _ context: ActionContext, _ draft: inout Draft) async {
    var approved = context
    approved.authority.isApproved = true
    draft.prepared.append(await prepare(inverse, approved))
    draft.silent.insert(draft.prepared.count - 1)
  }

  /// The call with what was said instead; `nil` when nothing in it can be meant.
  private func changed(
    _ before: ActionCall, by correction: Understood.Correction, _ request: UnderstandingRequest
  ) -> ActionCall? {
    var call = before
    let known = parts.runner.registry[call.name]
    if let rule = correction.rule { return adding(rule, to: before, correction, request) }
    if Self.takesOut(request.text) { return without(before, correction, request) }
    for (name, value) in correction.slots where known?.parameter(name) != nil {
      if case .period = value, correction.slots["versus"] == nil,
        let earlier = Self.before(call.arguments[name], request)
      {
        call.arguments[name] = earlier.json
        continue
      }
      // "make it 2 hours", after it was moved to half past one, is how long it takes
      if name == "by", case .duration = value, call.arguments[name] == nil, known?.parameter("minutes") != nil,
        call.arguments["starts"] != nil
      {
        call.arguments["minutes"] = value.json()
        continue
      }
      let nearer = Self.nearer(to: call.arguments[name], value, or: correction.others[name], request)
      call.arguments[name] = keepingDay(of: call.arguments[name], nearer, request).json()
    }
    if !correction.slots.isEmpty, !correction.hasOwnWords { return call }
    let texts = (known?.parameters ?? []).filter { $0.kind == .text && correction.slots[$0.name] == nil }
    for parameter in texts {
      guard let old = call.arguments[parameter.name]?.string,
        let new = Self.reworded(old, by: correction.text, besides: !correction.slots.isEmpty)
      else { continue }
      call.arguments[parameter.name] = .string(new)
      return call
    }
    // "and to lock the door at 10", "and mani at 9": with words of its own it is no second call to Ravi
    // ("same time on thursday also" has none)
    // "and every weekday 9.15 standup" is something else than "and mani at 9"
    let isOtherRule = correction.slots.values.contains { if case .when(let when) = $0 { when.repeats } else { false } }
    let opener = Normaliser.normalise(request.text).split(separator: " ").first.map(String.init) ?? ""
    if correction.isAddition, correction.hasOwnWords, Self.openers.contains(opener),
      let given = texts.filter({ call.arguments[$0.name]?.string != nil }).only, given.name == "text",
      let old = call.arguments[given.name]?.string,
      let new = Self.another(old, said: correction.text, isWhole: isOtherRule || opener != "and")
    {
      call.arguments[given.name] = .string(new)
      return call
    }
    // "and coffee powder": what needs but one text is wanted once more with another
    let needed = (known?.parameters ?? []).filter(\.isRequired)
    if correction.isAddition, correction.slots.isEmpty, needed.count == 1, let one = texts.first, one.isRequired {
      call.arguments[one.name] = .string(correction.text)
    }
    return call != before || !correction.slots.isEmpty ? call : nil
  }

  /// "And the day before", "and the week before that": as many days before those that were looked at.
  private static func before(_ looked: JSON?, _ request: UnderstandingRequest) -> DayPeriod? {
    let text = " " + Normaliser.normalise(request.text).filter { $0 != "?" } + " "
    let units = ["day", "week", "month", "year"]
    guard let unit = units.first(where: { text.contains(" \($0) before ") }), !text.contains("yesterday"),
      let period = looked?.string.flatMap({ DayPeriod($0) })
    else { return nil }
    let (first, last) = period.days(on: request.zone.date(request.now))
    switch unit {
    case "day" where first == last: return .days(first.adding(days: -1), first.adding(days: -1))
    case "month" where first.day == 1: return .days(first.adding(months: -1), first.adding(days: -1))
    case "year" where first.day == 1 && first.month == 1:
      return .days(first.adding(months: -12), first.adding(days: -1))
    case "day": return nil
    default: return .days(first.adding(days: -(last.days(since: first) + 1)), first.adding(days: -1))
    }
  }

  /// "Not on Sundays" takes days out of what comes on several.
  private static func takesOut(_ text: String) -> Bool {
    let text = Normaliser.normalise(text)
    return ["not on ", "but not on ", "except on ", "except "].contains { text.hasPrefix($0) }
  }

  /// The days of the week that are named, as a rule or as the next such day; none for a date.
  private static func weekdays(_ when: WhenValue, in text: String) -> [Weekday] {
    if let rule = when.rule { return rule.byDay.map(\.weekday) }
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    let isNamed = text.split(separator: " ").contains { word in names.contains { word.hasPrefix($0) } }
    return isNamed ? [when.start.date.weekday] : []
  }

  /// - Returns: `nil` where it does not come every day or week, or where nothing would be left.
  private func without(
    _ before: ActionCall, _ correction: Understood.Correction, _ request: UnderstandingRequest
  ) -> ActionCall? {
    for (name, value) in correction.slots {
      guard case .when(let named) = value, case let days = Self.weekdays(named, in: correction.text), !days.isEmpty,
        let json = before.arguments[name], var old = WhenValue(json: json, zone: request.zone, now: request.now),
        let rule = old.rule, rule.interval == 1, [.daily, .weekly].contains(rule.frequency),
        rule.frequency == .daily || !rule.byDay.isEmpty
      else { continue }
      let all = rule.byDay.isEmpty ? Weekday.allCases : rule.byDay.map(\.weekday)
      let left = all.filter { !days.contains($0) }
      guard !left.isEmpty, let changed = rule.on(left) else { continue }
      old.rule = changed
      while !left.contains(old.start.date.weekday) { old.start.date = old.start.date.adding(days: 1) }
      var call = before
      call.arguments[name] = old.json
      return call
    }
    return nil
  }

  private static let openers: Set<String> = ["and", "aur", "और", "appuram", "apram", "appram", "அப்புறம்", "மற்றும்"]

  /// One more of the kind: a single word stands for the last one of what was there, more words stand for all of it.
  private static func another(_ old: String, said: String, isWhole: Bool) -> String? {
    let words = said.split(separator: " ").drop { ["also", "to"].contains($0.lowercased()) }
    guard let last = words.last else { return nil }
    let before = old.split(separator: " ").dropLast()
    return words.count == 1 && !before.isEmpty && !isWhole
      ? (before + [last]).joined(separator: " ") : words.joined(separator: " ")
  }

  /// "Make it 30" after "in 20 minutes" is half an hour, not half past something.
  private static func counted(_ before: JSON?, _ value: SlotValue, _ request: UnderstandingRequest) -> SlotValue? {
    guard case .when(let new) = value, new.elapsed == nil, new.rule == nil, !new.isDayGiven, let before,
      let old = WhenValue(json: before, zone: request.zone, now: request.now), old.rule == nil,
      let length = old.elapsed, let number = request.text.split(separator: " ").last.flatMap({ Int($0) })
    else { return nil }
    let isHours = length.microseconds % Duration.hours(1).microseconds == 0
    // "make it 6" after "in 2 hours" is six o'clock
    guard number > 0, number <= (isHours ? 4 : 180) else { return nil }
    let wanted: Duration = isHours ? .hours(number) : .minutes(number)
    return .when(WhenValue(start: request.zone.civil(request.now + wanted), elapsed: wanted))
  }

  /// "No, 6 pm" changes the time and keeps the day and the rule; "no, Friday" changes the day and keeps the time; "every
  /// day" keeps the time.
  func keepingDay(
    of before: JSON?, _ value: SlotValue, _ request: UnderstandingRequest
  ) -> SlotValue {
    if let other = Self.counted(before, value, request) ?? dayOfMonth(before, value, request) { return other }
    guard case .when(var new) = value, new.elapsed == nil, let before,
      let old = WhenValue(json: before, zone: request.zone, now: request.now), old.elapsed == nil
    else { return value }
    if new.rule != nil {
      guard !new.isTimeGiven, old.isTimeGiven else { return value }
      let isNear = new.rule?.frequency == .daily && old.start.date >= request.zone.date(request.now)
      new.start = isNear ? old.start : new.start.date.at(old.start.time)
    } else if !new.isDayGiven {
      // a day that is over was a slip: nobody is reminded yesterday
      guard old.repeats || old.start.date >= request.zone.date(request.now) else { return value }
      // what comes every day begins with the first such hour, which may be today's
      let today = request.zone.date(request.now)
      let isSoon =
        old.rule.map { $0.frequency == .daily && $0.interval == 1 } == true && old.start.date == today.adding(days: 1)
      if !isSoon || new.start.date != today { new.start.date = old.start.date }
      new.rule = old.rule
      new.isDayGiven = old.isDayGiven
      // "tomorrow", then "8": not the next eight from now, but the eight that people mean by a day to come
      if new.isHalfOpen, !old.isTimeGiven, old.isDayGiven, new.start.date > today {
        let isLate = new.start.time.secondOfDay % 43_200 < 7 * 3_600
        if isLate != (new.start.time.hour >= 12) {
          new = new.inOtherHalf
          new.isHalfOpen = true
        }
      }
      return .when(new)
    } else if !new.isTimeGiven, old.isTimeGiven {
      new.start.time = old.start.time
      if new.isWholeWeek(in: request.text) { new.start.date = new.start.date.on(old.start.date.weekday) }
      // "same for thursday" of what comes every Monday comes every Thursday
      if let rule = old.rule, rule.frequency == .weekly, rule.byDay.count == 1,
        case let days = Self.weekdays(new, in: request.text), let day = days.only
      {
        new.rule = rule.on([day])
      }
    } else {
      return value
    }
    new.isTimeGiven = true
    new.grain = old.grain
    return .when(new)
  }
}

extension WhenValue {
  /// "Same time next week" is a day of that week, the one that it was on before.
  func isWholeWeek(in text: String) -> Bool {
    let words = " " + Normaliser.normalise(text).filter { $0.isLetter || $0 == " " } + " "
    return rule == nil
      && [" next week ", " adutha vaaram ", " agle hafte ", " அடுத்த வாரம் ", " अगले हफ्ते "].contains(where: words.contains)
  }
}

extension CivilDate {
  /// The day of the same week, which begins on Monday.
  func on(_ weekday: Weekday) -> CivilDate {
    adding(days: weekday.rawValue - self.weekday.rawValue)
  }
}

extension RecurrenceRule {
  /// The same, weekly on these days.
  fileprivate func on(_ days: [Weekday]) -> RecurrenceRule? {
    let parts = description.split(separator: ";").filter { !$0.hasPrefix("FREQ=") && !$0.hasPrefix("BYDAY=") }
    let days = days.map(\.code).joined(separator: ",")
    return try? RecurrenceRule(parsing: (["FREQ=WEEKLY", "BYDAY=\(days)"] + parts).joined(separator: ";"))
  }
}
