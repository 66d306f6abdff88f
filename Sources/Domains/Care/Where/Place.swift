import Base
import Formats
import People
import Store

/// A place that means something to somebody: home, the temple, the pharmacy.
struct Place: Sendable, Hashable {
  let id: String
  let person: PersonID
  let name: String
  let centre: Coordinate
  /// Metres.
  let radius: Double
  var fence = Fence()

  static let radii: ClosedRange<Double> = 50...50_000
  static let usualRadius = 150.0
  static let limit = 20

  private static let columns =
    "id, person, name, latitude, longitude, radius_m, side, pending, count, since, seen_at"

  init(id: String, person: PersonID, name: String, centre: Coordinate, radius: Double) {
    self.id = id
    self.person = person
    self.name = name
    self.centre = centre
    self.radius = radius
  }

  private init?(_ row: Row) {
    guard let centre = Coordinate(latitude: row.double(3), longitude: row.double(4)) else { return nil }
    id = row.text(0)
    person = row.id(1)
    name = row.text(2)
    self.centre = centre
    radius = row.double(5)
    fence.side = row.optionalText(6).flatMap(Fence.Side.init)
    fence.pending = row.optionalText(7).flatMap(Fence.Side.init)
    fence.count = row.integer(8)
    fence.since = row.optionalInstant(9)
    fence.seenAt = row.optionalInstant(10)
  }

  static func all(of person: PersonID, _ reader: some Querying) throws -> [Place] {
    try reader.query(
      "SELECT \(columns) FROM places WHERE tenant = :tenant AND person = ? ORDER BY name, id", person
    ) { Place($0) }.compactMap { $0 }
  }

  static func find(_ id: String, _ reader: some Querying) throws -> Place? {
    try reader.first("SELECT \(columns) FROM places WHERE tenant = :tenant AND id = ?", id) { Place($0) } ?? nil
  }

  func store(_ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO places (tenant, id, person, name, latitude, longitude, radius_m, side, pending, count, since, seen_at)
      VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant, id) DO UPDATE SET side = excluded.side, pending = excluded.pending, count = excluded.count,
        since = excluded.since, seen_at = excluded.seen_at
      """, id, person, name, centre.latitude, centre.longitude, radius, fence.side?.rawValue, fence.pending?.rawValue,
      fence.count, fence.since, fence.seenAt)
  }

  func remove(_ transaction: Transaction) throws {
    try transaction.execute("DELETE FROM places WHERE tenant = :tenant AND id = ?", id)
    try transaction.execute("DELETE FROM place_watchers WHERE tenant = :tenant AND place = ?", id)
  }

  /// Relatives who want to hear when the person leaves or comes back.
  func watchers(_ reader: some Querying) throws -> [PersonID] {
    try reader.query("SELECT relative FROM place_watchers WHERE tenant = :tenant AND place = ? ORDER BY relative", id) {
      $0.id(0)
    }
  }

  func watch(_ isWatched: Bool, by relative: PersonID, _ transaction: Transaction) throws {
    if isWatched {
      try transaction.execute(
        "INSERT INTO place_watchers (tenant, place, person, relative) VALUES (:tenant, ?, ?, ?) ON CONFLICT DO NOTHING",
        id, person, relative)
    } else {
      try transaction.execute(
        "DELETE FROM place_watchers WHERE tenant = :tenant AND place = ? AND relative = ?", id, relative)
    }
  }

  var json: JSON {
    [
      "id": .string(id), "person": .string(person.text), "name": .string(name), "lat": .number(centre.latitude),
      "lon": .number(centre.longitude), "radius_m": .number(radius), "side": JSON(fence.side?.rawValue),
    ]
  }
}
