import Actions
import Base
import Store

/// What a person wrote of places, and bookings there, that speak of something to be forgotten. The directory itself is
/// everybody's; a booking that is still to come was promised to somebody and stays until it is cancelled.
enum DirectoryMentions {
  static let all = Mentions(
    find: { person, sought, rows in
      let reviews = try rows.query(
        """
        SELECT r.listing, l.name, r.comment FROM listing_reviews r
          LEFT JOIN listings l ON l.tenant = :tenant AND l.id = r.listing
        WHERE r.tenant = :tenant AND r.person = ?
        """, person
      ) { row in
        sought.stand(in: row.optionalText(1)) || sought.stand(in: row.optionalText(2))
          ? Mention(.review, id: row.text(0), words: row.optionalText(1) ?? "") : nil
      }
      let bookings = try rows.query(
        """
        SELECT b.id, l.name, b.state, b.starts_at, b.guest FROM listing_bookings b
          JOIN listings l ON l.tenant = :tenant AND l.id = b.listing
        WHERE b.tenant = :tenant AND b.person = ?
        """, person
      ) { row -> Mention? in
        guard sought.stand(in: row.text(1)) || sought.stand(in: row.optionalText(4)) else { return nil }
        let isOpen = ["requested", "accepted"].contains(row.text(2)) && row.instant(3) > sought.now
        return Mention(.booking, id: row.text(0), words: row.text(1), fate: isOpen ? .kept : .goes, isOpen: isOpen)
      }
      return (reviews + bookings).compactMap(\.self)
    },
    remove: { mention, person, transaction in
      if mention.kind == .review {
        try transaction.execute(
          "DELETE FROM listing_reviews WHERE tenant = :tenant AND listing = ? AND person = ?", mention.id, person)
      } else {
        try transaction.execute(
          "DELETE FROM listing_bookings WHERE tenant = :tenant AND id = ? AND person = ?", mention.id, person)
      }
    })
}
