import Actions
import Text
import Time

/// What is said of a new medicine beside its times, and what the tagger takes for its name or its day.
extension Slots {
  private static let having: Set<String> = ["have", "hav", "got", "bought", "stock"]
  private static let tablets: Set<String> = [
    "tablet", "tablets", "tabs", "tab", "pills", "pill", "capsules", "capsule", "left", "nos", "numbers",
  ]
  private static let strips: Set<String> = ["strip", "strips", "packet", "packets", "box", "boxes", "sheet", "sheets"]

  /// What a new medicine has besides its name and its times.
  ///
  /// - Parameter strength: a number that was read as part of the name.
  mutating func fillMedicine(strength: String?) {
    fillStock()
    fixMedicinesName()
    keepDecimals()
    if let strength { addStrength(strength) }
    fillDose()
    keepDecimals()
    fixOnlyDay()
  }

  /// How much is at home: "… at night for 10 days, i have 1 strip of 10".
  private mutating func fillStock() {
    let sentence = reading.sentence
    if let behind = stockBehind() { return keepStock(behind.count, behind.tokens) }
    guard let verb = sentence.tokens.indices.first(where: { Self.having.contains(sentence.folded($0)) }) else { return }
    func number(_ index: Int) -> Double? {
      guard index < sentence.tokens.count else { return nil }
      if ["a", "one"].contains(sentence.folded(index)) { return 1 }
      return sentence.tokens[index].kind == .number ? Double(sentence.folded(index)) : nil
    }
    guard let first = sentence.tokens.indices.first(where: { $0 > verb && $0 <= verb + 3 && number($0) != nil }),
      let count = number(first)
    else { return }
    let next = first + 1 < sentence.tokens.count ? sentence.folded(first + 1) : ""
    var (total, end): (Double?, Int) = (nil, first + 1)
    if Self.strips.contains(next) {
      // without the size of a strip nobody knows how many there are
      let of = first + 2 < sentence.tokens.count ? sentence.folded(first + 2) : ""
      if ["of", "x"].contains(of), let each = number(first + 3) { (total, end) = (count * each, first + 4) }
    } else if next.isEmpty || Self.tablets.contains(next) || sentence.tokens[first + 1].kind == .symbol {
      total = count
    }
    guard let total, total > 0 else { return }
    keepStock(total, first..<end)
  }

  private mutating func keepStock(_ total: Double, _ range: Range<Int>) {
    // the same number is no dose, and no strength
    if let name = entities.first(where: { $0.value == values["name"] }), case let known = tokens(of: name.span),
      known.lowerBound < range.lowerBound, known.upperBound > range.lowerBound
    {
      let left = known.lowerBound..<range.lowerBound
      drop("name")
      let text = reading.sentence.text(of: left)
      add("name", Entity(kind: .text, span: reading.sentence.span(of: left), text: text, value: .text(text)))
    }
    if let dose = entities.first(where: { $0.value == values["dose"] }), tokens(of: dose.span).overlaps(range) {
      drop("dose")
    }
    let sentence = reading.sentence
    add(
      "stock",
      Entity(kind: .number, span: sentence.span(of: range), text: sentence.text(of: range), value: .number(total)))
  }

  private static let being: Set<String> = ["hai", "hain", "है", "हैं"]

  /// "30 tablets i have", "30 maathirai irukku": the number of tablets stands before what says that they are at home.
  private func stockBehind() -> (count: Double, tokens: Range<Int>)? {
    let sentence = reading.sentence
    let lexicons = brain.lexicons(reading.language, preferred: request.languages)
    for (_, home) in Choices.all("at_home", in: sentence, brain.library) where home.lowerBound > 1 {
      // "30 गोली है मेरे पास": a small word may stand between
      let small = sentence.tokens[home.lowerBound - 1]
      let isBetween = home.lowerBound > 2 && lexicons.contains { $0.isSmall(small) || $0.isFiller(small) }
      let thing = home.lowerBound - (isBetween || Self.being.contains(sentence.folded(home.lowerBound - 1)) ? 2 : 1)
      guard thing > 0, sentence.tokens[thing - 1].kind == .number, let count = Double(sentence.folded(thing - 1)),
        count > 0,
        Self.tablets.contains(sentence.folded(thing))
          || Choices.find("dose", .choice(["thing"]), in: Sentence(sentence.folded(thing)), brain.library) != nil
      else { continue }
      return (count, (thing - 1)..<home.upperBound)
    }
    return nil
  }

  /// What a tablet weighs, said as a bare number.
  private static let strengths: Set<String> = ["1", "2", "3", "4", "5", "10", "15", "20"]

  private static let weights: Set<String> = ["mg", "mcg", "ml", "g", "iu"]

  /// "atorva 10 at night at 9": behind the name of a medicine, and before an hour of its own, that number is no hour.
  static func withoutStrength(
    _ reading: Reading, _ request: UnderstandingRequest, _ brain: Brain
  ) -> (reading: Reading, strength: String)? {
    let sentence = reading.sentence
    let marks: UInt64 = [Concept.Kind.oclock, .am, .pm, .unit, .times, .half].reduce(0) { $0 | $1.bit }
    for name in Choices.all("dose", in: sentence, brain.library) where name.choice == "medicine" {
      let place = name.tokens.upperBound
      guard place + 1 < sentence.tokens.count, Self.strengths.contains(sentence.folded(place)),
        sentence.tokens[place + 1].kind == .word, !weights.contains(sentence.folded(place + 1)),
        let next = reading.pieces.all.first(where: { $0.tokens.contains(place + 1) }), !next.has(anyOf: marks)
      else { continue }
      let text = sentence.text(of: 0..<place) + " " + sentence.text(of: (place + 1)..<sentence.tokens.count)
      let rest = Reading(
        Sentence(text), reading.language, brain, preferred: request.languages, names: request.names,
        zone: request.zone, acceptsBareHour: reading.acceptsBareHour)
      guard rest.times.drafts.contains(where: { !$0.clocks.isEmpty }) else { continue }
      return (rest, sentence.folded(place))
    }
    return nil
  }

  private mutating func addStrength(_ strength: String) {
    guard case .text(let name)? = values["name"], !name.contains(where: \.isNumber),
      var entity = entities.first(where: { $0.value == .text(name) })
    else { return }
    drop("name")
    entity.value = .text(name + " " + strength)
    add("name", entity)
  }

  /// "amlodipine 5mg night saapadu ku apram": what the list of medicines knows is the name, whatever else was taken for it.
  private mutating func fixMedicinesName() {
    let sentence = reading.sentence
    fixFastingName()
    dropTimesOfName()
    guard let (_, known) = Choices.find("dose", .choice(["medicine"]), in: sentence, brain.library) else { return }
    if case .text(let name)? = values["name"],
      name.lowercased().contains(sentence.text(of: known).lowercased())
    {
      return
    }
    var end = known.upperBound
    while end < sentence.tokens.count, end < known.upperBound + 2,
      sentence.tokens[end].kind == .number && !countsTimes(end)
        || ["mg", "mcg", "ml", "xr", "sr"].contains(sentence.folded(end))
    { end += 1 }
    let range = known.lowerBound..<end
    add(
      "name",
      Entity(
        kind: .text, span: sentence.span(of: range), text: sentence.text(of: range),
        value: .text(sentence.text(of: range))))
  }

  /// "Eltroxin 0.5 tablet", "insulin 12.5 units": the name ends where the dose begins, and it is no number.
  private mutating func keepDecimals() {
    let sentence = reading.sentence
    func entity(_ slot: String) -> Range<Int>? {
      entities.first { $0.value == values[slot] }.map { tokens(of: $0.span) }
    }
    func put(_ slot: String, _ range: Range<Int>) {
      drop(slot)
      let text = sentence.text(of: range)
      add(slot, Entity(kind: .text, span: sentence.span(of: range), text: text, value: .text(text)))
    }
    guard var name = entity("name"), !name.isEmpty else { return }
    if let dose = entity("dose"), name.overlaps(dose), name.lowerBound < dose.lowerBound {
      name = name.lowerBound..<dose.lowerBound
      put("name", name)
    }
    if sentence.tokens[name.lowerBound].kind == .number, name.lowerBound > 0, values["dose"] == nil,
      case let before = name.lowerBound - 1, sentence.tokens[before].kind == .word,
      !isFiller(before),
      Choices.find("dose", .choice(["taking"]), in: Sentence(sentence.folded(before)), brain.library) == nil
        || Choices.find("dose", .choice(["thing"]), in: Sentence(sentence.folded(before)), brain.library) != nil
    {
      put("dose", name)
      put("name", before..<name.lowerBound)
      return
    }
    // "Warfarin 2", and what stands behind the point
    var end = name.upperBound
    while end + 1 < sentence.tokens.count, sentence.tokens[end - 1].kind == .number,
      [".", ","].contains(sentence.folded(end)), sentence.tokens[end].isGlued, sentence.tokens[end + 1].isGlued,
      sentence.tokens[end + 1].kind == .number
    { end += 2 }
    if end > name.upperBound { put("name", name.lowerBound..<end) }
    if sentence.tokens[end - 1].kind == .number, end < sentence.tokens.count,
      Self.weights.contains(sentence.folded(end)) || Self.doses.contains(sentence.folded(end))
    {
      put("name", name.lowerBound..<(end + 1))
    }
  }

  private func isFiller(_ index: Int) -> Bool {
    brain.lexicons(reading.language, preferred: request.languages).contains {
      $0.isFiller(reading.sentence.tokens[index]) || $0.isSmall(reading.sentence.tokens[index])
    }
  }

  private static let doses: Set<String> = ["units", "unit", "tablet", "tablets", "drops"]

  /// "metformin 2 times": how often is no strength.
  private func countsTimes(_ index: Int) -> Bool {
    reading.pieces.all.contains { $0.tokens.contains(index + 1) && $0.has(.times) }
      || reading.pieces.all.contains { $0.tokens.contains(index) && $0.tokens.count > 1 && $0.has(.times) }
  }

  private mutating func dropTimesOfName() {
    guard case .text(let name)? = values["name"], var entity = entities.first(where: { $0.value == .text(name) }),
      case let range = tokens(of: entity.span), range.count > 1,
      reading.sentence.tokens[range.upperBound - 1].kind == .number, countsTimes(range.upperBound - 1)
    else { return }
    let left = range.lowerBound..<(range.upperBound - 1)
    drop("name")
    entity.span = reading.sentence.span(of: left)
    entity.text = reading.sentence.text(of: left)
    entity.value = .text(entity.text)
    add("name", entity)
  }

  /// What is taken by number, not by weight: "1/2 tablet", "2 drops".
  private static let taken: Set<String> = [
    "Tablet", "Capsule", "Pill", "Drop", "Puff", "Spoon", "Sachet", "Injection", "Dose",
  ]

  /// "Ecosprin 1/2 tablet daily": how much at a time, where nothing was marked as such.
  private mutating func fillDose() {
    let (sentence, amounts) = (reading.sentence, reading.values.amounts)
    guard values["dose"] == nil else { return }
    for found in AmountUnits(amounts).measured() where Self.taken.contains(found.unit.name) && found.number != nil {
      let range = amounts.tokens(found.range)
      // "i have 30 tablets" is what is at home
      guard
        !sentence.tokens.indices.prefix(range.lowerBound).suffix(3).contains(where: { index in
          Self.having.contains(sentence.folded(index))
        }), stockBehind()?.tokens.overlaps(range) != true
      else { continue }
      if let name = entities.first(where: { $0.value == values["name"] }), case .text(let text)? = values["name"] {
        let known = tokens(of: name.span)
        if known.overlaps(range), known.lowerBound < range.lowerBound {
          let left = known.lowerBound..<range.lowerBound
          drop("name")
          add(
            "name",
            Entity(
              kind: .text, span: sentence.span(of: left), text: sentence.text(of: left),
              value: .text(sentence.text(of: left))))
        } else if known.overlaps(range) || text.isEmpty {
          continue
        }
      }
      add(
        "dose",
        Entity(
          kind: .text, span: sentence.span(of: range), text: sentence.text(of: range),
          value: .text(sentence.text(of: range))))
      return
    }
  }

  /// "வெறும் வயித்துல தைராய்டு மாத்திரை": the empty stomach is no medicine; what stands before the tablet is.
  private mutating func fixFastingName() {
    let sentence = reading.sentence
    guard case .text(let name)? = values["name"],
      let (_, fasting) = Choices.find("eaten", .choice(["fasting"]), in: sentence, brain.library),
      let entity = entities.first(where: { $0.value == .text(name) }), tokens(of: entity.span).overlaps(fasting)
    else { return }
    drop("name")
    let thing = sentence.tokens.indices.first { index in
      index > 0 && !fasting.contains(index) && !fasting.contains(index - 1) && reading.kinds[index - 1] == 0
        && sentence.tokens[index - 1].kind == .word
        && Choices.find("dose", .choice(["thing"]), in: Sentence(sentence.folded(index)), brain.library) != nil
    }
    guard let thing else { return }
    let range = (thing - 1)..<(thing + 1)
    add(
      "name",
      Entity(
        kind: .text, span: sentence.span(of: range), text: sentence.text(of: range),
        value: .text(sentence.text(of: range))))
  }

  /// "bp", of a BP tablet: what tells it from the others.
  private static func inPart(
    _ list: NameList, _ reading: Reading, _ brain: Brain, free: (Int) -> Bool
  ) -> NameList.Match? {
    let sentence = reading.sentence
    var found: NameList.Match?
    for entry in list.entries {
      let name = Sentence(entry.name)
      guard name.tokens.count > 1 else { continue }
      let own = name.tokens.indices.filter { index in
        name.tokens[index].kind == .word && name.tokens[index].foldedSpan.count > 1
          && Choices.find(
            "dose", .choice(["thing", "taking", "beside"]), in: Sentence(name.folded(index)), brain.library) == nil
      }
      let place = sentence.tokens.indices.first { index in
        free(index) && reading.kinds[index] == 0 && sentence.tokens[index].kind == .word
          && own.contains { name.tokens[$0].skeleton == sentence.tokens[index].skeleton }
      }
      guard let place else { continue }
      // a word of two names says neither
      guard found == nil else { return nil }
      found = NameList.Match(tokens: place..<(place + 1), entry: entry, score: 0.8)
    }
    return found
  }

  /// A medicine that is not called by its whole name: by a word of it, or by what it is for.
  static func otherwiseCalled(
    _ list: NameList, _ reading: Reading, _ brain: Brain, free: (Int) -> Bool
  ) -> NameList.Match? {
    inPart(list, reading, brain, free: free) ?? byUse(list, reading, brain, free: free)
  }

  /// "The bp tablet": the one for that. Of several it is asked which, and so it is where none is known to be for that and one
  /// that is on no list may be; who has none is told so. Never is it just what waits.
  private static func byUse(
    _ list: NameList, _ reading: Reading, _ brain: Brain, free: (Int) -> Bool
  ) -> NameList.Match? {
    guard !list.entries.isEmpty, let said = saidUse(reading.sentence, brain, free: free) else { return nil }
    let uses = list.entries.map { entry in
      Choices.all("used_for", in: Sentence(entry.name), brain.library).map(\.choice)
    }
    let own = zip(list.entries, uses).filter { $0.1.contains(said.use) }.map(\.0)
    let likely = own.isEmpty ? zip(list.entries, uses).filter { $0.1.isEmpty }.map(\.0) : own
    if own.count == 1 {
      return NameList.Match(tokens: said.tokens, entry: own[0], score: 0.8)
    }
    let words = reading.sentence.text(of: said.tokens)
    let id = likely.isEmpty ? words : EntityEntry.oneOf(likely)
    return NameList.Match(tokens: said.tokens, entry: EntityEntry(id: id, name: words), score: 0.5)
  }

  /// What a tablet is for, with a word for the tablet behind it: "bp tablet", "bp ki goli", "the sugar one", and both of
  /// "bp and sugar tablets".
  private static func saidUse(
    _ sentence: Sentence, _ brain: Brain, free: (Int) -> Bool
  ) -> (use: String, tokens: Range<Int>)? {
    func has(_ slot: String, _ kind: SlotKind, _ index: Int) -> Bool {
      sentence.tokens.indices.contains(index)
        && Choices.find(slot, kind, in: Sentence(sentence.folded(index)), brain.library) != nil
    }
    func isThing(_ index: Int) -> Bool { has("dose", .choice(["thing"]), index) || has("use_one", .boolean, index) }
    var found: (use: String, tokens: Range<Int>)?
    /// Where the words begin that say of the use before them that it is a tablet's.
    var telling: Int?
    for (use, tokens) in Choices.all("use", in: sentence, brain.library).reversed() {
      let end = tokens.upperBound
      let next = has("dose", .choice(["beside"]), end) && !isThing(end) ? end + 1 : end
      guard isThing(next) || telling.map({ $0 - end <= 1 }) == true else { continue }
      let whole = isThing(next) ? tokens.lowerBound..<(next + 1) : tokens
      telling = tokens.lowerBound
      if whole.allSatisfy(free) { found = (use, whole) }
    }
    return found
  }

  /// "Sugar 190 khane ke baad": after food, and not after lunch, which would be yesterday's.
  mutating func fixMeal() {
    guard let food = reading.times.drafts.first(where: \.isOnlyFood)?.food,
      reading.times.drafts.allSatisfy({ $0.isOnlyFood || !$0.hasTime })
    else { return }
    if case .when(let at)? = values["at"], !at.meals.isEmpty { drop("at") }
    guard values["eaten"] == nil, case .choice("sugar")? = values["measure"] else { return }
    add(
      "eaten", Entity(kind: .choice([]), span: 0..<0, text: "", value: .choice(food > 0 ? "after" : "fasting")))
  }

  private static let only: Set<String> = ["only", "sirf", "mattum", "மட்டும்", "सिर्फ", "सिर्फ़", "just"]

  /// "shelcal only sundays", "sirf sunday ko": a day of the week alone is every such day of a medicine.
  private mutating func fixOnlyDay() {
    guard case .when(var when)? = values["schedule"], !when.repeats, when.isDayGiven,
      reading.sentence.tokens.indices.contains(where: { Self.only.contains(reading.sentence.folded($0)) }),
      let days = reading.times.drafts.first(where: { !$0.weekdays.isEmpty })?.weekdays,
      days.count == 1, reading.times.drafts.allSatisfy({ $0.date == nil }),
      let rule = try? RecurrenceRule(parsing: "FREQ=WEEKLY;BYDAY=\(when.start.date.weekday.code)")
    else { return }
    when.rule = rule
    add(
      "schedule",
      Entity(kind: .when, span: 0..<0, text: "", value: .when(when)))
  }
}
