import Actions
import Base
import Formats
import Messages
import People
import Store
import Time

/// An elder's own day: what is to be taken, where to be, what to think of.
struct ShowDay: Action {
  static let name = "day.show"
  static let summary = "Says what your day brings: medicines, appointments, reminders."
  static let effect = Effect.read

  @Parameter("Which day; today when left out.") var day: CivilDate?
  @Parameter("Several days by name: what is left of this week, the next one, the weekend.", kind: DaysAhead.kind)
  var span: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    guard let (first, last) = span.flatMap(DaysAhead.init(rawValue:))?.days(from: context.today), first < last else {
      let day = day ?? context.today
      let (lines, data) = try await lines(of: day, context)
      return .answer(Say(lines.isEmpty ? "day.empty" : "day.show", ["day": .date(day)], lines: lines), data: data)
    }
    var (all, days): ([Say], [JSON]) = ([], [])
    for day in (0...last.days(since: first)).map({ first.adding(days: $0) }) {
      let (lines, data) = try await lines(of: day, context)
      days.append(data)
      if !lines.isEmpty { all += [Say("day.heading", ["day": .date(day)])] + lines }
    }
    return .answer(
      Say(
        all.isEmpty ? "day.free_days" : "day.days", ["from": .date(first), "to": .date(last)],
        lines: Array(all.prefix(60))),
      data: .array(days))
  }

  private func lines(of day: CivilDate, _ context: ActionContext) async throws -> (lines: [Say], data: JSON) {
    let (actor, zone, now) = (context.actor.id, context.zone, context.now)
    let (from, to) = (zone.startOfDay(day), zone.startOfDay(day.adding(days: 1)))
    let (doses, medicines, appointments) = try await context.store.read { reader in
      (
        try Dose.between(from, to, for: actor, reader), try Medicine.all(for: actor, reader),
        try Appointment.coming(for: actor, after: max(now, from), reader).filter { $0.startsAt < to }
      )
    }
    let names = Dictionary(medicines.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
    var lines = CareStatus.lines(doses, names)
    let coming = try Self.coming(medicines, from: max(now, from), to: to)
    lines += coming.map { dose in
      Say(
        "day.medicine", ["at": .time(zone.civil(dose.at).time), "medicines": .list(dose.names.map { .text($0) })])
    }
    lines += appointments.map {
      Say("day.appointment", ["at": .time(zone.civil($0.startsAt).time), "title": .text($0.title)])
    }
    // a persona without reminders has a day all the same
    let reminders = (try? await context.call("reminder.list", ["day": .string(day.description)])) ?? .array([])
    lines += Self.lines(reminders, of: actor, zone)
    let yearly = (try? await context.call("memory.days", ["day": .string(day.description)])) ?? .array([])
    lines += (yearly.array ?? []).compactMap { one in
      one["title"].string.map { Say("day.yearly", ["title": .text($0)]) }
    }
    let data: JSON = [
      "day": .string(day.description), "doses": .array(doses.map(\.json)),
      "coming": .array(
        coming.map { ["at": .string($0.at.description), "medicines": .array($0.names.map { .string($0) })] }),
      "appointments": .array(appointments.map(\.json)), "reminders": reminders,
      "yearly": yearly,
    ]
    return (lines, data)
  }

  /// The doses still to come, those of one moment together.
  static func coming(_ medicines: [Medicine], from: Instant, to: Instant) throws -> [(
    at: Instant, names: [String]
  )] {
    var names: [Instant: [String]] = [:]
    for medicine in medicines where medicine.isActive {
      guard let timetable = medicine.timetable, let next = medicine.nextAt else { continue }
      let times = try timetable.occurrences(
        after: max(from, next) - .microseconds(1), through: to - .microseconds(1))
      for at in times { names[at, default: []].append(medicine.name) }
    }
    return names.sorted { $0.key < $1.key }.map { (at: $0.key, names: $0.value) }
  }

  /// A reminder that comes many times a day is said once.
  static func lines(_ reminders: JSON, of person: PersonID, _ zone: Zone) -> [Say] {
    var said: Set<String> = []
    return (reminders.array ?? []).compactMap { reminder in
      guard reminder["person"].string == person.text, let text = reminder["text"].string,
        let at = reminder["at"].string.flatMap(Instant.init(iso8601:)),
        said.insert(reminder["id"].string ?? "").inserted
      else { return nil }
      return Say("day.reminder", ["at": .time(zone.civil(at).time), "text": .text(text)])
    }
  }
}
