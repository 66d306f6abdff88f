import Time

/// More of what begins or ends somewhere: what is left of a period, what lasts until a day, the year to date.
extension TimeGrammar {
  static let limits: [TimeRule] = [
    // (stay) through friday, up to 2015
    TimeRule([p(.to), o(.on, .the), p(.date, .range, .moment)]) { scope, n in
      guard n[0].number == 2, let inner = n[2].meaning, inner.modifier == nil || inner.modifier == .end,
        !inner.shape.contains(.openRange),
        !inner.isPart || inner.shape.contains(.month),
        !scope.policy.joinsExpressions || !inner.shape.contains(.year) || inner.shape.contains(.whole)
      else { return nil }
      return limited(scope, TimeNode(start: 0, end: 0, category: .before, number: 1), n[2], inner)
    },
    // from monday on
    TimeRule([p(.from), p(.date, .range, .moment, .time), p(.on)]) { scope, n in
      guard let inner = n[1].meaning, !inner.isPart, inner.modifier == nil, !inner.shape.contains(.openRange),
        endsSentence(scope, n[2])
      else { return nil }
      return limited(scope, TimeNode(start: 0, end: 0, category: .after, number: 1), n[1], inner)
    },
    // less than 2009, more than 3/4/2016
    TimeRule([p(.less, .more), p(.date, .range)]) { scope, n in
      guard let inner = n[1].meaning, !inner.isPart, inner.modifier == nil,
        n[1].category == .date ? inner.shape.isEmpty && inner.month > 0 : inner.shape == .year
      else { return nil }
      return limited(
        scope, TimeNode(start: 0, end: 0, category: n[0].category == .less ? .before : .after), n[1], inner)
    },
    // the rest of 2016, of march, of today
    TimeRule([o(.the), p(.rest), p(.of), o(.the), p(.date, .range, .month, .timeRange, .momentRange)]) { scope, n in
      let score = n[0].isAbsent ? 0 : -11
      switch n[4].category {
      case .date:
        guard n[4].meaning?.shape.contains(.today) == true else { return nil }
        var made = restOfToday(scope)
        made.score = score
        return made
      case .timeRange:
        guard let part = n[4].meaning, part.shape.contains(.part), part.modifier == nil,
          let from = part.readings.first?.from, let to = part.readings.first?.to,
          scope.todaySeconds + to > scope.nowSeconds
        else { return nil }
        let start = max(scope.nowSeconds, scope.todaySeconds + from)
        let meaning = TimeMeaning([.init(start, scope.todaySeconds + to)], .second, .relative)
        return node(.momentRange, meaning, score: score)
      case .momentRange:
        guard let part = n[4].meaning, part.shape.contains(.part), part.modifier == nil,
          let from = part.readings.first?.from, let to = part.readings.first?.to, to > scope.nowSeconds
        else { return nil }
        return node(
          .momentRange, TimeMeaning([.init(max(scope.nowSeconds, from), to)], .second, .relative), score: score)
      default:
        guard let outer = outerRange(scope, n[4]), outer.modifier == nil, outer.grain >= .week,
          let reading = outer.readings.first(where: { ($0.to ?? 0) > scope.todaySeconds }), let from = reading.from,
          let to = reading.to
        else { return nil }
        let (start, end) = (Scope.date(max(from, scope.todaySeconds)), Scope.date(to - 86_400))
        return node(
          .range, TimeMeaning([.init(Scope.seconds(start), Scope.seconds(end), start.description)], .day, .relative),
          score: score)
      }
    },
    // within the hour
    TimeRule([p(.within), o(.the), p(.unit)]) { scope, n in
      guard let unit = grain(n[2]), unit == .hour || unit == .minute, n[2].kind == .plain else { return nil }
      let to = scope.moved(scope.nowSeconds, by: [(1, unit)], 1)
      return node(.momentRange, TimeMeaning([.init(scope.nowSeconds, to)], .second, .relative))
    },
    // within 10 days of 3/4/2017
    TimeRule([p(.within), o(.the), o(.next, .upcoming), p(.duration), p(.of, .from, .after), p(.date)]) { scope, n in
      guard let length = n[3].meaning, let date = n[5].meaning, !date.isPart, length.modifier == nil,
        !length.grain.isClock, n[4].number == 0
      else { return nil }
      return lasting(scope, date, length)
    },
    // in less than 2 hours
    TimeRule([p(.in), p(.duration)]) { scope, n in
      guard let length = n[1].meaning, length.modifier == .less, length.low.isEmpty else { return nil }
      return ahead(scope, length)
    },
    // year to date
    TimeRule([p(.toDate)]) { scope, n in
      guard let unit = grain(n[0]), let (from, _) = scope.period(unit, of: scope.today) else { return nil }
      let to = scope.policy.countsLastPeriod ? scope.today.adding(days: 1) : scope.today
      return node(.range, TimeMeaning([scope.span(from, to)], .day, .relative))
    },
    // the next 5 to 10 days
    TimeRule([p(.next, .last, .upcoming), p(.duration)]) { scope, n in
      guard let length = n[1].meaning, !length.low.isEmpty, length.length.count == 1 else { return nil }
      let unit = TimeNode(start: 0, end: 0, category: .unit, number: length.length[0].unit.rawValue)
      let count = Int(length.length[0].count * 1_000)
      return ahead(scope, n[0], TimeNode(start: 0, end: 0, category: .quantity, number: count), unit)
    },
    // the next hour and a half, the last year and a half
    TimeRule([p(.next, .last, .upcoming), p(.unit), p(.and), p(.a), p(.half)]) { scope, n in
      guard n[1].kind == .plain else { return nil }
      return ahead(scope, n[0], TimeNode(start: 0, end: 0, category: .quantity, number: 1_500), n[1])
    },
    // friday night until monday morning, thursday night to sunday
    TimeRule([
      o(.from, .between), p(.momentRange, .date), p(.to, .dash, .and), o(.on), p(.momentRange, .date),
    ]) { scope, n in
      guard n[2].category != .and || n[0].category == .between, n[1].category != .date || n[4].category != .date,
        let first = n[1].meaning, let last = n[4].meaning, n[1].category == .date ? !first.isPart : first.part != nil,
        n[4].category == .date ? !last.isPart : last.part != nil, first.modifier == nil, last.modifier == nil
      else { return nil }
      func end(_ reading: TimeMeaning.Reading) -> Int64? {
        guard scope.policy.countsLastPeriod, n[2].number != 1 || n[4].category == .date else { return reading.from }
        return n[4].category == .date ? reading.from.map { $0 + 86_400 } : reading.to
      }
      let ends = last.readings.compactMap(end)
      var readings: [TimeMeaning.Reading] = []
      for start in first.readings {
        guard let from = start.from else { continue }
        let week = last.shape.contains(.weekday) ? ends.max().map { $0 + 7 * 86_400 } : nil
        if let to = ends.filter({ $0 > from }).min() ?? week { readings.append(.init(from, to, start.fromTimex)) }
      }
      return readings.isEmpty ? nil : node(.momentRange, TimeMeaning(readings, .hour))
    },
    // from dawn to dusk
    TimeRule([p(.from, .between), p(.part), p(.to, .and, .dash), p(.part)]) { scope, n in
      guard (n[0].category == .between) == (n[2].category == .and), n[1].kind != .plural, n[3].kind != .plural,
        let first = DayPart(rawValue: n[1].number).flatMap(partRange)?.readings.first,
        let last = DayPart(rawValue: n[3].number).flatMap(partRange)?.readings.first,
        let from = first.from, let to = last.to, from < last.from ?? 0
      else { return nil }
      return node(.timeRange, TimeMeaning([.init(from, to, first.fromTimex, last.fromTimex)], .hour))
    },
    // the week ending nov 18
    TimeRule([o(.the), p(.unit), p(.ending), p(.date)]) { scope, n in
      guard grain(n[1]) == .week, n[1].kind == .plain, let date = n[3].meaning, !date.isPart else { return nil }
      let readings = date.readings.compactMap { reading in
        reading.from.map { scope.span(Scope.date($0).adding(days: -6), Scope.date($0).adding(days: 1)) }
      }
      return readings.isEmpty
        ? nil : node(.range, TimeMeaning(readings, .day, date.shape.intersection(.noYear)), score: 1)
    },
    // christmas week
    TimeRule([p(.holiday), p(.unit)]) { scope, n in
      guard grain(n[1]) == .week, n[1].kind == .plain, let holiday = holiday(scope, n[0]) else { return nil }
      let days = scope.yearly("") { holiday.date(in: $0).map(Scope.seconds) }.compactMap(\.from)
      let readings = days.compactMap { day in
        scope.period(.week, of: Scope.date(day)).map { scope.span($0.from, $0.to) }
      }
      return readings.isEmpty ? nil : node(.range, TimeMeaning(readings, .week, .week))
    },
  ]

  static func restOfToday(_ scope: Scope) -> TimeNode {
    node(.momentRange, TimeMeaning([.init(scope.nowSeconds, scope.todaySeconds + 86_399)], .second, .relative))
  }

  /// Short forms of weekdays ("mon", "sat") are other words, too; with a second one and what joins them they are days.
  static func isJoined(_ scope: Scope, _ node: TimeNode) -> Bool {
    func days(_ place: Int) -> Bool { scope.words.contains { $0.start == place && $0.category == .weekday } }
    return scope.words.contains { joint in
      guard [.dash, .to, .and, .or].contains(joint.category) else { return false }
      return joint.start == node.end && days(joint.end)
        || joint.end == node.start && scope.words.contains { $0.end == joint.start && $0.category == .weekday }
    }
  }

  /// "five to six this evening" are two hours, not minutes before one.
  static func isInPart(_ scope: Scope, _ hour: TimeNode) -> Bool {
    scope.words.contains {
      ($0.category == .part || $0.category == .partToday) && (hour.end...hour.end + 2).contains($0.start)
        && scope.wordsBeginning[hour.end].intersects([.in, .the, .this, .day, .dayEither, .part, .partToday, .weekday])
    }
  }

  /// Of "twenty-seven" or "eight thirty-five": no range.
  static func isHyphen(_ scope: Scope, _ dash: TimeNode) -> Bool {
    dash.category == .dash && scope.isGlued(dash) && scope.follows(dash, [.integer]) && !scope.isNumber(dash.start - 1)
  }

  static func lasting(_ scope: Scope, _ time: TimeNode, _ duration: TimeNode) -> TimeNode? {
    guard let start = time.meaning, let length = duration.meaning,
      length.grain.isClock || length.length.allSatisfy({ $0.unit.isClock }),
      let seconds = length.readings.first?.from, seconds < 86_400
    else { return nil }
    let readings = start.readings.compactMap { reading -> TimeMeaning.Reading? in
      guard let from = reading.from else { return nil }
      let to = (from + seconds) % 86_400
      return .init(from, to, reading.fromTimex, clockTimex(to, .second))
    }
    let meaning = TimeMeaning(readings, .minute, start.shape.intersection(.openHour))
    meaning.rangeTimex = length.readings[0].fromTimex
    return node(.timeRange, meaning)
  }

  /// From now, or from today of what is counted in days, as long as that.
  static func ahead(_ scope: Scope, _ length: TimeMeaning) -> TimeNode? {
    let isClock = length.length.contains { $0.unit.isClock }
    let start = isClock ? scope.nowSeconds : scope.todaySeconds
    let meaning = TimeMeaning(
      [.init(start, scope.moved(start, by: length.length, 1))], isClock ? .second : .day, .relative)
    meaning.rangeTimex = length.readings[0].fromTimex
    return node(isClock ? .momentRange : .range, meaning)
  }
}
