import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Schedule
import Store
import Time

struct EditReminder: Action {
  static let name = "reminder.edit"
  static let summary = "Changes what or when a reminder is."
  static let effect = Effect.write

  @Parameter("Which one, by its words or id.", kind: .entity("reminders")) var reminder: String?
  @Parameter("The new words.") var text: String?
  @Parameter("The new time.") var schedule: WhenValue?
  @Parameter(
    "Whether only one occurrence is moved, that of the day named or the next; the others stay.", default: false)
  var once: Bool
  @Parameter("Whether all to come are changed although a day is named, as in \"from tomorrow\".", default: false)
  var always: Bool

  func perform(in context: ActionContext) async throws -> ActionResult {
    var schedule = schedule
    var arguments: JSONObject = [:]
    if let text { arguments["text"] = .string(text) }
    if let schedule { arguments["schedule"] = schedule.json }
    let finder = ReminderFinder(context: context, purpose: .change)
    let target: ReminderFinder.Target
    switch try await finder.find(reminder) {
    case .several(let reminders): return finder.ask(reminders, action: Self.name, arguments)
    case .targets(let targets): target = targets[0]
    }
    let found = target.reminder
    guard text != nil || schedule != nil else {
      return .ask(Say("reminder.edit.ask.schedule", ["text": .text(found.text)]), parameter: "schedule")
    }
    guard let person = context.people.person(found.person) else {
      throw ActionError("reminder.not_found", sentence: "There is no such reminder.", field: "reminder")
    }
    if let said = schedule {
      let usual = found.nextAt.map { person.zone.civil($0).time } ?? found.timetable.start.time
      let near = said.nearest(to: usual)
      // an hour alone is of the day that it is on
      let day = said.isDayGiven ? near.start.date : found.nextAt.map { person.zone.date($0) } ?? near.start.date
      let isToCome = person.zone.instant(of: day.at(near.start.time)) > context.now
      if found.timetable.repeats || near.elapsed == nil && isToCome { schedule = near }
    }
    // "move the walk to 7 tomorrow" is about tomorrow's; "from tomorrow" about all
    let isOfOneDay = schedule.map { $0.isDayGiven && $0.isTimeGiven && !$0.repeats && !always } ?? false
    if once || isOfOneDay, let schedule, !schedule.repeats, found.timetable.repeats {
      return try MovedOccurrence.result(target, to: schedule, for: person, in: context)
    }
    var timetable: Timetable?
    if let schedule {
      arguments["reminder"] = .string(found.id)
      let when = Self.completed(schedule, from: found.timetable, today: person.zone.date(context.now))
      switch try ReminderTimes.read(when, for: person, in: context, action: Self.name, arguments) {
      case .timetable(let read): timetable = read
      case .ask(let question): return question
      }
    }
    let (text, actor, newTimetable) = (text, context.actor, timetable)
    return .change { transaction in
      guard var reminder = try Reminder.find(found.id, transaction), reminder.state != .cancelled else {
        throw ActionError("reminder.not_found", sentence: "There is no such reminder.", field: "reminder")
      }
      let before = reminder.json
      if let text { reminder.text = text }
      if let newTimetable {
        try ReminderChanges.closeOpen(reminder, transaction)
        reminder.timetable = newTimetable
        reminder.nextAt = newTimetable.first
        reminder.state = .active
      }
      try reminder.update(transaction)
      try ReminderFiring.schedule(reminder, transaction)
      try ReminderChanges.tellOther("reminder.changed", reminder, by: actor, context.people, transaction)
      return Outcome(
        Say("reminder.edited", ["text": .text(reminder.text), "when": reminder.timetable.words]), data: reminder.json,
        inverse: ActionCall(RestoreReminder.name, ["reminder": .string(reminder.id), "row": before]))
    }
  }

  /// What was not said stays: a day alone keeps the time, and a time of today or tomorrow alone keeps the rule.
  private static func completed(_ when: WhenValue, from old: Timetable, today: CivilDate) -> WhenValue {
    guard !when.repeats, when.elapsed == nil else { return when }
    if !when.isTimeGiven {
      // "change it to the 7th" of what comes each month on the 5th
      return WhenValue(start: when.start.date.at(old.start.time), rule: old.rule?.on(when.start.date))
    }
    if !when.isDayGiven, old.rule == nil { return WhenValue(start: old.start.date.at(when.start.time)) }
    if let rule = old.rule, rule.byHour.isEmpty, rule.frequency != .hourly, rule.frequency != .minutely,
      when.start.date.days(since: today) <= 1
    {
      return WhenValue(start: old.start.date.at(when.start.time), rule: rule)
    }
    return when
  }
}

extension RecurrenceRule {
  /// The same rule on another day, where it names one day of the week or of the month at most; `nil` for others.
  fileprivate func on(_ day: CivilDate) -> RecurrenceRule? {
    guard interval == 1, count == nil, until == nil else { return nil }
    switch frequency {
    case .monthly where byMonthDay.count <= 1 && byDay.isEmpty:
      return try? RecurrenceRule(parsing: "FREQ=MONTHLY;BYMONTHDAY=\(day.day)")
    case .weekly where byDay.count <= 1: return try? RecurrenceRule(parsing: "FREQ=WEEKLY;BYDAY=\(day.weekday.code)")
    default: return nil
    }
  }
}

struct CancelReminder: Action {
  static let name = "reminder.cancel"
  static let summary = "Removes a reminder."
  static let effect = Effect.write

  @Parameter("Which one, by its words or id.", kind: .entity("reminders")) var reminder: String?
  @Parameter("Of one that comes on several days of a week: only that of this day.") var day: CivilDate?
  @Parameter("Whether all of one's own are meant.", default: false) var all: Bool
  @Parameter("Whether that was said twice.", default: false) var sure: Bool

  func perform(in context: ActionContext) async throws -> ActionResult {
    if all, reminder == nil { return try await cancelAll(in: context) }
    let finder = ReminderFinder(context: context, purpose: .change)
    let target: ReminderFinder.Target
    let found: ReminderFinder.Found
    do { found = try await finder.find(reminder) } catch let error as ActionError {
      guard let waiting = try await PlaceReminders.meant(reminder, in: context) else { throw error }
      return try await CancelPlaceReminder.result(waiting.id, Say("reminder.place_gone"), context)
    }
    switch found {
    case .several(let reminders): return finder.ask(reminders, action: Self.name)
    case .targets(let targets): target = targets[0]
    }
    if let day, Self.comesOftenInAWeek(target.reminder.timetable) {
      return .change { transaction in
        try ReminderSettling(context: context, state: .skipped, day: day).run([target], &transaction)
      }
    }
    return .change { transaction in
      guard var reminder = try Reminder.find(target.reminder.id, transaction) else {
        throw ActionError("reminder.not_found", sentence: "There is no such reminder.", field: "reminder")
      }
      let values: [String: Say.Value] = ["text": .text(reminder.text)]
      guard reminder.state != .cancelled else {
        return Outcome(Say("reminder.already_cancelled", values), data: reminder.json)
      }
      let before = try ReminderChanges.row(reminder, transaction)
      try ReminderChanges.closeOpen(reminder, transaction)
      reminder.state = .cancelled
      reminder.nextAt = nil
      try reminder.update(transaction)
      try ReminderFiring.schedule(reminder, transaction)
      try ReminderChanges.tellOther("reminder.cancelled", reminder, by: context.actor, context.people, transaction)
      return Outcome(
        Say("reminder.cancelled", values), data: reminder.json,
        inverse: ActionCall(RestoreReminder.name, ["reminder": .string(reminder.id), "row": before]))
    }
  }
}

extension CancelReminder {
  /// "No reminder on thursday" is about one day of these; "the thursday reminder" names one that comes on that day alone.
  private static func comesOftenInAWeek(_ timetable: Timetable) -> Bool {
    guard let rule = timetable.rule else { return timetable.interval != nil }
    return switch rule.frequency {
    case .secondly, .minutely, .hourly, .daily: true
    case .weekly: rule.byDay.count > 1
    case .monthly, .yearly: false
    }
  }

  /// Many at once are asked about first.
  private func cancelAll(in context: ActionContext) async throws -> ActionResult {
    let actor = context.actor
    let own = try await context.store.read { reader in
      try Reminder.active(around: actor.id, reader).filter { $0.person == actor.id }
    }
    guard !own.isEmpty else {
      throw ActionError("reminder.none", sentence: "There are no reminders.", field: "reminder")
    }
    let values: [String: Say.Value] = ["count": .integer(Int64(own.count))]
    guard sure else {
      let yes = Say.Button(
        "reminders.button.all", values, action: Self.name, arguments: ["all": true, "sure": true])
      return .ask(Say("reminder.ask.all", values, buttons: [yes]), parameter: "sure")
    }
    return .change { transaction in
      var before: [JSON] = []
      for var reminder in try own.compactMap({ try Reminder.find($0.id, transaction) }) {
        before.append(try ReminderChanges.row(reminder, transaction))
        try ReminderChanges.closeOpen(reminder, transaction)
        reminder.state = .cancelled
        reminder.nextAt = nil
        try reminder.update(transaction)
        try ReminderFiring.schedule(reminder, transaction)
        try ReminderChanges.tellOther("reminder.cancelled", reminder, by: actor, context.people, transaction)
      }
      return Outcome(
        Say("reminder.cancelled_all", values),
        inverse: ActionCall(RestoreReminder.name, ["reminder": .string(own[0].id), "row": .array(before)]))
    }
  }
}

/// Undoes an edit and a cancellation.
struct RestoreReminder: Action {
  static let name = "reminder.restore"
  static let summary = "Puts a reminder back as it was."
  static let effect = Effect.write
  static let isHidden = true

  @Parameter("Id of the reminder.") var reminder: String
  @Parameter("What it was; a list of what each was, where several were removed at once.") var row: JSON

  func perform(in context: ActionContext) async throws -> ActionResult {
    let rows = try (row.array ?? [row]).map { try Self.before($0, reminder, context.now) }
    guard let first = rows.first else {
      throw ActionError("reminder.not_found", sentence: "There is nothing to put back.", field: "row")
    }
    return .change { transaction in
      var changed: [Reminder] = []
      var now: [JSON] = []
      for row in rows {
        var reminder = try ReminderFinder.target(id: row.id, context.actor.id, context.people, transaction).reminder
        now.append(reminder.json)
        reminder.text = row.text
        reminder.timetable = row.timetable
        reminder.nextAt = row.next
        reminder.state = row.next == nil ? .ended : .active
        try reminder.update(transaction)
        try ReminderFiring.schedule(reminder, transaction)
        try ReminderChanges.tellOther("reminder.changed", reminder, by: context.actor, context.people, transaction)
        changed.append(reminder)
      }
      let inverse = ActionCall(
        Self.name, ["reminder": .string(first.id), "row": now.count == 1 ? now[0] : .array(now)])
      guard changed.count == 1 else {
        let say = Say("reminder.restored_all", ["count": .integer(Int64(changed.count))])
        return Outcome(say, data: .array(changed.map(\.json)), inverse: inverse)
      }
      let (one, next) = (changed[0], changed[0].nextAt)
      // put off, it comes back at another time than it was made for
      let isMoved = !one.timetable.repeats && next != nil && next != one.timetable.first
      let when = isMoved ? next.map(Say.Value.instant) ?? one.timetable.words : one.timetable.words
      return Outcome(
        Say("reminder.restored", ["text": .text(one.text), "when": when]), data: one.json, inverse: inverse)
    }
  }

  private static func before(
    _ row: JSON, _ reminder: String, _ now: Instant
  ) throws -> (id: String, text: String, timetable: Timetable, next: Instant?) {
    let timetable = try Timetable(json: row["schedule"])
    let text = row["text"].string ?? ""
    guard !text.isEmpty, text.utf8.count <= 4_000 else {
      throw ActionError("reminder.not_found", sentence: "There is nothing to put back.", field: "row")
    }
    let next = try row["next"].string.flatMap(Instant.init(iso8601:)).flatMap { next in
      next > now ? next : try timetable.next(after: now)
    }
    return (row["id"].string ?? reminder, text, timetable, next)
  }
}

enum ReminderChanges {
  /// What it is, for the way back: one that was put off comes when it was put off to.
  static func row(_ reminder: Reminder, _ transaction: Transaction) throws -> JSON {
    var row = reminder.json
    let again = try ReminderFire.open(of: reminder.id, transaction).compactMap(\.againAt).min()
    if let again, again < reminder.nextAt ?? again + .seconds(1) { row["next"] = .string(again.description) }
    return row
  }

  /// What was asked and not answered is no longer asked.
  static func closeOpen(_ reminder: Reminder, _ transaction: Transaction) throws {
    for var fire in try ReminderFire.open(of: reminder.id, transaction) {
      fire.state = .cancelled
      fire.againAt = nil
      try fire.update(transaction)
      try transaction.unschedule(Reminders.kind, subject: fire.id)
    }
  }

  /// The other side of a delegated reminder hears of a change.
  static func tellOther(
    _ key: String, _ reminder: Reminder, by actor: Person, _ people: PeopleBook, _ transaction: Transaction
  ) throws {
    var values: [String: Say.Value] = ["text": .text(reminder.text), "when": reminder.timetable.words]
    for other in Set([reminder.person, reminder.creator]) where other != actor.id {
      values["name"] = .text(people.called(actor.id, by: other))
      try transaction.tell(other, Say("\(key)_by_other", values))
    }
  }
}
