import Base
import Store
import Time

/// What a paper account was worth over time: cash and holdings at the prices that were shown then.
struct Equity: Sendable {
  struct Point: Sendable, Hashable {
    let at: Instant
    let minor: Int64
  }

  struct Summary: Sendable {
    let currency: String
    let points: [Point]
    let cash: Int64
    let equity: Int64
    let realised: Int64
    let unrealised: Int64
    let fees: Int64
    /// Since the period began.
    var profit: Int64 { equity - (points.first?.minor ?? equity) }
  }

  private let account: Account
  private let symbols: [String: Market.Symbol]
  private let fills: [(at: Instant, symbol: String, units: Int64)]

  init(_ account: Account, _ rows: some Querying) throws {
    self.account = account
    symbols = Dictionary(
      try Market.symbols(rows).filter { $0.currency == account.currency }.map { ($0.name, $0) },
      uniquingKeysWith: { first, _ in first })
    fills = try rows.query(
      """
      SELECT settled_at, symbol, side, quantity FROM trade_orders
      WHERE tenant = :tenant AND person = ? AND state = 'filled' ORDER BY settled_at, id
      """, account.person
    ) { (at: $0.instant(0), symbol: $0.text(1), units: $0.text(2) == "buy" ? $0.int(3) : -$0.int(3)) }
  }

  /// The worth at a moment, in the smallest unit.
  func worth(at moment: Instant, _ rows: some Querying) throws -> Int64 {
    var held: [String: Int64] = [:]
    for fill in fills where fill.at <= moment { held[fill.symbol, default: 0] += fill.units }
    var worth = try account.balance(Account.cash, until: moment, rows)
    for (name, units) in held where units > 0 {
      guard let symbol = symbols[name], let quote = try Market.quote(symbol, at: moment, rows) else { continue }
      worth += Scaled.value(Scaled(units: units), at: quote.price, in: account.currency, .down) ?? 0
    }
    return worth
  }

  /// - Parameter count: of points between the beginning and now, both included.
  func summary(since: Instant?, now: Instant, points count: Int = 60, _ rows: some Querying) throws -> Summary {
    let opened = try account.openedAt(rows) ?? now
    let start = max(since ?? opened, opened)
    let span = max(0, (now - start).microseconds)
    var times = (0..<count).map { start + .microseconds(span / Int64(count - 1) * Int64($0)) }
    times[count - 1] = now
    // the moment before the first trade of a period belongs to it
    var points = try times.map { Point(at: $0, minor: try worth(at: $0, rows)) }
    if start == opened {
      points[0] = Point(at: opened, minor: -(try account.balance(Account.capital, rows)))
    }
    let cash = try account.balance(Account.cash, rows)
    let equity = try worth(at: now, rows)
    var cost: Int64 = 0
    for position in try Position.all(of: account.person, rows) where symbols[position.symbol] != nil {
      cost += position.cost
    }
    func moved(_ name: String) throws -> Int64 {
      let before = start == opened ? 0 : try account.balance(name, until: start, rows)
      return try account.balance(name, rows) - before
    }
    return Summary(
      currency: account.currency, points: points, cash: cash, equity: equity,
      realised: -(try moved(Account.profit)), unrealised: equity - cash - cost, fees: try moved(Account.fees))
  }
}
