import Base
import Formats
import Messages
import People
import Schedule
import Store

/// A call for help, open until a person takes it, and not over until one says so.
struct Alert: Sendable, Hashable {
  /// `ended`: all is well again, or a test that is over.
  enum State: String { case open, taken, cancelled, ended }

  let id: String
  let person: PersonID
  var what: String?
  let isTest: Bool
  /// Nothing of it is shown to who called, and nobody may give it away to whoever is beside them.
  var isSilent = false
  var state: State
  /// Copied from the person's when the alert starts, so that a later change does not touch one under way.
  let ladder: EmergencyLadder
  /// The ladder's round that was told last.
  var step: Int
  /// When the next step is due, whoever performs it; `nil` once it is over.
  var nextAt: Instant?
  /// How often whoever took it was asked since whether all is well.
  var reminded = 0
  /// How often everybody was called again because nobody said that all is well.
  var reopened = 0
  let raisedAt: Instant
  let door: String
  var place: Coordinate?
  var locatedAt: Instant?
  var takenBy: PersonID?
  var takenAt: Instant?

  private static let columns =
    """
    id, person, what, is_test, state, ladder, step, raised_at, door, latitude, longitude, located_at, taken_by,
    taken_at, next_at, reminded, reopened, is_silent
    """

  private init(_ row: Row) throws {
    id = row.text(0)
    person = row.id(1)
    what = row.optionalText(2)
    isTest = row.bool(3)
    state = State(rawValue: row.text(4)) ?? .open
    ladder = EmergencyLadder(json: try JSON.parse(row.text(5)))
    step = row.integer(6)
    raisedAt = row.instant(7)
    door = row.text(8)
    if let latitude = row.optionalDouble(9), let longitude = row.optionalDouble(10) {
      place = Coordinate(latitude: latitude, longitude: longitude)
    }
    locatedAt = row.optionalInstant(11)
    takenBy = row.optionalID(12)
    takenAt = row.optionalInstant(13)
    nextAt = row.optionalInstant(14)
    reminded = row.integer(15)
    reopened = row.integer(16)
    isSilent = row.bool(17)
  }

  init(
    id: String, person: PersonID, what: String?, isTest: Bool, ladder: EmergencyLadder, raisedAt: Instant,
    door: String, location: Location?
  ) {
    self.id = id
    self.person = person
    self.what = what
    self.isTest = isTest
    state = .open
    self.ladder = ladder
    step = 0
    self.raisedAt = raisedAt
    self.door = door
    place = location?.place
    locatedAt = location?.at
  }

  static func find(_ id: String, _ reader: some Querying) throws -> Alert? {
    try reader.first("SELECT \(columns) FROM alerts WHERE tenant = :tenant AND id = ?", id) { try Alert($0) }
  }

  static func all(for person: PersonID, _ reader: some Querying) throws -> [Alert] {
    try reader.query(
      "SELECT \(columns) FROM alerts WHERE tenant = :tenant AND person = ? ORDER BY raised_at, id", person
    ) { try Alert($0) }
  }

  /// Open or taken, the newest first.
  static func current(for person: PersonID, since: Instant, _ reader: some Querying) throws -> [Alert] {
    try reader.query(
      """
      SELECT \(columns) FROM alerts
      WHERE tenant = :tenant AND person = ? AND (state = 'open' OR state = 'taken' AND raised_at >= ?)
      ORDER BY raised_at DESC, id DESC LIMIT 20
      """, person, since
    ) { try Alert($0) }
  }

  /// The newest of others that this person said they would see to, and that is not over.
  static func taken(by helper: PersonID, _ reader: some Querying) throws -> Alert? {
    try reader.first(
      """
      SELECT \(columns) FROM alerts WHERE tenant = :tenant AND state = 'taken' AND taken_by = ? AND person <> ?
      ORDER BY taken_at DESC, id DESC LIMIT 1
      """, helper, helper
    ) { try Alert($0) }
  }

  func insert(_ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO alerts (tenant, id, person, what, is_test, state, ladder, step, raised_at, door, latitude, longitude,
        located_at, is_silent)
      VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, id, person, what, isTest, state.rawValue, ladder.json.text(), step, raisedAt, door, place?.latitude,
      place?.longitude, locatedAt, isSilent)
  }

  func update(_ transaction: Transaction) throws {
    let closed: Instant? = isOver ? transaction.now : nil
    try transaction.execute(
      """
      UPDATE alerts SET what = ?, state = ?, step = ?, taken_by = ?, taken_at = ?, closed_at = ?, reminded = ?,
        reopened = ?, is_silent = ?
      WHERE tenant = :tenant AND id = ?
      """, what, state.rawValue, step, takenBy, takenAt, closed, reminded, reopened, isSilent, id)
  }

  var isOver: Bool { state == .cancelled || state == .ended }

  /// The kinds of emergency that the phrases know (`what` in `Intents/*/emergency_phrases.yaml`).
  static let kinds: Set<String> = [
    "fall", "chest", "breath", "unconscious", "bleeding", "help", "ambulance", "fire", "intruder",
    "poison", "injury", "measure", "door",
  ]

  /// What happened as its reader reads it: a kind in their language, anything else as it was said.
  var words: Say.Value? {
    what.map { what in
      .say(Self.kinds.contains(what) ? Say("emergency.what.\(what)") : Say("emergency.said", ["text": .text(what)]))
    }
  }

  /// Makes the next step due, in place of any other; `nil` ends it.
  mutating func schedule(_ at: Instant?, _ transaction: Transaction) throws {
    nextAt = at
    try transaction.execute("UPDATE alerts SET next_at = ? WHERE tenant = :tenant AND id = ?", at, id)
    try transaction.unschedule(Care.alertKind, subject: id)
    if let at { try transaction.schedule(Care.alertKind, subject: id, person: person, at: at) }
  }

  /// Writes what was done and when, for whoever asks later.
  func log(_ what: String, who: PersonID? = nil, _ transaction: Transaction) throws {
    let number = try transaction.count(
      "SELECT coalesce(max(number), 0) + 1 FROM alert_steps WHERE tenant = :tenant AND alert = ?", id)
    try transaction.execute(
      "INSERT INTO alert_steps (tenant, alert, number, person, at, what, who) VALUES (:tenant, ?, ?, ?, ?, ?, ?)", id,
      number, person, transaction.now, what, who)
  }

  static func steps(of alert: String, _ reader: some Querying) throws -> [JSON] {
    try reader.query(
      "SELECT at, what, who FROM alert_steps WHERE tenant = :tenant AND alert = ? ORDER BY number", alert
    ) { row in
      ["at": .string(row.instant(0).description), "what": .string(row.text(1)), "who": JSON(row.optionalText(2))]
    }
  }

  static func lastTold(_ alert: String, _ reader: some Querying) throws -> Instant? {
    try reader.first(
      """
      SELECT at FROM alert_steps WHERE tenant = :tenant AND alert = ? AND what = 'told' ORDER BY number DESC LIMIT 1
      """, alert
    ) { $0.instant(0) }
  }

  var json: JSON {
    [
      "id": .string(id), "person": .string(person.text), "what": JSON(what), "test": .bool(isTest),
      "silent": .bool(isSilent),
      "state": .string(state.rawValue), "raised": .string(raisedAt.description), "step": .integer(Int64(step)),
      "taken_by": JSON(takenBy?.text), "taken": JSON(takenAt?.description), "next": JSON(nextAt?.description),
    ]
  }
}
