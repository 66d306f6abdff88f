import Actions
import Base
import People
import Store

/// What a person did by the rows of care: doses that were taken, appointments that were.
enum CareDeeds {
  @Sendable
  static func all(of person: Person, until now: Instant, _ rows: TenantReader) throws -> [Deed] {
    let doses = try rows.query(
      """
      SELECT coalesce(d.settled_at, d.due_at), m.name FROM doses d JOIN medicines m
        ON m.tenant = :tenant AND m.id = d.medicine
      WHERE d.tenant = :tenant AND d.person = ? AND d.state = 'taken' AND coalesce(d.settled_at, d.due_at) <= ?
      ORDER BY d.due_at DESC LIMIT ?
      """, person.id, now, Deed.most
    ) { Deed(.took, at: $0.instant(0), what: $0.text(1)) }
    let appointments = try rows.query(
      """
      SELECT starts_at, title FROM appointments
      WHERE tenant = :tenant AND person = ? AND state = 'planned' AND starts_at <= ? ORDER BY starts_at DESC LIMIT ?
      """, person.id, now, Deed.most
    ) { Deed(.went, at: $0.instant(0), what: $0.text(1)) }
    return doses + appointments
  }
}
