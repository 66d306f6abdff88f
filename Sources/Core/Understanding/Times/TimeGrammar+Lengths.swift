import Time

/// More ways to write how long: decimals in words, fractions, thousands, units without a space between.
extension TimeGrammar {
  static let lengths: [TimeRule] = [
    // 1,000 days
    TimeRule([p(.integer), p(.comma), p(.integer)]) { scope, n in
      guard scope.areGlued([n[1], n[2]]), (1...3).contains(n[0].digits), n[2].digits == 3, n[0].number > 0,
        scope.precedes(n[2], [.unit])
      else { return nil }
      return quantity(n[0].number * 1_000_000 + n[2].number * 1_000)
    },
    // .5 hours
    TimeRule([p(.dot), p(.integer)]) { scope, n in
      guard scope.isGlued(n[1]), n[0].start == 0 || !scope.isGlued(n[0]), (1...3).contains(n[1].digits),
        scope.precedes(n[1], [.unit, .dash])
      else { return nil }
      return quantity(n[1].number * (n[1].digits == 1 ? 100 : n[1].digits == 2 ? 10 : 1))
    },
    // two point five
    TimeRule([p(.integer), p(.point), p(.integer)]) { scope, n in
      guard n[0].number < 1_000, n[2].number < 100, n[2].digits <= 2, scope.precedes(n[2], [.unit]) else { return nil }
      return quantity(n[0].number * 1_000 + n[2].number * (n[2].number < 10 ? 100 : 10))
    },
    // three point two five
    TimeRule([p(.integer), p(.point), p(.integer), p(.integer)]) { scope, n in
      guard n[0].number < 1_000, n[2].number < 10, n[3].number < 10, n[2].digits == 0, n[3].digits == 0,
        scope.precedes(n[3], [.unit])
      else { return nil }
      return quantity(n[0].number * 1_000 + n[2].number * 100 + n[3].number * 10)
    },
    // 2½, ¼
    TimeRule([o(.integer), p(.fraction)]) { scope, n in
      guard n[0].isAbsent ? !scope.isGlued(n[1]) || n[1].start == 0 : n[0].digits > 0 && n[0].number < 1_000 else {
        return nil
      }
      return quantity((n[0].isAbsent ? 0 : n[0].number * 1_000) + n[1].number)
    },
    // one-and-a-half
    TimeRule([p(.quantity), p(.dash), p(.and), o(.dash), o(.a), o(.dash), p(.half)]) { scope, n in
      guard n[0].number % 1_000 == 0, scope.areGlued(Array(n[1...3])) else { return nil }
      return quantity(n[0].number + 500)
    },
    // one and one half, three and 1/2
    TimeRule([p(.integer), p(.and), p(.integer), p(.half)]) { _, n in
      n[2].number == 1 && n[0].number < 1_000 ? quantity(n[0].number * 1_000 + 500) : nil
    },
    TimeRule([p(.integer), p(.and), p(.integer), p(.slash), p(.integer)]) { scope, n in
      guard scope.areGlued([n[3], n[4]]), [2, 3, 4].contains(n[4].number), (1..<n[4].number).contains(n[2].number),
        n[0].number < 1_000, scope.precedes(n[4], [.unit])
      else { return nil }
      return quantity(n[0].number * 1_000 + n[2].number * 1_000 / n[4].number)
    },
    // an hour and three quarters
    TimeRule([p(.duration), p(.and), p(.integer), p(.quarterHour)]) { scope, n in
      guard let length = n[0].meaning?.length, length.count == 1, n[2].number == 3,
        length[0].count == length[0].count.rounded(), !scope.precedes(n[3], [.of, .unit])
      else { return nil }
      return duration([(length[0].count + 0.75, length[0].unit)])
    },
    // 2 hours 15
    TimeRule([p(.duration), p(.integer)]) { scope, n in
      guard let meaning = n[0].meaning, meaning.modifier == nil, meaning.low.isEmpty, meaning.length.count == 1,
        meaning.length[0].unit == .hour, meaning.length[0].count == meaning.length[0].count.rounded(),
        n[1].digits == 2, n[1].number % 5 == 0, (10...55).contains(n[1].number), endsSentence(scope, n[1])
      else { return nil }
      return duration(meaning.length + [(Double(n[1].number), .minute)])
    },
    // 1 h 30 m
    TimeRule([p(.integer), p(.unit), p(.integer), p(.unit)]) { scope, n in
      guard let first = grain(n[1]), let second = grain(n[3]), n[1].kind == .weak, n[3].kind == .weak,
        n[0].digits > 0, n[2].digits > 0, n[2].number < 60, first <= .day, second.rawValue == first.rawValue - 1,
        !isTouched(scope, n[0])
      else { return nil }
      return duration([(Double(n[0].number), first), (Double(n[2].number), second)])
    },
    // another 3 weeks, an extra hour
    TimeRule([o(.a), p(.extra), p(.quantity), p(.unit)]) { scope, n in
      guard n[2].number > 0, n[3].kind != .weak, !scope.wordsBeginning[n[1].start].contains(.and),
        let unit = grain(n[3])
      else { return nil }
      return duration([(Double(n[2].number) / 1_000, unit)])
    },
    TimeRule([p(.a), p(.extra), p(.unit)]) { _, n in
      guard n[2].kind == .plain, let unit = grain(n[2]), unit > .second else { return nil }
      return duration([(1, unit)])
    },
  ]

  private static func quantity(_ thousandths: Int) -> TimeNode? {
    guard thousandths > 0, thousandths < 1_000_000_000 else { return nil }
    return TimeNode(start: 0, end: 0, category: .quantity, number: thousandths)
  }

  /// "24 hours a day", "two hours a week": so much of each, not both together.
  static func isRate(_ scope: Scope, _ unit: TimeNode) -> Bool {
    unit.length == 2 && scope.wordsBeginning[unit.start].contains(.a) && scope.follows(unit, [.unit])
  }
}
