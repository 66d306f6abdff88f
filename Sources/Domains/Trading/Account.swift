import Base
import Messages
import Store

/// A person's paper money in one currency, kept by double entry: every step's rows sum to zero.
struct Account: Sendable {
  /// What a paper account begins with, in whole units of its currency.
  static let opening: Int64 = 1_000_000
  /// Taken of every fill, in hundredths of a percent: 0.1 %.
  static let feeBasisPoints: Int64 = 10

  static let cash = "cash", capital = "capital", fees = "fees", profit = "profit"
  static func holding(_ symbol: String) -> String { "holding/\(symbol)" }

  let person: PersonID
  let currency: String

  /// Rounded up: a fee is never nothing.
  static func fee(on value: Int64) -> Int64 { (value * feeBasisPoints + 9_999) / 10_000 }

  static func all(of person: PersonID, _ rows: some Querying) throws -> [Account] {
    try rows.query(
      """
      SELECT currency, min(at) FROM trade_ledger WHERE tenant = :tenant AND person = ? AND account = ?
      GROUP BY currency ORDER BY min(at), currency
      """, person, capital
    ) { Account(person: person, currency: $0.text(0)) }
  }

  func openedAt(_ rows: some Querying) throws -> Instant? {
    try rows.first(
      "SELECT min(at) FROM trade_ledger WHERE tenant = :tenant AND person = ? AND currency = ? AND account = ?", person,
      currency, Self.capital
    ) { $0.optionalInstant(0) } ?? nil
  }

  /// What an account holds, up to and including a moment.
  func balance(_ account: String, until: Instant? = nil, _ rows: some Querying) throws -> Int64 {
    try rows.first(
      """
      SELECT sum(minor) FROM trade_ledger WHERE tenant = :tenant AND person = ? AND currency = ?
        AND account = ? AND at <= ?
      """, person, currency, account, until?.microseconds ?? Int64.max
    ) { $0.optionalInt(0) ?? 0 } ?? 0
  }

  /// Cash that no open order holds back.
  func free(_ rows: some Querying) throws -> Int64 {
    let reserved =
      try rows.first(
        """
        SELECT sum(o.reserved) FROM trade_orders o
        JOIN trade_symbols s ON s.tenant = o.tenant AND s.symbol = o.symbol
        WHERE o.tenant = :tenant AND o.person = ? AND o.state = 'open' AND o.side = 'buy' AND s.currency = ?
        """, person, currency
      ) { $0.optionalInt(0) ?? 0 } ?? 0
    return try balance(Self.cash, rows) - reserved
  }

  /// Opens the account with its paper money, once.
  func open(in transaction: Transaction) throws {
    guard try openedAt(transaction) == nil else { return }
    var minor = Self.opening
    for _ in 0..<Money.digits(of: currency) { minor *= 10 }
    try post([(Self.cash, minor), (Self.capital, -minor)], step: "opening", in: transaction)
  }

  /// Writes the rows of one step.
  ///
  /// - Throws: when they do not sum to zero, which undoes the whole change.
  func post(_ rows: [(account: String, minor: Int64)], step: String, in transaction: Transaction) throws {
    guard rows.reduce(0, { $0 + $1.minor }) == 0 else {
      throw StoreError(.misuse, "A step of the paper ledger does not sum to zero.")
    }
    for row in rows where row.minor != 0 {
      try transaction.execute(
        """
        INSERT INTO trade_ledger (tenant, id, person, at, step, account, currency, minor)
        VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?)
        """, transaction.newID(), person, transaction.now, step, row.account, currency, row.minor)
    }
  }
}

/// How much of a symbol is held, and what was paid for it (fees apart).
struct Position: Sendable, Hashable {
  let symbol: String
  var quantity: Scaled
  /// In the currency's smallest unit.
  var cost: Int64

  /// For one unit; shown only.
  func average(in currency: String) -> Scaled? {
    var scale: Int128 = Int128(Scaled.one) * Int128(Scaled.one)
    for _ in 0..<Money.digits(of: currency) { scale /= 10 }
    guard quantity.units > 0, let units = Int64(exactly: Int128(cost) * scale / Int128(quantity.units)) else {
      return nil
    }
    return Scaled(units: units)
  }

  static func all(of person: PersonID, _ rows: some Querying) throws -> [Position] {
    try rows.query(
      """
      SELECT symbol, quantity, cost FROM trade_positions WHERE tenant = :tenant AND person = ? AND quantity > 0
      ORDER BY symbol
      """, person
    ) { Position(symbol: $0.text(0), quantity: Scaled(units: $0.int(1)), cost: $0.int(2)) }
  }

  static func of(_ symbol: String, _ person: PersonID, _ rows: some Querying) throws -> Position {
    try rows.first(
      "SELECT quantity, cost FROM trade_positions WHERE tenant = :tenant AND person = ? AND symbol = ?", person, symbol
    ) { Position(symbol: symbol, quantity: Scaled(units: $0.int(0)), cost: $0.int(1)) }
      ?? Position(symbol: symbol, quantity: Scaled(units: 0), cost: 0)
  }

  func save(for person: PersonID, in transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO trade_positions (tenant, person, symbol, quantity, cost) VALUES (:tenant, ?, ?, ?, ?)
      ON CONFLICT (tenant, person, symbol) DO UPDATE SET quantity = excluded.quantity, cost = excluded.cost
      """, person, symbol, quantity.units, cost)
  }
}
