import Actions
import Base
import Text
import Time

/// One message on its way through a brain.
struct Interpreter {
  let brain: Brain
  let taught: Taught?
  let request: UnderstandingRequest

  /// Below this an answer would be a guess.
  static let threshold = 0.38
  /// The least that anything "out of scope" needs to be sure of to silence a candidate.
  private static let alert = "emergency.alert"

  func understand() -> Understood {
    let sentence = Sentence(request.text)
    let language = (brain.trained?.detector ?? LanguageDetector()).detect(sentence, preferred: request.languages)
    guard sentence.tokens.contains(where: { $0.kind != .symbol || $0.foldedLength > 2 }) else {
      return Understood(language: language, intent: nil, confidence: 1, kind: .outOfScope)
    }
    if let (word, spoken) = brain.library.dialogue.word(sentence) { return dialogue(word, spoken, language) }
    let reading = self.reading(sentence, language)
    if brain.library.intents[Self.alert] != nil, let match = brain.library.emergencies.match(sentence) {
      let what = Entity(kind: .text, span: match.span, text: match.text, value: .text(match.text))
      return Understood(
        language: match.language, intent: Self.alert, confidence: 0.99,
        candidates: [.init(intent: Self.alert, confidence: 0.99)], slots: ["what": .text(match.text)], entities: [what],
        kind: .intent)
    }
    if let answer = answer(reading) { return answer }
    if let correction = correction(reading) { return correction }
    return classified(reading)
  }

  private func reading(_ sentence: Sentence, _ language: Language, acceptsBareHour: Bool = false) -> Reading {
    Reading(
      sentence, language, brain, preferred: request.languages, names: request.names, zone: request.zone,
      acceptsBareHour: acceptsBareHour)
  }

  // MARK: Dialogue

  private func dialogue(_ word: Dialogue.Word, _ spoken: Language, _ language: Language) -> Understood {
    switch word {
    case .affirm: Understood(language: spoken, intent: nil, confidence: 0.99, kind: .affirm)
    case .deny: Understood(language: spoken, intent: nil, confidence: 0.99, kind: .deny)
    case .cancel: Understood(language: spoken, intent: nil, confidence: 0.99, kind: .cancel)
    case .undo: Understood(language: spoken, intent: "assistant.undo", confidence: 0.99, kind: .undo)
    }
  }

  /// The answer to the question that was asked, unless the person went on to something else.
  private func answer(_ reading: Reading) -> Understood? {
    guard let expected = request.expectedSlot else { return nil }
    let other = candidates(reading).first
    let words = reading.sentence.tokens.count { $0.kind == .word }
    if let other, other.intent != expected.intent, !other.intent.isEmpty, words >= 2,
      other.confidence >= (expected.kind == .text ? 0.9 : 0.8), isAllowed(other.intent)
    {
      return nil
    }
    guard let value = read(expected.kind) else { return nil }
    var slots = [expected.slot: value]
    var entities: [Entity] = []
    // "the plumber, tomorrow at 5" answers more than was asked.
    if expected.kind == .text {
      let more = Slots(reading, request, brain, intent: expected.intent)
      let typed = more.values.filter { name, _ in
        name != expected.slot
          && brain.library.intents[expected.intent]?.contains { $0.name == name && !BrainTrainer.isOpen($0.kind) }
            ?? false
      }
      slots.merge(typed) { old, _ in old }
      entities = more.entities
      if let when = reading.times.drafts.first, !typed.isEmpty, case .text = value {
        let cut = without(when.tokens, reading.sentence)
        if !cut.isEmpty { slots[expected.slot] = .text(cut) }
      }
    }
    return Understood(
      language: reading.language, intent: expected.intent, confidence: 0.95,
      candidates: [.init(intent: expected.intent, confidence: 0.95)], slots: slots, entities: entities, kind: .intent)
  }

  private func without(_ ranges: [Range<Int>], _ sentence: Sentence) -> String {
    var start = 0
    var end = sentence.tokens.count
    func isLoose(_ index: Int) -> Bool {
      sentence.tokens[index].kind == .symbol || ranges.contains { $0.contains(index) }
    }
    let joints = ["at", "on", "by", "in"].map(Hash.text)
    while start < end, isLoose(start) { start += 1 }
    while end > start, isLoose(end - 1) || end < sentence.tokens.count && joints.contains(sentence.tokens[end - 1].hash)
    {
      end -= 1
    }
    return start < end ? sentence.text(of: start..<end) : ""
  }

  /// "no, 9 pm", "not Amma, Appa", or a bare "9 pm" while something is under discussion.
  private func correction(_ reading: Reading) -> Understood? {
    guard let current = request.currentIntent ?? request.expectedSlot?.intent,
      let schema = brain.library.intents[current]
    else { return nil }
    let sentence = reading.sentence
    let start = brain.library.dialogue.correction(sentence)
    let range = (start ?? 0)..<sentence.tokens.count
    let rest = Sentence(sentence.text(of: range))
    let inner = self.reading(rest, reading.language, acceptsBareHour: start != nil)
    var slots = Slots(inner, request, brain, intent: current).values
    slots = slots.filter { name, _ in schema.contains { $0.name == name && !BrainTrainer.isOpen($0.kind) } }
    // "not Amma, Appa": the last one named is meant.
    if let person = schema.first(where: { $0.kind == .person }), let last = inner.people.last, inner.people.count > 1 {
      slots[person.name] = last.value
    }
    if start == nil {
      // Only values and small words, or it is something new.
      let covered = Set(inner.kinds.indices.filter { inner.kinds[$0] != 0 })
      let isBare = rest.tokens.indices.allSatisfy { index in
        covered.contains(index) || rest.tokens[index].kind == .symbol || isFiller(rest.tokens[index], reading.language)
      }
      guard isBare, !slots.isEmpty else { return nil }
    } else if let best = candidates(inner).first, best.intent != current, !best.intent.isEmpty, best.confidence > 0.8,
      slots.isEmpty, rest.tokens.count > 2
    {
      return nil
    }
    return Understood(
      language: reading.language, intent: current, confidence: 0.9,
      candidates: [.init(intent: current, confidence: 0.9)], slots: slots,
      kind: .correction(.init(slots: slots, text: rest.normalised)))
  }

  private func isFiller(_ token: Sentence.Token, _ language: Language) -> Bool {
    brain.lexicons(language, preferred: request.languages).contains { $0.isFiller(token) }
      || ["at", "on", "in", "by", "make", "to"].map(Hash.text).contains(token.hash)
  }

  // MARK: Intents

  private func isAllowed(_ intent: String) -> Bool {
    guard let allowed = request.allowedIntents else { return true }
    return allowed.contains(intent) || intent == Self.alert
  }

  private func classified(_ reading: Reading) -> Understood {
    let all = candidates(reading)
    let outside = all.first { $0.intent.isEmpty }?.confidence ?? 0
    let inside = all.filter { !$0.intent.isEmpty && isAllowed($0.intent) }
    guard let best = inside.first, best.confidence >= Self.threshold, best.confidence >= outside else {
      let sure = max(outside, 1 - (inside.first?.confidence ?? 0))
      return Understood(
        language: reading.language, intent: nil, confidence: sure, candidates: Array(inside.prefix(3)),
        kind: .outOfScope)
    }
    let slots = Slots(reading, request, brain, intent: best.intent)
    return Understood(
      language: reading.language, intent: best.intent, confidence: best.confidence, candidates: Array(inside.prefix(3)),
      slots: slots.values, entities: slots.entities, kind: best.intent == "assistant.undo" ? .undo : .intent)
  }

  /// Most probable first; "" stands for out of scope.
  private func candidates(_ reading: Reading) -> [Understood.Candidate] {
    var all = Self.classify(reading, brain, taught, without: nil)
    guard request.allowedIntents != nil else { return all }
    // What the persona cannot do gives most of its share to what it can; a quarter counts as out of scope.
    let shut = all.reduce(0.0) { $0 + ($1.intent.isEmpty || isAllowed($1.intent) ? 0 : $1.confidence) }
    let scale = 1 / max(0.05, 1 - 0.6 * shut)
    all = all.filter { $0.intent.isEmpty || isAllowed($0.intent) }.map { candidate in
      let share = candidate.intent.isEmpty ? candidate.confidence + 0.4 * shut : candidate.confidence * scale
      return .init(intent: candidate.intent, confidence: min(1, share))
    }
    return all.sorted { ($0.confidence, $1.intent) > ($1.confidence, $0.intent) }
  }

  static func reading(_ text: String, _ language: Language, _ brain: Brain) -> Reading {
    Reading(Sentence(text), language, brain, preferred: [language], names: [], zone: .utc)
  }

  static func classify(
    _ text: String, _ language: Language, _ brain: Brain, _ taught: Taught?, without skipped: Int?
  ) -> [Understood.Candidate] {
    classify(reading(text, language, brain), brain, taught, without: skipped)
  }

  private static func classify(
    _ reading: Reading, _ brain: Brain, _ taught: Taught?, without skipped: Int?
  ) -> [Understood.Candidate] {
    var shares: [String: Double] = [:]
    var extractor = FeatureExtractor()
    extractor.extract(reading.sentence, kinds: reading.kinds)
    if let model = brain.trained?.classifier {
      let probabilities = model.probabilities(extractor.rows, extractor.values)
      for (place, label) in model.labels.enumerated() where probabilities[place] > 0.002 || label.isEmpty {
        shares[label] = Double(probabilities[place])
      }
    } else if let overlap = brain.overlap {
      for (intent, score) in overlap.scores(reading.sentence).prefix(6) { shares[intent ?? ""] = score }
    }
    for (intent, near) in taught?.nearest(extractor.rows, extractor.values, without: skipped) ?? [:] where near > 0.45 {
      let pull = min(1, Double(near - 0.45) / 0.4) * 0.95
      for key in shares.keys { shares[key]? *= 1 - pull }
      shares[intent, default: 0] += pull
    }
    return shares.map { Understood.Candidate(intent: $0.key, confidence: $0.value) }
      .sorted { ($0.confidence, $1.intent) > ($1.confidence, $0.intent) }
  }

  // MARK: One slot alone

  func read(_ kind: SlotKind) -> SlotValue? {
    let sentence = Sentence(request.text)
    guard !sentence.tokens.isEmpty else { return nil }
    let language = (brain.trained?.detector ?? LanguageDetector()).detect(sentence, preferred: request.languages)
    let isHour = kind == .when || kind == .time
    let reading = self.reading(sentence, language, acceptsBareHour: isHour)
    switch kind {
    case .text, .place:
      var end = sentence.tokens.count
      var start = 0
      while start < end, sentence.tokens[start].kind == .symbol { start += 1 }
      while end > start, sentence.tokens[end - 1].kind == .symbol { end -= 1 }
      guard start < end else { return nil }
      let text = sentence.text(of: start..<end)
      return kind == .text ? .text(text) : .place(text)
    case .when, .date, .time:
      guard var draft = reading.times.drafts.first else { return dayAlone(reading, kind) }
      for other in reading.times.drafts.dropFirst() { draft = draft.joined(with: other) ?? draft }
      if kind == .date, !draft.hasDay { return dayAlone(reading, kind) }
      return TimeResolver(now: request.now, zone: request.zone).resolve(draft).map { Slots.value($0.value, kind) }
    case .duration:
      if let found = reading.times.durations.first { return .duration(found.value) }
      if let away = reading.times.drafts.first(where: { $0.away != nil })?.away {
        return .duration(TimeReader.Length(count: away.count, unit: away.unit).exact)
      }
      guard let number = number(reading), number > 0, number <= 600 else { return nil }
      return .duration(.seconds(Int64(number * 60)))
    case .number: return number(reading).map(SlotValue.number)
    case .integer: return number(reading).flatMap { Int64(exactly: $0.rounded()) }.map(SlotValue.integer)
    case .money:
      if let found = reading.money.first { return found.value }
      return number(reading).flatMap { ValueReaders.money($0, reading.values.currency) }.map(SlotValue.money)
    case .person:
      if let found = reading.people.last { return found.value }
      return sentence.tokens.count <= 3 ? .person(sentence.normalised) : nil
    case .phone: return reading.phones.first?.value
    case .boolean:
      switch brain.library.dialogue.word(sentence)?.word {
      case .affirm: return .boolean(true)
      case .deny: return .boolean(false)
      default: return nil
      }
    case .choice(let choices):
      if let slot = request.expectedSlot?.slot, let (choice, _) = Choices.find(slot, kind, in: sentence, brain.library),
        choices.isEmpty || choices.contains(choice)
      {
        return .choice(choice)
      }
      let folded = sentence.tokens.indices.map { sentence.folded($0) }
      return choices.first { folded.contains($0.lowercased()) }.map(SlotValue.choice)
    case .entity(let list):
      guard let entries = request.entities[list] else { return .text(sentence.normalised) }
      return EntityMatcher.best(in: sentence, entries, free: { _ in true }).map {
        .entity(id: $0.entry.id, name: $0.entry.name)
      }
    }
  }

  /// "the 5th", "12": a day of the month.
  private func dayAlone(_ reading: Reading, _ kind: SlotKind) -> SlotValue? {
    guard kind == .date, let number = number(reading), (1...31).contains(number) else { return nil }
    var draft = TimeDraft()
    draft.monthDay = Int(number)
    return TimeResolver(now: request.now, zone: request.zone).resolve(draft).map { .date($0.value.start.date) }
  }

  private func number(_ reading: Reading) -> Double? {
    guard case .number(let value)? = reading.values.numbers().first?.found.value else { return nil }
    return value
  }
}
