import Actions
import Base
import Formats
import Messages
import People
import Store
import Time

struct MoveEvent: Action {
  static let name = "event.move"
  static let summary = "Moves an event of one's own in the calendar to another time; what is not said stays."
  static let effect = Effect.write

  @Parameter("Its title, some words of it, or its id.") var event: String?
  @Parameter("The one that comes next, instead of its title.", kind: .choice(["next"])) var which: String?
  @Parameter("The new day, the new time, or both.") var starts: WhenValue?
  @Parameter("By how much it is moved instead.") var by: Duration?
  @Parameter("Whether it is moved to an earlier time by that.", default: false) var earlier: Bool
  @Parameter("Whether that is how much longer it takes, or how long in all.", kind: .choice(["extended", "lasting"]))
  var longer: String?
  @Parameter("How long it takes instead.") var minutes: Duration?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (wanted, person, zone, now) = (event, context.actor.id, context.zone, context.now)
    guard let found = try await RemoveEvent.meant(event, nil, which, context) else {
      return .ask(Say("event.move.ask.event"), parameter: "event")
    }
    guard let event = found.first else { throw RemoveEvent.unknown(wanted) }
    guard found.count == 1 else {
      var arguments: JSONObject = earlier ? ["earlier": true] : [:]
      arguments["starts"] = starts?.json
      arguments["by"] = by.map { .string($0.iso8601) }
      arguments["longer"] = longer.map { .string($0) }
      arguments["minutes"] = minutes.map { .string($0.iso8601) }
      return RemoveEvent.ask(found, Self.name, "button.event.pick", arguments)
    }
    let length = try length(of: event)
    guard starts != nil || by != nil || length != nil else {
      return .ask(Say("event.move.ask.starts", ["title": .text(event.title)]), parameter: "starts")
    }
    let local = try moved(event, now)
    let begins = event.zone.instant(of: local)
    guard event.rule != nil || begins > now || length != nil || event.isAllDay && local.date >= event.zone.date(now)
    else {
      return .ask(Say("event.move.ask.past", ["at": .instant(begins)]), parameter: "starts")
    }
    return .change { transaction in
      guard
        try transaction.execute(
          "UPDATE desk_events SET starts = ?, seconds = ? WHERE tenant = :tenant AND id = ? AND person = ?",
          local.description, length ?? event.seconds, event.id, person) == 1
      else { throw RemoveEvent.unknown(wanted) }
      let clashes =
        event.isAllDay
        ? []
        : try Agenda(
          from: begins, to: begins + .seconds(length ?? event.seconds), for: person, in: zone, withTasks: false,
          transaction
        ).items.filter { $0.isBusy && !($0.title == event.title && $0.start == begins) }
      var undo: JSONObject = ["event": .string(event.id), "starts": event.arguments["starts"] ?? .null]
      if length != nil { undo["minutes"] = .string(Duration.seconds(event.seconds).iso8601) }
      return Outcome(
        Say(
          "event.move",
          values([
            "title": .text(event.title), "starts": event.isAllDay ? .date(local.date) : .instant(begins),
            "minutes": length.map { .duration(.seconds($0)) },
          ]), lines: clashes.prefix(3).map { $0.clash(in: zone) }),
        data: ["id": .string(event.id), "conflicts": .integer(Int64(clashes.count))],
        inverse: ActionCall(Self.name, undo))
    }
  }

  /// How long it takes instead, in seconds: "make it 2 hours", "extend it by half an hour".
  private func length(of event: OwnEvent) throws -> Int64? {
    let wanted = minutes ?? (longer == nil ? nil : by)
    guard let wanted, !event.isAllDay else { return nil }
    let length = Int64(wanted.seconds) + (longer == "extended" && minutes == nil ? event.seconds : 0)
    guard length > 0, Duration.seconds(length) <= .days(366) else {
      throw ActionError(
        "desk.event_invalid", sentence: "An event has a short title and lasts up to a year.", field: "minutes")
    }
    return length
  }

  /// Where it starts then, on its own clock.
  private func moved(_ event: OwnEvent, _ now: Instant) throws -> CivilDateTime {
    var local = event.starts
    if let by, longer == nil {
      guard by >= .minutes(1), by <= .days(366) else {
        throw ActionError("desk.event_move", sentence: "An event is moved by a minute up to a year.", field: "by")
      }
      local = local.adding(seconds: Int64(by.seconds) * (earlier ? -1 : 1))
    } else if let starts, starts.elapsed != nil {
      local = event.zone.civil(starts.instant(in: event.zone, now: now))
    } else if let starts {
      if starts.isDayGiven { local.date = starts.start.date }
      // "move it to 10", of nine in the morning
      if starts.isTimeGiven, !event.isAllDay { local.time = starts.nearest(to: local.time).start.time }
    }
    guard event.rule == nil || local.date == event.starts.date else {
      throw ActionError(
        "desk.event_repeats", ["title": .text(event.title)],
        sentence: "“\(event.title)” repeats: only its time of day can be moved. For other days, put it in anew.",
        field: "starts")
    }
    return local
  }
}

extension Agenda.Item {
  /// Said of what is at the same time.
  func clash(in zone: Zone) -> Say {
    Say("event.add.clash", ["title": .text(title), "time": .time(zone.civil(start).time)])
  }
}
