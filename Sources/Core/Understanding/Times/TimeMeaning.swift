import Time

/// What an expression of time means: all its readings, and what a larger expression must know of it.
///
/// Made by a rule and never changed after that.
final class TimeMeaning {
  /// One reading. Dates and moments are wall-clock seconds since 1970, times are seconds of the day, durations seconds.
  struct Reading: Hashable {
    /// `nil` where a range is open, or the date does not exist (30 February).
    var from: Int64?
    /// After the last moment of a range.
    var to: Int64?
    var fromTimex = ""
    var toTimex = ""

    init(_ from: Int64?, _ to: Int64? = nil, _ fromTimex: String = "", _ toTimex: String = "") {
      self.from = from
      self.to = to
      self.fromTimex = fromTimex
      self.toTimex = toTimex
    }
  }

  /// What a word before or behind does to a date or range.
  enum Modifier: String { case before, until, after, since, start, mid, end, approx, less, more }

  struct Shape: OptionSet {
    let rawValue: UInt32
    /// An hour of which both halves of the day are listed.
    static let openHour = Shape(rawValue: 1)
    static let weekday = Shape(rawValue: 2)
    /// A day of the month without its month.
    static let dayOnly = Shape(rawValue: 4)
    /// A day and month without the year.
    static let noYear = Shape(rawValue: 8)
    /// Counted from now.
    static let relative = Shape(rawValue: 16)
    /// A part of the day: "morning".
    static let part = Shape(rawValue: 32)
    /// Twice a bare number, as in "9 to 11".
    static let bareHours = Shape(rawValue: 64)
    static let month = Shape(rawValue: 128)
    static let year = Shape(rawValue: 256)
    static let holiday = Shape(rawValue: 512)
    /// A bare number that is an hour only where something says so.
    static let bareHour = Shape(rawValue: 1_024)
    static let openRange = Shape(rawValue: 2_048)
    static let week = Shape(rawValue: 4_096)
    static let plural = Shape(rawValue: 8_192)
    /// A whole of the calendar around or beside now: "this week", "next month".
    static let whole = Shape(rawValue: 16_384)
    static let today = Shape(rawValue: 32_768)
    /// The readings stand in the order of their likelihood.
    static let ranked = Shape(rawValue: 65_536)
    /// A year of money, that begins in another month than the calendar's.
    static let fiscal = Shape(rawValue: 131_072)
  }

  var readings: [Reading]
  var grain: TimeGrain
  var shape: Shape = []
  var modifier: Modifier?
  /// Of an early or late part of a period that a modifier was put on: "since the end of 1989".
  var innerModifier: Modifier?
  /// Means something only inside a larger expression.
  var isPart = false
  /// Of a duration, coarsest first.
  var length: [(count: Double, unit: TimeGrain)] = []
  /// The least of "20-30 minutes"; `length` is the most.
  var low: [(count: Double, unit: TimeGrain)] = []
  var weekday = 0
  var day = 0
  var month = 0
  var part: DayPart?
  var set: TimeSet?
  /// Of a range that was said with its length.
  var rangeTimex: String?
  /// Of an hour of another zone: the seconds to the clock of the person.
  var shift: Int64?
  /// Of an open range: it ends with a period, not before a day.
  var endsPeriod = false

  init(_ readings: [Reading], _ grain: TimeGrain, _ shape: Shape = []) {
    self.readings = readings
    self.grain = grain
    self.shape = shape
  }

  func with(_ change: (TimeMeaning) -> Void) -> TimeMeaning {
    let copy = TimeMeaning(readings, grain, shape)
    copy.modifier = modifier
    copy.innerModifier = innerModifier
    (copy.length, copy.low) = (length, low)
    (copy.weekday, copy.day, copy.month, copy.part) = (weekday, day, month, part)
    copy.set = set
    copy.rangeTimex = rangeTimex
    (copy.shift, copy.endsPeriod) = (shift, endsPeriod)
    change(copy)
    return copy
  }

  func isSame(as other: TimeMeaning) -> Bool {
    readings == other.readings && grain == other.grain && shape == other.shape && modifier == other.modifier
      && isPart == other.isPart && shift == other.shift && set == other.set
      && length.elementsEqual(other.length, by: ==)
      && low.elementsEqual(other.low, by: ==)
  }
}

/// What repeats, before it becomes a rule of RFC 5545.
struct TimeSet: Hashable {
  var count = 1
  var unit = TimeGrain.day
  /// ISO 8601 numbers; with `ordinals`, of the month.
  var weekdays: [Int] = []
  /// "the first and third saturday"; mostly one.
  var ordinals: [Int] = []
  /// "the 1st and 15th"; mostly one.
  var monthDays: [Int] = []
  var month: Int?
  /// Seconds of the day.
  var times: [Int64] = []
  /// Of `times` that were said without their half of the day.
  var isOpen = false
  /// `times` hold the usual hour of a part of the day.
  var isPart = false
  /// Some days were taken out: "except sunday".
  var isExcept = false
  /// "twice a day".
  var timesADay: Int?
  /// "3 times a week", of which the days were not said.
  var timesAPeriod: Int?
  /// "from 8 to 20" of something hourly.
  var window: [Int64] = []
  /// Wall-clock seconds of the last day, exclusive; of the first.
  var until: Int64?
  var start: Int64?
  var occurrences: Int?
  /// In the words of TIMEX 3.
  var timex = ""

  var ordinal: Int? { ordinals.first }
  var monthDay: Int? { monthDays.first }
}
