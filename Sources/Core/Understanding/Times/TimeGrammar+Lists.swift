import Time

/// Several days said one after the other, and lengths of which both ends were said.
extension TimeGrammar {
  static let lists: [TimeRule] = [
    // mon wed fri; mon, wed and fri; tue/thu; mon-wed-fri
    TimeRule([p(.weekday, .dayList), o(.comma, .slash, .dash), o(.and), p(.weekday)]) { scope, n in
      let known = n[0].category == .dayList ? n[0].meaning?.set?.weekdays ?? [] : [n[0].number]
      // Two with a dash are a range.
      let isRange = n[1].category == .dash && n[0].category == .weekday
      guard scope.policy.joinsExpressions, !known.contains(n[3].number), n[1].category != .dash || n[2].isAbsent,
        !n[0].isRange || n[1].category == .dash
      else { return nil }
      var set = TimeSet(unit: .week, weekdays: known + [n[3].number])
      set.timex = "XXXX-WXX-\(set.weekdays[0])"
      return list(.dayList, set, isRange ? isDashed : 0)
    },
    TimeRule([o(.on), p(.dayList), o(.post)]) { scope, n in
      guard !n[1].isRange, let set = n[1].meaning?.set, isBare(scope, n[0].isAbsent ? n[1] : n[0], n[1]) else {
        return nil
      }
      let node = made(set)
      // "monday and tuesday" may be those of this week; with an hour, or three of them, they are of every week.
      node.meaning?.isPart = set.weekdays.count == 2
      return node
    },
    // mon wed fri 6
    TimeRule([p(.set), p(.time)]) { scope, n in
      guard let set = n[0].meaning?.set, set.unit == .week, set.weekdays.count > 1, set.times.isEmpty,
        let time = n[1].meaning, time.shape.contains(.bareHour), endsSentence(scope, n[1])
      else { return nil }
      return timed(n[0], time)
    },
    // mon to fri at 6, mon-fri 6pm
    TimeRule([
      p(.weekday), p(.to, .dash, .fromPost), p(.weekday), o(.untilPost, .beforePost), o(.comma), o(.at), p(.time),
    ]) { scope, n in
      guard scope.policy.joinsExpressions, !scope.follows(n[0], [.from, .between, .dash, .this, .next, .last]),
        n[0].number != n[2].number, let time = n[6].meaning,
        !time.shape.contains(.bareHour) || !n[5].isAbsent && endsPhrase(scope, n[6]),
        !scope.precedes(n[6], [.to, .dash, .fromPost, .untilPost])
      else { return nil }
      var days = [n[0].number]
      while let last = days.last, last != n[2].number { days.append(last % 7 + 1) }
      var set = TimeSet(unit: .week, weekdays: days)
      set.timex = "XXXX-WXX-\(days[0])"
      return timed(made(set), time)
    },
    // 3 times a week on mon, wed and fri; once a week on sunday
    TimeRule([p(.set), o(.comma), p(.on), p(.weekday, .dayList)]) { scope, n in
      guard scope.policy.joinsExpressions, !n[3].isRange, let set = n[0].meaning?.set, set.unit == .week,
        set.weekdays.isEmpty
      else { return nil }
      let days = n[3].category == .weekday ? [n[3].number] : n[3].meaning?.set?.weekdays ?? []
      return changed(n[0]) { ($0.weekdays, $0.timesAPeriod) = (days, nil) }
    },
    // the 1st and 3rd; 1st, 10th & 20th; 1 and 15; first and last
    TimeRule([p(.ordinal, .integer, .ordinals), o(.comma, .slash), o(.and), o(.the), p(.ordinal, .integer, .last)]) {
      scope, n in
      guard !n[1].isAbsent || !n[2].isAbsent, let last = n[4].category == .last ? -1 : dayNumber(n[4]) else {
        return nil
      }
      let known = n[0].category == .ordinals ? n[0].meaning?.set?.monthDays ?? [] : dayNumber(n[0]).map { [$0] } ?? []
      guard let before = known.last, before > 0, before < last || last < 0, known.count < 8 else { return nil }
      let isNumbers =
        n[4].category == .integer || n[0].category == .integer || n[0].category == .ordinals && n[0].number == isPlain
      return list(.ordinals, TimeSet(unit: .month, monthDays: known + [last]), isNumbers ? isPlain : 0)
    },
    // 1st and 3rd saturday, every 2nd and 4th saturday
    TimeRule([o(.on, .every), o(.the), p(.ordinals), p(.weekday)]) { scope, n in
      guard n[2].number != isPlain, let days = n[2].meaning?.set?.monthDays, days.allSatisfy({ $0 <= 5 }) else {
        return nil
      }
      var set = TimeSet(unit: .month, weekdays: [n[3].number], ordinals: days)
      set.timex = "XXXX-XX-WXX-\(n[3].number)-#\(days[0])"
      let node = made(set)
      // "of december": those of one month.
      node.meaning?.isPart = scope.precedes(n[3], [.of, .in, .this, .next])
      return node
    },
    TimeRule([p(.set), o(.of, .in), p(.every, .the, .daily), o(.unit)]) { scope, n in
      guard let set = n[0].meaning?.set, set.ordinals.count > 1, set.times.isEmpty,
        n[2].category == .daily ? grain(n[2]) == .month && n[3].isAbsent : grain(n[3]) == .month,
        n[2].category != .the || !n[1].isAbsent
      else { return nil }
      return made(set)
    },
    // 1st and 15th of every month, the 5th and 20th every month
    TimeRule([o(.on), o(.the), p(.ordinals), o(.dateWord), o(.of), p(.every, .daily), o(.unit)]) { _, n in
      guard n[5].category == .daily ? grain(n[5]) == .month && n[6].isAbsent : grain(n[6]) == .month else {
        return nil
      }
      return n[2].meaning?.set.flatMap { monthly($0.monthDays) }
    },
    // every month on the 1st and 15th; every month-of the 1 and 15 (day)
    TimeRule([p(.set, .unit), o(.on, .post), o(.the), p(.ordinals), o(.dateWord), o(.post)]) { scope, n in
      guard
        n[0].meaning?.set.map({ $0.unit == .month && $0.count == 1 && $0.weekdays.isEmpty && $0.monthDays.isEmpty })
          ?? (grain(n[0]) == .month && n[0].kind != .plural && !n[4].isAbsent
            && !scope.follows(n[0], [.this, .next, .last, .upcoming, .integer])),
        n[3].number != isPlain || !n[4].isAbsent
      else { return nil }
      return n[3].meaning?.set.flatMap { monthly($0.monthDays) }
    },
    // every 1st and 15th
    TimeRule([p(.every), o(.the), p(.ordinals)]) { scope, n in
      guard n[2].number != isPlain, !scope.precedes(n[2], [.weekday, .weekdays, .unit]) else { return nil }
      return n[2].meaning?.set.flatMap { monthly($0.monthDays) }
    },
    // 3 days a week; in a week 3 days, as Hindi and Tamil say it
    TimeRule([p(.duration), o(.in), p(.a, .every), p(.unit)]) { _, n in days(n[0], ofEach: n[3]) },
    TimeRule([p(.unit), o(.hence, .post, .toPost), p(.duration)]) { scope, n in
      guard !n[1].isAbsent, n[0].kind != .plural,
        !scope.follows(n[0], [.this, .next, .last, .upcoming, .integer, .rest, .all])
      else { return nil }
      return days(n[2], ofEach: n[0])
    },
    TimeRule([p(.unit), p(.hence, .post), p(.integer), p(.times)]) { _, n in
      (1...24).contains(n[2].number) ? grain(n[0]).flatMap { often(n[2].number, $0) } : nil
    },
  ]

  /// More of what people write on a phone.
  static let habits: [TimeRule] = [
    // once in 3 days, twice in a month
    TimeRule([p(.once), p(.in, .every), p(.duration)]) { scope, n in
      guard let (count, unit) = single(n[2]), count == count.rounded(), count > 1 || scope.policy.joinsExpressions,
        (1...400).contains(count)
      else { return nil }
      if n[0].number == 1 { return every(Int(count), unit) }
      return count == 1 ? often(n[0].number, unit) : nil
    },
    // every 4-6 hours: the longer, for what is taken too often harms
    TimeRule([p(.every), p(.duration)]) { _, n in
      guard let length = n[1].meaning, !length.low.isEmpty, let (count, unit) = length.length.first,
        count == count.rounded()
      else { return nil }
      return every(Int(count), unit)
    },
    // every 6 hours from 8 am
    TimeRule([p(.set), p(.from, .after), p(.time)]) { scope, n in
      guard scope.policy.joinsExpressions, n[1].category == .from || n[1].number == 1,
        let set = n[0].meaning?.set, set.unit == .hour || set.unit == .minute, set.times.isEmpty,
        let time = n[2].meaning, let from = time.readings.first?.from, !scope.precedes(n[2], [.to, .dash])
      else { return nil }
      return changed(n[0]) { ($0.times, $0.isOpen) = ([from], time.shape.contains(.openHour)) }
    },
    // every month end
    TimeRule([p(.every), p(.endOf)]) { _, n in grain(n[1]) == .month ? monthly([-1]) : nil },
    // after 2 hours, as India says "in 2 hours"
    TimeRule([p(.after), p(.duration)]) { scope, n in
      guard scope.policy.joinsExpressions, n[0].number == 0, n[1].meaning?.modifier == nil,
        !scope.precedes(n[1], [.of, .from, .after, .before])
      else { return nil }
      return moved(scope, n[1], 1)
    },
    // next working day
    TimeRule([p(.next), p(.weekdays)]) { scope, n in
      guard n[1].kind != .plural else { return nil }
      return node(.date, TimeMeaning([scope.dateReading(Scope.seconds(workday(scope.today, 1)))], .day, .relative))
    },
    // eod tomorrow, friday eod
    TimeRule([p(.endOf), p(.date)]) { scope, n in endOfDay(scope, n[0], n[1]) },
    TimeRule([p(.date), p(.endOf)]) { scope, n in endOfDay(scope, n[1], n[0]) },
  ]

  private static func endOfDay(_ scope: Scope, _ end: TimeNode, _ day: TimeNode) -> TimeNode? {
    guard grain(end) == .day, let date = day.meaning, !date.isPart else { return nil }
    let readings = date.readings.compactMap { $0.from.map { momentReading($0 + 86_399, .second) } }
    return readings.isEmpty ? nil : node(.moment, TimeMeaning(readings, .second, date.shape))
  }

  static let durationRanges: [TimeRule] = [
    // 20-30 minutes, 2 to 3 hours, two or three days
    TimeRule([p(.quantity), p(.to, .dash, .or, .fromPost), p(.quantity), p(.unit)]) { scope, n in
      guard n[0].number > 0, n[0].number < n[2].number, n[2].number < 1_000_000, !isTouched(scope, n[0]),
        !scope.isGlued(n[0]) || !scope.isDash(n[0].start - 1), n[3].kind != .weak || scope.isGlued(n[3]),
        n[1].category != .to || n[1].number == 0, let unit = grain(n[3])
      else { return nil }
      // "20 se 30 minute" could last from an hour, too
      return durationRange(
        (Double(n[0].number) / 1_000, unit), (Double(n[2].number) / 1_000, unit),
        score: n[1].category == .fromPost ? 1 : 0)
    },
    // two three days
    TimeRule([p(.integer), p(.integer), p(.unit)]) { scope, n in
      guard n[0].digits == 0, n[1].digits == 0, (1...9).contains(n[0].number), n[1].number == n[0].number + 1,
        scope.policy.joinsExpressions, let unit = grain(n[2])
      else { return nil }
      return durationRange((Double(n[0].number), unit), (Double(n[1].number), unit))
    },
    // half an hour to an hour
    TimeRule([p(.duration), p(.to, .dash, .or, .fromPost), p(.duration)]) { _, n in
      guard n[1].category != .to || n[1].number == 0, let low = single(n[0]), let high = single(n[2]),
        low.count * low.unit.seconds < high.count * high.unit.seconds
      else { return nil }
      return durationRange(low, high)
    },
    // an hour or two
    TimeRule([p(.duration), p(.or), p(.integer)]) { scope, n in
      guard let low = single(n[0]), low.count == 1, (2...3).contains(n[2].number), n[2].digits == 0,
        !scope.precedes(n[2], [.unit, .scale, .integer])
      else { return nil }
      return durationRange(low, (Double(n[2].number), low.unit))
    },
  ]

  // MARK: Helpers

  /// In the number of a list: bare numbers, that are days only where something says so.
  private static let isPlain = 1
  /// Two weekdays with a dash between.
  fileprivate static let isDashed = 1

  private static func list(_ category: TimeCategory, _ set: TimeSet, _ number: Int) -> TimeNode {
    let meaning = TimeMeaning([], set.unit)
    meaning.set = set
    meaning.isPart = true
    // What differs in its number alone would be taken for known.
    if number > 0 { meaning.shape.insert(.bareHours) }
    var node = node(category, meaning)
    node.number = number
    return node
  }

  /// No word beside says which week they are of, or that they are not meant.
  private static func isBare(_ scope: Scope, _ first: TimeNode, _ last: TimeNode) -> Bool {
    !scope.follows(first, [.this, .next, .last, .upcoming, .unit, .except, .from, .between, .or, .ordinal, .dash, .to])
      && !scope.precedes(last, [.this, .next, .last, .upcoming, .or, .to, .dash, .ordinal, .month])
  }

  private static func monthly(_ days: [Int]) -> TimeNode? {
    var set = TimeSet(unit: .month, monthDays: days)
    set.timex = "XXXX-XX-\(Scope.two(days.first ?? 1))"
    return made(set)
  }

  /// "3 days a week".
  private static func days(_ duration: TimeNode, ofEach unit: TimeNode) -> TimeNode? {
    guard let (count, day) = single(duration), day == .day, count == count.rounded(), let unit = grain(unit),
      unit == .week && (1...7).contains(count) || unit == .month && (1...15).contains(count)
    else { return nil }
    return often(Int(count), unit)
  }

  private static func single(_ node: TimeNode) -> (count: Double, unit: TimeGrain)? {
    guard let meaning = node.meaning, meaning.modifier == nil, meaning.low.isEmpty, meaning.length.count == 1 else {
      return nil
    }
    return meaning.length.first
  }

  private static func durationRange(
    _ low: (count: Double, unit: TimeGrain), _ high: (count: Double, unit: TimeGrain), score: Int = 0
  ) -> TimeNode? {
    let made = duration([high], score: score)
    made?.meaning?.low = [low]
    return made
  }
}

extension TimeNode {
  /// Of a list of weekdays: two with a dash, which are a range.
  fileprivate var isRange: Bool { category == .dayList && number == TimeGrammar.isDashed }
}
