import Base
import Formats
package import People
package import Store

extension Keeper {
  package static let schedule = Keeper(
    "schedule", migrations: ScheduleMigrations.all,
    forget: { person, transaction in
      try transaction.execute("DELETE FROM due WHERE tenant = :tenant AND person = ?", person)
    },
    export: { person, house in
      let items = try house.query(
        "SELECT kind, at, payload FROM due WHERE person = ? ORDER BY at", person
      ) { row -> JSON in
        [
          "kind": .string(row.text(0)), "at": .string(row.instant(1).description),
          "payload": (try? JSON.parse(row.text(2))) ?? .null,
        ]
      }
      return items.isEmpty ? .null : .array(items)
    })
}

/// Due items that do not get done, for `doctor`.
package struct ScheduleTrouble: Sendable, Hashable {
  package let kind: String
  package let count: Int
  /// What the last try said.
  package let error: String

  /// Kinds whose items have failed more often than a passing trouble explains, and kinds that no room handles.
  package static func all(_ house: HouseReader) throws -> [ScheduleTrouble] {
    try house.query(
      """
      SELECT kind, count(*), max(last_error) FROM due WHERE attempts > 3 OR last_error = ? GROUP BY kind ORDER BY kind
      """, unhandled
    ) { ScheduleTrouble(kind: $0.text(0), count: $0.integer(1), error: $0.text(2)) }
  }

  static let unhandled = "no room handles it"
}
