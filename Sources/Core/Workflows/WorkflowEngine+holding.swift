import Formats
import Store

extension WorkflowEngine {
  /// What runs inside of a run is held with it and goes on with it. One that was held by itself stays so.
  func holdInside(_ plan: WorkflowPlan, in transaction: inout Transaction) throws {
    let kinds: [WorkflowEvent.Kind] = [.paused, .resumed, .stepped]
    let run = plan.run
    guard plan.events.contains(where: { kinds.contains($0.kind) }), run.phase == .running || run.phase == .paused else {
      return
    }
    let isHeld = run.phase == .paused
    for (key, step) in run.steps.sorted(by: { $0.key < $1.key })
    where step.phase == .waiting && step.info["child"].string != nil {
      let inside = try transaction.first(
        "SELECT id FROM workflow_runs WHERE tenant = :tenant AND dedupe_key = ?", run.idempotencyKey(key),
        map: { $0.text(0) })
      guard let inside else { continue }
      try change(inside, in: &transaction) { stored, _ in
        let data: JSON = ["by": .null, "around": true]
        if isHeld { return stored.run.phase == .running ? [WorkflowEvent(.paused, "", data)] : nil }
        return stored.run.phase == .paused && stored.run.isHeldAround ? [WorkflowEvent(.resumed, "", data)] : nil
      }
    }
  }
}
