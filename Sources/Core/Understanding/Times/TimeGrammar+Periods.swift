import Time

/// Months, years, weeks, quarters: whole periods of the calendar.
extension TimeGrammar {
  static let monthsAndYears: [TimeRule] = [
    // Years.
    TimeRule([p(.integer)]) { scope, n in
      guard n[0].digits == 4 || n[0].digits == 0, (1000...2999).contains(n[0].number) else { return nil }
      return year(scope, n[0].number, isWord: n[0].digits == 0)
    },
    TimeRule([p(.year)]) { scope, n in
      guard let year = n[0].meaning?.day, (1500...2100).contains(year), scope.standsBesideDashes(n[0]),
        !scope.precedes(n[0], [.unit, .scale, .am, .pm, .integer])
      else { return nil }
      let made = yearRange(scope, year, score: -2)
      // "2015 - 32" is no year and no range.
      let isBroken = scope.precedes(n[0], [.dash]) && scope.isNumber(n[0].end + 1)
      made?.meaning?.isPart = !scope.standsAlone(n[0]) || isBroken || !isYear(scope, n[0])
      return made
    },
    // year 2016, the year 267
    TimeRule([p(.unit), o(.of), p(.integer)]) { scope, n in
      guard grain(n[0]) == .year, n[2].number > 31, n[2].number < 3_000 else { return nil }
      return yearRange(scope, n[2].number)
    },
    TimeRule([p(.integer), p(.era)]) { scope, n in
      n[0].number > 0 && n[0].number < 3_000 && n[1].number > 0 ? yearRange(scope, n[0].number) : nil
    },
    // 1990s, the 2000s
    TimeRule([o(.the), p(.year), o(.apostrophe), p(.possessive)]) { scope, n in
      guard let year = n[1].meaning?.day, year % 10 == 0 else { return nil }
      return decade(scope, year)
    },
    // the 70s
    TimeRule([p(.the), o(.apostrophe), p(.integer), o(.apostrophe), p(.possessive)]) { scope, n in
      guard n[2].digits == 2, n[2].number % 10 == 0, scope.isGlued(n[4]) else { return nil }
      return openDecade(scope, n[2].number)
    },
    // the nineteen seventies, the twenty-tens, the two thousands
    TimeRule([o(.the), p(.integer), o(.dash), p(.tens)]) { scope, n in
      if n[3].number == 100, n[1].digits == 0, (10...19).contains(n[1].number),
        let from = CivilDate(year: n[1].number * 100, month: 1, day: 1)
      {
        return node(.range, TimeMeaning([scope.span(from, from.adding(months: 1_200))], .century))
      }
      guard n[1].digits == 0, n[3].number < 100 ? (15...20).contains(n[1].number) : n[1].number == 2 else { return nil }
      return decade(scope, n[3].number < 100 ? n[1].number * 100 + n[3].number : 2000)
    },
    TimeRule([p(.the), p(.tens)]) { scope, n in
      n[1].number < 100 ? openDecade(scope, n[1].number) : nil
    },
    // 21st century
    TimeRule([p(.ordinal), p(.unit)]) { scope, n in
      guard grain(n[1]) == .century, (2...30).contains(n[0].number),
        let from = CivilDate(year: (n[0].number - 1) * 100, month: 1, day: 1)
      else { return nil }
      return node(.range, TimeMeaning([scope.span(from, from.adding(months: 1_200), from.description)], .century))
    },
    // Months.
    TimeRule([p(.month)]) { scope, n in
      let meaning = monthRange(scope, n[0].number)
      // "may" and "march" are verbs unless the sentence says otherwise; "June Carter" is a name.
      meaning.isPart =
        !scope.isAll(n[0]) && !scope.follows(n[0], monthLeads) && (n[0].kind == .weak || isName(scope, n[0]))
        || isDayless(scope, n[0])
      return node(.range, meaning)
    },
    TimeRule([p(.month), o(.dot), o(.of, .in, .comma, .dash, .slash, .possessive), p(.year)]) { scope, n in
      guard let year = n[3].meaning?.day, !isDashed(n[2]) || scope.isGlued(n[2]) == scope.isGlued(n[3]) else {
        return nil
      }
      let made = wholeMonth(scope, year, n[0].number)
      if isDayless(scope, n[0]) { made?.meaning?.isPart = true }
      return made
    },
    TimeRule([p(.year), o(.comma, .dash, .possessive), p(.month)]) { scope, n in
      n[0].meaning.flatMap { wholeMonth(scope, $0.day, n[2].number) }
    },
    TimeRule([p(.month), o(.of), p(.range)]) { scope, n in
      guard let range = n[2].meaning, range.grain == .year, range.shape.contains(.whole),
        let from = range.readings[0].from
      else { return nil }
      return wholeMonth(scope, Scope.date(from).year, n[0].number)
    },
    // 2015/3, 2015.3, 2016 - 11; 11 - 2016
    TimeRule([p(.integer), p(.slash, .dash, .dot), p(.integer)]) { scope, n in
      guard scope.standsAlone(n[0].start, n[2].end),
        scope.isGlued(n[1]) == scope.isGlued(n[2]) || n[1].category == .dash || n[0].digits == 4,
        !scope.precedes(n[2], [.unit, .am, .pm])
      else { return nil }
      if n[0].digits == 4, (1900...2100).contains(n[0].number), (1...2).contains(n[2].digits) {
        return (1...12).contains(n[2].number) ? wholeMonth(scope, n[0].number, n[2].number) : nil
      }
      guard n[2].digits == 4, (1900...2100).contains(n[2].number), (1...2).contains(n[0].digits), n[1].category != .dot,
        (1...12).contains(n[0].number)
      else { return nil }
      return wholeMonth(scope, n[2].number, n[0].number)
    },
    TimeRule([p(.this, .next, .last, .upcoming), p(.month)]) { scope, n in
      let step = n[0].category == .next ? 1 : n[0].category == .last ? -1 : 0
      if n[1].kind == .weak, n[0].category == .this, !scope.sentence.tokens[n[1].start].isCapital { return nil }
      var year = scope.today.year + step
      if n[0].category == .upcoming, n[1].number < scope.today.month { year += 1 }
      return wholeMonth(scope, year, n[1].number)
    },
    // the month of july, the week of november 30th
    TimeRule([o(.the), p(.unit), o(.of, .commencing), p(.range, .date)]) { scope, n in
      guard let unit = grain(n[1]), let inner = n[3].meaning,
        !n[2].isAbsent || unit == .month && n[3].category == .range
      else { return nil }
      if unit == .month, inner.shape.contains(.month) { return node(.range, inner.with { _ in }) }
      guard n[3].category == .date, unit == .week || unit == .month, !inner.isPart || inner.shape.contains(.dayOnly)
      else {
        return nil
      }
      let readings = inner.readings.compactMap { reading -> TimeMeaning.Reading? in
        guard let from = reading.from, let (start, end) = scope.period(unit, of: Scope.date(from)) else { return nil }
        return scope.span(start, end, reading.fromTimex)
      }
      return node(.range, TimeMeaning(readings, unit, unit == .week ? .week : .month))
    },
    TimeRule([p(.commencing), p(.date)]) { scope, n in
      guard n[0].number == 1, let inner = n[1].meaning else { return nil }
      let readings = inner.readings.compactMap { reading -> TimeMeaning.Reading? in
        guard let from = reading.from, let (start, end) = scope.period(.week, of: Scope.date(from)) else { return nil }
        return scope.span(start, end, reading.fromTimex)
      }
      return readings.isEmpty ? nil : node(.range, TimeMeaning(readings, .week, .week))
    },
    // the third month of 2021
    TimeRule([o(.the), p(.ordinal, .last), p(.unit), p(.of, .in), o(.the), p(.year, .range)]) { scope, n in
      guard grain(n[2]) == .month, let year = yearNumber(n[5]) else { return nil }
      let month = n[1].category == .last ? 12 : n[1].number
      return (1...12).contains(month) ? wholeMonth(scope, year, month) : nil
    },
    // Seasons.
    TimeRule([o(.this, .next, .last, .upcoming), p(.season)]) { scope, n in
      guard n[1].kind != .weak || !n[0].isAbsent || scope.follows(n[1], monthLeads) || scope.isAll(n[1]) else {
        return nil
      }
      let step = n[0].category == .next ? 1 : n[0].category == .last ? -1 : 0
      let timex = ["SP", "SU", "FA", "WI"][max(0, min(3, n[1].number / 3 - 1))]
      let meaning = TimeMeaning(
        [.init(nil, nil, n[0].isAbsent ? timex : "\(scope.today.year + step)-\(timex)")], .quarter)
      return node(.range, meaning)
    },
    TimeRule([p(.season), o(.of, .in, .comma), p(.year)]) { _, n in
      let timex = ["SP", "SU", "FA", "WI"][max(0, min(3, n[0].number / 3 - 1))]
      return node(.range, TimeMeaning([.init(nil, nil, "\(n[2].meaning?.day ?? 0)-\(timex)")], .quarter))
    },
    // Quarters and halves of a year.
    TimeRule([
      o(.the), p(.quarter, .halfYear, .ordinal), o(.dash), o(.unit, .half), o(.of, .comma, .dash), o(.the),
      p(.year, .range),
    ]) { scope, n in
      guard let (count, months) = partOfYear(n[1], n[3]) else { return nil }
      return partsOfYear(scope, n[6], count, months)
    },
    TimeRule([
      p(.year, .range), o(.possessive, .comma, .dash), o(.the), p(.quarter, .halfYear, .ordinal), o(.dash),
      o(.unit, .half),
    ]) { scope, n in
      guard let (count, months) = partOfYear(n[3], n[5]) else { return nil }
      return partsOfYear(scope, n[0], count, months)
    },
    TimeRule([o(.the), p(.quarter, .ordinal), o(.unit)]) { scope, n in
      guard let (count, months) = partOfYear(n[1], n[2]), months == 3 else { return nil }
      let readings = [scope.today.year].compactMap { yearPart(scope, $0, count, months) }
      return node(.range, TimeMeaning(readings, .quarter))
    },
    TimeRule([p(.schoolYear), p(.integer)]) { scope, n in
      if let made = fiscalYear(scope, n[0], n[1]) { return made }
      guard n[1].digits == 4 || n[1].digits == 2 else { return nil }
      let letters = n[0].number == 1 ? "FY" : "SY"
      return node(
        .range,
        TimeMeaning([.init(nil, nil, "\(letters)\(n[1].digits == 2 ? 2000 + n[1].number : n[1].number)")], .year))
    },
    // Weeks by number.
    TimeRule([p(.unit), o(.dot), p(.integer), o(.of, .in, .comma), o(.the), o(.year, .range)]) { scope, n in
      guard grain(n[0]) == .week, n[0].kind != .plural, (1...53).contains(n[2].number),
        n[5].isAbsent == n[3].isAbsent || n[5].category == .year,
        !n[5].isAbsent || n[4].isAbsent, let year = n[5].isAbsent ? scope.today.year : yearNumber(n[5]),
        let first = scope.firstWeek(of: year)
      else { return nil }
      let from = first.adding(days: 7 * (n[2].number - 1))
      return node(
        .range, TimeMeaning([scope.span(from, from.adding(days: 7), scope.timex(.week, from: from))], .week, [.week]))
    },
    // the last weekend of october
    TimeRule([o(.the), p(.ordinal, .last), p(.unit), p(.of, .in), o(.the), p(.range, .month, .unit)]) { scope, n in
      guard grain(n[2]) == .weekend, let outer = outerRange(scope, n[5]), outer.grain == .month else { return nil }
      let readings = outer.readings.compactMap { range -> TimeMeaning.Reading? in
        guard let from = range.from else { return nil }
        let ordinal = n[1].category == .last ? -1 : n[1].number
        return nth(ordinal, 6, from: Scope.date(from), to: range.to).map { scope.span($0, $0.adding(days: 2)) }
      }
      return readings.isEmpty ? nil : node(.range, TimeMeaning(readings, .weekend))
    },
    // the second last week of october
    TimeRule([o(.the), p(.ordinal), o(.to), p(.last), p(.unit), p(.of, .in), o(.the), p(.range, .month, .year, .unit)])
    {
      scope, n in
      guard let outer = outerRange(scope, n[7]), outer.grain == .month || outer.grain == .year,
        (2...30).contains(n[1].number)
      else { return nil }
      if grain(n[4]) == .day {
        let days = outer.readings.compactMap { $0.to.map { scope.dateReading($0 - Int64(n[1].number) * 86_400) } }
        return days.isEmpty ? nil : node(.date, TimeMeaning(days, .day))
      }
      guard grain(n[4]) == .week else { return nil }
      let readings = outer.readings.compactMap { weekOf(scope, $0, -n[1].number, outer.grain) }
      return readings.isEmpty ? nil : node(.range, TimeMeaning(readings, .week, [.week]))
    },
    // the first week of october, the last week of 2016
    TimeRule([o(.the), p(.ordinal, .last), p(.unit), p(.of, .in), o(.the), p(.range, .month, .year)]) { scope, n in
      guard grain(n[2]) == .week, let outer = outerRange(scope, n[5]), outer.grain == .month || outer.grain == .year
      else { return nil }
      let readings = outer.readings.compactMap {
        weekOf(scope, $0, n[1].category == .last ? -1 : n[1].number, outer.grain)
      }
      guard !readings.isEmpty else { return nil }
      return node(.range, TimeMeaning(readings, .week, [.week]))
    },
  ]

  // MARK: Helpers

  /// A decade of an open century: the last and the next.
  static func openDecade(_ scope: Scope, _ tens: Int) -> TimeNode? {
    let century = scope.today.year / 100 * 100
    let past = century + tens > scope.today.year ? century - 100 : century
    // The years after 2000 have one decade of that name.
    let readings = (tens == 0 ? [past] : [past, past + 100]).compactMap { year -> TimeMeaning.Reading? in
      guard let from = CivilDate(year: year + tens, month: 1, day: 1) else { return nil }
      return scope.span(from, from.adding(months: 120), "XX\(Scope.two(tens))-01-01")
    }
    // "the 80s" are behind us first
    return node(.range, TimeMeaning(readings, .decade, .ranked))
  }

  private static let monthLeads: CategorySet = [
    .in, .of, .next, .last, .to, .before, .after, .by, .early, .mid, .late, .from, .to, .the, .between, .within,
    .upcoming, .every, .dash,
  ]

  /// Four digits are a year where a word says so, or nothing else is said: not in "pay 1500", "2000 people".
  private static func isYear(_ scope: Scope, _ node: TimeNode) -> Bool {
    guard scope.policy.joinsExpressions, !scope.isAll(node) else { return true }
    guard !scope.counts(node) else { return false }
    if scope.follows(node, yearLeads) || scope.precedes(node, yearLeadsBehind) { return true }
    return scope.words.contains { $0.start == node.end && $0.category == .post && $0.number == 0 && $0.length > 0 }
  }
  private static let yearLeads: CategorySet = [
    .in, .of, .before, .after, .from, .to, .between, .early, .mid, .late, .this, .next, .last, .dash, .and, .or,
    .unit, .quarter, .halfYear, .season, .holiday, .schoolYear, .month, .fromPost, .around, .ordinal, .comma,
  ]
  private static let yearLeadsBehind: CategorySet = [
    .fromPost, .untilPost, .betweenPost, .beforePost, .afterPost, .dash, .onwards, .era, .unit, .hence, .quarter,
    .halfYear, .month, .suffix,
  ]

  /// Of "31 february" nothing is left, not the month either.
  private static func isDayless(_ scope: Scope, _ month: TimeNode) -> Bool {
    guard scope.policy.joinsExpressions,
      let day = scope.words.first(where: { $0.end == month.start && $0.category == .integer && $0.digits > 0 })
    else { return false }
    return (29...31).contains(day.number) && CivilDate(year: 2_000, month: month.number, day: day.number) == nil
  }

  /// Latin words with capitals, of which the second is none of time: "June Carter".
  private static func isName(_ scope: Scope, _ node: TimeNode) -> Bool {
    guard scope.policy.joinsExpressions, node.end < scope.sentence.tokens.count else { return false }
    let (word, next) = (scope.sentence.tokens[node.start], scope.sentence.tokens[node.end])
    return word.script == .latin && word.isCapital && next.kind == .word && next.isCapital
      && scope.wordsBeginning[node.end].isEmpty
  }

  static func year(_ scope: Scope, _ number: Int, isWord: Bool) -> TimeNode? {
    guard let range = yearRange(scope, number)?.meaning else { return nil }
    return TimeNode(start: 0, end: 0, category: .year, number: number, digits: isWord ? 0 : 4, meaning: range)
  }

  static func yearRange(_ scope: Scope, _ year: Int, score: Int = 0) -> TimeNode? {
    guard let from = CivilDate(year: year, month: 1, day: 1) else { return nil }
    let meaning = TimeMeaning([scope.span(from, from.adding(months: 12), Scope.four(year))], .year, .year)
    meaning.day = year
    return node(.range, meaning, score: score)
  }

  static func decade(_ scope: Scope, _ year: Int) -> TimeNode? {
    guard let from = CivilDate(year: year, month: 1, day: 1) else { return nil }
    return node(.range, TimeMeaning([scope.span(from, from.adding(months: 120), from.description)], .decade))
  }

  static func wholeMonth(_ scope: Scope, _ year: Int, _ month: Int) -> TimeNode? {
    guard let from = CivilDate(year: year, month: month, day: 1) else { return nil }
    let meaning = TimeMeaning(
      [scope.span(from, from.adding(months: 1), scope.timex(.month, from: from))], .month, .month)
    meaning.month = month
    return node(.range, meaning)
  }

  /// A month of an open year: the one behind and the one ahead; this month counts as ahead.
  static func monthRange(_ scope: Scope, _ month: Int) -> TimeMeaning {
    let year = scope.today.year
    let future = month < scope.today.month ? year + 1 : year
    let readings = [future - 1, future].compactMap { year -> TimeMeaning.Reading? in
      CivilDate(year: year, month: month, day: 1).map {
        scope.span($0, $0.adding(months: 1), "XXXX-\(Scope.two(month))")
      }
    }
    let meaning = TimeMeaning(readings, .month, [.month, .noYear])
    meaning.month = month
    return meaning
  }

  static func whole(_ scope: Scope, _ unit: TimeGrain, _ step: Int, score: Int = 0) -> TimeNode? {
    guard let (from, to) = scope.period(unit, of: scope.today, step: step) else { return nil }
    var shape: TimeMeaning.Shape = [.whole, .relative]
    if unit == .week { shape.insert(.week) }
    if unit == .month { shape.insert(.month) }
    if unit == .year { shape.insert(.year) }
    let meaning = TimeMeaning([scope.span(from, to, scope.timex(unit, from: from))], unit, shape)
    meaning.day = unit == .year ? from.year : 0
    return node(.range, meaning, score: score)
  }

  /// The range that a word for one stands for: "march", "the month".
  static func outerRange(_ scope: Scope, _ node: TimeNode) -> TimeMeaning? {
    switch node.category {
    case .range, .year: return node.meaning
    case .month: return monthRange(scope, node.number)
    case .unit:
      guard let unit = grain(node), unit >= .week, node.kind != .plural else { return nil }
      return whole(scope, unit, 0)?.meaning
    default: return nil
    }
  }

  static func yearNumber(_ node: TimeNode) -> Int? {
    guard let meaning = node.meaning, meaning.grain == .year, let from = meaning.readings.first?.from else {
      return nil
    }
    return Scope.date(from).year
  }

  static func partOfYear(_ count: TimeNode, _ unit: TimeNode) -> (Int, Int)? {
    switch count.category {
    case .quarter: return unit.isAbsent ? (count.number, 3) : nil
    case .halfYear: return unit.isAbsent ? (count.number, 6) : nil
    default:
      if unit.category == .half, (1...2).contains(count.number) { return (count.number, 6) }
      guard grain(unit) == .quarter, unit.category == .unit, (1...4).contains(count.number) else { return nil }
      return (count.number, 3)
    }
  }

  private static func yearPart(_ scope: Scope, _ year: Int, _ count: Int, _ months: Int) -> TimeMeaning.Reading? {
    CivilDate(year: year, month: (count - 1) * months + 1, day: 1).map {
      scope.span($0, $0.adding(months: months), $0.description)
    }
  }

  static func partsOfYear(_ scope: Scope, _ outer: TimeNode, _ count: Int, _ months: Int) -> TimeNode? {
    if let meaning = outer.meaning, meaning.shape.contains(.fiscal), let from = meaning.readings.first?.from {
      let start = Scope.date(from).adding(months: (count - 1) * months)
      return node(.range, TimeMeaning([scope.span(start, start.adding(months: months))], .quarter))
    }
    guard let year = yearNumber(outer) else { return nil }
    // "the first quarter of the year" may be of this year or the next; "of this year" says which.
    let isOpen = outer.meaning?.shape.contains(.whole) == true && outer.digits == 0 && outer.score < -2
    let readings = (isOpen ? [year, year + 1] : [year]).compactMap { yearPart(scope, $0, count, months) }
    return node(.range, TimeMeaning(readings, .quarter))
  }

  static func weekOf(_ scope: Scope, _ outer: TimeMeaning.Reading, _ ordinal: Int, _ grain: TimeGrain)
    -> TimeMeaning.Reading?
  {
    guard let from = outer.from, let to = outer.to else { return nil }
    // A week belongs to the month or year that holds its Thursday.
    var monday = scope.startOfWeek(Scope.date(from))
    if monday.adding(days: 3) < Scope.date(from) { monday = monday.adding(days: 7) }
    if ordinal < 0 {
      monday = scope.startOfWeek(Scope.date(to).adding(days: -1))
      if grain == .year, monday.adding(days: 3) >= Scope.date(to) { monday = monday.adding(days: -7) }
      monday = monday.adding(days: 7 * (ordinal + 1))
    } else {
      monday = monday.adding(days: 7 * (ordinal - 1))
    }
    let timex = grain == .year ? scope.timex(.week, from: monday) : "\(outer.fromTimex)-W0\(ordinal < 0 ? 5 : ordinal)"
    return scope.span(monday, monday.adding(days: 7), timex)
  }

}
