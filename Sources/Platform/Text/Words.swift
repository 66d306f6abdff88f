/// What a language says for times, counts and rules. `{x}` marks where a value goes.
struct Words: Sendable {
  struct Unit: Sendable {
    let one: String
    let many: String
    init(_ one: String, _ many: String? = nil) {
      self.one = one
      self.many = many ?? one
    }
  }

  /// Monday first; the long form stands alone, the short one before a date.
  var weekdays: [String]
  var weekdaysShort: [String]
  var months: [String]
  var monthsShort: [String]
  var today, tomorrow, yesterday, now: String
  /// The part of the day that starts at an hour, in order; `{t}` is the twelve-hour time.
  var parts: [(from: Int, text: String)]
  /// A day `{d}` and a time `{t}`, and a time alone.
  var dayAtTime, atTime: String
  var day, hour, minute, second: Unit
  var ahead, ago: String
  var and: String
  var lakh, crore, million, billion: String
  var metre, kilometre: String
  var rules: Rules

  /// Recurrences: `{n}` a number, `{d}` days or a date, `{w}` a weekday, `{o}` an ordinal, `{m}` months, `{t}` times,
  /// `{r}` what was said so far.
  struct Rules: Sendable {
    var everyMinute, everyMinutes, everyHour, everyHours, everyDay, everyDays: String
    var workdays, weekend, everyWeek, everyWeeks: String
    var everyMonth, everyMonths, everyYear, everyYears: String
    var dayOfMonth, lastDay, nthWeekday, nthWeekdayOfMonth: String
    /// First to fifth, then last.
    var ordinals: [String]
    var inMonths, atTimes, times, until, byRule: String
  }
}

extension Words {
  static func of(_ language: Language) -> Words {
    switch language {
    case .tamil: tamil
    case .hindi: hindi
    case .tamilLatin: tamilLatin
    case .hindiLatin: hindiLatin
    default: english
    }
  }

  /// Puts values in the places of a template.
  static func fill(_ template: String, _ values: KeyValuePairs<Character, String>) -> String {
    var out = ""
    var rest = Substring(template)
    while let open = rest.firstIndex(of: "{") {
      out += rest[..<open]
      rest = rest[open...].dropFirst()
      if let name = rest.first, let value = values.first(where: { $0.key == name })?.value { out += value }
      rest = rest.dropFirst(2)
    }
    return out + rest
  }
}
