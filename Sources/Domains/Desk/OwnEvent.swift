import Actions
import Base
import Formats
import Messages
import Store
import Time

/// An event that a person put into the calendar here, as its row holds it.
struct OwnEvent: Sendable {
  let id: String
  let title: String
  let starts: CivilDateTime
  let zone: Zone
  let seconds: Int64
  let isAllDay: Bool
  let rule: RecurrenceRule?

  /// What is to come, of a day ago at the earliest.
  static let list = EntityList("events", tables: ["desk_events"]) { person, reader in
    let since = reader.now - .days(1)
    return try all(of: person, in: .utc, reader).filter { $0.rule != nil || $0.ends > since }.map {
      .init(id: $0.id, name: $0.title)
    }
  }

  /// Those that a person may mean: by id, or by words of the title; what is to come before what is over.
  static func matching(
    _ words: String, of person: PersonID, in zone: Zone, now: Instant, _ rows: some Querying
  ) throws -> [OwnEvent] {
    let all = try all(of: person, in: zone, rows)
    if let one = all.first(where: { $0.id == words }) { return [one] }
    let found = NameMatch.whole(words, among: all, idle: ["meeting", "event"]) { $0.title }
    let coming = found.filter { $0.rule != nil || $0.ends > now }
    return coming.isEmpty ? found : coming
  }

  /// Those to come that start then, of the first day that has one where no day was said: "my 4 pm".
  static func starting(
    _ when: WhenValue, of person: PersonID, in zone: Zone, now: Instant, _ rows: some Querying
  ) throws -> [OwnEvent] {
    let fitting = try all(of: person, in: zone, rows).filter { event in
      let local = zone.civil(event.zone.instant(of: event.starts))
      return (event.rule != nil || event.ends > now)
        && (!when.isTimeGiven || !event.isAllDay && local.time == when.start.time)
        && (!when.isDayGiven || event.rule == nil && local.date == when.start.date)
    }
    guard !when.isDayGiven, let first = fitting.first(where: { $0.rule == nil }) else { return fitting }
    return fitting.filter { $0.rule == nil && $0.starts.date == first.starts.date }
  }

  /// The one that starts next, of those that do not repeat.
  static func next(of person: PersonID, in zone: Zone, now: Instant, _ rows: some Querying) throws -> [OwnEvent] {
    let coming = try all(of: person, in: zone, rows).filter {
      $0.rule == nil && !$0.isAllDay && $0.zone.instant(of: $0.starts) > now
    }
    return coming.min { $0.zone.instant(of: $0.starts) < $1.zone.instant(of: $1.starts) }.map { [$0] } ?? []
  }

  private static func all(of person: PersonID, in zone: Zone, _ rows: some Querying) throws -> [OwnEvent] {
    try rows.query(
      """
      SELECT id, title, starts, zone, seconds, is_all_day, rule FROM desk_events WHERE tenant = :tenant AND person = ?
      ORDER BY starts, id LIMIT 5000
      """, person
    ) { row -> OwnEvent? in
      guard let starts = CivilDateTime(row.text(2)) else { return nil }
      return OwnEvent(
        id: row.text(0), title: row.text(1), starts: starts, zone: (try? Zone.named(row.text(3))) ?? zone,
        seconds: row.int(4), isAllDay: row.bool(5),
        rule: try row.optionalText(6).map { try RecurrenceRule(parsing: $0) })
    }.compactMap { $0 }
  }

  private var ends: Instant { zone.instant(of: starts.adding(seconds: seconds)) }

  var when: Say.Value { isAllDay ? .date(starts.date) : .instant(zone.instant(of: starts)) }

  /// Fits on a button.
  var short: String { title.count <= 18 ? title : title.prefix(17) + "…" }

  /// What adds it again.
  var arguments: JSONObject {
    [
      "title": .string(title), "minutes": .string(Duration.seconds(seconds).iso8601),
      "starts": WhenValue(start: starts, rule: rule, isTimeGiven: !isAllDay).json,
    ]
  }
}
