import Base
import Formats
import Store

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
  /// When the family hears of it at the latest: after the usual wait, which putting it off moves once and no more.
  var familyAt: Instant?
  var isFamilyTold: Bool
  var settledBy: PersonID?
  var settledDoor: String?
  var settledAt: Instant?
  /// The message that asked for it, as the outbox knows it.
  var message: String?

  var isOpen: Bool { state == .asked || state == .later }
  var isSettled: Bool { state == .taken || state == .skipped }

  private static let columns =
    """
    id, medicine, person, due_at, state, asked_at, next_at, asks, is_family_told, settled_by, settled_door, settled_at,
    message, family_at
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
    message = row.optionalText(12)
    familyAt = row.optionalInstant(13)
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
  static func between(
    _ from: Instant, _ to: Instant, for person: PersonID, _ reader: some Querying, limit: Int = 1_000
  ) throws -> [Dose] {
    try reader.query(
      """
      SELECT \(columns) FROM doses WHERE tenant = :tenant AND person = ? AND due_at >= ? AND due_at < ?
      ORDER BY due_at, id LIMIT ?
      """, person, from, to, limit
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

  /// The doses of a medicine that were taken since an instant, the last first.
  static func taken(of medicine: String, since: Instant, _ reader: some Querying) throws -> [Dose] {
    try reader.query(
      """
      SELECT \(columns) FROM doses
      WHERE tenant = :tenant AND medicine = ? AND state = 'taken' AND due_at >= ? AND settled_at > ?
      ORDER BY settled_at DESC LIMIT 100
      """, medicine, since - .days(1), since
    ) { Dose($0) }
  }

  static func lastTaken(of medicine: String, _ reader: some Querying) throws -> Dose? {
    try reader.first(
      """
      SELECT \(columns) FROM doses WHERE tenant = :tenant AND medicine = ? AND state = 'taken'
      ORDER BY settled_at DESC LIMIT 1
      """, medicine
    ) { Dose($0) }
  }

  /// A medicine's doses due in a span of time, oldest first.
  static func around(_ from: Instant, _ to: Instant, of medicine: String, _ reader: some Querying) throws -> [Dose] {
    try reader.query(
      """
      SELECT \(columns) FROM doses WHERE tenant = :tenant AND medicine = ? AND due_at >= ? AND due_at < ?
      ORDER BY due_at, id LIMIT 200
      """, medicine, from, to
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
        settled_door = ?, settled_at = ?, message = ?, family_at = ? WHERE tenant = :tenant AND id = ?
      """, state.rawValue, askedAt, nextAt, asks, isFamilyTold, settledBy, settledDoor, settledAt, message,
      familyAt, id)
  }

  var json: JSON {
    [
      "id": .string(id), "medicine": .string(medicine), "due": .string(dueAt.description),
      "state": .string(state.rawValue), "by": JSON(settledBy?.text), "door": JSON(settledDoor),
      "settled": JSON(settledAt?.description),
    ]
  }
}
