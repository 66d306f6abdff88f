import Actions
import Base
import Formats
import Store

/// A medicine that somebody takes at certain times.
struct Medicine: Sendable, Hashable {
  let id: String
  let person: PersonID
  let creator: PersonID
  let name: String
  let dose: String?
  let timetable: Timetable
  /// The family hears of an unanswered dose sooner.
  let isCritical: Bool
  var isActive: Bool
  var nextAt: Instant?

  /// "Metformin, 500 mg".
  var label: String { dose.map { "\(name), \($0)" } ?? name }

  private static let columns = "id, person, creator, name, dose, timetable, is_critical, state, next_at"

  private init(_ row: Row) throws {
    id = row.text(0)
    person = row.id(1)
    creator = row.id(2)
    name = row.text(3)
    dose = row.optionalText(4)
    timetable = try Timetable(json: JSON.parse(row.text(5)))
    isCritical = row.bool(6)
    isActive = row.text(7) == "active"
    nextAt = row.optionalInstant(8)
  }

  init(
    id: String, person: PersonID, creator: PersonID, name: String, dose: String?, timetable: Timetable,
    isCritical: Bool
  ) {
    self.id = id
    self.person = person
    self.creator = creator
    self.name = name
    self.dose = dose
    self.timetable = timetable
    self.isCritical = isCritical
    isActive = true
    nextAt = timetable.first
  }

  static func find(_ id: String, _ reader: some Querying) throws -> Medicine? {
    try reader.first("SELECT \(columns) FROM medicines WHERE tenant = :tenant AND id = ?", id) { try Medicine($0) }
  }

  static func all(for person: PersonID, _ reader: some Querying) throws -> [Medicine] {
    try reader.query(
      "SELECT \(columns) FROM medicines WHERE tenant = :tenant AND person = ? ORDER BY created_at, id", person
    ) { try Medicine($0) }
  }

  static func active(for person: PersonID, _ reader: some Querying) throws -> [Medicine] {
    try reader.query(
      """
      SELECT \(columns) FROM medicines WHERE tenant = :tenant AND person = ? AND state = 'active'
      ORDER BY next_at, id LIMIT 500
      """, person
    ) { try Medicine($0) }
  }

  func insert(_ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO medicines (tenant, id, person, creator, name, dose, timetable, is_critical, state, next_at,
        created_at)
      VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?, 'active', ?, ?)
      """, id, person, creator, name, dose, timetable.json.text(), isCritical, nextAt, transaction.now)
  }

  func update(_ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE medicines SET state = ?, next_at = ? WHERE tenant = :tenant AND id = ?",
      isActive ? "active" : "stopped", nextAt, id)
  }

  var json: JSON {
    [
      "id": .string(id), "person": .string(person.text), "name": .string(name), "dose": JSON(dose),
      "schedule": timetable.json, "critical": .bool(isCritical), "active": .bool(isActive),
      "next": JSON(nextAt?.description),
    ]
  }
}

/// One dose at one time.
///
/// Asked (or put off: later) → taken, skipped, or unknown when nobody answered; missed when nobody was asked in time.
struct Dose: Sendable, Hashable {
  enum State: String { case asked, later, taken, skipped, missed, unknown, stopped }

  let id: String
  let medicine: String
  let person: PersonID
  let dueAt: Instant
  var state: State
  var askedAt: Instant?
  /// When it is asked, nudged or given up next.
  var nextAt: Instant?
  var asks: Int
  var isFamilyTold: Bool
  var settledBy: PersonID?
  var settledDoor: String?
  var settledAt: Instant?

  var isOpen: Bool { state == .asked || state == .later }
  var isSettled: Bool { state == .taken || state == .skipped }

  private static let columns =
    """
    id, medicine, person, due_at, state, asked_at, next_at, asks, is_family_told, settled_by, settled_door, settled_at
    """

  private init(_ row: Row) {
    id = row.text(0)
    medicine = row.text(1)
    person = row.id(2)
    dueAt = row.instant(3)
    state = State(rawValue: row.text(4)) ?? .unknown
    askedAt = row.optionalInstant(5)
    nextAt = row.optionalInstant(6)
    asks = row.integer(7)
    isFamilyTold = row.bool(8)
    settledBy = row.optionalID(9)
    settledDoor = row.optionalText(10)
    settledAt = row.optionalInstant(11)
  }

  init(id: String, of medicine: Medicine, dueAt: Instant, state: State) {
    self.id = id
    self.medicine = medicine.id
    person = medicine.person
    self.dueAt = dueAt
    self.state = state
    asks = 0
    isFamilyTold = false
  }

  static func find(_ id: String, _ reader: some Querying) throws -> Dose? {
    try reader.first("SELECT \(columns) FROM doses WHERE tenant = :tenant AND id = ?", id) { Dose($0) }
  }

  static func all(of medicine: String, _ reader: some Querying) throws -> [Dose] {
    try reader.query(
      "SELECT \(columns) FROM doses WHERE tenant = :tenant AND medicine = ? ORDER BY due_at DESC LIMIT 10000", medicine
    ) { Dose($0) }
  }

  /// A person's doses in a span of time, oldest first.
  static func between(_ from: Instant, _ to: Instant, for person: PersonID, _ reader: some Querying) throws -> [Dose] {
    try reader.query(
      """
      SELECT \(columns) FROM doses WHERE tenant = :tenant AND person = ? AND due_at >= ? AND due_at < ?
      ORDER BY due_at, id LIMIT 1000
      """, person, from, to
    ) { Dose($0) }
  }

  /// Those that wait for an answer, last asked first.
  static func open(for person: PersonID, _ reader: some Querying) throws -> [Dose] {
    try reader.query(
      """
      SELECT \(columns) FROM doses WHERE tenant = :tenant AND person = ? AND state IN ('asked', 'later')
      ORDER BY asked_at DESC, due_at DESC, id LIMIT 200
      """, person
    ) { Dose($0) }
  }

  static func open(of medicine: String, _ reader: some Querying) throws -> [Dose] {
    try reader.query(
      """
      SELECT \(columns) FROM doses WHERE tenant = :tenant AND medicine = ? AND state IN ('asked', 'later')
      ORDER BY due_at DESC
      """, medicine
    ) { Dose($0) }
  }

  static func last(of medicine: String, _ reader: some Querying) throws -> Dose? {
    try reader.first(
      "SELECT \(columns) FROM doses WHERE tenant = :tenant AND medicine = ? ORDER BY due_at DESC LIMIT 1", medicine
    ) { Dose($0) }
  }

  /// - Returns: false when that dose has its row already.
  func insert(_ transaction: Transaction) throws -> Bool {
    try transaction.execute(
      """
      INSERT INTO doses (tenant, id, medicine, person, due_at, state, asked_at, next_at, asks, is_family_told,
        settled_by, settled_door, settled_at)
      VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """, id, medicine, person, dueAt, state.rawValue, askedAt, nextAt, asks, isFamilyTold, settledBy, settledDoor,
      settledAt) > 0
  }

  func update(_ transaction: Transaction) throws {
    try transaction.execute(
      """
      UPDATE doses SET state = ?, asked_at = ?, next_at = ?, asks = ?, is_family_told = ?, settled_by = ?,
        settled_door = ?, settled_at = ? WHERE tenant = :tenant AND id = ?
      """, state.rawValue, askedAt, nextAt, asks, isFamilyTold, settledBy, settledDoor, settledAt, id)
  }

  var json: JSON {
    [
      "id": .string(id), "medicine": .string(medicine), "due": .string(dueAt.description),
      "state": .string(state.rawValue), "by": JSON(settledBy?.text), "door": JSON(settledDoor),
      "settled": JSON(settledAt?.description),
    ]
  }
}
