import Base

/// What words of other languages mean in English, and how they sound: for rooms whose own names are mostly English.
package protocol Glossary: Sendable {
  /// The text in English words as far as they are known; the others in Latin letters.
  ///
  /// - Parameter language: says what Latin letters are; the other scripts speak for themselves.
  func english(_ text: String, language: Language) -> String
  /// A word in Latin letters, as it is and without the endings that may stand behind a name ("adyarla", "adyar").
  func roots(of word: String, language: Language) -> [String]
  /// Whether it says what the word means.
  func knows(_ word: String, language: Language) -> Bool
}

/// Knows no words: other scripts become Latin letters, and that is all.
package struct NoGlossary: Glossary {
  package init() {}
  package func english(_ text: String, language: Language) -> String { Transliteration.latin(text) }
  package func roots(of word: String, language: Language) -> [String] { [Transliteration.latin(word)] }
  package func knows(_ word: String, language: Language) -> Bool { false }
}

/// A word by its sound, for names that each language writes in its own way: அடையாறு and Adyar, अंधेरी and Andheri.
package struct Sound: Hashable, Sendable {
  /// Consonants, and that there is a vowel where one stands first.
  package let consonants: String
  /// The word with its spelling folded, to tell which of several is nearest.
  package let letters: [UInt8]

  /// - Parameter word: one word in any script.
  package init(_ word: String) {
    var letters: [UInt8] = []
    // The fold of Tamil, which tells the fewest sounds apart, holds for names of all languages.
    Array(Transliteration.latin(word.lowercased()).utf8).withUnsafeBufferPointer { bytes in
      SpellingFold.loose(bytes, .tamil) { letters.append($0) }
    }
    self.letters = letters
    var heard: [UInt8] = []
    for (index, letter) in letters.enumerated() {
      let isVowel = SpellingFold.isVowel(letter) || letter == UInt8(ascii: "y")
      // "delhi": what is breathed is not heard
      if isVowel || letter == UInt8(ascii: "h"), index > 0 { continue }
      let sound = isVowel ? UInt8(ascii: "a") : Self.merged(letter)
      // infosys, inbosis: lips that close for a p close for the n before it
      if sound == UInt8(ascii: "p"), heard.last == UInt8(ascii: "m") { heard[heard.count - 1] = UInt8(ascii: "n") }
      if heard.last != sound { heard.append(sound) }
    }
    consonants = String(decoding: heard, as: UTF8.self)
  }

  /// Letters that Tamil does not tell apart in words of others.
  private static func merged(_ letter: UInt8) -> UInt8 {
    switch letter {
    case UInt8(ascii: "z"): UInt8(ascii: "s")
    case UInt8(ascii: "f"): UInt8(ascii: "p")
    default: letter
    }
  }

  /// How many letters differ from another word of the same consonants; `nil` when too many do.
  ///
  /// - Parameter isSure: other words say what is meant as well, so that more may differ.
  package func distance(to other: Sound, isSure: Bool) -> Int? {
    guard consonants == other.consonants else { return nil }
    // few consonants are those of too many words
    let limit =
      switch consonants.utf8.count {
      case _ where isSure: 3
      case ..<3: 1
      case 3: 1 + letters.count / 4
      default: 1 + letters.count / 3
      }
    return EditDistance.between(letters, other.letters, limit: limit)
  }
}
