package import Actions
import Base
import Formats
import Store

/// A paper account on prices replayed from candle files. There is no network here and no real money.
package enum Trading {
  package static let room = Room(
    name: "trading", migrations: TradingMigrations.all,
    actions: [
      ShowQuote.self, BuyPaper.self, SellPaper.self, ShowPositions.self, ShowProfit.self, ShowOrders.self,
      CancelOrder.self, RestartReplay.self,
    ],
    dueHandlers: [Order.dueHandler], importers: [CandleImport.importer], lists: [Market.list], checks: [ledgerCheck],
    forget: TradingRecords.forget, export: TradingRecords.export)

  private static let ledgerCheck = Check("paper ledger") { house in
    let wrong = try house.query(
      "SELECT currency FROM trade_ledger GROUP BY tenant, person, currency HAVING sum(minor) <> 0"
    ) { $0.text(0) }
    return wrong.isEmpty
      ? .fine("Every paper account is balanced.")
      : .wrong("\(wrong.count) paper accounts do not balance; restore a backup or start them again.")
  }
}
