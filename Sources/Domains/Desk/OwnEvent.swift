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

  /// Those that a person may mean: by id, or by words of the title; what is to come before what is over.
  static func matching(
    _ words: String, of person: PersonID, in zone: Zone, now: Instant, _ rows: some Querying
  ) throws -> [OwnEvent] {
    let all = try rows.query(
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
    if let one = all.first(where: { $0.id == words }) { return [one] }
    let found = NameMatch.whole(words, among: all, idle: ["meeting", "event"]) { $0.title }
    let coming = found.filter { $0.rule != nil || $0.zone.instant(of: $0.starts.adding(seconds: $0.seconds)) > now }
    return coming.isEmpty ? found : coming
  }

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
