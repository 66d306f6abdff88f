import Actions
import Base
import Events
import Formats
import Messages
import People
import Store
import Time

struct ChangeZone: Action {
  static let name = "assistant.zone"
  static let summary = "Notes in which time zone you are now, and asks whether your times move along."
  static let effect = Effect.write

  @Parameter("A big city, such as London, or a zone, such as Europe/London.") var place: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    guard let zone = Zone.ofPlace(place) else {
      throw ActionError(
        "assistant.zone_unknown", ["place": .text(place)], sentence: "I do not know the time zone of \(place).",
        field: "place")
    }
    let before = context.zone
    let values: [String: Say.Value] = ["place": .text(Self.city(zone))]
    guard zone != before else { return .answer(Say("assistant.zone_same", values)) }
    var person = context.actor
    person.zone = zone
    let (changed, people) = (person, context.people)
    return .change { transaction in
      var house = transaction.widened()
      try people.update(changed, in: &house)
      func button(_ label: String, _ action: String, _ zone: Zone) -> Say.Button {
        Say.Button(
          label, ["place": .text(Self.city(zone))], action: action, arguments: ["zone": .string(zone.identifier)])
      }
      var known = values
      known["at"] = .time(zone.civil(transaction.now).time)
      return Outcome(
        Say(
          "assistant.zone_changed", known,
          buttons: [
            button("button.times_move", MoveTimes.name, zone), button("button.times_keep", KeepTimes.name, before),
          ]), data: ["zone": .string(zone.identifier), "before": .string(before.identifier)],
        inverse: ActionCall(Self.name, ["place": .string(before.identifier)]))
    }
  }

  private static func city(_ zone: Zone) -> String {
    (zone.identifier.split(separator: "/").last.map(String.init) ?? zone.identifier).replacing("_", with: " ")
  }
}

/// All that goes by the clock goes by the clock of another zone from now on; each room moves its own.
struct MoveTimes: Action {
  static let name = "assistant.move_times"
  static let summary = "Moves your reminders and medicines to the clock of a time zone."
  static let effect = Effect.write
  static let isHidden = true

  @Parameter("The zone.") var zone: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let zone = try PeopleRoom.zone(zone, context.zone)
    return .change { transaction in
      try transaction.emit(
        Event("times.move", person: context.actor.id, ["zone": .string(zone.identifier)]))
      return Outcome(Say("assistant.times_moved"), data: ["zone": .string(zone.identifier)])
    }
  }
}

struct KeepTimes: Action {
  static let name = "assistant.keep_times"
  static let summary = "Leaves your reminders and medicines at the times of home."
  static let effect = Effect.read
  static let isHidden = true

  @Parameter("The zone they stay in.") var zone: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    .answer(Say("assistant.times_kept"), data: ["zone": .string(zone)])
  }
}
