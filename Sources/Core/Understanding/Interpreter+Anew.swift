import Actions
import Text

/// What is asked for anew while an hour is asked for: the hours of something else are no answer.
extension Interpreter {
  private static let reminded = "reminder.create"
  private static let visited = "appointment.add"
  private static let sureAnew = 0.75
  /// Words of its own that a request for something has at least: "pay current bill" of "pay it".
  private static let leastWords = 2

  /// What is no answer, whatever value it holds.
  mutating func others(_ expected: ExpectedSlot, _ reading: Reading) -> Understood? {
    row(expected, reading) ?? changesOther(expected, reading) ?? ofOtherThing(expected, reading)
  }

  /// "ecosprin raathiri 9 manikku", "i need to pay the bill on the 10th", while it is asked when something else is to be; and
  /// "telma", while it is asked when to remind of the tablet.
  func ofOtherThing(_ expected: ExpectedSlot, _ reading: Reading) -> Understood? {
    guard depth == 0, [.when, .date, .time].contains(expected.kind) else { return nil }
    return ofOtherMedicine(expected, reading) ?? byItsName(expected, reading) ?? ofOtherReminder(expected, reading)
  }

  private func ofOtherMedicine(_ expected: ExpectedSlot, _ reading: Reading) -> Understood? {
    guard expected.intent == Self.added, isKnownMedicine(reading.sentence) else { return nil }
    var other = read(Self.added, reading)
    guard other.slots["name"] != nil, other.slots["schedule"] != nil else { return nil }
    other.isNewRequest = true
    return other
  }

  /// A medicine and its strength, and nothing else.
  private func byItsName(_ expected: ExpectedSlot, _ reading: Reading) -> Understood? {
    let sentence = reading.sentence
    guard expected.intent == Self.reminded, isAllowed(Self.added), reading.times.drafts.allSatisfy({ !$0.hasDay }),
      let (_, name) = Choices.find("dose", .choice(["medicine"]), in: sentence, brain.library),
      sentence.tokens.indices.allSatisfy({ index in
        name.contains(index) || sentence.tokens[index].kind != .word
          || isFiller(sentence.tokens[index], reading.language)
          || Choices.find("dose", .choice(["thing"]), in: Sentence(sentence.folded(index)), brain.library) != nil
      })
    else { return nil }
    var other = Understood(
      language: reading.language, intent: Self.added, confidence: 0.95,
      candidates: [.init(intent: Self.added, confidence: 0.95)],
      slots: ["name": .text(sentence.text(of: name.lowerBound..<sentence.tokens.count))], kind: .intent)
    other.isNewRequest = true
    return other
  }

  private func ofOtherReminder(_ expected: ExpectedSlot, _ reading: Reading) -> Understood? {
    guard expected.intent == Self.reminded, reading.sentence.tokens.count(where: { $0.kind == .word }) > 4 else {
      return nil
    }
    var other = alone(request.text)
    let isObliged = Choices.find("obliged", .boolean, in: reading.sentence, brain.library)?.1.lowerBound ?? 9 <= 1
    // "i have to go to the bank tomorrow at 11" is a visit of its own
    if isObliged, other.kind == .intent, other.intent == Self.visited, other.also.isEmpty, isAllowed(Self.visited),
      other.slots["title"] != nil, other.slots["starts"] != nil
    {
      (other.isAside, other.confidence) = (true, max(other.confidence, 0.9))
      return other
    }
    guard other.kind == .intent, other.intent == Self.reminded, isObliged || other.confidence >= Self.sureAnew,
      other.also.isEmpty,
      case .text(let text)? = other.slots["text"], other.slots["schedule"] != nil,
      Sentence(text).tokens.count(where: { $0.kind == .word && !isFiller($0, reading.language) }) >= Self.leastWords
    else { return nil }
    (other.isNewRequest, other.confidence) = (true, max(other.confidence, 0.9))
    return other
  }

  private func isKnownMedicine(_ sentence: Sentence) -> Bool {
    Choices.find("dose", .choice(["medicine"]), in: sentence, brain.library) != nil
  }
}
