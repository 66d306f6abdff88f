import Actions
import Base
import Delivery
import Formats
import Graphics
import Messages
import People
import Store
import Text
import Time

struct ShowPositions: Action {
  static let name = "trade.positions"
  static let summary = "Shows what the paper account holds and what it is worth now."
  static let effect = Effect.read

  private struct Holding: Sendable {
    let position: Position
    let currency: String
    let quote: Market.Quote?
    let value: Int64
  }

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (person, now) = (context.actor.id, context.now)
    let (holdings, accounts) = try await context.store.read { reader in
      let symbols = Dictionary(
        try Market.symbols(reader).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
      let holdings = try Position.all(of: person, reader).compactMap { position -> Holding? in
        guard let symbol = symbols[position.symbol] else { return nil }
        let quote = try Market.quote(symbol, at: now, reader)
        let value = quote.flatMap { Scaled.value(position.quantity, at: $0.price, in: symbol.currency, .down) } ?? 0
        return Holding(position: position, currency: symbol.currency, quote: quote, value: value)
      }
      let accounts = try Account.all(of: person, reader).map { account in
        (currency: account.currency, cash: try account.balance(Account.cash, reader))
      }
      return (holdings, accounts)
    }
    guard !accounts.isEmpty else {
      return .answer(Say("trade.positions.unopened"), data: ["positions": [], "cash": []])
    }
    var lines = holdings.map { holding in
      var values: [String: Say.Value] = [
        "symbol": .text(holding.position.symbol), "quantity": holding.position.quantity.shown,
        "value": .money(Money(minor: holding.value, currency: holding.currency)),
        "gain": .gain(holding.value - holding.position.cost, holding.currency),
      ]
      values["average"] = holding.position.average(in: holding.currency).map { average in
        // shown to the coin, or to four digits where a coin says too little
        let digits = average.double < 10 ? 4 : Money.digits(of: holding.currency)
        return .number(average.double, digits: digits)
      }
      return Say(holding.quote?.isStale == true ? "trade.positions.stale" : "trade.positions.line", values)
    }
    for account in accounts {
      let equity = holdings.filter { $0.currency == account.currency }.reduce(account.cash) { $0 + $1.value }
      lines.append(
        Say(
          "trade.positions.cash",
          [
            "cash": .money(Money(minor: account.cash, currency: account.currency)),
            "equity": .money(Money(minor: equity, currency: account.currency)),
          ]))
    }
    let data: JSON = [
      "positions": .array(
        holdings.map { holding in
          [
            "symbol": .string(holding.position.symbol), "quantity": .string(holding.position.quantity.decimal),
            "cost": Money(minor: holding.position.cost, currency: holding.currency).json,
            "value": Money(minor: holding.value, currency: holding.currency).json,
            "price": holding.quote.map { .string($0.price.decimal) } ?? .null,
            "stale": .bool(holding.quote?.isStale ?? true),
          ]
        }),
      "cash": .array(accounts.map { Money(minor: $0.cash, currency: $0.currency).json }),
    ]
    return .answer(
      Say(
        holdings.isEmpty ? "trade.positions.none" : "trade.positions", ["count": .integer(Int64(holdings.count))],
        lines: lines, buttons: [.init("button.trade.profit", action: ShowProfit.name, isSingleUse: false)]), data: data)
  }
}

struct ShowProfit: Action {
  static let name = "trade.profit"
  static let summary = "Shows the paper account's profit or loss over a period, with a chart."
  static let effect = Effect.read

  @Parameter("Since when; since the beginning when left out.", kind: .choice(["today", "day", "week", "month", "all"]))
  var period: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (person, now, period) = (context.actor.id, context.now, period ?? "all")
    let since = Self.start(of: period, context)
    let summaries = try await context.store.read { reader in
      try Account.all(of: person, reader).map { try Equity($0, reader).summary(since: since, now: now, reader) }
    }
    guard let first = summaries.first else {
      return .answer(Say("trade.positions.unopened"), data: ["period": .string(period), "accounts": []])
    }
    let lines = summaries.map { summary in
      func money(_ minor: Int64) -> Say.Value { .money(Money(minor: minor, currency: summary.currency)) }
      return Say(
        "trade.profit.line",
        [
          "profit": .gain(summary.profit, summary.currency), "realised": .gain(summary.realised, summary.currency),
          "unrealised": .gain(summary.unrealised, summary.currency), "fees": money(summary.fees),
          "equity": money(summary.equity),
        ])
    }
    let data: JSON = [
      "period": .string(period),
      "accounts": .array(
        summaries.map { summary in
          func money(_ minor: Int64) -> JSON { Money(minor: minor, currency: summary.currency).json }
          return [
            "currency": .string(summary.currency), "profit": money(summary.profit), "equity": money(summary.equity),
            "cash": money(summary.cash), "realised": money(summary.realised), "unrealised": money(summary.unrealised),
            "fees": money(summary.fees),
          ]
        }),
    ]
    let say = Say("trade.profit", ["period": .say(Say("trade.period.\(period)"))], lines: lines)
    guard let png = await Self.chart(first, context) else { return .answer(say, data: data) }
    return .change { transaction in
      var say = say
      say.picture = try transaction.keep(png, type: "image/png", name: "profit.png", person: person)
      return Outcome(say, data: data)
    }
  }

  private static func start(of period: String, _ context: ActionContext) -> Instant? {
    let today = context.today
    let day: CivilDate? =
      switch period {
      case "today", "day": today
      case "week": today.adding(days: 1 - today.weekday.rawValue)
      case "month": today.adding(days: 1 - today.day)
      default: nil
      }
    return day.map { context.zone.startOfDay($0) }
  }

  /// Profit since the beginning of the period; `nil` where nothing can be drawn: the answer stands without it.
  private static func chart(_ summary: Equity.Summary, _ context: ActionContext) async -> [UInt8]? {
    guard let begin = summary.points.first, summary.points.count > 1 else { return nil }
    var unit = 1.0
    for _ in 0..<Money.digits(of: summary.currency) { unit *= 10 }
    let formatter = TextFormatter(language: context.language, zone: context.zone, now: context.now)
    let points = summary.points.map { Optional(Double($0.minor - begin.minor) / unit) }
    let span = context.now - begin.at
    var said: Set<String> = []
    // a label twice would say nothing new
    let ticks = stride(from: 0, to: summary.points.count, by: max(1, summary.points.count / 4)).compactMap { index in
      let at = summary.points[index].at
      // within a day the hour tells it; over more days the hour alone would not say which
      let label = span <= .hours(20) ? formatter.time(at) : formatter.day(at)
      return said.insert(label).inserted ? Chart.Mark(index, label) : nil
    }
    let profit = Money(minor: summary.profit, currency: summary.currency)
    let chart = Chart(
      title: "Paper account", headline: (summary.profit > 0 ? "+" : "") + formatter.money(profit),
      headlineTone: summary.profit > 0 ? .good : summary.profit < 0 ? .bad : .plain, kind: .area,
      series: [.init("Profit", points)], ticks: ticks, unit: summary.currency,
      footnote: "Paper money, fees of 0.1% counted. \(context.zone.label) time.")
    return try? await ChartRenderer.png(chart)
  }
}
