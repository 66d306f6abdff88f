import Actions
import Text

extension Slots {
  /// "Table for 4 tonight": for how many, and what is left when that is cut out, so that four is no hour.
  static func withoutTable(
    _ reading: Reading, _ request: UnderstandingRequest, _ brain: Brain
  ) -> (reading: Reading, people: Int64)? {
    let sentence = reading.sentence
    let place = sentence.tokens.indices.dropLast(2).first { index in
      Self.seats.contains(sentence.folded(index)) && sentence.folded(index + 1) == "for"
        && sentence.tokens[index + 2].kind == .number
    }
    guard let place, case let number = place + 2, let people = Int64(sentence.folded(number)), (1...30).contains(people)
    else { return nil }
    let next = number + 1 < sentence.tokens.count ? sentence.folded(number + 1) : ""
    // "table for 8 pm" and "table for 8:30" are hours
    guard !["am", "pm", ":", ".", "o", "oclock", "a", "p"].contains(next) else { return nil }
    let parts = [0..<(place + 1), (number + 1)..<sentence.tokens.count].filter { !$0.isEmpty }
    let text = parts.map { sentence.text(of: $0) }.joined(separator: " ")
    let rest = Reading(
      Sentence(text), reading.language, brain, preferred: request.languages, names: request.names, zone: request.zone,
      acceptsBareHour: reading.acceptsBareHour)
    return (rest, people)
  }

  private static let seats: Set<String> = ["table", "tables", "seat", "seats", "booking", "reservation"]

  /// What counts something is whole, and of several that beside the word for it: "8.30 for 5 people" is a party of five.
  func counted(_ numbers: [ValueReaders.Number], _ slot: IntentLibrary.Slot) -> ValueReaders.Number? {
    // "one for the tower at 130"
    guard slot.kind == .integer else { return numbers.first { !reading.isPronoun($0) } ?? numbers.first }
    var whole = numbers.filter { $0.value == $0.value.rounded() }
    // "a new one … for 3", "under name arjun age 6"
    let counting = whole.filter { !reading.isPronoun($0) }
    if !counting.isEmpty { whole = counting }
    whole.removeAll { number in
      let before = number.tokens.lowerBound - 1
      return before >= 0 && ["age", "aged"].contains(reading.sentence.folded(before))
    }
    guard slot.name == "people", whole.count > 1 else { return whole.first }
    let party = Choices.all("party", in: reading.sentence, brain.library).map(\.tokens)
    return whole.first { number in
      party.contains { $0.lowerBound == number.tokens.upperBound || $0.upperBound == number.tokens.lowerBound }
    } ?? whole.first
  }
}
