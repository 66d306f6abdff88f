/// What a piece of a sentence is to the grammar of time: the kinds of words that `times.yaml` names, and what rules make.
enum TimeCategory: UInt8, CaseIterable, Sendable {
  case none
  // Small words.
  case the, a, of, possessive, on, `in`, at, `for`, by, from, between, to, dash, and, or
  case before, after, within, around, less, more, onwards
  case this, next, upcoming, last, same, every, other, rest, all
  case early, mid, late, earlier, later, ago, hence, future
  // The calendar.
  case month, weekday, unit, day, holiday, season, era, quarter, halfYear, schoolYear, commencing, tens, weekdays, endOf
  // The clock.
  case part, partToday, clock, oclock, am, pm, half, quarterHour, past, now, soon, meal
  // Recurrence.
  case daily, once, times, except, skipping, plural
  // "2 more minutes"; a day on either side of today, as Hindi says it; a word that tells of the past.
  case extra, dayEither, pastTense
  // Numbers and marks.
  case integer, ordinal, suffix, few, scale, comma, slash, dot, colon, apostrophe
  // What Hindi and Tamil say behind a time: "in", "from", "until", "between", "before" …
  case post, fromPost, untilPost, betweenPost, beforePost, afterPost, aroundPost, lessPost, morePost
  case startPost, midPost, endPost, dateWord, toPost
  /// A zone of the clock, in minutes east of Greenwich; what is counted ("people"), so that its number is no hour and no year.
  case zone, counted
  /// "since" looks back, "starting" does not.
  case since
  /// In thousandths: "saadhe" adds 500 to the number behind it, "dhai" is 2,500.
  case added, amount
  /// "½", in thousandths; "two point five"; "week number 12".
  case fraction, point, numberWord
  /// "year to date"; "the week ending friday"; "semi-annual".
  case toDate, ending, halfOf
  /// What Hindi says behind a part of the day, and counts to it: "ko", "mein".
  case particle
  // What rules make.
  case quantity, ordinals, dayList, year, duration, date, range, time, timeRange, moment, momentRange, set

  var isReported: Bool { rawValue >= TimeCategory.duration.rawValue }

  /// As the data spells it.
  static let named = Dictionary(uniqueKeysWithValues: allCases.map { ("\($0)", $0) })
}

/// Units of the calendar and the clock, finest first.
enum TimeGrain: Int, Comparable, Sendable, CaseIterable {
  case second, minute, hour, day, week, weekend, fortnight, month, quarter, year, decade, century

  static func < (a: TimeGrain, b: TimeGrain) -> Bool { a.rawValue < b.rawValue }

  /// Seconds, with months of 30 days and years of 365, as durations are counted.
  var seconds: Double {
    switch self {
    case .second: 1
    case .minute: 60
    case .hour: 3_600
    case .day: 86_400
    case .week: 604_800
    case .weekend: 172_800
    case .fortnight: 1_209_600
    case .month: 2_592_000
    case .quarter: 7_776_000
    case .year: 31_536_000
    case .decade: 315_360_000
    case .century: 3_153_600_000
    }
  }

  /// A multiple of a simpler unit: a quarter is three months.
  var base: (unit: TimeGrain, count: Int) {
    switch self {
    case .fortnight: (.week, 2)
    case .quarter: (.month, 3)
    case .decade: (.year, 10)
    case .century: (.year, 100)
    default: (self, 1)
    }
  }

  /// Its letter in a TIMEX or ISO 8601 duration.
  var letter: String {
    switch self {
    case .second: "S"
    case .minute: "M"
    case .hour: "H"
    case .day: "D"
    case .week: "W"
    case .weekend: "WE"
    case .month: "M"
    case .year: "Y"
    case .fortnight, .quarter, .decade, .century: base.unit.letter
    }
  }

  var isClock: Bool { self < .day }
}
