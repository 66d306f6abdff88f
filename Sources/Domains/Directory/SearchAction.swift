import Actions
import Base
import Formats
import Messages
import People
import Store
import Time

struct SearchListings: Action {
  static let name = "listing.search"
  static let summary = "Finds businesses and places by what they are, where they are and whether they are open."
  static let effect = Effect.read
  static let gives: String? = "listings"

  @Parameter("What is looked for: a name, a trade, a thing.") var what: String?
  @Parameter("Only of this category.") var category: String?
  @Parameter("Around where: a part of town, a place, or \"lat,lon\".", kind: .place) var near: String?
  @Parameter("How far around it, in kilometres.") var radiusKm: Double?
  @Parameter("Only what is open at this moment.") var openNow: Bool?
  @Parameter("Which come first; the best fitting when left out.", kind: .choice(["nearest", "best"])) var order: String?
  @Parameter("Only what is open at that time.") var openAt: WhenValue?
  @Parameter("How many to show.", default: 5) var limit: Int
  @Parameter("How many to pass over, for the next page.", default: 0) var offset: Int
  @Parameter("What was said, word for word.") var said: String?

  /// Around a named place, when no distance is said.
  private static let usualRadius = 5_000.0
  /// Where the speaker is, in any language: "near me", "close by", "pakkathula".
  private static func isHere(_ near: String, _ spoken: Spoken) -> Bool {
    let words = SearchText.words(spoken.english(near))
    return !words.isEmpty
      && words.allSatisfy { SearchText.saysNothing($0) || ["location", "close", "by"].contains($0) }
  }

  /// "Any hospital nearby", after places near Adyar were looked for, is near there; "near me" is not.
  private func around(_ near: String, _ spoken: Spoken, _ context: ActionContext) async throws -> String? {
    let own: Set<String> = ["me", "my", "us", "our", "mine", "here", "location"]
    guard Set(SearchText.words(spoken.english(near))).isDisjoint(with: own) else { return nil }
    let (person, now) = (context.actor.id, context.now)
    return try await context.store.read { try LastShown.query(of: person, at: now, $0) }?["near"].string
  }

  func perform(in context: ActionContext) async throws -> ActionResult {
    guard (1...20).contains(limit), (0...10_000).contains(offset) else {
      throw ActionError(
        "listing.limit", sentence: "Between 1 and 20 results are shown at once.", field: "limit")
    }
    if let radiusKm, !(0.05...500).contains(radiusKm) {
      throw ActionError(
        "listing.radius", sentence: "The distance must be between 0.05 and 500 km.", field: "radius_km")
    }
    let spoken = Spoken(context)
    if said != nil { return try await heard(Asked(said, spoken), context).perform(in: context) }
    if let near, Self.isHere(near, spoken) {
      if let place = try await around(near, spoken, context) {
        var search = self
        search.near = place
        return try await search.perform(in: context)
      }
      return .ask(Say("listing.search.ask.near"), parameter: "near")
    }
    if near == nil, radiusKm != nil { return .ask(Say("listing.search.ask.near"), parameter: "near") }
    // what is open somewhere is worth telling without another word
    if what == nil, category == nil, near == nil, openNow != true, openAt == nil {
      return .ask(Say("listing.search.ask.what"), parameter: "what")
    }

    var search = ListingSearch()
    search.what = Categories.joined(SearchText.wanted(what ?? ""))
    search.asked = what ?? ""
    search.spoken = spoken
    search.category = Categories.joined(SearchText.wanted(category ?? ""))
    var placeName: String?
    if let near {
      guard let place = try await context.store.read({ try Places.find(near, spoken, $0) }) else {
        if let anywhere = try await elsewhere(near, context) { return anywhere }
        throw ActionError(
          "listing.place_unknown", ["place": .text(near)],
          sentence: "The directory knows no place called \(near).", field: "near")
      }
      placeName = Places.coordinate(near) == nil ? place.name : nil
      search.centre = place.centre
      search.radius = radiusKm.map { $0 * 1_000 } ?? Self.usualRadius
    }
    let (wanted, now, zone) = (search, context.now, context.zone)
    var answer = try await context.store.read { try wanted.run($0) }
    var isWider = false
    // what is like it near by, before the thing itself far away
    var isKindred = false
    if answer.found.isEmpty, search.centre != nil, let like = try await kindred(search, context) {
      (answer, isKindred) = (like, true)
    }
    if answer.found.isEmpty, radiusKm == nil, search.centre != nil {
      // nobody set a limit: the nearest is worth knowing even when it is far
      var wider = search
      wider.radius = 100_000
      let again = wider
      answer = try await context.store.read { try again.run($0) }
      isWider = !answer.found.isEmpty
    }
    if answer.found.isEmpty, search.centre == nil, let like = try await kindred(search, context) {
      (answer, isKindred) = (like, true)
    }
    let total = answer.found.count
    var found = sorted(answer.found)
    if openNow == true { found = found.filter { $0.listing.isOpen(now, zone) == true } }
    if let openAt {
      found = found.filter { one in
        if openAt.isTimeGiven {
          return one.listing.isOpen(openAt.instant(in: one.listing.clock(zone), now: now), zone) == true
        }
        return (try? OpeningHours.parse(one.listing.hours))?.spans(on: openAt.start.date).isEmpty == false
      }
    }
    // whoever asks for more may do so in another language, or by a button
    var again = self
    if let words = answer.words { again.what = words.joined(separator: " ") }
    if let placeName { again.near = placeName }
    return self.answer(
      found, before: total, isWider: isWider, isKindred: isKindred, placeName: placeName, query: again.asked(), context)
  }

  /// What is known of it anywhere, where nobody knows the place that was named.
  private func elsewhere(_ near: String, _ context: ActionContext) async throws -> ActionResult? {
    guard radiusKm == nil, what?.isEmpty == false || category?.isEmpty == false else { return nil }
    var anywhere = self
    (anywhere.near, anywhere.said) = (nil, nil)
    guard case .answer(let outcome) = try await anywhere.perform(in: context).kind,
      outcome.data["listings"].array?.isEmpty == false
    else { return nil }
    var say = outcome.say
    say.lines.append(Say("listing.search.anywhere", ["place": .text(near)]))
    return .answer(say, data: outcome.data)
  }

  /// The search as the whole message means it: "best rated" is an order, "open at midnight" a time, and "and in Adyar?" the
  /// search before at another place.
  private func heard(_ asked: Asked, _ context: ActionContext) async throws -> SearchListings {
    var search = self
    search.said = nil
    if radiusKm == nil, let metres = asked.metres { search.radiusKm = Double(metres) / 1_000 }
    // "dinner tonight in adyar": the meal was read as a time, and is what is looked for
    if what == nil, category == nil, let meal = asked.meal { search.what = meal }
    // "only within 1 km" is the search before, nearer
    if near == nil, search.radiusKm != nil, what.map({ Set(SearchText.words($0)).isSubset(of: Self.narrowing) }) ?? true
    {
      let (person, now) = (context.actor.id, context.now)
      if let before = try await context.store.read({ try LastShown.query(of: person, at: now, $0) }),
        let place = before["near"].string
      {
        (search.what, search.category, search.near) = (before["what"].string, before["category"].string, place)
        return search
      }
    }
    if asked.has(["after", "past"]), let when = openAt, when.isTimeGiven { search.openAt = when.justAfter }
    if asked.wantsBest, order == nil { search.order = "best" }
    // "tomorrow morning" alone says when somebody would go, not what must be open then
    if !asked.asksOpen || openNow == true { search.openAt = nil }
    // "any other in adyar": one more of what was looked for
    let isOther =
      what.map { Set(SearchText.words($0)).isSubset(of: Self.others) } ?? asked.has(["other", "others", "another"])
    if category == nil, isOther {
      let (person, now) = (context.actor.id, context.now)
      if let before = try await context.store.read({ try LastShown.query(of: person, at: now, $0) }) {
        search.what = before["what"].string
        search.category = before["category"].string
        return search
      }
    }
    if near == nil, category == nil, let words = search.what.map(SearchText.words),
      let count = try await context.store.read({ try Places.area(endsIn: words, $0) })
    {
      search.what = words.dropLast(count).joined(separator: " ")
      search.near = words.suffix(count).joined(separator: " ")
      return search
    }
    // "near mylapore", "in chennai only bro", right behind another search
    let names = ["places", "place", "shops", "all", "anything", "everything", "list", "show"]
    let goesOn =
      asked.goesOn
      || what == nil && category == nil && !asked.has(Set(names)) && SearchText.words(said ?? "").count <= 5
    guard let near, let what = what ?? (goesOn ? near : nil) else { return search }
    let (telling, place) = (SearchText.wanted(what), Set(SearchText.wanted(near)))
    guard goesOn, telling.allSatisfy(place.contains) else { return search }
    let (person, now) = (context.actor.id, context.now)
    guard let before = try await context.store.read({ try LastShown.query(of: person, at: now, $0) }) else {
      return search
    }
    search.what = before["what"].string
    search.category = before["category"].string
    search.order = search.order ?? before["order"].string
    return search
  }

  /// Kinds that stay what they are without the word before them; an "ice cream parlour" is no parlour.
  private static let kinds: Set<String> = [
    "restaurant", "restaurants", "cafe", "cafes", "hotel", "hotels", "clinic", "clinics", "hospital", "hospitals",
    "dentist", "dentists", "doctor", "doctors", "salon", "salons", "gym", "gyms", "school", "schools", "bakery",
    "bakeries", "pharmacy", "pharmacies", "bookshop", "bookshops", "bookstore", "library",
  ]
  private static let narrowing: Set<String> = [
    "only", "just", "within", "a", "bit", "little", "farther", "further", "nearer", "closer", "upto", "up", "to",
    "those",
    "them", "ones", "the", "show", "me", "ok", "and", "in", "radius", "of", "distance",
  ]
  private static let others: Set<String> = ["any", "other", "others", "another", "more", "else", "one", "ones", "the"]

  /// A kind that is like what was asked for, where nothing is called by it: restaurants for breakfast.
  private func kindred(_ search: ListingSearch, _ context: ActionContext) async throws -> ListingSearch.Answer? {
    // "nonveg restaurant": restaurants, where none is called so
    let plain = search.what.count > 1 ? search.what.suffix(1).filter(Self.kinds.contains).map { [$0] } : []
    for words in plain + Categories.kindred(search.what) {
      var other = search
      (other.what, other.asked, other.isExact) = (words, words.joined(separator: " "), true)
      let like = other
      let answer = try await context.store.read { try like.run($0) }
      if !answer.found.isEmpty { return ListingSearch.Answer(found: answer.found, words: words) }
    }
    return nil
  }

  private func sorted(_ found: [ListingSearch.Found]) -> [ListingSearch.Found] {
    // stable: what fits as well keeps its place
    func by(_ key: (ListingSearch.Found) -> Double) -> [ListingSearch.Found] {
      found.enumerated().sorted { (key($0.element), $0.offset) < (key($1.element), $1.offset) }.map(\.element)
    }
    return switch order {
    case "nearest": by { $0.distance ?? .infinity }
    case "best": by { -($0.listing.stars ?? 0) }
    default: found
    }
  }

  private func answer(
    _ found: [ListingSearch.Found], before: Int, isWider: Bool, isKindred: Bool, placeName: String?, query: JSONObject,
    _ context: ActionContext
  ) -> ActionResult {
    var values: [String: Say.Value] = ["count": .integer(Int64(found.count))]
    if let openAt {
      values["at"] =
        openAt.isTimeGiven
        ? .instant(openAt.instant(in: context.zone, now: context.now)) : .date(openAt.start.date)
    }
    if let asked = what ?? category { values["what"] = .text(asked) }
    if let placeName { values["place"] = .text(placeName) }
    let page = Array(found.dropFirst(offset).prefix(limit))
    let rows = JSON.array(page.map { $0.listing.json(distance: $0.distance, now: context.now, zone: context.zone) })
    let data: JSON = ["count": .integer(Int64(found.count)), "listings": rows]
    guard !page.isEmpty else {
      let isShut = (openNow == true || openAt != nil) && before > 0
      values["others"] = isShut ? .integer(Int64(before)) : nil
      let key =
        offset > 0
        ? "listing.search.no_more"
        : isShut ? openAt == nil ? "listing.search.none_open" : "listing.search.none_then" : "listing.search.none"
      let say = Say(key, values, buttons: [Say.Button("button.categories", action: "listing.categories")])
      guard offset == 0 else { return .answer(say, data: data) }
      // "and in Adyar?" asks for the same there, though there was none here
      let person = context.actor.id
      return .change { transaction in
        try LastShown.save(list: [], query: query, for: person, in: transaction)
        return Outcome(say, data: data)
      }
    }
    let (ids, person) = (found.prefix(offset + page.count).map(\.listing.id), context.actor.id)
    func remembered(_ say: Say) -> ActionResult {
      .change { transaction in
        try LastShown.save(list: Array(ids), query: query, for: person, in: transaction)
        return Outcome(say, data: data)
      }
    }
    if page.count == 1, found.count == 1 {
      var say = DetailsAnswer(listing: page[0].listing, distance: page[0].distance).say(context)
      if isWider { say.lines.append(Say("listing.search.far")) }
      if isKindred { say.lines.append(Say("listing.search.like_it", values)) }
      return remembered(say)
    }
    let lines = page.enumerated().map { index, item in line(offset + index + 1, item, context) }
    var buttons = page.enumerated().map { index, item in
      Say.Button(
        "button.listing",
        ["number": .integer(Int64(offset + index + 1)), "name": .text(Self.short(item.listing.name))],
        action: "listing.details", arguments: ["listing": .string(item.listing.id)], isSingleUse: false)
    }
    if found.count > offset + page.count {
      buttons.append(Say.Button("button.more", action: Self.name, arguments: nextPage(query), isSingleUse: false))
    }
    let key =
      isKindred
      ? "listing.search.found_kindred"
      : isWider
        ? "listing.search.found_far" : openAt == nil ? "listing.search.found" : "listing.search.found_open"
    return remembered(Say(key, values, lines: lines, buttons: buttons))
  }

  private func line(_ number: Int, _ item: ListingSearch.Found, _ context: ActionContext) -> Say {
    let listing = item.listing
    var values: [String: Say.Value] = ["number": .integer(Int64(number)), "name": .text(listing.name)]
    if !listing.category.isEmpty { values["category"] = .text(listing.shortCategory) }
    if let distance = item.distance { values["distance"] = .distance(distance) }
    // of another time it is told how it is then
    let then = openAt.flatMap { listing.openness(at: $0, context.now, context.zone) }
    if let open = then ?? listing.openness(context.now, context.zone) { values["open"] = .say(open) }
    if let stars = listing.stars { values["stars"] = .number(stars, digits: 1) }
    return Say("listing.line", values)
  }

  private func nextPage(_ query: JSONObject) -> JSONObject {
    var arguments = query
    arguments["offset"] = .integer(Int64(offset + limit))
    return arguments
  }

  /// What is looked for, from the first on.
  private func asked() -> JSONObject {
    var arguments: JSONObject = ["limit": .integer(Int64(limit))]
    if let what { arguments["what"] = .string(what) }
    if let category { arguments["category"] = .string(category) }
    if let near { arguments["near"] = .string(near) }
    if let radiusKm { arguments["radius_km"] = .number(radiusKm) }
    if let openNow { arguments["open_now"] = .bool(openNow) }
    if let openAt { arguments["open_at"] = openAt.json }
    if let order { arguments["order"] = .string(order) }
    return arguments
  }

  /// Button labels are cut by some doors after twenty letters.
  static func short(_ name: String) -> String { name.count <= 17 ? name : name.prefix(16) + "…" }
}

/// The same search once more, asked more narrowly: "which of them is open?", "the nearest one".
struct NarrowListings: Action {
  static let name = "listing.narrow"
  static let summary = "Narrows down the places shown last: only open ones, the nearest or best rated first."
  static let effect = Effect.read
  static let gives: String? = "listings"

  @Parameter("Only what is open at this moment.") var openNow: Bool?
  @Parameter("Only what is open at that time.") var openAt: WhenValue?
  @Parameter("How far around the place, in kilometres.") var radiusKm: Double?
  @Parameter("Which come first.", kind: .choice(["nearest", "best", "cheapest"])) var order: String?
  @Parameter("Around where, when the search named no place.", kind: .place) var near: String?
  @Parameter("How many to pass over, for the next page.", default: 0) var offset: Int
  @Parameter("What was said, word for word.") var said: String?

  private static let pointing: Set<String> = ["these", "those", "them", "which", "one", "ones", "they", "only"]

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (person, now) = (context.actor.id, context.now)
    guard let before = try await context.store.read({ try LastShown.query(of: person, at: now, $0) }) else {
      // "what is open now", out of the blue, is of all there is; "which of these" points at a list
      let isAll = openNow == true || openAt != nil
      guard isAll, !Asked(said, Spoken(context)).has(Self.pointing) else {
        return .answer(Say("listing.narrow.nothing"))
      }
      var search = SearchListings()
      (search.near, search.openNow, search.openAt, search.offset) = (near, openNow, openAt, offset)
      return try await search.perform(in: context)
    }
    // nothing knows what anything costs there: no answer is better than a wrong one
    guard order != "cheapest" else { return .answer(Say("listing.narrow.no_prices")) }
    let asked = Asked(said, Spoken(context))
    var search = SearchListings()
    search.what = before["what"].string
    search.category = before["category"].string
    search.near = asked.towards ?? near ?? before["near"].string
    if asked.towards != nil { search.order = "nearest" }
    search.radiusKm = radiusKm ?? before["radius_km"].double
    search.openNow = openNow ?? before["open_now"].bool
    if let openAt {
      // "which are open at 11 pm" is not about now
      (search.openAt, search.openNow) = (asked.has(["after", "past"]) ? openAt.justAfter : openAt, nil)
    }
    search.order = order ?? search.order ?? before["order"].string
    search.limit = before["limit"].int64.map(Int.init) ?? 5
    search.offset = offset
    if order == "nearest", search.near == nil {
      return .ask(Say("listing.search.ask.near"), parameter: "near")
    }
    return try await search.perform(in: context)
  }
}

struct ListCategories: Action {
  static let name = "listing.categories"
  static let summary = "Lists what kinds of businesses the directory has."
  static let effect = Effect.read

  func perform(in context: ActionContext) async throws -> ActionResult {
    let rows = try await context.store.read { reader in
      try reader.query(
        """
        SELECT category, count(*) FROM listings WHERE tenant = :tenant AND category <> ''
        GROUP BY category ORDER BY 2 DESC, 1
        """
      ) { row in (row.text(0), row.int(1)) }
    }
    // a path is filed under its last step; several paths may end alike
    var counts: [(name: String, count: Int64)] = []
    var places: [String: Int] = [:]
    for (path, count) in rows {
      var listing = Listing()
      listing.category = path
      let name = listing.shortCategory
      if let place = places[name] {
        counts[place].count += count
      } else {
        places[name] = counts.count
        counts.append((name, count))
      }
    }
    counts.sort { a, b in a.count == b.count ? a.name < b.name : a.count > b.count }
    let data = JSON.array(counts.prefix(200).map { ["category": .string($0.name), "count": .integer($0.count)] })
    guard !counts.isEmpty else { return .answer(Say("listing.empty"), data: data) }
    let lines = counts.prefix(10).map {
      Say("listing.category", ["name": .text($0.name), "count": .integer($0.count)])
    }
    let buttons = counts.prefix(3).map { item in
      Say.Button(
        "button.category", ["name": .text(SearchListings.short(item.name))], action: SearchListings.name,
        arguments: ["category": .string(item.name)], isSingleUse: false)
    }
    return .answer(
      Say("listing.categories.found", ["count": .integer(Int64(counts.count))], lines: lines, buttons: buttons),
      data: data)
  }
}
