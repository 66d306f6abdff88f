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
  @Parameter("Whether nothing of it may be shown to who calls.", default: false) var silent: Bool
  @Parameter("Who needs help, where a relative calls for them; the speaker when left out.") var person: PersonReference?

  /// The same call within this time does not go out again by itself.
  private static let pause: Duration = .seconds(30)

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (what, caller, door) = (what.map { String($0.prefix(300)) }, context.actor, context.origin.door)
    let silent = silent
    // whoever is not theirs to look after cannot be called for; then the call is the speaker's own, and not lost
    let named = person.flatMap { try? context.people.resolve($0.name, for: caller) }
    let actor =
      named.flatMap { named in context.people.elders(of: caller.id).map(\.person).first { $0 == named } } ?? caller
    return .change { transaction in
      let now = transaction.now
      let open = try Alert.current(for: actor.id, since: now, transaction).first { $0.state == .open && !$0.isTest }
      if var alert = open {
        let isNew = what != nil && what != alert.what
        alert.what = what ?? alert.what
        // called again aloud by herself, there is nothing to hide any more; a relative cannot know who stands beside her
        if !silent, caller.id == actor.id { alert.isSilent = false }
        try alert.update(transaction)
        let told = try Alert.lastTold(alert.id, transaction)
        if isNew || told.map({ now - $0 >= Self.pause }) ?? true {
          try AlertLadder(alert, transaction)?.tellHelpers("emergency.alert_for")
        }
        return Self.reply(alert, silent, caller, transaction)
      }
      let alert = try Alert.raise(
        for: actor.id, what, isSilent: silent, by: caller.id, door: door, telling: "emergency.alert_for", &transaction)
      if caller.id != actor.id {
        let by = context.people.called(caller.id, by: actor.id)
        try AlertLadder(alert, transaction)?.tellElder(
          "emergency.raised_for_you", ["by": .text(by)], buttons: [AlertLadder.cancelButton])
      }
      return Self.reply(alert, silent, caller, transaction)
    }
  }

  private static func reply(
    _ alert: Alert, _ isSilent: Bool, _ caller: Person, _ transaction: Transaction
  ) -> Outcome {
    if isSilent { return Outcome(Say("emergency.silent_reply")) }
    guard let ladder = AlertLadder(alert, transaction) else {
      return Outcome(Say("emergency.nobody"), data: alert.json)
    }
    let helpers = ladder.helpers.filter { $0.person.id != caller.id }
    var values = ladder.numbers
    if !helpers.isEmpty {
      let names = helpers.map { Say.Value.text(ladder.family.people.called($0.person.id, by: caller.id)) }
      values["names"] = .list(names)
    }
    // who calls for somebody learns no more than who may come to their help
    var data =
      caller.id == alert.person || ladder.mayTake(caller)
      ? alert.json : ["id": .string(alert.id), "person": .string(alert.person.text)]
    data["told"] = .array(helpers.map { .string($0.person.id.text) })
    return Outcome(
      Say(
        ladder.hasRelatives && !helpers.isEmpty ? "emergency.raised" : "emergency.nobody", values,
        buttons: [AlertLadder.cancelButton]),
      data: data)
  }
}

struct CancelAlert: Action {
  static let name = "emergency.cancel"
  static let summary = "Says that a call for help was a false alarm; everybody is told who said so."
  static let effect = Effect.write

  @Parameter("Id of the alert; one's own newest when left out, else the newest one may take.") var alert: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (id, actor, people) = (alert, context.actor, context.people)
    // said before anything is written, so that it may be meant of something else
    let mayBe = try await context.store.read { rows in
      try rows.exists("SELECT 1 FROM alerts WHERE tenant = :tenant AND state IN ('open', 'taken')")
        || CheckInDay.last(1, of: actor.id, rows).contains { $0.state == .asked || $0.state == .silent }
    }
    guard id != nil || mayBe else { throw Self.nothingOpen }
    return .change { try Self.callOff(id, actor, people, &$0) }
  }

  private static let nothingOpen = ActionError(
    "emergency.none", sentence: "There is no open call for help.", field: "alert")

  /// - Parameter id: of the alert; without one, one's own or the newest that one may take.
  static func callOff(
    _ id: String?, _ actor: Person, _ people: PeopleBook, _ transaction: inout Transaction
  ) throws -> Outcome {
    let own = try Alert.current(for: actor.id, since: transaction.now - .days(1), transaction)
    var found = try id.map { try Alert.find($0, transaction) } ?? own.first { !$0.isTest } ?? own.first
    if id == nil, found == nil {
      // "I am fine" may as well be the answer to the daily question
      if try CheckIns.isAnsweredWell(by: actor, transaction) { return Outcome(Say("checkin.thanks")) }
      found = try Alert.taken(by: actor.id, transaction) ?? AcknowledgeAlert.find(nil, actor, people, transaction)
    }
    guard var alert = found else { throw nothingOpen }
    let isOwn = alert.person == actor.id
    let ladder = AlertLadder(alert, transaction)
    guard isOwn || ladder?.mayTake(actor) == true else {
      throw ActionError(
        "emergency.cancel_not_allowed", sentence: "Only who called for help and the family can call it off.",
        field: "alert")
    }
    let name = people.called(alert.person, by: actor.id)
    // who had to call in silence may be made to say this: somebody must go and see
    if isOwn, alert.isSilent, !alert.isOver {
      try ladder?.tellOutcome("emergency.silent_well", except: nil)
      return Outcome(Say("care.well"))
    }
    // "I am fine" of a relative says nothing about the other: asked first
    if id == nil, !isOwn, !alert.isTest {
      let button = Say.Button(
        "care.button.false_alarm", action: Self.name, arguments: ["alert": .string(alert.id)])
      return Outcome(Say("emergency.cancel_ask", ["name": .text(name)], buttons: [button]), data: alert.json)
    }
    let reply = isOwn ? Say("emergency.cancelled") : Say("emergency.cancelled_for", ["name": .text(name)])
    guard !alert.isOver else { return Outcome(reply, data: alert.json) }
    try alert.end(.cancelled, "cancelled", who: actor.id, transaction)
    if alert.isTest {
      try ladder?.tellOutcome(
        "emergency.test_cancelled_by", except: actor.id, ["by": .text(actor.name)], urgency: .normal)
    } else {
      if isOwn {
        try ladder?.tellOutcome("emergency.cancelled_by", except: nil)
      } else {
        let by = people.called(actor.id, by: alert.person)
        try ladder?.tellElder("emergency.cancelled_for_you", ["by": .text(by)], buttons: [AlertLadder.helpButton])
        try ladder?.tellOutcome("emergency.cancelled_by_other", except: actor.id, ["by": .text(actor.name)])
      }
      try transaction.emit(
        Event(
          "emergency.cancelled", person: alert.person, ["alert": .string(alert.id), "by": .string(actor.id.text)])
      )
    }
    return Outcome(reply, data: alert.json)
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
      var alert =
        try open
        ?? Alert(
          id: transaction.newID(), person: actor.id, what: nil, isTest: true,
          ladder: Ladders.ladder(for: actor.id, transaction), raisedAt: transaction.now, door: door, location: nil)
      guard let ladder = AlertLadder(alert, transaction), !ladder.everybody.isEmpty else {
        return Outcome(Say("emergency.test_nobody"))
      }
      if open == nil {
        try alert.insert(transaction)
        try alert.log("raised", who: actor.id, transaction)
        try ladder.tell(ladder.everybody, "emergency.test_for")
        try alert.schedule(transaction.now + AlertLadder.testWait, transaction)
      }
      let names = ladder.everybody.map { Say.Value.text(ladder.family.people.called($0.person.id, by: actor.id)) }
      return Outcome(Say("emergency.test_raised", ["names": .list(names)]), data: alert.json)
    }
  }
}
