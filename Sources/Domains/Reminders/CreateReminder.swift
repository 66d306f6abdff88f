import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Schedule
import Store
import Time

struct CreateReminder: Action {
  static let name = "reminder.create"
  static let summary = "Reminds someone at a time, once or repeatedly."
  static let effect = Effect.write

  @Parameter("What to be reminded of.") var text: String
  @Parameter("When, in the time zone of who is reminded.") var schedule: WhenValue
  @Parameter("Who is reminded; the speaker when left out.") var person: PersonReference?
  @Parameter("Whether to ask again until it is answered.", default: false) var nag: Bool

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.person(person, needing: .calendar, passesOn: true)
    var arguments: JSONObject = ["text": .string(text), "nag": .bool(nag)]
    if let reference = self.person { arguments["person"] = reference.json }
    let timetable: Timetable
    // "on the 5th of every month" says when well enough: it is kept at an hour, and another one is a tap away
    let isUnsaid = ReminderTimes.isHourOpen(schedule)
    let wanted = isUnsaid ? ReminderTimes.atUsualHour(schedule) : schedule
    switch try ReminderTimes.read(wanted, for: person, in: context, action: Self.name, arguments) {
    case .timetable(let read): timetable = read
    case .ask(let question): return question
    }
    return Self.change(text, for: person, timetable, nags: nag, in: context, openHour: isUnsaid ? wanted : nil)
  }

  /// Keeps a reminder and says so.
  ///
  /// - Parameter openHour: nobody named its hour, and others are offered.
  static func change(
    _ text: String, for person: Person, _ timetable: Timetable, nags: Bool = false, in context: ActionContext,
    openHour: WhenValue? = nil
  ) -> ActionResult {
    let actor = context.actor
    return .change { transaction in
      let reminder = Reminder(
        id: transaction.newID(), person: person.id, creator: actor.id, text: text, timetable: timetable, nags: nags)
      try reminder.insert(transaction)
      try ReminderFiring.schedule(reminder, transaction)
      var values: [String: Say.Value] = ["text": .text(text), "when": timetable.words]
      let inverse = ActionCall(CancelReminder.name, ["reminder": .string(reminder.id)])
      guard person.id != actor.id else {
        var say = Say("reminder.created", values)
        if let openHour {
          let hint = ReminderTimes.otherHours(reminder.id, openHour)
          say.lines = [Say(hint.key, hint.values)]
          say.buttons = hint.buttons
        }
        return Outcome(say, data: reminder.json, inverse: inverse)
      }
      values["name"] = .text(actor.name)
      try transaction.tell(person.id, Say("reminder.set_for_you", values))
      values["name"] = .text(context.people.called(person.id, by: actor.id))
      return Outcome(Say("reminder.created_for", values), data: reminder.json, inverse: inverse)
    }
  }
}

/// Reads when a reminder is wanted, or asks for what is missing.
enum ReminderTimes {
  enum Read {
    case timetable(Timetable)
    case ask(ActionResult)
  }

  /// - Parameter arguments: those of the call so far; the buttons of a question complete them.
  static func read(
    _ when: WhenValue, for person: Person, in context: ActionContext, action: String, _ arguments: JSONObject
  ) throws -> Read {
    func button(_ at: CivilDateTime) -> Say.Button {
      var arguments = arguments
      arguments["schedule"] = .string(at.description)
      return Say.Button(
        "reminders.button.at", ["at": .instant(person.zone.instant(of: at))], action: action, arguments: arguments)
    }
    switch try Timetable.read(when, zone: person.zone, now: context.now) {
    case .timetable(let timetable): return .timetable(timetable)
    case .needsTime(let date):
      let now = person.zone.civil(context.now)
      guard date >= now.date || when.rule != nil else {
        return .ask(past(Say.Value.date(date), []))
      }
      let hours = [8, 13, 19].compactMap { CivilTime(hour: $0, minute: 0) }
      let buttons = when.rule == nil ? hours.map { date.at($0) }.filter { $0 > now }.map(button) : []
      // the days of "3 times a week" are ours: they are named before anything is kept
      let days = when.isDayGiven ? nil : when.rule.map { Say.Value.recurrence($0, nil) }
      return .ask(
        .ask(Say("reminder.ask.time", ["day": days ?? .date(date)], buttons: buttons), parameter: "schedule"))
    case .past(let at):
      var local = person.zone.civil(at)
      local.date = person.zone.date(context.now).adding(days: 1)
      return .ask(past(.instant(at), [button(local)]))
    case .ended:
      throw ActionError(
        "reminder.ended", sentence: "That rule gives no time that is still to come.", field: "schedule")
    case .tooOften:
      throw ActionError("reminder.too_often", sentence: "Once a minute is the most often.", field: "schedule")
    }
  }

  /// Whether it comes once a month or year, on given days, and no hour was named.
  static func isHourOpen(_ when: WhenValue) -> Bool {
    guard let rule = when.rule, when.isDayGiven, !when.isTimeGiven else { return false }
    return rule.frequency == .monthly || rule.frequency == .yearly
  }

  static func atUsualHour(_ when: WhenValue) -> WhenValue {
    guard let hour = CivilTime(hour: 9, minute: 0) else { return when }
    var when = when
    when.start = when.start.date.at(hour)
    when.isTimeGiven = true
    return when
  }

  /// Buttons that keep its days.
  static func otherHours(_ id: String, _ when: WhenValue) -> Say {
    Say(
      "reminder.created.hour",
      buttons: [8, 13, 19].compactMap { CivilTime(hour: $0, minute: 0) }.map { time in
        var other = when
        other.start.time = time
        return Say.Button(
          "reminders.button.at", ["at": .time(time)], action: EditReminder.name,
          arguments: ["reminder": .string(id), "schedule": other.json])
      })
  }

  private static func past(_ at: Say.Value, _ buttons: [Say.Button]) -> ActionResult {
    .ask(Say("reminder.ask.past", ["at": at], buttons: buttons), parameter: "schedule")
  }
}
