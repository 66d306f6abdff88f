import Time

/// The names that opening hours use, the official ones and what people write instead.
enum OpeningWords {
  static func weekday(_ word: String) -> Weekday? {
    switch word {
    case "mo", "mon", "monday", "mondays": .monday
    case "tu", "tue", "tues", "tuesday", "tuesdays": .tuesday
    case "we", "wed", "wednesday", "wednesdays": .wednesday
    case "th", "thu", "thur", "thurs", "thursday", "thursdays": .thursday
    case "fr", "fri", "friday", "fridays": .friday
    case "sa", "sat", "saturday", "saturdays": .saturday
    case "su", "sun", "sunday", "sundays": .sunday
    default: nil
    }
  }

  static func month(_ word: String) -> Int? {
    let names = [
      "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
      "december",
    ]
    if word == "sept" { return 9 }
    guard let index = names.firstIndex(where: { $0 == word || $0.prefix(3) == word }) else { return nil }
    return index + 1
  }

  static func isShortened(_ word: String) -> Bool { weekday(word) != nil || month(word) != nil }

  static func isHoliday(_ word: String) -> Bool { word == "ph" || word == "sh" }

  /// Minutes since midnight that stand for a sun time.
  static func sun(_ word: String) -> Int? {
    switch word {
    case "dawn": 330
    case "sunrise": 360
    case "sunset": 1_080
    case "dusk": 1_110
    default: nil
    }
  }

  static func state(_ word: String) -> OpeningHours.State? {
    switch word {
    case "open": .open
    case "off", "closed": .closed
    case "unknown": .unknown
    default: nil
    }
  }
}
