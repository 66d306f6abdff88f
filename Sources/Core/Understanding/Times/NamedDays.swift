import Actions
import Base
import Text
import Time

/// Days that only the grammar of time knows, for the slots of an action: "on diwali", "in two working days", "3 weeks from
/// tomorrow", "the day before pongal at 8".
struct NamedDays {
  struct Found {
    var when: WhenValue
    var alternatives: [WhenValue]
    var tokens: Range<Int>
  }

  let brain: Brain
  let language: Language
  let now: Instant
  let zone: Zone

  /// The first such day of a sentence, with its hour where one stands beside it.
  func find(in sentence: Sentence, prefersPast: Bool = false) -> Found? {
    let policy = TimePolicy.india.preferring(past: prefersPast)
    return find(in: GrammarReading(sentence, brain, language, policy, now: now, zone: zone))
  }

  func find(in reading: GrammarReading) -> Found? {
    let (scope, words) = (reading.scope, reading.words)
    // Most sentences have none: looked for before anything is built.
    guard words.contains(where: { Self.marks.contains($0.category) || Self.skips($0) }) else { return nil }
    for node in reading.best() where Self.wanted.contains(node.category) {
      if node.category == .set {
        guard isNamedSet(node, words), let draft = node.meaning?.set?.draft,
          let found = TimeResolver(now: now, zone: zone).resolve(draft)
        else { continue }
        return Found(when: found.value, alternatives: found.alternatives, tokens: node.start..<node.end)
      }
      guard let meaning = node.meaning, meaning.modifier == nil, isNamed(node, words) else { continue }
      let found = TimeValueReader.ordered(meaning, node.category, scope).compactMap { reading in
        reading.from.map { when(CivilDateTime(wallSeconds: $0), node.category) }
      }
      guard let first = found.first else { continue }
      return Found(when: first, alternatives: Array(found.dropFirst()), tokens: node.start..<node.end)
    }
    return nil
  }

  private static let marks: CategorySet = [.holiday, .weekdays, .from, .before, .after]
  private static let wanted: CategorySet = [.date, .moment, .set]

  /// "alternate mondays", "one day skipped", "every other day" in one word.
  private static func skips(_ word: TimeNode) -> Bool {
    word.category == .skipping || word.category == .other && word.number == 1
      || word.category == .daily && word.number >= 200
  }

  /// A recurrence that leaves days out or ends on a day with a name: "alternate days at 8", "daily until diwali".
  private func isNamedSet(_ node: TimeNode, _ words: [TimeNode]) -> Bool {
    let inside = words.filter { $0.start >= node.start && $0.end <= node.end }
    return inside.contains { Self.skips($0) }
      || node.meaning?.set?.until != nil && inside.contains { $0.category == .holiday }
  }

  /// What the other reader has no words for.
  private func isNamed(_ node: TimeNode, _ words: [TimeNode]) -> Bool {
    let inside = words.filter { $0.start >= node.start && $0.end <= node.end }
    if inside.contains(where: { $0.category == .holiday || $0.category == .weekdays }) { return true }
    // "3 weeks from tomorrow": a length, then where it is counted from
    return inside.contains { unit in
      unit.category == .unit
        && inside.contains {
          [.from, .before, .after].contains($0.category) && $0.start == unit.end && $0.end < node.end
        }
    }
  }

  private func when(_ local: CivilDateTime, _ category: TimeCategory) -> WhenValue {
    guard category == .date else { return WhenValue(start: local) }
    return WhenValue(
      start: local.date.at(CivilTime(secondOfDay: 9 * 3_600)), grain: .day, isTimeGiven: false)
  }
}
