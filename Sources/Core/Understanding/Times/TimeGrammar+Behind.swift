import Time

/// More of what Hindi and Tamil say behind: days counted from others, hours that last, what is skipped.
extension TimeGrammar {
  static let behind: [TimeRule] = [
    // of may the eleventh (day); this month's 31-on
    TimeRule([p(.range), o(.post), p(.integer, .ordinal)]) { scope, n in
      guard let day = dayNumber(n[2]), let outer = n[0].meaning, outer.grain == .month, outer.modifier == nil,
        !n[1].isAbsent || scope.precedes(n[2], [.dateWord]) || post(scope, behind: n[2]) == 5,
        n[2].category == .ordinal && !scope.precedes(n[2], [.unit, .weekday, .part])
          || scope.precedes(n[2], [.dateWord])
          || n[2].digits > 0 && scope.standsAlone(n[2]) && post(scope, behind: n[2]) == 5
      else { return nil }
      return dayOf(scope, outer, day)
    },
    // this month 4 to 22 (day) until
    TimeRule([
      p(.range), o(.post), p(.integer), p(.fromPost, .dash), p(.integer), p(.dateWord), o(.untilPost, .betweenPost),
    ]) { scope, n in
      guard n[3].category == .dash || !n[6].isAbsent, let first = dayNumber(n[2]), let last = dayNumber(n[4]),
        first < last, let outer = n[0].meaning, outer.grain == .month, outer.modifier == nil
      else { return nil }
      return days(first, last, ofMonth: outer, scope)
    },
    // today's two days after; the day after tomorrow's one week before
    TimeRule([p(.date), p(.post), p(.duration), p(.hence, .ago)]) { scope, n in
      guard n[1].number == 0, let date = n[0].meaning, !date.isPart, let length = n[2].meaning, length.modifier == nil,
        !length.grain.isClock
      else { return nil }
      let sign = n[3].category == .ago ? -1 : 1
      return counted(scope, date, length.length, sign).map { node(.date, $0, score: 2) }
    },
    // 2011-of two years after; 2015-from one year before
    TimeRule([p(.range), p(.post, .fromPost, .afterPost), p(.duration), p(.hence, .ago)]) { scope, n in
      guard n[1].category != .post || n[1].number == 0, let outer = n[0].meaning, outer.modifier == nil,
        outer.shape.contains(.year), !outer.shape.contains(.relative), let length = n[2].meaning,
        length.modifier == nil, !length.grain.isClock
      else { return nil }
      return counted(scope, outer, length.length, n[3].category == .ago ? -1 : 1).map { node(.date, $0, score: 2) }
    },
    // two weeks later monday
    TimeRule([p(.date), p(.weekday)]) { scope, n in
      guard let date = n[0].meaning, date.length.count == 1, date.length[0].unit == .week,
        let from = date.readings.first?.from
      else { return nil }
      let day = scope.weekday(n[1].number, inWeekOf: Scope.date(from))
      return node(.date, TimeMeaning([scope.dateReading(Scope.seconds(day))], .day, .relative))
    },
    // this year's last three weeks, last year's first ten days
    TimeRule([p(.range), p(.post), p(.last, .ordinal), p(.quantity), p(.unit)]) { scope, n in
      guard let unit = grain(n[4]), unit >= .day, n[2].category == .last || n[2].number == 1,
        let outer = n[0].meaning?.readings.first, let from = outer.from, let to = outer.to
      else { return nil }
      let length = [(Double(n[3].number) / 1_000, unit)]
      if n[2].category == .ordinal {
        return node(.range, TimeMeaning([.init(from, scope.moved(from, by: length, 1))], unit))
      }
      let end = Scope.seconds(unit == .week ? scope.startOfWeek(Scope.date(to)) : Scope.date(to))
      return node(.range, TimeMeaning([.init(scope.moved(end, by: length, -1), end)], unit))
    },
    // (every) month-of the first monday
    TimeRule([p(.unit, .set), p(.post, .hence), p(.ordinal, .last), p(.weekday)]) { scope, n in
      let set = n[0].meaning?.set
      guard scope.policy.joinsExpressions,
        set.map({ $0.unit == .month && $0.count == 1 && $0.weekdays.isEmpty })
          ?? (grain(n[0]) == .month && n[0].kind != .plural
            && !scope.follows(n[0], [.this, .next, .last, .upcoming, .integer])),
        n[2].category == .last || (1...5).contains(n[2].number)
      else { return nil }
      return ordinal(n[2].category == .last ? -1 : n[2].number, n[3])
    },
    // tomorrow-after-being day
    TimeRule([p(.date), p(.afterPost, .beforePost), o(.post), p(.unit)]) { scope, n in
      guard n[1].number == 0, grain(n[3]) == .day, n[3].kind != .plural, let date = n[0].meaning, !date.isPart else {
        return nil
      }
      return counted(scope, date, [(1, .day)], n[1].category == .afterPost ? 1 : -1).map { node(.date, $0, score: 1) }
    },
    // now-from two sundays later; next two mondays later
    TimeRule([p(.date, .now), p(.fromPost, .afterPost), p(.integer), p(.weekday), p(.hence, .ago)]) { scope, n in
      guard n[0].category == .now || n[0].meaning?.shape.contains(.today) == true else { return nil }
      return weekdays(scope, n[2].number, n[3].number, n[4].category == .hence)
    },
    TimeRule([p(.next), p(.integer), p(.weekday), p(.hence)]) { scope, n in
      weekdays(scope, n[1].number, n[2].number, true)
    },
    // the next's next week, the one after the next month
    TimeRule([p(.next, .last), p(.post, .afterPost, .beforePost, .to), o(.next, .last), o(.post), p(.unit)]) {
      scope, n in
      guard n[1].category != .post && n[1].category != .to || n[2].category == n[0].category, n[4].kind != .plural,
        let unit = grain(n[4]),
        unit >= .day
      else { return nil }
      let step = n[0].category == .next ? 2 : -2
      guard unit == .day else { return whole(scope, unit, step, score: 1) }
      let day = scope.dateReading(Scope.seconds(scope.today.adding(days: step)))
      return node(.date, TimeMeaning([day], .day, .relative))
    },
    // now-from 15 november until
    TimeRule([p(.now), p(.fromPost), o(.and), p(.date, .range), o(.post), p(.untilPost, .betweenPost)]) { scope, n in
      var today = node(.date, TimeMeaning([scope.dateReading(scope.todaySeconds)], .day, [.relative, .today]))
      (today.start, today.end) = (n[0].start, n[0].end)
      return between(scope, today, n[3], isLead: true)
    },
    TimeRule([p(.now), p(.fromPost), p(.time, .moment), o(.post), p(.untilPost, .betweenPost)]) { scope, n in
      guard let last = n[2].meaning else { return nil }
      let now = TimeMeaning([momentReading(scope.nowSeconds, .second)], .second, .relative)
      return n[2].category == .time ? sameDay(scope, now, last) : spanning(scope, now, last, score: 0)
    },
    // this year today until
    TimeRule([p(.range), p(.date), p(.untilPost)]) { scope, n in
      guard let outer = n[0].meaning, outer.shape.contains(.whole), n[1].meaning?.shape.contains(.today) == true,
        let from = outer.readings.first?.from, from < scope.todaySeconds
      else { return nil }
      return node(.range, TimeMeaning([scope.span(Scope.date(from), scope.today)], .day, .relative))
    },
    // tomorrow-from less than 3 days
    TimeRule([p(.date), p(.fromPost, .afterPost), p(.duration)]) { scope, n in
      guard let date = n[0].meaning, !date.isPart, let length = n[2].meaning, length.modifier == .less,
        !length.grain.isClock
      else { return nil }
      return lasting(scope, date, length)
    },
    // 9:30-from 7 hours(-for); tomorrow 9-from 2 hours
    TimeRule([p(.time), p(.fromPost), p(.duration), o(.post)]) { scope, n in
      guard n[3].isAbsent || n[3].number == 1, !scope.precedes(n[2], [.ago, .hence, .lessPost, .morePost]),
        !scope.follows(n[0], [.part])
      else { return nil }
      return lasting(scope, n[0], n[2])
    },
    TimeRule([p(.moment), p(.fromPost), p(.duration), o(.post)]) { scope, n in
      guard n[3].isAbsent || n[3].number == 1, !scope.precedes(n[2], [.ago, .hence, .lessPost, .morePost]),
        let start = n[0].meaning, let length = n[2].meaning, length.modifier == nil
      else { return nil }
      return lastingMoment(scope, start, length)
    },
    // today's remaining time
    TimeRule([p(.date), o(.post), p(.rest)]) { scope, n in
      n[2].number == 1 && n[0].meaning?.shape.contains(.today) == true ? restOfToday(scope) : nil
    },
    // the middle of next week, said like "between"
    TimeRule([p(.range), p(.betweenPost)]) { scope, n in
      guard n[1].number == 0, let outer = n[0].meaning, outer.shape.contains(.whole), outer.modifier == nil else {
        return nil
      }
      return part(scope, .mid, outer)
    },
    // sava ghanta: an hour and a quarter
    TimeRule([p(.added)]) { scope, n in
      guard n[0].number == 250, scope.precedes(n[0], [.unit]) else { return nil }
      return TimeNode(start: 0, end: 0, category: .quantity, number: 1_250)
    },
    // sava baje: a quarter past one
    TimeRule([p(.added), p(.oclock)]) { _, n in
      n[1].number == 0 && n[0].number == 250 ? quarters(1_250) : nil
    },
    // ten forty-five-for, eleven five-at
    TimeRule([p(.integer), p(.integer)]) { scope, n in
      guard n[0].digits == 0, n[1].digits == 0, (1...12).contains(n[0].number), n[1].number != n[0].number + 1,
        let post = post(scope, behind: n[1]), post == 3 || post == 1 && n[1].number >= 10,
        (5...59).contains(n[1].number)
      else { return nil }
      return time(n[0].number, n[1].number, nil, isOpen: true)
    },
    // 2008 year
    TimeRule([p(.integer), p(.unit)]) { scope, n in
      guard n[0].digits == 4, (1_900...2_100).contains(n[0].number), grain(n[1]) == .year, n[1].kind != .plural else {
        return nil
      }
      return yearRange(scope, n[0].number)
    },
    // one friday skipped, two days skipped: every other friday, every third day
    TimeRule([p(.integer), p(.weekday, .unit), p(.skipping)]) { _, n in
      guard (1...30).contains(n[0].number) else { return nil }
      if n[1].category == .weekday { return weekly(n[0].number + 1, [n[1].number]) }
      return grain(n[1]).flatMap { $0 >= .day ? every(n[0].number + 1, $0) : nil }
    },
    // sunday except every day
    TimeRule([p(.weekday, .weekdays, .unit), o(.post), p(.except), o(.comma), p(.set)]) { _, n in
      without(n[4], n[0])
    },
    // Tamil: tomorrow-from
    TimeRule([p(.date, .moment), p(.fromPost)]) { scope, n in
      guard n[1].length == 0, let inner = n[0].meaning, !inner.shape.contains(.openRange), !inner.isPart else {
        return nil
      }
      let made = limited(scope, TimeNode(start: n[1].start, end: n[1].end, category: .after, number: 1), n[0], inner)
      return made.map { node($0.category, $0.meaning ?? inner, score: 1) }
    },
    // Tamil: two days-to before, after; diwali-to before; diwali-to two days before
    TimeRule([p(.duration), p(.toPost), p(.ago, .hence)]) { scope, n in
      moved(scope, n[0], n[2].category == .ago ? -1 : 1)
    },
    TimeRule([p(.date, .range, .time, .moment), p(.toPost), p(.ago, .hence)]) { scope, n in
      guard let inner = n[0].meaning, !inner.shape.contains(.openRange), !inner.isPart || inner.shape.contains(.month)
      else { return nil }
      let word = TimeNode(
        start: n[2].start, end: n[2].end, category: n[2].category == .ago ? .before : .after)
      return limited(scope, word, n[0], inner)
    },
    TimeRule([p(.date), p(.toPost), p(.duration), o(.toPost), p(.ago, .hence)]) { scope, n in
      guard let date = n[0].meaning, !date.isPart, let length = n[2].meaning, length.modifier == nil,
        !length.grain.isClock
      else { return nil }
      return counted(scope, date, length.length, n[4].category == .ago ? -1 : 1).map { node(.date, $0, score: 2) }
    },
    // Tamil: two days-to one time; four hours-to one time
    TimeRule([p(.duration), p(.toPost, .post, .hence), p(.once)]) { _, n in often(n[0], n[2].number) },
    TimeRule([p(.duration), p(.toPost, .post, .hence), p(.integer), p(.times)]) { _, n in often(n[0], n[2].number) },
    TimeRule([p(.unit), p(.toPost), p(.once)]) { _, n in grain(n[0]).flatMap { often(n[2].number, $0) } },
    TimeRule([p(.unit), p(.toPost), p(.integer), p(.times)]) { _, n in
      (1...24).contains(n[2].number) ? grain(n[0]).flatMap { often(n[2].number, $0) } : nil
    },
    // Tamil: seven and a half-to; nine o'clock ten minutes
    TimeRule([p(.amount), p(.toPost)]) { _, n in
      guard (1_000..<13_000).contains(n[0].number) else { return nil }
      return time(n[0].number / 1_000, n[0].number % 1_000 * 60 / 1_000, nil, isOpen: true)
    },
    TimeRule([p(.integer), p(.oclock), p(.integer), p(.unit)]) { scope, n in
      guard n[1].number == 0, (1...12).contains(n[0].number), (1...59).contains(n[2].number), grain(n[3]) == .minute,
        scope.sentence.tokens[n[1].start].script == .tamil || scope.sentence.folded(n[1].start) == "mani",
        !scope.words.contains(where: {
          $0.start == n[3].end && $0.length > 0 && [.ago, .hence, .afterPost, .beforePost].contains($0.category)
        })
      else { return nil }
      return time(n[0].number, n[2].number, nil, isOpen: true)
    },
    // the month of december, said "december month"
    TimeRule([p(.month), p(.unit)]) { scope, n in
      grain(n[1]) == .month && n[1].kind != .plural ? node(.range, monthRange(scope, n[0].number)) : nil
    },
    // every month-of the 5th day
    TimeRule([p(.set), o(.post), p(.integer, .ordinal)]) { scope, n in
      guard let set = n[0].meaning?.set, set.unit == .month, set.count == 1, set.weekdays.isEmpty, set.monthDay == nil,
        let day = dayNumber(n[2]),
        scope.precedes(n[2], [.dateWord]) || n[2].digits > 0 && post(scope, behind: n[2]) == 5
      else { return nil }
      return monthly(day)
    },
    // this month's end
    TimeRule([p(.this, .next, .last), p(.endOf)]) { scope, n in
      let step = n[0].category == .next ? 1 : n[0].category == .last ? -1 : 0
      guard let unit = grain(n[1]), unit > .day, let outer = whole(scope, unit, step)?.meaning else { return nil }
      return part(scope, .late, outer)
    },
    // until diwali every day, from monday every day: the ends stand before what repeats
    TimeRule([p(.range), o(.comma), p(.set)]) { scope, n in
      guard let range = n[0].meaning, range.shape.contains(.openRange) else { return nil }
      return bounded(scope, n[2], range)
    },
  ]

  /// "fever since monday", "சனியிலிருந்து காய்ச்சல்": the last one; not "starting monday", "monday onwards".
  static func looksBack(_ scope: Scope, _ word: TimeNode, _ meaning: TimeMeaning) -> Bool {
    guard scope.policy.joinsExpressions, meaning.readings.count > 1, !meaning.shape.contains(.ranked), word.end > 0
    else { return false }
    if scope.words.contains(where: { $0.start == word.start && $0.category == .since }) { return true }
    return meaning.shape.contains(.weekday)
      && !scope.words.contains { $0.start == word.start && $0.category == .after }
  }

  /// 1,250 is a quarter past one, 750 a quarter to it.
  static func quarters(_ thousandths: Int) -> TimeNode? {
    let hour = thousandths / 1_000
    return time(hour == 0 ? 12 : hour, thousandths % 1_000 * 60 / 1_000, nil, isOpen: true)
  }

  /// The number of the small word that stands behind: 1 "for", 3 "at", 5 "on".
  static func post(_ scope: Scope, behind node: TimeNode) -> Int? {
    guard scope.precedes(node, [.post]) else { return nil }
    return scope.words.last { $0.start == node.end && $0.category == .post }?.number
  }

  /// "(the 21st) day": one day, not several.
  static func isDayWord(_ scope: Scope, behind node: TimeNode) -> Bool {
    scope.words.contains {
      $0.start == node.end && $0.category == .unit && grain($0) == .day && $0.kind != .plural
    }
  }

  /// A day of a month of this year, of a named year, or of one that is open.
  static func dayOf(_ scope: Scope, _ month: TimeMeaning, _ day: Int) -> TimeNode? {
    guard let from = month.readings.first?.from else { return nil }
    let first = Scope.date(from)
    return month.shape.contains(.noYear)
      ? monthDay(scope, first.month, day) : fullDate(scope, first.year, first.month, day)
  }

  /// "once in two days" is every other day, "twice a day" is just that.
  private static func often(_ duration: TimeNode, _ times: Int) -> TimeNode? {
    guard let length = duration.meaning, length.modifier == nil, length.length.count == 1,
      let (count, unit) = length.length.first, count == count.rounded(), (1...400).contains(count)
    else { return nil }
    if count == 1, times > 1 || unit >= .day { return often(times, unit) }
    return times == 1 ? every(Int(count), unit) : nil
  }

  private static func counted(
    _ scope: Scope, _ date: TimeMeaning, _ length: [(count: Double, unit: TimeGrain)], _ sign: Int
  ) -> TimeMeaning? {
    let readings = weekdayAhead(date).compactMap {
      $0.from.map { scope.dateReading(scope.moved($0, by: length, sign)) }
    }
    // "kal" is two days: what was said of tomorrow comes first, unless the sentence tells of the past.
    let isRanked = date.shape == .relative && !scope.tellsOfThePast
    return readings.isEmpty ? nil : TimeMeaning(readings, .day, isRanked ? [.relative, .ranked] : .relative)
  }

  private static func weekdays(_ scope: Scope, _ count: Int, _ weekday: Int, _ isAhead: Bool) -> TimeNode? {
    guard (1...20).contains(count) else { return nil }
    let day = nearest(scope, weekday).adding(days: 7 * (isAhead ? count - 1 : -count))
    return node(.date, TimeMeaning([scope.dateReading(Scope.seconds(day))], .day, .relative), score: 1)
  }
}
