import Actions

/// What turns a wish round, or makes a question of it.
extension Interpreter {
  /// "Ravi cannot see where I am" sounds like what it denies: an intent with an opposite becomes it, and a question whether
  /// to do something is marked as one.
  func weighed(_ understood: Understood, _ sentence: Sentence) -> Understood {
    var understood = understood
    let whole = understood.also.isEmpty ? sentence : Sentence(understood.part ?? request.text)
    understood.isDoubtful = brain.library.dialogue.isDoubtful(sentence)
    understood.also = understood.also.map { weighed($0, Sentence($0.part ?? request.text)) }
    guard let intent = understood.intent, let opposite = brain.library.opposites[intent],
      whole.tokens.contains(where: { brain.library.denials.contains($0.skeleton) })
    else { return understood }
    if brain.library.intents[opposite] != nil {
      understood.intent = opposite
      understood.candidates = [.init(intent: opposite, confidence: understood.confidence)]
    } else {
      understood.slots[opposite] = .boolean(false)
    }
    return understood
  }
}
