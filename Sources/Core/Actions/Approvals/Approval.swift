package import Base
import Crypto
package import Formats
import Messages
package import Store

package enum ApprovalMigrations {
  package static let all: [Migration] = [
    Migration(
      room: "approvals", number: 1,
      sql: [
        """
        CREATE TABLE approvals (
          tenant TEXT NOT NULL, id TEXT NOT NULL, action TEXT NOT NULL, arguments TEXT NOT NULL, bound TEXT NOT NULL,
          requester TEXT NOT NULL, agent TEXT NOT NULL, door TEXT NOT NULL, language TEXT NOT NULL, scopes TEXT NOT NULL,
          tier TEXT NOT NULL, amount TEXT, is_held INTEGER NOT NULL,
          state TEXT NOT NULL CHECK (state IN ('waiting', 'granted', 'used', 'refused', 'expired', 'failed')),
          asked_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, settled_at INTEGER, result TEXT,
          PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX approvals_open ON approvals (tenant, state, asked_at)",
        """
        CREATE TABLE approval_votes (
          tenant TEXT NOT NULL, approval TEXT NOT NULL, person TEXT NOT NULL, is_yes INTEGER NOT NULL, at INTEGER NOT NULL,
          bound TEXT NOT NULL, PRIMARY KEY (tenant, approval, person)) STRICT
        """,
        """
        CREATE TABLE approval_standing (
          tenant TEXT NOT NULL, id TEXT NOT NULL, action TEXT NOT NULL, requester TEXT NOT NULL, agent TEXT NOT NULL,
          amount TEXT, granted_by TEXT NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (tenant, id)) STRICT
        """,
        """
        CREATE TABLE approval_delegates (
          tenant TEXT NOT NULL, person TEXT NOT NULL, delegate TEXT NOT NULL, until INTEGER NOT NULL,
          PRIMARY KEY (tenant, person, delegate)) STRICT
        """,
        """
        CREATE TABLE agent_records (
          tenant TEXT NOT NULL, agent TEXT NOT NULL, level INTEGER NOT NULL, approved INTEGER NOT NULL DEFAULT 0,
          refused INTEGER NOT NULL DEFAULT 0, corrected INTEGER NOT NULL DEFAULT 0, streak INTEGER NOT NULL DEFAULT 0,
          PRIMARY KEY (tenant, agent)) STRICT
        """,
      ]),
    Migration(room: "approvals", number: 2, sql: ["ALTER TABLE approvals ADD COLUMN occasion TEXT"]),
    Migration(room: "approvals", number: 3, sql: ["ALTER TABLE approvals ADD COLUMN sealed BLOB"]),
    Migration(room: "approvals", number: 4, sql: ["ALTER TABLE approval_standing ADD COLUMN exactly TEXT"]),
    Migration(
      room: "approvals", number: 5,
      sql: ["ALTER TABLE approval_votes ADD COLUMN is_always INTEGER NOT NULL DEFAULT 0"]),
    Migration(room: "approvals", number: 6, sql: ["ALTER TABLE approvals ADD COLUMN question TEXT"]),
  ]
}

/// A durable question whether exactly this call may be done.
package struct Approval: Sendable {
  /// Who refused a request; `nil` where nobody did.
  package static func refuser(of id: String, _ rows: some Querying) throws -> PersonID? {
    try rows.first(
      "SELECT person FROM approval_votes WHERE tenant = :tenant AND approval = ? AND is_yes = 0 ORDER BY at DESC", id
    ) { $0.id(0) }
  }

  package enum State: String, Sendable {
    case waiting
    /// Agreed to, and still to be done.
    case granted
    /// Done, once.
    case used
    case refused, expired
    /// Agreed to, but it could not be done any more.
    case failed
  }

  package let id: String
  /// With marks in the places of what is secret.
  package let call: ActionCall
  /// Of the call as it was asked for.
  package let bound: String
  package let requester: PersonID
  /// Which agent or workflow wants it; empty when the person said it.
  package let agent: String
  package let door: String
  package let language: String
  package let scopes: Set<String>
  package let tier: ApprovalPolicy.Tier
  package let amount: Money?
  /// Whoever asked waits for the answer and does it then.
  package let isHeld: Bool
  package let state: State
  package let askedAt: Instant
  package let expiresAt: Instant
  /// Which of several times it is wanted, where the same call may be wanted again.
  package let occasion: String?
  /// All arguments, where some are secret and it is not settled.
  let sealed: [UInt8]?
  /// In which words it was asked for, without what is secret.
  let question: Say?

  /// What an approval binds: the action with its exact arguments, and who asked.
  static func bind(_ call: ActionCall, requester: PersonID, agent: String, occasion: String? = nil) -> String {
    let sorted = JSON.object(call.arguments).sorted.text()
    let parts = [call.name, sorted, requester.text, agent] + (occasion.map { [$0] } ?? [])
    return Hex.encode(SHA256.hash(JSON(parts).text()))
  }

  package var json: JSON {
    [
      "id": .string(id), "action": .string(call.name), "arguments": .object(call.arguments), "hash": .string(bound),
      "requester": .string(requester.text), "agent": .string(agent), "tier": .string(tier.rawValue),
      "amount": JSON(amount?.description), "state": .string(state.rawValue), "asked_at": .string(askedAt.description),
      "expires_at": .string(expiresAt.description),
    ]
  }

  static let columns = """
    id, action, arguments, bound, requester, agent, door, language, scopes, tier, amount, is_held, state, asked_at, \
    expires_at, occasion, sealed, question
    """

  static func read(_ row: Row) -> Approval {
    Approval(
      id: row.text(0), call: ActionCall(row.text(1), (try? JSON.parse(row.text(2)))?.object ?? [:]), bound: row.text(3),
      requester: PersonID(row.text(4)), agent: row.text(5), door: row.text(6), language: row.text(7),
      scopes: Set(row.text(8).split(separator: " ").map(String.init)),
      // a tier that cannot be read is the strictest
      tier: ApprovalPolicy.Tier(rawValue: row.text(9)) ?? .two,
      amount: row.optionalText(10).flatMap(Money.init(stored:)),
      isHeld: row.bool(11), state: State(rawValue: row.text(12)) ?? .refused, askedAt: row.instant(13),
      expiresAt: row.instant(14), occasion: row.optionalText(15), sealed: row.isNull(16) ? nil : row.blob(16),
      question: row.optionalText(17).flatMap { Say(stored: $0) })
  }

  package static func find(_ id: String, _ reader: some Querying) throws -> Approval? {
    try reader.first("SELECT \(columns) FROM approvals WHERE tenant = :tenant AND id = ?", id, map: read)
  }

  /// Newest first.
  package static func list(_ state: State?, limit: Int, _ reader: some Querying) throws -> [Approval] {
    try reader.query(
      """
      SELECT \(columns) FROM approvals WHERE tenant = :tenant AND (? IS NULL OR state = ?)
      ORDER BY asked_at DESC, id DESC LIMIT ?
      """, state?.rawValue, state?.rawValue, limit, map: read)
  }
}

extension Money {
  /// Reads what `description` wrote.
  init?(stored text: String) {
    let words = text.split(separator: " ").map(String.init)
    guard words.count == 2 else { return nil }
    self.init(decimal: words[0], currency: words[1])
  }
}

extension JSON {
  /// With the members of each object in order of their names, so that the same arguments have the same text.
  var sorted: JSON {
    switch self {
    case .object(let object):
      .object(JSONObject(object.members.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted) }))
    case .array(let values): .array(values.map(\.sorted))
    default: self
    }
  }
}
