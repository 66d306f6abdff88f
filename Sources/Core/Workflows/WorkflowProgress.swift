import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Schedule
import Store

/// What whoever began a run in a chat sees of it while it is under way: one message, changed in place, with each step's
/// state, how long it will probably still take, and buttons to hold or end it.
enum WorkflowProgress {
  static let kind = "workflow.progress"
  /// A run that is over before needs no telling; nor is a state shown more often than so.
  static let pause = Duration.seconds(3)
  private static let mostLines = 12

  static let handler = DueHandler(kind) { items, transaction in
    guard let engine = transaction.service(WorkflowEngine.self) else { return }
    for run in Set(items.map(\.subject)).sorted() {
      guard let stored = try? StoredRun.read(run, transaction), !stored.run.phase.isOver, let door = stored.run.watch,
        let definition = try engine.definition(of: stored, transaction)
      else { continue }
      let say = try say(
        stored.run, definition, left: WorkflowHistory.left(of: stored, now: transaction.now, transaction), transaction)
      try transaction.show(stored.run.person, say, as: key(run), at: door)
    }
  }

  /// The name of the message.
  static func key(_ run: String) -> String { "progress:" + run }

  /// Sees to it that what just happened is shown, not at once but soon: what happens meanwhile is shown with it.
  static func happened(
    _ events: [WorkflowEvent], to run: WorkflowRun, _ definition: WorkflowDefinition, in transaction: inout Transaction
  ) throws {
    guard let door = run.watch else { return }
    let (id, now) = (run.id, transaction.now)
    if run.phase.isOver {
      try transaction.unschedule(kind, subject: id)
      return try ended(run, definition, door, in: transaction)
    }
    var due = now
    // who holds it or lets it go on looks at the button
    if !events.contains(where: { isSteering($0.kind) }) {
      due = max(due, run.begunAt + pause, try transaction.shownAt(key(id)).map { $0 + pause } ?? now)
    }
    if let next = try transaction.nextDue(kind, subject: id) {
      guard due < next else { return }
      try transaction.unschedule(kind, subject: id)
    }
    try transaction.schedule(kind, subject: id, person: nil, at: due)
  }

  private static func isSteering(_ kind: WorkflowEvent.Kind) -> Bool {
    switch kind {
    case .paused, .resumed, .stepped, .cancelled, .rewound: true
    default: false
    }
  }

  /// The message that was shown says how it ended; a door that cannot change one hears of the end alone, where the run took
  /// its time and did not say so by itself.
  private static func ended(
    _ run: WorkflowRun, _ definition: WorkflowDefinition, _ door: String, in transaction: Transaction
  ) throws {
    if try transaction.shownAt(key(run.id)) != nil {
      try transaction.show(run.person, say(run, definition, left: nil, transaction), as: key(run.id), at: door)
    } else if try !WorkflowEnding.isTold(run, definition, transaction),
      transaction.service(Delivery.self)?.canEdit(door: door) == false, transaction.now - run.begunAt >= pause,
      !(run.phase == .done && definition.endsTelling)
    {
      try transaction.tell(
        run.person, head("workflow.progress", run, definition, left: nil, transaction), doors: [door],
        dedupeKey: "ended:\(run.id):\(run.generation)")
    }
  }

  private static func head(
    _ key: String, _ run: WorkflowRun, _ definition: WorkflowDefinition, left: Duration?, _ transaction: Transaction
  ) throws -> Say {
    var values: [String: Say.Value] = [
      "name": .term(definition.title), "state": .say(Say("workflow.state.\(run.phase.rawValue)")),
    ]
    if let left, run.phase == .running { values["left"] = .duration(left) }
    if let people = transaction.service(WorkflowEngine.self)?.parts.people, let person = people.person(run.person) {
      values["reason"] = try WorkflowEnding.reason(run, definition, for: person, people, transaction)
    }
    return Say(key, values)
  }

  static func say(
    _ run: WorkflowRun, _ definition: WorkflowDefinition, left: Duration?, _ transaction: Transaction
  ) throws -> Say {
    var say = try head("workflow.progress", run, definition, left: left, transaction)
    say.lines = lines(run, definition)
    func button(_ label: String, _ action: String) -> Say.Button {
      Say.Button(label, action: action, arguments: ["run": .string(run.id)], lifetime: .days(30))
    }
    switch run.phase {
    case .running:
      say.buttons = [
        button("workflow.button.pause", PauseWorkflow.name), button("workflow.button.stop", CancelWorkflow.name),
      ]
    case .paused:
      say.buttons = [
        button("workflow.button.resume", ResumeWorkflow.name), button("workflow.button.stop", CancelWorkflow.name),
      ]
    case .undoing, .done, .failed, .cancelled: break
    }
    return say
  }

  /// One line a step; of many those around the one under way.
  private static func lines(_ run: WorkflowRun, _ definition: WorkflowDefinition) -> [Say] {
    let steps = definition.steps
    let first = steps.firstIndex { run.steps[$0.id]?.isSettled != true } ?? steps.count
    let from = steps.count <= mostLines ? 0 : min(max(0, first - 2), steps.count - mostLines)
    let shown = steps[from..<min(steps.count, from + mostLines)]
    func more(_ mark: String, _ count: Int) -> [Say] {
      count == 0
        ? [] : [Say("workflow.progress.more", ["mark": .text(mark), "count": .integer(Int64(count))])]
    }
    return more("✓", from) + shown.map { line($0, run) } + more("○", steps.count - from - shown.count)
  }

  private static func line(_ step: WorkflowStep, _ run: WorkflowRun) -> Say {
    let state = run.steps[step.id]
    var values: [String: Say.Value] = ["mark": .text(mark(state, run)), "step": .term(step.label)]
    if let state, !state.isSettled {
      if let until = state.until, !run.phase.isOver { values["until"] = .instant(until) }
      if case .each(let loop) = step.kind, let total = state.info["items"].array?.count {
        let done = (0..<total).count { index in
          loop.steps.allSatisfy { run.steps["\(step.id)[\(index)]/\($0.id)"]?.isSettled == true }
        }
        values["done"] = .integer(Int64(done))
        values["total"] = .integer(Int64(total))
      }
    }
    return Say("workflow.progress.step", values)
  }

  private static func mark(_ state: WorkflowRun.Step?, _ run: WorkflowRun) -> String {
    switch state?.phase {
    case nil: "○"
    case .done: state?.isUndone == true ? "↩" : "✓"
    case .skipped: "–"
    case .failed: state?.until == nil ? "✗" : "↻"
    case .waiting: run.phase.isOver ? "–" : "⏳"
    case .started: run.phase.isOver ? "–" : "▶"
    }
  }
}

extension WorkflowDefinition {
  /// Whether there is anything to watch.
  var isWorthWatching: Bool {
    steps.count > 1 || steps.contains { if case .each = $0.kind { true } else { false } }
  }

  /// Whether its last step says to whom it is for what came of it.
  fileprivate var endsTelling: Bool {
    if case .tell(nil, _)? = steps.last?.kind { true } else { false }
  }
}

extension WorkflowStep {
  /// What it is called where people read it.
  var label: String { title ?? id.map { $0 == "_" || $0 == "-" ? " " : String($0) }.joined() }
}
