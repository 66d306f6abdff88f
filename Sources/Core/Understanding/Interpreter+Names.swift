import Actions
import Text

/// Names of the person's own lists, whatever their words mean elsewhere.
extension Interpreter {
  /// "mega block last week" as "Tower A last week": a building by that name blocks no hours. The examples cannot know how
  /// somebody's buildings are called.
  func withStandIns(_ reading: Reading) -> Reading {
    for (shown, list) in brain.library.shownByName where isAllowed(shown) {
      guard let names = brain.library.standIns[list], let rows = request.list(list) else { continue }
      let sentence = reading.sentence
      let found = rows.named(in: sentence, common: brain.common).prefix(names.count)
      guard !found.isEmpty else { continue }
      var parts: [String] = []
      var index = 0
      for (place, range) in found.enumerated() {
        if index < range.lowerBound { parts.append(sentence.text(of: index..<range.lowerBound)) }
        parts.append(names[place])
        index = range.upperBound
      }
      if index < sentence.tokens.count { parts.append(sentence.text(of: index..<sentence.tokens.count)) }
      return self.reading(Sentence(parts.joined(separator: " ")), reading.language)
    }
    return reading
  }

  /// What speaks of all, where one is named: "how much did city hospital use last week".
  func ofOne(_ best: Understood.Candidate, _ reading: Reading) -> Understood? {
    guard let intent = brain.library.ofOne[best.intent], isAllowed(intent) else { return nil }
    let slots = Slots(reading, request, brain, intent: intent)
    let isNamed = slots.values.values.contains { if case .entity = $0 { true } else { false } }
    guard isNamed else { return nil }
    return Understood(
      language: reading.language, intent: intent, confidence: best.confidence,
      candidates: [.init(intent: intent, confidence: best.confidence)], slots: slots.values, entities: slots.entities,
      kind: .intent)
  }

  /// "Add a task to buy milk and bread" is a task, whatever it sounds like behind that: who says first what is to be made is
  /// taken at the word. English, where the kinds have the names of their rooms.
  func madeByName(_ sentence: Sentence, _ all: [Understood.Candidate]) -> String? {
    let count = sentence.tokens.count
    guard count > 2, ["add", "create", "make", "new"].contains(sentence.folded(0)) else { return nil }
    let noun = ["a", "an", "new"].contains(sentence.folded(1)) ? sentence.folded(2) : sentence.folded(1)
    guard let first = all.first?.intent, first != noun + ".add", first != noun + ".create" else { return nil }
    return all.first { $0.intent == noun + ".add" || $0.intent == noun + ".create" }?.intent
  }

  /// "Add 3 and 4": two numbers and nothing that either was spent on.
  func isSum(_ intent: String, _ slots: Slots, _ reading: Reading) -> Bool {
    intent == "expense.add" && slots.values["what"] == nil && slots.values["project"] == nil
      && reading.money.isEmpty && reading.numbers.count > 1
  }
}
