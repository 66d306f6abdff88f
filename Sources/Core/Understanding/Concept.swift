/// What a word says about time, numbers and money, whatever its language: the alphabet of one grammar.
struct Concept: Sendable, Hashable {
  enum Kind: UInt8, Sendable, CaseIterable {
    // Numbers: "eight", "first", "lakh", "saadhe" (+½ of the number after it).
    case number, ordinal, scale, add, half, quarter
    // The clock.
    case oclock, am, pm, part, clock, past, to
    // The calendar; `dayEither` is Hindi "kal", a day away in either direction.
    case day, dayEither, weekday, weekdays, weekend, month, unit
    case every, other, next, this, last, first
    // Joints.
    case within, hence, times, and, from, until, at, on, of, a, range, `in`, during, before
    // Money.
    case currency
    case limit
    /// "tarikh": the number before it is a day of the month.
    case monthday
    case except
    /// Of the number before it, in kilometres.
    case distance
    /// "at most": the number after it is how often, at the highest.
    case most
    /// "varra", "coming": of a weekday the nearest one, of a week the one after this.
    case coming
    /// "before food" (-1), "after food" (1): at the meals of the parts of the day that are named; beyond one, it may be said
    /// alone and means lunch.
    case food

    /// As the files spell it.
    static let named = Dictionary(uniqueKeysWithValues: allCases.map { ("\($0)", $0) })
    var bit: UInt64 { 1 << UInt64(rawValue) }
  }

  var kind: Kind
  var value: Double

  init(_ kind: Kind, _ value: Double = 0) {
    self.kind = kind
    self.value = value
  }

  /// Reads `unit.minute`, `part.evening`, `day.-1`, `number.8.5`, `every`.
  init?(name: String) {
    let cut = name.firstIndex(of: ".") ?? name.endIndex
    guard let kind = Kind.named[String(name[..<cut])] else { return nil }
    let rest = cut == name.endIndex ? "" : String(name[name.index(after: cut)...])
    guard !rest.isEmpty else {
      self.init(kind)
      return
    }
    if let value = Double(rest) {
      self.init(kind, value)
      return
    }
    switch kind {
    case .unit:
      guard let unit = TimeUnit(name: rest) else { return nil }
      self.init(kind, Double(unit.rawValue))
    case .part:
      guard let part = DayPart(name: rest) else { return nil }
      self.init(kind, Double(part.rawValue))
    case .weekday:
      guard let index = ["mo", "tu", "we", "th", "fr", "sa", "su"].firstIndex(of: rest) else { return nil }
      self.init(kind, Double(index + 1))
    case .currency:
      guard let index = Currency.codes.firstIndex(of: rest.uppercased()) else { return nil }
      self.init(kind, Double(index))
    default: return nil
    }
  }
}

enum Currency {
  static let codes = ["INR", "USD", "EUR", "GBP", "JPY", "AED", "SGD"]
}

enum TimeUnit: Int, Sendable {
  case second, minute, hour, day, week, month, year

  init?(name: String) {
    let names = ["second", "minute", "hour", "day", "week", "month", "year"]
    guard let index = names.firstIndex(of: name), let unit = TimeUnit(rawValue: index) else { return nil }
    self = unit
  }

  /// Seconds, where the unit has a fixed length on the clock.
  var seconds: Int? {
    switch self {
    case .second: 1
    case .minute: 60
    case .hour: 3_600
    case .day, .week, .month, .year: nil
    }
  }
}

/// A part of the day; what "tomorrow morning" means is the house's habit, in minutes of the day.
enum DayPart: Int, Sendable {
  case dawn, morning, noon, afternoon, evening, night, midnight

  init?(name: String) {
    let names = ["dawn", "morning", "noon", "afternoon", "evening", "night", "midnight"]
    guard let index = names.firstIndex(of: name), let part = DayPart(rawValue: index) else { return nil }
    self = part
  }

  var minutes: Int {
    switch self {
    case .dawn: 5 * 60
    case .morning: 8 * 60
    case .noon: 12 * 60
    case .afternoon: 14 * 60
    case .evening: 18 * 60
    case .night: 21 * 60
    case .midnight: 0
    }
  }

  /// Puts an hour said on a twelve-hour clock into this part of the day, in hours from its midnight.
  func hour(_ hour: Int) -> Int {
    guard (1...12).contains(hour) else { return hour }
    switch self {
    case .dawn, .morning: return hour == 12 ? 12 : hour
    case .noon, .afternoon: return hour <= 6 ? hour + 12 : hour
    case .evening: return hour == 12 ? 12 : hour + 12
    case .night: return hour == 12 ? 24 : hour <= 3 ? hour + 24 : hour + 12
    case .midnight: return hour == 12 ? 24 : hour
    }
  }
}
