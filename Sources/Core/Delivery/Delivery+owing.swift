import Base
import Formats
import Messages
package import People
package import Store
import Synchronization

/// What no channel took, because the only one is shut (outside of WhatsApp's 24 hours, blocked): it is handed over when the
/// person writes again, instead of being lost.
extension Delivery {
  /// Older words are of no use any more.
  private static let owedFor: Duration = .days(3)
  private static let shownOwed = 5

  func owe(_ id: String, to person: PersonID, in transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE outbox SET owed_at = ? WHERE tenant = :tenant AND id = ?", transaction.now, id)
    transaction.afterCommit { [self] in owing.withLock { _ = $0?.insert(person) } }
  }

  /// Somebody writes: what could not be told before is told behind the answer, without its buttons, which may be over.
  package func handOver(owedTo person: Person, at reach: PeopleBook.Reach, in transaction: Transaction) throws {
    guard try isOwed(person.id, transaction) else { return }
    let owed = try transaction.query(
      """
      SELECT payload, created_at FROM outbox WHERE tenant = :tenant AND person = ? AND owed_at IS NOT NULL
      ORDER BY created_at, id
      """, person.id
    ) { (message: OutboundMessage(stored: $0.text(0)), at: $0.instant(1)) }
    try transaction.execute(
      "UPDATE outbox SET owed_at = NULL WHERE tenant = :tenant AND person = ? AND owed_at IS NOT NULL", person.id)
    transaction.afterCommit { [self] in owing.withLock { _ = $0?.remove(person.id) } }
    let lines = owed.suffix(Self.shownOwed).compactMap { one -> Say? in
      guard transaction.now - one.at < Self.owedFor, let words = one.message?.text.text, !words.isEmpty else {
        return nil
      }
      return Say("delivery.owed_line", ["at": .instant(one.at), "text": .text(words)])
    }
    guard !lines.isEmpty else { return }
    let message = try render(Say("delivery.owed", lines: lines), for: person, in: transaction)
    try post(message, to: person, at: reach, urgency: .normal, in: transaction)
  }

  /// Asked with each message, so it is known without reading; after a start it is read once.
  private func isOwed(_ person: PersonID, _ transaction: Transaction) throws -> Bool {
    if let known = owing.withLock({ $0 }) { return known.contains(person) }
    let all = try transaction.widened().query("SELECT DISTINCT person FROM outbox WHERE owed_at IS NOT NULL") {
      PersonID($0.text(0))
    }
    owing.withLock { $0 = ($0 ?? []).union(all) }
    return all.contains(person)
  }
}
