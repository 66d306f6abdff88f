import Base

/// Gives the wall-clock times of one rule in order, without a zone.
///
/// It goes from period to period (year, month, week, day, hour, minute or second, by FREQ), fills each one without
/// writing the times down, and can begin far from DTSTART. It ends in year 9999, or once a whole cycle of the calendar
/// (400 years) had nothing.
struct RuleWalker {
  /// Work allowed for one question; a period or a skipped day is one step.
  static let budget = 1_000_000

  private let rule: RecurrenceRule
  private let start: Int64
  private let isPastUntil: (Int64) -> Bool
  private let filter: DayFilter
  /// Allowed times; in a rule finer than a day one hour (minute, second) at a time is filled in.
  private var hours: [Int]
  private var minutes: [Int]
  private var seconds: [Int]

  private let origin: Int
  /// From one period of the rule to the next, in years, months, days or slots.
  private let stride: Int
  private let cycle: Int
  private var index = 0
  private var lastFilled = 0
  private var days: [Int] = []
  private var positions: [Int]?
  private var cursor = 0
  private var emitted = 0
  private var isFinished = false
  private var steps = 0
  private var knownDay = (number: Int.min, matches: false)

  private static let lastDay = 2_932_896

  /// - Parameter isPastUntil: whether a wall time lies beyond the rule's UNTIL.
  /// - Parameter from: the first wall time of interest; earlier ones are skipped, though COUNT counts them.
  init(
    _ rule: RecurrenceRule, start: CivilDateTime, isAllDay: Bool, from: Int64, isPastUntil: @escaping (Int64) -> Bool
  ) throws {
    self.rule = rule
    self.start = start.wallSeconds
    self.isPastUntil = isPastUntil
    let unit = rule.frequency.secondsPerUnit
    filter = DayFilter(rule, start: start.date, fills: unit == nil)
    // RFC 5545 §3.3.10: an all-day DTSTART makes a reader ignore these parts.
    hours = isAllDay || rule.byHour.isEmpty ? [start.time.hour] : rule.byHour
    minutes = isAllDay || rule.byMinute.isEmpty ? [start.time.minute] : rule.byMinute
    seconds = isAllDay || rule.bySecond.isEmpty ? [start.time.second] : rule.bySecond
    origin = RuleWalker.origin(rule, start)
    stride = rule.frequency == .weekly ? rule.interval * 7 : rule.interval
    let states =
      switch rule.frequency {
      case .yearly: 400
      case .monthly: 4_800
      case .weekly: 20_871
      case .daily: 146_097
      case .hourly, .minutely, .secondly: 146_097 * 86_400 / (unit ?? 86_400)
      }
    cycle = states / RuleWalker.gcd(states, rule.interval)
    if let unit, !hasReachableTime(unit) {
      isFinished = true
      return
    }
    guard hasReachablePosition else {
      isFinished = true
      return
    }
    try seek(max(from, self.start))
  }

  mutating func next() throws -> Int64? {
    while !isFinished {
      if cursor < size {
        if let count = rule.count, emitted >= count { break }
        let wall = item(cursor)
        if isPastUntil(wall) { break }
        cursor += 1
        emitted += 1
        return wall
      }
      index += 1
      try fill()
    }
    isFinished = true
    return nil
  }

  // MARK: Places in a period

  private var size: Int { positions?.count ?? plainSize }
  private var plainSize: Int { days.count * hours.count * minutes.count * seconds.count }

  private func item(_ place: Int) -> Int64 {
    var rest = positions?[place] ?? place
    let second = seconds[rest % seconds.count]
    rest /= seconds.count
    let minute = minutes[rest % minutes.count]
    rest /= minutes.count
    let hour = hours[rest % hours.count]
    return Int64(days[rest / hours.count]) * 86_400 + Int64(hour * 3_600 + minute * 60 + second)
  }

  /// The first place whose time is not before `wall`.
  private func place(of wall: Int64) -> Int {
    var low = 0
    var high = size
    while low < high {
      let middle = (low + high) / 2
      if item(middle) < wall { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: Periods

  /// Stands at the first time not before `wall`, with the right number already counted.
  private mutating func seek(_ wall: Int64) throws {
    let target = max(0, RuleWalker.floorDivide(period(of: wall) - origin, stride))
    if rule.count == nil { index = target }
    lastFilled = index
    try fill()
    while !isFinished, index < target {
      emitted += index == 0 ? size - place(of: start) : size
      if index == 0, isUniform {
        let (skipped, overflow) = (target - 1).multipliedReportingOverflow(by: size)
        emitted += overflow ? Int.max / 2 : skipped
        index = target
        lastFilled = index
      } else {
        index += 1
      }
      if emitted >= rule.count ?? Int.max { isFinished = true }
      try fill()
    }
    guard !isFinished else { return }
    let first = index == 0 ? place(of: start) : 0
    cursor = max(first, place(of: wall))
    emitted += rule.count == nil ? 0 : cursor - first
  }

  /// Every period holds equally many times.
  private var isUniform: Bool {
    switch rule.frequency {
    case .yearly, .monthly: false
    case .weekly: filter.isWeekdaysOnly
    case .daily: filter.isEmpty
    case .hourly: filter.isEmpty && rule.byHour.isEmpty
    case .minutely: filter.isEmpty && rule.byHour.isEmpty && rule.byMinute.isEmpty
    case .secondly: filter.isEmpty && rule.byHour.isEmpty && rule.byMinute.isEmpty && rule.bySecond.isEmpty
    }
  }

  /// Fills the period at `index`, or the next one that has anything.
  private mutating func fill() throws {
    cursor = 0
    while !isFinished {
      try spend(1)
      let (distance, overflow) = index.multipliedReportingOverflow(by: stride)
      guard !overflow, distance < 1 << 45, index - lastFilled <= cycle else {
        isFinished = true
        return
      }
      if try expand(origin + distance), choosePositions() {
        lastFilled = index
        return
      }
    }
  }

  /// - Returns: `false` when the period has no day; `index` is then at the next one worth looking at.
  private mutating func expand(_ period: Int) throws -> Bool {
    let isInside: Bool
    switch rule.frequency {
    case .yearly:
      isInside = period <= 9_999
      if isInside {
        try spend(16)
        days = filter.days(inYear: period)
      }
    case .monthly:
      isInside = period < 120_000
      if isInside { days = filter.days(inMonth: period % 12 + 1, year: period / 12) }
    case .weekly:
      isInside = period <= RuleWalker.lastDay
      if isInside { days = (period..<period + 7).filter { $0 <= RuleWalker.lastDay && filter.matches($0) } }
    case .daily:
      isInside = period <= RuleWalker.lastDay
      if isInside, !filter.matches(period) {
        jump(to: filter.nextCandidate(after: period))
        return false
      }
      days = [period]
    case .hourly, .minutely, .secondly: return expandSlot(period)
    }
    guard isInside else {
      isFinished = true
      return false
    }
    if days.isEmpty { index += 1 }
    return !days.isEmpty
  }

  /// One hour, minute or second, counted from 1970.
  private mutating func expandSlot(_ slot: Int) -> Bool {
    guard let unit = rule.frequency.secondsPerUnit else { return false }
    let perDay = 86_400 / unit
    let day = RuleWalker.floorDivide(slot, perDay)
    guard day <= RuleWalker.lastDay else {
      isFinished = true
      return false
    }
    if knownDay.number != day { knownDay = (day, filter.matches(day)) }
    guard knownDay.matches else {
      jump(to: filter.nextCandidate(after: day) * perDay)
      return false
    }
    let second = (slot - day * perDay) * unit
    let midnight = day * perDay
    if let later = RuleWalker.next(second / 3_600, in: rule.byHour, limit: 24) {
      jump(to: midnight + later * 3_600 / unit)
      return false
    }
    if unit < 3_600, let later = RuleWalker.next(second / 60 % 60, in: rule.byMinute, limit: 60) {
      jump(to: midnight + (second / 3_600 * 3_600 + later * 60) / unit)
      return false
    }
    if unit == 1, let later = RuleWalker.next(second % 60, in: rule.bySecond, limit: 60) {
      jump(to: midnight + second / 60 * 60 + later)
      return false
    }
    days = [day]
    hours = [second / 3_600]
    if unit < 3_600 { minutes = [second / 60 % 60] }
    if unit == 1 { seconds = [second % 60] }
    return true
  }

  /// `nil` when the value is allowed; otherwise the next allowed one, or `limit` when none is left.
  private static func next(_ value: Int, in allowed: [Int], limit: Int) -> Int? {
    guard !allowed.isEmpty else { return nil }
    let found = allowed.first { $0 >= value } ?? limit
    return found == value ? nil : found
  }

  /// Moves `index` to the first period of the rule at or after `period`, and forward in any case.
  private mutating func jump(to period: Int) {
    index = max(index + 1, RuleWalker.floorDivide(period - origin + stride - 1, stride))
  }

  /// Works out BYSETPOS for the filled period.
  private mutating func choosePositions() -> Bool {
    guard !rule.bySetPosition.isEmpty else { return true }
    let total = plainSize
    let chosen = rule.bySetPosition.map { $0 > 0 ? $0 - 1 : total + $0 }.filter { $0 >= 0 && $0 < total }
    positions = Set(chosen).sorted()
    if chosen.isEmpty { index += 1 }
    return !chosen.isEmpty
  }

  private mutating func spend(_ amount: Int) throws {
    steps += amount
    guard steps <= RuleWalker.budget else {
      throw RecurrenceError(
        .costly, nil, "The rule needs too much work to answer; begin it later, or ask for fewer or plainer times.")
    }
  }

  // MARK: Arithmetic

  private static func origin(_ rule: RecurrenceRule, _ start: CivilDateTime) -> Int {
    switch rule.frequency {
    case .yearly: start.date.year
    case .monthly: start.date.year * 12 + start.date.month - 1
    case .weekly: start.date.dayNumber - (start.date.weekday.rawValue - rule.weekStart.rawValue + 7) % 7
    case .daily: start.date.dayNumber
    case .hourly, .minutely, .secondly: floorDivide(Int(start.wallSeconds), rule.frequency.secondsPerUnit ?? 1)
    }
  }

  private func period(of wall: Int64) -> Int {
    let date = CivilDateTime(wallSeconds: wall).date
    return switch rule.frequency {
    case .yearly: date.year
    case .monthly: date.year * 12 + date.month - 1
    case .weekly, .daily: date.dayNumber
    case .hourly, .minutely, .secondly: RuleWalker.floorDivide(Int(wall), rule.frequency.secondsPerUnit ?? 1)
    }
  }

  /// Whether BYSETPOS can choose anything where every period has the same number of times.
  private var hasReachablePosition: Bool {
    let most =
      switch rule.frequency {
      case .daily: hours.count * minutes.count * seconds.count
      case .hourly: minutes.count * seconds.count
      case .minutely: seconds.count
      case .secondly: 1
      default: Int.max
      }
    return rule.bySetPosition.isEmpty || rule.bySetPosition.contains { abs($0) <= most }
  }

  /// Whether the rule's steps ever meet an allowed time of day: all odd minutes every two minutes never do.
  private func hasReachableTime(_ unit: Int) -> Bool {
    if rule.byHour.isEmpty, rule.byMinute.isEmpty, rule.bySecond.isEmpty { return true }
    let perDay = 86_400 / unit
    let shared = RuleWalker.gcd(rule.interval, perDay)
    let wanted = (origin % perDay + perDay) % perDay % shared
    for hour in rule.byHour.isEmpty ? Array(0...23) : rule.byHour {
      if unit == 3_600 {
        if hour % shared == wanted { return true }
        continue
      }
      for minute in rule.byMinute.isEmpty ? Array(0...59) : rule.byMinute {
        if unit == 60 {
          if (hour * 60 + minute) % shared == wanted { return true }
          continue
        }
        for second in rule.bySecond.isEmpty ? Array(0...59) : rule.bySecond
        where (hour * 3_600 + minute * 60 + second) % shared == wanted { return true }
      }
    }
    return false
  }

  private static func gcd(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }

  private static func floorDivide(_ a: Int, _ b: Int) -> Int {
    let quotient = a / b
    return a % b < 0 ? quotient - 1 : quotient
  }
}

extension RecurrenceRule.Frequency {
  /// The step of a frequency finer than a day.
  fileprivate var secondsPerUnit: Int? {
    switch self {
    case .hourly: 3_600
    case .minutely: 60
    case .secondly: 1
    default: nil
    }
  }
}
