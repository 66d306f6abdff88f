/// A sentence as the grammar of amounts walks over it: numerals, known words, and the rest.
struct AmountPieces {
  struct Piece {
    var tokens: Range<Int>
    var meaning: [AmountConcept] = []
    /// A bit for each kind in `meaning`.
    var kinds: UInt64 = 0
    /// Written in digits.
    var numeral: Exact?
    var form = AmountNumber.Form.integer
    /// Single sign, as its code point; 0 for words and numbers.
    var symbol: UInt32 = 0

    func has(_ kind: AmountConcept.Kind) -> Bool { kinds & kind.bit != 0 }
    func value(_ kind: AmountConcept.Kind) -> Double? {
      guard has(kind) else { return nil }
      return meaning.first { $0.kind == kind }?.value
    }
  }

  let sentence: Sentence
  private(set) var all: [Piece] = []

  init(_ sentence: Sentence, _ words: [AmountWords], spacedGroups: Bool) {
    self.sentence = sentence
    all.reserveCapacity(sentence.tokens.count)
    var index = 0
    while index < sentence.tokens.count {
      switch sentence.tokens[index].kind {
      case .number: index = numeral(index, spacedGroups: spacedGroups)
      case .word, .symbol: index = word(index, words)
      }
    }
  }

  private mutating func word(_ index: Int, _ words: [AmountWords]) -> Int {
    var best: (length: Int, meaning: [AmountConcept])?
    for known in words {
      guard let match = known.match(sentence, at: index) else { continue }
      if best.map({ match.length > $0.length }) ?? true { best = match }
    }
    let token = sentence.tokens[index]
    var piece = Piece(tokens: index..<(index + (best?.length ?? 1)))
    if token.kind == .symbol { piece.symbol = symbol(index) }
    if piece.symbol == UInt32(ascii: "."), index + 1 < sentence.tokens.count, !isGlued(index) || !isWordBefore(index),
      isGlued(index + 1), let decimal = leadingPoint(index)
    {
      all.append(decimal)
      return decimal.tokens.upperBound
    }
    if let value = Self.fractions[piece.symbol] {
      piece.numeral = Exact(value.above) / Exact(value.below)
      piece.form = .fraction
    }
    if let best {
      piece.meaning = best.meaning
      for concept in best.meaning { piece.kinds |= concept.kind.bit }
    }
    all.append(piece)
    return piece.tokens.upperBound
  }

  private static let fractions: [UInt32: (above: Int, below: Int)] = [
    0xBC: (1, 4), 0xBD: (1, 2), 0xBE: (3, 4), 0x2150: (1, 7), 0x2151: (1, 9), 0x2152: (1, 10), 0x2153: (1, 3),
    0x2154: (2, 3), 0x2155: (1, 5), 0x2156: (2, 5), 0x2157: (3, 5), 0x2158: (4, 5), 0x2159: (1, 6), 0x215A: (5, 6),
    0x215B: (1, 8), 0x215C: (3, 8), 0x215D: (5, 8), 0x215E: (7, 8),
  ]

  // MARK: Signs

  /// The code point of a token that is a sign; 0 for words and numbers.
  func symbol(_ index: Int) -> UInt32 {
    guard index >= 0, index < sentence.tokens.count, sentence.tokens[index].kind == .symbol else { return 0 }
    return String(decoding: sentence.folded[sentence.tokens[index].foldedSpan], as: UTF8.self).unicodeScalars.first?
      .value ?? 0
  }

  static let dashes: Set<UInt32> = [UInt32(ascii: "-"), 0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212]

  func isDash(_ index: Int) -> Bool { Self.dashes.contains(symbol(index)) }
  func isGlued(_ index: Int) -> Bool { index < sentence.tokens.count && sentence.tokens[index].isGlued }
  func isNumber(_ index: Int) -> Bool {
    index >= 0 && index < sentence.tokens.count && sentence.tokens[index].kind == .number
  }
  func isWord(_ index: Int) -> Bool {
    index >= 0 && index < sentence.tokens.count && sentence.tokens[index].kind == .word
  }
  private func isWordBefore(_ index: Int) -> Bool { isNumber(index - 1) || isWord(index - 1) }

  /// A letter touches the token before it: "MP3", "s666".
  func isInsideWord(_ index: Int) -> Bool { isGlued(index) && isWord(index - 1) }

  /// "USD115" and "Rs500"; the 2 of "km2" belongs to the unit.
  private func isBehindUnit(_ index: Int) -> Bool {
    guard let before = all.last, before.has(.unit), before.tokens.upperBound == index else { return false }
    return digits(index).count > 1 || !(50...51).contains(digits(index).first ?? 0)
  }

  // MARK: Digits

  private func digits(_ index: Int) -> ArraySlice<UInt8> { sentence.folded[sentence.tokens[index].foldedSpan] }

  /// ".5": a point that touches the number and nothing before.
  private func leadingPoint(_ index: Int) -> Piece? {
    guard isNumber(index + 1), !(isGlued(index + 2) && symbol(index + 2) == UInt32(ascii: ".") && isNumber(index + 3)),
      let value = Exact(digits: digits(index + 1), decimals: digits(index + 1).count)
    else { return nil }
    return Piece(tokens: index..<(index + 2), numeral: value, form: .decimal)
  }

  private mutating func numeral(_ start: Int, spacedGroups: Bool) -> Int {
    if isInsideWord(start) && !isBehindUnit(start) || digits(start).count > Exact.mostDigits {
      all.append(Piece(tokens: start..<(start + 1)))
      return start + 1
    }
    // Groups of digits with points and commas between.
    var ends = start + 1
    var marks: [UInt32] = []
    while isGlued(ends), isGlued(ends + 1), isNumber(ends + 1), marks.count < 12,
      symbol(ends) == UInt32(ascii: ",") || symbol(ends) == UInt32(ascii: ".")
    {
      marks.append(symbol(ends))
      ends += 2
    }
    guard let (value, form) = Self.value(stride(from: start, to: ends, by: 2).map { digits($0) }, marks) else {
      return separate(start, ends)
    }
    var piece = Piece(tokens: start..<ends, numeral: value, form: form)
    if marks.isEmpty {
      addSpacedGroups(&piece, pairs: spacedGroups)
      addFraction(&piece)
    }
    addPower(&piece)
    all.append(piece)
    return piece.tokens.upperBound
  }

  /// "192.168.1.2" and "22,24,26": each for itself.
  private mutating func separate(_ start: Int, _ end: Int) -> Int {
    for index in start..<end {
      var piece = Piece(tokens: index..<(index + 1), symbol: symbol(index))
      if isNumber(index) { piece.numeral = Exact(digits: digits(index)) }
      all.append(piece)
    }
    return end
  }

  /// Reads 1,234.5 · 12,34,567.8 · 1.234,5 · 1,3 (a decimal comma) and says no to what is a list.
  private static func value(_ groups: [ArraySlice<UInt8>], _ marks: [UInt32]) -> (Exact, AmountNumber.Form)? {
    let comma = UInt32(ascii: ",")
    let all = Array(groups.joined())
    guard let last = groups.last, let first = groups.first else { return nil }
    let isWhole: Bool
    if marks.isEmpty {
      isWhole = true
    } else if Set(marks).count == 1 {
      let mark = marks[0]
      if marks.count == 1, mark != comma {
        isWhole = false
      } else if marks.count == 1 {
        isWhole = last.count == 3 && first.count <= 3 && first.first != UInt8(ascii: "0")
      } else if isGrouped(groups, byThousandsOnly: mark != comma) {
        isWhole = true
      } else {
        return nil
      }
    } else {
      // One other mark at the end: "1,234.5", "1.234,5".
      guard Set(marks.dropLast()).count == 1, marks.count == 2 || isGrouped(groups.dropLast(), byThousandsOnly: false),
        isGrouped(groups.dropLast(), byThousandsOnly: marks[0] != comma)
      else { return nil }
      isWhole = false
    }
    guard let value = Exact(digits: all, decimals: isWhole ? 0 : last.count) else { return nil }
    return (value, isWhole ? .integer : .decimal)
  }

  /// By thousands, or as India groups: 12,34,567.
  private static func isGrouped(_ groups: some BidirectionalCollection<ArraySlice<UInt8>>, byThousandsOnly: Bool)
    -> Bool
  {
    guard let first = groups.first, let last = groups.last, (1...3).contains(first.count) else { return false }
    let rest = groups.dropFirst()
    guard rest.isEmpty || last.count == 3 else { return false }
    if rest.allSatisfy({ $0.count == 3 }) { return true }
    return !byThousandsOnly && first.count <= 2 && rest.dropLast().allSatisfy { $0.count == 2 }
  }

  /// "1 234 567", and where two groups are enough "40 000".
  private func addSpacedGroups(_ piece: inout Piece, pairs: Bool) {
    guard digits(piece.tokens.lowerBound).count <= 3 else { return }
    var all = Array(digits(piece.tokens.lowerBound))
    var end = piece.tokens.upperBound
    var groups = 0
    while isNumber(end), !isGlued(end), digits(end).count == 3, all.count < 18 {
      all += digits(end)
      end += 1
      groups += 1
    }
    guard groups > 0, !isNumber(end), groups > 1 || pairs && all.suffix(3) == [48, 48, 48], all.first != 48,
      !isGlued(end) || symbol(end) == UInt32(ascii: ",") || symbol(end) == UInt32(ascii: ".")
        || symbol(end) == UInt32(ascii: "?"),
      let value = Exact(digits: all)
    else { return }
    piece.numeral = value
    piece.tokens = piece.tokens.lowerBound..<end
  }

  /// "1/3"; not in "5/12/2026", nor after a dash: "222-2222/2222".
  private func addFraction(_ piece: inout Piece) {
    let (start, end) = (piece.tokens.lowerBound, piece.tokens.upperBound)
    guard symbol(end) == UInt32(ascii: "/"), isNumber(end + 1), isGlued(end) == isGlued(end + 1),
      !(isGlued(start) && (isDash(start - 1) || symbol(start - 1) == UInt32(ascii: "/")) && isNumber(start - 2)),
      !(isGlued(end + 2) && (isDash(end + 2) || symbol(end + 2) == UInt32(ascii: "/") || isWord(end + 2))),
      let below = Exact(digits: digits(end + 1)), digits(end + 1).count <= 6,
      let value = piece.numeral.flatMap({ $0 / below })
    else { return }
    (piece.numeral, piece.form) = (value, .fraction)
    piece.tokens = start..<(end + 2)
  }

  /// "1e10", "12.32e+14", "1.1^23", "2.5^-1".
  private func addPower(_ piece: inout Piece) {
    let end = piece.tokens.upperBound
    guard isGlued(end), let base = piece.numeral else { return }
    let isExponent = isWord(end) && sentence.folded[sentence.tokens[end].foldedSpan].elementsEqual([UInt8(ascii: "e")])
    guard isExponent || symbol(end) == UInt32(ascii: "^") else { return }
    let isSigned = isGlued(end + 1) && (isDash(end + 1) || symbol(end + 1) == UInt32(ascii: "+"))
    let place = isSigned ? end + 2 : end + 1
    guard isNumber(place), isGlued(place), !(isGlued(place + 1) && isWord(place + 1)), digits(place).count <= 4,
      var exponent = Exact(digits: digits(place))?.int
    else { return }
    if isSigned, isDash(end + 1) { exponent = -exponent }
    guard let value = isExponent ? Exact(10).power(exponent).map({ base * $0 }) : base.power(exponent),
      value.double.isFinite
    else { return }
    (piece.numeral, piece.form) = (value, .power)
    piece.tokens = piece.tokens.lowerBound..<(place + 1)
  }

  // MARK: Walking

  func has(_ index: Int, _ kind: AmountConcept.Kind) -> Bool { index >= 0 && index < all.count && all[index].has(kind) }
  func value(_ index: Int, _ kind: AmountConcept.Kind) -> Double? {
    index >= 0 && index < all.count ? all[index].value(kind) : nil
  }
  func isSign(_ index: Int, _ sign: Character) -> Bool {
    index >= 0 && index < all.count && all[index].symbol == sign.unicodeScalars.first?.value
  }
  func isDashPiece(_ index: Int) -> Bool { index >= 0 && index < all.count && Self.dashes.contains(all[index].symbol) }
  /// The piece touches the one before it.
  func touches(_ index: Int) -> Bool {
    index > 0 && index < all.count && sentence.tokens[all[index].tokens.lowerBound].isGlued
  }
  /// Over a dash, where one stands here: "twenty-one", "3-inch".
  func pastDash(_ index: Int) -> Int { isDashPiece(index) ? index + 1 : index }

  func tokens(_ start: Int, _ end: Int) -> Range<Int> {
    guard start < end else { return 0..<0 }
    return all[start].tokens.lowerBound..<all[end - 1].tokens.upperBound
  }
}

extension UInt32 {
  init(ascii scalar: Unicode.Scalar) { self = scalar.value }
}
