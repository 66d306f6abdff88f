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

struct ReminderDone: Action {
  static let name = "reminder.done"
  static let summary = "Ticks a reminder off."
  static let effect = Effect.write

  @Parameter("Which one, by its words or id; the one that came last when left out.", kind: .entity("reminders"))
  var reminder: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let finder = ReminderFinder(context: context, purpose: .settle)
    let found: ReminderFinder.Found
    do { found = try await finder.find(reminder) } catch let error as ActionError {
      // done before one came to the place
      guard let waiting = try await PlaceReminders.meant(reminder, in: context) else { throw error }
      return try await CancelPlaceReminder.result(
        waiting.id, Say("reminder.place_done", ["text": .text(waiting.text)]), context)
    }
    switch found {
    case .several(let reminders): return finder.ask(reminders, action: Self.name)
    case .targets(let targets):
      return .change { transaction in
        try ReminderSettling(context: context, state: .acknowledged).run(targets, &transaction)
      }
    }
  }
}

struct SkipReminder: Action {
  static let name = "reminder.skip"
  static let summary = "Leaves out one occurrence of a reminder."
  static let effect = Effect.write

  @Parameter("Which one, by its words or id; the one that came last when left out.", kind: .entity("reminders"))
  var reminder: String?
  @Parameter("That of which day; the one that came last, or the next, when left out.") var day: CivilDate?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let finder = ReminderFinder(context: context, purpose: .shift)
    switch try await finder.find(reminder) {
    case .several(let reminders):
      return finder.ask(reminders, action: Self.name, day.map { ["day": .string($0.description)] } ?? [:])
    case .targets(let targets):
      let day = day
      return .change { transaction in
        try ReminderSettling(context: context, state: .skipped, day: day).run(targets, &transaction)
      }
    }
  }
}

struct SnoozeReminder: Action {
  static let name = "reminder.snooze"
  static let summary = "Brings a reminder back a little later."
  static let effect = Effect.write

  @Parameter("Which one, by its words or id; the one that came last when left out.", kind: .entity("reminders"))
  var reminder: String?
  @Parameter("How much later; ten minutes when left out.") var delay: Duration?
  @Parameter("Whether it comes earlier by that, before it has come at all.", default: false) var earlier: Bool

  private static let usual: Duration = .minutes(10)

  func perform(in context: ActionContext) async throws -> ActionResult {
    // without a length "early" is a time of day
    let isEarlier = earlier && delay != nil
    let delay = delay ?? Self.usual
    guard delay >= .seconds(60), delay <= .days(30) else {
      throw ActionError(
        "reminder.delay", sentence: "A reminder can wait between a minute and thirty days.", field: "delay")
    }
    let finder = ReminderFinder(context: context, purpose: .shift)
    switch try await finder.find(reminder) {
    case .several(let reminders):
      return finder.ask(
        reminders, action: Self.name, ["delay": .string(delay.iso8601), "earlier": .bool(isEarlier)])
    case .targets(let targets):
      return .change { transaction in
        if isEarlier, let early = targets.first(where: { !$0.leaves(delay, before: transaction.now) }) {
          throw ActionError(
            "reminder.too_early", ["text": .text(early.reminder.text)],
            sentence: "It cannot come earlier by that: the time is over.", field: "delay")
        }
        return try ReminderSettling(context: context, state: .due, delay: isEarlier ? .zero - delay : delay)
          .run(targets, &transaction)
      }
    }
  }
}

/// Undoes done, skip and snooze.
struct ReopenReminder: Action {
  static let name = "reminder.reopen"
  static let summary = "Opens occurrences of reminders again."
  static let effect = Effect.write
  static let isHidden = true

  @Parameter("Ids of occurrences.") var reminder: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let ids = ReminderFinder.ids(reminder) ?? []
    return .change { transaction in
      var text = ""
      for id in ids {
        let target = try ReminderFinder.target(id: id, context.actor.id, context.people, transaction)
        guard var fire = target.fire else { continue }
        var reminder = target.reminder
        text = reminder.text
        try transaction.unschedule(Reminders.kind, subject: fire.id)
        if fire.told == 0 {
          // it was settled ahead of time: it is to come again
          try transaction.execute("DELETE FROM reminder_fires WHERE tenant = :tenant AND id = ?", fire.id)
          guard reminder.state != .cancelled else { continue }
          reminder.nextAt = min(fire.dueAt, reminder.nextAt ?? fire.dueAt)
          reminder.state = .active
          try reminder.update(transaction)
          try ReminderFiring.schedule(reminder, transaction)
        } else {
          (fire.state, fire.againAt, fire.settledAt, fire.settledBy, fire.settledDoor) = (.sent, nil, nil, nil, nil)
          try fire.update(transaction)
        }
      }
      return Outcome(Say("reminder.reopened", ["text": .text(text)]))
    }
  }
}

/// Acknowledges, skips or snoozes occurrences, with who did it and by which door.
struct ReminderSettling {
  let context: ActionContext
  let state: ReminderFire.State
  var delay: Duration = .zero
  /// The occurrence of this day and no other.
  var day: CivilDate?

  func run(_ targets: [ReminderFinder.Target], _ transaction: inout Transaction) throws -> Outcome {
    var settled: [(reminder: Reminder, fire: ReminderFire)] = []
    for target in targets {
      guard let reminder = try Reminder.find(target.reminder.id, transaction) else { continue }
      if let fire = try settle(reminder, target.fire, &transaction) { settled.append((reminder, fire)) }
    }
    guard let (reminder, fire) = settled.first else {
      let reminder = targets[0].reminder
      let current = try Reminder.find(reminder.id, transaction) ?? reminder
      var values: [String: Say.Value] = ["text": .text(reminder.text)]
      if let next = current.nextAt { values["next"] = .instant(next) }
      let isWaiting = targets[0].fire == nil && current.state == .active
      return Outcome(Say(isWaiting ? "reminder.not_yet" : "reminder.already", values), data: current.json)
    }
    let inverse = ActionCall(
      ReopenReminder.name, ["reminder": .string(settled.map(\.fire.id).joined(separator: " "))])
    var values: [String: Say.Value] = ["text": .text(reminder.text), "count": .integer(Int64(settled.count))]
    if let at = fire.againAt { values["at"] = .instant(at) }
    // said of one day, that day is named again
    if let day { values["day"] = .date(day) }
    if let next = try Reminder.find(reminder.id, transaction)?.nextAt, state != .due { values["next"] = .instant(next) }
    let key = state == .acknowledged ? "reminder.done" : state == .skipped ? "reminder.skipped" : "reminder.snoozed"
    return Outcome(
      Say(settled.count > 1 ? "\(key)_many" : key, values), data: .array(settled.map(\.fire.json)), inverse: inverse)
  }

  /// - Returns: `nil` when there is nothing to settle (any more).
  private func settle(
    _ reminder: Reminder, _ known: ReminderFire?, _ transaction: inout Transaction
  ) throws -> ReminderFire? {
    let now = transaction.now
    var fire: ReminderFire
    if let day, known.map({ zone(of: reminder).date($0.dueAt) }) != day {
      guard let ofDay = try ahead(reminder, on: day, transaction) else { return nil }
      fire = ofDay
    } else if let known {
      guard let current = try ReminderFire.find(known.id, transaction) else { return nil }
      guard current.isOpen || current.state == .missed || current.state == .skipped && state == .acknowledged else {
        return nil
      }
      fire = current
    } else {
      guard let ahead = try ahead(reminder, transaction) else { return nil }
      fire = ahead
    }
    try transaction.unschedule(Reminders.kind, subject: fire.id)
    fire.state = state
    if state == .due {
      // one that has not come yet is put off from where it is
      let ahead = known == nil ? fire.dueAt : fire.firedAt == nil ? fire.againAt : nil
      let at = max(now, ahead ?? now) + delay
      fire.againAt = at
      try transaction.schedule(Reminders.kind, subject: fire.id, person: fire.person, at: at)
    } else {
      (fire.settledBy, fire.settledDoor, fire.settledAt, fire.againAt) =
        (context.actor.id, context.origin.door, now, nil)
    }
    try fire.update(transaction)
    guard state != .due else { return fire }
    let isDone = state == .acknowledged
    try transaction.emit(
      Event(isDone ? "reminder.done" : "reminder.skipped", person: fire.person, ReminderFiring.payload(reminder, fire)))
    let actor = context.actor
    if actor.id != reminder.creator {
      try ReminderFiring.tellCreator(isDone ? "reminder.done_by" : "reminder.skipped_by", reminder, fire, transaction)
    } else if actor.id != reminder.person {
      try transaction.tell(
        reminder.person,
        Say(
          isDone ? "reminder.done_for_you" : "reminder.skipped_for_you",
          ["text": .text(reminder.text), "name": .text(actor.name)]), urgency: .low)
    }
    return fire
  }

  private func zone(of reminder: Reminder) -> Zone { context.people.person(reminder.person)?.zone ?? context.zone }

  /// Settles the occurrence of a day to come: when it is due, it is there already.
  ///
  /// - Throws: `reminder.not_that_day` where the day has none.
  private func ahead(_ reminder: Reminder, on day: CivilDate, _ transaction: Transaction) throws -> ReminderFire? {
    let zone = zone(of: reminder)
    if let next = reminder.nextAt, zone.date(next) == day { return try ahead(reminder, transaction) }
    let start = max(zone.startOfDay(day), transaction.now)
    let due = try reminder.timetable.occurrences(
      after: start - .microseconds(1), through: zone.startOfDay(day.adding(days: 1)) - .microseconds(1), limit: 1
    ).first
    guard reminder.state == .active, let due else {
      throw ActionError(
        "reminder.not_that_day", ["text": .text(reminder.text), "day": .date(day)],
        sentence: "That reminder does not come on that day.", field: "day")
    }
    let fire = ReminderFire(id: transaction.newID(), of: reminder, dueAt: due, state: state)
    return try fire.insert(transaction) ? fire : nil
  }

  /// Takes the next occurrence off the schedule, to be settled before it is due.
  private func ahead(_ reminder: Reminder, _ transaction: Transaction) throws -> ReminderFire? {
    guard reminder.state == .active, let due = reminder.nextAt else { return nil }
    if state == .acknowledged {
      // a second "done" must not tick off tomorrow's
      guard try ReminderFinder.isNear(reminder, now: transaction.now) else { return nil }
    }
    let fire = ReminderFire(id: transaction.newID(), of: reminder, dueAt: due, state: state)
    guard try fire.insert(transaction) else { return nil }
    var reminder = reminder
    reminder.nextAt = try reminder.timetable.next(after: due)
    if reminder.nextAt == nil { reminder.state = .ended }
    try reminder.update(transaction)
    try ReminderFiring.schedule(reminder, transaction)
    return fire
  }
}
