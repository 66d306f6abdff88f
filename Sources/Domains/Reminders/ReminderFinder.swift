import Actions
import Base
import Formats
import Messages
import People
import Store
import Time

/// Finds which reminder (and which occurrence of it) a person means.
struct ReminderFinder {
  /// What it is looked for, which decides what "left out" means.
  enum Purpose {
    /// The one that fired last and is open, else the next one if it is near.
    case settle
    /// The one that fired last and is open, else the next one.
    case shift
    /// The one that fired last and is open, else the only one.
    case change
  }

  struct Target: Sendable, Hashable {
    let reminder: Reminder
    /// `nil`: nothing is open, the next occurrence is meant.
    let fire: ReminderFire?

    /// Whether it has not come yet, and does not come in the past when it is brought forward.
    func leaves(_ time: Duration, before now: Instant) -> Bool {
      (fire == nil ? reminder.nextAt : fire?.firedAt == nil ? fire?.againAt : nil).map { $0 - time > now } ?? false
    }
  }

  enum Found: Sendable {
    case targets([Target])
    case several([Reminder])
  }

  let context: ActionContext
  let purpose: Purpose

  /// - Throws: `reminder.not_found`, `reminder.none` or `reminder.nothing_open`.
  func find(_ words: String?) async throws -> Found {
    let (actor, now, purpose, people) = (context.actor.id, context.now, purpose, context.people)
    return try await context.store.read { reader in
      if let words, let ids = Self.ids(words) {
        return .targets(try ids.map { try Self.target(id: $0, actor, people, reader) })
      }
      let active = try Reminder.active(around: actor, reader).filter { Self.may(actor, $0, people) }
      let open = try ReminderFire.open(around: actor, reader).filter { fire in
        try Reminder.find(fire.reminder, reader).map { Self.may(actor, $0, people) } ?? false
      }
      if let words, let hours = Self.hours(words) { return try Self.at(hours, words, open, active, people, reader) }
      if let words { return try Self.named(words, open, active, reader) }
      return try Self.leftOut(purpose, actor, open.filter { $0.person == actor }, active, reader, now: now)
    }
  }

  /// Ids as buttons carry them, several with a space between; `nil` for words.
  static func ids(_ words: String) -> [String]? {
    let parts = words.split(separator: " ").map(String.init)
    func isID(_ text: String) -> Bool {
      text.utf8.count == 36
        && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) || $0 == UInt8(ascii: "-") }
    }
    return !parts.isEmpty && parts.count <= 100 && parts.allSatisfy(isID) ? parts : nil
  }

  /// Whether somebody may see and settle it: whose it is, relatives with the calendar right, and an elder who set it for
  /// a relative.
  static func may(_ actor: PersonID, _ reminder: Reminder, _ people: PeopleBook) -> Bool {
    people.may(actor, .calendar, for: reminder.person, madeBy: reminder.creator)
  }

  static func target(
    id: String, _ actor: PersonID, _ people: PeopleBook, _ reader: some Querying
  ) throws -> Target {
    let fire = try ReminderFire.find(id, reader)
    // somebody else's looks just like one that is not there
    guard let reminder = try Reminder.find(fire?.reminder ?? id, reader), may(actor, reminder, people) else {
      throw ActionError("reminder.not_found", sentence: "There is no such reminder.", field: "reminder")
    }
    if let fire { return Target(reminder: reminder, fire: fire) }
    return Target(reminder: reminder, fire: try ReminderFire.open(of: reminder.id, reader).first)
  }

  /// `15:00`, or `03:00|15:00` where either half of the day may be meant; `nil` for other words.
  private static func hours(_ words: String) -> [CivilTime]? {
    let parts = words.split(separator: "|")
    let hours = parts.filter { $0.utf8.count == 5 }.compactMap { CivilTime(String($0)) }
    return hours.count == parts.count && !hours.isEmpty ? hours : nil
  }

  /// "The 3 pm reminder": by the hour of what is open or comes next, where the person is.
  private static func at(
    _ hours: [CivilTime], _ words: String, _ open: [ReminderFire], _ active: [Reminder], _ people: PeopleBook,
    _ reader: TenantReader
  ) throws -> Found {
    let found = active.filter { reminder in
      guard let zone = people.person(reminder.person)?.zone else { return false }
      let next = reminder.nextAt.map { zone.civil($0).time }
      return [reminder.timetable.start.time, next].contains { time in time.map(hours.contains) ?? false }
    }
    guard let first = found.first else {
      throw ActionError(
        "reminder.none_then", ["at": .time(hours[hours.count - 1])],
        sentence: "There is no reminder at \(words).", field: "reminder")
    }
    guard found.count == 1 else { return .several(found) }
    return .targets([Target(reminder: first, fire: open.first { $0.reminder == first.id })])
  }

  private static func named(
    _ words: String, _ open: [ReminderFire], _ active: [Reminder], _ reader: TenantReader
  ) throws -> Found {
    var all = active
    for fire in open where !all.contains(where: { $0.id == fire.reminder }) {
      if let reminder = try Reminder.find(fire.reminder, reader) { all.append(reminder) }
    }
    let found = NameMatch.best(words, among: all) { $0.text }
    guard let first = found.first else {
      throw ActionError(
        "reminder.not_found", ["words": .text(words)], sentence: "There is no reminder called \(words).",
        field: "reminder")
    }
    // one of them just fired: that is the one
    let fired = found.filter { reminder in open.contains { $0.reminder == reminder.id && $0.state == .sent } }
    let chosen = found.count == 1 ? first : fired.count == 1 ? fired[0] : nil
    guard let chosen else { return .several(found) }
    return .targets([Target(reminder: chosen, fire: open.first { $0.reminder == chosen.id })])
  }

  private static func leftOut(
    _ purpose: Purpose, _ actor: PersonID, _ open: [ReminderFire], _ active: [Reminder], _ reader: TenantReader,
    now: Instant
  ) throws -> Found {
    let sent = open.filter { $0.state == .sent }
    let candidates = sent.isEmpty ? open : sent
    if let last = candidates.first {
      let together = candidates.filter { $0.firedAt == last.firedAt }
      let targets = try together.compactMap { fire in
        try Reminder.find(fire.reminder, reader).map { Target(reminder: $0, fire: fire) }
      }
      if targets.count == 1 { return .targets(targets) }
      if targets.count > 1 { return .several(targets.map(\.reminder)) }
    }
    let mine = active.filter { $0.person == actor }
    let choice = mine.isEmpty ? active : mine
    guard let next = choice.first else {
      throw ActionError("reminder.none", sentence: "There are no reminders.", field: "reminder")
    }
    switch purpose {
    case .change: return choice.count == 1 ? .targets([Target(reminder: next, fire: nil)]) : .several(choice)
    case .shift: return .targets([Target(reminder: next, fire: nil)])
    case .settle:
      guard try isNear(next, now: now) else {
        throw ActionError("reminder.nothing_open", sentence: "No reminder is waiting for an answer.", field: "reminder")
      }
      return .targets([Target(reminder: next, fire: nil)])
    }
  }

  /// Whether the next occurrence is near enough to be settled before it is due.
  static func isNear(_ reminder: Reminder, now: Instant) throws -> Bool {
    guard let next = reminder.nextAt else { return false }
    return try !reminder.timetable.repeats || next - now <= reminder.timetable.grace(of: next)
  }

  /// "Which one?", with a button for each.
  func ask(_ reminders: [Reminder], action: String, _ arguments: JSONObject = [:]) -> ActionResult {
    let buttons = reminders.prefix(context.persona.isPlain ? 3 : 8).map { reminder in
      var arguments = arguments
      arguments["reminder"] = .string(reminder.id)
      return Say.Button(
        "reminders.button.pick", ["text": .text(ReminderFiring.short(reminder.text))], action: action,
        arguments: arguments)
    }
    return .ask(
      Say("reminder.ask.which", ["count": .integer(Int64(reminders.count))], buttons: buttons), parameter: "reminder")
  }
}
