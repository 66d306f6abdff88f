import Actions
import Base
import Formats
import Messages
import Telemetry

// What came of a step, as its run's log has it.
extension WorkflowEngine {
  func events(
    _ outcome: StepOutcome, _ key: String, _ state: WorkflowRun.Step, _ definition: WorkflowDefinition, isUndo: Bool,
    spoken: String?, _ plan: inout WorkflowPlan
  ) -> [WorkflowEvent] {
    let step = definition.step(at: key)
    switch outcome {
    case .done(let data, _): return [isUndo ? .init(.undone, key) : .init(.done, key, data)]
    case .change: return []
    case .confirm(let what, _) where isUndo:
      // nobody waits for a yes while things are taken back: a person does it, or leaves it
      plan.leaveToPerson(key, what)
      return [.init(.undone, key, ["error": .string(WorkflowReason.needsYes.rawValue)])]
    case .confirm(let what, _):
      // nobody is asked for a yes to what was ended meanwhile
      guard plan.run.phase != .undoing else {
        return [.init(.failed, key, ["error": .string(WorkflowReason.endedUnasked.rawValue)])]
      }
      var info = state.info.object ?? [:]
      info["approval"] = .string(what)
      let until = plan.now + .days(2)
      plan.question(key, what, until: until)
      return [.init(.waiting, key, ["until": .integer(until.microseconds), "info": .object(info)])]
    case .later(let at):
      var info = state.info.object ?? [:]
      info["turn"] = true
      return [.init(.waiting, key, ["until": .integer(at.microseconds), "info": .object(info)])]
    case .held(let approval, let what):
      var info = state.info.object ?? [:]
      info["approval"] = .string(what)
      info["held"] = .string(approval)
      return [.init(.waiting, key, ["info": .object(info)])]
    case .failed(let error, let isFinal, _, let after):
      failures.add()
      if isUndo, !isFinal, case .http? = step?.compensation, state.undoTries + 1 < WorkflowStep.Retry.network.times {
        let pause = max(WorkflowStep.Retry.network.pause(after: state.undoTries + 1), after ?? .zero)
        return [
          .init(
            .undoFailed, key, ["error": .string(error), "retry_at": .integer((plan.now + pause).microseconds)])
        ]
      }
      if isUndo {
        // what cannot be taken back is told, and does not keep the rest from being taken back
        log.warning(
          "A step could not be taken back", ["run": .text(plan.run.id), "step": .text(key), "error": .text(error)])
        return [.init(.undone, key, ["error": .string(error)])]
      }
      let retry = step?.retry ?? .none
      var data: JSONObject = ["error": .string(error)]
      data.put("spoken", spoken)
      let next = plan.now + max(retry.pause(after: state.attempt), after ?? .zero)
      let isSpent = retry.budget.map { next - (state.firstAt ?? plan.now) > $0 } ?? false
      if isFinal || state.attempt >= retry.times || isSpent {
        data["goes_on"] = .bool(step?.goesOn == true)
      } else {
        data["retry_at"] = .integer(next.microseconds)
      }
      return [.init(.failed, key, .object(data))]
    }
  }
}

extension WorkflowRun {
  /// Whether an engine may have a step of it in hand whose outcome still counts.
  func isInHand(_ definition: WorkflowDefinition) -> Bool {
    !phase.isOver && (phase == .undoing || underway.contains { $0.isCarriedOut(by: definition) })
  }
}

extension String {
  /// Whether a step of this key is carried out by an engine, and not by what is inside it.
  func isCarriedOut(by definition: WorkflowDefinition) -> Bool {
    switch definition.step(at: self)?.kind {
    case .action, .http, .call, .compute: true
    default: false
    }
  }
}
