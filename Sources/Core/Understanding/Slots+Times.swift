import Actions
import Base
import Text
import Time

/// When: what both readers of times make of a message for a slot.
extension Slots {
  /// "move tomorrow's call to wednesday 11": of two days that stand apart, the first is the one it has.
  private func target(_ drafts: [TimeDraft]) -> [TimeDraft] {
    func ends(_ draft: TimeDraft) -> (first: Int, last: Int)? {
      guard let first = draft.tokens.map(\.lowerBound).min(), let last = draft.tokens.map(\.upperBound).max() else {
        return nil
      }
      return (first, last)
    }
    guard let index = drafts.lastIndex(where: \.hasDay), index > 0, let here = ends(drafts[index]),
      let before = ends(drafts[index - 1]), drafts[..<index].contains(where: \.hasDay),
      reading.sentence.tokens[before.last..<here.first].contains(where: { $0.kind == .word && $0.foldedLength > 2 })
    else { return drafts }
    return Array(drafts[index...])
  }

  /// "wed to fri", "on thursday and friday": the last of several days in a row that are looked at.
  func lastDay(from first: CivilDate) -> (CivilDate, Range<Int>)? {
    guard let draft = reading.times.drafts.first(where: { $0.lastWeekday != nil || $0.weekdays.count > 1 }),
      let tokens = draft.tokens.first
    else { return nil }
    let days = (draft.lastWeekday.map { [$0] } ?? draft.weekdays).compactMap(Weekday.init(rawValue:))
    let last = days.map { day in (0..<7).map { first.adding(days: $0) }.first { $0.weekday == day } ?? first }.max()
    return last.flatMap { $0 > first ? ($0, tokens) : nil }
  }

  func time(_ slot: IntentLibrary.Slot) -> (SlotValue, [SlotValue], [Range<Int>])? {
    if slot.name == "starts", let span {
      return (.when(span.starts), span.alternatives.map(SlotValue.when), [span.tokens])
    }
    let days = NamedDays(brain: brain, language: reading.language, now: request.now, zone: request.zone)
    let grammar = GrammarReading(
      reading.sentence, brain, reading.language, .india.preferring(past: slot.prefersPast), now: request.now,
      zone: request.zone)
    if slot.name != "until", slot.kind != .time, let found = days.find(in: grammar),
      slot.name != "due" || !isOfTitle(found.tokens),
      // "the diwali photos, due 30 nov": a date that is said outright is the one that is meant
      !reading.times.drafts.contains(where: { draft in
        draft.date != nil && !draft.tokens.contains { $0.overlaps(found.tokens) }
      })
    {
      let others = found.alternatives.compactMap { Self.value($0, slot.kind) }
      return Self.value(found.when, slot.kind).map { ($0, others, [found.tokens]) }
    }
    let first = firstTime(slot)
    // "ask at 9, tell me by 11": the end is what the first reader finds behind the beginning
    guard slot.name != "until", !isMove || reading.times.drafts.count < 2, FullerTime.mayFind(in: grammar) else {
      return first.flatMap { given(slot, $0) }
    }
    let fuller = FullerTime(
      brain: brain, language: reading.language, now: request.now, zone: request.zone, prefersPast: slot.prefersPast,
      prefersMorning: isWaking)
    guard
      let found = fuller.find(
        in: grammar, beyond: first.map { ($0.reading.value, $0.reading.alternatives, $0.tokens) }),
      // "hourly load yesterday" is of one day, whatever comes often in it
      slot.kind != .date || found.when.isDayGiven && found.when.rule == nil,
      let value = Self.value(found.when, slot.kind)
    else { return first.flatMap { given(slot, $0) } }
    return (value, found.alternatives.compactMap { Self.value($0, slot.kind) }, found.tokens)
  }

  /// "pack diwali leftovers": a day by name in front of what it is the name of.
  private func isOfTitle(_ tokens: Range<Int>) -> Bool {
    let sentence = reading.sentence
    guard tokens.upperBound < sentence.tokens.count, tokens.lowerBound > 0 else { return false }
    let (next, before) = (sentence.tokens[tokens.upperBound], sentence.folded(tokens.lowerBound - 1))
    let small = brain.lexicons(reading.language, preferred: request.languages)
    return next.kind == .word && reading.kinds[tokens.upperBound] == 0
      && !small.contains { $0.isSmall(next) || $0.isFiller(next) }
      && !["by", "before", "on", "until", "till", "for", "after", "this", "next", "due"].contains(before)
  }

  /// "dinner tomorrow at 8": the meal whose hour is said right behind it.
  private func meal(before draft: TimeDraft) -> String? {
    guard let start = draft.tokens.map(\.lowerBound).min(),
      let (meal, tokens) = Choices.find("meal", .choice([]), in: reading.sentence, brain.library),
      (0...2).contains(start - tokens.upperBound)
    else { return nil }
    return meal
  }

  /// "subah nashte ke baad metformin aur raat ko khane ke baad": with the name between, both times are of it.
  private func twice(_ one: TimeDraft, _ other: TimeDraft) -> TimeDraft? {
    guard let start = other.tokens.map(\.lowerBound).min(), start > 0, !other.hasDay, !one.isRecurring,
      !other.isRecurring, one.hasTime, other.hasTime, one.away == nil, other.away == nil,
      reading.pieces.all.contains(where: { $0.tokens.contains(start - 1) && $0.has(.and) })
    else { return nil }
    func clocks(_ draft: TimeDraft) -> [TimeDraft.Clock] {
      if !draft.clocks.isEmpty { return draft.clocks }
      return draft.meals.isEmpty ? draft.parts.map { .init(minutes: $0.minutes, isOpen: false) } : draft.meals
    }
    var both = TimeDraft()
    both.clocks = (clocks(one) + clocks(other)).sorted { $0.minutes < $1.minutes }
    both.tokens = one.tokens + other.tokens
    return both.clocks.count == 2 && both.clocks.allSatisfy { !$0.isOpen } ? both : nil
  }

  private var isWaking: Bool {
    Choices.find("waking", .choice(["waking"]), in: reading.sentence, brain.library) != nil
  }

  private func given(_ slot: IntentLibrary.Slot, _ first: (reading: TimeResolver.Reading, tokens: [Range<Int>])) -> (
    SlotValue, [SlotValue], [Range<Int>]
  )? {
    Self.value(first.reading.value, slot.kind).map { value in
      (value, first.reading.alternatives.compactMap { Self.value($0, slot.kind) }, first.tokens)
    }
  }

  /// What the first reader found, its pieces joined.
  private func firstTime(_ slot: IntentLibrary.Slot) -> (reading: TimeResolver.Reading, tokens: [Range<Int>])? {
    var drafts = isMove ? target(reading.times.drafts) : reading.times.drafts
    // "hourly load yesterday" is of one day, however often it was read
    if slot.kind == .date, slot.prefersPast { drafts.removeAll { $0.every != nil && !$0.hasDay } }
    guard var draft = drafts.first else { return nil }
    if slot.name == "until" {
      // "ask at 9, tell me if there is no answer by 11": the end is said after the beginning
      guard reading.times.drafts.count > 1 else { return nil }
      draft = reading.times.drafts[reading.times.drafts.count - 1]
    }
    for other in drafts.dropFirst() where slot.name != "until" {
      // "from 5 to 6": the later one is what is wanted.
      if let joint = draft.joined(with: other) {
        draft = joint
      } else if slot.name == "schedule", !draft.hasDay {
        draft = isDose ? twice(draft, other) ?? other : other
      }
    }
    if slot.kind == .date, !draft.hasDay { return nil }
    var resolver = TimeResolver(now: request.now, zone: request.zone, prefersPast: slot.prefersPast)
    if draft.clocks.contains(where: \.isOpen) {
      let meal = meal(before: draft)
      resolver.prefersMorning = isWaking || meal == "breakfast"
      resolver.prefersEvening = meal == "dinner"
    }
    return resolver.resolve(draft).map { ($0, draft.tokens) }
  }

  /// - Returns: `nil` for the hour of what names none: "every day".
  static func value(_ when: WhenValue, _ kind: SlotKind) -> SlotValue? {
    switch kind {
    case .date: .date(when.start.date)
    case .time: when.isTimeGiven ? .time(when.start.time) : nil
    default: .when(when)
    }
  }

  /// The time of an answer, of which nothing else is known than what kind of time was asked for.
  static func time(_ reading: Reading, _ request: UnderstandingRequest, _ brain: Brain, _ kind: SlotKind) -> SlotValue?
  {
    var draft = reading.times.drafts.first
    for other in reading.times.drafts.dropFirst() { draft = draft?.joined(with: other) ?? draft }
    if kind == .date, draft?.hasDay != true { draft = nil }
    let first = draft.flatMap { draft in
      TimeResolver(now: request.now, zone: request.zone).resolve(draft).map {
        ($0.value, $0.alternatives, draft.tokens)
      }
    }
    let fuller = FullerTime(brain: brain, language: reading.language, now: request.now, zone: request.zone)
    if let found = fuller.find(in: reading.sentence, beyond: first),
      kind != .date || found.when.isDayGiven && found.when.rule == nil,
      let value = value(found.when, kind)
    {
      return value
    }
    return first.flatMap { value($0.0, kind) }
  }
}
