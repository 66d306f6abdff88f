/// Whether a name stands in a text as a word of its own: "Ann" is not in "planned".
package enum WordSearch {
  /// From so many letters on a name is found with endings behind it: "Meeravukku". Shorter ones begin too many words.
  private static let long = 5

  /// - Parameters:
  ///   - text: where it may stand. In scripts whose endings grow on to the word it is found with them.
  ///   - words: a name of one word or several; case does not count.
  package static func holds(_ text: String, _ words: String) -> Bool {
    let text = Array(Normaliser.normalise(text).unicodeScalars)
    let name = Array(Normaliser.normalise(words).unicodeScalars)
    guard !name.isEmpty, text.count >= name.count else { return false }
    let takesEndings = name.count >= long || name.contains { $0.value > 127 }
    for start in 0...(text.count - name.count) where text[start] == name[0] {
      let end = start + name.count
      guard start == 0 || !isWord(text[start - 1]), text[start..<end].elementsEqual(name) else { continue }
      if end == text.count || takesEndings || !isWord(text[end]) { return true }
    }
    return false
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
      .nonspacingMark, .spacingMark:
      true
    default: false
    }
  }
}
