import Time

/// Hours of other zones, the hour that it is now on another day, years of money.
extension TimeGrammar {
  static let zones: [TimeRule] = [
    // 2pm EST: today there, or tomorrow where that has been
    TimeRule([p(.time), p(.zone)]) { scope, n in
      guard let time = n[0].meaning, time.shift == nil, time.shape.contains(.bareHour) == false, isZone(scope, n[1])
      else { return nil }
      guard scope.policy.shiftsZones else { return node(.time, time.with { _ in }) }
      let shift = scope.shift(from: n[1].number)
      let there = scope.nowSeconds - shift
      let day = there - Scope.mod(there, 86_400)
      let readings = time.readings.compactMap { reading -> TimeMeaning.Reading? in
        guard let from = reading.from else { return nil }
        let moment = day + from < there ? day + from + 86_400 : day + from
        return momentReading(moment + shift, time.grain)
      }
      return readings.isEmpty ? nil : node(.moment, TimeMeaning(readings, time.grain, .relative))
    },
    // 2pm EST (tomorrow)
    TimeRule([p(.time), p(.zone)]) { scope, n in
      guard let time = n[0].meaning, time.shift == nil, scope.policy.shiftsZones, isZone(scope, n[1]) else {
        return nil
      }
      let shifted = time.with {
        $0.shift = scope.shift(from: n[1].number)
        $0.isPart = true
        $0.shape.remove(.bareHour)
      }
      return node(.time, shifted)
    },
    // tomorrow at 2 pm EST
    TimeRule([p(.moment), p(.zone)]) { scope, n in
      guard let moment = n[0].meaning, moment.length.isEmpty, isZone(scope, n[1]) else { return nil }
      guard scope.policy.shiftsZones else { return node(.moment, moment.with { _ in }) }
      let shift = scope.shift(from: n[1].number)
      let readings = moment.readings.compactMap { $0.from.map { momentReading($0 + shift, moment.grain) } }
      return readings.isEmpty ? nil : node(.moment, moment.with { $0.readings = readings })
    },
    // between 9:00 and 11:00 am EST
    TimeRule([p(.timeRange, .momentRange), p(.zone)]) { scope, n in
      guard let range = n[0].meaning, !range.isPart, !range.shape.contains(.part), isZone(scope, n[1]) else {
        return nil
      }
      guard scope.policy.shiftsZones else { return node(n[0].category, range.with { _ in }) }
      let shift = scope.shift(from: n[1].number)
      let isClock = n[0].category == .timeRange
      func moved(_ second: Int64) -> Int64 { isClock ? Scope.mod(second + shift, 86_400) : second + shift }
      return node(
        n[0].category,
        range.with {
          $0.readings = $0.readings.map { .init($0.from.map(moved), $0.to.map(moved)) }
        })
    },
    // this time tomorrow, this time next week
    TimeRule([p(.now), o(.on), p(.date)]) { scope, n in
      guard n[0].number == 1, let date = n[2].meaning, !date.isPart else { return nil }
      let second = Scope.mod(scope.nowSeconds, 86_400) / 60 * 60
      let readings = date.readings.compactMap { $0.from.map { momentReading($0 + second, .minute) } }
      return readings.isEmpty ? nil : node(.moment, TimeMeaning(readings, .minute, date.shape))
    },
    TimeRule([p(.now), o(.in), p(.range)]) { scope, n in
      guard n[0].number == 1, let range = n[2].meaning, range.shape.contains(.whole), range.modifier == nil,
        let from = range.readings.first?.from, let (this, _) = scope.period(range.grain, of: scope.today)
      else { return nil }
      let ahead = from > Scope.seconds(this) ? 1 : from < Scope.seconds(this) ? -1 : 0
      let moment = scope.moved(scope.nowSeconds / 60 * 60, by: [(1, range.grain)], ahead)
      return ahead == 0 ? nil : node(.moment, TimeMeaning([momentReading(moment, .minute)], .minute, .relative))
    },
    // tuesday week
    TimeRule([p(.weekday), p(.unit)]) { scope, n in
      guard grain(n[1]) == .week, n[1].kind == .plain, n[0].kind != .plural, endsPhrase(scope, n[1]),
        scope.policy.joinsExpressions, !scope.follows(n[0], [.next, .last, .this, .every])
      else { return nil }
      let day = nearest(scope, n[0].number).adding(days: 7)
      return node(.date, TimeMeaning([scope.dateReading(Scope.seconds(day))], .day, .relative))
    },
    // 1947 august 15
    TimeRule([p(.year), o(.comma), p(.month), p(.integer, .ordinal)]) { scope, n in
      guard let year = n[0].meaning?.day, (1_000...2_999).contains(year), let day = dayNumber(n[3]),
        !isClockLike(scope, n[3]), !scope.precedes(n[3], [.am, .pm, .unit, .oclock])
      else { return nil }
      return fullDate(scope, year, n[2].number, day)
    },
    // diwali's next day, diwali-to the next day
    TimeRule([p(.date), p(.post, .toPost), p(.next, .last), p(.unit)]) { scope, n in
      guard grain(n[3]) == .day, n[3].kind != .plural, let date = n[0].meaning, !date.isPart,
        n[1].category == .toPost || n[1].number == 0
      else { return nil }
      let days = date.readings.compactMap {
        $0.from.map { scope.dateReading(scope.moved($0, by: [(1, .day)], n[2].category == .next ? 1 : -1)) }
      }
      return days.isEmpty ? nil : node(.date, TimeMeaning(days, .day, .relative), score: 1)
    },
    // FY 2025-26
    TimeRule([p(.schoolYear), p(.integer), p(.dash, .slash), p(.integer)]) { scope, n in
      guard n[1].digits == 4, n[3].digits == 2 || n[3].digits == 4, (n[1].number + 1) % 100 == n[3].number % 100 else {
        return nil
      }
      return fiscal(scope, n[0], from: n[1].number)
    },
    // this financial year
    TimeRule([p(.this, .next, .last), p(.schoolYear)]) { scope, n in
      guard let start = scope.policy.fiscalStart else { return nil }
      let running = scope.today.month >= start ? scope.today.year : scope.today.year - 1
      return fiscal(scope, n[1], from: running + (n[0].category == .next ? 1 : n[0].category == .last ? -1 : 0))
    },
  ]

  /// "eastern", "pacific" are other words, too, unless nothing follows that they could belong to.
  private static func isZone(_ scope: Scope, _ zone: TimeNode) -> Bool {
    scope.policy.readsZones
      && (zone.kind != .weak || endsPhrase(scope, zone) || scope.precedes(zone, [.day, .weekday, .month]))
  }

  /// "FY26": the year of money is called by the year in which it ends.
  static func fiscalYear(_ scope: Scope, _ word: TimeNode, _ number: TimeNode) -> TimeNode? {
    guard number.digits == 4 || number.digits == 2, !scope.precedes(number, [.dash, .slash]) else { return nil }
    let year = number.digits == 2 ? 2_000 + number.number : number.number
    return fiscal(scope, word, from: (scope.policy.fiscalStart ?? 1) == 1 ? year : year - 1)
  }

  private static func fiscal(_ scope: Scope, _ word: TimeNode, from year: Int) -> TimeNode? {
    guard word.number == 1, let month = scope.policy.fiscalStart,
      let from = CivilDate(year: year, month: month, day: 1)
    else { return nil }
    let meaning = TimeMeaning([scope.span(from, from.adding(months: 12))], .year, [.year, .fiscal])
    return node(.range, meaning)
  }
}
