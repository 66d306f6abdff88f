import Formats
import Text

/// One part of a goal, by how it was said; what it means is for the planner to find out.
struct GoalClause: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    /// "every monday at 9".
    case every(String)
    /// "when a task is overdue".
    case event(String)
    /// "wait 3 days", "until she replies"; or unless it comes.
    case wait(String, signal: String?, isUnless: Bool)
    /// "ask me whether to pay"; `nil` is whoever wants the plan.
    case approve(who: String?, what: String)
    /// "tell Amma that dinner is ready".
    case tell(who: String?, what: String)
    /// "for each of them": of what came before; or of a list that is named.
    case each(String)
    /// Something to do.
    case act(String)
  }

  enum Condition: Sendable, Hashable {
    case any, none
    case more(Double)
    case less(Double)
    /// Words that only a person can judge.
    case words(String)

    var spoken: String {
      switch self {
      case .any: "if there are any"
      case .none: "if there are none"
      case .more(let number): "if it is more than \(Expression.words(Expression.number(number)))"
      case .less(let number): "if it is less than \(Expression.words(Expression.number(number)))"
      case .words(let text): "if so: \(text)"
      }
    }
  }

  var kind: Kind
  /// Holds for this part alone, or, where the sentence began with it, for all that follow in it.
  var condition: Condition?
  /// The first part of a piece that "then" or the end of a sentence parts from those before.
  var beginsPiece = false
}

/// Cuts a goal into its parts.
struct GoalReader {
  private let words: GoalWords
  private let goal: GoalText
  private var clauses: [GoalClause] = []
  private static let openers: [GoalWords.Sign] = [
    .wait, .askFirst, .askMe, .tellMe, .tell, .ask, .if, .each, .unless, .orUntil,
  ]

  static func read(_ goal: String, _ words: GoalWords) -> [GoalClause] {
    var reader = GoalReader(words: words, goal: GoalText(goal))
    reader.run()
    return reader.clauses
  }

  private init(words: GoalWords, goal: GoalText) {
    self.words = words
    self.goal = goal
  }

  private mutating func run() {
    var rest = goal.words[...]
    var condition: GoalClause.Condition?
    while let piece = next(&rest) {
      // a new sentence begins anew; "then" goes on under the same condition
      if piece.isNew { condition = nil }
      let before = clauses.count
      sentence(piece.words, &condition)
      if clauses.indices.contains(before) { clauses[before].beginsPiece = true }
    }
  }

  /// The words up to the next "then", semicolon or end of a sentence.
  private func next(_ rest: inout ArraySlice<GoalText.Word>) -> (words: ArraySlice<GoalText.Word>, isNew: Bool)? {
    var isNew = rest.startIndex == goal.words.startIndex
    while let first = rest.first {
      if first.isMark {
        if first.folded != "," { isNew = true }
        rest = rest.dropFirst()
      } else if let count = words.match(.then, rest) {
        rest = rest.dropFirst(count)
      } else {
        break
      }
    }
    guard !rest.isEmpty else { return nil }
    var end = rest.startIndex
    while end < rest.endIndex {
      let word = rest[end]
      if word.isMark, word.folded != "," { break }
      if end > rest.startIndex, words.match(.then, rest[end...]) != nil, !isWithinWait(rest, end) { break }
      end += 1
    }
    defer { rest = rest[end...] }
    return (rest[..<end], isNew)
  }

  /// "2 days after that" is no new part.
  private func isWithinWait(_ rest: ArraySlice<GoalText.Word>, _ at: Int) -> Bool {
    let before = rest[rest.startIndex..<at]
    return before.last?.isMark == false && before.contains { $0.folded.first?.isNumber == true } && before.count <= 3
      && words.match(.later, rest[at...]) != nil
  }

  private mutating func sentence(_ all: ArraySlice<GoalText.Word>, _ condition: inout GoalClause.Condition?) {
    var rest = trimmed(all)
    while let count = words.match(.polite, rest) { rest = trimmed(rest.dropFirst(count)) }
    if words.match(.recurs, rest) != nil, let comma = rest.prefix(12).firstIndex(where: { $0.folded == "," }) {
      add(.every(goal.said(rest[..<comma])))
      rest = trimmed(rest[comma...])
    } else if words.match(.recurs, rest) != nil, words.match(.when, rest) == nil {
      // where the time ends and what is to be done begins, the planner finds out
      add(.every(""))
    }
    if let count = words.match(.when, rest) {
      let (event, others) = head(rest.dropFirst(count))
      add(.event(event))
      rest = others
    }
    while !rest.isEmpty { rest = trimmed(clause(rest, &condition)) }
  }

  /// - Returns: what is left of the sentence.
  private mutating func clause(
    _ rest: ArraySlice<GoalText.Word>, _ condition: inout GoalClause.Condition?
  ) -> ArraySlice<GoalText.Word> {
    guard let (sign, count) = words.match(Self.openers, rest) else { return act(rest, condition) }
    let after = rest.dropFirst(count)
    switch sign {
    case .if:
      let (text, others) = head(after)
      let found = Self.condition(text, words)
      if others.isEmpty, var last = clauses.last, last.condition == nil {
        // "tell me if there are any"
        last.condition = found
        clauses[clauses.count - 1] = last
      } else {
        condition = found
      }
      return others
    case .each:
      if let pointing = words.match(.it, after) {
        add(.each(goal.said(after.prefix(pointing))), condition)
        return after.dropFirst(pointing)
      }
      let (list, others) = head(after)
      add(.each(list), condition)
      return others
    case .wait:
      let end = self.end(of: after)
      let body = after[..<end]
      var rest = after[end...]
      var (signal, isUnless): (String?, Bool) = (nil, false)
      let open = trimmed(rest)
      if let (sign, count) = words.match([.orUntil, .unless], open) {
        let (text, others) = head(open.dropFirst(count))
        (signal, isUnless, rest) = (text, sign == .unless, others)
      }
      add(.wait(goal.said(body), signal: signal, isUnless: isUnless), condition)
      return rest
    case .unless, .orUntil:
      let (text, others) = head(after)
      add(.wait("", signal: text, isUnless: sign == .unless), condition)
      return others
    case .askFirst:
      add(.approve(who: nil, what: ""), condition)
      return after
    case .askMe:
      let end = self.end(of: after)
      add(.approve(who: nil, what: goal.said(after[..<end])), condition)
      return after[end...]
    case .ask:
      let end = self.end(of: after)
      let (who, what) = addressee(after[..<end])
      add(.approve(who: who, what: what), condition)
      return after[end...]
    case .tellMe:
      let end = self.end(of: after)
      add(.tell(who: nil, what: goal.said(withoutThat(after[..<end]))), condition)
      return after[end...]
    case .tell:
      let end = self.end(of: after)
      let (who, what) = addressee(after[..<end])
      add(.tell(who: who, what: what), condition)
      return after[end...]
    default: return act(rest, condition)
    }
  }

  private mutating func act(
    _ rest: ArraySlice<GoalText.Word>, _ condition: GoalClause.Condition?
  ) -> ArraySlice<GoalText.Word> {
    if let wait = delay(rest) {
      add(.wait(goal.said(wait.time), signal: nil, isUnless: false), condition)
      return wait.rest
    }
    let end = self.end(of: rest)
    add(.act(goal.said(rest[..<end])), condition)
    return rest[end...]
  }

  /// "3 days later, …", "after 2 hours …".
  private func delay(
    _ rest: ArraySlice<GoalText.Word>
  ) -> (time: ArraySlice<GoalText.Word>, rest: ArraySlice<GoalText.Word>)? {
    let isAfter = words.match(.after, rest) != nil
    let time = isAfter ? rest.dropFirst(words.match(.after, rest) ?? 0) : rest
    guard time.first?.folded.first?.isNumber == true || Self.small.contains(time.first?.folded ?? "") else {
      return nil
    }
    if !isAfter {
      guard let place = time.indices.prefix(4).first(where: { words.match(.later, time[$0...]) != nil }) else {
        return nil
      }
      return (time[..<place], time[(place + (words.match(.later, time[place...]) ?? 1))...])
    }
    return (time.prefix(2), time.dropFirst(2))
  }

  private static let small: Set<String> = [
    "a", "an", "one", "two", "three", "four", "five", "six", "seven", "ten", "half",
  ]

  // MARK: Where a part ends

  /// The first comma or "and" behind which something of its own begins, or a word that begins one without them.
  private func end(of rest: ArraySlice<GoalText.Word>) -> Int {
    var at = rest.startIndex
    while at < rest.endIndex {
      let tail = rest[at...]
      if at > rest.startIndex, words.match([.if, .unless, .orUntil, .askFirst], tail) != nil { return at }
      if rest[at].isMark || words.match(.and, tail) != nil {
        let next = trimmed(tail)
        if opens(next) { return at }
      }
      at += 1
    }
    return rest.endIndex
  }

  private func opens(_ rest: ArraySlice<GoalText.Word>) -> Bool {
    words.match(Self.openers + [.polite], rest) != nil || delay(rest) != nil
  }

  /// What stands before the comma, or before what begins something of its own; and the rest.
  private func head(_ rest: ArraySlice<GoalText.Word>) -> (String, ArraySlice<GoalText.Word>) {
    var at = rest.startIndex
    while at < rest.endIndex {
      if rest[at].isMark || (at > rest.startIndex && words.match(Self.openers, rest[at...]) != nil) { break }
      at += 1
    }
    return (goal.said(rest[..<at]), trimmed(rest[at...]))
  }

  /// Without the marks and joints at its beginning and end.
  private func trimmed(_ rest: ArraySlice<GoalText.Word>) -> ArraySlice<GoalText.Word> {
    var rest = rest
    while let first = rest.first {
      if first.isMark {
        rest = rest.dropFirst()
      } else if let count = words.match(.and, rest), count < rest.count {
        rest = rest.dropFirst(count)
      } else {
        break
      }
    }
    while rest.last?.isMark == true { rest = rest.dropLast() }
    return rest
  }

  private func withoutThat(_ rest: ArraySlice<GoalText.Word>) -> ArraySlice<GoalText.Word> {
    words.match(.that, rest).map { $0 < rest.count ? rest.dropFirst($0) : rest } ?? rest
  }

  /// "Amma that dinner is ready": the first word is who, with more where a "that" stands behind them.
  private func addressee(_ rest: ArraySlice<GoalText.Word>) -> (String?, String) {
    guard !rest.isEmpty else { return (nil, "") }
    let place = rest.indices.dropFirst().prefix(4).first { words.match(.that, rest[$0...]) != nil }
    let cut = place ?? rest.index(after: rest.startIndex)
    let who = rest[..<cut]
    let isSelf = words.match(.self, who) == who.count
    return (isSelf ? nil : goal.said(who), goal.said(withoutThat(rest[cut...])))
  }

  private mutating func add(_ kind: GoalClause.Kind, _ condition: GoalClause.Condition? = nil) {
    clauses.append(GoalClause(kind: kind, condition: condition))
  }

  // MARK: Conditions

  static func condition(_ text: String, _ words: GoalWords) -> GoalClause.Condition {
    let all = GoalText(text).words[...]
    if words.match(.none, all) != nil { return .none }
    for at in all.indices {
      for (sign, isMore) in [(GoalWords.Sign.more, true), (.less, false)] {
        guard let count = words.match(sign, all[at...]) else { continue }
        let rest = all[(at + count)...]
        if let number = rest.prefix(3).lazy.compactMap({ Self.number($0.folded) }).first {
          return isMore ? .more(number) : .less(number)
        }
      }
    }
    if words.match(.any, all) != nil { return .any }
    return .words(text)
  }

  private static func number(_ word: String) -> Double? {
    let digits = word.filter { $0.isNumber || $0 == "." }
    guard let value = Double(digits) else { return nil }
    if word.hasSuffix("k") { return value * 1_000 }
    if word.hasSuffix("l") || word.hasSuffix("lakh") { return value * 100_000 }
    return value
  }
}
