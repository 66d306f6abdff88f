import Base
import Text
import Time

/// Everything that understands, as one unchanging value: data and, once trained, weights.
final class Brain: Sendable {
  let library: IntentLibrary
  let trained: Trained?
  let overlap: OverlapIndex?
  /// Every language's lexicon, that one's first.
  private let everyLexicon: [Language: [Lexicon]]

  struct Trained: Sendable {
    var classifier: LinearModel
    var tagger: SlotTagger
    var detector: LanguageDetector
    /// Hashes of the words that many examples use outside of their marks: none of them is a misspelt name.
    var common: HashTable
    /// `nil` until it was trained, and where there is no encoder.
    var meaning: Meaning?
  }

  var common: HashTable { trained?.common ?? HashTable() }

  /// What `trained.meaning` was trained with.
  let encoder: (any MeaningEncoder)?

  init(library: IntentLibrary, trained: Trained?, encoder: (any MeaningEncoder)? = nil) {
    self.library = library
    self.trained = trained
    self.encoder = encoder?.identity == trained?.meaning?.identity ? encoder : nil
    overlap = trained == nil ? OverlapIndex(library.examples) : nil
    everyLexicon = Self.everyLexicon(library)
  }

  /// Words only: to read examples with while training.
  init(lexiconsOf library: IntentLibrary) {
    self.library = library
    trained = nil
    encoder = nil
    overlap = nil
    everyLexicon = Self.everyLexicon(library)
  }

  /// How likely each label of the classifier is; by the words, and by the meaning where they leave a doubt.
  func probabilities(_ features: FeatureExtractor, of text: String, in language: Language) -> [Float]? {
    guard let trained else { return nil }
    let byWords = trained.classifier.probabilities(features.rows, features.values)
    guard let meaning = trained.meaning, let encoder, byWords.max() ?? 0 < meaning.surety,
      let point = encoder.points([(text, language)])?.first
    else { return byWords }
    var (rows, values) = (features.rows, features.values)
    Meaning.append(point, to: &rows, &values)
    return meaning.classifier.probabilities(rows, values)
  }

  /// The lexicons to read a message with: its language, English, and what else the person writes in Latin letters.
  func lexicons(_ language: Language, preferred: [Language]) -> [Lexicon] {
    order(language, preferred: preferred).compactMap { library.lexicons[$0] }
  }

  private func order(_ language: Language, preferred: [Language]) -> [Language] {
    var order = [language]
    if language != .english { order.append(.english) }
    for other in preferred where language.isLatin {
      let romanised = other.base == "ta" ? Language.tamilLatin : other.base == "hi" ? .hindiLatin : .english
      if !order.contains(romanised) { order.append(romanised) }
    }
    return order
  }

  /// The words of the grammar of amounts, in the same order as `lexicons`.
  func amountWords(_ language: Language, preferred: [Language]) -> [AmountWords] {
    order(language, preferred: preferred).compactMap { library.amounts.words[$0] }
  }

  /// The words of the grammar of time in a language and in English.
  func timeWords(_ language: Language) -> [TimeWords] {
    (language == .english ? [language] : [language, .english]).compactMap { library.timeWords[$0] }
  }

  func allLexicons(first language: Language) -> [Lexicon] { everyLexicon[language] ?? [] }

  private static func everyLexicon(_ library: IntentLibrary) -> [Language: [Lexicon]] {
    let pairs = Language.all.map { language in
      (language, ([language] + Language.all.filter { $0 != language }).compactMap { library.lexicons[$0] })
    }
    return Dictionary(uniqueKeysWithValues: pairs)
  }
}

/// One message with the values that the readers found in it.
struct Reading {
  let sentence: Sentence
  let language: Language
  let pieces: Pieces
  let times: TimeReader
  let values: ValueReaders
  let money: [ValueReaders.Found]
  let phones: [ValueReaders.Found]
  let people: [ValueReaders.Found]
  let numbers: [ValueReaders.Number]
  private let lexicons: [Lexicon]
  /// A bare number is read as an hour, too.
  let acceptsBareHour: Bool
  /// By token: the kind of value it belongs to, as the classifier sees it.
  private(set) var kinds: [UInt64] = []

  private static let when = Hash.text("when"), span = Hash.text("duration"), amount = Hash.text("money")
  private static let number = Hash.text("phone"), person = Hash.text("person")

  init(
    _ sentence: Sentence, _ language: Language, _ brain: Brain, preferred: [Language], names: [String], zone: Zone,
    acceptsBareHour: Bool = false
  ) {
    self.sentence = sentence
    self.language = language
    self.acceptsBareHour = acceptsBareHour
    let lexicons = brain.lexicons(language, preferred: preferred)
    self.lexicons = lexicons
    let amountWords = brain.amountWords(language, preferred: preferred)
    pieces = Pieces(sentence, lexicons, fractions: Fractions.find(sentence, amountWords))
    times = TimeReader(pieces, acceptsBareHour: acceptsBareHour)
    let amounts = AmountReading(
      sentence, amountWords, units: brain.library.amounts.units,
      language: language)
    values = ValueReaders(sentence, pieces, brain.allLexicons(first: language), amounts, zone: zone)
    money = values.money()
    phones = values.phones()
    people = values.people(names)
    numbers = values.numbers()
    kinds = [UInt64](repeating: 0, count: sentence.tokens.count)
    func mark(_ range: Range<Int>, _ kind: UInt64) {
      for index in range where kinds.indices.contains(index) { kinds[index] = kind }
    }
    for found in people { mark(found.tokens, Self.person) }
    for found in times.durations { mark(found.tokens, Self.span) }
    for draft in times.drafts { for range in draft.tokens { mark(range, Self.when) } }
    for found in money { mark(found.tokens, Self.amount) }
    for found in phones { mark(found.tokens, Self.number) }
  }

  /// A word for meeting, calling, giving: the person beside it is its object.
  func meets(_ token: Sentence.Token) -> Bool { lexicons.contains { $0.meets(token) } }
}

/// Answers until the first model is trained: the example that shares the rarest words.
struct OverlapIndex: Sendable {
  private var postings: [UInt64: [Int32]] = [:]
  private var lengths: [Float] = []
  private var intents: [String?] = []

  init(_ examples: [IntentLibrary.Example]) {
    for example in examples {
      let words = Set(Sentence(example.text).tokens.filter { $0.kind == .word }.map(\.skeleton))
      for word in words { postings[word, default: []].append(Int32(intents.count)) }
      lengths.append(Float(max(words.count, 1)))
      intents.append(example.intent)
    }
  }

  func scores(_ sentence: Sentence) -> [(intent: String?, score: Double)] {
    var sums: [Int32: Float] = [:]
    var whole: Float = 0
    let words = Set(sentence.tokens.prefix(64).filter { $0.kind == .word }.map(\.skeleton))
    for word in words {
      let list = postings[word] ?? []
      let weight = Exp.log(1 + Float(intents.count) / Float(list.count + 1))
      whole += weight
      for place in list { sums[place, default: 0] += weight }
    }
    guard whole > 0 else { return [] }
    var best: [String?: Double] = [:]
    for (place, sum) in sums {
      let share = Double(sum / whole) * Double(min(1, Float(words.count) / lengths[Int(place)]).squareRoot())
      let intent = intents[Int(place)]
      best[intent] = max(best[intent] ?? 0, share)
    }
    return best.map { ($0.key, $0.value) }.sorted { ($0.1, $1.0 ?? "") > ($1.1, $0.0 ?? "") }
  }
}
