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
  }
  enum Nearness: Sendable { case none, this, next, last }

  var tokens: [Range<Int>] = []
  var clocks: [Clock] = []
  var parts: [DayPart] = []
  var date: (year: Int?, month: Int, day: Int)?
  var month: Int?
  /// Days from today; with `isEither`, in either direction.
  var days: Int?
  var isEither = false
  var weekdays: [Int] = []
  var nearness = Nearness.none
  /// "next week", "this month".
  var span: (unit: TimeUnit, nearness: Nearness)?
  var monthDay: Int?
  /// "first Monday": ordinal of a weekday in the month.
  var ordinal: Int?
  var every: (count: Int, unit: TimeUnit)?
  var timesADay: Int?
  /// "in 20 minutes", "in 2 weeks".
  var away: (count: Double, unit: TimeUnit)?
  /// "from 8 to 20".
  var window: (from: Int, to: Int)?
  /// The last day of what repeats ("until 5 march"): at most one, itself nothing but a day.
  var until: [TimeDraft] = []
  var count: Int?

  /// "morning and night", "at 8 and 2" mean every day, unless a day is named.
  var isRecurring: Bool {
    every != nil || timesADay != nil || weekdays.count > 1
      || !hasDay && away == nil && (clocks.count > 1 || clocks.isEmpty && parts.count > 1)
  }
  var hasDay: Bool {
    date != nil || month != nil || days != nil || !weekdays.isEmpty || span != nil || monthDay != nil || ordinal != nil
      || (away.map { $0.unit.seconds == nil } ?? false)
  }
  var hasTime: Bool { !clocks.isEmpty || !parts.isEmpty || (away.map { $0.unit.seconds != nil } ?? false) }
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
    joint.monthDay = monthDay ?? other.monthDay
    joint.ordinal = ordinal ?? other.ordinal
    joint.every = every ?? other.every
    joint.timesADay = timesADay ?? other.timesADay
    joint.window = window ?? other.window
    joint.until = until.isEmpty ? other.until : until
    joint.count = count ?? other.count
    return joint
  }
}
