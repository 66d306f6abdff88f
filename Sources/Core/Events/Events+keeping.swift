import Base
import Formats
package import People
import Store

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
    export: { person, house in
      let events = try house.query(
        "SELECT \(EventRows.columns) FROM events WHERE person = ? ORDER BY seq", person
      ) { EventRows.read($0).json }
      return events.isEmpty ? .null : .array(events)
    })
}
