/// What nobody wrote to be read.
extension Sentence {
  private static let mashedLength = 8

  /// Keys that were held down or struck again and again ("vvvvvvvvvv", "uuouuouuo"): eight letters or more, and no word that
  /// could be one. A word that is drawn out ("noooooo", "yesssss") is none of these.
  var isMashed: Bool {
    var letters = 0
    for token in tokens where token.kind == .word {
      guard token.script == .latin, Self.isMashed(folded[token.foldedSpan]) else { return false }
      letters += token.foldedSpan.count
    }
    return letters >= Self.mashedLength
  }

  private static func isMashed(_ word: ArraySlice<UInt8>) -> Bool {
    var (runs, last) = (0, UInt8(0))
    for letter in word where letter != last { (runs, last) = (runs + 1, letter) }
    guard runs > 1, word.count >= mashedLength else { return runs == 1 && word.count >= 3 }
    return runs >= 3 + min(2, Set(word).count - 1) && Set(word).count <= 3
  }
}
