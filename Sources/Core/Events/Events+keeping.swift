import Base
import Formats
package import People
import Store
import Text

extension Keeper {
  /// Events about somebody go; in those about others only what names the person is taken out, because they may still have
  /// to take effect.
  package static let events = Keeper(
    "events", migrations: EventMigrations.all,
    forget: { person, transaction in
      let name = try transaction.peopleBook().person(person)?.name ?? ""
      var gone = 0
      for table in ["events", "event_parked"] {
        gone += try transaction.execute("DELETE FROM \(table) WHERE tenant = :tenant AND person = ?", person)
        for word in [person.text, name] where !word.isEmpty {
          let quoted = JSON.string(word).text()
          gone += try transaction.execute(
            """
            UPDATE \(table) SET payload = replace(payload, ?, '""')
            WHERE tenant = :tenant AND instr(payload, ?) > 0
            """, quoted, quoted)
        }
        try transaction.execute("UPDATE \(table) SET key = '' WHERE tenant = :tenant AND key = ?", person)
      }
      return gone
    },
    // what has not taken effect yet still may; what was said in it is in the rows that it is about
    unsay: { person, names, transaction in
      var gone = 0
      for (table, key) in [("events", "seq"), ("event_parked", "place")] {
        let rows = try transaction.query(
          "SELECT \(key), payload FROM \(table) WHERE tenant = :tenant AND person = ?", person
        ) { (key: $0.int(0), payload: $0.text(1)) }
        for row in rows where names.contains(where: { WordSearch.holds(row.payload, $0) }) {
          let payload = EventWords.blank(names, in: (try? JSON.parse(row.payload)) ?? .null).text()
          gone += try transaction.execute(
            "UPDATE \(table) SET payload = ? WHERE tenant = :tenant AND \(key) = ?", payload, row.key)
        }
      }
      return gone
    },
    export: { person, house in
      let events = try house.query(
        "SELECT \(EventRows.columns) FROM events WHERE person = ? ORDER BY seq", person
      ) { EventRows.read($0).json }
      return events.isEmpty ? .null : .array(events)
    })
}

/// Takes the texts that hold one of some names out of an event, and leaves its ids, numbers and times.
private enum EventWords {
  static func blank(_ names: [String], in payload: JSON) -> JSON {
    switch payload {
    case .string(let text): names.contains { WordSearch.holds(text, $0) } ? "" : payload
    case .array(let all): .array(all.map { blank(names, in: $0) })
    case .object(let object):
      .object(object.members.reduce(into: JSONObject()) { $0[$1.key] = blank(names, in: $1.value) })
    default: payload
    }
  }
}
