/// What stands on a list, and what is to be told.
extension OpenSlots {
  /// "make a list for packing: boxes, tape": what stands behind the colon, where a list is named in front of it.
  func behindColon() -> Range<Int>? {
    let sentence = reading.sentence
    guard let mark = sentence.tokens.indices.first(where: { sentence.folded($0) == ":" }),
      mark + 1 < sentence.tokens.count, (0..<mark).contains(where: { sentence.folded($0) == "list" })
    else { return nil }
    return (mark + 1)..<sentence.tokens.count
  }

  /// "tell him not to come": without the "not" the opposite would be told.
  func withDenial(_ range: Range<Int>) -> Range<Int> {
    let sentence = reading.sentence
    var start = range.lowerBound
    if start > 1, sentence.folded(start - 1) == "to" { start -= 1 }
    guard start > 0, Self.denying.contains(sentence.folded(start - 1)) else { return range }
    start -= 1
    if start > 0, sentence.folded(start - 1) == "do" { start -= 1 }
    return start..<range.upperBound
  }

  private static let denying: Set<String> = ["not", "dont", "don't", "never", "no"]
}
