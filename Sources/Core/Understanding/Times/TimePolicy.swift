package import Time

/// What a person's words about time are taken to mean where they leave it open. Habits of a place and a person, never
/// of the language.
package struct TimePolicy: Sendable, Hashable {
  package enum Direction: Sendable, Hashable { case past, future }

  /// 5/12 is the fifth of December; otherwise May 12. A date that can be only one of the two is that one.
  package var isDayFirst = true
  package var weekStart = Weekday.monday
  /// Which of "friday" comes first: the one behind us or the one ahead. The other is an alternative.
  package var prefers = Direction.future
  /// "next friday" is the Friday of the week after this one; otherwise the nearest ahead.
  package var skipsThisWeek = true
  /// "last friday" is the Friday of the week before this one; otherwise the nearest behind.
  package var lastSkipsThisWeek = false
  /// An hour that names no half of the day lies in the twelve hours that begin here: 6 makes "at 6" six in the morning
  /// and "at 5" five in the afternoon. The other half is an alternative.
  package var firstHour = 7
  /// The month in which the year of money begins: "FY26" ends with the March of 2026. `nil` leaves it open.
  package var fiscalStart: Int? = 4
  /// "the 21st" without another word of time is a day of the month.
  package var readsLoneDay = true

  /// "from May to September" ends with September; otherwise where it begins.
  package var countsLastPeriod = true
  /// "every monday and friday at 8 until march" is one recurrence; otherwise one for each part.
  package var joinsExpressions = true

  /// "Tuesday or Wednesday at 3": the hour is said for both.
  package var sharesInLists = true
  /// "2pm EST" is moved to the person's clock; otherwise the hour stays as it was said.
  package var shiftsZones = true
  /// A zone belongs to the hour before it.
  package var readsZones = true
  /// "tomorrow at 7" is a day and a time, two values.
  package var splitsDaysAndHours = false
  /// For lists of tasks: "next year" and "this quarter" are too long to plan one for, and the TIMEX of what repeats names its
  /// period too (`T06P1D`).
  package var isForTasks = false

  /// One type of value is looked for, and nothing larger that holds it: of "until 7" the time alone. By its name in the
  /// output.
  package var only: String?

  package init() {}

  /// The same for a slot whose days are behind or ahead.
  func preferring(past: Bool) -> TimePolicy {
    var policy = self
    policy.prefers = past ? .past : .future
    return policy
  }

  /// Day first, weeks from Monday, the future.
  package static let india = TimePolicy()

  /// As Microsoft's recognizers read English: month first, both readings listed, hours before noon first.
  package static let recognizers: TimePolicy = {
    var policy = TimePolicy()
    policy.isDayFirst = false
    policy.firstHour = 0
    policy.lastSkipsThisWeek = true
    policy.readsLoneDay = false
    policy.countsLastPeriod = false
    policy.joinsExpressions = false
    policy.sharesInLists = false
    policy.fiscalStart = nil
    policy.shiftsZones = false
    policy.readsZones = false
    return policy
  }()

  private static let components = [
    "Date": "date", "Time": "time", "DateTime": "datetime", "DatePeriod": "daterange", "TimePeriod": "timerange",
    "DateTimePeriod": "datetimerange", "Duration": "duration", "Set": "set", "Holiday": "date",
  ]

  /// The options under which Microsoft expects the cases of one of its files: its name is the first half of a case's id.
  package static func recognizers(case id: String) -> TimePolicy {
    var policy = recognizers
    if id.hasPrefix("DateTimeModelExtendedTypes") || id.hasPrefix("DateTimeModelComplexCalendar") {
      policy.sharesInLists = true
    }
    if id.hasPrefix("DateTimeModelComplexCalendar") { policy.readsZones = true }
    if id.hasPrefix("DateTimeModelExperimentalMode") { policy.countsLastPeriod = true }
    if id.hasPrefix("DateTimeModelCalendarMode") || id.hasPrefix("DateTimeModelComplexCalendar") {
      policy.readsLoneDay = true
    }
    if id.hasPrefix("DateTimeModelSplitDateAndTime") { policy.splitsDaysAndHours = true }
    if id.hasPrefix("DateTimeModelTasksMode") { policy.isForTasks = true }
    // A file of one component asks for its type alone.
    let name = id.prefix { $0 != "#" }
    for end in ["Extractor", "Parser"] where name.hasSuffix(end) {
      policy.only = components[String(name.dropLast(end.count))]
    }
    return policy
  }
}
