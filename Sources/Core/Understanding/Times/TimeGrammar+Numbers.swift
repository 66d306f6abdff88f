/// Numbers in words and digits, and lengths of time.
extension TimeGrammar {
  static let numbers: [TimeRule] = [
    // twenty five
    TimeRule([p(.integer), o(.dash), p(.integer)]) { _, n in
      guard n[0].digits == 0, n[2].digits == 0, (20...90).contains(n[0].number), n[0].number % 10 == 0,
        (1...9).contains(n[2].number)
      else { return nil }
      return TimeNode(start: 0, end: 0, category: .integer, number: n[0].number + n[2].number)
    },
    // two hundred, a thousand
    TimeRule([p(.integer, .a), p(.scale)]) { _, n in
      let count = n[0].category == .a ? 1 : n[0].number
      guard n[0].digits == 0, count < 1_000, n[1].number <= 1_000 else { return nil }
      return TimeNode(start: 0, end: 0, category: .integer, number: count * n[1].number)
    },
    // two thousand and eighteen, two hundred sixty seven
    TimeRule([p(.integer), o(.and), p(.integer)]) { _, n in
      guard n[0].digits == 0, n[2].digits == 0, n[0].number >= 100, n[0].number % 100 == 0, n[0].number < 1_000_000,
        n[2].number > 0, n[0].number % 1_000 == 0 ? n[2].number < 1_000 : n[2].number < 100
      else { return nil }
      return TimeNode(start: 0, end: 0, category: .integer, number: n[0].number + n[2].number)
    },
    // nineteen ninety six, twenty twenty four
    TimeRule([p(.integer), o(.dash), p(.integer)]) { scope, n in
      guard n[0].digits == 0, n[2].digits == 0, (11...29).contains(n[0].number), (10...99).contains(n[2].number),
        n[0].number != 20 || n[2].number >= 10
      else { return nil }
      return year(scope, n[0].number * 100 + n[2].number, isWord: true)
    },
    // nineteen zero one
    TimeRule([p(.integer), p(.integer), p(.integer)]) { scope, n in
      guard n.allSatisfy({ $0.digits == 0 }), (11...20).contains(n[0].number), n[1].number == 0,
        (1...9).contains(n[2].number)
      else {
        return nil
      }
      return year(scope, n[0].number * 100 + n[2].number, isWord: true)
    },
    // 21st, twenty first
    TimeRule([p(.integer), p(.suffix)]) { scope, n in
      guard n[0].digits > 0, scope.isGlued(n[1]) else { return nil }
      return TimeNode(start: 0, end: 0, category: .ordinal, number: n[0].number, digits: n[0].digits)
    },
    TimeRule([p(.integer), o(.dash), p(.ordinal)]) { _, n in
      guard n[0].digits == 0, n[2].digits == 0, (20...90).contains(n[0].number), n[0].number % 10 == 0,
        (1...9).contains(n[2].number)
      else { return nil }
      return TimeNode(start: 0, end: 0, category: .ordinal, number: n[0].number + n[2].number)
    },
    // Amounts, in thousandths.
    TimeRule([p(.integer)]) { _, n in
      guard n[0].number < 1_000_000 else { return nil }
      return TimeNode(start: 0, end: 0, category: .quantity, number: n[0].number * 1_000)
    },
    TimeRule([o(.a), p(.few)]) { _, n in
      TimeNode(start: 0, end: 0, category: .quantity, number: n[1].number * 1_000)
    },
    TimeRule([p(.integer), p(.dot), p(.integer)]) { scope, n in
      guard n[0].digits > 0, (1...3).contains(n[2].digits), n[0].number < 100_000, scope.areGlued([n[1], n[2]]) else {
        return nil
      }
      let scale = n[2].digits == 1 ? 100 : n[2].digits == 2 ? 10 : 1
      return TimeNode(start: 0, end: 0, category: .quantity, number: n[0].number * 1_000 + n[2].number * scale)
    },
    TimeRule([p(.quantity), p(.and), o(.a), p(.half)]) { _, n in
      guard n[0].number % 1_000 == 0 else { return nil }
      return TimeNode(start: 0, end: 0, category: .quantity, number: n[0].number + 500)
    },
    TimeRule([o(.a), p(.half), o(.a)]) { _, n in TimeNode(start: 0, end: 0, category: .quantity, number: 500, score: -1)
    },
    TimeRule([o(.a), p(.quarterHour), o(.of), o(.a)]) { _, n in
      TimeNode(start: 0, end: 0, category: .quantity, number: 250, score: -1)
    },
    // three quarters of an hour
    TimeRule([p(.integer), p(.quarterHour), p(.of), o(.a)]) { _, n in
      n[0].number == 3 ? TimeNode(start: 0, end: 0, category: .quantity, number: 750) : nil
    },
    // one and a quarter, two and three quarters (of)
    TimeRule([p(.integer), p(.and), p(.a, .integer), p(.quarterHour), o(.of), o(.a)]) { _, n in
      guard n[0].number < 1_000, n[2].category == .a || (1...3).contains(n[2].number) else { return nil }
      let quarters = n[2].category == .a ? 1 : n[2].number
      return TimeNode(start: 0, end: 0, category: .quantity, number: n[0].number * 1_000 + 250 * quarters)
    },
    TimeRule([p(.integer), p(.and), p(.quarterHour), p(.of), o(.a)]) { _, n in
      guard n[0].number < 1_000 else { return nil }
      return TimeNode(start: 0, end: 0, category: .quantity, number: n[0].number * 1_000 + 250)
    },
    // 1/2 hour, 1 1/2 hours
    TimeRule([o(.integer), p(.integer), p(.slash), p(.integer)]) { scope, n in
      guard scope.areGlued([n[2], n[3]]), [2, 3, 4].contains(n[3].number), (1..<n[3].number).contains(n[1].number),
        n[1].digits == 1, n[3].digits == 1, n[0].isAbsent || n[0].number < 1_000, scope.precedes(n[3], [.unit])
      else { return nil }
      let whole = n[0].isAbsent ? 0 : n[0].number * 1_000
      return TimeNode(start: 0, end: 0, category: .quantity, number: whole + n[1].number * 1_000 / n[3].number)
    },
  ]

  // MARK: Lengths

  static let durations: [TimeRule] = [
    TimeRule([p(.quantity), o(.dash), p(.unit)]) { scope, n in
      guard n[0].number > 0, n[1].isAbsent || scope.isGlued(n[2]), !isTouched(scope, n[0]),
        // "2008 year", as Hindi says the year 2008
        grain(n[2]) != .year || !(1_900_000...2_100_000).contains(n[0].number) || n[2].kind == .plural,
        n[2].kind != .weak || scope.isGlued(n[2]) && n[0].number < 1_000_000 || isLoneHour(scope, n[2]),
        let unit = grain(n[2])
      else { return nil }
      return duration([(Double(n[0].number) / 1_000, unit)])
    },
    // 2 more minutes, one more week
    TimeRule([p(.quantity), p(.extra), p(.unit)]) { scope, n in
      guard n[0].number > 0, !isTouched(scope, n[0]), n[2].kind != .weak, let unit = grain(n[2]) else { return nil }
      return duration([(Double(n[0].number) / 1_000, unit)])
    },
    // an hour and fifteen; 1 hour thirty
    TimeRule([p(.duration), o(.and), p(.integer)]) { scope, n in
      guard let length = n[0].meaning?.length, length.count == 1, length[0].unit == .hour,
        length[0].count == length[0].count.rounded(), (2...59).contains(n[2].number), n[2].digits == 0,
        scope.isLast(n[2])
      else { return nil }
      return duration(length + [(Double(n[2].number), .minute)])
    },
    // an hour and a quarter
    TimeRule([p(.duration), p(.and), o(.a), p(.quarterHour)]) { _, n in
      guard let length = n[0].meaning?.length, length.count == 1, length[0].count == length[0].count.rounded() else {
        return nil
      }
      return duration([(length[0].count + 0.25, length[0].unit)])
    },
    // two nights; four working days
    TimeRule([p(.quantity), p(.part)]) { scope, n in
      guard n[1].kind == .plural, n[0].number > 0, !isTouched(scope, n[0]) else { return nil }
      return duration([(Double(n[0].number) / 1_000, .day)])
    },
    TimeRule([p(.quantity), o(.extra), p(.weekdays)]) { scope, n in
      guard n[0].number >= 500, !isTouched(scope, n[0]) else { return nil }
      return duration([(Double(n[0].number) / 1_000, .day)], score: -1)
    },
    TimeRule([p(.a), p(.unit)]) { scope, n in
      guard let unit = grain(n[1]), unit > .second else { return nil }
      let made = duration([(1, unit)], score: -2)
      made?.meaning?.isPart = scope.follows(n[0], [.unit])
      return made
    },
    // an hour and a half
    TimeRule([p(.duration), p(.and), o(.a), p(.half)]) { _, n in
      guard let meaning = n[0].meaning, meaning.length.count == 1, let (count, unit) = meaning.length.first,
        count == count.rounded()
      else { return nil }
      return duration([(count + 0.5, unit)])
    },
    // 2 days 1 hour and 5 minutes
    TimeRule([p(.duration), o(.comma), o(.and), p(.duration)]) { scope, n in
      // "for the last 3 months and 2 days ago they found it"
      let isJoined = n[1].isAbsent && n[2].isAbsent
      guard isJoined || !scope.follows(n[0], [.last, .next]) || !scope.precedes(n[3], [.ago]),
        let first = n[0].meaning, let second = n[3].meaning, first.modifier == nil, second.modifier == nil,
        let last = first.length.last, let next = second.length.first,
        next.unit < last.unit || isJoined && !first.length.contains(where: { $0.unit == next.unit }),
        first.length.count < 6, second.length.count == 1, !isJoined || !isRate(scope, n[3])
      else { return nil }
      return duration(first.length + second.length)
    },
    // all week, the whole month
    TimeRule([p(.all), o(.the, .dash), p(.unit)]) { _, n in
      guard let unit = grain(n[2]), unit >= .day else { return nil }
      return duration([(1, unit)])
    },
    TimeRule([p(.less, .more), p(.duration)]) { _, n in
      guard let meaning = n[1].meaning, meaning.modifier == nil else { return nil }
      return node(.duration, meaning.with { $0.modifier = n[0].category == .less ? .less : .more })
    },
  ]

  /// "3 h", and nothing that it could be a letter of.
  private static func isLoneHour(_ scope: Scope, _ unit: TimeNode) -> Bool {
    grain(unit) == .hour && scope.isNumber(unit.start - 1) && endsPhrase(scope, unit)
  }

  static func grain(_ node: TimeNode) -> TimeGrain? { TimeGrain(rawValue: node.number) }

  /// "1:30 minutes", "v2 days": the number belongs to what stands before it.
  static func isTouched(_ scope: Scope, _ node: TimeNode) -> Bool {
    // "two point five": the five is no five
    if scope.follows(node, [.point]) { return true }
    guard scope.isGlued(node), node.start > 0 else { return false }
    let mark = scope.symbol(node.start - 1)
    // "1hr30min"
    if mark == nil, scope.follows(node, [.unit]), scope.isGlued(at: node.start - 1) { return false }
    // "1,50,000"
    if mark == UInt8(ascii: ","), scope.isNumber(node.start - 2) { return true }
    return mark == nil || mark == UInt8(ascii: ":") || mark == UInt8(ascii: ".") || mark == UInt8(ascii: "/")
  }

  static func duration(_ length: [(count: Double, unit: TimeGrain)], score: Int = 0) -> TimeNode? {
    let seconds = length.reduce(0.0) { $0 + $1.count * $1.unit.seconds }
    guard seconds < 1e12 else { return nil }
    let meaning = TimeMeaning([.init(Int64(seconds.rounded()), nil, timex(length))], length.last?.unit ?? .day)
    meaning.length = length
    return node(.duration, meaning, score: score)
  }

  /// `P2DT1H30M`, `PT1.5H`, `P3WE`.
  static func timex(_ length: [(count: Double, unit: TimeGrain)]) -> String {
    var text = "P"
    var isClock = false
    for (count, unit) in length {
      if unit.isClock, !isClock {
        text += "T"
        isClock = true
      }
      let (base, times) = unit.base
      text += number(count * Double(times)) + base.letter
    }
    return text
  }

  static func number(_ value: Double) -> String {
    value == value.rounded() ? String(Int(value)) : String((value * 1_000).rounded() / 1_000)
  }
}
