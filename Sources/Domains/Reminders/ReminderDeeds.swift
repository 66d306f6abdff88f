import Actions
import Base
import People
import Store

/// What a person did by their reminders: those to which they said that it is done.
enum ReminderDeeds {
  @Sendable
  static func all(of person: Person, until now: Instant, _ rows: TenantReader) throws -> [Deed] {
    try rows.query(
      """
      SELECT f.settled_at, r.text FROM reminder_fires f JOIN reminders r ON r.tenant = :tenant AND r.id = f.reminder
      WHERE f.tenant = :tenant AND f.person = ? AND f.state = 'acknowledged' AND f.settled_at <= ?
      ORDER BY f.settled_at DESC LIMIT ?
      """, person.id, now, Deed.most
    ) { Deed(.did, at: $0.instant(0), what: $0.text(1)) }
  }
}
