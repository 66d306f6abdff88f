import Actions
import Base
import Schedule
import Store

/// Tasks, expenses, events and projects that speak of something that is to be forgotten. Of an expense the words go and the
/// amount stays: what a month has cost stays right.
enum DeskMentions {
  static let all = Mentions(
    find: { person, sought, rows in
      try tasks(person, sought, rows) + expenses(person, sought, rows) + events(person, sought, rows)
        + imported(person, sought, rows) + projects(person, sought, rows)
    },
    remove: { mention, person, transaction in
      switch mention.kind {
      case .task:
        try transaction.unschedule(DeskTask.dueKind, subject: mention.id)
        try transaction.execute(
          "DELETE FROM desk_tasks WHERE tenant = :tenant AND id = ? AND person = ?", mention.id, person)
      case .expense:
        try transaction.execute(
          "UPDATE desk_expenses SET what = NULL WHERE tenant = :tenant AND id = ? AND person = ?", mention.id, person)
      case .project: try remove(project: mention.id, of: person, &transaction)
      default: try remove(event: mention.id, of: person, &transaction)
      }
    })

  private static func tasks(_ person: PersonID, _ sought: Mentions.Sought, _ rows: any Querying) throws -> [Mention] {
    try rows.query("SELECT id, title, state FROM desk_tasks WHERE tenant = :tenant AND person = ?", person) { row in
      sought.stand(in: row.text(1))
        ? Mention(.task, id: row.text(0), words: row.text(1), isOpen: row.text(2) == "open") : nil
    }.compactMap(\.self)
  }

  private static func expenses(_ person: PersonID, _ sought: Mentions.Sought, _ rows: any Querying) throws -> [Mention]
  {
    try rows.query("SELECT id, what FROM desk_expenses WHERE tenant = :tenant AND person = ?", person) { row in
      sought.stand(in: row.optionalText(1))
        ? Mention(.expense, id: row.text(0), words: row.text(1), fate: .unnamed) : nil
    }.compactMap(\.self)
  }

  private static func events(_ person: PersonID, _ sought: Mentions.Sought, _ rows: any Querying) throws -> [Mention] {
    try rows.query("SELECT id, title FROM desk_events WHERE tenant = :tenant AND person = ?", person) { row in
      sought.stand(in: row.text(1)) ? Mention(.event, id: "own/" + row.text(0), words: row.text(1)) : nil
    }.compactMap(\.self)
  }

  /// Events of calendar files: what names it in the series takes the series, in one of its days that day alone.
  private static func imported(_ person: PersonID, _ sought: Mentions.Sought, _ rows: any Querying) throws -> [Mention]
  {
    let calendars = try rows.query("SELECT id, name FROM desk_calendars WHERE tenant = :tenant AND person = ?", person)
    {
      (id: $0.text(0), name: $0.text(1))
    }
    let found = try rows.query(
      "SELECT rowid, body FROM desk_calendar_events WHERE tenant = :tenant AND person = ?", person
    ) { row -> Mention? in
      let text = unfolded(row.blob(1))
      return sought.stand(in: text) ? Mention(.event, id: "file/\(row.int(0))", words: "") : nil
    }.compactMap(\.self)
    return found
      + calendars.filter { sought.stand(in: $0.name) }.map {
        Mention(.calendar, id: $0.id, words: $0.name, fate: .kept)
      }
  }

  /// Of the whole household; it stays where somebody else uses it.
  private static func projects(_ person: PersonID, _ sought: Mentions.Sought, _ rows: any Querying) throws -> [Mention]
  {
    let named = try rows.query("SELECT id, name FROM desk_projects WHERE tenant = :tenant") {
      (id: $0.text(0), name: $0.text(1))
    }.filter { sought.stand(in: $0.name) }
    return try named.compactMap { project in
      var (isMine, isOthers) = (false, false)
      for statement in [
        "SELECT 1 AS uses, person FROM desk_tasks WHERE tenant = :tenant AND project = ?",
        "SELECT 1 AS uses, person FROM desk_expenses WHERE tenant = :tenant AND project = ?",
        "SELECT 1 AS uses, person FROM desk_links WHERE tenant = :tenant AND project = ?",
        "SELECT 1 AS uses, made_by FROM desk_projects WHERE tenant = :tenant AND id = ? AND made_by IS NOT NULL",
      ] {
        try rows.scan(statement, project.id) { row in
          if row.id(1) == person { isMine = true } else { isOthers = true }
          return !(isMine && isOthers)
        }
      }
      // what others alone use says nothing of this person
      guard isMine else { return nil }
      return Mention(.project, id: project.id, words: project.name, fate: isOthers ? .kept : .goes)
    }
  }

  private static func remove(project: String, of person: PersonID, _ transaction: inout Transaction) throws {
    for statement in [
      "UPDATE desk_tasks SET project = NULL WHERE tenant = :tenant AND project = ? AND person = ?",
      "UPDATE desk_expenses SET project = NULL WHERE tenant = :tenant AND project = ? AND person = ?",
      "DELETE FROM desk_links WHERE tenant = :tenant AND project = ? AND person = ?",
    ] {
      try transaction.execute(statement, project, person)
    }
    try transaction.execute("DELETE FROM desk_projects WHERE tenant = :tenant AND id = ?", project)
  }

  private static func remove(event id: String, of person: PersonID, _ transaction: inout Transaction) throws {
    guard let slash = id.firstIndex(of: "/") else { return }
    let row = String(id[id.index(after: slash)...])
    if id.hasPrefix("own/") {
      try transaction.execute("DELETE FROM desk_events WHERE tenant = :tenant AND id = ? AND person = ?", row, person)
      return
    }
    guard let number = Int64(row) else { return }
    let event = try transaction.first(
      "SELECT uid, instance FROM desk_calendar_events WHERE tenant = :tenant AND person = ? AND rowid = ?", person,
      number
    ) { (uid: $0.text(0), instance: $0.text(1)) }
    guard let event else { return }
    if event.instance.isEmpty {
      try transaction.execute(
        "DELETE FROM desk_calendar_events WHERE tenant = :tenant AND person = ? AND uid = ?", person, event.uid)
    } else {
      try transaction.execute(
        "DELETE FROM desk_calendar_events WHERE tenant = :tenant AND person = ? AND rowid = ?", person, number)
    }
  }

  /// Long lines of a calendar file are broken anywhere, in the middle of a name too.
  private static func unfolded(_ body: [UInt8]) -> String {
    String(decoding: body, as: UTF8.self).replacing("\r\n ", with: "").replacing("\r\n\t", with: "")
  }
}
