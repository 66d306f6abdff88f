import Actions
import Base
import Crypto
import Formats
import People
import Store
import Time

/// Reads `.ics` files into the desk: events are kept as they were written and expanded when a day is asked about.
enum CalendarImport {
  static let importer = Importer(
    "calendar", summary: "Events from an .ics file; `--map name=Work` names the calendar (the file's name otherwise)."
  ) { file, name, columns, owner, store in
    if let slip = columns.keys.sorted().first(where: { $0 != "name" }) {
      throw DataFileError(
        file: name, line: nil, expected: "there is no column \(slip); a calendar takes --map name=TITLE only")
    }
    let calendar = columns["name"] ?? title(of: name)
    guard let bytes = try await file.rest(limit: sizeLimit) else {
      throw DataFileError(file: name, line: nil, expected: "a calendar of at most \(sizeLimit >> 20) MB")
    }
    let (found, problems) = try read(bytes)
    return try await store.write { transaction in
      var report = Importer.Report()
      report.problems = problems
      try found.save(as: calendar, for: owner.id, into: &report, in: transaction)
      return report
    }
  }

  /// A calendar is judged as a whole, so it is held as a whole.
  private static let sizeLimit = 64 << 20

  private static func title(of file: String) -> String {
    let last = file.split(separator: "/").last.map(String.init) ?? "calendar"
    return last.lowercased().hasSuffix(".ics") ? String(last.dropLast(4)) : last
  }

  struct Item: Sendable {
    let uid: String
    /// The wall time of the instance it replaces; empty for the event itself.
    var instance: String
    let sequence: Int
    let isCancelled: Bool
    let firstDay: CivilDate
    /// The day after the last on its own clock; `nil` when it repeats or belongs to a series.
    let lastDay: CivilDate?
    let isFree: Bool
    let body: [UInt8]
  }

  struct File: Sendable {
    var header: [UInt8]
    /// Whether the file is a whole calendar, not one invitation or its withdrawal.
    let isWhole: Bool
    var items: [Item]
    /// Those that could not be understood; an older version of them is kept.
    var unread: Set<String>
  }

  static func read(_ bytes: [UInt8]) throws -> (File, [(line: Int, sentence: String)]) {
    // the file as a whole is judged first: cut short, too large, no calendar
    _ = try ICSCalendar(parsing: bytes)
    let text = ICSText(bytes)
    var file = File(
      header: text.header, isWhole: ["", "PUBLISH"].contains(text.method), items: [], unread: [])
    var problems: [(line: Int, sentence: String)] = []
    for block in text.events {
      let calendar: ICSCalendar
      do {
        calendar = try ICSCalendar(parsing: ICSText.calendar(header: text.header, events: [block.body]))
      } catch let error as ICSError {
        problems.append((block.line, error.sentence))
        continue
      }
      guard let event = calendar.events.first else {
        if let problem = calendar.problems.first {
          problems.append((block.line, problem.error.sentence))
          file.unread.insert(problem.uid)
        }
        continue
      }
      let recurrence = event.recurrence
      if recurrence.rule != nil {
        // what comes every second would hide the days that it comes on
        var limits = ICSCalendar.Limits()
        limits.occurrences = 2_000
        limits.time = .milliseconds(500)
        let start = Zone.utc.startOfDay(recurrence.start.date)
        do {
          _ = try calendar.occurrences(from: start, to: start + .hours(7 * 24), defaultZone: .utc, limits: limits)
        } catch let error as ICSError {
          problems.append((block.line, error.sentence))
          file.unread.insert(event.uid)
          continue
        }
      }
      let repeats = recurrence.rule != nil || recurrence.rdates.count > 1 || event.replaces != nil
      let end = recurrence.start.adding(seconds: event.duration).date.adding(days: 1)
      let item = Item(
        uid: event.uid.isEmpty
          ? "#" + SHA256.hash(block.body).prefix(8).map { String($0, radix: 16) }.joined() : event.uid,
        instance: event.replaces?.description ?? "", sequence: event.sequence,
        isCancelled: event.status == "CANCELLED" || text.method == "CANCEL", firstDay: recurrence.start.date,
        lastDay: repeats ? nil : end, isFree: block.isFree, body: block.body)
      file.add(item)
    }
    return (file, problems)
  }
}

extension CalendarImport.File {
  /// Of two versions the newer stays; two events that share an id by mistake both do.
  fileprivate mutating func add(_ item: CalendarImport.Item) {
    var item = item
    if let index = items.firstIndex(where: { $0.uid == item.uid && $0.instance == item.instance }) {
      let other = items[index]
      if other.sequence != item.sequence || other.body == item.body {
        if other.sequence < item.sequence { items[index] = item }
        return
      }
      item.instance = "again/\(item.firstDay)/" + String(item.body.count)
      if items.contains(where: { $0.uid == item.uid && $0.instance == item.instance }) { return }
    }
    items.append(item)
  }

  /// Writes what is new or changed. What the same calendar no longer holds goes.
  fileprivate func save(
    as name: String, for person: PersonID, into report: inout Importer.Report, in transaction: Transaction
  ) throws {
    let id = try calendar(named: name, for: person, in: transaction)
    for item in items {
      let old = try transaction.first(
        """
        SELECT sequence, body FROM desk_calendar_events WHERE tenant = :tenant AND person = ? AND uid = ? AND instance = ?
        """, person, item.uid, item.instance
      ) { (sequence: $0.integer(0), body: $0.blob(1)) }
      if let old, old.sequence > item.sequence || old.body == item.body {
        report.unchanged += 1
        continue
      }
      if item.isCancelled, item.instance.isEmpty {
        // the whole series is called off, changed instances too
        try transaction.execute(
          "DELETE FROM desk_calendar_events WHERE tenant = :tenant AND person = ? AND uid = ?", person, item.uid)
      }
      try transaction.execute(
        """
        INSERT INTO desk_calendar_events (tenant, person, uid, instance, calendar, sequence, first_day, last_day, is_free,
          body)
        VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (tenant, person, uid, instance) DO UPDATE SET calendar = excluded.calendar,
          sequence = excluded.sequence, first_day = excluded.first_day, last_day = excluded.last_day,
          is_free = excluded.is_free, body = excluded.body
        """, person, item.uid, item.instance, id, item.sequence, item.firstDay.description,
        item.lastDay?.description, item.isFree, item.body)
      report.added += 1
    }
    guard isWhole else { return }
    let here = Set(items.map { $0.uid + "\n" + $0.instance })
    let kept = try transaction.query(
      "SELECT uid, instance FROM desk_calendar_events WHERE tenant = :tenant AND person = ? AND calendar = ?", person,
      id
    ) { (uid: $0.text(0), instance: $0.text(1)) }
    for old in kept where !here.contains(old.uid + "\n" + old.instance) && !unread.contains(old.uid) {
      try transaction.execute(
        "DELETE FROM desk_calendar_events WHERE tenant = :tenant AND person = ? AND uid = ? AND instance = ?", person,
        old.uid, old.instance)
    }
  }

  private func calendar(named name: String, for person: PersonID, in transaction: Transaction) throws -> String {
    let old = try transaction.first(
      "SELECT id FROM desk_calendars WHERE tenant = :tenant AND person = ? AND name = ?", person, name
    ) { $0.text(0) }
    if let old {
      try transaction.execute(
        "UPDATE desk_calendars SET header = ?, imported_at = ? WHERE tenant = :tenant AND id = ?", header,
        transaction.now, old)
      return old
    }
    let id = transaction.newID()
    try transaction.execute(
      """
      INSERT INTO desk_calendars (tenant, id, person, name, header, imported_at) VALUES (:tenant, ?, ?, ?, ?, ?)
      """, id, person, name, header, transaction.now)
    return id
  }
}
