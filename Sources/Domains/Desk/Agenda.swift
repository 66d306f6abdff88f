import Actions
import Base
import Formats
import Messages
import People
import Store
import Time

/// What stands in a day: events of one's own, those of imported calendars, tasks that are due, reminders.
struct Agenda: Sendable {
  struct Item: Sendable, Hashable {
    enum Source: String, Sendable { case own, calendar, task, reminder, appointment, yearly }
    let source: Source
    let title: String
    let location: String?
    let start: Instant
    let end: Instant
    let isAllDay: Bool
    /// Takes up the time; whole days, tasks and events marked as free do not.
    let isBusy: Bool
    /// The own event's or task's id.
    let id: String?

    func overlaps(_ other: Item) -> Bool { isBusy && other.isBusy && start < other.end && other.start < end }

    var json: JSON {
      var object: JSONObject = [
        "title": .string(title), "source": .string(source.rawValue), "starts": .string(start.description),
        "ends": .string((source == .appointment ? start : end).description), "all_day": .bool(isAllDay),
      ]
      object["location"] = location.map { .string($0) }
      object["id"] = id.map { .string($0) }
      return .object(object)
    }
  }

  /// How long an appointment is taken to last, of which nobody said the end.
  private static let visit = Duration.hours(1)

  /// Whole days first, then by time.
  private(set) var items: [Item] = []
  /// Calendars that could not be read, by name.
  private(set) var unread: [String] = []

  /// Pairs that overlap, earliest first.
  var conflicts: [(Item, Item)] {
    let busy = items.filter(\.isBusy)
    var pairs: [(Item, Item)] = []
    for (index, item) in busy.enumerated() {
      for other in busy[(index + 1)...] where item.overlaps(other) { pairs.append((item, other)) }
    }
    return pairs
  }

  static func of(_ day: CivilDate, for person: PersonID, in zone: Zone, _ rows: some Querying) throws -> Agenda {
    try Agenda(
      from: zone.startOfDay(day), to: zone.startOfDay(day.adding(days: 1)), for: person, in: zone, rows)
  }

  /// What the room knows of a day, with what the rooms of reminders and appointments do.
  static func whole(of day: CivilDate, _ context: ActionContext) async throws -> Agenda {
    let (person, zone) = (context.actor.id, context.zone)
    var agenda = try await context.store.read { try Agenda.of(day, for: person, in: zone, $0) }
    // a persona without reminders has an agenda all the same
    if let reminders = try? await context.call("reminder.list", ["day": .string(day.description)]) {
      agenda.add(reminders: reminders, of: person)
    }
    if let appointments = try? await context.call("appointment.list", [:]) {
      agenda.add(appointments: appointments, on: day, in: zone)
    }
    if let days = try? await context.call("memory.days", ["day": .string(day.description)]) {
      agenda.add(yearly: days, in: zone)
    }
    return agenda
  }

  /// - Parameter withTasks: whether tasks that fall due are among the items.
  init(
    from: Instant, to: Instant, for person: PersonID, in zone: Zone, withTasks: Bool = true, _ rows: some Querying
  ) throws {
    try addOwn(from, to, person, zone, rows)
    try addImported(from, to, person, zone, rows)
    if withTasks { try addTasks(from, to, person, rows) }
    sort()
  }

  /// Leaves what takes place between two moments, and what is of the whole day.
  mutating func keep(from: Instant, to: Instant) {
    items.removeAll { !$0.isAllDay && ($0.start >= to || $0.end <= from && $0.start < from) }
  }

  /// What takes up a moment.
  func busy(at moment: Instant) -> Item? { items.first { $0.isBusy && $0.start <= moment && moment < $0.end } }

  /// The stretches between two moments in which nothing takes place, of half an hour or more.
  func free(from: Instant, to: Instant) -> [(from: Instant, to: Instant)] {
    var spans: [(from: Instant, to: Instant)] = []
    var start = from
    for item in items.filter(\.isBusy) where item.end > start {
      if item.start >= to { break }
      if item.start - start >= .minutes(30) { spans.append((start, item.start)) }
      start = max(start, item.end)
    }
    if to - start >= .minutes(30) { spans.append((start, to)) }
    return spans
  }

  private mutating func sort() {
    items.sort { a, b in
      (a.isAllDay ? 0 : 1, a.start, a.end, a.title) < (b.isAllDay ? 0 : 1, b.start, b.end, b.title)
    }
  }

  /// Adds a person's reminders as `reminder.list` gives them; one that comes many times a day is one item.
  mutating func add(reminders: JSON, of person: PersonID) {
    var times: [String: Int] = [:]
    for reminder in reminders.array ?? [] { times[reminder["id"].string ?? "", default: 0] += 1 }
    var shown: Set<String> = []
    for reminder in reminders.array ?? [] where reminder["person"].string == person.text {
      guard let id = reminder["id"].string, let text = reminder["text"].string,
        let at = reminder["at"].string.flatMap(Instant.init(iso8601:))
      else { continue }
      let count = times[id] ?? 1
      guard count <= 2 || shown.insert(id).inserted else { continue }
      items.append(
        Item(
          source: .reminder, title: count > 2 ? "\(text) (× \(count))" : text, location: nil, start: at, end: at,
          isAllDay: false, isBusy: false, id: id))
    }
    sort()
  }

  /// Adds the appointments of a day, or all, of those that `appointment.list` gives.
  mutating func add(appointments: JSON, on day: CivilDate? = nil, in zone: Zone) {
    for appointment in appointments.array ?? [] {
      guard let title = appointment["title"].string,
        let at = appointment["starts"].string.flatMap(Instant.init(iso8601:)), zone.date(at) == day ?? zone.date(at)
      else { continue }
      items.append(
        Item(
          source: .appointment, title: title, location: nil, start: at, end: at + Self.visit,
          isAllDay: false, isBusy: true, id: appointment["id"].string))
    }
    sort()
  }

  /// Adds days that come each year, as `memory.days` gives them.
  mutating func add(yearly days: JSON, in zone: Zone) {
    for one in days.array ?? [] {
      guard let title = one["title"].string, let date = one["date"].string.flatMap({ CivilDate($0) }) else { continue }
      let (start, end) = (zone.startOfDay(date), zone.startOfDay(date.adding(days: 1)))
      items.append(
        Item(
          source: .yearly, title: title, location: nil, start: start, end: end, isAllDay: true, isBusy: false, id: nil))
    }
    sort()
  }

  private mutating func addOwn(
    _ from: Instant, _ to: Instant, _ person: PersonID, _ zone: Zone, _ rows: some Querying
  ) throws {
    let events = try rows.query(
      """
      SELECT id, title, starts, zone, seconds, is_all_day, rule FROM desk_events WHERE tenant = :tenant AND person = ?
      LIMIT 5000
      """, person
    ) { row in
      (
        id: row.text(0), title: row.text(1), starts: row.text(2), zone: row.text(3), seconds: row.int(4),
        isAllDay: row.bool(5), rule: row.optionalText(6)
      )
    }
    for event in events {
      guard let start = CivilDateTime(event.starts) else { continue }
      let clock = event.isAllDay ? zone : (try? Zone.named(event.zone)) ?? zone
      let recurrence = try Recurrence(
        start: start, isAllDay: event.isAllDay, zone: clock, rule: event.rule.map { try RecurrenceRule(parsing: $0) })
      let first = clock.civil(from).adding(seconds: -event.seconds - 90_000)
      var times = try recurrence.occurrences(from: first)
      while let local = try times.next()?.local {
        let begins = clock.instant(of: local)
        // an event of 24 hours by the clock; a whole day by the calendar
        let ends =
          event.isAllDay
          ? clock.instant(of: local.adding(seconds: event.seconds)) : begins + .seconds(event.seconds)
        if begins >= to { break }
        guard ends > from || begins >= from else { continue }
        items.append(
          Item(
            source: .own, title: event.title, location: nil, start: begins, end: ends, isAllDay: event.isAllDay,
            isBusy: !event.isAllDay, id: event.id))
      }
    }
  }

  private mutating func addImported(
    _ from: Instant, _ to: Instant, _ person: PersonID, _ zone: Zone, _ rows: some Querying
  ) throws {
    let calendars = try rows.query(
      "SELECT id, name, header FROM desk_calendars WHERE tenant = :tenant AND person = ? ORDER BY name", person
    ) { (id: $0.text(0), name: $0.text(1), header: $0.blob(2)) }
    // a day to each side, for an event's own clock may be that far from this one
    let (first, last) = (zone.date(from).adding(days: -2).description, zone.date(to).adding(days: 2).description)
    for calendar in calendars {
      var events: [String: [[UInt8]]] = [:]
      var free: Set<String> = []
      try rows.scan(
        """
        SELECT body, uid, is_free FROM desk_calendar_events WHERE tenant = :tenant AND person = ? AND calendar = ?
          AND (last_day IS NULL OR (last_day >= ? AND first_day <= ?)) ORDER BY uid, instance
        """, person, calendar.id, first, last
      ) { row in
        events[row.text(1), default: []].append(row.blob(0))
        if row.bool(2) { free.insert(row.text(1)) }
        return true
      }
      let all = events.keys.sorted().map { events[$0] ?? [] }
      guard !all.isEmpty else { continue }
      func read(_ bodies: [[UInt8]]) throws -> [Item] {
        try Self.items(of: ICSText.calendar(header: calendar.header, events: bodies), from, to, zone, free: free)
      }
      do { items += try read(all.flatMap(\.self)) } catch is ICSError {
        // one event that comes every second must not hide the others
        unread.append(calendar.name)
        for one in all.prefix(500) {
          do { items += try read(one) } catch is ICSError { continue }
        }
      }
    }
  }

  private static func items(
    of calendar: [UInt8], _ from: Instant, _ to: Instant, _ zone: Zone, free: Set<String>
  ) throws -> [Item] {
    var limits = ICSCalendar.Limits()
    limits.occurrences = 2_000
    limits.time = .seconds(1)
    return try ICSCalendar(parsing: calendar).occurrences(from: from, to: to, defaultZone: zone, limits: limits)
      .filter { !$0.isCancelled }.map { one in
        let begins = one.startInstant ?? zone.instant(of: one.start)
        let ends = max(one.endInstant ?? zone.instant(of: one.end), begins)
        return Item(
          source: .calendar, title: one.summary, location: one.location.flatMap { $0.isEmpty ? nil : $0 },
          start: begins, end: ends, isAllDay: one.isAllDay,
          isBusy: !one.isAllDay && ends > begins && !free.contains(one.uid), id: nil)
      }
  }

  private mutating func addTasks(_ from: Instant, _ to: Instant, _ person: PersonID, _ rows: some Querying) throws {
    for task in try DeskTask.open(of: person, rows) {
      guard let due = task.dueAt, due >= from, due < to else { continue }
      items.append(
        Item(
          source: .task, title: task.title, location: nil, start: due, end: due, isAllDay: task.dueDay != nil,
          isBusy: false, id: task.id))
    }
  }
}
