/// What stands on a list, and what is to be told.
extension OpenSlots {
  /// "for Kaapi Kadai": words with a capital beside a brand are part of its name, however common they are.
  func wholeName(_ range: Range<Int>, _ slot: IntentLibrary.Slot) -> Range<Int> {
    guard slot.name == "project", reading.sentence.tokens[range.lowerBound].isCapital else { return range }
    var (start, end) = (range.lowerBound, range.upperBound)
    func isPart(_ index: Int) -> Bool {
      let token = reading.sentence.tokens[index]
      return !taken[index] && token.kind == .word && token.isCapital && token.foldedLength > 1
    }
    while end < taken.count, isPart(end) { end += 1 }
    // the first word of a message has its capital for another reason
    while start > 1, isPart(start - 1) { start -= 1 }
    return start..<end
  }

  func hasNumber(_ range: Range<Int>) -> Bool {
    range.contains { reading.sentence.tokens[$0].kind == .number }
  }

  /// "0.5 tablet": nothing begins in the middle of a number.
  func beforeDecimal(_ start: Int) -> Int {
    let tokens = reading.sentence.tokens
    var start = start
    while start > 1, start < tokens.count, tokens[start].kind == .number, tokens[start].isGlued,
      tokens[start - 1].kind == .symbol, tokens[start - 1].isGlued, tokens[start - 2].kind == .number,
      [".", ",", "/"].contains(reading.sentence.folded(start - 1))
    {
      start -= 2
    }
    return start
  }

  /// "500/- to the milkman", "Rs. 2,000 rent": a sign inside of a number or a word ends nothing, so what follows it belongs to the
  /// text as well.
  func behindSigns(_ end: Int) -> Int {
    let tokens = reading.sentence.tokens
    func isSign(_ index: Int) -> Bool {
      index < tokens.count && tokens[index].kind == .symbol && tokens[index].isGlued && !taken[index]
    }
    func isPlus(_ index: Int) -> Bool { index < tokens.count && reading.sentence.folded(index) == "+" }
    func isGlued(_ index: Int) -> Bool {
      index < tokens.count && tokens[index].isGlued && tokens[index].kind != .symbol && !taken[index]
    }
    var (place, isInside) = (end, false)
    // "call +91 98765 43210"
    if let phone = reading.phones.first(where: {
      $0.tokens.lowerBound == end || isPlus(end) && $0.tokens.lowerBound == end + 1
    }), !taken[phone.tokens].contains(true) {
      (place, isInside) = (phone.tokens.upperBound, true)
    }
    while place > 0, isSign(place) {
      let sign = reading.sentence.folded(place)
      let isBetweenNumbers =
        isGlued(place + 1) && tokens[place - 1].kind == .number && tokens[place + 1].kind == .number
      if sign == "," || sign == "." ? isBetweenNumbers : isGlued(place + 1) && ![":", ";", "!", "?"].contains(sign) {
        place += 2
      } else if sign == "/", isSign(place + 1), reading.sentence.folded(place + 1) == "-" {
        place += 2
      } else {
        break
      }
      isInside = true
    }
    guard isInside else { return end }
    while place < tokens.count, !taken[place], tokens[place].kind != .symbol, reading.kinds[place] == 0 { place += 1 }
    // "at", before the time that was taken
    while place > end, Interpreter.joints.contains(tokens[place - 1].hash) { place -= 1 }
    return place
  }

  /// "make a list for packing: boxes, tape": what stands behind the colon, where a list is named in front of it.
  func behindColon() -> Range<Int>? {
    let sentence = reading.sentence
    guard let mark = sentence.tokens.indices.first(where: { sentence.folded($0) == ":" }),
      mark + 1 < sentence.tokens.count, (0..<mark).contains(where: { sentence.folded($0) == "list" })
    else { return nil }
    return (mark + 1)..<sentence.tokens.count
  }

  /// "tell him not to come": without the "not" the opposite would be told.
  func withDenial(_ range: Range<Int>) -> Range<Int> {
    let sentence = reading.sentence
    var start = range.lowerBound
    if start > 1, sentence.folded(start - 1) == "to" { start -= 1 }
    guard start > 0, Self.denying.contains(sentence.folded(start - 1)) else { return range }
    start -= 1
    if start > 0, sentence.folded(start - 1) == "do" { start -= 1 }
    return start..<range.upperBound
  }

  private static let denying: Set<String> = ["not", "dont", "don't", "never", "no"]
}
