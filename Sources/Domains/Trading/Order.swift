import Actions
import Base
import Delivery
import Formats
import Messages
import Schedule
import Store

/// A wish to buy or sell, at once or when the price reaches a limit.
struct Order: Sendable {
  enum Side: String, Sendable { case buy, sell }

  let id: String
  let person: PersonID
  let symbol: String
  let side: Side
  let quantity: Scaled
  let limit: Scaled?
  /// Cash that an open order to buy holds back.
  let reserved: Int64
  let state: String
  let createdAt: Instant
  var fill: Fill?

  struct Fill: Sendable, Hashable {
    let price: Scaled
    /// What the quantity cost or brought, fees apart.
    let value: Int64
    let fee: Int64
    let candleAt: Instant
  }

  static let dueKind = "trade.limit"
  private static let columns =
    """
    SELECT id, person, symbol, side, quantity, limit_price, reserved, state, created_at, price, value, fee, candle_at
    FROM trade_orders
    """

  private static func read(_ row: Row) -> Order {
    var order = Order(
      id: row.text(0), person: row.id(1), symbol: row.text(2), side: Side(rawValue: row.text(3)) ?? .buy,
      quantity: Scaled(units: row.int(4)), limit: row.optionalInt(5).map { Scaled(units: $0) }, reserved: row.int(6),
      state: row.text(7), createdAt: row.instant(8))
    if let price = row.optionalInt(9) {
      order.fill = Fill(
        price: Scaled(units: price), value: row.int(10), fee: row.int(11), candleAt: row.instant(12))
    }
    return order
  }

  static func find(_ id: String, of person: PersonID, _ rows: some Querying) throws -> Order? {
    try rows.first(columns + " WHERE tenant = :tenant AND person = ? AND id = ?", person, id, map: read)
  }

  static func find(client: String, of person: PersonID, _ rows: some Querying) throws -> Order? {
    try rows.first(columns + " WHERE tenant = :tenant AND person = ? AND client_id = ?", person, client, map: read)
  }

  /// Oldest first.
  static func open(of person: PersonID, _ rows: some Querying) throws -> [Order] {
    try rows.query(
      columns + " WHERE tenant = :tenant AND person = ? AND state = 'open' ORDER BY id LIMIT 200", person, map: read)
  }

  static func open(on symbol: String, _ rows: some Querying) throws -> [Order] {
    try rows.query(
      columns + " WHERE tenant = :tenant AND symbol = ? AND state = 'open' ORDER BY id", symbol, map: read)
  }

  /// Newest first.
  static func settled(of person: PersonID, limit: Int, _ rows: some Querying) throws -> [Order] {
    try rows.query(
      columns + " WHERE tenant = :tenant AND person = ? AND state <> 'open' ORDER BY settled_at DESC, id DESC LIMIT ?",
      person, limit, map: read)
  }

  var json: JSON {
    var object: JSONObject = [
      "id": .string(id), "symbol": .string(symbol), "side": .string(side.rawValue),
      "quantity": .string(quantity.decimal), "state": .string(state),
    ]
    object["limit"] = limit.map { .string($0.decimal) }
    if let fill {
      object["price"] = .string(fill.price.decimal)
      object["candle"] = .string(fill.candleAt.description)
    }
    return .object(object)
  }

  // MARK: Placing

  /// Writes a new order after checking that it can be paid for or is held. The check and the reserve are one change.
  func place(client: String?, in symbol: Market.Symbol, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO trade_orders (tenant, id, person, symbol, side, quantity, limit_price, reserved, state, client_id,
        created_at)
      VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?)
      """, id, person, self.symbol, side.rawValue, quantity.units, limit?.units, reserved, client, createdAt)
  }

  /// What is held and not promised to another open order to sell.
  static func sellable(_ symbol: String, _ person: PersonID, _ rows: some Querying) throws -> Scaled {
    let promised =
      try rows.first(
        """
        SELECT sum(quantity) FROM trade_orders
        WHERE tenant = :tenant AND person = ? AND symbol = ? AND state = 'open' AND side = 'sell'
        """, person, symbol
      ) { $0.optionalInt(0) ?? 0 } ?? 0
    return Scaled(units: try Position.of(symbol, person, rows).quantity.units - promised)
  }

  // MARK: Filling

  /// Moves money and holdings, once.
  ///
  /// - Returns: the order with its fill, and the profit that a sale realised.
  func filled(
    at price: Scaled, candle: Instant, in symbol: Market.Symbol, _ transaction: Transaction
  ) throws -> (order: Order, profit: Int64) {
    guard
      let value = Scaled.value(quantity, at: price, in: symbol.currency, side == .buy ? .up : .down), value > 0
    else {
      throw Self.tooSmall
    }
    let fee = Account.fee(on: value)
    let account = Account(person: person, currency: symbol.currency)
    var position = try Position.of(self.symbol, person, transaction)
    let profit: Int64
    let holding = Account.holding(self.symbol)
    switch side {
    case .buy:
      guard try account.balance(Account.cash, transaction) >= value + fee else { throw Self.noCash(account) }
      position.quantity.units += quantity.units
      position.cost += value
      profit = 0
      try account.post(
        [(Account.cash, -value - fee), (holding, value), (Account.fees, fee)], step: id, in: transaction)
    case .sell:
      guard position.quantity >= quantity else { throw Self.notHeld(self.symbol, position.quantity) }
      // all of it takes all the cost, so that nothing is left over by rounding
      let share = Int128(position.cost) * Int128(quantity.units) / Int128(position.quantity.units)
      let cost = position.quantity == quantity ? position.cost : Int64(share)
      position.quantity.units -= quantity.units
      position.cost -= cost
      profit = value - cost
      try account.post(
        [(Account.cash, value - fee), (holding, -cost), (Account.profit, -profit), (Account.fees, fee)], step: id,
        in: transaction)
    }
    try position.save(for: person, in: transaction)
    let changed = try transaction.execute(
      """
      UPDATE trade_orders SET state = 'filled', reserved = 0, settled_at = ?, candle_at = ?, price = ?, value = ?, fee = ?
      WHERE tenant = :tenant AND id = ? AND state = 'open'
      """, transaction.now, candle, price.units, value, fee, id)
    guard changed == 1 else { throw StoreError(.misuse, "An order is filled once.") }
    try transaction.unschedule(Self.dueKind, subject: id)
    var order = self
    order.fill = Fill(price: price, value: value, fee: fee, candleAt: candle)
    return (order, profit)
  }

  static func noCash(_ account: Account, free: Int64? = nil) -> ActionError {
    ActionError(
      "trade.no_cash", free.map { ["free": .money(Money(minor: $0, currency: account.currency))] } ?? [:],
      sentence: "There is not enough paper cash for that.", field: "quantity")
  }

  static let tooSmall = ActionError(
    "trade.too_small", sentence: "That is worth less than the smallest coin.", field: "quantity")

  static func notHeld(_ symbol: String, _ held: Scaled) -> ActionError {
    ActionError(
      "trade.not_held", ["symbol": .text(symbol), "held": held.shown],
      sentence: "You hold \(held.decimal) \(symbol) that could be sold; there is no selling short.",
      field: "quantity")
  }

  // MARK: Waiting for the limit

  /// Makes the order due when the replay comes to the first candle that crosses its limit.
  ///
  /// - Parameter after: the candle time that has been seen already.
  func await(after seen: Instant, in symbol: Market.Symbol, _ transaction: Transaction) throws {
    try transaction.unschedule(Self.dueKind, subject: id)
    guard let crossing = try crossing(after: seen, transaction),
      let replay = try Market.replay(of: symbol, at: transaction.now, transaction)
    else { return }
    try transaction.schedule(
      Self.dueKind, subject: id, person: person, at: replay.wallTime(of: crossing.at),
      payload: ["candle": .integer(crossing.at.microseconds)])
  }

  private func crossing(after seen: Instant, _ rows: some Querying) throws -> (at: Instant, price: Scaled)? {
    guard let limit else { return nil }
    let condition = side == .buy ? "low <= ?" : "high >= ?"
    return try rows.first(
      """
      SELECT at, open FROM trade_candles WHERE tenant = :tenant AND symbol = ? AND at > ? AND \(condition)
      ORDER BY at LIMIT 1
      """, symbol, seen, limit.units
    ) { row in
      // a market that opens beyond the limit fills at its open, which is better
      let open = Scaled(units: row.int(1))
      return (row.instant(0), side == .buy ? min(open, limit) : max(open, limit))
    }
  }

  static let dueHandler = DueHandler(dueKind) { items, transaction in
    for item in items {
      guard let person = item.person, let order = try find(item.subject, of: person, transaction),
        order.state == "open", let candle = item.payload["candle"].int64
      else { continue }
      let symbol = try Market.symbol(order.symbol, transaction)
      // the candle is read again: it may have been corrected by an import
      guard
        let crossing = try order.crossing(after: Instant(microseconds: candle - 1), transaction),
        crossing.at.microseconds == candle
      else {
        try order.await(after: Instant(microseconds: candle), in: symbol, transaction)
        continue
      }
      let (filled, profit) = try order.filled(at: crossing.price, candle: crossing.at, in: symbol, transaction)
      try transaction.tell(
        person, filled.say("trade.filled", profit: profit, in: symbol.currency), dedupeKey: "trade.filled/\(order.id)")
    }
  }

  /// What happened, as the person reads it: `key.buy` or `key.sell`.
  func say(_ key: String, profit: Int64 = 0, in currency: String) -> Say {
    var values: [String: Say.Value] = ["symbol": .text(symbol), "quantity": quantity.shown]
    if let limit { values["limit"] = .price(limit, currency) }
    if let fill {
      values["price"] = .price(fill.price, currency)
      values["value"] = .money(Money(minor: fill.value, currency: currency))
      values["fee"] = .money(Money(minor: fill.fee, currency: currency))
      values["candle"] = .text(Market.time(fill.candleAt))
      if side == .sell { values["profit"] = .gain(profit, currency) }
    }
    return Say("\(key).\(side.rawValue)", values)
  }
}
