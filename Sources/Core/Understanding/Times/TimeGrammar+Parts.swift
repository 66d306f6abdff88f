import Time

/// More parts of the calendar: quarters and weeks with both ends, halves of a month, years with two digits, decades.
extension TimeGrammar {
  static let parts: [TimeRule] = [
    // the last quarter of 2015, the last half of last year
    TimeRule([o(.the), p(.last), p(.unit, .half), p(.of), o(.the), p(.year, .range)]) { scope, n in
      guard n[2].category == .half || grain(n[2]) == .quarter && n[2].kind == .plain else { return nil }
      let months = n[2].category == .half ? 6 : 3
      return partsOfYear(scope, n[5], 12 / months, months)
    },
    // the first half of march
    TimeRule([o(.the), p(.ordinal, .last), p(.half), p(.of), o(.the), p(.range, .month, .unit)]) { scope, n in
      guard let outer = outerRange(scope, n[5]), outer.grain == .month, outer.modifier == nil,
        n[1].category == .last || (1...2).contains(n[1].number)
      else { return nil }
      let isFirst = n[1].category == .ordinal && n[1].number == 1
      return part(scope, isFirst ? .early : .late, outer)
    },
    // q1-q3 2015, from q2 to q4 of last year
    TimeRule([
      o(.from, .between), p(.quarter, .halfYear), p(.to, .dash, .and), p(.quarter, .halfYear), o(.of, .in, .comma),
      p(.year, .range),
    ]) { scope, n in
      guard n[2].category != .and || n[0].category == .between, n[1].category == n[3].category,
        n[1].number < n[3].number
      else { return nil }
      let months = n[1].category == .quarter ? 3 : 6
      guard let first = partsOfYear(scope, n[5], n[1].number, months),
        let last = partsOfYear(scope, n[5], n[3].number, months)
      else { return nil }
      return ends(scope, placed(first, n[1]), placed(last, n[5]))
    },
    // the first to the third quarter of 2015
    TimeRule([
      o(.from, .between), p(.ordinal), o(.unit), p(.to, .dash, .and), o(.the), p(.ordinal), p(.unit), p(.of),
      p(.year, .range),
    ]) { scope, n in
      guard n[3].category != .and || n[0].category == .between, n[2].isAbsent || grain(n[2]) == .quarter,
        grain(n[6]) == .quarter, n[1].number < n[5].number, n[5].number <= 4,
        let first = partsOfYear(scope, n[8], n[1].number, 3), let last = partsOfYear(scope, n[8], n[5].number, 3)
      else { return nil }
      return ends(scope, placed(first, n[1]), placed(last, n[8]))
    },
    // quarter 3 of 2015
    TimeRule([p(.unit), p(.integer), o(.of, .comma), o(.the), p(.year, .range)]) { scope, n in
      guard grain(n[0]) == .quarter, n[0].kind == .plain, (1...4).contains(n[1].number) else { return nil }
      return partsOfYear(scope, n[4], n[1].number, 3)
    },
    // 1H 2015
    TimeRule([p(.integer), p(.unit), o(.of, .comma), p(.year)]) { scope, n in
      guard grain(n[1]) == .hour, n[1].kind == .weak, scope.isGlued(n[1]), n[0].digits == 1,
        (1...2).contains(n[0].number)
      else { return nil }
      return partsOfYear(scope, n[3], n[0].number, 6)
    },
    // weeks 12 to 15, week 12 to week 15 of 2017
    TimeRule([
      o(.from, .between), p(.unit), p(.integer), p(.to, .dash, .and), o(.unit), p(.integer), o(.of, .in, .comma),
      o(.year),
    ]) { scope, n in
      guard n[3].category != .and || n[0].category == .between, grain(n[1]) == .week, n[1].kind != .weak,
        n[4].isAbsent ? n[1].kind == .plural || !n[0].isAbsent : grain(n[4]) == .week && n[4].kind == .plain,
        n[2].number < n[5].number, n[6].isAbsent || !n[7].isAbsent, !scope.precedes(n[5], [.unit]),
        let first = week(scope, n[2].number, n[7]), let last = week(scope, n[5].number, n[7])
      else { return nil }
      return ends(scope, placed(first, n[1]), placed(last, n[7].isAbsent ? n[5] : n[7]))
    },
    // week number 31, week no. 31 of 2017
    TimeRule([p(.unit), p(.numberWord), o(.dot), p(.integer), o(.of, .in, .comma), o(.year)]) { scope, n in
      guard grain(n[0]) == .week, n[0].kind == .plain, n[4].isAbsent || !n[5].isAbsent else { return nil }
      return week(scope, n[3].number, n[5])
    },
    // 2017-W12
    TimeRule([p(.integer), o(.dash), p(.unit), p(.integer)]) { scope, n in
      guard n[0].digits == 4, (1_900...2_100).contains(n[0].number), grain(n[2]) == .week, n[2].kind == .weak,
        scope.areGlued(Array(n[1...])), n[3].digits == 2, scope.standsAlone(n[0].start, n[3].end),
        let year = year(scope, n[0].number, isWord: false)
      else { return nil }
      return week(scope, n[3].number, year)
    },
    // '87
    TimeRule([p(.apostrophe), p(.integer)]) { scope, n in
      guard scope.isGlued(n[1]), n[1].digits == 2, n[0].start == 0 || !scope.isGlued(n[0]),
        !scope.isGlued(at: n[1].end) || scope.precedes(n[1], [.comma, .dot, .dash, .possessive])
      else { return nil }
      let number = n[1].number < 40 ? 2_000 + n[1].number : 1_900 + n[1].number
      return year(scope, number > scope.today.year + 20 ? number - 100 : number, isWord: false)
    },
    // the early 90s, mid-seventies
    TimeRule([p(.early, .mid, .late), o(.dash), p(.tens)]) { scope, n in
      guard n[2].number < 100, isDecade(scope, n[0]) else { return nil }
      return openDecade(scope, n[2].number)?.meaning.flatMap { part(scope, n[0].category, $0) }
    },
    TimeRule([p(.early, .mid, .late), o(.dash), o(.apostrophe), p(.integer), o(.apostrophe), p(.possessive)]) {
      scope, n in
      guard n[3].digits == 2, n[3].number % 10 == 0, scope.isGlued(n[5]), isDecade(scope, n[0]) else { return nil }
      return openDecade(scope, n[3].number)?.meaning.flatMap { part(scope, n[0].category, $0) }
    },
    // 1990-95, 2015/16
    TimeRule([p(.integer), p(.dash, .slash), p(.integer)]) { scope, n in
      guard n[0].digits == 4, n[2].digits == 2, (1_900...2_100).contains(n[0].number), n[2].number > 12,
        (1...10).contains(n[2].number - n[0].number % 100), scope.areGlued([n[1], n[2]]),
        scope.standsAlone(n[0].start, n[2].end),
        n[1].category == .dash || n[2].number == n[0].number % 100 + 1,
        !scope.policy.joinsExpressions || scope.follows(n[0], [.in, .of, .from, .between]),
        let first = year(scope, n[0].number, isWord: false)?.meaning?.readings.first?.from,
        let last = year(scope, n[0].number / 100 * 100 + n[2].number, isWord: false)?.meaning?.readings.first,
        let to = scope.policy.countsLastPeriod ? last.to : last.from
      else { return nil }
      return node(.range, TimeMeaning([.init(first, to, Scope.four(n[0].number), last.fromTimex)], .year))
    },
    // the summer of last year, 2014 spring
    TimeRule([p(.season), p(.of), p(.range)]) { scope, n in
      yearNumber(n[2]).flatMap { season(n[0], $0) }
    },
    TimeRule([p(.year), p(.season)]) { scope, n in n[0].meaning.flatMap { season(n[1], $0.day) } },
    TimeRule([p(.range), p(.possessive), p(.season)]) { scope, n in yearNumber(n[0]).flatMap { season(n[2], $0) } },
    // the first weekday of march
    TimeRule([o(.the), p(.ordinal, .last), p(.weekdays), p(.of, .in), o(.the), p(.range, .month, .unit)]) { scope, n in
      guard n[2].kind == .plain, let outer = outerRange(scope, n[5]), outer.grain == .month, outer.modifier == nil,
        n[1].category == .last || (1...20).contains(n[1].number)
      else { return nil }
      let days = outer.readings.compactMap { month -> TimeMeaning.Reading? in
        guard let from = month.from, let to = month.to else { return nil }
        let day =
          n[1].category == .last
          ? workday(Scope.date(to), -1) : workday(Scope.date(from).adding(days: -1), n[1].number)
        return scope.dateReading(Scope.seconds(day))
      }
      return days.isEmpty ? nil : node(.date, TimeMeaning(days, .day, outer.shape.intersection(.noYear)))
    },
    // the second (to) last friday of december
    TimeRule([
      o(.the), p(.ordinal), o(.to), p(.last), p(.weekday), p(.of, .in), o(.the), p(.range, .month, .unit),
    ]) { scope, n in
      guard (2...4).contains(n[1].number), let outer = outerRange(scope, n[7]), outer.grain == .month,
        outer.modifier == nil
      else { return nil }
      let days = outer.readings.compactMap { month -> TimeMeaning.Reading? in
        guard let from = month.from, let last = nth(-1, n[4].number, from: Scope.date(from), to: month.to) else {
          return nil
        }
        return scope.dateReading(Scope.seconds(last.adding(days: 7 - 7 * n[1].number)))
      }
      return days.isEmpty ? nil : node(.date, TimeMeaning(days, .day))
    },
  ]

  /// What was made, where other pieces stand.
  static func placed(_ made: TimeNode, _ place: TimeNode) -> TimeNode {
    var made = made
    (made.start, made.end) = (place.start, place.end)
    return made
  }

  /// What is named behind both is of both, not of the second alone.
  private static func ends(_ scope: Scope, _ first: TimeNode, _ last: TimeNode) -> TimeNode? {
    var made = between(scope, first, last, isLead: true)
    made?.score = 1
    return made
  }

  private static func week(_ scope: Scope, _ number: Int, _ year: TimeNode) -> TimeNode? {
    guard (1...53).contains(number), let year = year.isAbsent ? scope.today.year : yearNumber(year),
      let first = scope.firstWeek(of: year)
    else { return nil }
    let from = first.adding(days: 7 * (number - 1))
    return node(
      .range, TimeMeaning([scope.span(from, from.adding(days: 7), scope.timex(.week, from: from))], .week, [.week]))
  }

  /// "in his early thirties" is an age.
  private static func isDecade(_ scope: Scope, _ part: TimeNode) -> Bool {
    !scope.policy.joinsExpressions || scope.follows(part, [.in])
      || scope.words.contains { $0.end == part.start && $0.category == .the && $0.number == 0 }
  }

  private static func season(_ word: TimeNode, _ year: Int) -> TimeNode? {
    let timex = ["SP", "SU", "FA", "WI"][max(0, min(3, word.number / 3 - 1))]
    return node(.range, TimeMeaning([.init(nil, nil, "\(year)-\(timex)")], .quarter))
  }

  /// From one day of a month to another: "september 4 to 22", in any order of its words.
  static func days(_ first: Int, _ last: Int, ofMonth outer: TimeMeaning, _ scope: Scope) -> TimeNode? {
    let readings = outer.readings.compactMap { month -> TimeMeaning.Reading? in
      guard let from = month.from else { return nil }
      let date = Scope.date(from)
      guard let a = scope.seconds(date.year, date.month, first), let b = scope.seconds(date.year, date.month, last)
      else { return nil }
      return .init(
        a, scope.policy.countsLastPeriod ? b + 86_400 : b, "\(month.fromTimex)-\(Scope.two(first))",
        "\(month.fromTimex)-\(Scope.two(last))")
    }
    guard !readings.isEmpty else { return nil }
    return node(.range, TimeMeaning(readings, .day, outer.shape.intersection(.noYear)))
  }
}
