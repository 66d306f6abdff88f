import Actions
import Base
import Formats
import Messages
import Schedule
import People
import Store
import Time

struct AddTask: Action {
  static let name = "task.add"
  static let summary = "Adds a task, for a project and with a due time where wanted."
  static let effect = Effect.write

  @Parameter("What is to be done.") var title: String
  @Parameter("The project or brand it belongs to.") var project: String?
  @Parameter("When it is due.") var due: WhenValue?
  @Parameter("Whether it is a new project although one is spelt nearly so.", default: false) var newProject: Bool

  func perform(in context: ActionContext) async throws -> ActionResult {
    guard title.utf8.count <= 1_000 else {
      throw ActionError("desk.title_too_long", sentence: "Keep the task under 1,000 bytes.", field: "title")
    }
    var arguments: JSONObject = ["title": .string(title)]
    arguments["project"] = project.map { .string($0) }
    arguments["due"] = due?.json
    let choice: ProjectBook.Choice
    switch try await ProjectBook.choose(
      project, for: ActionCall(Self.name, arguments), isNew: newProject, in: context)
    {
    case .question(let question): return question
    case .choice(let found): choice = found
    }
    let (person, title) = (context.actor.id, title)
    let hasTime = due?.isTimeGiven ?? false
    let day = hasTime ? nil : due?.start.date
    // a day is over when it ends, so that a task due today is not late at noon
    let at = hasTime ? due?.instant(in: context.zone, now: context.now) : day.map { context.endOfDay($0) }
    return .change { transaction in
      let project = try choice.settle(by: person, in: transaction)
      let task = DeskTask(id: transaction.newID(), title: title, project: project?.name, dueAt: at, dueDay: day)
      try transaction.execute(
        """
        INSERT INTO desk_tasks (tenant, id, person, title, project, due_at, due_day, state, created_at)
        VALUES (:tenant, ?, ?, ?, ?, ?, ?, 'open', ?)
        """, task.id, person, title, project?.id, at, day?.description, transaction.now)
      try task.scheduleDue(for: person, in: transaction)
      return Outcome(
        task.line("task.add"), data: task.json, inverse: ActionCall(CancelTask.name, ["task": .string(task.id)]))
    }
  }
}

extension ActionContext {
  /// The last second of a day.
  func endOfDay(_ day: CivilDate) -> Instant { zone.startOfDay(day.adding(days: 1)) - .seconds(1) }
}

extension DeskTask {
  func scheduleDue(for person: PersonID, in transaction: Transaction) throws {
    guard let dueAt, dueDay == nil, dueAt > transaction.now else { return }
    try transaction.schedule(Self.dueKind, subject: id, person: person, at: dueAt)
  }

  /// Ends a task; refuses when it is no longer open.
  fileprivate func settle(_ state: String, _ person: PersonID, _ say: Say, in transaction: Transaction) throws
    -> Outcome
  {
    let changed = try transaction.execute(
      """
      UPDATE desk_tasks SET state = ?, settled_at = ? WHERE tenant = :tenant AND id = ? AND person = ? AND state = 'open'
      """, state, transaction.now, id, person)
    guard changed == 1 else {
      throw ActionError(
        "desk.task_closed", ["title": .text(title)], sentence: "“\(title)” is not open any more.", field: "task")
    }
    try transaction.unschedule(Self.dueKind, subject: id)
    return Outcome(say, data: json, inverse: ActionCall(ReopenTask.name, ["task": .string(id)]))
  }
}

struct ListTasks: Action {
  static let name = "task.list"
  static let summary = "Lists the open tasks, of one project where named."
  static let effect = Effect.read
  /// Most that are given as data; `count` tells how many there are.
  private static let most = 100

  @Parameter("Only this project's.", kind: .entity("projects")) var project: String?
  @Parameter("Only what is due by then; all when left out.", kind: Due.kind) var due: String?
  @Parameter("Only what is due on this day.") var day: CivilDate?
  @Parameter("With a day: what is due until its end.", default: false) var until: Bool
  @Parameter("How many to show.", default: 15) var limit: Int
  @Parameter("How many to pass over, for the next page.", default: 0) var offset: Int

  /// Until when a task must be due to be listed.
  private enum Due: String, CaseIterable {
    case overdue, today, week
    case nextWeek = "next_week"
    static let kind = SlotKind.choice(allCases.map(\.rawValue))

    func end(in context: ActionContext) -> Instant {
      switch self {
      case .overdue: context.now
      case .today: context.endOfDay(context.today)
      case .week: context.endOfDay(context.today.adding(days: 7 - context.today.weekday.rawValue))
      case .nextWeek: context.endOfDay(context.today.adding(days: 14 - context.today.weekday.rawValue))
      }
    }

    /// What comes next week is not what comes before it.
    func start(in context: ActionContext) -> Instant? {
      guard self == .nextWeek else { return nil }
      return context.zone.startOfDay(context.today.adding(days: 8 - context.today.weekday.rawValue))
    }
  }

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (person, wanted) = (context.actor.id, project)
    let due = due.flatMap(Due.init(rawValue:))
    // "today" and "this week" are said by name
    let day = due == nil ? day : nil
    let end = day.map { context.endOfDay($0) } ?? due?.end(in: context)
    let start = day.map { context.zone.startOfDay($0) } ?? due?.start(in: context)
    guard (1...50).contains(limit), (0...10_000).contains(offset) else {
      throw ActionError("desk.limit", sentence: "Between 1 and 50 tasks are shown at once.", field: "limit")
    }
    let most = Self.most + offset
    let (project, tasks, count) = try await context.store.read { reader in
      let project = try ProjectBook.find(wanted, reader)
      let tasks = try DeskTask.open(
        of: person, project: project?.id, dueFrom: until ? nil : start, dueBy: end, limit: most, reader)
      let isAll = tasks.count < most
      return (
        project, tasks,
        isAll
          ? tasks.count
          : try DeskTask.count(of: person, project: project?.id, dueFrom: until ? nil : start, dueBy: end, reader)
      )
    }
    let data: JSON = ["tasks": .array(tasks.map(\.json)), "count": .integer(Int64(count))]
    let name: Say.Value? = project.map { .text($0.name) }
    let named: Say.Value? = due.map { .say(Say("task.due_by.\($0.rawValue)")) }
    let when = day.map { .say(Say(until ? "task.due_by.day" : "task.due_on", ["date": .date($0)])) } ?? named
    guard !tasks.isEmpty else {
      return .answer(Say("task.list.empty", values(["project": name, "when": when])), data: data)
    }
    guard offset < tasks.count else { return .answer(Say("task.list.no_more"), data: data) }
    let now = context.now
    let page = tasks.enumerated().dropFirst(offset).prefix(limit)
    var lines = page.map { index, task in
      let isLate = task.dueAt.map { $0 < now } ?? false
      return task.line(isLate ? "task.list.late" : "task.list.line", number: index + 1)
    }
    let left = count - offset - page.count
    if left > 0 { lines.append(Say("desk.more", ["count": .integer(Int64(left))])) }
    let buttons = page.prefix(3).map { _, task in
      Say.Button(
        "button.task.done_named", ["title": .text(task.short)], action: FinishTask.name,
        arguments: ["task": .string(task.id)])
    }
    return .answer(
      Say(
        "task.list", values(["count": .integer(Int64(count)), "project": name, "when": when]), lines: lines,
        buttons: buttons),
      data: data)
  }
}

struct FinishTask: Action {
  static let name = "task.done"
  static let summary = "Marks a task as done."
  static let effect = Effect.write

  @Parameter("Its title, some words of it, or its number in the list.") var task: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    switch try await DeskTask.pick(task, action: Self.name, in: context) {
    case .question(let question): return question
    case .one(let task):
      let person = context.actor.id
      return .change { transaction in
        let say = Say("task.done", values(["title": .text(task.title), "project": task.project.map { .text($0) }]))
        var outcome = try task.settle("done", person, say, in: transaction)
        let left = try transaction.count(
          "SELECT count(*) FROM desk_tasks WHERE tenant = :tenant AND person = ? AND state = 'open'", person)
        outcome.say.values["left"] = .integer(Int64(left))
        return outcome
      }
    }
  }
}

struct CancelTask: Action {
  static let name = "task.cancel"
  static let summary = "Drops a task that need not be done any more."
  static let effect = Effect.write

  @Parameter("Its title, some words of it, or its number in the list.") var task: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    switch try await DeskTask.pick(task, action: Self.name, in: context) {
    case .question(let question): return question
    case .one(let task):
      let person = context.actor.id
      return .change { transaction in
        try task.settle("cancelled", person, Say("task.cancel", ["title": .text(task.title)]), in: transaction)
      }
    }
  }
}

/// Undoes `task.done` and `task.cancel`.
struct ReopenTask: Action {
  static let name = "task.reopen"
  static let summary = "Opens a finished or dropped task again."
  static let effect = Effect.write
  static let isHidden = true

  @Parameter("The task's id.") var task: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (id, person) = (task, context.actor.id)
    return .change { transaction in
      try transaction.execute(
        """
        UPDATE desk_tasks SET state = 'open', settled_at = NULL WHERE tenant = :tenant AND id = ? AND person = ?
          AND state <> 'open'
        """, id, person)
      guard let task = try DeskTask.open(id: id, person: person, transaction) else {
        throw ActionError("desk.task_unknown", ["task": .text(id)], sentence: "That task is gone.", field: "task")
      }
      try task.scheduleDue(for: person, in: transaction)
      return Outcome(
        task.line("task.reopen"), data: task.json, inverse: ActionCall(CancelTask.name, ["task": .string(id)]))
    }
  }
}
