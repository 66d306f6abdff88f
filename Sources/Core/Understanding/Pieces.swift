/// A sentence seen as numbers, concepts and gaps: what the readers of values walk over.
struct Pieces: Sendable {
  struct Piece: Sendable {
    var tokens: Range<Int>
    /// Readings that the grammar may choose between; empty for a word it does not know.
    private(set) var concepts: [Concept] = []
    /// A bit for each kind of concept: the grammar asks thousands of times what a piece is not.
    private(set) var kinds: UInt64 = 0
    /// 5/12, 2026-12-05; the year may be missing.
    var date: (year: Int?, month: Int, day: Int)?
    /// Of "1/2": the number, where it is no date.
    var share: Double?
    var digits = 0
    /// Written 08:30, as people do who count to 24.
    var hasLeadingZero = false
    var symbol: UInt8 = 0
    /// Also another word ("may", "sat"): counts only beside other words of time.
    var isWeak = false
    /// "not": the day behind it is not meant.
    var denies = false

    init(tokens: Range<Int>, concepts: [Concept] = [], digits: Int = 0, symbol: UInt8 = 0, isWeak: Bool = false) {
      self.tokens = tokens
      self.concepts = concepts
      self.digits = digits
      self.symbol = symbol
      self.isWeak = isWeak
      for concept in concepts { kinds |= concept.kind.bit }
    }

    mutating func add(_ concept: Concept, first: Bool = false) {
      concepts.insert(concept, at: first ? 0 : concepts.count)
      kinds |= concept.kind.bit
    }

    func value(_ kind: Concept.Kind) -> Double? {
      guard has(kind) else { return nil }
      for concept in concepts where concept.kind == kind { return concept.value }
      return nil
    }
    /// A word that the grammar does not know.
    var isPlain: Bool { kinds == 0 && digits == 0 && symbol == 0 && date == nil }
    func has(_ kind: Concept.Kind) -> Bool { kinds & kind.bit != 0 }
    func has(anyOf wanted: UInt64) -> Bool { kinds & wanted != 0 }
  }

  private(set) var all: [Piece] = []

  /// - Parameter fractions: Tokens of what looks like a day and a month, and is none: "1/2 tablet".
  init(_ sentence: Sentence, _ lexicons: [Lexicon], fractions: [Range<Int>] = []) {
    var index = 0
    while index < sentence.tokens.count {
      let token = sentence.tokens[index]
      switch token.kind {
      case .number:
        if let fraction = fractions.first(where: { $0.lowerBound == index }) {
          index = add(fraction, sentence)
        } else {
          index = number(sentence, index)
        }
      case .word, .symbol: index = word(sentence, index, lexicons)
      }
    }
    if fractions.isEmpty, !all.contains(where: { $0.date != nil && $0.date?.year == nil }) { return }
    dropFractions()
  }

  private mutating func add(_ fraction: Range<Int>, _ sentence: Sentence) -> Int {
    let (above, below) = (sentence.folded(fraction.lowerBound), sentence.folded(fraction.upperBound - 1))
    var piece = Piece(tokens: fraction, digits: 1)
    if let above = Double(above), let below = Double(below), below > 0 { piece.share = above / below }
    all.append(piece)
    return fraction.upperBound
  }

  private static let leads: UInt64 = [Concept.Kind.on, .from, .until, .before, .this, .next].reduce(0) { $0 | $1.bit }
  private static let leadsBehind: UInt64 = [Concept.Kind.at, .from, .until, .before].reduce(0) { $0 | $1.bit }
  private static let repeats: UInt64 = [
    Concept.Kind.every, .times, .weekday, .weekdays, .day, .dayEither,
  ].reduce(0) { $0 | $1.bit }

  /// "Ecosprin 1/2 daily at 9": where something else says which days, that is no day. "1/2 hour" is a number.
  private mutating func dropFractions() {
    let isSaid = all.contains { $0.has(anyOf: Self.repeats) }
    for index in all.indices {
      if let share = all[index].share, index + 1 < all.count, all[index + 1].has(.unit) {
        // "1 1/2 hours"
        if index > 0, let whole = all[index - 1].value(.number), all[index - 1].digits == 1,
          index < 2 || !all[index - 2].has(.at)
        {
          all[index].add(Concept(.number, whole + share))
          all[index].tokens = all[index - 1].tokens.lowerBound..<all[index].tokens.upperBound
          all[index - 1] = Piece(tokens: all[index - 1].tokens.lowerBound..<all[index - 1].tokens.lowerBound)
        } else {
          all[index].add(Concept(.number, share))
        }
      }
      guard let date = all[index].date, date.year == nil,
        index == 0 || !all[index - 1].has(anyOf: Self.leads),
        index + 1 == all.count || !all[index + 1].has(anyOf: Self.leadsBehind)
      else { continue }
      if Fractions.isAlways(date.day, date.month) || isSaid && Fractions.isCommon(date.day, date.month) {
        all[index].date = nil
      }
    }
  }

  static let not = Hash.text("not")
  private static let weak = Set(
    ["may", "march", "mar", "sat", "sun", "tom", "eve", "second", "dec", "n"].map(Hash.text))

  private mutating func word(_ sentence: Sentence, _ index: Int, _ lexicons: [Lexicon]) -> Int {
    let token = sentence.tokens[index]
    var best: (length: Int, readings: [[Concept]])?
    for lexicon in lexicons {
      guard let match = lexicon.match(sentence, at: index) else { continue }
      if best.map({ match.length > $0.length }) ?? true { best = match }
    }
    guard let best else {
      let symbol = token.kind == .symbol ? sentence.folded[token.foldedSpan.lowerBound] : 0
      all.append(Piece(tokens: index..<(index + 1), symbol: symbol))
      all[all.count - 1].denies = token.hash == Self.not
      return index + 1
    }
    let tokens = index..<(index + best.length)
    let isWeak = best.length == 1 && Self.weak.contains(token.hash)
    if let sequence = best.readings.first(where: { $0.count > 1 }) {
      for concept in sequence { all.append(Piece(tokens: tokens, concepts: [concept], isWeak: isWeak)) }
    } else {
      let symbol = token.kind == .symbol ? sentence.folded[token.foldedSpan.lowerBound] : 0
      all.append(Piece(tokens: tokens, concepts: best.readings.compactMap(\.first), symbol: symbol, isWeak: isWeak))
    }
    return tokens.upperBound
  }

  // MARK: Digits

  private mutating func number(_ sentence: Sentence, _ start: Int) -> Int {
    func digits(_ index: Int) -> (value: Int, count: Int)? {
      guard index < sentence.tokens.count, sentence.tokens[index].kind == .number else { return nil }
      let bytes = sentence.folded[sentence.tokens[index].foldedSpan]
      guard bytes.count <= 15 else { return nil }
      return (bytes.reduce(0) { $0 * 10 + Int($1 - 48) }, bytes.count)
    }
    func symbol(_ index: Int) -> UInt8 {
      guard index < sentence.tokens.count, sentence.tokens[index].kind == .symbol, sentence.tokens[index].isGlued
      else { return 0 }
      return sentence.folded[sentence.tokens[index].foldedSpan.lowerBound]
    }
    func glued(_ index: Int) -> (value: Int, count: Int)? {
      index < sentence.tokens.count && sentence.tokens[index].isGlued ? digits(index) : nil
    }
    guard let first = digits(start) else {
      all.append(Piece(tokens: start..<(start + 1), digits: 16))
      return start + 1
    }
    // "b12", "d3": the number is part of a name; of "1h30m" it is the minutes
    let isBehindHours =
      start > 1 && sentence.folded(start - 1) == "h" && sentence.tokens[start - 1].isGlued
      && sentence.tokens[start - 2].kind == .number
    if start > 0, !isBehindHours, sentence.tokens[start].isGlued, sentence.tokens[start - 1].kind == .word,
      sentence.tokens[start - 1].foldedLength == 1, sentence.tokens[start - 1].script == .latin
    {
      all.append(Piece(tokens: start..<(start + 1)))
      return start + 1
    }
    let mark = symbol(start + 1)
    var piece = Piece(tokens: start..<(start + 1), digits: first.count)

    // 8:30 and 20:00:00
    if mark == UInt8(ascii: ":"), first.value < 24, let minutes = glued(start + 2), minutes.count == 2,
      minutes.value < 60
    {
      var end = start + 3
      if symbol(end) == UInt8(ascii: ":"), glued(end + 1) != nil { end += 2 }
      piece.add(Concept(.clock, Double(first.value * 60 + minutes.value)))
      piece.hasLeadingZero = first.count == 2 && first.value < 10
      piece.tokens = start..<end
      all.append(piece)
      return end
    }
    // 5/12, 5-12-2026, 2026-12-05
    if mark == UInt8(ascii: "/") || mark == UInt8(ascii: "-") || mark == UInt8(ascii: "."),
      let second = glued(start + 2)
    {
      let third = symbol(start + 3) == mark ? glued(start + 4) : nil
      if let date = Self.date(first, second, third, mark) {
        piece.date = date
        piece.tokens = start..<(start + (third == nil ? 3 : 5))
        if third == nil, mark == UInt8(ascii: "."), second.count == 2 {
          piece.date = nil
        } else {
          all.append(piece)
          return piece.tokens.upperBound
        }
      }
    }
    var value = Double(first.value)
    var end = start + 1
    if mark == UInt8(ascii: "."), let fraction = glued(start + 2) {
      value += Double(fraction.value) / Self.power(fraction.count)
      if fraction.count == 2, fraction.value < 60, first.value < 24 {
        piece.add(Concept(.clock, Double(first.value * 60 + fraction.value)))
      }
      end = start + 3
    } else {
      // 1,200 and 1,00,000
      while symbol(end) == UInt8(ascii: ","), let group = glued(end + 1), group.count == 3 || group.count == 2,
        piece.digits < 15
      {
        value = value * Self.power(group.count) + Double(group.value)
        piece.digits += group.count
        end += 2
      }
      if end > start + 1, symbol(end) == UInt8(ascii: "."), let fraction = glued(end + 1) {
        value += Double(fraction.value) / Self.power(fraction.count)
        end += 2
      }
    }
    // 250/-
    if symbol(end) == UInt8(ascii: "/"), symbol(end + 1) == UInt8(ascii: "-") { end += 2 }
    if end < sentence.tokens.count, sentence.tokens[end].isGlued, sentence.tokens[end].kind == .word {
      switch sentence.folded(end) {
      case "st", "nd", "rd", "th":
        piece.add(Concept(.ordinal, value))
        end += 1
      case "k": (value, end) = (value * 1_000, end + 1)
      case "l": (value, end) = (value * 100_000, end + 1)
      case "m", "h":
        piece.add(Concept(.number, value))
        piece.tokens = start..<end
        all.append(piece)
        let unit: TimeUnit = sentence.folded(end) == "m" ? .minute : .hour
        all.append(Piece(tokens: end..<(end + 1), concepts: [Concept(.unit, Double(unit.rawValue))]))
        return end + 1
      default: break
      }
    }
    if !piece.has(.ordinal) { piece.add(Concept(.number, value), first: true) }
    piece.tokens = start..<end
    all.append(piece)
    return end
  }

  private static func power(_ digits: Int) -> Double { (0..<digits).reduce(1) { value, _ in value * 10 } }

  /// Day first, as India writes; year first with four digits.
  private static func date(
    _ a: (value: Int, count: Int), _ b: (value: Int, count: Int), _ c: (value: Int, count: Int)?, _ mark: UInt8
  ) -> (year: Int?, month: Int, day: Int)? {
    if let c, a.count == 4, (1...12).contains(b.value), (1...31).contains(c.value) {
      return (a.value, b.value, c.value)
    }
    guard a.count <= 2, b.count <= 2, (1...31).contains(a.value), (1...12).contains(b.value) else { return nil }
    guard let c else { return mark == UInt8(ascii: "/") ? (nil, b.value, a.value) : nil }
    guard c.count == 4 || c.count == 2 else { return nil }
    return (c.count == 2 ? 2000 + c.value : c.value, b.value, a.value)
  }

  // MARK: Numbers in words

  /// The number that begins at a piece: "25", "twenty five", "1.5 lakh", "saadhe aath", "two and a half".
  func number(at start: Int) -> (value: Double, end: Int, isDigits: Bool)? {
    var index = start
    guard index < all.count else { return nil }
    var offset = 0.0
    if let add = all[index].value(.add) {
      offset = add
      index += 1
    }
    var total = 0.0
    var current: Double?
    var isDigits = false
    loop: while index < all.count {
      let piece = all[index]
      if let value = piece.value(.number) {
        if let so = current {
          guard piece.digits == 0, !isDigits, so >= 20, so.truncatingRemainder(dividingBy: 10) == 0,
            value < 10 || so >= 100
          else { break loop }
          current = so + value
        } else {
          current = value
          isDigits = piece.digits > 0
        }
      } else if let scale = piece.value(.scale), current != nil || total > 0 || offset != 0 || scale > 100 {
        if scale == 100 {
          current = (current ?? 1) * 100
        } else {
          total += (current ?? 1) * scale
          current = nil
        }
        isDigits = false
      } else if piece.has(.and), current != nil || total > 0, index + 1 < all.count {
        if all[index + 1].has(.half) {
          (current, index) = ((current ?? 0) + 0.5, index + 1)
        } else if index + 2 < all.count, all[index + 1].has(.a), all[index + 2].has(.half) {
          (current, index) = ((current ?? 0) + 0.5, index + 2)
        } else if all[index + 1].has(.number), total > 0 || (current ?? 0) >= 100, !isDigits {
          index += 1
          continue loop
        } else {
          break loop
        }
      } else {
        break loop
      }
      index += 1
    }
    guard current != nil || total > 0 else { return nil }
    return (total + (current ?? 0) + offset, index, isDigits)
  }

  /// Tokens from piece to piece.
  func tokens(_ start: Int, _ end: Int) -> Range<Int> {
    guard start < end else { return 0..<0 }
    return all[start].tokens.lowerBound..<max(all[start].tokens.upperBound, all[end - 1].tokens.upperBound)
  }
}
