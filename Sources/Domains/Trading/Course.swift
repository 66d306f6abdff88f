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

/// How a price went, up to the moment of the replay: never beyond it, or the paper account would know the future.
struct Course: Sendable {
  let quote: Market.Quote
  let days: Int
  let points: [(at: Instant, close: Scaled)]

  /// More candles than these are thinned out for the picture.
  private static let drawn = 400

  /// - Returns: `nil` where there are not two prices to compare.
  static func read(_ quote: Market.Quote, over days: Int, _ context: ActionContext) async throws -> Course? {
    let from = quote.candleAt - .days(days)
    let points = try await context.store.read { reader in
      try reader.query(
        """
        SELECT at, close FROM trade_candles WHERE tenant = :tenant AND symbol = ? AND at > ? AND at <= ? ORDER BY at
        LIMIT 200000
        """, quote.symbol.name, from, quote.candleAt
      ) { (at: $0.instant(0), close: Scaled(units: $0.int(1))) }
    }
    guard points.count > 1, points[0].close.units > 0 else { return nil }
    return Course(quote: quote, days: days, points: points)
  }

  private var change: Double { (quote.price.double / points[0].close.double - 1) * 100 }

  /// What the price was between, and by how much it changed, behind the price itself.
  func answer(_ say: Say, isDrawn: Bool, _ context: ActionContext) async throws -> ActionResult {
    let currency = quote.symbol.currency
    let closes = points.map(\.close.units)
    guard let low = closes.min(), let high = closes.max() else { return .answer(say) }
    var values: [String: Say.Value] = [
      "days": .integer(Int64(days)), "low": .price(Scaled(units: low), currency),
      "high": .price(Scaled(units: high), currency),
    ]
    if change != 0 {
      values["change"] = .say(Say(change > 0 ? "trade.up" : "trade.down", ["percent": .percent(abs(change))]))
    }
    var whole = say
    whole.lines.append(Say("trade.quote.course", values))
    let data: JSON = [
      "symbol": .string(quote.symbol.name), "price": .string(quote.price.decimal), "currency": .string(currency),
      "candle": .string(quote.candleAt.description), "days": .integer(Int64(days)),
      "change_percent": .number((change * 100).rounded() / 100), "low": .string(Scaled(units: low).decimal),
      "high": .string(Scaled(units: high).decimal),
    ]
    let (told, person, name) = (whole, context.actor.id, quote.symbol.name.lowercased())
    guard isDrawn, let png = await picture(context) else { return .answer(told, data: data) }
    return .change { transaction in
      var told = told
      told.picture = try transaction.keep(png, type: "image/png", name: "\(name).png", person: person)
      return Outcome(told, data: data)
    }
  }

  /// `nil` where nothing can be drawn: the answer stands without it.
  private func picture(_ context: ActionContext) async -> [UInt8]? {
    let formatter = TextFormatter(language: context.language, zone: context.zone, now: quote.candleAt)
    let step = max(1, points.count / Self.drawn)
    let thin = points.enumerated().filter { $0.offset % step == 0 || $0.offset == points.count - 1 }.map(\.element)
    var said: Set<String> = []
    let ticks = stride(from: 0, to: thin.count, by: max(1, thin.count / 4)).compactMap { index in
      let label = formatter.day(thin[index].at)
      return said.insert(label).inserted ? Chart.Mark(index, label) : nil
    }
    let chart = Chart(
      title: quote.symbol.name,
      headline: formatter.number(quote.price.double),
      headlineTone: change > 0 ? .good : change < 0 ? .bad : .plain, kind: .area,
      series: [.init("Close", thin.map { Optional($0.close.double) })], ticks: ticks, unit: quote.symbol.currency,
      footnote: "Replayed candles, to \(Market.time(quote.candleAt)).")
    return try? await ChartRenderer.png(chart)
  }
}
