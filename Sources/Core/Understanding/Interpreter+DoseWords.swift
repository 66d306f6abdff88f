import Actions
import Base
import Text
import Time

/// Doses beside something else: asked about, put off because of a complaint, of two times, of yesterday.
extension Interpreter {
  private static let bought = "medicine.bought"
  private static let week = "medicine.week"
  private static let mayTake = "medicine.may_take"
  private static let stop = "medicine.stop"

  /// "Which days did I miss calcium", "I forgot my thyronorm, can I take it now": a question leaves the log as it is.
  func doseQuestion(_ understood: Understood, _ reading: Reading) -> Understood? {
    guard understood.kind == .intent, let intent = understood.intent, Self.settling.contains(intent) else { return nil }
    if has("asked", reading.sentence), isAllowed(Self.week) { return read(Self.week, reading) }
    if has("may", reading.sentence), isAllowed(Self.mayTake) { return read(Self.mayTake, reading) }
    return nil
  }

  /// What is noted of a medicine, or kept between two of it, is about one that is named or was spoken of: "pirova saavi arisi
  /// dabba pinnadi" is none. Where one of the list is named as taken, nothing else can be meant.
  func withMedicine(_ understood: Understood, _ reading: Reading) -> Understood {
    guard understood.kind == .intent, understood.also.isEmpty, let intent = understood.intent else { return understood }
    var understood = understood
    // "dawa kitni bachi hai": the word for any medicine names none
    if intent.hasPrefix("medicine."), case .text(let name)? = understood.slots["medicine"],
      isOnlyThing(Sentence(name))
    {
      understood.slots["medicine"] = nil
    }
    // "haan beta, kha li": whoever is spoken to took nothing
    if request.isLookedAfter, Self.settling.contains(intent), isSpokenTo(understood, reading.sentence) {
      understood.slots["person"] = nil
    }
    // "for one more day I have not taken it" says nothing of how long it waits
    if intent == Self.later, case .duration(let delay)? = understood.slots["delay"], delay > .hours(12),
      fate(reading.sentence) == .open
    {
      understood.slots["delay"] = nil
    }
    if intent == Self.taken, case .entity? = understood.slots["medicine"] {
      var sure = understood
      sure.candidates = Array(sure.candidates.prefix(1))
      return sure
    }
    guard ["medicine.note", "medicine.gap"].contains(intent), request.expectedSlot == nil,
      request.currentIntent?.hasPrefix("medicine.") != true, !hasMedicine(reading.sentence), rows(reading).isEmpty
    else { return understood }
    return Understood(language: reading.language, intent: nil, confidence: 0.9, kind: .outOfScope)
  }

  /// A word of kinship at an end of the message, or behind a yes: "haan bhai kha li".
  private func isSpokenTo(_ understood: Understood, _ sentence: Sentence) -> Bool {
    guard case .person? = understood.slots["person"],
      let entity = understood.entities.first(where: { if case .person = $0.value { true } else { false } }),
      Choices.find("kin", .choice(["young"]), in: Sentence(entity.text), brain.library) != nil
    else { return false }
    let words = sentence.tokens.indices.filter { sentence.tokens[$0].kind == .word }
    guard let place = words.firstIndex(where: { sentence.tokens[$0].span.overlaps(entity.span) }) else { return false }
    return place == words.count - 1 || place == 0
      || place == 1 && brain.library.dialogue.word(Sentence(sentence.folded(words[0])))?.word == .affirm
  }

  private func isOnlyThing(_ sentence: Sentence) -> Bool {
    sentence.tokens.allSatisfy { token in
      token.kind == .symbol
        || Choices.find(
          "dose", .choice(["thing"]), in: Sentence(String(decoding: sentence.folded[token.foldedSpan], as: UTF8.self)),
          brain.library) != nil
    }
  }

  /// "पैन 40 ले ली": the word for taking is one for buying, too. What was bought is counted, or something says so.
  func takenNotBought(_ understood: Understood, _ reading: Reading) -> Understood? {
    guard understood.kind == .intent, understood.intent == Self.bought, understood.also.isEmpty,
      request.expectedSlot == nil, fate(reading.sentence) == .taken, !has("bought", reading.sentence)
    else { return nil }
    let rows = rows(reading)
    let isCounted = reading.numbers.contains { number in
      let text = reading.sentence.text(of: number.tokens)
      return !rows.contains { $0.tokens.overlaps(number.tokens) || $0.entry.name.contains(text) }
    }
    return isCounted ? nil : read(Self.taken, reading)
  }

  /// "Not taking ecosprin today, my gums bleed": what became of the dose is noted, and the complaint is heard as well.
  func besidesUnwell(_ understood: Understood, _ reading: Reading) -> Understood? {
    guard understood.kind == .intent, understood.intent == Self.unwell, understood.also.isEmpty,
      let fate = fate(reading.sentence), let intent = Self.intent(fate == .open ? .later : fate), isAllowed(intent)
    else { return nil }
    let isNamed = rows(reading).count == 1 || fate != .open && hasMedicine(reading.sentence)
    guard isNamed || request.currentIntent.map({ Self.settling.contains($0) }) == true && fate != .taken else {
      return nil
    }
    var first = read(intent, reading)
    first.also = [understood]
    return first
  }

  /// "Took it last night, forgot this morning": each time with what became of its dose.
  func atTwoTimes(_ understood: Understood, _ reading: Reading) -> Understood? {
    guard understood.also.isEmpty, understood.kind == .outOfScope || understood.intent.map(isOfDose) == true else {
      return nil
    }
    let starts = reading.times.drafts.filter { $0.hasDay || !$0.parts.isEmpty }
      .compactMap { $0.tokens.map(\.lowerBound).min() }.sorted()
    let sentence = reading.sentence
    guard starts.count == 2, rows(reading).count < 2 else { return nil }
    let mark = (starts[0]..<starts[1]).last { sentence.tokens[$0].kind == .symbol }
    let cut = mark ?? starts[1]
    guard cut > 0 else { return nil }
    let parts = [0..<cut, (mark.map { $0 + 1 } ?? cut)..<sentence.tokens.count].map { Sentence(sentence.text(of: $0)) }
    let fates = parts.map(fate)
    guard fates[0] != fates[1], fates.contains(.taken) else { return nil }
    var said: [Understood] = []
    for (part, fate) in zip(parts, fates) {
      guard let fate, let intent = Self.intent(fate == .open ? .later : fate), isAllowed(intent) else { return nil }
      var one = read(intent, self.reading(part, reading.language))
      one.part = part.normalised
      said.append(one)
    }
    said[0].also = [said[1]]
    return said[0]
  }

  /// "Doctor stopped amlodipine, start cilacar 10 at 9": one ends, and another begins.
  func stoppedAndBegun(_ understood: Understood, _ reading: Reading) -> Understood? {
    let sentence = reading.sentence
    guard understood.kind == .intent, understood.intent == Self.stop, understood.also.isEmpty,
      isAllowed(Self.added),
      let (_, begun) = Choices.find("settled", .choice(["begun"]), in: sentence, brain.library),
      case let names = medicineNames(reading), let first = names.first, begun.lowerBound >= first.upperBound
    else { return nil }
    // the verb stands before the new one, or, where it comes last, behind
    let isBehind = names.count > 1 && begun.lowerBound >= names[1].upperBound
    let cut = isBehind ? names[1].lowerBound : begun.lowerBound
    let rest = sentence.text(of: (isBehind ? cut : begun.upperBound)..<sentence.tokens.count)
    guard Sentence(rest).tokens.contains(where: { $0.kind == .word }) else { return nil }
    var added = read(Self.added, self.reading(Sentence(rest), reading.language))
    guard added.slots["name"] != nil else { return nil }
    added.part = rest
    let ended = sentence.text(of: 0..<cut)
    var whole = read(Self.stop, self.reading(Sentence(ended), reading.language))
    whole.part = ended
    whole.also = [added]
    return whole
  }

  private func isOfDose(_ intent: String) -> Bool { Self.settling.contains(intent) || intent == Self.unwell }

  /// "कल रात की गोली नहीं ली": what was not taken lies behind; only what is refused may lie ahead.
  func lookingBack(_ understood: Understood, _ reading: Reading) -> Understood {
    let today = request.zone.date(request.now)
    guard understood.intent == Self.skipped, case .date(let day)? = understood.slots["day"], day > today,
      fate(reading.sentence) == .open, reading.pieces.all.contains(where: { $0.has(.dayEither) })
    else { return understood }
    var understood = understood
    understood.slots["day"] = .date(today.adding(days: -day.days(since: today)))
    return understood
  }

  /// "Innum illa", "aama potuten" while a dose is asked for or was put off: little but what became of it, and nothing else.
  func answersRing(_ understood: Understood, _ reading: Reading) -> Understood? {
    let sentence = reading.sentence
    guard request.currentIntent == Self.later, request.expectedSlot == nil, understood.also.isEmpty,
      sentence.tokens.count(where: { $0.kind == .word }) <= Self.fewWords, reading.times.drafts.isEmpty,
      let fate = fate(sentence), !request.text.contains("?"), isLittleBesides(fate, reading)
    else { return nil }
    // "onnum illa" may call something off: only words for "not yet" are taken from what was understood
    let isNothingElse =
      understood.kind == .outOfScope
      || has("yet", sentence) && understood.intent.map { Self.besideDoses.contains($0) } == true
    guard isNothingElse, let intent = Self.intent(fate == .open ? .later : fate), isAllowed(intent) else { return nil }
    return read(intent, reading)
  }

  /// "Are you sure i took" asks; "yes taken", "aama da potuten" do not.
  private func isLittleBesides(_ fate: Fate, _ reading: Reading) -> Bool {
    let sentence = reading.sentence
    guard let (_, words) = Choices.find("settled", .choice([fate.rawValue]), in: sentence, brain.library) else {
      return false
    }
    let rest = sentence.tokens.indices.filter { index in
      let token = sentence.tokens[index]
      return token.kind == .word && !words.contains(index) && !isFiller(token, reading.language)
        && !Self.ownWords.contains(sentence.folded(index))
        && brain.library.dialogue.word(Sentence(sentence.folded(index))) == nil
    }
    return rest.count <= (reading.language == .english ? 0 : 1)
  }

  private static let ownWords: Set<String> = [
    "i", "it", "ive", "i've", "have", "them", "already", "just", "now", "still",
  ]
  private static let fewWords = 5
  /// What "not yet" is taken for by its words alone.
  private static let besideDoses: Set<String> = ["emergency.cancel", "assistant.more", "smalltalk.how", "care.well"]

  /// "Not yet", "I said it wrong": words that take back what was noted of a dose.
  func deniesDose(_ sentence: Sentence) -> Bool {
    let fate = fate(sentence)
    return fate == .open || fate == .skipped || has("wrong", sentence)
  }
}
