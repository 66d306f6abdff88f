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
struct Appointment: Sendable, Hashable {
  let id: String
  let person: PersonID
  let creator: PersonID
  let title: String
  let startsAt: Instant
  var isPlanned: Bool

  private static let columns = "id, person, creator, title, starts_at, state"

  private init(_ row: Row) {
    id = row.text(0)
    person = row.id(1)
    creator = row.id(2)
    title = row.text(3)
    startsAt = row.instant(4)
    isPlanned = row.text(5) == "planned"
  }

  init(id: String, person: PersonID, creator: PersonID, title: String, startsAt: Instant) {
    self.id = id
    self.person = person
    self.creator = creator
    self.title = title
    self.startsAt = startsAt
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
  func plan(_ transaction: inout Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO appointments (tenant, id, person, creator, title, starts_at, state, created_at)
      VALUES (:tenant, ?, ?, ?, ?, ?, 'planned', ?)
      """, id, person, creator, title, startsAt, transaction.now)
    try scheduleWarnings(transaction)
    try transaction.emit(Event("appointment.added", person: person, json))
  }

  /// What is said the day before and an hour before.
  func scheduleWarnings(_ transaction: Transaction) throws {
    for lead in [Duration.days(1), .hours(1)] where startsAt - lead > transaction.now {
      try transaction.schedule(Care.appointmentKind, subject: id, person: person, at: startsAt - lead)
    }
  }

  var json: JSON {
    [
      "id": .string(id), "person": .string(person.text), "title": .string(title),
      "starts": .string(startsAt.description), "planned": .bool(isPlanned),
    ]
  }
}

enum Appointments {
  /// Says what is coming; several of a person in one message, each once.
  static func handle(_ dues: [Due], _ transaction: inout Transaction) throws {
    var seen: Set<String> = []
    var lines: [(key: String, appointment: Appointment)] = []
    for due in dues where seen.insert(due.subject).inserted {
      guard let appointment = try Appointment.find(due.subject, transaction), appointment.isPlanned else { continue }
      lines.append((appointment.startsAt <= transaction.now ? "appointment.over" : "appointment.soon", appointment))
    }
    guard let first = lines.first else { return }
    let says = lines.map { line in
      Say(line.key, ["title": .text(line.appointment.title), "starts": .instant(line.appointment.startsAt)])
    }
    var say = says[0]
    say.lines = Array(says.dropFirst())
    try transaction.tell(first.appointment.person, say)
  }
}

struct AddAppointment: Action {
  static let name = "appointment.add"
  static let summary = "Plans an appointment and reminds of it the day before and an hour before."
  static let effect = Effect.write

  @Parameter("What it is.") var title: String
  @Parameter("When it starts, in the time zone of who goes.") var starts: WhenValue
  @Parameter("Who goes; the speaker when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.person(person, needing: .calendar)
    guard starts.isTimeGiven || starts.elapsed != nil else {
      return .ask(Say("appointment.ask.time", ["day": .date(starts.start.date)]), parameter: "starts")
    }
    let at = starts.instant(in: person.zone, now: context.now)
    guard at > context.now else {
      return .ask(Say("appointment.ask.past", ["at": .instant(at)]), parameter: "starts")
    }
    let (title, actor) = (title, context.actor)
    return .change { transaction in
      let appointment = Appointment(
        id: transaction.newID(), person: person.id, creator: actor.id, title: title, startsAt: at)
      try appointment.plan(&transaction)
      var values: [String: Say.Value] = ["title": .text(title), "starts": .instant(at)]
      if person.id != actor.id {
        values["name"] = .text(context.people.called(actor.id, by: person.id))
        try transaction.tell(person.id, Say("appointment.set_for_you", values))
        values["name"] = .text(context.people.called(person.id, by: actor.id))
      }
      return Outcome(
        Say("appointment.added", values), data: appointment.json,
        inverse: ActionCall(CancelAppointment.name, ["appointment": .string(appointment.id)]))
    }
  }
}

/// Also undoes an added appointment.
struct CancelAppointment: Action {
  static let name = "appointment.cancel"
  static let summary = "Takes an appointment back."
  static let effect = Effect.write

  @Parameter("Which one, by its words or id; the only one when left out.") var appointment: String?

  private static let idle: Set<String> = ["appointment", "appointments", "visit", "அப்பாயிண்ட்மெண்ட்", "अपॉइंटमेंट"]

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (words, now, people, actor) = (appointment, context.now, context.people, context.actor.id)
    let found = try await context.store.read { reader in
      if let one = try words.flatMap({ try Appointment.find($0, reader) }) { return [one] }
      let persons = [actor] + people.elders(of: actor).filter { $0.link.rights.contains(.calendar) }.map(\.person.id)
      let coming = try persons.flatMap { try Appointment.coming(for: $0, after: now, reader) }
      return words.map { words in NameMatch.whole(words, among: coming, idle: Self.idle) { $0.title } } ?? coming
    }
    guard let first = found.first, first.creator == actor || people.may(actor, .calendar, for: first.person) else {
      throw ActionError(
        "appointment.not_found", sentence: "There is no such appointment.", field: "appointment")
    }
    guard found.count == 1 else { return ask(found, isPlain: context.persona.isPlain) }
    return .change { transaction in
      guard let found = try Appointment.find(first.id, transaction), found.isPlanned else {
        throw ActionError("appointment.not_found", sentence: "There is no such appointment.", field: "appointment")
      }
      try transaction.execute("UPDATE appointments SET state = 'cancelled' WHERE tenant = :tenant AND id = ?", found.id)
      try transaction.unschedule(Care.appointmentKind, subject: found.id)
      let values: [String: Say.Value] = ["title": .text(found.title), "starts": .instant(found.startsAt)]
      if found.person != actor { try transaction.tell(found.person, Say("appointment.cancelled", values)) }
      return Outcome(
        Say("appointment.cancelled", values),
        inverse: ActionCall(RestoreAppointment.name, ["appointment": .string(found.id)]))
    }
  }

  private func ask(_ found: [Appointment], isPlain: Bool) -> ActionResult {
    let buttons = found.prefix(isPlain ? 3 : 8).map { one in
      Say.Button(
        "care.button.pick", ["text": .text(one.title)], action: Self.name, arguments: ["appointment": .string(one.id)])
    }
    return .ask(Say("appointment.ask.which", buttons: buttons), parameter: "appointment")
  }
}

/// Undoes a cancelled appointment.
struct RestoreAppointment: Action {
  static let name = "appointment.restore"
  static let summary = "Plans a cancelled appointment again."
  static let effect = Effect.write
  static let isHidden = true

  @Parameter("Id of the appointment.") var appointment: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let id = appointment
    return .change { transaction in
      guard let found = try Appointment.find(id, transaction),
        found.creator == context.actor.id || context.people.may(context.actor.id, .calendar, for: found.person)
      else {
        throw ActionError("appointment.not_found", sentence: "There is no such appointment.", field: "appointment")
      }
      try transaction.execute("UPDATE appointments SET state = 'planned' WHERE tenant = :tenant AND id = ?", id)
      try found.scheduleWarnings(transaction)
      let values: [String: Say.Value] = ["title": .text(found.title), "starts": .instant(found.startsAt)]
      return Outcome(
        Say("appointment.added", values), data: found.json,
        inverse: ActionCall(CancelAppointment.name, ["appointment": .string(id)]))
    }
  }
}

struct ListAppointments: Action {
  static let name = "appointment.list"
  static let summary = "Lists the appointments that are to come."
  static let effect = Effect.read

  @Parameter("Whose; the speaker's when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.person(person, needing: .calendar)
    let now = context.now
    let coming = try await context.store.read { try Appointment.coming(for: person.id, after: now, $0) }
    var values: [String: Say.Value] = ["count": .integer(Int64(coming.count))]
    if person.id != context.actor.id { values["name"] = .text(context.people.called(person.id, by: context.actor.id)) }
    let lines = coming.map {
      Say("appointment.list.line", ["title": .text($0.title), "starts": .instant($0.startsAt)])
    }
    return .answer(
      Say(coming.isEmpty ? "appointment.list.empty" : "appointment.list", values, lines: lines),
      data: .array(coming.map(\.json)))
  }
}
