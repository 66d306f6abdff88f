import Actions
import Base
import Delivery
import Events
import Formats
import Messages
import People
import Schedule
import Store
import Time

/// Something to be at, at a time.
struct Appointment: Sendable {
  let id: String
  let person: PersonID
  let creator: PersonID
  let title: String
  private(set) var startsAt: Instant
  /// What the clock there shows then, and where that is; `nil` for one that was said of a moment ("in two hours").
  private(set) var wall: (time: CivilDateTime, zone: String)?
  var isPlanned: Bool
  /// What is to be done before: "fasting from 10 pm". Said the evening before.
  var prepare: String?
  /// How long the way takes.
  var travel: Duration?

  private static let columns = "id, person, creator, title, starts_at, state, prepare, travel_s, wall, zone"

  private init(_ row: Row) {
    id = row.text(0)
    person = row.id(1)
    creator = row.id(2)
    title = row.text(3)
    startsAt = row.instant(4)
    isPlanned = row.text(5) == "planned"
    prepare = row.optionalText(6)
    travel = row.optionalInteger(7).map { .seconds(Int64($0)) }
    if let time = row.optionalText(8).flatMap({ CivilDateTime($0) }), let zone = row.optionalText(9) {
      wall = (time, zone)
    }
  }

  /// - Parameter zone: whose clock it was said by; `nil` for one that was said of a moment.
  init(id: String, person: PersonID, creator: PersonID, title: String, startsAt: Instant, zone: Zone?) {
    self.id = id
    self.person = person
    self.creator = creator
    self.title = title
    self.startsAt = startsAt
    wall = zone.map { ($0.civil(startsAt), $0.identifier) }
    isPlanned = true
  }

  static func find(_ id: String, _ reader: some Querying) throws -> Appointment? {
    try reader.first("SELECT \(columns) FROM appointments WHERE tenant = :tenant AND id = ?", id) { Appointment($0) }
  }

  static func all(for person: PersonID, _ reader: some Querying) throws -> [Appointment] {
    try reader.query(
      "SELECT \(columns) FROM appointments WHERE tenant = :tenant AND person = ? ORDER BY starts_at, id", person
    ) { Appointment($0) }
  }

  static func coming(for person: PersonID, after now: Instant, _ reader: some Querying) throws -> [Appointment] {
    try reader.query(
      """
      SELECT \(columns) FROM appointments
      WHERE tenant = :tenant AND person = ? AND starts_at > ? AND state = 'planned' ORDER BY starts_at, id LIMIT 20
      """, person, now
    ) { Appointment($0) }
  }

  /// Stores it and what is said before it.
  func plan(_ zone: Zone, _ transaction: inout Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO appointments (tenant, id, person, creator, title, starts_at, state, prepare, travel_s, created_at,
        wall, zone)
      VALUES (:tenant, ?, ?, ?, ?, ?, 'planned', ?, ?, ?, ?, ?)
      """, id, person, creator, title, startsAt, prepare, travel?.wholeSeconds, transaction.now,
      wall?.time.description, wall?.zone)
    try scheduleWarnings(zone, transaction)
    try transaction.emit(Event("appointment.added", person: person, json))
  }

  /// Stores what can change beside the state.
  func update(_ transaction: Transaction) throws {
    try transaction.execute(
      "UPDATE appointments SET prepare = ?, travel_s = ? WHERE tenant = :tenant AND id = ?", prepare,
      travel?.wholeSeconds, id)
  }

  /// It starts at another moment; everything that is said before it is said anew.
  ///
  /// - Parameter said: whose clock the moment was said by; `nil` for one that was said of a moment.
  mutating func move(to instant: Instant, said: Zone?, zone: Zone, _ transaction: Transaction) throws {
    startsAt = instant
    wall = said.map { ($0.civil(instant), $0.identifier) }
    try transaction.execute(
      "UPDATE appointments SET starts_at = ?, wall = ?, zone = ? WHERE tenant = :tenant AND id = ?", startsAt,
      wall?.time.description, wall?.zone, id)
    try scheduleWarnings(zone, transaction)
  }

  /// All that are still to come, of everybody, cancelled ones too: they may be restored.
  static func later(than now: Instant, _ reader: some Querying) throws -> [Appointment] {
    try reader.query("SELECT \(columns) FROM appointments WHERE tenant = :tenant AND starts_at > ?", now) {
      Appointment($0)
    }
  }

  /// The zone's rules have changed: it starts when the clock there shows what was said. What was told is not told again.
  ///
  /// - Parameter zone: the person's own, by which the evening before is reckoned.
  mutating func replan(_ zone: Zone, _ transaction: Transaction) throws {
    guard let wall, let at = try? Zone.named(wall.zone).instant(of: wall.time), at != startsAt, at > transaction.now
    else { return }
    let before = Dictionary(warnings(zone).map { ($0.warning, $0.at) }, uniquingKeysWith: { first, _ in first })
    startsAt = at
    try transaction.execute(
      "UPDATE appointments SET starts_at = ? WHERE tenant = :tenant AND id = ?", startsAt, id)
    guard isPlanned else { return }
    try scheduleWarnings(zone, transaction) { warning in before[warning].map { $0 > transaction.now } ?? true }
  }

  /// What is said before it: the day before, the evening before where something is to be prepared, and an hour before,
  /// or before it is time to leave.
  enum Warning: String { case ahead, prepare, leave, soon }

  static let evening = CivilTime(secondOfDay: 19 * 3_600)
  private static let beforeLeaving: Duration = .minutes(15)

  func warnings(_ zone: Zone) -> [(warning: Warning, at: Instant)] {
    var all: [(Warning, Instant)] = [(.ahead, startsAt - .days(1))]
    if prepare != nil {
      let eve = zone.date(startsAt).adding(days: -1)
      all.append((.prepare, zone.instant(of: eve.at(Self.evening))))
    }
    if let travel {
      all.append((.leave, startsAt - travel - Self.beforeLeaving))
    } else {
      all.append((.soon, startsAt - .hours(1)))
    }
    return all
  }

  /// - Parameter isOpen: whether a warning has not been said yet.
  func scheduleWarnings(
    _ zone: Zone, _ transaction: Transaction, isOpen: (Warning) -> Bool = { _ in true }
  ) throws {
    try transaction.unschedule(Care.appointmentKind, subject: id)
    for (warning, at) in warnings(zone) where at > transaction.now && isOpen(warning) {
      try transaction.schedule(
        Care.appointmentKind, subject: id, person: person, at: at, payload: ["warning": .string(warning.rawValue)])
    }
  }

  var json: JSON {
    [
      "id": .string(id), "person": .string(person.text), "title": .string(title),
      "starts": .string(startsAt.description), "planned": .bool(isPlanned), "prepare": JSON(prepare),
      "travel": JSON(travel?.iso8601),
    ]
  }
}

enum Appointments {
  /// The time-zone files of the machine have changed.
  static func replan(_ event: Event, _ transaction: inout Transaction) throws {
    guard let people = transaction.service(PeopleBook.self) else { return }
    for var appointment in try Appointment.later(than: transaction.now, transaction) {
      guard let zone = people.person(appointment.person)?.zone else { continue }
      try appointment.replan(zone, transaction)
    }
  }

  /// Says what is coming; several of a person in one message, each once.
  static func handle(_ dues: [Due], _ transaction: inout Transaction) throws {
    var seen: Set<String> = []
    var says: [Say] = []
    for due in dues.reversed() where seen.insert(due.subject).inserted {
      guard let appointment = try Appointment.find(due.subject, transaction), appointment.isPlanned else { continue }
      says.insert(
        say(appointment, due.payload["warning"].string.flatMap(Appointment.Warning.init), transaction.now), at: 0)
    }
    guard var say = says.first, let person = dues.first?.person else { return }
    say.lines += says.dropFirst()
    try transaction.tell(person, say)
  }

  private static func say(_ appointment: Appointment, _ warning: Appointment.Warning?, _ now: Instant) -> Say {
    var values: [String: Say.Value] = ["title": .text(appointment.title), "starts": .instant(appointment.startsAt)]
    if appointment.startsAt <= now { return Say("appointment.over", values) }
    if let prepare = appointment.prepare, warning == .prepare || warning == .ahead {
      values["prepare"] = .text(prepare)
    }
    if let travel = appointment.travel, warning != .prepare {
      let leave = appointment.startsAt - travel
      values["leave"] = .instant(leave)
      if warning == .leave { return Say(leave > now ? "appointment.leave" : "appointment.leave_now", values) }
    }
    return Say(warning == .prepare ? "appointment.prepare" : "appointment.soon", values)
  }
}
