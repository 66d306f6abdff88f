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

  @Parameter("Which one, by name, id or its number in the list; the one shown last when left out.") var listing: String?
  @Parameter("When.") var starts: WhenValue?
  @Parameter("For how many people.") var people: Int?
  @Parameter("When one arrives, where it was asked for because of a stay of some nights.") var arrival: WhenValue?
  @Parameter("In whose name, where it is not one's own.") var guest: String?
  @Parameter("What was said, word for word.") var said: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let asked = Asked(said, Spoken(context))
    if said != nil { return try await heard(asked, context) }
    return try await book(asked, in: context)
  }

  /// As the whole message means it: "3 of us" is no hour, "for 8 tonight" is no party, and what changes a booking makes no
  /// second one.
  private func heard(_ asked: Asked, _ context: ActionContext) async throws -> ActionResult {
    var book = self
    if let name = listing, asked.isGuest(name) {
      (book.guest, book.listing) = (guest ?? name, nil)
    } else if listing == nil, guest == nil {
      book.guest = asked.guest.map { $0.prefix(1).uppercased() + $0.dropFirst() }
    }
    // after a correction the message is that before it: only what was read from these very words is put right
    if let party = asked.people, people.map({ asked.names($0) }) ?? true { book.people = party }
    if let stay = asked.stay, let ask = book.withoutStay(stay, asked, context) { return ask }
    let (person, now) = (context.actor.id, context.now)
    let recent = try await context.store.read { try Booking.latest(of: person, after: now, $0) }
    if let hour = asked.hourTonight, var starts, !starts.repeats, people == hour {
      book.people = nil
      starts.start.time = CivilTime(secondOfDay: (hour + 12) * 3_600)
      starts.isTimeGiven = true
      // booked for that hour already: then another one is meant now
      if recent?.starts != starts.instant(in: context.zone, now: now) { book.starts = starts }
    }
    if asked.changes, book.listing == nil || asked.points, book.people != nil || book.starts != nil, let recent {
      var change = ChangeBooking()
      (change.booking, change.people, change.starts) = (recent.id, book.people, book.starts)
      return try await change.perform(in: context)
    }
    return try await book.book(asked, in: context)
  }

  /// "3 nights from saturday": nothing here keeps a length, and its number is no hour and no party. What was read from it is
  /// dropped; the rest is asked for.
  private mutating func withoutStay(_ stay: Int, _ asked: Asked, _ context: ActionContext) -> ActionResult? {
    if asked.people == nil, people == stay { people = nil }
    if var arrival {
      // "2 pm" is on the day that was said
      if !arrival.isDayGiven, let day = starts?.start.date, starts?.isDayGiven == true { arrival.start.date = day }
      starts = arrival
      return nil
    }
    // "for 2 nights" was read as at night, "3 nights" as at three
    let misread = [stay % 12, stay % 12 + 12, Self.night].map { CivilTime(secondOfDay: $0 % 24 * 3_600) }
    guard let when = starts, when.isTimeGiven, !misread.contains(when.start.time) else {
      return .ask(Say("\(Self.name).ask.arrival"), parameter: "arrival")
    }
    return nil
  }

  /// The hour that "night" alone is.
  private static let night = 21

  private func book(_ asked: Asked, in context: ActionContext) async throws -> ActionResult {
    let found = try await ListingNames.resolve(listing, asked, in: context)
    guard let one = WhichListing.settle(listing, found) else {
      var arguments = JSONObject()
      if let starts { arguments["starts"] = starts.json }
      if let people { arguments["people"] = .integer(Int64(people)) }
      arguments["guest"] = guest.map { .string($0) }
      return WhichListing.ask(found, Self.name, arguments)
    }
    // "page 3 salon" is for nobody yet
    let people = asked.party(self.people, at: one.name)
    if let people, !(1...500).contains(people) {
      throw ActionError("listing.people", sentence: "A booking is for 1 to 500 people.", field: "people")
    }
    guard let starts else { return .ask(Say("\(Self.name).ask.starts"), parameter: "starts") }
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
    let (actor, guest) = (context.actor, guest.map(\.trimmed).flatMap { $0.isEmpty ? nil : $0 })
    if let guest, guest.count > 80 {
      throw ActionError("listing.guest", sentence: "Keep the name under 80 letters.", field: "guest")
    }
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
        INSERT INTO listing_bookings (tenant, id, listing, person, starts_at, people, state, asked_at, guest)
        VALUES (:tenant, ?, ?, ?, ?, ?, 'requested', ?, ?)
        """, id, one.id, actor.id, instant, people, transaction.now, guest)
      var values: [String: Say.Value] = ["name": .text(one.name), "at": .instant(instant), "who": .text(actor.name)]
      if let people { values["people"] = .integer(Int64(people)) }
      values["guest"] = guest.map { .text($0) }
      if !one.phone.isEmpty { values["phone"] = .text(one.phone) }
      try transaction.tell(
        owner.id, Say("listing.booking.asked", values, buttons: DecideBooking.buttons(id, for: owner.id)),
        dedupeKey: "booking:\(id)")
      var say = Say("listing.book.requested", values)
      if isClosed { say.lines.append(Say("listing.book.closed_then", ["hours": .text(one.hours)])) }
      say.buttons = [
        Say.Button("button.cancel_booking", action: CancelBooking.name, arguments: ["booking": .string(id)])
      ]
      return Outcome(
        say,
        data: [
          "id": .string(one.id), "booking": .string(id), "listing": .string(one.id),
          "starts": .string(instant.description),
        ],
        inverse: ActionCall(CancelBooking.name, ["booking": .string(id)]))
    }
  }
}

/// Offered to the owner by buttons only.
struct DecideBooking: Action {
  /// "Accept", "Decline", for whoever decides.
  static func buttons(_ booking: String, for owner: PersonID) -> [Say.Button] {
    [("button.accept_booking", true), ("button.decline_booking", false)].map { label, accept in
      Say.Button(
        label, action: name, arguments: ["booking": .string(booking), "accept": .bool(accept)], allowed: [owner])
    }
  }

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

/// Takes a request back: by words, by the button under it, and what undo runs.
struct CancelBooking: Action {
  static let name = "listing.booking_cancel"
  static let summary = "Takes back a booking that one asked for."
  static let effect = Effect.write

  @Parameter("The place it is at, or its id; the only one to come when left out.") var booking: String?
  @Parameter("On which day it is, of several.") var day: CivilDate?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (words, actor, people, now) = (booking, context.actor, context.people, context.now)
    let (day, zone) = (day, context.zone)
    let found = try await context.store.read { reader -> [Booking] in
      if let one = try words.flatMap({ try Booking.first($0, reader) }) { return [one] }
      let all = try Booking.coming(of: actor.id, after: now, reader)
      let coming = day.map { day in all.filter { zone.date($0.starts) == day } } ?? all
      // "it", of what was booked or shown last
      let there = coming.filter { $0.place == words }
      if !there.isEmpty { return there }
      let named = words.map { words in
        NameMatch.whole(words, among: coming, idle: ["booking", "table", "one"]) { $0.listing }
      }
      // "the saturday one" names no place
      if let named { return named.isEmpty && day != nil ? coming : named }
      return coming
    }
    guard let first = found.first else {
      throw ActionError("listing.no_booking", sentence: "There is no such booking.", field: "booking")
    }
    guard found.count == 1 else {
      let buttons = found.prefix(5).map { one in
        Say.Button(
          "button.pick", ["name": .text(SearchListings.short(one.listing))], action: Self.name,
          arguments: ["booking": .string(one.id)])
      }
      return .ask(
        Say("listing.booking.which", lines: found.prefix(5).map(\.line), buttons: buttons), parameter: "booking")
    }
    let id = first.id
    return .change { transaction in
      let booking = try Booking.open(id, of: actor.id, transaction)
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

struct ListBookings: Action {
  static let name = "listing.bookings"
  static let summary = "Lists the bookings that one asked for and how they stand."
  static let effect = Effect.read

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (actor, now) = (context.actor, context.now)
    let (coming, waiting) = try await context.store.read { reader in
      (
        try Booking.coming(of: actor.id, after: now, reader),
        actor.isOwner ? try Booking.waiting(for: actor.id, after: now, reader) : []
      )
    }
    if !waiting.isEmpty {
      let people = context.people
      let lines = waiting.prefix(10).map { one -> Say in
        var values: [String: Say.Value] = ["name": .text(one.listing), "at": .instant(one.starts)]
        if let who = people.person(one.person)?.name { values["who"] = .text(who) }
        if let party = one.people { values["people"] = .integer(Int64(party)) }
        return Say("listing.booking.waiting_line", values)
      }
      let own = coming.map(\.line)
      return .answer(
        Say(
          "listing.booking.waiting", ["count": .integer(Int64(waiting.count))],
          lines: Array(lines)
            + (own.isEmpty ? [] : [Say("listing.bookings", ["count": .integer(Int64(own.count))])] + own),
          buttons: waiting.count == 1
            ? DecideBooking.buttons(waiting[0].id, for: actor.id)
            : waiting.prefix(3).map { one in
              Say.Button(
                "button.accept_named", ["name": .text(SearchListings.short(one.listing))], action: DecideBooking.name,
                arguments: ["booking": .string(one.id), "accept": .bool(true)], allowed: [actor.id])
            }),
        data: .array(
          waiting.map {
            ["booking": .string($0.id), "name": .string($0.listing), "starts": .string($0.starts.description)]
          }))
    }
    let buttons = coming.prefix(3).map { one in
      Say.Button(
        "button.cancel_named", ["name": .text(SearchListings.short(one.listing))], action: CancelBooking.name,
        arguments: ["booking": .string(one.id)])
    }
    return .answer(
      Say(
        coming.isEmpty ? "listing.bookings.none" : "listing.bookings", ["count": .integer(Int64(coming.count))],
        lines: coming.prefix(10).map(\.line), buttons: buttons),
      data: .array(
        coming.map {
          [
            "id": .string($0.place), "booking": .string($0.id), "name": .string($0.listing),
            "starts": .string($0.starts.description), "state": .string($0.state),
          ]
        }))
  }
}
