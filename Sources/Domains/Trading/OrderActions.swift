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
  @Parameter("How much of it; an amount of money buys as many whole ones as it pays for.") var quantity: OrderSize
  @Parameter("The most to pay for one; at once at the market's price when left out.") var limit: LimitPrice?
  @Parameter("Whether the limit was said as a price to wait for.", default: false) var waits: Bool
  @Parameter("Your own id of the order: the same id never orders twice.") var clientId: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    try order(context).result()
  }

  func confirmation(in context: ActionContext) async throws -> Say? {
    let order = try order(context)
    return try await context.store.read { try order.question(at: context.now, $0) }
  }

  private func order(_ context: ActionContext) throws -> NewOrder {
    let amount: NewOrder.Amount =
      switch quantity {
      case .number(let number): .exactly(number)
      case .money(let money): .worth(money)
      }
    return try NewOrder(
      side: .buy, symbol: symbol, amount: amount, limit: limit, waits: waits, client: clientId,
      by: context.actor)
  }

  func worth(in context: ActionContext) async throws -> Worth {
    let order = try order(context)
    return try await context.store.read { try order.worth(at: context.now, $0) }
  }
}

struct SellPaper: Action {
  static let name = "trade.sell"
  static let summary = "Sells what the paper account holds, at once or when the price rises to a limit."
  static let effect = Effect.money

  @Parameter("What to sell.", kind: .entity("symbols")) var symbol: String
  @Parameter("How much of it.") var quantity: Double?
  @Parameter("All that is held, or half of it, instead of a number.", kind: .choice(["all", "half"]))
  var portion: String?
  @Parameter("The least to get for one; at once at the market's price when left out.") var limit: LimitPrice?
  @Parameter("Whether the limit was said as a price to wait for.", default: false) var waits: Bool
  @Parameter("Your own id of the order: the same id never orders twice.") var clientId: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    guard let order = try order(context) else {
      return .ask(Say("trade.sell.ask.quantity"), parameter: "quantity")
    }
    return order.result()
  }

  func confirmation(in context: ActionContext) async throws -> Say? {
    guard let order = try order(context) else { throw MissingParameter(name: "quantity") }
    return try await context.store.read { try order.question(at: context.now, $0) }
  }

  func worth(in context: ActionContext) async throws -> Worth {
    guard let order = try order(context) else { return .unknown }
    return try await context.store.read { try order.worth(at: context.now, $0) }
  }

  private func order(_ context: ActionContext) throws -> NewOrder? {
    let amount: NewOrder.Amount
    if let quantity {
      amount = .exactly(quantity)
    } else if let portion {
      amount = portion == "half" ? .half : .all
    } else {
      return nil
    }
    return try NewOrder(
      side: .sell, symbol: symbol, amount: amount, limit: limit, waits: waits, client: clientId,
      by: context.actor)
  }
}

/// What both sides have in common.
private struct NewOrder: Sendable {
  enum Amount: Sendable {
    case exactly(Double)
    /// So much money.
    case worth(LimitPrice)
    /// Of what is held.
    case all, half
  }

  let side: Order.Side
  let symbol: String
  /// `nil`: a part of what is held, looked up when the order is placed.
  let given: Scaled?
  let worth: LimitPrice?
  let isHalf: Bool
  let limit: LimitPrice?
  let waits: Bool
  let client: String?
  let person: PersonID

  init(
    side: Order.Side, symbol: String, amount: Amount, limit: LimitPrice?, waits: Bool, client: String?,
    by person: Person
  ) throws {
    var given: Scaled?
    if case .exactly(let quantity) = amount {
      given = Scaled(quantity)
      guard let given, given.units > 0 else {
        throw ActionError(
          "trade.quantity_invalid", sentence: "How many? More than nothing and less than a billion.",
          field: "quantity")
      }
    }
    self.given = given
    if case .half = amount { isHalf = true } else { isHalf = false }
    if case .worth(let money) = amount { worth = money } else { worth = nil }
    guard (client?.utf8.count ?? 0) <= 100 else {
      throw ActionError("trade.client_id_invalid", sentence: "An order id has at most 100 bytes.", field: "client_id")
    }
    self.side = side
    self.symbol = symbol
    self.limit = limit
    self.waits = waits
    self.client = client
    self.person = person.id
  }

  private func quantity(of symbol: Market.Symbol, at price: Scaled, _ rows: some Querying) throws -> Scaled {
    if let given { return given }
    if let worth {
      if let currency = worth.currency, currency != symbol.currency { throw wrongCurrency(symbol, "quantity") }
      // at the most that one may cost: what is bought for less leaves money over
      let most = limit.map { min($0.price, price) } ?? price
      let wanted = Int128(worth.price.units) * Int128(Scaled.one) / Int128(max(1, most.units))
      // coins are divided, shares are not
      let step: Int128 = symbol.aliases.isEmpty ? Int128(Scaled.one) : 10_000
      guard let units = Int64(exactly: wanted / step * step), units > 0, units < Scaled.limit else {
        throw ActionError(
          "trade.too_little", ["symbol": .text(symbol.name), "price": .price(most, symbol.currency)],
          sentence: "That buys not even one \(symbol.name).", field: "quantity")
      }
      return Scaled(units: units)
    }
    let held = try Order.sellable(symbol.name, person, rows)
    let wanted = isHalf ? Scaled(units: held.units / 2) : held
    guard wanted.units > 0 else { throw Order.notHeld(symbol.name, held) }
    return wanted
  }

  /// "Sell if it falls to 3500" must not sell now because the price is better: that would be the opposite.
  private func checkWait(_ quote: Market.Quote) throws {
    guard waits, let limit, side == .buy ? quote.price <= limit.price : quote.price >= limit.price else { return }
    throw ActionError(
      "trade.\(side.rawValue).no_stop",
      ["symbol": .text(quote.symbol.name), "price": .price(quote.price, quote.symbol.currency)],
      sentence: side == .buy
        ? "I can wait until a price falls before I buy, not until it rises."
        : "I can wait until a price rises before I sell, not until it falls.", field: "limit")
  }

  private func checkCurrency(_ symbol: Market.Symbol) throws {
    guard let currency = limit?.currency, currency != symbol.currency else { return }
    throw wrongCurrency(symbol, "limit")
  }

  private func wrongCurrency(_ symbol: Market.Symbol, _ field: String) -> ActionError {
    ActionError(
      "trade.currency", ["symbol": .text(symbol.name), "currency": .text(symbol.currency)],
      sentence: "\(symbol.name) is priced in \(symbol.currency).", field: field)
  }

  /// The order as it stands now, to be confirmed; what cannot be done is said before anybody says yes.
  func question(at now: Instant, _ rows: some Querying) throws -> Say {
    let symbol = try Market.symbol(symbol, rows)
    try checkCurrency(symbol)
    let quote = try Market.freshQuote(symbol, at: now, rows)
    let quantity = try self.quantity(of: symbol, at: quote.price, rows)
    try checkWait(quote)
    if side == .sell {
      let held = try Order.sellable(symbol.name, person, rows)
      guard held >= quantity else { throw Order.notHeld(symbol.name, held) }
    }
    var values: [String: Say.Value] = ["symbol": .text(symbol.name), "quantity": quantity.shown]
    if let limit {
      values["limit"] = .price(limit.price, symbol.currency)
    } else if let value = Scaled.value(
      quantity, at: quote.price, in: symbol.currency, side == .buy ? .up : .down)
    {
      values["value"] = .money(Money(minor: value, currency: symbol.currency))
    }
    return Say("trade.\(side.rawValue).confirm", values)
  }

  /// What it comes to at its limit; without one, or of a part of what is held, that is known only when it is done.
  func worth(at now: Instant, _ rows: some Querying) throws -> Worth {
    let symbol = try Market.symbol(symbol, rows)
    if given == nil, let worth {
      return Scaled.value(worth.price, at: Scaled(units: Scaled.one), in: symbol.currency, .up).map {
        .money(Money(minor: $0, currency: worth.currency ?? symbol.currency))
      } ?? .unknown
    }
    guard let limit, let given else { return .unknown }
    try checkCurrency(symbol)
    var price = limit.price
    // a limit is the least that a sale brings
    if side == .sell { price = max(price, try Market.freshQuote(symbol, at: now, rows).price) }
    return Scaled.value(given, at: price, in: symbol.currency, .up).map {
      .money(Money(minor: $0, currency: symbol.currency))
    } ?? .unknown
  }

  /// Everything that decides (price, cash, holdings, the id) is read inside the change.
  func result() -> ActionResult {
    .change { transaction in
      let symbol = try Market.symbol(symbol, transaction)
      if let client, let known = try Order.find(client: client, of: person, transaction) {
        guard known.symbol == symbol.name, known.side == side, given.map({ $0 == known.quantity }) ?? true else {
          throw ActionError(
            "trade.client_id_used", sentence: "That order id belongs to another order of yours; take a new one.",
            field: "client_id")
        }
        return Outcome(
          known.say(known.state == "open" ? "trade.open" : "trade.filled", in: symbol.currency), data: known.json)
      }
      try checkCurrency(symbol)
      let account = Account(person: person, currency: symbol.currency)
      try account.open(in: transaction)
      let quote = try Market.freshQuote(symbol, at: transaction.now, transaction)
      let quantity = try self.quantity(of: symbol, at: quote.price, transaction)
      try checkWait(quote)
      let isNow = limit.map { side == .buy ? quote.price <= $0.price : quote.price >= $0.price } ?? true
      let reserved = try check(quantity, quote, account, isNow: isNow, transaction)
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
  private func check(
    _ quantity: Scaled, _ quote: Market.Quote, _ account: Account, isNow: Bool, _ transaction: Transaction
  ) throws -> Int64 {
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
