import Time

/// A day with an hour, or with a part of the day.
extension TimeGrammar {
  static let moments: [TimeRule] = [
    // tomorrow at 5, october 14, 8:00 am
    TimeRule([p(.date), o(.comma, .dash), o(.at, .around, .by, .for), p(.time)]) { scope, n in
      guard let date = n[0].meaning, let time = n[3].meaning,
        // "sat 7.30pm", "tom 5pm": beside an hour that is one, "sat" is a day.
        canHold(scope, date, n[0])
          || (date.shape.contains(.weekday) || date.shape == .relative) && n[1].isAbsent && !time.isPart
            && !time.shape.contains(.bareHour)
      else { return nil }
      let isSaid = n[2].category == .at || n[2].category == .around
      // "dec 5" is no month with an hour; "tomorrow 7" is a day with one.
      if n[2].category == .for, time.shape.contains(.bareHour) { return nil }
      if time.shape.contains(.bareHour), !isSaid {
        guard date.shape.contains(.relative) || date.shape.contains(.weekday), n[1].isAbsent || n[1].category == .comma,
          endsPhrase(scope, n[3]) || n[3].digits == 0
        else { return nil }
      }
      return moment(date, time, n[3].score - (n[1].isAbsent ? 0 : 1))
    },
    // wednesday october 26 15:50:06 2016
    TimeRule([p(.moment), p(.year)]) { scope, n in
      guard let inner = n[0].meaning, inner.shape.contains(.noYear), inner.modifier == nil,
        let year = n[1].meaning?.day,
        (1_900...2_100).contains(year)
      else { return nil }
      return moved(scope, inner, toYear: year).map { node(.moment, $0) }
    },
    // 8pm on sunday, 7 tomorrow
    TimeRule([p(.time), o(.comma), o(.on, .of), o(.the), p(.date)]) { scope, n in
      guard let date = n[4].meaning, let time = n[0].meaning,
        canHold(scope, date, n[4]) || !n[2].isAbsent && date.shape.contains(.dayOnly),
        n[1].isAbsent || !isPaired(scope, n[0], n[4])
      else { return nil }
      if time.shape.contains(.bareHour), !date.shape.contains(.relative) || !startsPhrase(scope, n[0]),
        !scope.follows(n[0], [.at])
      {
        return nil
      }
      return moment(date, time, n[0].score - (n[1].isAbsent ? 0 : 1))
    },
    // tonight, this morning, later this afternoon
    TimeRule([p(.partToday)]) { scope, n in
      DayPart(rawValue: n[0].number).flatMap { dayPart(scope, scope.todaySeconds, $0) }
    },
    TimeRule([o(.early, .late, .earlier, .later), o(.the), p(.this, .next, .last, .upcoming), p(.part)]) { scope, n in
      guard let part = DayPart(rawValue: n[3].number), n[3].kind != .plural, n[1].isAbsent else { return nil }
      let step = n[2].category == .next || n[2].category == .upcoming ? 1 : n[2].category == .last ? -1 : 0
      let made = dayPart(scope, Scope.seconds(scope.today.adding(days: step)), part)
      switch n[0].category {
      case .early, .earlier: made?.meaning.map { narrowMoment($0, .start) }
      case .late, .later: made?.meaning.map { narrowMoment($0, .end) }
      default: break
      }
      return made
    },
    // tuesday afternoon, friday in the early morning; in the afternoon, this friday
    TimeRule([p(.date), o(.comma), o(.at, .in, .on), p(.timeRange)]) { scope, n in
      guard let date = n[0].meaning, let range = n[3].meaning, canHold(scope, date, n[0]), range.shape.contains(.part)
      else { return nil }
      return crossed(scope, date, range)
    },
    TimeRule([p(.timeRange), o(.comma), o(.on, .of), o(.the), p(.date)]) { scope, n in
      guard let date = n[4].meaning, let range = n[0].meaning, canHold(scope, date, n[4]), range.shape.contains(.part)
      else { return nil }
      return crossed(scope, date, range)
    },
    // tuesday pm
    TimeRule([p(.date), p(.am, .pm)]) { scope, n in
      guard let date = n[0].meaning, date.weekday > 0 || date.shape.contains(.relative), n[1].number == 0,
        let range = partRange(n[1].category == .am ? .morning : .afternoon)
      else { return nil }
      return crossed(scope, date, range, score: -3)
    },
    // tonight at 7, this morning at 7am, sunday afternoon at 3
    TimeRule([p(.momentRange), o(.comma), o(.at, .around, .by), p(.time)]) { scope, n in
      guard let time = n[3].meaning, let outer = n[0].meaning, let part = outer.part else { return nil }
      if time.shape.contains(.bareHour), n[1].isAbsent, n[2].isAbsent, !endsPhrase(scope, n[3]), n[3].digits > 0 {
        return nil
      }
      return momentIn(outer, part, time)
    },
    // 10pm tonight, 7:00 on sunday afternoon, midnight tonight
    TimeRule([p(.time), o(.comma), o(.on, .in), p(.momentRange)]) { scope, n in
      guard let time = n[0].meaning, let outer = n[3].meaning, let part = outer.part,
        !time.shape.contains(.bareHour) || !n[1].isAbsent || startsPhrase(scope, n[0])
      else { return nil }
      return momentIn(outer, part, time)
    },
    // now
    TimeRule([p(.now, .soon)]) { scope, n in
      // "this time tomorrow"
      guard n[0].category == .soon || n[0].number == 0 else { return nil }
      let timex = n[0].category == .now ? "PRESENT_REF" : "FUTURE_REF"
      let meaning = TimeMeaning([.init(scope.nowSeconds, nil, timex)], .second, [.relative, .today])
      meaning.isPart = n[0].kind == .weak
      return node(.moment, meaning)
    },
    // later in today
    TimeRule([p(.early, .late, .earlier, .later), o(.in), p(.date)]) { scope, n in
      guard !n[1].isAbsent || n[0].category == .earlier || n[0].category == .later,
        n[2].meaning?.shape.contains(.today) == true, let day = n[2].meaning?.readings.first?.from
      else {
        return nil
      }
      let isEarly = n[0].category == .early || n[0].category == .earlier
      let meaning = TimeMeaning(
        [isEarly ? .init(day, day + 43_200) : .init(day + 43_200, day + 86_400)], .hour, .relative)
      meaning.modifier = isEarly ? .start : .end
      return node(.momentRange, meaning)
    },
    TimeRule([o(.the), p(.endOf)]) { scope, n in
      grain(n[1]) == .day
        ? node(.moment, TimeMeaning([momentReading(scope.todaySeconds + 86_399, .second)], .second, .relative)) : nil
    },
    // the end of the day, end of tomorrow
    TimeRule([o(.the), p(.late), o(.of), o(.the), p(.unit, .date)]) { scope, n in
      let day: TimeMeaning
      if n[4].category == .unit {
        guard grain(n[4]) == .day else { return nil }
        day = TimeMeaning([scope.dateReading(scope.todaySeconds)], .day, .relative)
      } else {
        guard let date = n[4].meaning, !date.isPart, date.shape.contains(.relative) else { return nil }
        day = date
      }
      let readings = day.readings.compactMap { $0.from.map { momentReading($0 + 86_399, .second) } }
      guard !readings.isEmpty else { return nil }
      return node(
        .moment, TimeMeaning(readings, .second, day.shape.intersection([.noYear, .relative])),
        score: n[0].isAbsent ? 0 : -11)
    },
  ]

  // MARK: Helpers

  /// What was said without its year, in a year.
  static func moved(_ scope: Scope, _ meaning: TimeMeaning, toYear year: Int) -> TimeMeaning? {
    var seen: Set<TimeMeaning.Reading> = []
    let readings = meaning.readings.compactMap { reading -> TimeMeaning.Reading? in
      guard let from = reading.from ?? reading.to else { return nil }
      let date = Scope.date(from)
      guard let day = scope.seconds(year, date.month, date.day) else { return nil }
      let shift = day + Scope.mod(from, 86_400) - from
      let timex = reading.fromTimex.replacing("XXXX", with: Scope.four(year))
      let made = TimeMeaning.Reading(
        reading.from.map { $0 + shift }, reading.to.map { $0 + shift }, timex,
        reading.toTimex.replacing("XXXX", with: Scope.four(year)))
      return seen.insert(made).inserted ? made : nil
    }
    guard !readings.isEmpty else { return nil }
    return meaning.with {
      $0.readings = readings
      $0.shape.remove(.noYear)
    }
  }

  /// A day that an hour can stand beside.
  static func canHold(_ scope: Scope, _ date: TimeMeaning, _ node: TimeNode) -> Bool {
    !date.isPart || date.shape.contains(.dayOnly) && (scope.follows(node, [.on, .at]) || node.digits > 0)
  }

  /// No noun stands before that the number could belong to: "building 4 tomorrow".
  static func startsPhrase(_ scope: Scope, _ node: TimeNode) -> Bool {
    scope.isFirst(node) || scope.sentence.tokens[node.start - 1].kind == .symbol
      || scope.follows(node, [.at, .around, .for, .by, .before, .after, .to, .from, .on, .and, .or])
  }

  static func moment(_ date: TimeMeaning, _ time: TimeMeaning, _ score: Int = 0) -> TimeNode? {
    var readings: [TimeMeaning.Reading] = []
    for hour in time.readings {
      for day in date.readings {
        guard let from = day.from, let second = hour.from else { continue }
        let timex = day.fromTimex + hour.fromTimex
        readings.append(
          time.shift.map { momentReading(from + second + $0, time.grain) } ?? .init(from + second, nil, timex))
      }
    }
    guard !readings.isEmpty else { return nil }
    let meaning = TimeMeaning(readings, time.grain, date.shape.union(time.shape).subtracting([.bareHour, .dayOnly]))
    meaning.part = time.part
    meaning.weekday = date.weekday
    meaning.modifier = time.modifier ?? date.modifier
    return node(.moment, meaning, score: min(0, score))
  }

  static func dayPart(_ scope: Scope, _ day: Int64, _ part: DayPart) -> TimeNode? {
    guard part != .midnight else { return nil }
    return partRange(part).flatMap { crossed(scope, TimeMeaning([scope.dateReading(day)], .day, .relative), $0) }
  }

  /// Every reading of a day with every reading of a range of hours.
  static func crossed(_ scope: Scope, _ date: TimeMeaning, _ range: TimeMeaning, score: Int = 0) -> TimeNode? {
    var readings: [TimeMeaning.Reading] = []
    for hours in range.readings {
      for day in date.readings {
        guard let base = day.from else { continue }
        let isNextDay = (hours.to ?? 0) < (hours.from ?? 0) && hours.to != nil && hours.from != nil
        readings.append(
          .init(
            hours.from.map { base + $0 }, hours.to.map { base + $0 + (isNextDay ? 86_400 : 0) },
            day.fromTimex + hours.fromTimex, hours.toTimex.isEmpty ? "" : day.fromTimex + hours.toTimex))
      }
    }
    guard !readings.isEmpty else { return nil }
    let meaning = TimeMeaning(readings, range.grain, date.shape.union(range.shape).subtracting([.bareHours, .dayOnly]))
    meaning.modifier = range.modifier
    meaning.part = range.part
    meaning.weekday = date.weekday
    meaning.rangeTimex = range.rangeTimex
    return node(.momentRange, meaning, score: score)
  }

  static func narrowMoment(_ meaning: TimeMeaning, _ which: TimeMeaning.Modifier) {
    for index in meaning.readings.indices {
      guard let from = meaning.readings[index].from, let to = meaning.readings[index].to else { continue }
      if which == .start {
        meaning.readings[index].to = from + 7_200
      } else {
        meaning.readings[index].from = (to + 1) / 3_600 * 3_600 - 7_200
      }
    }
    meaning.modifier = which
  }

  /// An hour on the day of "tonight", in the half of the day that it names.
  private static func momentIn(_ outer: TimeMeaning, _ part: DayPart, _ time: TimeMeaning) -> TimeNode? {
    var readings: [TimeMeaning.Reading] = []
    for range in outer.readings {
      guard let from = range.from else { continue }
      let day = from - Scope.mod(from, 86_400)
      if time.shape.contains(.openHour), let open = time.readings.first?.from {
        // "tonight at 12" is where the night's day ends
        let isMidnight = part == .night && open % 43_200 < 3_600
        readings.append(momentReading(day + hour(open, in: part) + (isMidnight ? 86_400 : 0), time.grain))
      } else {
        for reading in time.readings {
          if let second = reading.from { readings.append(momentReading(day + second, time.grain)) }
        }
      }
    }
    guard !readings.isEmpty else { return nil }
    let meaning = TimeMeaning(readings, time.grain, outer.shape.subtracting(.part))
    meaning.part = part
    return node(.moment, meaning)
  }
}
