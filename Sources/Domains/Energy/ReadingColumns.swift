import Actions
import Base
import Formats

/// Which column of a readings file is what, and what `--map` says about it.
struct ReadingColumns {
  enum Field: Int, CaseIterable {
    case meter, time, value, unit, building, zone, kind, name, use, area

    var name: String { "\(self)" }
    init?(name: String) {
      guard let field = Self.allCases.first(where: { $0.name == name }) else { return nil }
      self = field
    }
  }

  private static let spellings: [Field: [String]] = [
    .meter: ["meter", "meterid", "metername", "mpan", "device", "sensor", "point"],
    .time: ["time", "timestamp", "datetime", "start", "startutc", "starttime", "date", "month", "at", "intervalstart"],
    .value: ["value", "reading", "consumption", "usage", "energy", "kwh", "wh", "electricitykwh"],
    .unit: ["unit", "units", "uom"],
    .building: ["building", "buildingid", "site", "siteid", "facility"],
    .zone: ["zone", "timezone", "tz"],
    .kind: ["kind", "readingtype"],
    .name: ["name", "buildingname"],
    .use: ["use", "primaryuse", "usage", "buildingtype"],
    .area: ["area", "aream2", "floorarea", "flooraream2", "sqm"],
  ]

  private static let days: Set<String> = ["date", "day", "readdate", "readingdate", "datum"]
  private static let clocks: Set<String> = ["time", "starttime", "timeofday", "readtime", "zeitvon"]

  /// By the field's number, because rows ask for them a million times.
  private var places = [Int?](repeating: nil, count: Field.allCases.count)
  /// Where the time of the day stands in a column of its own, beside that of the day.
  private var clock: Int?
  /// Values that hold for the whole file: `--map kWh=unit`.
  private var constants: [Field: String] = [:]
  let header: [String]

  /// - Throws: `DataFileError` for a field that is unknown or a column that is missing.
  init(header: [String], map: [String: String], file: String) throws {
    self.header = header
    let keys = header.map(Self.key)
    for (column, wanted) in map.sorted(by: { $0.key < $1.key }) {
      guard let field = Field(name: wanted) else {
        throw DataFileError(
          file: "--map \(column)=\(wanted)", line: nil,
          expected:
            "readings have no field \(wanted); the fields are \(Field.allCases.map(\.name).joined(separator: ", "))"
        )
      }
      if let place = keys.firstIndex(of: Self.key(column)) {
        places[field.rawValue] = place
      } else if let meant = EditDistance.nearest(Self.key(column), in: keys),
        field != .unit || EnergyUnit.wattHours(column) == nil && EnergyUnit.watts(column) == nil
      {
        throw DataFileError(
          file: "--map \(column)=\(wanted)", line: nil,
          expected: "there is no column \(column); did you mean \(header[keys.firstIndex(of: meant) ?? 0])?")
      } else if [.meter, .unit, .building, .zone, .kind].contains(field) {
        constants[field] = column
      } else {
        throw DataFileError(
          file: file, line: 1,
          expected: "there is no column \(column); the columns are \(header.joined(separator: ", "))")
      }
    }
    if places[Field.time.rawValue] == nil, let day = keys.firstIndex(where: Self.days.contains),
      let time = keys.firstIndex(where: Self.clocks.contains)
    {
      (places[Field.time.rawValue], clock) = (day, time)
    }
    for field in Field.allCases where places[field.rawValue] == nil && constants[field] == nil {
      let free = keys.indices.filter { !places.contains($0) }
      places[field.rawValue] = Self.spellings[field]?.lazy.compactMap { name in free.first { keys[$0] == name } }.first
    }
  }

  static func key(_ heading: String) -> String {
    String(heading.lowercased().filter { $0.isLetter || $0.isNumber })
  }

  func has(_ field: Field) -> Bool { places[field.rawValue] != nil || constants[field] != nil }

  /// The field's text; `nil` where there is none.
  func text(_ field: Field, _ fields: [String]) -> String? {
    guard let place = places[field.rawValue] else { return constants[field] }
    if field == .time, let clock {
      // a day alone is no time here
      let (day, time) = (fields[place].trimmed, fields[clock].trimmed)
      // either may be whole by itself
      if time.utf8.count > 12 || day.utf8.count > 12 { return day.utf8.count > time.utf8.count ? day : time }
      return day.isEmpty || time.isEmpty ? nil : "\(day) \(time)"
    }
    let text = fields[place]
    // most fields need no trimming, and this runs a million times
    guard let first = text.utf8.first, let last = text.utf8.last else { return nil }
    if first > 0x20, last > 0x20 { return text }
    let bytes = text.utf8.drop { $0 <= 0x20 }
    let end = bytes.lastIndex { $0 > 0x20 }.map { bytes.index(after: $0) } ?? bytes.startIndex
    let trimmed = String(bytes[..<end]) ?? ""
    return trimmed.isEmpty ? nil : trimmed
  }

  /// From its column, from `--map`, or from the heading of the values.
  func unit(_ fields: [String]) -> String? {
    text(.unit, fields) ?? heading(.value).flatMap(EnergyUnit.inName)
  }

  /// The headings that mean nothing here.
  var unread: [String] {
    header.indices.filter { !places.contains($0) && $0 != clock && !header[$0].trimmed.isEmpty }.map { header[$0] }
  }

  func heading(_ field: Field) -> String? { places[field.rawValue].map { header[$0] } }

  /// A list of buildings rather than of readings.
  var isBuildings: Bool { has(.building) && !has(.time) && (has(.name) || has(.area) || has(.use)) }
}
