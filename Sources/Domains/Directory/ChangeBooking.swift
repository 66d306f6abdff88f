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

  @Parameter("The place it is at, or its id; the one asked for last when left out.") var booking: String?
  @Parameter("When.") var starts: WhenValue?
  @Parameter("For how many people.") var people: Int?
  @Parameter("Whether for how many it is was not said.", default: false) var uncounted: Bool
  @Parameter("What was said, word for word.") var said: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    var (starts, people) = (starts, people)
    if said != nil {
      let asked = Asked(said, Spoken(context))
      // after a correction the message is that before it: a party that it does not name was put right
      let isPutRight = people.map { !asked.names($0) } ?? false
      if !isPutRight { people = asked.people ?? (asked.saysParty || starts == nil ? people : nil) }
      // "for 6" of a table that is moved is six of us only where it says so
      if let party = people, let when = starts, when.isTimeGiven, asked.people != nil,
        when.start.time.hour % 12 == party % 12, !asked.saysHour(party)
      {
        starts = nil
      }
    }
    if starts == nil, people == nil, !uncounted {
      return .ask(Say("listing.booking_change.ask.starts"), parameter: "starts")
    }
    if let people, !(1...500).contains(people) {
      throw ActionError("listing.people", sentence: "A booking is for 1 to 500 people.", field: "people")
    }
    let (words, actor, house, zone, now) = (booking, context.actor, context.people, context.zone, context.now)
    let meant = try await context.store.read { try Booking.meant(by: words, of: actor.id, after: now, $0) }
    guard let before = meant.first else {
      throw ActionError("listing.no_booking", sentence: "There is no such booking.", field: "booking")
    }
    guard meant.count == 1 else {
      let buttons = meant.prefix(5).map { one in
        var arguments: JSONObject = ["booking": .string(one.id)]
        arguments["starts"] = starts?.json
        arguments["people"] = people.map { .integer(Int64($0)) }
        return Say.Button(
          "button.pick", ["name": .text(SearchListings.short(one.listing))], action: Self.name, arguments: arguments)
      }
      return .ask(
        Say("listing.booking.which", lines: meant.prefix(5).map(\.line), buttons: buttons), parameter: "booking")
    }
    let id = before.id
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
    if uncounted { party = nil }
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
      if let people = booking.people { undo["people"] = .integer(Int64(people)) } else { undo["uncounted"] = true }
      return Outcome(
        say,
        data: [
          "id": .string(booking.place), "booking": .string(id), "starts": .string(at.description),
          "people": JSON(count.map(Int64.init)),
        ],
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
