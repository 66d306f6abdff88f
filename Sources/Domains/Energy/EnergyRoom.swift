package import Actions
import Base
import Formats
import Store

/// Buildings and their meters: import of readings, portfolio, load profiles, oddities.
package enum EnergyRoom {
  package static let room = Room(
    name: "energy", migrations: EnergyMigrations.all,
    actions: [
      ShowPortfolio.self, ShowPeak.self, ShowProfile.self, ListAnomalies.self, ShowBuilding.self,
      ShowDays.self, CompareBuildings.self, ExplainChange.self, ShowCost.self, SetEnergyAlert.self,
      ListEnergyAlerts.self,
      StopEnergyAlert.self,
    ],
    importers: [ReadingsImporter.importer],
    lists: [
      EntityList("buildings", noun: "building", wakes: ["energy."], tables: ["energy_buildings"]) { _, reader in
        try reader.query(
          "SELECT id, name FROM energy_buildings WHERE tenant = :tenant ORDER BY name, id LIMIT 4000"
        ) { row in
          let (id, name) = (row.text(0), row.text(1))
          return EntityList.Entry(
            id: id, name: name, aliases: (id == name ? [] : [id]) + Buildings.spellings(of: name))
        }
      },
      EntityList("meters", noun: "meter", tables: ["energy_meters"]) { _, reader in
        try reader.query("SELECT id FROM energy_meters WHERE tenant = :tenant ORDER BY number LIMIT 100000") { row in
          EntityList.Entry(id: row.text(0), name: row.text(0))
        }
      },
    ], checks: [check],
    // meters belong to the tenant; of a person there are only the limits they want to hear of
    forget: { person, transaction in
      try transaction.execute("DELETE FROM energy_alerts WHERE tenant = :tenant AND person = ?", person)
    },
    export: { person, reader in
      let alerts = try reader.query(
        "SELECT building, watts FROM energy_alerts WHERE tenant = :tenant AND person = ? ORDER BY building", person
      ) { row -> JSON in ["building": .string(row.text(0)), "kw": .number(Double(row.int(1)) / 1_000)] }
      return alerts.isEmpty ? .object([:]) : ["alerts": .array(alerts)]
    })

  private static let check = Check("energy") { reader in
    let meters = try reader.count("SELECT count(*) FROM energy_meters")
    guard meters > 0 else {
      return .advice("There are no meters; `thinnai import readings FILE` brings in meter,time,value,unit.")
    }
    guard let newest = try reader.first("SELECT max(last_at) FROM energy_meters", map: { $0.instant(0) }) else {
      return .fine("There are \(meters) meters.")
    }
    // silent beside the others, whatever day it is today; what is dated later than now says nothing
    let last = min(newest, reader.now + .days(1))
    let silent = try reader.count("SELECT count(*) FROM energy_meters WHERE last_at < ?", last - .days(3))
    if silent > 0 {
      return .advice("\(silent) of \(meters) meters have been silent for three days or more while others report.")
    }
    if reader.now - last > .days(3) {
      return .advice("The latest of the readings of \(meters) meters is from \(last.description.prefix(10)).")
    }
    return .fine("All \(meters) meters report.")
  }
}
