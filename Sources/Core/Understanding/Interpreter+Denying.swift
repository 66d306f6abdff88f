import Actions
import Text

/// What turns a wish round, or makes a question of it.
extension Interpreter {
  /// "Ravi cannot see where I am" sounds like what it denies: an intent with an opposite becomes it, and a question whether
  /// to do something is marked as one.
  func weighed(_ understood: Understood, _ sentence: Sentence) -> Understood {
    var understood = understood
    let whole = understood.also.isEmpty ? sentence : Sentence(understood.part ?? request.text)
    understood.isDoubtful = brain.library.dialogue.isDoubtful(sentence)
    understood.also = understood.also.map { weighed($0, Sentence($0.part ?? request.text)) }
    if let intent = understood.intent, isEnding(intent) {
      switch verdict(whole) {
      case .forbidden: understood.isForbidden = true
      case .doubtful: understood.isDoubtful = true
      case nil: break
      }
    } else if understood.intent == Self.telling, beginsDenying(whole) {
      understood.isForbidden = true
    } else if understood.confidence < Self.sureOfOther, isAllowed(Self.stopping), verdict(whole) == .forbidden,
      namesMedicine(whole, understood.language)
    {
      // "bp ki goli rokni nahi hai", whatever it was taken for: nothing is ended and nothing is asked
      understood.intent = Self.stopping
      (understood.slots, understood.isForbidden, understood.kind) = ([:], true, .intent)
      understood.candidates = [.init(intent: Self.stopping, confidence: understood.confidence)]
    }
    // "what must I do for the blood test?" wants to hear what was noted, and notes nothing
    if understood.intent == Self.preparing, isAllowed(Self.appointments), wantsToHear(whole, understood.language) {
      understood.intent = Self.appointments
      understood.slots = [:]
      understood.candidates = [.init(intent: Self.appointments, confidence: understood.confidence)]
    }
    guard let intent = understood.intent, let opposite = brain.library.opposites[intent],
      whole.tokens.contains(where: { brain.library.denials.contains($0.skeleton) })
        || brain.library.forbidding.contains(where: { $0.denies(whole) })
    else { return understood }
    if brain.library.intents[opposite] != nil {
      understood.intent = opposite
      understood.candidates = [.init(intent: opposite, confidence: understood.confidence)]
    } else {
      understood.slots[opposite] = .boolean(false)
    }
    return understood
  }

  /// "No, don't stop it", after that was asked or done, whatever the words would mean alone.
  func kept(_ reading: Reading) -> Understood? {
    guard let current = [request.currentIntent, request.earlierIntent].compactMap(\.self).first(where: isEnding),
      verdict(reading.sentence) == .forbidden
    else { return nil }
    let slots = Slots(reading, request, brain, intent: current)
    var kept = Understood(
      language: reading.language, intent: current, confidence: 0.9,
      candidates: [.init(intent: current, confidence: 0.9)], slots: slots.values, entities: slots.entities,
      kind: .intent)
    kept.isForbidden = true
    return kept
  }

  /// "Dont tell Ravi": what is said in front is about the telling, and not part of what is to be told.
  private func beginsDenying(_ sentence: Sentence) -> Bool {
    let words = sentence.tokens.indices.filter { sentence.tokens[$0].kind == .word }
    let said = words.drop { ["please", "pls", "plz", "no", "and", "do"].contains(sentence.folded($0)) }
    // "nobody is at home, tell Ravi" wants it told
    guard let first = said.first, let verb = said.dropFirst().first else { return false }
    return brain.library.denials.contains(sentence.tokens[first].skeleton)
      && brain.library.requests.contains(sentence.tokens[verb].skeleton)
  }

  private static let telling = "care.tell"
  private static let stopping = "medicine.stop"
  /// What is as sure as this is meant although something is forbidden in it.
  private static let sureOfOther = 0.9

  private func namesMedicine(_ sentence: Sentence, _ language: Language) -> Bool {
    if Choices.find("dose", .choice(["medicine", "thing"]), in: sentence, brain.library) != nil { return true }
    return request.list("medicine")?.best(in: sentence, common: brain.common, language: language) { _ in true } != nil
  }

  private static let preparing = "appointment.prepare"
  private static let appointments = "appointment.list"

  /// English begins a question with its word.
  private func wantsToHear(_ sentence: Sentence, _ language: Language) -> Bool {
    let words = sentence.tokens.filter { $0.kind == .word }
    let places = language == .english ? words.prefix(1) : words[...]
    return places.contains { brain.library.questions.contains($0.hash) }
  }

  private func isEnding(_ intent: String) -> Bool {
    brain.library.endings.intents.contains(intent) || [".skip", ".snooze"].contains(where: intent.hasSuffix)
  }

  /// "All reminders off" names what is to go, and it is no appointment.
  static func isOfOthers(_ intent: String, _ sentence: Sentence, _ library: IntentLibrary) -> Bool {
    let own = String(intent.prefix { $0 != "." })
    let nouns = Set((library.choices["noun"] ?? []).map(\.choice))
    guard nouns.contains(own) else { return false }
    let named = nouns.filter { Choices.find("noun", .choice([$0]), in: sentence, library) != nil }
    return !named.isEmpty && !named.contains(own)
  }

  private func verdict(_ sentence: Sentence) -> Forbidding.Verdict? {
    let verdicts = brain.library.forbidding.compactMap { $0.verdict(sentence) }
    return verdicts.first { $0 == .forbidden } ?? verdicts.first
  }
}
