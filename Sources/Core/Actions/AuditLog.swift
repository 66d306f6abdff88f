package import Base
package import Crypto
package import Formats
package import Store
import Telemetry
import Text

package enum ActionMigrations {
  package static let all: [Migration] = [
    Migration(
      room: "actions", number: 1,
      sql: [
        """
        CREATE TABLE audit (
          tenant TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, actor TEXT NOT NULL, door TEXT NOT NULL,
          action TEXT NOT NULL, arguments TEXT NOT NULL, seal BLOB NOT NULL, PRIMARY KEY (tenant, number)) STRICT
        """,
        """
        CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END
        """,
        """
        CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END
        """,
      ]),
    // who did what stays; the words of somebody who is forgotten may go, under a seal of their own
    Migration(
      room: "actions", number: 2,
      sql: [
        "ALTER TABLE audit ADD COLUMN erased BLOB",
        "DROP TRIGGER audit_no_update",
        """
        CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
        WHEN new.arguments <> '' OR new.erased IS NULL OR new.tenant <> old.tenant OR new.number <> old.number
          OR new.at <> old.at OR new.actor <> old.actor OR new.door <> old.door OR new.action <> old.action
          OR new.seal <> old.seal
        BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END
        """,
      ]),
  ]
}

/// A call of an action that somebody made before.
package struct DoneBefore: Sendable {
  package var at: Instant
  package var arguments: JSONObject

  package init(at: Instant, arguments: JSONObject) {
    (self.at, self.arguments) = (at, arguments)
  }
}

/// Who did what: one line an applied action, chained by a keyed HMAC, so that an edit or a gap shows.
package struct AuditLog: Sendable {
  private let key: [UInt8]

  /// - Parameter key: 32 bytes derived from the master key.
  package init(key: [UInt8]) { self.key = key }

  /// The log of a house: its seals have a key of their own.
  package init(masterKey: SecretKey) {
    key = masterKey.withBytes { HMAC.sha256(key: $0, message: Array("audit".utf8)) }
  }

  func append(_ call: ActionCall, by actor: PersonID, door: String, in transaction: Transaction) throws {
    let last = try transaction.first(
      "SELECT number, seal FROM audit WHERE tenant = :tenant ORDER BY number DESC LIMIT 1"
    ) { (number: $0.int(0), seal: $0.blob(1)) }
    let number = (last?.number ?? 0) + 1
    let arguments = JSON.object(call.arguments).withoutSecrets.text()
    let seal = seal(
      last?.seal ?? [], tenant: transaction.tenant, number: number, at: transaction.now, actor: actor.text, door: door,
      action: call.name, arguments: arguments)
    try transaction.execute(
      """
      INSERT INTO audit (tenant, number, at, actor, door, action, arguments, seal) VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?)
      """, number, transaction.now, actor, door, call.name, arguments, seal)
  }

  /// Lines that a question for the last one of a kind goes back over.
  private static let lookback: Int64 = 20_000

  /// The last lines of an action by a person that have arguments, the latest first.
  package func last(_ action: String, by actor: PersonID, limit: Int, _ rows: TenantReader) throws -> [DoneBefore] {
    let end = try rows.first("SELECT max(number) FROM audit WHERE tenant = :tenant") { $0.optionalInt(0) } ?? nil
    guard let end else { return [] }
    return try rows.query(
      """
      SELECT at, arguments FROM audit
      WHERE tenant = :tenant AND number > ? AND actor = ? AND action = ? AND arguments <> '' ORDER BY number DESC LIMIT ?
      """, end - Self.lookback, actor, action, limit
    ) { row in
      (try? JSON.parse(row.text(1)).object).map { DoneBefore(at: row.instant(0), arguments: $0) }
    }.compactMap(\.self)
  }

  /// Takes the arguments out of the lines that a person wrote or that name them. The chain still holds: an erased line
  /// carries a second seal, which nobody without the key can make.
  ///
  /// - Returns: how many lines were erased.
  package func erase(
    _ person: PersonID, naming names: [String], in transaction: Transaction
  ) throws -> Int {
    let words = [person.text] + names.filter { $0.count > 2 }
    return try erase(in: transaction) { actor, arguments in
      actor == person.text || words.contains { arguments.contains($0) }
    }
  }

  /// Takes the arguments out of the lines that a person wrote and in which one of some names stands.
  func unsay(_ names: [String], by person: PersonID, in transaction: Transaction) throws -> Int {
    try erase(in: transaction) { actor, arguments in
      actor == person.text && names.contains { WordSearch.holds(arguments, $0) }
    }
  }

  private func erase(
    in transaction: Transaction, where isLeaving: (_ actor: String, _ arguments: String) -> Bool
  ) throws -> Int {
    var previous: [UInt8] = []
    var erased: [(number: Int64, seal: [UInt8])] = []
    try transaction.scan(
      "SELECT number, at, actor, door, action, arguments, seal FROM audit WHERE tenant = :tenant ORDER BY number"
    ) { row in
      let arguments = row.text(5)
      if !arguments.isEmpty, isLeaving(row.text(2), arguments) {
        erased.append((row.int(0), erasure(of: row, after: previous, tenant: transaction.tenant)))
      }
      previous = row.blob(6)
      return true
    }
    for line in erased {
      try transaction.execute(
        "UPDATE audit SET arguments = '', erased = ? WHERE tenant = :tenant AND number = ?", line.seal, line.number)
    }
    return erased.count
  }

  /// Vouches for an erased line: for its own seal, which its words can no longer prove, its place and what it keeps.
  private func erasure(of row: Row, after previous: [UInt8], tenant: TenantID) -> [UInt8] {
    seal(
      previous + row.blob(6), tenant: tenant, number: row.int(0), at: row.instant(1), actor: row.text(2),
      door: row.text(3), action: row.text(4), arguments: "")
  }

  private func seal(
    _ previous: [UInt8], tenant: TenantID, number: Int64, at: Instant, actor: String, door: String, action: String,
    arguments: String
  ) -> [UInt8] {
    // JSON of the parts: no two different lines have the same bytes
    let line: JSON = [
      .string(tenant.text), .integer(number), .integer(at.microseconds), .string(actor), .string(door),
      .string(action), .string(arguments),
    ]
    return HMAC.sha256(key: key, message: previous + Array(line.text().utf8))
  }

  /// Checks the whole chain of a tenant.
  ///
  /// - Returns: the number of the first line that does not fit, or `nil` when all do.
  package func firstBroken(_ reader: TenantReader) throws -> Int64? {
    var previous: [UInt8] = []
    var expected: Int64 = 1
    var broken: Int64?
    try reader.scan(
      "SELECT number, at, actor, door, action, arguments, seal, erased FROM audit WHERE tenant = :tenant ORDER BY number"
    ) { row in
      let own = row.blob(6)
      let holds: Bool
      if let erased = row.optionalBlob(7) {
        holds =
          row.text(5).isEmpty && constantTimeEqual(erasure(of: row, after: previous, tenant: reader.tenant), erased)
      } else {
        let sealed = seal(
          previous, tenant: reader.tenant, number: row.int(0), at: row.instant(1), actor: row.text(2),
          door: row.text(3), action: row.text(4), arguments: row.text(5))
        holds = constantTimeEqual(sealed, own)
      }
      guard row.int(0) == expected, holds else {
        broken = expected
        return false
      }
      previous = own
      expected += 1
      return true
    }
    return broken
  }
}

extension JSON {
  /// With `***` for what has the name of a secret, and for what looks like one.
  var withoutSecrets: JSON {
    switch self {
    case .string(let text): .string(Redactor.shared.clean(text))
    case .array(let all): .array(all.map(\.withoutSecrets))
    case .object(let object):
      .object(
        JSONObject(
          object.map { member in
            if member.value.string?.isEmpty == false, Redactor.isSecret(name: member.key) { return (member.key, "***") }
            return (member.key, member.value.withoutSecrets)
          }))
    default: self
    }
  }
}
