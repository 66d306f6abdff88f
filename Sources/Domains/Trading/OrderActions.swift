import Actions
import Base
import Formats
import Messages
import People
import Schedule
import Store

struct BuyPaper: Action {
  static let name = "trade.buy"
  static let summary = "Buys with paper money, at once or when the price falls to a limit."
  static let effect = Effect.money

  @Parameter("What to buy.", kind: .entity("symbols")) var symbol: String
  @Parameter("How much of it.") var quantity: Double
  @Parameter("The most to pay for one; at once at the market's price when left out.") var limit: LimitPrice?
  @Parameter("Your own id of the order: the same id never orders twice.") var clientId: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    try NewOrder(side: .buy, symbol: symbol, quantity: quantity, limit: limit, client: clientId, by: context.actor)
      .result()
  }
}

struct SellPaper: Action {
  static let name = "trade.sell"
  static let summary = "Sells what the paper account holds, at once or when the price rises to a limit."
  static let effect = Effect.money

  @Parameter("What to sell.", kind: .entity("symbols")) var symbol: String
  @Parameter("How much of it.") var quantity: Double
  @Parameter("The least to get for one; at once at the market's price when left out.") var limit: LimitPrice?
  @Parameter("Your own id of the order: the same id never orders twice.") var clientId: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    try NewOrder(side: .sell, symbol: symbol, quantity: quantity, limit: limit, client: clientId, by: context.actor)
      .result()
  }
}

/// What both sides have in common.
private struct NewOrder: Sendable {
  let side: Order.Side
  let symbol: String
  let quantity: Scaled
  let limit: LimitPrice?
  let client: String?
  let person: PersonID

  init(
    side: Order.Side, symbol: String, quantity: Double, limit: LimitPrice?, client: String?, by person: Person
  ) throws {
    guard let scaled = Scaled(quantity), scaled.units > 0 else {
      throw ActionError(
        "trade.quantity_invalid", sentence: "How many? More than nothing and less than a billion.", field: "quantity")
    }
    guard (client?.utf8.count ?? 0) <= 100 else {
      throw ActionError("trade.client_id_invalid", sentence: "An order id has at most 100 bytes.", field: "client_id")
    }
    self.side = side
    self.symbol = symbol
    self.quantity = scaled
    self.limit = limit
    self.client = client
    self.person = person.id
  }

  /// Everything that decides (price, cash, holdings, the id) is read inside the change.
  func result() -> ActionResult {
    .change { transaction in
      let symbol = try Market.symbol(symbol, transaction)
      if let client, let known = try Order.find(client: client, of: person, transaction) {
        return Outcome(
          known.say(known.state == "open" ? "trade.open" : "trade.filled", in: symbol.currency), data: known.json)
      }
      if let currency = limit?.currency, currency != symbol.currency {
        throw ActionError(
          "trade.currency", ["symbol": .text(symbol.name), "currency": .text(symbol.currency)],
          sentence: "\(symbol.name) is priced in \(symbol.currency).", field: "limit")
      }
      let account = Account(person: person, currency: symbol.currency)
      try account.open(in: transaction)
      let quote = try Market.freshQuote(symbol, at: transaction.now, transaction)
      let isNow = limit.map { side == .buy ? quote.price <= $0.price : quote.price >= $0.price } ?? true
      let reserved = try check(quote, account, isNow: isNow, transaction)
      var order = Order(
        id: transaction.newID(), person: person, symbol: symbol.name, side: side, quantity: quantity,
        limit: limit?.price, reserved: isNow ? 0 : reserved, state: isNow ? "filled" : "open",
        createdAt: transaction.now)
      try order.place(client: client, in: symbol, transaction)
      guard isNow else {
        try order.await(after: quote.candleAt, in: symbol, transaction)
        return Outcome(
          order.say("trade.open", in: symbol.currency), data: order.json,
          inverse: ActionCall(CancelOrder.name, ["order": .string(order.id)]))
      }
      let profit: Int64
      (order, profit) = try order.filled(at: quote.price, candle: quote.candleAt, in: symbol, transaction)
      var say = order.say("trade.now", profit: profit, in: symbol.currency)
      say.values["cash"] = .money(
        Money(minor: try account.balance(Account.cash, transaction), currency: symbol.currency))
      say.buttons = [.init("button.trade.positions", action: ShowPositions.name, isSingleUse: false)]
      return Outcome(say, data: order.json)
    }
  }

  /// - Returns: the cash that the order takes at most.
  private func check(_ quote: Market.Quote, _ account: Account, isNow: Bool, _ transaction: Transaction) throws -> Int64
  {
    switch side {
    case .sell:
      let held = try Order.sellable(quote.symbol.name, person, transaction)
      guard held >= quantity else { throw Order.notHeld(quote.symbol.name, held) }
      // said now: an order that waits would fail unseen
      let price = isNow ? quote.price : limit?.price ?? quote.price
      guard Scaled.value(quantity, at: price, in: account.currency, .down) ?? 0 > 0 else { throw Order.tooSmall }
      return 0
    case .buy:
      let free = try account.free(transaction)
      let price = isNow ? quote.price : limit?.price ?? quote.price
      guard let value = Scaled.value(quantity, at: price, in: account.currency, .up), value < Int64.max / 16,
        value + Account.fee(on: value) <= free
      else { throw Order.noCash(account, free: free) }
      return value + Account.fee(on: value)
    }
  }
}

struct ShowOrders: Action {
  static let name = "trade.orders"
  static let summary = "Lists the paper orders that wait for their limit, and the last ones settled."
  static let effect = Effect.read

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = context.actor.id
    let (open, settled, currencies) = try await context.store.read { reader in
      (
        try Order.open(of: person, reader), try Order.settled(of: person, limit: 5, reader),
        Dictionary(try Market.symbols(reader).map { ($0.name, $0.currency) }, uniquingKeysWith: { first, _ in first })
      )
    }
    let data: JSON = ["open": .array(open.map(\.json)), "settled": .array(settled.map(\.json))]
    guard !open.isEmpty || !settled.isEmpty else { return .answer(Say("trade.orders.none"), data: data) }
    func line(_ order: Order, _ key: String) -> Say { order.say(key, in: currencies[order.symbol] ?? "USD") }
    let lines =
      open.prefix(15).map { line($0, "trade.orders.open") }
      + settled.map { line($0, $0.state == "filled" ? "trade.orders.filled" : "trade.orders.cancelled") }
    let buttons = open.prefix(3).map { order in
      Say.Button(
        "button.trade.cancel", ["symbol": .text(order.symbol), "quantity": order.quantity.shown],
        action: CancelOrder.name, arguments: ["order": .string(order.id)])
    }
    return .answer(
      Say("trade.orders", ["count": .integer(Int64(open.count))], lines: lines, buttons: buttons), data: data)
  }
}

struct CancelOrder: Action {
  static let name = "trade.cancel"
  static let summary = "Cancels a paper order that waits for its limit."
  static let effect = Effect.write

  @Parameter("Its id, its symbol, or its number among the open orders; the only one when left out.") var order: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (person, wanted) = (context.actor.id, order)
    let (open, currencies) = try await context.store.read { reader in
      (
        try Order.open(of: person, reader),
        Dictionary(try Market.symbols(reader).map { ($0.name, $0.currency) }, uniquingKeysWith: { first, _ in first })
      )
    }
    let found = Self.matching(wanted, in: open)
    guard let first = found.first else {
      throw ActionError(
        open.isEmpty ? "trade.no_orders" : "trade.order_unknown", ["order": .text(wanted ?? "")],
        sentence: "There is no such open order.", field: "order")
    }
    guard found.count == 1 else {
      let buttons = found.prefix(3).map { order in
        Say.Button(
          "button.trade.cancel", ["symbol": .text(order.symbol), "quantity": order.quantity.shown], action: Self.name,
          arguments: ["order": .string(order.id)])
      }
      let lines = found.prefix(10).map { $0.say("trade.orders.open", in: currencies[$0.symbol] ?? "USD") }
      return .ask(Say("trade.cancel.which", lines: lines, buttons: buttons), parameter: "order")
    }
    let say = Say("trade.cancel", ["symbol": .text(first.symbol), "quantity": first.quantity.shown])
    return .change { transaction in
      let changed = try transaction.execute(
        """
        UPDATE trade_orders SET state = 'cancelled', reserved = 0, settled_at = ?
        WHERE tenant = :tenant AND id = ? AND person = ? AND state = 'open'
        """, transaction.now, first.id, person)
      guard changed == 1 else {
        throw ActionError(
          "trade.order_closed", ["symbol": .text(first.symbol)], sentence: "That order is not open any more.",
          field: "order")
      }
      try transaction.unschedule(Order.dueKind, subject: first.id)
      return Outcome(say, data: ["id": .string(first.id)])
    }
  }

  private static func matching(_ wanted: String?, in open: [Order]) -> [Order] {
    guard let wanted else { return open }
    if let order = open.first(where: { $0.id == wanted }) { return [order] }
    if let number = Int(wanted), open.indices.contains(number - 1) { return [open[number - 1]] }
    return open.filter { Market.fold($0.symbol) == Market.fold(wanted) }
  }
}
