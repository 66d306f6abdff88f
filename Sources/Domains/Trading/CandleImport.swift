import Actions
import Base
import Formats
import Store
import Time

/// Reads candles from CSV files of many makers. The same file again changes nothing; corrected candles replace old ones.
enum CandleImport {
  static let importer = Importer(
    "candles",
    summary:
      "Prices from a CSV file: time, open, high, low, close, volume. `--map column=field` names columns, `--map symbol=NAME` the symbol, `--map currency=USD` what it is priced in."
  ) { file, name, columns, _, store in
    let rows = try await CandleFile(file, name: name, map: columns)
    var report = Importer.Report()
    report.problems = rows.problems
    report.notes = rows.notes
    for (symbol, candles) in rows.candles.sorted(by: { $0.key < $1.key }) {
      let changed = try await save(candles, of: symbol, rows.currency, in: store)
      report.added += changed
      report.unchanged += candles.count - changed
    }
    return report
  }

  private static let batch = 2_000

  /// - Returns: how many candles were new or different.
  private static func save(
    _ candles: [Candle], of name: String, _ currency: String?, in store: TenantStore
  ) async throws -> Int {
    var changed = 0
    var start = 0
    // in batches, so that other work gets its turn at the writer
    while start < candles.count {
      let part = Array(candles[start..<min(start + batch, candles.count)])
      start += part.count
      let isLast = start >= candles.count
      let before = changed
      changed += try await store.write { transaction in
        var count = 0
        for candle in part { count += try candle.save(for: name, in: transaction) }
        if isLast, before + count > 0 || currency != nil {
          try settle(name, currency ?? usualCurrency(of: name), isGiven: currency != nil, in: transaction)
        }
        return count
      }
    }
    return changed
  }

  /// The symbol's row, its interval, and its first replay.
  private static func settle(
    _ name: String, _ currency: String, isGiven: Bool, in transaction: Transaction
  ) throws {
    let times = try transaction.query(
      "SELECT at FROM trade_candles WHERE tenant = :tenant AND symbol = ? ORDER BY at LIMIT 2000", name
    ) { $0.int(0) }
    var distances: [Int64: Int] = [:]
    for (a, b) in zip(times, times.dropFirst()) { distances[b - a, default: 0] += 1 }
    // the most frequent distance, of equals the shortest; a day when there is only one candle
    let step = distances.max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key ?? 86_400_000_000
    let old = try transaction.first(
      "SELECT currency FROM trade_symbols WHERE tenant = :tenant AND symbol = ?", name
    ) { $0.text(0) }
    if let old, isGiven, old != currency {
      let isUsed = try transaction.exists("SELECT 1 FROM trade_orders WHERE tenant = :tenant AND symbol = ?", name)
      guard !isUsed else {
        throw DataFileError(
          file: name, line: nil, expected: "the currency stays \(old), because there are orders in it")
      }
    }
    try transaction.execute(
      """
      INSERT INTO trade_symbols (tenant, symbol, currency, step, imported_at) VALUES (:tenant, ?, ?, ?, ?)
      ON CONFLICT (tenant, symbol) DO UPDATE SET currency = excluded.currency, step = excluded.step,
        imported_at = excluded.imported_at
      """, name, isGiven ? currency : old ?? currency, step, transaction.now)
    let symbol = try Market.symbol(name, transaction)
    if try Market.replay(of: symbol, at: transaction.now, transaction) == nil, let first = times.first {
      try Market.startReplay(of: symbol, at: Instant(microseconds: first), transaction)
    } else {
      try Market.reschedule(symbol, transaction)
    }
  }

  /// By the end of its name where that is a currency; dollars otherwise.
  private static func usualCurrency(of name: String) -> String {
    ["INR", "EUR", "GBP", "JPY", "USDT", "USDC", "USD", "BTC", "ETH"].first {
      name.hasSuffix($0) && name.utf8.count > $0.utf8.count + 1
    } ?? "USD"
  }
}

/// One candle; `at` is when it opens.
struct Candle: Sendable, Hashable {
  let at: Instant
  let open: Scaled
  let high: Scaled
  let low: Scaled
  let close: Scaled
  let volume: Double?

  fileprivate func save(for symbol: String, in transaction: Transaction) throws -> Int {
    try transaction.execute(
      """
      INSERT INTO trade_candles (tenant, symbol, at, open, high, low, close, volume)
      VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant, symbol, at) DO UPDATE SET open = excluded.open, high = excluded.high, low = excluded.low,
        close = excluded.close, volume = excluded.volume
      WHERE open <> excluded.open OR high <> excluded.high OR low <> excluded.low OR close <> excluded.close
        OR volume IS NOT excluded.volume
      """, symbol, at, open.units, high.units, low.units, close.units, volume)
  }
}
