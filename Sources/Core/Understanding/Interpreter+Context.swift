import Actions
import Text

/// What words alone do not say: the kind of thing that the talk is about, a row of a list that is named, a medicine.
extension Interpreter {
  private static let looks: Set<String> = ["list", "show"]

  /// "what's on my list" would be tasks, which the persona has not: then it is the list that was spoken of, or is named.
  func lookInRoom(_ reading: Reading) -> Understood? {
    guard request.allowedIntents != nil,
      let meant = Self.classify(reading, brain, taught, without: nil).first(where: { !$0.intent.isEmpty }),
      meant.confidence >= 0.5, !isAllowed(meant.intent), Self.looks.contains(Self.verb(meant.intent))
    else { return nil }
    let spoken = (request.currentIntent ?? request.expectedSlot?.intent).map(Self.room)
    let named = reading.sentence.tokens.indices.map { reading.sentence.folded($0) }
    for room in [spoken].compactMap(\.self) + named {
      guard let intent = Self.looks.map({ room + "." + $0 }).first(where: { brain.library.intents[$0] != nil }),
        isAllowed(intent)
      else { continue }
      return understood(as: intent, meant.confidence, reading)
    }
    return nil
  }

  /// "book Lake House", of an action called so for rows of that list, however rare its words are.
  func verbed(_ list: String, _ reading: Reading) -> String? {
    let words = Set(reading.sentence.tokens.indices.map { reading.sentence.folded($0) })
    let single = list.hasSuffix("s") ? String(list.dropLast()) : list
    return brain.library.intents.filter { intent, schema in
      words.contains(Self.verb(intent)) && isAllowed(intent)
        && schema.contains { $0.name == single || [.entity(list), .entity(single)].contains($0.kind) }
    }.keys.min()
  }

  /// "remind me to take Metformin at 8 every day": a dose, which is asked after and told to the family, not a line of text.
  func dose(_ intent: String, _ slots: Slots, _ reading: Reading) -> Understood? {
    guard intent == "reminder.create", case .when(let when)? = slots.values["schedule"], when.repeats,
      case .text(let task)? = slots.values["text"], slots.values["person"] == nil, isAllowed("medicine.add"),
      brain.library.intents["medicine.add"] != nil
    else { return nil }
    let sentence = Sentence(task)
    guard let (_, name) = Choices.find("dose", .choice(["medicine"]), in: sentence, brain.library),
      sentence.tokens.indices.allSatisfy({ name.contains($0) || isOfDose(sentence, $0, reading.language) }),
      // what is on the list already has its times
      request.list("medicine")?.best(
        in: sentence, common: brain.common, language: reading.language, free: { _ in true }) == nil
    else { return nil }
    var understood = understood(as: "medicine.add", 0.9, reading)
    var end = name.upperBound
    while understood.slots["dose"] == nil, end < sentence.tokens.count,
      sentence.tokens[end].kind == .number || sentence.isInNumber(end)
    { end += 1 }
    if end > name.upperBound, end < sentence.tokens.count, ["mg", "mcg", "ml"].contains(sentence.folded(end)) {
      end += 1
    }
    understood.slots["name"] = .text(sentence.text(of: name.lowerBound..<end))
    return understood
  }

  /// "take", "my", "tablet", "500 mg": what stands beside the name of a medicine where nothing else is to be done.
  private func isOfDose(_ sentence: Sentence, _ index: Int, _ language: Language) -> Bool {
    let token = sentence.tokens[index]
    if token.kind != .word || isFiller(token, language) { return true }
    if brain.lexicons(language, preferred: request.languages).contains(where: { $0.isSmall(token) }) { return true }
    let word = Sentence(sentence.text(of: index..<(index + 1)))
    return Choices.find("dose", .choice(["taking"]), in: word, brain.library) != nil
  }

  private func understood(as intent: String, _ confidence: Double, _ reading: Reading) -> Understood {
    let slots = Slots(reading, request, brain, intent: intent)
    return Understood(
      language: reading.language, intent: intent, confidence: confidence,
      candidates: [.init(intent: intent, confidence: confidence)], slots: slots.values, entities: slots.entities,
      kind: .intent)
  }

  /// "tell me about Lake House": little but the name of a row of a list, so what is shown of such a row.
  ///
  /// - Parameter inside: what else the message may mean: "book Lake House" wants it booked, not shown.
  func named(_ reading: Reading, _ inside: [Understood.Candidate]) -> Understood? {
    let tokens = reading.sentence.tokens
    guard tokens.count <= 10 else { return nil }
    for (shown, list) in brain.library.shownByName where isAllowed(shown) {
      guard
        let match = request.list(list)?.best(
          in: reading.sentence, common: brain.common, language: reading.language, free: { _ in true }),
        match.score >= 0.85,
        tokens.indices.allSatisfy({
          match.tokens.contains($0) || tokens[$0].kind == .symbol || brain.common.contains(tokens[$0].hash)
            || reading.kinds[$0] != 0
        })
      else { continue }
      let single = list.hasSuffix("s") ? String(list.dropLast()) : list
      let likelier = inside.first { candidate in
        candidate.confidence >= Self.hint
          && brain.library.intents[candidate.intent]?.contains {
            [.entity(list), .entity(single)].contains($0.kind)
          } == true
      }
      let intent = likelier?.intent ?? verbed(list, reading) ?? shown
      let slots = Slots(reading, request, brain, intent: intent)
      return Understood(
        language: reading.language, intent: intent, confidence: 0.7,
        candidates: [.init(intent: intent, confidence: 0.7)], slots: slots.values, entities: slots.entities,
        kind: .intent)
    }
    return nil
  }

  private static func verb(_ intent: String) -> String { String(intent.drop { $0 != "." }.dropFirst()) }
}
