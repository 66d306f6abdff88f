import Actions
import Text
import Time

/// Messages that note several things between marks: "telma 40 in the morning, atorva 10 at night", "call the vendor by
/// thursday, send the papers by the 27th, book a stall". What stands for nothing alone goes on with the part before it.
extension Interpreter {
  private static let mostParts = 8
  /// A part that is one more of the first, or that holds a value of its own.
  private static let likelyPart = 0.55
  /// A part that asks for something else than the first.
  private static let surePart = 0.8

  func listedParts(_ reading: Reading) -> Understood? {
    guard request.expectedSlot == nil, depth < 2 else { return nil }
    let sentence = reading.sentence
    let cuts = cuts(reading, least: 1).filter { !closes(sentence.tokens[$0.end - 1]) }
    guard (1..<Self.mostParts).contains(cuts.count) else { return nil }
    var begin = 0
    var segments: [Range<Int>] = []
    for cut in cuts where cut.end > begin {
      segments.append(begin..<cut.end)
      begin = cut.start
    }
    segments.append(begin..<sentence.tokens.count)
    guard let first = noted(segments[0], reading) ?? likeWhole(segments[0], reading) else { return nil }
    let isRows = first.intent.map { !Self.notes($0) } ?? false
    guard isRows || cuts.contains(where: { isMark($0.end, sentence) }) else { return nil }
    let head = Self.head(of: first, sentence.text(of: segments[0]))
    let isList = first.intent == "task.add" && isHeading(head)
    var parts = [(range: segments[0], understood: first)]
    for segment in segments.dropFirst() {
      let end = parts[parts.count - 1].range.upperBound
      let isMarked = (end..<segment.lowerBound).contains { isMark($0, sentence) }
      let stands = isMarked && (isList || parts.count > 1)
      if let part = (isList ? nil : further(segment, after: first, head, isMarked, reading))
        ?? (stands ? plain(segment, like: first, isList, reading) : nil)
      {
        parts.append((segment, part))
      } else {
        let last = parts.count - 1
        let whole = parts[last].range.lowerBound..<segment.upperBound
        // all of it again would be read for ever
        guard whole != sentence.tokens.indices else { return nil }
        guard let longer = last == 0 ? noted(whole, reading) : further(whole, after: first, head, false, reading) else {
          // "… ecosprin not yet": what was not done needs no note
          if isRows, parts.count > 1, denies(segment, sentence) { continue }
          return nil
        }
        parts[last] = (whole, longer)
      }
    }
    guard parts.count > 1 else { return nil }
    var whole = parts[0].understood
    whole.part = sentence.text(of: parts[0].range)
    whole.also = parts.dropFirst().map { part in
      var one = part.understood
      one.part = sentence.text(of: part.range)
      return one
    }
    return whole
  }

  /// What the first part notes, read alone.
  private func noted(_ range: Range<Int>, _ reading: Reading) -> Understood? {
    let one = alone(reading.sentence.text(of: range))
    guard one.kind == .intent, let intent = one.intent, Self.isListed(intent), one.also.isEmpty,
      one.confidence >= Self.likelyPart, hasWords(one)
    else { return nil }
    return one
  }

  /// What the whole message notes, where its first part alone says too little to be sure.
  private func likeWhole(_ range: Range<Int>, _ reading: Reading) -> Understood? {
    var interpreter = self
    guard let best = interpreter.candidates(ofWhole: reading).first, best.confidence >= Self.likelyPart,
      Self.isListed(best.intent), Self.notes(best.intent)
    else { return nil }
    let inner = self.reading(Sentence(reading.sentence.text(of: range)), reading.language)
    let alone = candidates(inner)
    guard let own = alone.first, own.intent == best.intent || own.confidence < Self.surePart,
      alone.contains(where: { $0.intent == best.intent && $0.confidence >= 0.1 })
    else { return nil }
    let slots = Slots(inner, request, brain, intent: best.intent)
    let understood = Understood(
      language: reading.language, intent: best.intent, confidence: best.confidence, candidates: [best],
      slots: slots.values, entities: slots.entities, kind: .intent)
    return hasWords(understood) ? understood : nil
  }

  private func denies(_ range: Range<Int>, _ sentence: Sentence) -> Bool {
    range.contains {
      ["not", "didnt", "didn't", "no", "illa", "nahi", "nahin", "இல்ல", "நஹி", "नहीं"].contains(sentence.folded($0))
    }
  }

  /// One more of the first, or something else that is noted as surely.
  private func further(
    _ range: Range<Int>, after first: Understood, _ head: String, _ isMarked: Bool, _ reading: Reading
  ) -> Understood? {
    let text = reading.sentence.text(of: range)
    let one = alone(text)
    if one.kind == .intent, let intent = one.intent, Self.isListed(intent), one.also.isEmpty, hasWords(one),
      one.confidence >= (intent == first.intent || isMarked && one.slots.count > 1 ? Self.likelyPart : Self.surePart)
    {
      return one
    }
    guard holdsValue(range, like: first, reading) else { return nil }
    let again = alone(head + text)
    if again.kind == .intent, again.intent == first.intent, again.also.isEmpty, hasWords(again) { return again }
    guard isMarked, one.kind != .intent || one.confidence < Self.surePart else { return nil }
    return asFirst(range, first, reading)
  }

  /// "raathiri atorva 10", behind a medicine and its time: the same again, whatever little it says alone.
  private func asFirst(_ range: Range<Int>, _ first: Understood, _ reading: Reading) -> Understood? {
    guard let intent = first.intent, Self.notes(intent) else { return nil }
    let sentence = Sentence(reading.sentence.text(of: range))
    if intent == "medicine.add", Choices.find("dose", .choice(["medicine"]), in: sentence, brain.library) == nil,
      !sentence.tokens.contains(where: { $0.kind == .number })
    {
      return nil
    }
    let slots = Slots(self.reading(sentence, reading.language), request, brain, intent: intent)
    let understood = Understood(
      language: reading.language, intent: intent, confidence: first.confidence, candidates: first.candidates,
      slots: slots.values, entities: slots.entities, kind: .intent)
    return hasWords(understood) ? understood : nil
  }

  /// "brief influencers", in a list of things to do: words alone, with what they would be filled in as.
  private func plain(
    _ range: Range<Int>, like first: Understood, _ isList: Bool, _ reading: Reading
  ) -> Understood? {
    let sentence = Sentence(reading.sentence.text(of: range))
    guard let intent = first.intent, intent == "task.add",
      (2...8).contains(sentence.tokens.count(where: { $0.kind == .word }))
    else { return nil }
    let one = alone(sentence.normalised)
    guard isList || one.kind == .outOfScope || one.kind == .intent && one.confidence < Self.surePart else { return nil }
    let slots = Slots(self.reading(sentence, reading.language), request, brain, intent: intent)
    var values = slots.values
    if values["title"] == nil { values["title"] = .text(sentence.normalised) }
    return Understood(
      language: reading.language, intent: intent, confidence: first.confidence, candidates: first.candidates,
      slots: values, entities: slots.entities, kind: .intent)
  }

  /// "tasks:", "add tasks to it:"
  private func isHeading(_ head: String) -> Bool {
    let words = Sentence(head)
    return words.tokens.last?.kind == .symbol
      && words.tokens.indices.contains { ["tasks", "todos", "todo"].contains(words.folded($0)) }
  }

  /// The names of several rows are read by the list itself.
  private static func isListed(_ intent: String) -> Bool {
    notes(intent) && intent != "list.add" || [".taken", ".skip", ".stop"].contains { intent.hasSuffix($0) }
  }

  /// It says what is to be noted, in words of its own.
  private func hasWords(_ understood: Understood) -> Bool {
    understood.slots.values.contains { value in
      switch value {
      case .text(let text): text.contains(where: \.isLetter)
      case .entity: true
      default: false
      }
    }
  }

  /// A time or an amount beside words, as the first part has it.
  private func holdsValue(_ range: Range<Int>, like first: Understood, _ reading: Reading) -> Bool {
    let inner = self.reading(Sentence(reading.sentence.text(of: range)), reading.language)
    let hasOwn = inner.sentence.tokens.indices.contains {
      inner.kinds[$0] == 0 && inner.sentence.tokens[$0].kind == .word
        && !isFiller(inner.sentence.tokens[$0], inner.language)
    }
    guard hasOwn else { return false }
    return first.slots.values.contains { value in
      switch value {
      case .when, .date, .time: !inner.times.drafts.isEmpty
      case .money: !inner.money.isEmpty || !inner.numbers.isEmpty
      case .entity: holdsRow(inner, of: first.intent)
      default: false
      }
    }
  }

  /// "took thyronorm and glycomet": one more row of the list.
  private func holdsRow(_ inner: Reading, of intent: String?) -> Bool {
    for slot in intent.flatMap({ brain.library.intents[$0] }) ?? [] {
      guard case .entity(let name) = slot.kind else { continue }
      let match = request.list(name)?.best(
        in: inner.sentence, common: brain.common, language: inner.language, free: { _ in true })
      if let match, match.score >= 0.7 { return true }
    }
    return false
  }

  private func isMark(_ index: Int, _ sentence: Sentence) -> Bool {
    sentence.tokens.indices.contains(index) && sentence.tokens[index].kind == .symbol && !sentence.isInNumber(index)
      && [",", ";", "."].contains(sentence.folded(index))
  }

  /// "tomorrow call Ravi at 5 and pay the rent at 6": the day holds for both.
  func takeDay(of first: SlotValue?, into value: inout SlotValue?) {
    guard case .when(let first)? = first, case .when(var when)? = value, first.isDayGiven, !first.repeats,
      when.isTimeGiven, !when.isDayGiven, !when.repeats
    else { return }
    when.start.date = first.start.date
    when.isDayGiven = true
    value = .when(when)
  }
}
