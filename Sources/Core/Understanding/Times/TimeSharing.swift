import Time

/// What the members of a list say for each other: "Tuesday or Wednesday at 3", "next week on Tuesday or Thursday",
/// "the 22nd, 23rd or 31st of March", "this or next week".
extension TimeGrammar {
  static func shared(_ found: [TimeNode], _ scope: Scope, _ all: [TimeNode]) -> [TimeNode] {
    var nodes = found
    for index in nodes.indices.dropFirst() where isList(nodes[index - 1], nodes[index], scope) {
      if let made = fromBefore(nodes[index - 1], nodes[index], scope) { nodes[index] = made }
    }
    for index in nodes.indices.dropLast().reversed() where isList(nodes[index], nodes[index + 1], scope) {
      if let made = fromBehind(nodes[index], nodes[index + 1], scope) { nodes[index] = made }
    }
    return (nodes + lone(nodes, scope, all)).sorted { $0.start < $1.start }
  }

  /// Nothing but commas and "or" between.
  private static func isList(_ first: TimeNode, _ last: TimeNode, _ scope: Scope) -> Bool {
    guard first.end < last.start, last.start - first.end <= 3 else { return false }
    return (first.end..<last.start).allSatisfy {
      scope.wordsBeginning[$0].intersects([.or, .comma, .on, .the])
    } && (first.end..<last.start).contains { scope.wordsBeginning[$0].intersects([.or, .comma]) }
  }

  /// A weekday in the week, or an hour on the day, that was named before.
  private static func fromBefore(_ first: TimeNode, _ last: TimeNode, _ scope: Scope) -> TimeNode? {
    guard let a = first.meaning, let b = last.meaning, let from = a.readings.first?.from else { return nil }
    if last.category == .time, first.category == .moment, a.shape.contains(.relative) || a.readings.count == 1 {
      let day = TimeMeaning([scope.dateReading(from - Scope.mod(from, 86_400))], .day, .relative)
      return moment(day, b).map { at(last, $0) }
    }
    guard a.shape.contains(.relative), a.weekday > 0, a.readings.count == 1, b.weekday > 0,
      !b.shape.contains(.relative),
      b.shape.contains(.weekday)
    else { return nil }
    let day = Scope.seconds(scope.weekday(b.weekday, inWeekOf: Scope.date(from)))
    return at(last, onDays([day], b, last.category))
  }

  /// A week, an hour or a month that was named behind.
  private static func fromBehind(_ first: TimeNode, _ last: TimeNode, _ scope: Scope) -> TimeNode? {
    guard let a = first.meaning, let b = last.meaning, first.category == .date, let from = b.readings.first?.from else {
      return nil
    }
    if a.shape.contains(.dayOnly), last.category == .date, b.month > 0 {
      let readings = b.readings.compactMap { reading -> TimeMeaning.Reading? in
        guard let from = reading.from else { return nil }
        let date = Scope.date(from)
        return scope.seconds(date.year, b.month, a.day).map { .init($0, nil, Scope.date($0).description) }
      }
      return readings.isEmpty ? nil : at(first, node(.date, TimeMeaning(readings, .day, b.shape)))
    }
    // "tomorrow or friday morning"
    if a.shape.contains(.relative), a.month == 0, b.weekday > 0, last.category != .date,
      let day = a.readings.first?.from
    {
      return at(first, onDays([day], b, last.category))
    }
    guard a.weekday > 0, a.shape.contains(.weekday), b.weekday > 0 else { return nil }
    if b.shape.contains(.relative), b.readings.count == 1 {
      let day = Scope.seconds(scope.weekday(a.weekday, inWeekOf: Scope.date(from)))
      return at(first, onDays([day], b, last.category))
    }
    guard last.category == .moment || last.category == .momentRange else { return nil }
    return at(first, onDays(a.readings.compactMap(\.from), b, last.category))
  }

  /// Hours of one expression laid on other days.
  static func onDays(_ days: [Int64], _ hours: TimeMeaning, _ category: TimeCategory) -> TimeNode {
    guard category != .date else {
      let readings = days.map { TimeMeaning.Reading($0, nil, Scope.date($0).description) }
      let meaning = TimeMeaning(readings, .day, .relative)
      meaning.weekday = days.first.map { Scope.date($0).weekday.rawValue } ?? 0
      return node(.date, meaning)
    }
    var seen: Set<Int64> = []
    var readings: [TimeMeaning.Reading] = []
    for hour in hours.readings {
      guard let from = hour.from ?? hour.to, seen.insert(Scope.mod(from, 86_400)).inserted else { continue }
      let base = from - Scope.mod(from, 86_400)
      for day in days {
        readings.append(
          .init(
            hour.from.map { $0 - base + day }, hour.to.map { $0 - base + day },
            momentReading(day + Scope.mod(from, 86_400), hours.grain).fromTimex))
      }
    }
    let meaning = TimeMeaning(readings, hours.grain, hours.shape)
    (meaning.part, meaning.modifier, meaning.weekday) = (
      hours.part, hours.modifier, days.first.map { Scope.date($0).weekday.rawValue } ?? 0
    )
    return node(category, meaning)
  }

  /// "this or next week", "last year or next".
  private static func lone(_ nodes: [TimeNode], _ scope: Scope, _ all: [TimeNode]) -> [TimeNode] {
    nodes.flatMap { range -> [TimeNode] in
      guard range.category == .range, let meaning = range.meaning, meaning.shape.contains(.whole),
        meaning.modifier == nil
      else { return [] }
      return all.compactMap { word in
        guard [.this, .next, .last].contains(word.category),
          word.start == range.end + 1 && scope.wordsBeginning[range.end].contains(.or)
            || word.end == range.start - 1 && scope.wordsBeginning[word.end].contains(.or),
          !nodes.contains(where: { $0.start < word.end && word.start < $0.end })
        else { return nil }
        let step = word.category == .next ? 1 : word.category == .last ? -1 : 0
        return whole(scope, meaning.grain, step).map { at(word, $0) }
      }
    }
  }

  private static func at(_ place: TimeNode, _ made: TimeNode) -> TimeNode {
    var made = made
    (made.start, made.end) = (place.start, place.end)
    return made
  }
}
