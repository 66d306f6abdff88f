import Time

/// The grammar of time, for every language: rules over concepts, which the words of a language map to.
struct TimeGrammar: Sendable {
  /// By the category of the last part.
  let forms: [[TimeRuleForm]]

  static let shared = TimeGrammar(
    [
      numbers, durations, days, monthsAndYears, movedDays, periods, periodParts, clocks, clockRanges, moments, ranges,
      momentRanges, modified, recurrences, lists, habits, durationRanges, postpositions, behind, zones, oftenMore,
      lengths, limits, parts, usually, reached, particles,
    ].flatMap { $0 })

  init(_ rules: [TimeRule]) {
    var forms = [[TimeRuleForm]](repeating: [], count: TimeCategory.allCases.count)
    for form in rules.flatMap(TimeRuleForm.all) {
      guard let last = form.parts.last else { continue }
      for category in TimeCategory.allCases where last.contains(category) {
        forms[Int(category.rawValue)].append(form)
      }
    }
    self.forms = forms
  }

  // MARK: How rules are written

  static func p(_ categories: TimeCategory...) -> TimeRule.Part {
    var set: CategorySet = []
    for category in categories { set.insert(category) }
    return TimeRule.Part(categories: set)
  }
  static func o(_ categories: TimeCategory...) -> TimeRule.Part {
    var part = TimeRule.Part(categories: [], isOptional: true)
    for category in categories { part.categories.insert(category) }
    return part
  }
  static func node(_ category: TimeCategory, _ meaning: TimeMeaning, score: Int = 0) -> TimeNode {
    TimeNode(start: 0, end: 0, category: category, meaning: meaning, score: score)
  }

  // MARK: What rules look at

  /// One sentence, the moment it is read at, and the person's habits.
  struct Scope {
    let sentence: Sentence
    let policy: TimePolicy
    let holidays: Holidays
    let now: CivilDateTime
    /// Whose clock it is: what is counted in hours is counted by it.
    var zone: Zone?
    /// Numbers that look like a day and a month: "1/2 tablet".
    var fractions: [Range<Int>] = []
    /// Words for units of all kinds, to tell what a number counts.
    var amounts: [AmountWords] = []
    /// Every known word of the sentence.
    private(set) var words: [TimeNode] = []
    /// By place: what the words that end there are.
    var wordsEnding: [CategorySet] = []
    /// By place: what the words that begin there are.
    var wordsBeginning: [CategorySet] = []

    /// Directly before a piece stands a word of one of these kinds.
    func follows(_ node: TimeNode, _ categories: CategorySet) -> Bool { wordsEnding[node.start].intersects(categories) }
    func precedes(_ node: TimeNode, _ categories: CategorySet) -> Bool {
      wordsBeginning[node.end].intersects(categories)
    }
    func isFirst(_ node: TimeNode) -> Bool { node.start == 0 }
    func isLast(_ node: TimeNode) -> Bool { node.end == sentence.tokens.count }
    /// Nothing else was said.
    func isAll(_ node: TimeNode) -> Bool { node.start == 0 && node.end == sentence.tokens.count }

    /// Remembers what words stand where, for rules that look beside what they read.
    mutating func note(_ words: [TimeNode]) {
      self.words = words
      wordsEnding = [CategorySet](repeating: [], count: sentence.tokens.count + 1)
      wordsBeginning = wordsEnding
      for word in words {
        wordsEnding[word.end].insert(word.category)
        wordsBeginning[word.start].insert(word.category)
      }
    }

    /// Written like a day and a month, and none: "1/2 tablet", "open 24/7", "1/2 daily".
    func isFraction(_ above: TimeNode, _ below: TimeNode) -> Bool {
      if fractions.contains(where: { $0.lowerBound == above.start }) { return true }
      guard !follows(above, Self.leads), !precedes(below, Self.leadsBehind) else { return false }
      return Fractions.isAlways(above.number, below.number)
        || Fractions.isCommon(above.number, below.number)
          && wordsBeginning.contains { $0.intersects([.daily, .every, .once, .times]) }
    }
    private static let leads: CategorySet = [
      .on, .by, .from, .before, .after, .to, .between, .this, .next, .last, .every, .weekday, .dash, .and, .or,
    ]
    private static let leadsBehind: CategorySet = [
      .post, .fromPost, .untilPost, .beforePost, .afterPost, .betweenPost, .dash, .to, .onwards,
    ]

    /// Behind a number stands what it counts: "5 km", "2000 rupees", "1500 steps".
    func counts(_ node: TimeNode) -> Bool {
      guard node.end < sentence.tokens.count else { return false }
      return precedes(node, [.counted]) || Fractions.isCounted(sentence, node.end, amounts)
    }

    /// The wall clock of the person's zone at a moment of another zone's wall clock.
    func shift(from minutes: Int) -> Int64 {
      guard let zone else { return 0 }
      return Int64(zone.offset(at: zone.instant(of: now)) - minutes * 60)
    }

    var nowSeconds: Int64 { now.wallSeconds }
    var today: CivilDate { now.date }
    var todaySeconds: Int64 { Self.seconds(now.date) }

    static func seconds(_ date: CivilDate) -> Int64 { Int64(date.dayNumber) * 86_400 }
    static func date(_ seconds: Int64) -> CivilDate {
      CivilDate(dayNumber: Int((seconds - mod(seconds, 86_400)) / 86_400))
    }
    static func mod(_ a: Int64, _ b: Int64) -> Int64 { (a % b + b) % b }

    func isGlued(_ node: TimeNode) -> Bool { sentence.tokens[node.start].isGlued }
    /// All pieces written without a space between.
    func areGlued(_ nodes: [TimeNode]) -> Bool { nodes.allSatisfy { $0.isAbsent || isGlued($0) } }

    func isGlued(at index: Int) -> Bool { index < sentence.tokens.count && sentence.tokens[index].isGlued }
    func symbol(_ index: Int) -> UInt8? {
      guard sentence.tokens.indices.contains(index), sentence.tokens[index].kind == .symbol else { return nil }
      return sentence.folded[sentence.tokens[index].foldedSpan.lowerBound]
    }
    func isNumber(_ index: Int) -> Bool {
      sentence.tokens.indices.contains(index) && sentence.tokens[index].kind == .number
    }

    /// Nothing that touches these tokens makes them part of a longer number, code or address.
    func standsAlone(_ node: TimeNode) -> Bool { standsAlone(node.start, node.end) }
    func standsAlone(_ start: Int, _ end: Int) -> Bool { isClear(before: start) && isClear(after: end) }

    /// The same where a range may follow: "12-4", "2014~2018".
    func standsBesideDashes(_ node: TimeNode) -> Bool { standsBesideDashes(node.start, node.end) }
    func standsBesideDashes(_ start: Int, _ end: Int) -> Bool {
      (isClear(before: start) || isGlued(at: start) && isDash(start - 1))
        && (isClear(after: end) || isGlued(at: end) && isDash(end))
    }

    private func isClear(before start: Int) -> Bool {
      guard isGlued(at: start), start > 0 else { return true }
      guard sentence.tokens[start - 1].kind == .symbol else { return isTimeMark(start - 1) }
      let mark = symbol(start - 1) ?? 0
      // "133-03-03-2020", "1.2.3", "$12", "#5"
      if [0x24, 0x23, 0x2B].contains(mark) || mark >= 0x80 && !isDash(start - 1) { return false }
      guard isGlued(at: start - 1), start > 1, sentence.tokens[start - 2].kind != .symbol,
        [0x2D, 0x2E, 0x2F, 0x3A, 0x5F, 0x40].contains(mark) || isDash(start - 1)
      else { return true }
      return sentence.tokens[start - 2].kind == .word && mark == 0x2E
    }

    /// The T of ISO 8601 before an hour.
    func isTimeMark(_ index: Int) -> Bool {
      sentence.tokens[index].foldedSpan.count == 1 && sentence.folded(index) == "t" && isNumber(index + 1)
        && isGlued(at: index + 1)
    }

    private func isClear(after end: Int) -> Bool {
      guard isGlued(at: end) else { return true }
      switch sentence.tokens[end].kind {
      case .word: return true
      case .number: return false
      case .symbol:
        let mark = symbol(end) ?? 0
        if mark == 0x25 || mark >= 0x80 && !isDash(end) { return false }
        return !(([0x2D, 0x2E, 0x2F, 0x3A].contains(mark) || isDash(end)) && isGlued(at: end + 1) && isNumber(end + 1))
      }
    }

    /// Some hour was said with its half of the day.
    var mentionsHour: Bool {
      wordsEnding.contains { $0.intersects([.am, .pm, .oclock, .colon]) }
    }

    /// The same, or one after "at".
    var saysHour: Bool {
      mentionsHour
        || words.contains { $0.category == .at && precedes($0, [.integer, .amount, .added, .half, .quarterHour]) }
    }

    /// Hours of the meals that are named: "dinner on friday at 8" is in the evening.
    var meals: [ClosedRange<Int64>] {
      words.filter { $0.category == .meal && $0.number > 0 }.map {
        Int64($0.number / 10_000) * 60...Int64($0.number % 10_000 + 120) * 60
      }
    }

    /// A word tells of what has been.
    var tellsOfThePast: Bool { wordsEnding.contains { $0.contains(.pastTense) } }

    /// Written 8:30 or 0:01.
    func isDigital(_ node: TimeNode) -> Bool { node.length >= 3 && isNumber(node.start) }

    func isDash(_ index: Int) -> Bool {
      guard sentence.tokens.indices.contains(index), sentence.tokens[index].kind == .symbol else { return false }
      return Self.dashes.contains(sentence.folded(index))
    }
    private static let dashes: Set<String> = ["-", "–", "—", "~", "―"]
  }

  // MARK: Words

  /// Every word, number and mark the grammar knows, as the smallest pieces.
  static func words(_ scope: Scope, _ times: [TimeWords], _ lexicons: [Lexicon]) -> [TimeNode] {
    let sentence = scope.sentence
    var nodes: [TimeNode] = []
    var free = 0
    for index in sentence.tokens.indices {
      let token = sentence.tokens[index]
      switch token.kind {
      case .number:
        let digits = sentence.folded[token.foldedSpan]
        guard digits.count <= 9, !isMoney(scope, index) else { continue }
        nodes.append(
          TimeNode(
            start: index, end: index + 1, category: .integer, number: digits.reduce(0) { $0 * 10 + Int($1 - 0x30) },
            digits: digits.count))
      case .symbol, .word:
        // "$DEC" is the name of a share.
        if token.kind == .word, token.isGlued, scope.symbol(index - 1) == 0x24 || scope.symbol(index - 1) == 0x23 {
          continue
        }
        if token.kind == .word, scope.isTimeMark(index) {
          nodes.append(TimeNode(start: index, end: index + 1, category: .at))
        }
        if token.kind == .symbol, let category = mark(scope, index) {
          nodes.append(TimeNode(start: index, end: index + 1, category: category))
        }
        var lengths: Set<Int> = []
        let first = nodes.count
        for words in times {
          words.matches(sentence, at: index) { length, meanings in
            lengths.insert(length)
            // "will last": none of its words is one of time; "to last friday" is.
            if meanings.contains(where: { $0.category == .none }), !isDay(sentence, index + length, times, lexicons) {
              free = max(free, index + length)
            }
            for word in meanings where index >= free || word.category == .none {
              nodes.append(
                TimeNode(
                  start: index, end: index + length, category: word.category, number: word.number,
                  kind: word.kind))
              if let small = word.ending.category {
                nodes.append(TimeNode(start: index + length, end: index + length, category: small))
              }
            }
          }
        }
        // Nor is the first of them: "maalai vaangi" buys a garland.
        if free > index { nodes.removeSubrange(first...) }
        for lexicon in lexicons where free <= index {
          lexicon.matches(sentence, at: index) { length, readings in
            guard !lengths.contains(length) else { return }
            for reading in readings where reading.count == 1 {
              guard let word = TimeWords.Word(reading[0]) else { continue }
              nodes.append(
                TimeNode(start: index, end: index + length, category: word.category, number: word.number))
            }
          }
        }
      }
    }
    nodes = nodes.filter { $0.category != .none }
    return nodes + abbreviations(scope, nodes)
  }

  /// A weekday, a month, "week" or "month": what is last, and does not last.
  private static func isDay(_ sentence: Sentence, _ index: Int, _ times: [TimeWords], _ lexicons: [Lexicon]) -> Bool {
    guard index < sentence.tokens.count else { return false }
    var isOne = false
    for words in times {
      words.matches(sentence, at: index) { _, meanings in
        isOne =
          isOne
          || meanings.contains { $0.category == .unit && $0.kind == .plain && $0.number >= TimeGrain.day.rawValue }
      }
    }
    for lexicon in lexicons {
      lexicon.matches(sentence, at: index) { _, readings in
        isOne = isOne || readings.contains { $0.count == 1 && [.weekday, .month].contains($0[0].kind) }
      }
    }
    return isOne
  }

  private static func mark(_ scope: Scope, _ index: Int) -> TimeCategory? {
    switch scope.symbol(index) {
    case UInt8(ascii: ","): .comma
    case UInt8(ascii: "/"): .slash
    case UInt8(ascii: "."): .dot
    case UInt8(ascii: ":"): .colon
    case UInt8(ascii: "'"): .apostrophe
    default: scope.isDash(index) ? .dash : nil
    }
  }

  /// "$12", "₹500", "10%": no part of a time.
  private static func isMoney(_ scope: Scope, _ index: Int) -> Bool {
    let before = scope.isGlued(at: index) ? scope.symbol(index - 1) : nil
    if let before, before == 0x24 || before == 0x23 || before >= 0x80 && !scope.isDash(index - 1) { return true }
    let after = scope.isGlued(at: index + 1) ? scope.symbol(index + 1) : nil
    return after == UInt8(ascii: "%")
  }
}

extension Lexicon {
  /// Every phrase that begins at a token, by its length.
  func matches(_ sentence: Sentence, at index: Int, _ found: (Int, [[Concept]]) -> Void) {
    guard let most = longest[key(sentence.tokens[index])] else { return }
    var whole: UInt64 = 0
    for length in 1...max(1, min(Int(most), sentence.tokens.count - index)) {
      whole = Hash.pair(whole, key(sentence.tokens[index + length - 1]))
      if let meaning = phrases[whole] { found(length, meanings[Int(meaning)]) }
    }
  }
}
