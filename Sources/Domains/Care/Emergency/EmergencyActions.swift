import Actions
import Base
import Delivery
import Events
import Formats
import Messages
import People
import Schedule
import Store

/// The emergency path runs it by name, before anything else is understood; so it asks nothing and reads little.
struct RaiseAlert: Action {
  static let name = "emergency.alert"
  static let summary = "Calls the family for help at once, until one of them answers."
  static let effect = Effect.write

  @Parameter("What happened, in the person's own words.") var what: String?

  /// The same call within this time does not go out again by itself.
  private static let pause: Duration = .seconds(30)

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (what, actor, door) = (what.map { String($0.prefix(300)) }, context.actor, context.origin.door)
    return .change { transaction in
      let now = transaction.now
      let open = try Alert.current(for: actor.id, since: now, transaction).first { $0.state == .open && !$0.isTest }
      if var alert = open {
        let isNew = what != nil && what != alert.what
        alert.what = what ?? alert.what
        try alert.update(transaction)
        let told = try Alert.lastTold(alert.id, transaction)
        if isNew || told.map({ now - $0 >= Self.pause }) ?? true {
          try AlertLadder(alert, transaction)?.tellHelpers("emergency.alert_for")
        }
        return Self.reply(alert, transaction)
      }
      let alert = Alert(
        id: transaction.newID(), person: actor.id, what: what, isTest: false, ladder: .standard, raisedAt: now,
        door: door, location: try Location.last(of: actor.id, transaction))
      try alert.insert(transaction)
      try alert.log("raised", who: actor.id, transaction)
      if let ladder = AlertLadder(alert, transaction) {
        try ladder.tellHelpers("emergency.alert_for")
        try ladder.scheduleNext()
      }
      try transaction.emit(
        Event("emergency.raised", person: actor.id, ["alert": .string(alert.id), "door": .string(door)]))
      return Self.reply(alert, transaction)
    }
  }

  private static func reply(_ alert: Alert, _ transaction: Transaction) -> Outcome {
    guard let ladder = AlertLadder(alert, transaction) else {
      return Outcome(Say("emergency.nobody"), data: alert.json)
    }
    let helpers = ladder.helpers
    var values: [String: Say.Value] = ["number": .text(ladder.elder.emergencyNumber)]
    if !helpers.isEmpty {
      let names = helpers.map { Say.Value.text(ladder.family.people.called($0.id, by: alert.person)) }
      values["names"] = .list(names)
    }
    var data = alert.json
    data["told"] = .array(helpers.map { .string($0.id.text) })
    return Outcome(
      Say(
        ladder.hasRelatives ? "emergency.raised" : "emergency.nobody", values, buttons: [AlertLadder.cancelButton]),
      data: data)
  }
}

struct AcknowledgeAlert: Action {
  static let name = "emergency.acknowledge"
  static let summary = "Takes a call for help: the others are told who is on it."
  static let effect = Effect.write

  @Parameter("Id of the alert; the newest one when left out.") var alert: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (id, actor, people) = (alert, context.actor, context.people)
    return .change { transaction in
      guard var alert = try Self.find(id, actor, people, transaction) else {
        throw ActionError("emergency.none", sentence: "There is no open call for help.", field: "alert")
      }
      guard let ladder = AlertLadder(alert, transaction), ladder.mayTake(actor) else {
        throw ActionError(
          "emergency.not_allowed", sentence: "Only the family can take a call for help.", field: "alert")
      }
      let name = people.called(alert.person, by: actor.id)
      switch alert.state {
      case .open: break
      case .taken where alert.takenBy != actor.id:
        let by = alert.takenBy.map { people.called($0, by: actor.id) } ?? ""
        return Outcome(Say("emergency.taken_already", ["by": .text(by), "name": .text(name)]), data: alert.json)
      case .taken: return Outcome(Say("emergency.taken", ["name": .text(name)]), data: alert.json)
      case .cancelled, .ended:
        return Outcome(Say("emergency.over", ["name": .text(name)]), data: alert.json)
      }
      // one winner: whoever's change comes first, on the one writer
      alert.state = .taken
      alert.takenBy = actor.id
      alert.takenAt = transaction.now
      try alert.update(transaction)
      try alert.log("taken", who: actor.id, transaction)
      try transaction.unschedule(Care.alertKind, subject: alert.id)
      let by = people.called(actor.id, by: alert.person)
      if alert.isTest {
        try ladder.tellElder("emergency.test_answered", ["by": .text(by)])
        return Outcome(Say("emergency.test_taken", ["name": .text(name)]), data: alert.json)
      }
      try ladder.tellElder("emergency.taken_for_you", ["by": .text(by)])
      try ladder.tellOutcome("emergency.taken_by", except: actor.id, ["by": .text(actor.name)])
      try transaction.emit(
        Event(
          "emergency.taken", person: alert.person, ["alert": .string(alert.id), "by": .string(actor.id.text)]))
      return Outcome(Say("emergency.taken", ["name": .text(name)], location: alert.place), data: alert.json)
    }
  }

  /// By id, or the newest one of those whom the speaker may help: open ones first.
  private static func find(
    _ id: String?, _ actor: Person, _ people: PeopleBook, _ transaction: Transaction
  ) throws -> Alert? {
    if let id { return try Alert.find(id, transaction) }
    var elders = people.elders(of: actor.id).filter { $0.link.rights.contains(.alerts) }.map(\.person)
    if actor.isOwner {
      elders += people.everybody.filter { $0.tenant == actor.tenant && $0.id != actor.id && !elders.contains($0) }
    }
    let since = transaction.now - .days(1)
    let all = try elders.flatMap { try Alert.current(for: $0.id, since: since, transaction) }
      .sorted { $0.raisedAt > $1.raisedAt }
    return all.first { $0.state == .open && !$0.isTest } ?? all.first { $0.state == .open } ?? all.first
  }
}

struct CancelAlert: Action {
  static let name = "emergency.cancel"
  static let summary = "Says that a call for help was a false alarm."
  static let effect = Effect.write

  @Parameter("Id of the alert; one's own newest when left out.") var alert: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (id, actor) = (alert, context.actor)
    return .change { transaction in
      let current = try Alert.current(for: actor.id, since: transaction.now - .days(1), transaction)
      guard
        var alert = try id.map({ try Alert.find($0, transaction) }) ?? current.first(where: { !$0.isTest })
          ?? current.first
      else {
        // "I am fine" may as well be the answer to the daily question
        if id == nil, try CheckIns.isAnsweredWell(by: actor, transaction) { return Outcome(Say("checkin.thanks")) }
        throw ActionError("emergency.none", sentence: "There is no open call for help.", field: "alert")
      }
      guard alert.person == actor.id else {
        throw ActionError(
          "emergency.cancel_not_allowed", sentence: "Only who called for help can say that it was a false alarm.",
          field: "alert")
      }
      guard alert.state == .open || alert.state == .taken else {
        return Outcome(Say("emergency.cancelled"), data: alert.json)
      }
      alert.state = .cancelled
      try alert.update(transaction)
      try alert.log("cancelled", who: actor.id, transaction)
      try transaction.unschedule(Care.alertKind, subject: alert.id)
      if !alert.isTest {
        try AlertLadder(alert, transaction)?.tellOutcome("emergency.cancelled_by", except: nil)
        try transaction.emit(Event("emergency.cancelled", person: actor.id, ["alert": .string(alert.id)]))
      }
      return Outcome(Say("emergency.cancelled"), data: alert.json)
    }
  }
}

struct TestAlert: Action {
  static let name = "emergency.test"
  static let summary = "Tries the call for help: the family gets a message marked as a test."
  static let effect = Effect.write

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (actor, door) = (context.actor, context.origin.door)
    return .change { transaction in
      let open = try Alert.current(for: actor.id, since: transaction.now, transaction)
        .first { $0.isTest && $0.state == .open }
      let alert =
        open
        ?? Alert(
          id: transaction.newID(), person: actor.id, what: nil, isTest: true, ladder: .standard,
          raisedAt: transaction.now, door: door, location: nil)
      guard let ladder = AlertLadder(alert, transaction), !ladder.helpers.isEmpty else {
        return Outcome(Say("emergency.test_nobody"))
      }
      if open == nil {
        try alert.insert(transaction)
        try alert.log("raised", who: actor.id, transaction)
        try ladder.tellHelpers("emergency.test_for")
        try ladder.scheduleNext()
      }
      let names = ladder.helpers.map { Say.Value.text(ladder.family.people.called($0.id, by: actor.id)) }
      return Outcome(Say("emergency.test_raised", ["names": .list(names)]), data: alert.json)
    }
  }
}
