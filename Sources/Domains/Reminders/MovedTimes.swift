import Actions
import Base
import Events
import Formats
import Store
import Time

/// What happens to reminders when somebody moves, or the rules of a zone change. What was told stays as it was.
enum MovedTimes {
  /// Somebody wants their times by the clock of another zone. What comes once, and what is counted on the clock, was said
  /// of a moment and stays.
  static func move(_ event: Event, _ transaction: inout Transaction) throws {
    guard let person = event.person, let zone = event.payload["zone"].string.flatMap({ try? Zone.named($0) }) else {
      return
    }
    for var reminder in try Reminder.of(person, transaction) where reminder.state == .active {
      guard let moved = try reminder.timetable.moved(to: zone, now: transaction.now) else { continue }
      reminder.timetable = moved
      reminder.nextAt = moved.first
      try reminder.update(transaction)
      try ReminderFiring.schedule(reminder, transaction)
    }
  }

  /// The time-zone files of the machine have changed.
  static func replan(_ event: Event, _ transaction: inout Transaction) throws {
    for var reminder in try Reminder.active(transaction) {
      guard let next = reminder.nextAt,
        let (timetable, at) = try reminder.timetable.replanned(next, now: transaction.now)
      else { continue }
      reminder.timetable = timetable
      reminder.nextAt = at
      try reminder.update(transaction)
      try ReminderFiring.schedule(reminder, transaction)
    }
  }
}
