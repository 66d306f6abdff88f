import Time

/// Hours of the day and parts of it.
extension TimeGrammar {
  static let clocks: [TimeRule] = [
    // 8:30, 7:56:35
    TimeRule([p(.integer), p(.colon), p(.integer)]) { scope, n in
      guard scope.areGlued([n[1], n[2]]), n[0].digits <= 2, n[2].digits == 2, n[0].digits > 0, n[0].number <= 24,
        n[2].number < 60,
        scope.standsBesideDashes(n[0].start, n[2].end),
        scope.symbol(n[0].start - 1) != UInt8(ascii: ":") || !scope.isGlued(n[0])
      else { return nil }
      return time(n[0].number, n[2].number, nil, isOpen: n[0].digits == 1 || n[0].number > 9)
    },
    TimeRule([p(.integer), p(.colon), p(.integer), p(.colon), p(.integer)]) { scope, n in
      guard scope.areGlued(Array(n[1...])), (1...2).contains(n[0].digits), n[2].digits == 2, n[4].digits == 2,
        n[0].number <= 24,
        n[2].number < 60, n[4].number < 60, scope.standsBesideDashes(n[0].start, n[4].end)
      else { return nil }
      return time(n[0].number, n[2].number, n[4].number, isOpen: n[0].digits == 1 || n[0].number > 9)
    },
    // 8.30 pm, at 8.30
    TimeRule([p(.integer), p(.dot), p(.integer)]) { scope, n in
      guard scope.areGlued([n[1], n[2]]), (1...2).contains(n[0].digits), n[2].digits == 2, n[0].number <= 24,
        n[2].number < 60,
        scope.standsBesideDashes(n[0].start, n[2].end), !scope.precedes(n[2], [.unit, .scale, .month])
      else { return nil }
      let made = time(n[0].number, n[2].number, nil, isOpen: true)
      // Marked by what stands beside it, or it is a price.
      made?.meaning?.isPart =
        !((1...23).contains(n[0].number) && scope.follows(n[0], [.at]) && endsPhrase(scope, n[2])
        && !scope.precedes(n[2], [.times]))
      return made
    },
    // 8pm, 1140 a.m., 715 ampm
    TimeRule([p(.integer), p(.am, .pm)]) { scope, n in
      // "5 am thethi" is the fifth day
      guard !scope.precedes(n[0], [.dateWord]), scope.standsBesideDashes(n[0]) || n[0].digits == 0,
        // "five a side"
        n[0].digits > 0 || scope.sentence.tokens[n[1].start].foldedSpan.count > 1 || n[1].length > 1,
        let (hour, minute) = hourMinute(n[0])
      else {
        return nil
      }
      return half(time(hour, minute, nil, isOpen: true), n[1])
    },
    // 9.am
    TimeRule([p(.integer), p(.dot), p(.am, .pm)]) { scope, n in
      guard scope.areGlued([n[1], n[2]]), n[0].digits > 0,
        scope.standsAlone(n[0].start, n[0].start) || !scope.isGlued(n[0]),
        let (hour, minute) = hourMinute(n[0])
      else { return nil }
      return half(time(hour, minute, nil, isOpen: true), n[2])
    },
    TimeRule([p(.time), p(.am, .pm)]) { scope, n in
      guard let time = n[0].meaning, !time.shape.contains(.bareHour),
        time.shape.contains(.openHour) || time.grain != .hour || n[1].category == .pm && scope.isDigital(n[0])
      else { return nil }
      return half(n[0], n[1])
    },
    // 16h30, at 16h
    TimeRule([p(.integer), p(.unit), p(.integer)]) { scope, n in
      guard isGluedHour(scope, n[0], n[1]), scope.isGlued(n[2]), n[2].digits == 2, n[2].number < 60,
        scope.standsBesideDashes(n[0].start, n[2].end)
      else { return nil }
      return time(n[0].number, n[2].number, nil, isOpen: false)
    },
    TimeRule([p(.at), p(.integer), p(.unit)]) { scope, n in
      isGluedHour(scope, n[1], n[2]) ? time(n[1].number, 0, nil, isOpen: false) : nil
    },
    // 7 o'clock, 1830 hours
    TimeRule([p(.integer), o(.dash), p(.oclock)]) { _, n in
      guard let (hour, minute) = hourMinute(n[0]), hour <= 24, n[2].number != 1 || n[0].digits == 4,
        n[1].isAbsent || n[2].number == 2
      else { return nil }
      let made = time(hour, minute, nil, isOpen: n[0].digits < 4)
      if n[2].number == 2 { made?.meaning?.modifier = .approx }
      return made
    },
    TimeRule([p(.time), p(.oclock)]) { _, n in
      guard let time = n[0].meaning, time.grain != .hour, n[1].number != 1 else { return nil }
      return node(.time, time.with { _ in })
    },
    // eight forty, ten forty five
    TimeRule([p(.integer), o(.dash), p(.integer)]) { scope, n in
      guard n[0].digits == 0 || n[0].digits <= 2 && scope.precedes(n[2], [.am, .pm]), n[2].digits == 0,
        (1...23).contains(n[0].number), (10...59).contains(n[2].number),
        !scope.precedes(n[2], [.unit, .scale])
      else { return nil }
      let made = time(n[0].number, n[2].number, nil, isOpen: true, score: -1)
      made?.meaning?.isPart = !scope.follows(n[0], hourLeads)
      return made
    },
    // twelve oh three
    TimeRule([p(.integer), o(.dash), p(.integer), o(.dash), p(.integer)]) { scope, n in
      guard n.allSatisfy({ $0.digits == 0 }), (1...12).contains(n[0].number), n[2].number == 0,
        (1...9).contains(n[4].number), n[1].isAbsent == n[3].isAbsent
      else { return nil }
      let made = time(n[0].number, n[4].number, nil, isOpen: true)
      made?.meaning?.isPart = !scope.follows(n[0], hourLeads) && !scope.precedes(n[4], [.am, .pm])
      return made
    },
    // quarter to noon
    TimeRule([o(.a), p(.half, .quarterHour, .integer), o(.unit), p(.past, .to, .before, .after), p(.clock)]) {
      scope, n in
      let minutes = n[1].category == .half ? 30 : n[1].category == .quarterHour ? 15 : n[1].number
      guard (1...59).contains(minutes), n[2].isAbsent || grain(n[2]) == .minute,
        n[1].category != .integer || !n[2].isAbsent || n[3].category == .past, !isQuarters(scope, n[1])
      else { return nil }
      let isPast = n[3].category == .past || n[3].category == .after
      let total = (n[4].number + (isPast ? minutes : -minutes) + 1_440) % 1_440
      return time(total / 60, total % 60, nil, isOpen: false)
    },
    // half past seven, quarter to 9, 20 minutes past eight, 10 past 9
    TimeRule([o(.a), p(.half, .quarterHour, .integer), o(.unit, .dash), p(.past, .to, .before, .after), p(.integer)]) {
      scope, n in
      guard n[2].category != .dash || n[1].category != .integer && scope.areGlued([n[2], n[3]]) else { return nil }
      let minutes = n[1].category == .half ? 30 : n[1].category == .quarterHour ? 15 : n[1].number
      guard (1...59).contains(minutes), n[2].category != .unit || grain(n[2]) == .minute,
        (1...12).contains(n[4].number),
        n[4].digits <= 2,
        !isClockLike(scope, n[4])
      else { return nil }
      let isPast = n[3].category == .past || n[3].category == .after
      if n[3].category == .after || n[3].category == .before, n[2].isAbsent, n[1].category == .integer { return nil }
      if !isPast, n[1].category == .integer, n[2].isAbsent,
        minutes % 5 != 0 || n[1].digits > 0 && scope.follows(n[1], [.from, .between])
      {
        return nil
      }
      if scope.precedes(n[4], [.unit, .scale, .month]) || scope.counts(n[4]) || isQuarters(scope, n[1]) { return nil }
      // "10 to 12 files"
      if !isPast, n[1].digits > 0, n[2].isAbsent, !endsPhrase(scope, n[4]), !scope.precedes(n[4], [.pm, .am]) {
        return nil
      }
      let total = n[4].number * 60 + (isPast ? minutes : -minutes)
      // "5 to 6 in the evening" is an hour sooner than five minutes before six.
      if n[1].digits > 0, n[2].isAbsent, n[3].category == .to, minutes < n[4].number,
        scope.precedes(n[4], [.in, .part, .partToday]) || scope.follows(n[1], [.part, .partToday])
          || isInPart(scope, n[4])
      {
        return nil
      }
      return time(total / 60 == 0 ? 12 : total / 60, total % 60, nil, isOpen: true)
    },
    TimeRule([p(.half), p(.integer)]) { scope, n in
      guard scope.follows(n[0], [.at]), (1...12).contains(n[1].number) else { return nil }
      return time(n[1].number, 30, nil, isOpen: true)
    },
    // noon, 12 midnight, lunchtime 12 o'clock
    TimeRule([p(.clock)]) { _, n in time(n[0].number / 60, n[0].number % 60, nil, isOpen: false) },
    TimeRule([p(.integer), p(.clock)]) { _, n in
      guard n[0].number == 12, n[1].number % 720 == 0 else { return nil }
      return time(n[1].number / 60, 0, nil, isOpen: false)
    },
    TimeRule([p(.time), p(.clock)]) { _, n in
      guard let open = n[0].meaning, open.shape.contains(.openHour), let from = open.readings.first?.from else {
        return nil
      }
      let hour = from % 43_200
      let noon: Int64 = n[1].number == 720 ? 43_200 : 0
      return clock(noon > 0 && hour / 3_600 >= 10 ? hour : noon + hour, open.grain)
    },
    TimeRule([p(.clock), o(.at, .comma), p(.time)]) { _, n in
      guard let open = n[2].meaning, open.shape.contains(.openHour), let from = open.readings.first?.from else {
        return nil
      }
      let hour = from % 43_200
      return clock(n[0].number == 720 ? hour / 3_600 >= 10 ? hour : 43_200 + hour : hour, open.grain)
    },
    // A number that is an hour where something says so.
    TimeRule([p(.integer)]) { scope, n in
      guard n[0].digits <= 2, n[0].number <= 24, !isClockLike(scope, n[0]), scope.standsBesideDashes(n[0]),
        !scope.precedes(n[0], [.unit, .scale, .times, .month, .suffix, .am, .pm, .oclock]), !scope.counts(n[0])
      else { return nil }
      let made = time(n[0].number, 0, nil, isOpen: true, score: -2)
      made?.meaning?.shape.insert(.bareHour)
      // "at 7"; "change the 3 pm appointment to 4"
      let isAim = scope.follows(n[0], [.to]) && scope.mentionsHour && endsSentence(scope, n[0])
      made?.meaning?.isPart =
        !(scope.standsAlone(n[0]) && (scope.follows(n[0], [.at]) && endsPhrase(scope, n[0]) || isAim))
      return made
    },
    // 1830, after "at"
    TimeRule([p(.integer)]) { scope, n in
      guard n[0].digits == 4, scope.follows(n[0], [.at]), scope.standsAlone(n[0]),
        let (hour, minute) = hourMinute(n[0]), hour < 24
      else { return nil }
      return time(hour, minute, nil, isOpen: false)
    },
    // five thirty in the night, 3 in the morning; in the night five thirty
    TimeRule([p(.time), o(.in, .at), o(.the), p(.part)]) { scope, n in
      guard n[3].kind != .plural else { return nil }
      return placed(
        n[0], DayPart(rawValue: n[3].number),
        needs: !n[1].isAbsent || !(n[0].meaning?.shape.contains(.bareHour) ?? true))
    },
    TimeRule([o(.in), o(.the), p(.part), o(.at, .comma, .around), p(.time)]) { _, n in
      guard n[4].meaning?.shape.contains(.bareHour) == false || n[3].category == .at || n[3].category == .around,
        n[2].kind != .plural
      else { return nil }
      return placed(n[4], DayPart(rawValue: n[2].number), needs: true)
    },
  ]

  // MARK: From hour to hour

  static let clockRanges: [TimeRule] = [
    // from 5 to 6 pm, between 9 and 10:30, 4pm till 5pm
    TimeRule([o(.from, .between), o(.at), p(.time, .clock), p(.to, .dash, .and), o(.at), p(.time)]) { scope, n in
      guard n[3].category != .and || n[0].category == .between,
        n[1].isAbsent || !n[0].isAbsent, let first = n[2].meaning, let last = n[5].meaning
      else { return nil }
      if isHyphen(scope, n[3]) { return nil }
      let isBare = first.shape.contains(.bareHour) && last.shape.contains(.bareHour)
      guard let meaning = hours(scope, first, last) else { return nil }
      meaning.isPart = isBare && n[0].isAbsent
      if isBare { meaning.shape.insert(.bareHours) }
      if n[3].category == .dash, !scope.standsAlone(n[2].start, n[5].end) { return nil }
      if isBare, n[0].isAbsent && scope.precedes(n[5], [.unit, .scale, .month]) || scope.counts(n[5]) { return nil }
      return node(.timeRange, meaning, score: isBare ? -3 : 0)
    },
    // 0730-0930, between 1130 and 1300
    TimeRule([
      o(.from, .between), p(.integer), p(.to, .dash, .and, .fromPost), p(.integer),
      o(.untilPost, .betweenPost, .oclock),
    ]) { scope, n in
      guard n[1].digits == 4, n[3].digits == 4, let (a, b) = hourMinute(n[1]), let (c, d) = hourMinute(n[3]),
        a < 24, c < 24, n[2].category != .and || n[0].category == .between || n[4].category == .betweenPost,
        n[1].number < 1_000 || n[3].number < 1_000
          || !(n[0].isAbsent && n[4].isAbsent) && !isYearLike(n[1]) && !isYearLike(n[3]),
        scope.standsAlone(n[1].start, n[3].end),
        let first = time(a, b, nil, isOpen: n[4].category != .oclock)?.meaning,
        let last = time(c, d, nil, isOpen: n[4].category != .oclock)?.meaning
      else { return nil }
      return hours(scope, first, last).map { node(.timeRange, $0) }
    },
    // from 5 to 6 in the afternoon, 10am to 12pm this morning
    TimeRule([p(.timeRange), o(.in, .at), o(.the), p(.part)]) { _, n in
      guard let range = n[0].meaning, !range.shape.contains(.part), let part = DayPart(rawValue: n[3].number) else {
        return nil
      }
      return placedRange(range, part)
    },
    // from 9 for 2.5 hours; for 3 hours from 10 am
    TimeRule([o(.from), p(.time), p(.for), p(.duration)]) { scope, n in
      guard !n[0].isAbsent || scope.policy.joinsExpressions && n[1].meaning?.shape.contains(.bareHour) == false else {
        return nil
      }
      return lasting(scope, n[1], n[3])
    },
    TimeRule([o(.for), p(.duration), p(.from, .at), p(.time)]) { scope, n in
      guard !n[0].isAbsent || n[2].category == .from else { return nil }
      return lasting(scope, n[3], n[1])
    },
    // morning, in the afternoon, early-evening, mornings
    TimeRule([o(.in), o(.the), o(.early, .mid, .late, .earlier, .later), o(.dash), p(.part)]) { scope, n in
      guard n[4].kind != .plural || !n[0].isAbsent || !n[2].isAbsent, n[0].isAbsent == n[1].isAbsent,
        let part = DayPart(rawValue: n[4].number), let meaning = partRange(part)
      else { return nil }
      if part == .midnight || part == .noon { return nil }
      switch n[2].category {
      case .early, .earlier: narrow(meaning, .start)
      case .late, .later: narrow(meaning, .end)
      case .mid: narrow(meaning, .mid)
      default: break
      }
      meaning.isPart = n[4].kind == .weak && !scope.follows(n[4], [.at, .before, .after, .by, .to])
      return node(.timeRange, meaning, score: n[0].isAbsent ? 0 : 1)
    },
    // later in the evening
    TimeRule([p(.early, .late, .earlier, .later), p(.in), o(.the), p(.part)]) { _, n in
      guard let part = DayPart(rawValue: n[3].number), let meaning = partRange(part) else { return nil }
      narrow(meaning, n[0].category == .early || n[0].category == .earlier ? .start : .end)
      return node(.timeRange, meaning, score: 1)
    },
    // early in the day
    TimeRule([p(.early, .late, .earlier, .later), p(.in), p(.the), p(.unit)]) { _, n in
      guard grain(n[3]) == .day, n[0].kind != .weak else { return nil }
      let isEarly = n[0].category == .early || n[0].category == .earlier
      let meaning = TimeMeaning([.init(isEarly ? 0 : 43_200, isEarly ? 43_200 : 86_399)], .hour, .part)
      meaning.modifier = isEarly ? .start : .end
      return node(.timeRange, meaning)
    },
    // lunch, dinner, business hours: `meal` is minutes of the day from × 10 000 + to
    TimeRule([o(.in), o(.the), p(.meal)]) { scope, n in
      // beside an hour it is no time of its own: "dinner on friday at 8"
      guard n[0].isAbsent == n[1].isAbsent, !scope.policy.joinsExpressions || !scope.saysHour else { return nil }
      let from = Int64(n[2].number / 10_000) * 60
      let meaning = TimeMeaning([.init(from, Int64(n[2].number % 10_000) * 60)], .hour, .part)
      meaning.isPart = n[2].kind == .weak
      return node(.timeRange, meaning)
    },
  ]

  // MARK: Helpers

  private static let hourLeads: CategorySet = [.at, .for, .by, .to, .before, .after, .from, .around, .on]

  static func time(_ hour: Int, _ minute: Int, _ second: Int?, isOpen: Bool, score: Int = 0) -> TimeNode? {
    guard hour <= 24, minute < 60, hour < 24 || minute == 0 else { return nil }
    let from = Int64(hour % 24 * 3_600 + minute * 60 + (second ?? 0))
    let isBoth = isOpen && (1...12).contains(hour)
    // Twelve is noon first.
    let readings = (isBoth ? hour == 12 ? [from, from - 43_200] : [from, from + 43_200] : [from]).map {
      TimeMeaning.Reading($0, nil, clockTimex($0, second != nil ? .second : minute > 0 ? .minute : .hour))
    }
    let meaning = TimeMeaning(readings, second != nil ? .second : minute > 0 ? .minute : .hour, isBoth ? .openHour : [])
    return node(.time, meaning, score: score)
  }

  static func clock(_ seconds: Int64, _ grain: TimeGrain) -> TimeNode {
    node(
      .time, TimeMeaning([.init(Scope.mod(seconds, 86_400), nil, clockTimex(Scope.mod(seconds, 86_400), grain))], grain)
    )
  }

  static func clockTimex(_ seconds: Int64, _ grain: TimeGrain) -> String {
    var text = "T\(Scope.two(Int(seconds) / 3_600))"
    if grain <= .minute { text += ":\(Scope.two(Int(seconds) / 60 % 60))" }
    if grain == .second { text += ":\(Scope.two(Int(seconds) % 60))" }
    return text
  }

  static func momentReading(_ seconds: Int64, _ grain: TimeGrain) -> TimeMeaning.Reading {
    .init(seconds, nil, Scope.date(seconds).description + clockTimex(Scope.mod(seconds, 86_400), grain))
  }

  private static func isYearLike(_ node: TimeNode) -> Bool { (1_900...2_100).contains(node.number) }

  /// "16h", as one word.
  private static func isGluedHour(_ scope: Scope, _ number: TimeNode, _ unit: TimeNode) -> Bool {
    (1...2).contains(number.digits) && number.number <= 24 && grain(unit) == .hour && unit.kind == .weak
      && scope.isGlued(unit)
  }

  /// 8, 830, 1140 as hours and minutes.
  private static func hourMinute(_ node: TimeNode) -> (Int, Int)? {
    if node.digits >= 3 {
      guard node.digits <= 4, node.number % 100 < 60, node.number / 100 <= 24 else { return nil }
      return (node.number / 100, node.number % 100)
    }
    return node.number <= 24 ? (node.number, 0) : nil
  }

  /// An hour with its half of the day; `am.1` is "ampm", which leaves it open.
  private static func half(_ time: TimeNode?, _ half: TimeNode) -> TimeNode? {
    guard let time, let meaning = time.meaning, let from = meaning.readings.first?.from else { return nil }
    if half.number == 1 { return node(.time, meaning.with { $0.shape.remove(.bareHour) }) }
    let hour = from / 3_600
    if hour > 12 { return half.category == .pm ? clock(from, meaning.grain) : nil }
    let early = from % 43_200
    return clock(half.category == .am ? early : early + 43_200, meaning.grain)
  }

  /// An open hour put into a part of the day.
  static func placed(_ time: TimeNode, _ part: DayPart?, needs isSaid: Bool) -> TimeNode? {
    guard isSaid, let part, let meaning = time.meaning, let from = meaning.readings.first?.from else { return nil }
    guard meaning.shape.contains(.openHour) else { return node(.time, meaning.with { $0.part = part }) }
    let made = clock(self.hour(from, in: part), meaning.grain)
    made.meaning?.part = part
    return made
  }

  /// Seconds of the day, past midnight for the small hours of a night.
  static func hour(_ open: Int64, in part: DayPart) -> Int64 {
    let early = open % 43_200
    let hour = early / 3_600
    switch part {
    case .dawn, .morning: return hour == 0 ? 43_200 + early : early
    case .noon, .afternoon: return hour >= 10 ? early : early + 43_200
    case .evening: return early + 43_200
    case .night: return hour == 0 ? early : hour <= 3 ? early : early + 43_200
    case .midnight: return early
    }
  }

  static func partRange(_ part: DayPart) -> TimeMeaning? {
    let (from, to, timex): (Int, Int, String)
    switch part {
    case .dawn: (from, to, timex) = (4, 6, "TDA")
    case .morning: (from, to, timex) = (8, 12, "TMO")
    case .noon: (from, to, timex) = (12, 14, "TAF")
    case .afternoon: (from, to, timex) = (12, 16, "TAF")
    case .evening: (from, to, timex) = (16, 20, "TEV")
    case .night, .midnight: (from, to, timex) = (20, 24, "TNI")
    }
    let last = Int64(to * 3_600) - (to == 24 ? 1 : 0)
    let meaning = TimeMeaning([.init(Int64(from * 3_600), last, timex)], .hour, .part)
    meaning.part = part
    return meaning
  }

  /// The first or last two hours of a part of the day.
  static func narrow(_ meaning: TimeMeaning, _ which: TimeMeaning.Modifier) {
    guard let from = meaning.readings[0].from, let to = meaning.readings[0].to else { return }
    meaning.modifier = which
    switch which {
    case .start: meaning.readings[0].to = from + 7_200
    case .mid: (meaning.readings[0].from, meaning.readings[0].to) = (from + 3_600, from + 10_800)
    default: meaning.readings[0].from = (to + 1) / 3_600 * 3_600 - 7_200
    }
  }

  /// Two hours of one day, or into the next: "5 to 6 pm", "9:30 to 3 pm", "11 pm to 3".
  static func hours(_ scope: Scope, _ first: TimeMeaning, _ last: TimeMeaning) -> TimeMeaning? {
    guard let a = first.readings.first?.from, let b = last.readings.first?.from else { return nil }
    let (isOpenA, isOpenB) = (first.shape.contains(.openHour), last.shape.contains(.openHour))
    var pairs: [(Int64, Int64)] = []
    let half: Int64 = 43_200
    switch (isOpenA, isOpenB) {
    case (false, false): pairs = [(a, b)]
    case (true, false):
      // The latest beginning before the end.
      let early = a % half
      let isLate = early + half < b || early > b
      pairs = [(isLate ? early + half : early, b)]
    case (false, true):
      let early = b % half
      pairs = [early > a ? (a, early) : (a, (early + half) > a ? early + half : early)]
    case (true, true):
      let (x, y) = (a % half, b % half)
      pairs = x < y ? [(x, y), (x + half, y + half)] : [(x, y + half), (x + half, y)]
      // Said as 12 in daytime.
      if a / 3_600 == 12, x < y { pairs = [(x + half, y + half), (x, y)] }
    }
    let grain = min(first.grain, last.grain)
    let readings = pairs.map { TimeMeaning.Reading($0, $1, clockTimex($0, first.grain), clockTimex($1, last.grain)) }
    let meaning = TimeMeaning(readings, grain, isOpenA && isOpenB ? .openHour : [])
    return meaning
  }

  private static func placedRange(_ range: TimeMeaning, _ part: DayPart) -> TimeNode? {
    guard let from = range.readings.first?.from, let to = range.readings.first?.to else { return nil }
    guard range.shape.contains(.openHour) else { return node(.timeRange, range.with { $0.part = part }) }
    let (a, b) = (hour(from, in: part), hour(to, in: part))
    let meaning = TimeMeaning([.init(a, b, clockTimex(a, range.grain), clockTimex(b, range.grain))], range.grain)
    meaning.part = part
    return node(.timeRange, meaning)
  }
}
