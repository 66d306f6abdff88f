package import Base
package import Formats
package import Messages
package import Time

/// When something recurs or happens once, in one zone: what rooms keep in a row and ask "when next?".
///
/// A rule steps on the wall clock, so 08:00 stays 08:00 when clocks change; an interval is elapsed time from the first
/// moment.
package struct Timetable: Sendable, Hashable {
  package let start: CivilDateTime
  /// The first occurrence.
  package let first: Instant
  package let rule: RecurrenceRule?
  package let interval: Duration?
  package let zone: Zone

  package var repeats: Bool { rule != nil || interval != nil }

  /// How `WhenValue`s that cannot be kept are answered.
  package enum Reading: Sendable {
    case timetable(Timetable)
    /// Only a day was named.
    case needsTime(CivilDate)
    case past(Instant)
    /// The rule gives no occurrence any more.
    case ended
    /// More often than once a minute.
    case tooOften
  }

  /// A moment just gone by counts as now: the minute that a person names has often begun.
  private static let slack: Duration = .seconds(60)

  /// - Throws: `RecurrenceError` when a rule does not go with its start or is too costly to answer.
  package static func read(_ when: WhenValue, zone: Zone, now: Instant) throws -> Reading {
    if let interval = interval(of: when) {
      guard interval >= .seconds(60) else { return .tooOften }
      var first = when.isTimeGiven ? zone.instant(of: when.start) : now + interval
      if first <= now { first = now + interval }
      return .timetable(
        Timetable(start: zone.civil(first), first: first, rule: nil, interval: interval, zone: zone))
    }
    guard let rule = when.rule else {
      guard when.isTimeGiven || when.elapsed != nil else { return .needsTime(when.start.date) }
      let at = when.instant(in: zone, now: now)
      guard at >= now - slack else { return .past(at) }
      return .timetable(Timetable(start: zone.civil(at), first: max(at, now), rule: nil, interval: nil, zone: zone))
    }
    guard rule.frequency != .secondly else { return .tooOften }
    let isFine = rule.frequency == .hourly || rule.frequency == .minutely
    guard when.isTimeGiven || isFine || !rule.byHour.isEmpty else { return .needsTime(when.start.date) }
    let whole = try explicit(rule, when.start)
    let recurrence = try Recurrence(start: when.start, zone: zone, rule: whole)
    guard let first = try recurrence.next(after: now)?.instant else { return .ended }
    if let second = try recurrence.next(after: first)?.instant, second - first < .seconds(60) { return .tooOften }
    return .timetable(Timetable(start: when.start, first: first, rule: whole, interval: nil, zone: zone))
  }

  private init(start: CivilDateTime, first: Instant, rule: RecurrenceRule?, interval: Duration?, zone: Zone) {
    self.start = start
    self.first = first
    self.rule = rule
    self.interval = interval
    self.zone = zone
  }

  /// "Every 6 hours"; with a count or an end the rule is kept.
  private static func interval(of when: WhenValue) -> Duration? {
    guard let rule = when.rule, rule.count == nil, rule.until == nil else { return nil }
    return when.interval
  }

  /// The same rule with the day that the start gives written out, so that its words do not depend on the start.
  private static func explicit(_ rule: RecurrenceRule, _ start: CivilDateTime) throws -> RecurrenceRule {
    let isBare = rule.byDay.isEmpty && rule.byMonthDay.isEmpty && rule.byYearDay.isEmpty && rule.byWeekNumber.isEmpty
    guard isBare else { return rule }
    switch rule.frequency {
    case .weekly: return try RecurrenceRule(parsing: "\(rule);BYDAY=\(start.date.weekday.code)")
    case .monthly: return try RecurrenceRule(parsing: "\(rule);BYMONTHDAY=\(start.date.day)")
    case .yearly:
      let month = rule.byMonth.isEmpty ? ";BYMONTH=\(start.date.month)" : ""
      return try RecurrenceRule(parsing: "\(rule)\(month);BYMONTHDAY=\(start.date.day)")
    default: return rule
    }
  }

  // MARK: Moving

  /// The same times on the clocks of another zone, from now on; `nil` for what comes once, is counted on the clock, or is
  /// over.
  package func moved(to zone: Zone, now: Instant) throws -> Timetable? {
    guard let rule, zone != self.zone,
      let next = try Recurrence(start: start, zone: zone, rule: rule).next(after: now)?.instant
    else { return nil }
    return Timetable(start: start, first: next, rule: rule, interval: nil, zone: zone)
  }

  /// New rules move a time by no more than this.
  private static let shift: Duration = .hours(3)

  /// When an occurrence that was planned by older rules of the zone falls by those of now.
  ///
  /// - Returns: `nil` when nothing changes: the rules agree, or it is counted on the clock.
  package func replanned(_ planned: Instant, now: Instant) throws -> (timetable: Timetable, at: Instant)? {
    guard interval == nil else { return nil }
    let candidates: [Instant]
    if let rule {
      let recurrence = try Recurrence(start: start, zone: zone, rule: rule)
      var all: [Instant] = []
      var from = planned - Self.shift - .microseconds(1)
      while all.count < 400, let next = try recurrence.next(after: from)?.instant, next <= planned + Self.shift {
        all.append(next)
        from = next
      }
      candidates = all
    } else {
      candidates = [zone.instant(of: start)]
    }
    func distance(_ at: Instant) -> Duration { at > planned ? at - planned : planned - at }
    guard let at = candidates.min(by: { distance($0) < distance($1) }), at > now, distance(at) >= .seconds(60),
      distance(at) <= Self.shift
    else { return nil }
    let first = planned == first ? at : min(first, at)
    return (Timetable(start: start, first: first, rule: rule, interval: nil, zone: zone), at)
  }

  // MARK: Asking

  /// The first occurrence strictly after an instant; `nil` when there is none.
  package func next(after instant: Instant) throws -> Instant? {
    if instant < first { return first }
    if let interval {
      let steps = (instant - first).microseconds / interval.microseconds + 1
      return first + .microseconds(interval.microseconds * steps)
    }
    guard let rule else { return nil }
    return try Recurrence(start: start, zone: zone, rule: rule).next(after: instant)?.instant
  }

  /// The last occurrences after one instant up to and with another, oldest first; the cost is bounded however long
  /// the span is.
  package func occurrences(after from: Instant, through end: Instant, limit: Int = 64) throws -> [Instant] {
    // looks back further and further, so that a long absence of a frequent rule is not walked through
    for span in [Duration.hours(1), .days(1), .days(8), .days(70), .days(800)] where end - span > from {
      let found = try walk(after: end - span, through: end, limit: limit)
      if found.count >= limit { return found }
    }
    return try walk(after: from, through: end, limit: limit)
  }

  private func walk(after from: Instant, through end: Instant, limit: Int) throws -> [Instant] {
    var found: [Instant] = []
    var at = from
    while let next = try next(after: at), next <= end {
      found.append(next)
      if found.count > 2 * limit { found.removeFirst(limit) }
      at = next
    }
    return Array(found.suffix(limit))
  }

  /// How late an occurrence may still be told: a day for a single one, half the gap to the next (at most six hours)
  /// for one of many.
  package func grace(of occurrence: Instant) throws -> Duration {
    guard repeats else { return .days(1) }
    guard let next = try next(after: occurrence) else { return .hours(6) }
    return min(.microseconds((next - occurrence).microseconds / 2), .hours(6))
  }

  /// What became due at `due` and after it, seen from `now`: of many only the last counts.
  package struct CatchUp: Sendable {
    /// Overtaken by a later one or past their grace, oldest first.
    package var missed: [Instant]
    /// Still to be told.
    package var current: Instant?
    package var next: Instant?
  }

  package func catchUp(from due: Instant, now: Instant) throws -> CatchUp {
    var all = [due]
    if repeats { all += try occurrences(after: due, through: now) }
    let last = all.removeLast()
    let next = try next(after: max(now, last))
    if now - last <= (try grace(of: last)) { return CatchUp(missed: all, current: last, next: next) }
    return CatchUp(missed: all + [last], current: nil, next: next)
  }

  // MARK: Words and storing

  /// "every day at 8:00 am", "every 6 hours", "tomorrow at 8:00 pm".
  package var words: Say.Value {
    if let interval {
      let minutes = interval.microseconds / 60_000_000
      let text = minutes % 60 == 0 ? "FREQ=HOURLY;INTERVAL=\(minutes / 60)" : "FREQ=MINUTELY;INTERVAL=\(minutes)"
      return (try? RecurrenceRule(parsing: text)).map { .recurrence($0, nil) } ?? .duration(interval)
    }
    guard let rule else { return .instant(first) }
    if let window = window(of: rule) { return window }
    if rule.frequency == .daily, !rule.bySetPosition.isEmpty, let times = timesOfFirstDay(), times.count > 1,
      let daily = try? RecurrenceRule(
        parsing: rule.interval == 1 ? "FREQ=DAILY" : "FREQ=DAILY;INTERVAL=\(rule.interval)")
    {
      return .list([.recurrence(daily, times[0])] + times.dropFirst().map(Say.Value.time))
    }
    return .recurrence(rule, start.time)
  }

  /// "every 2 hours from 8:00 am to 8:00 pm", where the times of a day are many and even.
  private func window(of rule: RecurrenceRule) -> Say.Value? {
    guard rule.frequency == .daily, rule.interval == 1, rule.byDay.isEmpty, rule.count == nil, rule.until == nil,
      let times = timesOfFirstDay(), times.count >= 4, let first = times.first, let last = times.last
    else { return nil }
    let step = times[1].secondOfDay - first.secondOfDay
    let isEven = zip(times, times.dropFirst()).allSatisfy { $1.secondOfDay - $0.secondOfDay == step }
    guard isEven, step >= 60, step * times.count <= 86_400 else { return nil }
    let text = step % 3_600 == 0 ? "FREQ=HOURLY;INTERVAL=\(step / 3_600)" : "FREQ=MINUTELY;INTERVAL=\(step / 60)"
    guard let every = try? RecurrenceRule(parsing: text) else { return nil }
    return .say(
      Say("reminder.window", ["every": .recurrence(every, nil), "from": .time(first), "to": .time(last)]))
  }

  private func timesOfFirstDay() -> [CivilTime]? {
    guard let rule, let recurrence = try? Recurrence(start: start.date.at(.midnight), zone: zone, rule: rule) else {
      return nil
    }
    let all = try? recurrence.occurrences(limit: 12)
    return all.map { all in all.filter { $0.local.date == all.first?.local.date }.map(\.local.time) }
  }

  package var json: JSON {
    var object: JSONObject = [
      "at": .string(start.description), "first": .string(first.description), "zone": .string(zone.identifier),
    ]
    if let rule { object["rrule"] = .string(rule.description) }
    if let interval { object["every"] = .string(interval.iso8601) }
    return .object(object)
  }

  /// Reads what `json` wrote.
  ///
  /// - Throws: `ZoneError` when the zone is no longer known, `RecurrenceError` for a rule that is none.
  package init(json: JSON) throws {
    guard let start = json["at"].string.flatMap({ CivilDateTime($0) }),
      let first = json["first"].string.flatMap({ Instant(iso8601: $0) }), let zone = json["zone"].string
    else {
      throw ActionError("timetable.unreadable", sentence: "A timetable needs at, first and zone.", field: "schedule")
    }
    let interval = json["every"].string.flatMap(Duration.init(iso8601:))
    if let interval, interval < .seconds(60) {
      throw ActionError("timetable.unreadable", sentence: "An interval is at least a minute.", field: "schedule")
    }
    self.init(
      start: start, first: first, rule: try json["rrule"].string.map { try RecurrenceRule(parsing: $0) },
      interval: interval, zone: try Zone.named(zone))
  }
}
