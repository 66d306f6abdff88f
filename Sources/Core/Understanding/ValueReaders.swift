import Actions
import Base
import Time

/// Money, phone numbers, people: what can be read off the tokens without knowing the intent.
struct ValueReaders {
  let sentence: Sentence
  let pieces: Pieces
  let lexicons: [Lexicon]
  let currency: String

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

  init(_ sentence: Sentence, _ pieces: Pieces, _ lexicons: [Lexicon], zone: Zone) {
    self.sentence = sentence
    self.pieces = pieces
    self.lexicons = lexicons
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
    var found: [Found] = []
    var index = 0
    while index < pieces.all.count {
      let piece = pieces.all[index]
      if let code = piece.value(.currency), Currency.codes.indices.contains(Int(code)) {
        var next = index + 1
        if next < pieces.all.count, pieces.all[next].symbol == UInt8(ascii: ".") { next += 1 }
        if let (value, end, _) = pieces.number(at: next), let money = Self.money(value, Currency.codes[Int(code)]) {
          found.append(Found(tokens: pieces.tokens(index, end), kind: .money, value: .money(money)))
          index = end
          continue
        }
      }
      if let (value, end, _) = pieces.number(at: index) {
        if end < pieces.all.count, let code = pieces.all[end].value(.currency),
          Currency.codes.indices.contains(Int(code)),
          let money = Self.money(value, Currency.codes[Int(code)])
        {
          found.append(Found(tokens: pieces.tokens(index, end + 1), kind: .money, value: .money(money)))
          index = end + 1
          continue
        }
        index = end
        continue
      }
      index += 1
    }
    return found
  }

  func numbers() -> [Number] {
    var found: [Number] = []
    var index = 0
    while index < pieces.all.count {
      guard let (value, end, _) = pieces.number(at: index) else {
        index += 1
        continue
      }
      if isPronoun(index) {
        index += 1
        continue
      }
      let isLimit = index > 0 && pieces.all[index - 1].has(.limit)
      let scale = end < pieces.all.count ? pieces.all[end].value(.distance) : nil
      let sign: Double = isNegative(index) ? -1 : 1
      found.append(
        Number(
          tokens: pieces.tokens(index, end), value: sign * value, isLimit: isLimit, distance: scale.map { $0 * value }))
      index = max(end, index + 1)
    }
    return found
  }

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

  /// "the first one", "this one".
  private func isPronoun(_ index: Int) -> Bool {
    guard index > 0, pieces.all[index].digits == 0, pieces.all[index].value(.number) == 1 else { return false }
    let before = pieces.all[index - 1]
    return before.has(.ordinal) || before.has(.this) || before.has(.next) || before.has(.last) || before.has(.other)
  }

  /// A minus that touches the number and nothing before: "-5", not "10-5".
  private func isNegative(_ index: Int) -> Bool {
    guard index > 0, pieces.all[index - 1].symbol == UInt8(ascii: "-") else { return false }
    let number = pieces.all[index].tokens.lowerBound
    return sentence.tokens[number].isGlued && (number < 2 || !sentence.tokens[number - 1].isGlued)
  }

  /// Ten digits or more, with spaces, dashes and a country code allowed.
  func phones() -> [Found] {
    var found: [Found] = []
    var index = 0
    while index < sentence.tokens.count {
      guard sentence.tokens[index].kind == .number else {
        index += 1
        continue
      }
      var digits: [UInt8] = []
      var start = index
      var end = index
      while end < sentence.tokens.count {
        let token = sentence.tokens[end]
        if token.kind == .number {
          digits += sentence.folded[token.foldedSpan]
          end += 1
        } else if token.kind == .symbol, sentence.folded[token.foldedSpan.lowerBound] == UInt8(ascii: "-"),
          end + 1 < sentence.tokens.count, sentence.tokens[end + 1].kind == .number
        {
          end += 1
        } else {
          break
        }
      }
      if (10...15).contains(digits.count) {
        var text = String(decoding: digits, as: UTF8.self)
        if start > 0, sentence.folded[sentence.tokens[start - 1].foldedSpan.lowerBound] == UInt8(ascii: "+") {
          start -= 1
          text = "+" + text
        }
        found.append(Found(tokens: start..<end, kind: .phone, value: .phone(text)))
      }
      index = end
    }
    return found
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

  private func kin(_ token: Sentence.Token) -> Lexicon.Kin? {
    guard token.kind == .word else { return nil }
    for lexicon in lexicons { if let kin = lexicon.kin(token) { return kin } }
    return nil
  }
}
