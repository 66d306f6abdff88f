import Actions

/// What stands in front of the name of a brand and is no part of it.
extension OpenSlots {
  /// "for my new brand Malli"
  func withoutNoun(_ range: Range<Int>) -> Range<Int> {
    guard let noun = Choices.find("brand_noun", .boolean, in: reading.sentence, brain.library)?.1,
      noun.lowerBound <= range.lowerBound, range.contains(noun.upperBound)
    else { return range }
    return noun.upperBound..<range.upperBound
  }
}
