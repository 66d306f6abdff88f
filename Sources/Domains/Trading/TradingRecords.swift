import Base
import Formats
import Schedule
import Store

/// What trading knows of a person. Prices are the tenant's and stay.
enum TradingRecords {
  @Sendable static func forget(_ person: PersonID, _ transaction: inout Transaction) throws -> Int {
    for order in try Order.open(of: person, transaction) {
      try transaction.unschedule(Order.dueKind, subject: order.id)
    }
    var gone = 0
    for statement in [
      "DELETE FROM trade_orders WHERE tenant = :tenant AND person = ?",
      "DELETE FROM trade_ledger WHERE tenant = :tenant AND person = ?",
      "DELETE FROM trade_positions WHERE tenant = :tenant AND person = ?",
    ] {
      gone += try transaction.execute(statement, person)
    }
    return gone
  }

  @Sendable static func export(_ person: PersonID, _ reader: TenantReader) throws -> JSON {
    let orders =
      try Order.open(of: person, reader) + Order.settled(of: person, limit: 1_000_000, reader)
    let ledger = try reader.query(
      """
      SELECT at, step, account, currency, minor FROM trade_ledger WHERE tenant = :tenant AND person = ? ORDER BY id
      """, person
    ) { row -> JSON in
      [
        "at": .string(row.instant(0).description), "step": .string(row.text(1)), "account": .string(row.text(2)),
        "amount": .string(Money(minor: row.int(4), currency: row.text(3)).description),
      ]
    }
    return ["orders": .array(orders.map(\.json)), "ledger": .array(ledger)]
  }
}
