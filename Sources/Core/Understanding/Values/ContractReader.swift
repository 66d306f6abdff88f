import Formats

/// What is traded and written by rule: cashtags ("$AAPL"), symbols with their exchange ("NSE:TCS"), options ("NIFTY 24500 CE",
/// "RELIANCE 28 Dec 2900 call").
///
/// An option's value is `{"underlying", "strike", "right": "call"|"put"}`; when it expires is a date of its own.
struct ContractReader: ValueReader {
  private static let rights: [String: String] = ["ce": "call", "pe": "put", "call": "call", "put": "put"]
  private static let exchanges: Set<String> = ["nse", "bse", "nasdaq", "nyse", "mcx", "nfo", "lse"]
  /// What may stand between an underlying and its strike: "NIFTY 28 Dec 24500 CE".
  private static let farthest = 4

  func read(_ text: ValueText) -> [ReadValue] {
    var found: [ReadValue] = []
    for index in text.sentence.tokens.indices {
      if let value = symbol(text.sentence, index) ?? option(text.sentence, index) { found.append(value) }
    }
    return found
  }

  private func symbol(_ sentence: Sentence, _ index: Int) -> ReadValue? {
    let before = index - 1
    guard before >= 0, sentence.tokens[index].isGlued, isSymbol(sentence, index) else { return nil }
    let name = sentence.text(of: index..<(index + 1))
    switch sentence.folded(before) {
    case "$" where name.utf8.count <= 5:
      return ReadValue(type: "ticker", tokens: before..<(index + 1), value: ["name": .string(name), "is_known": false])
    case ":" where before > 0 && Self.exchanges.contains(sentence.folded(before - 1)):
      return ReadValue(
        type: "ticker", tokens: (before - 1)..<(index + 1),
        value: [
          "name": .string(name), "exchange": .string(sentence.folded(before - 1).uppercased()), "is_known": false,
        ])
    default: return nil
    }
  }

  /// The token is "CE", "put", …; the strike stands before it, the underlying before that.
  private func option(_ sentence: Sentence, _ index: Int) -> ReadValue? {
    guard let right = Self.rights[sentence.folded(index)], index > 1, sentence.tokens[index - 1].kind == .number,
      let strike = Int64(sentence.folded(index - 1)), strike > 0
    else { return nil }
    let isPlain = ["call", "put"].contains(sentence.folded(index))
    for start in stride(from: index - 2, through: max(0, index - 2 - Self.farthest), by: -1)
    where isSymbol(sentence, start) && !Self.months.contains(String(sentence.folded(start).prefix(3))) {
      // "sent at 10 call me" is none
      guard !isPlain || sentence.text(of: start..<(start + 1)).utf8.count >= 3 else { return nil }
      return ReadValue(
        type: "option", tokens: start..<(index + 1),
        value: [
          "underlying": .string(sentence.text(of: start..<(start + 1))), "strike": .string(String(strike)),
          "right": .string(right),
        ])
    }
    return nil
  }

  private static let months: Set<String> = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  /// Written in capitals alone.
  private func isSymbol(_ sentence: Sentence, _ index: Int) -> Bool {
    let token = sentence.tokens[index]
    let letters = sentence.text[token.span]
    return token.kind == .word && Self.rights[sentence.folded(index)] == nil && letters.count > 1
      && letters.allSatisfy { (0x41...0x5A).contains($0) }
  }
}
