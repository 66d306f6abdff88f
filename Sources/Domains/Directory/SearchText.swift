import Foundation
import Text

/// Words of a search, brought into the forms in which listings are indexed.
enum SearchText {
  /// Lower case, one form, without accents and macrons: `Ōtaki Café` is `otaki cafe`. Other marks of writing stay.
  static func fold(_ text: String) -> String {
    let plain = Normaliser.normalise(text)
    guard plain.utf8.contains(where: { $0 >= 0x80 }) else { return plain }
    var view = String.UnicodeScalarView()
    for scalar in plain.decomposedStringWithCanonicalMapping.unicodeScalars
    where !(0x0300...0x036F).contains(scalar.value) { view.append(scalar) }
    return String(view).precomposedStringWithCanonicalMapping
  }

  /// Runs of letters and digits; marks of Indic vowels belong to their letter.
  static func words(_ text: String) -> [String] {
    var words: [String] = []
    var word = String.UnicodeScalarView()
    for scalar in fold(text).unicodeScalars {
      let properties = scalar.properties
      let isPart =
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .decimalNumber, .otherNumber: true
        default: properties.isAlphabetic
        }
      if isPart {
        word.append(scalar)
      } else if scalar != "'" || word.isEmpty {
        if !word.isEmpty { words.append(String(word)) }
        word = String.UnicodeScalarView()
      }
    }
    if !word.isEmpty { words.append(String(word)) }
    return words
  }

  /// Words that say nothing about what is looked for.
  private static let empty: Set<String> = [
    "a", "an", "the", "some", "any", "good", "best", "great", "nice", "cheap", "nearest", "closest", "near", "nearby",
    "me", "my", "here", "around", "in", "at", "of", "for", "to", "and", "open", "now", "please", "find", "place",
    "places", "urgently", "kind", "rated", "top", "highest",
  ]

  /// Whether a word says nothing about what is looked for, or where.
  static func saysNothing(_ word: String) -> Bool { empty.contains(word) }

  /// The words that matter; all of them when none would be left.
  static func wanted(_ text: String) -> [String] {
    let all = words(text)
    let kept = all.filter { !empty.contains($0) }
    return Array((kept.isEmpty ? all : kept).prefix(12))
  }

  /// Without the ending of the plural, to be searched as a beginning: `pharmacies` and `pharmacy` are both `pharmac…`.
  static func stem(_ word: String) -> String {
    guard word.utf8.count > 3, word.utf8.allSatisfy({ $0 < 0x80 }) else { return word }
    if word.hasSuffix("ies") { return String(word.dropLast(3)) }
    if word.hasSuffix("y"), word.utf8.count > 5 { return String(word.dropLast()) }
    if word.hasSuffix("ches") || word.hasSuffix("shes") || word.hasSuffix("sses") || word.hasSuffix("xes") {
      return String(word.dropLast(2))
    }
    return word.hasSuffix("s") && !word.hasSuffix("ss") && !word.hasSuffix("us") ? String(word.dropLast()) : word
  }

  /// A phrase of FTS5: whatever a person writes inside is plain text.
  static func quoted(_ text: String) -> String { "\"" + text.replacing("\"", with: "\"\"") + "\"" }

  /// Every run of three characters, each once.
  static func trigrams(_ text: String) -> [String] {
    let scalars = Array(fold(text).unicodeScalars)
    guard scalars.count >= 3 else { return [] }
    var seen: Set<String> = []
    return (0...scalars.count - 3).compactMap { start in
      let run = String(String.UnicodeScalarView(scalars[start..<start + 3]))
      return seen.insert(run).inserted ? run : nil
    }
  }
}
