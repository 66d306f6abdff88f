import Time

/// What was said about time, before it is laid on the calendar.
struct TimeDraft: Sendable {
  struct Clock: Sendable, Hashable {
    /// Of the day; 24:30 is half an hour past midnight of the next.
    var minutes: Int
    /// Said on a twelve-hour clock with neither half named.
    var isOpen: Bool
    /// Said as a meal, "after breakfast": when that is differs from person to person.
    var isMeal = false
    /// "10 to 12": in minutes, where the other end was said.
    var length: Int?
  }
  enum Nearness: Sendable { case none, this, next, last }

  var tokens: [Range<Int>] = []
  var clocks: [Clock] = []
  var parts: [DayPart] = []
  var date: (year: Int?, month: Int, day: Int)?
  var month: Int?
  /// One week further on than "next" says.
  var isSkipped = false
  /// Days from today; with `isEither`, in either direction.
  var days: Int?
  var isEither = false
  var weekdays: [Int] = []
  var nearness = Nearness.none
  /// "next week", "this month".
  var span: (unit: TimeUnit, nearness: Nearness)?
  /// "the 1st and 15th"; mostly one.
  var monthDays: [Int] = []
  /// "first Monday", "first and third": ordinals of a weekday in the month.
  var ordinals: [Int] = []
  /// "mon to fri": the other end. With an hour it is every week; without one it is a day on which something begins.
  var lastWeekday: Int?
  var every: (count: Int, unit: TimeUnit)?
  var timesADay: Int?
  /// "3 times a week", of which the days were not said.
  var timesAPeriod: Int?
  /// "in 20 minutes", "in 2 weeks".
  var away: (count: Double, unit: TimeUnit)?
  /// "from 8 to 20".
  var window: (from: Int, to: Int)?
  /// The last day of what repeats ("until 5 march"): at most one, itself nothing but a day.
  var until: [TimeDraft] = []
  var count: Int?
  /// "Before food" or "after food", of which the meals are those of its parts of the day.
  var food: Int?
  /// It goes on with the one before: "monday at 9 and *thursday at 6*".
  var follows = false

  var monthDay: Int? {
    get { monthDays.first }
    set { monthDays = newValue.map { [$0] } ?? [] }
  }
  var ordinal: Int? {
    get { ordinals.first }
    set { ordinals = newValue.map { [$0] } ?? [] }
  }
  /// "morning and night", "at 8 and 2" mean every day, unless a day is named.
  var isRecurring: Bool {
    every != nil || timesADay != nil || weekdays.count > 1 || lastWeekday != nil && hasTime
      || !hasDay && away == nil && (clocks.count > 1 || clocks.isEmpty && parts.count > 1)
  }
  var hasDay: Bool {
    date != nil || month != nil || days != nil || !weekdays.isEmpty || span != nil || !monthDays.isEmpty
      || !ordinals.isEmpty
      || (away.map { $0.unit.seconds == nil } ?? false)
  }
  var hasTime: Bool {
    !clocks.isEmpty || !parts.isEmpty || abs(food ?? 0) > 1 || (away.map { $0.unit.seconds != nil } ?? false)
  }
  var isOnlyFood: Bool { food != nil && clocks.isEmpty && parts.isEmpty && timesADay == nil && !hasDay }
  var isEmpty: Bool { !hasDay && !hasTime && !isRecurring }

  /// Joins what two places of a sentence say: "tomorrow … at 5". `nil` when they contradict.
  func joined(with other: TimeDraft) -> TimeDraft? {
    if !clocks.isEmpty, !other.clocks.isEmpty { return nil }
    if hasDay, other.hasDay, !(weekdays.isEmpty != other.weekdays.isEmpty) { return nil }
    if away != nil || other.away != nil { return nil }
    if every != nil, other.every != nil { return nil }
    var joint = self
    joint.tokens += other.tokens
    joint.clocks += other.clocks
    joint.parts += other.parts
    joint.date = date ?? other.date
    joint.month = month ?? other.month
    joint.days = days ?? other.days
    joint.isEither = isEither || other.isEither
    joint.weekdays += other.weekdays
    if nearness == .none { joint.nearness = other.nearness }
    joint.span = span ?? other.span
    joint.monthDays = monthDays.isEmpty ? other.monthDays : monthDays
    joint.ordinals = ordinals.isEmpty ? other.ordinals : ordinals
    joint.lastWeekday = lastWeekday ?? other.lastWeekday
    joint.isSkipped = isSkipped || other.isSkipped
    joint.every = every ?? other.every
    joint.timesADay = timesADay ?? other.timesADay
    joint.timesAPeriod = timesAPeriod ?? other.timesAPeriod
    joint.window = window ?? other.window
    joint.until = until.isEmpty ? other.until : until
    joint.count = count ?? other.count
    joint.food = food ?? other.food
    return joint
  }
}

/// Days of what is done so many times a week or month, where none were said.
extension TimeDraft {
  /// The days between the ends of "mon to fri", and days for "3 times a week", evenly apart.
  ///
  /// - Returns: whether the days are ours, not the person's.
  var spread: (draft: TimeDraft, isSpread: Bool) {
    var draft = self
    if let last = lastWeekday, let first = weekdays.first, first != last {
      var days = [first]
      while let day = days.last, day != last { days.append(day % 7 + 1) }
      draft.weekdays = days
    }
    guard let times = timesAPeriod, times > 1, let every else { return (draft, false) }
    switch every.unit {
    case .week where weekdays.isEmpty:
      guard times < 7 else {
        draft.every = (1, .day)
        return (draft, false)
      }
      let days = [2: [1, 4], 3: [1, 3, 5], 4: [1, 2, 4, 5]]
      draft.weekdays = days[times] ?? Array(1...times)
    case .month where monthDays.isEmpty && weekdays.isEmpty:
      let days = [2: [1, 15], 4: [1, 8, 15, 22]]
      draft.monthDays = days[times] ?? (0..<min(times, 15)).map { 1 + $0 * 30 / min(times, 15) }
    default: return (draft, false)
    }
    return (draft, true)
  }
}

/// Meals that are meant by a part of the day: "before food, morning and night".
extension TimeDraft {
  var meals: [Clock] {
    guard let food else { return [] }
    let two: [DayPart] = [.morning, .night]
    let three: [DayPart] = [.morning, .afternoon, .night]
    if parts.isEmpty, timesADay == nil, abs(food) > 1 {
      return [Clock(minutes: food < 0 ? 765 : 840, isOpen: false, isMeal: true)]
    }
    let said = parts.isEmpty ? timesADay == 2 ? two : timesADay == 3 ? three : [] : parts
    let minutes = said.map { part -> Int? in
      switch part {
      case .dawn, .morning: food < 0 ? 450 : 510
      case .noon, .afternoon: food < 0 ? 765 : 840
      case .evening, .night: food < 0 ? 1_170 : 1_260
      case .midnight: nil
      }
    }
    guard !minutes.contains(nil) else { return [] }
    return minutes.compactMap(\.self).map { Clock(minutes: $0, isOpen: false, isMeal: true) }
  }
}
