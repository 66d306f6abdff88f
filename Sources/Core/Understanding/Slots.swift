import Actions
import Base
import Text
import Time

/// Fills an intent's slots from what the readers found and what the tagger marks.
struct Slots {
  let reading: Reading
  let request: UnderstandingRequest
  let brain: Brain

  private(set) var values: [String: SlotValue] = [:]
  private(set) var entities: [Entity] = []

  /// Runs of tokens that values of these slots may take; open words leave them alone.
  static func spans(_ reading: Reading, _ slots: [IntentLibrary.Slot]) -> [Range<Int>] {
    var spans: [Range<Int>] = []
    for slot in slots {
      switch slot.kind {
      case .when, .date, .time: spans += reading.times.drafts.flatMap(\.tokens)
      case .duration: spans += reading.times.durations.map(\.tokens)
      case .money:
        spans += reading.money.map(\.tokens)
        if spans.isEmpty { spans += reading.values.numbers().map(\.found.tokens) }
      case .number, .integer: spans += reading.values.numbers().map(\.found.tokens)
      case .person: spans += people(reading, slots).prefix(1).map(\.tokens)
      case .phone: spans += reading.phones.map(\.tokens)
      case .text, .place, .choice, .entity, .boolean: break
      }
    }
    return spans.filter { !$0.isEmpty }
  }

  /// The people named as the one meant. In "remind me to call Appa" Appa is part of what is to be done.
  private static func people(_ reading: Reading, _ slots: [IntentLibrary.Slot]) -> [ValueReaders.Found] {
    guard slots.contains(where: { $0.kind == .text && $0.name == "text" }) else { return reading.people }
    return reading.people.filter { person in
      let before = person.tokens.lowerBound - 1
      return before < 0 || !objectVerbs.contains(reading.sentence.folded(before))
    }
  }

  private static let objectVerbs: Set<String> = [
    "call", "phone", "ring", "meet", "see", "visit", "wish", "with", "message", "text", "pay", "thank", "pick",
    "drop", "give", "take", "send", "bring", "help", "and", "from",
  ]

  init(_ reading: Reading, _ request: UnderstandingRequest, _ brain: Brain, intent: String) {
    self.reading = reading
    self.request = request
    self.brain = brain
    let schema = brain.library.intents[intent] ?? []
    var taken = [Bool](repeating: false, count: reading.sentence.tokens.count)
    for slot in schema { fillTyped(slot, schema, &taken) }
    let open = schema.filter { values[$0.name] == nil && BrainTrainer.isOpen($0.kind) }
    guard !open.isEmpty else { return }
    let spans = Self.spans(reading, schema) + entities.map { tokens(of: $0.span) }
    let elements = SlotTagger.elements(reading.sentence, values: spans)
    let found = brain.trained?.tagger.find(elements, intent: intent, names: open.map(\.name)) ?? [:]
    for slot in open {
      guard let range = found[slot.name].map({ trimmed($0) }), !range.isEmpty else { continue }
      let text = reading.sentence.text(of: range)
      add(
        slot.name,
        Entity(
          kind: slot.kind, span: reading.sentence.span(of: range), text: text,
          value: slot.kind == .place ? .place(text) : .text(text)))
    }
  }

  private mutating func add(_ slot: String, _ entity: Entity) {
    values[slot] = entity.value
    entities.append(entity)
  }

  private func tokens(of span: Range<Int>) -> Range<Int> {
    let inside = reading.sentence.tokens.indices.filter { span.overlaps(reading.sentence.tokens[$0].span) }
    guard let first = inside.first, let last = inside.last else { return 0..<0 }
    return first..<(last + 1)
  }

  /// Joining words and marks at either end belong to the sentence, not to the value.
  private func trimmed(_ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    let tokens = reading.sentence.tokens
    while start < end, tokens[start].kind == .symbol { start += 1 }
    while end > start, tokens[end - 1].kind == .symbol { end -= 1 }
    let dangling: Set<String> = ["at", "on", "by", "in", "from", "and", "every", "the", "for", "to"]
    while end - 1 > start, end < tokens.count, dangling.contains(reading.sentence.folded(end - 1)) { end -= 1 }
    return start..<end
  }

  // MARK: Values that readers find

  private mutating func fillTyped(_ slot: IntentLibrary.Slot, _ schema: [IntentLibrary.Slot], _ taken: inout [Bool]) {
    func free(_ range: Range<Int>) -> Bool { range.allSatisfy { !taken[$0] } }
    func take(_ range: Range<Int>) { for index in range { taken[index] = true } }
    func entity(_ range: Range<Int>, _ value: SlotValue, _ alternatives: [SlotValue] = []) -> Entity {
      Entity(
        kind: slot.kind, span: reading.sentence.span(of: range), text: reading.sentence.text(of: range), value: value,
        alternatives: alternatives)
    }
    switch slot.kind {
    case .when, .date, .time:
      guard let (value, alternatives, ranges) = time(slot) else { return }
      for range in ranges { take(range) }
      guard let first = ranges.first else { return }
      add(slot.name, entity(first, value, alternatives))
      for range in ranges.dropFirst() { entities.append(entity(range, value)) }
    case .duration:
      if let found = reading.times.durations.first(where: { free($0.tokens) }) {
        take(found.tokens)
        add(slot.name, entity(found.tokens, .duration(found.value)))
      } else if let draft = reading.times.drafts.first(where: { $0.away != nil }), let away = draft.away,
        let range = draft.tokens.first, free(range)
      {
        take(range)
        add(slot.name, entity(range, .duration(TimeReader.Length(count: away.count, unit: away.unit).exact)))
      }
    case .money:
      if let found = reading.money.first(where: { free($0.tokens) }) {
        take(found.tokens)
        add(slot.name, entity(found.tokens, found.value))
        return
      }
      let hasQuantity = schema.contains { $0.kind == .number || $0.kind == .integer }
      let numbers = reading.values.numbers().filter { free($0.found.tokens) && !isTime($0.found.tokens) }
      guard let found = hasQuantity ? numbers.first(where: \.isLimit) : numbers.first,
        case .number(let value) = found.found.value,
        let money = ValueReaders.money(value, reading.values.currency)
      else { return }
      take(found.found.tokens)
      add(slot.name, entity(found.found.tokens, .money(money)))
    case .number, .integer:
      let wantsMoney = schema.contains { $0.kind == .money }
      let numbers = reading.values.numbers().filter {
        free($0.found.tokens) && !(wantsMoney && $0.isLimit) && !isMoney($0.found.tokens) && !isTime($0.found.tokens)
      }
      guard let found = numbers.first?.found, case .number(let value) = found.value else { return }
      take(found.tokens)
      add(slot.name, entity(found.tokens, slot.kind == .number ? .number(value) : .integer(Int64(value))))
    case .person:
      guard let found = Self.people(reading, schema).first(where: { free($0.tokens) }) else { return }
      take(found.tokens)
      add(slot.name, entity(found.tokens, found.value))
    case .phone:
      guard let found = reading.phones.first(where: { free($0.tokens) }) else { return }
      take(found.tokens)
      add(slot.name, entity(found.tokens, found.value))
    case .choice, .boolean:
      guard let (choice, range) = Choices.find(slot.name, slot.kind, in: reading.sentence, brain.library) else {
        return
      }
      add(slot.name, entity(range, slot.kind == .boolean ? .boolean(choice == "yes") : .choice(choice)))
    case .entity(let list):
      guard let entries = request.entities[list],
        let match = EntityMatcher.best(in: reading.sentence, entries, free: { !taken[$0] })
      else { return }
      take(match.tokens)
      add(slot.name, entity(match.tokens, .entity(id: match.entry.id, name: match.entry.name)))
    case .text, .place: return
    }
  }

  private func isTime(_ range: Range<Int>) -> Bool {
    reading.times.drafts.contains { $0.tokens.contains { $0.overlaps(range) } }
  }
  private func isMoney(_ range: Range<Int>) -> Bool { reading.money.contains { $0.tokens.overlaps(range) } }

  private func time(_ slot: IntentLibrary.Slot) -> (SlotValue, [SlotValue], [Range<Int>])? {
    guard var draft = reading.times.drafts.first else { return nil }
    for other in reading.times.drafts.dropFirst() {
      // "from 5 to 6": the later one is what is wanted.
      if let joint = draft.joined(with: other) {
        draft = joint
      } else if slot.name == "schedule", !draft.hasDay {
        draft = other
      }
    }
    if slot.kind == .date, !draft.hasDay { return nil }
    let resolver = TimeResolver(now: request.now, zone: request.zone, prefersPast: slot.prefersPast)
    guard let result = resolver.resolve(draft) else { return nil }
    return (
      Self.value(result.value, slot.kind), result.alternatives.map { Self.value($0, slot.kind) }, draft.tokens
    )
  }

  static func value(_ when: WhenValue, _ kind: SlotKind) -> SlotValue {
    switch kind {
    case .date: .date(when.start.date)
    case .time: .time(when.start.time)
    default: .when(when)
    }
  }
}

/// Words of a fixed choice ("this month" → month).
enum Choices {
  /// - Parameter kind: of the slot; words of a choice that it does not declare are not its.
  static func find(
    _ slot: String, _ kind: SlotKind, in sentence: Sentence, _ library: IntentLibrary
  ) -> (String, Range<Int>)? {
    var best: (String, Range<Int>)?
    for (choice, words) in library.choices[slot] ?? [] {
      if case .choice(let declared) = kind, !declared.isEmpty, !declared.contains(choice) { continue }
      let count = words.tokens.count
      guard count > 0, count <= sentence.tokens.count, best.map({ count > $0.1.count }) ?? true else { continue }
      for start in 0...(sentence.tokens.count - count) {
        if zip(sentence.tokens[start...], words.tokens).allSatisfy({ $0.skeleton == $1.skeleton }) {
          best = (choice, start..<(start + count))
          break
        }
      }
    }
    return best
  }
}
