import Base
import Formats
import Store

/// One line of the log of a dose: what it became, who said so, when and by which door. Lines are only added.
struct DoseEntry: Sendable, Hashable {
  let dose: String
  /// What it was before; `nil` for one that nobody had asked for.
  let was: Dose.State?
  let state: Dose.State
  /// When the dose was taken or left out, where that was said.
  let doneAt: Instant?
  let who: PersonID?
  let door: String
  let at: Instant

  private static let columns = "dose, was, state, done_at, who, door, at"

  private init(_ row: Row) {
    dose = row.text(0)
    was = row.optionalText(1).flatMap(Dose.State.init)
    state = Dose.State(rawValue: row.text(2)) ?? .unknown
    doneAt = row.optionalInstant(3)
    who = row.optionalID(4)
    door = row.text(5)
    at = row.instant(6)
  }

  static func add(
    _ dose: Dose, was: Dose.State?, by who: PersonID?, door: String, _ transaction: Transaction
  ) throws {
    let number = try transaction.count(
      "SELECT coalesce(max(number), 0) + 1 FROM dose_entries WHERE tenant = :tenant AND dose = ?", dose.id)
    try transaction.execute(
      """
      INSERT INTO dose_entries (tenant, dose, number, person, was, state, done_at, who, door, at)
      VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, dose.id, number, dose.person, was?.rawValue, dose.state.rawValue, dose.isSettled ? dose.settledAt : nil, who,
      door, transaction.now)
  }

  static func all(of dose: String, _ reader: some Querying) throws -> [DoseEntry] {
    try reader.query(
      "SELECT \(columns) FROM dose_entries WHERE tenant = :tenant AND dose = ? ORDER BY number", dose
    ) { DoseEntry($0) }
  }

  var json: JSON {
    [
      "was": JSON(was?.rawValue), "state": .string(state.rawValue), "done": JSON(doneAt?.description),
      "by": JSON(who?.text), "door": .string(door), "at": .string(at.description),
    ]
  }
}
