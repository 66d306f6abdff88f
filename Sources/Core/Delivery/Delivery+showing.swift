package import Base
import Formats
package import Messages
import People
package import Store

// A state that changes, shown in one message that is changed in place: one row of the outbox, whatever happens to it.
extension Delivery {
  private struct Shown {
    let id: String
    let reach: PeopleBook.Reach
    let state: String
    let version: Int
    let externalID: String?
    let isUncertain: Bool
    let message: OutboundMessage?
  }

  /// - Returns: whether there is a way to show it.
  func show(
    _ id: PersonID, _ say: Say, as key: String, at door: String, in transaction: Transaction
  ) throws -> Bool {
    guard let person = people.person(id), person.tenant == transaction.tenant, isOpen(door: door), canEdit(door: door)
    else { return false }
    let before = try shown(key, transaction)
    var message = try render(say, for: person, known: before?.message?.buttons ?? [], in: transaction)
    message.purpose = OutboundMessage.progress
    guard let before else {
      let reach = people.reaches(of: id).first { $0.address.door == door && $0.isReachable }
      let page = PeopleBook.Reach(
        address: Address(door: door, user: id.text), chat: id.text, isReachable: true, lastSeen: .epoch)
      guard let reach = reach ?? (PeopleBook.ownDoors.contains(door) ? page : nil) else { return false }
      try post(message, to: person, at: reach, urgency: .normal, dedupeKey: key, version: 1, in: transaction)
      return true
    }
    // a chat that took none will take no other; what has not changed needs no call
    guard before.state != "failed", before.message != message else { return true }
    try transaction.execute(
      """
      UPDATE outbox SET payload = ?, version = ?, state = 'sending', due_at = ?, attempts = 0, settled_at = NULL,
        retry_at = NULL, pieces_sent = 0, error = NULL
      WHERE tenant = :tenant AND id = ?
      """, message.stored, before.version + 1, transaction.now, before.id)
    var item = OutboxItem(
      tenant: transaction.tenant, id: before.id, person: id, address: before.reach.address, chat: before.reach.chat,
      message: message, urgency: .normal, dueAt: .epoch, createdAt: transaction.now, isMarkedSending: true)
    item.version = before.version + 1
    item.replaces = before.externalID
    item.isUncertain = before.isUncertain
    let next = item
    if let handOver { transaction.afterCommit { handOver.call(next) } }
    return true
  }

  private func shown(_ key: String, _ transaction: Transaction) throws -> Shown? {
    try transaction.first(
      """
      SELECT id, door, account, user, chat, state, version, external_id, is_uncertain, payload FROM outbox
      WHERE tenant = :tenant AND dedupe_key = ?
      """, key
    ) { row in
      Shown(
        id: row.text(0),
        reach: PeopleBook.Reach(
          address: Address(door: row.text(1), account: row.text(2), user: row.text(3)), chat: row.text(4),
          isReachable: true, lastSeen: .epoch),
        state: row.text(5), version: row.integer(6), externalID: row.optionalText(7), isUncertain: row.bool(8),
        message: OutboundMessage(stored: row.text(9)))
    }
  }

  /// Whether a button that is there already does what this one would, for long enough.
  func isOpen(_ known: OutboundMessage.Button, as button: Say.Button, in transaction: Transaction) throws -> Bool {
    try transaction.exists(
      """
      SELECT 1 FROM buttons WHERE tenant = :tenant AND id = ? AND action = ? AND arguments = ? AND used_at IS NULL
        AND expires_at > ?
      """, known.id, button.action, JSON.object(button.arguments).text(), transaction.now + button.lifetime / 2)
  }
}

extension Transaction {
  /// Shows somebody a state in one message, which is changed in place each time. No sign is given that it changed, the
  /// conversation does not remember it, and of states that wait to leave only the latest does.
  ///
  /// After a crash the message that is there is changed, unless the crash came between its arrival and our record of it.
  ///
  /// - Parameters:
  ///   - key: which message.
  ///   - door: where; the chat of the person there.
  /// - Returns: whether there is a way: not where the door cannot change what it sent, or does not know the person.
  @discardableResult
  package func show(_ person: PersonID, _ say: Say, as key: String, at door: String) throws -> Bool {
    try service(Delivery.self)?.show(person, say, as: key, at: door, in: self) ?? false
  }

  /// When a state was shown last under a key; `nil` when none was.
  package func shownAt(_ key: String) throws -> Instant? {
    try first("SELECT due_at FROM outbox WHERE tenant = :tenant AND dedupe_key = ?", key) { $0.instant(0) }
  }
}
