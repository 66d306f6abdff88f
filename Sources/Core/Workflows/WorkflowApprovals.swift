import Actions
import Base
import Events
import Formats
import Store

/// Steps that wait until somebody has agreed to them at the approval desk.
enum WorkflowApprovals {
  /// What stands before the request's id in the place of who decided.
  static let prefix = "approval "

  /// Takes an answer to the step that waits for it: in the order of the answers, once.
  static let consumer = EventConsumer(
    "workflows.approvals", to: ["approval.granted", "approval.settled"]
  ) { event, transaction in
    guard let engine = transaction.service(WorkflowEngine.self), let id = event.payload["approval"].string,
      let approval = try Approval.find(id, transaction), let (run, key) = step(of: approval)
    else { return }
    let isGranted = event.name == "approval.granted"
    // used up: the step has done it
    guard isGranted || approval.state != .used else { return }
    do {
      try engine.change(run, in: &transaction) { stored, _ in
        guard let state = stored.run.steps[key], state.phase == .waiting, state.info["held"] == .string(id),
          state.result.isNull, !stored.run.phase.isOver
        else { return [] }
        // nobody decided what ran out of time
        let by: JSON = approval.state == .expired ? .null : .string(prefix + id)
        return [WorkflowEvent(.decided, key, ["yes": .bool(isGranted), "by": by])]
      }
    } catch WorkflowError.stale {
      // the run is gone, and with it whoever waited
    }
  }

  /// A step's call is wanted on the occasion that its idempotency key names: `run:step:generation`.
  private static func step(of approval: Approval) -> (run: String, key: String)? {
    guard approval.isHeld, approval.agent.hasPrefix("workflow "), let occasion = approval.occasion else { return nil }
    let parts = occasion.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3 else { return nil }
    return (String(parts[0]), String(parts[1]))
  }
}
