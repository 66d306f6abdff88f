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

struct AddAppointment: Action {
  static let name = "appointment.add"
  static let summary = "Plans an appointment and reminds of it the day before and an hour before."
  static let effect = Effect.write

  @Parameter("What it is.") var title: String
  @Parameter("When it starts, in the time zone of who goes.") var starts: WhenValue
  @Parameter("Who goes; the speaker when left out.") var person: PersonReference?
  @Parameter("What is to be done before, such as fasting; said the evening before.") var prepare: String?
  @Parameter("How long the way takes; then it is said when to leave.") var travel: Duration?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.person(person, needing: .calendar, passesOn: true)
    guard starts.isTimeGiven || starts.elapsed != nil else {
      return .ask(Say("appointment.ask.time", ["day": .date(starts.start.date)]), parameter: "starts")
    }
    let at = starts.instant(in: person.zone, now: context.now)
    guard at > context.now else {
      return .ask(Say("appointment.ask.past", ["at": .instant(at)]), parameter: "starts")
    }
    try Self.check(travel)
    let (title, actor, prepare, travel) = (title, context.actor, prepare, travel)
    let isOfMoment = starts.elapsed != nil
    return .change { transaction in
      var appointment = Appointment(
        id: transaction.newID(), person: person.id, creator: actor.id, title: title, startsAt: at,
        zone: isOfMoment ? nil : person.zone)
      appointment.prepare = prepare
      appointment.travel = travel
      try appointment.plan(person.zone, &transaction)
      var values: [String: Say.Value] = ["title": .text(title), "starts": .instant(at)]
      if let prepare { values["prepare"] = .text(prepare) }
      if let travel { values["leave"] = .instant(at - travel) }
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

  static func check(_ travel: Duration?) throws {
    guard let travel else { return }
    guard travel >= .minutes(1), travel <= .hours(12) else {
      throw ActionError(
        "appointment.travel", sentence: "The way can take from a minute to twelve hours.", field: "travel")
    }
  }
}

/// Says what is to be done before an appointment, or how long the way takes.
struct PrepareAppointment: Action {
  static let name = "appointment.prepare"
  static let summary = "Notes what is to be done before an appointment, or how long the way takes."
  static let effect = Effect.write

  @Parameter("What is to be done before; said the evening before.") var prepare: String?
  @Parameter("How long the way takes; then it is said when to leave.") var travel: Duration?
  @Parameter("Which one, by its words or id; the next one when left out.") var appointment: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    try AddAppointment.check(travel)
    guard prepare != nil || travel != nil else {
      return .ask(Say("appointment.prepare.ask.prepare"), parameter: "prepare")
    }
    let found = try await CancelAppointment.find(appointment, context, isNextEnough: true)
    guard let first = found.first else { throw CancelAppointment.unknown }
    var arguments = JSONObject()
    arguments["prepare"] = prepare.map { .string($0) }
    arguments["travel"] = travel.map { .string($0.iso8601) }
    guard found.count == 1 else {
      return CancelAppointment.ask(found, Self.name, arguments, isPlain: context.persona.isPlain)
    }
    let (prepare, travel) = (prepare, travel)
    return .change { transaction in
      guard var found = try Appointment.find(first.id, transaction), found.isPlanned,
        let zone = context.people.person(found.person)?.zone
      else { throw CancelAppointment.unknown }
      if let prepare { found.prepare = prepare }
      if let travel { found.travel = travel }
      try found.update(transaction)
      try found.scheduleWarnings(zone, transaction)
      var values: [String: Say.Value] = ["title": .text(found.title), "starts": .instant(found.startsAt)]
      if let prepare = found.prepare { values["prepare"] = .text(prepare) }
      if let travel = found.travel { values["leave"] = .instant(found.startsAt - travel) }
      if found.person != context.actor.id { try transaction.tell(found.person, Say("appointment.changed", values)) }
      return Outcome(Say("appointment.changed", values), data: found.json)
    }
  }
}
