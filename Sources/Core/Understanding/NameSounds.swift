import Base
import Text

/// The words of a list of names by their sound.
struct NameSounds: Sendable {
  struct Heard {
    var word: Int32
    /// What stands behind the name was cut: "malarku".
    var hasEnding: Bool
    /// Enough of a sound to be a name by itself.
    var isTelling: Bool
  }

  private var bySound: [String: [(word: Int32, sound: Sound)]] = [:]

  /// - Parameter words: letters by the number of a word; empty where it is too short.
  init(_ words: [[UInt8]]) {
    for (number, letters) in words.enumerated() where !letters.isEmpty {
      let sound = Sound(String(decoding: letters, as: UTF8.self))
      bySound[sound.consonants, default: []].append((Int32(number), sound))
    }
  }

  /// The words that a token sounds like: as it is, else without endings.
  func find(_ sentence: Sentence, _ index: Int, _ language: Language, _ glossary: any Glossary) -> [Heard] {
    let token = sentence.tokens[index]
    let isNative = token.script == .tamil || token.script == .devanagari
    guard token.kind == .word, isNative || language == .tamilLatin && token.foldedLength >= 5 else { return [] }
    let text = sentence.text(of: index..<(index + 1))
    let roots = glossary.roots(of: text, language: language)
    // a word that the language has is a name only where it sounds just so: கால் is a leg and no call
    let isKnown = glossary.knows(text, language: language)
    for (place, root) in roots.enumerated() where isNative || place > 0 {
      let sound = Sound(root)
      var found: [Heard] = []
      for (word, other) in bySound[sound.consonants] ?? [] {
        guard let distance = sound.distance(to: other, isSure: false), isNative && !isKnown || distance == 0 else {
          continue
        }
        found.append(
          Heard(word: word, hasEnding: place > 0, isTelling: sound.consonants.utf8.count > 1 && sound.letters.count > 3)
        )
      }
      if !found.isEmpty { return found }
    }
    return []
  }
}
