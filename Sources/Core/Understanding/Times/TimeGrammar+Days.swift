import Time

/// Days: of a month, by name, of a week, holidays.
extension TimeGrammar {
  private static let sep: TimeRule.Part = o(.comma, .of, .dash, .slash, .dot)

  static let days: [TimeRule] = [
    // january 12, april the 22nd, oct2, jan/3
    TimeRule([p(.month), o(.dot, .comma, .dash, .slash, .of), o(.the), p(.integer, .ordinal)]) { scope, n in
      guard let day = dayNumber(n[3]),
        !isMark(n[1]) || n[1].category == .dot || n[1].category == .comma || scope.isGlued(n[3]),
        n[3].category == .ordinal || n[2].isAbsent || n[3].digits > 0, !isClockLike(scope, n[3])
      else { return nil }
      return monthDay(
        scope, n[0].number, day, score: n[0].kind == .weak && n[3].digits == 0 && n[3].category != .ordinal ? -4 : 0)
    },
    // 22 of january, 22nd jan, 22april, 16. nov., 28-nov
    TimeRule([p(.integer, .ordinal), o(.of, .dot, .comma, .dash, .slash), o(.the), p(.month)]) { scope, n in
      guard let day = dayNumber(n[0]), !isTouchedLeft(scope, n[0]),
        !isMark(n[1]) || n[1].category == .dot || scope.areGlued([n[1], n[3]]),
        n[1].category != .comma
      else { return nil }
      return monthDay(scope, n[3].number, day)
    },
    // january 12, 2016; 5 december 1391; 23/sep/2020
    TimeRule([p(.date), o(.comma, .of, .in, .slash, .dash, .dot), p(.year)]) { scope, n in
      guard let date = n[0].meaning, date.shape.contains(.noYear), !date.shape.contains(.holiday), date.month > 0,
        let year = n[2].meaning, year.grain == .year, !isDashed(n[1]) || scope.isGlued(n[2])
      else { return nil }
      return fullDate(scope, year.day, date.month, date.day)
    },
    TimeRule([p(.date), o(.dot), o(.comma), p(.year)]) { scope, n in
      guard !n[1].isAbsent, let date = n[0].meaning, date.shape.contains(.noYear), date.month > 0,
        let year = n[3].meaning
      else { return nil }
      return fullDate(scope, year.day, date.month, date.day)
    },
    // 3rd feb 82: what can be no day and no hour
    TimeRule([p(.date), o(.comma, .apostrophe), p(.integer)]) { scope, n in
      guard let date = n[0].meaning, date.shape.contains(.noYear), !date.shape.contains(.holiday), date.month > 0,
        n[2].digits == 2, n[2].number > 31, scope.standsAlone(n[2]), endsPhrase(scope, n[2])
      else { return nil }
      return fullDates(scope, shortYear(n[2].number), date.month, date.day, score: -1)
    },
    // january first 12; 12 jan 16
    TimeRule([p(.month), o(.the), p(.ordinal), o(.comma), p(.integer)]) { scope, n in
      guard let day = dayNumber(n[2]), n[4].digits == 2, !isClockLike(scope, n[4]),
        !scope.precedes(n[4], [.unit, .month, .am, .pm, .oclock, .to, .dash, .and]), scope.standsAlone(n[4])
      else { return nil }
      return fullDates(scope, shortYear(n[4].number), n[0].number, day, score: -3)
    },
    TimeRule([p(.integer), p(.slash, .dash), p(.month), p(.slash, .dash), p(.integer)]) { scope, n in
      guard let day = dayNumber(n[0]), n[4].digits == 2, scope.areGlued(Array(n[1...])) else { return nil }
      return fullDates(scope, shortYear(n[4].number), n[2].number, day)
    },
    // 2019/sep/01, 23-2020-september
    TimeRule([p(.integer), p(.slash, .dash), p(.month), p(.slash, .dash), p(.integer)]) { scope, n in
      guard n[0].digits == 4, let day = dayNumber(n[4]), scope.areGlued(Array(n[1...])) else { return nil }
      return fullDate(scope, n[0].number, n[2].number, day)
    },
    TimeRule([p(.integer), p(.slash, .dash), p(.integer), p(.slash, .dash), p(.month)]) { scope, n in
      guard n[2].digits == 4, let day = dayNumber(n[0]), scope.areGlued(Array(n[1...])) else { return nil }
      return fullDate(scope, n[2].number, n[4].number, day)
    },
    // 2020/23/sep
    TimeRule([p(.integer), p(.slash), p(.integer), p(.slash), p(.month)]) { scope, n in
      guard n[0].digits == 4, let day = dayNumber(n[2]), scope.areGlued(Array(n[1...])) else { return nil }
      return fullDate(scope, n[0].number, n[4].number, day)
    },
    // 2016 10 16
    TimeRule([p(.integer), p(.integer), p(.integer)]) { scope, n in
      guard n[0].digits == 4, n[1].digits == 2, n[2].digits == 2, (1900...2100).contains(n[0].number),
        scope.seconds(n[0].number, n[1].number, n[2].number) != nil
      else { return nil }
      return fullDate(scope, n[0].number, n[1].number, n[2].number)
    },
    // 21/04/2016, 2016-11-07, 23.04.2022
    TimeRule([p(.integer), p(.slash, .dash, .dot), p(.integer), p(.slash, .dash, .dot), p(.integer)]) { scope, n in
      guard n[1].category == n[3].category, scope.areGlued(Array(n[1...])),
        n.allSatisfy({ $0.category != .integer || $0.digits > 0 }), scope.standsBesideDashes(n[0].start, n[4].end)
      else { return nil }
      let (a, b, c) = (n[0], n[2], n[4])
      if a.digits == 4 {
        guard (1...12).contains(b.number), (1...31).contains(c.number), b.digits <= 2, c.digits <= 2 else { return nil }
        return alone(scope, n[0].start, n[4].end, fullDate(scope, a.number, b.number, c.number))
      }
      guard a.digits <= 2, b.digits <= 2, c.digits == 4 || c.digits == 2,
        let (day, month) = dayMonth(scope, a.number, b.number, prefersDay: n[1].category == .dot)
      else { return nil }
      return alone(
        scope, n[0].start, n[4].end, fullDates(scope, c.digits == 4 ? [c.number] : shortYear(c.number), month, day))
    },
    // 22/04, 7/6
    TimeRule([p(.integer), p(.slash), p(.integer)]) { scope, n in
      guard scope.areGlued([n[1], n[2]]), (1...2).contains(n[0].digits), (1...2).contains(n[2].digits),
        scope.standsBesideDashes(n[0].start, n[2].end), let (day, month) = dayMonth(scope, n[0].number, n[2].number),
        !scope.precedes(n[2], [.unit]), !scope.isFraction(n[0], n[2])
      else { return nil }
      return alone(scope, n[0].start, n[2].end, monthDay(scope, month, day, score: -1))
    },
    // on 4-22, on 22.4
    TimeRule([p(.integer), p(.dash, .dot), p(.integer)]) { scope, n in
      guard scope.areGlued([n[1], n[2]]), (1...2).contains(n[0].digits), (1...2).contains(n[2].digits),
        scope.follows(n[0], [.on]), scope.standsAlone(n[0].start, n[2].end),
        let (day, month) = dayMonth(scope, n[0].number, n[2].number),
        !scope.precedes(n[2], [.am, .pm, .unit, .month])
      else { return nil }
      return monthDay(scope, month, day, score: -2)
    },
    // 20170302
    TimeRule([p(.integer)]) { scope, n in
      guard n[0].digits == 8, (1900...2100).contains(n[0].number / 10_000) else { return nil }
      let (year, month, day) = (n[0].number / 10_000, n[0].number / 100 % 100, n[0].number % 100)
      guard scope.seconds(year, month, day) != nil else { return nil }
      let made = fullDate(scope, year, month, day)
      // "order 20240115" is its number
      made?.meaning?.isPart =
        scope.policy.joinsExpressions && !scope.isAll(n[0])
        && !scope.follows(n[0], [.on, .by, .from, .to, .before, .after, .dash, .between, .and, .of, .for, .at])
      return made
    },
    // A day of a month that is not named: "the 27", "on 15", "the 21st".
    TimeRule([o(.the), p(.integer, .ordinal)]) { scope, n in
      guard let day = dayNumber(n[1]), !isClockLike(scope, n[1]),
        n[1].category == .ordinal || n[1].digits > 0 || !n[0].isAbsent,
        scope.standsAlone(n[1])
      else { return nil }
      let meaning = TimeMeaning(scope.monthly(day), .day, .dayOnly)
      meaning.day = day
      meaning.isPart = !isLoneDay(scope, n[0], n[1])
      var made = node(.date, meaning, score: -3)
      made.digits = n[1].category == .ordinal ? n[1].digits : 0
      return made
    },
    // monday; this monday; last monday
    TimeRule([p(.weekday)]) { scope, n in
      let meaning = TimeMeaning(scope.weekday(n[0].number), .day, .weekday)
      meaning.weekday = n[0].number
      meaning.isPart =
        n[0].kind == .weak && !scope.isAll(n[0])
        && !scope.follows(
          n[0],
          [
            .on, .this, .next, .last, .upcoming, .every, .to, .by, .before, .after, .from, .fromPost, .at, .of,
            .weekday,
            .except,
          ])
        && !precedesPost(scope, n[0]) && !isJoined(scope, n[0])
        && !scope.precedes(n[0], [.weekday, .except, .part, .partToday, .am, .pm])
      if n[0].kind == .plural { meaning.shape.insert(.plural) }
      return node(.date, meaning)
    },
    TimeRule([p(.this, .next, .last, .upcoming), o(.the), p(.weekday)]) { scope, n in
      let weekday = n[2].number
      let ahead = scope.weekday(weekday)
      var day = scope.weekday(weekday, inWeekOf: scope.today)
      switch n[0].category {
      case .next: day = scope.policy.skipsThisWeek ? day.adding(days: 7) : nearest(scope, weekday)
      case .last:
        let recent = Scope.date(ahead.first?.from ?? 0)
        day = scope.policy.lastSkipsThisWeek || recent == scope.today ? day.adding(days: -7) : recent
      case .upcoming: day = nearest(scope, weekday)
      default: break
      }
      var readings = [scope.dateReading(Scope.seconds(day))]
      // Where people do not agree which one is meant, the other stands beside it.
      let week = scope.weekday(weekday, inWeekOf: scope.today)
      let others =
        n[0].category == .next
        ? [ahead.last?.from, Scope.seconds(week.adding(days: 7))]
        : n[0].category == .last ? [ahead.first?.from, Scope.seconds(week.adding(days: -7))] : []
      for other in others.compactMap({ $0 }) where !readings.contains(where: { $0.from == other }) {
        readings.append(scope.dateReading(other))
      }
      let meaning = TimeMeaning(readings, .day, [.relative, .ranked])
      meaning.weekday = weekday
      return node(.date, meaning)
    },
    // friday the 15th, monday january 12th 2016, wed, 22 of jan
    TimeRule([p(.date), o(.comma, .dot, .dash), o(.the), p(.date)]) { scope, n in
      guard n[1].category != .dash || scope.areGlued([n[1], n[3]]), let named = n[0].meaning, named.weekday > 0,
        named.shape.contains(.weekday) || named.shape.contains(.relative),
        named.readings.count <= 2, let date = n[3].meaning, !date.shape.contains(.weekday), date.weekday == 0,
        !date.shape.contains(.relative), named.day == 0
      else { return nil }
      guard date.shape.contains(.dayOnly) else {
        return node(.date, date.with { $0.weekday = named.weekday })
      }
      // "friday 9 to 5" are hours
      if n[2].isAbsent, n[3].digits == 0, scope.precedes(n[3], [.to, .dash]), scope.isNumber(n[3].end + 1) {
        return nil
      }
      // "tue 10 am"
      if n[2].isAbsent, n[3].digits == 0, scope.precedes(n[3], [.am, .pm]), !scope.precedes(n[3], [.dateWord]) {
        return nil
      }
      return weekdayNumber(scope, named.weekday, date.day)
    },
    TimeRule([p(.date), o(.comma), p(.weekday)]) { scope, n in
      guard let date = n[0].meaning, date.weekday == 0, date.day > 0, !date.shape.contains(.dayOnly),
        !date.shape.contains(.relative)
      else { return nil }
      return node(.date, date.with { $0.weekday = n[2].number })
    },
    // today, tomorrow
    TimeRule([p(.day)]) { scope, n in
      let meaning = TimeMeaning(
        [scope.dateReading(Scope.seconds(scope.today.adding(days: n[0].number)))], .day,
        n[0].number == 0 ? [.relative, .today] : .relative)
      // "the day before" is yesterday, "the day before my birthday" is not; "tom" is a name
      meaning.isPart = n[0].kind == .weak && (n[0].number > 0 || !endsSentence(scope, n[0]))
      return node(.date, meaning)
    },
    // kal: tomorrow or yesterday
    TimeRule([p(.dayEither)]) { scope, n in
      let days = [n[0].number, -n[0].number].map { scope.dateReading(Scope.seconds(scope.today.adding(days: $0))) }
      return node(.date, TimeMeaning(days, .day, .relative))
    },
    TimeRule([p(.next, .last, .this, .same), p(.unit)]) { scope, n in
      guard grain(n[1]) == .day, n[1].kind != .plural else { return nil }
      let step = n[0].category == .next ? 1 : n[0].category == .last ? -1 : 0
      return node(
        .date,
        TimeMeaning([scope.dateReading(Scope.seconds(scope.today.adding(days: step)))], .day, .relative), score: -1)
    },
    // this 5/12, next 5/19
    TimeRule([p(.the), p(.unit)]) { scope, n in
      guard n[0].number == 1, grain(n[1]) == .day, n[1].kind != .plural, !scope.follows(n[0], [.rest, .all, .of]) else {
        return nil
      }
      return node(.date, TimeMeaning([scope.dateReading(scope.todaySeconds)], .day, .relative), score: -1)
    },
    TimeRule([p(.this, .next, .last), p(.date)]) { scope, n in
      guard let date = n[1].meaning, date.shape == .noYear, date.month > 0, date.weekday == 0 else { return nil }
      let step = n[0].category == .next ? 1 : n[0].category == .last ? -1 : 0
      return fullDate(scope, scope.today.year + step, date.month, date.day)
    },
    // Holidays.
    TimeRule([p(.holiday)]) { scope, n in
      guard let holiday = holiday(scope, n[0]) else { return nil }
      let timex: String
      if case .fixed(let month, let day) = holiday.rule {
        timex = "XXXX-\(Scope.two(month))-\(Scope.two(day))"
      } else {
        timex = "XXXX"
      }
      let readings = scope.yearly(timex) { holiday.date(in: $0).map(Scope.seconds) }
      let meaning = TimeMeaning(readings, .day, [.noYear, .holiday])
      meaning.day = n[0].number
      return node(.date, meaning, score: 1)
    },
    TimeRule([p(.holiday), o(.comma, .of, .in), p(.year)]) { scope, n in
      guard let year = n[2].meaning?.day, let date = holiday(scope, n[0])?.date(in: year) else { return nil }
      return node(.date, TimeMeaning([scope.dateReading(Scope.seconds(date))], .day, .holiday))
    },
    // 2018 (of) easter; last year holi
    TimeRule([p(.year, .range), o(.post, .possessive), p(.holiday)]) { scope, n in
      guard let outer = n[0].meaning, outer.grain == .year, outer.modifier == nil, let year = yearNumber(n[0]),
        let date = holiday(scope, n[2])?.date(in: year)
      else { return nil }
      return node(.date, TimeMeaning([scope.dateReading(Scope.seconds(date))], .day, .holiday), score: 1)
    },
    TimeRule([p(.this, .next, .last, .upcoming), p(.holiday)]) { scope, n in
      guard let holiday = holiday(scope, n[1]) else { return nil }
      let pair = scope.yearly("") { holiday.date(in: $0).map(Scope.seconds) }
      let wanted: Int64?
      switch n[0].category {
      case .last: wanted = pair.first?.from
      case .this: wanted = holiday.date(in: scope.today.year).map(Scope.seconds)
      default: wanted = pair.last?.from
      }
      guard let wanted else { return nil }
      return node(.date, TimeMeaning([scope.dateReading(wanted)], .day, [.holiday, .relative]))
    },
    TimeRule([p(.holiday), o(.of, .in), p(.range)]) { scope, n in
      guard let range = n[2].meaning, range.grain == .year, range.shape.contains(.whole),
        let from = range.readings[0].from,
        let date = holiday(scope, n[0])?.date(in: Scope.date(from).year)
      else { return nil }
      return node(.date, TimeMeaning([scope.dateReading(Scope.seconds(date))], .day, .holiday))
    },
  ]

  // MARK: Helpers

  static func dayNumber(_ node: TimeNode) -> Int? {
    (1...31).contains(node.number) && node.digits <= 2 ? node.number : nil
  }

  /// Beside a dash it is one end of a range, or part of some other number.
  private static func alone(_ scope: Scope, _ start: Int, _ end: Int, _ made: TimeNode?) -> TimeNode? {
    made?.meaning?.isPart = !scope.standsAlone(start, end)
    return made
  }

  static func isMark(_ node: TimeNode) -> Bool {
    [.dash, .slash, .dot, .comma].contains(node.category)
  }
  static func isDashed(_ node: TimeNode) -> Bool {
    node.category == .dash || node.category == .slash || node.category == .dot
  }

  /// The number begins 8:30.
  static func isClockLike(_ scope: Scope, _ node: TimeNode) -> Bool {
    scope.isGlued(at: node.end) && scope.symbol(node.end) == UInt8(ascii: ":") && scope.isNumber(node.end + 1)
  }
  private static func isTouchedLeft(_ scope: Scope, _ node: TimeNode) -> Bool {
    scope.isGlued(node) && node.start > 0 && scope.sentence.tokens[node.start - 1].kind != .symbol
  }

  /// Day and month of two numbers by the person's habit, or the only way they can be read.
  static func dayMonth(_ scope: Scope, _ a: Int, _ b: Int, prefersDay: Bool = false) -> (day: Int, month: Int)? {
    guard (1...31).contains(a), (1...31).contains(b) else { return nil }
    if b > 12 { return a <= 12 ? (b, a) : nil }
    if a > 12 { return (a, b) }
    return scope.policy.isDayFirst || prefersDay ? (a, b) : (b, a)
  }

  /// '35 may be either century; the others are what is nearer.
  static func shortYear(_ number: Int) -> [Int] {
    number < 30 ? [2000 + number] : number >= 40 ? [1900 + number] : [1900 + number, 2000 + number]
  }

  static func monthDay(_ scope: Scope, _ month: Int, _ day: Int, score: Int = 0) -> TimeNode? {
    let meaning = TimeMeaning(scope.monthDay(month, day, year: nil), .day, .noYear)
    guard isPossible(scope, meaning) else { return nil }
    (meaning.month, meaning.day) = (month, day)
    return node(.date, meaning, score: score)
  }

  static func fullDate(_ scope: Scope, _ year: Int, _ month: Int, _ day: Int) -> TimeNode? {
    fullDates(scope, [year], month, day)
  }
  static func fullDates(_ scope: Scope, _ years: [Int], _ month: Int, _ day: Int, score: Int = 0) -> TimeNode? {
    let meaning = TimeMeaning(years.flatMap { scope.monthDay(month, day, year: $0) }, .day)
    guard isPossible(scope, meaning) else { return nil }
    (meaning.month, meaning.day) = (month, day)
    return node(.date, meaning, score: score)
  }

  /// 31 February is no day; Microsoft wants it told where it stands.
  private static func isPossible(_ scope: Scope, _ date: TimeMeaning) -> Bool {
    !scope.policy.joinsExpressions || date.readings.contains { $0.from != nil }
  }

  /// Behind a weekday that may be another word stands what Hindi and Tamil say behind a day.
  private static func precedesPost(_ scope: Scope, _ node: TimeNode) -> Bool {
    scope.precedes(node, [.fromPost, .untilPost, .betweenPost, .toPost, .beforePost, .afterPost])
      || scope.words.contains { $0.start == node.end && $0.category == .post && ($0.length == 0 || $0.number != 0) }
  }

  static func nearest(_ scope: Scope, _ weekday: Int) -> CivilDate {
    let ahead = (weekday - scope.today.weekday.rawValue + 7) % 7
    return scope.today.adding(days: ahead == 0 ? 7 : ahead)
  }

  /// "friday the 15th": this month where it fits, else the last and the next month where it does.
  static func weekdayNumber(_ scope: Scope, _ weekday: Int, _ day: Int) -> TimeNode? {
    let first = scope.firstOfMonth(scope.today)
    func date(_ step: Int) -> CivilDate? {
      let month = first.adding(months: step)
      guard let date = CivilDate(year: month.year, month: month.month, day: day),
        date.weekday.rawValue == weekday
      else { return nil }
      return date
    }
    let found: [CivilDate]
    if let this = date(0) {
      found = [this]
    } else {
      found = [(1...14).lazy.compactMap { date(-$0) }.first, (1...14).lazy.compactMap { date($0) }.first].compactMap {
        $0
      }
    }
    let meaning = TimeMeaning(
      found.isEmpty ? scope.monthly(day) : found.map { .init(Scope.seconds($0), nil, "XXXX-WXX-\(weekday)") }, .day)
    (meaning.weekday, meaning.day) = (weekday, day)
    return node(.date, meaning)
  }

  static func holiday(_ scope: Scope, _ node: TimeNode) -> Holiday? {
    scope.holidays.all.indices.contains(node.number) ? scope.holidays.all[node.number] : nil
  }

  /// Whether "the 21st" or "15" alone is a day here: the policy, or the word before, says so.
  private static func isLoneDay(_ scope: Scope, _ the: TimeNode, _ day: TimeNode) -> Bool {
    let first = the.isAbsent ? day : the
    let isSaid = scope.follows(first, [.on])
    let isOrdinal = day.category == .ordinal
    // "the 22nd, 23rd or 31st of march"
    if scope.policy.sharesInLists, isOrdinal, day.digits > 0, scope.precedes(day, [.comma, .or]),
      scope.wordsBeginning[min(day.end + 1, scope.sentence.tokens.count)].intersects([.integer, .the])
    {
      return true
    }
    // "on second floor", "on the third try" are no days
    let isCounting = isOrdinal && day.digits == 0 && scope.policy.joinsExpressions
    if isSaid { return isOrdinal && !isCounting || (day.digits > 0 || isCounting) && endsPhrase(scope, day) }
    if !the.isAbsent, scope.follows(first, [.for]) { return endsPhrase(scope, day) }
    return scope.policy.readsLoneDay && isOrdinal && day.digits > 0 && !the.isAbsent && endsPhrase(scope, day)
  }

  /// The end, or a mark that ends something.
  static func endsSentence(_ scope: Scope, _ node: TimeNode) -> Bool {
    scope.isLast(node) || scope.sentence.tokens[node.end].kind == .symbol && endsPhrase(scope, node)
  }

  /// Nothing follows that the number could count: the end, a mark, or a word of time.
  static func endsPhrase(_ scope: Scope, _ node: TimeNode) -> Bool {
    guard node.end < scope.sentence.tokens.count else { return true }
    if scope.sentence.tokens[node.end].kind == .symbol {
      return scope.symbol(node.end) != UInt8(ascii: "%")
        && !(scope.isGlued(at: node.end) && scope.isGlued(at: node.end + 1))
    }
    return scope.precedes(
      node,
      [
        .at, .on, .in, .for, .from, .to, .and, .or, .before, .after, .by, .part, .partToday, .of, .the, .next, .this,
        .last, .post, .fromPost, .untilPost, .betweenPost, .beforePost, .afterPost,
      ])
  }
}
