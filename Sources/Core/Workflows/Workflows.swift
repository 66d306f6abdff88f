package import Actions
package import Base
import Formats
import People
import Schedule
package import Store

/// Work that survives everything and asks a person when it should.
package enum Workflows {
  package static let room = Room(
    name: "workflows", migrations: WorkflowMigrations.all,
    actions: [
      StartWorkflow.self, ListWorkflowDefinitions.self, ListWorkflowRuns.self, ShowWorkflowRun.self,
      CancelWorkflow.self,
      PauseWorkflow.self, ResumeWorkflow.self, ExportWorkflow.self, RemoveWorkflow.self, RewindWorkflow.self,
      SignalWorkflow.self, DecideWorkflow.self, PlanWorkflow.self, CheckWorkflow.self, RepeatAnswer.self,
      KeepWorkflow.self, ReplayWorkflow.self, SetConnector.self, ListConnectors.self,
      RemoveConnector.self,
    ],
    consumers: [WorkflowApprovals.consumer], dueHandlers: WorkflowTimers.handlers, importers: OwnWorkflows.importers,
    lists: [list],
    checks: [
      Check("workflows") { reader in
        let stuck = try reader.count(
          "SELECT count(*) FROM workflow_runs WHERE phase IN ('running', 'undoing') AND owner IS NULL")
        let open = try reader.count(
          "SELECT count(*) FROM workflow_runs WHERE phase IN ('running', 'undoing', 'paused')")
        guard stuck == 0 else { return .advice("\(stuck) workflows wait for the server to run.") }
        return .fine(open == 0 ? "No workflow is under way." : "\(open) workflows are under way.")
      }
    ],
    forget: { person, transaction in
      let runs = try transaction.query("SELECT id FROM workflow_runs WHERE tenant = :tenant AND person = ?", person) {
        $0.text(0)
      }
      return try runs.reduce(0) { try $0 + transaction.forgetRun($1, of: person) }
    },
    mentions: WorkflowMentions.all,
    export: { person, reader in
      let runs = try reader.query(
        "SELECT id, name, phase, created_at FROM workflow_runs WHERE tenant = :tenant AND person = ? ORDER BY id",
        person
      ) { ($0.text(0), $0.text(1), $0.text(2), $0.instant(3)) }
      return .array(
        try runs.map { id, name, phase, created -> JSON in
          [
            "run": .string(id), "workflow": .string(name), "state": .string(phase),
            "created": .string(created.description),
            "events": .array(try StoredRun.log(id, reader).flatMap { $0.events.map(\.json) }),
          ]
        })
    })

  /// The sources of all workflows that were imported.
  package static func own(_ house: HouseReader) throws -> [String] {
    try house.query("SELECT source FROM workflow_own") { $0.text(0) }
  }

  /// Runs that ended so long ago are taken out with their logs; those that are under way stay. - Returns: how many went.
  package static func prune(before instant: Instant, in house: HouseTransaction) throws -> Int {
    let over =
      "SELECT tenant, id FROM workflow_runs WHERE phase IN ('done', 'failed', 'cancelled') AND updated_at < ?"
    for table in ["workflow_log", "workflow_secrets", "workflow_snapshots"] {
      try house.execute("DELETE FROM \(table) WHERE (tenant, run) IN (\(over))", instant)
    }
    return try house.execute(
      "DELETE FROM workflow_runs WHERE phase IN ('done', 'failed', 'cancelled') AND updated_at < ?", instant)
  }
}
