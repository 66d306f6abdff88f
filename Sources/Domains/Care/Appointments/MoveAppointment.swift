import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Schedule
import Store
import Time

struct MoveAppointment: Action {
  static let name = "appointment.move"
  static let summary = "Moves an appointment to another day or time; what is not said stays."
  static let effect = Effect.write

  @Parameter("Which one, by its words or id; the only one when left out.") var appointment: String?
  @Parameter("The new day, the new time, or both.") var starts: WhenValue?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let found = try await CancelAppointment.find(appointment, context)
    guard let first = found.first, let person = context.people.person(first.person) else {
      throw CancelAppointment.unknown
    }
    guard found.count == 1 else {
      let arguments: JSONObject = starts.map { ["starts": $0.json] } ?? [:]
      return CancelAppointment.ask(found, Self.name, arguments, isPlain: context.persona.isPlain)
    }
    let values: [String: Say.Value] = ["title": .text(first.title), "starts": .instant(first.startsAt)]
    guard let starts else { return .ask(Say("appointment.move.ask.starts", values), parameter: "starts") }
    let when = Self.completed(starts, from: person.zone.civil(first.startsAt))
    let at = when.instant(in: person.zone, now: context.now)
    guard at > context.now else {
      return .ask(Say("appointment.ask.past", ["at": .instant(at)]), parameter: "starts")
    }
    let (actor, people) = (context.actor, context.people)
    return .change { transaction in
      guard var appointment = try Appointment.find(first.id, transaction), appointment.isPlanned else {
        throw CancelAppointment.unknown
      }
      let before = WhenValue(start: person.zone.civil(appointment.startsAt))
      try appointment.move(to: at, said: when.elapsed == nil ? person.zone : nil, zone: person.zone, transaction)
      var values: [String: Say.Value] = ["title": .text(appointment.title), "starts": .instant(at)]
      if appointment.person != actor.id {
        values["name"] = .text(people.called(actor.id, by: person.id))
        try transaction.tell(person.id, Say("appointment.moved", values))
        values["name"] = nil
      }
      return Outcome(
        Say("appointment.moved", values), data: appointment.json,
        inverse: ActionCall(Self.name, ["appointment": .string(appointment.id), "starts": before.json]))
    }
  }

  /// A day alone keeps the time, a time alone the day. An hour before seven is of the afternoon, where the appointment was.
  private static func completed(_ when: WhenValue, from old: CivilDateTime) -> WhenValue {
    guard when.elapsed == nil else { return when }
    var when = when
    if !when.isTimeGiven {
      when.start.time = old.time
    } else if !when.isDayGiven {
      when.start.date = old.date
      if (1...6).contains(when.start.time.hour), old.time.hour >= 12 {
        when.start.time = CivilTime(secondOfDay: when.start.time.secondOfDay + 43_200)
      }
    }
    when.isTimeGiven = true
    return when
  }
}
