import Actions
import Base
import Text
import Time

/// "no, 9 pm", "not Amma, Appa", or a bare "9 pm" while something is under discussion.
extension Interpreter {
  /// "Make it 8", where one of several places is asked for, answers nothing and changes what was said before.
  mutating func changesOther(_ expected: ExpectedSlot, _ reading: Reading) -> Understood? {
    guard expected.hasChoices, brain.library.dialogue.correction(reading.sentence) != nil,
      let changed = correction(reading), case .correction(let correction) = changed.kind, !correction.slots.isEmpty,
      correction.slots[expected.slot] == nil
    else { return nil }
    return changed
  }

  mutating func correction(_ reading: Reading) -> Understood? {
    // "no no, I pressed it by mistake" after a call for help is no other call
    guard let current = request.currentIntent ?? request.expectedSlot?.intent, current != Self.alert,
      let schema = brain.library.intents[current]
    else { return nil }
    var (reading, isAsked) = (reading, false)
    if let cut = brain.library.dialogue.withoutEnd(reading.sentence),
      case let shorter = self.reading(cut, reading.language),
      isBare(shorter, countsSmall: true) || brain.library.dialogue.correction(cut) != nil
    {
      (reading, isAsked) = (shorter, true)
    }
    if let rule = addedRule(reading, current) { return rule }
    if let said = beforeNot(reading, current) ?? behindDenied(reading) { return said }
    let sentence = reading.sentence
    let start = middleStart(reading) ?? brain.library.dialogue.correction(sentence) ?? laterStart(reading)
    if deniesCall || start == nil && !isBare(reading) && !isBarePeriod(reading, schema) { return nil }
    var rest = sentence
    var inner = reading
    var isOnlyValues = true
    var party: Int64?
    if let start {
      rest = Sentence(sentence.text(of: start..<sentence.tokens.count))
      if current == Self.measuring, let meant = beforeDenied(rest) { rest = meant }
      // "actually forget it", "no sorry, undo"
      if let (word, spoken) = brain.library.dialogue.word(rest) { return dialogue(word, spoken, reading.language) }
      if brain.library.dialogue.isRefusal(rest) { return dialogue(.deny, reading.language, reading.language) }
      inner = self.reading(rest, reading.language, acceptsBareHour: true)
      if schema.contains(where: { $0.name == "people" }), let (count, left) = withoutParty(inner) {
        (party, rest) = (count, left)
        inner = self.reading(rest, reading.language, acceptsBareHour: true)
      }
      isOnlyValues =
        isBare(inner, countsNumbers: true, countsSmall: reading.language != .english) || isOnlyPeople(inner)
        || current == Self.measuring && isOnlyMeasure(inner)
      // "no salt in the food today" is no correction; "no, the blue one" is.
      // "actually his birthday is on the 5th" is one, too.
      if sentence.tokens[start - 1].kind != .symbol, start == 1, !isOnlyValues, !isOfSame(inner, current) { return nil }
      // the number in "no, meter 14" is no hour
      if !isOnlyValues { inner = self.reading(rest, reading.language) }
    }
    let found = Slots(inner, request, brain, intent: current)
    var slots = found.values
    if let party { slots["people"] = .integer(party) }
    // "no, in Adyar" names a place, "no, the warehouse" a row of a list; other open words are for whoever knows what
    // stood there before
    slots = slots.filter { name, value in
      guard let slot = schema.first(where: { $0.name == name }) else { return false }
      if case .entity = value { return true }
      return slot.kind == .place || !BrainTrainer.isOpen(slot.kind)
    }
    // "no, 20 minutes" of what is to be in a quarter of an hour
    if slots.isEmpty, isOnlyValues, start != nil || isAsked, let length = inner.times.durations.first?.value,
      let when = schema.first(where: { $0.kind == .when })
    {
      let moment = request.zone.civil(request.now + length)
      slots[when.name] = .when(WhenValue(start: moment, elapsed: length))
    }
    // "not Amma, Appa": the last one named is meant; "not Ravi, me".
    if let person = schema.first(where: { $0.kind == .person }) {
      let last = inner.people.last
      let speaker = rest.tokens.indices.last { brain.library.dialogue.meansSpeaker(rest.tokens[$0]) }
      if let speaker, rest.tokens.count <= 6, speaker >= last?.tokens.upperBound ?? 0 {
        let named = without([0..<(speaker + 1)], rest)
        // "not me, Priya": somebody nobody knows is better said to be so than taken for the speaker
        slots[person.name] = named.isEmpty || !isOnlyNames(rest, from: speaker + 1) ? .person("me") : .person(named)
      } else if let last, inner.people.count > 1 {
        slots[person.name] = last.value
      }
    }
    if start == nil {
      guard !slots.isEmpty else { return nil }
    } else if let best = candidates(inner).first, best.intent != current, !best.intent.isEmpty, best.confidence > 0.8,
      slots.isEmpty, rest.tokens.count > 2
    {
      return nil
    }
    var correction = Understood.Correction(slots: slots, text: rest.normalised)
    if !isOnlyValues {
      let cut = without(found.entities.filter { !$0.kind.isOpen }.map { self.tokens(of: $0.span, in: rest) }, rest)
      if !cut.isEmpty { correction.text = cut }
      correction.hasOwnWords = true
    }
    correction.others = found.others.filter { slots[$0.key] != nil }
    correction.denies = deniesDose(rest)
    return Understood(
      language: reading.language, intent: current, confidence: 0.9,
      candidates: [.init(intent: current, confidence: 0.9)], slots: slots,
      entities: start == nil ? found.entities : [], kind: .correction(correction))
  }

  private static let measuring = "measure.add"

  /// "It is 101 not 110": what stands before the value that is denied.
  private func beforeDenied(_ sentence: Sentence) -> Sentence? {
    func hasNumber(_ range: Range<Int>) -> Bool { range.contains { sentence.tokens[$0].kind == .number } }
    let deny = sentence.tokens.indices.first { index in
      ["not", "illa", "nahi", "nahin", "இல்ல", "இல்லை", "नहीं"].contains(sentence.folded(index))
        && hasNumber(0..<index) && hasNumber((index + 1)..<sentence.tokens.count)
    }
    return deny.map { Sentence(sentence.text(of: 0..<$0)) }
  }

  /// "sugar 204", of a value that was noted: what it is, and how much.
  private func isOnlyMeasure(_ reading: Reading) -> Bool {
    let named = Choices.all("measure", in: reading.sentence, brain.library).map(\.tokens)
    guard named.count == 1, !reading.numbers.isEmpty else { return false }
    let small = brain.lexicons(reading.language, preferred: request.languages)
    return reading.sentence.tokens.indices.allSatisfy { index in
      let token = reading.sentence.tokens[index]
      return named[0].contains(index) || reading.kinds[index] != 0 || token.kind == .symbol
        || isFiller(token, reading.language) || small.contains { $0.isSmall(token) }
        || reading.numbers.contains { $0.tokens.contains(index) }
    }
  }

  /// "his birthday is on the 5th", of the birthday that was noted.
  private func isOfSame(_ inner: Reading, _ current: String) -> Bool {
    guard let first = inner.sentence.tokens.indices.first, inner.language == .english,
      ["his", "her", "its", "their"].contains(inner.sentence.folded(first))
    else { return false }
    return candidates(inner).first?.intent == current
  }

  /// "Ravi, me"
  private func isOnlyPeople(_ reading: Reading) -> Bool {
    reading.sentence.tokens.indices.allSatisfy { index in
      let token = reading.sentence.tokens[index]
      return token.kind == .symbol || brain.library.dialogue.meansSpeaker(token)
        || reading.people.contains { $0.tokens.contains(index) }
    }
  }

  /// One or two words, none of which the house knows for something else.
  private func isOnlyNames(_ sentence: Sentence, from start: Int) -> Bool {
    let words = sentence.tokens[start...].filter { $0.kind != .symbol }
    return (1...2).contains(words.count) && words.allSatisfy { $0.kind == .word && !brain.common.contains($0.hash) }
  }

  /// "first week of november", after something was looked at that has days.
  private func isBarePeriod(_ reading: Reading, _ schema: [IntentLibrary.Slot]) -> Bool {
    guard schema.contains(where: { $0.kind == .period }) else { return false }
    let days = SpokenDays(brain: brain, language: reading.language, now: request.now, zone: request.zone)
    guard let found = days.find(in: reading.sentence) else { return false }
    return reading.sentence.tokens.indices.allSatisfy { index in
      found.tokens.contains(index) || reading.sentence.tokens[index].kind == .symbol
        || isFiller(reading.sentence.tokens[index], reading.language)
    }
  }

  /// "the flight is 16.10, not 6.10": the first value is meant, of something that has a time.
  private mutating func beforeNot(_ reading: Reading, _ current: String) -> Understood? {
    let sentence = reading.sentence
    guard Self.notes(current), brain.library.intents[current]?.contains(where: { $0.kind == .when }) == true,
      brain.library.intents[current]?.contains(where: { $0.kind == .money }) == false,
      let prefix = brain.library.dialogue.plainCorrection,
      let deny = sentence.tokens.indices.first(where: { sentence.folded($0) == "not" }), deny > 0,
      deny + 1 < sentence.tokens.count
    else { return nil }
    func isBareValue(_ range: Range<Int>) -> Bool {
      let inner = self.reading(Sentence(sentence.text(of: range)), reading.language, acceptsBareHour: true)
      return isBare(inner, countsNumbers: true) && !inner.times.drafts.isEmpty
    }
    guard isBareValue((deny + 1)..<sentence.tokens.count),
      let start = (0..<deny).first(where: { isBareValue($0..<deny) }),
      (0..<start).count(where: { sentence.tokens[$0].kind == .word }) <= 4
    else { return nil }
    var part = request
    part.text = prefix + ", " + sentence.text(of: start..<deny)
    var inner = Interpreter(brain: brain, taught: taught, request: part)
    let understood = inner.understand()
    guard case .correction = understood.kind else { return nil }
    return understood
  }

  /// "not Friday, Saturday", "no not 7:30, 7:15", "not Friday but Saturday": the second value is meant.
  private func behindDenied(_ reading: Reading) -> Understood? {
    let sentence = reading.sentence
    let words = sentence.tokens.indices.filter { sentence.tokens[$0].kind != .symbol }
    guard let prefix = brain.library.dialogue.plainCorrection,
      let deny = words.prefix(3).last(where: { sentence.folded($0) == "not" }),
      words.prefix(while: { $0 < deny }).allSatisfy({ brain.library.dialogue.mayCorrect(sentence.tokens[$0]) })
    else { return nil }
    let mark = sentence.tokens.indices.dropFirst(deny + 2).first {
      sentence.folded($0) == "but" || sentence.tokens[$0].kind == .symbol && sentence.text(of: $0..<($0 + 1)) == ","
    }
    func isBareValue(_ range: Range<Int>) -> Bool {
      guard !range.isEmpty else { return false }
      let inner = self.reading(Sentence(sentence.text(of: range)), reading.language, acceptsBareHour: true)
      return isBare(inner, countsNumbers: true)
    }
    // "not friday saturday": without a mark the first word is what is denied
    let cut = mark ?? deny + 2
    let behind = mark == nil ? cut : cut + 1
    let start = behind < sentence.tokens.count && sentence.folded(behind) == "but" ? behind + 1 : behind
    guard cut <= sentence.tokens.count, start < sentence.tokens.count, isBareValue((deny + 1)..<cut),
      isBareValue(start..<sentence.tokens.count)
    else {
      return nil
    }
    var part = request
    part.text = prefix + ", " + sentence.text(of: start..<sentence.tokens.count)
    var inner = Interpreter(brain: brain, taught: taught, request: part)
    let understood = inner.understand()
    guard case .correction = understood.kind else { return nil }
    return understood
  }

  /// "11 nahi sade 11", "illa naalaiku illa, nalanaiku": two values and a word between that denies the first. Behind it
  /// stands what is meant.
  private func middleStart(_ reading: Reading) -> Int? {
    let sentence = reading.sentence
    guard reading.language != .english, (3...9).contains(sentence.tokens.count) else { return nil }
    let words = sentence.tokens.indices.filter { sentence.tokens[$0].kind != .symbol }
    guard
      let deny = words.dropFirst().dropLast().last(where: { brain.library.dialogue.mayCorrect(sentence.tokens[$0]) })
    else { return nil }
    func isValue(_ range: Range<Int>) -> Bool {
      let part = Sentence(sentence.text(of: range))
      let inner = self.reading(part, reading.language, acceptsBareHour: true)
      let rest = part.tokens.indices.drop { brain.library.dialogue.mayCorrect(part.tokens[$0]) }
      return !rest.isEmpty
        && rest.allSatisfy { index in
          inner.kinds[index] != 0 || part.tokens[index].kind == .symbol
            || isFiller(part.tokens[index], reading.language)
            || inner.numbers.contains { $0.tokens.contains(index) }
        }
    }
    let end = deny + 1
    return isValue(0..<deny) && isValue(end..<sentence.tokens.count) ? end : nil
  }

  /// "you idiot I said 5": anger before what was meant; behind it stands nothing but a value.
  private func laterStart(_ reading: Reading) -> Int? {
    let sentence = reading.sentence
    for index in sentence.tokens.indices.dropFirst().prefix(5) {
      guard reading.kinds[index - 1] == 0 else { return nil }
      // what follows is cut again as a sentence of its own, where it can begin a correction at all
      guard brain.library.dialogue.mayCorrect(sentence.tokens[index]) else { continue }
      let part = Sentence(sentence.text(of: index..<sentence.tokens.count))
      guard let start = brain.library.dialogue.correction(part, leastWords: 2) else { continue }
      let rest = Sentence(part.text(of: start..<part.tokens.count))
      let inner = self.reading(rest, reading.language, acceptsBareHour: true)
      return isBare(inner, countsNumbers: true) ? index + start : nil
    }
    return nil
  }

  private func tokens(of span: Range<Int>, in sentence: Sentence) -> Range<Int> {
    let inside = sentence.tokens.indices.filter { span.overlaps(sentence.tokens[$0].span) }
    guard let first = inside.first, let last = inside.last else { return 0..<0 }
    return first..<(last + 1)
  }
}

extension SlotKind {
  /// Words of the person's own rather than a value.
  fileprivate var isOpen: Bool { BrainTrainer.isOpen(self) }
}
