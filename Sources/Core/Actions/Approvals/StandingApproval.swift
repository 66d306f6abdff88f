package import Base
package import Formats
package import People
package import Store

/// What may be done again without asking, for a while.
package struct StandingApproval: Sendable {
  package let id: String
  package let action: String
  package let requester: PersonID
  package let agent: String
  package let amount: String?
  /// It is for one call with the same arguments, not for more.
  package let isExact: Bool
  package let grantedBy: PersonID
  package let until: Instant

  package var json: JSON {
    [
      "id": .string(id), "action": .string(action), "requester": .string(requester.text), "agent": .string(agent),
      "up_to": JSON(amount), "same_arguments": .bool(isExact), "granted_by": .string(grantedBy.text),
      "until": .string(until.description),
    ]
  }

  package static func all(_ reader: TenantReader) throws -> [StandingApproval] {
    try reader.query(
      """
      SELECT id, action, requester, agent, amount, granted_by, until, exactly FROM approval_standing
      WHERE tenant = :tenant AND until > ? ORDER BY until
      """, reader.now
    ) { row in
      StandingApproval(
        id: row.text(0), action: row.text(1), requester: PersonID(row.text(2)), agent: row.text(3),
        amount: row.optionalText(4), isExact: row.optionalText(7) != nil, grantedBy: PersonID(row.text(5)),
        until: row.instant(6))
    }
  }

  /// - Returns: whether there was one.
  package static func remove(_ id: String, _ transaction: Transaction) throws -> Bool {
    try transaction.execute("DELETE FROM approval_standing WHERE tenant = :tenant AND id = ?", id) > 0
  }
}

extension ApprovalDesk {
  /// Whether the policy itself makes somebody an approver.
  func isNamed(_ person: Person) -> Bool {
    policy.approvers.contains { $0 == "owner" ? person.isOwner : $0 == person.id.text || $0 == person.name }
  }

  /// Whether somebody decides at all, by the policy or in another's place.
  package func mayDecide(_ person: Person, _ reader: TenantReader) throws -> Bool {
    if isNamed(person) { return true }
    return try reader.exists(
      "SELECT 1 FROM approval_delegates WHERE tenant = :tenant AND delegate = ? AND until > ?", person.id, reader.now)
  }

  /// What waits for one approver's answer, oldest first.
  package func waiting(for person: Person, _ transaction: Transaction) throws -> [Approval] {
    let open = try Approval.list(.waiting, limit: 500, transaction).reversed()
    return try open.filter { approval in
      guard transaction.now < approval.expiresAt,
        try approvers(of: approval, transaction).contains(where: { $0.id == person.id })
      else { return false }
      return try !transaction.exists(
        "SELECT 1 FROM approval_votes WHERE tenant = :tenant AND approval = ? AND person = ?", approval.id, person.id)
    }
  }

  /// Only who is an approver by the policy can put somebody in their place.
  package func delegate(_ person: Person, to other: Person, until: Instant, _ transaction: Transaction) throws {
    guard isNamed(person) else { throw ActionError("approval.not_yours", sentence: "That is for others to decide.") }
    try transaction.execute(
      """
      INSERT INTO approval_delegates (tenant, person, delegate, until) VALUES (:tenant, ?, ?, ?)
      ON CONFLICT (tenant, person, delegate) DO UPDATE SET until = excluded.until
      """, person.id, other.id, until)
  }
}
