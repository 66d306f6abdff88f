import Actions
import Base
import Text
import Time

/// Money, phone numbers, people: what can be read off the tokens without knowing the intent.
struct ValueReaders {
  let sentence: Sentence
  let pieces: Pieces
  let lexicons: [Lexicon]
  let currency: String
  let amounts: AmountReading

  struct Found {
    var tokens: Range<Int>
    var kind: SlotKind
    var value: SlotValue
  }

  struct Number {
    var tokens: Range<Int>
    var value: Double
    /// A word before says that it is a price limit.
    var isLimit: Bool
    /// In kilometres, when a word after says so: "2 km".
    var distance: Double?
  }

  init(_ sentence: Sentence, _ pieces: Pieces, _ lexicons: [Lexicon], _ amounts: AmountReading, zone: Zone) {
    self.sentence = sentence
    self.pieces = pieces
    self.lexicons = lexicons
    self.amounts = amounts
    currency = Self.currency(of: zone)
  }

  /// What a bare amount is in, where the person lives.
  static func currency(of zone: Zone) -> String {
    switch zone.identifier {
    case "Europe/London": "GBP"
    case "Asia/Dubai": "AED"
    case "Asia/Singapore": "SGD"
    case "Asia/Tokyo": "JPY"
    case let name where name.hasPrefix("Europe/"): "EUR"
    case let name where name.hasPrefix("America/"): "USD"
    default: "INR"
    }
  }

  static func money(_ value: Double, _ currency: String) -> Money? {
    let scale = (0..<Money.digits(of: currency)).reduce(1.0) { product, _ in product * 10 }
    let minor = (value * scale).rounded()
    guard minor.isFinite, abs(minor) < 9e15 else { return nil }
    return Money(minor: Int64(minor), currency: currency)
  }

  /// Amounts that name their currency.
  func money() -> [Found] {
    AmountUnits(amounts).measured().compactMap { measured in
      guard measured.unit.measure == .money, let number = measured.number else { return nil }
      // "50 paise" are rupees too.
      let share = measured.unit.portion > 0 ? number / Exact(measured.unit.portion) : number
      guard let money = share.flatMap({ Self.money($0.double, measured.unit.currency) }) else { return nil }
      return Found(tokens: pastDash(amounts.tokens(measured.range)), kind: .money, value: .money(money))
    }
  }

  /// "250/-": the stroke that ends an amount in India.
  private func pastDash(_ tokens: Range<Int>) -> Range<Int> {
    let end = tokens.upperBound
    guard end + 1 < sentence.tokens.count, sentence.folded(end) == "/", sentence.folded(end + 1) == "-",
      sentence.tokens[end].isGlued
    else { return tokens }
    return tokens.lowerBound..<(end + 2)
  }

  func numbers() -> [Number] {
    amounts.numbers.numbers.flatMap { number -> [Number] in
      let tokens = amounts.tokens(number.range)
      // What the readers of time know for a date or a clock is no number.
      let piece = piece(at: tokens.lowerBound)
      if let piece, piece.date != nil || piece.has(.clock) && !piece.has(.number) { return [] }
      // A blood pressure, a house number: two numbers.
      if number.form == .fraction, !(number.value < Exact(1)), tokens.count == 3,
        ["/", "over"].contains(sentence.folded(tokens.lowerBound + 1))
      {
        return [tokens.lowerBound, tokens.upperBound - 1].compactMap { index in
          Double(sentence.folded(index)).map { found(index..<(index + 1), $0) }
        }
      }
      return [found(tokens, number.value.double)]
    }
  }

  private func found(_ tokens: Range<Int>, _ value: Double) -> Number {
    Number(
      tokens: tokens, value: value,
      isLimit: tokens.lowerBound > 0 && piece(at: tokens.lowerBound - 1)?.has(.limit) == true,
      distance: piece(at: tokens.upperBound)?.value(.distance).map { $0 * value })
  }

  private func piece(at token: Int) -> Pieces.Piece? { pieces.all.first { $0.tokens.contains(token) } }

  /// A latitude and a longitude with a comma between: "-36.85,174.76".
  func coordinates() -> Found? {
    func degrees(_ index: Int, _ limit: Double) -> Int? {
      guard let (value, end, isDigits) = pieces.number(at: index), isDigits, value <= limit,
        pieces.tokens(index, end).count == 3
      else { return nil }
      return end
    }
    for index in pieces.all.indices {
      guard let comma = degrees(index, 90), comma + 1 < pieces.all.count,
        pieces.all[comma].symbol == UInt8(ascii: ",")
      else { continue }
      let second = pieces.all[comma + 1].symbol == UInt8(ascii: "-") ? comma + 2 : comma + 1
      guard let end = degrees(second, 180) else { continue }
      let tokens = pieces.tokens(isNegative(index) ? index - 1 : index, end)
      return Found(tokens: tokens, kind: .place, value: .place(sentence.text(of: tokens)))
    }
    return nil
  }

  /// A minus that touches the number and nothing before: "-5", not "10-5".
  private func isNegative(_ index: Int) -> Bool {
    guard index > 0, pieces.all[index - 1].symbol == UInt8(ascii: "-") else { return false }
    let number = pieces.all[index].tokens.lowerBound
    return sentence.tokens[number].isGlued && (number < 2 || !sentence.tokens[number - 1].isGlued)
  }

  func phones() -> [Found] {
    PhoneNumbers(amounts).found().map { Found(tokens: $0.tokens, kind: .phone, value: .phone($0.number)) }
  }

  /// Names the house knows, then family words in any of the languages ("my mother", "ammavukku").
  func people(_ names: [String]) -> [Found] {
    var found: [Found] = []
    let known = names.map { ($0, Sentence($0).tokens) }.filter { !$0.1.isEmpty }
    var index = 0
    outer: while index < sentence.tokens.count {
      let rest = sentence.tokens[index...]
      for (name, tokens) in known where rest.count >= tokens.count {
        if zip(rest, tokens).allSatisfy({ $0.hash == $1.hash }) {
          found.append(Found(tokens: index..<(index + tokens.count), kind: .person, value: .person(name)))
          index += tokens.count
          continue outer
        }
      }
      if let name = heard(index, among: known.map(\.0)) {
        found.append(Found(tokens: index..<(index + 1), kind: .person, value: .person(name)))
        index += 1
        continue
      }
      if let kin = kin(sentence.tokens[index]) {
        // A known person called by another word of the same relation ("mom" for "Amma").
        let name = known.first { $0.1.count == 1 && self.kin($0.1[0])?.relation == kin.relation }?.0
        let start = index > 0 && sentence.folded(index - 1) == "my" ? index - 1 : index
        found.append(Found(tokens: start..<(index + 1), kind: .person, value: .person(name ?? kin.called)))
      }
      index += 1
    }
    return found
  }

  /// "ரவிகிட்ட", "प्रिया": a name in the letters of another script, with what Tamil writes behind it.
  private func heard(_ index: Int, among names: [String]) -> String? {
    let token = sentence.tokens[index]
    guard token.kind == .word, token.script == .tamil || token.script == .devanagari else { return nil }
    let word = Transliteration.latin(String(decoding: sentence.folded[token.foldedSpan], as: UTF8.self))
    let forms = [word] + Self.endings.filter { word.hasSuffix($0) }.map { String(word.dropLast($0.count)) }
    // the family may go by two names: the same one first, then the nearest
    var best: (name: String, distance: Int)?
    for form in forms where form.count >= 3 {
      let sound = Sound(form)
      for name in names where !name.contains(" ") && name.utf8.allSatisfy({ $0 < 0x80 }) {
        let own = Sound(name)
        guard own.consonants.utf8.count > 1, own.letters.first == sound.letters.first,
          let distance = own.distance(to: sound, isSure: false), distance < best?.distance ?? 2,
          // of few sounds, only one that Tamil puts between two others: "piriya"
          distance == 0 || own.consonants.utf8.count > 2 || sound.letters.count > own.letters.count
        else { continue }
        best = (name, distance)
      }
    }
    return best?.name
  }

  /// Of Tamil names, as they are written in Latin letters: to, with, of, and.
  private static let endings = [
    "kitta", "kkitta", "kita", "kku", "ku", "ukku", "yukku", "vukku", "oda", "yoda", "voda", "ai", "yai", "vai", "um",
    "yum", "vum", "idam", "yidam", "vidam", "kittayum", "udan", "yudan",
  ]

  private func kin(_ token: Sentence.Token) -> Lexicon.Kin? {
    guard token.kind == .word else { return nil }
    for lexicon in lexicons { if let kin = lexicon.kin(token) { return kin } }
    return nil
  }
}
