import Base
package import Time

/// One VEVENT: an event, a series, or a changed instance of one.
package struct ICSEvent: Sendable {
  package let uid: String
  package let summary: String
  package let location: String?
  package let description: String?
  /// As written: CONFIRMED, TENTATIVE or CANCELLED.
  package let status: String?
  package let sequence: Int
  /// When it occurs; one start without a rule for a single event.
  package let recurrence: Recurrence
  /// By its further rules, which older programs write: what any of them gives is an occurrence, once.
  let more: [Recurrence]
  /// On the wall clock, in seconds; whole days for all-day events. Never negative.
  package let duration: Int64
  /// The time of the series' instance that this one replaces, on the series' wall clock.
  package let replaces: CivilDateTime?
  /// The change holds for all later instances too.
  package let replacesFollowing: Bool
  /// Durations that RDATE gives single instances.
  let ownDurations: [CivilDateTime: Int64]
  /// EXDATE as whole days: they take out every instance of that day.
  let excludedDays: Set<CivilDate>
}

/// Reads VEVENT components.
struct ICSEventReader {
  private static let mostDates = 20_000
  private static let mostRules = 20

  var zones: ICSZones
  /// X-WR-TIMEZONE: what the calendar's owner sees times in UTC as, and means those without a zone in.
  let shown: Zone?

  /// A DATE or DATE-TIME with its zone; `nil` zone is floating.
  private struct Moment {
    var local: CivilDateTime
    var zone: Zone?
    var isDate: Bool
  }

  mutating func event(_ component: ICSComponent) throws -> ICSEvent {
    guard let property = component.first("DTSTART"), var start = try moment(property) else {
      throw ICSError(.startInvalid, "The event has no start that is a date or a time.")
    }
    var duration = try duration(component, start)
    if duration < 0 {
      // Some writers mix the two up.
      start.local = start.local.adding(seconds: duration)
      duration = -duration
    }
    var rdates: [CivilDateTime] = []
    var ownDurations: [CivilDateTime: Int64] = [:]
    for property in component.all("RDATE").prefix(Self.mostDates) {
      guard let (moment, length) = try period(property) else { continue }
      let local = wall(moment, like: start)
      rdates.append(local)
      ownDurations[local] = length
    }
    var exdates: [CivilDateTime] = []
    var excludedDays: Set<CivilDate> = []
    for property in component.all("EXDATE").prefix(Self.mostDates) {
      guard let moment = try moment(property) else { continue }
      if moment.isDate, !start.isDate {
        excludedDays.insert(moment.local.date)
      } else {
        exdates.append(wall(moment, like: start))
      }
    }
    let identity = component.first("RECURRENCE-ID")
    let rules = component.all("X-RRULE").prefix(Self.mostRules).map(\.text)
    return ICSEvent(
      uid: component.first("UID")?.text ?? "", summary: component.first("SUMMARY")?.text ?? "",
      location: component.first("LOCATION")?.text, description: component.first("DESCRIPTION")?.text,
      status: component.first("STATUS")?.text, sequence: component.first("SEQUENCE").flatMap { Int($0.text) } ?? 0,
      recurrence: try recurrence(rules.first ?? "", start, rdates, exdates),
      more: try rules.dropFirst().map { try recurrence($0, start, [], exdates) }, duration: duration,
      replaces: try identity.flatMap { try moment($0) }.map { wall($0, like: start) },
      replacesFollowing: identity?.appliesToFuture ?? false, ownDurations: ownDurations, excludedDays: excludedDays)
  }

  private func recurrence(
    _ rule: String, _ start: Moment, _ rdates: [CivilDateTime], _ exdates: [CivilDateTime]
  ) throws -> Recurrence {
    do {
      var text = rule
      while text.hasSuffix(";") { text.removeLast() }
      // In a calendar the start is an instance even where the rule does not give it (RFC 5545 §3.8.5.3).
      return try Recurrence(
        start: start.local, isAllDay: start.isDate, zone: start.zone,
        rule: text.isEmpty ? nil : RecurrenceRule(parsing: text), rdates: rdates + [start.local], exdates: exdates)
    } catch let error as RecurrenceError {
      throw ICSError(.ruleInvalid, error.sentence)
    }
  }

  private mutating func duration(_ component: ICSComponent, _ start: Moment) throws -> Int64 {
    if let property = component.first("DTEND") {
      guard let end = try moment(property) else {
        throw ICSError(.endInvalid, "The end of the event is no date or time.")
      }
      if start.isDate { return max(86_400, wholeDays(end.local.date.days(since: start.local.date))) }
      return wall(end, like: start).wallSeconds - start.local.wallSeconds
    }
    if let property = component.first("DURATION") {
      guard let seconds = ICSTime.duration(property.value) else {
        throw ICSError(.endInvalid, "The duration of the event is not of the form P1DT2H.")
      }
      return start.isDate ? max(86_400, seconds / 86_400 * 86_400) : seconds
    }
    return start.isDate ? 86_400 : 0
  }

  private func wholeDays(_ days: Int) -> Int64 { Int64(days) * 86_400 }

  private mutating func moment(_ property: ICSComponent.Property) throws -> Moment? {
    guard let time = ICSTime(property.value) else { return nil }
    if time.isDate { return Moment(local: time.local, zone: nil, isDate: true) }
    if time.isUTC {
      guard let shown else { return Moment(local: time.local, zone: .utc, isDate: false) }
      return Moment(local: shown.civil(Zone.utc.instant(of: time.local)), zone: shown, isDate: false)
    }
    // a time with no zone of its own is meant in the calendar's, where that has one
    return Moment(local: time.local, zone: try property.zone.map { try zones.zone($0) } ?? shown, isDate: false)
  }

  /// An RDATE, with its own duration when it is a PERIOD.
  private mutating func period(_ property: ICSComponent.Property) throws -> (Moment, Int64?)? {
    let parts = property.value.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return try moment(property).map { ($0, nil) } }
    func part(_ text: Substring) throws -> Moment? {
      try moment(
        .init(
          name: "RDATE", value: String(text), text: String(text), zone: property.zone, isDate: false,
          appliesToFuture: false))
    }
    guard let start = try part(parts[0]) else { return nil }
    if let seconds = ICSTime.duration(parts[1]) { return (start, max(0, seconds)) }
    guard let end = try part(parts[1]) else { return nil }
    return (start, max(0, wall(end, like: start).wallSeconds - start.local.wallSeconds))
  }

  /// The wall time that the event's own clock shows at a moment given in another zone.
  private func wall(_ moment: Moment, like start: Moment) -> CivilDateTime {
    if start.isDate { return moment.local.date.at(.midnight) }
    guard let from = moment.zone, let to = start.zone, from != to else { return moment.local }
    return to.civil(from.instant(of: moment.local))
  }
}
