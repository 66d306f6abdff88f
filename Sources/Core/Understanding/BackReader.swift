import Actions
import Text

/// Reads a message with what was said before in mind: words that point back are put in words or taken out, and what is
/// left is read like any other message.
struct BackReader {
  let brain: Brain
  let taught: Taught?
  let request: UnderstandingRequest

  func understand() -> Understood {
    let sentence = Sentence(request.text)
    let found = brain.library.dialogue.back.find(in: sentence)
    if let one = untimed(found, sentence) { return one }
    if let one = ordinal(alone: sentence, found) ?? another(found, sentence) { return one }
    let number = found.isEmpty ? number(sentence) : nil
    guard !found.isEmpty || number != nil || request.earlierIntent != nil else { return read(request.text) }
    // a call for help is read as it was written
    if case .alarm = brain.library.emergencies.judge(sentence) { return read(request.text) }
    var understood = withFound(found, sentence)
    for one in found {
      let pointer: Pointer
      switch one.sense {
      // "night use warehouse" is English, and no "usse"
      case .pointer(.it) where !one.isExact && understood.language == .english: continue
      case .pointer(let said) where !isOfTime(one.tokens, sentence): pointer = said
      // "usko": to him, or it where nobody was spoken of
      case .person where request.person == nil && !one.ending.isEmpty: pointer = .it
      default: continue
      }
      // "it" is in many sentences; a place in a list says more
      if understood.pointer == nil || understood.pointer == .it {
        understood.pointer = pointer
        understood.pointed = isSpelt(one) ? one.ending : sentence.text(of: one.tokens)
      }
    }
    if let number, understood.kind == .outOfScope || understood.kind == .intent {
      understood.pointer = .place(number.place)
      understood.pointed = sentence.text(of: number.token..<(number.token + 1))
    }
    switch understood.pointer {
    case .place, .last: return inRoom(understood)
    default: return understood
    }
  }

  /// "second", after several things were shown, is the second one.
  private func ordinal(alone sentence: Sentence, _ found: [BackPhrases.Found]) -> Understood? {
    guard found.isEmpty, request.shown > 1, request.expectedSlot == nil, sentence.tokens.count == 1 else { return nil }
    var longer = request
    longer.text += " one"
    let isPlace = brain.library.dialogue.back.find(in: Sentence(longer.text)).contains { one in
      if case .pointer(.place) = one.sense { true } else { false }
    }
    return isPlace ? BackReader(brain: brain, taught: taught, request: longer).understand() : nil
  }

  /// "How about the second one", of what was shown, is no other time.
  private func another(_ found: [BackPhrases.Found], _ sentence: Sentence) -> Understood? {
    guard request.shown > 1, request.expectedSlot == nil,
      let also = found.first(where: { $0.sense == .also && $0.tokens.lowerBound == 0 })
    else { return nil }
    var rest = sentence.tokens.indices.dropFirst(also.tokens.upperBound).filter { sentence.tokens[$0].kind != .symbol }
    if let first = rest.first, sentence.folded(first) == "the" { rest.removeFirst() }
    guard (1...2).contains(rest.count), let start = rest.first, let end = rest.last else { return nil }
    var own = request
    own.text = sentence.text(of: start..<(end + 1))
    let understood = BackReader(brain: brain, taught: taught, request: own).understand()
    switch understood.pointer {
    case .place, .last: return understood
    default: return nil
    }
  }

  /// "2 is done", after several things were shown: little but a number and a word or two.
  private func number(_ sentence: Sentence) -> (place: Int, token: Int)? {
    guard request.shown > 1, request.expectedSlot == nil, (2...5).contains(sentence.tokens.count) else { return nil }
    let numbers = sentence.tokens.indices.filter { sentence.tokens[$0].kind == .number }
    guard numbers.count == 1, let place = Int(sentence.folded(numbers[0])), (1...request.shown).contains(place),
      sentence.tokens.allSatisfy({ $0.kind != .symbol || !$0.isGlued })
    else { return nil }
    let reading = Interpreter.reading(request.text, request.languages.first ?? .english, brain)
    return reading.kinds[numbers[0]] == 0 ? (place, numbers[0]) : nil
  }

  /// A place in what was shown is one of its kind: "cancel the second one" after the reminders is a reminder.
  private func inRoom(_ understood: Understood) -> Understood {
    guard let room = (request.currentIntent ?? request.expectedSlot?.intent)?.split(separator: ".").first,
      request.shown > 0, understood.kind == .outOfScope
    else { return understood }
    let interpreter = Interpreter(brain: brain, taught: taught, request: request)
    guard var inside = interpreter.understand(within: room + ".") else { return understood }
    (inside.pointer, inside.pointed) = (understood.pointer, understood.pointed)
    return inside
  }

  private func withFound(_ found: [BackPhrases.Found], _ sentence: Sentence) -> Understood {
    if request.currentIntent != nil {
      if let replaced = replacement(found, sentence) { return replaced }
      if let addition = addition(found, sentence) { return addition }
    }
    let text = resolved(found, sentence)
    var understood = read(text)
    if found.contains(where: { $0.sense == .sameTime }) {
      // "move gym to same time thursday" names what it moves, and that keeps its own time
      if isMove(sentence), namesThing(text) { return understood }
      if let day = day(alone: text) { understood = day }
      understood.hasSameTime = true
      if case .correction(var correction) = understood.kind {
        // "no, thursday same time" and "push it to thursday same time" are instead of it
        correction.isAddition =
          brain.library.dialogue.correction(sentence) == nil && !isMove(sentence)
          && !found.contains { $0.sense == .insteadOf }
        understood.kind = .correction(correction)
      }
    }
    guard let earlier = request.earlierIntent, brain.library.dialogue.correction(Sentence(text)) != nil else {
      return understood
    }
    // "no, 9 pm" after a look at the calendar is about the reminder before it
    if case .correction(let correction) = understood.kind, !correction.slots.isEmpty { return understood }
    let again = read(text, current: earlier)
    if case .correction(let correction) = again.kind, !correction.slots.isEmpty { return again }
    return understood
  }

  private func read(_ text: String, current: String? = nil) -> Understood {
    var part = request
    part.text = text
    if let current { part.currentIntent = current }
    var interpreter = Interpreter(brain: brain, taught: taught, request: part)
    return interpreter.understand()
  }

  /// "this week", "that morning"
  private func isOfTime(_ tokens: Range<Int>, _ sentence: Sentence) -> Bool {
    tokens.count == 1 && ["this", "that"].contains(sentence.folded(tokens.lowerBound))
      && tokens.upperBound < sentence.tokens.count
      && ["week", "month", "year", "morning", "evening", "afternoon", "night", "weekend", "time", "day"].contains(
        sentence.folded(tokens.upperBound))
  }

  private func isMove(_ sentence: Sentence) -> Bool {
    let first = sentence.tokens.indices.first { !brain.library.openers.contains(sentence.tokens[$0].hash) }
    return first.map { Self.moving.contains(sentence.folded($0)) } ?? false
  }

  private func namesThing(_ text: String) -> Bool {
    let sentence = Sentence(text)
    let reading = Interpreter.reading(text, request.languages.first ?? .english, brain)
    let pointed = brain.library.dialogue.back.find(in: sentence).flatMap { Array($0.tokens) }
    return sentence.tokens.indices.contains { index in
      let token = sentence.tokens[index]
      return token.kind == .word && reading.kinds[index] == 0 && !pointed.contains(index)
        && !Self.moving.contains(sentence.folded(index)) && !Self.around.contains(sentence.folded(index))
        && !brain.library.openers.contains(token.hash)
        && !brain.lexicons(reading.language, preferred: request.languages).contains { $0.isFiller(token) }
    }
  }

  private static let around: Set<String> = [
    "to", "on", "the", "it", "this", "that", "at", "for", "by", "then", "instead", "also", "same", "time", "my", "one",
  ]

  private static let moving: Set<String> = [
    "move", "push", "shift", "reschedule", "postpone", "prepone", "change", "make", "bring", "delay",
  ]

  /// What is left of "same time tomorrow also" after a request: a day for it, with small words around.
  private func day(alone text: String) -> Understood? {
    guard request.currentIntent != nil, request.expectedSlot == nil,
      let prefix = brain.library.dialogue.plainCorrection,
      Sentence(text).tokens.count(where: { $0.kind == .word }) <= 4
    else { return nil }
    let understood = read(prefix + ", " + text)
    guard case .correction(let correction) = understood.kind, !correction.slots.isEmpty else { return nil }
    return understood
  }

  /// "7 instead of 6", "6 ki jagah 7": a correction, whatever stands around it.
  private func replacement(_ found: [BackPhrases.Found], _ sentence: Sentence) -> Understood? {
    guard let one = found.first(where: { $0.sense == .insteadOf || $0.sense == .inPlaceOf }) else { return nil }
    let part =
      one.sense == .insteadOf
      ? 0..<one.tokens.lowerBound : one.tokens.upperBound..<sentence.tokens.count
    guard !part.isEmpty, let prefix = brain.library.dialogue.plainCorrection else { return nil }
    // "same time friday instead": the hour is the one that was spoken of
    let same = found.filter { $0.sense == .sameTime && part.contains($0.tokens.lowerBound) }
    let text =
      same.isEmpty ? sentence.text(of: part) : resolved(same, sentence, from: part.lowerBound, to: part.upperBound)
    var understood = read(prefix + ", " + text)
    guard case .correction(let correction) = understood.kind, !correction.slots.isEmpty else { return nil }
    understood.hasSameTime = !same.isEmpty
    return understood
  }

  /// "same for Appa", "what about the warehouse", "and 20 november?": once more, with that instead.
  private func addition(_ found: [BackPhrases.Found], _ sentence: Sentence) -> Understood? {
    let start = sentence.tokens.prefix { $0.kind == .symbol }.count
    guard request.expectedSlot == nil,
      let one = found.first(where: { $0.sense == .also && $0.tokens.lowerBound == start })
    else { return nil }
    var rest = sentence.text(of: one.tokens.upperBound..<sentence.tokens.count)
    let inner = found.filter { $0.tokens.lowerBound >= one.tokens.upperBound }
    if !inner.isEmpty { rest = resolved(inner, sentence, from: one.tokens.upperBound) }
    guard !rest.isEmpty, let prefix = brain.library.dialogue.plainCorrection else { return nil }
    if asks(rest) { return nil }
    if let whole = whole(rest) { return whole }
    var understood = read(prefix + ", " + rest)
    guard case .correction(var correction) = understood.kind else { return nil }
    // "compare with last week" is about what was looked at, never one more reminder for then
    if sentence.folded(start) == "compare", correction.slots["versus"] == nil { return nil }
    // "what about last month", after an expense, asks what was spent then and spends nothing
    if isBehind(correction) || isSpan(rest) { return nil }
    if correction.slots.isEmpty {
      guard let current = request.currentIntent, brain.library.intents[current]?.first?.kind == .text else {
        return nil
      }
      // "and coffee powder" goes on with a list, "and what's on today" does not
      let alone = read(rest, current: nil)
      guard alone.kind != .intent || alone.confidence < 0.75 else { return nil }
    }
    correction.isAddition = true
    understood.kind = .correction(correction)
    understood.hasSameTime = inner.contains { $0.sense == .sameTime }
    return understood
  }

  /// "and is Southern Spice open on monday", after a booking, books nothing.
  private func asks(_ rest: String) -> Bool {
    guard let current = request.currentIntent, brain.library.intents[current] != nil,
      Self.reading.allSatisfy({ !current.hasSuffix($0) })
    else { return false }
    let sentence = Sentence(rest)
    guard let first = sentence.tokens.first else { return false }
    return brain.library.questions.contains(first.hash) || Self.asking.contains(sentence.folded(0))
  }

  private static let reading = [".list", ".show", ".search", ".details", ".total"]
  private static let asking: Set<String> = [
    "is", "are", "does", "do", "did", "was", "were", "can", "will", "has", "have",
  ]

  /// "and shelcal after lunch", "and 900 petrol": one more thing to be noted, with all that it needs.
  private func whole(_ rest: String) -> Understood? {
    guard let current = request.currentIntent, Interpreter.notes(current) || current.hasSuffix(".search"),
      let named = brain.library.intents[current]?.first(where: { $0.kind == .text })?.name
    else { return nil }
    var part = request
    part.text = rest
    part.currentIntent = nil
    var interpreter = Interpreter(brain: brain, taught: taught, request: part)
    let alone = interpreter.understand()
    guard alone.kind == .intent, alone.intent == current, alone.confidence >= Self.surety, alone.slots[named] != nil,
      alone.slots.count > 1
    else { return paid(rest, current, named, alone) }
    return alone
  }

  /// "and 600 glue for kalki" after an expense: an amount with words of its own is one more, and nothing of the last one's
  /// is in it.
  private func paid(_ rest: String, _ current: String, _ named: String, _ alone: Understood) -> Understood? {
    guard let amount = brain.library.intents[current]?.first(where: { $0.kind == .money })?.name,
      alone.kind == .outOfScope || alone.intent == current || alone.confidence < Self.surety
    else { return nil }
    let interpreter = Interpreter(brain: brain, taught: taught, request: request)
    let slots = Slots(interpreter.reading(Sentence(rest), alone.language), request, brain, intent: current)
    guard slots.values[amount] != nil, slots.values[named] != nil else { return nil }
    return Understood(
      language: alone.language, intent: current, confidence: Self.surety,
      candidates: [.init(intent: current, confidence: Self.surety)], slots: slots.values, entities: slots.entities,
      kind: .intent)
  }

  /// Nothing but a day that lies behind, of something that was just noted.
  private func isBehind(_ correction: Understood.Correction) -> Bool {
    guard let current = request.currentIntent, Interpreter.notes(current),
      let schema = brain.library.intents[current], !correction.slots.isEmpty, !correction.hasOwnWords
    else { return false }
    return correction.slots.keys.allSatisfy { name in schema.contains { $0.name == name && $0.prefersPast } }
  }

  /// "this month", "last week", of something that was just noted: no day for one more.
  private func isSpan(_ rest: String) -> Bool {
    guard let current = request.currentIntent, Interpreter.notes(current) else {
      return false
    }
    let spans = ["week", "last_week", "month", "last_month", "year", "last_year"]
    return Choices.find("period", .choice(spans), in: Sentence(rest), brain.library) != nil
  }

  private static let surety = 0.6

  /// The message without "same time", and with a name for "her".
  private func resolved(
    _ found: [BackPhrases.Found], _ sentence: Sentence, from start: Int = 0, to end: Int? = nil
  ) -> String {
    var parts: [String] = []
    var index = start
    func keep(until end: Int) { if index < end { parts.append(sentence.text(of: index..<end)) } }
    for one in found where one.tokens.lowerBound >= index {
      switch one.sense {
      case .sameTime:
        keep(until: one.tokens.lowerBound)
      case .person:
        guard let name = request.person, isSomebody(one, sentence) else { continue }
        keep(until: one.tokens.lowerBound)
        parts.append(one.ending.isEmpty ? name : name + " " + one.ending)
      // "2nd one", of what was shown, is no day of the month
      case .pointer where isSpelt(one):
        keep(until: one.tokens.lowerBound)
        parts.append(one.ending)
      default: continue
      }
      index = one.tokens.upperBound
    }
    keep(until: end ?? sentence.tokens.count)
    return parts.joined(separator: " ")
  }

  /// "Snooze the second one", "move the first one to 10 am": no second, and no time from one to ten.
  private func untimed(_ found: [BackPhrases.Found], _ sentence: Sentence) -> Understood? {
    guard request.expectedSlot == nil, request.shown > 1, found.count == 1, let one = found.first,
      case .pointer(.place(let place)) = one.sense, place <= request.shown, one.ending.isEmpty,
      case let whole = withOne(one.tokens, sentence), isRead(whole) || isBeforeHour(whole, sentence)
    else { return nil }
    let isNamed = whole.lowerBound > 0 && sentence.folded(whole.lowerBound - 1) == "the"
    let start = whole.lowerBound - (isNamed ? 1 : 0)
    var masked = request
    let parts = [
      start > 0 ? sentence.text(of: 0..<start) : "", "it",
      whole.upperBound < sentence.tokens.count ? sentence.text(of: whole.upperBound..<sentence.tokens.count) : "",
    ]
    masked.text = parts.filter { !$0.isEmpty }.joined(separator: " ")
    var understood = BackReader(brain: brain, taught: taught, request: masked).understand()
    // "cancel it" takes back what was done, "cancel the second one" does not
    switch understood.kind {
    case .intent, .correction: break
    default: return nil
    }
    (understood.pointer, understood.pointed) = (.place(place), sentence.text(of: one.tokens))
    return understood
  }

  /// "The first one to 10": read for itself, that would be from one to ten.
  private func isBeforeHour(_ tokens: Range<Int>, _ sentence: Sentence) -> Bool {
    let end = tokens.upperBound
    let hasHours = ["reminder.", "event.", "calendar.", "appointment.", "day."].contains {
      request.currentIntent?.hasPrefix($0) == true
    }
    return hasHours && end + 1 < sentence.tokens.count && sentence.folded(end - 1) == "one"
      && ["to", "till", "until"].contains(sentence.folded(end)) && sentence.tokens[end + 1].kind == .number
  }

  /// "first one", where "first" alone was found.
  private func withOne(_ tokens: Range<Int>, _ sentence: Sentence) -> Range<Int> {
    let end = tokens.upperBound
    return end < sentence.tokens.count && sentence.folded(end) == "one" ? tokens.lowerBound..<(end + 1) : tokens
  }

  /// Whether words are read as a time or a length of time.
  private func isRead(_ tokens: Range<Int>) -> Bool {
    let reading = Interpreter.reading(request.text, request.languages.first ?? .english, brain)
    return tokens.contains { reading.kinds.indices.contains($0) && reading.kinds[$0] != 0 }
  }

  private func isSpelt(_ one: BackPhrases.Found) -> Bool {
    guard case .pointer(.place(let place)) = one.sense else { return false }
    return !one.ending.isEmpty && place <= request.shown
  }

  /// "remind her to eat", not "her tablets": in English the same word says whose something is.
  private func isSomebody(_ one: BackPhrases.Found, _ sentence: Sentence) -> Bool {
    guard one.tokens.upperBound < sentence.tokens.count else { return true }
    let next = sentence.tokens[one.tokens.upperBound]
    guard next.kind == .word, next.script == .latin, one.ending.isEmpty else { return true }
    return !["her", "his"].contains(sentence.folded(one.tokens.lowerBound))
      || Self.afterPerson.contains(sentence.folded(one.tokens.upperBound))
  }

  private static let afterPerson: Set<String> = [
    "to", "at", "on", "in", "about", "by", "that", "tomorrow", "today", "tonight", "too", "also", "again", "every",
    "now", "please", "not", "and",
  ]
}
