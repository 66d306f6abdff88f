import Store

enum EnergyMigrations {
  static let all: [Migration] = [
    Migration(
      room: "energy", number: 1,
      sql: [
        """
        CREATE TABLE energy_buildings (
          tenant TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, use TEXT, area_m2 REAL, zone TEXT,
          PRIMARY KEY (tenant, id)) STRICT, WITHOUT ROWID
        """,
        // `number` stands for the meter in the large tables; `step_s` is the usual time between its readings
        """
        CREATE TABLE energy_meters (
          tenant TEXT NOT NULL, number INTEGER PRIMARY KEY, id TEXT NOT NULL, building TEXT NOT NULL,
          zone TEXT NOT NULL, is_register INTEGER NOT NULL, step_s INTEGER NOT NULL DEFAULT 0, last_at INTEGER NOT NULL,
          UNIQUE (tenant, id)) STRICT
        """,
        "CREATE INDEX energy_meters_by_building ON energy_meters (tenant, building)",
        // use in the interval that begins at `at`
        """
        CREATE TABLE energy_readings (
          tenant TEXT NOT NULL, meter INTEGER NOT NULL, at INTEGER NOT NULL, wh INTEGER NOT NULL,
          PRIMARY KEY (tenant, meter, at)) STRICT, WITHOUT ROWID
        """,
        // what a counting meter showed; use is derived from two of these and can be derived again
        """
        CREATE TABLE energy_registers (
          tenant TEXT NOT NULL, meter INTEGER NOT NULL, at INTEGER NOT NULL, wh INTEGER NOT NULL,
          PRIMARY KEY (tenant, meter, at)) STRICT, WITHOUT ROWID
        """,
        // sums by local day, day first: a portfolio asks for some days of all meters
        """
        CREATE TABLE energy_days (
          tenant TEXT NOT NULL, day INTEGER NOT NULL, meter INTEGER NOT NULL, wh INTEGER NOT NULL,
          count INTEGER NOT NULL, peak_wh INTEGER NOT NULL, low_wh INTEGER NOT NULL, negatives INTEGER NOT NULL,
          PRIMARY KEY (tenant, day, meter)) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE energy_totals (
          tenant TEXT NOT NULL, day INTEGER NOT NULL, wh INTEGER NOT NULL, count INTEGER NOT NULL,
          PRIMARY KEY (tenant, day)) STRICT, WITHOUT ROWID
        """,
      ]),
    // limits of power that a person wants to hear of; `checked_to` is the last reading that was looked at
    Migration(
      room: "energy", number: 2,
      sql: [
        """
        CREATE TABLE energy_alerts (
          tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, building TEXT NOT NULL,
          watts INTEGER NOT NULL, is_over INTEGER NOT NULL, checked_to INTEGER NOT NULL, created_at INTEGER NOT NULL,
          PRIMARY KEY (tenant, id)) STRICT, WITHOUT ROWID
        """
      ]),
  ]
}
