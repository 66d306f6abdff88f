import Base
import Formats
import Messages
import Store

/// What became of a try, to be written to the message's row.
struct OutboxRecord: Sendable {
  enum Outcome: Sendable {
    case sent(externalID: String?)
    case failed(String)
    case again(String)
  }
  /// With the attempt counted.
  let item: OutboxItem
  let at: Instant
  let outcome: Outcome
}

extension HouseTransaction {
  func write(_ record: OutboxRecord) throws {
    let item = record.item
    switch record.outcome {
    case .sent(let externalID):
      try execute(
        """
        UPDATE outbox SET state = 'sent', settled_at = ?, external_id = ?, error = NULL, attempts = ?, is_uncertain = ?
        WHERE tenant = ? AND id = ? AND version = ?
        """, record.at, externalID, item.attempts, item.isUncertain, item.tenant, item.id, item.version)
      // a later state waits already: it changes what has just arrived
      if item.version > 0 {
        try execute(
          "UPDATE outbox SET external_id = ? WHERE tenant = ? AND id = ?", externalID, item.tenant, item.id)
      }
    case .failed(let reason):
      let changed = try execute(
        """
        UPDATE outbox SET state = 'failed', settled_at = ?, error = ?, attempts = ?, is_uncertain = ?
        WHERE tenant = ? AND id = ? AND version = ?
        """, record.at, reason, item.attempts, item.isUncertain, item.tenant, item.id, item.version)
      if changed > 0 { try passOn(item.id, of: item.tenant) }
    case .again(let reason):
      // one that the store took late must not undo what the next try has written since
      try execute(
        """
        UPDATE outbox SET state = 'waiting', attempts = ?, retry_at = ?, is_uncertain = ?, pieces_sent = ?, error = ?
        WHERE tenant = ? AND id = ? AND version = ? AND settled_at IS NULL AND attempts < ?
        """, item.attempts, item.retryAt, item.isUncertain, item.piecesSent, reason, item.tenant, item.id,
        item.version, item.attempts)
    }
  }

  /// Everything that is not settled, in the order of the commits, whatever the clock did meanwhile. Rows that were `sending` may have left before the crash: marked so.
  func unsettledOutbox() throws -> [OutboxItem] {
    try execute("UPDATE outbox SET is_uncertain = 1 WHERE state = 'sending' AND is_uncertain = 0")
    return try query(
      """
      SELECT tenant, id, person, door, account, user, chat, payload, urgency, due_at, attempts, is_uncertain, state,
        retry_at, pieces_sent, created_at, version, external_id
      FROM outbox WHERE state IN ('waiting', 'sending') ORDER BY rowid
      """
    ) { row -> OutboxItem? in
      guard let message = OutboundMessage(stored: row.text(7)) else { return nil }
      let due = row.instant(9)
      var item = OutboxItem(
        tenant: TenantID(row.text(0)), id: row.text(1), person: PersonID(row.text(2)),
        address: Address(door: row.text(3), account: row.text(4), user: row.text(5)), chat: row.text(6),
        message: message, urgency: Urgency(rawValue: row.integer(8)) ?? .normal,
        dueAt: due > row.instant(15) ? due : .epoch, createdAt: row.instant(15))
      item.attempts = row.integer(10)
      item.isUncertain = row.bool(11)
      item.isMarkedSending = row.text(12) == "sending"
      item.retryAt = row.optionalInstant(13)
      item.piecesSent = row.integer(14)
      item.version = row.integer(16)
      item.replaces = item.version > 0 ? row.optionalText(17) : nil
      return item
    }.compactMap { $0 }
  }
}
