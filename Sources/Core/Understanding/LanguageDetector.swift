import Learning
import Text

/// Tells the language of a short message: scripts first, then words and letter runs for those in Latin letters.
struct LanguageDetector: Sendable {
  static let bits = 14
  static let latin: [Language] = [.english, .tamilLatin, .hindiLatin]

  /// Three log probabilities a bucket.
  var table: Numbers<Float>

  init(table: Numbers<Float> = Numbers([])) { self.table = table }

  /// - Parameter preferred: the person's languages, first first; they decide where the words do not.
  func detect(_ sentence: Sentence, preferred: [Language]) -> Language {
    var tamil = 0
    var devanagari = 0
    var latin = 0
    for token in sentence.tokens where token.kind == .word {
      switch token.script {
      case .tamil: tamil += 1
      case .devanagari: devanagari += 1
      default: latin += 1
      }
    }
    // "BP மாத்திரை" is Tamil with a borrowed word.
    if tamil > 0, tamil >= devanagari, tamil * 3 >= latin { return .tamil }
    if devanagari > 0, devanagari * 3 >= latin { return .hindi }
    guard latin > 0 else { return preferred.first ?? .english }
    var scores = (
      english: Self.liking(.english, preferred), tamil: Self.liking(.tamilLatin, preferred),
      hindi: Self.liking(.hindiLatin, preferred)
    )
    if table.count > 0 {
      table.withUnsafeBufferPointer { table in
        Self.features(sentence) { bucket in
          scores.english += table[bucket * 3]
          scores.tamil += table[bucket * 3 + 1]
          scores.hindi += table[bucket * 3 + 2]
        }
      }
    }
    if scores.english >= scores.tamil, scores.english >= scores.hindi { return .english }
    return scores.tamil >= scores.hindi ? .tamilLatin : .hindiLatin
  }

  private static func liking(_ language: Language, _ preferred: [Language]) -> Float {
    guard let place = preferred.firstIndex(where: { $0 == language || $0.base == language.base }) else { return 0 }
    return place == 0 ? 1.2 : 0.7
  }

  private static func features(_ sentence: Sentence, _ use: (Int) -> Void) {
    let mask = UInt64(1 << bits - 1)
    sentence.folded.withUnsafeBufferPointer { folded in
      for token in sentence.tokens.prefix(40) where token.kind == .word && token.script == .latin {
        let word = Int(Hash.pair(3, token.hash) >> 24 & mask)
        use(word)
        use(word)
        // Letters in threes, the edges of the word counted.
        let span = token.foldedSpan
        func letter(_ index: Int) -> UInt64 {
          index < span.lowerBound ? 0x3C : index >= span.upperBound ? 0x3E : UInt64(folded[index])
        }
        for index in (span.lowerBound - 1)..<(span.upperBound - 1) {
          let run = letter(index) << 16 | letter(index + 1) << 8 | letter(index + 2)
          use(Int(Hash.pair(5, run) >> 24 & mask))
        }
      }
    }
  }

  static func trained(_ texts: [(Sentence, Language)]) -> LanguageDetector {
    var counts = [Float](repeating: 0, count: 3 << bits)
    var totals: [Float] = [1, 1, 1]
    for (sentence, language) in texts {
      guard let place = latin.firstIndex(of: language) else { continue }
      features(sentence) { bucket in
        counts[bucket * 3 + place] += 1
        totals[place] += 1
      }
    }
    for bucket in 0..<(1 << bits) {
      for place in 0..<3 {
        let share = (counts[bucket * 3 + place] + 0.3) / (totals[place] + 0.3 * Float(1 << bits))
        counts[bucket * 3 + place] = Exp.log(share * Float(1 << bits))
      }
    }
    return LanguageDetector(table: Numbers(counts))
  }
}
