import Actions
import Base
import Text
import Time

/// Days and hours that there are none of: "32 dec", "31 november", "14:99". Left out, something else would be done in their
/// place.
extension Interpreter {
  /// The words of the first such time, where an intent takes one.
  func impossibleTime(_ reading: Reading, _ intent: String) -> String? {
    guard brain.library.intents[intent]?.contains(where: { Self.takesTime($0.kind) }) == true else { return nil }
    return (impossibleDay(reading) ?? impossibleHour(reading)).map { reading.sentence.text(of: $0) }
  }

  private static func takesTime(_ kind: SlotKind) -> Bool {
    switch kind {
    case .when, .date, .time, .period: true
    default: false
    }
  }

  private static let longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

  private func impossibleDay(_ reading: Reading) -> Range<Int>? {
    let pieces = reading.pieces.all
    func month(_ index: Int) -> Int? {
      guard pieces.indices.contains(index) else { return nil }
      return pieces[index].value(.month).map { Int($0) }.flatMap { (1...12).contains($0) ? $0 : nil }
    }
    /// Written in digits: "may" behind a word of number is mostly none.
    func day(_ index: Int) -> Int? {
      guard pieces.indices.contains(index), (1...2).contains(pieces[index].digits), pieces[index].symbol == 0,
        let value = pieces[index].value(.ordinal) ?? pieces[index].value(.number), value < 100
      else { return nil }
      return Int(value)
    }
    func year(_ index: Int) -> Int? {
      guard pieces.indices.contains(index), pieces[index].digits == 4 else { return nil }
      return pieces[index].value(.number).map { Int($0) }.flatMap { (1900...2200).contains($0) ? $0 : nil }
    }
    for index in pieces.indices {
      if let date = pieces[index].date, (1...12).contains(date.month),
        date.day > date.year.map({ DayNumber.daysIn(month: date.month, year: $0) }) ?? Self.longest[date.month - 1]
      {
        return pieces[index].tokens
      }
      guard let month = month(index) else { continue }
      let before = index > 1 && pieces[index - 1].has(.of) ? index - 2 : index - 1
      let year = year(index + 1)
      let last = year.map { DayNumber.daysIn(month: month, year: $0) } ?? Self.longest[month - 1]
      if let day = day(before), day > last || day == 0 {
        let end = year == nil ? index : index + 1
        return pieces[before].tokens.lowerBound..<pieces[end].tokens.upperBound
      }
      // "dec 45", not "dec 45 people" nor "dec 45 minutes"
      if day(before) == nil, let day = day(index + 1), day > Self.longest[month - 1],
        index + 2 >= pieces.count || pieces[index + 2].has(.at)
      {
        return pieces[index].tokens.lowerBound..<pieces[index + 1].tokens.upperBound
      }
    }
    return nil
  }

  private func impossibleHour(_ reading: Reading) -> Range<Int>? {
    let sentence = reading.sentence
    return sentence.tokens.indices.dropLast(2).lazy.map { $0..<($0 + 3) }.first { range in
      let (first, last) = (range.lowerBound, range.upperBound - 1)
      guard sentence.folded(first + 1) == ":", sentence.tokens[first + 1].isGlued, sentence.tokens[last].isGlued,
        sentence.tokens[first].kind == .number, sentence.tokens[last].kind == .number,
        sentence.tokens[last].foldedLength == 2, sentence.tokens[first].foldedLength <= 2,
        first == 0 || !sentence.tokens[first].isGlued,
        let hour = Int(sentence.folded(first)), let minute = Int(sentence.folded(last))
      else { return false }
      // "50:50" and "70:30" share something out
      return (hour > 24 || minute > 59) && hour + minute != 100
    }
  }
}
