import Actions
import Base
import People
import Store

/// Where a person was by their bookings: those that were agreed to and are over.
enum DirectoryDeeds {
  @Sendable
  static func all(of person: Person, until now: Instant, _ rows: TenantReader) throws -> [Deed] {
    try rows.query(
      """
      SELECT b.starts_at, l.name FROM listing_bookings b JOIN listings l
        ON l.tenant = :tenant AND l.id = b.listing
      WHERE b.tenant = :tenant AND b.person = ? AND b.state = 'accepted' AND b.starts_at <= ?
      ORDER BY b.starts_at DESC LIMIT ?
      """, person.id, now, Deed.most
    ) { Deed(.went, at: $0.instant(0), what: $0.text(1)) }
  }
}
