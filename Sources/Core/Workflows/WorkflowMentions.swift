import Actions
import Base
import People
import Schedule
import Store

/// Runs and workflows of one's own that speak of something that is to be forgotten.
///
/// A run that is over goes with its log and its secrets. One that is under way stays, because taking it away in the midst would
/// leave half of its work done; so does a workflow that somebody wrote, which has an action of its own to be removed.
enum WorkflowMentions {
  static let all = Mentions(
    find: { person, sought, rows in try runs(person, sought, rows) + own(person, sought, rows) },
    remove: { mention, person, transaction in
      guard mention.kind == .run else { return }
      _ = try transaction.forgetRun(mention.id, of: person)
    })

  private static func runs(_ person: PersonID, _ sought: Mentions.Sought, _ rows: any Querying) throws -> [Mention] {
    var found: [Mention] = []
    for (id, phase) in try rows.query(
      "SELECT id, phase FROM workflow_runs WHERE tenant = :tenant AND person = ?", person,
      map: { ($0.text(0), $0.text(1)) })
    {
      var isNamed = false
      try rows.scan("SELECT events FROM workflow_log WHERE tenant = :tenant AND run = ?", id) { row in
        isNamed = sought.stand(in: row.text(0))
        return !isNamed
      }
      guard isNamed else { continue }
      let isOver = WorkflowRun.Phase(rawValue: phase)?.isOver ?? false
      found.append(Mention(.run, id: id, words: "", fate: isOver ? .goes : .kept, isOpen: !isOver))
    }
    return found
  }

  /// Only the owner adds workflows, so they speak of the owner's affairs alone.
  private static func own(_ person: PersonID, _ sought: Mentions.Sought, _ rows: any Querying) throws -> [Mention] {
    let isOwner = try rows.first(
      "SELECT 1 FROM persons WHERE tenant = :tenant AND id = ? AND is_owner", person, map: { $0.int(0) })
    guard isOwner != nil else { return [] }
    return try rows.query("SELECT name, source FROM workflow_own WHERE tenant = :tenant") { row in
      sought.stand(in: row.text(1)) ? Mention(.workflow, id: row.text(0), words: row.text(0), fate: .kept) : nil
    }.compactMap(\.self)
  }
}

extension Transaction {
  /// Takes a run out with its log, its secrets, what it waits for, and its definition where no other run began with it: it may
  /// have been one of somebody's own. - Returns: how many rows of run and log went.
  func forgetRun(_ run: String, of person: PersonID) throws -> Int {
    let definition = try first(
      "SELECT definition FROM workflow_runs WHERE tenant = :tenant AND id = ? AND person = ?", run, person,
      map: { $0.text(0) })
    guard let definition else { return 0 }
    for kind in [WorkflowTimers.kind, WorkflowProgress.kind] { try unschedule(kind, subject: run) }
    var gone = try execute("DELETE FROM workflow_log WHERE tenant = :tenant AND run = ?", run)
    gone += try execute("DELETE FROM workflow_runs WHERE tenant = :tenant AND id = ?", run)
    try execute("DELETE FROM workflow_snapshots WHERE tenant = :tenant AND run = ?", run)
    try WorkflowSecrets.forget(run, in: self)
    try execute(
      """
      DELETE FROM workflow_definitions WHERE tenant = :tenant AND hash = ?
        AND NOT EXISTS (SELECT 1 FROM workflow_runs WHERE tenant = :tenant AND definition = hash)
      """, definition)
    return gone
  }
}
