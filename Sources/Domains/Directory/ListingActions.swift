import Actions
import Base
import Formats
import Foundation
import Messages
import People
import Store
import Time

/// What a listing shows when it stands alone.
struct DetailsAnswer {
  var listing: Listing
  var distance: Double?
  var latest: [(stars: Int64, comment: String)] = []
  /// The time that is asked about, where it is not now.
  var at: WhenValue?
  var asksForRating = false

  private func open(_ context: ActionContext) -> Say? {
    at.flatMap { listing.openness(at: $0, context.now, context.zone) } ?? listing.openness(context.now, context.zone)
  }

  /// In one line, beside others.
  func line(_ number: Int, _ context: ActionContext) -> Say {
    var values: [String: Say.Value] = ["number": .integer(Int64(number)), "name": .text(listing.name)]
    values["open"] = open(context).map { .say($0) }
    if !listing.address.isEmpty { values["address"] = .text(listing.address) }
    if !listing.phone.isEmpty { values["phone"] = .text(listing.phone) }
    return Say("listing.each_line", values)
  }

  func say(_ context: ActionContext) -> Say {
    var values: [String: Say.Value] = ["name": .text(listing.name)]
    if !listing.category.isEmpty { values["category"] = .text(listing.shortCategory) }
    if !listing.address.isEmpty { values["address"] = .text(listing.address) }
    if !listing.phone.isEmpty { values["phone"] = .text(listing.phone) }
    if !listing.website.isEmpty { values["website"] = .text(listing.website) }
    if let open = open(context) {
      values["open"] = .say(open)
      values["hours"] = .text(listing.hours)
    }
    if let distance { values["distance"] = .distance(distance) }
    if let stars = listing.stars {
      values["stars"] = .number(stars, digits: 1)
      values["reviews"] = .integer(listing.reviews)
    }
    var lines = latest.map { Say("listing.review_line", ["stars": .integer($0.stars), "comment": .text($0.comment)]) }
    if asksForRating, listing.stars == nil { lines.append(Say("listing.details.unrated")) }
    if let parsed = try? OpeningHours.parse(listing.hours), parsed.dependsOnHolidays {
      lines.append(Say("listing.holidays_differ"))
    }
    let target: JSONObject = ["listing": .string(listing.id)]
    return Say(
      "listing.details", values, lines: lines,
      buttons: [
        Say.Button("button.book", action: "listing.book", arguments: target, isSingleUse: false),
        Say.Button("button.rate", action: "listing.review", arguments: target, isSingleUse: false),
      ], location: listing.place)
  }
}

/// One of several listings with a like name has to be picked.
enum WhichListing {
  static func ask(_ found: [Listing], _ action: String, _ arguments: JSONObject) -> ActionResult {
    guard !found.isEmpty else { return .ask(Say("\(action).ask.listing"), parameter: "listing") }
    let lines = found.prefix(5).enumerated().map { index, listing in
      var values: [String: Say.Value] = ["number": .integer(Int64(index + 1)), "name": .text(listing.name)]
      if !listing.address.isEmpty { values["address"] = .text(listing.address) }
      return Say("listing.which_line", values)
    }
    return .ask(
      Say(
        "listing.which", ["count": .integer(Int64(found.count))], lines: lines,
        buttons: buttons(found, action, arguments)),
      parameter: "listing")
  }

  static func buttons(_ found: [Listing], _ action: String, _ arguments: JSONObject) -> [Say.Button] {
    found.prefix(5).map { listing in
      var arguments = arguments
      arguments["listing"] = .string(listing.id)
      return Say.Button(
        "button.pick", ["name": .text(SearchListings.short(listing.name))], action: action, arguments: arguments)
    }
  }

  /// The one meant, or the question. A name that fits one much better than the others is not questioned.
  static func settle(_ text: String?, _ found: [Listing]) -> Listing? {
    guard let first = found.first else { return nil }
    if found.count == 1 { return first }
    guard let text else { return nil }
    let same = found.filter { SearchText.fold($0.name) == SearchText.fold(first.name) }
    return same.count == 1 && SearchText.fold(first.name) == SearchText.fold(text) ? first : nil
  }
}

struct ShowListing: Action {
  static let name = "listing.details"
  static let summary = "Shows a business: address, phone, hours, rating, the latest reviews."
  static let effect = Effect.read
  /// So many are told of at once, rather than asked which.
  private static let few = 4

  @Parameter("Which one, by name, id or its number in the list; the one shown last when left out.") var listing: String?

  @Parameter("The day or the moment at which it is to be open; now when left out.") var at: WhenValue?
  @Parameter("What was said, word for word.") var said: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let spoken = Spoken(context)
    let asked = Asked(said, spoken)
    // "how far is it from adyar" speaks of what was shown
    let from = asked.from
    let isOfShown =
      from != nil && (listing.map { asked.points || SearchText.words($0).joined(separator: " ") == from } ?? true)
    var named = isOfShown ? nil : listing
    // "whats …" is no "That Madras House"
    if let read = named, asked.asksForRating, !asked.says(read), let said = asked.named { named = said }
    let found = try await ListingNames.resolve(named, asked, in: context)
    var moment = at
    // "open till when tonight" asks for the hours of that day
    if asked.has(["till", "until", "close", "closes", "closing", "hours", "timing", "timings"]) {
      moment?.isTimeGiven = false
    }
    guard let one = WhichListing.settle(named, found) else {
      var arguments = JSONObject()
      if let at { arguments["at"] = at.json }
      if let said { arguments["said"] = .string(said) }
      guard named == nil, (2...Self.few).contains(found.count), !asked.has(["far", "distance"]) else {
        return WhichListing.ask(found, Self.name, arguments)
      }
      // "are they open on sunday", of a few that were shown: of each
      let lines = found.enumerated().map { DetailsAnswer(listing: $1, at: moment).line($0 + 1, context) }
      let data = found.map { $0.json(distance: nil, now: context.now, zone: context.zone) }
      return .answer(
        Say("listing.each", lines: lines, buttons: WhichListing.buttons(found, Self.name, arguments)),
        data: ["count": .integer(Int64(found.count)), "listings": .array(data)])
    }
    var answer = DetailsAnswer(listing: one)
    answer.at = moment
    answer.asksForRating = asked.asksForRating
    if let from, let place = one.place {
      answer.distance = try await context.store.read { try Places.find(from, spoken, $0) }?.centre.distance(to: place)
    }
    answer.latest = try await context.store.read { reader in
      try reader.query(
        """
        SELECT stars, comment FROM listing_reviews
        WHERE tenant = :tenant AND listing = ? AND comment IS NOT NULL ORDER BY at DESC LIMIT 2
        """, one.id
      ) { row in (row.int(0), row.text(1)) }
    }
    var whole = answer.say(context)
    let data = one.json(distance: answer.distance, now: context.now, zone: context.zone)
    if asked.has(["fees", "fee", "price", "prices", "cost", "costs", "charges", "charge"])
      || asked.has(phrase: "how much")
    {
      whole.lines.append(Say("listing.details.no_prices"))
    }
    let say = whole
    let person = context.actor.id
    return .change { transaction in
      try LastShown.save(one: one.id, for: person, in: transaction)
      return Outcome(say, data: data)
    }
  }
}

struct ReviewListing: Action {
  static let name = "listing.review"
  static let summary = "Rates a business with one to five stars and a comment; a later review replaces the earlier."
  static let effect = Effect.write

  @Parameter("Which one, by name, id or its number in the list; the one shown last when left out.") var listing: String?
  @Parameter("One to five.") var stars: Int
  @Parameter("What was good or bad.") var comment: String?
  @Parameter("What was said, word for word.") var said: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let asked = Asked(said, Spoken(context))
    // "whats the rating of page 3" asks; nobody gives three stars by it
    if asked.asksForRating {
      var show = ShowListing()
      (show.listing, show.said) = (asked.named ?? listing, said)
      return try await show.perform(in: context)
    }
    guard (1...5).contains(stars) else {
      throw ActionError("listing.stars", sentence: "Give between one and five stars.", field: "stars")
    }
    let found = try await ListingNames.resolve(listing, asked, in: context)
    guard let one = WhichListing.settle(listing, found) else {
      var arguments: JSONObject = ["stars": .integer(Int64(stars))]
      if let comment { arguments["comment"] = .string(comment) }
      return WhichListing.ask(found, Self.name, arguments)
    }
    var words = comment
    // "3 stars waited 40 mins": a number read apart belongs to what is said behind it
    if let said, let start = comment.flatMap({ said.range(of: $0, options: .caseInsensitive)?.lowerBound }),
      listing == nil || asked.points
    {
      words = String(said[start...])
    }
    let (stars, comment, person) = (stars, words.map { String($0.prefix(1_000)) }, context.actor.id)
    return .change { transaction in
      let before = try transaction.first(
        "SELECT stars, comment FROM listing_reviews WHERE tenant = :tenant AND listing = ? AND person = ?", one.id,
        person
      ) { row in (row.int(0), row.optionalText(1)) }
      try transaction.execute(
        """
        INSERT INTO listing_reviews (tenant, listing, person, stars, comment, at) VALUES (:tenant, ?, ?, ?, ?, ?)
        ON CONFLICT (tenant, listing, person)
        DO UPDATE SET stars = excluded.stars, comment = excluded.comment, at = excluded.at
        """, one.id, person, stars, comment, transaction.now)
      // "what's its rating now?"
      try LastShown.save(one: one.id, for: person, in: transaction)
      var inverse = ActionCall("listing.unreview", ["listing": .string(one.id)])
      if let before {
        inverse = ActionCall(Self.name, ["listing": .string(one.id), "stars": .integer(before.0)])
        if let comment = before.1 { inverse.arguments["comment"] = .string(comment) }
      }
      return Outcome(
        Say(
          before == nil ? "listing.review.done" : "listing.review.changed",
          ["name": .text(one.name), "stars": .integer(Int64(stars))]),
        data: ["listing": .string(one.id), "stars": .integer(Int64(stars))], inverse: inverse)
    }
  }
}

/// Takes one's review back; also what undo runs.
struct UnreviewListing: Action {
  static let name = "listing.unreview"
  static let summary = "Removes one's own review."
  static let effect = Effect.write

  @Parameter("Of which one, by name or id; one's latest review when left out.") var listing: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = context.actor.id
    var named: [String]?
    if let listing { named = try await ListingNames.resolve(listing, in: context).map(\.id) }
    let wanted = named
    return .change { transaction in
      let own = try transaction.query(
        """
        SELECT listing, stars, comment FROM listing_reviews WHERE tenant = :tenant AND person = ? ORDER BY at DESC
        """, person
      ) { (listing: $0.text(0), stars: $0.int(1), comment: $0.optionalText(2)) }
      guard let review = own.first(where: { wanted?.contains($0.listing) ?? true }) else {
        throw ActionError("listing.no_review", sentence: "There is no review of yours there.")
      }
      try transaction.execute(
        "DELETE FROM listing_reviews WHERE tenant = :tenant AND listing = ? AND person = ?", review.listing, person)
      var again: JSONObject = ["listing": .string(review.listing), "stars": .integer(review.stars)]
      again["comment"] = review.comment.map { .string($0) }
      return Outcome(Say("listing.review.removed"), inverse: ActionCall(ReviewListing.name, again))
    }
  }
}
