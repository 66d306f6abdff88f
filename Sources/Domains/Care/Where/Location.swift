import Actions
import Base
import Events
import Formats
import Messages
import People
import Store

/// Where somebody was at a time.
struct Location: Sendable, Hashable {
  let id: String
  let at: Instant
  let place: Coordinate
  let accuracy: Double?

  /// Older ones are dropped when a new one comes.
  private static let kept: Duration = .days(30)

  private init?(_ row: Row) {
    guard let place = Coordinate(latitude: row.double(2), longitude: row.double(3)) else { return nil }
    id = row.text(0)
    at = row.instant(1)
    self.place = place
    accuracy = row.optionalDouble(4)
  }

  init(id: String, at: Instant, place: Coordinate, accuracy: Double?) {
    self.id = id
    self.at = at
    self.place = place
    self.accuracy = accuracy
  }

  static func all(for person: PersonID, _ reader: some Querying) throws -> [Location] {
    try reader.query(
      """
      SELECT id, at, latitude, longitude, accuracy_m FROM locations WHERE tenant = :tenant AND person = ?
      ORDER BY at, id
      """, person
    ) { Location($0) }.compactMap { $0 }
  }

  static func last(of person: PersonID, _ reader: some Querying) throws -> Location? {
    try reader.first(
      """
      SELECT id, at, latitude, longitude, accuracy_m FROM locations WHERE tenant = :tenant AND person = ?
      ORDER BY at DESC, id DESC LIMIT 1
      """, person
    ) { Location($0) } ?? nil
  }

  func keep(for person: PersonID, _ transaction: inout Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO locations (tenant, id, person, at, latitude, longitude, accuracy_m) VALUES (:tenant, ?, ?, ?, ?, ?, ?)
      """, id, person, at, place.latitude, place.longitude, accuracy)
    try transaction.execute(
      "DELETE FROM locations WHERE tenant = :tenant AND person = ? AND at < ?", person, transaction.now - Self.kept)
    // whoever is called for help sees the newest place
    try transaction.execute(
      """
      UPDATE alerts SET latitude = ?, longitude = ?, located_at = ?
      WHERE tenant = :tenant AND person = ? AND state = 'open' AND coalesce(located_at, 0) <= ?
      """, place.latitude, place.longitude, at, person, at)
    try transaction.emit(Event("location.seen", person: person, json))
  }

  var json: JSON {
    [
      "at": .string(at.description), "lat": .number(place.latitude), "lon": .number(place.longitude),
      "accuracy_m": JSON(accuracy),
    ]
  }
}

struct ShowLocation: Action {
  static let name = "location.show"
  static let summary = "Shows where somebody was last."
  static let effect = Effect.read

  @Parameter("Who; the speaker when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.caredFor(person, needing: .location)
    let last = try await context.store.read { try Location.last(of: person.id, $0) }
    let isSelf = person.id == context.actor.id
    let name = isSelf ? [:] : ["name": Say.Value.text(context.people.called(person.id, by: context.actor.id))]
    guard let last else { return .answer(Say(isSelf ? "location.unknown" : "location.unknown_of", name)) }
    var values: [String: Say.Value] = ["at": .instant(last.at)]
    values.merge(name) { first, _ in first }
    if let accuracy = last.accuracy { values["accuracy"] = .distance(accuracy) }
    return .answer(
      Say(isSelf ? "location.last" : "location.last_of", values, location: last.place), data: last.json)
  }
}
