import Actions
import Base
import Formats
import Time

/// Dates, times, ranges, durations and recurrences, with all their readings.
struct TimeValueReader: ValueReader {
  func read(_ text: ValueText) -> [ReadValue] {
    let request = text.request
    var scope = TimeGrammar.Scope(
      sentence: text.sentence, policy: request.policy, holidays: text.holidays, now: request.zone.civil(request.now))
    (scope.zone, scope.fractions, scope.amounts) = (request.zone, text.fractions, text.amountWords)
    let words = TimeGrammar.words(scope, text.timeWords + [text.holidays.names], text.lexicons)
    guard !words.isEmpty else { return [] }
    scope.note(words)
    var found = TimeChart(.shared, scope, words: words).best()
    if request.policy.sharesInLists { found = TimeGrammar.shared(found, scope, words) }
    return found.compactMap { node in
      node.meaning.flatMap { value(node, $0, scope, request) }
    }
  }

  private func value(
    _ node: TimeNode, _ meaning: TimeMeaning, _ scope: TimeGrammar.Scope, _ request: ParseRequest
  ) -> ReadValue? {
    let type = Self.types[node.category] ?? "date"
    var values =
      Self.ordered(meaning, node.category, scope).map {
        Self.json($0, node.category, meaning, request.zone)
      }
    if node.category == .set {
      values = Self.recurring(meaning, request)
    } else {
      for index in values.indices {
        if let modifier = meaning.modifier {
          values[index]["mod"] = .string(
            meaning.innerModifier.map { "\(modifier.rawValue)-\($0.rawValue)" } ?? modifier.rawValue)
        }
      }
    }
    guard let first = values.first else { return nil }
    return ReadValue(
      type: type, tokens: node.start..<node.end, value: first, grain: "\(meaning.grain)",
      alternatives: Array(values.dropFirst()))
  }

  static let types: [TimeCategory: String] = [
    .duration: "duration", .date: "date", .range: "daterange", .time: "time", .timeRange: "timerange",
    .moment: "datetime", .momentRange: "datetimerange", .set: "set",
  ]

  /// Readings by the person's habits: the wanted side of now first, and there the likelier half of the day.
  static func ordered(_ meaning: TimeMeaning, _ category: TimeCategory, _ scope: TimeGrammar.Scope) -> [TimeMeaning
    .Reading]
  {
    let readings = meaning.readings
    guard readings.count > 1, !meaning.shape.contains(.ranked) else { return readings }
    let isTime = category == .time || category == .timeRange
    let firstHour = Int64(scope.policy.firstHour) * 3_600
    let isPast = scope.tellsOfThePast
    let meals = scope.meals
    func rank(_ reading: TimeMeaning.Reading) -> (Int, Int, Int64) {
      guard let moment = reading.from ?? reading.to else { return (2, 0, 0) }
      let second = TimeGrammar.Scope.mod(moment, 86_400)
      let isUsual =
        meals.isEmpty
        ? second >= firstHour && second < firstHour + 43_200 : meals.contains { $0.contains(second) }
      let half = category == .date || category == .range || isUsual ? 0 : 1
      if isTime { return (0, half, 0) }
      let bound = category == .date || category == .range ? scope.todaySeconds : scope.nowSeconds
      let isAhead = moment >= bound || (reading.to ?? bound) > bound
      let isWanted = scope.policy.prefers == .future && !isPast ? isAhead : !isAhead
      return (isWanted ? 0 : 1, half, isAhead ? moment : -moment)
    }
    // Sorting is not stable: what ranks alike keeps its order by its place.
    let ranked = readings.enumerated().map { (reading: $0.element, rank: rank($0.element), place: $0.offset) }
    return ranked.sorted { $0.rank == $1.rank ? $0.place < $1.place : $0.rank < $1.rank }.map(\.reading)
  }

  private static func json(
    _ reading: TimeMeaning.Reading, _ category: TimeCategory, _ meaning: TimeMeaning, _ zone: Zone
  )
    -> JSONObject
  {
    var object: JSONObject = [:]
    func date(_ seconds: Int64) -> JSON { .string(TimeGrammar.Scope.date(seconds).description) }
    func time(_ seconds: Int64) -> JSON {
      .string(CivilTime(secondOfDay: Int(TimeGrammar.Scope.mod(seconds, 86_400))).description)
    }
    func moment(_ seconds: Int64) -> JSON { .string(CivilDateTime(wallSeconds: seconds).description) }
    switch category {
    case .duration:
      object["duration"] = .string(reading.fromTimex)
      let seconds = meaning.length.reduce(0.0) { $0 + $1.count * $1.unit.seconds }
      if !meaning.low.isEmpty { object["low"] = .string(TimeGrammar.timex(meaning.low)) }
      object["seconds"] = seconds == seconds.rounded() ? .integer(Int64(seconds)) : .number(seconds)
    case .date: if let from = reading.from { object["date"] = date(from) }
    case .time: if let from = reading.from { object["time"] = time(from) }
    case .moment:
      if let from = reading.from {
        object["datetime"] = moment(from)
        object["instant"] = .string(instant(CivilDateTime(wallSeconds: from), zone))
      }
    default:
      let form = category == .range ? date : category == .timeRange ? time : moment
      if let from = reading.from { object["start"] = form(from) }
      if let to = reading.to { object["end"] = form(to) }
    }
    let timex = timex(reading, category, meaning)
    if !timex.isEmpty, category != .duration { object["timex"] = .string(timex) }
    return object
  }

  /// With the offset of the zone then; a wall-clock time that the zone skips is moved on, one it has twice is the first.
  private static func instant(_ local: CivilDateTime, _ zone: Zone) -> String {
    let instant = zone.instant(of: local)
    let offset = zone.offset(at: instant) / 60
    let clock = "\(TimeGrammar.Scope.two(abs(offset) / 60)):\(TimeGrammar.Scope.two(abs(offset) % 60))"
    return "\(zone.civil(instant))\(offset < 0 ? "-" : "+")\(clock)"
  }

  private static func timex(_ reading: TimeMeaning.Reading, _ category: TimeCategory, _ meaning: TimeMeaning) -> String
  {
    guard category == .range || category == .timeRange || category == .momentRange, !meaning.shape.contains(.openRange),
      !reading.toTimex.isEmpty || meaning.rangeTimex != nil
    else { return reading.fromTimex }
    let length = meaning.rangeTimex ?? ""
    return "(\(reading.fromTimex),\(reading.toTimex)\(length.isEmpty ? "" : ",\(length)"))"
  }

  private static func recurring(_ meaning: TimeMeaning, _ request: ParseRequest) -> [JSONObject] {
    guard let set = meaning.set, let draft = set.draft else { return [] }
    let resolver = TimeResolver(now: request.now, zone: request.zone)
    var timex = set.timex
    if request.policy.isForTasks, !timex.hasPrefix("P") {
      timex += TimeGrammar.timex([(Double(set.count), timex.hasPrefix("T") ? .day : set.unit)])
    }
    guard let resolved = resolver.resolve(draft) else { return [["timex": .string(timex)]] }
    return ([resolved.value] + resolved.alternatives).map { when in
      var object: JSONObject = ["start": .string(when.start.description)]
      if let rule = when.rule { object["rrule"] = .string(rule.description) }
      if !when.isTimeGiven { object["time_given"] = false }
      if !when.isDayGiven { object["day_given"] = false }
      object["timex"] = .string(timex)
      return object
    }
  }
}
