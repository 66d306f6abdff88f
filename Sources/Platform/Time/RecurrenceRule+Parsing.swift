import Base

extension RecurrenceRule {
  /// Reads the value of an RRULE (without `RRULE:`).
  ///
  /// - Throws: `RecurrenceError`; everything RFC 5545 forbids is refused, also what other readers let pass.
  package init(parsing text: String) throws {
    guard text.utf8.count <= 8_192 else {
      throw RecurrenceError(.malformed, nil, "The rule is longer than 8,192 characters.")
    }
    guard !text.isEmpty else { throw RecurrenceError(.frequencyMissing, "FREQ", "FREQ is required.") }
    var values: [String: Substring] = [:]
    var names: [String] = []
    for part in text.split(separator: ";", omittingEmptySubsequences: false) {
      guard let equals = part.firstIndex(of: "="), equals != part.startIndex else {
        throw RecurrenceError(
          .malformed, nil, "“\(Self.quoted(part))” is not a part of a rule; parts look like NAME=VALUE, divided by “;”."
        )
      }
      let name = part[..<equals].uppercased()
      let value = part[part.index(after: equals)...]
      guard Self.knownParts.contains(name) else {
        throw RecurrenceError(.partUnknown, nil, "“\(Self.quoted(part[..<equals]))” is not a part of RFC 5545 rules.")
      }
      guard !value.isEmpty else { throw RecurrenceError(.malformed, name, "\(name) has no value.") }
      guard values.updateValue(value, forKey: name) == nil else {
        throw RecurrenceError(.partRepeated, name, "\(name) stands more than once.")
      }
      names.append(name)
    }
    guard let frequencyText = values["FREQ"] else {
      throw RecurrenceError(.frequencyMissing, "FREQ", "FREQ is required.")
    }
    guard let frequency = Frequency(rawValue: frequencyText.uppercased()) else {
      throw RecurrenceError(
        .valueInvalid, "FREQ",
        "FREQ is “\(Self.quoted(frequencyText))”; it must be SECONDLY, MINUTELY, HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY."
      )
    }
    self.init(frequency: frequency)
    for name in names { try read(name, values[name] ?? "") }
    try checkCombinations(values)
  }

  private static let knownParts: Set<String> = [
    "FREQ", "UNTIL", "COUNT", "INTERVAL", "BYSECOND", "BYMINUTE", "BYHOUR", "BYDAY", "BYMONTHDAY", "BYYEARDAY",
    "BYWEEKNO", "BYMONTH", "BYSETPOS", "WKST",
  ]

  private mutating func read(_ name: String, _ value: Substring) throws {
    switch name {
    case "UNTIL": until = try Self.until(value)
    case "COUNT": count = try Self.positive(name, value)
    case "INTERVAL": interval = try Self.positive(name, value)
    // A 60th second exists only at leap seconds, which clocks here do not show: RFC 5545 reads it as 59.
    case "BYSECOND": bySecond = Set(try Self.numbers(name, value, 0...60).map { min($0, 59) }).sorted()
    case "BYMINUTE": byMinute = try Self.numbers(name, value, 0...59)
    case "BYHOUR": byHour = try Self.numbers(name, value, 0...23)
    case "BYMONTHDAY": byMonthDay = try Self.numbers(name, value, 1...31, signed: true)
    case "BYYEARDAY": byYearDay = try Self.numbers(name, value, 1...366, signed: true)
    case "BYWEEKNO": byWeekNumber = try Self.numbers(name, value, 1...53, signed: true)
    case "BYMONTH": byMonth = try Self.numbers(name, value, 1...12)
    case "BYSETPOS": bySetPosition = try Self.numbers(name, value, 1...366, signed: true)
    case "BYDAY": byDay = try Self.days(value)
    case "WKST":
      guard let day = Weekday(code: value) else {
        throw RecurrenceError(.valueInvalid, name, "WKST is “\(Self.quoted(value))”; it must be a weekday such as MO.")
      }
      weekStart = day
    default: break
    }
  }

  private func checkCombinations(_ values: [String: Substring]) throws {
    func refuse(_ field: String, _ sentence: String) throws -> Never {
      throw RecurrenceError(.combination, field, sentence)
    }
    if count != nil, until != nil { try refuse("UNTIL", "COUNT and UNTIL must not stand in the same rule.") }
    if !byWeekNumber.isEmpty, frequency != .yearly { try refuse("BYWEEKNO", "BYWEEKNO goes only with FREQ=YEARLY.") }
    if !byYearDay.isEmpty, [.daily, .weekly, .monthly].contains(frequency) {
      try refuse("BYYEARDAY", "BYYEARDAY does not go with FREQ=\(frequency.rawValue).")
    }
    if !byMonthDay.isEmpty, frequency == .weekly {
      try refuse("BYMONTHDAY", "BYMONTHDAY does not go with FREQ=WEEKLY.")
    }
    if byDay.contains(where: { $0.ordinal != 0 }) {
      guard frequency == .monthly || frequency == .yearly else {
        try refuse("BYDAY", "A numbered day such as 2MO goes only with FREQ=MONTHLY or FREQ=YEARLY.")
      }
      if !byWeekNumber.isEmpty { try refuse("BYDAY", "A numbered day such as 2MO does not go with BYWEEKNO.") }
    }
    if !bySetPosition.isEmpty, !values.keys.contains(where: { $0.hasPrefix("BY") && $0 != "BYSETPOS" }) {
      try refuse("BYSETPOS", "BYSETPOS needs another BY… part to choose from.")
    }
  }

  /// One or more digits; numbers too large to matter are capped.
  private static func positive(_ name: String, _ value: Substring) throws -> Int {
    guard value.utf8.allSatisfy({ (48...57).contains($0) }) else {
      throw RecurrenceError(.valueInvalid, name, "\(name) is “\(quoted(value))”; it must be a whole number from 1 on.")
    }
    let digits = value.utf8.drop { $0 == 48 }
    guard !digits.isEmpty else { throw RecurrenceError(.valueInvalid, name, "\(name) must be at least 1.") }
    let cap = 1_000_000_000_000
    return digits.count > 12 ? cap : min(Int(Substring(digits)) ?? cap, cap)
  }

  private static func numbers(
    _ name: String, _ value: Substring, _ range: ClosedRange<Int>, signed: Bool = false
  ) throws -> [Int] {
    let allowed =
      signed
      ? "\(range.lowerBound) to \(range.upperBound) or -\(range.upperBound) to -\(range.lowerBound)"
      : "\(range.lowerBound) to \(range.upperBound)"
    let width = String(range.upperBound).utf8.count
    let numbers = try value.split(separator: ",", omittingEmptySubsequences: false).map { item -> Int in
      guard !item.isEmpty else { throw RecurrenceError(.malformed, name, "\(name) has an empty element in its list.") }
      guard let number = number(item, width: width, signed: signed), range.contains(abs(number)) else {
        throw RecurrenceError(.valueInvalid, name, "\(name) has “\(quoted(item))”; it takes \(allowed).")
      }
      return number
    }
    return Set(numbers).sorted()
  }

  private static func number(_ item: Substring, width: Int, signed: Bool) -> Int? {
    var digits = item.utf8[...]
    let negative = digits.first == UInt8(ascii: "-")
    if negative || digits.first == UInt8(ascii: "+") {
      guard signed else { return nil }
      digits = digits.dropFirst()
    }
    guard (1...width).contains(digits.count), digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
    let value = digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    return negative ? -value : value
  }

  private static func days(_ value: Substring) throws -> [Day] {
    var days: [Day] = []
    for item in value.split(separator: ",", omittingEmptySubsequences: false) {
      guard !item.isEmpty else {
        throw RecurrenceError(.malformed, "BYDAY", "BYDAY has an empty element in its list.")
      }
      guard let weekday = Weekday(code: item.suffix(2)) else {
        throw RecurrenceError(
          .valueInvalid, "BYDAY", "BYDAY has “\(quoted(item))”; days are MO, TU, WE, TH, FR, SA and SU.")
      }
      var ordinal = 0
      if item.count > 2 {
        guard let number = number(item.dropLast(2), width: 2, signed: true), (1...53).contains(abs(number)) else {
          throw RecurrenceError(
            .valueInvalid, "BYDAY", "BYDAY has “\(quoted(item))”; the number before a day is 1 to 53 or -53 to -1.")
        }
        ordinal = number
      }
      let day = Day(weekday, ordinal: ordinal)
      if !days.contains(day) { days.append(day) }
    }
    return days.sorted { ($0.ordinal, $0.weekday.rawValue) < ($1.ordinal, $1.weekday.rawValue) }
  }

  /// `20261121`, `20261121T080000` or `20261121T080000Z`.
  private static func until(_ value: Substring) throws -> Until {
    func refuse(_ what: String) -> RecurrenceError {
      RecurrenceError(.valueInvalid, "UNTIL", "UNTIL is “\(quoted(value))”, which is not a real \(what).")
    }
    var reader = Digits.Reader(value)
    guard let year = reader.number(4), let month = reader.number(2), let day = reader.number(2),
      let date = CivilDate(year: year, month: month, day: day)
    else { throw refuse("date") }
    if reader.isAtEnd { return .date(date) }
    guard reader.skip("T") || reader.skip("t"), let hour = reader.number(2), let minute = reader.number(2),
      let second = reader.number(2), second <= 60,
      let time = CivilTime(hour: hour, minute: minute, second: min(second, 59))
    else { throw refuse("time") }
    if reader.isAtEnd { return .local(date.at(time)) }
    guard reader.skip("Z") || reader.skip("z"), reader.isAtEnd else { throw refuse("time") }
    return .utc(Zone.utc.instant(of: date.at(time)))
  }

  /// At most 40 printable characters of what was given.
  private static func quoted(_ text: Substring) -> String {
    String(text.unicodeScalars.prefix(40).map { $0.value < 32 || $0.value == 127 ? " " : Character($0) })
  }
}
