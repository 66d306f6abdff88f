import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Store

// What people do to a run that is under way.

struct CancelWorkflow: Action {
  static let name = "workflow.cancel"
  static let summary = "Ends a run of a workflow; with undo, what it did is taken back where its steps say how."
  static let effect = Effect.write

  @Parameter("The run's id; the one that is under way when left out.") var run: String?
  @Parameter("Of which workflow, instead of the id.", kind: .entity("workflows")) var workflow: String?
  @Parameter("Whether to take back what was done.", default: false) var undo: Bool

  func perform(in context: ActionContext) async throws -> ActionResult {
    let undo = undo
    let id: String
    switch try await WorkflowAccess.open(run, workflow, Self.name, in: context) {
    case .run(let found): id = found
    case .which(let question): return question
    }
    return .change { transaction in
      try WorkflowAccess.change(id, context, in: &transaction) { stored, _ in
        guard !stored.run.phase.isOver else { throw WorkflowAccess.over(stored.run) }
        return [
          WorkflowEvent(
            .cancelled, "",
            [
              "by": .string(context.actor.id.text), "undo": .bool(undo),
              "reason": .string(WorkflowReason.cancelled.rawValue),
            ])
        ]
      }
      return Outcome(Say("workflow.cancel"), data: ["run": .string(id)])
    }
  }
}

struct PauseWorkflow: Action {
  static let name = "workflow.pause"
  static let summary = "Holds a run of a workflow: what is under way ends, nothing new begins."
  static let effect = Effect.write

  @Parameter("The run's id; the one that is under way when left out.") var run: String?
  @Parameter("Of which workflow, instead of the id.", kind: .entity("workflows")) var workflow: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let id: String
    switch try await WorkflowAccess.open(run, workflow, Self.name, in: context) {
    case .run(let found): id = found
    case .which(let question): return question
    }
    return .change { transaction in
      try WorkflowAccess.change(id, context, in: &transaction) { stored, _ in
        guard stored.run.phase == .running else { throw WorkflowAccess.over(stored.run) }
        return [WorkflowEvent(.paused, "", ["by": .string(context.actor.id.text)])]
      }
      return Outcome(
        Say("workflow.pause"), data: ["run": .string(id)],
        inverse: ActionCall(ResumeWorkflow.name, ["run": .string(id)]))
    }
  }
}

struct ResumeWorkflow: Action {
  static let name = "workflow.resume"
  static let summary = "Lets a run that was held go on; with one_step, by one step."
  static let effect = Effect.write

  @Parameter("The run's id; the one that is held when left out.") var run: String?
  @Parameter("Of which workflow, instead of the id.", kind: .entity("workflows")) var workflow: String?
  @Parameter("Whether to stop again after one step.", default: false) var oneStep: Bool

  func perform(in context: ActionContext) async throws -> ActionResult {
    let oneStep = oneStep
    let id: String
    switch try await WorkflowAccess.open(run, workflow, Self.name, in: context) {
    case .run(let found): id = found
    case .which(let question): return question
    }
    return .change { transaction in
      try WorkflowAccess.change(id, context, goesOn: true, in: &transaction) { stored, _ in
        guard stored.run.phase == .paused else { throw WorkflowAccess.over(stored.run) }
        let by: JSON = .string(context.actor.id.text)
        return [
          oneStep ? WorkflowEvent(.stepped, "", ["by": by, "waits": true]) : WorkflowEvent(.resumed, "", ["by": by])
        ]
      }
      return Outcome(Say("workflow.resume"), data: ["run": .string(id)])
    }
  }
}

struct RewindWorkflow: Action {
  static let name = "workflow.rewind"
  static let summary = "Goes back to a step of a run: it and what builds on it is done again."
  static let effect = Effect.write

  @Parameter("The run's id.") var run: String
  @Parameter("The step, one of the outermost.") var step: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (id, step) = (run, step)
    return .change { transaction in
      var isHeld = false
      try WorkflowAccess.change(id, context, goesOn: true, in: &transaction) { stored, definition in
        guard definition.steps.contains(where: { $0.id == step }) else {
          throw ActionError(
            "workflows.step_unknown", ["step": .text(step)],
            sentence: "There is no step \(step); there are \(definition.steps.map(\.id).joined(separator: ", ")).",
            field: "step")
        }
        var again: [String] = []
        for one in definition.steps where one.id == step || one.needs.contains(where: again.contains) {
          again.append(one.id)
        }
        again += stored.run.waitsForEnded.filter { !again.contains($0) }
        var data: JSONObject = ["by": .string(context.actor.id.text), "steps": JSON(again)]
        isHeld = stored.run.phase == .paused
        // what is held stays so until somebody lets it go on
        if isHeld { data["held"] = true }
        return [WorkflowEvent(.rewound, "", .object(data))]
      }
      return Outcome(
        Say(isHeld ? "workflow.rewind.held" : "workflow.rewind", ["step": .term(step)]), data: ["run": .string(id)])
    }
  }
}

struct SignalWorkflow: Action {
  static let name = "workflow.signal"
  static let summary = "Tells a run something that a step waits for."
  static let effect = Effect.write

  @Parameter("The run's id.") var run: String
  @Parameter("The signal's name.") var signal: String
  @Parameter("What comes with it.") var data: JSON?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (id, signal, data) = (run, signal, data ?? .null)
    return .change { transaction in
      try WorkflowAccess.change(id, context, goesOn: true, in: &transaction) { stored, _ in
        guard !stored.run.phase.isOver else { throw WorkflowAccess.over(stored.run) }
        return [WorkflowEvent(.signal, "", ["name": .string(signal), "data": data])]
      }
      return Outcome(Say("workflow.signal"), data: ["run": .string(id)])
    }
  }
}

/// A person's yes or no to what a run asked. Bound to the question: another one, a later one or another person's is refused.
struct DecideWorkflow: Action {
  static let name = "workflow.decide"
  static let summary = "Answers what a run of a workflow asked."
  static let effect = Effect.write

  @Parameter("The run's id.") var run: String
  @Parameter("The step that asked.") var step: String
  @Parameter("Yes or no.") var yes: Bool
  @Parameter("Which time around, where the run was rewound.") var generation: Int?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (id, step, yes, generation) = (run, step, yes, generation)
    let (actor, authority) = (context.actor, context.authority)
    guard context.origin.door != "workflow", authority.agent == nil else {
      throw ActionError("workflows.person_only", sentence: "Only a person can answer what a workflow asks.")
    }
    return .change { transaction in
      let engine = try WorkflowAccess.engine(transaction)
      do {
        try engine.change(id, in: &transaction) { stored, definition in
          let maySee = stored.run.person == actor.id || actor.isOwner
          guard let state = stored.run.steps[step] else { throw WorkflowAccess.unknown(id) }
          guard try engine.isAsked(actor, state, stored.run) else {
            guard maySee else { throw WorkflowAccess.unknown(id) }
            throw ActionError(
              "workflows.not_yours", sentence: "That is for somebody else to answer.", field: "step")
          }
          guard state.phase == .waiting, state.info["approval"].string != nil, state.info["held"].isNull,
            state.result.isNull, !stored.run.phase.isOver, generation == nil || generation == state.generation
          else {
            throw ActionError(
              "workflows.not_asked", sentence: "This was answered already, or is not asked any more.", field: "step")
          }
          // a yes to what costs money needs what doing it would need
          if case .action(let name, _)? = definition.step(at: step)?.kind,
            let effect = engine.parts.runner.registry[name]?.effect, yes, !authority.covers(effect)
          {
            throw ActionError(
              "actions.scope", sentence: "This token may not agree to that: it needs the scope for \(effect).")
          }
          return [WorkflowEvent(.decided, step, ["yes": .bool(yes), "by": .string(actor.id.text)])]
        }
      } catch is WorkflowError {
        throw WorkflowAccess.unknown(id)
      }
      try transaction.retireButtons(of: Self.name, [("run", id), ("step", step)])
      return Outcome(Say(yes ? "workflow.decide.yes" : "workflow.decide.no"), data: ["run": .string(id)])
    }
  }
}

extension WorkflowRun {
  /// Steps that wait for what has ended with the run, a workflow inside or an approval: nobody would ever tell them.
  fileprivate var waitsForEnded: [String] {
    guard ![.running, .paused].contains(phase) else { return [] }
    return steps.filter { _, step in
      step.phase == .waiting && step.result.isNull && (step.info["child"].string ?? step.info["held"].string) != nil
    }.keys.sorted()
  }
}
