package import Actions
import Base
import Formats
import Store
import Text
import Time

/// A directory of businesses and places: search, details, reviews, requests for bookings.
package enum DirectoryRoom {
  package static let room = Room(
    name: "directory", migrations: DirectoryMigrations.all,
    actions: [
      SearchListings.self, NarrowListings.self, ShowListing.self, ReviewListing.self, BookListing.self,
      ListCategories.self,
      DecideBooking.self, ChangeBooking.self, CancelBooking.self, UnreviewListing.self, ListBookings.self,
    ], importers: [ListingImporter.importer],
    lists: [
      EntityList("listings", noun: "business", wakes: ["listing."], tables: ["listings"]) { _, reader in
        try reader.query("SELECT id, name FROM listings WHERE tenant = :tenant ORDER BY number LIMIT 2000") { row in
          EntityList.Entry(id: row.text(0), name: row.text(1))
        }
      }
    ], checks: [check], deeds: DirectoryDeeds.all,
    forget: { person, transaction in
      try transaction.execute(
        "UPDATE listing_bookings SET decided_by = NULL WHERE tenant = :tenant AND decided_by = ?", person)
      return try transaction.execute("DELETE FROM listing_reviews WHERE tenant = :tenant AND person = ?", person)
        + transaction.execute("DELETE FROM listing_bookings WHERE tenant = :tenant AND person = ?", person)
        + transaction.execute("DELETE FROM listing_shown WHERE tenant = :tenant AND person = ?", person)
    },
    // what was looked for last
    unsay: { person, names, transaction in
      let query = try transaction.first(
        "SELECT query FROM listing_shown WHERE tenant = :tenant AND person = ? AND query IS NOT NULL", person
      ) { $0.text(0) }
      guard let query, names.contains(where: { WordSearch.holds(query, $0) }) else { return 0 }
      return try transaction.execute("DELETE FROM listing_shown WHERE tenant = :tenant AND person = ?", person)
    },
    mentions: DirectoryMentions.all,
    export: { person, reader in
      let reviews = try reader.query(
        "SELECT listing, stars, comment, at FROM listing_reviews WHERE tenant = :tenant AND person = ? ORDER BY at",
        person
      ) { row -> JSON in
        [
          "listing": .string(row.text(0)), "stars": .integer(row.int(1)), "comment": JSON(row.optionalText(2)),
          "at": .string(row.instant(3).description),
        ]
      }
      let bookings = try reader.query(
        """
        SELECT listing, starts_at, people, state, guest FROM listing_bookings
        WHERE tenant = :tenant AND person = ? ORDER BY starts_at
        """, person
      ) { row -> JSON in
        [
          "listing": .string(row.text(0)), "starts": .string(row.instant(1).description),
          "people": JSON(row.optionalInt(2)), "state": .string(row.text(3)), "guest": JSON(row.optionalText(4)),
        ]
      }
      return ["reviews": .array(reviews), "bookings": .array(bookings)]
    })

  private static let check = Check("directory") { reader in
    let total = try reader.count("SELECT count(*) FROM listings")
    guard total > 0 else {
      return .advice("The directory is empty; `thinnai import listings FILE` fills it from CSV or GeoJSON.")
    }
    let placeless = try reader.count("SELECT count(*) FROM listings WHERE lat IS NULL")
    let waiting = try reader.count(
      "SELECT count(*) FROM listing_bookings WHERE state = 'requested' AND asked_at < ?", reader.now - .days(1))
    if waiting > 0 { return .advice("\(waiting) requests for bookings have waited for an answer for more than a day.") }
    if placeless * 2 > total {
      return .advice("\(placeless) of \(total) listings have no coordinates, so nobody finds them by distance.")
    }
    return .fine("The directory has \(total) listings.")
  }
}
