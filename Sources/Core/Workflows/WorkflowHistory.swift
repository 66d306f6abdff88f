import Base
import Store

/// What earlier runs tell about one that is under way.
enum WorkflowHistory {
  /// How many earlier runs are looked at.
  private static let sample = 20

  /// How long a run will probably still take: the median of earlier runs of the same workflow that were done, less what has
  /// gone by. `nil` where it is over or where too little is known.
  static func left(of stored: StoredRun, now: Instant, _ rows: some Querying) throws -> Duration? {
    guard !stored.run.phase.isOver else { return nil }
    let times = try rows.query(
      """
      SELECT updated_at - created_at FROM workflow_runs
      WHERE tenant = :tenant AND name = ? AND phase = 'done' ORDER BY updated_at DESC LIMIT ?
      """, stored.name, sample
    ) { $0.int(0) }.sorted()
    guard times.count >= 3 else { return nil }
    let left = Duration.microseconds(times[times.count / 2]) - (now - stored.run.begunAt)
    return left > .zero ? left : nil
  }
}
