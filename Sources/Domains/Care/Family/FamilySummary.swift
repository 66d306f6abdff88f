import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Schedule
import Store
import Time

/// A relative's wish to be told about somebody once a week.
struct FamilySummary: Sendable, Hashable {
  let person: PersonID
  let relative: PersonID
  let timetable: Timetable

  private var subject: String { "\(person).\(relative)" }

  static func find(
    of person: PersonID, for relative: PersonID, _ reader: some Querying
  ) throws -> FamilySummary? {
    try reader.first(
      "SELECT timetable FROM family_summaries WHERE tenant = :tenant AND person = ? AND relative = ?", person, relative
    ) { FamilySummary(person: person, relative: relative, timetable: try Timetable(json: JSON.parse($0.text(0)))) }
  }

  func store(_ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO family_summaries (tenant, person, relative, timetable) VALUES (:tenant, ?, ?, ?)
      ON CONFLICT (tenant, person, relative) DO UPDATE SET timetable = excluded.timetable
      """, person, relative, timetable.json.text())
    try transaction.unschedule(Care.summaryKind, subject: subject)
    try schedule(transaction)
  }

  func remove(_ transaction: Transaction) throws {
    try transaction.execute(
      "DELETE FROM family_summaries WHERE tenant = :tenant AND person = ? AND relative = ?", person, relative)
    try transaction.unschedule(Care.summaryKind, subject: subject)
  }

  private func schedule(_ transaction: Transaction) throws {
    guard let next = try timetable.next(after: transaction.now) else { return }
    try transaction.schedule(
      Care.summaryKind, subject: subject, person: relative, at: next, payload: ["person": .string(person.text)])
  }

  var json: JSON { timetable.json }

  // MARK: Telling

  static func handle(_ dues: [Due], _ transaction: inout Transaction) throws {
    // one who was away for weeks hears once, of the last seven days
    var told: Set<PersonID> = []
    for due in dues.reversed() {
      guard let relative = due.person, let person = due.payload["person"].string.map({ PersonID($0) }),
        told.insert(person).inserted, let summary = try find(of: person, for: relative, transaction)
      else { continue }
      try summary.tell(due.at, transaction)
      try summary.schedule(transaction)
    }
  }

  private func tell(_ at: Instant, _ transaction: Transaction) throws {
    guard let say = try Self.say(of: person, for: relative, endsToday: false, transaction) else { return }
    try transaction.tell(relative, say, urgency: .low, dedupeKey: "weekly.\(subject).\(at.microseconds)")
  }

  /// The last seven days of somebody, with today or without.
  ///
  /// - Returns: `nil` for whoever lost the right; when it comes back, so does the summary.
  static func say(
    of person: PersonID, for relative: PersonID, endsToday: Bool, _ transaction: Transaction
  ) throws -> Say? {
    guard let family = Family(transaction), let elder = family.people.person(person),
      family.people.may(relative, .medicines, for: person)
    else { return nil }
    let last = elder.zone.date(transaction.now).adding(days: endsToday ? 0 : -1)
    let report = try DoseReport(elder, from: last.adding(days: -6), through: last, transaction)
    let counts = report.counts()
    var values: [String: Say.Value] = [
      "name": .text(family.people.called(person, by: relative)), "from": .date(report.first),
      "to": .date(report.last),
    ]
    var lines: [Say] = []
    if counts.due > 0 {
      values["taken"] = .integer(Int64(counts.taken))
      values["due"] = .integer(Int64(counts.due))
      for (key, count) in [("skipped", counts.skipped), ("unknown", counts.unknown), ("missed", counts.missed)]
      where count > 0 {
        lines.append(Say("weekly.\(key)", ["count": .integer(Int64(count))]))
      }
    }
    lines += try more(of: person, for: relative, family, since: elder.zone.startOfDay(report.first), transaction)
    return Say(counts.due > 0 ? "weekly.sum" : "weekly.sum_empty", values, lines: lines)
  }

  /// Calls for help and unanswered mornings of the week, what runs low, what comes in the next one.
  private static func more(
    of person: PersonID, for relative: PersonID, _ family: Family, since: Instant, _ transaction: Transaction
  ) throws -> [Say] {
    var lines: [Say] = []
    let people = family.people
    if people.may(relative, .alerts, for: person) {
      let alerts = try Alert.all(for: person, transaction).filter { $0.raisedAt >= since && !$0.isTest }
      if !alerts.isEmpty { lines.append(Say("weekly.alerts", ["count": .integer(Int64(alerts.count))])) }
      let silent = try CheckInDay.last(7, of: person, transaction).filter { $0.state == .silent }
      if !silent.isEmpty { lines.append(Say("weekly.silent", ["count": .integer(Int64(silent.count))])) }
    }
    for medicine in try Medicine.active(for: person, transaction) where medicine.stock.isWarned {
      guard let days = try StockKeeping.daysLeft(medicine, transaction, now: transaction.now) else { continue }
      lines.append(StockKeeping.say("care.status.refill", medicine, days))
    }
    if people.may(relative, .calendar, for: person) {
      let coming = try Appointment.coming(for: person, after: transaction.now, transaction)
      for appointment in coming where appointment.startsAt < transaction.now + .days(7) {
        lines.append(
          Say(
            "appointment.list.line",
            ["starts": .instant(appointment.startsAt), "title": .text(appointment.title)]))
      }
    }
    return lines
  }
}

struct SetWeekly: Action {
  static let name = "care.weekly"
  static let summary = "Sends you a summary of somebody you look after once a week."
  static let effect = Effect.write

  @Parameter("When; Sunday at 6 pm when left out.") var schedule: WhenValue?
  @Parameter("Of whom; the one person looked after when left out.") var person: PersonReference?

  private static let usualHour = 18 * 3_600

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.caredFor(person, needing: .medicines)
    guard person.id != context.actor.id else {
      throw ActionError("weekly.whose", sentence: "Of whom shall the summary be?", field: "person")
    }
    let (timetable, isTimed) = (try timetable(context), schedule != nil)
    return .change { transaction in
      let before = try FamilySummary.find(of: person.id, for: context.actor.id, transaction)
      // without a word of when it stays at the time that was set
      let kept = isTimed ? nil : before?.timetable
      let summary = FamilySummary(person: person.id, relative: context.actor.id, timetable: kept ?? timetable)
      try summary.store(transaction)
      let whose: JSON = .string(person.id.text)
      let inverse =
        before.map { ActionCall(Self.name, ["schedule": $0.timetable.when, "person": whose]) }
        ?? ActionCall(StopWeekly.name, ["person": whose])
      let values: [String: Say.Value] = [
        "name": .text(context.people.called(person.id, by: context.actor.id)), "when": summary.timetable.words,
      ]
      return Outcome(Say("weekly.set", values), data: summary.json, inverse: inverse)
    }
  }

  /// Weekly whatever was said: "on Friday" is every Friday.
  private func timetable(_ context: ActionContext) throws -> Timetable {
    let usual = CivilTime(secondOfDay: Self.usualHour)
    let local = context.zone.civil(context.now)
    let sunday = local.date.adding(days: 7 - local.date.weekday.rawValue)
    let said = schedule
    let day = said.flatMap { $0.isDayGiven || $0.rule != nil ? $0.start.date : nil } ?? sunday
    let time = said.flatMap { $0.isTimeGiven ? $0.start.time : nil } ?? usual
    let rule =
      try said?.rule.flatMap { $0.frequency == .weekly ? $0 : nil }
      ?? RecurrenceRule(parsing: "FREQ=WEEKLY;BYDAY=\(day.weekday.code)")
    let when = WhenValue(start: day.at(time), rule: rule)
    guard case .timetable(let timetable) = try Timetable.read(when, zone: context.zone, now: context.now) else {
      throw ActionError("weekly.when", sentence: "On which day of the week, and when?", field: "schedule")
    }
    return timetable
  }
}

extension Timetable {
  /// As it would be said again.
  fileprivate var when: JSON { WhenValue(start: start, rule: rule).json }
}

struct StopWeekly: Action {
  static let name = "care.stop_weekly"
  static let summary = "Ends the weekly summary."
  static let effect = Effect.write

  @Parameter("Of whom; the one person looked after when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.caredFor(person, needing: .medicines)
    let values: [String: Say.Value] = ["name": .text(context.people.called(person.id, by: context.actor.id))]
    return .change { transaction in
      guard let before = try FamilySummary.find(of: person.id, for: context.actor.id, transaction) else {
        return Outcome(Say("weekly.none", values))
      }
      try before.remove(transaction)
      return Outcome(
        Say("weekly.stopped", values),
        inverse: ActionCall(
          SetWeekly.name, ["schedule": before.timetable.when, "person": .string(person.id.text)]))
    }
  }
}
