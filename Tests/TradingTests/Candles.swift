import Actions
import Base
import Formats
import Messages
import RoomTesting
import Store
import Testing
import Trading

/// Candle files made in tests, and houses that hold them.
enum Candles {
  static let start: Int64 = 1_699_999_980

  /// One candle a minute at the given closes; each opens at the close before it.
  static func csv(_ closes: [Double], from: Int64 = start, step: Int64 = 60) -> [UInt8] {
    var text = "timestamp,open,high,low,close,volume\n"
    var open = closes.first ?? 0
    for (index, close) in closes.enumerated() {
      text += "\(from + Int64(index) * step),\(open),\(max(open, close)),\(min(open, close)),\(close),1\n"
      open = close
    }
    return Array(text.utf8)
  }

  @discardableResult
  static func load(
    _ house: RoomHarness, _ bytes: [UInt8], _ name: String = "acme.csv", map: [String: String] = [:]
  ) async throws -> Importer.Report {
    let importer = try #require(Trading.room.importers.first { $0.kind == "candles" })
    return try await importer.run(ByteSource(bytes), name, map, house.owner, house.tenant())
  }

  static func house(_ closes: [Double], step: Int64 = 60, map: [String: String] = [:]) async throws -> RoomHarness {
    let house = try await RoomHarness([Trading.room])
    try await load(house, csv(closes, step: step), map: map)
    return house
  }

  /// What the ledger sums to, and the cash.
  static func balances(_ house: RoomHarness) async throws -> (sum: Int, cash: Int) {
    try await house.tenant().read { reader in
      (
        try reader.count("SELECT sum(minor) FROM trade_ledger WHERE tenant = :tenant"),
        try reader.count("SELECT sum(minor) FROM trade_ledger WHERE tenant = :tenant AND account = 'cash'")
      )
    }
  }
}

func code(_ error: any Error) -> String? { (error as? ActionError)?.code }
