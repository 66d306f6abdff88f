import Actions
import Base
import Messages
import People
import Store
import Time

/// What a person did by their desk: what was spent, tasks that were finished, meetings that were.
enum DeskDeeds {
  @Sendable
  static func all(of person: Person, until now: Instant, _ rows: TenantReader) throws -> [Deed] {
    try expenses(of: person, rows) + tasks(of: person, rows) + events(of: person, until: now, rows)
  }

  private static func expenses(of person: Person, _ rows: TenantReader) throws -> [Deed] {
    try rows.query(
      """
      SELECT e.day, e.what, p.name, e.minor, e.currency, e.created_at FROM desk_expenses e
        LEFT JOIN desk_projects p ON p.tenant = :tenant AND p.id = e.project
      WHERE e.tenant = :tenant AND e.person = ? ORDER BY e.day DESC, e.created_at DESC LIMIT ?
      """, person.id, Deed.most
    ) { row -> Deed? in
      guard let day = CivilDate(row.text(0)) else { return nil }
      let what = [row.optionalText(1), row.optionalText(2)].compactMap(\.self).joined(separator: ", ")
      // what was written down on its day was paid about then
      let made = row.instant(5)
      let at = person.zone.date(made) == day ? made : person.zone.startOfDay(day)
      return Deed(.paid, at: at, what: what, amount: Money(minor: row.int(3), currency: row.text(4)))
    }.compactMap(\.self)
  }

  private static func tasks(of person: Person, _ rows: TenantReader) throws -> [Deed] {
    try rows.query(
      """
      SELECT settled_at, title FROM desk_tasks
      WHERE tenant = :tenant AND person = ? AND state = 'done' AND settled_at IS NOT NULL ORDER BY settled_at DESC LIMIT ?
      """, person.id, Deed.most
    ) { Deed(.did, at: $0.instant(0), what: $0.text(1)) }
  }

  /// Those that happen once: of one that repeats nobody said that it took place.
  private static func events(of person: Person, until now: Instant, _ rows: TenantReader) throws -> [Deed] {
    try rows.query(
      """
      SELECT starts, zone, title FROM desk_events WHERE tenant = :tenant AND person = ? AND rule IS NULL
      ORDER BY starts DESC LIMIT ?
      """, person.id, Deed.most
    ) { row -> Deed? in
      guard let starts = CivilDateTime(row.text(0)) else { return nil }
      let zone = (try? Zone.named(row.text(1))) ?? person.zone
      return Deed(.went, at: zone.instant(of: starts), what: row.text(2))
    }.compactMap(\.self).filter { $0.at <= now }
  }
}
