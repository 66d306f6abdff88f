import Base
import Formats
import Messages
package import People
import Schedule
import Store
import Text

extension Keeper {
  /// The audit log is append-only: of somebody who is forgotten only the words go.
  package static let actions = Keeper(
    "actions", migrations: ActionMigrations.all + ApprovalMigrations.all + KeyCheck.migrations,
    forget: { person, transaction in
      guard let audit = transaction.service(AuditLog.self) else {
        throw StoreError(.misuse, "This house has no audit log.")
      }
      let people = try transaction.peopleBook()
      let names = [people.person(person)?.name ?? ""] + people.addresses(of: person).map(\.user)
      return try audit.erase(person, naming: names, in: transaction) + forgetApprovals(of: person, transaction)
    },
    unsay: { person, names, transaction in
      let lines = try transaction.service(AuditLog.self)?.unsay(names, by: person, in: transaction) ?? 0
      let settled = try transaction.query(
        "SELECT id, arguments FROM approvals WHERE tenant = :tenant AND requester = ? AND state <> 'waiting'", person
      ) { (id: $0.text(0), words: $0.text(1)) }
      let naming = settled.filter { one in names.contains { WordSearch.holds(one.words, $0) } }
      for one in naming {
        try transaction.execute("DELETE FROM approval_votes WHERE tenant = :tenant AND approval = ?", one.id)
        try transaction.execute("DELETE FROM approvals WHERE tenant = :tenant AND id = ?", one.id)
      }
      return lines + naming.count
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
      let approvals = try house.query(
        "SELECT \(Approval.columns) FROM approvals WHERE requester = ? ORDER BY asked_at", person
      ) { Approval.read($0).json }
      // as it always was, with what has come since behind it
      return lines.isEmpty && approvals.isEmpty ? .null : .array(lines + approvals)
    })

  private static func forgetApprovals(of person: PersonID, _ transaction: Transaction) throws -> Int {
    var gone = 0
    for kind in [ApprovalDesk.expireKind, ApprovalDesk.remindKind] {
      for id in try transaction.query(
        "SELECT id FROM approvals WHERE tenant = :tenant AND requester = ?", person, map: { $0.text(0) })
      { try transaction.unschedule(kind, subject: id) }
    }
    for (table, columns) in [
      ("approvals", ["requester"]), ("approval_votes", ["person"]), ("approval_standing", ["requester", "granted_by"]),
      ("approval_delegates", ["person", "delegate"]),
    ] {
      for column in columns {
        gone += try transaction.execute("DELETE FROM \(table) WHERE tenant = :tenant AND \(column) = ?", person)
      }
    }
    return gone
  }
}
