import Actions
import Base
import Formats
import Messages
import People
import Text
import Time
import Understanding

/// What is added to something that repeats: the days it is for, its first and its last one.
extension Conversation {
  /// - Returns: `nil` where what was noted does not repeat, or comes in hours.
  func adding(
    _ rule: Understood.AddedRule, to before: ActionCall, _ correction: Understood.Correction,
    _ request: UnderstandingRequest
  ) -> ActionCall? {
    for name in correction.slots.keys {
      guard let json = before.arguments[name], var old = WhenValue(json: json, zone: request.zone, now: request.now),
        // a medicine is taken daily where nothing else is said
        let known = old.rule
          ?? (before.name == "medicine.add" && !old.isDayGiven ? try? RecurrenceRule(parsing: "FREQ=DAILY") : nil),
        let changed = Self.adding(rule, to: known, &old)
      else { continue }
      old.rule = changed
      var call = before
      call.arguments[name] = old.json
      return call
    }
    return nil
  }

  private static func adding(
    _ added: Understood.AddedRule, to rule: RecurrenceRule, _ when: inout WhenValue
  ) -> RecurrenceRule? {
    func parts(without keys: [String]) -> [String] {
      rule.description.split(separator: ";").map(String.init).filter { part in !keys.contains { part.hasPrefix($0) } }
    }
    func parsed(_ parts: [String]) -> RecurrenceRule? {
      try? RecurrenceRule(parsing: parts.joined(separator: ";"))
    }
    switch added {
    case .days(let days):
      guard rule.interval == 1, [.daily, .weekly].contains(rule.frequency), !days.isEmpty else { return nil }
      let codes = days.map(\.code).joined(separator: ",")
      let changed = parsed(["FREQ=WEEKLY", "BYDAY=\(codes)"] + parts(without: ["FREQ=", "BYDAY=", "COUNT="]))
      when.start.date = first(of: days, from: when.start.date)
      return changed
    case .until(let day):
      guard day >= when.start.date else { return nil }
      let last = day.description.filter { $0 != "-" }
      return parsed(parts(without: ["COUNT=", "UNTIL="]) + ["UNTIL=\(last)T235959"])
    case .without: return nil
    case .from(let day):
      guard [.daily, .weekly].contains(rule.frequency) else { return nil }
      let days = rule.byDay.map(\.weekday)
      when.start.date = days.isEmpty && rule.frequency == .daily ? day : first(of: days, from: day)
      return rule
    }
  }

  /// "Not this sunday": that day of what comes again and again is left out, and the rest goes on.
  func leaveOut(_ day: CivilDate, _ context: ActionContext, _ draft: inout Draft) async {
    guard let recent = draft.dialogue.recent, recent.things.count == 1,
      let room = recent.call.name.split(separator: ".").first.map(String.init),
      case let name = room + ".skip", context.persona.allows(name), let known = parts.runner.registry[name],
      known.parameter(room) != nil, known.parameter("day") != nil,
      recent.call.name == "medicine.add" || recent.call.arguments["schedule"]?["rrule"].string != nil
    else {
      draft.say = Say("dialogue.what_instead")
      return
    }
    let call = ActionCall(name, [room: .string(recent.things[0]), "day": .string(day.description)])
    draft.intent = name
    draft.prepared.append(await prepare(call, context))
  }

  /// "No, 10" after nine in the morning is ten in the morning, whatever the clock says now.
  static func nearer(
    to before: JSON?, _ value: SlotValue, or other: SlotValue?, _ request: UnderstandingRequest
  ) -> SlotValue {
    guard case .when(let new) = value, case .when(let second)? = other, new.isTimeGiven, let before,
      let old = WhenValue(json: before, zone: request.zone, now: request.now), old.isTimeGiven
    else { return value }
    func distance(_ when: WhenValue) -> Int { abs(minutes(when) - minutes(old)) }
    func minutes(_ when: WhenValue) -> Int { when.start.time.hour * 60 + when.start.time.minute }
    return distance(second) < distance(new) ? .when(second) : value
  }

  private static func first(of days: [Weekday], from day: CivilDate) -> CivilDate {
    (0..<7).map { day.adding(days: $0) }.first { days.contains($0.weekday) } ?? day
  }

  /// "Every month", then "5th": the day of the rule, and no day alone.
  func dayOfMonth(
    _ before: JSON?, _ value: SlotValue, _ request: UnderstandingRequest
  ) -> SlotValue? {
    guard case .when(let new) = value, new.rule == nil, new.isDayGiven, !new.isTimeGiven, let before,
      var old = WhenValue(json: before, zone: request.zone, now: request.now), let rule = old.rule,
      rule.frequency == .monthly, rule.byMonthDay.count == 1,
      case let words = Normaliser.normalise(request.text).split(separator: " "), words.count <= 6,
      words.contains(where: { Int($0.prefix { $0.isNumber }) == new.start.date.day }),
      !words.contains(where: { $0.first?.isLetter == true && !Self.beside.contains(String($0)) }),
      let changed = try? RecurrenceRule(
        parsing: rule.description.split(separator: ";").map {
          $0.hasPrefix("BYMONTHDAY=") ? "BYMONTHDAY=\(new.start.date.day)" : String($0)
        }.joined(separator: ";"))
    else { return nil }
    old.rule = changed
    old.start.date = new.start.date
    return .when(old)
  }

  private static let beside: Set<String> = [
    "the", "on", "no", "make", "it", "change", "to", "set", "move", "shift", "that", "date", "please",
    "ஆம்", "தேதி", "தேதிக்கு", "மாத்து", "மாத்துங்க", "thethi", "thethikku", "maathu", "maathunga", "pannu", "pannunga",
    "ko", "tarikh", "kar", "karo", "do", "को", "तारीख", "कर", "करो", "दो",
  ]

  /// "call Meena" instead of "call Priya", "meter 14" instead of "read meter 12": only words that share one with what was
  /// there can be meant for it.
  ///
  /// - Parameter besides: a value was corrected as well; then small words around the old ones say nothing new: "the telma is 5 days".
  static func reworded(_ old: String, by new: String, besides hasValue: Bool = false) -> String? {
    func key(_ word: Substring) -> String { Normaliser.normalise(String(word)) }
    let (words, newWords) = (old.split(separator: " "), new.split(separator: " "))
    guard let first = newWords.first, newWords.count <= 12 else { return nil }
    let more = newWords.map(key).filter { !words.map(key).contains($0) }
    if hasValue, newWords.count - more.count == words.count, more.count <= 2,
      more.allSatisfy({ $0.count <= 3 && $0.allSatisfy(\.isLetter) })
    {
      return nil
    }
    if let place = words.firstIndex(where: { key($0) == key(first) }) {
      return (words[..<place] + newWords).joined(separator: " ")
    }
    let known = Set(words.map(key))
    return newWords.contains { $0.count > 2 && known.contains(key($0)) } ? new : nil
  }
}
