/// A number that was found, in words or digits.
struct AmountNumber {
  enum Form: Sendable { case integer, decimal, fraction, power }

  /// By piece.
  var range: Range<Int>
  var value: Exact
  var form: Form
  /// It ends in digits, or in a word that multiplies.
  var isDigits = false
}

/// "third", "21st", "last", "next".
struct AmountOrdinal {
  enum Anchor: String, Sendable { case start, end, current }

  var range: Range<Int>
  /// Counted from 1 at the start, from 0 at the end and at where one is.
  var offset: Exact
  var anchor: Anchor
}

/// Reads numbers and ordinals off the pieces: one grammar for all languages.
struct AmountNumbers {
  let pieces: AmountPieces
  private(set) var numbers: [AmountNumber] = []
  private(set) var ordinals: [AmountOrdinal] = []

  init(_ pieces: AmountPieces) {
    self.pieces = pieces
    var index = 0
    while index < pieces.all.count {
      guard Self.mayBegin(pieces.all[index]) else {
        index += 1
        continue
      }
      let number = number(at: index)
      let ordinal = ordinal(at: index)
      if let ordinal, ordinal.range.upperBound >= number?.range.upperBound ?? 0 {
        ordinals.append(ordinal)
        index = ordinal.range.upperBound
      } else if let number {
        if !isPronoun(number) { numbers.append(number) }
        index = number.range.upperBound
      } else {
        index += 1
      }
    }
  }

  private static let beginnings: UInt64 = [
    AmountConcept.Kind.number, .scale, .add, .ordinal, .half, .quarter, .article, .minus, .point, .fromEnd, .fromHere,
  ].reduce(0) { $0 | $1.bit }

  private static func mayBegin(_ piece: AmountPieces.Piece) -> Bool {
    piece.kinds & beginnings != 0 || piece.numeral != nil || AmountPieces.dashes.contains(piece.symbol)
  }

  /// "this one", "the one you mentioned".
  private func isPronoun(_ number: AmountNumber) -> Bool {
    let start = number.range.lowerBound
    return number.range.count == 1 && number.value == Exact(1) && pieces.all[start].numeral == nil
      && (pieces.has(start - 1, .pronoun) || pieces.has(start - 1, .ordinal) || pieces.has(start - 1, .fromHere)
        || pieces.has(start - 1, .fromEnd))
  }

  // MARK: Whole expressions

  func number(at start: Int) -> AmountNumber? {
    guard let index = sign(at: start) else { return unsigned(at: start) }
    guard var number = unsigned(at: index) else { return nil }
    number.range = start..<number.range.upperBound
    number.value = -number.value
    return number
  }

  /// The piece behind a minus that belongs to the number after it: "-5", "minus five", not "10-5" and "fifty - two".
  private func sign(at index: Int) -> Int? {
    let isDash = pieces.isDashPiece(index)
    guard isDash || pieces.has(index, .minus) else { return nil }
    if index > 0 {
      let before = pieces.all[index - 1]
      if before.numeral != nil || before.has(.number) || before.has(.scale) { return nil }
      // A letter, or what a letter touches, stands before it: "scp-173", "A-5".
      if isDash, pieces.touches(index), before.symbol == 0 || before.symbol == UInt32(ascii: ")") { return nil }
      // A dash between words is one: "the answer - 5 people".
      if isDash, !pieces.touches(index + 1), before.symbol == 0 { return nil }
    }
    return index + 1
  }

  private func unsigned(at start: Int) -> AmountNumber? {
    if pieces.has(start, .point), let number = decimals(after: start, whole: Exact(0), from: start), isFree(start) {
      return number
    }
    if let fraction = fraction(at: start) { return scaled(fraction) }
    guard let whole = cardinal(at: start) else { return nil }
    if let decimal = decimals(after: whole.end, whole: whole.value, from: start) { return scaled(decimal) }
    if let divided = divided(whole, from: start) { return divided }
    // "two million and three fifths": what follows the factor divides.
    if let and = whole.and, denominator(at: whole.end, allowsSingular: true) != nil,
      let fewer = cardinal(at: start, before: and),
      let mixed = mixed(fewer, from: start)
    {
      return mixed
    }
    if let mixed = mixed(whole, from: start) { return whole.lastScale == Exact(0) ? scaled(mixed) : mixed }
    return AmountNumber(range: start..<whole.end, value: whole.value, form: whole.form, isDigits: whole.isDigits)
  }

  /// "point five" begins a number, "at this point five" does not.
  private func isFree(_ index: Int) -> Bool {
    index == 0 || !pieces.has(index - 1, .pronoun) && !pieces.has(index - 1, .article)
  }

  /// "half a million", "two thirds of a million", "five and a half million", "half a dozen".
  private func scaled(_ number: AmountNumber) -> AmountNumber {
    var number = number
    var index = number.range.upperBound
    if pieces.has(index, .of) { index += 1 }
    if pieces.has(index, .article) { index += 1 }
    guard let scale = pieces.value(index, .scale) ?? pieces.value(index, .tail) else { return number }
    number.value = number.value * Exact(word: scale)
    number.range = number.range.lowerBound..<(index + 1)
    if pieces.value(index, .tail) != nil { number.form = .integer }
    return number
  }

  // MARK: Cardinals

  struct Cardinal {
    var value: Exact
    var end: Int
    var form = AmountNumber.Form.integer
    /// Of the last factor: 1,000,000 in "five million", 0 where it ends otherwise.
    var lastScale = Exact(0)
    /// What was added last, after an "and": 2 in "three hundred and two".
    var tail: Exact?
    /// The "and" before what was added to a factor: in "two million and three".
    var and: Int?
    /// It begins with digits.
    var startsInDigits = false
    /// The piece of the tens that end it without ones: "thirty" in "one hundred thirty".
    var tens: Int?
    var isDigits = false
  }

  /// "25", "twenty five", "1.5 lakh", "saadhe teen sau", "three lakh crore".
  /// - Parameter limit: the piece where it must end.
  func cardinal(at start: Int, before limit: Int = .max) -> Cardinal? {
    var index = pieces.has(start, .article) && isScale(start + 1) ? start + 1 : start
    var total = Cardinal(value: Exact(0), end: start)
    var isFirst = true
    while index < limit {
      var at = index
      if !isFirst, pieces.has(at, .and) { at += 1 }
      guard at < limit, var term = group(at: at, before: limit, isFirst: isFirst) else { break }
      var scale = Exact(1)
      while term.end < limit, let factor = scaleFactor(term) {
        scale = scale * factor
        term.end += 1
        term.isDigits = false
        if factor.double >= 1_000 { term.lastScale = factor }
        if term.form == .decimal, (term.value * scale).isWhole { term.form = .integer }
        term.tens = nil
      }
      // Words that hold their factor: "இரண்டாயிரம்" is 2,000.
      if scale == Exact(1), !term.isDigits, let value = term.value.int, value >= 1_000, value % 1_000 == 0 {
        (scale, term.lastScale, term.value) = (Exact(1_000), Exact(1_000), Exact(value / 1_000))
      }
      term.value = term.value * scale
      if !isFirst {
        guard term.value < total.lastScale, term.value != Exact(0), term.form == .integer else { break }
      }
      let before = total
      total = term
      total.startsInDigits = isFirst ? term.isDigits || pieces.all[at].numeral != nil : before.startsInDigits
      total.and = at > index ? index : term.and ?? before.and
      total.value = before.value + term.value
      if at == index || isFirst { total.tail = term.tail } else { total.tail = term.tail ?? term.value }
      index = term.end
      guard scale.double >= 1_000 else { break }
      isFirst = false
    }
    guard total.end > start else { return nil }
    if total.end < limit, let dozen = pieces.value(total.end, .tail) {
      let counted = total.tail ?? total.value
      total.value = total.value - counted + counted * Exact(word: dozen)
      (total.end, total.tens, total.lastScale) = (total.end + 1, nil, Exact(0))
    }
    return total
  }

  private func isScale(_ index: Int) -> Bool { pieces.has(index, .scale) || pieces.has(index, .tail) }

  private func scaleFactor(_ term: Cardinal) -> Exact? {
    let index = term.end
    if let scale = pieces.value(index, .scale) ?? pieces.value(index, .scales) { return Exact(word: scale) }
    if term.isDigits, let suffix = pieces.value(index, .suffix) { return Exact(word: suffix) }
    return nil
  }

  /// Up to a thousand: "two hundred and five", "3 hundred and 21", or the word for a factor that stands alone.
  private func group(at start: Int, before limit: Int, isFirst: Bool) -> Cardinal? {
    var term: Cardinal
    if let small = small(at: start) {
      term = small
    } else if isFirst, pieces.has(start, .scale) || pieces.has(start, .tail) && pieces.has(start - 1, .article) {
      term = Cardinal(value: Exact(1), end: start)
    } else {
      return nil
    }
    let hundred = Exact(100)
    let takesTail = term.value.isWhole
    if let scale = pieces.value(term.end, .scale) ?? pieces.value(term.end, .scales), scale == 100, term.end < limit {
      term = Cardinal(value: term.value * hundred, end: term.end + 1, form: .integer)
    } else if term.isDigits || term.value < hundred || term.value.double >= 1_000 {
      return term
    }
    // Hundreds take tens and ones.
    let index = pieces.has(term.end, .and) ? term.end + 1 : term.end
    guard takesTail, index < limit, let rest = small(at: index), rest.end <= limit, rest.value.isWhole,
      rest.value < hundred,
      rest.value != Exact(0), pieces.value(rest.end, .scale) != 100,
      !rest.isDigits || index > term.end || !term.isDigits,
      rest.form == .integer
    else { return term }
    return Cardinal(
      value: term.value + rest.value, end: rest.end, tail: index > term.end ? rest.value : nil,
      and: index > term.end ? term.end : nil, tens: rest.tens, isDigits: rest.isDigits)
  }

  /// A numeral, or one word or two: "25", "seven", "twenty-one", "saadhe teen".
  private func small(at start: Int) -> Cardinal? {
    guard start < pieces.all.count else { return nil }
    let piece = pieces.all[start]
    if let numeral = piece.numeral {
      // "10 1/2", "1½"
      if numeral.isWhole, start + 1 < pieces.all.count, pieces.all[start + 1].form == .fraction,
        let part = pieces.all[start + 1].numeral, part < Exact(1)
      {
        return Cardinal(value: numeral + part, end: start + 2, form: .fraction, isDigits: true)
      }
      return Cardinal(value: numeral, end: start + 1, form: piece.form, isDigits: true)
    }
    if let add = piece.value(.add) {
      guard let next = small(at: start + 1), pieces.value(start + 1, .add) == nil else {
        return Cardinal(value: Exact(1) + Exact(word: add), end: start + 1, form: .decimal)
      }
      return Cardinal(value: next.value + Exact(word: add), end: next.end, form: .decimal)
    }
    guard let value = piece.value(.number) else { return nil }
    let exact = Exact(word: value)
    guard value >= 20, value < 100, value.truncatingRemainder(dividingBy: 10) == 0 else {
      return Cardinal(value: exact, end: start + 1, form: exact.isWhole ? .integer : .decimal)
    }
    let next = pieces.pastDash(start + 1)
    if next < pieces.all.count, pieces.all[next].numeral == nil, let ones = pieces.value(next, .number), ones >= 1,
      ones < 10, ones == ones.rounded()
    {
      return Cardinal(value: exact + Exact(word: ones), end: next + 1)
    }
    return Cardinal(value: exact, end: start + 1, tens: start)
  }

  // MARK: Decimals

  /// "point nought four", "point seventy-one", behind a whole number or alone.
  private func decimals(after index: Int, whole: Exact, from start: Int) -> AmountNumber? {
    guard pieces.has(index, .point) else { return nil }
    var digits: [UInt8] = []
    var end = index + 1
    while digits.count < 18, let next = small(at: end), let value = next.value.int,
      (0..<100).contains(value) || digits.isEmpty
    {
      guard value < 10 || digits.isEmpty, next.form == .integer else { break }
      digits += Array("\(value)".utf8)
      end = next.end
      if value >= 10 || next.isDigits { break }
    }
    guard let fraction = Exact(digits: digits, decimals: digits.count) else { return nil }
    return AmountNumber(range: start..<end, value: whole + fraction, form: .decimal)
  }

  // MARK: Fractions

  /// What divides: "thirds", "twenty-fifths", and in the singular after one: "a third".
  /// - Returns: the divisor and the piece after it.
  private func denominator(at start: Int, allowsSingular: Bool, allowsTens: Bool = true) -> (value: Exact, end: Int)? {
    let index = pieces.pastDash(start)
    if let plural = pieces.value(index, .denominator) { return (Exact(word: plural), index + 1) }
    if allowsSingular, let ordinal = pieces.value(index, .ordinal), ordinal > 2 {
      return (Exact(word: ordinal), index + 1)
    }
    if allowsTens, let tens = pieces.value(index, .number), tens >= 20, tens < 100,
      tens.truncatingRemainder(dividingBy: 10) == 0
    {
      let last = pieces.pastDash(index + 1)
      let ones = pieces.value(last, .denominator) ?? (allowsSingular ? pieces.value(last, .ordinal) : nil)
      if let ones, ones < 10 { return (Exact(word: tens + ones), last + 1) }
    }
    return nil
  }

  /// A fraction without a whole number before it: "three quarters", "a third", "half", "one hundred thirty-fifths".
  private func fraction(at start: Int) -> AmountNumber? {
    func made(_ above: Exact, _ below: Exact, _ end: Int) -> AmountNumber? {
      (above / below).map { AmountNumber(range: start..<end, value: $0, form: .fraction) }
    }
    let isArticle = pieces.has(start, .article)
    let after = isArticle ? start + 1 : start
    if pieces.has(after, .half) { return made(Exact(1), Exact(2), after + 1) }
    if pieces.has(after, .quarter), isArticle || isScale(after + 1) || pieces.all[after].tokens.count > 1 {
      return made(Exact(1), Exact(4), after + 1)
    }
    if isArticle {
      guard let below = denominator(at: after, allowsSingular: true) else { return nil }
      return made(Exact(1), below.value, below.end)
    }
    guard let above = cardinal(at: start) else { return nil }
    // "a hundred thirty-fifths": the tens belong to what divides.
    if let tens = above.tens, tens > start, let below = denominator(at: tens, allowsSingular: false),
      let fewer = cardinal(at: start, before: tens), fewer.end == tens, pieces.value(tens, .denominator) == nil
    {
      return made(fewer.value, below.value, below.end)
    }
    guard above.and == nil else { return nil }
    let isOne = above.value == Exact(1) && !above.isDigits
    let dash = pieces.pastDash(above.end)
    if pieces.has(dash, .quarter) { return made(above.value, Exact(4), dash + 1) }
    if pieces.has(dash, .half), isOne { return made(Exact(1), Exact(2), dash + 1) }
    guard !above.isDigits, let below = denominator(at: above.end, allowsSingular: isOne) else { return nil }
    return made(above.value, below.value, below.end)
  }

  /// "one over three", "two out of five", "teen mein se ek", "teen ka paanchva".
  private func divided(_ whole: Cardinal, from start: Int) -> AmountNumber? {
    let index = whole.end
    func made(_ above: Exact, _ below: Exact, _ end: Int) -> AmountNumber? {
      (above / below).map { AmountNumber(range: start..<end, value: $0, form: .fraction) }
    }
    if pieces.has(index, .parts), let below = ordinal(at: index + 1), below.anchor == .start, below.offset != Exact(1) {
      return made(whole.value, below.offset, below.range.upperBound)
    }
    guard pieces.has(index, .over) || pieces.has(index, .outOf) || pieces.has(index, .wholeFirst),
      let other = cardinal(at: index + 1), other.form == .integer
    else { return nil }
    // "$2000 over 3 years", "one over the other"
    guard !pieces.has(other.end, .time), !pieces.has(other.end, .unit), !pieces.has(start - 1, .unit) else {
      return nil
    }
    if pieces.has(index, .wholeFirst) { return made(other.value, whole.value, other.end) }
    // "एक सौ पचास बटा नब्बे": a blood pressure is two values
    if pieces.has(index, .over), whole.value < Exact(300), other.value < whole.value, Exact(30) < other.value {
      return nil
    }
    return made(whole.value, other.value, other.end)
  }

  /// A whole number and a part: "five and a half", "two and fifty-four hundredths"; after a factor the part is of that:
  /// "3 million and a quarter".
  private func mixed(_ whole: Cardinal, from start: Int) -> AmountNumber? {
    guard pieces.has(whole.end, .and), whole.form == .integer, let part = fraction(at: whole.end + 1),
      part.value < Exact(1)
    else { return nil }
    var end = part.range.upperBound
    var value = part.value
    if whole.lastScale != Exact(0) {
      var index = end
      if pieces.has(index, .of) { index += 1 }
      if pieces.has(index, .article) { index += 1 }
      if let scale = pieces.value(index, .scale), Exact(word: scale) < whole.lastScale {
        (value, end) = (value * Exact(word: scale), index + 1)
      } else {
        value = value * whole.lastScale
      }
    }
    return AmountNumber(range: start..<end, value: whole.value + value, form: .fraction)
  }

  // MARK: Ordinals

  /// "third", "twenty-first", "two hundredth", "11th", "last but one", "next".
  func ordinal(at start: Int) -> AmountOrdinal? {
    for (kind, anchor) in [(AmountConcept.Kind.fromEnd, AmountOrdinal.Anchor.end), (.fromHere, .current)] {
      guard let offset = pieces.value(start, kind) else { continue }
      // "next one"
      let end =
        kind == .fromHere && pieces.value(start + 1, .number) == 1 && pieces.all[start + 1].numeral == nil
        ? start + 2 : start + 1
      return AmountOrdinal(range: start..<end, offset: Exact(word: offset), anchor: anchor)
    }
    func made(_ value: Exact, _ end: Int) -> AmountOrdinal {
      AmountOrdinal(range: start..<end, offset: value, anchor: .start)
    }
    if let ordinal = pieces.value(start, .ordinal) { return made(Exact(word: ordinal), start + 1) }
    guard let whole = cardinal(at: start) else { return nil }
    if pieces.has(whole.end, .ending), pieces.touches(whole.end), whole.form == .integer {
      return made(whole.value, whole.end + 1)
    }
    let isScaled = whole.lastScale != Exact(0) || isRound(whole)
    let and = pieces.has(whole.end, .and) && isScaled ? whole.end + 1 : whole.end
    let index = pieces.pastDash(and)
    guard !whole.startsInDigits, let last = pieces.value(index, .ordinal) else { return nil }
    let isFactor = last >= 100
    if isFactor { return made(whole.value * Exact(word: last), index + 1) }
    let fits = whole.tens != nil ? last < 10 : isRound(whole) && last < 100
    return fits ? made(whole.value + Exact(word: last), index + 1) : nil
  }

  private func isRound(_ whole: Cardinal) -> Bool {
    guard let value = whole.value.int else { return false }
    return value > 0 && value % 100 == 0
  }
}
