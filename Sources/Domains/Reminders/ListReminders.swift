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
  static let gives: String? = "reminders"

  @Parameter("Which day; all that are to come when left out.") var day: CivilDate?
  @Parameter("Whose alone; all that the speaker has to do with when left out.") var person: PersonReference?

  private static let limit = 20

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (day, actor, people) = (day, context.actor, context.people)
    let other = try person.map { try context.person($0, needing: .calendar).id }
    let (reminders, moved) = try await context.store.read { reader in
      func isShown(_ reminder: Reminder) -> Bool {
        ReminderFinder.may(actor.id, reminder, people) && (other.map { reminder.person == $0 } ?? true)
      }
      let whose = other ?? actor.id
      let fires = try ReminderFire.open(around: whose, reader).filter { $0.state == .due && $0.againAt != nil }
      let moved = try fires.compactMap { fire in try Reminder.find(fire.reminder, reader).map { (fire, $0) } }
      return (try Reminder.active(around: whose, reader).filter(isShown), moved.filter { isShown($0.1) })
    }
    let places =
      day == nil && person == nil
      ? try await context.store.read { try PlaceReminders.waiting(around: actor.id, $0) } : []
    var entries: [(at: Instant, reminder: Reminder)] = []
    // what was snoozed or moved comes at its own time
    var once: [Instant: Set<String>] = [:]
    for (fire, reminder) in moved {
      guard let at = fire.againAt, day.map({ context.zone.date(at) == $0 }) ?? true else { continue }
      entries.append((at, reminder))
      once[at, default: []].insert(reminder.id)
    }
    let overtaken = Set(moved.map { "\($0.0.reminder) \($0.0.dueAt.microseconds)" })
    for reminder in reminders {
      guard let day else {
        if let next = reminder.nextAt { entries.append((next, reminder)) }
        continue
      }
      let (from, to) = (context.zone.startOfDay(day), context.zone.startOfDay(day.adding(days: 1)))
      for at in try reminder.timetable.occurrences(after: from - .microseconds(1), through: to - .microseconds(1)) {
        // what was settled or moved ahead of time is no longer to come
        guard let next = reminder.nextAt, at >= next else { continue }
        if !overtaken.contains("\(reminder.id) \(at.microseconds)") { entries.append((at, reminder)) }
      }
    }
    entries.sort { ($0.at, $0.reminder.id) < ($1.at, $1.reminder.id) }
    var times: [String: Int] = [:]
    for entry in entries { times[entry.reminder.id, default: 0] += 1 }
    var said: Set<String> = []
    // what comes again and again in a day is one line
    let shown = entries.filter { times[$0.reminder.id, default: 1] <= 2 || said.insert($0.reminder.id).inserted }
    let lines = shown.prefix(Self.limit).map { entry in
      let reminder = entry.reminder
      let isOften = times[reminder.id, default: 1] > 2
      var values: [String: Say.Value] = [
        "text": .text(ReminderFiring.short(reminder.text)),
        "when": day == nil && once[entry.at]?.contains(reminder.id) == true
          ? .instant(entry.at)
          : day == nil || isOften ? reminder.timetable.words : .time(context.zone.civil(entry.at).time),
      ]
      if reminder.person != actor.id { values["name"] = .text(context.people.called(reminder.person, by: actor.id)) }
      return Say("reminder.list.line", values)
    }
    let waiting = places.map { one in
      Say("reminder.list.place", ["place": .text(one.place), "text": .text(ReminderFiring.short(one.text))])
    }
    var values: [String: Say.Value] = ["count": .integer(Int64(shown.count + places.count))]
    if let day { values["day"] = .date(day) }
    let more =
      shown.count > Self.limit
      ? [Say("reminder.more", ["count": .integer(Int64(shown.count - Self.limit))])] : []
    let data = JSON.array(
      entries.prefix(1_000).map { entry in
        var json = entry.reminder.json
        json["at"] = .string(entry.at.description)
        return json
      } + places.map { ["id": .string($0.id), "text": .string($0.text), "place": .string($0.place)] })
    let isEmpty = entries.isEmpty && places.isEmpty
    return .answer(
      Say(isEmpty ? "reminder.list.empty" : "reminder.list", values, lines: lines + more + waiting), data: data)
  }
}
