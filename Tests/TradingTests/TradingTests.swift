import Actions
import Base
import Delivery
import Formats
import Messages
import People
import RoomTesting
import Store
import Testing
import Trading

struct TradingTests {
  @Test("prices advance one candle for each of their intervals, and are stale at the end")
  func replay() async throws {
    let house = try await Candles.house([100, 110, 120])
    func price() async throws -> String? { try await house.run("trade.quote", ["symbol": "acme"]).data["price"].string }
    #expect(try await price() == "100")
    await house.advance(by: .seconds(59))
    #expect(try await price() == "100")
    await house.advance(by: .seconds(1))
    #expect(try await price() == "110")
    await house.advance(by: .seconds(60))
    let last = try await house.run("trade.quote", ["symbol": "acme"])
    #expect(last.data["finished"].bool == false)
    #expect(house.text(last.say) == "ACME $120.00 ▲ 9.1% · candle of 2023-11-14 22:15")
    await house.advance(by: .seconds(60))
    let over = try await house.run("trade.quote", ["symbol": "acme"])
    #expect(over.data["finished"].bool == true)
    #expect(
      house.text(over.say) == "ACME $120.00 · the replay is over, last candle 2023-11-14 22:15 [Start again]")

    await #expect { try await house.run("trade.buy", ["symbol": "acme", "quantity": 1]) } throws: {
      code($0) == "trade.finished"
    }
    let again = try await house.run("trade.replay", ["symbol": "acme"])
    #expect(again.data["candle"].string == "2023-11-14T22:13:00Z")
    try await house.run("trade.buy", ["symbol": "acme", "quantity": 1])
    await #expect { try await house.run("trade.replay", ["symbol": "acme", "from": "2030-01-01"]) } throws: {
      code($0) == "trade.replay_outside"
    }
  }

  @Test("a hole in the data makes the price stale, and it fills nothing")
  func stale() async throws {
    let house = try await RoomHarness([Trading.room])
    var csv = String(decoding: Candles.csv([100, 101, 102]), as: UTF8.self)
    csv += String(decoding: Candles.csv([103, 104], from: Candles.start + 3_600), as: UTF8.self)
      .split(separator: "\n").dropFirst().joined(separator: "\n")
    try await Candles.load(house, Array(csv.utf8))
    await house.advance(by: .minutes(5))
    try await house.run("trade.buy", ["symbol": "acme", "quantity": 1])
    await house.advance(by: .minutes(1))
    await #expect { try await house.run("trade.buy", ["symbol": "acme", "quantity": 1]) } throws: {
      code($0) == "trade.stale"
    }
    #expect(try await house.run("trade.positions").data["positions"][0]["stale"].bool == true)
    await house.advance(by: .minutes(54))
    try await house.run("trade.buy", ["symbol": "acme", "quantity": 1])
  }

  @Test("a purchase waits for a yes, then moves cash, fee and holding to the last coin")
  func buyAndSell() async throws {
    let house = try await Candles.house([100.01, 110, 120, 120])
    await #expect { try await house.run("trade.buy", ["symbol": "acme", "quantity": 3], approved: false) } throws: {
      code($0) == "actions.confirm"
    }
    let context = house.context()
    guard
      case .confirm(_, let question) = await house.runner.prepare(
        ActionCall("trade.buy", ["symbol": "ACME", "quantity": 3, "limit": ["amount": "95.50", "currency": "USD"]]),
        in: context)
    else {
      Issue.record("it should ask for a yes")
      return
    }
    #expect(house.text(question) == "Buy 3 ACME at $95.50 or less with paper money?")

    let bought = try await house.run("trade.buy", ["symbol": "acme", "quantity": 3])
    // 300.03, and 0.30003 of fee rounded up
    #expect(
      house.text(bought.say) == """
        Bought 3 ACME at $100.01 = $300.03, fee $0.31 (candle of 2023-11-14 22:13). Paper cash: $999,699.66. [Positions]
        """)
    await house.advance(by: .minutes(1))
    let positions = try await house.run("trade.positions")
    #expect(
      house.text(positions.say) == """
        1 position:
        • 3 ACME at 100.01 = $330.00 (+$29.97)
        Cash $999,699.66 · worth $1,000,029.66 [Result]
        """)
    let sold = try await house.run("trade.sell", ["symbol": "acme", "quantity": 1.5])
    #expect(sold.data["price"].string == "110")
    #expect(house.text(sold.say).contains("Result: +$14.99."))
    try await house.run("trade.sell", ["symbol": "acme", "quantity": 1.5])
    let profit = try await house.run("trade.profit")
    let account = profit.data["accounts"][0]
    #expect(account["profit"]["amount"].string == "29.32")
    #expect(account["realised"]["amount"].string == "29.97")
    #expect(account["unrealised"]["amount"].string == "0.00")
    #expect(account["fees"]["amount"].string == "0.65")
    #expect(try await Candles.balances(house).sum == 0)
    #expect(try await Candles.balances(house).cash == 100_002_932)
    let picture = try #require(profit.say.picture)
    let file = try #require(try await house.tenant().keptFile(picture))
    #expect(file.type == "image/png" && file.bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]))
  }

  @Test("a limit order waits, fills once at the candle that crosses it, and is told")
  func limits() async throws {
    let house = try await Candles.house([100, 101, 99, 95, 96, 120, 121])
    let order = try await house.run("trade.buy", ["symbol": "acme", "quantity": 2, "limit": 97])
    #expect(house.text(order.say) == "Order placed: buy 2 ACME at $97.00 or less.")
    #expect(try await house.run("trade.orders").data["open"].array?.count == 1)
    await house.advance(by: .minutes(2))
    #expect(house.told().isEmpty)
    await house.advance(by: .minutes(1))
    #expect(
      house.told().map(\.text) == [
        "Order filled: bought 2 ACME at $97.00, fee $0.20 (candle of 2023-11-14 22:16)."
      ])
    // a sale above the market; while the house is down the replay goes on, and it fills at its own candle
    try await house.run("trade.sell", ["symbol": "acme", "quantity": 2, "limit": 110])
    await house.sleepThrough(.hours(3))
    #expect(
      house.told().map(\.text) == [
        "Order filled: sold 2 ACME at $110.00, fee $0.22 (candle of 2023-11-14 22:18)."
      ])
    await house.advance(by: .hours(1))
    #expect(house.told().isEmpty)
    #expect(try await house.run("trade.orders").data["settled"].array?.count == 2)
    #expect(try await Candles.balances(house).sum == 0)
    #expect(try await Candles.balances(house).cash == 100_002_558)
  }

  @Test("a limit that the market already meets fills at once, at the market's better price")
  func marketable() async throws {
    let house = try await Candles.house([100, 101])
    let order = try await house.run("trade.buy", ["symbol": "acme", "quantity": 1, "limit": "105.1234 USD"])
    #expect(order.data["price"].string == "100" && order.data["limit"].string == "105.1234")
    await #expect {
      try await house.run("trade.buy", ["symbol": "acme", "quantity": 1, "limit": "90 EUR"])
    } throws: { code($0) == "trade.currency" }
  }

  @Test("an open order holds back its cash or holding, and gives it back when cancelled")
  func reserves() async throws {
    let house = try await Candles.house([100, 101, 102, 103])
    let order = try await house.run("trade.buy", ["symbol": "acme", "quantity": 9_990, "limit": 90])
    await #expect { try await house.run("trade.buy", ["symbol": "acme", "quantity": 2_000]) } throws: {
      code($0) == "trade.no_cash"
    }
    let undo = try #require(order.inverse)
    try await house.run(undo.name, undo.arguments)
    try await house.run("trade.buy", ["symbol": "acme", "quantity": 2_000])
    try await house.run("trade.sell", ["symbol": "acme", "quantity": 1_500, "limit": 500])
    await #expect { try await house.run("trade.sell", ["symbol": "acme", "quantity": 501]) } throws: {
      code($0) == "trade.not_held"
    }
    try await house.run("trade.sell", ["symbol": "acme", "quantity": 500, "limit": 600])
    guard case .ask(_, "order", let say) = await house.runner.prepare(ActionCall("trade.cancel"), in: house.context())
    else {
      Issue.record("it should ask which order")
      return
    }
    #expect(say.buttons.count == 2)
    try await house.run(say.buttons[0].action, say.buttons[0].arguments)
    try await house.run("trade.cancel")
    await #expect { try await house.run("trade.cancel") } throws: { code($0) == "trade.no_orders" }
    try await house.run("trade.sell", ["symbol": "acme", "quantity": 2_000])
  }

  @Test("the same client id never orders twice")
  func idempotent() async throws {
    let house = try await Candles.house([100, 101])
    let call: JSONObject = ["symbol": "acme", "quantity": 1, "client_id": "abc"]
    let first = try await house.run("trade.buy", call)
    let second = try await house.run("trade.buy", call)
    #expect(first.data == second.data)
    // another order under the same id is not answered as if it were done
    for (name, value) in [("quantity", 9 as JSON), ("symbol", "beta")] {
      var other = call
      other[name] = value
      let asked = other
      await #expect { try await house.run("trade.buy", asked) } throws: {
        ["trade.client_id_used", "trade.symbol_unknown"].contains(code($0))
      }
    }
    #expect(try await house.run("trade.positions").data["positions"][0]["quantity"].string == "1")
  }

  @Test("a restarted replay, or new candles, move what an open order waits for")
  func moved() async throws {
    let house = try await Candles.house([100, 101, 102])
    try await house.run("trade.buy", ["symbol": "acme", "quantity": 1, "limit": 90])
    await house.advance(by: .minutes(10))
    #expect(house.told().isEmpty)
    // the data go on, and cross the limit at a candle the replay has passed by now
    try await Candles.load(house, Candles.csv([100, 101, 102, 103, 80, 81]))
    await house.advance(by: .seconds(1))
    #expect(house.told().count == 1)

    try await house.run("trade.replay", ["symbol": "acme"])
    try await house.run("trade.sell", ["symbol": "acme", "quantity": 1, "limit": 103])
    await house.advance(by: .minutes(2))
    #expect(house.told().isEmpty)
    await house.advance(by: .minutes(1))
    #expect(house.told().count == 1)
  }

  @Test("profit over time follows the prices that were shown, also across a restart")
  func equity() async throws {
    let house = try await Candles.house([100, 200, 300])
    try await house.run("trade.buy", ["symbol": "acme", "quantity": 100])
    await house.advance(by: .minutes(2))
    func profit(_ period: String) async throws -> String? {
      try await house.run("trade.profit", ["period": .string(period)]).data["accounts"][0]["profit"]["amount"].string
    }
    #expect(try await profit("all") == "19990.00")
    try await house.run("trade.replay", ["symbol": "acme"])
    #expect(try await profit("day") == "-10.00")
    await house.advance(by: .days(1))
    // since midnight nothing moved
    #expect(try await profit("day") == "0.00")
    #expect(try await profit("all") == "19990.00")
  }

  @Test("each has an account of its own; forgetting leaves nothing, the export held it all")
  func own() async throws {
    let house = try await Candles.house([100, 101])
    try await house.run("trade.buy", ["symbol": "acme", "quantity": 1])
    try await house.run("trade.buy", ["symbol": "acme", "quantity": 1, "limit": 50])
    #expect(house.text(try await house.run("trade.positions", as: house.elder).say).contains("untouched"))
    let owner = house.owner.id
    let export = try await house.tenant().read { try Trading.room.export(owner, $0) }
    #expect(export["orders"].array?.count == 2)
    #expect(export["ledger"].array?.count == 5)
    let gone = try await house.tenant().write { try Trading.room.forget(owner, &$0) }
    #expect(gone == 2 + 5 + 1)
    #expect(try await house.run("trade.orders").data["open"].array?.isEmpty == true)
  }

  @Test(
    "whatever is ordered, the ledger sums to zero, cash is never negative, nothing is sold short",
    .timeLimit(.minutes(5)),
    arguments: [1, 2, 3])
  func property(seed: Int) async throws {
    let random = SeededRandom(seed: UInt64(seed))
    var price = 50.0
    let closes = (0..<240).map { _ in
      price = max(0.5, price * (0.9 + Double(random.below(2_000)) / 10_000))
      return (price * 10_000).rounded() / 10_000
    }
    let house = try await Candles.house(closes)
    var filled = 0
    for _ in 0..<120 {
      let side = random.below(2) == 0 ? "trade.buy" : "trade.sell"
      let quantity = Double(random.below(30_000_000)) / Double([1, 100, 10_000, 1_000_000][random.below(4)])
      var call: JSONObject = ["symbol": "acme", "quantity": .number(quantity)]
      if random.below(2) == 0 { call["limit"] = .number(Double(1 + random.below(20_000)) / 100) }
      do {
        try await house.run(side, call)
        filled += 1
      } catch is ActionError {}
      if random.below(5) == 0 { _ = try? await house.run("trade.cancel", ["order": "1"]) }
      await house.advance(by: .minutes(random.below(4)))
      let state = try await Candles.balances(house)
      #expect(state.sum == 0)
      #expect(state.cash >= 0 || filled == 0)
      let wrong = try await house.tenant().read { reader in
        try reader.count(
          "SELECT count(*) FROM trade_positions WHERE tenant = :tenant AND (quantity < 0 OR cost < 0)")
          + reader.count(
            """
            SELECT count(*) FROM trade_positions p WHERE p.tenant = :tenant AND p.quantity <> (
              SELECT coalesce(sum(CASE o.side WHEN 'buy' THEN o.quantity ELSE -o.quantity END), 0) FROM trade_orders o
              WHERE o.tenant = :tenant AND o.symbol = p.symbol AND o.state = 'filled')
            """)
      }
      #expect(wrong == 0)
    }
    #expect(filled > 10)
    let check = try #require(Trading.room.checks.first)
    guard case .fine = try await house.store.read({ try check.run($0) }) else {
      Issue.record("the ledger should balance")
      return
    }
  }
}
