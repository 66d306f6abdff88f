package import Base
package import Store

/// How far a sent message has come, as a platform tells in any order and more than once.
package enum Receipt: String, Sendable, Codable, Comparable {
  case sent, delivered, read, played, failed

  private var rank: Int {
    switch self {
    case .sent: 0
    case .failed: 1
    case .delivered: 2
    case .read: 3
    case .played: 4
    }
  }
  package static func < (a: Receipt, b: Receipt) -> Bool { a.rank < b.rank }

  /// After another report: it only moves on. What was delivered did not fail; what failed was not just sent.
  package func after(_ report: Receipt) -> Receipt { max(self, report) }
}

enum ReceiptMigrations {
  static let all: [Migration] = [
    Migration(
      room: "receipts", number: 1,
      sql: [
        "ALTER TABLE outbox ADD COLUMN receipt TEXT",
        "ALTER TABLE outbox ADD COLUMN receipt_at INTEGER",
        "ALTER TABLE outbox ADD COLUMN receipt_note TEXT",
      ])
  ]
}

extension HouseTransaction {
  /// Notes what a platform says of a message of ours. Reports may come before our own record of the send.
  ///
  /// - Parameters:
  ///   - id: the outbox id (several with commas between, of messages that left as one), where the platform gives back what was sent along.
  ///   - externalID: the platform's id of the message.
  ///   - note: why it failed.
  ///   - pause: it failed, but may be taken after this by the same channel.
  /// - Returns: whether it was news; false for a repeat, for one that was overtaken, and for no message of ours.
  package func note(
    _ report: Receipt, id: String?, externalID: String, at: Instant, note: String?,
    againAfter pause: Duration? = nil
  ) throws -> Bool {
    // the tenant is not told; both searches go by an index within each
    let own = "tenant IN (SELECT id FROM tenants) AND "
    func find(_ condition: String, _ value: String) throws -> (tenant: String, id: String, before: Receipt?)? {
      try first("SELECT tenant, id, receipt FROM outbox WHERE \(own)\(condition) = ?", value) { row in
        (row.text(0), row.text(1), row.optionalText(2).flatMap(Receipt.init))
      }
    }
    var rows = try (id ?? "").split(separator: ",").compactMap { try find("id", String($0)) }
    if rows.isEmpty { rows = try find("external_id", externalID).map { [$0] } ?? [] }
    var isNews = false
    for row in rows {
      let state = row.before?.after(report) ?? report
      guard state != row.before else { continue }
      isNews = true
      try execute(
        "UPDATE outbox SET receipt = ?, receipt_at = ?, receipt_note = ? WHERE tenant = ? AND id = ?", state.rawValue,
        at, state == .failed ? note : nil, row.tenant, row.id)
      if state == .failed { try passOn(row.id, of: TenantID(row.tenant), againAfter: pause) }
    }
    return isNews
  }
}
