import Actions
import Base
import Events
import Formats
import Messages
import People
import Store

struct AcknowledgeAlert: Action {
  static let name = "emergency.acknowledge"
  static let summary = "Takes a call for help: the others are told who is on it."
  static let effect = Effect.write

  @Parameter("Id of the alert; the newest one when left out.") var alert: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (id, actor, people) = (alert, context.actor, context.people)
    return .change { transaction in
      var (alert, ladder) = try Self.take(id, actor, people, transaction)
      let name = people.called(alert.person, by: actor.id)
      switch alert.state {
      case .open: break
      case .taken where alert.takenBy != actor.id:
        let by = alert.takenBy.map { people.called($0, by: actor.id) } ?? ""
        return Outcome(Say("emergency.taken_already", ["by": .text(by), "name": .text(name)]), data: alert.json)
      case .taken:
        // still on it: asked again later, from now
        try alert.holdFromNow(transaction)
        return Outcome(
          Say("emergency.taken", ["name": .text(name)], buttons: [ladder.resolveButton]), data: alert.json)
      case .cancelled, .ended:
        return Outcome(Say("emergency.over", ["name": .text(name)]), data: alert.json)
      }
      // one winner: whoever's change comes first, on the one writer
      alert.takenBy = actor.id
      alert.takenAt = transaction.now
      let by = people.called(actor.id, by: alert.person)
      if alert.isTest {
        try alert.end(.ended, "taken", who: actor.id, transaction)
        try ladder.tellElder("emergency.test_answered", ["by": .text(by)])
        return Outcome(Say("emergency.test_taken", ["name": .text(name)]), data: alert.json)
      }
      alert.state = .taken
      try alert.holdFromNow(transaction)
      try alert.log("taken", who: actor.id, transaction)
      try ladder.tellElder("emergency.taken_for_you", ["by": .text(by)])
      try ladder.tellOutcome("emergency.taken_by", except: actor.id, ["by": .text(actor.name)])
      try transaction.emit(
        Event("emergency.taken", person: alert.person, ["alert": .string(alert.id), "by": .string(actor.id.text)]))
      return Outcome(
        Say("emergency.taken", ["name": .text(name)], buttons: [ladder.resolveButton], location: alert.place),
        data: alert.json)
    }
  }

  /// The alert that somebody means and may take.
  static func take(
    _ id: String?, _ actor: Person, _ people: PeopleBook, _ transaction: Transaction
  ) throws -> (Alert, AlertLadder) {
    guard let alert = try find(id, actor, people, transaction) else {
      throw ActionError("emergency.none", sentence: "There is no open call for help.", field: "alert")
    }
    guard let ladder = AlertLadder(alert, transaction), ladder.mayTake(actor) else {
      throw ActionError(
        "emergency.not_allowed", sentence: "Only the family can take a call for help.", field: "alert")
    }
    return (alert, ladder)
  }

  /// By id, or the newest one of those whom the speaker may help: open ones first.
  static func find(
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

struct ResolveAlert: Action {
  static let name = "emergency.resolve"
  static let summary = "Says that all is well again after a call for help; everybody is told."
  static let effect = Effect.write

  @Parameter("Id of the alert; the newest one when left out.") var alert: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (id, actor, people) = (alert, context.actor, context.people)
    return .change { transaction in
      // "it's ok now, my daughter is here", said by who called for help
      if id == nil, try AcknowledgeAlert.find(nil, actor, people, transaction)?.isOver ?? true,
        try Alert.current(for: actor.id, since: transaction.now - .days(1), transaction).contains(where: { !$0.isOver })
      {
        return try CancelAlert.callOff(nil, actor, people, &transaction)
      }
      var (alert, ladder) = try AcknowledgeAlert.take(id, actor, people, transaction)
      let name = people.called(alert.person, by: actor.id)
      guard !alert.isOver else { return Outcome(Say("emergency.over", ["name": .text(name)]), data: alert.json) }
      if alert.takenBy == nil {
        alert.takenBy = actor.id
        alert.takenAt = transaction.now
      }
      try alert.end(.ended, "resolved", who: actor.id, transaction)
      if !alert.isTest {
        let by = people.called(actor.id, by: alert.person)
        try ladder.tellElder("emergency.resolved_for_you", ["by": .text(by)], buttons: [AlertLadder.helpButton])
        try ladder.tellOutcome("emergency.resolved_by", except: actor.id, ["by": .text(actor.name)])
        try transaction.emit(
          Event("emergency.resolved", person: alert.person, ["alert": .string(alert.id), "by": .string(actor.id.text)]))
      }
      return Outcome(Say("emergency.resolved", ["name": .text(name)]), data: alert.json)
    }
  }
}

extension Alert {
  /// Over: nothing more is due.
  mutating func end(_ state: State, _ step: String, who: PersonID?, _ transaction: Transaction) throws {
    self.state = state
    try update(transaction)
    try schedule(nil, transaction)
    try log(step, who: who, transaction)
  }

  /// Whoever took it has the whole time again before being asked.
  mutating func holdFromNow(_ transaction: Transaction) throws {
    reminded = 0
    try update(transaction)
    try schedule(transaction.now + ladder.resolveWithin, transaction)
  }
}
