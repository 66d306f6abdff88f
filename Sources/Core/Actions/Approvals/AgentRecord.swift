import Base
package import Formats
package import Store

/// How far an agent is trusted, by what became of its wishes. Never above its ceiling.
package struct AgentRecord: Sendable {
  package let agent: String
  package var level: Int
  package var approved = 0
  package var refused = 0
  package var corrected = 0
  /// Approvals since the last refusal or correction.
  package var streak = 0

  package var json: JSON {
    [
      "agent": .string(agent), "level": JSON(level), "approved": JSON(approved), "refused": JSON(refused),
      "corrected": JSON(corrected), "streak": JSON(streak),
    ]
  }

  package enum Verdict: Sendable { case approved, refused, corrected }

  mutating func hear(_ verdict: Verdict, _ policy: ApprovalPolicy) {
    switch verdict {
    case .approved:
      approved += 1
      streak += 1
      if streak >= policy.raisedAfter {
        level += 1
        streak = 0
      }
    case .refused:
      refused += 1
      (level, streak) = (level - 1, 0)
    case .corrected:
      corrected += 1
      (level, streak) = (level - 1, 0)
    }
    clamp(policy)
  }

  /// A ceiling that was lowered holds at once.
  mutating func clamp(_ policy: ApprovalPolicy) {
    level = max(0, min(level, policy.autonomy(of: agent).ceiling))
  }

  private static let columns = "agent, level, approved, refused, corrected, streak"

  private static func read(_ row: Row) -> AgentRecord {
    AgentRecord(
      agent: row.text(0), level: row.integer(1), approved: row.integer(2), refused: row.integer(3),
      corrected: row.integer(4), streak: row.integer(5))
  }

  package static func find(_ agent: String, _ policy: ApprovalPolicy, _ reader: some Querying) throws -> AgentRecord {
    var record =
      try reader.first(
        "SELECT \(columns) FROM agent_records WHERE tenant = :tenant AND agent = ?", agent, map: read)
      ?? AgentRecord(agent: agent, level: policy.autonomy(of: agent).start)
    record.clamp(policy)
    return record
  }

  package static func all(_ policy: ApprovalPolicy, _ reader: some Querying) throws -> [AgentRecord] {
    try reader.query("SELECT \(columns) FROM agent_records WHERE tenant = :tenant ORDER BY agent") { row in
      var record = read(row)
      record.clamp(policy)
      return record
    }
  }

  func store(_ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO agent_records (tenant, agent, level, approved, refused, corrected, streak)
      VALUES (:tenant, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant, agent) DO UPDATE SET level = excluded.level, approved = excluded.approved,
        refused = excluded.refused, corrected = excluded.corrected, streak = excluded.streak
      """, agent, level, approved, refused, corrected, streak)
  }
}
