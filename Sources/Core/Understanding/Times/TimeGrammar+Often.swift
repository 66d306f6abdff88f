import Time

/// More of what repeats: days between two ends, hours and parts before what repeats, days that are left out.
extension TimeGrammar {
  static let oftenMore: [TimeRule] = [
    // monday to friday every day at 9; mon se fri roz
    TimeRule([
      p(.weekday), p(.to, .dash, .fromPost), p(.weekday), o(.untilPost, .beforePost), o(.comma), p(.set),
    ]) { scope, n in
      guard isDaily(n[5]), !scope.follows(n[0], [.between, .this, .next, .last, .dash]) else { return nil }
      return between(n[0].number, n[2].number, n[5])
    },
    // every day (from) monday to friday
    TimeRule([p(.set), o(.comma), o(.from, .on), p(.weekday), p(.to, .dash, .fromPost), p(.weekday), o(.untilPost)]) {
      scope, n in
      guard isDaily(n[0]), !scope.follows(n[3], [.this, .next, .last]) else { return nil }
      return between(n[3].number, n[5].number, n[0])
    },
    // 8 am and 8 pm daily
    TimeRule([p(.time), p(.and, .comma), p(.set)]) { scope, n in
      guard scope.policy.joinsExpressions, let time = n[0].meaning, let set = n[2].meaning?.set, !set.times.isEmpty,
        set.times.count < 12, !set.isPart, set.unit >= .day,
        !time.shape.contains(.bareHour) || scope.follows(n[0], [.at]), let from = time.readings.first?.from
      else { return nil }
      return changed(n[2]) { $0.times.insert(from, at: 0) }
    },
    // morning and night; subah-shaam; kaalaiyum maalaiyum
    TimeRule([p(.part), p(.and, .dash), p(.part), o(.and)]) { scope, n in
      guard scope.policy.joinsExpressions, n[0].number != n[2].number, n[0].kind == .plain, n[2].kind == .plain,
        n[1].category == .and || scope.areGlued([n[1], n[2]]),
        !scope.follows(
          n[0], [.day, .dayEither, .weekday, .this, .next, .last, .date, .month, .integer, .ordinal, .in]),
        let first = DayPart(rawValue: n[0].number), let last = DayPart(rawValue: n[2].number),
        first.minutes < last.minutes
      else { return nil }
      var set = TimeSet(unit: .day, times: [Int64(first.minutes) * 60, Int64(last.minutes) * 60])
      (set.isPart, set.timex) = (false, "P1D")
      return made(set)
    },
    TimeRule([p(.set), p(.set)]) { scope, n in
      // daily (of) morning and night
      guard isDaily(n[0]), n[0].meaning?.set?.times.isEmpty == true, let set = n[1].meaning?.set, set.unit == .day,
        set.count == 1, set.times.count > 1
      else { return nil }
      return changed(n[0]) { $0.times = set.times }
    },
    // daily kaalaiyilum maalaiyilum: the joint stands behind both
    TimeRule([p(.set), p(.and), p(.part), p(.and)]) { scope, n in
      guard scope.policy.joinsExpressions, let set = n[0].meaning?.set, set.times.count == 1, set.isPart,
        let part = DayPart(rawValue: n[2].number)
      else { return nil }
      return changed(n[0]) { ($0.times, $0.isPart) = ($0.times + [Int64(part.minutes) * 60], false) }
    },
    // except sunday every day
    TimeRule([p(.except), o(.on), p(.weekday, .weekdays, .unit), o(.comma), p(.set)]) { _, n in without(n[4], n[2]) },
    // every day sunday except, as Hindi and Tamil say it
    TimeRule([p(.set), o(.comma), p(.weekday, .weekdays, .unit), o(.post), p(.except)]) { _, n in without(n[0], n[2]) },
    // every day at 9 from monday
    TimeRule([p(.set), o(.comma), p(.from), o(.on), p(.date)]) { scope, n in
      guard scope.policy.joinsExpressions, let set = n[0].meaning?.set, set.start == nil, set.unit >= .day,
        let date = n[4].meaning, !date.isPart, !scope.precedes(n[4], [.to, .dash]),
        let from = date.readings.compactMap(\.from).first(where: { $0 >= scope.todaySeconds })
      else { return nil }
      return changed(n[0]) { $0.start = from }
    },
    // every week (on) sunday
    TimeRule([p(.set), o(.on), p(.weekday)]) { scope, n in
      guard scope.policy.joinsExpressions || !n[1].isAbsent, let set = n[0].meaning?.set, set.unit == .week,
        set.weekdays.isEmpty, set.timesAPeriod == nil, set.times.isEmpty
      else { return nil }
      // "vaara" is spelled like "varra", the coming one
      var node = changed(n[0]) { ($0.weekdays, $0.timex) = ([n[2].number], "XXXX-WXX-\(n[2].number)") }
      node?.score += 2
      return node
    },
    // the next 5 days every day; daily for the next 5 days
    TimeRule([o(.for), p(.range), o(.post, .untilPost), o(.comma), p(.set)]) { scope, n in counted(scope, n[1], n[4]) },
    TimeRule([p(.set), o(.comma), o(.for), o(.the), p(.range)]) { scope, n in counted(scope, n[4], n[0]) },
    // every last day of the month
    TimeRule([p(.every), p(.last), p(.unit), o(.of), o(.the), p(.unit)]) { _, n in
      grain(n[2]) == .day && grain(n[5]) == .month ? monthly(-1) : nil
    },
    // the month's every 1st (day)
    TimeRule([p(.unit), o(.post, .hence), p(.every), p(.integer, .ordinal), o(.dateWord)]) { scope, n in
      guard grain(n[0]) == .month, n[0].kind != .plural, let day = dayNumber(n[3]),
        !n[4].isAbsent || n[3].category == .ordinal
      else { return nil }
      return monthly(day)
    },
    // a month one time: "மாதம் ஒரு முறை"
    TimeRule([p(.unit), p(.once)]) { scope, n in
      guard let unit = grain(n[0]), unit == .week || unit == .month || unit == .year, n[0].kind == .plain,
        !scope.follows(n[0], [.this, .next, .last, .integer, .every, .a, .quantity])
      else { return nil }
      return often(n[1].number, unit)
    },
    // every day three times
    TimeRule([p(.set), p(.once)]) { _, n in repeated(n[0], n[1].number) },
    TimeRule([p(.set), p(.integer), p(.times)]) { _, n in repeated(n[0], n[1].number) },
  ]

  private static func isDaily(_ node: TimeNode) -> Bool {
    guard let set = node.meaning?.set else { return false }
    return set.unit == .day && set.count == 1 && set.weekdays.isEmpty && set.timesADay == nil
  }

  private static func between(_ first: Int, _ last: Int, _ set: TimeNode) -> TimeNode? {
    guard first != last else { return nil }
    var days = [first]
    while let day = days.last, day != last { days.append(day % 7 + 1) }
    // "until friday" alone would be the end of it
    var node = changed(set) { ($0.unit, $0.weekdays) = (.week, days) }
    node?.score += 1
    return node
  }

  private static func repeated(_ node: TimeNode, _ times: Int) -> TimeNode? {
    guard (2...12).contains(times), isDaily(node), node.meaning?.set?.times.isEmpty == true else { return nil }
    return changed(node) { $0.timesADay = times }
  }

  /// So many days ahead, every one of them.
  private static func counted(_ scope: Scope, _ range: TimeNode, _ node: TimeNode) -> TimeNode? {
    guard scope.policy.joinsExpressions, let meaning = range.meaning, meaning.shape.contains(.relative),
      meaning.rangeTimex != nil, meaning.modifier == nil, let set = node.meaning?.set, set.occurrences == nil,
      set.until == nil, set.unit == .day, let reading = meaning.readings.first, let from = reading.from,
      let to = reading.to, from >= scope.todaySeconds, (to - from) / 86_400 < 400
    else { return nil }
    return changed(node) { $0.occurrences = Int((to - from) / 86_400) }
  }
}
