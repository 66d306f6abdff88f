import Actions
import Base
import Delivery
import Events
import Formats
import Messages
import People
import Schedule
import Store
import Text
import Time

/// Also undoes an added appointment.
struct CancelAppointment: Action {
  static let name = "appointment.cancel"
  static let summary = "Takes an appointment back."
  static let effect = Effect.write

  @Parameter("Which one, by its words or id; the only one when left out.") var appointment: String?

  private static let idle: Set<String> = ["appointment", "appointments", "visit", "அப்பாயிண்ட்மெண்ட்", "अपॉइंटमेंट"]

  func perform(in context: ActionContext) async throws -> ActionResult {
    let actor = context.actor.id
    let found = try await Self.find(appointment, context)
    guard let first = found.first else { throw Self.unknown }
    guard found.count == 1 else { return Self.ask(found, Self.name, isPlain: context.persona.isPlain) }
    return .change { transaction in
      guard let found = try Appointment.find(first.id, transaction), found.isPlanned else { throw Self.unknown }
      try transaction.execute("UPDATE appointments SET state = 'cancelled' WHERE tenant = :tenant AND id = ?", found.id)
      try transaction.unschedule(Care.appointmentKind, subject: found.id)
      let values: [String: Say.Value] = ["title": .text(found.title), "starts": .instant(found.startsAt)]
      if found.person != actor { try transaction.tell(found.person, Say("appointment.cancelled", values)) }
      return Outcome(
        Say("appointment.cancelled", values),
        inverse: ActionCall(RestoreAppointment.name, ["appointment": .string(found.id)]))
    }
  }

  static let unknown = ActionError(
    "appointment.not_found", sentence: "There is no such appointment.", field: "appointment")

  /// Those of the speaker and of whom they look after that the words mean; all that come when left out.
  static func find(
    _ words: String?, _ context: ActionContext, isNextEnough: Bool = false
  ) async throws -> [Appointment] {
    let (now, people, actor) = (context.now, context.people, context.actor.id)
    let found = try await context.store.read { reader in
      if let one = try words.flatMap({ try Appointment.find($0, reader) }) { return [one] }
      let persons = [actor] + people.elders(of: actor).filter { $0.link.rights.contains(.calendar) }.map(\.person.id)
      let coming = try persons.flatMap { try Appointment.coming(for: $0, after: now, reader) }
      guard let words else { return isNextEnough ? Array(coming.prefix(1)) : coming }
      let whole = NameMatch.whole(words, among: coming, idle: idle) { $0.title }
      guard whole.isEmpty, isNextEnough else { return whole }
      // endings change the words in Tamil and Hindi; of a single appointment no doubt is left
      let near = coming.filter { isNear(words, $0.title) }
      return near.isEmpty && coming.count == 1 ? coming : near
    }
    return found.filter { people.may(actor, .calendar, for: $0.person, madeBy: $0.creator) }
  }

  private static func isNear(_ words: String, _ title: String) -> Bool {
    let said = Normaliser.normalise(words).split(separator: " ")
    return Normaliser.normalise(title).split(separator: " ").contains { own in
      own.count >= 4 && said.contains { $0.hasPrefix(own.dropLast()) }
    }
  }

  static func ask(
    _ found: [Appointment], _ action: String, _ arguments: JSONObject = [:], isPlain: Bool
  ) -> ActionResult {
    let buttons = found.prefix(isPlain ? 3 : 8).map { one in
      var arguments = arguments
      arguments["appointment"] = .string(one.id)
      return Say.Button("care.button.pick", ["text": .text(one.title)], action: action, arguments: arguments)
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
        let zone = context.people.person(found.person)?.zone,
        context.people.may(context.actor.id, .calendar, for: found.person, madeBy: found.creator)
      else {
        throw ActionError("appointment.not_found", sentence: "There is no such appointment.", field: "appointment")
      }
      try transaction.execute("UPDATE appointments SET state = 'planned' WHERE tenant = :tenant AND id = ?", id)
      try found.scheduleWarnings(zone, transaction)
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
    let lines = coming.map { one in
      var values: [String: Say.Value] = ["title": .text(one.title), "starts": .instant(one.startsAt)]
      if let prepare = one.prepare { values["prepare"] = .text(prepare) }
      return Say("appointment.list.line", values)
    }
    return .answer(
      Say(coming.isEmpty ? "appointment.list.empty" : "appointment.list", values, lines: lines),
      data: .array(coming.map(\.json)))
  }
}
