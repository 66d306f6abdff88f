import Actions
import Base
import Formats
import Messages
import Store

/// What was measured of somebody's body, as they told it: kept and shown, never judged.
struct Measure: Sendable, Hashable {
  /// What is measured, with the values that somebody can have; beyond them it was misheard.
  enum Kind: String, Sendable, CaseIterable {
    case pressure, sugar, weight, temperature, pulse, oxygen, water

    /// In the unit that is told with it.
    var range: ClosedRange<Double> {
      switch self {
      case .pressure: 40...300
      case .sugar: 1...900
      case .weight: 1...400
      case .temperature: 30...112
      case .pulse: 20...260
      case .oxygen: 30...100
      case .water: 0.25...40
      }
    }

    /// Sugar is told in mg/dL or, below 35, in mmol/L; a temperature above 45 is one in Fahrenheit.
    func unit(_ value: Double) -> String {
      switch self {
      case .pressure: "mmHg"
      case .sugar: value < 35 ? "mmol/L" : "mg/dL"
      case .weight: "kg"
      case .temperature: value > 45 ? "°F" : "°C"
      case .pulse: "/min"
      case .oxygen: "%"
      case .water: "glass"
      }
    }

    func holds(_ value: Double, _ second: Double?) -> Bool {
      guard range.contains(value) else { return false }
      guard let second else { return self != .temperature || value <= 45 || value >= 85 }
      return self == .pressure && (20...200).contains(second) && second < value
    }

    var name: Say.Value { .say(Say("measure.kind.\(rawValue)")) }
  }

  let id: String
  let person: PersonID
  let kind: Kind
  let value: Double
  /// The lower one of a blood pressure.
  let second: Double?
  /// For a sugar: "fasting" or "after" a meal.
  let eaten: String?
  let notedBy: PersonID
  let at: Instant

  private static let columns = "id, person, kind, value, second, eaten, noted_by, at"

  init(
    id: String, person: PersonID, kind: Kind, value: Double, second: Double?, eaten: String?, notedBy: PersonID,
    at: Instant
  ) {
    (self.id, self.person, self.kind, self.value, self.second) = (id, person, kind, value, second)
    (self.eaten, self.notedBy, self.at) = (eaten, notedBy, at)
  }

  private init?(_ row: Row) {
    guard let kind = Kind(rawValue: row.text(2)) else { return nil }
    self.init(
      id: row.text(0), person: row.id(1), kind: kind, value: row.double(3), second: row.optionalDouble(4),
      eaten: row.optionalText(5), notedBy: row.id(6), at: row.instant(7))
  }

  static func find(_ id: String, _ reader: some Querying) throws -> Measure? {
    try reader.first("SELECT \(columns) FROM measures WHERE tenant = :tenant AND id = ?", id) { Measure($0) } ?? nil
  }

  /// Oldest first.
  static func of(
    _ person: PersonID, _ kind: Kind? = nil, from: Instant = .epoch, until: Instant, _ reader: some Querying
  ) throws -> [Measure] {
    try reader.query(
      """
      SELECT \(columns) FROM measures WHERE tenant = :tenant AND person = ? AND at >= ? AND at < ?
      ORDER BY at, id LIMIT 10000
      """, person, from, until
    ) { Measure($0) }.compactMap(\.self).filter { kind == nil || $0.kind == kind }
  }

  func insert(_ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO measures (tenant, id, person, kind, value, second, eaten, noted_by, at)
      VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?, ?)
      """, id, person, kind.rawValue, value, second, eaten, notedBy, at)
  }

  static func number(_ value: Double) -> String {
    let tenths = (value * 10).rounded() / 10
    return tenths == tenths.rounded() ? String(Int64(tenths)) : String(tenths)
  }

  /// "150/90 mmHg", "62.5 kg".
  var text: String {
    let numbers = second.map { "\(Self.number(value))/\(Self.number($0))" } ?? Self.number(value)
    let unit = kind.unit(value)
    // glasses are counted in words of the language
    if kind == .water { return numbers }
    return unit == "%" ? numbers + "%" : unit.hasPrefix("/") ? numbers + unit : "\(numbers) \(unit)"
  }

  var values: [String: Say.Value] {
    var values: [String: Say.Value] = ["kind": kind.name, "value": .text(text), "at": .instant(at)]
    if let eaten { values["eaten"] = .say(Say("measure.eaten.\(eaten)")) }
    return values
  }

  var json: JSON {
    [
      "id": .string(id), "kind": .string(kind.rawValue), "value": .number(value), "second": JSON(second),
      "unit": .string(kind.unit(value)), "eaten": JSON(eaten), "noted_by": .string(notedBy.text),
      "at": .string(at.description),
    ]
  }
}
