import Actions
import Base
import Formats
import Messages
import People
import Store

/// A run gone through again from its log, with nothing carried out: at each line, what happened to it is handed to the plan
/// anew, and what the plan makes of it is compared with what followed then.
///
/// A difference means that the program, or another version of the workflow, would have gone another way from there.
struct WorkflowReplay {
  struct Difference: Sendable, Hashable {
    /// The line of the log.
    let seq: Int
    let logged: [WorkflowEvent]
    let found: [WorkflowEvent]
  }

  /// A line of the log, with the state behind it.
  struct Moment: Sendable {
    let seq: Int
    let at: Instant
    let events: [WorkflowEvent]
    let run: WorkflowRun
  }

  private(set) var moments: [Moment] = []
  private(set) var difference: Difference?

  init(_ stored: StoredRun, _ lines: [StoredRun.Line], by definition: WorkflowDefinition) {
    var run = WorkflowRun(
      id: stored.run.id, person: stored.run.person, definition: stored.run.definition, begunAt: stored.run.begunAt)
    for line in lines {
      let events = line.events
      var plan = WorkflowPlan(definition, run, now: line.at)
      if !Self.matches(&plan, events[...], depth: 0) {
        difference = Difference(seq: line.seq, logged: events, found: Self.found(definition, run, line))
        return
      }
      for event in events { run.apply(event) }
      moments.append(Moment(seq: line.seq, at: line.at, events: events, run: run))
    }
  }

  /// Most lines are one thing that happened and what follows from it; a workflow inside that is over at once makes several.
  private static let deepest = 64

  /// What never happens to a run from outside.
  private static let ownKinds: Set<WorkflowEvent.Kind> = [.started, .skipped, .ended]

  /// Whether the plan makes just these events, where some of them happened to it from outside.
  private static func matches(_ plan: inout WorkflowPlan, _ rest: ArraySlice<WorkflowEvent>, depth: Int) -> Bool {
    guard depth < deepest else { return false }
    // nothing from outside: a timer, or what follows from what is there
    var alone = plan
    alone.advance()
    let own = alone.events.dropFirst(plan.events.count)
    if own.elementsEqual(rest) { return true }
    if !own.isEmpty, rest.starts(with: own), depth > 0 {
      return matches(&alone, rest.dropFirst(own.count), depth: depth + 1)
    }
    guard let first = rest.first, !Self.ownKinds.contains(first.kind) else { return false }
    var fed = plan
    fed.happened(first)
    return matches(&fed, rest.dropFirst(), depth: depth + 1)
  }

  private static func found(
    _ definition: WorkflowDefinition, _ run: WorkflowRun, _ line: StoredRun.Line
  ) -> [WorkflowEvent] {
    var plan = WorkflowPlan(definition, run, now: line.at)
    if let first = line.events.first { plan.happened(first) }
    plan.advance()
    return plan.events
  }
}

struct ReplayWorkflow: Action {
  static let name = "workflow.replay"
  static let summary =
    "Goes through a run again from its log, carrying nothing out, and says where it would go another way."
  static let effect = Effect.read

  @Parameter("The run's id.") var run: String
  @Parameter("Whether by the workflow as it is kept now, instead of as the run began.", default: false) var newest: Bool

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (id, newest) = (run, newest)
    let (stored, lines, definition) = try await context.store.read { reader in
      let stored = try WorkflowAccess.run(id, whole: true, reader, context)
      let engine = reader.service(WorkflowEngine.self)
      let definition =
        try newest ? engine?.definition(stored.name, reader) : engine?.definition(of: stored, reader)
      return (stored, try StoredRun.log(id, reader), definition)
    }
    guard let definition else {
      throw ActionError(
        "workflows.unknown", ["workflow": .text(stored.name)], sentence: "There is no workflow \(stored.name).")
    }
    let replay = WorkflowReplay(stored, lines, by: definition)
    var data: JSONObject = [
      "run": .string(id), "workflow": .string(stored.name), "version": JSON(definition.version),
      "same": .bool(replay.difference == nil),
      "lines": .array(
        replay.moments.map { moment in
          [
            "line": JSON(moment.seq), "at": .string(moment.at.description),
            "events": .array(moment.events.map(\.json)), "state": .string(moment.run.phase.rawValue),
            "steps": .object(
              JSONObject(
                moment.run.steps.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value.phase.rawValue)) })),
          ]
        }),
    ]
    let title = Say.Value.term(definition.title)
    guard let difference = replay.difference else {
      return .answer(
        Say("workflow.replay.same", ["name": title, "count": .integer(Int64(lines.count))]), data: .object(data))
    }
    data["differs"] = [
      "line": JSON(difference.seq), "logged": .array(difference.logged.map(\.json)),
      "found": .array(difference.found.map(\.json)),
    ]
    return .answer(
      Say("workflow.replay.differs", ["name": title, "line": .integer(Int64(difference.seq))]), data: .object(data))
  }
}
