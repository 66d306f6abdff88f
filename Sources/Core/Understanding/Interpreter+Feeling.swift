import Actions
import Text

/// What is said of how the speaker is, and little besides.
extension Interpreter {
  private static let feeling = "feeling"
  /// In more words than these there is more to it.
  private static let mostWords = 8

  /// "Naan nalla iruken": whatever it was taken for, it says that all is well. "Not fine" does not.
  func saysWell(_ sentence: Sentence) -> Bool {
    guard sentence.tokens.count(where: { $0.kind == .word }) <= Self.mostWords,
      let (_, well) = Choices.find(Self.feeling, .choice(["well"]), in: sentence, brain.library)
    else { return false }
    // "no no, I am fine" begins with what it denies
    let start = sentence.tokens.indices.first { index in
      sentence.tokens[index].kind != .symbol
        && brain.library.dialogue.word(Sentence(sentence.folded(index)))?.word != .deny
    }
    return !Choices.all(Self.feeling, in: sentence, brain.library).contains {
      $0.choice == "ill" && !$0.tokens.overlaps(well) && $0.tokens.lowerBound >= start ?? 0
    }
  }

  /// What single words of the message say, whatever the whole was taken for.
  func byWords(_ understood: Understood, _ reading: Reading) -> Understood {
    mistaken(unwellAfterAll(onlyNow(understood, reading), reading), reading)
  }

  /// "I am not feeling fine": what denies being well is no good news, and calls nothing off.
  func unwellAfterAll(_ understood: Understood, _ reading: Reading) -> Understood {
    guard understood.kind == .intent, understood.also.isEmpty, let intent = understood.intent,
      Self.goodNews.contains(intent), isAllowed(Self.unwell),
      Choices.find(Self.feeling, .choice(["unwell"]), in: reading.sentence, brain.library) != nil
    else { return understood }
    return read(Self.unwell, reading)
  }

  private static let goodNews: Set<String> = ["care.well", "emergency.cancel", "smalltalk.news", "smalltalk.how"]

  private static let weekly = "care.weekly"
  private static let summary = "care.summary"

  /// "Amma weekly report" wants to see it; only "every sunday", "start the weekly report" want it to come again and again.
  func onlyNow(_ understood: Understood, _ reading: Reading) -> Understood {
    guard understood.kind == .intent, understood.intent == Self.weekly, understood.also.isEmpty,
      request.allowedIntents?.contains(Self.summary) == true,
      Choices.find("regularly", .boolean, in: reading.sentence, brain.library) == nil,
      !reading.times.drafts.contains(where: { $0.hasTime || !$0.weekdays.isEmpty })
    else { return understood }
    var now = understood
    (now.intent, now.slots) = (Self.summary, understood.slots.filter { $0.key == "person" })
    now.candidates = [.init(intent: Self.summary, confidence: understood.confidence)]
    return now
  }

  /// "Whats happening", "is that sorted", "enna achu".
  func asksWhatIsUp(_ sentence: Sentence) -> Bool {
    sentence.tokens.count(where: { $0.kind == .word }) <= Self.mostWords
      && Choices.find(Self.feeling, .choice(["asked"]), in: sentence, brain.library) != nil
  }
}
