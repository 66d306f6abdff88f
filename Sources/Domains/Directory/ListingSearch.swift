import Base
import Store

/// Finds listings: exact words first, then parts of words, then letters, so that slips of the finger still find.
struct ListingSearch: Sendable {
  struct Found: Sendable {
    var listing: Listing
    var distance: Double?
  }

  var what: [String] = []
  /// As it was asked, for names that are exactly that.
  var asked = ""
  var category: [String] = []
  var centre: Coordinate?
  var radius: Double?
  /// The language of the words, for names and kinds that are written otherwise here.
  var spoken = Spoken()
  /// Just these words: neither spelt otherwise nor by their letters.
  var isExact = false

  /// So many candidates are read before distance and hours sort and sift them.
  static let candidateLimit = 2_000

  /// What was found, and in which other words than those that were asked, where it was.
  struct Answer: Sendable {
    var found: [Found]
    var words: [String]?
  }

  /// Best first: what is of the kind itself, then by distance when there is a centre, by likeness otherwise.
  func run(_ reader: some Querying) throws -> Answer {
    var found: [Listing]
    if what.isEmpty, category.isEmpty {
      found = try nearby(reader)
    } else {
      found = try rightKindFirst(byWords(reader, match(what, joined: " AND ")))
      // a business may be called what is asked for without being of that kind, so the rest of the words may be its name
      if found.isEmpty, what.count > 1 {
        found = try rightKindFirst(byWords(reader, match(what, joined: " AND ", isLoose: true)))
      }
      if found.isEmpty, !isExact, let other = try inOtherWords(reader) { return other }
      // three letters are part of too many words
      let isTelling = what.contains { $0.count >= 4 || !$0.utf8.allSatisfy { $0 < 0x80 } }
      if found.isEmpty, isTelling, !isExact { found = try byLetters(reader) }
      found = namesFirst(found)
    }
    return Answer(found: sift(found))
  }

  /// What the same was asked for in the directory's own words, where something is known by them.
  private func inOtherWords(_ reader: some Querying) throws -> Answer? {
    for words in try spoken.wordings(of: asked, reader) where words != what {
      var other = self
      other.what = words
      let found = try other.rightKindFirst(other.byWords(reader, other.match(words, joined: " AND ")))
      if !found.isEmpty { return Answer(found: other.sift(found), words: words) }
    }
    return nil
  }

  /// Those that are called so or filed so themselves before those whose wider category or address holds the word.
  ///
  /// A short word must be there as a word: a pub is not in every "Public …".
  private func rightKindFirst(_ listings: [Listing]) -> [Listing] {
    guard !what.isEmpty else { return listings }
    var ranked: [[Listing]] = [[], []]
    for listing in listings {
      if let rank = rank(listing) { ranked[rank].append(listing) }
    }
    return Array(ranked.joined())
  }

  /// 0: its own name or kind, 1: elsewhere, `nil`: only the beginning of an unrelated word.
  private func rank(_ listing: Listing) -> Int? {
    func holds(_ words: [String], _ asked: String) -> Bool {
      let stems = Categories.stems(asked)
      return words.contains { word in
        stems.contains { SearchText.stem(word) == $0 || $0.count >= 5 && word.hasPrefix($0) }
      }
    }
    let own = SearchText.words("\(listing.name) \(listing.shortCategory)")
    if what.allSatisfy({ holds(own, $0) }) { return 0 }
    let all = own + SearchText.words("\(listing.category) \(listing.address)")
    let isWord = what.allSatisfy { asked in
      asked.count >= 4 || !asked.utf8.allSatisfy { $0 < 0x80 } || holds(all, asked)
    }
    return isWord ? 1 : nil
  }

  /// A name that is just what was asked stands before names that only hold the words.
  private func namesFirst(_ listings: [Listing]) -> [Listing] {
    let wanted = SearchText.words(asked).joined(separator: " ")
    guard !wanted.isEmpty, centre == nil else { return listings }
    var ranked: [[Listing]] = [[], [], []]
    for listing in listings {
      let name = SearchText.words(listing.name).joined(separator: " ")
      ranked[name == wanted ? 0 : name.hasPrefix(wanted) ? 1 : 2].append(listing)
    }
    return Array(ranked.joined())
  }

  private func sift(_ listings: [Listing]) -> [Found] {
    guard let centre else { return listings.map { Found(listing: $0) } }
    var found: [Found] = []
    for listing in listings {
      guard let place = listing.place else { continue }
      let distance = centre.distance(to: place)
      if distance <= radius ?? .infinity { found.append(Found(listing: listing, distance: distance)) }
    }
    func order(_ one: Found) -> (Int, Double, String) {
      (what.isEmpty ? 0 : rank(one.listing) ?? 2, one.distance ?? 0, one.listing.id)
    }
    return found.map { ($0, order($0)) }.sorted { $0.1 < $1.1 }.map(\.0)
  }

  // MARK: Words

  /// `(pharmac* OR chemist*) AND adyar*`, and the category in its own column.
  private func match(_ words: [String], joined: String, isLoose: Bool = false) -> String {
    func any(_ stems: [String]) -> String {
      let terms = stems.map { SearchText.quoted($0) + "*" }
      return terms.count == 1 ? terms[0] : "(" + terms.joined(separator: " OR ") + ")"
    }
    var parts = words.map { word in any(isLoose ? [word] : Categories.stems(word)) }
    if !category.isEmpty {
      parts += category.map { "(category : \(any(Categories.stems($0))))" }
    }
    return parts.joined(separator: joined)
  }

  private func byWords(_ reader: some Querying, _ match: String) throws -> [Listing] {
    guard !match.isEmpty else { return [] }
    let box = Box(centre, radius)
    return try reader.query(
      """
      SELECT \(Listing.columns) FROM listings_words w JOIN listings l ON l.tenant = :tenant AND l.number = w.rowid
      WHERE listings_words MATCH ? AND w.tenant = :tenant
        AND (? = 0 OR (l.lat BETWEEN ? AND ? AND l.lon BETWEEN ? AND ?))
      ORDER BY bm25(listings_words, 0.0, 8.0, 4.0, 2.0) LIMIT ?
      """, arguments: box.arguments(match, limit: Self.candidateLimit), map: Listing.init)
  }

  // MARK: Letters

  private func byLetters(_ reader: some Querying) throws -> [Listing] {
    let asked = what.joined(separator: " ")
    let trigrams = SearchText.trigrams(asked)
    guard !trigrams.isEmpty else {
      // one or two letters are whole words in some scripts
      guard let short = what.first, !short.utf8.allSatisfy({ $0 < 0x80 }) else { return [] }
      return try reader.query(
        "SELECT \(Listing.columns) FROM listings l WHERE l.tenant = :tenant AND instr(l.name, ?) > 0 LIMIT 50", short,
        map: Listing.init)
    }
    let whole = try byLetters(reader, SearchText.quoted(asked), limit: 200)
    if !whole.isEmpty { return whole }
    let wanted = Set(trigrams)
    let likely = try byLetters(reader, trigrams.prefix(60).map(SearchText.quoted).joined(separator: " OR "), limit: 60)
    // bm25 alone offers something for any letters at all; half of them must really be there
    var ranked: [(listing: Listing, share: Double)] = []
    for listing in likely {
      let share = share(wanted, listing)
      if share >= 0.45 { ranked.append((listing, share)) }
    }
    ranked.sort { $0.share == $1.share ? $0.listing.id < $1.listing.id : $0.share > $1.share }
    return ranked.map(\.listing)
  }

  private func share(_ wanted: Set<String>, _ listing: Listing) -> Double {
    let here = Set(SearchText.trigrams("\(listing.name) \(listing.shortCategory) \(listing.address)"))
    let name = Set(SearchText.trigrams(listing.name))
    let common = Double(wanted.intersection(here).count)
    // of two that hold the same letters, the one whose name is nearer in length
    return common / Double(wanted.count) - 0.001 * Double(name.subtracting(wanted).count)
  }

  private func byLetters(_ reader: some Querying, _ match: String, limit: Int) throws -> [Listing] {
    let box = Box(centre, radius)
    return try reader.query(
      """
      SELECT \(Listing.columns) FROM listings_letters w JOIN listings l ON l.tenant = :tenant AND l.number = w.rowid
      WHERE listings_letters MATCH ? AND w.tenant = :tenant
        AND (? = 0 OR (l.lat BETWEEN ? AND ? AND l.lon BETWEEN ? AND ?))
      ORDER BY w.rank LIMIT ?
      """, arguments: box.arguments(match, limit: limit), map: Listing.init)
  }

  // MARK: Places

  private func nearby(_ reader: some Querying) throws -> [Listing] {
    let box = Box(centre, radius)
    return try reader.query(
      """
      SELECT \(Listing.columns) FROM listings l
      WHERE l.tenant = :tenant AND (? = 0 OR (l.lat BETWEEN ? AND ? AND l.lon BETWEEN ? AND ?))
      ORDER BY l.name LIMIT ?
      """, arguments: box.arguments(nil, limit: box.isGiven ? 100_000 : Self.candidateLimit), map: Listing.init)
  }

  /// Degrees around a circle; a little too large, never too small. No box near the poles and the date line.
  struct Box {
    var isGiven = false
    var south = -90.0
    var north = 90.0
    var west = -180.0
    var east = 180.0

    init(_ centre: Coordinate?, _ radius: Double?) {
      guard let centre, let radius else { return }
      let degrees = radius / 111_000
      isGiven = true
      south = centre.latitude - degrees
      north = centre.latitude + degrees
      let reach = max(abs(south), abs(north))
      guard reach < 88 else { return }
      // the narrowest parallel in the box decides
      let wide = degrees / Self.cosine(reach)
      guard centre.longitude - wide > -180, centre.longitude + wide < 180 else { return }
      west = centre.longitude - wide
      east = centre.longitude + wide
    }

    /// As the statements take them, between the match and the limit.
    func arguments(_ match: String?, limit: Int) -> [(any SQLConvertible)?] {
      var arguments: [(any SQLConvertible)?] = []
      if let match { arguments.append(match) }
      arguments.append(isGiven)
      for edge in [south, north, west, east] { arguments.append(edge) }
      arguments.append(limit)
      return arguments
    }

    /// Of degrees between 0 and 90: from the distance between two meridians at that parallel.
    private static func cosine(_ degrees: Double) -> Double {
      guard let a = Coordinate(latitude: degrees, longitude: 0), let b = Coordinate(latitude: degrees, longitude: 0.01)
      else { return 0.01 }
      return max(a.distance(to: b) / 1_111.949, 0.01) * 0.999
    }
  }
}
