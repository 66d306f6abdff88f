import Time

/// More days and moments reached from others: "two years ago today", "2 hours before noon", "next month on the 15th".
extension TimeGrammar {
  static let reached: [TimeRule] = [
    // two years ago today, a week ago yesterday
    TimeRule([p(.duration), p(.ago), p(.day)]) { scope, n in
      guard let length = n[0].meaning, length.modifier == nil, !length.grain.isClock else { return nil }
      let day = Scope.seconds(scope.today.adding(days: n[2].number))
      let reading = scope.dateReading(scope.moved(day, by: length.length, -1))
      return node(.date, TimeMeaning([reading], .day, .relative))
    },
    // two weeks ago on monday
    TimeRule([p(.date), p(.on), p(.weekday)]) { scope, n in
      guard let date = n[0].meaning, date.length.count == 1, date.length[0].unit == .week,
        let from = date.readings.first?.from
      else { return nil }
      let day = scope.weekday(n[2].number, inWeekOf: Scope.date(from))
      return node(.date, TimeMeaning([scope.dateReading(Scope.seconds(day))], .day, .relative))
    },
    // a week tomorrow; tomorrow week
    TimeRule([p(.duration), p(.day)]) { scope, n in
      guard let length = n[0].meaning, length.modifier == nil, length.length.count == 1,
        length.length[0].unit == .week, n[1].number >= 0, n[1].kind == .plain, endsPhrase(scope, n[1]),
        !scope.follows(n[0], [.for, .in, .every, .next, .last, .this, .within, .after, .before, .unit, .times, .once])
      else { return nil }
      let day = Scope.seconds(scope.today.adding(days: n[1].number))
      return node(
        .date, TimeMeaning([scope.dateReading(scope.moved(day, by: length.length, 1))], .day, .relative))
    },
    TimeRule([p(.a), p(.unit), p(.on), p(.weekday)]) { scope, n in
      guard grain(n[1]) == .week, n[1].kind == .plain, n[3].kind != .plural,
        !scope.follows(n[0], [.once, .times, .unit, .integer, .for, .every])
      else { return nil }
      let day = nearest(scope, n[3].number).adding(days: 7)
      return node(.date, TimeMeaning([scope.dateReading(Scope.seconds(day))], .day, .relative))
    },
    TimeRule([p(.day), p(.unit)]) { scope, n in
      guard grain(n[1]) == .week, n[1].kind == .plain, n[0].number >= 0, n[0].kind == .plain, endsPhrase(scope, n[1])
      else { return nil }
      let day = scope.today.adding(days: n[0].number + 7)
      return node(.date, TimeMeaning([scope.dateReading(Scope.seconds(day))], .day, .relative))
    },
    // thursday 3 days from now
    TimeRule([p(.weekday), o(.comma), p(.date)]) { scope, n in
      guard let date = n[2].meaning, date.shape.contains(.relative), date.length.count == 1,
        date.length[0].unit == .day, let from = date.readings.first?.from,
        Scope.date(from).weekday.rawValue == n[0].number
      else { return nil }
      return node(.date, TimeMeaning(date.readings, .day, .relative))
    },
    // 2 hours before noon, half an hour after 5:30 pm tomorrow
    TimeRule([p(.duration), p(.before, .after), p(.time, .moment)]) { scope, n in
      guard n[1].number == 0, let length = n[0].meaning, length.modifier == nil, length.low.isEmpty,
        length.length.allSatisfy({ $0.unit.isClock }), let outer = n[2].meaning, !outer.isPart,
        !outer.shape.contains(.bareHour), outer.modifier == nil
      else { return nil }
      let seconds = Int64(length.length.reduce(0.0) { $0 + $1.count * $1.unit.seconds })
      let step = n[1].category == .before ? -seconds : seconds
      let grain: TimeGrain = seconds % 60 == 0 ? min(outer.grain, .minute) : .second
      guard n[2].category == .moment else {
        let readings = outer.readings.compactMap { reading in
          reading.from.map { Scope.mod($0 + step, 86_400) }.map {
            TimeMeaning.Reading($0, nil, clockTimex($0, grain))
          }
        }
        return node(.time, TimeMeaning(readings, grain, outer.shape.intersection(.openHour)))
      }
      let readings = outer.readings.compactMap { $0.from.map { momentReading($0 + step, grain) } }
      return readings.isEmpty ? nil : node(.moment, TimeMeaning(readings, grain, outer.shape))
    },
    // may 5th next year
    TimeRule([p(.date), o(.of, .comma), p(.range)]) { scope, n in
      guard let date = n[0].meaning, date.shape.contains(.noYear), !date.shape.contains(.holiday), date.month > 0,
        let outer = n[2].meaning, outer.grain == .year, outer.shape.contains(.whole), outer.modifier == nil,
        scope.wordsBeginning[n[2].start].intersects([.this, .next, .last, .upcoming]), let year = yearNumber(n[2])
      else { return nil }
      return fullDate(scope, year, date.month, date.day)
    },
    // next month on the 15th
    TimeRule([p(.range), o(.comma), o(.on), o(.the), p(.ordinal, .integer)]) { scope, n in
      guard let day = dayNumber(n[4]), let outer = n[0].meaning, outer.grain == .month, outer.shape.contains(.whole),
        outer.modifier == nil, !n[2].isAbsent || !n[3].isAbsent,
        n[4].category == .ordinal && n[4].digits > 0 || n[4].digits > 0 && endsPhrase(scope, n[4]),
        !isClockLike(scope, n[4]), !scope.precedes(n[4], [.am, .pm, .unit, .weekday, .month])
      else { return nil }
      return dayOf(scope, outer, day)
    },
    // next year on may 5
    TimeRule([p(.range), o(.comma), o(.on), p(.date)]) { scope, n in
      guard let date = n[3].meaning, date.shape == .noYear, date.month > 0, !date.isPart, let outer = n[0].meaning,
        outer.grain == .year, outer.shape.contains(.whole), outer.modifier == nil, let year = yearNumber(n[0])
      else { return nil }
      return fullDate(scope, year, date.month, date.day)
    },
    // wednesday evening next week, friday at 9 am next week
    TimeRule([p(.moment, .momentRange), o(.of), p(.range)]) { scope, n in
      guard let hours = n[0].meaning, hours.weekday > 0, hours.shape.contains(.weekday), let week = n[2].meaning,
        week.shape.contains(.week), week.shape.contains(.whole), week.modifier == nil,
        let from = week.readings.first?.from
      else { return nil }
      let day = Scope.seconds(scope.weekday(hours.weekday, inWeekOf: Scope.date(from)))
      return onDays([day], hours, n[0].category)
    },
    // the 3rd thursday this september
    TimeRule([o(.the), p(.ordinal), p(.weekday), p(.range)]) { scope, n in
      guard (1...5).contains(n[1].number), let outer = n[3].meaning, outer.grain == .month, outer.modifier == nil,
        scope.wordsBeginning[n[3].start].intersects([.this, .next, .last]), let month = outer.readings.first,
        let from = month.from, let day = nth(n[1].number, n[2].number, from: Scope.date(from), to: month.to)
      else { return nil }
      let meaning = TimeMeaning([scope.dateReading(Scope.seconds(day))], .day, .relative)
      meaning.weekday = n[2].number
      return node(.date, meaning)
    },
    // this day next week, this day last year
    TimeRule([p(.this, .same), p(.unit), p(.range)]) { scope, n in
      guard grain(n[1]) == .day, n[1].kind == .plain, let outer = n[2].meaning, outer.shape.contains(.whole),
        outer.modifier == nil, let from = outer.readings.first?.from,
        let (this, _) = scope.period(outer.grain, of: scope.today), from != Scope.seconds(this)
      else { return nil }
      let day = scope.moved(scope.todaySeconds, by: [(1, outer.grain)], from > Scope.seconds(this) ? 1 : -1)
      return node(.date, TimeMeaning([scope.dateReading(day)], .day, .relative))
    },
    // the monday before easter, the first monday after 5 may
    TimeRule([p(.the), o(.ordinal), p(.weekday), p(.before, .after), p(.date)]) { scope, n in
      guard n[3].number == 0, n[1].isAbsent || n[1].number == 1, let date = n[4].meaning, !date.isPart,
        !date.shape.contains(.weekday)
      else { return nil }
      let days = date.readings.compactMap { reading -> TimeMeaning.Reading? in
        guard let from = reading.from else { return nil }
        let day = Scope.date(from)
        let ahead = (n[2].number - day.weekday.rawValue + 7) % 7
        let step = n[3].category == .after ? (ahead == 0 ? 7 : ahead) : (ahead == 0 ? -7 : ahead - 7)
        return scope.dateReading(Scope.seconds(day.adding(days: step)))
      }
      return days.isEmpty ? nil : node(.date, TimeMeaning(days, .day, date.shape.intersection(.noYear)))
    },
    // the friday before last
    TimeRule([o(.the), p(.weekday), p(.before), p(.last)]) { scope, n in
      guard n[2].number == 0, endsPhrase(scope, n[3]) else { return nil }
      let day = nearest(scope, n[1].number).adding(days: -14 - (scope.today.weekday.rawValue == n[1].number ? 7 : 0))
      return node(.date, TimeMeaning([scope.dateReading(Scope.seconds(day))], .day, .relative))
    },
    // friday last, friday next
    TimeRule([p(.weekday), p(.last, .next)]) { scope, n in
      guard n[0].kind != .plural, endsSentence(scope, n[1]) else { return nil }
      let ahead = nearest(scope, n[0].number)
      let today = scope.today.weekday.rawValue == n[0].number
      let day = n[1].category == .next ? ahead : ahead.adding(days: today ? -14 : -7)
      return node(.date, TimeMeaning([scope.dateReading(Scope.seconds(day))], .day, .relative))
    },
    // in 2 fridays
    TimeRule([p(.in), p(.integer), p(.weekday)]) { scope, n in
      guard (1...20).contains(n[1].number), n[2].kind == .plural else { return nil }
      let day = nearest(scope, n[2].number).adding(days: 7 * (n[1].number - 1))
      return node(.date, TimeMeaning([scope.dateReading(Scope.seconds(day))], .day, .relative))
    },
    // in 2 days' time
    TimeRule([p(.in), p(.duration), p(.apostrophe, .possessive), p(.times)]) { scope, n in
      guard n[1].meaning?.modifier == nil else { return nil }
      return moved(scope, n[1], 1)
    },
    // 20180511T210500
    TimeRule([p(.date), p(.at), p(.integer)]) { scope, n in
      guard scope.isTimeMark(n[1].start), scope.isGlued(n[1]), n[2].digits == 6 || n[2].digits == 4,
        let date = n[0].meaning, date.shape.isEmpty
      else { return nil }
      let clock = n[2].digits == 6 ? n[2].number : n[2].number * 100
      return time(clock / 10_000, clock / 100 % 100, clock % 100, isOpen: false)?.meaning.flatMap { moment(date, $0) }
    },
    // tomorrow 0900
    TimeRule([p(.date), o(.comma), p(.integer)]) { scope, n in
      guard let date = n[0].meaning, date.shape.contains(.relative) || date.shape.contains(.weekday), !date.isPart,
        n[2].digits == 4, n[2].number < 1_000, n[2].number % 100 < 60, scope.standsAlone(n[2])
      else { return nil }
      return time(n[2].number / 100, n[2].number % 100, nil, isOpen: false)?.meaning.flatMap { moment(date, $0) }
    },
    // late tomorrow afternoon, early friday morning
    TimeRule([p(.early, .late, .earlier, .later), p(.momentRange)]) { scope, n in
      guard let outer = n[1].meaning, outer.part != nil, outer.shape.contains(.part), outer.modifier == nil,
        n[0].length == 1
      else { return nil }
      let made = outer.with { _ in }
      narrowMoment(made, n[0].category == .early || n[0].category == .earlier ? .start : .end)
      return node(.momentRange, made)
    },
    // three quarters past four
    TimeRule([p(.integer), p(.quarterHour), p(.past), p(.integer)]) { scope, n in
      guard n[0].number == 3, (1...12).contains(n[3].number), n[3].digits <= 2, !scope.precedes(n[3], [.unit, .scale])
      else { return nil }
      return time(n[3].number, 45, nil, isOpen: true)
    },
    // half six pm
    TimeRule([p(.half), p(.integer), p(.am, .pm)]) { scope, n in
      guard (1...12).contains(n[1].number), n[2].number == 0 else { return nil }
      let hour = n[1].number % 12 + (n[2].category == .pm ? 12 : 0)
      return time(hour, 30, nil, isOpen: false)
    },
    // the end of the day on friday
    TimeRule([p(.late), p(.of), o(.the), p(.unit), o(.on), p(.date)]) { scope, n in
      guard grain(n[3]) == .day, n[3].kind == .plain, let date = n[5].meaning, !date.isPart else { return nil }
      let readings = date.readings.compactMap { $0.from.map { momentReading($0 + 86_399, .second) } }
      return readings.isEmpty ? nil : node(.moment, TimeMeaning(readings, .second, date.shape))
    },
    // 11 / 12 / 2016, 2016 - 11 - 12
    TimeRule([p(.integer), p(.slash, .dash), p(.integer), p(.slash, .dash), p(.integer)]) { scope, n in
      guard n[1].category == n[3].category, !n[1...4].contains(where: { scope.isGlued($0) }),
        (n[0].digits == 4) != (n[4].digits == 4), n[2].digits <= 2, n[0].digits > 0, n[2].digits > 0, n[4].digits > 0
      else { return nil }
      if n[0].digits == 4 {
        return (1...12).contains(n[2].number) ? fullDate(scope, n[0].number, n[2].number, n[4].number) : nil
      }
      guard n[0].digits <= 2, let (day, month) = dayMonth(scope, n[0].number, n[2].number) else { return nil }
      return fullDate(scope, n[4].number, month, day)
    },
    // 12 nov 16
    TimeRule([p(.date), p(.integer)]) { scope, n in
      guard let date = n[0].meaning, date.shape.contains(.noYear), !date.shape.contains(.holiday), date.month > 0,
        n[1].digits == 2, (13...31).contains(n[1].number), scope.follows(n[1], [.month]), scope.standsAlone(n[1]),
        endsSentence(scope, n[1]), !scope.isGlued(n[1])
      else { return nil }
      return fullDate(scope, 2_000 + n[1].number, date.month, date.day)
    },
  ]

  /// "three quarters past four" is no quarter past.
  static func isQuarters(_ scope: Scope, _ node: TimeNode) -> Bool {
    node.category == .quarterHour && scope.follows(node, [.integer])
  }

  /// "monday 9am, tuesday 10am": each day has an hour of its own.
  static func isPaired(_ scope: Scope, _ time: TimeNode, _ date: TimeNode) -> Bool {
    scope.follows(time, [.weekday, .day, .month, .integer, .ordinal, .suffix, .holiday, .at, .dayEither])
      && scope.precedes(date, [.at, .integer, .clock]) && time.start > 0
  }

  /// "Jan.", "hrs.": the stop of a short form, where the sentence goes on behind it.
  static func abbreviations(_ scope: Scope, _ words: [TimeNode]) -> [TimeNode] {
    let tokens = scope.sentence.tokens
    let beginnings = Set(words.map(\.start))
    return words.compactMap { word in
      guard [.month, .weekday, .unit].contains(word.category), word.length == 1,
        tokens[word.start].foldedSpan.count <= 5, word.end + 1 < tokens.count,
        scope.symbol(word.end) == UInt8(ascii: "."), tokens[word.end].isGlued, beginnings.contains(word.end + 1),
        !words.contains(where: { $0.start == word.end + 1 && [.or, .and, .dot].contains($0.category) }),
        tokens[word.end + 1].kind != .word
          || !tokens[word.end + 1].isCapital
          || words.contains(where: { $0.start == word.end + 1 && [.month, .weekday].contains($0.category) })
      else { return nil }
      var longer = word
      longer.end += 1
      return longer
    }
  }
}
