import Base

/// The wall times of a whole recurrence set: rule and added dates merged, excluded ones left out, each once.
struct WallIterator {
  private var walker: RuleWalker?
  private var pending: Int64?
  private var dates: ArraySlice<Int64>
  private let excluded: [CivilDateTime]
  private var last: Int64?

  init(_ recurrence: Recurrence, from: Int64) throws {
    excluded = recurrence.exdates
    // Years 1 to 9999 on the wall clock, so that every sum below stays in range.
    let from = max(from, CivilDate.distantPast.at(.midnight).wallSeconds)
    let given = recurrence.rdates.map(\.wallSeconds) + (recurrence.rule == nil ? [recurrence.start.wallSeconds] : [])
    dates = given.filter { $0 >= from }.sorted()[...]
    guard let rule = recurrence.rule else { return }
    walker = try RuleWalker(
      rule, start: recurrence.start, isAllDay: recurrence.isAllDay, from: from,
      isPastUntil: WallIterator.limit(rule.until, recurrence))
  }

  mutating func next() throws -> Int64? {
    while true {
      if pending == nil { pending = try walker?.next() }
      let wall: Int64
      switch (pending, dates.first) {
      case (let ruled?, let dated?) where dated <= ruled: wall = dated
      case (let ruled?, _): wall = ruled
      case (nil, let dated?): wall = dated
      case (nil, nil): return nil
      }
      if wall == dates.first { dates = dates.dropFirst() }
      if wall == pending { pending = nil }
      if wall != last, !isExcluded(wall) {
        last = wall
        return wall
      }
    }
  }

  private func isExcluded(_ wall: Int64) -> Bool {
    guard !excluded.isEmpty else { return false }
    let local = CivilDateTime(wallSeconds: wall)
    var low = 0
    var high = excluded.count
    while low < high {
      let middle = (low + high) / 2
      if excluded[middle] < local { low = middle + 1 } else { high = middle }
    }
    return low < excluded.count && excluded[low] == local
  }

  private static func limit(
    _ until: RecurrenceRule.Until?, _ recurrence: Recurrence
  ) -> (Int64) -> Bool {
    switch until {
    case nil: return { _ in false }
    case .date(let date):
      // A day as limit includes all of it.
      let end = date.at(.midnight).wallSeconds + 86_399
      return { $0 > end }
    case .local(let local):
      let end = recurrence.isAllDay ? local.date.at(.midnight).wallSeconds : local.wallSeconds
      return { $0 > end }
    case .utc(let instant):
      guard let zone = recurrence.zone else {
        let local = Zone.utc.civil(instant)
        let end = recurrence.isAllDay ? local.date.at(.midnight).wallSeconds : local.wallSeconds
        return { $0 > end }
      }
      // Only within a day of the limit does the zone decide.
      let end = instant.seconds
      return { wall in
        if wall < end - 93_600 { return false }
        if wall > end + 93_600 { return true }
        return zone.instant(of: CivilDateTime(wallSeconds: wall)).seconds > end
      }
    }
  }
}
