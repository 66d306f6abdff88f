import Actions
import Base
import Formats
import Messages
import RoomTesting
import Testing
import Trading

/// What is asked before an order, and orders of a part of what is held.
struct OrderTests {
  private func prepare(_ house: RoomHarness, _ name: String, _ arguments: JSONObject) async -> String {
    switch await house.runner.prepare(ActionCall(name, arguments), in: house.context()) {
    case .confirm(_, let say): house.text(say)
    case .failed(_, let error): error.code
    case .ask(_, let parameter, _): "ask " + parameter
    default: "?"
    }
  }

  @Test("the question says what it costs in the symbol's own currency; what cannot be is refused before the yes")
  func questions() async throws {
    let house = try await Candles.house([100, 100, 100, 100])
    let limit: JSON = ["amount": "95.5", "currency": "INR"]
    #expect(
      await prepare(house, "trade.buy", ["symbol": "acme", "quantity": 0.005])
        == "Buy 0.005 ACME for about $0.50 with paper money?")
    #expect(
      await prepare(house, "trade.buy", ["symbol": "acme", "quantity": 2, "limit": limit])
        == "Buy 2 ACME at $95.50 or less with paper money?")
    #expect(await prepare(house, "trade.buy", ["symbol": "nope", "quantity": 2]) == "trade.symbol_unknown")
    #expect(await prepare(house, "trade.sell", ["symbol": "acme", "quantity": 2]) == "trade.not_held")
    #expect(await prepare(house, "trade.sell", ["symbol": "acme"]) == "ask quantity")
  }

  @Test("all of it, or half of it, is sold")
  func portions() async throws {
    let house = try await Candles.house([100, 100, 100, 100])
    try await house.run("trade.buy", ["symbol": "acme", "quantity": 3])
    #expect(
      await prepare(house, "trade.sell", ["symbol": "acme", "portion": "half"])
        == "Sell 1.5 ACME for about $150.00 from the paper account?")
    try await house.run("trade.sell", ["symbol": "acme", "portion": "half"])
    #expect(try await house.run("trade.positions").data["positions"][0]["quantity"].string == "1.5")
    try await house.run("trade.sell", ["symbol": "acme", "portion": "all"])
    #expect(try await house.run("trade.positions").data["positions"].array?.isEmpty == true)
    await #expect { try await house.run("trade.sell", ["symbol": "acme", "portion": "all"]) } throws: {
      code($0) == "trade.not_held"
    }
    #expect(try await Candles.balances(house).sum == 0)
  }

  @Test("without a symbol all prices are listed; a pair is priced in what its name ends with")
  func quotes() async throws {
    let house = try await Candles.house([100, 100])
    try await Candles.load(house, Candles.csv([0.0984, 0.09948]), "ethbtc_5m.csv")
    #expect(
      house.text(try await house.run("trade.quote").say) == """
        2 symbols:
        • ACME $100.00 · candle of 2023-11-14 22:13
        • ETHBTC 0.0984 BTC · candle of 2023-11-14 22:13
        """)
    let bought = try await house.run("trade.buy", ["symbol": "ethbtc", "quantity": 10])
    #expect(house.text(bought.say).contains("BTC\u{A0}0.98400000"))
    #expect(try await Candles.balances(house).sum == 0)
  }
}
