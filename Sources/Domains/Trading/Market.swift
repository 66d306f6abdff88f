import Actions
import Base
import Formats
import Messages
import Store
import Time

/// What can be traded, and its price at a moment: candles replayed at the pace of real time.
///
/// A replay maps a moment of the wall clock to one of the candles: `candle_at + (now - started_at)`. The price is the
/// close of the last candle at or before it. It is stale, and fills nothing, when that candle is older than
/// `freshSteps` intervals or the data are at their end.
enum Market {
  /// A price may be as old as so many intervals of its candles (a weekend in daily data).
  static let freshSteps: Int64 = 3

  static let list = EntityList("symbols", noun: "ticker", wakes: ["trade."], tables: ["trade_symbols"]) { _, reader in
    try symbols(reader).map { EntityList.Entry(id: $0.name, name: $0.name, aliases: $0.aliases) }
  }

  struct Symbol: Sendable, Hashable {
    let name: String
    let currency: String
    /// The usual distance of two candles.
    let step: Duration

    /// `BTCUSD` is also said as `BTC`, and as bitcoin; `INFY` as Infosys.
    var aliases: [String] {
      let names = SaidNames.all[name] ?? []
      guard name.hasSuffix(currency), name.utf8.count > currency.utf8.count + 1 else { return names }
      let short = String(name.dropLast(currency.count))
      return names + [short] + (SaidNames.all[short] ?? [])
    }
  }

  struct Replay: Sendable, Hashable {
    let startedAt: Instant
    let candleAt: Instant
    func candleTime(at wall: Instant) -> Instant { candleAt + (wall - startedAt) }
    func wallTime(of candle: Instant) -> Instant { startedAt + (candle - candleAt) }
  }

  struct Quote: Sendable, Hashable {
    let symbol: Symbol
    let price: Scaled
    /// The candle's own time.
    let candleAt: Instant
    /// Where the replay stands.
    let replayAt: Instant
    let isFinished: Bool
    var isStale: Bool { isFinished || replayAt - candleAt > symbol.step * Int(Market.freshSteps) }
  }

  static func symbols(_ rows: some Querying) throws -> [Symbol] {
    try rows.query("SELECT symbol, currency, step FROM trade_symbols WHERE tenant = :tenant ORDER BY symbol LIMIT 5000")
    { Symbol(name: $0.text(0), currency: $0.text(1), step: .microseconds($0.int(2))) }
  }

  /// Letters and digits in upper case: "btc/usd" is `BTCUSD`.
  static func fold(_ name: String) -> String {
    String(name.uppercased().filter { $0.isLetter || $0.isNumber })
  }

  /// - Throws: `trade.symbol_unknown` with the nearest one or all that there are.
  static func symbol(_ name: String, _ rows: some Querying) throws -> Symbol {
    let wanted = fold(name)
    let all = try symbols(rows)
    if let same = all.first(where: { fold($0.name) == wanted }) { return same }
    let short = all.filter { $0.aliases.contains { fold($0) == wanted } }
    if short.count == 1 { return short[0] }
    guard !all.isEmpty else {
      throw ActionError(
        "trade.no_symbols", sentence: "There are no prices yet. Import a candle file: thinnai import candles FILE.",
        field: "symbol")
    }
    let near = EditDistance.nearest(wanted, in: all.map { fold($0.name) })
    let named = near.flatMap { near in all.first { fold($0.name) == near } }
    let names = named.map { [$0] } ?? Array(all.prefix(10))
    throw ActionError(
      "trade.symbol_unknown",
      ["symbol": .text(name), "symbols": .list(names.map { .text($0.name) })],
      sentence: "There is no symbol \(name); I know \(names.map(\.name).joined(separator: ", ")).", field: "symbol")
  }

  static func replay(of symbol: Symbol, at wall: Instant, _ rows: some Querying) throws -> Replay? {
    try rows.first(
      """
      SELECT started_at, candle_at FROM trade_replays WHERE tenant = :tenant AND symbol = ? AND started_at <= ?
      ORDER BY started_at DESC LIMIT 1
      """, symbol.name, wall
    ) { Replay(startedAt: $0.instant(0), candleAt: $0.instant(1)) }
  }

  /// First and last candle.
  static func range(of symbol: String, _ rows: some Querying) throws -> (first: Instant, last: Instant)? {
    try rows.first("SELECT min(at), max(at) FROM trade_candles WHERE tenant = :tenant AND symbol = ?", symbol) { row in
      row.optionalInstant(0).flatMap { first in row.optionalInstant(1).map { (first, $0) } }
    } ?? nil
  }

  /// The price at a moment of the wall clock; `nil` before the first replay began.
  static func quote(_ symbol: Symbol, at wall: Instant, _ rows: some Querying) throws -> Quote? {
    guard let replay = try replay(of: symbol, at: wall, rows),
      let range = try range(of: symbol.name, rows)
    else { return nil }
    let replayAt = replay.candleTime(at: wall)
    let candle = try rows.first(
      """
      SELECT at, close FROM trade_candles WHERE tenant = :tenant AND symbol = ? AND at <= ? ORDER BY at DESC LIMIT 1
      """, symbol.name, replayAt
    ) { (at: $0.instant(0), close: Scaled(units: $0.int(1))) }
    guard let candle else { return nil }
    return Quote(
      symbol: symbol, price: candle.close, candleAt: candle.at, replayAt: replayAt,
      isFinished: replayAt >= range.last + symbol.step)
  }

  /// A price that may fill an order.
  ///
  /// - Throws: `trade.finished` or `trade.stale`.
  static func freshQuote(_ symbol: Symbol, at wall: Instant, _ rows: some Querying) throws -> Quote {
    guard let quote = try quote(symbol, at: wall, rows) else {
      throw ActionError(
        "trade.no_price", ["symbol": .text(symbol.name)], sentence: "\(symbol.name) has no price yet.", field: "symbol")
    }
    guard quote.isStale else { return quote }
    throw ActionError(
      quote.isFinished ? "trade.finished" : "trade.stale",
      ["symbol": .text(symbol.name), "candle": .text(Market.time(quote.candleAt))],
      sentence: quote.isFinished
        ? "The replay of \(symbol.name) is over; start it again before you trade it."
        : "The last price of \(symbol.name) is too old to trade on.", field: "symbol")
  }

  /// A candle's time as the file has it: UTC, without a year guessed away.
  static func time(_ instant: Instant) -> String {
    let civil = Zone.utc.civil(instant)
    return civil.time == .midnight ? civil.date.description : "\(civil.date) \(civil.time.short)"
  }
}
