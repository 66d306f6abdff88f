import Base
import Formats
import Time

enum Zones {
  static func check(_ name: String) throws { _ = try Zone.named(name) }
}

/// Listings out of CSV, GeoJSON or JSON lines as they come; which one, the bytes themselves say.
struct ListingFile {
  enum Entry {
    case listing(RawListing)
    case problem(line: Int, sentence: String)
  }

  /// How the file is written.
  private enum Form {
    case table(CSVTable, keys: [String])
    case lines(LineReader)
    /// A GeoJSON file is one value: it is held as a whole.
    case items([JSON], taken: Int, lines: [Int])
  }

  /// The most bytes of a GeoJSON file.
  private static let sizeLimit = 256 << 20
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private var form: Form
  private let headings: [String: [String]]
  /// What the columns are of a table that nothing here is read from.
  private(set) var unread: [String] = []
  /// Whether a table says where its places are.
  private(set) var hasPlaces = true

  /// - Throws: when the file as a whole cannot be read.
  init(_ source: ByteSource, name: String, map: [String: String]) async throws {
    headings = try ListingFields.headings(map)
    let start = try await source.peek() ?? []
    guard let first = start.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) && !Self.mark.contains($0) }) else {
      throw DataFileError(file: name, line: nil, expected: "the file is empty")
    }
    if first != UInt8(ascii: "{"), first != UInt8(ascii: "[") {
      form = try await Self.table(source, name, headings, map)
      if case .table(let table, let keys) = form {
        let known = Set(headings.values.joined())
        unread = zip(table.header, keys).filter { !$1.isEmpty && !known.contains($1) }.map(\.0)
        hasPlaces = ["lat", "lon"].allSatisfy { headings[$0]?.contains(where: keys.contains) == true }
      }
    } else if Self.isLines(start) {
      form = .lines(LineReader(source))
    } else {
      let (items, lines) = try await Self.items(source, name)
      form = .items(items, taken: 0, lines: lines)
    }
  }

  /// The next listing, or what is wrong with it; `nil` at the end.
  mutating func next() async throws -> Entry? {
    switch form {
    case .table(var table, let keys):
      let row = try await table.next()
      form = .table(table, keys: keys)
      switch row {
      case nil: return nil
      case .failure(let error): return .problem(line: error.line, sentence: error.fact)
      case .success(let row):
        let values = Dictionary(zip(keys, row.fields), uniquingKeysWith: { first, _ in first })
        return .listing(RawListing(line: row.line, values: values, headings: headings))
      }
    case .lines(var lines):
      let line = try await lines.next()
      form = .lines(lines)
      guard let line else { return nil }
      do throws(JSONError) {
        return entry(try JSON.parse(line.bytes), line: line.number)
      } catch {
        return .problem(line: line.number, sentence: error.sentence)
      }
    case .items(let items, let taken, let lines):
      guard taken < items.count else { return nil }
      form = .items(items, taken: taken + 1, lines: lines)
      let line = lines.count == items.count ? lines[taken] : taken + 1
      let found = entry(items[taken], line: line)
      // of a file without line ends the line tells nothing
      guard case .problem(_, let sentence) = found, lines.last == lines.first, items.count > 1 else { return found }
      return .problem(line: line, sentence: "item \(taken + 1): \(sentence)")
    }
  }

  private static func table(
    _ source: ByteSource, _ name: String, _ headings: [String: [String]], _ map: [String: String]
  ) async throws -> Form {
    let table: CSVTable
    do { table = try await CSVTable(source) } catch let error as CSVError {
      throw DataFileError(file: name, line: error.line, expected: error.fact)
    }
    let keys = table.header.map(ListingFields.key)
    // a slip of the pen would leave the field empty in every row, and make other rows of those that are there
    if let slip = map.keys.sorted().first(where: { !keys.contains(ListingFields.key($0)) }) {
      throw DataFileError(
        file: name, line: 1,
        expected: "there is no column \(slip); the columns are \(table.header.joined(separator: ", "))")
    }
    guard headings["name"]?.contains(where: keys.contains) == true else {
      throw DataFileError(
        file: name, line: 1,
        expected: "a column “name” (or --map COLUMN=name); the columns are \(table.header.joined(separator: ", "))")
    }
    return .table(table, keys: keys)
  }

  /// Whether each line is an object of its own; the first one tells.
  private static func isLines(_ start: [UInt8]) -> Bool {
    let bytes = start.starts(with: mark) ? start.dropFirst(3) : start[...]
    let first = bytes.prefix { $0 != 0x0A }
    guard let json = try? JSON.parse(Array(first)), json.object != nil else { return false }
    return json["features"].array == nil
  }

  private static func items(_ source: ByteSource, _ name: String) async throws -> (items: [JSON], lines: [Int]) {
    guard var bytes = try await source.rest(limit: sizeLimit) else {
      throw DataFileError(file: name, line: nil, expected: "at most \(sizeLimit >> 20) MB, or one object a line")
    }
    if bytes.starts(with: mark) { bytes.removeFirst(3) }
    let json: JSON
    do throws(JSONError) {
      json = try JSON.parse(bytes, limits: JSONLimits(bytes: sizeLimit, values: 20_000_000))
    } catch {
      let line = 1 + bytes.prefix(error.offset).count { $0 == 0x0A }
      throw DataFileError(file: name, line: line, expected: error.sentence)
    }
    if let items = json["features"].array ?? json.array {
      return (items, JSONItemLines.ofItems(bytes, named: json.array == nil ? "features" : nil))
    }
    guard json["type"].string == "Feature" || json["name"].string != nil else {
      throw DataFileError(file: name, line: nil, expected: "a GeoJSON FeatureCollection")
    }
    return ([json], [1])
  }

  private func entry(_ item: JSON, line: Int) -> Entry {
    guard item.object != nil else { return .problem(line: line, sentence: "it is no object") }
    let isFeature = item["type"].string == "Feature"
    let properties = isFeature ? item["properties"] : item
    var values: [String: String] = [:]
    for member in properties.object?.members ?? [] {
      if let text = Self.text(member.value) { values[ListingFields.key(member.key)] = text }
    }
    if values["id"] == nil, let id = Self.text(item["id"]) { values["id"] = id }
    if let number = values["addr:housenumber"], let street = values["addr:street"], values["address"] == nil {
      values["address"] = "\(number) \(street)"
    }
    var row = RawListing(line: line, values: values, headings: headings)
    if isFeature, !item["geometry"].isNull {
      guard let place = Self.centre(item["geometry"]) else {
        return .problem(line: line, sentence: "its geometry has no longitude and latitude")
      }
      row.place = place
    }
    return .listing(row)
  }

  private static func text(_ json: JSON) -> String? {
    switch json {
    case .string(let text): text
    case .integer(let number): String(number)
    case .number(let number): "\(number)"
    case .bool(let flag): flag ? "yes" : "no"
    // a path of categories, or a list of paths of which the first counts
    case .array(let items):
      items.first?.array.map { $0.compactMap(\.string).joined(separator: " > ") }
        ?? items.compactMap(\.string).joined(separator: " > ")
    default: nil
    }
  }

  /// The point, or the middle of the corners of a shape. GeoJSON writes longitude first.
  private static func centre(_ geometry: JSON) -> Coordinate? {
    var points: [(Double, Double)] = []
    func collect(_ json: JSON, depth: Int) {
      guard depth < 6, points.count < 10_000, let items = json.array else { return }
      if items.count >= 2, let x = items[0].double, let y = items[1].double { return points.append((x, y)) }
      for item in items { collect(item, depth: depth + 1) }
    }
    collect(geometry["coordinates"], depth: 0)
    guard !points.isEmpty else { return nil }
    let count = Double(points.count)
    return Coordinate(
      latitude: points.reduce(0) { $0 + $1.1 } / count, longitude: points.reduce(0) { $0 + $1.0 } / count)
  }
}
