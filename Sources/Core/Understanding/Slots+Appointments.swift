import Actions
import Text
import Time

/// What is said of an appointment beside its name and its time.
extension Slots {
  /// "… thursday 11 30, empty stomach and bring old reports": what is to be done before is said again the evening before.
  mutating func fillPrepare() {
    let sentence = reading.sentence
    let found = Choices.all("preparing", in: sentence, brain.library)
    let things = found.filter { $0.choice == "thing" }.map(\.tokens)
    guard values["prepare"] == nil, let first = things.first, let last = things.last else { return }
    let known = entities.map { tokens(of: $0.span) }.filter { !$0.isEmpty }
    guard !known.contains(where: { $0.overlaps(first) || $0.overlaps(last) }) else { return }
    let small = brain.lexicons(reading.language, preferred: request.languages)
    func isSmall(_ index: Int) -> Bool { small.contains { $0.isSmall(sentence.tokens[index]) } }
    func isMark(_ index: Int) -> Bool { sentence.tokens[index].kind == .symbol }
    func isKnown(_ index: Int) -> Bool { known.contains { $0.contains(index) } }
    // back to a mark, to what is known, or to "… ke paas jaana hai"
    let going = found.last { $0.choice == "going" && $0.tokens.upperBound <= first.lowerBound }?.tokens.upperBound ?? 0
    var start = first.lowerBound
    while start > going, !isMark(start - 1), !isKnown(start - 1) { start -= 1 }
    while start < first.lowerBound, isSmall(start) { start += 1 }
    var end = last.upperBound
    while end < sentence.tokens.count, !isMark(end), !isKnown(end), reading.kinds[end] == 0 { end += 1 }
    while end > last.upperBound, isSmall(end - 1) { end -= 1 }
    let text = sentence.text(of: start..<end)
    add(
      "prepare", Entity(kind: .text, span: sentence.span(of: start..<end), text: text, value: .text(text)))
  }
}

extension Interpreter {
  private static let planning = "appointment.add"
  private static let moments: UInt64 = [
    Concept.Kind.weekday, .day, .dayEither, .clock, .part, .month, .oclock,
  ].reduce(0) { $0 | $1.bit }

  /// "Tomorrow at 5 to the eye doctor, take the old glasses": what has a day and an hour of its own is planned, and prepared for.
  func planned(_ understood: Understood, _ reading: Reading) -> Understood {
    if let prepared = prepared(understood, reading) { return prepared }
    guard understood.kind == .intent, understood.intent == "appointment.prepare", understood.also.isEmpty,
      isAllowed(Self.planning),
      let time = reading.times.drafts.first(where: { $0.hasDay && !$0.clocks.isEmpty })?.tokens.map(\.upperBound).max(),
      let thing = Choices.all("preparing", in: reading.sentence, brain.library).first(where: { $0.choice == "thing" }),
      time <= thing.tokens.lowerBound,
      (time..<thing.tokens.lowerBound).contains(where: { reading.sentence.tokens[$0].kind == .symbol })
    else { return understood }
    let added = read(Self.planning, reading)
    return ["title", "starts", "prepare"].allSatisfy { added.slots[$0] != nil } ? added : understood
  }

  /// "… thursday 11 30, empty stomach and bring old reports": behind the mark stands no word of its name.
  private func prepared(_ understood: Understood, _ reading: Reading) -> Understood? {
    let sentence = reading.sentence
    guard understood.kind == .intent, understood.intent == Self.planning, understood.also.isEmpty,
      understood.slots["prepare"] == nil,
      let thing = Choices.all("preparing", in: sentence, brain.library).first(where: { $0.choice == "thing" })?.tokens,
      let mark = (0..<thing.lowerBound).last(where: { sentence.tokens[$0].kind == .symbol }), mark > 0,
      !reading.pieces.all.contains(where: { $0.tokens.lowerBound > mark && $0.has(anyOf: Self.moments) })
    else { return nil }
    let said = read(Self.planning, self.reading(Sentence(sentence.text(of: 0..<mark)), reading.language))
    guard said.slots["title"] != nil, said.slots["starts"] != nil else { return nil }
    let end = sentence.tokens.indices.last { sentence.tokens[$0].kind != .symbol } ?? mark
    guard end > mark else { return nil }
    var whole = said
    (whole.confidence, whole.candidates) = (understood.confidence, understood.candidates)
    whole.slots["prepare"] = .text(sentence.text(of: (mark + 1)..<(end + 1)))
    return whole
  }
}
