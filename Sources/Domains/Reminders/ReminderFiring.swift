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

/// Tells what is due: each occurrence once, many as one message, what came too late as missed.
///
/// Everything about an occurrence commits together: the end of its due row, its fire row, the message, the next one.
enum ReminderFiring {
  static let lateness: Duration = .seconds(60)
  static let nagEvery: Duration = .minutes(10)
  static let nagLimit = 6
  /// More than this at one moment become one message.
  private static let separateLimit = 4
  private static let listLimit = 20

  private struct Item {
    enum Kind { case due, again, missed }
    let kind: Kind
    let reminder: Reminder
    var fire: ReminderFire
    /// Earlier occurrences that this one overtook.
    var earlier = 0
  }

  static func handle(_ dues: [Due], _ transaction: inout Transaction) throws {
    let now = transaction.now
    var items: [Item] = []
    var seen: Set<String> = []
    var nags: [ReminderFire] = []
    for due in dues where seen.insert(due.subject).inserted {
      if let reminder = try Reminder.find(due.subject, transaction) {
        if let item = try fire(reminder, &transaction) { items.append(item) }
      } else if let fire = try ReminderFire.find(due.subject, transaction) {
        if fire.state == .due, let at = fire.againAt, at <= now {
          if let item = try again(fire, transaction) { items.append(item) }
        } else if fire.state == .sent {
          nags.append(fire)
        }
      }
    }
    // what is due beyond this batch comes along, so that a long absence makes one message
    if let person = dues.first?.person {
      for reminder in try Reminder.overdue(person, transaction, now: now) where seen.insert(reminder.id).inserted {
        if let item = try fire(reminder, &transaction) { items.append(item) }
      }
    }
    try tell(items, &transaction)
    for nag in nags { try self.nag(nag, &transaction) }
  }

  // MARK: The occurrence

  private static func fire(_ reminder: Reminder, _ transaction: inout Transaction) throws -> Item? {
    let now = transaction.now
    // a stale due row: the reminder was edited, settled ahead of time or cancelled
    guard reminder.state == .active, let due = reminder.nextAt, due <= now else { return nil }
    var reminder = reminder
    let catchUp = try reminder.timetable.catchUp(from: due, now: now)
    var told: ReminderFire?
    for at in catchUp.missed {
      var fire = ReminderFire(id: transaction.newID(), of: reminder, dueAt: at, state: .missed)
      fire.settledAt = now
      if try fire.insert(transaction) {
        told = fire
        try transaction.emit(Event("reminder.missed", person: reminder.person, payload(reminder, fire)))
      }
    }
    if let at = catchUp.current {
      // a later occurrence that was moved stays where it was put
      for var open in try ReminderFire.open(of: reminder.id, transaction) where open.dueAt < at {
        open.state = .missed
        open.settledAt = now
        try open.update(transaction)
        try transaction.unschedule(Reminders.kind, subject: open.id)
      }
      var fire = ReminderFire(id: transaction.newID(), of: reminder, dueAt: at, state: .sent)
      fire.firedAt = now
      fire.told = 1
      told = try fire.insert(transaction) ? fire : nil
      if told != nil { try transaction.emit(Event("reminder.fired", person: reminder.person, payload(reminder, fire))) }
    }
    reminder.nextAt = catchUp.next
    if catchUp.next == nil { reminder.state = .ended }
    try reminder.update(transaction)
    try schedule(reminder, transaction)
    guard let told else { return nil }
    if told.state == .sent { try scheduleNag(told, reminder, transaction) }
    let kind: Item.Kind = told.state == .missed ? .missed : .due
    return Item(
      kind: kind, reminder: reminder, fire: told,
      earlier: kind == .missed ? catchUp.missed.count - 1 : catchUp.missed.count)
  }

  /// A snoozed one comes back.
  private static func again(_ fire: ReminderFire, _ transaction: Transaction) throws -> Item? {
    guard let reminder = try Reminder.find(fire.reminder, transaction) else { return nil }
    var fire = fire
    fire.state = .sent
    fire.firedAt = transaction.now
    fire.told += 1
    let at = fire.againAt ?? fire.dueAt
    fire.againAt = nil
    try fire.update(transaction)
    try scheduleNag(fire, reminder, transaction)
    return Item(kind: transaction.now - at > lateness ? .due : .again, reminder: reminder, fire: fire)
  }

  /// Puts the next occurrence on the schedule, or takes it off.
  static func schedule(_ reminder: Reminder, _ transaction: Transaction) throws {
    try transaction.unschedule(Reminders.kind, subject: reminder.id)
    guard reminder.state == .active, let next = reminder.nextAt else { return }
    try transaction.schedule(Reminders.kind, subject: reminder.id, person: reminder.person, at: next)
  }

  static func unscheduleAll(_ reminder: String, _ transaction: Transaction) throws {
    try transaction.unschedule(Reminders.kind, subject: reminder)
    for fire in try ReminderFire.open(of: reminder, transaction) {
      try transaction.unschedule(Reminders.kind, subject: fire.id)
    }
  }

  static func payload(_ reminder: Reminder, _ fire: ReminderFire) -> JSON {
    ["reminder": .string(reminder.id), "fire": .string(fire.id), "due": .string(fire.dueAt.description)]
  }

  // MARK: Words

  private static func tell(_ items: [Item], _ transaction: inout Transaction) throws {
    guard let person = items.first?.reminder.person else { return }
    let now = transaction.now
    let isPunctual = items.allSatisfy { $0.kind == .again || $0.kind == .due && now - $0.fire.dueAt <= lateness }
    if items.count == 1 || isPunctual && items.count <= separateLimit {
      for item in items {
        // what is over can wait for the morning
        let urgency: Urgency = item.kind == .missed ? .low : .normal
        try transaction.tell(person, say(item, now), urgency: urgency, dedupeKey: key(item.fire))
      }
    } else {
      let sorted = items.sorted { ($0.fire.dueAt, $0.fire.id) < ($1.fire.dueAt, $1.fire.id) }
      var lines = sorted.suffix(listLimit).map { line($0) }
      if sorted.count > listLimit {
        lines.append(Say("reminder.more", ["count": .integer(Int64(sorted.count - listLimit))]))
      }
      let open = sorted.filter { $0.fire.state == .sent }
      let list = Say(
        isPunctual ? "reminder.together" : "reminder.catch_up", ["count": .integer(Int64(sorted.count))],
        lines: lines, buttons: open.isEmpty ? [] : buttons(open.map(\.fire.id), skips: true))
      try transaction.tell(
        person, list, urgency: items.allSatisfy { $0.kind == .missed } ? .low : .normal, dedupeKey: key(sorted[0].fire))
    }
    for item in items where item.kind == .missed {
      try tellCreator("reminder.missed_for", item.reminder, item.fire, transaction)
    }
  }

  private static func key(_ fire: ReminderFire) -> String { "reminder.\(fire.id).\(fire.told)" }

  private static func say(_ item: Item, _ now: Instant) -> Say {
    let values: [String: Say.Value] = ["text": .text(item.reminder.text), "due": .instant(item.fire.dueAt)]
    switch item.kind {
    case .missed:
      return Say(
        "reminder.missed", values,
        buttons: [button("done", "reminder.done", [item.fire.id]), button("again", "reminder.snooze", [item.fire.id])])
    case .due where now - item.fire.dueAt > lateness:
      return Say("reminder.fire_late", values, buttons: buttons([item.fire.id], skips: item.reminder.timetable.repeats))
    default:
      return Say("reminder.fire", values, buttons: buttons([item.fire.id], skips: item.reminder.timetable.repeats))
    }
  }

  private static func line(_ item: Item) -> Say {
    var values: [String: Say.Value] = ["text": .text(short(item.reminder.text)), "due": .instant(item.fire.dueAt)]
    if item.earlier > 0 { values["earlier"] = .integer(Int64(item.earlier)) }
    return Say(item.kind == .missed ? "reminder.line.missed" : "reminder.line.due", values)
  }

  /// One line's worth of a text.
  static func short(_ text: String) -> String { text.count > 80 ? text.prefix(79) + "…" : text }

  static func buttons(_ fires: [String], skips: Bool) -> [Say.Button] {
    // more than a message can hold are settled one by one
    guard fires.count <= 60 else { return [] }
    let isMany = fires.count > 1
    var all = [
      button(isMany ? "done_all" : "done", "reminder.done", fires), button("snooze", "reminder.snooze", fires),
    ]
    all[1].arguments["delay"] = "PT10M"
    if skips { all.append(button("skip", "reminder.skip", fires)) }
    return all
  }

  private static func button(_ label: String, _ action: String, _ fires: [String]) -> Say.Button {
    Say.Button(
      "reminders.button.\(label)", action: action, arguments: ["reminder": .string(fires.joined(separator: " "))],
      isSingleUse: false)
  }

  /// Whoever set it for somebody else hears what became of it, in their own language.
  static func tellCreator(
    _ key: String, _ reminder: Reminder, _ fire: ReminderFire, _ transaction: Transaction
  ) throws {
    guard reminder.creator != reminder.person, let people = transaction.service(Delivery.self)?.people else { return }
    let values: [String: Say.Value] = [
      "text": .text(reminder.text), "due": .instant(fire.dueAt),
      "name": .text(people.called(reminder.person, by: reminder.creator)),
    ]
    try transaction.tell(reminder.creator, Say(key, values), dedupeKey: "\(key).\(fire.id)")
  }

  // MARK: Nagging

  private static func scheduleNag(_ fire: ReminderFire, _ reminder: Reminder, _ transaction: Transaction) throws {
    guard reminder.nags, fire.told <= nagLimit else { return }
    let at = Quiet.end(for: reminder.person, at: transaction.now + nagEvery, transaction)
    try transaction.schedule(Reminders.kind, subject: fire.id, person: fire.person, at: at)
  }

  private static func nag(_ fire: ReminderFire, _ transaction: inout Transaction) throws {
    guard let reminder = try Reminder.find(fire.reminder, transaction), reminder.nags else { return }
    var fire = fire
    guard fire.told <= nagLimit else { return }
    fire.told += 1
    try fire.update(transaction)
    let say = Say(
      "reminder.nag", ["text": .text(reminder.text), "due": .instant(fire.dueAt)],
      buttons: buttons([fire.id], skips: reminder.timetable.repeats))
    try transaction.tell(fire.person, say, urgency: .low, dedupeKey: key(fire))
    if fire.told <= nagLimit {
      try scheduleNag(fire, reminder, transaction)
    } else {
      try tellCreator("reminder.unanswered_for", reminder, fire, transaction)
    }
  }
}

/// A person's quiet hours, as their persona has them.
enum Quiet {
  /// The same moment, or the end of the quiet hours it falls into.
  static func end(for person: PersonID, at instant: Instant, _ transaction: Transaction) -> Instant {
    guard let delivery = transaction.service(Delivery.self), let person = delivery.people.person(person),
      let quiet = delivery.personas[person.persona]?.quietHours
    else { return instant }
    let local = person.zone.civil(instant)
    guard quiet.contains(local.time) else { return instant }
    let day = local.time < quiet.to ? local.date : local.date.adding(days: 1)
    return person.zone.instant(of: day.at(quiet.to))
  }
}
