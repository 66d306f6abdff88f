import Actions
import Text

/// For how many something is, said again: "actually 6 ppl", "we are 5", "for 3 sorry".
extension Interpreter {
  private static let changing = "listing.booking_change"

  /// Whoever takes bookings reads of one change, and not of one that went and one that came.
  func withParty(_ understood: Understood, _ reading: Reading) -> Understood {
    guard request.expectedSlot == nil, request.currentIntent?.hasPrefix("listing.book") == true,
      isAllowed(Self.changing), understood.also.isEmpty,
      understood.kind == .outOfScope
        || understood.kind == .intent && understood.slots.keys.allSatisfy({ $0 == "people" }),
      let count = party(reading)
    else { return understood }
    var changed = understood
    (changed.intent, changed.kind, changed.confidence) = (Self.changing, .intent, 0.9)
    changed.candidates = [.init(intent: Self.changing, confidence: 0.9)]
    changed.slots = ["people": .integer(count)]
    return changed
  }

  /// "8.30 and 5 people": for how many, and what is left when that is cut out.
  func withoutParty(_ reading: Reading) -> (count: Int64, rest: Sentence)? {
    let sentence = reading.sentence
    for said in Choices.all("party", in: sentence, brain.library).map(\.tokens) {
      guard
        let number = reading.numbers.first(where: {
          $0.tokens.upperBound == said.lowerBound || $0.tokens.lowerBound == said.upperBound
        }), let count = Int64(exactly: number.value), (1...500).contains(count)
      else { continue }
      var start = min(number.tokens.lowerBound, said.lowerBound)
      while start > 0, ["and", "for", ","].contains(sentence.folded(start - 1)) { start -= 1 }
      let left = without([start..<max(number.tokens.upperBound, said.upperBound)], sentence)
      return left.isEmpty ? nil : (count, Sentence(left))
    }
    return nil
  }

  private func party(_ reading: Reading) -> Int64? {
    guard reading.numbers.count == 1, let number = reading.numbers.first, let count = Int64(exactly: number.value),
      (1...500).contains(count), reading.sentence.tokens.count <= 9
    else { return nil }
    let sentence = reading.sentence
    let said = Choices.all("party", in: sentence, brain.library)
    // "for 5" alone is an hour as well
    let isCorrected = sentence.tokens.contains { brain.library.dialogue.mayCorrect($0) }
    let isFor = number.tokens.lowerBound > 0 && sentence.folded(number.tokens.lowerBound - 1) == "for"
    guard !said.isEmpty || isCorrected && isFor else { return nil }
    let isAll = sentence.tokens.indices.allSatisfy { index in
      let token = sentence.tokens[index]
      return token.kind == .symbol || number.tokens.contains(index) || said.contains { $0.tokens.contains(index) }
        || isFiller(token, reading.language) || brain.library.dialogue.mayCorrect(token)
        || brain.library.lexicons[reading.language]?.isSmall(token) == true
    }
    return isAll ? count : nil
  }
}
