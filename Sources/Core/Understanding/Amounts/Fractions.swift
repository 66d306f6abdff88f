/// "1/2 tablet", "3/4 cup", "2/3 of it": numbers that are written like a day and a month, and are none.
enum Fractions {
  /// The tokens of each in a sentence.
  static func find(_ sentence: Sentence, _ words: [AmountWords]) -> [Range<Int>] {
    let tokens = sentence.tokens
    guard tokens.count > 3 else { return [] }
    var found: [Range<Int>] = []
    for slash in 1..<(tokens.count - 2) where tokens[slash].kind == .symbol && tokens[slash].isGlued {
      guard sentence.folded(slash) == "/", tokens[slash + 1].isGlued, let above = number(sentence, slash - 1),
        let below = number(sentence, slash + 1), above > 0,
        // "1/2/2026", "b1/2"
        !tokens[slash - 1].isGlued || tokens[max(0, slash - 2)].kind == .symbol && !isSlash(sentence, slash - 2),
        !(tokens[slash + 2].isGlued && (isSlash(sentence, slash + 2) || tokens[slash + 2].kind == .number)),
        above < below && [2, 3, 4, 5, 6, 8].contains(below) || (2...4).contains(below) && above < 10,
        counts(sentence, slash + 2, words)
      else { continue }
      found.append((slash - 1)..<(slash + 2))
    }
    return found
  }

  /// 1/2, 1/3, 2/3, 1/4, 3/4: what people halve tablets and cups by.
  static func isCommon(_ above: Int, _ below: Int) -> Bool { above < below && below <= 4 && (above, below) != (2, 4) }
  /// "open 24/7"
  static func isAlways(_ above: Int, _ below: Int) -> Bool { above == 24 && below == 7 }

  private static func number(_ sentence: Sentence, _ index: Int) -> Int? {
    guard sentence.tokens[index].kind == .number else { return nil }
    let text = sentence.folded(index)
    return text.utf8.count <= 2 ? Int(text) : nil
  }

  private static func isSlash(_ sentence: Sentence, _ index: Int) -> Bool {
    sentence.tokens.indices.contains(index) && sentence.folded(index) == "/"
  }

  private static let counted: UInt64 = [AmountConcept.Kind.unit, .time, .of, .share].reduce(0) { $0 | $1.bit }

  private static let units: UInt64 = [AmountConcept.Kind.unit, .percent].reduce(0) { $0 | $1.bit }

  /// A unit that is none of time begins at a token, or a sign that makes an amount of the number before it.
  static func isCounted(_ sentence: Sentence, _ index: Int, _ words: [AmountWords]) -> Bool {
    words.contains { known in
      known.match(sentence, at: index)?.meaning.contains { units & $0.kind.bit != 0 } ?? false
    }
  }

  /// What stands at a token can be counted in parts.
  private static func counts(_ sentence: Sentence, _ start: Int, _ words: [AmountWords]) -> Bool {
    let index = sentence.folded(start) == "-" && start + 1 < sentence.tokens.count ? start + 1 : start
    return words.contains { known in
      known.match(sentence, at: index)?.meaning.contains { counted & $0.kind.bit != 0 } ?? false
    }
  }
}
