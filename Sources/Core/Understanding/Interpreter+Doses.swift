import Actions
import Text

/// What is said of doses: of several that are named, what became of which; what was eaten or lost is none of them.
extension Interpreter {
  static let taken = "medicine.taken"
  static let skipped = "medicine.skip"
  static let later = "medicine.snooze"
  private static let calledOff = "emergency.cancel"
  static let unwell = "care.unwell"
  static let settling: Set<String> = [taken, skipped, later]
  /// What else may be meant by words that are about no dose.
  private static let likely = 0.15

  /// What became of a dose, by the words of `settled` in `choices.yaml`.
  enum Fate: String { case taken, skipped, later, open }

  func ofDoses(_ understood: Understood, _ reading: Reading) -> Understood {
    guard brain.library.intents[Self.taken] != nil, isAllowed(Self.taken) else { return understood }
    let intents = ([understood] + understood.also).map { $0.intent ?? "" }
    if isDouble(intents, reading.sentence), isAllowed(Self.unwell) { return read(Self.unwell, reading) }
    if let answered = answersRing(understood, reading) { return answered }
    var understood = withMedicine(understood, reading)
    if let said = doseQuestion(understood, reading) ?? takenNotBought(understood, reading)
      ?? atTwoTimes(understood, reading) ?? besidesUnwell(understood, reading)
      ?? stoppedAndBegun(understood, reading)
    {
      return said
    }
    if understood.kind == .outOfScope {
      if has("untold", reading.sentence), hasMedicine(reading.sentence) || rows(reading).count == 1 {
        return read(Self.taken, reading)
      }
      // few words in a language that says the name first: "vitamin potachu"
      guard reading.language != .english, reading.sentence.tokens.count <= 10, reading.people.isEmpty else {
        return understood
      }
      return named(reading, fate(reading.sentence)) ?? apart(reading, 1) ?? understood
    }
    if let later = askedLater(understood, reading) { return later }
    if let new = newMedicine(understood, reading) { return new }
    guard understood.kind == .intent, let intent = understood.intent else { return understood }
    // "done" after food, while a dose is due, is about the food
    if intent.hasSuffix(".done") || intent == "smalltalk.news", understood.also.isEmpty,
      request.currentIntent == Self.later, isMeal(reading.sentence)
    {
      return meal(reading)
    }
    // "insulin before breakfast" sets no hour for breakfast
    if intent == "meal.set", hasMedicine(reading.sentence), isAllowed("medicine.add"),
      case let added = read("medicine.add", reading), added.slots["name"] != nil
    {
      return added
    }
    if intent == "medicine.add" {
      // what has times of its own is a new one
      guard understood.slots["schedule"] == nil, let fate = fate(reading.sentence) else { return understood }
      return apart(reading, intents.count) ?? (fate == .open ? nil : named(reading, fate)) ?? understood
    }
    guard intents.allSatisfy(Self.settling.contains) else { return understood }
    understood = lookingBack(understood, reading)
    if has("untold", reading.sentence) { return read(Self.taken, reading) }
    if let parts = apart(reading, intents.count) { return parts }
    guard understood.also.isEmpty else { return understood }
    if !isOfMedicine(reading, understood) {
      if has("elsewhere", reading.sentence) { return besides(understood, reading) }
      if isMeal(reading.sentence) { return meal(reading) }
    }
    // what was forgotten, or is not at home, may still be taken: it is asked for again
    if intent == Self.skipped, has("open", reading.sentence), understood.slots["day"] == nil,
      isAllowed(Self.later)
    {
      return read(Self.later, reading)
    }
    return understood
  }

  func read(_ intent: String, _ reading: Reading) -> Understood {
    let slots = Slots(reading, request, brain, intent: intent)
    return Understood(
      language: reading.language, intent: intent, confidence: 0.9, candidates: [.init(intent: intent, confidence: 0.9)],
      slots: slots.values, entities: slots.entities, kind: .intent)
  }

  /// "Took it twice by mistake": somebody should hear of it, whatever else is noted.
  private func isDouble(_ intents: [String], _ sentence: Sentence) -> Bool {
    intents.allSatisfy { $0.isEmpty || $0 == "medicine.add" || Self.settling.contains($0) }
      && has("double", sentence) && fate(sentence) == .taken
  }

  /// "Sent it by mistake", after a call for help, calls it off; what is a call itself was heard before.
  func mistaken(_ understood: Understood, _ reading: Reading) -> Understood {
    guard understood.kind == .outOfScope, request.currentIntent == Self.alert, isAllowed(Self.calledOff),
      Choices.find("mistake", .choice(["mistake"]), in: reading.sentence, brain.library) != nil
    else { return understood }
    return read(Self.calledOff, reading)
  }

  private func outside(_ reading: Reading) -> Understood {
    Understood(language: reading.language, intent: nil, confidence: 0.9, kind: .outOfScope)
  }

  func has(_ choice: String, _ sentence: Sentence) -> Bool {
    Choices.find("settled", .choice([choice]), in: sentence, brain.library) != nil
  }

  /// What is said last counts: "no no, that one too, I took it".
  func fate(_ sentence: Sentence) -> Fate? {
    var best: (fate: Fate, end: Int, count: Int)?
    let words = sentence.tokens.map(\.skeleton)
    for choice in brain.library.choices["settled"] ?? [] {
      guard let fate = Fate(rawValue: choice.choice), choice.words.count <= words.count,
        let end = (choice.words.count...words.count).last(where: {
          words[..<$0].suffix(choice.words.count) == choice.words[...]
        })
      else { continue }
      if best.map({ (end, choice.words.count) > ($0.end, $0.count) }) ?? true {
        best = (fate, end, choice.words.count)
      }
    }
    return best?.fate
  }

  static func intent(_ fate: Fate) -> String? {
    switch fate {
    case .taken: taken
    case .skipped: skipped
    case .later: later
    case .open: nil
    }
  }

  /// "Ask in ten minutes", while something rings, puts that off; it sets no daily question.
  private func askedLater(_ understood: Understood, _ reading: Reading) -> Understood? {
    guard understood.intent?.hasPrefix("checkin.") == true, understood.also.isEmpty,
      let rung = request.currentIntent, rung.hasSuffix(".snooze"), isAllowed(rung),
      !reading.times.durations.isEmpty || reading.times.drafts.contains(where: { $0.away != nil }),
      !reading.times.drafts.contains(where: { $0.every != nil })
    else { return nil }
    return read(rung, reading)
  }

  // MARK: Which

  /// One that is named, and what became of it.
  private func named(_ reading: Reading, _ fate: Fate?) -> Understood? {
    guard let fate, let intent = Self.intent(fate == .open ? .later : fate), isAllowed(intent),
      rows(reading).count == 1
    else { return nil }
    return read(intent, reading)
  }

  /// The medicines that are named, in the order of the words.
  func rows(_ reading: Reading) -> [NameList.Match] {
    guard let list = request.list("medicine") else { return [] }
    var taken = [Bool](repeating: false, count: reading.sentence.tokens.count)
    var rows: [NameList.Match] = []
    while rows.count < 8,
      let match = list.best(
        in: reading.sentence, common: brain.common, language: reading.language, free: { !taken[$0] })
        ?? Slots.otherwiseCalled(list, reading, brain, free: { !taken[$0] })
    {
      for index in match.tokens { taken[index] = true }
      if !rows.contains(where: { $0.entry.id == match.entry.id }) { rows.append(match) }
    }
    return rows.sorted { $0.tokens.lowerBound < $1.tokens.lowerBound }
  }

  /// "bp potachu vitamin illa": two are named, and of each something is said, behind it or, in English, before. What is
  /// still open needs no note: it is asked for again.
  ///
  /// - Parameter known: so many are told apart already.
  private func apart(_ reading: Reading, _ known: Int) -> Understood? {
    let sentence = reading.sentence
    let rows = rows(reading)
    guard rows.count > 1 else { return nil }
    func words(_ range: Range<Int>) -> Sentence { Sentence(sentence.text(of: range)) }
    let lead = fate(words(0..<rows[0].tokens.lowerBound))
    let isBefore = lead != nil && (lead != .open || reading.language == .english)
    var begin = 0
    let ranges = rows.indices.map { place -> Range<Int> in
      let isLast = place == rows.count - 1
      let end =
        isLast ? sentence.tokens.count : isBefore ? rows[place].tokens.upperBound : rows[place + 1].tokens.lowerBound
      defer { begin = end }
      return begin..<end
    }
    var fates = ranges.map { fate(words($0)) }
    // "bp um vitamin um potachu", "took bp and vitamin": what is said once is said of both
    let order = isBefore ? Array(fates.indices) : fates.indices.reversed()
    for place in order.dropFirst() where fates[place] == nil {
      fates[place] = fates[isBefore ? place - 1 : place + 1]
    }
    guard Set(fates).count > 1 || known < rows.count, !fates.contains(nil) else { return nil }
    let parts = rows.indices.compactMap { place -> Understood? in
      guard let fate = fates[place], let intent = Self.intent(fate), isAllowed(intent) else { return nil }
      let part = words(ranges[place])
      var one = read(intent, self.reading(part, reading.language))
      one.slots["medicine"] = .entity(id: rows[place].entry.id, name: rows[place].entry.name)
      one.part = part.normalised
      return one
    }
    guard var first = parts.first else { return nil }
    first.also = Array(parts.dropFirst())
    return first
  }

  // MARK: What is none

  private func isOfMedicine(_ reading: Reading, _ understood: Understood) -> Bool {
    // what was only taken for a name ("idli saptachu") is none of the list
    if case .entity? = understood.slots["medicine"] { return true }
    return hasMedicine(reading.sentence)
  }

  func hasMedicine(_ sentence: Sentence) -> Bool {
    Choices.find("dose", .choice(["medicine", "thing"]), in: sentence, brain.library) != nil
  }

  /// "saapadu sapten": food, and behind or before it the word for eating; nothing else is said.
  private func isMeal(_ sentence: Sentence) -> Bool {
    guard let (_, food) = Choices.find("settled", .choice(["food"]), in: sentence, brain.library) else { return false }
    let small = brain.lexicons(.english, preferred: request.languages)
    let rest = sentence.tokens.indices.filter { index in
      let token = sentence.tokens[index]
      return token.kind == .word && !food.contains(index) && !small.contains { $0.isFiller(token) || $0.isSmall(token) }
        && Choices.find(
          "settled", .choice(["food", "eaten"]), in: Sentence(sentence.folded(index)), brain.library) == nil
    }
    return rest.isEmpty
  }

  private func meal(_ reading: Reading) -> Understood {
    var other = outside(reading)
    other.isMeal = true
    return other
  }

  /// Spectacles, the way: what was forgotten is no tablet.
  private func besides(_ understood: Understood, _ reading: Reading) -> Understood {
    let other = understood.candidates.first {
      !Self.settling.contains($0.intent) && $0.confidence >= Self.likely && isAllowed($0.intent)
    }
    guard let other else { return outside(reading) }
    return read(other.intent, reading)
  }
}
