import Actions
import Text

/// What an event is called where nothing marks it.
extension Slots {
  /// "call Ravi tomorrow 11 am": what stands before the time, where nothing else is said.
  mutating func fillTitle(_ schema: [IntentLibrary.Slot]) {
    let texts = schema.filter { $0.kind == .text }
    guard texts.count == 1, let title = texts.first, values[title.name] == nil, values["starts"] != nil,
      schema.contains(where: { $0.name == "starts" }), schema.contains(where: { $0.kind == .duration }), !isMove,
      let time = reading.times.drafts.flatMap(\.tokens).map(\.lowerBound).min(), time > 1
    else { return }
    let sentence = reading.sentence
    var end = time
    while end > 0, sentence.tokens[end - 1].kind == .symbol || isSmall(sentence.tokens[end - 1]) { end -= 1 }
    guard end > 1, let first = sentence.tokens.first, sentence.tokens[..<end].allSatisfy({ $0.kind == .word }),
      !brain.library.requests.contains(first.skeleton), !brain.library.questions.contains(first.hash),
      !brain.library.openers.contains(first.hash), reading.language == .english
    else { return }
    add(
      title.name,
      Entity(
        kind: .text, span: sentence.span(of: 0..<end), text: sentence.text(of: 0..<end),
        value: .text(sentence.text(of: 0..<end))))
  }

  private func isSmall(_ token: Sentence.Token) -> Bool {
    Interpreter.joints.contains(token.hash)
      || brain.lexicons(reading.language, preferred: request.languages).contains { $0.isFiller(token) }
  }
}
