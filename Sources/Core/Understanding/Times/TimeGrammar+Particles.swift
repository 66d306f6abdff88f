import Time

/// More of how Hindi says it: small words that belong to what they stand behind, minutes in words, weeks named at the end.
extension TimeGrammar {
  static let particles: [TimeRule] = [
    // (this) evening-in, eight at night-in
    TimeRule([p(.timeRange, .momentRange, .time), p(.particle)]) { scope, n in
      guard let inner = n[0].meaning, !inner.isPart, !inner.shape.contains(.openRange),
        scope.follows(n[1], [.part, .partToday, .early, .late, .meal]),
        // "at 5 o'clock evening-in": the evening is the hour's
        n[0].category != .timeRange || !scope.follows(n[0], [.integer, .oclock, .am, .pm]),
        // "at midnight-in 1 o'clock"
        n[0].category != .time || n[1].number == 0 && !scope.precedes(n[1], [.integer, .amount, .added]),
        n[0].length > 2 || !scope.wordsBeginning[n[0].start].contains(.this)
      else { return nil }
      return node(n[0].category, inner.with { _ in }, score: n[0].score)
    },
    // sundays-on, every evening-in; every two weeks-in
    TimeRule([p(.set), p(.particle)]) { scope, n in
      guard let set = n[0].meaning?.set, set.until == nil, set.occurrences == nil,
        scope.follows(n[1], [.part])
          || scope.words.contains(where: { $0.end == n[1].start && $0.category == .weekday && $0.kind == .plural })
          || scope.follows(n[1], [.unit]) && set.weekdays.isEmpty && set.times.isEmpty
            && (set.count > 1 || set.unit.isClock)
      else { return nil }
      return made(set, score: n[0].score)
    },
    // evenings-in
    TimeRule([p(.part), p(.particle)]) { scope, n in
      guard n[0].kind == .plural, !scope.policy.joinsExpressions, !scope.follows(n[0], [.every, .weekday, .weekdays])
      else { return nil }
      return DayPart(rawValue: n[0].number).flatMap(partRange).map { node(.timeRange, $0, score: 1) }
    },
    // evening-of 9 forty-five
    TimeRule([p(.part), o(.post), p(.integer), p(.integer)]) { scope, n in
      guard (1...12).contains(n[2].number), n[2].digits <= 2, n[3].digits == 0, (10...59).contains(n[3].number),
        n[0].kind == .plain, n[2].digits > 0, !scope.precedes(n[3], [.unit, .scale])
      else { return nil }
      return time(n[2].number, n[3].number, nil, isOpen: true).flatMap {
        placed($0, DayPart(rawValue: n[0].number), needs: true)
      }
    },
    // morning 9-11, evening 5-6 o'clock
    TimeRule([p(.part), p(.time), p(.dash), p(.time)]) { scope, n in
      guard n[0].kind == .plain, let last = n[3].meaning, n[1].meaning?.shape.contains(.bareHour) == true,
        last.shape.contains(.openHour), !last.shape.contains(.bareHour) || endsPhrase(scope, n[3]),
        let part = DayPart(rawValue: n[0].number), let first = placed(n[1], part, needs: true)?.meaning,
        let meaning = hours(scope, first, last)
      else { return nil }
      return node(.timeRange, meaning)
    },
    // (from) monday to wednesday next week
    TimeRule([
      o(.from, .between), p(.weekday), p(.to, .dash, .and, .fromPost), p(.weekday), o(.untilPost, .betweenPost),
      p(.range),
    ]) { scope, n in
      guard n[2].category != .and || n[0].category == .between, let week = n[5].meaning, week.shape.contains(.week),
        week.shape.contains(.whole), week.modifier == nil, let from = week.readings.first?.from
      else { return nil }
      let first = scope.weekday(n[1].number, inWeekOf: Scope.date(from))
      let last = scope.weekday(n[3].number, inWeekOf: Scope.date(from))
      guard first < last else { return nil }
      let end = scope.policy.countsLastPeriod ? last.adding(days: 1) : last
      return node(.range, TimeMeaning([scope.span(first, end)], .day, .relative), score: 1)
    },
    // the 20th (day) next month
    TimeRule([p(.date), p(.dateWord), o(.post), p(.range)]) { scope, n in
      guard let date = n[0].meaning, date.shape.contains(.dayOnly), date.day > 0, let outer = n[3].meaning,
        outer.grain == .month, outer.shape.contains(.whole), outer.modifier == nil
      else { return nil }
      return dayOf(scope, outer, date.day)
    },
    // 22 (the word for a day of the month) tuesday
    TimeRule([p(.date), p(.dateWord), o(.comma), p(.weekday)]) { scope, n in
      guard let date = n[0].meaning, date.day > 0, date.weekday == 0, !date.shape.contains(.relative) else {
        return nil
      }
      guard date.shape.contains(.dayOnly) else { return node(.date, date.with { $0.weekday = n[3].number }) }
      return weekdayNumber(scope, n[3].number, date.day)
    },
    // the rest of the day
    TimeRule([p(.unit), o(.post), p(.rest)]) { scope, n in
      n[2].number == 1 && grain(n[0]) == .day && n[0].kind != .plural ? restOfToday(scope) : nil
    },
  ]
}
