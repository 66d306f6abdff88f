import Store

enum TradingMigrations {
  static let all: [Migration] = [
    Migration(
      room: "trading", number: 1,
      sql: [
        // prices and quantities are in units of 10⁻⁸, money in the currency's smallest unit
        """
        CREATE TABLE trade_symbols (
          tenant TEXT NOT NULL, symbol TEXT NOT NULL, currency TEXT NOT NULL, step INTEGER NOT NULL,
          imported_at INTEGER NOT NULL, PRIMARY KEY (tenant, symbol)) STRICT
        """,
        """
        CREATE TABLE trade_candles (
          tenant TEXT NOT NULL, symbol TEXT NOT NULL, at INTEGER NOT NULL, open INTEGER NOT NULL, high INTEGER NOT NULL,
          low INTEGER NOT NULL, close INTEGER NOT NULL, volume REAL, PRIMARY KEY (tenant, symbol, at)) STRICT, WITHOUT ROWID
        """,
        // from `started_at` on, what the candles showed at `candle_at` and later is shown at the pace of real time
        """
        CREATE TABLE trade_replays (
          tenant TEXT NOT NULL, symbol TEXT NOT NULL, started_at INTEGER NOT NULL, candle_at INTEGER NOT NULL,
          PRIMARY KEY (tenant, symbol, started_at)) STRICT
        """,
        """
        CREATE TABLE trade_orders (
          tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, symbol TEXT NOT NULL, side TEXT NOT NULL,
          quantity INTEGER NOT NULL, limit_price INTEGER, reserved INTEGER NOT NULL, state TEXT NOT NULL,
          client_id TEXT, created_at INTEGER NOT NULL, settled_at INTEGER, candle_at INTEGER, price INTEGER,
          value INTEGER, fee INTEGER, PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE UNIQUE INDEX trade_orders_client ON trade_orders (tenant, person, client_id) WHERE client_id IS NOT NULL",
        "CREATE INDEX trade_orders_person ON trade_orders (tenant, person, state)",
        "CREATE INDEX trade_orders_symbol ON trade_orders (tenant, symbol) WHERE state = 'open'",
        // double entry: the rows of a step sum to zero in their currency
        """
        CREATE TABLE trade_ledger (
          tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, at INTEGER NOT NULL, step TEXT NOT NULL,
          account TEXT NOT NULL, currency TEXT NOT NULL, minor INTEGER NOT NULL, PRIMARY KEY (tenant, id)) STRICT
        """,
        "CREATE INDEX trade_ledger_account ON trade_ledger (tenant, person, currency, account, at)",
        """
        CREATE TABLE trade_positions (
          tenant TEXT NOT NULL, person TEXT NOT NULL, symbol TEXT NOT NULL, quantity INTEGER NOT NULL,
          cost INTEGER NOT NULL, PRIMARY KEY (tenant, person, symbol)) STRICT
        """,
      ])
  ]
}
