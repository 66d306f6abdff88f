import Actions
import Formats
import Foundation
import Messages
import Text
import Time

/// What was looked at last, for what is asked without naming it again: "the peak there", "why did it go up?".
struct Glance: Sendable {
  /// The action that was looked at.
  var action: String?
  var building: String?
  var period: DayPeriod?
  var versus: String?

  /// - Parameters:
  ///   - lookedAt: an action of this room with its arguments, as the conversation gives it.
  ///   - today: what "last month" is counted from.
  init(_ lookedAt: JSON?, _ today: CivilDate) { read(lookedAt, today, depth: 0) }

  /// What that one was itself asked about without naming it stands one step further back.
  private mutating func read(_ call: JSON?, _ today: CivilDate, depth: Int) {
    guard let call = call.flatMap({ ActionCall(json: $0) }), call.name.hasPrefix("energy."), depth < 6 else { return }
    let (arguments, words) = (call.arguments, FollowUp(call.arguments["said"]?.string))
    let before = Glance(arguments["looked_at"], today, depth: depth + 1)
    action = call.name
    building = arguments["building"]?.string
    versus = arguments["versus"]?.string
    let own = (arguments["period"] ?? arguments["day"])?.string.flatMap { DayPeriod($0) }
    period = words.shifted(own, versus: versus, from: before.period, today) ?? own
    // "how does that compare to the month before": the days are those that were looked at
    if versus == "before", words.points, words.compares, let looked = before.period { period = looked }
    // what was asked of all buildings is no question about the one before it
    let goesOn = Self.takingOver.contains(call.name) || words.goesOn
    guard goesOn else { return }
    if call.name == ShowPortfolio.name, words.goesOn { action = before.action ?? action }
    building = building ?? before.building
    period = period ?? before.period
    versus = versus ?? before.versus
  }

  private init(_ lookedAt: JSON?, _ today: CivilDate, depth: Int) { read(lookedAt, today, depth: depth) }

  /// Actions that take what they were not told from what was looked at before.
  private static let takingOver: Set<String> = [
    "energy.daily", "energy.cost", "energy.change", "energy.compare", "energy.alert", "energy.profile",
  ]
}

/// What the words of a message say about what was looked at before them.
struct FollowUp: Sendable {
  private let words: [String]

  init(_ said: String?) {
    words =
      said.map { Normaliser.normalise($0).split { !$0.isLetter && !$0.isNumber && $0 != "'" }.map(String.init) } ?? []
  }

  func says(_ word: String) -> Bool { words.contains(word) }

  /// "the peak there", "how is it".
  var points: Bool {
    words.indices.contains { place in
      guard Self.pointers.contains(words[place]) else { return false }
      // "this week" points at nothing
      return !(words.indices.contains(place + 1) && Self.ofTime.contains(words[place + 1]))
    }
  }

  /// "compare with the week before" puts days beside others; "and the week before?" looks at those instead.
  var compares: Bool { words.isEmpty || words.contains { Self.comparing.contains($0) } }

  /// Nothing but days: "and the month before?", "yesterday".
  var isOnlyTime: Bool {
    !words.isEmpty && words.allSatisfy { isOfTime($0) } && words.contains { !Self.small.contains($0) }
  }

  /// It is about what was looked at, whatever that was.
  var goesOn: Bool { points || isOnlyTime }

  /// "top 10", "bottom three", "all 40 buildings": how many are to be shown, as far as a message holds them.
  var wanted: Int? {
    if let place = words.firstIndex(where: { ["top", "bottom", "first", "biggest", "worst"].contains($0) }),
      words.indices.contains(place + 1), let number = Self.number(words[place + 1])
    {
      return min(max(number, 1), 20)
    }
    return words.contains("all") || words.contains("every") || words.contains("list") ? 20 : nil
  }

  private static func number(_ word: String) -> Int? {
    let names = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    return names.firstIndex(of: word).map { $0 + 1 } ?? (word.count <= 2 ? Int(word) : nil)
  }

  /// "all offices": the use of buildings that is named, in one or in many.
  func use(of uses: [String]) -> String? {
    let text = " " + words.joined(separator: " ") + " "
    return uses.sorted { $0.count > $1.count }.first { use in
      let name = Normaliser.normalise(use)
      let plurals = [name, name + "s", name + "es", name.hasSuffix("y") ? name.dropLast() + "ies" : name]
      return !name.isEmpty && plurals.dropFirst().contains { text.contains(" \($0) ") }
    }
  }

  /// - Throws: where a day is named that no calendar has.
  func checkDay() throws {
    let lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    for (place, word) in words.enumerated() {
      guard let month = Self.named.prefix(12).firstIndex(where: { word.count >= 3 && $0.hasPrefix(word) }) else {
        continue
      }
      for beside in [place - 1, place + 1] where words.indices.contains(beside) {
        let digits = words[beside].prefix { $0.isNumber }
        guard let day = Int(digits), digits.count <= 2, day > lengths[month], day <= 99, day > 29 || month == 1,
          day <= 39
        else { continue }
        throw ActionError(
          "energy.no_such_day", ["day": .text("\(day) \(Self.named[month].capitalized)")],
          sentence: "There is no \(day) \(Self.named[month].capitalized).", field: "period")
      }
    }
  }

  /// "of all buildings": not of the one that was looked at.
  var saysAll: Bool {
    words.contains { ["all", "every", "buildings", "sites", "portfolio", "everything", "overall"].contains($0) }
  }

  /// "When was the peak": of what was looked at.
  var asksWhen: Bool {
    !saysAll && words.count <= 6
      && (words.first == "when" || words.first == "whens" || words.starts(with: ["what", "time"]))
  }

  /// Nothing but which end is meant: "and lowest?"
  var isOnlyExtreme: Bool {
    let ends: Set<String> = [
      "lowest", "highest", "least", "most", "maximum", "minimum", "max", "min", "day", "which", "when",
    ]
    return !words.isEmpty && words.allSatisfy { Self.small.contains($0) || ends.contains($0) }
  }

  /// Nothing but a name: "and tower b?"
  func isOnly(_ name: String) -> Bool {
    let own = Set(Normaliser.normalise(name).split { !$0.isLetter && !$0.isNumber && $0 != "'" }.map(String.init))
    return !words.isEmpty && words.allSatisfy { own.contains($0) || Self.small.contains($0) }
  }

  private func isOfTime(_ word: String) -> Bool {
    Self.small.contains(word) || Self.ofTime.contains(word) || Self.comparing.contains(word)
      || word.first?.isNumber == true && word.count <= 4
      || word.count >= 3 && Self.named.contains { $0.hasPrefix(word) || word.hasPrefix($0) }
  }

  /// The days before those that were looked at, where the words name these and compare nothing.
  ///
  /// - Returns: `nil` where nothing is to be shifted.
  func shifted(_ period: DayPeriod?, versus: String?, from looked: DayPeriod?, _ today: CivilDate) -> DayPeriod? {
    guard !compares, !says("this"), let looked, let unit, versus == "before" || versus == nil else { return nil }
    // "the week before 10 november" names its days itself
    guard !words.contains(where: { $0.first?.isNumber == true || Self.isMonth($0) }) else { return nil }
    return Self.before(looked, unit, count, today)
  }

  /// "compare with 19 november" puts that day beside those that were looked at.
  func sides(
    _ period: DayPeriod?, _ against: DayPeriod?, _ versus: String?, _ glance: Glance
  ) -> (period: DayPeriod?, against: DayPeriod?) {
    guard let period, let looked = glance.period, against == nil, versus == nil, !words.isEmpty, compares, isOnlyTime,
      looked != period
    else { return (period, against) }
    return (looked, period)
  }

  private static func isMonth(_ word: String) -> Bool {
    word.count >= 3 && named.prefix(12).contains { $0.hasPrefix(word) }
  }

  /// "before" with the length of time in front of it.
  var unit: String? {
    guard let place = words.firstIndex(where: { ["before", "previous", "prior", "preceding"].contains($0) }) else {
      return nil
    }
    let beside = words[place] == "before" ? place - 1 : place + 1
    guard words.indices.contains(beside) else { return nil }
    return ["day", "week", "month", "year"].first { words[beside] == $0 || words[beside] == $0 + "s" }
  }

  /// "two months before"
  private var count: Int {
    let names = ["one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6]
    guard let place = words.firstIndex(of: "before"), place > 1 else { return 1 }
    return min(names[words[place - 2]] ?? Int(words[place - 2]) ?? 1, 60)
  }

  static func before(_ looked: DayPeriod, _ unit: String, _ count: Int = 1, _ today: CivilDate) -> DayPeriod {
    let (first, last) = looked.days(on: today)
    switch unit {
    case "day":
      let back = first == last ? count : last.days(since: first) + 1
      return .days(first.adding(days: -back), last.adding(days: -back))
    case "week":
      // of a running week the whole one before it
      let end = looked == .named(.week) ? first.adding(days: 6) : last
      return end.days(since: first) < 7
        ? .days(first.adding(days: -7 * count), end.adding(days: -7 * count))
        : .days(first.adding(days: -7 * count), first.adding(days: -7 * count + 6))
    case "year":
      let year = first.adding(days: 1 - first.dayOfYear).adding(months: -12 * count)
      return first.adding(days: 1 - first.dayOfYear) == first
        ? .days(year, year.adding(months: 12).adding(days: -1))
        : .days(first.adding(months: -12 * count), last.adding(months: -12 * count))
    default:
      let month = first.adding(days: 1 - first.day).adding(months: -count)
      return .days(month, month.adding(months: 1).adding(days: -1))
    }
  }

  private static let pointers: Set<String> = ["it", "its", "it's", "there", "that", "this", "here", "same"]
  private static let comparing: Set<String> = [
    "compare", "compared", "comparing", "comparison", "vs", "versus", "against", "than", "with", "to", "grew", "fell",
  ]
  private static let small: Set<String> = [
    "and", "what", "about", "how", "hows", "the", "for", "in", "on", "of", "a", "please", "pls", "ok", "then", "so",
    "show",
    "me", "also", "now", "that", "it", "was", "is", "at", "from", "one", "same", "only", "too", "do", "as",
  ]
  private static let ofTime: Set<String> = [
    "day", "days", "week", "weeks", "month", "months", "year", "years", "before", "previous", "prior", "preceding",
    "last",
    "this", "today", "yesterday", "far", "first", "second", "third", "two", "three", "past", "until", "till", "since",
    "between", "st", "nd", "rd", "th", "half",
  ]
  private static let named = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december", "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
  ]
}

/// What is asked of energy and not reckoned here: it is said so beside the plain figure, which would pass for it.
enum LeftOut {
  static let all = ["night", "weekend", "weekday", "carbon", "money", "average", "threshold", "factor", "file"]
}

extension EnergyPeriod {
  /// The days that are asked for, or that were looked at; "the week before" names what they are compared with and no days.
  static func meant(
    _ period: DayPeriod?, versus: String?, _ said: String?, _ glance: Glance, today: CivilDate, latest: EnergyPeriod,
    against: DayPeriod? = nil
  ) -> EnergyPeriod {
    let words = FollowUp(said)
    var (period, versus, against) = (period, versus, against)
    // "this month vs same month last year" is that month and not the year
    if against == .named(.lastYear), versus == nil, period != .named(.year) { (versus, against) = ("last_year", nil) }
    let units: [DayPeriod] = [.named(.week), .named(.month), .named(.year)]
    // "and the month before?" is that month, whatever its own is compared with
    let looked = glance.period ?? .days(latest.from, latest.to)
    if let before = words.shifted(period, versus: versus, from: looked, today) {
      (period, versus) = (before, nil)
    } else if versus == "before", period.map({ units.contains($0) }) ?? true, !words.says("this") {
      period = glance.period
    }
    // "ranked by november usage" is read as all days before it
    if case .days(CivilDate(dayNumber: 0), let last)? = period, words.says("by") {
      let first = last.adding(days: 1)
      period = .days(first, first.day == 1 ? first.adding(months: 1).adding(days: -1) : first)
    }
    let other = versus == "before" ? nil : versus
    var meant = named(period, versus: other, today: today, latest: latest)
    if meant == nil, versus == "before" {
      meant = latest
      meant?.isNamed = true
    }
    guard let against else { return meant ?? latest }
    return (meant ?? latest).beside(against, today)
  }

  /// The later of two times beside the earlier, as they were named.
  private func beside(_ other: DayPeriod, _ today: CivilDate) -> EnergyPeriod {
    let (first, last) = other.days(on: today)
    var period = self
    period.isNamed = true
    if first < from {
      period.earlier = first...last
    } else {
      (period.from, period.to, period.earlier) = (first, last, from...to)
    }
    return period
  }
}
