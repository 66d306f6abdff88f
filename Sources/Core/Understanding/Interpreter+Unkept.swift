import Actions
import Text

/// Messages that ask for something of which nothing is kept, and that sound like what is.
extension Interpreter {
  private static let income = "expense.income"
  private static let assigning = "task.assign"
  /// What money that comes in is taken for.
  private static let spending: Set<String> = ["expense.add", "expense.change", "expense.list", "project.link"]
  /// So much without a currency is money; less may count something.
  private static let leastSum = 1_000.0

  /// "Amazon paid us 80000" is nothing that was spent; "assign it to Meena" gives nobody a right.
  func unkept(_ understood: Understood, _ reading: Reading) -> Understood {
    var understood = understood
    understood.also = understood.also.map { part in
      unkept(part, part.part.map { self.reading(Sentence($0), reading.language) } ?? reading)
    }
    let own = understood.also.isEmpty ? nil : understood.part
    let reading = own.map { self.reading(Sentence($0), reading.language) } ?? reading
    let isOutside = understood.kind == .outOfScope
    guard isOutside || understood.kind == .intent else { return understood }
    let intent = understood.intent ?? ""
    if allows(Self.income), isOutside || Self.spending.contains(intent), comesIn(reading, isOutside: isOutside) {
      return told(Self.income, understood)
    }
    if allows(Self.assigning), let word = Choices.find("assigning", .boolean, in: reading.sentence, brain.library)?.1,
      // "assign the catalogue one to Divya"
      isOutside || intent.hasPrefix("care.") || intent.hasPrefix("task.") && word.lowerBound == 0
    {
      return told(Self.assigning, understood)
    }
    return understood
  }

  /// "450 swiggy lunch with karthik": an amount and what it went for, where nothing else was understood.
  func spentFirst(_ understood: Understood, _ reading: Reading) -> Understood {
    let sentence = reading.sentence
    guard understood.kind == .outOfScope, depth == 0, allows(Self.noting), request.expectedSlot == nil,
      request.currentIntent.map({ $0.hasPrefix("expense.") || $0.hasSuffix(".list") }) ?? true,
      let number = reading.numbers.first, number.tokens.lowerBound == 0,
      number.tokens.upperBound < sentence.tokens.count,
      number.value >= Self.leastPaid, number.distance == nil, (2...9).contains(sentence.tokens.count),
      sentence.tokens[number.tokens.upperBound].kind == .word, !isCount(reading, .when),
      reading.times.drafts.allSatisfy({ !$0.hasTime })
    else { return understood }
    let slots = Slots(reading, request, brain, intent: Self.noting)
    guard slots.values["amount"] != nil, slots.values["what"] != nil else { return understood }
    return Understood(
      language: understood.language, intent: Self.noting, confidence: 0.75,
      candidates: [.init(intent: Self.noting, confidence: 0.75)], slots: slots.values, entities: slots.entities,
      kind: .intent)
  }

  private static let noting = "expense.add"
  private static let leastPaid = 30.0

  /// "Cancel it she is not coming": why is no part of what is wanted.
  func withReason(_ understood: Understood, _ reading: Reading) -> Understood {
    let sentence = reading.sentence
    guard understood.kind == .outOfScope, depth == 0, request.expectedSlot == nil, sentence.tokens.count > 3 else {
      return understood
    }
    for count in [3, 2] {
      let begins = Sentence(sentence.text(of: 0..<count))
      guard begins.tokens.count == count, ["it", "that", "this"].contains(begins.folded(count - 1)),
        let word = brain.library.dialogue.word(begins), word.word == .cancel || word.word == .undo
      else { continue }
      var ended = dialogue(word.word, reading.language, reading.language)
      ended.endsThing = true
      return ended
    }
    return understood
  }

  private func allows(_ intent: String) -> Bool { request.allowedIntents?.contains(intent) == true }

  private func told(_ intent: String, _ understood: Understood) -> Understood {
    var told = understood
    (told.intent, told.kind, told.confidence) = (intent, .intent, 0.9)
    (told.candidates, told.slots, told.entities) = ([.init(intent: intent, confidence: 0.9)], [:], [])
    return told
  }

  private func comesIn(_ reading: Reading, isOutside: Bool) -> Bool {
    let sentence = reading.sentence
    let amounts =
      reading.money.map(\.tokens)
      + reading.numbers.filter { number in
        (number.distance == nil || reading.language != .english) && !reading.isPronoun(number)
          && (number.value >= Self.leastSum || !isOutside && number.value >= 100 || number.tokens.count > 1)
          && !reading.money.contains { $0.tokens.overlaps(number.tokens) }
      }.map(\.tokens)
    // "and 35k from Shopify", after money that came in
    if request.currentIntent == Self.income, !amounts.isEmpty, let first = sentence.tokens.first,
      brain.library.openers.contains(first.hash), reading.pieces.all.contains(where: { $0.has(.from) })
    {
      return true
    }
    return Choices.all("income", in: sentence, brain.library).contains { choice, tokens in
      switch choice {
      case "anywhere": !amounts.isEmpty || isOutside
      case "before":
        amounts.contains { $0.lowerBound == tokens.upperBound && counts(nothingBehind: $0, reading) }
          // "received" is a word of both kinds
          || amounts.contains { $0.upperBound == tokens.lowerBound }
      case "behind": amounts.contains { $0.upperBound == tokens.lowerBound }
      default: false
      }
    }
  }

  /// "received 500 boxes" is no money.
  private func counts(nothingBehind amount: Range<Int>, _ reading: Reading) -> Bool {
    let (next, sentence) = (amount.upperBound, reading.sentence)
    guard next < sentence.tokens.count, sentence.tokens[next].kind == .word, reading.kinds[next] == 0,
      !reading.money.contains(where: { $0.tokens == amount })
    else { return true }
    return isFiller(sentence.tokens[next], reading.language)
      || reading.pieces.all.contains { $0.tokens.contains(next) && ($0.has(.from) || $0.has(.during) || $0.has(.on)) }
  }
}
