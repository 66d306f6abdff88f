import Actions
import Base
import Text
import Time

/// Messages that ask for several things: "remind me at 8 to call Ravi and add milk to the list", "tea 300 and lunch 450".
extension Interpreter {
  /// The same behind a mark that closes what stands before it.
  private static let closedSurety = 0.55
  /// The same for a part that could as well belong to the words before it: "call Ravi and cancel the order".
  private static let plainSurety = 0.9
  /// The same for one with the only time of a message, which the reminder before it needs.
  private static let timedSurety = 0.95
  /// A part that goes on with the request before it ("and 1200 for lunch") is that same request at this.
  private static let likeness = 0.5
  /// Places at which a message is tried to be cut: each costs two readings.
  private static let mostCuts = 6

  /// Where a message may be cut: the first part ends, the second begins.
  struct Cut {
    var end: Int
    var start: Int
  }

  mutating func several(_ reading: Reading) -> Understood? {
    guard (4...60).contains(reading.sentence.tokens.count) else { return nil }
    if let found = byName(reading) { return found }
    if let found = taskList(reading) ?? polite(reading) ?? apart(reading) { return found }
    // amounts belong together however they are joined; what has a time may have more than one
    let isPaid = candidates(ofWhole: reading).first.map { pays($0.intent) } ?? false
    return isPaid ? alike(reading) ?? listedParts(reading) : listedParts(reading) ?? alike(reading)
  }

  /// "remind me to sign the lease tomorrow? thank you so much": what is said for the sake of being polite asks for nothing,
  /// and is no part of what is asked for.
  private func polite(_ reading: Reading) -> Understood? {
    let sentence = reading.sentence
    guard let mark = sentence.tokens.lastIndex(where: { $0.kind == .symbol && isEnd($0, sentence) }), mark > 2,
      case let rest = sentence.tokens[(mark + 1)...].filter({ $0.kind == .word }), (1...5).contains(rest.count)
    else { return nil }
    let last = alone(sentence.text(of: (mark + 1)..<sentence.tokens.count))
    guard last.kind == .intent, last.intent?.hasPrefix("smalltalk.") == true, last.confidence >= Self.surety else {
      return nil
    }
    let first = alone(sentence.text(of: 0..<mark), answers: true)
    return first.kind == .intent && first.confidence >= Self.closedSurety ? first : nil
  }

  private func pays(_ intent: String) -> Bool {
    brain.library.intents[intent]?.contains { $0.kind == .money } ?? false
  }

  private func isEnd(_ token: Sentence.Token, _ sentence: Sentence) -> Bool {
    let mark = sentence.folded[token.foldedSpan.lowerBound]
    return Self.marks.contains(mark) || mark == UInt8(ascii: "!")
  }

  // MARK: Requests that stand for themselves

  /// Two parts, each a request. While a question is open the first may be its answer.
  private func apart(_ reading: Reading) -> Understood? {
    let sentence = reading.sentence
    for cut in cuts(reading).filter({ opens(sentence, $0) }).prefix(Self.mostCuts) {
      // a verb that closes the first part leaves little doubt
      let least = closes(sentence.tokens[cut.end - 1]) ? Self.closedSurety : Self.surety
      let right = alone(sentence.text(of: cut.start..<sentence.tokens.count))
      if let found = besidesQuestion(right, cut, sentence) { return found }
      guard right.kind == .intent, right.confidence >= least, !right.isNearTie else { continue }
      let left = alone(sentence.text(of: 0..<cut.end), answers: true)
      // parts that were each read apart are sure enough together
      guard left.kind == .intent, left.confidence >= (left.also.isEmpty ? least : Self.likeness) else { continue }
      // "thanks, and what's on today?"
      if left.intent?.hasPrefix("smalltalk.") == true { return right }
      let isQuestion = brain.library.questions.contains(sentence.tokens[cut.start].hash)
      let isApart = isApart(left, right, cut, sentence)
      guard isQuestion ? left.intent != right.intent : isApart && !isOneTask(left, right, cut, reading)
      else { continue }
      var whole = left
      var next = right
      next.also = []
      whole.part = left.part ?? sentence.text(of: 0..<cut.end)
      next.part = right.part ?? sentence.text(of: cut.start..<sentence.tokens.count)
      whole.also = left.also + [next] + right.also
      return whole
    }
    return nil
  }

  /// The last words of a task may be one more verb of it: then the second part has to be surer, unless a verb closed the first.
  private func isApart(_ left: Understood, _ right: Understood, _ cut: Cut, _ sentence: Sentence) -> Bool {
    let isOpen = left.slots.values.contains { if case .text = $0 { true } else { false } }
    // a verb, or a full stop, ends what stands before
    let isEnded = closes(sentence.tokens[cut.end - 1]) || [".", ";"].contains(sentence.folded(cut.end))
    return !isOpen || right.confidence >= (isEnded ? Self.closedSurety : Self.plainSurety)
  }

  /// "remind me to call Ravi and cancel the gym at 8": the only time stands at the end, and only a reminder needs one.
  private func isOneTask(_ left: Understood, _ right: Understood, _ cut: Cut, _ reading: Reading) -> Bool {
    let times = reading.times.drafts.flatMap(\.tokens)
    let takes = right.slots.values.contains { if case .when = $0 { true } else { false } }
    return left.intent == "reminder.create" && !times.isEmpty && times.allSatisfy { $0.lowerBound >= cut.start }
      && (!takes || right.confidence < Self.timedSurety)
  }

  /// - Parameter least: so many tokens stand behind the last cut.
  func cuts(_ reading: Reading, least: Int = 2) -> [Cut] {
    let sentence = reading.sentence
    var cuts: [Cut] = []
    for piece in reading.pieces.all.dropFirst()
    where reading.kinds[piece.tokens.lowerBound] == 0 && !sentence.isInNumber(piece.tokens.lowerBound)
      && (isJoint(piece) || isOpener(sentence.tokens[piece.tokens.lowerBound]))
    {
      var start = piece.tokens.upperBound
      while start < sentence.tokens.count, isLoose(sentence.tokens[start]) { start += 1 }
      if start + least <= sentence.tokens.count { cuts.append(Cut(end: piece.tokens.lowerBound, start: start)) }
    }
    // Tamil and Hindi close a request with its verb and need no "and".
    for index in sentence.tokens.indices.dropFirst() where closes(sentence.tokens[index]) {
      var start = index + 1
      while start < sentence.tokens.count, isLoose(sentence.tokens[start]) { start += 1 }
      if start + least <= sentence.tokens.count, !closes(sentence.tokens[start]) {
        cuts.append(Cut(end: index + 1, start: start))
      }
    }
    return cuts
  }

  private static let marks = Set(",.;?+".utf8)

  private func isJoint(_ piece: Pieces.Piece) -> Bool {
    piece.has(.and) || Self.marks.contains(piece.symbol)
  }

  private func isOpener(_ token: Sentence.Token) -> Bool { brain.library.openers.contains(token.hash) }

  private func isLoose(_ token: Sentence.Token) -> Bool {
    isOpener(token) || token.kind == .symbol
      || brain.lexicons(.english, preferred: request.languages).contains { $0.isFiller(token) }
  }

  func closes(_ token: Sentence.Token) -> Bool {
    token.kind == .word && brain.library.closingRequests.contains(token.skeleton)
  }

  /// The second part asks for something: with its first word, or, where the verb comes last, with its last.
  private func opens(_ sentence: Sentence, _ cut: Cut) -> Bool {
    let first = sentence.tokens[cut.start]
    if brain.library.questions.contains(first.hash) || brain.library.requests.contains(first.skeleton) { return true }
    let words = sentence.tokens.indices.filter { sentence.tokens[$0].kind == .word }
    guard let last = words.last, let before = words.last(where: { $0 < cut.end }), closes(sentence.tokens[before])
    else { return false }
    return closes(sentence.tokens[last])
      || sentence.tokens[cut.start...].contains { brain.library.questions.contains($0.hash) }
  }

  /// A part of the message as if it were all of it.
  ///
  /// - Parameter answers: it may still answer the open question.
  func alone(_ text: String, answers: Bool = false) -> Understood {
    var part = request
    part.text = text
    part.currentIntent = nil
    if !answers { part.expectedSlot = nil }
    var interpreter = Interpreter(brain: brain, taught: taught, request: part)
    interpreter.depth = depth + 1
    return interpreter.understand()
  }

  // MARK: The same request once more

  /// "add expense 300 for tea and 1200 for lunch": what follows has the same values again.
  private mutating func alike(_ reading: Reading) -> Understood? {
    guard request.expectedSlot == nil, let best = added(candidates(ofWhole: reading)), best.confidence >= Self.likeness,
      let schema = brain.library.intents[best.intent], let (text, value) = Self.pair(schema)
    else { return nil }
    let sentence = reading.sentence
    let values = value.kind == .when ? hours(reading) : amounts(reading)
    guard (2...8).contains(values.count) else { return nil }
    var parts: [Range<Int>] = []
    var begin = 0
    for cut in cuts(reading) where cut.end > begin {
      guard values.contains(where: { (begin..<cut.end).contains($0) }), values.contains(where: { $0 >= cut.start })
      else { continue }
      parts.append(begin..<cut.end)
      begin = cut.start
    }
    parts.append(begin..<sentence.tokens.count)
    if parts.count == 1, value.kind == .money, let list = priced(reading) { parts = list }
    if parts.count != values.count, value.kind == .money, let list = pricedFirst(reading, values) { parts = list }
    guard parts.count == values.count, value.kind != .money || parts.allSatisfy({ ends($0, values, reading) }) else {
      return nil
    }
    // "35k meta and 18k google": what stands behind each amount is what it went to
    let isBehind =
      value.kind == .money
      && parts.allSatisfy { names($0, values, reading) || $0.lowerBound > 0 && values.contains($0.lowerBound) }
      && parts.contains { names($0, values, reading) }
    var found: [Understood] = []
    var head = ""
    for part in parts {
      var one = alone(head + sentence.text(of: part))
      let fits = !isBehind && one.kind == .intent && one.intent == best.intent && one.also.isEmpty
      if !fits || one.slots[text] == nil || one.slots[value.name] == nil {
        guard
          let plain = value.kind == .money
            ? thing(part, reading, text, value.name, best) : listed(part, one, reading, text, value.name, best)
        else { return nil }
        one = plain
      }
      if found.isEmpty {
        head = Self.head(of: one, sentence.text(of: part))
      } else {
        takeDay(of: found[0].slots[value.name], into: &one.slots[value.name])
      }
      one.part = sentence.text(of: part)
      found.append(one)
    }
    var whole = found[0]
    whole.also = Array(found.dropFirst())
    return whole
  }

  /// "lunch cost me 1240 and the cab was 380": what was spent, not what was noted wrong.
  private func added(_ candidates: [Understood.Candidate]) -> Understood.Candidate? {
    guard var best = candidates.first else { return nil }
    guard best.intent == "expense.change", best.confidence < Self.surety,
      let adding = candidates.first(where: { $0.intent == "expense.add" }), adding.confidence >= 0.1
    else { return best }
    best.intent = adding.intent
    return best
  }

  /// What may be said again and again: words and what they cost or when they are due, a row of a list and how many of it.
  private static func pair(_ schema: [IntentLibrary.Slot]) -> (text: String, value: IntentLibrary.Slot)? {
    if let text = schema.first(where: { $0.kind == .text })?.name {
      let value = schema.first { $0.kind == .money } ?? schema.first { $0.kind == .when }
      return value.map { (text, $0) }
    }
    guard let row = schema.first(where: { if case .entity = $0.kind { true } else { false } }),
      let count = schema.first(where: { $0.kind == .number })
    else { return nil }
    return (row.name, count)
  }

  /// "dentist tmrw 6pm, gym wed 7am": between commas each is noted for itself, as what it is alone or as the others are.
  private func listed(
    _ part: Range<Int>, _ alone: Understood, _ reading: Reading, _ text: String, _ value: String,
    _ best: Understood.Candidate
  ) -> Understood? {
    let sentence = reading.sentence
    // "… tomorrow 11 am and gym thursday 6.30 am": with a day and an hour of its own it needs no comma
    let isDated = reading.times.drafts.contains { draft in
      draft.hasTime && draft.hasDay && draft.tokens.contains { $0.overlaps(part) }
    }
    func isMark(_ index: Int) -> Bool {
      sentence.tokens.indices.contains(index)
        && (sentence.tokens[index].kind == .symbol
          || isDated && reading.pieces.all.contains { $0.tokens.contains(index) && $0.has(.and) })
    }
    guard part.lowerBound == 0 || isMark(part.lowerBound - 1),
      part.upperBound == sentence.tokens.count || isMark(part.upperBound),
      Self.notes(best.intent)
    else { return nil }
    if alone.kind == .intent, alone.confidence >= Self.closedSurety, alone.also.isEmpty, alone.slots.count > 1,
      let intent = alone.intent, Self.notes(intent)
    {
      return alone
    }
    let inner = self.reading(Sentence(sentence.text(of: part)), reading.language)
    let slots = Slots(inner, request, brain, intent: best.intent)
    guard slots.values[text] != nil, slots.values[value] != nil else { return nil }
    return Understood(
      language: reading.language, intent: best.intent, confidence: best.confidence, candidates: [best],
      slots: slots.values, entities: slots.entities, kind: .intent)
  }

  /// What writes something down: one more of it may follow.
  static func notes(_ intent: String) -> Bool { intent.hasSuffix(".add") || intent.hasSuffix(".create") }

  /// "printouts 90": words and then an amount, whatever they would mean alone.
  private func thing(
    _ part: Range<Int>, _ reading: Reading, _ text: String, _ value: String, _ best: Understood.Candidate
  ) -> Understood? {
    let inner = self.reading(Sentence(reading.sentence.text(of: part)), reading.language)
    let number = inner.numbers.first
    let amount: SlotValue? =
      inner.money.first?.value
      ?? number.flatMap { ValueReaders.money($0.value, inner.values.currency) }.map(SlotValue.money)
    guard let amount, let tokens = inner.money.first?.tokens ?? number?.tokens else { return nil }
    guard tokens.lowerBound > 0, tokens.upperBound == inner.sentence.tokens.count else {
      return thing(behind: tokens.upperBound, inner, text, value, amount, best)
    }
    // "the cab was 380"
    var words = 0..<tokens.lowerBound
    while let last = words.last,
      ["was", "is", "were", "for", "cost", "costs", "came", "to"].contains(inner.sentence.folded(last))
    {
      words = words.dropLast()
    }
    if let first = words.first, ["the", "my", "a"].contains(inner.sentence.folded(first)) { words = words.dropFirst() }
    guard !words.isEmpty else { return nil }
    return Understood(
      language: reading.language, intent: best.intent, confidence: best.confidence, candidates: [best],
      slots: [text: .text(inner.sentence.text(of: words)), value: amount], kind: .intent)
  }

  /// "18k google yesterday": words behind an amount, up to a time or to what they are for.
  private func thing(
    behind start: Int, _ inner: Reading, _ text: String, _ value: String, _ amount: SlotValue,
    _ best: Understood.Candidate
  ) -> Understood? {
    let sentence = inner.sentence
    let isPointed = start < sentence.tokens.count && ["on", "for"].contains(sentence.folded(start))
    let start = isPointed ? start + 1 : start
    var end = start
    while end < sentence.tokens.count, sentence.tokens[end].kind == .word, inner.kinds[end] == 0,
      !Self.purposes.contains(sentence.folded(end)), !Self.counted.contains(sentence.folded(end))
    { end += 1 }
    guard (1...3).contains(end - start) else { return nil }
    let slots = Slots(inner, request, brain, intent: best.intent)
    var values = slots.values
    values[text] = .text(sentence.text(of: start..<end))
    values[value] = amount
    return Understood(
      language: inner.language, intent: best.intent, confidence: best.confidence, candidates: [best], slots: values,
      kind: .intent)
  }

  /// Where amounts begin: those with a currency, else plain numbers.
  private func amounts(_ reading: Reading) -> [Int] {
    (reading.money.map(\.tokens) + plain(reading).map(\.tokens)).map(\.lowerBound).sorted()
  }

  private func plain(_ reading: Reading) -> [ValueReaders.Number] {
    reading.numbers.filter { number in
      // "half of it for another brand" is no sum
      number.value >= 1 && !reading.isPronoun(number)
        && !reading.money.contains { $0.tokens.overlaps(number.tokens) }
        && !reading.times.drafts.contains { $0.tokens.contains { $0.overlaps(number.tokens) } }
    }
  }

  /// "coffee 180 uber 240 lunch 350": one to three words and what they cost, again and again. A small number may count
  /// what stands behind it ("uber 2 rides 480"), and so does one with a unit.
  private func priced(_ reading: Reading) -> [Range<Int>]? {
    let sentence = reading.sentence
    let bare = plain(reading)
    guard bare.allSatisfy({ $0.value >= Self.leastPrice }) else { return nil }
    let amounts = (reading.money.map(\.tokens) + bare.map(\.tokens)).sorted { $0.lowerBound < $1.lowerBound }
    var parts: [Range<Int>] = []
    var begin = 0
    for amount in amounts {
      guard (1...3).contains(amount.lowerBound - begin),
        sentence.tokens[begin..<amount.lowerBound].allSatisfy({ $0.kind == .word }),
        begin == 0 || !Self.counted.contains(sentence.folded(begin))
      else { return nil }
      parts.append(begin..<amount.upperBound)
      begin = amount.upperBound
    }
    return begin == sentence.tokens.count ? parts : nil
  }

  /// "spent 850 petrol 320 parking and 2200 on client dinner": amounts, and behind each what it went to.
  private func pricedFirst(_ reading: Reading, _ values: [Int]) -> [Range<Int>]? {
    let sentence = reading.sentence
    guard let first = values.first, first <= 2, values.count > 1,
      plain(reading).allSatisfy({ $0.value >= Self.leastPrice })
    else { return nil }
    var parts: [Range<Int>] = []
    for (place, start) in values.enumerated() {
      var end = place + 1 < values.count ? values[place + 1] : sentence.tokens.count
      while end > start + 1, isLoose(sentence.tokens[end - 1]) { end -= 1 }
      guard names(start..<end, values, reading) || place > 0 && end > start + 2 && ends(start..<end, values, reading)
      else {
        return nil
      }
      parts.append(start..<end)
    }
    return parts
  }

  private static let leastPrice = 20.0
  /// Nobody counts things up to here.
  private static let surePrice = 100.0

  private static let counted: Set<String> = [
    "kg", "kgs", "g", "gm", "gms", "gram", "grams", "kilo", "kilos", "l", "ltr", "ltrs", "litre", "litres", "liter",
    "liters", "ml", "km", "kms", "units", "unit", "pieces", "piece", "pcs", "packs", "packets", "boxes", "copies",
    "nos", "sheets", "people", "persons", "pages", "tickets", "for", "on", "to", "and", "per", "each", "x", "at", "in",
    "from", "not", "instead",
  ]

  private func hours(_ reading: Reading) -> [Int] {
    reading.times.drafts.filter(\.hasTime).compactMap { $0.tokens.map(\.lowerBound).min() }
  }

  /// Whether a word stands right behind the amount of a part that is what it was spent on.
  private func names(_ part: Range<Int>, _ values: [Int], _ reading: Reading) -> Bool {
    let sentence = reading.sentence
    guard let value = values.first(where: { part.contains($0) }) else { return false }
    let amount =
      reading.money.first { $0.tokens.lowerBound == value }?.tokens
      ?? plain(reading).first { $0.tokens.lowerBound == value }?.tokens
    guard let next = amount?.upperBound, next < part.upperBound else { return false }
    let word = sentence.folded(next)
    return sentence.tokens[next].kind == .word && reading.kinds[next] == 0 && !Self.purposes.contains(word)
      && !Self.moneyWords.contains(word) && !Self.counted.contains(word)
      && !isFiller(sentence.tokens[next], reading.language)
  }

  /// An amount that is the last word of its part or has "for" behind it; "2 samosas" is none.
  private func ends(_ part: Range<Int>, _ values: [Int], _ reading: Reading) -> Bool {
    let sentence = reading.sentence
    guard let value = values.first(where: { part.contains($0) }) else { return false }
    let rest = (value..<part.upperBound).filter { sentence.tokens[$0].kind != .symbol }.dropFirst()
    guard let next = rest.first(where: { !Self.moneyWords.contains(sentence.folded($0)) }) else { return true }
    // "3500 printing", but "24 samosas" are counted
    let leads = part.first { sentence.tokens[$0].kind != .symbol } == value
    if leads, let number = plain(reading).first(where: { $0.tokens.lowerBound == value }),
      number.value >= Self.surePrice
    {
      return true
    }
    // "35k meta" is money, and "meta" what it went to
    if reading.money.contains(where: { $0.tokens.lowerBound == value }) { return true }
    if let number = plain(reading).first(where: { $0.tokens.lowerBound == value }), number.value >= 1_000,
      number.tokens.count > 1
    {
      return true
    }
    return Self.purposes.contains(sentence.folded(next))
  }

  private static let moneyWords: Set<String> = ["rs", "inr", "rupees", "rupee", "bucks", "usd", "dollars", "k", "lakh"]
  private static let purposes: Set<String> = ["for", "on", "to", "towards"]

  /// What stands before the first value of a request: "add expense".
  static func head(of understood: Understood, _ text: String) -> String {
    guard let first = understood.entities.map(\.span.lowerBound).min() else { return "" }
    let before = String(decoding: Array(text.utf8).prefix(first), as: UTF8.self).split(separator: " ")
    let isPointing = before.last.map { ["at", "on", "for", "by"].contains($0.lowercased()) } ?? false
    let words = isPointing ? before.dropLast() : before[...]
    return words.isEmpty ? "" : words.joined(separator: " ") + " "
  }
}
