import Formats
import Time

/// A day that has a name: fixed, counted in its month, counted from Easter, or listed by year where a moon decides.
struct Holiday: Sendable {
  enum Rule: Sendable, Hashable {
    case fixed(month: Int, day: Int)
    /// The fourth Thursday of November; -1 is the last.
    case weekday(ordinal: Int, weekday: Int, month: Int)
    case easter(days: Int)
    /// Of the Islamic year, by the tabular calendar; what a sighting decides may be a day away.
    case hijri(month: Int, day: Int)
    /// Year → month × 100 + day.
    case listed([Int: Int])
  }
  var id: String
  var rule: Rule

  /// `nil` in a year that is not listed.
  func date(in year: Int) -> CivilDate? {
    switch rule {
    case .fixed(let month, let day): return CivilDate(year: year, month: month, day: day)
    case .weekday(let ordinal, let weekday, let month):
      return CivilDate(year: year, month: month, day: 1).flatMap { TimeResolver.nth(ordinal, weekday, inMonthOf: $0) }
    case .easter(let days): return Self.easter(year)?.adding(days: days)
    case .hijri(let month, let day): return Self.hijri(month, day, in: year)
    case .listed(let years): return years[year].flatMap { CivilDate(year: year, month: $0 / 100, day: $0 % 100) }
    }
  }

  /// The first such day of a Gregorian year, by the tabular calendar with the astronomical epoch, 15 July 622.
  static func hijri(_ month: Int, _ day: Int, in year: Int) -> CivilDate? {
    // 15 July 622 of the Julian calendar in the Gregorian one
    guard year > 622, let epoch = CivilDate(year: 622, month: 7, day: 18)?.dayNumber else { return nil }
    let guess = (year - 622) * 33 / 32
    return (guess - 1...guess + 2).lazy.map { hijri in
      let start = (11 * hijri + 3) / 30 + 354 * (hijri - 1)
      return CivilDate(dayNumber: epoch + start + 29 * (month - 1) + month / 2 + day - 1)
    }.first { $0.year == year }
  }

  /// Western Easter, by the anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, chapter 8).
  static func easter(_ year: Int) -> CivilDate? {
    let (a, b, c) = (year % 19, year / 100, year % 100)
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7
    let m = (a + 11 * h + 22 * l) / 451
    let sum = h + l - 7 * m + 114
    return CivilDate(year: year, month: sum / 31, day: sum % 31 + 1)
  }
}

/// All of them, with their names in every language, from `Intents/en/holidays.yaml`.
struct Holidays: Sendable {
  var all: [Holiday] = []
  /// `holiday.N` is a place in `all`; names are found by their letters and, in Latin script, by their skeleton.
  var names = TimeWords()

  init() {}

  init(_ node: YAMLNode) throws {
    var builder = TimeWords.Builder(isRomanised: false)
    for (key, entry) in try node.mapping() {
      let id = try key.string(expecting: "a holiday")
      try entry.onlyKeys(["date", "weekday", "easter", "hijri", "years", "names"])
      guard let rule = try Self.rule(entry) else {
        throw entry.error("one of date: 12-25, weekday: 4 th 11, easter: -2, hijri: 9-1, years: {2026: 11-08}")
      }
      for name in try Lexicon.list(try entry.required("names")) {
        let word = TimeWords.Word(category: .holiday, number: all.count)
        builder.add(name, word)
        builder.addForms(of: name, word)
        // "deepavaliku munnadi": before it
        if !name.contains(" ") { builder.addForms(of: name, word, [.to]) }
      }
      all.append(Holiday(id: id, rule: rule))
    }
    names = TimeWords(phrases: builder.phrases, longest: builder.longest, meanings: builder.meanings)
  }

  private static func rule(_ node: YAMLNode) throws -> Holiday.Rule? {
    func monthDay(_ text: String) -> (month: Int, day: Int)? {
      let parts = text.split(separator: "-").compactMap { Int($0) }
      return parts.count == 2 && (1...12).contains(parts[0]) && (1...31).contains(parts[1]) ? (parts[0], parts[1]) : nil
    }
    if let text = try node["date"]?.string(expecting: "a month and day"), let (month, day) = monthDay(text) {
      return .fixed(month: month, day: day)
    }
    if let text = try node["weekday"]?.string(expecting: "which weekday of which month") {
      let parts = text.split(separator: " ").map(String.init)
      guard parts.count == 3, let ordinal = Int(parts[0]), let month = Int(parts[2]), (1...12).contains(month),
        let weekday = ["mo", "tu", "we", "th", "fr", "sa", "su"].firstIndex(of: parts[1])
      else { return nil }
      return .weekday(ordinal: ordinal, weekday: weekday + 1, month: month)
    }
    if let days = node["easter"]?.double { return .easter(days: Int(days)) }
    if let text = try node["hijri"]?.string(expecting: "a month and day"), let (month, day) = monthDay(text) {
      return .hijri(month: month, day: day)
    }
    guard let years = try node["years"]?.mapping() else { return nil }
    var listed: [Int: Int] = [:]
    for (year, date) in years {
      guard let year = year.double, let date = date.string.flatMap(monthDay) else { return nil }
      listed[Int(year)] = date.month * 100 + date.day
    }
    return .listed(listed)
  }
}
