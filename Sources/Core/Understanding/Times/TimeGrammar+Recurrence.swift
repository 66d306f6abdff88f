import Time

/// What repeats.
extension TimeGrammar {
  static let recurrences: [TimeRule] = [
    // every day, each two days, every other week, every third month
    TimeRule([p(.every), o(.other, .integer, .ordinal), p(.unit)]) { _, n in
      guard let unit = grain(n[2]), let count = interval(n[1]) else { return nil }
      return every(count, unit)
    },
    TimeRule([p(.every), o(.other, .integer), p(.weekdays)]) { _, n in
      guard interval(n[1]) == 1 else { return nil }
      return workdays()
    },
    TimeRule([p(.weekdays)]) { _, n in n[0].kind == .plural ? workdays() : nil },
    // daily, weekly, fortnightly
    TimeRule([o(.every), p(.daily)]) { _, n in
      TimeGrain(rawValue: n[1].number % 100).flatMap { every(max(1, n[1].number / 100), $0) }
    },
    // weekends
    TimeRule([o(.on, .at), o(.the), p(.unit)]) { _, n in
      guard grain(n[2]) == .weekend, n[2].kind == .plural else { return nil }
      return every(1, .weekend, score: n[0].isAbsent && n[1].isAbsent ? 0 : -11)
    },
    // every monday, every other tuesday, on sundays
    TimeRule([p(.every), o(.other, .integer), p(.weekday)]) { _, n in
      // "dusra" is second, too.
      interval(n[1]).flatMap { weekly($0, [n[2].number], score: n[1].category == .other ? 1 : 0) }
    },
    // alternate mondays
    TimeRule([o(.on), p(.other), p(.weekday)]) { _, n in n[1].number == 1 ? weekly(2, [n[2].number], score: 1) : nil },
    TimeRule([o(.on), p(.weekday)]) { _, n in n[1].kind == .plural ? weekly(1, [n[1].number], score: 1) : nil },
    TimeRule([p(.set), p(.comma, .and), p(.weekday)]) { scope, n in joined(scope, n[0], [n[2].number]) },
    TimeRule([p(.set), p(.comma), p(.and), p(.weekday)]) { scope, n in joined(scope, n[0], [n[3].number]) },
    TimeRule([p(.set), p(.weekday)]) { scope, n in joined(scope, n[0], [n[1].number]) },
    // every morning; mornings
    TimeRule([p(.every), o(.other), p(.part)]) { _, n in
      guard let part = DayPart(rawValue: n[2].number), let count = interval(n[1]) else { return nil }
      return daily(count, part)
    },
    TimeRule([p(.part)]) { _, n in
      n[0].kind == .plural ? DayPart(rawValue: n[0].number).flatMap { daily(1, $0, score: 1) } : nil
    },
    // each 4/15, every 15 august, every christmas
    TimeRule([p(.every), o(.the), p(.date)]) { _, n in
      guard let date = n[2].meaning, date.shape.contains(.noYear), date.month > 0 else { return nil }
      return yearly(date.month, date.day)
    },
    // every year on 12 march
    TimeRule([p(.set), o(.on), o(.the), p(.date)]) { _, n in
      guard let set = n[0].meaning?.set, set.unit == .year, set.month == nil, let date = n[3].meaning,
        date.shape.contains(.noYear), date.month > 0
      else { return nil }
      return yearly(date.month, date.day)
    },
    // every 1st, the 5th of every month, 5th every month
    TimeRule([p(.every), p(.ordinal)]) { scope, n in
      guard dayNumber(n[1]) != nil, n[1].digits > 0 else { return nil }
      return monthly(n[1].number)
    },
    TimeRule([o(.on), o(.the), p(.ordinal, .last), o(.unit), o(.of), p(.every, .daily), o(.unit)]) { _, n in
      guard n[3].isAbsent || grain(n[3]) == .day,
        n[5].category == .daily ? grain(n[5]) == .month : grain(n[6]) == .month,
        n[5].category == .every || n[6].isAbsent
      else { return nil }
      if n[2].category == .last { return n[3].isAbsent ? nil : monthly(-1) }
      return dayNumber(n[2]).flatMap(monthly)
    },
    TimeRule([p(.set), o(.on), o(.the), p(.ordinal)]) { _, n in
      guard let set = n[0].meaning?.set, set.unit == .month, set.weekdays.isEmpty, set.monthDay == nil,
        let day = dayNumber(n[3]),
        !n[1].isAbsent || !n[2].isAbsent
      else { return nil }
      return changed(n[0]) {
        ($0.monthDays, $0.timex) = ([day], $0.timex == "P1M" ? "XXXX-XX-\(Scope.two(day))" : $0.timex)
      }
    },
    // the first monday of every month; of the month, where the person's habit says so
    TimeRule([
      o(.on), o(.the), p(.ordinal, .last), p(.weekday, .weekdays), o(.of, .in), p(.every, .the, .daily), o(.unit),
    ]) { scope, n in
      guard n[5].category == .daily ? grain(n[5]) == .month : grain(n[6]) == .month,
        n[5].category != .the || scope.policy.joinsExpressions && !n[4].isAbsent,
        n[2].category == .last || (1...5).contains(n[2].number)
      else { return nil }
      return ordinal(n[2].category == .last ? -1 : n[2].number, n[3])
    },
    TimeRule([p(.every), p(.ordinal, .last), p(.weekday), o(.of, .in), o(.the), o(.unit)]) { _, n in
      guard n[3].isAbsent ? n[5].isAbsent : grain(n[5]) == .month,
        n[1].category == .last || (1...5).contains(n[1].number)
      else { return nil }
      return ordinal(n[1].category == .last ? -1 : n[1].number, n[2])
    },
    // at 3pm every day, 6am everyday; every monday at 4; every morning at 7:30
    TimeRule([p(.set), o(.comma), o(.at, .around), p(.time)]) { scope, n in
      guard let time = n[3].meaning, !time.shape.contains(.bareHour) || n[2].category == .at || n[2].category == .around
      else { return nil }
      return timed(n[0], time)
    },
    TimeRule([p(.time), o(.comma), p(.set)]) { scope, n in
      guard let time = n[0].meaning, !time.shape.contains(.bareHour) || scope.follows(n[0], [.at]) else { return nil }
      // "noon 3 o'clock every day" is one hour
      if n[1].isAbsent, n[2].meaning?.set?.times.isEmpty == false, scope.follows(n[2], [.clock]) { return nil }
      return timed(n[2], time)
    },
    TimeRule([p(.set), p(.and, .comma), o(.at), p(.time)]) { scope, n in
      guard let set = n[0].meaning?.set, !set.times.isEmpty, scope.policy.joinsExpressions, let time = n[3].meaning
      else { return nil }
      return timed(n[0], time)
    },
    TimeRule([p(.set), o(.comma), o(.in, .at), o(.the), p(.part)]) { _, n in
      guard let part = DayPart(rawValue: n[4].number), let set = n[0].meaning?.set, set.times.isEmpty || set.isOpen
      else { return nil }
      return inPart(n[0], part)
    },
    TimeRule([p(.set), p(.and), p(.part)]) { scope, n in
      guard scope.policy.joinsExpressions, let part = DayPart(rawValue: n[2].number) else { return nil }
      return changed(n[0]) { $0.times.append(Int64(part.minutes) * 60) }
    },
    // every 2 hours from 8 to 20
    TimeRule([p(.set), p(.timeRange)]) { scope, n in
      guard let set = n[0].meaning?.set, set.unit == .hour || set.unit == .minute, scope.policy.joinsExpressions,
        let range = n[1].meaning?.readings.first, let from = range.from, let to = range.to
      else { return nil }
      return changed(n[0]) { $0.window = [from, to <= from ? to + 43_200 : to] }
    },
    // twice a day, 3 times a week, one a day
    TimeRule([p(.once), o(.a), o(.every), p(.unit, .daily)]) { _, n in
      guard !n[1].isAbsent || !n[2].isAbsent || n[3].category == .daily, let unit = grain(n[3]) else { return nil }
      return often(n[0].number, unit)
    },
    TimeRule([p(.integer), o(.times), p(.a, .every), p(.unit)]) { scope, n in
      guard n[0].number > 0, n[0].number <= 24, let unit = grain(n[3]),
        !n[1].isAbsent || n[2].category == .a && unit == .day, scope.standsAlone(n[0])
      else { return nil }
      return often(n[0].number, unit)
    },
    TimeRule([p(.integer), p(.times), p(.daily)]) { _, n in
      guard n[0].number > 0, n[0].number <= 24, let unit = grain(n[2]) else { return nil }
      return often(n[0].number, unit)
    },
    // daily except sunday and saturday
    TimeRule([p(.set), o(.comma), p(.except), o(.on), p(.weekday, .unit, .weekdays)]) { scope, n in without(n[0], n[4])
    },
    TimeRule([p(.set), p(.and, .comma), p(.weekday)]) { _, n in
      guard let set = n[0].meaning?.set, set.isExcept, !set.weekdays.isEmpty, set.times.isEmpty else { return nil }
      return without(n[0], n[2])
    },
    // until 5 march, for 5 days, from monday
    TimeRule([p(.set), o(.comma), p(.range)]) { scope, n in
      n[2].meaning.flatMap { bounded(scope, n[0], $0) }
    },
    TimeRule([p(.set), o(.comma), p(.for), p(.duration)]) { scope, n in repeated(scope, n[0], n[3]) },
  ]

  // MARK: Helpers

  private static func interval(_ node: TimeNode) -> Int? {
    if node.isAbsent { return 1 }
    if node.category == .other { return 2 }
    return (1...400).contains(node.number) ? node.number : nil
  }

  static func made(_ set: TimeSet, score: Int = 0) -> TimeNode {
    let meaning = TimeMeaning([.init(nil, nil, set.timex)], set.unit)
    meaning.set = set
    return node(.set, meaning, score: score)
  }

  static func changed(_ node: TimeNode, _ change: (inout TimeSet) -> Void) -> TimeNode? {
    guard var set = node.meaning?.set else { return nil }
    change(&set)
    return made(set, score: node.score)
  }

  static func every(_ count: Int, _ unit: TimeGrain, score: Int = 0) -> TimeNode? {
    var set = TimeSet(count: count * unit.base.count, unit: unit.base.unit)
    set.timex = timex([(Double(count), unit)])
    if unit == .weekend { (set.unit, set.weekdays) = (.week, [6, 7]) }
    return made(set, score: score)
  }

  static func workdays() -> TimeNode? {
    var set = TimeSet(unit: .week, weekdays: [1, 2, 3, 4, 5])
    set.timex = "P1WD"
    return made(set)
  }

  static func weekly(_ count: Int, _ weekdays: [Int], score: Int = 0) -> TimeNode? {
    var set = TimeSet(count: count, unit: .week, weekdays: weekdays)
    set.timex = "XXXX-WXX-\(weekdays[0])"
    return made(set, score: score)
  }

  private static func daily(_ count: Int, _ part: DayPart, score: Int = 0) -> TimeNode? {
    var set = TimeSet(count: count, unit: .day)
    set.times = [Int64(part.minutes) * 60]
    set.isPart = true
    set.timex = partRange(part)?.readings[0].fromTimex ?? "P1D"
    return made(set, score: score)
  }

  static func yearly(_ month: Int, _ day: Int) -> TimeNode? {
    var set = TimeSet(unit: .year)
    (set.month, set.monthDays) = (month, [day])
    set.timex = "XXXX-\(Scope.two(month))-\(Scope.two(day))"
    return made(set)
  }

  static func monthly(_ day: Int) -> TimeNode? {
    var set = TimeSet(unit: .month)
    set.monthDays = [day]
    set.timex = day > 0 ? "XXXX-XX-\(Scope.two(day))" : "P1M"
    return made(set)
  }

  static func ordinal(_ ordinal: Int, _ day: TimeNode) -> TimeNode? {
    var set = TimeSet(unit: .month)
    set.ordinals = [ordinal]
    set.weekdays = day.category == .weekdays ? [1, 2, 3, 4, 5] : [day.number]
    set.timex = "XXXX-XX-WXX-\(day.number)-#\(ordinal)"
    return made(set, score: 1)
  }

  static func often(_ times: Int, _ unit: TimeGrain) -> TimeNode? {
    var set = TimeSet(count: unit.base.count, unit: unit.base.unit)
    if times > 1, unit == .day { set.timesADay = min(times, 12) }
    if times > 1, set.unit == .week || set.unit == .month { set.timesAPeriod = times }
    set.timex = timex([(1, unit)])
    return made(set, score: 1)
  }

  private static func joined(_ scope: Scope, _ node: TimeNode, _ weekdays: [Int]) -> TimeNode? {
    guard scope.policy.joinsExpressions, let set = node.meaning?.set, set.unit == .week, !set.weekdays.isEmpty,
      set.weekdays.count < 7,
      set.times.isEmpty, !set.isExcept, set.ordinal == nil, !set.weekdays.contains(weekdays[0])
    else { return nil }
    return changed(node) { $0.weekdays += weekdays }
  }

  static func timed(_ node: TimeNode, _ time: TimeMeaning) -> TimeNode? {
    guard let set = node.meaning?.set, !set.unit.isClock, set.times.count < 12, let from = time.readings.first?.from
    else { return nil }
    return changed(node) {
      var second = from
      let isOpen = time.shape.contains(.openHour)
      if $0.isPart, let part = $0.times.first {
        // "every evening at 7"
        if isOpen {
          second = hour(
            from, in: part < 43_200 ? .morning : part < 64_800 ? .afternoon : part < 75_600 ? .evening : .night)
        }
        $0.times = []
        // the hour stands where the part of the day stood: XXXX-WXX-1TMO
        if $0.timex.count > 3, let cut = $0.timex.lastIndex(of: "T"),
          $0.timex[cut...].dropFirst().allSatisfy(\.isLetter)
        {
          $0.timex = String($0.timex[..<cut])
        }
      } else {
        $0.isOpen = isOpen
      }
      $0.isPart = false
      let isFirst = $0.times.isEmpty
      $0.times.append(second)
      guard isFirst else { return }
      let clock = clockTimex(second, time.grain)
      $0.timex =
        $0.timex.hasPrefix("XXXX")
        ? $0.timex + clock : $0.timex == "P1D" || $0.timex.hasPrefix("T") ? clock : $0.timex + clock
    }
  }

  static func inPart(_ node: TimeNode, _ part: DayPart) -> TimeNode? {
    changed(node) {
      guard let first = $0.times.first else {
        $0.times = [Int64(part.minutes) * 60]
        $0.isPart = true
        $0.timex = ($0.timex == "P1D" ? "" : $0.timex) + (partRange(part)?.readings[0].fromTimex ?? "")
        return
      }
      $0.times[0] = hour(first, in: part)
      $0.isOpen = false
    }
  }

  /// A recurrence that begins or ends somewhere.
  static func bounded(_ scope: Scope, _ set: TimeNode, _ range: TimeMeaning) -> TimeNode? {
    guard scope.policy.joinsExpressions,
      let reading = range.readings.max(by: { ($0.from ?? $0.to ?? 0) < ($1.from ?? $1.to ?? 0) })
    else { return nil }
    switch range.modifier {
    case .until, .before:
      return reading.to.flatMap { to in
        changed(set) { $0.until = range.modifier == .until && !range.endsPeriod ? to : to - 86_400 }
      }
    case .since: return reading.from.flatMap { from in changed(set) { $0.start = from } }
    default: return nil
    }
  }

  /// A recurrence that ends after so many days.
  static func repeated(_ scope: Scope, _ set: TimeNode, _ duration: TimeNode) -> TimeNode? {
    guard scope.policy.joinsExpressions, let length = duration.meaning, length.length.count == 1,
      let (count, unit) = length.length.first,
      unit >= .day, count == count.rounded(), count >= 1, count * unit.seconds < 400 * 86_400
    else { return nil }
    return changed(set) { $0.occurrences = Int(count * unit.seconds / 86_400) }
  }

  static func without(_ node: TimeNode, _ day: TimeNode) -> TimeNode? {
    guard let set = node.meaning?.set,
      set.unit == .day && set.count == 1 || set.isExcept || set.unit == .week && set.weekdays.count > 1
    else { return nil }
    let shut: [Int]
    switch day.category {
    case .weekday: shut = [day.number]
    case .weekdays: shut = [1, 2, 3, 4, 5]
    default: shut = grain(day) == .weekend ? [6, 7] : []
    }
    let all = set.unit == .week ? set.weekdays : Array(1...7)
    let left = all.filter { !shut.contains($0) }
    guard !shut.isEmpty, !left.isEmpty, left.count < all.count else { return nil }
    return changed(node) {
      (($0.count, $0.unit), $0.weekdays, $0.isExcept) = ((1, .week), left, true)
    }
  }
}

extension TimeSet {
  /// For the resolver, which knows the calendar and the person's usual hours.
  var draft: TimeDraft? {
    var draft = TimeDraft()
    guard let unit = TimeUnit(name: "\(unit)") else { return nil }
    draft.every = (count, unit)
    draft.weekdays = weekdays
    draft.ordinals = ordinals
    if let month, let monthDay { draft.date = (nil, month, monthDay) } else { draft.monthDays = monthDays }
    draft.clocks = times.map { TimeDraft.Clock(minutes: Int($0 / 60), isOpen: isOpen && $0 >= 3_600 && $0 < 46_800) }
    draft.timesADay = timesADay
    draft.timesAPeriod = timesAPeriod
    if window.count == 2 { draft.window = (Int(window[0] / 60), Int(window[1] / 60)) }
    if let until {
      let date = TimeGrammar.Scope.date(until)
      var day = TimeDraft()
      day.date = (date.year, date.month, date.day)
      draft.until = [day]
    }
    draft.count = occurrences
    if let start, draft.date == nil, unit != .year {
      let date = TimeGrammar.Scope.date(start)
      draft.date = (date.year, date.month, date.day)
    }
    return draft
  }
}
