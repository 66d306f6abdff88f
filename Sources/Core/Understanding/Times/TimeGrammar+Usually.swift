import Time

/// More of what repeats: parts of lengths, days with a part, years and holidays, twice in a period.
extension TimeGrammar {
  static let usually: [TimeRule] = [
    // every few days, every half an hour, every 1.5 hours
    TimeRule([p(.every), p(.duration)]) { _, n in
      guard let length = n[1].meaning, length.modifier == nil, length.low.isEmpty else { return nil }
      return every(length.length)
    },
    // every hour and a half
    TimeRule([p(.every), p(.unit), p(.and), p(.a), p(.half)]) { _, n in
      guard let unit = grain(n[1]), n[1].kind == .plain else { return nil }
      return every([(1.5, unit)])
    },
    // alternate weeks
    TimeRule([o(.on, .in), p(.other), p(.unit)]) { _, n in
      guard n[1].number == 1, n[2].kind == .plural, let unit = grain(n[2]), unit >= .day else { return nil }
      return every(2, unit)
    },
    // thursday nights, weekday mornings, weekend evenings
    TimeRule([o(.on), p(.weekday, .weekdays, .unit, .dayList), p(.part)]) { scope, n in
      guard n[2].kind == .plural, let part = DayPart(rawValue: n[2].number) else { return nil }
      switch n[1].category {
      case .weekday: return weekly(1, [n[1].number], score: 1).flatMap { inPart($0, part) }
      case .weekdays: return workdays().flatMap { inPart($0, part) }
      case .unit: return grain(n[1]) == .weekend ? every(1, .weekend).flatMap { inPart($0, part) } : nil
      default: return n[1].number == 0 ? n[1].meaning?.set.flatMap { inPart(made($0), part) } : nil
      }
    },
    // march 9th every year, christmas every year
    TimeRule([p(.date), o(.comma), p(.set)]) { scope, n in
      guard let set = n[2].meaning?.set, set.unit == .year, set.count == 1, set.month == nil, set.times.isEmpty,
        let date = n[0].meaning, date.shape.contains(.noYear), !date.isPart
      else { return nil }
      return date.shape.contains(.holiday) ? yearly(scope, holiday: date.day) : yearly(date.month, date.day)
    },
    TimeRule([p(.set), o(.on), p(.date)]) { scope, n in
      guard let set = n[0].meaning?.set, set.unit == .year, set.count == 1, set.month == nil, set.times.isEmpty,
        let date = n[2].meaning, date.shape == [.noYear, .holiday]
      else { return nil }
      return yearly(scope, holiday: date.day)
    },
    TimeRule([p(.every), p(.holiday)]) { scope, n in yearly(scope, holiday: n[1].number) },
    // every january
    TimeRule([p(.every), p(.month)]) { scope, n in
      guard n[1].kind == .plain || endsPhrase(scope, n[1]), !scope.precedes(n[1], [.integer, .ordinal]) else {
        return nil
      }
      var set = TimeSet(unit: .year)
      (set.month, set.monthDays) = (n[1].number, [1])
      set.timex = "XXXX-\(Scope.two(n[1].number))"
      return made(set)
    },
    // semi-annual, semi-monthly
    TimeRule([p(.halfOf)]) { _, n in
      guard let unit = grain(n[0]) else { return nil }
      var set = unit == .year ? every(6, .month)?.meaning?.set : often(2, unit)?.meaning?.set
      set?.timex = timex([(0.5, unit)])
      return set.map { made($0) }
    },
    // once every two weeks
    TimeRule([p(.once), p(.set)]) { scope, n in
      guard n[0].number == 1, let set = n[1].meaning?.set, set.times.isEmpty, set.timesADay == nil,
        set.timesAPeriod == nil, set.weekdays.isEmpty, set.monthDays.isEmpty
      else { return nil }
      return made(set)
    },
    // once in a month
    TimeRule([p(.once), p(.in), p(.a), p(.unit)]) { _, n in
      guard n[3].kind == .plain else { return nil }
      return grain(n[3]).flatMap { often(n[0].number, $0) }
    },
    // one a week
    TimeRule([p(.integer), p(.a), p(.unit)]) { scope, n in
      guard n[0].digits == 0, (1...12).contains(n[0].number), let unit = grain(n[2]), n[2].kind == .plain,
        unit == .week || unit == .month || unit == .year, scope.standsAlone(n[0]), !scope.follows(n[0], [.at]),
        endsPhrase(scope, n[2]), !scope.precedes(n[2], [.ago, .hence, .before, .after, .from])
      else { return nil }
      return often(n[0].number, unit)
    },
    // monthly on the first monday
    TimeRule([p(.set), o(.on), o(.the), p(.ordinal, .last), p(.weekday)]) { _, n in
      guard let set = n[0].meaning?.set, set.unit == .month, set.count == 1, set.weekdays.isEmpty,
        set.monthDays.isEmpty, set.times.isEmpty, n[3].category == .last || (1...5).contains(n[3].number)
      else { return nil }
      return ordinal(n[3].category == .last ? -1 : n[3].number, n[4])
    },
    // every fourth of the month
    TimeRule([p(.every), p(.ordinal), p(.of), p(.the), p(.unit)]) { _, n in
      guard grain(n[4]) == .month, n[4].kind == .plain else { return nil }
      return dayNumber(n[1]).flatMap(monthly)
    },
  ]

  /// So much time from one to the next: 1.5 hours are 90 minutes.
  private static func every(_ length: [(count: Double, unit: TimeGrain)]) -> TimeNode? {
    guard let first = length.first, first.count > 0 else { return nil }
    if length.count == 1, first.count == first.count.rounded(), first.count <= 400 {
      return every(Int(first.count), first.unit)
    }
    var set = TimeSet()
    if length.allSatisfy({ $0.unit <= .fortnight && $0.unit != .weekend }) {
      let seconds = length.reduce(0.0) { $0 + $1.count * $1.unit.seconds }
      guard
        let unit = [TimeGrain.day, .hour, .minute].first(where: {
          seconds.truncatingRemainder(dividingBy: $0.seconds) == 0
        }), seconds / unit.seconds <= 600
      else { return nil }
      (set.count, set.unit) = (Int(seconds / unit.seconds), unit)
    } else {
      let months = length.reduce(0.0) {
        $0 + $1.count * ($1.unit.base.unit == .year ? 12 : 1) * Double($1.unit.base.count)
      }
      guard length.allSatisfy({ $0.unit.base.unit >= .month }), months == months.rounded(), months <= 400 else {
        return nil
      }
      (set.count, set.unit) = (Int(months), .month)
    }
    set.timex = timex(length)
    return made(set)
  }

  /// A holiday that is on the same day of every year.
  private static func yearly(_ scope: Scope, holiday number: Int) -> TimeNode? {
    guard scope.holidays.all.indices.contains(number), case .fixed(let month, let day) = scope.holidays.all[number].rule
    else { return nil }
    return yearly(month, day)
  }
}
