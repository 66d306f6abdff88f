import Base
import Formats
import Time

enum Zones {
  static func check(_ name: String) throws { _ = try Zone.named(name) }
}

/// Reads listings out of CSV, GeoJSON or JSON lines; which one, the bytes themselves say.
enum ListingFile {
  struct Reading {
    var rows: [RawListing] = []
    var problems: [(line: Int, sentence: String)] = []
  }

  /// - Throws: when the file as a whole cannot be read.
  static func read(_ bytes: [UInt8], name: String, map: [String: String]) throws -> Reading {
    let headings = try ListingFields.headings(map)
    guard let first = bytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }) else {
      throw DataFileError(file: name, line: nil, expected: "the file is empty")
    }
    guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return try readCSV(bytes, name, headings) }
    let start = bytes.prefix(3) == [0xEF, 0xBB, 0xBF] ? 3 : 0
    let body = Array(bytes[start...])
    let limits = JSONLimits(bytes: 256 << 20, values: 20_000_000)
    do {
      return try readJSON(JSON.parse(body, limits: limits), name, headings)
    } catch let error as JSONError {
      // one object a line is not one JSON value
      guard let reading = readLines(body, headings) else {
        let line = 1 + body.prefix(error.offset).count { $0 == 0x0A }
        throw DataFileError(file: name, line: line, expected: error.sentence)
      }
      return reading
    }
  }

  private static func readCSV(_ bytes: [UInt8], _ name: String, _ headings: [String: [String]]) throws -> Reading {
    let table: CSVTable
    do { table = try CSVTable(bytes) } catch {
      throw DataFileError(file: name, line: error.line, expected: error.sentence)
    }
    let keys = table.header.map(ListingFields.key)
    guard headings["name"]?.contains(where: keys.contains) == true else {
      throw DataFileError(
        file: name, line: 1,
        expected: "a column “name” (or --map COLUMN=name); the columns are \(table.header.joined(separator: ", "))")
    }
    var reading = Reading()
    reading.problems = table.errors.map { ($0.line, $0.sentence) }
    for row in table.rows {
      let values = Dictionary(zip(keys, row.fields), uniquingKeysWith: { first, _ in first })
      reading.rows.append(RawListing(line: row.line, values: values, headings: headings))
    }
    return reading
  }

  private static func readJSON(_ json: JSON, _ name: String, _ headings: [String: [String]]) throws -> Reading {
    let items: [JSON]
    if let features = json["features"].array {
      items = features
    } else if let array = json.array {
      items = array
    } else if json["type"].string == "Feature" || json["name"].string != nil {
      items = [json]
    } else {
      throw DataFileError(file: name, line: nil, expected: "a GeoJSON FeatureCollection")
    }
    var reading = Reading()
    for (index, item) in items.enumerated() { add(item, line: index + 1, headings, to: &reading) }
    return reading
  }

  private static func readLines(_ bytes: [UInt8], _ headings: [String: [String]]) -> Reading? {
    var reading = Reading()
    for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D }) { continue }
      do throws(JSONError) {
        add(try JSON.parse(Array(line)), line: index + 1, headings, to: &reading)
      } catch {
        // a file whose first line is broken is no file of lines
        if index == 0 { return nil }
        reading.problems.append((index + 1, error.sentence))
      }
    }
    return reading
  }

  private static func add(_ item: JSON, line: Int, _ headings: [String: [String]], to reading: inout Reading) {
    guard item.object != nil else { return reading.problems.append((line, "it is no object")) }
    let isFeature = item["type"].string == "Feature"
    let properties = isFeature ? item["properties"] : item
    var values: [String: String] = [:]
    for member in properties.object?.members ?? [] {
      if let text = text(member.value) { values[ListingFields.key(member.key)] = text }
    }
    if values["id"] == nil, let id = text(item["id"]) { values["id"] = id }
    if let number = values["addr:housenumber"], let street = values["addr:street"], values["address"] == nil {
      values["address"] = "\(number) \(street)"
    }
    var row = RawListing(line: line, values: values, headings: headings)
    if isFeature, !item["geometry"].isNull {
      guard let place = centre(item["geometry"]) else {
        return reading.problems.append((line, "its geometry has no longitude and latitude"))
      }
      row.place = place
    }
    reading.rows.append(row)
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
