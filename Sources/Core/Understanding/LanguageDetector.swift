import Text

/// Tells the language of a short message: scripts first, then words and letter runs for those in Latin letters.
struct LanguageDetector: Sendable {
  static let bits = 14
  static let latin: [Language] = [.english, .tamilLatin, .hindiLatin]

  /// Three log probabilities a bucket.
  var table: [Float]

  init(table: [Float] = []) { self.table = table }

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
    let usual = preferred.first ?? .english
    guard latin > 0 else { return usual }
    var scores = Self.latin.map { language -> Float in
      guard let place = preferred.firstIndex(where: { $0 == language || $0.base == language.base }) else { return 0 }
      return place == 0 ? 1.2 : 0.7
    }
    if !table.isEmpty {
      table.withUnsafeBufferPointer { table in
        Self.features(sentence) { bucket in
          for language in 0..<3 { scores[language] += table[bucket * 3 + language] }
        }
      }
    }
    let best = scores.indices.max { scores[$0] < scores[$1] } ?? 0
    return Self.latin[best]
  }

  private static func features(_ sentence: Sentence, _ use: (Int) -> Void) {
    let mask = UInt64(1 << bits - 1)
    for token in sentence.tokens.prefix(40) where token.kind == .word && token.script == .latin {
      use(Int(Hash.pair(3, token.hash) >> 24 & mask))
      use(Int(Hash.pair(3, token.hash) >> 24 & mask))
      let bytes = [0x3C] + sentence.folded[token.foldedSpan] + [0x3E]
      guard bytes.count >= 3 else { continue }
      for index in 0...(bytes.count - 3) {
        use(Int(Hash.pair(5, Hash.bytes(bytes[index..<(index + 3)])) >> 24 & mask))
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
    return LanguageDetector(table: counts)
  }
}
