import Time

/// The same things where small words stand behind what they belong to, as in Hindi and Tamil: "monday from", "10 to 12
/// until", "2018 after", "of july the last week".
extension TimeGrammar {
  static let postpositions: [TimeRule] = [
    // 14 october-on 8 o'clock; tomorrow's evening
    TimeRule([p(.date), p(.post), o(.comma), p(.time)]) { scope, n in
      guard let date = n[0].meaning, let time = n[3].meaning,
        canHold(scope, date, n[0]) || date.shape.contains(.dayOnly) || date.shape.contains(.weekday),
        !time.shape.contains(.bareHour) || endsPhrase(scope, n[3])
      else { return nil }
      return moment(date, time)
    },
    TimeRule([p(.date), p(.post), p(.timeRange)]) { scope, n in
      guard let date = n[0].meaning, let range = n[2].meaning, canHold(scope, date, n[0]) else { return nil }
      return crossed(scope, date, range)
    },
    TimeRule([p(.time, .timeRange), p(.post), o(.comma), p(.date)]) { scope, n in
      guard let date = n[3].meaning, let time = n[0].meaning, canHold(scope, date, n[3]) else { return nil }
      return n[0].category == .time ? moment(date, time) : crossed(scope, date, time)
    },
    // morning-in 7 o'clock; night-of 8
    TimeRule([p(.part), p(.post), p(.time)]) { _, n in
      n[0].kind == .plural ? nil : placed(n[2], DayPart(rawValue: n[0].number), needs: true)
    },
    // evening 4, of 5 august the evening
    TimeRule([p(.part), p(.time)]) { scope, n in
      guard let open = n[1].meaning, open.shape.contains(.bareHour), endsPhrase(scope, n[1]) else { return nil }
      return placed(n[1], DayPart(rawValue: n[0].number), needs: true)
    },
    TimeRule([p(.range), o(.post), p(.weekday), o(.post), p(.timeRange, .time)]) { scope, n in
      guard let week = n[0].meaning, week.shape.contains(.week), week.modifier == nil,
        let from = week.readings.first?.from, let time = n[4].meaning,
        let day = day(scope, n[2].number, inWeekOf: from)
      else { return nil }
      return n[4].category == .time ? moment(day, time) : crossed(scope, day, time)
    },
    TimeRule([p(.range), o(.post), p(.weekday)]) { scope, n in
      guard let week = n[0].meaning, week.shape.contains(.week), week.modifier == nil,
        let from = week.readings.first?.from
      else { return nil }
      return day(scope, n[2].number, inWeekOf: from).map { node(.date, $0, score: 1) }
    },
    // duration less-than
    TimeRule([p(.duration), p(.lessPost, .morePost)]) { _, n in
      guard let meaning = n[0].meaning, meaning.modifier == nil else { return nil }
      return node(.duration, meaning.with { $0.modifier = n[1].category == .lessPost ? .less : .more })
    },
    // of july the last week; of next month the first monday; of 2015 the first day
    TimeRule([
      p(.range, .month, .year, .unit), p(.post, .hence), p(.ordinal, .last), p(.unit, .weekday, .dateWord), o(.post),
    ]) { scope, n in
      guard let outer = outerRange(scope, n[0]), outer.modifier == nil, n[1].category == .post || n[0].category != .unit
      else { return nil }
      if n[0].category == .unit {
        guard grain(n[0]) == .month, n[2].category == .last, n[3].category != .weekday,
          !scope.follows(n[0], [.every, .this, .next, .last, .integer])
        else { return nil }
      }
      let ordinal = n[2].category == .last ? -1 : n[2].number
      let readings: [TimeMeaning.Reading]
      if n[3].category == .weekday {
        guard outer.grain == .month, n[4].isAbsent else { return nil }
        readings = outer.readings.compactMap { range in
          range.from.flatMap { nth(ordinal, n[3].number, from: Scope.date($0), to: range.to) }
            .map { scope.dateReading(Scope.seconds($0)) }
        }
      } else if n[3].category == .unit, grain(n[3]) == .week {
        readings = outer.readings.compactMap { weekOf(scope, $0, ordinal, outer.grain) }
        // "in the last week of july", but "the first week" of a year.
        guard !readings.isEmpty, n[4].isAbsent || outer.grain == .month && ordinal < 0 else { return nil }
        return node(.range, TimeMeaning(readings, .week, .week))
      } else if n[3].category == .dateWord || grain(n[3]) == .day, n[4].isAbsent {
        readings = outer.readings.compactMap { range in
          guard let from = range.from, let to = range.to else { return nil }
          let day = ordinal < 0 ? to - 86_400 : from + Int64(ordinal - 1) * 86_400
          return day >= from && day < to ? scope.dateReading(day) : nil
        }
      } else if n[3].category == .unit, grain(n[3]) == .month, outer.grain == .year, n[4].isAbsent,
        let from = outer.readings.first?.from
      {
        return wholeMonth(scope, Scope.date(from).year, ordinal < 0 ? 12 : ordinal)
      } else {
        return nil
      }
      return readings.isEmpty ? nil : node(.date, TimeMeaning(readings, .day))
    },
    // of january the 5th; of march 2018
    TimeRule([p(.year, .range), p(.post), p(.month)]) { scope, n in
      guard let outer = outerRange(scope, n[0]), outer.grain == .year, let from = outer.readings.first?.from else {
        return nil
      }
      return wholeMonth(scope, Scope.date(from).year, n[2].number)
    },
    // the beginning, the middle, the end of
    TimeRule([p(.range, .month, .unit, .date), p(.startPost, .midPost, .endPost)]) { scope, n in
      let which: TimeCategory =
        n[1].category == .startPost ? .early : n[1].category == .midPost ? .mid : .late
      if n[0].category == .date || n[0].category == .unit && grain(n[0]) == .day {
        guard which == .late else { return nil }
        let day = n[0].meaning ?? TimeMeaning([scope.dateReading(scope.todaySeconds)], .day, .relative)
        guard !day.isPart else { return nil }
        let readings = day.readings.compactMap { $0.from.map { momentReading($0 + 86_399, .second) } }
        return readings.isEmpty ? nil : node(.moment, TimeMeaning(readings, .second, day.shape))
      }
      guard n[1].number == 0, let outer = outerRange(scope, n[0]), outer.modifier == nil,
        !outer.shape.contains(.openRange)
      else { return nil }
      return part(scope, which, outer)
    },
    // From one to the other.
    TimeRule([
      p(.date, .range), p(.fromPost, .dash, .and), p(.date, .range, .moment), o(.post), o(.untilPost, .betweenPost),
    ]) { scope, n in
      guard isRange(n[1], n[4]), let inner = n[0].meaning, !inner.shape.contains(.openRange),
        n[2].category != .moment || n[2].meaning?.shape.contains(.today) == true && !n[4].isAbsent,
        n[2].meaning?.shape.contains(.dayOnly) != true || !n[4].isAbsent
      else { return nil }
      return between(scope, n[0], n[2], isLead: true)
    },
    // 3 and 12 september between; 4 to 22 january until
    TimeRule([
      p(.integer, .ordinal), p(.fromPost, .dash, .and), p(.date), o(.post), o(.untilPost, .betweenPost),
    ]) { scope, n in
      guard isRange(n[1], n[4]), let day = dayNumber(n[0]), let last = n[2].meaning, last.day > 0, last.month > 0,
        !last.shape.contains(.dayOnly), !n[4].isAbsent || n[3].isAbsent && n[0].digits > 0 && day < last.day
      else { return nil }
      let first =
        last.shape.contains(.noYear)
        ? monthDay(scope, last.month, day)
        : last.readings.first?.from.flatMap { fullDate(scope, Scope.date($0).year, last.month, day) }
      return first.flatMap { between(scope, $0, n[2], isLead: true) }
    },
    // of january 4 to 22 until; next month 4-23
    TimeRule([
      p(.range, .month), o(.post), p(.integer, .ordinal), p(.fromPost, .dash, .and), p(.integer, .ordinal),
      o(.post), o(.untilPost, .betweenPost),
    ]) { scope, n in
      guard n[3].category == .dash || isRange(n[3], n[6]), let first = dayNumber(n[2]), let last = dayNumber(n[4]),
        first < last, let outer = outerRange(scope, n[0]), outer.grain == .month, outer.modifier == nil
      else { return nil }
      return days(first, last, ofMonth: outer, scope)
    },
    TimeRule([p(.time, .clock), o(.post), p(.fromPost, .dash, .and), p(.time), o(.post), o(.untilPost, .betweenPost)]) {
      scope, n in
      guard isRange(n[2], n[5]), let first = n[0].meaning, let last = n[3].meaning,
        let meaning = hours(scope, first, last)
      else { return nil }
      if first.shape.contains(.bareHour), last.shape.contains(.bareHour) { meaning.shape.insert(.bareHours) }
      return node(.timeRange, meaning)
    },
    // afternoon 3 to 8 o'clock until
    TimeRule([p(.part), p(.time), p(.fromPost, .dash, .and), p(.time), o(.untilPost, .betweenPost)]) { scope, n in
      guard isRange(n[2], n[4]), let last = n[3].meaning,
        let first = placed(n[1], DayPart(rawValue: n[0].number), needs: true)?.meaning,
        let meaning = hours(scope, first, last)
      else { return nil }
      return node(.timeRange, meaning)
    },
    TimeRule([
      p(.moment), o(.post), p(.fromPost, .dash, .and), p(.moment, .time), o(.post), o(.untilPost, .betweenPost),
    ]) { scope, n in
      guard isRange(n[2], n[5]), let first = n[0].meaning, let last = n[3].meaning else { return nil }
      return n[3].category == .moment ? spanning(scope, first, last, score: 0) : sameDay(scope, first, last)
    },
    // Everything before or after.
    TimeRule([
      p(.date, .range, .time, .timeRange, .moment, .momentRange), o(.post), p(.beforePost, .afterPost),
    ]) { scope, n in
      guard let inner = n[0].meaning, !inner.shape.contains(.openRange),
        !inner.isPart || inner.shape.contains(.bareHour) || inner.shape.contains(.dayOnly)
          || inner.shape.contains(.month) || inner.shape.contains(.part)
      else { return nil }
      // "for the last 3 weeks", "in november 2016": these end where they are said to.
      if n[0].category == .range, inner.shape.contains(.noYear), scope.follows(n[0], [.integer]) { return nil }
      if n[0].category == .momentRange, n[2].number == 1, inner.rangeTimex != nil { return nil }
      if n[2].category == .afterPost, n[2].number == 1, n[0].category == .range {
        guard inner.shape.contains(.month) || inner.modifier == .end || inner.modifier == .start,
          inner.modifier != nil || inner.shape.contains(.noYear) || inner.shape.contains(.relative)
            || scope.wordsBeginning[n[0].start].contains(.this),
          inner.rangeTimex == nil
        else { return nil }
      }
      let word = TimeNode(
        start: n[2].start, end: n[2].end, category: n[2].category == .beforePost ? .before : .after,
        number: min(1, n[2].number))
      let made = limited(scope, word, n[0], inner)
      // "after next week" may be the week after it.
      if n[2].category == .afterPost, n[2].number == 0, inner.shape.contains(.whole), let meaning = made?.meaning,
        let to = inner.readings.first?.to, inner.readings.first?.from ?? 0 > scope.todaySeconds,
        let (from, end) = scope.period(inner.grain, of: Scope.date(to))
      {
        meaning.readings.append(scope.span(from, end))
      }
      return made
    },
    TimeRule([p(.date, .time, .moment), p(.aroundPost)]) { _, n in
      guard let inner = n[0].meaning, inner.modifier == nil, !inner.isPart || inner.shape.contains(.bareHour) else {
        return nil
      }
      let about = inner.with {
        $0.modifier = .approx
        $0.shape.remove(.bareHour)
        $0.isPart = false
      }
      return node(n[0].category, about)
    },
    // 8:00 o'clock; five o'clock-and 20 minutes
    TimeRule([p(.time), p(.oclock)]) { scope, n in
      guard let time = n[0].meaning, scope.isDigital(n[0]), n[1].number == 0 else { return nil }
      return node(.time, time.with { _ in })
    },
    TimeRule([p(.integer), p(.oclock), p(.integer), p(.unit)]) { _, n in
      guard n[1].number == 3, grain(n[3]) == .minute, n[0].number <= 24, n[2].number < 60 else { return nil }
      return time(n[0].number, n[2].number, nil, isOpen: true)
    },
    // eight o'clock-to-be three minutes left
    TimeRule([p(.integer), p(.oclock), p(.integer), p(.unit), o(.rest)]) { _, n in
      guard n[1].number == 4, grain(n[3]) == .minute, (1...24).contains(n[0].number), (1...59).contains(n[2].number)
      else { return nil }
      let total = n[0].number * 60 - n[2].number
      return time(total / 60, total % 60, nil, isOpen: true)
    },
    // saadhe (half past) seven o'clock, paune (quarter to) eight; dedh (half past one)
    TimeRule([p(.added), p(.integer), p(.oclock)]) { _, n in
      guard n[2].number == 0, (1...12).contains(n[1].number) else { return nil }
      let total = n[1].number * 60 + n[0].number * 60 / 1_000
      return time(total / 60 == 0 ? 12 : total / 60, total % 60, nil, isOpen: true)
    },
    TimeRule([p(.amount), p(.oclock)]) { _, n in
      guard n[1].number == 0 else { return nil }
      return quarters(n[0].number)
    },
    TimeRule([p(.added), p(.integer)]) { _, n in
      guard n[1].number < 100_000 else { return nil }
      return TimeNode(start: 0, end: 0, category: .quantity, number: n[1].number * 1_000 + n[0].number)
    },
    TimeRule([p(.amount)]) { _, n in TimeNode(start: 0, end: 0, category: .quantity, number: n[0].number) },
    // week-long
    TimeRule([p(.unit), p(.all)]) { scope, n in
      guard isNative(scope, n[1]), let unit = grain(n[0]), n[0].kind != .plural else { return nil }
      return duration([(1, unit)])
    },
    // 5 minutes-within
    TimeRule([o(.next), p(.duration), p(.betweenPost)]) { scope, n in
      guard n[2].number == 1, let length = n[1].meaning, length.modifier == nil else { return nil }
      return ahead(scope, length)
    },
    // 6.45 at
    TimeRule([p(.time), p(.post)]) { scope, n in
      guard n[1].number == 3, let time = n[0].meaning, time.isPart, !time.shape.contains(.bareHour) else { return nil }
      return node(.time, time.with { $0.isPart = false }, score: -1)
    },
    // 22 th
    TimeRule([p(.integer), p(.suffix)]) { scope, n in
      guard n[0].digits > 0, isNative(scope, n[1]), n[1].number == 0 || scope.isGlued(n[1]) else { return nil }
      return TimeNode(start: 0, end: 0, category: .ordinal, number: n[0].number, digits: n[0].digits)
    },
    // 21 (the word for a day of the month stands behind); 21st day
    TimeRule([o(.this, .same), p(.integer, .ordinal)]) { scope, n in
      guard let day = dayNumber(n[1]),
        scope.precedes(n[1], [.dateWord])
          || n[1].category == .ordinal && (n[1].digits > 0 || day > 9) && isNative(scope, n[1])
            && isDayWord(scope, behind: n[1])
      else { return nil }
      let meaning = TimeMeaning(scope.monthly(day), .day, .dayOnly)
      meaning.day = day
      return node(.date, meaning)
    },
    TimeRule([p(.date), p(.dateWord), o(.post), p(.time, .timeRange)]) { scope, n in
      guard let date = n[0].meaning, let time = n[3].meaning, !date.isPart,
        !time.shape.contains(.bareHour) || n[3].digits > 0 && endsPhrase(scope, n[3])
      else { return nil }
      return n[3].category == .time ? moment(date, time) : crossed(scope, date, time)
    },
    // june's 22 (day) 2017
    TimeRule([p(.date), p(.dateWord), o(.comma), p(.year)]) { scope, n in
      guard let date = n[0].meaning, date.shape.contains(.noYear), date.month > 0, let year = n[3].meaning?.day else {
        return nil
      }
      return fullDate(scope, year, date.month, date.day)
    },
    // the 27-on
    TimeRule([o(.same), p(.integer)]) { scope, n in
      guard let day = dayNumber(n[1]), n[1].digits > 0, isDayPost(scope, n[1]), scope.standsAlone(n[1]) else {
        return nil
      }
      let meaning = TimeMeaning(scope.monthly(day), .day, .dayOnly)
      meaning.day = day
      return node(.date, meaning, score: -2)
    },
    // 5.12-on
    TimeRule([p(.integer), p(.dot), p(.integer)]) { scope, n in
      guard scope.areGlued([n[1], n[2]]), isDayPost(scope, n[2]), (1...2).contains(n[0].digits),
        (1...2).contains(n[2].digits), scope.standsAlone(n[0].start, n[2].end),
        let (day, month) = dayMonth(scope, n[0].number, n[2].number)
      else { return nil }
      return monthDay(scope, month, day, score: -2)
    },
    // in 2018, 2 to 7 february; of 2017 the 5th of june
    TimeRule([p(.year, .range), p(.post), p(.date, .range)]) { scope, n in
      guard let outer = n[0].meaning, outer.grain == .year, outer.modifier == nil, let year = yearNumber(n[0]),
        let inner = n[2].meaning, inner.shape.contains(.noYear), !inner.shape.contains(.holiday), inner.modifier == nil,
        n[2].category == .date || inner.grain == .day
      else { return nil }
      return moved(scope, inner, toYear: year).map { node(n[2].category, $0.with { $0.isPart = false }) }
    },
    // the week of the 18th
    TimeRule([p(.date), o(.dateWord), p(.post), p(.unit)]) { scope, n in
      guard grain(n[3]) == .week, n[3].kind != .plural, let day = n[0].meaning, day.day > 0 else { return nil }
      let readings = day.readings.compactMap { reading -> TimeMeaning.Reading? in
        guard let from = reading.from else { return nil }
        let monday = scope.startOfWeek(Scope.date(from))
        return scope.span(monday, monday.adding(days: 7), scope.timex(.week, from: monday))
      }
      return readings.isEmpty ? nil : node(.range, TimeMeaning(readings, .week, .week), score: 1)
    },
    // four working days-in
    TimeRule([p(.quantity), p(.weekdays), p(.hence)]) { scope, n in
      let count = n[0].number / 1_000
      guard (1...400).contains(count), !scope.follows(n[0], [.last, .next]) else { return nil }
      let day = scope.dateReading(Scope.seconds(workday(scope.today, count)))
      return node(.date, TimeMeaning([day], .day, .relative), score: 1)
    },
    // the rest of this week, of today
    TimeRule([p(.range, .unit), o(.post), p(.rest), o(.post), o(.unit)]) { scope, n in
      guard let outer = outerRange(scope, n[0]), outer.shape.contains(.whole), n[4].isAbsent || grain(n[4]) == .day,
        let reading = outer.readings.first, let from = reading.from, let to = reading.to, from <= scope.todaySeconds,
        to > scope.todaySeconds
      else { return nil }
      let last = Scope.date(to).adding(days: -1)
      return node(
        .range,
        TimeMeaning(
          [.init(scope.todaySeconds, Scope.seconds(last), scope.today.description, last.description)], .day, .relative))
    },
    TimeRule([p(.date), o(.post), p(.rest), p(.unit)]) { scope, n in
      n[0].meaning?.shape.contains(.today) == true && grain(n[3]) == .day ? restOfToday(scope) : nil
    },
    TimeRule([p(.rest), p(.unit), p(.date)]) { scope, n in
      n[2].meaning?.shape.contains(.today) == true && grain(n[1]) == .day ? restOfToday(scope) : nil
    },
    // next year the third week; next month 2nd week, december first week
    TimeRule([p(.range, .month), o(.comma, .in), o(.the), p(.ordinal, .last), p(.unit)]) { scope, n in
      guard let outer = outerRange(scope, n[0]), outer.modifier == nil, grain(n[4]) == .week,
        outer.grain == .month || outer.grain == .year,
        isNative(scope, n[4]) || !scope.policy.joinsExpressions || outer.grain == .month && n[3].category == .ordinal
      else { return nil }
      let readings = outer.readings.compactMap {
        weekOf(scope, $0, n[3].category == .last ? -1 : n[3].number, outer.grain)
      }
      return readings.isEmpty ? nil : node(.range, TimeMeaning(readings, .week, .week))
    },
    // in a week two times, in the day 3 times
    TimeRule([p(.unit), p(.post, .hence), p(.once)]) { _, n in grain(n[0]).flatMap { often(n[2].number, $0) } },
    TimeRule([p(.unit), p(.post, .hence), p(.integer), p(.times)]) { _, n in
      (1...24).contains(n[2].number) ? grain(n[0]).flatMap { often(n[2].number, $0) } : nil
    },
    // half past seven until
    TimeRule([p(.added), p(.integer)]) { scope, n in
      guard (1...12).contains(n[1].number), scope.precedes(n[1], [.untilPost, .betweenPost, .fromPost, .beforePost])
      else {
        return nil
      }
      let total = n[1].number * 60 + n[0].number * 60 / 1_000
      return time(total / 60 == 0 ? 12 : total / 60, total % 60, nil, isOpen: true)
    },
    // of january the month; of 2016 the third quarter, the summer; of 1970 the decade
    TimeRule([p(.range), p(.post), p(.unit)]) { _, n in
      guard let month = n[0].meaning, month.grain == .month, month.modifier == nil, grain(n[2]) == .month,
        n[2].kind != .plural
      else { return nil }
      return node(.range, month.with { $0.isPart = false })
    },
    TimeRule([p(.year, .range), p(.post), p(.quarter, .halfYear, .ordinal), o(.unit)]) { scope, n in
      guard let (count, months) = partOfYear(n[2], n[3]) else { return nil }
      return partsOfYear(scope, n[0], count, months)
    },
    TimeRule([p(.year), p(.post), p(.season)]) { _, n in
      let timex = ["SP", "SU", "FA", "WI"][max(0, min(3, n[2].number / 3 - 1))]
      return node(.range, TimeMeaning([.init(nil, nil, "\(n[0].meaning?.day ?? 0)-\(timex)")], .quarter))
    },
    TimeRule([p(.year, .integer), p(.post), p(.unit)]) { scope, n in
      guard grain(n[2]) == .decade else { return nil }
      if n[0].category == .integer {
        return (n[0].digits == 2 || n[0].digits == 0 && (10...90).contains(n[0].number)) && n[0].number % 10 == 0
          ? openDecade(scope, n[0].number) : nil
      }
      return n[0].meaning.flatMap { $0.day % 10 == 0 ? decade(scope, $0.day) : nil }
    },
    // evening late; this week later
    TimeRule([p(.part), o(.post), p(.early, .late)]) { _, n in
      guard n[0].kind == .plain, let part = DayPart(rawValue: n[0].number), let meaning = partRange(part) else {
        return nil
      }
      narrow(meaning, n[2].category == .early ? .start : .end)
      return node(.timeRange, meaning)
    },
    TimeRule([p(.range), p(.later)]) { scope, n in
      guard let outer = n[0].meaning, outer.shape.contains(.relative) || outer.shape.contains(.week),
        let first = outer.readings.first, let from = first.from, let to = first.to, from <= scope.todaySeconds,
        to > scope.todaySeconds
      else { return nil }
      return node(.range, TimeMeaning([.init(scope.todaySeconds, to, first.fromTimex)], .day, .relative))
    },
    // every monday-of 4 o'clock; every day-in 3 times
    TimeRule([p(.set), p(.post), p(.time)]) { _, n in
      guard let time = n[2].meaning, !time.shape.contains(.bareHour) else { return nil }
      return timed(n[0], time)
    },
  ]

  /// "and" joins two ends only before "between"; the others always do.
  private static func isRange(_ joint: TimeNode, _ behind: TimeNode) -> Bool {
    switch joint.category {
    case .and: behind.category == .betweenPost && behind.number == 0
    case .dash: !behind.isAbsent
    default: true
    }
  }

  /// Behind it stands what Hindi says behind a day: "ko".
  private static func isDayPost(_ scope: Scope, _ node: TimeNode) -> Bool {
    scope.words.contains { $0.start == node.end && $0.category == .post && $0.number == 5 && isNative(scope, $0) }
  }

  /// Written in a script of its own, so that English is never read by a rule for it.
  private static func isNative(_ scope: Scope, _ node: TimeNode) -> Bool {
    let script = scope.sentence.tokens[node.end - 1].script
    return script == .devanagari || script == .tamil
  }

  private static func day(_ scope: Scope, _ weekday: Int, inWeekOf from: Int64) -> TimeMeaning? {
    let day = scope.weekday(weekday, inWeekOf: Scope.date(from))
    let meaning = TimeMeaning([scope.dateReading(Scope.seconds(day))], .day, .relative)
    meaning.weekday = weekday
    return meaning
  }
}
