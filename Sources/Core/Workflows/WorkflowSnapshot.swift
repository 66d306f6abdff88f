import Base
import Crypto
package import Formats
import People
import Store

/// The state of a long run as it was at one line of its log, so that the lines before it need not be folded each time.
///
/// The log stays the truth: a snapshot that does not fit it is passed over, and whoever looks at a run folds all of it.
enum WorkflowSnapshot {
  /// So many lines lie between two snapshots of a run.
  static let interval = 200

  static let migration = Migration(
    room: "workflows", number: 7,
    sql: [
      """
      CREATE TABLE workflow_snapshots (
        tenant TEXT NOT NULL, run TEXT NOT NULL, seq INTEGER NOT NULL, head TEXT NOT NULL, state TEXT NOT NULL,
        hash TEXT NOT NULL, PRIMARY KEY (tenant, run)) STRICT, WITHOUT ROWID
      """
    ])

  private static func hash(_ id: String, _ seq: Int, _ head: String, _ state: String) -> String {
    Hex.encode(SHA256.hash("snapshot\n\(id)\n\(seq)\n\(head)\n\(state)"))
  }

  static func keep(_ stored: StoredRun, in transaction: Transaction) throws {
    let (id, state) = (stored.run.id, stored.run.json.text())
    try transaction.execute(
      """
      INSERT INTO workflow_snapshots (tenant, run, seq, head, state, hash) VALUES (:tenant, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant, run) DO UPDATE SET
        seq = excluded.seq, head = excluded.head, state = excluded.state, hash = excluded.hash
      """, id, stored.seq, stored.head, state, hash(id, stored.seq, stored.head, state))
  }

  /// The run as it was, with the line and the hash behind which the log goes on; `nil` where there is none that holds.
  static func find(_ run: WorkflowRun, _ rows: some Querying) throws -> (run: WorkflowRun, seq: Int, head: String)? {
    let found = try rows.first(
      "SELECT seq, head, state, hash FROM workflow_snapshots WHERE tenant = :tenant AND run = ?", run.id
    ) { ($0.integer(0), $0.text(1), $0.text(2), $0.text(3)) }
    guard let (seq, head, state, hash) = found, hash == Self.hash(run.id, seq, head, state),
      let json = try? JSON.parse(state), let restored = run.restored(json)
    else { return nil }
    return (restored, seq, head)
  }
}

extension WorkflowRun.Step: JSONStored {
  package var json: JSON {
    var all: JSONObject = ["phase": .string(phase.rawValue), "attempt": JSON(attempt), "order": JSON(order)]
    all["generation"] = JSON(generation)
    if !result.isNull { all["result"] = result }
    if !info.isNull { all["info"] = info }
    all.put("said", said)
    all.put("error", error)
    all.put("spoken", spoken)
    all.put("until", until.map { .integer($0.microseconds) })
    all.put("first", firstAt.map { .integer($0.microseconds) })
    all.put("undo_at", undoAt.map { .integer($0.microseconds) })
    if isApproved { all["approved"] = true }
    if isUndone { all["undone"] = true }
    if interruptions > 0 { all["interruptions"] = JSON(interruptions) }
    if undoTries > 0 { all["undo_tries"] = JSON(undoTries) }
    return .object(all)
  }

  package init?(json: JSON) {
    guard let phase = json["phase"].string.flatMap(Phase.init(rawValue:)) else { return nil }
    self.init(phase: phase)
    func instant(_ key: String) -> Instant? { json[key].int64.map { Instant(microseconds: $0) } }
    attempt = json["attempt"].int ?? 1
    order = json["order"].int ?? 0
    generation = json["generation"].int ?? 0
    (result, info) = (json["result"], json["info"])
    (said, error, spoken) = (json["said"].string, json["error"].string, json["spoken"].string)
    (until, firstAt, undoAt) = (instant("until"), instant("first"), instant("undo_at"))
    (isApproved, isUndone) = (json["approved"] == true, json["undone"] == true)
    (interruptions, undoTries) = (json["interruptions"].int ?? 0, json["undo_tries"].int ?? 0)
  }
}
