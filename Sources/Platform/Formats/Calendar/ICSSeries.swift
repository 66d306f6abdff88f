import Base
import Time

/// The events of one UID: the one that repeats, and the instances that were changed.
struct ICSSeries {
  private var masters: [ICSEvent] = []
  private var changes: [CivilDateTime: ICSEvent] = [:]
  private var followingChanges: [ICSEvent] = []

  mutating func add(_ event: ICSEvent) {
    guard let replaced = event.replaces else {
      // The newer version of an event takes the place of the older one.
      if let old = masters.last, old.sequence != event.sequence {
        if old.sequence < event.sequence { masters = [event] }
      } else {
        masters.append(event)
      }
      return
    }
    if let old = changes[replaced], old.sequence > event.sequence { return }
    changes[replaced] = event
    if event.replacesFollowing { followingChanges.append(event) }
  }

  func expand(into expansion: inout ICSExpansion) throws {
    try expansion.checkTime()
    let excluded = masters.map { Set($0.recurrence.exdates) }
    for change in changes.values.sorted(by: { $0.recurrence.start < $1.recurrence.start }) {
      let replaced = change.replaces ?? change.recurrence.start
      // Taken out of the series after it was changed.
      if excluded.contains(where: { $0.contains(replaced) }) { continue }
      if masters.contains(where: { $0.excludedDays.contains(replaced.date) }) { continue }
      try expansion.add(change, at: change.recurrence.start, original: replaced)
    }
    let following = followingChanges.sorted { ($0.replaces ?? .distantPast) < ($1.replaces ?? .distantPast) }
    for master in masters { try expand(master, following, into: &expansion) }
  }

  private func expand(_ master: ICSEvent, _ following: [ICSEvent], into expansion: inout ICSExpansion) throws {
    // A changed instance may be moved and longer, so the search begins that much earlier.
    var reach = max(master.duration, master.ownDurations.values.max() ?? 0)
    for change in following {
      reach = max(reach, change.duration + abs(change.shift))
    }
    let first = CivilDateTime(wallSeconds: max(expansion.window.earliest - reach, -62_135_596_800))
    var seen: Set<CivilDateTime> = []
    for recurrence in [master.recurrence] + master.more {
      try expand(master, recurrence, from: first, reach: reach, following, &seen, into: &expansion)
    }
  }

  private func expand(
    _ master: ICSEvent, _ recurrence: Recurrence, from first: CivilDateTime, reach: Int64, _ following: [ICSEvent],
    _ seen: inout Set<CivilDateTime>, into expansion: inout ICSExpansion
  ) throws {
    do {
      var times = try recurrence.occurrences(from: first)
      while let next = try times.next()?.local, next.wallSeconds <= expansion.window.latest + reach {
        try expansion.step()
        if !master.more.isEmpty, !seen.insert(next).inserted { continue }
        if changes[next] != nil || master.excludedDays.contains(next.date) { continue }
        if let change = following.last(where: { $0.replaces ?? .distantFuture <= next }) {
          try expansion.add(change, at: next.adding(seconds: change.shift), original: next)
        } else {
          try expansion.add(master, at: next, original: next, duration: master.ownDurations[next])
        }
      }
    } catch let error as RecurrenceError {
      throw ICSError(.costly, error.sentence)
    }
  }
}

extension ICSEvent {
  /// How far a changed instance was moved.
  fileprivate var shift: Int64 {
    replaces.map { recurrence.start.wallSeconds - $0.wallSeconds } ?? 0
  }
}

extension CivilDateTime {
  fileprivate static let distantPast = CivilDate.distantPast.at(.midnight)
  fileprivate static let distantFuture = CivilDate.distantFuture.at(.midnight)
}

/// Collects occurrences within bounds.
struct ICSExpansion {
  let window: ICSWindow
  private let defaultZone: Zone?
  private var limits: ICSCalendar.Limits
  private var started = ContinuousClock.now
  private var steps = 0
  private(set) var found: [EventOccurrence] = []

  init(window: ICSWindow, defaultZone: Zone?, limits: ICSCalendar.Limits) {
    self.window = window
    self.defaultZone = defaultZone
    self.limits = limits
  }

  /// What one series adds, within bounds of its own: nothing where it goes past them.
  ///
  /// - Returns: why it added nothing.
  mutating func adding(_ own: ICSCalendar.Limits, _ expand: (inout ICSExpansion) throws -> Void) -> ICSError? {
    let (before, whole, begun) = (found.count, limits, started)
    limits.occurrences = min(whole.occurrences, before + own.occurrences)
    (limits.time, started) = (own.time, .now)
    defer { (limits, started) = (whole, begun) }
    do {
      try expand(&self)
      return nil
    } catch {
      found.removeSubrange(before...)
      return error as? ICSError ?? ICSError(.costly, "The event could not be expanded.")
    }
  }

  mutating func step() throws {
    steps += 1
    if steps % 256 == 0 { try checkTime() }
  }

  func checkTime() throws {
    guard ContinuousClock.now - started < limits.time else {
      throw ICSError(.costly, "The calendar takes too long to expand; ask for fewer days.")
    }
  }

  mutating func add(
    _ event: ICSEvent, at start: CivilDateTime, original: CivilDateTime, duration: Int64? = nil
  ) throws {
    let duration = duration ?? event.duration
    let end = start.adding(seconds: duration)
    let zone = event.recurrence.zone ?? defaultZone
    let startInstant = zone?.instant(of: start)
    var endInstant = zone?.instant(of: end)
    // A start that a clock change skips moves on; its end must not come before it.
    if let startInstant, let given = endInstant, given <= startInstant, duration > 0 {
      endInstant = startInstant + .seconds(duration)
    }
    guard window.touches(start, end, startInstant: startInstant, endInstant: endInstant) else { return }
    guard found.count < limits.occurrences else {
      throw ICSError(.tooMany, "More than \(limits.occurrences) events occur in that time; ask for fewer days.")
    }
    found.append(
      EventOccurrence(
        uid: event.uid, summary: event.summary, location: event.location, description: event.description,
        status: event.status, start: start, end: end, startInstant: startInstant, endInstant: endInstant,
        isAllDay: event.recurrence.isAllDay, zone: event.recurrence.zone, original: original))
  }
}
