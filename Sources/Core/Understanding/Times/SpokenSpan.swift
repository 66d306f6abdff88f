import Actions
import Base
import Text
import Time

/// A time that was said with both its ends, for an action that has a beginning and a length: "friday 3 to 5 pm", "10th to
/// 15th december", "from 9 to 11 tomorrow".
struct SpokenSpan {
  var starts: WhenValue
  /// From the beginning to the end; days are whole days, the last one counted.
  var length: Duration
  /// The other half of the day, where none was named.
  var alternatives: [WhenValue]
  var tokens: Range<Int>

  /// The first such span of a sentence.
  static func find(in sentence: Sentence, _ brain: Brain, _ language: Language, now: Instant, zone: Zone) -> SpokenSpan?
  {
    let reading = GrammarReading(sentence, brain, language, now: now, zone: zone)
    guard reading.has(joints) else { return nil }
    let (scope, found) = (reading.scope, reading.best())
    // What repeats has no one end.
    guard !found.contains(where: { $0.category == .set }) else { return nil }
    return found.lazy.compactMap { span($0, scope, now, zone) }.first
  }

  /// "block 3 to 5 for the shoot": two hours of a day that is not said.
  static func withoutDay(
    in sentence: Sentence, _ brain: Brain, _ language: Language, now: Instant, zone: Zone
  ) -> SpokenSpan? {
    let isHour = { (index: Int) -> Bool in
      sentence.tokens[index].kind == .number && Int(sentence.folded(index)).map((1...12).contains) == true
    }
    guard
      let start = sentence.tokens.indices.first(where: { index in
        index + 2 < sentence.tokens.count && isHour(index) && isHour(index + 2)
          && ["to", "-", "till", "until"].contains(sentence.folded(index + 1))
      })
    else { return nil }
    let tokens = start..<(start + 3)
    // "3 to 5" alone may be days of the month
    let dayed = Sentence("today \(sentence.folded(start)):00 to \(sentence.folded(start + 2)):00")
    guard var span = find(in: dayed, brain, language, now: now, zone: zone) else { return nil }
    span.starts.isDayGiven = false
    for place in span.alternatives.indices { span.alternatives[place].isDayGiven = false }
    span.tokens = tokens
    return span
  }

  private static let joints: CategorySet = [.to, .dash, .and, .fromPost, .untilPost, .betweenPost]

  private static func span(_ node: TimeNode, _ scope: TimeGrammar.Scope, _ now: Instant, _ zone: Zone) -> SpokenSpan? {
    guard let meaning = node.meaning, meaning.modifier == nil, meaning.part == nil,
      [.range, .timeRange, .momentRange].contains(node.category), !meaning.shape.contains(.whole),
      meaning.grain <= .day,
      // both ends were said
      scope.words.contains(where: { joints.contains($0.category) && $0.start > node.start && $0.end < node.end })
    else { return nil }
    let spans = TimeValueReader.ordered(meaning, node.category, scope).compactMap { reading -> (WhenValue, Duration)? in
      guard var from = reading.from, var to = reading.to else { return nil }
      if node.category == .timeRange {
        if to <= from { to += 86_400 }
        let isOver = scope.todaySeconds + from < scope.nowSeconds
        (from, to) = (from + scope.todaySeconds, to + scope.todaySeconds)
        if isOver { (from, to) = (from + 86_400, to + 86_400) }
      }
      // "monday to friday 9 to 5" is no length of five months
      guard to > from, to - from <= 120 * 86_400 else { return nil }
      let local = CivilDateTime(wallSeconds: from)
      guard node.category == .range else {
        return (WhenValue(start: local), zone.instant(of: CivilDateTime(wallSeconds: to)) - zone.instant(of: local))
      }
      let start = local.date.at(CivilTime(secondOfDay: 9 * 3_600))
      return (WhenValue(start: start, grain: .day, isTimeGiven: false), .seconds(to - from))
    }
    guard let first = spans.first else { return nil }
    return SpokenSpan(
      starts: first.0, length: first.1, alternatives: spans.dropFirst().filter { $0.1 == first.1 }.map(\.0),
      tokens: node.start..<node.end)
  }
}
