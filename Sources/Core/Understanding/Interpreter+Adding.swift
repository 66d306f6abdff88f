import Actions
import Base
import Text
import Time

/// "Only on weekdays", "until 30 april", "starting monday", behind something that was noted to repeat.
extension Interpreter {
  private static let mostWords = 7
  private static let small: UInt64 = [
    Concept.Kind.until, .from, .on, .of, .a, .and, .at, .this, .next, .coming,
  ].reduce(0) { $0 | $1.bit }

  /// English denies in front ("not this sunday"), Tamil and Hindi behind ("is ravivar nahi").
  private func denial(in sentence: Sentence, _ language: Language) -> Int? {
    guard let first = sentence.tokens.indices.first,
      let last = sentence.tokens.indices.last(where: { sentence.tokens[$0].kind == .word }), last > first
    else { return nil }
    if sentence.tokens[first].hash == Pieces.not { return first }
    guard language != .english, !brain.library.dialogue.mayCorrect(sentence.tokens[first]),
      brain.library.denials.contains(sentence.tokens[last].skeleton)
    else { return nil }
    return last
  }

  /// - Returns: nothing where the message says more than that, an hour of its own too.
  func addedRule(_ reading: Reading, _ current: String) -> Understood? {
    guard request.expectedSlot == nil, Self.notes(current), reading.sentence.tokens.count <= Self.mostWords,
      let slot = brain.library.intents[current]?.first(where: { $0.kind == .when }),
      reading.times.drafts.count == 1, let draft = reading.times.drafts.first, draft.clocks.isEmpty,
      draft.parts.isEmpty, draft.away == nil
    else { return nil }
    let sentence = reading.sentence
    let only = Choices.find("narrowing", .choice(["only"]), in: sentence, brain.library)?.1
    let denied = denial(in: sentence, reading.language)
    let isAll = sentence.tokens.indices.allSatisfy { index in
      sentence.tokens[index].kind == .symbol || draft.tokens.contains { $0.contains(index) }
        || only?.contains(index) == true || denied == index || isFiller(sentence.tokens[index], reading.language)
        || reading.pieces.all.contains { $0.tokens.contains(index) && $0.has(anyOf: Self.small) }
    }
    func says(_ kind: Concept.Kind) -> Bool { reading.pieces.all.contains { $0.has(kind) } }
    guard isAll, let value = TimeResolver(now: request.now, zone: request.zone).resolve(draft)?.value else {
      return nil
    }
    let rule: Understood.AddedRule
    if denied != nil {
      // "not on sundays" is every one of them
      guard value.rule == nil, draft.nearness == .this || draft.days != nil || draft.date != nil else { return nil }
      rule = .without(value.start.date)
    } else if only != nil, draft.date == nil, !draft.weekdays.isEmpty {
      rule = .days(Array(Set(draft.weekdays)).sorted().compactMap(Weekday.init))
    } else if says(.until), value.rule == nil {
      rule = .until(value.start.date)
    } else if says(.from), value.rule == nil, draft.hasDay {
      rule = .from(value.start.date)
    } else {
      return nil
    }
    var correction = Understood.Correction(slots: [slot.name: .when(value)], text: sentence.normalised)
    correction.rule = rule
    return Understood(
      language: reading.language, intent: current, confidence: 0.9,
      candidates: [.init(intent: current, confidence: 0.9)], slots: correction.slots, kind: .correction(correction))
  }
}
