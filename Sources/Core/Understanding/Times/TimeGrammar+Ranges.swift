import Time

/// From one day, month or moment to another, and everything before or after one.
extension TimeGrammar {
  static let ranges: [TimeRule] = [
    // from friday to tuesday, may to march, 2014-2018, between now and november 15th
    TimeRule([
      o(.from, .between), o(.in, .on), o(.the), p(.date, .range, .moment), p(.to, .dash, .and), o(.the, .in, .on),
      p(.date, .range, .moment),
    ]) { scope, n in
      guard n[6].category != .moment || n[6].meaning?.shape.contains(.today) == true,
        n[4].category != .and || n[0].category == .between, n[1].isAbsent || !n[0].isAbsent,
        n[2].isAbsent || !n[0].isAbsent,
        n[3].category != .moment || n[3].meaning?.shape.contains(.today) == true
      else { return nil }
      // "2019-aug-01" and "2016 - 11" are single days and months.
      if n[4].category == .dash, n[6].category != .moment,
        n[3].category != n[6].category || n[3].meaning?.grain != n[6].meaning?.grain,
        scope.isGlued(n[4]) || n[6].meaning?.shape.contains(.dayOnly) == true
      {
        return nil
      }
      if n[4].category == .dash, n[6].meaning?.shape.contains(.dayOnly) == true { return nil }
      // "today till 5" ends at an hour.
      if n[0].isAbsent, n[4].number == 1, n[6].meaning?.shape.contains(.dayOnly) == true, n[6].digits == 0,
        n[6].meaning?.day ?? 13 <= 12, n[3].meaning?.shape.contains(.relative) == true
      {
        return nil
      }
      return between(scope, n[3], n[6], isLead: !n[0].isAbsent)
    },
    // between 3 and 12 of sept, from 4 to 22 this month, 9-12 june 2020
    TimeRule([o(.from, .between), o(.the), p(.integer, .ordinal), p(.to, .dash, .and), o(.the), p(.date)]) { scope, n in
      guard n[3].category != .and || n[0].category == .between, let day = dayNumber(n[2]), let last = n[5].meaning,
        last.day > 0, !last.shape.contains(.dayOnly), last.month > 0,
        n[2].digits > 0 || n[2].category == .ordinal || !n[0].isAbsent,
        scope.symbol(n[2].start - 1) != UInt8(ascii: "/")
      else { return nil }
      let first =
        last.shape.contains(.noYear)
        ? monthDay(scope, last.month, day)
        : last.readings.first?.from.flatMap { fullDate(scope, Scope.date($0).year, last.month, day) }
      return first.flatMap { between(scope, $0, n[5], isLead: !n[0].isAbsent) }
    },
    TimeRule([
      o(.from, .between), o(.the), p(.integer, .ordinal), p(.to, .dash, .and), o(.the), p(.integer, .ordinal),
      o(.of, .in), o(.the), p(.range, .unit),
    ]) { scope, n in
      guard n[3].category != .and || n[0].category == .between, let first = dayNumber(n[2]), let last = dayNumber(n[5]),
        first < last,
        let outer = outerRange(scope, n[8]), outer.grain == .month, n[8].category == .range || !n[7].isAbsent
      else { return nil }
      return days(first, last, ofMonth: outer, scope)
    },
    // from 3rd to 7th, 3rd to 7th: the next such days
    TimeRule([
      o(.from, .between), o(.the), p(.ordinal), p(.to, .dash, .and), o(.the), p(.ordinal), o(.untilPost, .betweenPost),
    ]) { scope, n in
      guard n[3].category != .and || n[0].category == .between, n[2].digits > 0, n[5].digits > 0,
        let first = dayNumber(n[2]), let last = dayNumber(n[5]), endsPhrase(scope, n[6].isAbsent ? n[5] : n[6])
      else { return nil }
      func day(_ number: Int) -> TimeNode {
        let meaning = TimeMeaning(scope.monthly(number), .day, .dayOnly)
        meaning.day = number
        return node(.date, meaning)
      }
      return between(scope, day(first), day(last), isLead: !n[0].isAbsent)
    },
    // june 5-8, june 5 to 8
    TimeRule([
      o(.from, .between), p(.month), o(.from, .between), p(.integer, .ordinal), p(.to, .dash, .and), o(.the),
      p(.integer, .ordinal), o(.comma, .of), o(.year),
    ]) { scope, n in
      guard n[4].category != .and || n[0].category == .between || n[2].category == .between,
        let first = dayNumber(n[3]), let last = dayNumber(n[6]), first < last,
        n[7].isAbsent || !n[8].isAbsent, !isClockLike(scope, n[6]), !scope.precedes(n[6], [.am, .pm, .unit])
      else { return nil }
      let year = n[8].meaning?.day
      guard let a = year.map({ fullDate(scope, $0, n[1].number, first) }) ?? monthDay(scope, n[1].number, first),
        let b = year.map({ fullDate(scope, $0, n[1].number, last) }) ?? monthDay(scope, n[1].number, last)
      else { return nil }
      return between(scope, a, b, isLead: true)
    },
    // nov-feb 2017, from may to september
    // next week between wednesday and friday
    TimeRule([p(.range), o(.comma), p(.between, .from), p(.weekday), p(.and, .to, .dash), p(.weekday)]) { scope, n in
      guard let outer = n[0].meaning, outer.shape.contains(.week), let from = outer.readings.first?.from else {
        return nil
      }
      let a = scope.weekday(n[3].number, inWeekOf: Scope.date(from))
      let b = scope.weekday(n[5].number, inWeekOf: Scope.date(from))
      return a < b
        ? node(.range, TimeMeaning([.init(Scope.seconds(a), Scope.seconds(b), a.description, b.description)], .day))
        : nil
    },
    // 2 weeks starting may 20th; for 3 days, from today
    TimeRule([o(.for), p(.duration), o(.comma), p(.from, .after), o(.on), p(.date)]) { scope, n in
      guard let length = n[1].meaning, let date = n[5].meaning, n[0].isAbsent == (n[3].category == .after),
        n[3].category == .from || n[3].number == 1,
        length.length.allSatisfy({ !$0.unit.isClock })
      else { return nil }
      return lasting(scope, date, length)
    },
    TimeRule([o(.from, .after), o(.on), p(.date), o(.comma), p(.for), p(.duration)]) { scope, n in
      guard let length = n[5].meaning, let date = n[2].meaning, !date.isPart,
        n[0].isAbsent ? scope.policy.joinsExpressions && n[1].isAbsent : n[0].category == .from || n[0].number == 1,
        length.length.allSatisfy({ !$0.unit.isClock })
      else { return nil }
      return lasting(scope, date, length)
    },
  ]

  static let momentRanges: [TimeRule] = [
    // tomorrow 3 to 4 pm, dec 9th between 8am and 2pm; friday afternoon between 1 and 4
    TimeRule([p(.date), o(.comma), o(.from, .at, .on), p(.timeRange)]) { scope, n in
      guard let date = n[0].meaning, let range = n[3].meaning, !range.shape.contains(.part),
        canHold(scope, date, n[0]) || date.shape.contains(.weekday) && n[1].isAbsent
      else { return nil }
      return crossed(scope, date, range, score: n[3].score + 1)
    },
    TimeRule([p(.timeRange), o(.comma), o(.on, .of), o(.the), p(.date)]) { scope, n in
      guard let date = n[4].meaning, let range = n[0].meaning, canHold(scope, date, n[4]) || !n[2].isAbsent,
        !range.shape.contains(.part), n[1].isAbsent || !isPaired(scope, n[0], n[4])
      else { return nil }
      return crossed(scope, date, range, score: n[0].score + 1)
    },
    TimeRule([p(.momentRange), o(.comma), o(.from, .at), p(.timeRange)]) { scope, n in
      guard let outer = n[0].meaning, let part = outer.part, let range = n[3].meaning, !range.shape.contains(.part)
      else { return nil }
      return inPart(scope, outer, part, range)
    },
    TimeRule([p(.timeRange), o(.comma), o(.on, .in), p(.momentRange)]) { scope, n in
      guard let outer = n[3].meaning, let part = outer.part, let range = n[0].meaning, !range.shape.contains(.part)
      else { return nil }
      return inPart(scope, outer, part, range)
    },
    // from tomorrow 3 pm to friday 5 pm; 2pm till tomorrow 4:30pm; between now and eight
    TimeRule([o(.from, .between), o(.on, .at), p(.moment, .time), p(.to, .dash, .and), o(.on, .at), p(.moment)]) {
      scope, n in
      guard n[3].category != .and || n[0].category == .between, n[1].isAbsent || !n[0].isAbsent,
        let first = n[2].meaning, let last = n[5].meaning
      else {
        return nil
      }
      if n[2].category == .time, n[0].isAbsent, first.shape.contains(.bareHour) { return nil }
      return spanning(
        scope, n[2].category == .time ? onToday(scope, first) : first, last, score: n[2].category == .time ? -4 : 0)
    },
    TimeRule([o(.from, .between), o(.on), p(.moment), p(.to, .dash, .and), o(.at), p(.time)]) { scope, n in
      guard !isHyphen(scope, n[3]), n[3].category != .and || n[0].category == .between, n[1].isAbsent || !n[0].isAbsent,
        let first = n[2].meaning, let last = n[5].meaning,
        first.shape.contains(.today) || first.readings.count <= 4
      else { return nil }
      return sameDay(scope, first, last)
    },
    // a day starting this friday at 5 pm; today at 4 for 2 hours
    TimeRule([o(.for), p(.duration), p(.after, .from), o(.on), p(.moment)]) { scope, n in
      guard let length = n[1].meaning, let start = n[4].meaning, n[0].isAbsent == (n[2].category == .after),
        n[2].category == .from || n[2].number == 1
      else { return nil }
      return lastingMoment(scope, start, length)
    },
    TimeRule([o(.from), p(.moment), p(.for), p(.duration)]) { scope, n in
      guard let length = n[3].meaning, let start = n[1].meaning else { return nil }
      return lastingMoment(scope, start, length)
    },
  ]

  static let modified: [TimeRule] = [
    TimeRule([
      p(.before, .after, .by), o(.on, .at, .in), o(.the), p(.date, .range, .time, .timeRange, .moment, .momentRange),
    ]) { scope, n in
      guard let inner = n[3].meaning, inner.modifier != .before, inner.modifier != .after, inner.modifier != .since,
        inner.modifier != .until, !inner.shape.contains(.openRange)
      else { return nil }
      if inner.isPart {
        guard
          inner.shape.contains(.dayOnly) && n[3].score > -9
            || inner.shape.contains(.bareHour) && endsPhrase(scope, n[3]) || inner.shape.contains(.month)
        else { return nil }
        if inner.shape.contains(.dayOnly), n[2].isAbsent { return nil }
      }
      return limited(scope, n[0], n[3], inner)
    },
    // until: a word that also joins two ends
    TimeRule([p(.to), o(.on, .at, .the), p(.date, .range, .time, .moment, .momentRange)]) { scope, n in
      guard n[0].number == 1, let inner = n[2].meaning, !inner.shape.contains(.openRange),
        inner.modifier == nil || inner.modifier == .end,
        !inner.isPart || inner.shape.contains(.bareHour) && endsPhrase(scope, n[2]) || inner.shape.contains(.month)
      else { return nil }
      return limited(scope, TimeNode(start: 0, end: 0, category: .before, number: 1), n[2], inner)
    },
    TimeRule([p(.date, .range, .time, .moment), p(.onwards)]) { scope, n in
      guard let inner = n[0].meaning, !inner.shape.contains(.openRange), !inner.isPart,
        !scope.precedes(n[1], [.integer, .clock, .month, .weekday, .day, .the])
      else { return nil }
      return limited(
        scope, TimeNode(start: 0, end: 0, category: n[1].number == 0 ? .after : .before, number: 1), n[0], inner)
    },
    // from mid 1989
    TimeRule([p(.from), o(.the), p(.range)]) { scope, n in
      guard let inner = n[2].meaning, !inner.shape.contains(.openRange), !inner.isPart || inner.shape.contains(.month)
      else { return nil }
      // Two ends are no beginning; "from 2015" counts years.
      guard inner.readings.first?.toTimex.isEmpty ?? true, inner.rangeTimex == nil,
        inner.modifier != nil || !inner.shape.contains(.year),
        n[2].length > 1 || !inner.shape.contains(.month) || !scope.precedes(n[2], [.integer, .ordinal])
      else { return nil }
      return limited(scope, TimeNode(start: 0, end: 0, category: .after, number: 1), n[2], inner)
    },
    TimeRule([p(.around), p(.date, .time, .moment)]) { scope, n in
      guard let inner = n[1].meaning, inner.modifier == nil else { return nil }
      // "about" is mostly another word: "how about friday".
      if n[0].kind == .weak, n[1].category == .date { return nil }
      if inner.isPart { guard inner.shape.contains(.bareHour) && endsPhrase(scope, n[1]) else { return nil } }
      return node(
        n[1].category,
        inner.with {
          $0.modifier = .approx; $0.shape.remove(.bareHour)
        })
    },
  ]

  // MARK: Helpers

  /// Two days or periods; a year missing in one comes from the other.
  static func between(_ scope: Scope, _ first: TimeNode, _ last: TimeNode, isLead: Bool) -> TimeNode? {
    guard let a = first.meaning, let b = last.meaning, !a.shape.contains(.openRange), !b.shape.contains(.openRange)
    else { return nil }
    if a.isPart, a.shape.isDisjoint(with: [.month, .year]), a.month == 0 { return nil }
    if b.isPart, b.shape.isDisjoint(with: [.month, .dayOnly, .year, .today]), b.month == 0 { return nil }
    let isPeriod = last.category == .range && b.modifier == nil
    func end(_ reading: TimeMeaning.Reading) -> Int64? {
      guard last.category == .range else {
        if last.category == .moment { return scope.todaySeconds }
        return reading.from.map { scope.policy.countsLastPeriod ? $0 + 86_400 : $0 }
      }
      if b.modifier == .start { return reading.from }
      return b.modifier != nil || scope.policy.countsLastPeriod ? reading.to : reading.from
    }
    var pairs: [(TimeMeaning.Reading, Int64, String)] = []
    if b.shape.contains(.dayOnly), a.day > 0, !a.shape.contains(.dayOnly) { return untilDay(scope, a, b.day) }
    if a.shape.contains(.dayOnly), b.day > 0, b.month > 0, !b.shape.contains(.dayOnly) {
      return fromDay(scope, a.day, b)
    }
    // Of "last wednesday" the first reading is meant.
    let starts = a.readings.filter { $0.from != nil }.prefix(a.shape.contains(.ranked) ? 1 : a.readings.count)
    let ends = b.readings.filter { end($0) != nil }.prefix(b.shape.contains(.ranked) ? 1 : b.readings.count)
    let (isOpenA, isOpenB) = (starts.count > 1, ends.count > 1)
    switch (isOpenA, isOpenB) {
    case (false, _) where !starts.isEmpty:
      // The first end after the beginning.
      guard let start = starts[0].from else { return nil }
      for reading in ends {
        if let to = end(reading), to > start { pairs = [(starts[0], to, reading.fromTimex)]; break }
      }
      if pairs.isEmpty, let reading = ends.last, let to = end(reading),
        b.shape.contains(.weekday) || b.shape.contains(.noYear)
      {
        let moved = b.shape.contains(.weekday) ? to + 7 * 86_400 : Scope.seconds(Scope.date(to).adding(months: 12))
        if moved > start { pairs = [(starts[0], moved, reading.fromTimex)] }
      }
    case (true, false):
      guard let reading = ends.first, let to = end(reading) else { return nil }
      // The last beginning before the end; in its year where only that is open.
      if a.shape.contains(.noYear) {
        let year = Scope.date(last.category == .range && b.grain == .month ? reading.from ?? to : to).year
        for candidate in [year, year - 1] where pairs.isEmpty {
          if let start = starts.first?.from,
            let from = CivilDate(year: candidate, month: Scope.date(start).month, day: Scope.date(start).day).map(
              Scope.seconds), from < to
          {
            pairs = [(.init(from, nil, Scope.date(from).description), to, reading.fromTimex)]
          }
        }
      } else if let start = starts.last(where: { ($0.from ?? .max) < to }) {
        pairs = [(start, to, reading.fromTimex)]
      }
    case (true, true):
      for start in starts {
        guard let from = start.from else { continue }
        let later = ends.compactMap { reading in end(reading).map { ($0, reading.fromTimex) } }.first { $0.0 > from }
        if let later {
          pairs.append((start, later.0, later.1))
        } else if let reading = ends.last, let to = end(reading) {
          let moved = b.shape.contains(.weekday) ? to + 7 * 86_400 : Scope.seconds(Scope.date(to).adding(months: 12))
          pairs.append((start, moved, reading.fromTimex))
        }
      }
      // Around now there is one range, not two.
      if pairs.count == 2, let from = pairs[0].0.from, from <= scope.nowSeconds, pairs[0].1 > scope.nowSeconds {
        pairs = [pairs[0]]
      }
    default: return nil
    }
    guard !pairs.isEmpty else { return nil }
    let readings = pairs.map { TimeMeaning.Reading($0.0.from, $0.1, $0.0.fromTimex, $0.2) }
    let meaning = TimeMeaning(
      readings, isPeriod && first.category == .range ? b.grain : .day, a.shape.intersection(.noYear))
    if !scope.standsAlone(first.start, last.end) { return nil }
    return node(.range, meaning)
  }

  /// "april 9th through the seventeenth": the next such day.
  private static func untilDay(_ scope: Scope, _ first: TimeMeaning, _ day: Int) -> TimeNode? {
    let readings = first.readings.compactMap { reading -> TimeMeaning.Reading? in
      guard let from = reading.from else { return nil }
      let start = Scope.date(from)
      let month = day > start.day ? start : scope.firstOfMonth(start).adding(months: 1)
      guard let to = scope.seconds(month.year, month.month, day) else { return nil }
      return .init(
        from, scope.policy.countsLastPeriod ? to + 86_400 : to, reading.fromTimex, Scope.date(to).description)
    }
    return readings.isEmpty ? nil : node(.range, TimeMeaning(readings, .day, first.shape.intersection(.noYear)))
  }

  /// "from the 13th to 15th july": the last such day before the end.
  private static func fromDay(_ scope: Scope, _ day: Int, _ last: TimeMeaning) -> TimeNode? {
    let readings = last.readings.compactMap { reading -> TimeMeaning.Reading? in
      guard let to = reading.from else { return nil }
      let end = Scope.date(to)
      let month = day < end.day ? end : scope.firstOfMonth(end).adding(months: -1)
      guard let from = scope.seconds(month.year, month.month, day) else { return nil }
      return .init(
        from, scope.policy.countsLastPeriod ? to + 86_400 : to, Scope.date(from).description, reading.fromTimex)
    }
    return readings.isEmpty ? nil : node(.range, TimeMeaning(readings, .day, last.shape.intersection(.noYear)))
  }

  static func lasting(_ scope: Scope, _ date: TimeMeaning, _ length: TimeMeaning) -> TimeNode? {
    let readings = date.readings.compactMap { reading in
      reading.from.map { TimeMeaning.Reading($0, scope.moved($0, by: length.length, 1), reading.fromTimex) }
    }
    guard !readings.isEmpty else { return nil }
    let meaning = TimeMeaning(readings, .day, date.shape.intersection(.noYear))
    meaning.rangeTimex = length.readings[0].fromTimex
    return node(.range, meaning)
  }

  static func lastingMoment(_ scope: Scope, _ start: TimeMeaning, _ length: TimeMeaning) -> TimeNode? {
    let readings = start.readings.compactMap { reading in
      reading.from.map { TimeMeaning.Reading($0, scope.moved($0, by: length.length, 1), reading.fromTimex) }
    }
    guard !readings.isEmpty else { return nil }
    let meaning = TimeMeaning(readings, .minute, start.shape)
    meaning.rangeTimex = length.readings[0].fromTimex
    return node(.momentRange, meaning)
  }

  private static func inPart(_ scope: Scope, _ outer: TimeMeaning, _ part: DayPart, _ range: TimeMeaning) -> TimeNode? {
    let days = outer.readings.compactMap { reading in
      reading.from.map {
        TimeMeaning.Reading($0 - Scope.mod($0, 86_400), nil, String(reading.fromTimex.prefix { $0 != "T" }))
      }
    }
    let date = TimeMeaning(days, .day, outer.shape.subtracting(.part))
    guard range.shape.contains(.openHour), let from = range.readings.first?.from, let to = range.readings.first?.to
    else {
      return crossed(scope, date, range)
    }
    let (a, b) = (hour(from, in: part), hour(to, in: part))
    return crossed(
      scope, date, TimeMeaning([.init(a, b, clockTimex(a, range.grain), clockTimex(b, range.grain))], range.grain))
  }

  private static func onToday(_ scope: Scope, _ time: TimeMeaning) -> TimeMeaning {
    TimeMeaning(
      time.readings.compactMap { $0.from.map { momentReading(scope.todaySeconds + $0, time.grain) } }, time.grain,
      time.shape.union(.relative))
  }

  static func spanning(_ scope: Scope, _ first: TimeMeaning, _ last: TimeMeaning, score: Int) -> TimeNode? {
    var readings: [TimeMeaning.Reading] = []
    for start in first.readings {
      guard let from = start.from, let end = last.readings.first(where: { ($0.from ?? 0) > from }), let to = end.from
      else { continue }
      readings.append(.init(from, to, start.fromTimex, end.fromTimex))
      if readings.count == 4 { break }
    }
    guard !readings.isEmpty else { return nil }
    return node(.momentRange, TimeMeaning(readings, min(first.grain, last.grain)), score: score)
  }

  /// "2015-09-23 1:30 pm to 4": the end is an hour of the same day.
  static func sameDay(_ scope: Scope, _ first: TimeMeaning, _ last: TimeMeaning) -> TimeNode? {
    var readings: [TimeMeaning.Reading] = []
    for start in first.readings {
      guard let from = start.from else { continue }
      let day = from - Scope.mod(from, 86_400)
      let ends = last.readings.compactMap { reading in reading.from.map { (day + $0, reading.fromTimex) } }.sorted {
        $0.0 < $1.0
      }
      guard let end = ends.first(where: { $0.0 > from }) ?? ends.first.map({ ($0.0 + 86_400, $0.1) }) else { continue }
      readings.append(.init(from, end.0, start.fromTimex, momentReading(end.0, last.grain).fromTimex))
    }
    guard !readings.isEmpty else { return nil }
    return node(.momentRange, TimeMeaning(readings, min(first.grain, last.grain)))
  }

  /// Everything before or after something.
  static func limited(_ scope: Scope, _ word: TimeNode, _ inner: TimeNode, _ meaning: TimeMeaning) -> TimeNode? {
    let category: TimeCategory
    switch inner.category {
    case .date, .range: category = .range
    case .time, .timeRange: category = .timeRange
    default: category = .momentRange
    }
    let isPeriod = inner.category == .range || inner.category == .timeRange || inner.category == .momentRange
    let modifier: TimeMeaning.Modifier
    switch (word.category, word.number) {
    case (.before, 1): modifier = .until
    case (.after, 1): modifier = .since
    case (.after, _): modifier = .after
    default: modifier = .before
    }
    let readings = meaning.readings.map { reading -> TimeMeaning.Reading in
      let to = isPeriod ? reading.to : reading.from
      switch modifier {
      case .before: return .init(nil, meaning.modifier == .end ? to : reading.from, reading.fromTimex)
      case .until:
        return .init(
          nil, isPeriod && scope.policy.countsLastPeriod || meaning.modifier == .end ? to : reading.from,
          reading.fromTimex)
      case .after: return .init(to, nil, reading.fromTimex)
      default: return .init(reading.from, nil, reading.fromTimex)
      }
    }
    let made = TimeMeaning(readings, meaning.grain, meaning.shape.union(.openRange).subtracting([.bareHour, .dayOnly]))
    if modifier == .since, looksBack(scope, word, meaning) {
      let past = readings.filter { $0.from.map { $0 <= scope.nowSeconds } ?? false }
      made.readings = past + readings.filter { !past.contains($0) }
      made.shape.insert(.ranked)
    }
    made.modifier = modifier
    made.innerModifier = meaning.modifier
    made.endsPeriod = isPeriod && modifier == .until
    return node(category, made, score: inner.score)
  }
}
