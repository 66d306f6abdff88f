import Actions
import Text

extension Slots {
  /// What counts something is whole, and of several that beside the word for it: "8.30 for 5 people" is a party of five.
  func counted(_ numbers: [ValueReaders.Number], _ slot: IntentLibrary.Slot) -> ValueReaders.Number? {
    // "one for the tower at 130"
    guard slot.kind == .integer else { return numbers.first { !reading.isPronoun($0) } ?? numbers.first }
    let whole = numbers.filter { $0.value == $0.value.rounded() }
    guard slot.name == "people", whole.count > 1 else { return whole.first }
    let party = Choices.all("party", in: reading.sentence, brain.library).map(\.tokens)
    return whole.first { number in
      party.contains { $0.lowerBound == number.tokens.upperBound || $0.upperBound == number.tokens.lowerBound }
    } ?? whole.first
  }
}
