import Actions
import Base
import Delivery
import Formats
import Messages
import Schedule
import People
import Store
import Time

/// Something to do, with a moment, a day or no date at all.
struct DeskTask: Sendable {
  let id: String
  let title: String
  let project: String?
  let dueAt: Instant?
  let dueDay: CivilDate?

  static let dueKind = "desk.task"

  static let list = EntityList("tasks", tables: ["desk_tasks"]) { person, reader in
    try open(of: person, reader).map { .init(id: $0.id, name: $0.title) }
  }

  /// Tells that tasks are due; several that come together are one message.
  static let dueHandler = DueHandler(dueKind) { items, transaction in
    guard let person = items.first?.person else { return }
    let tasks = try items.compactMap { item in
      try open(id: item.subject, person: person, transaction).map { (task: $0, at: item.at) }
    }
    guard let first = tasks.first else { return }
    let key = "desk.task/\(first.task.id)/\(first.at.microseconds)"
    let isLate = transaction.now - first.at > .minutes(2)
    if tasks.count == 1 {
      try transaction.tell(
        person,
        Say(
          isLate ? "task.due.late" : "task.due",
          values([
            "title": .text(first.task.title), "project": first.task.project.map { .text($0) },
            "due": .instant(first.at),
          ]),
          buttons: [.init("button.task.done", action: FinishTask.name, arguments: ["task": .string(first.task.id)])]),
        urgency: .low, dedupeKey: key)
    } else {
      let lines = tasks.map { Say("task.due.line", ["title": .text($0.task.title), "due": .instant($0.at)]) }
      try transaction.tell(
        person, Say("task.due.many", ["count": .integer(Int64(tasks.count))], lines: lines), urgency: .low,
        dedupeKey: key)
    }
  }

  var sortKey: (Int64, String) { (dueAt?.microseconds ?? .max, id) }

  /// The due date as a reader sees it.
  var due: Say.Value? { dueDay.map { .date($0) } ?? dueAt.map { .instant($0) } }

  var json: JSON {
    var object: JSONObject = ["id": .string(id), "title": .string(title)]
    object["project"] = project.map { .string($0) }
    object["due"] = dueDay.map { .string($0.description) } ?? dueAt.map { .string($0.description) }
    return .object(object)
  }

  private static func read(_ row: Row) -> DeskTask {
    DeskTask(
      id: row.text(0), title: row.text(1), project: row.optionalText(2), dueAt: row.optionalInstant(3),
      dueDay: row.optionalText(4).flatMap { CivilDate($0) })
  }

  private static let columns =
    """
    SELECT t.id, t.title, p.name, t.due_at, t.due_day FROM desk_tasks t
    LEFT JOIN desk_projects p ON p.tenant = t.tenant AND p.id = t.project
    """

  static func open(id: String, person: PersonID, _ rows: some Querying) throws -> DeskTask? {
    try rows.first(
      columns + " WHERE t.tenant = :tenant AND t.person = ? AND t.id = ? AND t.state = 'open'", person, id, map: read)
  }

  /// The open tasks, those due first in front.
  ///
  /// - Parameters:
  ///   - start: only what is due from then on.
  ///   - end: only what is due by then; without a due time too when `nil`.
  static func open(
    of person: PersonID, project: String? = nil, dueFrom start: Instant? = nil, dueBy end: Instant? = nil,
    limit: Int = 500, _ rows: some Querying
  ) throws -> [DeskTask] {
    try rows.query(
      columns + openOnes + " ORDER BY t.due_at IS NULL, t.due_at, t.id LIMIT ?", person, project, project, start, start,
      end, end, limit, map: read)
  }

  /// How many `open` would give without a limit.
  static func count(
    of person: PersonID, project: String? = nil, dueFrom start: Instant? = nil, dueBy end: Instant? = nil,
    _ rows: some Querying
  ) throws -> Int {
    try rows.first(
      "SELECT count(*) FROM desk_tasks t" + openOnes, person, project, project, start, start, end, end
    ) { Int($0.int(0)) } ?? 0
  }

  private static let openOnes =
    """
     WHERE t.tenant = :tenant AND t.person = ? AND t.state = 'open' AND (? IS NULL OR t.project = ?)
      AND (? IS NULL OR t.due_at >= ?) AND (? IS NULL OR t.due_at <= ?)
    """

  /// Those that a person may mean: by id, by place in the list, by the title or words of it, by a slip of the finger.
  static func matching(_ words: String, in tasks: [DeskTask]) -> [DeskTask] {
    if let task = tasks.first(where: { $0.id == words }) { return [task] }
    if let number = Int(words), tasks.indices.contains(number - 1) { return [tasks[number - 1]] }
    let wanted = ProjectBook.fold(words)
    let same = tasks.filter { ProjectBook.fold($0.title) == wanted }
    if !same.isEmpty { return same }
    let all = wanted.split(separator: " ")
    let telling = all.filter { !idle.contains(String($0)) }
    let parts = telling.isEmpty ? all : telling
    func holds(_ task: DeskTask, _ match: (Substring, Substring) -> Bool) -> Bool {
      let title = ProjectBook.fold(task.title).split(separator: " ")
      return parts.allSatisfy { part in title.contains { match(part, $0) } }
    }
    let containing = tasks.filter { task in holds(task) { $1.hasPrefix($0) } }
    if !containing.isEmpty { return containing }
    return tasks.filter { task in
      holds(task) { EditDistance.nearest($0, in: [String($1)]) != nil }
    }
  }

  /// Words for "task" in each language: they tell no task from another.
  private static let idle = Set(
    ["the", "my", "task", "tasks", "work", "velai", "kaam", "டாஸ்க்", "வேலை", "टास्क", "काम"].map(ProjectBook.fold))

  /// The one task that words mean, or the question which.
  enum Pick: Sendable {
    case one(DeskTask)
    case question(ActionResult)
  }

  static func pick(_ words: String, action: String, in context: ActionContext) async throws -> Pick {
    let person = context.actor.id
    let tasks = try await context.store.read { try open(of: person, $0) }
    let found = matching(words, in: tasks)
    guard let first = found.first else {
      throw ActionError(
        tasks.isEmpty ? "desk.no_tasks" : "desk.task_unknown", ["task": .text(words)],
        sentence: "There is no open task like “\(words)”.", field: "task")
    }
    guard found.count > 1 else { return .one(first) }
    let choices = found.prefix(8)
    guard ProjectBook.mayAsk(at: context.origin.door) else {
      throw ActionError(
        "desk.task_ambiguous", ["tasks": .list(choices.map { .text($0.title) })],
        sentence: "Several tasks fit “\(words)”: \(choices.map(\.title).joined(separator: "; ")).", field: "task")
    }
    return .question(
      .ask(
        Say(
          "task.which", ["count": .integer(Int64(found.count))],
          lines: choices.map { $0.line("task.which.line") },
          buttons: choices.prefix(3).map {
            .init(
              "button.task.pick", ["title": .text($0.short)], action: action, arguments: ["task": .string($0.id)])
          }), parameter: "task"))
  }

  /// Fits on a button.
  var short: String { title.count <= 18 ? title : title.prefix(17) + "…" }

  func line(_ key: String, number: Int? = nil) -> Say {
    Say(
      key,
      values([
        "number": number.map { .integer(Int64($0)) }, "title": .text(title), "project": project.map { .text($0) },
        "due": due,
      ]))
  }
}
