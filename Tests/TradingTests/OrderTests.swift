import Actions
import Base
import Formats
import Messages
import Operations
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

  @Test("what must be agreed to is the whole of an order, in the symbol's currency; another currency is refused")
  func worth() async throws {
    let approvals = try ApprovalPolicy(
      YAML.parse(
        "approvers: [owner]\nrules:\n  - {from: [person], tier: auto}\n  - {effects: [money], up_to: 1000 USD, tier: one}\n  - {tier: two}",
        file: "policy"))
    let house = try await RoomHarness([Trading.room, OperationsRoom.room], approvals: approvals)
    try await Candles.load(house, Candles.csv([100, 100, 100, 100]))
    var authority = ActionContext.Authority.full
    authority.agent = "workflow buy"
    func ask(_ quantity: Double, _ limit: JSON?) async throws -> String? {
      var arguments: JSONObject = ["symbol": "acme", "quantity": .number(quantity)]
      arguments.put("limit", limit)
      let context = house.context(house.owner, door: "workflow", authority: authority)
      return try await house.runner.run(ActionCall("trade.buy", arguments), in: context).awaiting
    }
    let first = try await ask(1, "95")
    try await house.run("approval.decide", ["approval": .string(try #require(first)), "decision": "always"])
    #expect(try await ask(1, ["amount": "95", "currency": "USD"]) == nil)
    #expect(try await ask(500, "95") != nil)
    #expect(try await ask(2, nil) != nil)
    let waiting = try await house.run("approval.list", ["state": "waiting"]).data.array ?? []
    #expect(
      waiting.map { "\($0["tier"].string ?? "") \($0["amount"].string ?? "?")" } == ["two ?", "two 47500.00 USD"])
    await #expect { try await ask(1, ["amount": "95", "currency": "INR"]) } throws: { code($0) == "trade.currency" }
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
