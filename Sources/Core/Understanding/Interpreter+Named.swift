import Actions
import Base
import Text
import Time

/// Several things of one kind, each called by its name with its own values beside it: "bp 130/80 sugar 110", "telma at 8 and
/// atorva at 9", and several times of one thing. What is said of one stays with it.
extension Interpreter {
  private static let mostNamed = 6
  private static let least = 0.5

  mutating func byName(_ reading: Reading) -> Understood? {
    guard depth == 0, let best = candidates(ofWhole: reading).first else { return nil }
    switch best.intent {
    case "measure.add": return measured(reading, best) ?? measuredTwice(reading)
    case "medicine.add", "medicine.change": return medicines(reading, best)
    default: return request.looking?.contains(best.intent) == true ? rowsLookedAt(reading, best) : nil
    }
  }

  // MARK: Rows of a list

  /// "tcs and infy price": each of the rows that are named is looked at, where nothing compares them.
  private func rowsLookedAt(_ reading: Reading, _ best: Understood.Candidate) -> Understood? {
    guard request.expectedSlot == nil, best.confidence >= Self.least,
      let schema = brain.library.intents[best.intent],
      !schema.contains(where: { $0.kind == .text || $0.kind == .place }),
      case let slots = schema.filter({ if case .entity = $0.kind { true } else { false } }), slots.count == 1,
      let slot = slots.first,
      case .entity(let name) = slot.kind, let list = request.list(name)
    else { return nil }
    var rows: [NameList.Match] = []
    while rows.count < Self.mostNamed,
      let match = list.best(
        in: reading.sentence, common: brain.common, language: reading.language,
        free: { index in !rows.contains { $0.tokens.contains(index) } }),
      match.score >= 0.85
    {
      rows.append(match)
    }
    rows.sort { $0.tokens.lowerBound < $1.tokens.lowerBound }
    guard rows.count > 1, Set(rows.map(\.entry.id)).count == rows.count,
      zip(rows, rows.dropFirst()).allSatisfy({ isJoined($0.tokens.upperBound..<$1.tokens.lowerBound, reading) }),
      // asked last: it looks through all intents
      !isCompared(name, best.intent)
    else { return nil }
    let parts = rows.map { row in
      var one = read(best.intent, reading)
      one.slots[slot.name] = .entity(id: row.entry.id, name: row.entry.name)
      one.part = reading.sentence.text(of: row.tokens)
      return one
    }
    return joined(parts)
  }

  /// Whether an intent of the same room holds one row of this list against another.
  private func isCompared(_ list: String, _ intent: String) -> Bool {
    let room = intent.prefix { $0 != "." } + "."
    return brain.library.intents.contains { name, slots in
      name.hasPrefix(room)
        && slots.count(where: { if case .entity(let own) = $0.kind { own == list } else { false } }) > 1
    }
  }

  /// Nothing but what joins a list.
  private func isJoined(_ tokens: Range<Int>, _ reading: Reading) -> Bool {
    !tokens.isEmpty
      && tokens.allSatisfy { index in
        reading.sentence.tokens[index].kind == .symbol
          || reading.pieces.all.contains { $0.tokens.contains(index) && $0.has(.and) }
      }
  }

  // MARK: Measurements

  private func measured(_ reading: Reading, _ best: Understood.Candidate) -> Understood? {
    guard best.confidence >= Self.least else { return nil }
    let names = Choices.all("measure", in: reading.sentence, brain.library)
    guard Set(names.map(\.choice)).count > 1, names.count <= Self.mostNamed else { return nil }
    let ranges = names.map(\.tokens)
    for parts in [begun(by: ranges, reading), ended(by: ranges, reading)] {
      let found = parts.map { part(best.intent, $0, reading) }
      let kinds = found.compactMap { $0.slots["measure"] }
      guard kinds.count == found.count, Set(kinds).count == found.count,
        found.allSatisfy({ $0.slots["value"] != nil || isWater($0) })
      else { continue }
      return joined(found)
    }
    return nil
  }

  /// "bp morning 150/90 evening 138/84": the same was measured twice, each time with an hour of its own.
  private func measuredTwice(_ reading: Reading) -> Understood? {
    let sentence = reading.sentence
    let said = Choices.all("measure", in: sentence, brain.library)
    let names = said.map(\.tokens)
    let times = reading.times.drafts.flatMap(\.tokens).sorted { $0.lowerBound < $1.lowerBound }
    guard (1...2).contains(names.count), Set(said.map(\.choice)).count == 1, times.count == 2, depth == 0 else {
      return nil
    }
    func hasValue(_ range: Range<Int>) -> Bool { range.contains { sentence.tokens[$0].kind == .number } }
    let (first, second) = (times[0], times[1])
    guard first.upperBound <= second.lowerBound, hasValue(first.upperBound..<second.lowerBound) else { return nil }
    // the value stands behind its hour, or before it
    let isBehind = hasValue(second.upperBound..<sentence.tokens.count)
    guard isBehind != hasValue(names[0].upperBound..<max(first.lowerBound, names[0].upperBound)) else { return nil }
    let cut = isBehind ? second.lowerBound : first.upperBound
    let start = (cut..<second.upperBound).first { !isJoined($0..<($0 + 1), reading) } ?? cut
    let parts = [sentence.text(of: 0..<cut), sentence.text(of: start..<sentence.tokens.count)]
    let name = sentence.text(of: names[0])
    let texts = parts.map { part in
      Choices.find("measure", .choice([]), in: Sentence(part), brain.library) == nil ? name + " " + part : part
    }
    var found = texts.map { alone($0) }
    guard found.allSatisfy({ $0.intent == "measure.add" && $0.slots["value"] != nil && $0.also.isEmpty }) else {
      return nil
    }
    for place in found.indices {
      found[place].part = texts[place]
      if found[place].slots["person"] == nil { found[place].slots["person"] = found[0].slots["person"] }
    }
    return joined(found)
  }

  /// What was measured, in words that are a call for help first of all: "sugar 52, sweating a lot".
  func measuredBeside() -> [[String: SlotValue]] {
    let sentence = Sentence(request.text)
    let language = (brain.trained?.detector ?? LanguageDetector()).detect(sentence, preferred: request.languages)
    let reading = reading(sentence, language)
    let names = Choices.all("measure", in: sentence, brain.library).map(\.tokens)
    guard (1...Self.mostNamed).contains(names.count) else { return [] }
    for parts in [begun(by: names, reading, isHeaded: false), ended(by: names, reading)] {
      let found = parts.map { part("measure.add", $0, reading) }.filter { $0.slots["value"] != nil && !isWater($0) }
      if !found.isEmpty { return found.map(\.slots) }
    }
    return []
  }

  /// A glass of it needs no number.
  private func isWater(_ understood: Understood) -> Bool { understood.slots["measure"] == .choice("water") }

  // MARK: Medicines

  private func medicines(_ reading: Reading, _ best: Understood.Candidate) -> Understood? {
    let names = medicineNames(reading)
    guard (2...Self.mostNamed).contains(names.count) else { return nil }
    for parts in [led(to: names, reading), begun(by: names, reading), ended(by: names, reading)] where !parts.isEmpty {
      let found = parts.map { part(intent(of: $0, best, reading), $0, reading) }
      let isWhole = found.allSatisfy { one in
        one.slots["schedule"] != nil && (one.slots["name"] != nil || one.slots["medicine"] != nil)
      }
      if isWhole { return joined(forOnePerson(found)) }
    }
    return nil
  }

  /// Who takes the first takes the others, too, where nobody else is named.
  private func forOnePerson(_ parts: [Understood]) -> [Understood] {
    parts.map { part in
      var part = part
      if part.slots["person"] == nil { part.slots["person"] = parts[0].slots["person"] }
      return part
    }
  }

  /// What is on the list already gets another time.
  private func intent(of text: String, _ best: Understood.Candidate, _ reading: Reading) -> String {
    let isKnown = best.intent == "medicine.change" && !rows(self.reading(Sentence(text), reading.language)).isEmpty
    return isKnown ? best.intent : "medicine.add"
  }

  /// In the order of the words: those of the list, and those that many take.
  func medicineNames(_ reading: Reading) -> [Range<Int>] {
    var names = rows(reading).map(\.tokens)
    for found in Choices.all("dose", in: reading.sentence, brain.library)
    where found.choice == "medicine" && !names.contains(where: { $0.overlaps(found.tokens) }) {
      names.append(found.tokens)
    }
    return names.sorted { $0.lowerBound < $1.lowerBound }
  }

  /// A limit or another time for a medicine that nobody noted yet is one that is to be noted: "dolo when needed, at most 3 a
  /// day, 6 hours apart".
  /// Known as a medicine by its name, with its time, and nothing else is said.
  private func isPlainMedicine(_ understood: Understood, _ reading: Reading) -> Bool {
    guard case .text? = understood.slots["medicine"], understood.slots["schedule"] != nil,
      let (_, name) = Choices.find("dose", .choice(["medicine"]), in: reading.sentence, brain.library)
    else { return false }
    let times = reading.times.drafts.flatMap(\.tokens)
    return reading.sentence.tokens.indices.allSatisfy { index in
      let token = reading.sentence.tokens[index]
      return token.kind != .word || name.contains(index) || reading.kinds[index] != 0
        || times.contains { $0.contains(index) } || isFiller(token, reading.language)
        || brain.lexicons(reading.language, preferred: request.languages).contains { $0.isSmall(token) }
    }
  }

  func newMedicine(_ understood: Understood, _ reading: Reading) -> Understood? {
    guard let intent = understood.intent, understood.also.isEmpty, isAllowed(Self.added),
      [Self.added, "medicine.limit", "medicine.gap", "medicine.change"].contains(intent), rows(reading).isEmpty,
      // only where it is known what was noted
      intent == Self.added || request.list("medicine") != nil
    else { return nil }
    let isSaid = Choices.find("as_needed", .boolean, in: reading.sentence, brain.library) != nil
    // a limit is for what is taken when needed; "not more than twice a day" names no hours
    let isLimited = intent == "medicine.limit" || intent == "medicine.gap" || isAtMost(reading)
    let isNeeded = isSaid || isLimited && !medicineNames(reading).isEmpty
    let isLikely = understood.candidates.contains { $0.intent == Self.added && $0.confidence >= Self.hint }
    // "ecosprin raathiri 9 manikku" names one that nobody knows yet, and asks for no change by a word of it
    let isUnknown = isPlainMedicine(understood, reading) && requestingVerb(reading) == nil
    guard isNeeded || intent == "medicine.change" && (isLikely || isUnknown) && understood.slots["once"] == nil else {
      return nil
    }
    var one = intent == Self.added ? understood : read(Self.added, reading)
    if case .text(let name)? = understood.slots["medicine"],
      // "Metoprolol 12" of "Metoprolol 12.5mg"
      one.slots["dose"] == nil || one.slots["name"] == nil || name.last?.isNumber != true
    {
      one.slots["name"] = .text(name)
    }
    guard one.slots["name"] != nil else { return nil }
    guard isNeeded else { return one.slots["schedule"] == nil ? nil : one }
    one.slots["as_needed"] = .boolean(true)
    if one.slots["daily_max"] == nil, let most = mostADay(reading) {
      one.slots["daily_max"] = .integer(Int64(most))
      // what was read as hours of the day are its limits
      one.slots["schedule"] = nil
    }
    if let gap = reading.times.durations.first(where: { $0.value < .days(1) && $0.value >= .minutes(30) }) {
      one.slots["gap"] = .duration(gap.value)
    } else if case .duration(let gap)? = one.slots["gap"], gap >= .days(1) {
      one.slots["gap"] = nil
    }
    return one
  }

  static let added = "medicine.add"

  private func isAtMost(_ reading: Reading) -> Bool {
    Choices.find("at_most", .boolean, in: reading.sentence, brain.library) != nil
      && reading.times.drafts.allSatisfy { $0.clocks.isEmpty && $0.parts.isEmpty && $0.food == nil }
  }

  /// The number that is no strength, no length of time and no "one day".
  private func mostADay(_ reading: Reading) -> Int? {
    let pieces = reading.pieces.all
    if let times = reading.times.drafts.first(where: { $0.timesADay != nil })?.timesADay { return times }
    return reading.numbers.first { number in
      guard (1...12).contains(number.value), number.value == number.value.rounded(),
        !reading.times.durations.contains(where: { $0.tokens.overlaps(number.tokens) }),
        // "oru naalaikku" is how they are counted
        !pieces.contains(where: { $0.tokens.overlaps(number.tokens) && ($0.has(.every) || $0.has(.unit)) }),
        let next = pieces.firstIndex(where: { $0.tokens.lowerBound >= number.tokens.upperBound })
      else { return number.tokens.upperBound == reading.sentence.tokens.count && (1...12).contains(number.value) }
      return !pieces[next].has(.unit) && !pieces[next].has(.every)
    }.map { Int($0.value) }
  }

  // MARK: Parts

  /// Each part begins with a name; what stands before the first belongs to all: "amma's bp … sugar …".
  private func begun(by names: [Range<Int>], _ reading: Reading, isHeaded: Bool = true) -> [String] {
    let sentence = reading.sentence
    let head = isHeaded && names[0].lowerBound > 0 ? sentence.text(of: 0..<names[0].lowerBound) + " " : ""
    return names.indices.map { place in
      let end = place + 1 < names.count ? names[place + 1].lowerBound : sentence.tokens.count
      return head + sentence.text(of: names[place].lowerBound..<trimmed(end, names[place].upperBound, reading))
    }
  }

  /// Each hour stands before its medicine: "subah metformin, raat ko ecosprin". A part begins behind the mark or the "and"
  /// before its hour, or, where there is none, with the hour; one right behind a mark has its own hour behind it, or the one
  /// before.
  ///
  /// - Returns: nothing where the hours stand otherwise.
  private func led(to names: [Range<Int>], _ reading: Reading) -> [String] {
    let (sentence, pieces) = (reading.sentence, reading.pieces.all)
    let hours = pieces.filter { $0.has(.part) || $0.has(.clock) || $0.has(.oclock) }.map(\.tokens.lowerBound)
    func marks(_ range: Range<Int>) -> [Int] {
      range.filter { index in
        [",", ";"].contains(sentence.folded(index)) || pieces.contains { $0.tokens.contains(index) && $0.has(.and) }
      }
    }
    func isOnlyMarks(_ range: Range<Int>) -> Bool { range.count == marks(range).count }
    guard let first = hours.first, first < names[0].lowerBound, let last = names.last else { return [] }
    let isBehindLast = hours.contains { $0 >= last.upperBound }
    var starts = [0]
    for (before, name) in zip(names, names.dropFirst()) {
      let gap = before.upperBound..<name.lowerBound
      if let mark = marks(gap).last, isOnlyMarks(mark..<name.lowerBound) {
        starts.append(mark + 1)
      } else if let mark = marks(gap).last(where: { mark in hours.contains { gap.contains($0) && $0 > mark } }) {
        starts.append(mark + 1)
      } else if !isBehindLast, let hour = hours.last(where: gap.contains) {
        starts.append(hour)
      } else {
        return []
      }
    }
    var lead = ""
    return starts.indices.map { place in
      let end = place + 1 < starts.count ? starts[place + 1] : sentence.tokens.count
      let range = starts[place]..<trimmed(end, names[place].upperBound, reading)
      guard hours.contains(where: range.contains) else { return lead + sentence.text(of: range) }
      lead =
        range.lowerBound < names[place].lowerBound
        ? sentence.text(of: range.lowerBound..<names[place].lowerBound) + " " : lead
      return sentence.text(of: range)
    }
  }

  /// Each part ends with a name: "130/80 bp and 110 sugar".
  private func ended(by names: [Range<Int>], _ reading: Reading) -> [String] {
    let sentence = reading.sentence
    return names.indices.map { place in
      let start = place > 0 ? names[place - 1].upperBound : 0
      let end = place + 1 < names.count ? names[place].upperBound : sentence.tokens.count
      return sentence.text(of: start..<end)
    }
  }

  /// Without the "and" and the comma at the end of a part.
  private func trimmed(_ end: Int, _ least: Int, _ reading: Reading) -> Int {
    var end = end
    while end > least,
      reading.sentence.tokens[end - 1].kind == .symbol
        || reading.pieces.all.contains(where: { $0.tokens == (end - 1)..<end && $0.has(.and) })
    { end -= 1 }
    return end
  }

  private func part(_ intent: String, _ text: String, _ reading: Reading) -> Understood {
    var one = read(intent, self.reading(Sentence(text), reading.language))
    one.part = text
    return one
  }

  private func joined(_ parts: [Understood]) -> Understood? {
    guard var first = parts.first, isAllowed(first.intent ?? "") else { return nil }
    first.also = Array(parts.dropFirst())
    return first
  }

  // MARK: Times

  /// "Every monday at 9 and thursday at 6": the same thing for each of its times.
  func atEachTime(_ understood: Understood, _ reading: Reading) -> Understood {
    guard let intent = understood.intent, Self.notes(intent), understood.also.isEmpty,
      let slot = brain.library.intents[intent]?.first(where: { $0.kind == .when })?.name, understood.slots[slot] != nil,
      let second = reading.times.drafts.firstIndex(where: \.follows), second > 0
    else { return understood }
    let drafts = [reading.times.drafts[second - 1]] + reading.times.drafts[second...].prefix { $0.follows }
    let resolver = TimeResolver(now: request.now, zone: request.zone)
    let values = drafts.compactMap { resolver.resolve($0)?.value }
    guard values.count == drafts.count, values.count <= Self.mostNamed else { return understood }
    var parts = values.map { value -> Understood in
      var one = understood
      one.slots[slot] = .when(value)
      return one
    }
    parts[0].also = Array(parts.dropFirst())
    return parts[0]
  }
}
