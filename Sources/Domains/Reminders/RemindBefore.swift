import Actions
import Base
import Formats
import Messages
import Schedule
import Time

/// "Remind me 3 hours before the flight."
struct RemindBefore: Action {
  static let name = "reminder.before"
  static let summary = "Reminds a while before something that is planned."
  static let effect = Effect.write
  /// So far ahead what is planned is looked through.
  private static let horizon = 120

  @Parameter("How long before.") var lead: Duration
  @Parameter(
    "What it goes before, by its words: an appointment, an event, a booking; what was spoken of last when left out.")
  var before: String?
  @Parameter("What to be reminded of; what is planned when left out.") var text: String?
  @Parameter("When that is, where the house does not know it.") var at: WhenValue?
  @Parameter("What was looked at before; the conversation knows it.") var lookedAt: JSON?

  /// Something that is planned, in whatever room.
  private struct Planned {
    var title: String
    var at: Instant
    var isAllDay = false
    var isReminder = false
    /// Of an event or a task.
    var id: String?
  }

  func perform(in context: ActionContext) async throws -> ActionResult {
    guard lead > .zero, lead <= .days(60) else {
      throw ActionError("reminder.before_lead", sentence: "Between a minute and two months before.", field: "lead")
    }
    let one: Planned
    switch await meant(context) {
    case .planned(let found): one = found
    case .question(let question): return question
    }
    let zone = context.zone
    var local = zone.civil(one.at - lead)
    if one.isAllDay {
      let morning = CivilTime(hour: 9, minute: 0) ?? local.time
      local = zone.date(one.at).adding(days: -Int(max(1, lead.seconds / 86_400))).at(morning)
    }
    guard zone.instant(of: local) > context.now else {
      throw ActionError(
        "reminder.before_past", ["at": .instant(zone.instant(of: local))],
        sentence: "That time is over (\(local)).", field: "lead")
    }
    switch try Timetable.read(WhenValue(start: local), zone: zone, now: context.now) {
    case .timetable(let timetable):
      return CreateReminder.change(text ?? one.title, for: context.actor, timetable, in: context)
    case .needsTime, .past, .ended, .tooOften: return .ask(Say("reminder.ask.schedule"), parameter: "lead")
    }
  }

  private enum Meant {
    case planned(Planned)
    case question(ActionResult)
  }

  private func meant(_ context: ActionContext) async -> Meant {
    let words = before ?? spokenOf
    if let at {
      let title = words ?? text ?? ""
      return .planned(
        Planned(title: title, at: at.instant(in: context.zone, now: context.now), isAllDay: !at.isTimeGiven))
    }
    let all = await planned(context).sorted { $0.at < $1.at }
    guard let words else {
      if all.count == 1 { return .planned(all[0]) }
      return .question(.ask(Say("reminder.before.ask"), parameter: "before"))
    }
    // what was shown goes by its id
    if let shown = all.first(where: { $0.id == words }) { return .planned(shown) }
    // what is planned comes before what only reminds of it
    let planned = NameMatch.best(words, among: all.filter { !$0.isReminder }) { $0.title }
    if let first = (planned.isEmpty ? NameMatch.best(words, among: all) { $0.title } : planned).first {
      return .planned(first)
    }
    return .question(.ask(Say("reminder.before_unknown", ["what": .text(words)]), parameter: "at"))
  }

  /// The words of what was done or asked last.
  private var spokenOf: String? {
    let arguments = lookedAt?["arguments"]
    for name in ["before", "title", "text", "appointment", "event", "listing", "whose"] {
      if let words = arguments?[name].string, !words.isEmpty { return words }
    }
    return nil
  }

  private func planned(_ context: ActionContext) async -> [Planned] {
    var found: [Planned] = []
    func add(_ items: JSON?, _ title: String, _ at: String) {
      for item in items?.array ?? [] {
        guard let words = item[title].string, let start = item[at].string.flatMap(Instant.init(iso8601:)),
          start > context.now
        else { continue }
        found.append(
          Planned(
            title: words, at: start, isAllDay: item["all_day"].bool ?? false,
            isReminder: title == "text" || item["source"] == "reminder", id: item["id"].string))
      }
    }
    let until = context.today.adding(days: Self.horizon)
    let agenda = try? await context.call(
      "calendar.agenda", ["day": .string(context.today.description), "until": .string(until.description)])
    add(agenda?["items"], "title", "starts")
    if agenda == nil { add(try? await context.call("appointment.list", [:]), "title", "starts") }
    add(try? await context.call("listing.bookings", [:]), "name", "starts")
    add(try? await context.call("reminder.list", [:]), "text", "at")
    for one in (try? await context.call("birthday.list", [:]))?.array ?? [] {
      guard let whose = one["whose"].string, let month = one["month"].int, let day = one["day"].int else { continue }
      let next = (0...1).lazy.compactMap { CivilDate(year: context.today.year + $0, month: month, day: day) }
        .first { $0 > context.today }
      guard let next else { continue }
      found.append(
        Planned(title: whose, at: context.zone.startOfDay(next), isAllDay: true, id: one["id"].string))
    }
    return found
  }
}
