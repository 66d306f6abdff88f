import Actions
import Base
import Formats
import Messages
import People
import Store
import Time

struct ListReminders: Action {
  static let name = "reminder.list"
  static let summary = "Lists reminders, all or those of a day."
  static let effect = Effect.read

  @Parameter("Which day; all that are to come when left out.") var day: CivilDate?

  private static let limit = 20

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (day, actor) = (day, context.actor)
    let reminders = try await context.store.read { try Reminder.active(around: actor.id, $0) }
    var entries: [(at: Instant, reminder: Reminder)] = []
    for reminder in reminders {
      guard let day else {
        if let next = reminder.nextAt { entries.append((next, reminder)) }
        continue
      }
      let (from, to) = (context.zone.startOfDay(day), context.zone.startOfDay(day.adding(days: 1)))
      for at in try reminder.timetable.occurrences(after: from - .microseconds(1), through: to - .microseconds(1)) {
        // what was settled or moved ahead of time is no longer to come
        if let next = reminder.nextAt, at >= next { entries.append((at, reminder)) }
      }
    }
    entries.sort { ($0.at, $0.reminder.id) < ($1.at, $1.reminder.id) }
    let lines = entries.prefix(Self.limit).map { entry in
      let reminder = entry.reminder
      var values: [String: Say.Value] = [
        "text": .text(ReminderFiring.short(reminder.text)),
        "when": day == nil ? reminder.timetable.words : .time(context.zone.civil(entry.at).time),
      ]
      if reminder.person != actor.id { values["name"] = .text(context.people.called(reminder.person, by: actor.id)) }
      return Say("reminder.list.line", values)
    }
    var values: [String: Say.Value] = ["count": .integer(Int64(entries.count))]
    if let day { values["day"] = .date(day) }
    let more =
      entries.count > Self.limit
      ? [Say("reminder.more", ["count": .integer(Int64(entries.count - Self.limit))])] : []
    let data = JSON.array(
      entries.prefix(1_000).map { entry in
        var json = entry.reminder.json
        json["at"] = .string(entry.at.description)
        return json
      })
    return .answer(
      Say(entries.isEmpty ? "reminder.list.empty" : "reminder.list", values, lines: lines + more), data: data)
  }
}
