import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Schedule
import Store
import Time

/// "Move the copy to the 5th", "put the invoice under Malar": a task gets another day, project or title and stays the same task.
struct ChangeTask: Action {
  static let name = "task.change"
  static let summary = "Changes a task: when it is due, its project or its title."
  static let effect = Effect.write

  @Parameter("Its title, some words of it, or its number in the list.") var task: String
  @Parameter("When it is due now.") var due: WhenValue?
  @Parameter("The project it belongs to now.") var project: String?
  @Parameter("Its new title.") var title: String?
  @Parameter("Whether it is due no more.", default: false) var noDue: Bool
  @Parameter("Whether it is a new project although one is spelt nearly so.", default: false) var newProject: Bool

  func perform(in context: ActionContext) async throws -> ActionResult {
    let task: DeskTask
    switch try await DeskTask.pick(self.task, action: Self.name, in: context) {
    case .question(let question): return question
    case .one(let found): task = found
    }
    guard due != nil || project != nil || title != nil || noDue else {
      return .ask(Say("task.change.ask.due", ["title": .text(task.title)]), parameter: "due")
    }
    var arguments: JSONObject = ["task": .string(task.id)]
    arguments["due"] = due?.json
    arguments["title"] = title.map { .string($0) }
    arguments["project"] = project.map { .string($0) }
    if noDue { arguments["no_due"] = true }
    let choice: ProjectBook.Choice
    switch try await ProjectBook.choose(
      project, for: ActionCall(Self.name, arguments), isNew: newProject, in: context)
    {
    case .question(let question): return question
    case .choice(let found): choice = found
    }
    let moment = try moment(instead: task, in: context)
    let (person, title, isMoved) = (context.actor.id, title ?? task.title, project != nil)
    return .change { transaction in
      let project = isMoved ? try choice.settle(by: person, in: transaction) : nil
      let changed = DeskTask(
        id: task.id, title: title, project: project?.name ?? task.project, dueAt: moment.at, dueDay: moment.day)
      let count = try transaction.execute(
        """
        UPDATE desk_tasks SET title = ?, due_at = ?, due_day = ?, project = CASE WHEN ? THEN ? ELSE project END
        WHERE tenant = :tenant AND id = ? AND person = ? AND state = 'open'
        """, title, moment.at, moment.day?.description, isMoved, project?.id, task.id, person)
      guard count == 1 else {
        throw ActionError(
          "desk.task_closed", ["title": .text(task.title)], sentence: "“\(task.title)” is not open any more.",
          field: "task")
      }
      try transaction.unschedule(DeskTask.dueKind, subject: task.id)
      try changed.scheduleDue(for: person, in: transaction)
      var undo: JSONObject = ["task": .string(task.id), "title": .string(task.title)]
      if let before = task.dueDay {
        undo["due"] = .string(before.description)
      } else if let before = task.dueAt {
        undo["due"] = .string(before.description)
      } else {
        undo["no_due"] = true
      }
      if isMoved, let before = task.project { undo["project"] = .string(before) }
      return Outcome(changed.line("task.change"), data: changed.json, inverse: ActionCall(Self.name, undo))
    }
  }

  /// A day alone keeps the hour that the task had; an hour alone keeps its day.
  private func moment(instead task: DeskTask, in context: ActionContext) throws -> (at: Instant?, day: CivilDate?) {
    if noDue { return (nil, nil) }
    guard let due else { return (task.dueAt, task.dueDay) }
    guard !due.repeats else {
      throw ActionError("desk.task_repeats", sentence: "A task is due once.", field: "due")
    }
    let zone = context.zone
    if due.isTimeGiven {
      guard !due.isDayGiven, due.elapsed == nil, let day = task.dueDay ?? task.dueAt.map({ zone.date($0) }) else {
        return (due.instant(in: zone, now: context.now), nil)
      }
      return (zone.instant(of: day.at(due.start.time)), nil)
    }
    let day = due.start.date
    if task.dueDay == nil, let before = task.dueAt { return (zone.instant(of: day.at(zone.civil(before).time)), nil) }
    return (context.endOfDay(day), day)
  }
}
