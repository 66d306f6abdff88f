import Time

/// Days reached from other days: "3 weeks from tomorrow", "the first friday of next month", "sunday next week".
extension TimeGrammar {
  static let movedDays: [TimeRule] = [
    // two days ago, 2 months 1 day 2 hours ago
    TimeRule([p(.duration), p(.ago, .hence)]) { scope, n in
      // "நிமிஷத்தில்": an ending takes no place, but says more than the word without.
      moved(scope, n[0], n[1].category == .ago ? -1 : 1, score: n[1].length == 0 ? 1 : 0)
    },
    // in 3 weeks, in two hours
    TimeRule([p(.in), o(.the), o(.around), p(.duration)]) { scope, n in
      guard n[1].isAbsent, n[3].meaning?.modifier == nil else { return nil }
      return moved(scope, n[3], 1)
    },
    TimeRule([p(.in), p(.duration), p(.hence)]) { scope, n in moved(scope, n[1], 1) },
    // 15 minutes before (and nothing else)
    TimeRule([p(.duration), p(.before)]) { scope, n in
      n[1].number == 0 && scope.isLast(n[1]) && scope.isFirst(n[0]) ? moved(scope, n[0], -1) : nil
    },
    // Hindi: in less than an hour
    TimeRule([p(.duration), p(.lessPost)]) { scope, n in
      guard n[1].number == 1, let length = n[0].meaning, length.modifier == nil, length.grain.isClock else {
        return nil
      }
      return moved(scope, n[0], 1).map {
        node($0.category, $0.meaning.map { $0.with { $0.modifier = .less } } ?? length)
      }
    },
    // three weeks from tomorrow, four days after 5 may, 2 weeks before may 13 1999
    TimeRule([p(.duration), p(.from, .after, .before, .hence), o(.the), p(.date, .now, .holiday)]) { scope, n in
      let sign = n[1].category == .before ? -1 : 1
      // "3 days starting from monday" is a range.
      guard n[1].category != .after || n[1].number == 0 else { return nil }
      guard n[3].category == .date else {
        return n[3].category == .now && n[1].category != .before ? moved(scope, n[0], sign) : nil
      }
      guard let date = n[3].meaning, let length = n[0].meaning, !date.isPart || date.shape.contains(.dayOnly),
        length.modifier == nil, !length.grain.isClock
      else { return nil }
      let readings = (sign > 0 ? weekdayAhead(date) : date.readings).compactMap {
        $0.from.map { scope.dateReading(scope.moved($0, by: length.length, sign)) }
      }
      guard !readings.isEmpty else { return nil }
      return node(.date, TimeMeaning(readings, .day, .relative))
    },
    // As Hindi and Tamil say it: 5 minutes-in is said like "5 minutes later"; today-from two days-in
    TimeRule([p(.date, .now), p(.fromPost, .afterPost), p(.duration), o(.hence, .post, .ago)]) { scope, n in
      guard let length = n[2].meaning, length.modifier == nil else { return nil }
      let sign = n[3].category == .ago ? -1 : 1
      // "from today until two days later" begins today
      if n[3].category == .hence, scope.precedes(n[3], [.untilPost]) { return nil }
      if n[0].category == .now {
        return moved(scope, n[2], sign, score: [.hence, .ago].contains(n[3].category) ? 2 : 0)
      }
      guard let date = n[0].meaning, !date.isPart, !length.grain.isClock else { return nil }
      // "monday-from 3 days-for" lasts.
      if n[3].category == .post, n[3].number == 1 { return lasting(scope, date, length) }
      let readings = weekdayAhead(date).compactMap {
        $0.from.map { scope.dateReading(scope.moved($0, by: length.length, sign)) }
      }
      // "two days from today" is a day, not the days until the one after tomorrow.
      return readings.isEmpty
        ? nil
        : node(.date, TimeMeaning(readings, .day, .relative), score: [.hence, .ago].contains(n[3].category) ? 2 : 0)
    },
    // 5 to 8 (the word for a day of the month stands behind) until; the 5th day from the 8th day until
    TimeRule([
      p(.integer, .ordinal), o(.dateWord), p(.fromPost, .dash), p(.integer, .ordinal), p(.dateWord),
      o(.untilPost, .betweenPost),
    ]) { scope, n in
      guard let first = dayNumber(n[0]), let last = dayNumber(n[3]), first < last,
        n[2].category == .dash || !n[5].isAbsent
      else { return nil }
      let readings = scope.monthly(last).compactMap { end -> TimeMeaning.Reading? in
        guard let to = end.from else { return nil }
        let from = Scope.seconds(Scope.date(to).adding(days: first - last))
        return scope.span(Scope.date(from), Scope.date(scope.policy.countsLastPeriod ? to + 86_400 : to))
      }
      return readings.isEmpty ? nil : node(.range, TimeMeaning(readings, .day, .relative), score: 3)
    },
    // in two years since 2011
    TimeRule([o(.in), p(.duration), p(.after), o(.the), p(.date, .range)]) { scope, n in
      guard n[2].number == 1, let length = n[1].meaning, !length.grain.isClock, let base = n[4].meaning,
        !n[0].isAbsent || base.shape.contains(.year)
      else { return nil }
      let readings = base.readings.compactMap {
        $0.from.map { scope.dateReading(scope.moved($0, by: length.length, 1)) }
      }
      guard !readings.isEmpty else { return nil }
      return node(.date, TimeMeaning(readings, .day))
    },
    // in two working days
    TimeRule([p(.in), p(.quantity), p(.weekdays)]) { scope, n in
      let count = n[1].number / 1_000
      guard (1...400).contains(count) else { return nil }
      return node(
        .date, TimeMeaning([scope.dateReading(Scope.seconds(workday(scope.today, count)))], .day, .relative), score: 2)
    },
    // the day before 5 march
    TimeRule([o(.the), p(.unit), p(.before, .after), o(.the), p(.date)]) { scope, n in
      guard let unit = grain(n[1]), unit == .day || unit == .week, n[1].kind != .plural, n[2].number == 0,
        let date = n[4].meaning, !date.isPart, !scope.wordsBeginning[n[2].start].contains(.ending)
      else {
        return nil
      }
      let sign = n[2].category == .before ? -1 : 1
      let readings = date.readings.compactMap {
        $0.from.map { scope.dateReading(scope.moved($0, by: [(1, unit)], sign)) }
      }
      return readings.isEmpty ? nil : node(.date, TimeMeaning(readings, .day, .relative))
    },
    // two mondays later
    TimeRule([p(.integer, .few), p(.weekday), p(.hence, .ago)]) { scope, n in
      guard (1...20).contains(n[0].number) else { return nil }
      let ahead = nearest(scope, n[1].number)
      let day = ahead.adding(days: 7 * (n[2].category == .hence ? n[0].number - 1 : -n[0].number))
      return node(.date, TimeMeaning([scope.dateReading(Scope.seconds(day))], .day, .relative))
    },
    // the friday after next
    TimeRule([o(.the), p(.weekday), p(.after), o(.the), p(.next)]) { scope, n in
      let day = nearest(scope, n[1].number).adding(days: 7)
      return node(
        .date, TimeMeaning([scope.dateReading(Scope.seconds(day))], .day, .relative), score: n[0].isAbsent ? 0 : -1)
    },
    // monday two weeks from now; a week from friday
    TimeRule([p(.weekday), o(.comma), p(.date)]) { scope, n in
      guard let date = n[2].meaning, date.shape.contains(.relative), date.length.count == 1,
        date.length[0].unit == .week, let from = date.readings.first?.from
      else { return nil }
      let day = scope.weekday(n[0].number, inWeekOf: Scope.date(from))
      return node(.date, TimeMeaning([scope.dateReading(Scope.seconds(day))], .day, .relative))
    },
    // next week on tuesday, last week sunday; sunday next week, monday of week 23
    TimeRule([p(.range), o(.on, .comma), p(.weekday)]) { scope, n in
      weekday(scope, n[2].number, of: n[0].meaning)
    },
    TimeRule([p(.weekday), o(.of, .in, .comma), p(.range)]) { scope, n in
      guard n[1].category != .comma || n[2].meaning?.shape.contains(.whole) == true else { return nil }
      return weekday(scope, n[0].number, of: n[2].meaning)
    },
    // the first friday of next month, second sunday
    TimeRule([o(.the), p(.ordinal, .last), p(.weekday), p(.of, .in), o(.the), p(.range, .month, .year, .unit)]) {
      scope, n in
      guard let outer = outerRange(scope, n[5]), outer.grain == .month || outer.grain == .year else { return nil }
      let ordinal = n[1].category == .last ? -1 : n[1].number
      guard ordinal <= (outer.grain == .year ? 53 : 5) else { return nil }
      let readings = outer.readings.compactMap { range -> TimeMeaning.Reading? in
        guard let from = range.from, let day = nth(ordinal, n[2].number, from: Scope.date(from), to: range.to) else {
          return nil
        }
        let month =
          outer.shape.contains(.noYear) || outer.shape.contains(.whole)
          ? "XXXX-\(Scope.two(Scope.date(from).month))" : range.fromTimex
        return .init(Scope.seconds(day), nil, "\(month)-WXX-\(n[2].number)-#\(ordinal)")
      }
      guard !readings.isEmpty else { return nil }
      let meaning = TimeMeaning(readings, .day)
      meaning.weekday = n[2].number
      return node(.date, meaning)
    },
    TimeRule([o(.the), p(.ordinal), p(.weekday)]) { scope, n in
      guard (1...5).contains(n[1].number), n[2].kind != .plural,
        let day = nth(n[1].number, n[2].number, from: scope.firstOfMonth(scope.today), to: nil),
        n[1].number < 5 || n[0].isAbsent
      else { return nil }
      // A month without a fifth sunday has none to give.
      let found = day.month == scope.today.month ? Scope.seconds(day) : nil
      return node(
        .date, TimeMeaning([.init(found, nil, "XXXX-XX-WXX-\(n[2].number)-#\(n[1].number)")], .day, .relative),
        score: -1)
    },
    // the 20th of next month, the 5th of the month; the last day of june
    TimeRule([o(.the), p(.ordinal, .integer), o(.of, .in), o(.the), p(.range, .unit)]) { scope, n in
      guard let day = dayNumber(n[1]), n[1].category == .ordinal || !n[2].isAbsent, let outer = outerRange(scope, n[4]),
        outer.grain == .month, !n[3].isAbsent || n[4].category == .range, outer.shape.contains(.whole),
        let from = outer.readings.first?.from
      else { return nil }
      let month = Scope.date(from)
      return fullDate(scope, month.year, month.month, day)
    },
    TimeRule([o(.the), p(.last, .ordinal), p(.unit), p(.of, .in), o(.the), p(.range, .month, .unit, .year)]) {
      scope, n in
      guard grain(n[2]) == .day, let outer = outerRange(scope, n[5]) else { return nil }
      let readings = outer.readings.compactMap { range -> TimeMeaning.Reading? in
        guard let from = range.from, let to = range.to else { return nil }
        let day = n[1].category == .last ? to - 86_400 : from + Int64(n[1].number - 1) * 86_400
        return day >= from && day < to ? scope.dateReading(day) : nil
      }
      guard !readings.isEmpty else { return nil }
      return node(.date, TimeMeaning(readings, .day))
    },
  ]

  /// A duration from now, as a day or a moment.
  ///
  /// "In 20-30 minutes" is the earlier one first: who is reminded too soon can wait, who is reminded too late cannot.
  static func moved(_ scope: Scope, _ duration: TimeNode, _ sign: Int, score: Int = 0) -> TimeNode? {
    guard let length = duration.meaning else { return nil }
    let lengths = length.low.isEmpty ? [length.length] : [length.low, length.length]
    let shape: TimeMeaning.Shape = length.low.isEmpty ? .relative : [.relative, .ranked]
    guard length.length.contains(where: { $0.unit.isClock }) else {
      let days = lengths.map { scope.dateReading(scope.moved(scope.todaySeconds, by: $0, sign)) }
      let meaning = TimeMeaning(days, .day, shape)
      meaning.length = length.length
      meaning.modifier = length.modifier
      return node(.date, meaning, score: score)
    }
    let moments = lengths.map { momentReading(scope.moved(scope.nowSeconds, by: $0, sign), .second) }
    let meaning = TimeMeaning(moments, length.grain, shape)
    meaning.length = length.length
    meaning.modifier = length.modifier
    return node(.moment, meaning, score: score)
  }

  private static func weekday(_ scope: Scope, _ weekday: Int, of range: TimeMeaning?) -> TimeNode? {
    guard let range, range.shape.contains(.week), range.modifier == nil else { return nil }
    let readings = range.readings.compactMap { reading in
      reading.from.map { scope.dateReading(Scope.seconds(scope.weekday(weekday, inWeekOf: Scope.date($0)))) }
    }
    let meaning = TimeMeaning(readings, .day, .relative)
    meaning.weekday = weekday
    return node(.date, meaning, score: 1)
  }

  static func nth(_ ordinal: Int, _ weekday: Int, from: CivilDate, to: Int64?) -> CivilDate? {
    if ordinal < 0 {
      guard let to else { return nil }
      let last = Scope.date(to).adding(days: -1)
      return last.adding(days: -((last.weekday.rawValue - weekday + 7) % 7))
    }
    let day = from.adding(days: (weekday - from.weekday.rawValue + 7) % 7 + 7 * (ordinal - 1))
    return to.map { Scope.seconds(day) < $0 } ?? true ? day : nil
  }

  /// A weekday that something is counted on from is the one ahead: "a week from monday" is no monday sooner than that.
  static func weekdayAhead(_ date: TimeMeaning) -> [TimeMeaning.Reading] {
    guard date.shape.contains(.weekday), let ahead = date.readings.max(by: { $0.from ?? 0 < $1.from ?? 0 }) else {
      return date.readings
    }
    return [ahead]
  }
}
