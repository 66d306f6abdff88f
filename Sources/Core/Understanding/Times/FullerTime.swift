import Actions
import Base
import Text
import Time

/// The time of a slot as the grammar reads it, where that is fuller than what the first reader found: a recurrence instead of
/// one date, or all its words and more.
struct FullerTime {
  struct Found {
    var when: WhenValue
    var alternatives: [WhenValue]
    var tokens: [Range<Int>]
  }
  /// What the first reader made of the same sentence.
  typealias First = (when: WhenValue, alternatives: [WhenValue], tokens: [Range<Int>])

  let brain: Brain
  let language: Language
  let now: Instant
  let zone: Zone
  var prefersPast = false
  /// Who wants to be woken at 5 means the morning.
  var prefersMorning = false

  func find(in sentence: Sentence, beyond first: First?) -> Found? {
    let policy = TimePolicy.india.preferring(past: prefersPast)
    return find(in: GrammarReading(sentence, brain, language, policy, now: now, zone: zone), beyond: first)
  }

  /// Whether a sentence has a word of time at all; most have none.
  static func mayFind(in reading: GrammarReading) -> Bool { reading.has(marks) }

  func find(in reading: GrammarReading, beyond first: First?) -> Found? {
    // a meal is when the person has it
    guard first?.when.meals.isEmpty ?? true, Self.mayFind(in: reading), !Self.denies(reading) else { return nil }
    let found = reading.best().compactMap { node in Self.draft(node, reading.scope).map { (node, $0) } }
    guard !found.isEmpty else { return nil }
    var choices = found.map(\.1)
    if found.count > 1, let joint = Self.joined(found, first) { choices.insert(joint, at: 0) }
    return choices.lazy.compactMap { fuller($0, first, reading) }.first
  }

  private func fuller(_ draft: TimeDraft, _ first: First?, _ reading: GrammarReading) -> Found? {
    var resolver = TimeResolver(now: now, zone: zone, prefersPast: prefersPast)
    resolver.prefersMorning = prefersMorning && draft.clocks.contains(where: \.isOpen)
    let own = Self.core(draft.tokens, reading)
    guard let first else {
      guard Self.isSure(draft, own, reading) else { return nil }
      return resolver.resolve(draft).map { Found(when: $0.value, alternatives: $0.alternatives, tokens: draft.tokens) }
    }
    guard Self.core(first.tokens, reading).isSubset(of: own), let result = resolver.resolve(draft) else { return nil }
    let (when, other) = (result.value, first.when)
    if when.repeats != other.repeats {
      guard when.repeats else { return nil }
    } else {
      let known = Set(first.tokens.joined())
      let more = own.subtracting(known)
      guard !more.isEmpty, when.isTimeGiven || !other.isTimeGiven, !Self.counts(more, reading) else { return nil }
      // the same with more words
      if when.start == other.start, when.rule == other.rule {
        return Found(when: other, alternatives: first.alternatives, tokens: Self.union(draft.tokens, first.tokens))
      }
    }
    return Found(when: when, alternatives: result.alternatives, tokens: Self.union(draft.tokens, first.tokens))
  }

  /// All tokens, those side by side as one run.
  private static func union(_ some: [Range<Int>], _ others: [Range<Int>]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for index in Set((some + others).joined()).sorted() {
      if let last = runs.last, last.upperBound == index {
        runs[runs.count - 1] = last.lowerBound..<(index + 1)
      } else {
        runs.append(index..<(index + 1))
      }
    }
    return runs
  }

  /// Where the first reader found nothing, only what can be nothing else is taken.
  private static func isSure(_ draft: TimeDraft, _ own: Set<Int>, _ reading: GrammarReading) -> Bool {
    guard own.count > 1 || draft.isRecurring else { return false }
    return draft.away != nil || draft.isRecurring || !draft.clocks.isEmpty
      || draft.date != nil || draft.days.map { $0 != 0 } ?? false
  }

  /// All that was found as one expression, as the first reader joins what stands apart.
  private static func joined(_ found: [(TimeNode, TimeDraft)], _ first: First?) -> TimeDraft? {
    let known = first.map { Set($0.tokens.joined()) } ?? []
    var joint: TimeDraft?
    for (node, draft) in found {
      // a number that may be a day is one where the first reader says so, too
      if draft.monthDay != nil, !draft.isRecurring, known.isDisjoint(with: node.start..<node.end) { continue }
      if let before = joint {
        guard let both = before.joined(with: draft) else { return nil }
        joint = both
      } else {
        joint = draft
      }
    }
    return joint
  }

  /// "not monday, tuesday": the first reader knows which is meant.
  private static func denies(_ reading: GrammarReading) -> Bool {
    let sentence = reading.scope.sentence
    return sentence.tokens.indices.dropLast().contains { index in
      sentence.tokens[index].hash == Pieces.not && !reading.scope.wordsBeginning[index + 1].isEmpty
    }
  }

  /// "one at night" is a tablet, not an hour.
  private static func counts(_ tokens: Set<Int>, _ reading: GrammarReading) -> Bool {
    tokens.allSatisfy { index in
      reading.words.contains { $0.start == index && $0.category == .integer && (1...2).contains($0.number) }
    }
  }

  // MARK: Words

  private static let marks: CategorySet = [
    .unit, .weekday, .month, .day, .dayEither, .clock, .part, .partToday, .oclock, .am, .pm, .daily, .every, .once,
    .weekdays, .added, .amount, .dateWord, .colon, .at, .half, .quarterHour, .endOf,
  ]
  private static let small: CategorySet = [
    .the, .a, .of, .possessive, .on, .in, .at, .for, .by, .from, .to, .dash, .and, .or, .comma, .dot, .slash, .colon,
    .apostrophe, .post, .particle, .fromPost, .toPost, .untilPost, .hence, .oclock, .dateWord, .suffix, .now,
  ]

  /// The tokens that carry the meaning: not "on", "at", "ko".
  private static func core(_ ranges: [Range<Int>], _ reading: GrammarReading) -> Set<Int> {
    var core = Set(ranges.joined())
    for word in reading.words where small.contains(word.category) && word.length > 0 {
      let place = word.start..<word.end
      guard
        !reading.words.contains(where: {
          !small.contains($0.category) && $0.start < place.upperBound && place.lowerBound < $0.end
        })
      else { continue }
      core.subtract(place)
    }
    for index in core where reading.scope.sentence.tokens[index].kind == .symbol { core.remove(index) }
    return core
  }

  // MARK: From the grammar to the resolver

  private static func draft(_ node: TimeNode, _ scope: TimeGrammar.Scope) -> TimeDraft? {
    guard let meaning = node.meaning else { return nil }
    var draft: TimeDraft?
    switch node.category {
    case .set: draft = meaning.set?.draft
    case .date, .time, .moment:
      guard meaning.modifier == nil || meaning.modifier == .approx else { return nil }
      draft = point(meaning, node.category, scope)
    case .timeRange, .momentRange:
      guard meaning.modifier == nil, let part = meaning.part, meaning.shape.contains(.part),
        let reading = TimeValueReader.ordered(meaning, node.category, scope).first, let from = reading.from
      else { return nil }
      var made = TimeDraft()
      if node.category == .momentRange { day(from, meaning, scope, &made) }
      made.parts = [part]
      draft = made
    default: return nil
    }
    draft?.tokens = [node.start..<node.end]
    return draft
  }

  private static func point(_ meaning: TimeMeaning, _ category: TimeCategory, _ scope: TimeGrammar.Scope) -> TimeDraft?
  {
    guard let from = TimeValueReader.ordered(meaning, category, scope).first?.from else { return nil }
    var draft = TimeDraft()
    if category == .moment, !meaning.length.isEmpty {
      // "in 20-30 minutes" is the earlier one
      let length = meaning.low.isEmpty ? meaning.length : meaning.low
      guard meaning.readings.first.map({ ($0.from ?? 0) > scope.nowSeconds }) ?? false,
        length.allSatisfy({ $0.unit.isClock })
      else { return nil }
      let seconds = length.reduce(0.0) { $0 + $1.count * $1.unit.seconds }
      draft.away =
        length.count == 1 && length[0].unit == .hour && length[0].count == length[0].count.rounded()
        ? (length[0].count, .hour) : (seconds / 60, .minute)
      return draft
    }
    // "now" is no time that anything could be asked for
    if meaning.readings.contains(where: { $0.fromTimex.hasSuffix("_REF") }) { return nil }
    if category != .time { day(from, meaning, scope, &draft) }
    guard category != .date else { return draft }
    let isOpen = meaning.shape.contains(.openHour)
    var minutes = Int(TimeGrammar.Scope.mod(from, isOpen ? 43_200 : 86_400) / 60)
    if isOpen, minutes < 60 { minutes += 720 }
    // "12:30 at night" belongs to the evening before it
    if category == .time, meaning.part == .night, minutes < 240 { minutes += 1_440 }
    draft.clocks = [TimeDraft.Clock(minutes: minutes, isOpen: isOpen)]
    return draft
  }

  private static func day(
    _ from: Int64, _ meaning: TimeMeaning, _ scope: TimeGrammar.Scope, _ draft: inout TimeDraft
  ) {
    if meaning.shape.contains(.dayOnly), meaning.day > 0 {
      draft.monthDay = meaning.day
    } else if meaning.shape.contains(.weekday), meaning.weekday > 0 {
      draft.weekdays = [meaning.weekday]
    } else {
      let date = TimeGrammar.Scope.date(from)
      if date == scope.today { draft.days = 0 } else { draft.date = (date.year, date.month, date.day) }
    }
  }
}
