package import Base
package import Time

/// Says times, numbers and money as people of a language do, seen from a zone at a moment.
package struct TextFormatter: Sendable {
  package enum Grouping: Sendable {
    /// 12,34,567
    case indian
    /// 1,234,567
    case western
  }

  package let language: Language
  package let zone: Zone
  package let now: Instant
  package let grouping: Grouping
  let words: Words

  /// - Parameter grouping: by default Indian for Indian languages and zones.
  package init(language: Language, zone: Zone, now: Instant, grouping: Grouping? = nil) {
    self.language = language
    self.zone = zone
    self.now = now
    let isIndian = language != .english || zone.identifier == "Asia/Kolkata" || zone.identifier == "Asia/Calcutta"
    self.grouping = grouping ?? (isIndian ? .indian : .western)
    words = Words.of(language)
  }

  // MARK: Days and times

  /// “January” for 1.
  package static func englishMonth(_ month: Int) -> String { Words.englishMonths[month - 1] }

  /// “8:00 pm”, “இரவு 8:00”, “रात 8:00”.
  package func time(_ time: CivilTime) -> String {
    let hour = time.hour % 12 == 0 ? 12 : time.hour % 12
    let clock = "\(hour):\(time.minute < 10 ? "0" : "")\(time.minute)"
    let part = words.parts.last { $0.from <= time.hour } ?? words.parts[0]
    return Words.fill(part.text, ["t": clock])
  }
  package func time(_ instant: Instant) -> String { time(zone.civil(instant).time) }

  /// “today”, “tomorrow”, “Friday” (within six days), “Fri 27 Nov” (within half a year), else “27 Nov 2027”.
  package func day(_ date: CivilDate) -> String {
    let today = zone.date(now)
    let distance = date.days(since: today)
    switch distance {
    case 0: return words.today
    case 1: return words.tomorrow
    case -1: return words.yesterday
    case 2...6: return words.weekdays[date.weekday.rawValue - 1]
    default:
      let short = "\(date.day) \(words.monthsShort[date.month - 1])"
      let isNear = abs(distance) <= 183 || date.year == today.year
      return isNear ? "\(words.weekdaysShort[date.weekday.rawValue - 1]) \(short)" : "\(short) \(date.year)"
    }
  }
  package func day(_ instant: Instant) -> String { day(zone.date(instant)) }

  /// “27 November 2027”: the same whenever it is read.
  package func date(_ date: CivilDate) -> String { "\(date.day) \(words.months[date.month - 1]) \(date.year)" }

  /// “tomorrow at 8:00 pm”.
  package func when(_ instant: Instant) -> String { when(zone.civil(instant)) }
  package func when(_ local: CivilDateTime) -> String {
    Words.fill(words.dayAtTime, ["d": day(local.date), "t": time(local.time)])
  }

  package func weekday(_ weekday: Weekday) -> String { words.weekdays[weekday.rawValue - 1] }
  package func month(_ month: Int) -> String { (1...12).contains(month) ? words.months[month - 1] : String(month) }

  /// The two largest units: “2 h 30 min”, “1 day 3 h”, “45 s”.
  package func duration(_ duration: Duration) -> String {
    var seconds = Int((abs(duration.seconds)).rounded())
    // What is not said is rounded first, so that 1 h 59 min 59 s is two hours.
    if seconds >= 86_400 {
      seconds = (seconds + 1_800) / 3_600 * 3_600
    } else if seconds >= 3_600 {
      seconds = (seconds + 30) / 60 * 60
    }
    let amounts = [
      (seconds / 86_400, words.day), (seconds / 3_600 % 24, words.hour), (seconds / 60 % 60, words.minute),
      (seconds % 60, words.second),
    ]
    let parts = amounts.drop { $0.0 == 0 }.prefix(2).filter { $0.0 > 0 }
    guard !parts.isEmpty else { return "0 \(words.second.many)" }
    return parts.map { "\(number($0.0)) \(plural($0.0, one: $0.1.one, other: $0.1.many))" }.joined(separator: " ")
  }

  /// “in 10 min”, “2 h ago”, “now” (within half a minute).
  package func relative(_ instant: Instant) -> String {
    let distance = instant - now
    guard abs(distance.seconds) >= 30 else { return words.now }
    return Words.fill(distance > .zero ? words.ahead : words.ago, ["d": duration(distance)])
  }

  // MARK: Lists and counts

  /// “a, b and c”.
  package func list(_ items: [String]) -> String {
    guard let last = items.last, items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " \(words.and) " + last
  }

  /// The form for a count: one thing or several (Hindi counts none with one).
  package func plural(_ count: Int, one: String, other: String) -> String {
    count == 1 || (count == 0 && language.base == "hi") ? one : other
  }

  /// “1st” in English; the bare number elsewhere, where the sentence around it makes it ordinal.
  package func ordinal(_ number: Int) -> String {
    guard language == .english else { return String(number) }
    let rest = number.magnitude % 100
    let ending =
      switch (rest, rest % 10) {
      case (11...13, _): "th"
      case (_, 1): "st"
      case (_, 2): "nd"
      case (_, 3): "rd"
      default: "th"
      }
    return "\(number)\(ending)"
  }
}
