import Actions
import Base
import Formats
import Schedule
import Store
import Time

/// What the desk knows of a person: to hand out, and to forget.
enum DeskRecords {
  @Sendable static func forget(_ person: PersonID, _ transaction: inout Transaction) throws -> Int {
    let tasks = try transaction.query("SELECT id FROM desk_tasks WHERE tenant = :tenant AND person = ?", person) {
      $0.text(0)
    }
    for task in tasks { try transaction.unschedule(DeskTask.dueKind, subject: task) }
    var gone = 0
    for statement in [
      "DELETE FROM desk_tasks WHERE tenant = :tenant AND person = ?",
      "DELETE FROM desk_expenses WHERE tenant = :tenant AND person = ?",
      "DELETE FROM desk_events WHERE tenant = :tenant AND person = ?",
      "DELETE FROM desk_calendar_events WHERE tenant = :tenant AND person = ?",
      "DELETE FROM desk_calendars WHERE tenant = :tenant AND person = ?",
      "DELETE FROM desk_links WHERE tenant = :tenant AND person = ?",
    ] {
      gone += try transaction.execute(statement, person)
    }
    // a project that others use stays, without the name of who made it
    let made = try transaction.query("SELECT id FROM desk_projects WHERE tenant = :tenant AND made_by = ?", person) {
      $0.text(0)
    }
    for project in made {
      let isUsed =
        try transaction.exists("SELECT 1 FROM desk_tasks WHERE tenant = :tenant AND project = ?", project)
        || transaction.exists("SELECT 1 FROM desk_expenses WHERE tenant = :tenant AND project = ?", project)
        || transaction.exists("SELECT 1 FROM desk_links WHERE tenant = :tenant AND project = ?", project)
      if isUsed {
        try transaction.execute(
          "UPDATE desk_projects SET made_by = NULL WHERE tenant = :tenant AND id = ?", project)
      } else {
        gone += try transaction.execute("DELETE FROM desk_projects WHERE tenant = :tenant AND id = ?", project)
      }
    }
    return gone
  }

  @Sendable static func export(_ person: PersonID, _ reader: TenantReader) throws -> JSON {
    let tasks = try reader.query(
      """
      SELECT t.title, p.name, t.due_at, t.due_day, t.state FROM desk_tasks t
      LEFT JOIN desk_projects p ON p.tenant = t.tenant AND p.id = t.project
      WHERE t.tenant = :tenant AND t.person = ? ORDER BY t.id
      """, person
    ) { row -> JSON in
      [
        "title": .string(row.text(0)), "project": JSON(row.optionalText(1)),
        "due": JSON(row.optionalText(3) ?? row.optionalInstant(2)?.description), "state": .string(row.text(4)),
      ]
    }
    let expenses = try Expense.all(
      of: person, .all, from: .distantPast, to: .distantFuture, limit: 1_000_000, reader)
    let events = try reader.query(
      """
      SELECT title, starts, zone, seconds, is_all_day, rule FROM desk_events WHERE tenant = :tenant AND person = ?
      ORDER BY id
      """, person
    ) { row -> JSON in
      [
        "title": .string(row.text(0)), "starts": .string(row.text(1)), "zone": .string(row.text(2)),
        "seconds": .integer(row.int(3)), "all_day": .bool(row.bool(4)), "rule": JSON(row.optionalText(5)),
      ]
    }
    let calendars = try reader.query(
      "SELECT id, name, header FROM desk_calendars WHERE tenant = :tenant AND person = ? ORDER BY name", person
    ) { (id: $0.text(0), name: $0.text(1), header: $0.blob(2)) }
    let files = try calendars.map { calendar -> JSON in
      let bodies = try reader.query(
        """
        SELECT body FROM desk_calendar_events WHERE tenant = :tenant AND person = ? AND calendar = ? ORDER BY uid, instance
        """, person, calendar.id
      ) { $0.blob(0) }
      let text = String(decoding: ICSText.calendar(header: calendar.header, events: bodies), as: UTF8.self)
      return ["name": .string(calendar.name), "ics": .string(text)]
    }
    let links = try reader.query(
      """
      SELECT p.name, l.platform, l.external_id FROM desk_links l
      JOIN desk_projects p ON p.tenant = l.tenant AND p.id = l.project
      WHERE l.tenant = :tenant AND l.person = ? ORDER BY l.id
      """, person
    ) { row -> JSON in
      ["project": .string(row.text(0)), "platform": .string(row.text(1)), "external_id": .string(row.text(2))]
    }
    return [
      "tasks": .array(tasks), "expenses": .array(expenses.map(\.json)), "events": .array(events),
      "calendars": .array(files), "links": .array(links),
    ]
  }
}
