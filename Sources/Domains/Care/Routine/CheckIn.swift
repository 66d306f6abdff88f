import Base
import Formats
import Messages
import People
import Schedule
import Store
import Time

/// The daily question to somebody who lives alone: asked at a time, and the family hears when nobody answers.
struct CheckIn: Sendable, Hashable {
  let person: PersonID
  let creator: PersonID
  var askAt: CivilTime
  /// Without an answer by then the family is told; after midnight when it is not later than `askAt`.
  var tellAt: CivilTime
  /// Whether any message of the person counts as an answer.
  var takesAnyMessage: Bool

  static func find(_ person: PersonID, _ reader: some Querying) throws -> CheckIn? {
    try reader.first(
      "SELECT creator, ask_second, tell_second, any_message FROM checkins WHERE tenant = :tenant AND person = ?", person
    ) { row in
      CheckIn(
        person: person, creator: row.id(0), askAt: CivilTime(secondOfDay: row.integer(1)),
        tellAt: CivilTime(secondOfDay: row.integer(2)), takesAnyMessage: row.bool(3))
    }
  }

  func store(_ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO checkins (tenant, person, creator, ask_second, tell_second, any_message)
      VALUES (:tenant, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant, person) DO UPDATE SET creator = excluded.creator, ask_second = excluded.ask_second,
        tell_second = excluded.tell_second, any_message = excluded.any_message
      """, person, creator, askAt.secondOfDay, tellAt.secondOfDay, takesAnyMessage)
  }

  func tellTime(of day: CivilDate, _ zone: Zone) -> Instant {
    zone.instant(of: (tellAt > askAt ? day : day.adding(days: 1)).at(tellAt))
  }

  /// The next asking after an instant.
  func nextAsk(after now: Instant, _ zone: Zone) -> (day: CivilDate, at: Instant) {
    let today = zone.date(now)
    for ahead in 0...2 {
      let day = today.adding(days: ahead)
      let at = zone.instant(of: day.at(askAt))
      if at > now { return (day, at) }
    }
    return (today.adding(days: 1), now + .days(1))
  }

  func scheduleNext(_ zone: Zone, _ transaction: Transaction) throws {
    let next = nextAsk(after: transaction.now, zone)
    try transaction.schedule(
      Care.checkInKind, subject: person.text, person: person, at: next.at,
      payload: ["step": "ask", "day": .string(next.day.description)])
  }

  var json: JSON {
    [
      "person": .string(person.text), "ask": .string(askAt.short), "tell": .string(tellAt.short),
      "any_message": .bool(takesAnyMessage),
    ]
  }
}

/// What became of one day's question.
struct CheckInDay: Sendable, Hashable {
  /// `seen`: any message counted. `silent`: nobody knows, and the family was told so.
  enum State: String { case asked, answered, seen, silent }

  let person: PersonID
  let day: CivilDate
  var state: State
  var askedAt: Instant?
  var answeredAt: Instant?
  /// The message that asked.
  var message: String?

  private static let columns = "person, day, state, asked_at, answered_at, message"

  private init?(_ row: Row) {
    guard let day = CivilDate(row.text(1)) else { return nil }
    person = row.id(0)
    self.day = day
    state = State(rawValue: row.text(2)) ?? .silent
    askedAt = row.optionalInstant(3)
    answeredAt = row.optionalInstant(4)
    message = row.optionalText(5)
  }

  init(person: PersonID, day: CivilDate, state: State) {
    self.person = person
    self.day = day
    self.state = state
  }

  static func find(_ person: PersonID, _ day: CivilDate, _ reader: some Querying) throws -> CheckInDay? {
    try reader.first(
      "SELECT \(columns) FROM checkin_days WHERE tenant = :tenant AND person = ? AND day = ?", person, day.description
    ) { CheckInDay($0) } ?? nil
  }

  /// The newest days first.
  static func last(_ count: Int, of person: PersonID, _ reader: some Querying) throws -> [CheckInDay] {
    try reader.query(
      "SELECT \(columns) FROM checkin_days WHERE tenant = :tenant AND person = ? ORDER BY day DESC LIMIT ?", person,
      count
    ) { CheckInDay($0) }.compactMap { $0 }
  }

  func store(_ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO checkin_days (tenant, person, day, state, asked_at, answered_at, message)
      VALUES (:tenant, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant, person, day) DO UPDATE SET state = excluded.state, asked_at = excluded.asked_at,
        answered_at = excluded.answered_at, message = excluded.message
      """, person, day.description, state.rawValue, askedAt, answeredAt, message)
  }

  var json: JSON {
    [
      "day": .string(day.description), "state": .string(state.rawValue), "asked": JSON(askedAt?.description),
      "answered": JSON(answeredAt?.description),
    ]
  }
}
