import Base
import Formats
import People
import Store

/// Whether an elder has said, to a plain question, that a relative may see where they are: who, when, by which door.
///
/// The right alone is not enough: whoever links a family gives it, and the elder may never have been asked.
struct LocationConsent: Sendable, Hashable {
  enum State: String { case asked, yes, no }

  let person: PersonID
  let relative: PersonID
  var state: State
  let at: Instant
  let door: String

  static func find(_ person: PersonID, _ relative: PersonID, _ reader: some Querying) throws -> LocationConsent? {
    try reader.first(
      "SELECT state, at, door FROM location_consents WHERE tenant = :tenant AND person = ? AND relative = ?", person,
      relative
    ) { row in
      LocationConsent(
        person: person, relative: relative, state: State(rawValue: row.text(0)) ?? .no, at: row.instant(1),
        door: row.text(2))
    }
  }

  static func all(of person: PersonID, _ reader: some Querying) throws -> [JSON] {
    try reader.query(
      """
      SELECT person, relative, state, at, door FROM location_consents
      WHERE tenant = :tenant AND (person = ? OR relative = ?) ORDER BY at
      """, person, person
    ) { row in
      [
        "person": .string(row.text(0)), "relative": .string(row.text(1)), "state": .string(row.text(2)),
        "at": .string(row.instant(3).description), "door": .string(row.text(4)),
      ]
    }
  }

  /// - Parameter state: `nil`: never asked.
  static func note(
    _ state: State?, of person: PersonID, for relative: PersonID, door: String, _ transaction: Transaction
  ) throws {
    guard let state else {
      try transaction.execute(
        "DELETE FROM location_consents WHERE tenant = :tenant AND person = ? AND relative = ?", person, relative)
      return
    }
    try transaction.execute(
      """
      INSERT INTO location_consents (tenant, person, relative, state, at, door) VALUES (:tenant, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant, person, relative)
      DO UPDATE SET state = excluded.state, at = excluded.at, door = excluded.door
      """, person, relative, state.rawValue, transaction.now, door)
  }

  /// Whether a relative may see where somebody is, emergencies apart: the right, and a yes.
  static func isGiven(
    by person: PersonID, to relative: PersonID, _ people: PeopleBook, _ reader: some Querying
  ) throws -> Bool {
    guard person != relative else { return true }
    return try people.may(relative, .location, for: person) && find(person, relative, reader)?.state == .yes
  }
}

/// Each time somebody was shown where an elder is.
enum LocationView {
  /// Why it was shown: asked for, as an alert of a place, or in an emergency.
  enum Reason: String { case asked, place, emergency }

  static let kept: Duration = .days(365)
  private static let shown = 20

  /// - Parameter subject: the same view (of one alert, say) is noted once.
  static func note(
    of person: PersonID, by viewer: PersonID, _ reason: Reason, subject: String? = nil, _ transaction: Transaction
  ) throws {
    guard person != viewer else { return }
    if let subject {
      let isKnown = try transaction.exists(
        "SELECT 1 FROM location_views WHERE tenant = :tenant AND person = ? AND viewer = ? AND subject = ?", person,
        viewer, subject)
      if isKnown { return }
    }
    try transaction.execute(
      """
      INSERT INTO location_views (tenant, id, person, viewer, reason, subject, at) VALUES (:tenant, ?, ?, ?, ?, ?, ?)
      """, transaction.newID(), person, viewer, reason.rawValue, subject, transaction.now)
    try transaction.execute(
      "DELETE FROM location_views WHERE tenant = :tenant AND person = ? AND at < ?", person, transaction.now - kept)
  }

  /// The newest first.
  static func all(
    of person: PersonID, _ reader: some Querying, limit: Int = shown
  ) throws -> [(viewer: PersonID, reason: Reason, at: Instant)] {
    try reader.query(
      """
      SELECT viewer, reason, at FROM location_views WHERE tenant = :tenant AND person = ? ORDER BY at DESC, id DESC
      LIMIT ?
      """, person, limit
    ) { (viewer: $0.id(0), reason: Reason(rawValue: $0.text(1)) ?? .asked, at: $0.instant(2)) }
  }
}
