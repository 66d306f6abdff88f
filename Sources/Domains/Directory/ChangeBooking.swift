import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Store
import Time

/// Another hour or another party for a booking; what "sorry, 3 of us" comes to, and what undo of it runs.
struct ChangeBooking: Action {
  static let name = "listing.booking_change"
  static let summary = "Changes the time of a booking, or for how many it is."
  static let effect = Effect.write
  static let isHidden = true

  @Parameter("The id of the booking.") var booking: String
  @Parameter("When.") var starts: WhenValue?
  @Parameter("For how many people.") var people: Int?

  func perform(in context: ActionContext) async throws -> ActionResult {
    if let people, !(1...500).contains(people) {
      throw ActionError("listing.people", sentence: "A booking is for 1 to 500 people.", field: "people")
    }
    let (id, actor, house, zone) = (booking, context.actor, context.people, context.zone)
    let before = try await context.store.read { try Booking.find(id, $0) }
    let place = try await context.store.read { try ListingNames.find(before.place, Spoken(), $0).first }
    let clock = place?.clock(zone) ?? zone
    var (moment, party) = (before.starts, people ?? before.people)
    if let starts {
      guard !starts.repeats else {
        throw ActionError("listing.repeats", sentence: "A booking is for one time.", field: "starts")
      }
      moment = Self.moved(before.starts, by: starts, in: clock, now: context.now)
    }
    guard moment > context.now else {
      throw ActionError("listing.past", sentence: "That time is over.", field: "starts")
    }
    if party == nil { party = before.people }
    let (at, count) = (moment, party)
    let isClosed = place?.isOpen(at, zone) == false
    let hours = place?.hours ?? ""
    return .change { transaction in
      let booking = try Booking.open(id, of: actor.id, transaction)
      // whoever agreed to four may not have room for eight
      try transaction.execute(
        """
        UPDATE listing_bookings SET starts_at = ?, people = ?, state = 'requested', asked_at = ?, decided_at = NULL,
          decided_by = NULL WHERE tenant = :tenant AND id = ?
        """, at, count, transaction.now, id)
      var values: [String: Say.Value] = ["name": .text(booking.listing), "at": .instant(at), "who": .text(actor.name)]
      if let count { values["people"] = .integer(Int64(count)) }
      if let owner = house.owner(of: actor.tenant) {
        try transaction.tell(
          owner.id, Say("listing.booking.told_changed", values, buttons: DecideBooking.buttons(id, for: owner.id)),
          dedupeKey: "booking:\(id):\(at.seconds):\(count ?? 0):\(transaction.now.seconds)")
      }
      var say = Say("listing.book.changed", values)
      if isClosed { say.lines.append(Say("listing.book.closed_then", ["hours": .text(hours)])) }
      say.buttons = [
        Say.Button("button.cancel_booking", action: CancelBooking.name, arguments: ["booking": .string(id)])
      ]
      var undo: JSONObject = ["booking": .string(id)]
      undo["starts"] = WhenValue(start: clock.civil(booking.starts)).json
      if let people = booking.people { undo["people"] = .integer(Int64(people)) }
      return Outcome(
        say, data: ["booking": .string(id), "starts": .string(at.description), "people": JSON(count.map(Int64.init))],
        inverse: ActionCall(Self.name, undo))
    }
  }

  /// "change it to 6" keeps the day, and the half of the day where nobody says which; "to sunday" keeps the hour.
  private static func moved(_ before: Instant, by when: WhenValue, in clock: Zone, now: Instant) -> Instant {
    let old = clock.civil(before)
    if when.isDayGiven, !when.isTimeGiven { return clock.instant(of: when.start.date.at(old.time)) }
    guard !when.isDayGiven, when.elapsed == nil else { return when.instant(in: clock, now: now) }
    var time = when.start.time
    let other = CivilTime(secondOfDay: (time.secondOfDay + 43_200) % 86_400)
    func distance(_ time: CivilTime) -> Int { abs(time.secondOfDay - old.time.secondOfDay) }
    if when.grain != .exact, distance(other) < distance(time) { time = other }
    return clock.instant(of: old.date.at(time))
  }
}
