package import Base
package import Text
package import Time

/// A text to read values from, and what the readers have to know about the person who wrote it.
package struct ParseRequest: Sendable {
  package var text: String
  package var now: Instant
  package var zone: Zone
  package var language: Language
  package var policy: TimePolicy
  /// Names to find, with what a thing of each list is called ("building"); the first list takes a name before the others.
  package var lists: [(noun: String, names: NameList)]

  package init(
    text: String, now: Instant, zone: Zone, language: Language = .english, policy: TimePolicy = .india,
    lists: [(noun: String, names: NameList)] = []
  ) {
    self.lists = lists
    self.text = text
    self.now = now
    self.zone = zone
    self.language = language
    self.policy = policy
  }
}

/// One text with what every reader of values walks over.
struct ValueText {
  let request: ParseRequest
  let sentence: Sentence
  let lexicons: [Lexicon]
  let pieces: Pieces
  /// What looks like a day and a month, and is none.
  let fractions: [Range<Int>]
  let amountWords: [AmountWords]
  let amountUnits: [AmountUnit]
  let timeWords: [TimeWords]
  let holidays: Holidays
  /// Words that are no slip for a name.
  let common: HashTable
  let library: IntentLibrary

  var values: ValueReaders {
    ValueReaders(
      sentence, pieces, lexicons,
      AmountReading(sentence, amountWords, units: amountUnits, language: request.language), zone: request.zone)
  }

  init(_ request: ParseRequest, _ brain: Brain) {
    self.request = request
    sentence = Sentence(request.text)
    lexicons = brain.lexicons(request.language, preferred: [request.language])
    amountWords = brain.amountWords(request.language, preferred: [request.language])
    fractions = Fractions.find(sentence, amountWords)
    pieces = Pieces(sentence, lexicons, fractions: fractions)
    amountUnits = brain.library.amounts.units
    timeWords = brain.timeWords(request.language)
    holidays = brain.library.holidays
    common = brain.common
    library = brain.library
  }
}

/// Reads all values of a text.
struct ValueParser {
  static let readers: [any ValueReader] = [
    TimeValueReader(), AmountValueReader(), NameValueReader(), ContractReader(),
  ]

  static func parse(_ request: ParseRequest, _ brain: Brain) -> [FoundValue] {
    let text = ValueText(request, brain)
    let places = Places(request.text, text.sentence)
    return readers.flatMap { $0.read(text) }.map { found in
      let span = places.span(of: text.sentence.span(of: found.tokens))
      return FoundValue(
        type: found.type, span: span, text: places.text(span), value: found.value, grain: found.grain,
        alternatives: found.alternatives)
    }
    .sorted { ($0.span.lowerBound, -$0.span.upperBound) < ($1.span.lowerBound, -$1.span.upperBound) }
  }

  /// Where the bytes of the normalised text stood in the text as it was given.
  private struct Places {
    private let scalars: [Unicode.Scalar]
    /// By byte of the normalised text: the code point of the given one.
    private var byByte: [Int] = []

    init(_ given: String, _ sentence: Sentence) {
      scalars = Array(given.unicodeScalars)
      var next = 0
      for scalar in sentence.normalised.unicodeScalars {
        // A comma that stands for a new line takes no place.
        if scalar == ",", next < scalars.count, scalars[next].properties.isWhitespace,
          scalars[next...].first(where: { !$0.properties.isWhitespace }) != ","
        {
          byByte.append(next)
          continue
        }
        // Dropped and doubled spaces, invisible characters, and the halves of Tamil vowels that became one sign.
        while next < scalars.count, scalars[next] != scalar, !(scalar == " " && scalars[next].properties.isWhitespace),
          !(0x0BCA...0x0BCC).contains(scalar.value)
        {
          next += 1
        }
        for _ in 0..<UTF8.width(scalar) { byByte.append(min(next, scalars.count)) }
        next += (0x0BCA...0x0BCC).contains(scalar.value) && next < scalars.count && scalars[next] != scalar ? 2 : 1
      }
    }

    func span(of bytes: Range<Int>) -> Range<Int> {
      guard let first = bytes.first, let last = bytes.last, byByte.indices.contains(first),
        byByte.indices.contains(last)
      else { return 0..<0 }
      let end = last + 1 < byByte.count && byByte[last + 1] > byByte[last] + 1 && isHalf(last) ? 2 : 1
      return byByte[first]..<min(scalars.count, byByte[last] + end)
    }

    /// A vowel that was given in two halves.
    private func isHalf(_ byte: Int) -> Bool { [0x0BC6, 0x0BC7].contains(scalars[byByte[byte]].value) }

    func text(_ span: Range<Int>) -> String {
      String(String.UnicodeScalarView(scalars[span]))
    }
  }
}
