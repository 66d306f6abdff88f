import Actions
import Text

/// Whose birthday it is, where the tagger saw too few names to know one.
extension Slots {
  /// "my daughter latha", "en ponnu kavitha": the name behind a word of kinship says whose.
  mutating func fillKinsName(_ schema: [IntentLibrary.Slot], _ taken: inout [Bool]) {
    guard schema.contains(where: { $0.name == "whose" }), case .person(let kin)? = values["person"],
      let entity = entities.first(where: { $0.value == .person(kin) }),
      case let next = tokens(of: entity.span).upperBound, next < taken.count, !taken[next],
      // "Aarav's birthday is … and daughter Priya lives in Pune" is about Aarav
      !reading.sentence.tokens.indices.prefix(next).contains(where: { Self.ofBirthdays(reading.sentence.folded($0)) })
    else { return }
    let token = reading.sentence.tokens[next]
    let lexicons = brain.lexicons(reading.language, preferred: request.languages)
    guard token.kind == .word, token.foldedLength > 2, reading.kinds[next] == 0,
      !lexicons.contains(where: { $0.isSmall(token) || $0.isFiller(token) }),
      !Self.ofBirthdays(reading.sentence.folded(next)),
      reading.language != .english || !brain.common.contains(token.hash) || isGivenName(token)
    else { return }
    taken[next] = true
    add(
      "whose",
      Entity(
        kind: .text, span: reading.sentence.span(of: next..<(next + 1)),
        text: reading.sentence.text(of: next..<(next + 1)),
        value: .text(reading.sentence.text(of: next..<(next + 1)))))
  }

  /// "My grandson's birthday": who has no name here goes by what they are.
  private mutating func fillKin(before day: Int) {
    guard values["whose"] == nil, values["person"] == nil else { return }
    let sentence = reading.sentence
    let before = Sentence(sentence.text(of: 0..<day))
    guard let (_, kin) = Choices.find("kin", .choice(["young"]), in: before, brain.library) else { return }
    add(
      "whose",
      Entity(
        kind: .text, span: sentence.span(of: kin), text: sentence.text(of: kin), value: .text(sentence.text(of: kin))))
  }

  private static func ofBirthdays(_ word: String) -> Bool {
    ["birth", "bday", "born", "b'day", "janam", "janm", "pirandha", "பிறந்த", "பொறந்த", "जन्म", "बर्थ", "பர்த்", "turn"].contains
    {
      word.hasPrefix($0)
    }
  }

  /// "for nila, not ezhil": the name behind "not" is the one that is not meant.
  func isRefused(_ index: Int) -> Bool { index > 0 && reading.sentence.folded(index - 1) == "not" }

  /// "her birthday is 5 january", "her son turned 3": neither "her" nor "turned" is anybody's name.
  mutating func dropNoName() {
    guard case .text(let whose)? = values["whose"] else { return }
    let words = Sentence(whose)
    let isName = words.tokens.indices.contains { index in
      let word = words.folded(index)
      return !Self.ofBirthdays(word)
        && !brain.library.dialogue.back.find(in: Sentence(word)).contains { $0.sense == .person }
    }
    if !isName { drop("whose") }
  }

  private func isGivenName(_ token: Sentence.Token) -> Bool {
    Choices.find(
      "given", .choice(["name"]),
      in: Sentence(String(decoding: reading.sentence.folded[token.foldedSpan], as: UTF8.self)), brain.library) != nil
  }

  /// "என் பேரன் அருண் பிறந்தநாள்": whose it is stands right before the birthday.
  mutating func fillBirthdaysName(_ schema: [IntentLibrary.Slot]) {
    let sentence = reading.sentence
    guard schema.contains(where: { $0.name == "whose" }), schema.contains(where: { $0.kind == .date }),
      let day = sentence.tokens.indices.first(where: { $0 > 0 && Self.ofBirthdays(sentence.folded($0)) })
    else { return }
    let small = brain.lexicons(reading.language, preferred: request.languages)
    let names = (0..<day).reversed().prefix(3).filter { index in
      let token = sentence.tokens[index]
      return token.kind == .word && token.foldedLength > 2 && reading.kinds[index] == 0
        && !small.contains { $0.isSmall(token) || $0.isFiller(token) } && !brain.common.contains(token.hash)
    }
    guard let name = names.first else { return fillKin(before: day) }
    let end = sentence.span(of: day..<(day + 1)).upperBound
    if let whose = values["whose"] {
      // only English has the examples to tell a name from other words
      guard reading.language == .english, let own = entities.first(where: { $0.value == whose }),
        own.span.lowerBound >= end
      else { return }
      drop("whose")
    }
    // "my grandson Aarav birthday is … and daughter Priya lives in Pune": another person, named behind it, is not meant
    if let person = entities.first(where: { $0.kind == .person }) {
      guard person.span.lowerBound >= end else { return }
      drop("person")
    }
    let range = name..<(name + 1)
    add(
      "whose",
      Entity(
        kind: .text, span: sentence.span(of: range), text: sentence.text(of: range),
        value: .text(sentence.text(of: range))))
  }
}
