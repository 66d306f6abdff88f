import Actions
import Base
import Text
import Time

/// One message on its way through a brain.
struct Interpreter {
  let brain: Brain
  let taught: Taught?
  let request: UnderstandingRequest
  /// What the whole message may mean; found once, when it is first asked for.
  private var whole: [Understood.Candidate]?
  /// Nothing in the message may raise an alarm: "no chest pain today", "it was yesterday".
  var isNoEmergency = false
  /// It speaks of an emergency that is none, and so corrects nothing.
  var deniesCall = false
  /// How many messages this one is a part of: what is cut is cut twice at most, or long lists would be read for ever.
  var depth = 0
  /// The message is a question of the person's own while one of ours is open.
  private var isAside = false

  init(brain: Brain, taught: Taught?, request: UnderstandingRequest) {
    (self.brain, self.taught, self.request) = (brain, taught, request)
  }

  /// From here on a lone value, or a part of a message, is taken for a request.
  static let surety = 0.8
  /// Enough where all else is ruled out by what was shown.
  static let trace = 0.03
  /// Less than this is never meant, whatever is ruled out.
  private static let speck = 0.005
  /// What else a name may be wanted for.
  static let hint = 0.15
  /// Below this an answer would be a guess.
  static let threshold = 0.38
  /// Without a phrase of one, a call for help that is heard; what is less sure is asked about, where nothing else is meant.
  static let alarmThreshold = 0.9
  static let callThreshold = 0.35
  /// In words for somebody else: these are no longer passed on as a message.
  static let unpassedThreshold = 0.5
  static let alert = "emergency.alert"

  mutating func understand() -> Understood {
    let sentence = Sentence(request.text)
    let language = (brain.trained?.detector ?? LanguageDetector()).detect(sentence, preferred: request.languages)
    guard !Sentence.isMachines(request.text), request.expectedSlot != nil || !sentence.isMashed,
      sentence.tokens.contains(where: { $0.kind != .symbol || $0.foldedLength > 2 })
    else {
      return Understood(language: language, intent: nil, confidence: 1, kind: .outOfScope)
    }
    if let (word, spoken) = brain.library.dialogue.word(sentence) {
      var understood = dialogue(word, spoken, language)
      if word == .cancel {
        let how = Choices.find("taking_back", .boolean, in: sentence, brain.library)?.0
        (understood.endsThing, understood.keepsThing) = (how == "ends", how == "keeps")
      }
      return understood
    }
    let reading = self.reading(sentence, language)
    let judgement = brain.library.emergencies.judge(sentence)
    if case .heldBack(let isCall) = judgement { (isNoEmergency, deniesCall) = (true, isCall) }
    if brain.library.intents[Self.alert] != nil, case .alarm(let match) = judgement {
      let what = Entity(kind: .text, span: match.span, text: match.text, value: .text(match.text))
      return Understood(
        language: match.language, intent: Self.alert, confidence: 0.99,
        candidates: [.init(intent: Self.alert, confidence: 0.99)], slots: ["what": .text(match.text)], entities: [what],
        kind: .intent)
    }
    if let kept = kept(reading) { return kept }
    if let answer = relayed(reading) ?? answer(reading) { return answer }
    // pictures alone ask for nothing
    guard sentence.tokens.contains(where: { $0.kind != .symbol }) else {
      return Understood(language: language, intent: nil, confidence: 1, kind: .outOfScope)
    }
    if let correction = correction(reading) { return correction }
    if let before = beforeSomething(reading, candidates(ofWhole: reading).first) { return before }
    if isBareHour(reading) || isBareNumber(reading) {
      return Understood(language: language, intent: nil, confidence: 1, kind: .outOfScope)
    }
    var understood = planned(ofDoses(ofTwoHalves(several(reading) ?? classified(reading)), reading), reading)
    understood = withParty(unkept(byWords(sentAgain(understood, reading), reading), reading), reading)
    understood = withReason(spentFirst(understood, reading), reading)
    understood.isAside = isAside
    understood.isRequest = requestingVerb(reading) != nil
    (understood.isWell, understood.asksWhatIsUp) = (saysWell(sentence), asksWhatIsUp(sentence))
    return weighed(understood, sentence)
  }

  func reading(_ sentence: Sentence, _ language: Language, acceptsBareHour: Bool = false) -> Reading {
    Reading(
      sentence, language, brain, preferred: request.languages, names: request.names, zone: request.zone,
      acceptsBareHour: acceptsBareHour)
  }

  // MARK: Dialogue

  func dialogue(_ word: Dialogue.Word, _ spoken: Language, _ language: Language) -> Understood {
    switch word {
    case .affirm: Understood(language: spoken, intent: nil, confidence: 0.99, kind: .affirm)
    case .deny: Understood(language: spoken, intent: nil, confidence: 0.99, kind: .deny)
    case .cancel: Understood(language: spoken, intent: nil, confidence: 0.99, kind: .cancel)
    case .undo: Understood(language: spoken, intent: "assistant.undo", confidence: 0.99, kind: .undo)
    case .again: Understood(language: spoken, intent: nil, confidence: 0.99, kind: .again)
    }
  }

  /// The answer to the question that was asked, unless the person went on to something else.
  private mutating func answer(_ reading: Reading) -> Understood? {
    guard let expected = request.expectedSlot else { return nil }
    if let other = others(expected, reading) { return other }
    let best = candidates(ofWhole: reading).first
    if isQuestion(reading, best, expected) || isSmallTalk(best, reading, expected) {
      isAside = true
      return nil
    }
    let words = reading.sentence.tokens.count { $0.kind == .word }
    // "to water the plants": no request begins so, but the answer to "of what?" does
    let sentence = reading.sentence
    let isContinued = expected.kind == .text && !sentence.tokens.isEmpty && sentence.folded(0) == "to"
    if !isContinued, let best, best.intent != expected.intent, !best.intent.isEmpty, words >= 2,
      best.confidence >= (BrainTrainer.isOpen(expected.kind) ? 0.8 : 0.7), isAllowed(best.intent),
      !BrainTrainer.isOpen(expected.kind) || hasCommand(best.intent, reading)
    {
      return nil
    }
    if let best, best.intent == expected.intent, best.confidence >= 0.85, words >= 4 {
      // The whole request said again, or a new one of the same kind: its words are read as such.
      if var several = byName(reading) {
        several.isNewRequest = true
        return several
      }
      let said = Slots(reading, request, brain, intent: expected.intent)
      let isNew =
        BrainTrainer.isOpen(expected.kind)
        ? requestingVerb(reading) != nil && said.values[expected.slot] != nil
          && said.values.contains { name, value in if case .when = value { name != expected.slot } else { false } }
        : said.values.contains { name, value in if case .text = value { name != expected.slot } else { false } }
      if isNew || said.values[expected.slot] != nil {
        var again = Understood(
          language: reading.language, intent: expected.intent, confidence: best.confidence, candidates: [best],
          slots: said.values, entities: said.entities, kind: .intent, isNewRequest: isNew)
        if isNew { again.impossible = impossibleTime(reading, expected.intent) }
        return isNew ? atEachTime(again, reading) : again
      }
    }
    if isRequestAnew(reading, best, expected) {
      isAside = true
      return nil
    }
    if let other = besidesName(reading, expected) { return other }
    if isCount(reading, expected.kind) { return nil }
    guard let value = value(expected.kind, reading) else { return nil }
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
    } else {
      let more = more(than: value, expected, reading)
      slots.merge(more.values) { old, _ in old }
      entities = more.entities
    }
    return Understood(
      language: reading.language, intent: expected.intent, confidence: 0.95,
      candidates: [.init(intent: expected.intent, confidence: 0.95)], slots: slots, entities: entities, kind: .intent)
  }

  func without(_ ranges: [Range<Int>], _ sentence: Sentence) -> String {
    var start = 0
    var end = sentence.tokens.count
    func isLoose(_ index: Int) -> Bool {
      sentence.tokens[index].kind == .symbol || ranges.contains { $0.contains(index) }
    }
    while start < end, isLoose(start) { start += 1 }
    while end > start,
      isLoose(end - 1) || end < sentence.tokens.count && Self.joints.contains(sentence.tokens[end - 1].hash)
    { end -= 1 }
    return start < end ? sentence.text(of: start..<end) : ""
  }

  /// Only values and small words; anything else is something new.
  ///
  /// - Parameters:
  ///   - countsNumbers: plain numbers are values, too.
  ///   - countsSmall: so are the small words that Tamil and Hindi put behind a value: "8.30 ku".
  func isBare(_ reading: Reading, countsNumbers: Bool = false, countsSmall: Bool = false) -> Bool {
    reading.sentence.tokens.indices.allSatisfy { index in
      let token = reading.sentence.tokens[index]
      if countsSmall, index > 0, brain.library.lexicons[reading.language]?.isSmall(token) == true { return true }
      return reading.kinds[index] != 0 || token.kind == .symbol || isFiller(token, reading.language)
        || countsNumbers && reading.numbers.contains { $0.tokens.contains(index) }
    }
  }

  func isFiller(_ token: Sentence.Token, _ language: Language) -> Bool {
    brain.lexicons(language, preferred: request.languages).contains { $0.isFiller(token) }
      || Self.joints.contains(token.hash)
  }

  static let joints = Set(["at", "on", "in", "by", "make", "to"].map(Hash.text))

  // MARK: Intents

  func isAllowed(_ intent: String) -> Bool {
    guard let allowed = request.allowedIntents else { return true }
    return allowed.contains(intent) || intent == Self.alert
  }

  private mutating func classified(_ reading: Reading) -> Understood {
    let all = candidates(ofWhole: reading)
    let outside = all.first { $0.intent.isEmpty }?.confidence ?? 0
    let inside = all.filter { !$0.intent.isEmpty && isAllowed($0.intent) }
    guard let best = inside.first, best.confidence >= outside,
      best.confidence >= (best.intent == Self.alert ? Self.alarmThreshold : Self.threshold),
      best.confidence >= Self.surety || !isOnlyHour(reading)
    else {
      let isPerhapsCall = inside.first?.intent == Self.alert
      if !isPerhapsCall, let named = named(reading, inside) ?? lookInRoom(reading) { return named }
      let sure = max(outside, 1 - (inside.first?.confidence ?? 0))
      var understood = Understood(
        language: reading.language, intent: nil, confidence: sure, candidates: Array(inside.prefix(3)),
        kind: .outOfScope)
      understood.mayBeCall = inside.contains { $0.intent == Self.alert && $0.confidence >= Self.callThreshold }
      return understood
    }
    if let one = ofOne(best, reading) { return one }
    let slots = Slots(reading, request, brain, intent: best.intent)
    if let dose = dose(best.intent, slots, reading) { return dose }
    if isSum(best.intent, slots, reading) {
      return Understood(
        language: reading.language, intent: nil, confidence: 0.9, candidates: Array(inside.prefix(3)), kind: .outOfScope
      )
    }
    var understood = Understood(
      language: reading.language, intent: best.intent, confidence: best.confidence, candidates: Array(inside.prefix(3)),
      slots: slots.values, entities: slots.entities, kind: best.intent == "assistant.undo" ? .undo : .intent)
    understood.impossible = impossibleTime(reading, best.intent)
    return atEachTime(byHour(understood, reading), reading)
  }

  mutating func candidates(ofWhole reading: Reading) -> [Understood.Candidate] {
    if let whole { return whole }
    let found = candidates(reading)
    whole = found
    return found
  }

  /// Most probable first; "" stands for out of scope.
  func candidates(_ reading: Reading) -> [Understood.Candidate] {
    var all = Self.classify(withStandIns(reading), brain, taught, without: nil)
    // without a phrase of one, a call for help is only heard from somebody who is looked after
    if !request.isLookedAfter { all.removeAll { $0.intent == Self.alert } }
    if let alert = all.first(where: { $0.intent == Self.alert }), alert.confidence >= 0.3,
      isNoEmergency || brain.library.emergencies.excuses(reading.sentence)
    {
      all.removeAll { $0.intent == Self.alert }
    }
    all = inOwnRooms(all)
    if let named = madeByName(reading.sentence, all), let best = all.first?.confidence {
      all = [.init(intent: named, confidence: best)] + all.filter { $0.intent != named }
    }
    quieten(&all, reading)
    lean(&all, reading)
    if let looking = request.looking, wantsToKnow(reading) {
      // nobody who asks whether something is so wants it written down
      all.removeAll { !$0.intent.isEmpty && !looking.contains($0.intent) && $0.intent != Self.alert }
      let left = all.reduce(0) { $0 + $1.confidence }
      if left < 1 { all = all.map { .init(intent: $0.intent, confidence: $0.confidence / max(0.25, left)) } }
    }
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

  static func classify(_ text: String, _ language: Language, _ brain: Brain, _ taught: Taught?, without skipped: Int?)
    -> [Understood.Candidate]
  { classify(reading(text, language, brain), brain, taught, without: skipped) }

  static func classify(_ reading: Reading, _ brain: Brain, _ taught: Taught?, without skipped: Int?)
    -> [Understood.Candidate]
  {
    var shares: [Understood.Candidate] = []
    func place(_ intent: String) -> Int {
      if let place = shares.firstIndex(where: { $0.intent == intent }) { return place }
      shares.append(.init(intent: intent, confidence: 0))
      return shares.count - 1
    }
    var extractor = FeatureExtractor()
    extractor.extract(reading.sentence, kinds: reading.kinds)
    if let labels = brain.trained?.classifier.labels,
      let probabilities = brain.probabilities(extractor, of: reading.sentence.normalised, in: reading.language)
    {
      for (place, label) in labels.enumerated() where probabilities[place] > 0.002 || label.isEmpty {
        shares.append(.init(intent: label, confidence: Double(probabilities[place])))
      }
    } else if let overlap = brain.overlap {
      for (intent, score) in overlap.scores(reading.sentence).prefix(6) {
        shares[place(intent ?? "")].confidence = score
      }
    }
    for (intent, near) in taught?.nearest(extractor.rows, extractor.values, without: skipped) ?? [:] where near > 0.45 {
      let pull = min(1, Double(near - 0.45) / 0.4) * 0.95
      for place in shares.indices { shares[place].confidence *= 1 - pull }
      shares[place(intent)].confidence += pull
    }
    // what lacks a word that it needs gives its share to the others
    let lacking = lackingWords(shares, reading.sentence, brain)
    if !lacking.isEmpty {
      let lost = shares.reduce(0) { $0 + (lacking.contains($1.intent) ? $1.confidence : 0) }
      shares.removeAll { lacking.contains($0.intent) }
      for place in shares.indices { shares[place].confidence /= max(0.05, 1 - lost) }
    }
    return shares.sorted { ($0.confidence, $1.intent) > ($1.confidence, $0.intent) }
  }

  private static func lackingWords(_ shares: [Understood.Candidate], _ sentence: Sentence, _ brain: Brain) -> [String] {
    let library = brain.library
    // what is hardly meant anyway is not looked at: most messages take nothing away
    let ending = shares.filter { $0.confidence >= Self.speck && library.endings.intents.contains($0.intent) }
      .map(\.intent)
    var lacking = ending.isEmpty || library.endings.occur(in: sentence) ? [] : ending
    lacking += ending.filter { !lacking.contains($0) && isOfOthers($0, sentence, library) }
    let needing = shares.filter { library.needs[$0.intent] != nil }
    guard !needing.isEmpty else { return lacking }
    let words = sentence.tokens.indices.map { sentence.folded($0) }
    lacking += needing.map(\.intent).filter { intent in
      library.needs[intent]?.contains { need in words.contains { $0.hasPrefix(need) } } == false
    }
    return lacking
  }

  // MARK: One slot alone

  func read(_ kind: SlotKind) -> SlotValue? {
    let sentence = Sentence(request.text)
    guard !sentence.tokens.isEmpty else { return nil }
    let language = (brain.trained?.detector ?? LanguageDetector()).detect(sentence, preferred: request.languages)
    return value(kind, reading(sentence, language))
  }

  private func value(_ kind: SlotKind, _ given: Reading) -> SlotValue? {
    let sentence = given.sentence
    let isHour = kind == .when || kind == .time
    let reading = isHour ? self.reading(sentence, given.language, acceptsBareHour: true) : given
    switch kind {
    case .text, .place:
      var end = sentence.tokens.count
      var start = 0
      while start < end, sentence.tokens[start].kind == .symbol { start += 1 }
      while end > start, sentence.tokens[end - 1].kind == .symbol { end -= 1 }
      guard start < end else { return nil }
      // "to water the plants" answers "what shall I remind you of?"
      if end - start > 1, ["to", "about", "that"].contains(sentence.folded(start)) { start += 1 }
      if kind == .place { start = placeStart(sentence, start, end) }
      return kind == .text ? .text(sentence.whole(start..<end)) : .place(sentence.text(of: start..<end))
    case .when, .date, .time:
      let days = NamedDays(brain: brain, language: given.language, now: request.now, zone: request.zone)
      if kind != .time, let found = days.find(in: sentence) { return Slots.value(found.when, kind) }
      return Slots.time(reading, request, brain, kind) ?? dayAlone(reading, kind)
    case .duration:
      if let found = reading.times.durations.first { return .duration(found.value) }
      if let away = reading.times.drafts.first(where: { $0.away != nil })?.away {
        return .duration(TimeReader.Length(count: away.count, unit: away.unit).exact)
      }
      guard let number = number(reading), number > 0, number <= 600 else { return nil }
      return .duration(.seconds(Int64(number * 60)))
    case .period:
      let days = SpokenDays(brain: brain, language: reading.language, now: request.now, zone: request.zone)
      return days.find(in: sentence).map { .period($0.period) }
    case .number: return number(reading).map(SlotValue.number)
    case .integer: return number(reading).flatMap { Int64(exactly: $0.rounded()) }.map(SlotValue.integer)
    case .money:
      if let found = reading.money.first { return found.value }
      return reading.numbers.first { !reading.isPronoun($0) }.flatMap {
        ValueReaders.money($0.value, reading.values.currency)
      }.map(SlotValue.money)
    case .person:
      if let found = reading.people.last { return found.value }
      // "actually due thursday" names nobody
      return sentence.tokens.count <= 3 && reading.times.drafts.isEmpty ? .person(sentence.normalised) : nil
    case .phone: return reading.phones.first?.value
    case .boolean:
      switch brain.library.dialogue.word(sentence)?.word ?? brain.library.dialogue.leadingAnswer(sentence) {
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
      guard let entries = request.list(list) else { return .text(sentence.normalised) }
      return entries.best(in: sentence, common: brain.common, language: reading.language, free: { _ in true }).map {
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

  private func number(_ reading: Reading) -> Double? { reading.numbers.first?.value }
}
