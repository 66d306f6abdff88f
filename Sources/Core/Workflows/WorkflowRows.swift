import Base
import Crypto
import Formats
import People
package import Store

/// The tables: definitions as runs began with them, one row a run, and its log.
package enum WorkflowMigrations {
  package static let all: [Migration] = [
    Migration(
      room: "workflows", number: 1,
      sql: [
        """
        CREATE TABLE workflow_definitions (
          tenant TEXT NOT NULL, hash TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, source TEXT NOT NULL,
          PRIMARY KEY (tenant, hash)) STRICT
        """,
        """
        CREATE TABLE workflow_runs (
          tenant TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, definition TEXT NOT NULL, person TEXT NOT NULL,
          phase TEXT NOT NULL, seq INTEGER NOT NULL, head TEXT NOT NULL, owner TEXT, fence INTEGER NOT NULL DEFAULT 0,
          underway INTEGER NOT NULL DEFAULT 0, dedupe_key TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
          PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE UNIQUE INDEX workflow_runs_once ON workflow_runs (tenant, dedupe_key) WHERE dedupe_key IS NOT NULL",
        """
        CREATE INDEX workflow_runs_open ON workflow_runs (owner, underway)
        WHERE phase IN ('running', 'undoing')
        """,
        "CREATE INDEX workflow_runs_person ON workflow_runs (tenant, person, created_at)",
        """
        CREATE TABLE workflow_log (
          tenant TEXT NOT NULL, run TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, events TEXT NOT NULL,
          hash TEXT NOT NULL, PRIMARY KEY (tenant, run, seq)) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE workflow_own (
          tenant TEXT NOT NULL, name TEXT NOT NULL, source TEXT NOT NULL, added_at INTEGER NOT NULL,
          PRIMARY KEY (tenant, name)) STRICT
        """,
        "CREATE TABLE workflow_engines (id TEXT PRIMARY KEY, beat_at INTEGER NOT NULL) STRICT",
      ]),
    Migration(
      room: "workflows", number: 2,
      sql: ["CREATE INDEX workflow_runs_held ON workflow_runs (owner) WHERE phase = 'paused'"]),
    Migration(
      room: "workflows", number: 3,
      sql: [
        """
        CREATE TABLE workflow_secrets (
          tenant TEXT NOT NULL, run TEXT NOT NULL, name TEXT NOT NULL, value BLOB NOT NULL,
          PRIMARY KEY (tenant, run, name)) STRICT, WITHOUT ROWID
        """
      ]),
    // how long earlier runs of a workflow took
    Migration(
      room: "workflows", number: 4,
      sql: ["CREATE INDEX workflow_runs_done ON workflow_runs (tenant, name, updated_at) WHERE phase = 'done'"]),
    WorkflowRate.migration, Connector.migration, WorkflowSnapshot.migration,
  ]
}

/// A run as its row and its log have it.
struct StoredRun: Sendable {
  var run: WorkflowRun
  let name: String
  /// How many lines its log has, and the hash of the last.
  var seq: Int
  var head: String
  var fence: Int
  var owner: String?

  private struct Columns {
    let name: String, definition: String, person: PersonID, seq: Int, head: String, fence: Int, owner: String?
    let createdAt: Instant
  }

  /// - Parameter whole: every line of its log is looked at, and not only those behind its snapshot.
  /// - Throws: `WorkflowError.damaged` where the log does not give what its hashes say.
  static func read(_ id: String, whole: Bool = false, _ rows: some Querying) throws -> StoredRun? {
    let columns = try rows.first(
      """
      SELECT name, definition, person, seq, head, fence, owner, created_at FROM workflow_runs
      WHERE tenant = :tenant AND id = ?
      """, id
    ) {
      Columns(
        name: $0.text(0), definition: $0.text(1), person: PersonID($0.text(2)), seq: $0.integer(3), head: $0.text(4),
        fence: $0.integer(5), owner: $0.optionalText(6), createdAt: $0.instant(7))
    }
    guard let columns else { return nil }
    var run = WorkflowRun(
      id: id, person: columns.person, definition: columns.definition, begunAt: columns.createdAt)
    var (seq, head) = (0, "")
    if !whole, columns.seq > WorkflowSnapshot.interval, let snapshot = try WorkflowSnapshot.find(run, rows),
      snapshot.seq <= columns.seq
    {
      (run, seq, head) = snapshot
    }
    let lines = try log(id, after: seq, rows)
    guard seq + lines.count == columns.seq, verify(lines, id, after: seq, head),
      (lines.last?.hash ?? head) == columns.head
    else {
      throw WorkflowError.damaged(id)
    }
    for line in lines { for event in line.events { run.apply(event) } }
    return StoredRun(
      run: run, name: columns.name, seq: columns.seq, head: columns.head, fence: columns.fence, owner: columns.owner)
  }

  /// One commit's events.
  struct Line: Sendable {
    let seq: Int
    let at: Instant
    let text: String
    let hash: String

    var events: [WorkflowEvent] { (try? JSON.parse(text))?.array?.compactMap(WorkflowEvent.init(json:)) ?? [] }
  }

  static func log(_ id: String, after seq: Int = 0, _ rows: some Querying) throws -> [Line] {
    try rows.query(
      "SELECT seq, at, events, hash FROM workflow_log WHERE tenant = :tenant AND run = ? AND seq > ? ORDER BY seq", id,
      seq
    ) { Line(seq: $0.integer(0), at: $0.instant(1), text: $0.text(2), hash: $0.text(3)) }
  }

  /// Each line's hash covers the run, the one before it and what it says: nothing can be changed, taken out or moved.
  static func hash(_ id: String, _ seq: Int, _ at: Instant, _ text: String, after head: String) -> String {
    Hex.encode(SHA256.hash("\(head)\n\(id)\n\(seq)\n\(at.microseconds)\n\(text)"))
  }

  static func verify(_ lines: [Line], _ id: String, after seq: Int = 0, _ head: String = "") -> Bool {
    var head = head
    for (index, line) in lines.enumerated() {
      guard line.seq == seq + index + 1, line.hash == hash(id, line.seq, line.at, line.text, after: head) else {
        return false
      }
      head = line.hash
    }
    return true
  }
}

package enum WorkflowError: Error, Sendable, Hashable {
  /// The run belongs to another engine by now: what was done here is not written.
  case superseded(String)
  /// The step is no longer waited for: it was cancelled or rewound meanwhile.
  case stale(String)
  case damaged(String)
}
