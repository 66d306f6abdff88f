import Base
import Time

/// Reads tokens as rules, by descent; every loop consumes at least one token.
struct OpeningHoursParser {
  typealias Token = OpeningHoursTokens.Token

  let tokens: [Token]
  private var index = 0
  private var isApproximate = false

  init(tokens: [Token]) { self.tokens = tokens }

  mutating func run() throws(OpeningHoursError) -> OpeningHours {
    var rules: [OpeningHours.Rule] = []
    var joint = OpeningHours.Joint.normal
    while true {
      guard current != nil else {
        if rules.isEmpty || joint != .normal { throw error("something is missing") }
        break  // a semicolon at the end
      }
      guard rules.count < 100 else { throw error("there are too many rules") }
      var rule = try readRule()
      rule.joint = joint
      rules.append(rule)
      guard let token = current else { break }
      switch token {
      case .sign(";"): joint = .normal
      case .sign(","):
        // without times before it, a comma could as well continue the days: too unclear to guess
        guard !rule.spans.isEmpty || wasEndedByState else { throw error("a comma between two kinds of days") }
        joint = .additional
      case .fallback: joint = .fallback
      default: throw error("not understood")
      }
      index += 1
    }
    return OpeningHours(rules: rules, isApproximate: isApproximate)
  }

  private var wasEndedByState: Bool {
    guard index > 0 else { return false }
    switch tokens[index - 1] {
    case .word(let word): return OpeningWords.state(word) != nil
    case .comment: return true
    default: return false
    }
  }

  private mutating func readRule() throws(OpeningHoursError) -> OpeningHours.Rule {
    var rule = OpeningHours.Rule()
    let start = index
    if case .number(24, _) = current, peek(1) == .sign("/"), case .number(7, _) = peek(2) {
      index += 3
      rule.spans = [OpeningHours.Span(start: 0, end: 1_440, guessUntil: nil)]
    } else {
      try readWide(&rule)
      if index > start { _ = take(":") }
      let small = index
      try readWeekdays(&rule)
      if index > small, !isTime { _ = take(":") }
      if isTime { rule.spans = try readTimes() }
    }
    var isStated = false
    if case .word(let word) = current, let state = OpeningWords.state(word) {
      rule.state = state
      isStated = true
      index += 1
    }
    if case .comment(let text) = current {
      // words alone ("by appointment") promise nothing
      if !isStated { rule.state = .unknown }
      rule.comment = text
      index += 1
    }
    guard index > start else { throw error("not understood") }
    return rule
  }

  // MARK: Years, dates, weeks

  private mutating func readWide(_ rule: inout OpeningHours.Rule) throws(OpeningHoursError) {
    while true {
      if isYear, !isDated(1) {
        repeat { rule.years.append(try readYears()) } while takeComma { $0.isYear && !$0.isDated(1) }
      } else if isDated(0) || (isYear && isDated(1)) {
        repeat {
          rule.dates.append(try readDates(after: rule.dates.last))
        } while takeComma {
          $0.isDated(0) || ($0.isYear && $0.isDated(1)) || $0.isDayOfMonth
        }
      } else if takeWord("week") {
        repeat {
          rule.weeks.append(try readWeeks())
        } while takeComma { if case .number = $0.current { true } else { false } }
      } else {
        return
      }
      // `Jan 11: week 02:` sets each part apart
      if current == .sign(":"), peek(1) == .word("week") { index += 1 }
    }
  }

  private var isYear: Bool {
    if case .number(let value, 4) = current { return value >= 1_900 && peek(1) != .sign(":") }
    return false
  }

  private func isDated(_ offset: Int) -> Bool {
    if case .word(let word) = peek(offset) { return word == "easter" || OpeningWords.month(word) != nil }
    return false
  }

  private var isDayOfMonth: Bool {
    guard case .number(_, let digits) = current, digits <= 2 else { return false }
    switch peek(1) {
    case .word("am"), .word("pm"): return false
    case .sign(":"):
      // `Feb 12: 00:00-24:00` and `Jan 20: off` set the day apart; `Feb 12:00-14:00` begins with a time
      if case .number = peek(2) { return peek(3) == .sign(":") }
      return true
    case .sign("-"):
      // `Dec 24-26` are days, `Dec 9-17:00` is a time
      if case .number = peek(2), peek(3) == .sign(":") { return false }
      return true
    default: return true
    }
  }

  private mutating func readYears() throws(OpeningHoursError) -> YearRange {
    let from = try number(1_900...9_998, "a year")
    var range = YearRange(from: from, to: from)
    if take("+") {
      range.to = 9_999
    } else if take("-") {
      range.to = try number(from + 1...9_999, "a later year")
    }
    if take("/") {
      range.step = try number(1...100, "a step in years")
      if range.to == from { range.to = 9_999 }
    }
    return range
  }

  private mutating func readWeeks() throws(OpeningHoursError) -> Steps {
    let from = try number(1...53, "a week from 1 to 53")
    var range = Steps(from: from, to: from)
    if take("-") { range.to = try number(from...53, "a later week up to 53") }
    if take("/") { range.step = try number(2...26, "a step in weeks") }
    return range
  }

  private mutating func readDates(after previous: DateRange?) throws(OpeningHoursError) -> DateRange {
    let start = try readPoint(in: previous?.end)
    guard current == .sign("-"), !isOffset else { return DateRange(start: start, end: start) }
    index += 1
    var end = try readPoint(in: start)
    if end.kind == .easter, start.kind == .easter, (start.year == nil) != (end.year == nil) {
      throw error("only one end of the range has a year")
    }
    if end.year == nil { end.year = start.year }
    // `2012 Dec - Feb` ends in the year after; `Jun 30-24` is a slip
    if case .day(let month, let day) = start.kind, case .day(let other, let last) = end.kind {
      if month == other, last < day, !sawMonth { throw error("the range of days runs backwards") }
    }
    if start.year != nil, let year = end.year, year == start.year,
      let first = start.resolve(year, isEnd: false), let last = end.resolve(year, isEnd: true), last < first
    {
      end.year = year + 1
    }
    if start.year == nil, end.year != nil { throw error("only one end of the range has a year") }
    return DateRange(start: start, end: end)
  }

  private var sawMonth = true

  private mutating func readPoint(in previous: DatePoint?) throws(OpeningHoursError) -> DatePoint {
    var year: Int?
    if isYear { year = try number(1_900...9_998, "a year") }
    sawMonth = false
    var month: Int?
    if case .word(let word) = current {
      index += 1
      sawMonth = true
      if word == "easter" { return DatePoint(kind: .easter, year: year, offset: try readOffset()) }
      month = OpeningWords.month(word)
    } else if let previous {
      year = year ?? previous.year
      switch previous.kind {
      case .day(let m, _), .month(let m), .weekday(let m, _, _): month = m
      case .easter: break
      }
    }
    guard let month else { throw error("a month was expected") }
    if isDayOfMonth {
      let days = DayNumber.daysIn(month: month, year: 2_024)
      let day = try number(1...days, "a day that the month has")
      return DatePoint(kind: .day(month, day), year: year, offset: try readOffset())
    }
    guard sawMonth else { throw error("a day was expected") }
    if case .word(let word) = current, let weekday = OpeningWords.weekday(word), peek(1) == .sign("[") {
      index += 1
      let places = try readPlaces()
      guard places.count == 1 else { throw error("one place in the month was expected") }
      return DatePoint(kind: .weekday(month, weekday, places[0]), year: year, offset: try readOffset())
    }
    return DatePoint(kind: .month(month), year: year)
  }

  /// Whether `+1 day` or `-2 days` stands here.
  private var isOffset: Bool {
    guard current == .sign("+") || current == .sign("-"), case .number = peek(1), case .word(let word) = peek(2) else {
      return false
    }
    return word == "day" || word == "days"
  }

  private mutating func readOffset() throws(OpeningHoursError) -> Int {
    guard isOffset else { return 0 }
    let isBack = current == .sign("-")
    index += 1
    let days = try number(0...366, "at most 366 days")
    index += 1
    return isBack ? -days : days
  }

  // MARK: Weekdays and holidays

  private mutating func readWeekdays(_ rule: inout OpeningHours.Rule) throws(OpeningHoursError) {
    guard isWeekday else { return }
    repeat {
      guard case .word(let word) = current else { throw error("a weekday was expected") }
      index += 1
      if OpeningWords.isHoliday(word) {
        if isOffset || current == .sign("+") { throw error("days counted from a holiday are not understood") }
        rule.hasHoliday = true
        if isWeekday {
          // `PH We`: holidays that are Wednesdays; with no calendar, none
          var ignored = OpeningHours.Rule()
          try readWeekdays(&ignored)
          return
        }
        continue
      }
      guard let from = OpeningWords.weekday(word) else { throw error("a weekday was expected") }
      var range = WeekdayRange(from: from, to: from)
      if current == .sign("[") {
        range.places = try readPlaces()
      } else if current == .sign("-"), !isOffset {
        index += 1
        guard case .word(let last) = current, let to = OpeningWords.weekday(last) else {
          throw error("a weekday was expected")
        }
        index += 1
        range.to = to
      }
      range.offset = try readOffset()
      rule.weekdays.append(range)
    } while takeComma(\.isWeekday)
  }

  private var isWeekday: Bool {
    if case .word(let word) = current { return OpeningWords.weekday(word) != nil || OpeningWords.isHoliday(word) }
    return false
  }

  /// `[1,3]`, `[-1]`, `[1-2]`.
  private mutating func readPlaces() throws(OpeningHoursError) -> [Int] {
    guard take("[") else { return [] }
    var places: [Int] = []
    repeat {
      let sign = take("-") ? -1 : 1
      let first = try number(1...5, "a place from 1 to 5")
      if sign == 1, take("-") {
        let last = try number(first...5, "a place from 1 to 5")
        places += first...last
      } else {
        places.append(sign * first)
      }
    } while take(",")
    guard take("]") else { throw error("] is missing") }
    return places
  }

  // MARK: Times

  private var isTime: Bool {
    switch current {
    case .sign("("): true
    case .word(let word): OpeningWords.sun(word) != nil
    case .number(_, let digits):
      digits <= 2
        && (peek(1) == .sign(":") || peek(1) == .sign("-") || peek(1) == .word("am") || peek(1) == .word("pm"))
    default: false
    }
  }

  private mutating func readTimes() throws(OpeningHoursError) -> [OpeningHours.Span] {
    var spans: [OpeningHours.Span] = []
    repeat {
      let start = try readTime(limit: 1_439)
      if take("+") {
        spans.append(.init(start: start, end: start, guessUntil: Self.guess(start)))
        continue
      }
      guard take("-") else { throw error("a time alone is no span; write from and to") }
      var end = try readTime(limit: 2_880)
      if end <= start { end += 1_440 }
      if current == .sign("/") { throw error("points in time are not understood") }
      let isOpenEnd = take("+")
      if isOpenEnd, end >= 2_880 { throw error("an open end after two days") }
      spans.append(.init(start: start, end: end, guessUntil: isOpenEnd ? max(end, Self.guess(end)) : nil))
    } while takeComma(\.isTime)
    return spans
  }

  /// Open ends are guessed as the reference evaluator does: to midnight, of the evening ten hours, of the night eight.
  private static func guess(_ start: Int) -> Int {
    start >= 22 * 60 ? start + 480 : start >= 17 * 60 ? start + 600 : 1_440
  }

  private mutating func readTime(limit: Int) throws(OpeningHoursError) -> Int {
    let minutes: Int
    if take("(") {
      guard case .word(let word) = current, let base = OpeningWords.sun(word) else {
        throw error("a sun time was expected")
      }
      index += 1
      isApproximate = true
      let sign = take("+") ? 1 : take("-") ? -1 : 0
      guard sign != 0 else { throw error("+ or - was expected") }
      minutes = base + sign * (try readClock())
      guard take(")") else { throw error(") is missing") }
    } else if case .word(let word) = current, let base = OpeningWords.sun(word) {
      index += 1
      isApproximate = true
      minutes = base
    } else {
      minutes = try readClock()
    }
    guard (0...limit).contains(minutes) else { throw error("a time outside the day") }
    return minutes
  }

  private mutating func readClock() throws(OpeningHoursError) -> Int {
    var hour = try number(0...48, "an hour")
    var minute = 0
    if take(":") {
      guard case .number(_, 2) = current else { throw error("two digits for the minutes") }
      minute = try number(0...59, "minutes from 00 to 59")
    }
    if case .word(let half) = current, half == "am" || half == "pm" {
      guard (1...12).contains(hour) else { throw error("an hour from 1 to 12") }
      index += 1
      hour = hour % 12 + (half == "pm" ? 12 : 0)
    }
    return hour * 60 + minute
  }

  // MARK: Moving along

  private var current: Token? { peek(0) }
  private func peek(_ offset: Int) -> Token? { index + offset < tokens.count ? tokens[index + offset] : nil }

  private mutating func take(_ sign: Character) -> Bool {
    guard current == .sign(sign) else { return false }
    index += 1
    return true
  }

  private mutating func takeWord(_ word: String) -> Bool {
    guard current == .word(word) else { return false }
    index += 1
    return true
  }

  /// Takes a comma only when what follows continues the same list.
  private mutating func takeComma(_ continues: (OpeningHoursParser) -> Bool) -> Bool {
    guard current == .sign(",") else { return false }
    index += 1
    if continues(self) { return true }
    index -= 1
    return false
  }

  private mutating func number(_ range: ClosedRange<Int>, _ expected: String) throws(OpeningHoursError) -> Int {
    guard case .number(let value, _) = current, range.contains(value) else { throw error("\(expected) was expected") }
    index += 1
    return value
  }

  private func error(_ what: String) -> OpeningHoursError {
    OpeningHoursError(what: what, near: tokens.dropFirst(index).prefix(6).map(\.text).joined(separator: " "))
  }
}
