import Actions
import Base

/// What stands around an amount of money that somebody notes.
extension Slots {
  /// "48000 + 18% gst", "500 plus 5 percent": what comes on top belongs to it.
  func withTax(_ found: ValueReaders.Found) -> ValueReaders.Found {
    let (sentence, start) = (reading.sentence, found.tokens.upperBound)
    guard case .money(let money) = found.value, start + 2 < sentence.tokens.count,
      Choices.find("on_top", .boolean, in: Sentence(sentence.text(of: start..<(start + 1))), brain.library) != nil
        || sentence.folded(start) == "+",
      let share = Double(sentence.folded(start + 1)), share > 0, share < 100,
      Choices.find("percent", .boolean, in: Sentence(sentence.text(of: (start + 2)..<(start + 3))), brain.library)
        != nil
        || sentence.folded(start + 2) == "%"
    else { return found }
    var end = start + 3
    if end < sentence.tokens.count,
      Choices.find("tax", .boolean, in: Sentence(sentence.text(of: end..<(end + 1))), brain.library) != nil
    {
      end += 1
    }
    let minor = (Double(money.minor) * (1 + share / 100)).rounded()
    return ValueReaders.Found(
      tokens: found.tokens.lowerBound..<end, kind: .money,
      value: .money(Money(minor: Int64(minor), currency: money.currency)))
  }
}

extension Reading {
  /// "the ads one", "make the tea one 250": a word for what is meant, and no amount.
  func isPronoun(_ number: ValueReaders.Number) -> Bool {
    guard number.value == 1, number.tokens.count == 1 else { return false }
    let token = sentence.tokens[number.tokens.lowerBound]
    return token.kind == .word && number.tokens.lowerBound > 0
  }
}
