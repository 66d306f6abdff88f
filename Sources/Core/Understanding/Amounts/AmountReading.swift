import Formats
import Text

/// Everything a sentence says in numbers: each family for itself, so that "3 dollars" is money and holds a number.
struct AmountReading {
  let pieces: AmountPieces
  let numbers: AmountNumbers
  let units: [AmountUnit]
  /// Tokens inside of a URL or an e-mail address: nothing else is read there.
  let isTaken: [Bool]
  let sequences: [TextSequence]

  /// - Parameter language: Of the text: only English groups digits with spaces ("40 000").
  init(_ sentence: Sentence, _ words: [AmountWords], units: [AmountUnit], language: Language) {
    pieces = AmountPieces(sentence, words, spacedGroups: language == .english)
    self.units = units
    var taken = [Bool](repeating: false, count: sentence.tokens.count)
    sequences = TextSequences.read(sentence)
    for sequence in sequences where sequence.kind.takesItsTokens {
      for index in sequence.tokens { taken[index] = true }
    }
    isTaken = taken
    numbers = AmountNumbers(pieces)
  }

  func isFree(_ range: Range<Int>) -> Bool {
    let tokens = pieces.tokens(range.lowerBound, range.upperBound)
    return !isTaken[tokens.lowerBound] && !isTaken[tokens.upperBound - 1]
  }

  /// A number that begins at a piece.
  func number(at index: Int) -> AmountNumber? {
    var (low, high) = (0, numbers.numbers.count)
    while low < high {
      let middle = (low + high) / 2
      if numbers.numbers[middle].range.lowerBound < index { low = middle + 1 } else { high = middle }
    }
    guard low < numbers.numbers.count, numbers.numbers[low].range.lowerBound == index else { return nil }
    return numbers.numbers[low]
  }

  /// Digits that letters touch are no number of their own: "180ml", "1m".
  func standsAlone(_ number: AmountNumber) -> Bool {
    let end = number.range.upperBound
    guard number.isDigits || pieces.all[end - 1].numeral != nil || pieces.all[end - 1].has(.suffix),
      pieces.touches(end), pieces.all[end].symbol == 0, pieces.all[end].numeral == nil
    else { return true }
    return pieces.sentence.tokens[pieces.all[end].tokens.lowerBound].script == .other
  }

  func values() -> [ReadValue] {
    var found: [ReadValue] = []
    for number in numbers.numbers where standsAlone(number) && isFree(number.range) {
      found.append(
        ReadValue(
          type: "number", tokens: tokens(number.range),
          value: ["value": .string(number.value.text), "form": .string("\(number.form)")]))
    }
    for ordinal in numbers.ordinals where isFree(ordinal.range) {
      found.append(ReadValue(type: "ordinal", tokens: tokens(ordinal.range), value: Self.json(ordinal)))
    }
    found += AmountUnits(self).values()
    found += AmountRanges(self).values()
    found += sequences.map { sequence in
      ReadValue(type: sequence.kind.rawValue, tokens: sequence.tokens, value: ["value": .string(sequence.text)])
    }
    found += PhoneNumbers(self).found().map { phone in
      ReadValue(type: "phonenumber", tokens: phone.tokens, value: ["value": .string(phone.text)])
    }
    if let answer = answer() { found.append(answer) }
    return found
  }

  func tokens(_ range: Range<Int>) -> Range<Int> { pieces.tokens(range.lowerBound, range.upperBound) }

  /// "end-1" is the last but one, "current+1" the next.
  private static func json(_ ordinal: AmountOrdinal) -> JSONObject {
    let offset = ordinal.offset.text
    let value =
      ordinal.anchor == .start ? offset : ordinal.anchor.rawValue + (offset.hasPrefix("-") ? "" : "+") + offset
    return ["value": .string(value), "offset": .string(offset), "relativeTo": .string(ordinal.anchor.rawValue)]
  }

  /// Yes or no, said first.
  private func answer() -> ReadValue? {
    guard let index = pieces.all.indices.first(where: { pieces.has($0, .affirm) || pieces.has($0, .deny) }) else {
      return nil
    }
    var end = index + 1
    // The colour of a hand belongs to it.
    while end < pieces.all.count, (0x1F3FB...0x1F3FF).contains(pieces.all[end].symbol) { end += 1 }
    return ReadValue(
      type: "boolean", tokens: pieces.tokens(index, end), value: ["value": .bool(pieces.has(index, .affirm))])
  }
}
