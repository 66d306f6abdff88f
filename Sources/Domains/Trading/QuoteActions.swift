import Actions
import Base
import Formats
import Messages
import People
import Store
import Text
import Time

struct ShowQuote: Action {
  static let name = "trade.quote"
  static let summary = "Gives the replayed price of a symbol, or of all, with its candle's own time."
  static let effect = Effect.read
  fileprivate static let shown = 15

  @Parameter("Which one; all when left out.", kind: .entity("symbols")) var symbol: String?
  @Parameter("Whether its course is to be drawn.", kind: .choice(["chart"])) var chart: String?
  @Parameter("Its course over which days; two months where it is drawn and nothing is said.") var period: DayPeriod?
  @Parameter("What was said, word for word.") var said: String?
  @Parameter("What was looked at before; the conversation knows it.") var lookedAt: JSON?

  func perform(in context: ActionContext) async throws -> ActionResult {
    guard let name = symbol ?? spokenOf else { return try await all(in: context) }
    let now = context.now
    let found = try await context.store.read { reader -> (Market.Symbol, Market.Quote?, Scaled?) in
      let symbol = try Market.symbol(name, reader)
      guard let quote = try Market.quote(symbol, at: now, reader) else { return (symbol, nil, nil) }
      let before = try reader.first(
        """
        SELECT close FROM trade_candles WHERE tenant = :tenant AND symbol = ? AND at < ? ORDER BY at DESC LIMIT 1
        """, symbol.name, quote.candleAt
      ) { Scaled(units: $0.int(0)) }
      return (symbol, quote, before)
    }
    let (symbol, quote, before) = found
    guard let quote else {
      throw ActionError(
        "trade.no_price", ["symbol": .text(symbol.name)], sentence: "\(symbol.name) has no price yet.", field: "symbol")
    }
    var values: [String: Say.Value] = [
      "symbol": .text(symbol.name), "price": .price(quote.price, symbol.currency),
      "candle": .text(Market.time(quote.candleAt)),
    ]
    if let before, before.units > 0 {
      let change = (quote.price.double / before.double - 1) * 100
      if change != 0 {
        values["change"] = .say(Say(change > 0 ? "trade.up" : "trade.down", ["percent": .percent(abs(change))]))
      }
    }
    let key = quote.isFinished ? "trade.quote.finished" : quote.isStale ? "trade.quote.stale" : "trade.quote"
    let restart = Say.Button(
      "button.trade.replay", action: RestartReplay.name, arguments: ["symbol": .string(symbol.name)])
    let say = Say(key, values, buttons: quote.isFinished ? [restart] : [])
    if chart != nil || period != nil, let course = try await Course.read(quote, over: days(context), context) {
      return try await course.answer(say, isDrawn: chart != nil, context)
    }
    return .answer(
      say,
      data: [
        "symbol": .string(symbol.name), "price": .string(quote.price.decimal), "currency": .string(symbol.currency),
        "candle": .string(quote.candleAt.description), "replay": .string(quote.replayAt.description),
        "stale": .bool(quote.isStale), "finished": .bool(quote.isFinished),
      ])
  }
}

extension ShowQuote {
  /// How many days of candles up to the replay's moment.
  private func days(_ context: ActionContext) -> Int {
    guard let period else { return 60 }
    let (first, last) = period.days(on: context.today)
    // "this week" on a Monday is no course
    return min(max(last.days(since: first) + 1, 7), 730)
  }

  /// "What price?", "whats it at now", after one was bought or looked at.
  private var spokenOf: String? {
    guard let call = lookedAt.flatMap({ ActionCall(json: $0) }), call.name.hasPrefix("trade."), let said else {
      return nil
    }
    let words = Normaliser.normalise(said).split(separator: " ")
    return words.count <= 5 && !words.contains { Self.ofAll.contains($0) } ? call.arguments["symbol"]?.string : nil
  }

  private static let ofAll: Set<Substring> = ["prices", "quotes", "all", "market", "stocks", "shares", "symbols"]

  fileprivate func all(in context: ActionContext) async throws -> ActionResult {
    let now = context.now
    let found = try await context.store.read { reader in
      try Market.symbols(reader).map { ($0, try Market.quote($0, at: now, reader)) }
    }
    guard !found.isEmpty else {
      throw ActionError("trade.no_symbols", sentence: "There are no prices yet.", field: "symbol")
    }
    var lines = found.prefix(Self.shown).map { symbol, quote in
      var values: [String: Say.Value] = ["symbol": .text(symbol.name)]
      if let quote {
        values["price"] = .price(quote.price, symbol.currency)
        values["candle"] = .text(Market.time(quote.candleAt))
      }
      return Say("trade.quotes.line", values)
    }
    if found.count > Self.shown {
      lines.append(Say("trade.quotes.more", ["count": .integer(Int64(found.count - Self.shown))]))
    }
    let data = found.map { symbol, quote -> JSON in
      [
        "symbol": .string(symbol.name), "currency": .string(symbol.currency), "price": JSON(quote?.price.decimal),
        "candle": JSON(quote?.candleAt.description),
      ]
    }
    return .answer(
      Say("trade.quotes", ["count": .integer(Int64(found.count))], lines: lines), data: ["symbols": .array(data)])
  }
}

struct RestartReplay: Action {
  static let name = "trade.replay"
  static let summary = "Starts the replay of a symbol's prices again, from its first candle or a day."
  static let effect = Effect.write

  @Parameter("Which one.", kind: .entity("symbols")) var symbol: String
  @Parameter("The day in the data to start from (UTC); the first when left out.") var from: CivilDate?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (name, day) = (symbol, from)
    return .change { transaction in
      let symbol = try Market.symbol(name, transaction)
      guard let range = try Market.range(of: symbol.name, transaction) else {
        throw ActionError(
          "trade.no_price", ["symbol": .text(symbol.name)], sentence: "\(symbol.name) has no price yet.",
          field: "symbol")
      }
      let wanted = day.map { Zone.utc.startOfDay($0) } ?? range.first
      guard wanted <= range.last else {
        throw ActionError(
          "trade.replay_outside",
          [
            "symbol": .text(symbol.name), "first": .text(Market.time(range.first)),
            "last": .text(Market.time(range.last)),
          ],
          sentence: "The data of \(symbol.name) end on \(Market.time(range.last)).", field: "from")
      }
      // at the first candle from there on, so that there is a price at once
      let start = try transaction.first(
        "SELECT at FROM trade_candles WHERE tenant = :tenant AND symbol = ? AND at >= ? ORDER BY at LIMIT 1",
        symbol.name, wanted
      ) { $0.instant(0) }
      let candle = start ?? range.first
      try Market.startReplay(of: symbol, at: candle, transaction)
      return Outcome(
        Say("trade.replay", ["symbol": .text(symbol.name), "candle": .text(Market.time(candle))]),
        data: ["symbol": .string(symbol.name), "candle": .string(candle.description)])
    }
  }
}

extension Market {
  /// From now on the candles are shown from this one; open orders wait for those after it.
  static func startReplay(of symbol: Symbol, at candle: Instant, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO trade_replays (tenant, symbol, started_at, candle_at) VALUES (:tenant, ?, ?, ?)
      ON CONFLICT (tenant, symbol, started_at) DO UPDATE SET candle_at = excluded.candle_at
      """, symbol.name, transaction.now, candle)
    for order in try Order.open(on: symbol.name, transaction) {
      try order.await(after: candle, in: symbol, transaction)
    }
  }

  /// After new candles: open orders may cross their limit elsewhere now.
  static func reschedule(_ symbol: Symbol, _ transaction: Transaction) throws {
    guard let replay = try replay(of: symbol, at: transaction.now, transaction) else { return }
    let now = replay.candleTime(at: transaction.now)
    for order in try Order.open(on: symbol.name, transaction) {
      // what came to pass while it waited is still its own
      let placed = max(replay.candleAt, replay.candleTime(at: order.createdAt))
      try order.await(after: min(placed, now), in: symbol, transaction)
    }
  }
}
