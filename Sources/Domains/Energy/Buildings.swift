import Actions
import Base
import Formats
import Messages
import Store
import Text
import Time

/// A building with its meters, as the answers need it.
struct Building: Sendable, Hashable {
  var id: String
  var name: String
  var use: String?
  var area: Double?
  var zone: Zone

  struct Meter: Sendable, Hashable {
    var number: Int64
    var id: String
    var zone: Zone
    /// Usual seconds between two readings; 0 when only one is known.
    var step: Int64
    var lastAt: Instant
    /// Counts on: its last reading ends an interval, where others begin one with it.
    var isRegister = false

    /// Read by the hour or more often, so that its power is known.
    var isFine: Bool { step > 0 && step <= 3_600 }

    /// Where its readings end.
    var end: Instant { isRegister ? lastAt : lastAt + .seconds(max(step, 1)) }
  }
}

enum Buildings {
  static func all(_ reader: some DatedQuerying, fallback: Zone) throws -> [Building] {
    try reader.query(
      "SELECT id, name, use, area_m2, zone FROM energy_buildings WHERE tenant = :tenant ORDER BY name, id"
    ) { row in building(row, fallback) }
  }

  private static func building(_ row: Row, _ fallback: Zone) -> Building {
    Building(
      id: row.text(0), name: row.text(1), use: row.optionalText(2), area: row.optionalDouble(3),
      zone: row.optionalText(4).flatMap { try? Zone.named($0) } ?? fallback)
  }

  static func meters(of building: String?, _ reader: some DatedQuerying, fallback: Zone) throws -> [Building.Meter] {
    var zones: [String: Zone] = [:]
    return try reader.query(
      """
      SELECT number, id, zone, step_s, last_at, is_register FROM energy_meters
      WHERE tenant = :tenant AND (? IS NULL OR building = ?) ORDER BY number
      """, building, building
    ) { row in
      let name = row.text(2)
      let zone = zones[name] ?? (try? Zone.named(name)) ?? fallback
      zones[name] = zone
      return Building.Meter(
        number: row.int(0), id: row.text(1), zone: zone, step: row.int(3), lastAt: row.instant(4),
        isRegister: row.int(5) != 0)
    }.map { meter in
      guard meter.lastAt > reader.latestReading else { return meter }
      // a slip that lies in the store already hides no readings
      var meter = meter
      let last = try reader.first(
        "SELECT at FROM energy_readings WHERE tenant = :tenant AND meter = ? AND at <= ? ORDER BY at DESC LIMIT 1",
        meter.number, reader.latestReading, map: { $0.instant(0) })
      meter.lastAt = last ?? .epoch
      return meter
    }
  }

  /// Buildings that a person may mean, best first: the id, the name, a part of it, a misspelt name.
  static func find(_ text: String, in all: [Building]) -> [Building] {
    if let exact = all.first(where: { $0.id == text }) { return [exact] }
    let wanted = fold(text)
    let named = all.filter { building in
      ([building.name, building.id] + spellings(of: building.name)).contains { fold($0) == wanted }
    }
    if !named.isEmpty { return named }
    let words = wanted.split(separator: " ")
    guard !words.isEmpty else { return [] }
    let parts = all.filter { building in
      let own = fold(building.name).split(separator: " ")
      return words.allSatisfy { word in own.contains { $0.hasPrefix(word) } }
    }
    if !parts.isEmpty { return parts }
    let names = all.map { fold($0.name) }
    guard let near = EditDistance.nearest(wanted, in: names) else { return [] }
    return all.filter { fold($0.name) == near }
  }

  /// As people write it without its marks: "st marys school", "r and d lab".
  static func spellings(of name: String) -> [String] {
    let plain = name.replacing("&", with: " and ").filter { $0 != "." }
    return [plain, plain.filter { $0 != "'" && $0 != "’" }].filter { $0 != name }
  }

  /// Lower case, without “the” and “building”, which people add and leave out.
  private static func fold(_ text: String) -> String {
    let words = Normaliser.normalise(text).split(whereSeparator: { $0 == " " || $0 == "-" || $0 == "_" })
    let kept = words.filter { $0 != "the" && $0 != "building" }
    return (kept.isEmpty ? words : kept).joined(separator: " ")
  }

  /// The one building meant.
  ///
  /// - Throws: `energy.unknown`, or `energy.empty` when there is none at all.
  static func resolve(_ text: String, for action: String, in context: ActionContext) async throws -> Resolved {
    let zone = context.zone
    let all = try await context.store.read { try Buildings.all($0, fallback: zone) }
    guard !all.isEmpty else { throw ActionError("energy.empty", sentence: "There are no meter readings yet.") }
    var found = find(text, in: all)
    // "load warehouse": a word of the question was taken for one of the name
    var words = text.split(separator: " ")[...]
    while found.isEmpty, words.count > 1 {
      words = words.dropFirst()
      found = find(words.joined(separator: " "), in: all)
    }
    guard let first = found.first else {
      throw ActionError(
        "energy.unknown", ["name": .text(text)], sentence: "There is no building called \(text).", field: "building")
    }
    if found.count == 1 { return .one(first) }
    let buttons = found.prefix(5).map { building in
      // of buildings with one name, the id tells which
      let label = found.filter { $0.name == building.name }.count > 1 ? building.id : building.name
      return Say.Button(
        "button.building", ["name": .text(label)], action: action, arguments: ["building": .string(building.id)])
    }
    return .ask(
      Say("energy.which", ["count": .integer(Int64(found.count))], buttons: buttons))
  }

  enum Resolved {
    case one(Building)
    case ask(Say)
  }
}
