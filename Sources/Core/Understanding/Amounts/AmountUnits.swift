import Formats

/// Numbers with what they count: money, percentages, ages, temperatures, lengths, doses.
struct AmountUnits {
  struct Found {
    var range: Range<Int>
    var number: Exact?
    var unit: AmountUnit
    /// "kilometer per hour": what it is for one of.
    var per: String?
  }

  private let reading: AmountReading
  private let pieces: AmountPieces

  init(_ reading: AmountReading) {
    self.reading = reading
    pieces = reading.pieces
  }

  // MARK: All of them

  func values() -> [ReadValue] {
    var found: [ReadValue] = []
    for measured in measured() {
      var value: JSONObject = [
        "value": measured.number.map { .string($0.text) } ?? .null, "unit": .string(measured.unit.name),
      ]
      if let per = measured.per { value["per"] = .string(per) }
      let type: String
      switch measured.unit.measure {
      case .money:
        type = "currency"
        value["currency"] = .string(measured.unit.currency)
        value["certain"] = .bool(measured.unit.isCertain)
      case .temperature: type = "temperature"
      case .quantity: type = "quantity"
      default:
        type = "dimension"
        value["measure"] = .string("\(measured.unit.measure)")
      }
      found.append(ReadValue(type: type, tokens: reading.tokens(measured.range), value: value))
    }
    for (range, number) in percentages() {
      found.append(
        ReadValue(
          type: "percentage", tokens: reading.tokens(range), value: ["value": number.map { .string($0.text) } ?? .null])
      )
    }
    for (range, number, unit) in ages() {
      found.append(
        ReadValue(
          type: "age", tokens: reading.tokens(range),
          value: ["value": .string(number.text), "unit": unit.map { .string("\($0)") } ?? .null]))
    }
    return found
  }

  /// By places: a word of several meanings ("pound") gives one of each family.
  func measured() -> [Found] {
    var found: [Found] = []
    var index = 0
    while index < pieces.all.count {
      guard reading.isFree(index..<(index + 1)) else {
        index += 1
        continue
      }
      var ends = index
      if let number = reading.number(at: index) {
        for value in after(number) {
          found.append(value)
          ends = max(ends, value.range.upperBound)
        }
        if ends == index { ends = number.range.upperBound }
      } else if let value = before(index) ?? alone(index) {
        found.append(value)
        ends = value.range.upperBound
      }
      index = max(ends, index + 1)
    }
    return found
  }

  // MARK: Where the unit stands

  /// "5 kg", "3-inch", "20 [kg]", "5 feet 2 inches", "13 dollars 45".
  private func after(_ number: AmountNumber) -> [Found] {
    guard !isName(number.range.lowerBound) else { return [] }
    let end = number.range.upperBound
    let open = isBracket(end) ? end + 1 : pieces.pastDash(end)
    var found: [Found] = []
    for (unit, unitEnd) in units(at: open, behindNumber: true) {
      if unit.measure == .temperature, pieces.has(unitEnd, .angle) || isAngle(number.range.lowerBound) { continue }
      var value = Found(
        range: number.range.lowerBound..<unitEnd, number: number.value * Exact(unit.factor), unit: unit)
      if open > end, isBracket(end) {
        guard isClosing(unitEnd) else { continue }
        value.range = value.range.lowerBound..<(unitEnd + 1)
      } else if !isEnded(unitEnd) {
        continue
      }
      // "$10 20 $": the sign touches the number behind it.
      if unit.measure == .money, pieces.touches(unitEnd), reading.number(at: unitEnd) != nil, !pieces.touches(open) {
        continue
      }
      found.append(unit.measure == .money ? money(value) : compound(value))
    }
    return found
  }

  /// "$ 75 million", "Rs. 500", "EUR 125".
  private func before(_ index: Int) -> Found? {
    for (unit, end) in units(at: index, behindNumber: false) where unit.measure == .money {
      let place = pieces.isSign(end, ".") && reading.number(at: end + 1) != nil ? end + 1 : end
      guard let number = reading.number(at: place) else { continue }
      let last = number.range.upperBound
      let suffix = pieces.touches(last) && isEnded(last + 1) ? pieces.value(last, .moneySuffix) : nil
      let value = number.value * Exact(unit.factor) * Exact(word: suffix ?? 1)
      return money(Found(range: index..<(suffix == nil ? last : last + 1), number: value, unit: unit))
    }
    return nil
  }

  /// "convert 10 celsius to fahrenheit", "50 dollar rmb".
  private func alone(_ index: Int) -> Found? {
    for (unit, end) in units(at: index, behindNumber: false)
    where unit.measure == .money || unit.measure == .temperature {
      let tokens = pieces.tokens(index, end)
      // One letter or sign says too little.
      guard pieces.sentence.span(of: tokens).count > 2, unit.name != "Degree",
        !pieces.touches(end) || pieces.all[end].symbol != 0
      else { continue }
      return Found(range: index..<end, number: nil, unit: unit)
    }
    return nil
  }

  /// "turn it by 45 degrees"
  private func isAngle(_ index: Int) -> Bool { (max(0, index - 3)..<index).contains { pieces.has($0, .angle) } }

  private func isBracket(_ index: Int) -> Bool {
    pieces.isSign(index, "[") || pieces.isSign(index, "{") || pieces.isSign(index, "<")
  }
  private func isClosing(_ index: Int) -> Bool {
    pieces.isSign(index, "]") || pieces.isSign(index, "}") || pieces.isSign(index, ">")
  }

  /// No letter or digit touches the end: "24703L202" holds no litres.
  private func isEnded(_ index: Int) -> Bool {
    guard pieces.touches(index), index < pieces.all.count else { return true }
    if pieces.all[index].symbol != 0 { return true }
    // Between scripts nothing is spelt: "100元的".
    return pieces.sentence.tokens[pieces.all[index].tokens.lowerBound].script == .other
  }

  /// The number belongs to a name: "SCP-173", "F-16", or to a clock: "2:00".
  private func isName(_ index: Int) -> Bool {
    if index > 1, pieces.touches(index), pieces.isSign(index - 1, ":"), pieces.all[index - 2].numeral != nil {
      return true
    }
    return index > 1 && pieces.touches(index) && pieces.isDashPiece(index - 1) && pieces.touches(index - 1)
      && pieces.all[index - 2].symbol == 0 && pieces.all[index - 2].numeral == nil && pieces.all[index].numeral != nil
  }

  // MARK: Which unit

  /// What the word or words at a piece measure, and where they end.
  private func units(at start: Int, behindNumber: Bool) -> [(AmountUnit, Int)] {
    guard start < pieces.all.count else { return [] }
    for (kind, name) in [(AmountConcept.Kind.square, "Square "), (.cubic, "Cubic ")] where pieces.has(start, kind) {
      let index = pieces.isSign(start + 1, ".") ? start + 2 : start + 1
      guard let length = unit(index, .length) else { continue }
      return [
        (AmountUnit(name: name + length.name.lowercased(), measure: kind == .square ? .area : .volume), index + 1)
      ]
    }
    let isWeak = pieces.has(start, .weakUnit) && (pieces.touches(start) || isLast(start + 1))
    guard pieces.has(start, .unit) || isWeak else { return [] }
    var found: [(AmountUnit, Int)] = []
    for concept in pieces.all[start].meaning where concept.kind == .unit || isWeak && concept.kind == .weakUnit {
      guard reading.units.indices.contains(Int(concept.value)) else { continue }
      found.append(widened(reading.units[Int(concept.value)], start + 1))
    }
    return found
  }

  /// Nothing follows, or a sign.
  private func isLast(_ index: Int) -> Bool { index >= pieces.all.count || pieces.all[index].symbol != 0 }

  private func unit(_ index: Int, _ measure: AmountUnit.Measure) -> AmountUnit? {
    guard pieces.has(index, .unit) else { return nil }
    for concept in pieces.all[index].meaning
    where concept.kind == .unit && reading.units.indices.contains(Int(concept.value)) {
      if reading.units[Int(concept.value)].measure == measure { return reading.units[Int(concept.value)] }
    }
    return nil
  }

  /// "m2", "km²", "kilometer per hour", "km/h".
  private func widened(_ unit: AmountUnit, _ end: Int) -> (AmountUnit, Int) {
    if unit.measure == .length, pieces.touches(end) {
      for (digit, sign, name, measure) in [(2, "²", "Square ", AmountUnit.Measure.area), (3, "³", "Cubic ", .volume)]
      where pieces.isSign(end, Character(sign))
        || pieces.sentence.tokens[pieces.all[end].tokens.lowerBound].kind == .number
          && pieces.sentence.text(of: pieces.all[end].tokens) == "\(digit)"
      {
        return (AmountUnit(name: name + unit.name.lowercased(), measure: measure), end + 1)
      }
    }
    if unit.measure == .length || unit.measure == .information, pieces.has(end, .per) || pieces.isSign(end, "/"),
      let time = pieces.value(end + 1, .time).flatMap({ TimeUnit(rawValue: Int($0)) })
    {
      return (AmountUnit(name: "\(unit.name) per \(time)", measure: .speed), end + 2)
    }
    return (unit, end)
  }

  // MARK: Parts

  /// "5 feet and 2 inches": the smaller one is a part of the larger.
  private func compound(_ value: Found) -> Found {
    var index = value.range.upperBound
    if pieces.has(index, .and) { index += 1 }
    guard let number = value.number, let part = reading.number(at: index) else { return value }
    for (unit, end) in units(at: pieces.pastDash(part.range.upperBound), behindNumber: true)
    where unit.larger == value.unit.name {
      guard unit.portion > 0, part.value < Exact(unit.portion), let share = part.value / Exact(unit.portion) else {
        continue
      }
      return Found(range: value.range.lowerBound..<end, number: number + share, unit: value.unit)
    }
    return value
  }

  /// "75 USD million", "3 dollars 50 cents", "thirteen dollars forty-five".
  private func money(_ given: Found) -> Found {
    var value = given
    if let number = value.number, let scale = pieces.value(value.range.upperBound, .scale), scale >= 1_000,
      pieces.all[value.range.upperBound - 1].has(.unit)
    {
      value.number = number * Exact(word: scale)
      value.range = value.range.lowerBound..<(value.range.upperBound + 1)
      return value
    }
    guard let number = value.number, number.isWhole else { return value }
    var index = value.range.upperBound
    if pieces.has(index, .and) { index += 1 }
    guard let part = reading.number(at: index), part.form == .integer, !(part.value < Exact(1)), part.value < Exact(100)
    else { return value }
    let end = part.range.upperBound
    for (unit, unitEnd) in units(at: end, behindNumber: true) where unit.portion > 0 && unit.measure == .money {
      guard unit.larger == value.unit.name || unit.currency == value.unit.currency,
        let share = part.value / Exact(unit.portion)
      else { continue }
      return Found(range: value.range.lowerBound..<unitEnd, number: number + share, unit: value.unit)
    }
    // Without "cents" nothing that could be counted may follow: "3 dollars 50", not "3 dollars 50 times".
    guard value.unit.portion == 0, isClosed(end, index), let share = part.value / Exact(100) else { return value }
    return Found(range: value.range.lowerBound..<end, number: number + share, unit: value.unit)
  }

  private func isClosed(_ end: Int, _ start: Int) -> Bool {
    guard !pieces.touches(start) else { return false }
    guard end < pieces.all.count else { return true }
    if pieces.has(end, .and) || pieces.has(end, .parts) || pieces.has(end, .of) || pieces.has(end, .to) { return true }
    let symbol = pieces.all[end].symbol
    return [".", ",", "!", "?", ";", "।", ")"].contains { symbol == $0.unicodeScalars.first?.value }
      && !pieces.isDashPiece(end)
      && !(symbol == UInt32(ascii: ",") && pieces.touches(end + 1))
  }

  // MARK: Percentages and ages

  /// "30 percent", "per cent of 22", and the bare word.
  func percentages() -> [(Range<Int>, Exact?)] {
    var found: [(Range<Int>, Exact?)] = []
    var last: AmountNumber?
    var next = 0
    for index in pieces.all.indices where pieces.has(index, .percent) && reading.isFree(index..<(index + 1)) {
      while next < reading.numbers.numbers.count, reading.numbers.numbers[next].range.upperBound <= index {
        (last, next) = (reading.numbers.numbers[next], next + 1)
      }
      if let number = last,
        number.range.upperBound == index
          || number.range.upperBound == index - 1 && (pieces.has(index - 1, .parts) || pieces.isDashPiece(index - 1))
      {
        found.append((number.range.lowerBound..<(index + 1), number.value))
      } else if pieces.has(index + 1, .of), let number = reading.number(at: index + 2) {
        found.append((index..<number.range.upperBound, number.value))
      } else {
        found.append((index..<(index + 1), nil))
      }
    }
    return found
  }

  /// "five years old", "90 day old", "ten months of age", "age 87".
  func ages() -> [(Range<Int>, Exact, TimeUnit?)] {
    var found: [(Range<Int>, Exact, TimeUnit?)] = []
    for number in reading.numbers.numbers {
      let start = number.range.lowerBound
      let unit = pieces.pastDash(number.range.upperBound)
      if let time = pieces.value(unit, .time).flatMap({ TimeUnit(rawValue: Int($0)) }),
        time.rawValue >= TimeUnit.day.rawValue
      {
        let old = pieces.pastDash(unit + 1)
        let isOfAge = pieces.has(old, .of) && pieces.has(old + 1, .age)
        if isOfAge || pieces.has(old, .old) {
          found.append((start..<(isOfAge ? old + 2 : old + 1), number.value, time))
        }
      } else if pieces.has(start - 1, .age), !pieces.has(unit, .unit) {
        found.append(((start - 1)..<number.range.upperBound, number.value, nil))
      }
    }
    return found
  }
}
