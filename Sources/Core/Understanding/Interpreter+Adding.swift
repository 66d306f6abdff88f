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

  /// - Returns: nothing where the message says more than that, an hour of its own too.
  func addedRule(_ reading: Reading, _ current: String) -> Understood? {
    guard request.expectedSlot == nil, Self.notes(current), reading.sentence.tokens.count <= Self.mostWords,
      let slot = brain.library.intents[current]?.first(where: { $0.kind == .when }),
      reading.times.drafts.count == 1, let draft = reading.times.drafts.first, draft.clocks.isEmpty,
      draft.parts.isEmpty, draft.away == nil
    else { return nil }
    let sentence = reading.sentence
    let only = Choices.find("narrowing", .choice(["only"]), in: sentence, brain.library)?.1
    let isAll = sentence.tokens.indices.allSatisfy { index in
      sentence.tokens[index].kind == .symbol || draft.tokens.contains { $0.contains(index) }
        || only?.contains(index) == true || isFiller(sentence.tokens[index], reading.language)
        || reading.pieces.all.contains { $0.tokens.contains(index) && $0.has(anyOf: Self.small) }
    }
    func says(_ kind: Concept.Kind) -> Bool { reading.pieces.all.contains { $0.has(kind) } }
    guard isAll, let value = TimeResolver(now: request.now, zone: request.zone).resolve(draft)?.value else {
      return nil
    }
    let rule: Understood.AddedRule
    if only != nil, draft.date == nil, !draft.weekdays.isEmpty {
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
