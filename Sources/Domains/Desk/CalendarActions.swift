import Actions
import Base
import Formats
import Messages
import People
import Store
import Text
import Time

extension Agenda.Item {
  /// A line of the agenda, in the reader's zone.
  func line(in zone: Zone) -> Say {
    let title = Say.Value.text(title)
    if source == .task {
      return isAllDay
        ? Say("calendar.agenda.task_day", ["title": title])
        : Say("calendar.agenda.task", ["title": title, "time": .time(zone.civil(start).time)])
    }
    if source == .reminder {
      return Say("calendar.agenda.reminder", ["title": title, "time": .time(zone.civil(start).time)])
    }
    let place = location.map { Say.Value.text($0) }
    if isAllDay { return Say("calendar.agenda.day", values(["title": title, "location": place])) }
    return Say(
      "calendar.agenda.event",
      values([
        "title": title, "location": place, "time": .time(zone.civil(start).time),
        "until": end > start && source != .appointment ? .time(zone.civil(end).time) : nil,
      ]))
  }
}

struct ShowAgenda: Action {
  static let name = "calendar.agenda"
  static let summary = "Shows a day or several: events, imported calendars, tasks due and reminders."
  static let effect = Effect.read
  private static let shown = 25
  /// Most days at once.
  private static let most = 130
  /// So many days are shown with the reminders of each.
  private static let withReminders = 14

  @Parameter("Which day; today when left out.") var day: CivilDate?
  @Parameter("The last of several days.") var until: CivilDate?
  @Parameter("Several days by name: what is left of this week, the next one, the weekend.", kind: DaysAhead.kind)
  var span: String?
  @Parameter("Of one day only this part.", kind: Part.kind) var part: String?
  @Parameter("Whether it is asked if there is time, and not what is on.", kind: .choice(["free"])) var free: String?
  @Parameter("With that: at which time of the day.") var time: CivilTime?
  @Parameter("What was said, word for word.") var said: String?
  @Parameter("What was looked at or done before; the conversation knows it.") var lookedAt: JSON?

  /// A part of a day that somebody asks about by name; its hours.
  enum Part: String, CaseIterable {
    case morning, afternoon, evening
    /// "Good morning, what is on today?"
    case whole
    static let kind = SlotKind.choice(allCases.map(\.rawValue))

    var hours: Range<Int> {
      switch self {
      case .morning: 0..<12
      case .afternoon: 12..<17
      case .evening: 17..<24
      case .whole: 0..<24
      }
    }
  }

  func perform(in context: ActionContext) async throws -> ActionResult {
    let named = span.flatMap(DaysAhead.init(rawValue:))?.days(from: context.today)
    let first = named?.first ?? day ?? thatDay(context) ?? context.today
    let last = named?.last ?? until ?? first
    guard first <= last, last.days(since: first) < Self.most else {
      throw ActionError(
        "calendar.days", sentence: "The last day comes after the first, \(Self.most) days at most.", field: "until")
    }
    return first == last
      ? try await ofDay(first, context)
      : try await ofDays((0...last.days(since: first)).map { first.adding(days: $0) }, context)
  }

  /// "Anything else that day": the day that was spoken of.
  private func thatDay(_ context: ActionContext) -> CivilDate? {
    let words = " " + Normaliser.normalise(said ?? "") + " "
    guard
      ["that day", "same day", "the day", "that date", "andha naal", "us din", "அந்த நாள்", "उस दिन"].contains(where: {
        words.contains(" \($0)")
      })
    else { return nil }
    let call = lookedAt.flatMap { ActionCall(json: $0) }
    return call?.arguments.members.lazy.compactMap { member in
      member.value.string.flatMap { CivilDate($0) }
        ?? WhenValue(json: member.value, zone: context.zone, now: context.now).flatMap {
          $0.isDayGiven && !$0.repeats ? $0.start.date : nil
        }
    }.first
  }

  private func ofDays(_ days: [CivilDate], _ context: ActionContext) async throws -> ActionResult {
    let (person, zone, first, last) = (context.actor.id, context.zone, days[0], days[days.count - 1])
    var agenda = try await context.store.read {
      try Agenda(from: zone.startOfDay(first), to: zone.startOfDay(last.adding(days: 1)), for: person, in: zone, $0)
    }
    let span: JSONObject = ["day": .string(first.description), "until": .string(last.description)]
    if let yearly = try? await context.call("memory.days", span) { agenda.add(yearly: yearly, in: zone) }
    let appointments = try? await context.call("appointment.list", [:])
    for day in days {
      if let appointments { agenda.add(appointments: appointments, on: day, in: zone) }
      guard days.count <= Self.withReminders,
        let reminders = try? await context.call("reminder.list", ["day": .string(day.description)])
      else { continue }
      agenda.add(reminders: reminders, of: person)
    }
    let items = agenda.items
    let byDay = Dictionary(grouping: items) { max(zone.date($0.start), first) }
    let lines = byDay.keys.sorted().flatMap { day in
      [Say("calendar.agenda.heading", ["day": .date(day)])] + (byDay[day] ?? []).map { $0.line(in: zone) }
    }
    let data: JSON = [
      "day": .string(first.description), "until": .string(last.description), "items": .array(items.map(\.json)),
    ]
    var shown = Array(lines.prefix(Self.shown * 2))
    if lines.count > shown.count {
      shown.append(Say("desk.more", ["count": .integer(Int64(lines.count - shown.count))]))
    }
    shown += agenda.unread.map { Say("calendar.unreadable", ["name": .text($0)]) }
    let head: [String: Say.Value] = [
      "from": .date(first), "to": .date(last), "count": .integer(Int64(items.count)),
    ]
    return .answer(
      Say(items.isEmpty ? "calendar.agenda.free_days" : "calendar.agenda.days", head, lines: shown), data: data)
  }

  private func ofDay(_ day: CivilDate, _ context: ActionContext) async throws -> ActionResult {
    let (person, zone, today, now) = (context.actor.id, context.zone, context.today, context.now)
    let start = zone.startOfDay(day)
    // what should be done by now belongs to today
    let late =
      day == today
      ? try await context.store.read { try DeskTask.open(of: person, $0) }.filter {
        ($0.dueAt ?? now) < min(now, start)
      } : []
    var agenda = try await Agenda.whole(of: day, context)
    let part = part.flatMap(Part.init(rawValue:)).flatMap { $0 == .whole ? nil : $0 }
    let isFree = free == nil ? nil : freedom(agenda, day, part, context)
    if let hours = part?.hours {
      let from = zone.instant(of: day.at(CivilTime(secondOfDay: hours.lowerBound * 3_600)))
      let to =
        hours.upperBound == 24
        ? zone.startOfDay(day.adding(days: 1))
        : zone.instant(of: day.at(CivilTime(secondOfDay: hours.upperBound * 3_600)))
      agenda.keep(from: from, to: to)
    }
    let conflicts = agenda.conflicts.count
    let data: JSON = [
      "day": .string(day.description), "items": .array(agenda.items.map(\.json)),
      "late": .array(late.map(\.json)), "conflicts": .integer(Int64(conflicts)),
    ]
    var lines = agenda.items.prefix(Self.shown).map { $0.line(in: zone) }
    if agenda.items.count > Self.shown {
      lines.append(Say("desk.more", ["count": .integer(Int64(agenda.items.count - Self.shown))]))
    }
    if !late.isEmpty {
      lines.append(Say("calendar.agenda.late", ["tasks": .list(late.prefix(5).map { .text($0.title) })]))
    }
    lines += agenda.unread.map { Say("calendar.unreadable", ["name": .text($0)]) }
    var head: [String: Say.Value] = ["day": .date(day), "count": .integer(Int64(agenda.items.count))]
    if let part { head["part"] = .say(Say("calendar.part.\(part.rawValue)")) }
    guard !agenda.items.isEmpty || isFree != nil else {
      return .answer(Say("calendar.agenda.empty", head, lines: lines), data: data)
    }
    var buttons: [Say.Button] = []
    if conflicts > 0 {
      lines.append(Say("calendar.agenda.conflicts", ["count": .integer(Int64(conflicts))]))
      buttons.append(
        .init(
          "button.calendar.conflicts", action: ShowConflicts.name, arguments: ["day": .string(day.description)],
          isSingleUse: false))
    }
    if var isFree {
      (isFree.lines, isFree.buttons) = (lines, buttons)
      return .answer(isFree, data: data)
    }
    return .answer(Say("calendar.agenda", head, lines: lines, buttons: buttons), data: data)
  }
}

struct ShowConflicts: Action {
  static let name = "calendar.conflicts"
  static let summary = "Lists events of a day that overlap."
  static let effect = Effect.read

  @Parameter("Which day; the one that was looked at, or today, when left out.") var day: CivilDate?
  @Parameter("What was looked at before; the conversation knows it.") var lookedAt: JSON?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let zone = context.zone
    let looked = lookedAt.flatMap { ActionCall(json: $0) }.flatMap { call in
      call.name == ShowAgenda.name ? call.arguments["day"]?.string.flatMap { CivilDate($0) } : nil
    }
    let day = day ?? looked ?? context.today
    let agenda = try await Agenda.whole(of: day, context)
    let pairs = agenda.conflicts
    let data: JSON = [
      "day": .string(day.description),
      "conflicts": .array(pairs.map { .array([$0.0.json, $0.1.json]) }),
    ]
    let unread = agenda.unread.map { Say("calendar.unreadable", ["name": .text($0)]) }
    let head: [String: Say.Value] = ["day": .date(day), "count": .integer(Int64(pairs.count))]
    guard !pairs.isEmpty else { return .answer(Say("calendar.conflicts.none", head, lines: unread), data: data) }
    let lines = pairs.prefix(15).map { first, second in
      Say(
        "calendar.conflicts.line",
        [
          "first": .text(first.title), "second": .text(second.title),
          "from": .time(zone.civil(max(first.start, second.start)).time),
          "until": .time(zone.civil(min(first.end, second.end)).time),
        ])
    }
    return .answer(Say("calendar.conflicts", head, lines: lines + unread), data: data)
  }
}

struct AddEvent: Action {
  static let name = "event.add"
  static let summary = "Puts an event into the calendar, once or repeatedly."
  static let effect = Effect.write
  private static let usual = Duration.hours(1)

  @Parameter("What it is.") var title: String
  @Parameter("When it starts.") var starts: WhenValue
  @Parameter("How long it takes; an hour when left out.") var minutes: Duration?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let isAllDay = !starts.isTimeGiven
    let length = minutes ?? (isAllDay ? .days(1) : Self.usual)
    guard title.utf8.count <= 1_000, length > .zero, length <= .days(366) else {
      throw ActionError(
        "desk.event_invalid", sentence: "An event has a short title and lasts up to a year.", field: "minutes")
    }
    guard starts.interval == nil else {
      throw ActionError(
        "desk.event_interval", sentence: "An event repeats by the calendar: every day, every week, every month.",
        field: "starts")
    }
    let (person, zone, title) = (context.actor.id, context.zone, title)
    let begins = starts.instant(in: zone, now: context.now)
    let local = isAllDay ? starts.start.date.at(.midnight) : zone.civil(begins)
    let seconds = isAllDay ? max(1, Int64(length.seconds) / 86_400) * 86_400 : Int64(length.seconds)
    let rule = starts.rule
    // refused here rather than on every day it is read
    _ = try Recurrence(start: local, isAllDay: isAllDay, zone: zone, rule: rule)
    return .change { transaction in
      let clashes =
        isAllDay
        ? []
        : try Agenda(
          from: begins, to: begins + .seconds(seconds), for: person, in: zone, withTasks: false, transaction
        ).items.filter(\.isBusy)
      let id = transaction.newID()
      try transaction.execute(
        """
        INSERT INTO desk_events (tenant, id, person, title, starts, zone, seconds, is_all_day, rule, created_at)
        VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """, id, person, title, local.description, zone.identifier, seconds, isAllDay, rule?.description,
        transaction.now)
      return Outcome(
        Say(
          isAllDay ? "event.add.day" : "event.add",
          values([
            "title": .text(title), "starts": isAllDay ? .date(local.date) : .instant(begins),
            "minutes": isAllDay ? nil : .duration(length),
            "repeats": rule.map { .recurrence($0, isAllDay ? nil : local.time) },
          ]), lines: clashes.prefix(3).map { $0.clash(in: zone) }),
        data: ["id": .string(id), "conflicts": .integer(Int64(clashes.count))],
        inverse: ActionCall(RemoveEvent.name, ["event": .string(id)]))
    }
  }
}

/// Also undoes `event.add`.
struct RemoveEvent: Action {
  static let name = "event.remove"
  static let summary = "Takes an event of one's own out of the calendar."
  static let effect = Effect.write

  @Parameter("Its title, some words of it, or its id.") var event: String?
  @Parameter("When it starts, instead of its title.") var starts: WhenValue?
  @Parameter("The one that comes next, instead of its title.", kind: .choice(["next"])) var which: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = context.actor.id
    guard let found = try await Self.meant(event, starts, which, context) else {
      return .ask(Say("event.remove.ask.event"), parameter: "event")
    }
    guard let first = found.first else { throw Self.unknown(event, starts) }
    guard found.count == 1 else { return Self.ask(found, Self.name, "button.event.remove") }
    return .change { transaction in
      guard
        try transaction.execute(
          "DELETE FROM desk_events WHERE tenant = :tenant AND id = ? AND person = ?", first.id, person) == 1
      else {
        throw ActionError("desk.event_unknown", sentence: "That event is gone already.", field: "event")
      }
      return Outcome(
        Say("event.remove", ["title": .text(first.title)]), inverse: ActionCall(AddEvent.name, first.arguments))
    }
  }

  /// - Returns: the events that are meant; `nil` where nothing says which.
  static func meant(
    _ words: String?, _ starts: WhenValue?, _ which: String?, _ context: ActionContext
  ) async throws -> [OwnEvent]? {
    let (person, zone, now) = (context.actor.id, context.zone, context.now)
    return try await context.store.read { rows in
      if let words { return try OwnEvent.matching(words, of: person, in: zone, now: now, rows) }
      if let starts { return try OwnEvent.starting(starts, of: person, in: zone, now: now, rows) }
      return which == nil ? nil : try OwnEvent.next(of: person, in: zone, now: now, rows)
    }
  }

  /// - Parameter starts: when it was said to start, where it had no other words.
  static func unknown(_ wanted: String?, _ starts: WhenValue? = nil) -> ActionError {
    guard let wanted else {
      let when = starts.map { $0.isTimeGiven ? Say.Value.time($0.start.time) : .date($0.start.date) }
      return ActionError(
        when == nil ? "desk.event_none" : "desk.event_unknown", values(["event": when]),
        sentence: "There is no such event of your own.", field: "event")
    }
    return ActionError(
      "desk.event_unknown", ["event": .text(wanted)], sentence: "There is no event of your own like “\(wanted)”.",
      field: "event")
  }

  static func ask(
    _ found: [OwnEvent], _ action: String, _ button: String, _ arguments: JSONObject = [:]
  ) -> ActionResult {
    .ask(
      Say(
        "event.which",
        lines: found.prefix(8).map { Say("event.which.line", ["title": .text($0.title), "starts": $0.when]) },
        buttons: found.prefix(3).map { event in
          var arguments = arguments
          arguments["event"] = .string(event.id)
          return .init(button, ["title": .text(event.short)], action: action, arguments: arguments)
        }), parameter: "event")
  }
}
