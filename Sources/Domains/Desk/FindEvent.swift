import Actions
import Base
import Formats
import Messages
import People
import Store
import Time

/// "When is my flight?": what is called so, in the calendar, among tasks that are due, appointments and reminders.
struct FindEvent: Action {
  static let name = "event.find"
  static let summary = "Tells when an event or a task is, by words of its name."
  static let effect = Effect.read
  /// So many days are looked through.
  private static let ahead = 190
  private static let shown = 5

  @Parameter("Its title, some words of it, or its id.") var event: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (wanted, person, zone, now, today) = (event, context.actor.id, context.zone, context.now, context.today)
    var agenda = try await context.store.read {
      try Agenda(
        from: zone.startOfDay(today), to: zone.startOfDay(today.adding(days: Self.ahead)), for: person, in: zone, $0)
    }
    if let appointments = try? await context.call("appointment.list", [:]) {
      agenda.add(appointments: appointments, in: zone)
    }
    if let reminders = try? await context.call("reminder.list", [:]) { agenda.add(reminders: reminders, of: person) }
    let coming = agenda.items.filter { $0.end > now || $0.isAllDay || $0.start >= now }
    let known = coming.filter { $0.id == wanted }
    let named =
      known.isEmpty
      ? NameMatch.whole(wanted, among: coming, idle: ["meeting", "event", "appointment", "task"]) { $0.title } : known
    // of what comes again and again the next one
    var seen: Set<String> = []
    let found = named.sorted { $0.start < $1.start }.filter { seen.insert($0.title).inserted }
    guard let first = found.first else { throw RemoveEvent.unknown(wanted) }
    let data = JSON.array(found.prefix(Self.shown).map(\.json))
    guard found.count > 1 else { return .answer(first.told(in: zone), data: data) }
    return .answer(Say("event.find.several", lines: found.prefix(Self.shown).map { $0.told(in: zone) }), data: data)
  }
}

extension Agenda.Item {
  /// When it is, in a sentence.
  func told(in zone: Zone) -> Say {
    Say(
      source == .task ? "event.find.task" : "event.find",
      values([
        "title": .text(title), "at": isAllDay ? .date(zone.date(start)) : .instant(start),
        "until": end > start && !isAllDay ? .time(zone.civil(end).time) : nil, "location": location.map { .text($0) },
      ]))
  }
}
