import Base
import Formats
import Messages
package import People
import Store

extension Keeper {
  /// The audit log is append-only: of somebody who is forgotten only the words go.
  package static let actions = Keeper(
    "actions", migrations: ActionMigrations.all,
    forget: { person, transaction in
      guard let audit = transaction.service(AuditLog.self) else {
        throw StoreError(.misuse, "This house has no audit log.")
      }
      let people = try transaction.peopleBook()
      let names = [people.person(person)?.name ?? ""] + people.addresses(of: person).map(\.user)
      return try audit.erase(person, naming: names, in: transaction)
    },
    export: { person, house in
      let lines = try house.query(
        "SELECT at, door, action, arguments FROM audit WHERE actor = ? ORDER BY tenant, number", person
      ) { row -> JSON in
        [
          "at": .string(row.instant(0).description), "door": .string(row.text(1)), "action": .string(row.text(2)),
          "arguments": (try? JSON.parse(row.text(3))) ?? .null,
        ]
      }
      return lines.isEmpty ? .null : .array(lines)
    })
}
