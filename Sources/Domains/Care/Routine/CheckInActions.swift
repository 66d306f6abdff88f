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

struct SetCheckIn: Action {
  static let name = "checkin.set"
  static let summary = "Asks somebody every day whether they are well; without an answer the family hears of it."
  static let effect = Effect.write

  @Parameter("At what time it is asked.") var at: CivilTime
  @Parameter("By when there must be an answer; two hours later when left out.") var until: CivilTime?
  @Parameter("How long an answer may take, instead of a time.") var wait: Duration?
  @Parameter("Who is asked; the speaker when left out.") var person: PersonReference?
  @Parameter("Whether any message counts as an answer.", default: true) var anyMessage: Bool

  private static let usual: Duration = .hours(2)

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.person(person, needing: .alerts)
    let wait = wait ?? Self.usual
    guard wait >= .minutes(15), wait <= .hours(12) else {
      throw ActionError("checkin.wait", sentence: "An answer can take from 15 minutes to 12 hours.", field: "wait")
    }
    let quiet = context.house.personas[person.persona]?.quietHours
    guard quiet?.contains(at) != true else {
      return .ask(Say("checkin.ask_at_night", ["at": .time(at)]), parameter: "at")
    }
    let tellAt = until.flatMap { $0 == at ? nil : $0 } ?? CivilTime(secondOfDay: at.secondOfDay + wait.wholeSeconds)
    let checkIn = CheckIn(
      person: person.id, creator: context.actor.id, askAt: at, tellAt: tellAt, takesAnyMessage: anyMessage)
    return .change { transaction in
      let before = try CheckIn.find(person.id, transaction)
      try checkIn.store(transaction)
      try transaction.unschedule(Care.checkInKind, subject: person.id.text)
      try checkIn.scheduleNext(person.zone, transaction)
      var values: [String: Say.Value] = ["at": .time(checkIn.askAt), "until": .time(checkIn.tellAt)]
      let relatives = context.people.relatives(of: person.id).filter { $0.link.rights.contains(.alerts) }
      if !relatives.isEmpty {
        values["names"] = .list(relatives.map { .text(context.people.called($0.person.id, by: person.id)) })
      }
      let inverse =
        before.map { ActionCall(Self.name, Self.arguments($0)) }
        ?? ActionCall(StopCheckIn.name, ["person": .string(person.id.text)])
      let isSelf = person.id == context.actor.id
      if !isSelf {
        var told = values
        told["name"] = .text(context.people.called(context.actor.id, by: person.id))
        try transaction.tell(person.id, Say("checkin.set_for_you", told))
        values["name"] = .text(context.people.called(person.id, by: context.actor.id))
      }
      let key = isSelf ? (relatives.isEmpty ? "checkin.set_alone" : "checkin.set") : "checkin.set_for"
      return Outcome(Say(key, values), data: checkIn.json, inverse: inverse)
    }
  }

  private static func arguments(_ checkIn: CheckIn) -> JSONObject {
    [
      "at": .string(checkIn.askAt.description), "until": .string(checkIn.tellAt.description),
      "person": .string(checkIn.person.text), "any_message": .bool(checkIn.takesAnyMessage),
    ]
  }
}

struct StopCheckIn: Action {
  static let name = "checkin.stop"
  static let summary = "Ends the daily question."
  static let effect = Effect.write

  @Parameter("Who is no longer asked; the speaker when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.person(person, needing: .alerts)
    return .change { transaction in
      guard let before = try CheckIn.find(person.id, transaction) else {
        throw ActionError("checkin.none", sentence: "There is no daily question.", field: "person")
      }
      try transaction.execute("DELETE FROM checkins WHERE tenant = :tenant AND person = ?", person.id)
      try transaction.unschedule(Care.checkInKind, subject: person.id.text)
      var values: [String: Say.Value] = [:]
      if person.id != context.actor.id {
        try transaction.tell(
          person.id,
          Say("checkin.stopped_for_you", ["name": .text(context.people.called(context.actor.id, by: person.id))]))
        values["name"] = .text(context.people.called(person.id, by: context.actor.id))
      }
      return Outcome(
        Say("checkin.stopped", values),
        inverse: ActionCall(
          SetCheckIn.name,
          [
            "at": .string(before.askAt.description), "until": .string(before.tellAt.description),
            "person": .string(person.id.text), "any_message": .bool(before.takesAnyMessage),
          ]))
    }
  }
}

struct AnswerCheckIn: Action {
  static let name = "checkin.answer"
  static let summary = "Answers the daily question."
  static let effect = Effect.write

  @Parameter("Whether all is well.", default: true) var well: Bool
  @Parameter("Whose question; the speaker's own when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.person(person, needing: .alerts)
    let (well, actor) = (well, context.actor.id)
    return .change { transaction in
      guard let family = Family(transaction) else { throw MedicineFinder.unknown }
      let before = try CheckIns.hear(person, transaction)
      try transaction.emit(Event("checkin.answered", person: person.id, ["well": .bool(well)]))
      if person.id != actor {
        // a relative has found out: the others need not worry
        let by = context.people.person(actor)?.name ?? ""
        try family.tell(
          .alerts, of: person.id, except: actor, Say("checkin.found_out", ["by": .text(by)]))
        return Outcome(Say("checkin.noted", ["name": .text(context.people.called(person.id, by: actor))]))
      }
      guard well else {
        try family.tell(.alerts, of: person.id, Say("checkin.call_me_for"))
        return Outcome(Say("checkin.call_me"))
      }
      if before == .silent { try family.tell(.alerts, of: person.id, Say("checkin.well_for")) }
      return Outcome(Say("checkin.thanks"))
    }
  }
}

enum CheckIns {
  /// "I am fine" answers the question that waits, if one does; a family that was told before hears it.
  static func isAnsweredWell(by person: Person, _ transaction: Transaction) throws -> Bool {
    guard let before = try hear(person, transaction) else { return false }
    if before == .silent { try Family(transaction)?.tell(.alerts, of: person.id, Say("checkin.well_for")) }
    return true
  }

  /// Notes a sign of life for the question that waits. - Returns: what the day was before; `nil` when none waited.
  @discardableResult
  static func hear(_ person: Person, _ transaction: Transaction) throws -> CheckInDay.State? {
    guard var day = try CheckInDay.last(1, of: person.id, transaction).first,
      day.state == .asked || day.state == .silent, let asked = day.askedAt, transaction.now - asked < .days(1)
    else { return nil }
    let before = day.state
    day.state = .answered
    day.answeredAt = transaction.now
    try day.store(transaction)
    return before
  }
}

struct ShowCheckIn: Action {
  static let name = "checkin.show"
  static let summary = "Says how the daily question went in the last days."
  static let effect = Effect.read

  @Parameter("Whose; that of the one person looked after when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.caredFor(person, needing: .alerts)
    let (checkIn, days) = try await context.store.read { reader in
      (try CheckIn.find(person.id, reader), try CheckInDay.last(7, of: person.id, reader))
    }
    guard let checkIn else {
      throw ActionError("checkin.none", sentence: "There is no daily question.", field: "person")
    }
    var values: [String: Say.Value] = ["at": .time(checkIn.askAt), "until": .time(checkIn.tellAt)]
    if person.id != context.actor.id { values["name"] = .text(context.people.called(person.id, by: context.actor.id)) }
    let today = person.zone.date(context.now)
    let waiting =
      days.contains { $0.day == today } ? [] : [Say("checkin.day.waiting", ["day": .date(today)])]
    let lines =
      waiting
      + days.map { day in
        var values: [String: Say.Value] = ["day": .date(day.day)]
        if let at = day.answeredAt { values["at"] = .time(person.zone.civil(at).time) }
        return Say("checkin.day.\(day.state.rawValue)", values)
      }
    var json = checkIn.json
    json["days"] = .array(days.map(\.json))
    return .answer(Say("checkin.show", values, lines: lines), data: json)
  }
}
