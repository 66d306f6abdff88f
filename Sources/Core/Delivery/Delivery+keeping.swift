import Base
import Formats
import Messages
package import People
import Store

extension Keeper {
  package static let delivery = Keeper(
    "delivery", migrations: DeliveryMigrations.all,
    forget: { person, transaction in
      var gone = 0
      for (door, user, chat) in try accounts(of: person, transaction) {
        // by the chat where they read, and by the sender's id inside the message (in any chat)
        gone += try transaction.widened().execute(
          """
          DELETE FROM inbox WHERE door = ? AND (chat = ? OR
            ? IN (json_extract(iif(json_valid(payload), payload, '{}'), '$.from.user'),
              json_extract(iif(json_valid(payload), payload, '{}'), '$.alias.user')))
          """, door, chat, user)
        gone += try transaction.execute(
          "DELETE FROM outbox WHERE tenant = :tenant AND door = ? AND user = ?", door, user)
      }
      for table in ["outbox", "kept_files", "wanted_files"] {
        gone += try transaction.execute("DELETE FROM \(table) WHERE tenant = :tenant AND person = ?", person)
      }
      // a button that others may press too stays theirs
      gone += try transaction.execute("DELETE FROM buttons WHERE tenant = :tenant AND allowed = ?", person)
      try transaction.execute(
        """
        UPDATE buttons SET allowed = trim(replace(allowed, ?, '')) WHERE tenant = :tenant AND instr(allowed, ?) > 0
        """, person, person)
      return gone
    },
    export: { person, house in
      let sent = try house.query(
        "SELECT created_at, door, state, payload FROM outbox WHERE person = ? ORDER BY created_at, id", person
      ) { row -> JSON in
        [
          "at": .string(row.instant(0).description), "door": .string(row.text(1)), "state": .string(row.text(2)),
          "message": (try? JSON.parse(row.text(3))) ?? .null,
        ]
      }
      let files = try house.query(
        "SELECT id, type, name, length(bytes), created_at FROM kept_files WHERE person = ? ORDER BY created_at", person
      ) { row -> JSON in
        [
          "id": .string(row.text(0)), "type": .string(row.text(1)), "name": JSON(row.optionalText(2)),
          "bytes": .integer(row.int(3)), "at": .string(row.instant(4).description),
        ]
      }
      return sent.isEmpty && files.isEmpty ? .null : ["sent": .array(sent), "files": .array(files)]
    })

  /// The person's ids at the doors, with the chat that belongs to each.
  private static func accounts(
    of person: PersonID, _ transaction: Transaction
  ) throws -> [(door: String, user: String, chat: String)] {
    let people = try transaction.peopleBook()
    let chats = people.reaches(of: person).reduce(into: [Address: String]()) { $0[$1.address] = $1.chat }
    return people.addresses(of: person).map { ($0.door, $0.user, chats[$0] ?? $0.user) }
      + PeopleBook.ownDoors.sorted().map { ($0, person.text, person.text) }
  }
}
