package import Base

/// A start, a rule, and dates added or taken out: RFC 5545's recurrence set.
///
/// Rules step on the wall clock, HOURLY and finer too, so 08:00 stays 08:00 when clocks change. A wall time becomes an
/// instant by `Zone.instant(of:)`. DTSTART itself occurs only when the rule gives it, or when there is no rule.
package struct Recurrence: Hashable, Sendable, Codable {
  package let start: CivilDateTime
  package let isAllDay: Bool
  /// `nil`: floating, the same wall time wherever one is.
  package let zone: Zone?
  package let rule: RecurrenceRule?
  /// Sorted, each once.
  package let rdates: [CivilDateTime]
  package let exdates: [CivilDateTime]

  /// - Throws: `RecurrenceError` when the rule steps in hours or finer but the start is a whole day.
  package init(
    start: CivilDateTime, isAllDay: Bool = false, zone: Zone?, rule: RecurrenceRule?, rdates: [CivilDateTime] = [],
    exdates: [CivilDateTime] = []
  ) throws {
    if isAllDay, let rule, [.hourly, .minutely, .secondly].contains(rule.frequency) {
      throw RecurrenceError(.combination, "FREQ", "FREQ=\(rule.frequency.rawValue) does not go with a whole-day start.")
    }
    func days(_ times: [CivilDateTime]) -> [CivilDateTime] {
      Set(isAllDay ? times.map { $0.date.at(.midnight) } : times).sorted()
    }
    self.start = isAllDay ? start.date.at(.midnight) : start
    self.isAllDay = isAllDay
    self.zone = isAllDay ? nil : zone
    self.rule = rule
    self.rdates = days(rdates)
    self.exdates = days(exdates)
  }

  /// The first occurrence strictly after an instant, however far the start is; two wall times that are one instant
  /// count once.
  ///
  /// - Parameter floatingZone: where to read the clock when the recurrence itself has no zone (UTC when `nil`).
  /// - Returns: `nil` when the recurrence has ended. Floating and all-day occurrences carry no instant.
  /// - Throws: `RecurrenceError` (`rrule.costly`) when the answer would take too long.
  /// - Complexity: a few periods without COUNT; with COUNT also those from the start on, unless each holds the same.
  package func next(after instant: Instant, floatingZone: Zone? = nil) throws -> Occurrence? {
    let clock = zone ?? floatingZone ?? .utc
    guard let found = try first(after: instant.seconds, on: clock) else { return nil }
    return occurrence(found.wall)
  }

  /// The occurrences in order of their wall time, from a wall time on (the start when `nil`).
  package func occurrences(from: CivilDateTime? = nil) throws -> OccurrenceSequence {
    OccurrenceSequence(recurrence: self, walls: try WallIterator(self, from: from?.wallSeconds ?? Int64.min))
  }

  package func occurrences(from: CivilDateTime? = nil, limit: Int) throws -> [Occurrence] {
    var found: [Occurrence] = []
    var sequence = try occurrences(from: from)
    while found.count < limit, let next = try sequence.next() { found.append(next) }
    return found
  }

  func occurrence(_ wall: Int64) -> Occurrence {
    let local = CivilDateTime(wallSeconds: wall)
    return Occurrence(local: local, instant: zone?.instant(of: local))
  }

  private func first(after seconds: Int64, on zone: Zone) throws -> (wall: Int64, seconds: Int64)? {
    var best: (wall: Int64, seconds: Int64)?
    func offer(_ wall: Int64, _ at: Int64) {
      if at > seconds, best.map({ (at, wall) < ($0.seconds, $0.wall) }) ?? true { best = (wall, at) }
    }
    let now = zone.period(at: seconds)
    var from = seconds &+ Int64(now.offset) + 1

    // Around a change the order of wall times is not the order of instants: skipped ones land after those which follow.
    var period = now
    while period.start > seconds - 93_600 {
      let before = zone.period(at: period.start - 1)
      let (old, new) = (period.start + Int64(before.offset), period.start + Int64(period.offset))
      if old < new, seconds < period.start + (new - old) {
        var walls = try WallIterator(self, from: max(old, seconds + Int64(before.offset) + 1))
        if let wall = try walls.next(), wall < new { offer(wall, wall - Int64(before.offset)) }
      } else if old > new, period.start == now.start {
        // The second pass of a repeated hour: its times were all answered in the first one.
        from = max(from, old)
      }
      period = before
    }

    var walls = try WallIterator(self, from: from)
    while let wall = try walls.next() {
      let resolved = zone.resolve(CivilDateTime(wallSeconds: wall))
      offer(wall, resolved.instant.seconds)
      if resolved.kind == .gap {
        // Skipped times keep their order among themselves; the next real one may still come first.
        let end = zone.civil(resolved.instant).wallSeconds
        var later = try WallIterator(self, from: gapEnd(wall, end, zone))
        if let wall = try later.next() { offer(wall, zone.instant(of: CivilDateTime(wallSeconds: wall)).seconds) }
      }
      if resolved.instant.seconds > seconds { break }
    }
    return best
  }

  /// The first wall time that exists after a skipped one.
  private func gapEnd(_ wall: Int64, _ shown: Int64, _ zone: Zone) -> Int64 {
    let change = zone.period(at: zone.instant(of: CivilDateTime(wallSeconds: wall)).seconds)
    let end = change.start + Int64(change.offset)
    return end > wall && end <= shown ? end : shown
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      start: container.decode(CivilDateTime.self, forKey: .start),
      isAllDay: container.decode(Bool.self, forKey: .isAllDay),
      zone: container.decodeIfPresent(Zone.self, forKey: .zone),
      rule: container.decodeIfPresent(RecurrenceRule.self, forKey: .rule),
      rdates: container.decodeIfPresent([CivilDateTime].self, forKey: .rdates) ?? [],
      exdates: container.decodeIfPresent([CivilDateTime].self, forKey: .exdates) ?? [])
  }
}

/// Occurrences in order, made one at a time.
package struct OccurrenceSequence {
  fileprivate let recurrence: Recurrence
  fileprivate var walls: WallIterator

  package mutating func next() throws -> Occurrence? { try walls.next().map(recurrence.occurrence) }
}
