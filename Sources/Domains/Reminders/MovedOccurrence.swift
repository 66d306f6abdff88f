import Actions
import Base
import Formats
import Messages
import People
import Schedule
import Store
import Time

/// One occurrence of a repeating reminder, moved: the rule and all other occurrences stay.
enum MovedOccurrence {
  static func result(
    _ target: ReminderFinder.Target, to schedule: WhenValue, for person: Person, in context: ActionContext
  ) throws -> ActionResult {
    let (zone, now, found) = (person.zone, context.now, target.reminder)
    let usual = found.nextAt.map { zone.civil($0).time } ?? found.timetable.start.time
    let at =
      schedule.isTimeGiven || schedule.elapsed != nil
      ? schedule.instant(in: zone, now: now) : zone.instant(of: schedule.start.date.at(usual))
    guard at > now else {
      return .ask(Say("reminder.ask.past", ["at": .instant(at)]), parameter: "schedule")
    }
    let told = target.fire
    return .change { transaction in
      guard var reminder = try Reminder.find(found.id, transaction), reminder.state != .cancelled else {
        throw ActionError("reminder.not_found", sentence: "There is no such reminder.", field: "reminder")
      }
      var fire: ReminderFire
      if let told, let open = try ReminderFire.find(told.id, transaction), open.isOpen {
        fire = open
        fire.state = .due
        fire.againAt = at
        try fire.update(transaction)
      } else {
        let due = try occurrence(of: reminder, on: zone.date(at), zone)
        fire = ReminderFire(id: transaction.newID(), of: reminder, dueAt: due, state: .due)
        fire.againAt = at
        guard try fire.insert(transaction) else {
          throw ActionError("reminder.not_found", sentence: "That occurrence was moved already.", field: "reminder")
        }
        if reminder.nextAt == due {
          reminder.nextAt = try reminder.timetable.next(after: due)
          if reminder.nextAt == nil { reminder.state = .ended }
          try reminder.update(transaction)
          try ReminderFiring.schedule(reminder, transaction)
        }
      }
      try transaction.unschedule(Reminders.kind, subject: fire.id)
      try transaction.schedule(Reminders.kind, subject: fire.id, person: fire.person, at: at)
      return Outcome(
        Say("reminder.moved_once", ["text": .text(reminder.text), "at": .instant(at)]), data: fire.json,
        inverse: ActionCall(ReopenReminder.name, ["reminder": .string(fire.id)]))
    }
  }

  /// The occurrence of that day, or the next one where that day has none.
  private static func occurrence(of reminder: Reminder, on day: CivilDate, _ zone: Zone) throws -> Instant {
    guard let next = reminder.nextAt else {
      throw ActionError("reminder.not_found", sentence: "That reminder has no occurrence to come.", field: "reminder")
    }
    let (from, to) = (zone.startOfDay(day), zone.startOfDay(day.adding(days: 1)))
    let times = try reminder.timetable.occurrences(
      after: max(from, next) - .microseconds(1), through: to - .microseconds(1), limit: 1)
    return times.first ?? next
  }
}
