import Base
import Formats

/// Which column of a file is which field of a listing.
enum ListingFields {
  static let names = [
    "id", "name", "category", "address", "area", "city", "region", "lat", "lon", "phone", "website", "opening_hours",
    "zone",
  ]

  private static let spellings: [String: [String]] = [
    "id": ["id", "@id", "osmid", "listingid", "placeid", "code"],
    "name": ["name", "title", "business", "businessname", "company", "shopname", "名称"],
    "category": [
      "category", "categories", "type", "kind", "amenity", "shop", "healthcare", "craft", "office", "tourism",
      "leisure", "cuisine",
    ],
    "address": ["address", "fulladdress", "streetaddress", "street", "addr:full", "addr"],
    "area": ["area", "neighbourhood", "neighborhood", "locality", "suburb", "addr:suburb"],
    "city": ["city", "town", "addr:city"],
    "region": ["region", "state", "district", "addr:state"],
    "lat": ["lat", "@lat", "latitude", "y"],
    "lon": ["lon", "@lon", "lng", "long", "longitude", "x"],
    "phone": ["phone", "tel", "telephone", "mobile", "contact:phone", "phonenumber"],
    "website": ["website", "url", "web", "homepage", "contact:website"],
    "opening_hours": ["openinghours", "hours", "timings", "opentimes"],
    "zone": ["zone", "timezone", "tz"],
  ]

  /// How two spellings of a heading are compared.
  static func key(_ heading: String) -> String {
    String(heading.lowercased().filter { $0 != " " && $0 != "_" && $0 != "-" && $0 != "." })
  }

  /// Headings in order of how well they say the field: what `--map` gives first.
  static func headings(_ map: [String: String]) throws -> [String: [String]] {
    var headings = spellings
    for (column, field) in map.sorted(by: { $0.key < $1.key }) {
      guard names.contains(field) else {
        throw DataFileError(
          file: "--map \(column)=\(field)", line: nil,
          expected: "listings have no field \(field); the fields are \(names.joined(separator: ", "))")
      }
      for name in names { headings[name]?.removeAll { $0 == key(column) } }
      headings[field, default: []].insert(key(column), at: 0)
    }
    return headings
  }
}

/// One record of a file, before it is a listing.
struct RawListing {
  var line: Int
  var fields: [String: String] = [:]
  var place: Coordinate?

  /// Takes the first heading of each field that has a value.
  init(line: Int, values: [String: String], headings: [String: [String]]) {
    self.line = line
    for (field, keys) in headings {
      if let value = keys.lazy.compactMap({ values[$0] }).first(where: { !$0.isEmpty }) { fields[field] = value }
    }
  }

  /// - Returns: the listing, the id that it has where another branch of its name stands at the same place (`nil` where the
  ///   file gives ids), and a remark about something that was not understood but does no harm.
  func listing(zone: String) throws(RowProblem) -> (Listing, branch: String?, remark: String?) {
    var listing = Listing()
    func field(_ name: String) -> String { fields[name]?.trimmedOnce(limit: 500) ?? "" }
    listing.name = field("name")
    guard !listing.name.isEmpty else { throw RowProblem("it has no name") }
    let category = field("category").replacing(";", with: " > ").replacing("_", with: " ")
    // what exporters write where there is nothing
    listing.category = ["none", "null", "n/a"].contains(category.lowercased()) ? "" : category
    // the part of town is what people look for
    listing.address = [field("area"), field("city"), field("region")].reduce(field("address")) { address, part in
      part.isEmpty || address.contains(part) ? address : address.isEmpty ? part : address + ", " + part
    }
    listing.phone = field("phone")
    listing.website = field("website")
    listing.hours = field("opening_hours")
    listing.zone = field("zone").isEmpty ? zone : field("zone")
    listing.place = try readPlace()
    var remark: String?
    if !listing.hours.isEmpty {
      do { _ = try OpeningHours.parse(listing.hours) } catch {
        remark = "\(error.sentence) They are kept as written."
      }
    }
    if listing.zone != zone, (try? Zones.check(listing.zone)) == nil {
      throw RowProblem("there is no time zone \(listing.zone)")
    }
    listing.id = field("id")
    guard listing.id.isEmpty else {
      guard listing.id.utf8.count <= 200 else { throw RowProblem("its id is too long") }
      return (listing, nil, remark)
    }
    listing.id = Self.stableID(listing)
    return (listing, Self.stableID(listing, address: SearchText.fold(listing.address)), remark)
  }

  private func readPlace() throws(RowProblem) -> Coordinate? {
    if let place { return place }
    let latitude = fields["lat"] ?? ""
    let longitude = fields["lon"] ?? ""
    if latitude.isEmpty, longitude.isEmpty { return nil }
    func number(_ text: String) -> Double? { TableNumber.value(text, commaIsDecimal: true) }
    guard let y = number(latitude), let x = number(longitude), let place = Coordinate(latitude: y, longitude: x) else {
      throw RowProblem("“\(latitude), \(longitude)” is no latitude and longitude")
    }
    return place
  }

  /// The same place in the next file has the same id: FNV-1a of its name and where it stands, and of its address where two
  /// branches stand at one place (the middle of a town).
  private static func stableID(_ listing: Listing, address: String? = nil) -> String {
    var text = SearchText.fold(listing.name) + "|"
    if let place = listing.place {
      text += "\(Int((place.latitude * 10_000).rounded()))|\(Int((place.longitude * 10_000).rounded()))"
    } else {
      text += SearchText.fold(listing.address)
    }
    if let address { text += "|" + address }
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return "x" + String(hash, radix: 36)
  }
}

/// What is wrong with one record.
struct RowProblem: Error {
  let sentence: String
  init(_ sentence: String) { self.sentence = sentence }
}

extension String {
  /// Without white space around it and not longer than so many characters.
  fileprivate func trimmedOnce(limit: Int) -> String {
    var view = self[...]
    while view.first?.isWhitespace == true { view.removeFirst() }
    while view.last?.isWhitespace == true { view.removeLast() }
    return String(view.prefix(limit))
  }
}
