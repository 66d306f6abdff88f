package import Base
package import Formats
package import Time

/// What kind of thing a parameter takes: the conversation asks for it, the shell and REST check it by this.
package enum SlotKind: Sendable, Hashable {
  case text, integer, number, boolean, money, duration, date, time
  /// A moment or a recurrence: "tomorrow at 8", "every 6 hours".
  case when
  /// A stretch of days, of which what is asked about mostly lies behind: "last week", "in October".
  case period
  case person, place, phone
  case choice([String])
  /// A thing from one of the tenant's own lists (`buildings`, `symbols`, `medicines` …).
  case entity(String)
}

/// A value read from words or JSON for a slot.
package enum SlotValue: Sendable, Hashable {
  case text(String), integer(Int64), number(Double), boolean(Bool), money(Money), duration(Duration)
  case date(CivilDate), time(CivilTime), when(WhenValue), period(DayPeriod)
  case person(String), place(String), phone(String), choice(String)
  /// `id` is the row's; `name` as the tenant wrote it.
  case entity(id: String, name: String)

  /// The JSON form that actions take as argument.
  package func json() -> JSON {
    switch self {
    case .text(let text), .person(let text), .place(let text), .phone(let text), .choice(let text): .string(text)
    case .integer(let value): .integer(value)
    case .number(let value): Int64(exactly: value).map(JSON.integer) ?? .number(value)
    case .boolean(let value): .bool(value)
    case .money(let money): ["amount": .string(money.decimal), "currency": .string(money.currency)]
    case .duration(let duration): .string(duration.iso8601)
    case .date(let date): .string(date.description)
    case .time(let time): .string(time.description)
    case .when(let when): when.json
    case .period(let period): period.json
    case .entity(let id, _): .string(id)
    }
  }
}

/// A moment or a recurrence in a person's own wall-clock time, before a zone is applied.
package struct WhenValue: Sendable, Hashable, Codable {
  package enum Grain: String, Sendable, Codable { case exact, minute, day }

  /// The first (or only) occurrence on the wall clock.
  package var start: CivilDateTime
  package var rule: RecurrenceRule?
  package var grain: Grain
  /// False when only a day was named: "tomorrow"; the asker may have to give a time.
  package var isTimeGiven: Bool
  /// False when only a time was named: "6 pm". It matters where something is corrected or moved. Of what repeats, false
  /// when its days are ours: "3 times a week".
  package var isDayGiven = true
  /// Whether its hour may be of the other half of the day as well: nobody said "am" or "in the evening".
  package var isHalfOpen = false
  /// Counted on the clock, not on the calendar. Without a rule: "in 2 hours", so the instant is now plus this.
  /// With a rule: "every 6 hours", so each next one is this long after the last.
  package var elapsed: Duration?
  /// Those of its times that were said as a meal or bedtime, at the hour that is usual: what is "after breakfast"
  /// differs from person to person.
  package var meals: [CivilTime] = []

  package init(
    start: CivilDateTime, rule: RecurrenceRule? = nil, grain: Grain = .minute, isTimeGiven: Bool = true,
    elapsed: Duration? = nil
  ) {
    self.start = start
    self.rule = rule
    self.grain = grain
    self.isTimeGiven = isTimeGiven
    self.elapsed = elapsed
  }

  /// Whether it happens more than once.
  package var repeats: Bool { rule != nil }
  /// "Every 6 hours" as elapsed time between occurrences; `nil` for once and for wall-clock rules.
  package var interval: Duration? { rule == nil ? nil : elapsed }

  /// The first moment as an instant.
  package func instant(in zone: Zone, now: Instant) -> Instant {
    if let elapsed, rule == nil { return now + elapsed }
    return zone.instant(of: start)
  }

  /// The same hour of the other half of its day, for certain.
  package var inOtherHalf: WhenValue {
    var other = inThisHalf
    other.start.time = CivilTime(secondOfDay: (start.time.secondOfDay + 43_200) % 86_400)
    return other
  }

  /// The same for certain.
  package var inThisHalf: WhenValue {
    var same = self
    same.isHalfOpen = false
    return same
  }

  /// "7:15" instead of half past seven in the morning is in the morning, whatever the clock says now.
  package func nearest(to old: CivilTime) -> WhenValue {
    guard isHalfOpen, isTimeGiven else { return self }
    func distance(_ when: WhenValue) -> Int { abs(when.start.time.secondOfDay - old.secondOfDay) }
    return distance(inOtherHalf) < distance(self) ? inOtherHalf : inThisHalf
  }

  /// Once: `{"at": "2026-11-22T08:00:00"}`; repeated: `{"start", "rrule"}`. `elapsed` is ISO 8601; `time_given` is false
  /// when only a day was named, `day_given` when only a time or how often was; `half_open` is true when its hour may be of either half of the day.
  package var json: JSON {
    var object: JSONObject = [rule == nil ? "at" : "start": .string(start.description)]
    if let rule { object["rrule"] = .string(rule.description) }
    if let elapsed { object["elapsed"] = .string(elapsed.iso8601) }
    if !isTimeGiven { object["time_given"] = false }
    if !isDayGiven, elapsed == nil { object["day_given"] = false }
    if isHalfOpen { object["half_open"] = true }
    if !meals.isEmpty { object["meals"] = .array(meals.map { .string($0.description) }) }
    return .object(object)
  }

  /// Reads the form of `json`, an instant, a local date-time or a date; `nil` for anything else (words are read by
  /// the understanding).
  package init?(json: JSON, zone: Zone, now: Instant) {
    if let text = json.string {
      if let instant = Instant(iso8601: text) {
        self.init(start: zone.civil(instant))
      } else if let local = CivilDateTime(text) {
        self.init(start: local)
      } else if let date = CivilDate(text) {
        self.init(start: date.at(.midnight), grain: .day, isTimeGiven: false)
      } else if let rule = try? RecurrenceRule(parsing: text.replacing("RRULE:", with: "")) {
        self.init(start: Self.beginning(rule, zone, now), rule: rule, grain: .day, isTimeGiven: false)
      } else {
        return nil
      }
      return
    }
    guard json.object != nil else { return nil }
    let elapsed = json["elapsed"].string.flatMap(Duration.init(iso8601:))
    var rule: RecurrenceRule?
    if let text = json["rrule"].string {
      guard let parsed = try? RecurrenceRule(parsing: text) else { return nil }
      rule = parsed
    }
    let given = json["at"].string ?? json["start"].string
    let start = given.flatMap { WhenValue(json: .string($0), zone: zone, now: now) }
    // a rule alone begins today, as its text alone does
    let begins = given == nil && elapsed == nil ? rule.map { Self.beginning($0, zone, now) } : nil
    guard let first = start?.start ?? elapsed.map({ zone.civil(now + $0) }) ?? begins else { return nil }
    let isTimeGiven = json["time_given"].bool ?? start?.isTimeGiven ?? (begins == nil)
    self.init(
      start: first, rule: rule, grain: isTimeGiven ? .minute : .day, isTimeGiven: isTimeGiven, elapsed: elapsed)
    isDayGiven = json["day_given"].bool ?? true
    isHalfOpen = json["half_open"] == true
    meals = (json["meals"].array ?? []).compactMap { $0.string.flatMap { CivilTime($0) } }
  }
}

extension WhenValue {
  /// Where a rule alone begins: now, but no rule is asked for at the seconds of the moment of asking, and one that names its hours
  /// not at its minutes either.
  fileprivate static func beginning(_ rule: RecurrenceRule, _ zone: Zone, _ now: Instant) -> CivilDateTime {
    var start = zone.civil(now)
    start.time = CivilTime(secondOfDay: start.time.secondOfDay / 60 * 60)
    if !rule.byHour.isEmpty { start.time = CivilTime(secondOfDay: start.time.secondOfDay / 3_600 * 3_600) }
    return start
  }
}

extension Duration {
  /// `PT2H30M`; whole seconds.
  package var iso8601: String {
    var rest = microseconds / 1_000_000
    let sign = rest < 0 ? "-" : ""
    rest = abs(rest)
    guard rest > 0 else { return "PT0S" }
    var text = sign + "P"
    if rest >= 86_400, rest % 86_400 == 0 { return text + "\(rest / 86_400)D" }
    text += "T"
    if rest >= 3_600 { text += "\(rest / 3_600)H" }
    if rest / 60 % 60 > 0 { text += "\(rest / 60 % 60)M" }
    if rest % 60 > 0 { text += "\(rest % 60)S" }
    return text
  }

  /// Reads `P1DT2H30M`, `PT90S`, `P2W`; `nil` for years and months (no fixed length) and anything else.
  package init?(iso8601 text: String) {
    var bytes = Array(text.utf8)[...]
    let negative = bytes.first == UInt8(ascii: "-")
    if negative { bytes = bytes.dropFirst() }
    guard bytes.first == UInt8(ascii: "P") else { return nil }
    bytes = bytes.dropFirst()
    var inTime = false
    var total: Int64 = 0
    var parts = 0
    while let first = bytes.first {
      if first == UInt8(ascii: "T"), !inTime {
        inTime = true
        bytes = bytes.dropFirst()
        continue
      }
      var value: Int64 = 0
      var digits = 0
      while let byte = bytes.first, (48...57).contains(byte) {
        guard digits < 9 else { return nil }
        value = value * 10 + Int64(byte - 48)
        digits += 1
        bytes = bytes.dropFirst()
      }
      guard digits > 0, let unit = bytes.first else { return nil }
      bytes = bytes.dropFirst()
      switch (unit, inTime) {
      case (UInt8(ascii: "W"), false): total += value * 604_800
      case (UInt8(ascii: "D"), false): total += value * 86_400
      case (UInt8(ascii: "H"), true): total += value * 3_600
      case (UInt8(ascii: "M"), true): total += value * 60
      case (UInt8(ascii: "S"), true): total += value
      default: return nil
      }
      parts += 1
    }
    guard parts > 0 else { return nil }
    self = .seconds(negative ? -total : total)
  }
}
