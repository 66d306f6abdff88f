import Actions
import Text

/// "tell Amma that the doctor has looked at the reports. Everything is fine, …": a longer message for somebody is passed on
/// whole. Nothing in it is a request of its own, and what it says of pain or help is about somebody else.
extension Interpreter {
  private static let relay = "care.tell"
  private static let verbs: Set<String> = ["tell", "inform", "message", "text"]
  private static let leads: Set<String> = ["that", "to", ":", ",", "-", "–"]
  /// What is shorter is read like any other sentence.
  private static let least = 10

  mutating func relayed(_ reading: Reading) -> Understood? {
    let sentence = reading.sentence
    guard depth == 0, brain.library.intents[Self.relay] != nil, isAllowed(Self.relay),
      sentence.tokens.count(where: { $0.kind == .word }) >= Self.least,
      let verb = sentence.tokens.indices.prefix(3).first(where: { Self.verbs.contains(sentence.folded($0)) }),
      (0..<verb).allSatisfy({ isFiller(sentence.tokens[$0], reading.language) }),
      let person = reading.people.first(where: { $0.tokens.lowerBound == verb + 1 })
    else { return nil }
    // for whom somebody would come, what sounds like a call is one, however it begins
    if request.isLookedAfter, let best = candidates(ofWhole: reading).first, best.intent == Self.alert,
      best.confidence >= Self.unpassedThreshold
    {
      return nil
    }
    var start = person.tokens.upperBound
    while start < sentence.tokens.count, Self.leads.contains(sentence.folded(start)) { start += 1 }
    // "tell amma i am late and remind me to call" asks for two things
    let asksMore = sentence.tokens.indices.dropFirst(start).contains { index in
      ["and", "then", "also"].contains(sentence.folded(index - 1))
        && brain.library.requests.contains(sentence.tokens[index].skeleton)
    }
    guard start < sentence.tokens.count, !asksMore else { return nil }
    let text = sentence.text(of: start..<sentence.tokens.count)
    return Understood(
      language: reading.language, intent: Self.relay, confidence: 0.95,
      candidates: [.init(intent: Self.relay, confidence: 0.95)], slots: ["person": person.value, "text": .text(text)],
      entities: [
        Entity(
          kind: .person, span: sentence.span(of: person.tokens), text: sentence.text(of: person.tokens),
          value: person.value)
      ], kind: .intent)
  }
}
