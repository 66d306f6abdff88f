import Formats

// What an "if" looks at.
extension GoalReader {
  private static let verbs: Set<String> = ["are", "is", "was", "were", "has", "have"]

  static func condition(_ text: String, _ words: GoalWords, _ values: GoalValues) -> GoalClause.Condition {
    let all = GoalText(text)
    var list = all.words[...]
    while list.last?.isMark == true { list = list.dropLast() }
    if words.isAll(.yes, list) { return .answered(true) }
    if words.isAll(.no, list) { return .answered(false) }
    if words.match(.none, list) != nil { return .none }
    // "any are overdue" says more than that there are some
    if let count = words.match(.any, list), let next = list.dropFirst(count).first, Self.verbs.contains(next.folded) {
      return .words(text)
    }
    for at in list.indices {
      for (sign, isMore) in [(GoalWords.Sign.more, true), (.less, false)] {
        guard let count = words.match(sign, list[at...]) else { continue }
        let rest = list[(at + count)...].prefix(3)
        if let number = values.number(all.said(rest)) { return isMore ? .more(number) : .less(number) }
      }
      for (sign, isMore) in [(GoalWords.Sign.moreBehind, true), (.lessBehind, false)] where at > list.startIndex {
        guard words.match(sign, list[at...]) != nil else { continue }
        let before = list[..<at].suffix(3)
        if let number = values.number(all.said(before)) { return isMore ? .more(number) : .less(number) }
      }
    }
    if words.match(.any, list) != nil {
      return list.indices.contains { words.match(.negated, list[$0...]) != nil } ? .none : .any
    }
    // "task edhavadhu irundha": Tamil and Hindi say it behind; "irundha" alone would be about rain too
    for at in list.indices.dropFirst().dropLast() {
      if words.isAll(.none, list[at...]) { return .none }
      if words.isAll(.any, list[at...]) { return .any }
    }
    return .words(text)
  }
}
