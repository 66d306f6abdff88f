import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Store
import Time

struct BookListing: Action {
  static let name = "listing.book"
  static let summary = "Asks for a booking at a business; the house's owner accepts or declines it."
  static let effect = Effect.write

  @Parameter("Which one, by name or id.") var listing: String
  @Parameter("When.") var starts: WhenValue
  @Parameter("For how many people.") var people: Int?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let found = try await ListingNames.resolve(listing, in: context)
    guard let one = WhichListing.settle(listing, found) else {
      var arguments: JSONObject = ["starts": starts.json]
      if let people { arguments["people"] = .integer(Int64(people)) }
      return WhichListing.ask(found, Self.name, arguments)
    }
    if let people, !(1...500).contains(people) {
      throw ActionError("listing.people", sentence: "A booking is for 1 to 500 people.", field: "people")
    }
    guard !starts.repeats else {
      throw ActionError("listing.repeats", sentence: "A booking is for one time.", field: "starts")
    }
    guard starts.isTimeGiven else {
      return .ask(Say("listing.book.ask.time", ["day": .date(starts.start.date)]), parameter: "starts")
    }
    // "at 8" is eight o'clock there
    let instant = starts.instant(in: one.clock(context.zone), now: context.now)
    guard instant > context.now else {
      throw ActionError("listing.past", sentence: "That time is over.", field: "starts")
    }
    guard instant < context.now + .days(400) else {
      throw ActionError("listing.far", sentence: "Bookings are taken up to a year ahead.", field: "starts")
    }
    guard let owner = context.people.owner(of: context.actor.tenant) else {
      throw ActionError("listing.nobody", sentence: "There is nobody who could confirm a booking.")
    }
    let isClosed = one.isOpen(instant, context.zone) == false
    let (people, actor) = (people, context.actor)
    return .change { transaction in
      let same = try transaction.exists(
        """
        SELECT 1 FROM listing_bookings WHERE tenant = :tenant AND person = ? AND listing = ? AND starts_at = ?
          AND state IN ('requested', 'accepted')
        """, actor.id, one.id, instant)
      guard !same else {
        throw ActionError(
          "listing.twice", ["name": .text(one.name), "at": .instant(instant)],
          sentence: "That booking was asked for already.")
      }
      let id = transaction.newID()
      try transaction.execute(
        """
        INSERT INTO listing_bookings (tenant, id, listing, person, starts_at, people, state, asked_at)
        VALUES (:tenant, ?, ?, ?, ?, ?, 'requested', ?)
        """, id, one.id, actor.id, instant, people, transaction.now)
      var values: [String: Say.Value] = ["name": .text(one.name), "at": .instant(instant), "who": .text(actor.name)]
      if let people { values["people"] = .integer(Int64(people)) }
      if !one.phone.isEmpty { values["phone"] = .text(one.phone) }
      func button(_ label: String, _ accept: Bool) -> Say.Button {
        Say.Button(
          label, action: DecideBooking.name, arguments: ["booking": .string(id), "accept": .bool(accept)],
          allowed: [owner.id])
      }
      try transaction.tell(
        owner.id,
        Say(
          "listing.booking.asked", values,
          buttons: [button("button.accept_booking", true), button("button.decline_booking", false)]),
        dedupeKey: "booking:\(id)")
      var say = Say("listing.book.requested", values)
      if isClosed { say.lines.append(Say("listing.book.closed_then", ["hours": .text(one.hours)])) }
      say.buttons = [
        Say.Button("button.cancel_booking", action: CancelBooking.name, arguments: ["booking": .string(id)])
      ]
      return Outcome(
        say, data: ["booking": .string(id), "listing": .string(one.id), "starts": .string(instant.description)],
        inverse: ActionCall(CancelBooking.name, ["booking": .string(id)]))
    }
  }
}

/// A booking as it stands.
private struct Booking {
  var listing: String
  var person: PersonID
  var starts: Instant
  var state: String

  static func find(_ id: String, _ reader: some Querying) throws -> Booking {
    let found = try reader.first(
      """
      SELECT coalesce(l.name, b.listing), b.person, b.starts_at, b.state FROM listing_bookings b
      LEFT JOIN listings l ON l.tenant = b.tenant AND l.id = b.listing WHERE b.tenant = :tenant AND b.id = ?
      """, id
    ) { row in Booking(listing: row.text(0), person: row.id(1), starts: row.instant(2), state: row.text(3)) }
    guard let found else {
      throw ActionError("listing.no_booking", sentence: "There is no such booking.", field: "booking")
    }
    return found
  }
}

/// Offered to the owner by buttons only.
struct DecideBooking: Action {
  static let name = "listing.booking_decide"
  static let summary = "Accepts or declines a booking that somebody asked for."
  static let effect = Effect.write
  static let isHidden = true

  @Parameter("The id of the booking.") var booking: String
  @Parameter("Whether it is accepted.") var accept: Bool

  func perform(in context: ActionContext) async throws -> ActionResult {
    guard context.actor.isOwner else {
      throw ActionError("listing.not_owner", sentence: "Only the owner decides about bookings.")
    }
    let (id, accept, actor) = (booking, accept, context.actor)
    return .change { transaction in
      let booking = try Booking.find(id, transaction)
      guard booking.state == "requested" else {
        throw ActionError(
          "listing.decided", ["state": .say(Say("listing.booking.\(booking.state)"))],
          sentence: "This booking is \(booking.state) already.")
      }
      try transaction.execute(
        "UPDATE listing_bookings SET state = ?, decided_at = ?, decided_by = ? WHERE tenant = :tenant AND id = ?",
        accept ? "accepted" : "declined", transaction.now, actor.id, id)
      let values: [String: Say.Value] = ["name": .text(booking.listing), "at": .instant(booking.starts)]
      if booking.person != actor.id {
        try transaction.tell(
          booking.person, Say(accept ? "listing.booking.told_yes" : "listing.booking.told_no", values),
          dedupeKey: "booking:\(id):answer")
      }
      return Outcome(
        Say(accept ? "listing.booking.you_accepted" : "listing.booking.you_declined", values),
        data: ["booking": .string(id), "state": .string(accept ? "accepted" : "declined")])
    }
  }
}

/// Takes a request back: the button under it, and what undo runs.
struct CancelBooking: Action {
  static let name = "listing.booking_cancel"
  static let summary = "Takes back a booking that one asked for."
  static let effect = Effect.write
  static let isHidden = true

  @Parameter("The id of the booking.") var booking: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (id, actor, people) = (booking, context.actor, context.people)
    return .change { transaction in
      let booking = try Booking.find(id, transaction)
      guard booking.person == actor.id else {
        throw ActionError("listing.not_yours", sentence: "This booking is somebody else's.")
      }
      guard booking.state == "requested" || booking.state == "accepted" else {
        throw ActionError(
          "listing.decided", ["state": .say(Say("listing.booking.\(booking.state)"))],
          sentence: "This booking is \(booking.state) already.")
      }
      try transaction.execute(
        "UPDATE listing_bookings SET state = 'cancelled', decided_at = ?, decided_by = ? WHERE tenant = :tenant AND id = ?",
        transaction.now, actor.id, id)
      let values: [String: Say.Value] = [
        "name": .text(booking.listing), "at": .instant(booking.starts), "who": .text(actor.name),
      ]
      if let owner = people.owner(of: actor.tenant), owner.id != actor.id {
        try transaction.tell(owner.id, Say("listing.booking.told_cancelled", values), dedupeKey: "booking:\(id):gone")
      }
      return Outcome(Say("listing.book.cancelled", values))
    }
  }
}
