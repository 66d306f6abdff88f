import Formats

/// Ranges of numbers: "between 5 and 10", "at least 3", "more than 10 and less than 20", "5-10", "x > 3".
struct AmountRanges {
  struct Found {
    enum Form: String { case between, compared, equal }

    var range: Range<Int>
    var form: Form
    var low: Exact?
    var high: Exact?
    var includesLow = false
    var includesHigh = false
  }

  private let reading: AmountReading
  private let pieces: AmountPieces

  init(_ reading: AmountReading) {
    self.reading = reading
    pieces = reading.pieces
  }

  func values() -> [ReadValue] {
    found().map { found in
      ReadValue(
        type: "numberrange", tokens: reading.tokens(found.range),
        value: [
          "low": found.low.map { .string($0.text) } ?? .null, "high": found.high.map { .string($0.text) } ?? .null,
          "includes_low": .bool(found.includesLow), "includes_high": .bool(found.includesHigh),
          "form": .string(found.form.rawValue),
        ])
    }
  }

  private static let beginnings: UInt64 = [
    AmountConcept.Kind.more, .less, .above, .below, .least, .most, .equal, .no, .between, .from,
  ].reduce(0) { $0 | $1.bit }

  func found() -> [Found] {
    var found: [Found] = []
    var index = 0
    while index < pieces.all.count {
      guard let next = range(at: index), reading.isFree(next.range) else {
        index += 1
        continue
      }
      index = next.range.upperBound
      if let last = found.last, let joint = joined(last, next) {
        found[found.count - 1] = joint
      } else {
        found.append(next)
      }
    }
    return found
  }

  private func range(at index: Int) -> Found? {
    if let number = reading.number(at: index) { return between(number) ?? behind(number) }
    if pieces.all[index].kinds & Self.beginnings != 0 || pieces.all[index].symbol != 0 {
      return framed(index) ?? compared(index) ?? signed(index)
    }
    return nil
  }

  /// "more than 10 and less than 20": one end each, with nothing but a joint between.
  private func joined(_ a: Found, _ b: Found) -> Found? {
    guard a.form == .compared, b.form == .compared, (a.low == nil) != (b.low == nil), (a.low == nil) == (b.high == nil),
      a.high == nil || a.low == nil, b.high == nil || b.low == nil
    else { return nil }
    let between = a.range.upperBound..<b.range.lowerBound
    guard between.count <= 3,
      between.allSatisfy({ pieces.has($0, .and) || pieces.isSign($0, ",") || pieces.has($0, .filler) })
    else { return nil }
    let low = a.low ?? b.low
    let high = a.high ?? b.high
    guard let low, let high, low < high else { return nil }
    return Found(
      range: a.range.lowerBound..<b.range.upperBound, form: .compared, low: low, high: high,
      includesLow: a.low == nil ? b.includesLow : a.includesLow,
      includesHigh: a.high == nil ? b.includesHigh : a.includesHigh)
  }

  // MARK: Two numbers

  /// "between 5 and 10", "from 5 to 10".
  private func framed(_ index: Int) -> Found? {
    let isBetween = pieces.has(index, .between)
    guard isBetween || pieces.has(index, .from), let first = reading.number(at: index + 1) else { return nil }
    let joint = pastUnit(first.range.upperBound)
    guard isBetween ? pieces.has(joint, .and) || pieces.has(joint, .to) || pieces.isDashPiece(joint) : isTill(joint),
      let second = reading.number(at: joint + 1), first.value < second.value, !isClock(second)
    else { return nil }
    return Found(
      range: index..<second.range.upperBound, form: .between, low: first.value, high: second.value, includesLow: true,
      includesHigh: true)
  }

  /// The number is an hour: "between 9 and 10:30".
  private func isClock(_ number: AmountNumber) -> Bool {
    let end = number.range.upperBound
    return pieces.touches(end) && pieces.isSign(end, ":")
  }

  private func isTill(_ index: Int) -> Bool {
    pieces.has(index, .to) || pieces.isDashPiece(index) || pieces.isSign(index, "~")
  }

  /// "5-10", "20~100", "5 to 10", "das aur pandrah ke beech".
  private func between(_ first: AmountNumber) -> Found? {
    let joint = first.range.upperBound
    // "222-2222/2222", "5-12-2026"
    guard
      !(pieces.touches(first.range.lowerBound)
        && (pieces.isDashPiece(first.range.lowerBound - 1) || pieces.isSign(first.range.lowerBound - 1, "+")
          || pieces.isSign(first.range.lowerBound - 1, "/")))
    else { return nil }
    if pieces.has(joint, .and), let second = reading.number(at: joint + 1), pieces.has(second.range.upperBound, .among)
    {
      return made(first, second, second.range.upperBound + 1)
    }
    guard isTill(joint), let second = reading.number(at: joint + 1), first.value < second.value, !isClock(second),
      !(pieces.touches(second.range.upperBound)
        && (pieces.isDashPiece(second.range.upperBound) || pieces.isSign(second.range.upperBound, "/"))),
      pieces.isDashPiece(joint) ? first.isDigits || pieces.all[joint - 1].has(.suffix) : true
    else { return nil }
    let end = second.range.upperBound
    return made(first, second, pieces.has(end, .among) ? end + 1 : end)
  }

  private func made(_ first: AmountNumber, _ second: AmountNumber, _ end: Int) -> Found {
    Found(
      range: first.range.lowerBound..<end, form: .between, low: first.value, high: second.value, includesLow: true,
      includesHigh: true)
  }

  // MARK: One number

  /// "less than or equal to 100", "no less than thirty", "at least 3", "equals 20".
  private func compared(_ start: Int) -> Found? {
    var index = start
    let isDenied = pieces.has(index, .no)
    if isDenied { index += 1 }
    var isEqual = false
    if !isDenied, pieces.has(index, .equal), let after = pastOr(index + 1) {
      // "equal to or more than 30"; "equal to 5000 or more than"
      guard
        pieces.has(after, .more) || pieces.has(after, .less) || pieces.has(after, .above) || pieces.has(after, .below)
      else { return nil }
      (isEqual, index) = (true, after)
    } else if !isDenied, pieces.has(index, .equal) {
      let place = pieces.has(index + 1, .than) ? index + 2 : index + 1
      guard let number = reading.number(at: place) else { return nil }
      return equal(start, number)
    }
    guard index < pieces.all.count else { return nil }
    let piece = pieces.all[index]
    var isLow: Bool
    switch piece {
    case _ where piece.has(.more): isLow = true
    case _ where piece.has(.less): isLow = false
    case _ where piece.has(.above): isLow = true
    case _ where piece.has(.below): isLow = false
    case _ where piece.has(.least) && !isDenied: (isLow, isEqual) = (true, true)
    case _ where piece.has(.most) && !isDenied: (isLow, isEqual) = (false, true)
    default: return nil
    }
    let needsThan = piece.has(.more) && !piece.has(.above) || piece.has(.less) && !piece.has(.below)
    index += 1
    var hasThan = false
    if pieces.has(index, .than) { (index, hasThan) = (index + 1, true) }
    if let after = pastOr(index), pieces.has(after, .equal) {
      (index, isEqual, hasThan) = (after + 1, true, true)
      if pieces.has(index, .than) { index += 1 }
    }
    guard hasThan || !needsThan, let number = reading.number(at: index) else { return nil }
    if isDenied {
      isLow.toggle()
      isEqual.toggle()
    }
    var end = number.range.upperBound
    // "less than 5000 or equal"
    if let equal = orEqual(end) { (end, isEqual) = (equal, true) }
    return Found(
      range: start..<end, form: .compared, low: isLow ? number.value : nil, high: isLow ? nil : number.value,
      includesLow: isLow && isEqual, includesHigh: !isLow && isEqual)
  }

  private func pastOr(_ index: Int) -> Int? {
    // "equal to or", "more than or"
    let place = pieces.has(index, .than) ? index + 1 : index
    return pieces.has(place, .or) ? place + 1 : nil
  }

  /// "equal to 20"; with "or more than" and no number behind, an open end.
  private func equal(_ start: Int, _ number: AmountNumber) -> Found {
    let end = number.range.upperBound
    if let after = pastOr(end), pieces.has(after, .more) || pieces.has(after, .less) {
      let last = pieces.has(after + 1, .than) ? after + 2 : after + 1
      if reading.number(at: last) == nil { return open(start, last, number, isLow: pieces.has(after, .more)) }
    }
    return Found(
      range: start..<end, form: .equal, low: number.value, high: number.value, includesLow: true, includesHigh: true)
  }

  private func open(_ start: Int, _ end: Int, _ number: AmountNumber, isLow: Bool) -> Found {
    Found(
      range: start..<end, form: .compared, low: isLow ? number.value : nil, high: isLow ? nil : number.value,
      includesLow: isLow, includesHigh: !isLow)
  }

  /// "five hundred or more", "500 and above"; in Hindi and Tamil all words of comparing stand behind.
  private func behind(_ number: AmountNumber) -> Found? {
    let start = number.range.lowerBound
    let end = pastUnit(number.range.upperBound)
    if let last = orCompared(end) { return open(start, last.end, number, isLow: last.isLow) }
    if pieces.has(end, .equalAfter) {
      // "30 ke barabar ya usse kam"
      if let last = orCompared(end + 1) { return open(start, last.end, number, isLow: last.isLow) }
      return Found(
        range: start..<(end + 1), form: .equal, low: number.value, high: number.value, includesLow: true,
        includesHigh: true)
    }
    guard pieces.has(end, .moreAfter) || pieces.has(end, .lessAfter) else { return nil }
    var isLow = pieces.has(end, .moreAfter)
    var isEqual = pieces.value(end, isLow ? .moreAfter : .lessAfter) == 1
    var last = end + 1
    if let equal = orEqual(last) {
      (last, isEqual) = (equal, true)
    } else if pieces.has(last, .no) {
      isLow.toggle()
      isEqual.toggle()
      last += 1
    }
    return Found(
      range: start..<last, form: .compared, low: isLow ? number.value : nil, high: isLow ? nil : number.value,
      includesLow: isLow && isEqual, includesHigh: !isLow && isEqual)
  }

  /// "or more", "and above", "ya usse kam", with no number behind.
  private func orCompared(_ index: Int) -> (end: Int, isLow: Bool)? {
    guard pieces.has(index, .or) || pieces.has(index, .and) else { return nil }
    let word = pieces.has(index + 1, .than) ? index + 2 : index + 1
    let isLow = pieces.has(word, .more) || pieces.has(word, .above)
    guard isLow || pieces.has(word, .less) || pieces.has(word, .below), !pieces.has(word + 1, .than),
      reading.number(at: word + 1) == nil
    else { return nil }
    return (word + 1, isLow)
  }

  /// "or equal", "ya uske barabar", with no number behind.
  private func orEqual(_ index: Int) -> Int? {
    guard pieces.has(index, .or) else { return nil }
    let word = pieces.has(index + 1, .than) ? index + 2 : index + 1
    guard pieces.has(word, .equal), reading.number(at: word + 1) == nil,
      !(pieces.has(word + 1, .than) && reading.number(at: word + 2) != nil)
    else { return nil }
    return word + 1
  }

  /// Over the unit of a number: "five kilos or more", "between 5 km and 10 km".
  private func pastUnit(_ index: Int) -> Int {
    pieces.has(index, .unit) || pieces.has(index, .time) || pieces.has(index, .percent) ? index + 1 : index
  }

  /// ">= 30", "<-30", "≤5"; "=<" is none.
  private func signed(_ start: Int) -> Found? {
    let sign = pieces.all[start].symbol
    var (isLow, isEqual): (Bool, Bool)
    switch sign {
    case UInt32(ascii: ">"): (isLow, isEqual) = (true, false)
    case UInt32(ascii: "<"): (isLow, isEqual) = (false, false)
    case 0x2265: (isLow, isEqual) = (true, true)
    case 0x2264: (isLow, isEqual) = (false, true)
    default: return nil
    }
    guard !(pieces.touches(start) && pieces.isSign(start - 1, "=")) else { return nil }
    var index = start + 1
    if !isEqual, pieces.isSign(index, "="), pieces.touches(index) { (isEqual, index) = (true, index + 1) }
    guard let number = reading.number(at: index) else { return nil }
    return Found(
      range: start..<number.range.upperBound, form: .compared, low: isLow ? number.value : nil,
      high: isLow ? nil : number.value, includesLow: isLow && isEqual, includesHigh: !isLow && isEqual)
  }
}
