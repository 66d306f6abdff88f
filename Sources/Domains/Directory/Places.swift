import Actions
import Base
import Foundation
import Messages
import People
import Store

/// Where “near …” is: coordinates, a listing by its name, or a part of town by the addresses that name it.
enum Places {
  struct Place: Sendable {
    var name: String
    var centre: Coordinate
  }

  static func coordinate(_ text: String) -> Coordinate? {
    let parts = text.split(whereSeparator: { $0 == "," || $0 == " " || $0 == ";" })
    guard parts.count == 2, let latitude = Double(parts[0]), let longitude = Double(parts[1]) else { return nil }
    return Coordinate(latitude: latitude, longitude: longitude)
  }

  static func find(_ text: String, _ spoken: Spoken, _ reader: some Querying) throws -> Place? {
    if let centre = coordinate(text) { return Place(name: text, centre: centre) }
    if let place = try find(text, SearchText.wanted(text), reader) { return place }
    if let place = try runTogether(text, reader) { return place }
    guard let words = try spoken.spelling(of: text, reader) else { return nil }
    return try find(words.map(\.capitalized).joined(separator: " "), words, isHeard: true, reader)
  }

  /// - Parameter isHeard: by its sound, which a word of one name may have by chance ("chennai", "zone"): only addresses count.
  private static func find(
    _ text: String, _ words: [String], isHeard: Bool = false, _ reader: some Querying
  ) throws -> Place? {
    guard !words.isEmpty else { return nil }
    let phrase = words.map(SearchText.quoted).joined(separator: " AND ")
    // a part of town: the middle of all that give it as their address, unmoved by a few strays
    let spots = try spots("address : (\(phrase))", reader)
    let middle = median(spots)
    if let middle, spots.count > 2 { return Place(name: text, centre: middle) }
    if isHeard { return middle.map { Place(name: text, centre: $0) } }
    let folded = SearchText.fold(text)
    let named = try ListingNames.find(text, Spoken(), reader).first { listing in
      let name = SearchText.fold(listing.name)
      return name.contains(folded) || EditDistance.nearest(folded, in: [name]) != nil
    }
    // "Mylapore" is a part of town, though a mess is called by it
    if let named, let centre = named.place, middle == nil || SearchText.fold(named.name) == folded {
      return Place(name: named.name, centre: centre)
    }
    return middle.map { Place(name: text, centre: $0) }
  }

  /// "tnagar", "annanagar": the words of an address without the space between them.
  private static func runTogether(_ text: String, _ reader: some Querying) throws -> Place? {
    let words = SearchText.wanted(text)
    guard words.count == 1, let word = words.first, (5...24).contains(word.count) else { return nil }
    let cuts = (1...(word.count - 3)).map { at in
      SearchText.quoted("\(word.prefix(at)) \(word.dropFirst(at))")
    }
    let spots = try spots("address : (\(cuts.joined(separator: " OR ")))", reader)
    return median(spots).map { Place(name: text, centre: $0) }
  }

  private static func spots(_ match: String, _ reader: some Querying) throws -> [(Double, Double)] {
    try reader.query(
      """
      SELECT l.lat, l.lon FROM listings_words w JOIN listings l ON l.tenant = :tenant AND l.number = w.rowid
      WHERE listings_words MATCH ? AND w.tenant = :tenant AND l.lat IS NOT NULL LIMIT 500
      """, match
    ) { row in (row.double(0), row.double(1)) }
  }

  /// "restaurant gopalapuram": the last words where they stand in addresses and in no name or kind.
  static func area(endsIn words: [String], _ reader: some Querying) throws -> Int? {
    for count in (1...3).reversed() where words.count > count {
      let phrase = SearchText.quoted(words.suffix(count).joined(separator: " "))
      func holds(_ columns: String) throws -> Bool {
        try reader.exists(
          "SELECT 1 FROM listings_words WHERE listings_words MATCH ? AND tenant = :tenant", "\(columns) : \(phrase)")
      }
      if try holds("address"), try !holds("{name category}") { return count }
    }
    return nil
  }

  private static func median(_ spots: [(Double, Double)]) -> Coordinate? {
    guard !spots.isEmpty else { return nil }
    let latitudes = spots.map(\.0).sorted()
    let longitudes = spots.map(\.1).sorted()
    return Coordinate(latitude: latitudes[spots.count / 2], longitude: longitudes[spots.count / 2])
  }
}

/// Which listing somebody means.
enum ListingNames {
  private static func byID(_ text: String, _ reader: some Querying) throws -> Listing? {
    try reader.first(
      "SELECT \(Listing.columns) FROM listings l WHERE l.tenant = :tenant AND l.id = ?", text, map: Listing.init)
  }

  /// An id, or the listings of that name, best first.
  static func find(_ text: String, _ spoken: Spoken, _ reader: some Querying) throws -> [Listing] {
    if let one = try byID(text, reader) { return [one] }
    var search = ListingSearch()
    search.what = SearchText.words(text)
    search.asked = text
    search.spoken = spoken
    guard !search.what.isEmpty else { return [] }
    let answer = try search.run(reader)
    // letters alone, or words without "stores", find "Lakshmi Flower Shop" for "lakshmi stores"
    let found = answer.found.map(\.listing).filter { listing in
      answer.words != nil && !spoken.isEnglish(text) || NameWords(listing).fit(text)
    }
    let folded = SearchText.fold(text)
    let exact = found.filter { SearchText.fold($0.name) == folded }
    if !exact.isEmpty { return exact }
    let begins = found.filter { SearchText.fold($0.name).hasPrefix(folded) }
    return begins.count == 1 ? begins : found
  }

  /// The listings that words may mean; without words, or by "the second one", what was shown last.
  ///
  /// - Parameter asked: the whole message: where it points at what was shown, a word that is like a name is none.
  /// - Throws: `listing.unknown` when nothing has such a name.
  static func resolve(_ text: String?, _ asked: Asked? = nil, in context: ActionContext) async throws -> [Listing] {
    let (person, now, spoken) = (context.actor.id, context.now, Spoken(context))
    let found = try await context.store.read { reader in
      let shown = { try LastShown.meant(by: nil, spoken, of: person, at: now, reader) ?? [] }
      // "the second one, is it open": what was pointed at has been found already
      if let text, let asked, !asked.says(text), let one = try byID(text, reader) { return [one] }
      if let text, let asked, asked.points(pastName: text) {
        let shown = try shown()
        if !shown.isEmpty { return shown }
      }
      if let shown = try LastShown.meant(by: text, spoken, of: person, at: now, reader) { return shown }
      let named = try text.map { try find($0, spoken, reader) } ?? []
      // "give it 3 stars, waited 40 minutes": nothing is called "waited"
      return named.isEmpty && asked?.points == true ? try shown() : named
    }
    guard let text else { return found }
    guard !found.isEmpty else {
      throw ActionError(
        "listing.unknown", ["name": .text(text)], sentence: "The directory has nothing called \(text).",
        field: "listing")
    }
    return found
  }
}
