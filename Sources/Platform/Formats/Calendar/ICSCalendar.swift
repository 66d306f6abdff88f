package import Base
package import Time

/// A calendar file (RFC 5545): its events and when they occur.
package struct ICSCalendar: Sendable {
  /// An event that could not be understood; the others are still there.
  package struct Problem: Sendable {
    package let uid: String
    package let summary: String
    package let error: ICSError
  }

  /// What bounds one expansion.
  package struct Limits: Sendable {
    package var occurrences = 100_000
    package var time = Duration.seconds(5)
    package init() {}
  }

  package private(set) var events: [ICSEvent] = []
  package private(set) var problems: [Problem] = []

  /// - Throws: `ICSError` when the file as a whole is no calendar; single bad events become `problems`.
  package init(parsing bytes: [UInt8], zones: ZoneDatabase = .shared) throws {
    let calendars = try ICSReader.calendars(ICSLines(bytes).lines)
    let known = ICSZones(calendars, zones)
    for calendar in calendars {
      var names = known
      let shown = calendar.first("X-WR-TIMEZONE").flatMap { try? names.zone($0.text) }
      var reader = ICSEventReader(zones: names, shown: shown)
      for component in calendar.children where component.name == "VEVENT" {
        do {
          events.append(try reader.event(component))
        } catch let error as ICSError {
          problems.append(
            Problem(
              uid: component.first("UID")?.text ?? "", summary: component.first("SUMMARY")?.text ?? "", error: error))
        }
      }
    }
  }

  /// What occurs, even in part, from one day to before another, each on the event's own wall clock.
  package func occurrences(
    from: CivilDate, to: CivilDate, defaultZone: Zone? = nil, limits: Limits = Limits()
  ) throws -> [EventOccurrence] {
    try expand(ICSWindow(from: from, to: to), defaultZone, limits)
  }

  /// What occurs, even in part, from one instant to before another; all-day and floating events are read in
  /// `defaultZone`.
  package func occurrences(
    from: Instant, to: Instant, defaultZone: Zone, limits: Limits = Limits()
  ) throws -> [EventOccurrence] {
    try expand(ICSWindow(from: from, to: to, zone: defaultZone), defaultZone, limits)
  }

  /// The same, and what would fill the answer by itself is named instead of given.
  package func mostOccurrences(
    from: CivilDate, to: CivilDate
  ) throws -> (occurrences: [EventOccurrence], problems: [Problem]) {
    do { return (try occurrences(from: from, to: to), []) } catch let error as ICSError
      where error.reason == .tooMany || error.reason == .costly
    {
      var own = Limits()
      own.occurrences = 10_000
      own.time = .milliseconds(500)
      var expansion = ICSExpansion(window: ICSWindow(from: from, to: to), defaultZone: nil, limits: Limits())
      var left: [Problem] = []
      for (key, series) in series() {
        // many of them together take too long all the same
        try expansion.checkTime()
        guard let error = expansion.adding(own, { try series.expand(into: &$0) }) else { continue }
        let event = events.first { $0.uid == key }
        left.append(Problem(uid: event?.uid ?? "", summary: event?.summary ?? "", error: error))
      }
      return (Self.sorted(expansion.found), left)
    }
  }

  /// The events by their ids, in the order of the file.
  private func series() -> [(key: String, series: ICSSeries)] {
    var series: [String: ICSSeries] = [:]
    var order: [String] = []
    for (index, event) in events.enumerated() {
      // Without an id an event stands for itself.
      let key = event.uid.isEmpty ? "\u{0}\(index)" : event.uid
      if series[key] == nil { order.append(key) }
      series[key, default: ICSSeries()].add(event)
    }
    return order.compactMap { key in series[key].map { (key, $0) } }
  }

  private func expand(_ window: ICSWindow, _ zone: Zone?, _ limits: Limits) throws -> [EventOccurrence] {
    var expansion = ICSExpansion(window: window, defaultZone: zone, limits: limits)
    for one in series() { try one.series.expand(into: &expansion) }
    return Self.sorted(expansion.found)
  }

  private static func sorted(_ found: [EventOccurrence]) -> [EventOccurrence] {
    func key(_ one: EventOccurrence) -> (Int64, String, CivilDateTime) {
      (one.startInstant?.seconds ?? one.start.wallSeconds, one.uid, one.original)
    }
    return found.sorted { key($0) < key($1) }
  }
}
