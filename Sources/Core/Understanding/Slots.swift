import Actions
import Base
import Text
import Time

/// Fills an intent's slots from what the readers found and what the tagger marks.
struct Slots {
  let reading: Reading
  let request: UnderstandingRequest
  let brain: Brain
  let intent: String

  private(set) var values: [String: SlotValue] = [:]
  private(set) var entities: [Entity] = []
  /// The likeliest other reading of a slot's words: the other half of the day.
  private(set) var others: [String: SlotValue] = [:]
  /// Both ends of a time, for an action that has a beginning and perhaps a length.
  private(set) var span: SpokenSpan?
  /// Something that has a time gets another.
  let isMove: Bool
  /// It is taken at each of the times that are said.
  var isDose: Bool { intent == "medicine.add" }

  /// Runs of tokens that values of these slots may take; open words leave them alone.
  static func spans(_ reading: Reading, _ slots: [IntentLibrary.Slot]) -> [Range<Int>] {
    var spans: [Range<Int>] = []
    for slot in slots {
      switch slot.kind {
      case .when, .date, .time: spans += reading.times.drafts.flatMap(\.tokens)
      case .duration: spans += reading.times.durations.map(\.tokens)
      case .money:
        spans += reading.money.map(\.tokens)
        if spans.isEmpty { spans += reading.numbers.map(\.tokens) }
      case .number, .integer: spans += reading.numbers.map(\.tokens)
      case .person: spans += people(reading, slots).prefix(1).map(\.tokens)
      case .phone: spans += reading.phones.map(\.tokens)
      case .text, .place, .choice, .entity, .boolean, .period: break
      }
    }
    return spans.filter { !$0.isEmpty }
  }

  /// The people named as the one meant. In "remind me to call Appa", "maa ko call karne ki yaad dilao", the person is
  /// part of what is to be done.
  private static func people(_ reading: Reading, _ slots: [IntentLibrary.Slot]) -> [ValueReaders.Found] {
    // what is only said to somebody names them behind its verb: "tell Priya I reached home"
    guard slots.contains(where: { $0.kind == .text && $0.name == "text" }),
      slots.contains(where: { [.when, .date, .time].contains($0.kind) })
    else { return reading.people }
    let sentence = reading.sentence
    let me = sentence.tokens.indices.first { index in
      index > 0 && sentence.folded(index) == "me" && sentence.folded(index - 1).hasPrefix("remind")
    }
    return reading.people.filter { person in
      if let me, person.tokens.lowerBound > me { return false }
      // English puts the verb before its object, Tamil and Hindi behind.
      let first = person.tokens.lowerBound
      let next = Self.pastTimes(person.tokens.upperBound, reading)
      let beside = reading.language == .english ? [first - 1] : [next, next + 1]
      return !beside.contains { index in
        sentence.tokens.indices.contains(index) && reading.meets(sentence.tokens[index])
      }
    }
  }

  init(_ reading: Reading, _ request: UnderstandingRequest, _ brain: Brain, intent: String) {
    let plain = intent == "medicine.add" ? Self.withoutStrength(reading, request, brain) : nil
    let table = intent == "listing.book" ? Self.withoutTable(reading, request, brain) : nil
    let reading = plain?.reading ?? table?.reading ?? reading
    self.reading = reading
    self.request = request
    self.brain = brain
    self.intent = intent
    isMove = [".move", ".edit"].contains { intent.hasSuffix($0) }
    let schema = brain.library.intents[intent] ?? []
    var taken = [Bool](repeating: false, count: reading.sentence.tokens.count)
    if schema.contains(where: { $0.kind == .when && $0.name == "starts" }) {
      span = SpokenSpan.find(
        in: reading.sentence, brain, reading.language, now: request.now, zone: request.zone)
      if span == nil, intent == "event.add", reading.times.drafts.isEmpty {
        span = SpokenSpan.withoutDay(
          in: reading.sentence, brain, reading.language, now: request.now, zone: request.zone)
      }
    }
    for slot in schema { fillTyped(slot, schema, &taken) }
    for slot in schema where slot.kind == .text { fillListed(slot, schema, &taken) }
    fillKinsName(schema, &taken)
    let open = schema.filter { values[$0.name] == nil && BrainTrainer.isOpen($0.kind) }
    defer {
      if intent == "medicine.add" { fillMedicine(strength: plain?.strength) }
      if intent == "measure.add" { fixMeal() }
      if let table, values["people"] == nil { values["people"] = .integer(table.people) }
      if intent == "reminder.create" { fillAroundTime() }
      if intent == "appointment.add" { fillPrepare() }
      if intent == "birthday.add" { dropNoName() }
    }
    guard !open.isEmpty else {
      fillBirthdaysName(schema)
      return
    }
    let known = Self.spans(reading, schema) + entities.map { tokens(of: $0.span) }
    for (slot, range) in OpenSlots(open, intent: intent, reading, brain, values: known).ranges { fillOpen(slot, range) }
    fillTitle(schema)
    fillBirthdaysName(schema)
  }

  private mutating func fillOpen(_ slot: IntentLibrary.Slot, _ range: Range<Int>) {
    // "and in Adyar?": a small word alone is nothing that is looked for
    guard !range.allSatisfy({ Interpreter.joints.contains(reading.sentence.tokens[$0].hash) }) else { return }
    var text = slot.kind == .text ? reading.sentence.whole(range) : reading.sentence.text(of: range)
    // as the list has it, where the words are one of its names: "மலர்" is Malar
    let sentence = Sentence(text)
    if let match = request.list(slot.name)?.best(
      in: sentence, common: brain.common, language: reading.language, free: { _ in true }),
      match.tokens == sentence.tokens.indices, match.score >= 0.85
    {
      text = match.entry.name
    }
    add(
      slot.name,
      Entity(
        kind: slot.kind, span: reading.sentence.span(of: range), text: reading.sentence.text(of: range),
        value: slot.kind == .place ? .place(text) : .text(text)))
  }

  private static let pointers: Set<String> = ["on", "for", "in", "to", "under", "from", "of", "project", "brand"]

  /// A row of the tenant's list of the slot's own name ("project"). Where the intent has other open words too, a small
  /// word must point at it: "for courier on Ezhil", but "the Ezhil brochure" is what is to be done.
  private mutating func fillListed(_ slot: IntentLibrary.Slot, _ schema: [IntentLibrary.Slot], _ taken: inout [Bool]) {
    let isAlone = !schema.contains { $0.name != slot.name && BrainTrainer.isOpen($0.kind) }
    guard let list = request.list(slot.name),
      let match = list.best(
        in: reading.sentence, common: brain.common, language: reading.language, free: { !taken[$0] }),
      match.score >= NameList.partial
    else { return }
    // "book adyar bakery" names no Adyar Ananda Bhavan: where more was said, whoever knows the names finds it
    if match.score == NameList.partial, isAlone, let said = marked(slot, schema, taken), said != match.tokens { return }
    let (first, next) = (match.tokens.lowerBound, match.tokens.upperBound)
    let isPointedAt =
      match.hasEnding || first > 0 && Self.pointers.contains(reading.sentence.folded(first - 1))
      || next < taken.count && ["project", "brand"].contains(reading.sentence.folded(next))
    guard isAlone || isPointedAt else { return }
    for index in match.tokens { taken[index] = true }
    add(
      slot.name,
      Entity(
        kind: .text, span: reading.sentence.span(of: match.tokens), text: reading.sentence.text(of: match.tokens),
        value: .text(match.entry.name)))
  }

  /// What the tagger takes for an open slot.
  private func marked(_ slot: IntentLibrary.Slot, _ schema: [IntentLibrary.Slot], _ taken: [Bool]) -> Range<Int>? {
    let known = Self.spans(reading, schema) + entities.map { tokens(of: $0.span) }
    return OpenSlots([slot], intent: intent, reading, brain, values: known).ranges.first?.range
  }

  mutating func drop(_ slot: String) {
    guard let value = values.removeValue(forKey: slot) else { return }
    entities.removeAll { $0.value == value }
  }

  mutating func add(_ slot: String, _ entity: Entity) {
    values[slot] = entity.value
    others[slot] = entity.alternatives.first
    entities.append(entity)
  }

  func tokens(of span: Range<Int>) -> Range<Int> {
    let inside = reading.sentence.tokens.indices.filter { span.overlaps(reading.sentence.tokens[$0].span) }
    guard let first = inside.first, let last = inside.last else { return 0..<0 }
    return first..<(last + 1)
  }

  // MARK: Values that readers find

  private mutating func fillTyped(_ slot: IntentLibrary.Slot, _ schema: [IntentLibrary.Slot], _ taken: inout [Bool]) {
    func free(_ range: Range<Int>) -> Bool { range.allSatisfy { !taken[$0] } }
    func take(_ range: Range<Int>) { for index in range { taken[index] = true } }
    // "at most 3 a day, 6 hours apart": what lies between two is less than the day that they are counted in
    let short = reading.times.durations.filter { slot.name == "gap" && $0.value < .days(1) }
    let lengths = short.isEmpty ? reading.times.durations : short
    func entity(_ range: Range<Int>, _ value: SlotValue, _ alternatives: [SlotValue] = []) -> Entity {
      Entity(
        kind: slot.kind, span: reading.sentence.span(of: range), text: reading.sentence.text(of: range), value: value,
        alternatives: alternatives)
    }
    switch slot.kind {
    case .date where slot.name == "until" && values["day"] != nil:
      guard case .date(let first)? = values["day"], let (last, range) = lastDay(from: first) else { return }
      add(slot.name, entity(range, .date(last)))
    case .when, .date, .time:
      guard let (value, alternatives, ranges) = time(slot) else { return }
      for range in ranges { take(range) }
      guard let first = ranges.first else { return }
      add(slot.name, entity(first, value, alternatives))
      for range in ranges.dropFirst() { entities.append(entity(range, value)) }
    case .duration:
      if let span {
        add(slot.name, entity(span.tokens, .duration(span.length)))
      } else if schema.contains(where: { $0.name == "starts" }), let draft = reading.times.drafts.first,
        let minutes = draft.clocks.first?.length, let range = draft.tokens.first
      {
        // "10 to 12 tomorrow", of which neither half of the day was said
        add(slot.name, entity(range, .duration(.minutes(minutes))))
      } else if let found = lengths.first(where: { free($0.tokens) }) {
        take(found.tokens)
        add(slot.name, entity(found.tokens, .duration(found.value)))
      } else if let draft = reading.times.drafts.first(where: { $0.away != nil }), let away = draft.away,
        let range = draft.tokens.first, free(range)
      {
        take(range)
        add(slot.name, entity(range, .duration(TimeReader.Length(count: away.count, unit: away.unit).exact)))
      }
    case .money where slot.name == "worth":
      guard let found = worth, free(found.tokens) else { return }
      take(found.tokens)
      // it stands in the place of a number
      add("quantity", entity(found.tokens, found.value))
    case .money:
      if let worth, schema.contains(where: { $0.name == "worth" }) { take(worth.tokens) }
      if let found = money.first(where: { free($0.tokens) }).map(withTax) {
        take(found.tokens)
        add(slot.name, entity(found.tokens, found.value))
        return
      }
      let hasQuantity = schema.contains { $0.kind == .number || $0.kind == .integer }
      // "buy 10 at 1450" of what knows no time is a price
      let wantsTime = schema.contains { [.when, .date, .time].contains($0.kind) }
      let wantsHour = schema.contains { [.when, .time].contains($0.kind) }
      let numbers = reading.numbers.filter {
        free($0.tokens) && !reading.isPronoun($0) && $0.value >= 1
          && !(wantsTime && isTime($0.tokens) && (wantsHour || !isHour($0) || isOclock($0)))
      }
      guard let found = hasQuantity ? numbers.first(where: isLimit) : price(numbers) ?? numbers.first,
        let money = ValueReaders.money(found.value, reading.values.currency)
      else { return }
      let whole = withTax(.init(tokens: found.tokens, kind: .money, value: .money(money)))
      take(whole.tokens)
      add(slot.name, entity(whole.tokens, whole.value))
    case .number, .integer:
      let wantsMoney = schema.contains { $0.kind == .money }
      let wantsTime = schema.contains { [.when, .date, .time].contains($0.kind) }
      let chosen = choices(schema)
      let spent = schema.contains { $0.name == "worth" } ? worth?.tokens : nil
      let numbers = reading.numbers.filter { number in
        free(number.tokens) && spent?.overlaps(number.tokens) != true && !(wantsMoney && isLimit(number))
          && !isMoney(number.tokens)
          && !(isTime(number.tokens) && (wantsTime || !reading.acceptsBareHour && !isBareHour(number)))
          && !chosen.contains { $0.overlaps(number.tokens) }
      }
      guard let found = slot.isDistance ? numbers.first(where: { $0.distance != nil }) : counted(numbers, slot) else {
        return
      }
      let value = slot.isDistance ? found.distance ?? found.value : found.value
      take(found.tokens)
      add(slot.name, entity(found.tokens, slot.kind == .number ? .number(value) : .integer(Int64(value))))
    case .person:
      let people = Self.people(reading, schema).filter { free($0.tokens) }
      // "marundhu pathi ravi ku": who may see something is one of those who are known, before a word that sounds like kin
      let known = people.first { if case .person(let name) = $0.value { request.names.contains(name) } else { false } }
      if let found = slot.name == "relative" ? known ?? people.first : people.first {
        take(found.tokens)
        add(slot.name, entity(found.tokens, found.value))
      } else if let index = addressee, !taken[index] {
        take(index..<(index + 1))
        add(slot.name, entity(index..<(index + 1), .person(reading.sentence.text(of: index..<(index + 1)))))
      }
    case .phone:
      guard let found = reading.phones.first(where: { free($0.tokens) }) else { return }
      take(found.tokens)
      add(slot.name, entity(found.tokens, found.value))
    case .choice, .boolean:
      guard let (choice, range) = Choices.find(slot.name, slot.kind, in: reading.sentence, brain.library) else {
        return
      }
      // "until I answer" says how, not what.
      if slot.kind == .boolean { take(range) }
      add(slot.name, entity(range, slot.kind == .boolean ? .boolean(choice == "yes") : .choice(choice)))
    case .entity(let list):
      guard let entries = request.list(list),
        let match = entries.best(
          in: reading.sentence, common: brain.common, language: reading.language,
          free: { !taken[$0] && !isRefused($0) })
          ?? (list.hasPrefix("medicine")
            ? Self.otherwiseCalled(entries, reading, brain, free: { !taken[$0] }) : nil),
        !isOfReadings(match.tokens, list)
      else { return }
      take(match.tokens)
      add(slot.name, entity(match.tokens, .entity(id: match.entry.id, name: match.entry.name)))
    case .period:
      let days = SpokenDays(brain: brain, language: reading.language, now: request.now, zone: request.zone)
      let sides =
        schema.contains { $0.name == "against" } ? days.sides(of: reading.sentence, free: { !taken[$0] }) : nil
      let single = slot.name == "against" ? nil : days.find(in: reading.sentence, free: { !taken[$0] })
      let side = slot.name == "against" ? sides?.last : sides?.first
      guard let found = side ?? single, free(found.tokens) else { return }
      if sides == nil || slot.name == "against" { take(found.tokens) }
      add(slot.name, entity(found.tokens, .period(found.period)))
    case .place:
      if let range = here, free(range) {
        take(range)
        return add(slot.name, entity(range, .place(reading.sentence.text(of: range).lowercased())))
      }
      guard let found = reading.values.coordinates(), free(found.tokens) else { return }
      take(found.tokens)
      add(slot.name, entity(found.tokens, found.value))
    case .text: return
    }
  }

  /// "is any meter missing data" speaks of no Data Centre.
  private func isOfReadings(_ tokens: Range<Int>, _ list: String) -> Bool {
    list.hasPrefix("building") && tokens.count == 1
      && ["data", "meter", "meters", "power", "energy", "reading", "readings", "load"].contains(
        reading.sentence.folded(tokens.lowerBound))
  }

  /// "near me", "nearby": where the speaker is.
  private var here: Range<Int>? {
    let sentence = reading.sentence
    guard
      let index = sentence.tokens.indices.first(where: { index in
        sentence.folded(index) == "nearby"
          || index > 0 && brain.library.dialogue.meansSpeaker(sentence.tokens[index])
            && ["near", "around"].contains(sentence.folded(index - 1))
      })
    else { return nil }
    return sentence.folded(index) == "nearby" ? index..<(index + 1) : (index - 1)..<(index + 1)
  }

  /// The stranger of "remind Ravi to send the file": said to be unknown, better than reminding the speaker instead.
  private var addressee: Int? {
    let sentence = reading.sentence
    guard let verb = sentence.tokens.indices.first(where: { sentence.folded($0) == "remind" }),
      verb + 2 < sentence.tokens.count, ["to", "about", "that", "of"].contains(sentence.folded(verb + 2)),
      sentence.tokens[verb + 1].kind == .word, reading.language == .english,
      sentence.tokens[verb + 1].isCapital || !brain.common.contains(sentence.tokens[verb + 1].hash)
        || Choices.find("given", .choice(["name"]), in: Sentence(sentence.text(of: verb + 1..<verb + 2)), brain.library)
          != nil,
      !brain.library.dialogue.meansSpeaker(sentence.tokens[verb + 1]), reading.kinds[verb + 1] == 0
    else { return nil }
    return verb + 1
  }

  /// "tea for 12 people 450", "flat 12 rent 8000": the first number counts something, and the last one, behind all else, is
  /// what it cost.
  private func price(_ numbers: [ValueReaders.Number]) -> ValueReaders.Number? {
    guard intent.hasSuffix(".add"), numbers.count > 1, let first = numbers.first, let last = numbers.last,
      last.value >= 10, case let next = first.tokens.upperBound, next < last.tokens.lowerBound,
      reading.sentence.tokens[next].kind == .word, reading.kinds[next] == 0,
      !Self.purposes.contains(reading.sentence.folded(next)),
      reading.sentence.tokens.indices.suffix(from: last.tokens.upperBound).allSatisfy({
        reading.kinds[$0] != 0 || reading.sentence.tokens[$0].kind == .symbol
      })
    else { return nil }
    return last
  }

  private static let purposes: Set<String> = ["for", "on", "to", "towards", "and", "at", "k", "lakh", "rs"]

  private func isTime(_ range: Range<Int>) -> Bool {
    reading.times.drafts.contains { $0.tokens.contains { $0.overlaps(range) } }
  }
  /// It was read as an hour and nothing else: "petrol pe 1500", of what has a day and no hour.
  private func isHour(_ number: ValueReaders.Number) -> Bool {
    guard let value = Int(exactly: number.value) else { return false }
    let minutes = [value * 60, value / 100 * 60 + value % 100]
    return reading.times.drafts.contains { draft in
      draft.tokens.contains { $0.overlaps(number.tokens) } && draft.date == nil && !draft.monthDays.contains(value)
        && draft.clocks.contains { clock in minutes.contains { $0 % 720 == clock.minutes % 720 } }
    }
  }
  /// "ko 5" of what has no time is a number: nothing behind it says that it is an hour.
  private func isBareHour(_ number: ValueReaders.Number) -> Bool {
    isHour(number)
      && reading.times.drafts.allSatisfy { draft in
        draft.tokens.allSatisfy { range in
          !range.overlaps(number.tokens)
            || range.upperBound == number.tokens.upperBound && range.lowerBound + 1 >= number.tokens.lowerBound
        }
      }
  }
  /// A word beside it says that it is an hour: "11 baje", "9 pm".
  private func isOclock(_ number: ValueReaders.Number) -> Bool {
    reading.pieces.all.contains { piece in
      piece.tokens.lowerBound == number.tokens.upperBound && (piece.has(.oclock) || piece.has(.am) || piece.has(.pm))
    }
  }
  /// "at 1450"; Tamil and Hindi say it behind: "1450 ku", "900 pe".
  func isLimit(_ number: ValueReaders.Number) -> Bool {
    if number.isLimit || isReached(number.tokens) { return true }
    let (next, sentence) = (number.tokens.upperBound, reading.sentence)
    guard next < sentence.tokens.count, sentence.tokens[next].kind == .word,
      next + 1 >= sentence.tokens.count || sentence.tokens[next + 1].kind != .number
    else { return false }
    let word = Sentence(sentence.text(of: next..<(next + 1)))
    return Choices.find("limit_behind", .boolean, in: word, brain.library) != nil
  }
  /// Words that a slot with a fixed choice takes: "aadhe" is a portion and no half of one.
  private func choices(_ schema: [IntentLibrary.Slot]) -> [Range<Int>] {
    schema.compactMap { slot in
      guard case .choice = slot.kind else { return nil }
      return Choices.find(slot.name, slot.kind, in: reading.sentence, brain.library)?.1
    }
  }
  private func isMoney(_ range: Range<Int>) -> Bool { money.contains { $0.tokens.overlaps(range) } }
}
