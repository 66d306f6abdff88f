import Base
import Crypto
import Formats
package import Store

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
      ])
  ]
}

/// Who did what: one line an applied action, chained by a keyed HMAC, so that an edit or a gap shows.
package struct AuditLog: Sendable {
  private let key: [UInt8]

  /// - Parameter key: 32 bytes derived from the master key.
  package init(key: [UInt8]) { self.key = key }

  func append(_ call: ActionCall, by actor: PersonID, door: String, in transaction: Transaction) throws {
    let last = try transaction.first(
      "SELECT number, seal FROM audit WHERE tenant = :tenant ORDER BY number DESC LIMIT 1"
    ) { (number: $0.int(0), seal: $0.blob(1)) }
    let number = (last?.number ?? 0) + 1
    let arguments = JSON.object(call.arguments).text()
    let seal = seal(
      last?.seal ?? [], tenant: transaction.tenant, number: number, at: transaction.now, actor: actor.text, door: door,
      action: call.name, arguments: arguments)
    try transaction.execute(
      """
      INSERT INTO audit (tenant, number, at, actor, door, action, arguments, seal) VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?)
      """, number, transaction.now, actor, door, call.name, arguments, seal)
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
      "SELECT number, at, actor, door, action, arguments, seal FROM audit WHERE tenant = :tenant ORDER BY number"
    ) { row in
      let sealed = seal(
        previous, tenant: reader.tenant, number: row.int(0), at: row.instant(1), actor: row.text(2), door: row.text(3),
        action: row.text(4), arguments: row.text(5))
      guard row.int(0) == expected, constantTimeEqual(sealed, row.blob(6)) else {
        broken = expected
        return false
      }
      previous = sealed
      expected += 1
      return true
    }
    return broken
  }
}
