import Time

/// Periods around now, counted periods, and the beginning, middle and end of one.
extension TimeGrammar {
  static let periods: [TimeRule] = [
    // this week, next month, last year
    TimeRule([o(.the), p(.this, .next, .last, .upcoming, .same), p(.unit)]) { scope, n in
      guard let unit = grain(n[2]), unit >= .week else { return nil }
      if n[2].kind == .plural, n[1].category == .next || n[1].category == .upcoming {
        let from = scope.today.adding(days: 1)
        let to = scope.moved(Scope.seconds(from), by: [(1, unit)], 1)
        return node(.range, TimeMeaning([scope.span(from, Scope.date(to))], .day, [.relative]))
      }
      guard n[0].isAbsent || n[1].category == .same || n[1].category == .last || n[1].category == .next else {
        return nil
      }
      let step = n[1].category == .next || n[1].category == .upcoming ? 1 : n[1].category == .last ? -1 : 0
      return whole(scope, unit, step, score: n[0].isAbsent || unit >= .decade ? 0 : -11)
    },
    TimeRule([o(.the), p(.unit)]) { scope, n in
      guard let unit = grain(n[1]), n[1].kind != .plural,
        [.week, .weekend, .year, .month, .quarter, .fortnight].contains(unit)
      else { return nil }
      if n[0].isAbsent, unit != .weekend { return nil }
      let isAlone =
        unit == .weekend || !scope.policy.readsLoneDay && !scope.follows(n[0].isAbsent ? n[1] : n[0], [.all, .rest])
      guard let made = whole(scope, unit, 0, score: unit == .weekend && !n[0].isAbsent ? -11 : -3) else { return nil }
      if !isAlone { made.meaning?.isPart = true }
      return made
    },
    // the week after next, the month before last, the month after the next
    TimeRule([o(.the), p(.unit), p(.after, .before), o(.the), p(.next, .last)]) { scope, n in
      guard let unit = grain(n[1]), unit >= .week, n[1].kind != .plural,
        (n[2].category == .after) == (n[4].category == .next)
      else { return nil }
      return whole(scope, unit, n[2].category == .after ? 2 : -2, score: 1)
    },
    TimeRule([o(.the), p(.month), p(.after), o(.the), p(.next)]) { scope, n in
      let year = scope.today.year + (n[1].number < scope.today.month ? 2 : 1)
      return wholeMonth(scope, year, n[1].number)
    },
    // next 3 days, the last two weeks, 5 past minutes
    TimeRule([o(.the), p(.next, .last, .upcoming), p(.quantity), o(.dash), p(.unit)]) { scope, n in
      guard n[0].isAbsent || grain(n[4]) == .decade || grain(n[4]) == .century else { return nil }
      return ahead(scope, n[1], n[2], n[4])
    },
    // next 4 working days
    TimeRule([p(.next, .last), p(.quantity), p(.weekdays)]) { scope, n in
      let count = n[1].number / 1_000
      guard n[1].number % 1_000 == 0, (1...400).contains(count) else { return nil }
      let sign = n[0].category == .next ? 1 : -1
      let far = workday(scope.today, sign * count)
      let readings = [
        sign > 0 ? scope.span(workday(scope.today, 1), far.adding(days: 1)) : scope.span(far, scope.today)
      ]
      return node(.range, TimeMeaning(readings, .day, .relative))
    },
    // the weekend of halloween, halloween weekend
    TimeRule([o(.the), p(.unit), p(.of), p(.date)]) { scope, n in weekend(scope, n[1], n[3]) },
    TimeRule([p(.holiday), p(.unit), o(.year)]) { scope, n in
      guard let holiday = holiday(scope, n[0]) else { return nil }
      let readings =
        n[2].meaning.map { [holiday.date(in: $0.day).map(Scope.seconds)] }
        ?? scope.yearly("") { holiday.date(in: $0).map(Scope.seconds) }.map(\.from)
      return weekend(scope, n[1], node(.date, TimeMeaning(readings.map { .init($0) }, .day)))
    },
    TimeRule([p(.quantity), p(.next, .last, .upcoming), p(.unit)]) { scope, n in
      n[2].kind == .plural || n[0].number == 1_000 ? ahead(scope, n[1], n[0], n[2]) : nil
    },
    // the last 3 months and 2 weeks
    TimeRule([p(.next, .last), p(.duration)]) { scope, n in
      guard let length = n[1].meaning, length.length.count > 1, !length.grain.isClock else { return nil }
      let sign = n[0].category == .next ? 1 : -1
      let start = sign > 0 ? Scope.seconds(scope.today.adding(days: 1)) : scope.todaySeconds
      let other = scope.moved(start, by: length.length, sign)
      let meaning = TimeMeaning([sign > 0 ? .init(start, other) : .init(other, start)], .day, .relative)
      meaning.rangeTimex = length.readings[0].fromTimex
      return node(.range, meaning)
    },
    TimeRule([p(.next, .last), p(.unit)]) { scope, n in
      guard let unit = grain(n[1]), unit.isClock else { return nil }
      return ahead(scope, n[0], TimeNode(start: 0, end: 0, category: .quantity, number: 1_000), n[1])
    },
    // the last 3 weeks of this year
    TimeRule([o(.the), p(.last, .ordinal), p(.quantity), p(.unit), p(.of, .in), o(.the), p(.range)]) { scope, n in
      guard let unit = grain(n[3]), unit >= .day, n[1].category == .last || n[1].number == 1,
        let outer = n[6].meaning, outer.modifier == nil
      else { return nil }
      let length = [(Double(n[2].number) / 1_000, unit)]
      let readings = outer.readings.compactMap { reading -> TimeMeaning.Reading? in
        guard let from = reading.from, let to = reading.to else { return nil }
        guard n[1].category == .last else { return .init(from, scope.moved(from, by: length, 1)) }
        let end = Scope.seconds(unit == .week ? scope.startOfWeek(Scope.date(to)) : Scope.date(to))
        return .init(scope.moved(end, by: length, -1), end)
      }
      return readings.isEmpty ? nil : node(.range, TimeMeaning(readings, unit, outer.shape.intersection(.noYear)))
    },
    // rest of the week, the rest of today
    TimeRule([o(.the), p(.rest), o(.of), o(.the, .this, .possessive), p(.unit)]) { scope, n in
      guard let unit = grain(n[4]), let (_, end) = scope.period(unit, of: scope.today) else { return nil }
      let score = n[0].isAbsent ? 0 : -11
      if unit == .day {
        let last = Scope.seconds(end) - 1
        return node(.momentRange, TimeMeaning([.init(scope.nowSeconds, last)], .second, .relative), score: score)
      }
      let to = end.adding(days: -1)
      return node(
        .range,
        TimeMeaning(
          [.init(scope.todaySeconds, Scope.seconds(to), scope.today.description, to.description)], .day, .relative),
        score: score)
    },
    // within 9 months, within the next 10 months, in the next two weeks
    TimeRule([p(.within), o(.the), o(.next, .upcoming), p(.duration), o(.from, .of), o(.date, .now)]) { scope, n in
      guard let length = n[3].meaning, n[4].isAbsent == n[5].isAbsent,
        n[5].category != .date || n[5].meaning?.shape.contains(.relative) == true
      else { return nil }
      if length.grain.isClock {
        let to = scope.moved(scope.nowSeconds, by: length.length, 1)
        let meaning = TimeMeaning([.init(scope.nowSeconds, to)], .second, .relative)
        meaning.rangeTimex = length.readings[0].fromTimex
        return node(.momentRange, meaning)
      }
      let start = n[5].meaning?.readings.first?.from ?? scope.todaySeconds
      let meaning = TimeMeaning([.init(start, scope.moved(start, by: length.length, 1))], .day, .relative)
      meaning.rangeTimex = length.readings[0].fromTimex
      return node(.range, meaning)
    },
    // 4 weeks in the future
    TimeRule([p(.duration), p(.future)]) { scope, n in
      guard let length = n[0].meaning, !length.grain.isClock else { return nil }
      let start = Scope.seconds(scope.today.adding(days: 1))
      return node(.range, TimeMeaning([.init(start, scope.moved(start, by: length.length, 1))], .day, .relative))
    },
  ]

  static let periodParts: [TimeRule] = [
    // early next week, mid march, the beginning of 2000, end of year
    TimeRule([p(.early, .mid, .late), o(.dash), o(.of, .in), o(.the), p(.range, .month, .unit)]) { scope, n in
      guard let outer = outerRange(scope, n[4]), outer.modifier == nil, !outer.shape.contains(.openRange),
        // the end of one month to another is no end of both
        n[4].category != .range || outer.readings.first?.toTimex.isEmpty ?? true
      else { return nil }
      guard n[4].category != .unit || n[0].kind != .weak else { return nil }
      return part(scope, n[0].category, outer)
    },
    // EOY, end of month in one word
    TimeRule([p(.endOf)]) { scope, n in
      guard let unit = grain(n[0]), unit > .day, let outer = whole(scope, unit, 0)?.meaning else { return nil }
      return part(scope, .late, outer)
    },
    // earlier in the week, later this week
    TimeRule([p(.earlier, .later), o(.in, .on), o(.the), p(.range, .unit)]) { scope, n in
      guard let outer = outerRange(scope, n[3]), let first = outer.readings.first, let from = first.from,
        let to = first.to
      else { return nil }
      guard n[0].category == .later, from <= scope.todaySeconds, to > scope.todaySeconds else {
        return part(scope, n[0].category == .earlier ? .early : .late, outer)
      }
      let reading = TimeMeaning.Reading(scope.todaySeconds, to, first.fromTimex)
      return node(.range, TimeMeaning([reading], .day, .relative))
    },
  ]

  // MARK: Helpers

  /// So many working days from a day, Monday to Friday.
  static func workday(_ day: CivilDate, _ count: Int) -> CivilDate {
    var (day, left) = (day, count)
    while left != 0 {
      day = day.adding(days: left.signum())
      if day.weekday.rawValue <= 5 { left -= left.signum() }
    }
    return day
  }

  /// The weekend beside a holiday, and the days between them.
  private static func weekend(_ scope: Scope, _ unit: TimeNode, _ date: TimeNode) -> TimeNode? {
    guard grain(unit) == .weekend, let meaning = date.meaning, !meaning.isPart || meaning.shape.contains(.dayOnly)
    else {
      return nil
    }
    let readings = meaning.readings.compactMap { reading -> TimeMeaning.Reading? in
      guard let from = reading.from else { return nil }
      let day = Scope.date(from)
      let weekday = day.weekday.rawValue
      let saturday = day.adding(days: weekday <= 2 ? -weekday - 1 : 6 - weekday)
      return scope.span(min(day, saturday), max(day.adding(days: 1), saturday.adding(days: 2)))
    }
    return readings.isEmpty ? nil : node(.range, TimeMeaning(readings, .day))
  }

  static func ahead(_ scope: Scope, _ direction: TimeNode, _ count: TimeNode, _ unit: TimeNode) -> TimeNode? {
    guard let unit = grain(unit), count.number > 0 else { return nil }
    let sign = direction.category == .last ? -1 : 1
    let length = [(Double(count.number) / 1_000, unit)]
    let timex = timex(length)
    if unit.isClock {
      let other = scope.moved(scope.nowSeconds, by: length, sign)
      let meaning = TimeMeaning(
        [sign > 0 ? .init(scope.nowSeconds, other) : .init(other, scope.nowSeconds)], .second, .relative)
      meaning.rangeTimex = timex
      return node(.momentRange, meaning)
    }
    let whole = count.number / 1_000
    if unit == .weekend || unit >= .quarter, count.number % 1_000 == 0 {
      // Whole quarters, decades and weekends; years from today.
      if unit != .year, let (near, nearEnd) = scope.period(unit, of: scope.today, step: sign),
        let (far, farEnd) = scope.period(unit, of: scope.today, step: sign * whole)
      {
        let meaning = TimeMeaning([sign > 0 ? scope.span(near, farEnd) : scope.span(far, nearEnd)], .day, .relative)
        meaning.rangeTimex = timex
        return node(.range, meaning)
      }
    }
    let start = sign > 0 ? Scope.seconds(scope.today.adding(days: 1)) : scope.todaySeconds
    let other = scope.moved(start, by: length, sign)
    let meaning = TimeMeaning([sign > 0 ? .init(start, other) : .init(other, start)], .day, .relative)
    meaning.rangeTimex = timex
    return node(.range, meaning)
  }

  /// The beginning, middle or end of a period.
  static func part(_ scope: Scope, _ which: TimeCategory, _ outer: TimeMeaning) -> TimeNode? {
    let readings = outer.readings.compactMap { reading -> TimeMeaning.Reading? in
      guard let from = reading.from, let to = reading.to else { return nil }
      let (start, end) = (Scope.date(from), Scope.date(to))
      let cut: (CivilDate, CivilDate)
      switch outer.grain {
      case .week, .fortnight:
        cut =
          which == .early
          ? (start, start.adding(days: 3))
          : which == .mid ? (start.adding(days: 1), start.adding(days: 5)) : (start.adding(days: 3), end)
      case .month:
        cut =
          which == .early
          ? (start, start.adding(days: 15))
          : which == .mid ? (start.adding(days: 9), start.adding(days: 20)) : (start.adding(days: 15), end)
      case .year where !outer.shape.contains(.relative):
        cut =
          which == .early
          ? (start, start.adding(months: 4))
          : which == .mid ? (start.adding(months: 4), start.adding(months: 8)) : (start.adding(months: 8), end)
      case .year:
        cut =
          which == .early
          ? (start, start.adding(months: 6))
          : which == .mid ? (start.adding(months: 3), start.adding(months: 9)) : (start.adding(months: 6), end)
      default:
        let third = end.days(since: start) / 3
        cut =
          which == .early
          ? (start, start.adding(days: third))
          : which == .mid ? (start.adding(days: third), end.adding(days: -third)) : (end.adding(days: -third), end)
      }
      return scope.span(cut.0, cut.1, reading.fromTimex)
    }
    guard !readings.isEmpty else { return nil }
    let meaning = TimeMeaning(readings, .day, outer.shape.intersection([.noYear, .relative, .ranked]))
    meaning.modifier = which == .early ? .start : which == .mid ? .mid : .end
    return node(.range, meaning)
  }
}
