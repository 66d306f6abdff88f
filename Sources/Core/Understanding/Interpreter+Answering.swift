import Actions
import Text

/// What tells an answer to an open question from something of the person's own.
extension Interpreter {
  /// "6 pm" and nothing else, though nothing was asked: no request, whatever has an hour in it.
  func isBareHour(_ reading: Reading) -> Bool {
    guard request.expectedSlot == nil, request.currentIntent == nil, reading.times.drafts.count == 1,
      let draft = reading.times.drafts.first, !draft.clocks.isEmpty, !draft.hasDay, !draft.isRecurring
    else { return false }
    return without(draft.tokens, reading.sentence).isEmpty
  }

  /// "5 pm", said out of the blue.
  func isOnlyHour(_ reading: Reading) -> Bool {
    isBare(reading) && reading.people.isEmpty && reading.times.drafts.contains(where: \.hasTime)
      && reading.money.isEmpty
  }

  /// Whether figures are all there is: "7", "2+2", "50%" ask for nothing, and least of all to be written down as money.
  /// "₹450" says what it is, and so does "120/80".
  func isBareNumber(_ reading: Reading) -> Bool {
    guard depth == 0, request.expectedSlot == nil, request.currentIntent.map({ !Self.counts($0) }) ?? true else {
      return false
    }
    let tokens = reading.sentence.tokens
    return tokens.contains { $0.kind == .number } && !tokens.contains { $0.kind == .word }
      && !request.text.contains { "/₹$€£".contains($0) }
  }

  /// A number alone goes on with what is counted or listed: a second amount, a reading, "2" of what was shown.
  private static func counts(_ intent: String) -> Bool {
    ["expense", "measure", "medicine", "trade", "listing", "reminder", "list", "energy"].contains {
      intent.hasPrefix($0 + ".")
    } || intent.hasSuffix(".list") || intent.hasSuffix(".agenda")
  }

  /// Whether words ask for the intent, besides those that fill its slots: "call the printer tomorrow at 4" is all title and
  /// time, so it answers "of what?" rather than begin something of its own.
  func hasCommand(_ intent: String, _ reading: Reading) -> Bool {
    let slots = Slots(reading, request, brain, intent: intent)
    guard slots.values.values.contains(where: { if case .text = $0 { true } else { false } }) else { return true }
    return reading.sentence.tokens.contains { token in
      token.kind == .word && !isFiller(token, reading.language)
        && !slots.entities.contains { $0.span.overlaps(token.span) }
        && (reading.language != .english || asks(token))
    }
  }

  /// "remind me every night to take half a tablet", while the hour of something else is asked; "change fedex to 6 pm", while it is
  /// asked which to cancel: a verb that asks the house for something, with words of its own, answers no question for a value.
  func isRequestAnew(_ reading: Reading, _ best: Understood.Candidate?, _ expected: ExpectedSlot) -> Bool {
    guard !BrainTrainer.isOpen(expected.kind) || expected.hasChoices, let best, !best.intent.isEmpty,
      best.confidence >= Self.likelihood, let verb = requestingVerb(reading)
    else { return false }
    let sentence = reading.sentence
    if best.intent == expected.intent {
      guard sentence.tokens.count(where: { $0.kind == .word }) >= 5 else { return false }
      return Slots(reading, request, brain, intent: best.intent).values.values.contains {
        if case .text(let text) = $0 { text.split(separator: " ").count > 1 } else { false }
      }
    }
    // "make it 8", "set it for 6 pm" answer; "cancel the last one" does not
    return sentence.tokens.indices.contains { index in
      let token = sentence.tokens[index]
      return index > verb && token.kind == .word && reading.kinds[index] == 0 && !isFiller(token, reading.language)
        && !Self.pronouns.contains(sentence.folded(index))
        && !reading.times.drafts.contains { $0.tokens.contains { $0.contains(index) } }
    }
  }

  private static let pronouns: Set<String> = ["it", "me", "that", "this", "them", "one", "the", "for"]

  /// Where a verb that asks the house for something begins the message, small words before it left out.
  func requestingVerb(_ reading: Reading) -> Int? {
    let sentence = reading.sentence
    let words = sentence.tokens.indices.filter { sentence.tokens[$0].kind == .word }
    guard
      let first = words.first(where: { index in
        !isFiller(sentence.tokens[index], reading.language)
          && !["and", "also", "ok", "then"].contains(sentence.folded(index))
      })
    else { return nil }
    return brain.library.requests.contains(sentence.tokens[first].skeleton) ? first : nil
  }

  /// "who paid", "is there", "did Ravi": in English nobody who begins so wants something written down. "Can you" and "will
  /// you" ask for a deed.
  func wantsToKnow(_ reading: Reading) -> Bool {
    let sentence = reading.sentence
    guard reading.language == .english, sentence.tokens.count > 2,
      let first = sentence.tokens.indices.first(where: { index in
        sentence.tokens[index].kind == .word && !["ok", "and", "so", "hey", "hi"].contains(sentence.folded(index))
      })
    else { return false }
    // "is it ok to" asks for a deed all the same
    if first + 1 < sentence.tokens.count, ["it", "this", "that"].contains(sentence.folded(first + 1)) { return false }
    // "have i had my tablets": nobody says so of what was done
    if first + 1 < sentence.tokens.count, ["have", "did"].contains(sentence.folded(first)),
      ["i", "we"].contains(sentence.folded(first + 1))
    {
      return true
    }
    return Self.knowing.contains(sentence.folded(first))
  }

  private static let knowing: Set<String> = [
    "who", "whos", "who's", "whose", "is", "isn't", "isnt", "are", "aren't", "was", "were", "does", "doesn't", "has",
    "hasn't",
  ]

  /// What belongs to a room without a row gives way where it is not sure: "wat is left" asks a founder without medicines for
  /// tasks.
  func quieten(_ all: inout [Understood.Candidate], _ reading: Reading) {
    if asksWhat(reading) {
      all.removeAll { one in [".add", ".change", ".remove"].contains { one.intent.hasSuffix($0) } }
    }
    guard !request.quiet.isEmpty, let best = all.first, best.confidence < 0.9,
      all.contains(where: { request.quiet.contains($0.intent) })
    else { return }
    let weights = all.map { request.quiet.contains($0.intent) ? $0.confidence * 0.3 : $0.confidence }
    let scale = 1 / max(0.1, weights.reduce(0, +) + max(0, 1 - all.reduce(0) { $0 + $1.confidence }))
    all = zip(all, weights).map { .init(intent: $0.intent, confidence: min(1, $1 * scale)) }
    all.sort { ($0.confidence, $1.intent) > ($1.confidence, $0.intent) }
  }

  private static let likelihood = 0.4

  /// In English one of a few verbs asks the house for something; "call" in "call the printer" is what is to be done.
  private func asks(_ token: Sentence.Token) -> Bool {
    brain.library.requests.contains(token.skeleton) || brain.library.questions.contains(token.hash)
  }

  /// What else is said with an answer ("tomorrow at 1 pm for 3"), and what else the answer may mean ("at 8").
  func more(than value: SlotValue, _ expected: ExpectedSlot, _ reading: Reading)
    -> (values: [String: SlotValue], entities: [Entity])
  {
    guard !BrainTrainer.isOpen(expected.kind), let schema = brain.library.intents[expected.intent] else {
      return ([:], [])
    }
    for isBare in [false, true] {
      let whole = self.reading(reading.sentence, reading.language, acceptsBareHour: isBare)
      let slots = Slots(whole, request, brain, intent: expected.intent)
      // nothing is taken that may be part of the answer itself
      guard slots.values[expected.slot] == value else { continue }
      let values = slots.values.filter { name, _ in
        schema.contains { $0.name == name && !BrainTrainer.isOpen($0.kind) && $0.kind != .boolean }
      }
      return (values, slots.entities)
    }
    return ([:], [])
  }

  /// "who is", "when did", "how do": in English no answer begins so.
  private func asksOutright(_ reading: Reading) -> Bool {
    let sentence = reading.sentence
    let words = sentence.tokens.indices.filter { sentence.tokens[$0].kind == .word }
    guard reading.language == .english, words.count > 2 else { return false }
    if Self.shortAskers.contains(sentence.folded(words[0])) { return true }
    // "how many days left", but neither "how to pay the tax" nor "how about 5 pm"
    if sentence.folded(words[0]) == "how", !["to", "about"].contains(sentence.folded(words[1])) { return true }
    return Self.askers.contains(sentence.folded(words[0])) && Self.auxiliaries.contains(sentence.folded(words[1]))
  }

  private static let askers: Set<String> = ["who", "what", "when", "where", "why", "which", "how"]
  private static let shortAskers: Set<String> = ["whos", "whats", "whens", "wheres", "hows"]
  private static let auxiliaries: Set<String> = [
    "is", "are", "was", "were", "did", "do", "does", "will", "can", "has", "s",
  ]

  /// "who won the match yesterday" holds a day and yet does not say when.
  func isQuestion(_ reading: Reading, _ best: Understood.Candidate?, _ expected: ExpectedSlot) -> Bool {
    // "who is lakshmi" is nobody's name and no text
    if asksOutright(reading) { return true }
    guard !BrainTrainer.isOpen(expected.kind), expected.kind != .boolean, let best, best.intent != expected.intent,
      best.confidence >= (best.intent.isEmpty ? 0.5 : 0.4), !isBare(reading)
    else { return false }
    let tokens = reading.sentence.tokens
    // "how about 5?" offers one
    if brain.library.dialogue.back.find(in: reading.sentence).first.map({
      $0.sense == .also && $0.tokens.lowerBound == 0
    })
      == true
    {
      return false
    }
    guard reading.language == .english else { return tokens.contains { brain.library.questions.contains($0.hash) } }
    return tokens.first { $0.kind == .word && !isFiller($0, reading.language) }
      .map { brain.library.questions.contains($0.hash) } ?? false
  }

  /// "im in tambaram", "near the bus stand": where the name of a place begins.
  func placeStart(_ sentence: Sentence, _ start: Int, _ end: Int) -> Int {
    var place = start
    while place + 1 < end, Self.beforePlace.contains(sentence.folded(place)) { place += 1 }
    return place
  }

  private static let beforePlace: Set<String> = [
    "i", "im", "i'm", "am", "m", "is", "its", "it's", "in", "at", "near", "around", "by", "from", "here", "now", "we",
    "we're", "are", "currently", "staying", "living", "the", "my", "place", "area",
  ]

  /// Little but a row of the list that is asked for: "tower a".
  func row(_ expected: ExpectedSlot, _ reading: Reading) -> Understood? {
    guard case .entity(let list) = expected.kind,
      let match = request.list(list)?.best(
        in: reading.sentence, common: brain.common, language: reading.language, free: { _ in true }),
      match.score >= 0.85
    else { return nil }
    let isWhole = reading.sentence.tokens.indices.allSatisfy { index in
      let token = reading.sentence.tokens[index]
      return match.tokens.contains(index) || token.kind == .symbol || isFiller(token, reading.language)
    }
    guard isWhole else { return nil }
    let value = SlotValue.entity(id: match.entry.id, name: match.entry.name)
    let entity = Entity(
      kind: expected.kind, span: reading.sentence.span(of: match.tokens),
      text: reading.sentence.text(of: match.tokens), value: value)
    return Understood(
      language: reading.language, intent: expected.intent, confidence: 0.95,
      candidates: [.init(intent: expected.intent, confidence: 0.95)], slots: [expected.slot: value], entities: [entity],
      kind: .intent)
  }

  /// "expense rent 40000, broadband 1499", "what's left", while it is asked which project or which booking: a long message,
  /// one with amounts or one that asks is no name, where it means something else.
  func besidesName(_ reading: Reading, _ expected: ExpectedSlot) -> Understood? {
    guard BrainTrainer.isOpen(expected.kind), depth == 0 else { return nil }
    let isName = expected.intent.hasPrefix(expected.slot + ".") || expected.hasChoices || expected.kind == .place
    let sentence = reading.sentence
    let words = sentence.tokens.indices.filter { sentence.tokens[$0].kind == .word }
    guard let first = words.first else { return nil }
    let asks = brain.library.questions.contains(sentence.tokens[first].hash)
    // nothing is called so, whatever else it means
    let isNone =
      isName && words.count > 1 && reading.language == .english
      && (sentence.folded(first).hasPrefix("what") || asksWhether(sentence, words))
    guard isNone || (isName ? words.count > 4 || reading.numbers.count > 1 || asks : reading.numbers.count > 2)
    else { return nil }
    var alone = alone(request.text)
    let isOther =
      alone.kind == .intent && alone.intent != expected.intent && alone.confidence >= Self.otherwise
      && (isName || alone.also.count > 1)
    guard isNone || isOther else { return nil }
    alone.isAside = true
    return alone
  }

  private static let otherwise = 0.6

  /// "is there parking", "do they deliver", "can i return it", "any other nearby": no name and no place begins so.
  private func asksWhether(_ sentence: Sentence, _ words: [Int]) -> Bool {
    let begins = words.drop { ["ok", "and", "also", "so", "but"].contains(sentence.folded($0)) }.prefix(2)
    guard let first = begins.first, let second = begins.dropFirst().first else { return false }
    if sentence.folded(first) == "any" { return true }
    return Self.whether.contains(sentence.folded(first)) && Self.whoAsked.contains(sentence.folded(second))
  }

  private static let whether: Set<String> = [
    "is", "are", "do", "does", "did", "can", "could", "have", "has", "will", "was", "were", "should",
  ]
  private static let whoAsked: Set<String> = [
    "there", "they", "it", "i", "you", "u", "we", "he", "she", "this", "that",
  ]

  /// "make onion 3 kg", while an hour is asked for: a number that counts something.
  func isCount(_ reading: Reading, _ kind: SlotKind) -> Bool {
    guard [.when, .time].contains(kind), reading.times.drafts.isEmpty else { return false }
    return reading.numbers.contains { number in
      let next = number.tokens.upperBound
      return next < reading.sentence.tokens.count && Self.measures.contains(reading.sentence.folded(next))
    }
  }

  private static let measures: Set<String> = [
    "kg", "kgs", "kilo", "kilos", "g", "gm", "gms", "gram", "grams", "litre", "litres", "liter", "liters", "ltr", "ml",
    "packet", "packets", "pieces", "pcs", "bottles", "dozen", "glass", "glasses", "கிலோ", "லிட்டர்", "கிராம்", "பாக்கெட்",
    "கிளாஸ்", "किलो", "लीटर", "ग्राम", "पैकेट", "गिलास",
  ]

  /// "whats 18% gst on 42500" notes nothing.
  func asksWhat(_ reading: Reading) -> Bool {
    guard reading.sentence.tokens.count > 2 else { return false }
    return ["what", "whats", "what's", "wat", "wats"].contains(reading.sentence.folded(0))
  }

  /// "thx" and "hello" are nothing to be reminded of.
  func isSmallTalk(_ best: Understood.Candidate?, _ reading: Reading, _ expected: ExpectedSlot) -> Bool {
    guard expected.kind == .text, let best, best.intent.hasPrefix("smalltalk.") else { return false }
    return best.confidence > (expected.hasChoices ? 0.7 : 0.9)
      && reading.sentence.tokens.count { $0.kind == .word } <= 3
  }
}
