import Base
import RoomTesting
import Testing
import Text

@testable import Understanding

/// What transliteration, the spelling folds and the lexicon each add, measured by a plain classifier (naive Bayes over
/// words and runs of three letters) that learns from one way of writing and is asked in another.
@Suite struct RomanisingTests {
  /// How a message is put before the classifier.
  enum View: String, CaseIterable {
    case written, transliterated, mild, loose, english

    func render(_ text: String, _ language: Language, _ lexicon: ConceptLexicon) -> [UInt8] {
      let sentence = Sentence(text)
      if self == .english { return Array(lexicon.gloss(text, language: language).utf8) }
      let tongue: SpellingFold.Tongue = language.base == "hi" ? .hindi : .tamil
      var out: [UInt8] = []
      for token in sentence.tokens {
        let written = Array(sentence.folded[token.foldedSpan])
        out.append(0x20)
        guard self != .written, token.kind == .word else {
          out += written
          continue
        }
        let latin = Transliteration.latin(written)
        switch self {
        case .mild: latin.withUnsafeBufferPointer { SpellingFold.mild($0) { out.append($0) } }
        case .loose: out += SpellingFold.loose(latin, tongue)
        default: out += latin
        }
      }
      return out
    }
  }

  private struct Bayes {
    static let buckets = 4_096
    var intents: [String] = []
    private var places: [String: Int] = [:]
    private var counts: [Float] = []
    private var totals: [Float] = []

    init(_ intents: [String]) {
      self.intents = intents
      places = Dictionary(uniqueKeysWithValues: intents.enumerated().map { ($1, $0) })
      counts = [Float](repeating: 0, count: Self.buckets * intents.count)
      totals = [Float](repeating: 0, count: intents.count)
    }

    private static func features(_ text: [UInt8], _ use: (Int) -> Void) {
      text.withUnsafeBufferPointer { text in
        var word = Hash.start
        for index in text.indices {
          if text[index] == 0x20 {
            use(Int(truncatingIfNeeded: word >> 20) & (buckets - 1))
            word = Hash.start
          } else {
            word = (word ^ UInt64(text[index])) &* Hash.prime
          }
          guard index + 2 < text.count else { continue }
          let run = UInt64(text[index]) << 16 | UInt64(text[index + 1]) << 8 | UInt64(text[index + 2])
          use(Int(truncatingIfNeeded: Hash.pair(7, run) >> 20) & (buckets - 1))
        }
        use(Int(truncatingIfNeeded: word >> 20) & (buckets - 1))
      }
    }

    mutating func learn(_ text: [UInt8], _ intent: String) {
      guard let place = places[intent] else { return }
      let width = intents.count
      var seen: Float = 0
      counts.withUnsafeMutableBufferPointer { counts in
        Self.features(text) { bucket in
          counts[bucket * width + place] += 1
          seen += 1
        }
      }
      totals[place] += seen
    }

    func answer(_ text: [UInt8]) -> String? {
      let width = intents.count
      var scores = [Float](repeating: 0, count: width)
      counts.withUnsafeBufferPointer { counts in
        scores.withUnsafeMutableBufferPointer { scores in
          Self.features(text) { bucket in
            for place in 0..<width {
              scores[place] += Exp.log(
                (counts[bucket * width + place] + 0.1) / (totals[place] + 0.1 * Float(Self.buckets)))
            }
          }
        }
      }
      return scores.indices.max { scores[$0] < scores[$1] }.map { intents[$0] }
    }
  }

  private static let library = Result { try IntentLibrary(folder: Engine.folder) }

  /// Learns from one example in three and is asked one sentence in four, so that the test stays short.
  /// - Returns: The share whose intent is found.
  private static func share(learning from: Language, asking to: Language, _ view: View) throws -> Double {
    let library = try Self.library.get()
    let lexicon = try ConceptLexiconTests.shared.get()
    let asked = library.evaluation.filter { $0.language == to && $0.intent != nil }.enumerated()
      .filter { $0.offset % 4 == 0 }.map(\.element)
    // Only what both can speak about.
    let spoken = Set(asked.compactMap(\.intent))
    var bayes = Bayes(spoken.sorted())
    for (place, example) in library.examples.lazy.filter({ $0.language == from }).enumerated() where place % 3 == 0 {
      guard let intent = example.intent, spoken.contains(intent) else { continue }
      bayes.learn(view.render(example.text, from, lexicon), intent)
    }
    let right = asked.count { bayes.answer(view.render($0.text, to, lexicon)) == $0.intent }
    return Double(right) / Double(max(asked.count, 1))
  }

  private static func shown(_ shares: [(View, Double)], _ name: String) {
    print("\(name): " + shares.map { "\($0.0) \((($0.1) * 1_000).rounded() / 10) %" }.joined(separator: ", "))
  }

  @Test("transliteration lets native script be understood from romanised examples, folding adds to it")
  func scripts() throws {
    for (from, to) in [(Language.tamilLatin, Language.tamil), (.hindiLatin, .hindi)] {
      let shares = try [View.written, .transliterated, .mild, .loose].map {
        ($0, try Self.share(learning: from, asking: to, $0))
      }
      Self.shown(shares, "\(from) → \(to)")
      #expect(shares[0].1 < 0.3)
      #expect(shares[1].1 > shares[0].1 + 0.2)
      #expect(shares[2].1 >= shares[1].1)
    }
  }

  @Test(
    "the lexicon lets every language be understood from English examples",
    arguments: [
      Language.tamil, .tamilLatin, .hindi, .hindiLatin,
    ])
  func lexicon(_ language: Language) throws {
    let without = try Self.share(learning: .english, asking: language, .written)
    let with = try Self.share(learning: .english, asking: language, .english)
    Self.shown([(.written, without), (.english, with)], "en → \(language)")
    #expect(with > without + 0.2)
  }
}
