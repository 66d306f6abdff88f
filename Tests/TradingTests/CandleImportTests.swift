import Actions
import Base
import Formats
import Foundation
import Messages
import People
import RoomTesting
import Store
import Testing
import Trading

struct CandleImportTests {
  struct Shape: CustomTestStringConvertible, Sendable {
    let label: String
    let csv: String
    var map: [String: String] = [:]
    var testDescription: String { label }
  }

  @Test(
    "reads the headers and times of many makers",
    arguments: [
      Shape(
        label: "epoch ms", csv: "timestamp_ms,open,high,low,close,volume\n1417392000000,300,370,300,370,0.05655554"),
      Shape(label: "epoch s", csv: "unix;O;H;L;C\n1417392000;300;370;300;370"),
      Shape(label: "date", csv: "Date,Open,High,Low,Close,Adj Close,Volume\n2014-12-01,300,370,300,370,370,5"),
      Shape(label: "ISO", csv: "time,open,high,low,close\n2014-12-01T05:30:00+05:30,300,370,300,370"),
      Shape(label: "no zone", csv: "datetime,open,high,low,close\n2014-12-01 00:00:00,300,370,300,370"),
      Shape(
        label: "European", csv: "Datum;Open;High;Low;Close\n01.12.2014;300,00;370,00;300,00;370,00",
        map: ["Datum": "time"]),
      Shape(label: "compact date", csv: "date,close\n20141201,370"),
      Shape(label: "float epoch", csv: "ts,o,h,l,c\n1417392000.0,3e2,3.7e2,300,370"),
      Shape(label: "mapped", csv: "when,last trade\n2014-12-01,370", map: ["when": "time", "last trade": "close"]),
    ])
  func shapes(_ shape: Shape) async throws {
    let house = try await RoomHarness([Trading.room])
    let report = try await Candles.load(house, Array(shape.csv.utf8), "btcusd_1d.csv", map: shape.map)
    #expect(report.added == 1 && report.problems.isEmpty)
    let quote = try await house.run("trade.quote", ["symbol": "btc/usd"])
    #expect(quote.data["price"].string == "370")
    #expect(quote.data["candle"].string == "2014-12-01T00:00:00Z")
    #expect(house.text(quote.say).hasPrefix("BTCUSD $370.00"))
  }

  @Test("an American exchange's file: the month first, dollars and thousands")
  func american() async throws {
    let house = try await RoomHarness([Trading.room])
    let csv = """
      Date,Close/Last,Volume,Open,High,Low
      12/31/2014,$1370.50,"2,000",$1300.00,$1400.00,$1290.00
      12/01/2014,"$1,370.00","1,000,000","$1,300.00","$1,400.00","$1,290.00"
      """
    let report = try await Candles.load(house, Array(csv.utf8), "acme.csv")
    #expect(report.added == 2 && report.problems.isEmpty)
    let quote = try await house.run("trade.quote", ["symbol": "acme"])
    #expect(quote.data["price"].string == "1370")
    #expect(quote.data["candle"].string == "2014-12-01T00:00:00Z")
  }

  @Test("bad rows are told by line, good ones kept; again changes nothing; a correction replaces")
  func problems() async throws {
    let house = try await RoomHarness([Trading.room])
    let csv = """
      time,open,high,low,close,volume
      2026-01-01,10,12,9,11,5
      yesterday,10,12,9,11,5
      2026-01-02,10,12,9,-1,5
      2026-01-03,10,9,12,11,5
      2026-01-04,10,12,9
      2026-01-05,11,13,10,12,many
      2026-01-06,11,13,10,12,
      2026-01-01,10,12,9,11,5
      2026-01-01,10,12,9,10,5
      """
    let first = try await Candles.load(house, Array(csv.utf8))
    #expect(first.added == 2)
    #expect(first.problems.map(\.line) == [3, 4, 5, 6, 7, 10])
    let again = try await Candles.load(house, Array(csv.utf8))
    #expect(again.added == 0 && again.unchanged == 2)
    let corrected = try await Candles.load(house, Array("time,close\n2026-01-01,13".utf8))
    #expect(corrected.added == 1)
    #expect(try await house.run("trade.quote", ["symbol": "ACME"]).data["price"].string == "13")
  }

  @Test("a symbol comes from a column, the map or the file's name; a file without prices is refused")
  func symbols() async throws {
    let house = try await RoomHarness([Trading.room])
    try await Candles.load(house, Array("ticker,date,close\nAAPL,2026-01-02,200\nMSFT,2026-01-02,400".utf8))
    try await Candles.load(
      house, Array("date,close\n2026-01-02,3000".utf8), map: ["symbol": "Reliance", "currency": "inr"])
    try await Candles.load(
      house, Array("date,close\n2026-01-02,0.0984".utf8), "ETH_BTC-5m.csv", map: ["currency": "BTC"])
    let names = try await house.tenant().read { reader in
      try Trading.room.lists.flatMap { try $0.read(house.owner.id, reader).map(\.name) }
    }
    #expect(names == ["AAPL", "ETHBTC", "MSFT", "RELIANCE"])
    #expect(house.text(try await house.run("trade.quote", ["symbol": "reliance"]).say).hasPrefix("RELIANCE ₹3,000.00"))
    #expect(house.text(try await house.run("trade.quote", ["symbol": "eth"]).say).hasPrefix("ETHBTC 0.0984 BTC"))
    await #expect { try await house.run("trade.quote", ["symbol": "APPL"]) } throws: {
      ($0 as? ActionError)?.sentence.contains("AAPL") == true
    }
    for bad in ["", "date,GOOG\n2026-01-01,5", "just words"] {
      await #expect(throws: (any Error).self) { try await Candles.load(house, Array(bad.utf8)) }
    }
    await #expect(throws: (any Error).self) {
      try await Candles.load(house, Array("date,close\n2026-01-02,1".utf8), map: ["colour": "red"])
    }
  }

  @Test("a real exchange's file imports whole, and its days follow each other")
  func real() async throws {
    let house = try await RoomHarness([Trading.room])
    let path = RoomHarness.share + "/Fixtures/trading/btcusd_1d.csv"
    let bytes = Array(try #require(FileManager.default.contents(atPath: path)))
    let report = try await Candles.load(house, bytes, path)
    #expect(report.added == 120 && report.problems.isEmpty)
    try await house.run("trade.buy", ["symbol": "btc", "quantity": 0.5])
    await house.sleepThrough(.days(60))
    let quote = try await house.run("trade.quote", ["symbol": "BTCUSD"])
    #expect(quote.data["stale"].bool == false)
    #expect(quote.data["candle"].string == "2015-01-30T00:00:00Z")
    let profit = try await house.run("trade.profit")
    #expect(profit.say.picture != nil)
  }

  @Test("no bytes end the process")
  func hostile() async throws {
    let house = try await RoomHarness([Trading.room])
    let random = SeededRandom(seed: 11)
    let good = Candles.csv([1, 2, 3, 4, 5])
    for _ in 0..<60 {
      var bytes = good
      for _ in 0..<(1 + random.below(6)) { bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next()) }
      _ = try? await Candles.load(house, bytes)
    }
    for number in ["99999999999999999999", "1e300", "-5", "nan", "inf", "9223372036854775807"] {
      let report = try await Candles.load(house, Array("time,close\n\(number),\(number)".utf8), "x.csv")
      #expect(report.added == 0 && report.problems.count == 1)
    }
  }

  @Test(
    "reads what exchanges themselves write",
    arguments: [
      Shape(
        label: "bhavcopy",
        csv: "SYMBOL,SERIES,OPEN,HIGH,LOW,CLOSE,TOTTRDQTY,TIMESTAMP\nSBIN,EQ,225,230.5,224.1,229.35,15,15-JAN-2015"),
      Shape(
        label: "history",
        csv: "\"Date \",\"OPEN \",\"HIGH \",\"LOW \",\"close \",\"VOLUME \"\n15-Jan-2015,225,230.5,224.1,229.35,15"),
      Shape(
        label: "newer",
        csv: "TradDt,TckrSymb,OpnPric,HghPric,LwPric,ClsPric,TtlTradgVol\n2015-01-15,SBIN,225,230.5,224.1,229.35,15"),
      Shape(
        label: "two columns",
        csv: "<TICKER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>\nSBIN,20150115,000000,225,230.5,224.1,229.35,15"),
      Shape(label: "New York", csv: "Date,Close/Last,Volume,Open,High,Low\n01/15/2015,$229.35,15,$225,$230.5,$224.1"),
      Shape(label: "short volume", csv: "Date,Price,Open,High,Low,Vol.\n15/01/2015,229.35,225,230.5,224.1,0.015K"),
    ])
  func exchanges(_ shape: Shape) async throws {
    let house = try await RoomHarness([Trading.room])
    let report = try await Candles.load(house, Array(shape.csv.utf8), "sbin.csv")
    #expect(report.added == 1 && report.problems.isEmpty, "\(report)")
    let kept = try await house.tenant().read { reader in
      try reader.first("SELECT at, volume, open <> close FROM trade_candles WHERE tenant = :tenant AND symbol = 'SBIN'")
      {
        ($0.instant(0).description, $0.optionalDouble(1), $0.bool(2))
      }
    }
    #expect(kept?.0 == "2015-01-15T00:00:00Z" && kept?.1 == 15 && kept?.2 == true, "\(String(describing: kept))")
  }

  @Test("what may be meant otherwise, or means nothing, is said")
  func notes() async throws {
    let house = try await RoomHarness([Trading.room])
    let text = "Date,Close,Extra\n01/02/2015,5,x\n02/02/2015,6,x\n"
    let report = try await Candles.load(house, Array(text.utf8), "a.csv")
    let notes = report.notes.map(\.sentence)
    #expect(report.added == 2 && notes.count == 3, "\(report)")
    #expect(notes.contains { $0.contains("01/02/2015") } && notes.contains { $0.contains("open, high, low") })
    #expect(notes.contains { $0.contains("Extra") })
    let told = try await Candles.load(house, Array("Date,Close\n01/02/2015,5\n13/02/2015,6\n".utf8), "b.csv")
    #expect(told.notes.count == 1)
  }
}
