import Actions
import Base
import Formats
import Store

/// One reminder, as its row holds it.
struct Reminder: Sendable, Hashable {
  enum State: String { case active, ended, cancelled }

  let id: String
  let person: PersonID
  let creator: PersonID
  var text: String
  var timetable: Timetable
  /// Asks again until it is settled.
  var nags: Bool
  var state: State
  var nextAt: Instant?

  private static let columns = "id, person, creator, text, timetable, nags, state, next_at"

  private init(_ row: Row) throws {
    id = row.text(0)
    person = row.id(1)
    creator = row.id(2)
    text = row.text(3)
    timetable = try Timetable(json: JSON.parse(row.text(4)))
    nags = row.bool(5)
    state = State(rawValue: row.text(6)) ?? .ended
    nextAt = row.optionalInstant(7)
  }

  init(id: String, person: PersonID, creator: PersonID, text: String, timetable: Timetable, nags: Bool) {
    self.id = id
    self.person = person
    self.creator = creator
    self.text = text
    self.timetable = timetable
    self.nags = nags
    state = .active
    nextAt = timetable.first
  }

  static func find(_ id: String, _ reader: some Querying) throws -> Reminder? {
    try reader.first("SELECT \(columns) FROM reminders WHERE tenant = :tenant AND id = ?", id) { try Reminder($0) }
  }

  /// All of a person's, in any state.
  static func of(_ person: PersonID, _ reader: some Querying) throws -> [Reminder] {
    try reader.query(
      "SELECT \(columns) FROM reminders WHERE tenant = :tenant AND person = ? ORDER BY created_at, id", person
    ) { try Reminder($0) }
  }

  /// The active ones that are for a person or were set by them, next first.
  static func active(around person: PersonID, _ reader: some Querying) throws -> [Reminder] {
    try reader.query(
      """
      SELECT \(columns) FROM reminders WHERE tenant = :tenant AND state = 'active' AND (person = ? OR creator = ?)
      ORDER BY next_at, id LIMIT 5000
      """, person, person
    ) { try Reminder($0) }
  }

  /// Everybody's that is still to come.
  static func active(_ reader: some Querying) throws -> [Reminder] {
    try reader.query(
      "SELECT \(columns) FROM reminders WHERE tenant = :tenant AND state = 'active' ORDER BY id"
    ) { try Reminder($0) }
  }

  /// Those that should have been told by now.
  static func overdue(_ person: PersonID, _ reader: some Querying, now: Instant) throws -> [Reminder] {
    try reader.query(
      """
      SELECT \(columns) FROM reminders WHERE tenant = :tenant AND person = ? AND state = 'active' AND next_at <= ?
      ORDER BY next_at, id
      """, person, now
    ) { try Reminder($0) }
  }

  func insert(_ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO reminders (tenant, id, person, creator, text, timetable, nags, state, next_at, created_at)
      VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, id, person, creator, text, timetable.json.text(), nags, state.rawValue, nextAt, transaction.now)
  }

  /// Stores what can change.
  func update(_ transaction: Transaction) throws {
    try transaction.execute(
      """
      UPDATE reminders SET text = ?, timetable = ?, nags = ?, state = ?, next_at = ? WHERE tenant = :tenant AND id = ?
      """, text, timetable.json.text(), nags, state.rawValue, nextAt, id)
  }

  var json: JSON {
    [
      "id": .string(id), "text": .string(text), "person": .string(person.text), "creator": .string(creator.text),
      "schedule": timetable.json, "nag": .bool(nags), "state": .string(state.rawValue),
      "next": JSON(nextAt?.description),
    ]
  }
}

/// One occurrence that was told, settled or missed.
///
/// Due (its row in the schedule, or snoozed) → claimed and sent in one commit with the outbox row → acknowledged,
/// skipped or missed.
struct ReminderFire: Sendable, Hashable {
  enum State: String { case due, sent, acknowledged, skipped, missed, cancelled }

  let id: String
  let reminder: String
  let person: PersonID
  let dueAt: Instant
  var state: State
  var firedAt: Instant?
  var againAt: Instant?
  /// How often it was told.
  var told: Int
  var settledBy: PersonID?
  var settledDoor: String?
  var settledAt: Instant?

  var isOpen: Bool { state == .due || state == .sent }

  private static let columns =
    "id, reminder, person, due_at, state, fired_at, again_at, told, settled_by, settled_door, settled_at"

  private init(_ row: Row) {
    id = row.text(0)
    reminder = row.text(1)
    person = row.id(2)
    dueAt = row.instant(3)
    state = State(rawValue: row.text(4)) ?? .missed
    firedAt = row.optionalInstant(5)
    againAt = row.optionalInstant(6)
    told = row.integer(7)
    settledBy = row.optionalID(8)
    settledDoor = row.optionalText(9)
    settledAt = row.optionalInstant(10)
  }

  init(id: String, of reminder: Reminder, dueAt: Instant, state: State) {
    self.id = id
    self.reminder = reminder.id
    person = reminder.person
    self.dueAt = dueAt
    self.state = state
    told = 0
  }

  static func find(_ id: String, _ reader: some Querying) throws -> ReminderFire? {
    try reader.first("SELECT \(columns) FROM reminder_fires WHERE tenant = :tenant AND id = ?", id) { ReminderFire($0) }
  }

  static func all(of reminder: String, _ reader: some Querying) throws -> [ReminderFire] {
    try reader.query(
      "SELECT \(columns) FROM reminder_fires WHERE tenant = :tenant AND reminder = ? ORDER BY due_at DESC LIMIT 1000",
      reminder
    ) { ReminderFire($0) }
  }

  static func open(of reminder: String, _ reader: some Querying) throws -> [ReminderFire] {
    try reader.query(
      """
      SELECT \(columns) FROM reminder_fires WHERE tenant = :tenant AND reminder = ? AND state IN ('due', 'sent')
      ORDER BY due_at DESC
      """, reminder
    ) { ReminderFire($0) }
  }

  /// The open ones that are for a person or of reminders they set, last told first.
  static func open(around person: PersonID, _ reader: some Querying) throws -> [ReminderFire] {
    try reader.query(
      """
      SELECT f.id, f.reminder, f.person, f.due_at, f.state, f.fired_at, f.again_at, f.told, f.settled_by,
        f.settled_door, f.settled_at
      FROM reminder_fires f JOIN reminders r ON r.tenant = f.tenant AND r.id = f.reminder
      WHERE f.tenant = :tenant AND f.state IN ('due', 'sent') AND (r.person = ? OR r.creator = ?)
      ORDER BY f.fired_at DESC, f.due_at DESC, f.id LIMIT 200
      """, person, person
    ) { ReminderFire($0) }
  }

  static func at(_ dueAt: Instant, of reminder: String, _ reader: some Querying) throws -> ReminderFire? {
    try reader.first(
      "SELECT \(columns) FROM reminder_fires WHERE tenant = :tenant AND reminder = ? AND due_at = ?", reminder, dueAt
    ) { ReminderFire($0) }
  }

  /// - Returns: false when that occurrence has its row already.
  func insert(_ transaction: Transaction) throws -> Bool {
    try transaction.execute(
      """
      INSERT INTO reminder_fires (tenant, id, reminder, person, due_at, state, fired_at, again_at, told, settled_by,
        settled_door, settled_at)
      VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """, id, reminder, person, dueAt, state.rawValue, firedAt, againAt, told, settledBy, settledDoor, settledAt) > 0
  }

  func update(_ transaction: Transaction) throws {
    try transaction.execute(
      """
      UPDATE reminder_fires SET state = ?, fired_at = ?, again_at = ?, told = ?, settled_by = ?, settled_door = ?,
        settled_at = ? WHERE tenant = :tenant AND id = ?
      """, state.rawValue, firedAt, againAt, told, settledBy, settledDoor, settledAt, id)
  }

  var json: JSON {
    [
      "id": .string(id), "due": .string(dueAt.description), "state": .string(state.rawValue),
      "fired": JSON(firedAt?.description), "settled": JSON(settledAt?.description),
      "by": JSON(settledBy?.text), "door": JSON(settledDoor),
    ]
  }
}
