import Actions
import Base

/// What stands around an amount in an order: "if it falls to 1580", "2 lakh worth of".
extension Slots {
  /// The amounts of a message. In an order "0.5 BTC" is so much of what is bought, and no price.
  var money: [ValueReaders.Found] {
    guard intent.hasPrefix("trade.") else { return reading.money }
    return reading.money.filter { found in
      if case .money(let money) = found.value { !Self.coins.contains(money.currency) } else { true }
    }
  }

  private static let coins: Set<String> = ["XBT", "ETH"]

  /// Words right before an amount say that a price is waited for.
  func isReached(_ tokens: Range<Int>) -> Bool {
    let sentence = reading.sentence
    let start = max(0, tokens.lowerBound - 3)
    guard start < tokens.lowerBound else { return false }
    let before = Sentence(sentence.text(of: start..<tokens.lowerBound))
    return Choices.find("limit_before", .boolean, in: before, brain.library)?.1.upperBound == before.tokens.count
  }

  /// The money to be spent, where so much of a thing is wanted as it buys: "50k worth of tcs", "rs 20000 of infy", and, where
  /// no other number says how many, "buy tcs for 50k".
  var worth: ValueReaders.Found? {
    let sentence = reading.sentence
    let amounts =
      reading.money
      + reading.numbers.compactMap { number in
        ValueReaders.money(number.value, reading.values.currency).map {
          ValueReaders.Found(tokens: number.tokens, kind: .money, value: .money($0))
        }
      }
    func word(_ index: Int) -> String { sentence.tokens.indices.contains(index) ? sentence.folded(index) : "" }
    return amounts.first { found in
      let (before, next) = (word(found.tokens.lowerBound - 1), word(found.tokens.upperBound))
      if next == "worth" || before == "worth" { return true }
      if next == "of", found.tokens.count > 1 || reading.money.contains(where: { $0.tokens == found.tokens }) {
        return reading.money.contains { $0.tokens == found.tokens }
      }
      let others = reading.numbers.filter { !$0.tokens.overlaps(found.tokens) }
      return before == "for" && others.isEmpty && !isReached(found.tokens)
    }
  }
}
