import Formats
import Text

/// Cuts a goal into its parts.
struct GoalReader {
  let words: GoalWords
  let values: GoalValues
  private let goal: GoalText
  private var clauses: [GoalClause] = []
  /// What was looked at last: "otherwise" is about it.
  private var looked: GoalClause.Condition?
  private static let openers: [GoalWords.Sign] = [
    .wait, .askFirst, .askMe, .tellMe, .tell, .ask, .if, .each, .unless, .orUntil, .otherwise,
  ]

  static func read(_ goal: String, _ words: GoalWords, _ values: GoalValues) -> [GoalClause] {
    var reader = GoalReader(words: words, values: values, goal: GoalText(goal))
    reader.run()
    return reader.clauses
  }

  private init(words: GoalWords, values: GoalValues, goal: GoalText) {
    self.words = words
    self.values = values
    self.goal = goal
  }

  private mutating func run() {
    var rest = goal.words[...]
    var condition: GoalClause.Condition?
    while let piece = next(&rest) {
      // a new sentence begins anew; "then" goes on under the same condition
      if piece.isNew { condition = nil }
      let before = clauses.count
      sentence(piece.words, &condition, isBeforeThen: words.match(.then, rest) != nil)
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
    guard words.match(.later, rest[at...]) != nil else { return false }
    let before = rest[rest.startIndex..<at]
    let start = before.lastIndex(where: \.isMark).map { $0 + 1 } ?? before.startIndex
    let time = before[start...]
    return (1...4).contains(time.count) && values.isLength(goal.said(time))
  }

  /// - Parameter isBeforeThen: a "then" follows it with no comma between.
  private mutating func sentence(
    _ all: ArraySlice<GoalText.Word>, _ condition: inout GoalClause.Condition?, isBeforeThen: Bool
  ) {
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
    } else if let found = words.place(.whenBehind, in: rest[..<mark(in: rest)]) {
      add(.event(goal.said(rest[..<found.at])))
      rest = trimmed(rest[(found.at + found.count)...])
    }
    let first = clauses.count
    while let word = rest.first {
      // "…, if they are over 5000 then …" is about what follows, "tell me if there are any" about what stands before
      let isParted = word.range.lowerBound == goal.text.startIndex || goal.words[rest.startIndex - 1].isMark
      let isAhead = clauses.count == first || isBeforeThen && isParted && all.last?.isMark != true
      let before = clauses.count
      rest = trimmed(clause(rest, &condition, isAhead: isAhead, isBeforeThen: isBeforeThen))
      if clauses.indices.contains(before) { clauses[before].isParted = isParted || word.range == all.first?.range }
    }
  }

  /// - Parameter isAhead: a condition here is about what follows.
  /// - Returns: what is left of the sentence.
  private mutating func clause(
    _ rest: ArraySlice<GoalText.Word>, _ condition: inout GoalClause.Condition?, isAhead: Bool, isBeforeThen: Bool
  ) -> ArraySlice<GoalText.Word> {
    guard let (sign, count) = opener(rest) else { return unopened(rest, &condition) }
    let after = rest.dropFirst(count)
    switch sign {
    case .if:
      var (text, others) = head(after)
      if let end = conditionEnd(after), others.isEmpty && isAhead || isAnswer(after) {
        (text, others) = (goal.said(after[..<end]), trimmed(after[end...]))
      }
      let found = look(text)
      // an "if" behind a wait is about what follows, and so is one behind which nothing stands
      let isBehindPause = clauses.last.map(\.isPause) ?? false
      if others.isEmpty, !isBeforeThen, isAhead || isBehindPause {
        add(.unclear(goal.said(rest), .whatThen))
      } else if others.isEmpty, !isAhead, var last = clauses.last, last.condition == nil {
        // "tell me if there are any"
        last.condition = found
        clauses[clauses.count - 1] = last
      } else {
        condition = found
      }
      return others
    case .otherwise:
      condition = looked.map(GoalClause.Condition.not) ?? .otherwise
      return after
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
      if let wait = untilOr(body) {
        add(.wait(wait.time, signal: wait.signal, isUnless: false), condition)
        return after[end...]
      }
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
      if sign == .orUntil, clauses.contains(where: { if case .every = $0.kind { true } else { false } }) {
        add(.unclear(goal.said(rest[..<others.startIndex]), .untilWhen))
      } else {
        add(.wait("", signal: text, isUnless: sign == .unless), condition)
      }
      return others
    case .askFirst:
      add(.approve(who: nil, what: ""), condition)
      return after
    case .askMe:
      let end = self.end(of: after)
      add(.approve(who: nil, what: goal.said(after[..<end])), condition)
      return after[end...]
    case .ask, .tell:
      let end = self.end(of: after)
      let (who, what) = addressees(after[..<end])
      for name in who { add(sign == .tell ? .tell(who: name, what: what) : .approve(who: name, what: what), condition) }
      return after[end...]
    default:
      let end = self.end(of: after)
      add(.tell(who: nil, what: goal.said(withoutThat(after[..<end]))), condition)
      return after[end...]
    }
  }

  private func opener(_ rest: ArraySlice<GoalText.Word>) -> (sign: GoalWords.Sign, count: Int)? {
    guard let found = words.match(Self.openers, rest) else { return nil }
    // "if not paid" looks at something; "if not" alone does not
    if found.sign == .otherwise, let count = words.match(.if, rest), count < found.count,
      let next = rest.dropFirst(found.count).first, !next.isMark,
      looked == nil || words.match([.any, .none], rest.dropFirst(count)) != nil
    {
      return (.if, count)
    }
    return found
  }

  /// A part that no word opens: something to do, or one whose word stands behind or within it.
  private mutating func unopened(
    _ rest: ArraySlice<GoalText.Word>, _ condition: inout GoalClause.Condition?
  ) -> ArraySlice<GoalText.Word> {
    let mark = mark(in: rest)
    if let found = words.place(.so, in: rest[..<mark]) ?? words.match(.so, rest).map({ (rest.startIndex, $0) }) {
      let end = found.0 + found.1
      condition = look(goal.said(rest[..<end]))
      return rest[end...]
    }
    if let moment = moment(rest) {
      add(.moment(goal.said(moment)), condition)
      return rest[moment.endIndex...]
    }
    if let found = words.place(.eachBehind, in: rest[..<mark], within: 6) {
      let list = rest[..<found.at]
      add(.each(goal.said(list)), condition)
      return rest[(found.at + found.count)...]
    }
    if let found = words.place(.untilBehind, in: rest[..<mark]) {
      add(.wait("", signal: goal.said(rest[..<found.at]), isUnless: false), condition)
      return rest[(found.at + found.count)...]
    }
    if let wait = delay(rest) {
      let said = rest[..<wait.rest.startIndex]
      add(.delay(goal.said(wait.time), said: goal.said(said)), condition)
      return wait.rest
    }
    let end = self.end(of: rest)
    // "after 3 failures of the check" is no time
    if let count = words.match(.after, rest), let next = rest.dropFirst(count).first, next.folded.allSatisfy(\.isNumber)
    {
      add(.unclear(goal.said(rest[..<end]), .when))
    } else if let told = told(rest[..<end]) {
      for name in told.who { add(.tell(who: name, what: told.what), condition) }
    } else {
      add(.act(goal.said(rest[..<end])), condition)
    }
    return rest[end...]
  }

  /// "Amma ko batao ki khana taiyaar hai", "amma kitta saapadu ready nu sollu".
  private func told(_ part: ArraySlice<GoalText.Word>) -> (who: [String?], what: String)? {
    if let found = words.place(.tellBetween, in: part, within: 6), found.at + found.count < part.endIndex {
      return (names(part[..<found.at]), goal.said(part[(found.at + found.count)...]))
    }
    guard let end = part.indices.dropFirst(2).first(where: { words.isAll(.tellBehind, part[$0...]) }) else {
      return nil
    }
    let body = part[..<end]
    if let whom = words.place(.toWhom, in: body, within: 6), whom.at + whom.count < end {
      return (names(body[..<whom.at]), goal.said(body[(whom.at + whom.count)...]))
    }
    let first = body.prefix(1)
    if words.isAll(.self, first) || values.isPerson(goal.said(first)) {
      return (names(first), goal.said(body.dropFirst()))
    }
    return nil
  }

  /// "3 days later, …", "after 2 hours …".
  private func delay(
    _ rest: ArraySlice<GoalText.Word>
  ) -> (time: ArraySlice<GoalText.Word>, rest: ArraySlice<GoalText.Word>)? {
    if let count = words.match(.after, rest) {
      let time = rest.dropFirst(count)
      // the longest that is a length with every word of it
      let counts = (2...5).filter { $0 < time.count }
      guard let shortest = counts.first(where: { values.isLength(goal.said(time.prefix($0))) }) else { return nil }
      let more = counts.filter { $0 > shortest }.first { count in
        values.isLength(goal.said(time.dropFirst(shortest).prefix(count - shortest)))
      }
      return (time.prefix(more ?? shortest), time.dropFirst(more ?? shortest))
    }
    guard let found = words.place(.later, in: rest, within: 5), values.isLength(goal.said(rest[..<found.at])) else {
      return nil
    }
    return (rest[..<found.at], rest[(found.at + found.count)...])
  }

  /// "until Meena replies or 2 days": whichever comes first.
  private func untilOr(_ body: ArraySlice<GoalText.Word>) -> (time: String, signal: String)? {
    guard let count = words.match(.orUntil, body) else { return nil }
    let open = body.dropFirst(count)
    let or = open.indices.dropFirst().last { at in
      open[at].folded == "or" && values.isLength(goal.said(open[(at + 1)...]))
    }
    guard let or else { return open.isEmpty ? nil : ("", goal.said(open)) }
    return (goal.said(open[(or + 1)...]), goal.said(open[..<or]))
  }

  /// "tomorrow at 6 pm tell Ravi …": the time in front of what is told or asked then.
  private func moment(_ rest: ArraySlice<GoalText.Word>) -> ArraySlice<GoalText.Word>? {
    for count in (1...6).reversed() where count < rest.count {
      let time = rest.prefix(count)
      guard !time.contains(where: \.isMark),
        words.match([.tell, .tellMe, .ask, .askMe], trimmed(rest.dropFirst(count))) != nil,
        values.isMoment(goal.said(time))
      else { continue }
      return time
    }
    return nil
  }

  // MARK: Where a part ends

  /// The first comma or "and" behind which something of its own begins, or a word that begins one without them.
  private func end(of rest: ArraySlice<GoalText.Word>) -> Int {
    var at = rest.startIndex
    while at < rest.endIndex {
      let tail = rest[at...]
      if at > rest.startIndex, words.match([.if, .unless, .orUntil, .askFirst], tail) != nil { return at }
      // "call somebody else" does not end there
      if let count = words.match(.otherwise, tail), count > 1 || opens(trimmed(tail.dropFirst(count))) { return at }
      if rest[at].isMark || words.match(.and, tail) != nil {
        let next = trimmed(tail)
        if opens(next) { return at }
      }
      at += 1
    }
    return rest.endIndex
  }

  private func opens(_ rest: ArraySlice<GoalText.Word>) -> Bool {
    if words.match(Self.openers + [.polite], rest) != nil || delay(rest) != nil { return true }
    let part = rest[..<mark(in: rest)]
    return words.place(.so, in: part) != nil || told(part) != nil
  }

  private func isAnswer(_ rest: ArraySlice<GoalText.Word>) -> Bool {
    words.match([.yes, .no], rest) != nil
      && clauses.contains { if case .approve = $0.kind { true } else { false } }
  }

  /// Where a condition ends that no comma ends: behind "there are any", "yes", "over 5000".
  private func conditionEnd(_ rest: ArraySlice<GoalText.Word>) -> Int? {
    if let found = words.match([.any, .none, .yes, .no], rest), found.count < rest.count {
      return found.count > 1 || [.yes, .no].contains(found.sign) ? rest.startIndex + found.count : nil
    }
    for at in rest.indices {
      guard let (_, count) = words.match([.more, .less], rest[at...]) else { continue }
      let number = rest[(at + count)...]
      let read = (1...3).map { $0 < number.count ? values.number(goal.said(number.prefix($0))) : nil }
      guard let last = read.last(where: { $0 != nil }), let place = read.firstIndex(of: last) else { return nil }
      return number.startIndex + place + 1
    }
    return nil
  }

  private func mark(in rest: ArraySlice<GoalText.Word>) -> Int { rest.firstIndex(where: \.isMark) ?? rest.endIndex }

  /// What stands before the comma, or before what begins something of its own; and the rest.
  private func head(_ rest: ArraySlice<GoalText.Word>) -> (String, ArraySlice<GoalText.Word>) {
    var at = rest.startIndex
    while at < rest.endIndex {
      // Hindi ends a condition that "agar" began with "… ho to"
      if let count = words.match(.so, rest[at...]) {
        at += count
        break
      }
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

  /// "Amma that dinner is ready", "Ravi, Anna and Meera that …": the first word is who, with more where a "that" stands behind
  /// them, or where more people are named.
  private func addressees(_ rest: ArraySlice<GoalText.Word>) -> (who: [String?], what: String) {
    guard !rest.isEmpty else { return ([nil], "") }
    var cut = rest.index(after: rest.startIndex)
    if let place = rest.indices.dropFirst().prefix(4).first(where: { words.match(.that, rest[$0...]) != nil }) {
      cut = place
    }
    while cut < rest.endIndex {
      let next = trimmed(rest[cut...])
      guard next.startIndex > cut, let name = next.first, values.isPerson(goal.said(next.prefix(1))), !name.isMark
      else { break }
      cut = next.index(after: next.startIndex)
    }
    return (names(rest[..<cut]), goal.said(withoutThat(rest[cut...])))
  }

  /// Who is named, one by one; `nil` is whoever wants the plan.
  private func names(_ rest: ArraySlice<GoalText.Word>) -> [String?] {
    var all: [ArraySlice<GoalText.Word>] = []
    var rest = trimmed(rest)
    while !rest.isEmpty {
      let end = rest.indices.dropFirst().first { rest[$0].isMark || words.match(.and, rest[$0...]) != nil }
      all.append(rest[..<(end ?? rest.endIndex)])
      rest = trimmed(rest[(end ?? rest.endIndex)...])
    }
    return all.map { words.isAll(.self, $0) ? nil : goal.said($0) }
  }

  private mutating func add(_ kind: GoalClause.Kind, _ condition: GoalClause.Condition? = nil) {
    clauses.append(GoalClause(kind: kind, condition: condition))
  }

  // MARK: Conditions

  private mutating func look(_ text: String) -> GoalClause.Condition {
    let found = Self.condition(text, words, values)
    looked = found
    return found
  }
}
