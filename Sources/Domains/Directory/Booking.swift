import Actions
import Base
import Formats
import Messages
import People
import Store
import Time

/// A booking as it stands.
struct Booking: Sendable {
  var id: String
  /// The name of the place.
  var listing: String
  var person: PersonID
  var starts: Instant
  var state: String
  var people: Int?
  /// The id of the place.
  var place: String
  /// In whose name, where it is not the person's own.
  var guest: String?

  private static let select = """
    SELECT b.id, coalesce(l.name, b.listing), b.person, b.starts_at, b.state, b.people, b.listing,
      b.guest FROM listing_bookings b
    LEFT JOIN listings l ON l.tenant = b.tenant AND l.id = b.listing
    """

  private init(_ row: Row) {
    (id, listing, person) = (row.text(0), row.text(1), row.id(2))
    (starts, state) = (row.instant(3), row.text(4))
    (people, place, guest) = (row.optionalInteger(5), row.text(6), row.optionalText(7))
  }

  static func first(_ id: String, _ reader: some Querying) throws -> Booking? {
    try reader.first("\(select) WHERE b.tenant = :tenant AND b.id = ?", id) { Booking($0) }
  }

  static func find(_ id: String, _ reader: some Querying) throws -> Booking {
    guard let found = try first(id, reader) else {
      throw ActionError("listing.no_booking", sentence: "There is no such booking.", field: "booking")
    }
    return found
  }

  /// One of a person's own that still stands.
  static func open(_ id: String, of person: PersonID, _ reader: some Querying) throws -> Booking {
    let booking = try find(id, reader)
    guard booking.person == person else {
      throw ActionError("listing.not_yours", sentence: "This booking is somebody else's.")
    }
    guard booking.state == "requested" || booking.state == "accepted" else {
      throw ActionError(
        "listing.decided", ["state": .say(Say("listing.booking.\(booking.state)"))],
        sentence: "This booking is \(booking.state) already.")
    }
    return booking
  }

  /// Those not cancelled or declined, the next one first.
  static func coming(of person: PersonID, after now: Instant, _ reader: some Querying) throws -> [Booking] {
    try reader.query(
      """
      \(select) WHERE b.tenant = :tenant AND b.person = ? AND b.starts_at > ? AND b.state IN ('requested', 'accepted')
      ORDER BY b.starts_at, b.id LIMIT 50
      """, person, now
    ) { Booking($0) }
  }

  /// What others asked for and nobody has answered.
  static func waiting(for owner: PersonID, after now: Instant, _ reader: some Querying) throws -> [Booking] {
    try reader.query(
      """
      \(select) WHERE b.tenant = :tenant AND b.person <> ? AND b.starts_at > ? AND b.state = 'requested'
      ORDER BY b.starts_at, b.id LIMIT 50
      """, owner, now
    ) { Booking($0) }
  }

  /// Those that somebody means: by an id, by the place, or the one asked for last.
  static func meant(
    by words: String?, of person: PersonID, after now: Instant, _ reader: some Querying
  ) throws -> [Booking] {
    if let words, let one = try first(words, reader) { return [one] }
    let coming = try coming(of: person, after: now, reader)
    if let words {
      let there = coming.filter { $0.place == words }
      if !there.isEmpty { return there }
      let named = NameMatch.whole(words, among: coming, idle: ["booking", "table", "one", "reservation"]) { $0.listing }
      if !named.isEmpty { return named }
    }
    return try latest(of: person, after: now, reader).map { [$0] } ?? coming
  }

  /// The one that "sorry, 3 of us" is about: what was asked for within the hour, or the only one to come.
  static func latest(of person: PersonID, after now: Instant, _ reader: some Querying) throws -> Booking? {
    let recent = try reader.first(
      """
      \(select) WHERE b.tenant = :tenant AND b.person = ? AND b.starts_at > ? AND b.state IN ('requested', 'accepted')
        AND b.asked_at > ? ORDER BY b.asked_at DESC, b.id DESC LIMIT 1
      """, person, now, now - .hours(1)
    ) { Booking($0) }
    if let recent { return recent }
    let coming = try coming(of: person, after: now, reader)
    return coming.count == 1 ? coming[0] : nil
  }

  var line: Say {
    var line = Say(
      "listing.bookings.line",
      ["name": .text(listing), "at": .instant(starts), "state": .say(Say("listing.booking.\(state)"))])
    if let people { line.values["people"] = .integer(Int64(people)) }
    line.values["guest"] = guest.map { .text($0) }
    return line
  }
}
