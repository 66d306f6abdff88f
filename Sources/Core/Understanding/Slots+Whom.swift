import Actions
import Text

/// Whom something is to be done for, named before the hour: Tamil and Hindi put the time between them and the verb.
extension Slots {
  /// What a name ends with, or is followed by, that has something done for or with it.
  private static let datives: Set<String> = [
    "ko", "se", "ke", "liye", "को", "से", "के", "लिए", "kitta", "kita", "kooda", "கிட்ட", "கூட",
  ]
  private static let endings = ["க்கு", "ட்ட", "kku", "ku", "kitta"]
  /// So many words name whom: "ravi anna ko".
  private static let mostWords = 3

  /// The first token behind words of time: "beta ko | shaam 6 baje | phone".
  static func pastTimes(_ start: Int, _ reading: Reading) -> Int {
    let times = reading.times.drafts.flatMap(\.tokens)
    var index = start
    while index < reading.sentence.tokens.count,
      times.contains(where: { $0.contains(index) })
        || datives.contains(reading.sentence.folded(index)) && index == start
    {
      index += 1
    }
    return index
  }

  mutating func fillAroundTime() {
    fillWhom()
    fillWhat()
  }

  /// "மகனுக்கு சாயங்காலம் போன் பண்ண": whom to call stands before the hour and belongs to what is to be done.
  private mutating func fillWhom() {
    let sentence = reading.sentence
    guard reading.language != .english, values["person"] == nil, case .text(let text)? = values["text"],
      let entity = entities.first(where: { $0.value == .text(text) }), case let range = tokens(of: entity.span),
      let time = reading.times.drafts.flatMap(\.tokens).map(\.lowerBound).min(), (1...Self.mostWords).contains(time),
      range.lowerBound > time, Self.pastTimes(time, reading) == range.lowerBound, isDative(time - 1),
      sentence.tokens[..<time].allSatisfy(isOwnWord)
    else { return }
    drop("text")
    add(
      "text",
      Entity(
        kind: .text, span: entity.span, text: entity.text,
        value: .text(sentence.text(of: 0..<time) + " " + text)))
  }

  /// "doctor kitta naalaiku 10 maniku pesa nyabagapaduthu": what is to be done with whom was named stands behind the hour, before
  /// the word that asks for a reminder.
  private mutating func fillWhat() {
    let sentence = reading.sentence
    guard reading.language != .english, case .text(let text)? = values["text"],
      let entity = entities.first(where: { $0.value == .text(text) }), case let range = tokens(of: entity.span),
      let time = reading.times.drafts.flatMap(\.tokens).map(\.lowerBound).min(), range.upperBound == time,
      isDative(time - 1), case let start = Self.pastTimes(time, reading),
      let asking = sentence.tokens.indices.first(where: { $0 > start && isClosing(sentence.tokens[$0]) }),
      sentence.tokens[start..<asking].allSatisfy(isOwnWord)
    else { return }
    drop("text")
    add(
      "text",
      Entity(
        kind: .text, span: entity.span, text: entity.text,
        value: .text(text + " " + sentence.text(of: start..<asking))))
  }

  private func isClosing(_ token: Sentence.Token) -> Bool {
    token.kind == .word && brain.library.closingRequests.contains(token.skeleton)
  }

  private func isOwnWord(_ token: Sentence.Token) -> Bool {
    token.kind == .word && !brain.library.dialogue.meansSpeaker(token)
      && !brain.lexicons(reading.language, preferred: request.languages).contains { $0.isFiller(token) }
  }

  private func isDative(_ index: Int) -> Bool {
    let word = reading.sentence.folded(index)
    return Self.datives.contains(word) || Self.endings.contains { word.hasSuffix($0) && word.count > $0.count + 1 }
  }
}
