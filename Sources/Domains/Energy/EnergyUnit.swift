import Formats
import Messages

/// Units of energy, in watt-hours. Source: the SI; Btu by the International Table, therm as in the US (105.4804 MJ).
enum EnergyUnit {
  static func wattHours(_ unit: String) -> Double? {
    switch unit.lowercased().filter({ $0 != " " && $0 != "." && $0 != "_" }) {
    // `MWh` and `mwh` both mean mega: nobody meters milliwatt-hours
    case "wh", "watthour", "watthours": 1
    case "kwh", "kilowatthour", "kilowatthours", "unit", "units": 1_000
    case "mwh", "megawatthours": 1_000_000
    case "gwh": 1_000_000_000
    case "j": 1 / 3_600
    case "kj": 1_000 / 3_600
    case "mj": 1_000_000 / 3_600
    case "gj": 1_000_000_000 / 3_600
    case "btu": 1_055.05585262 / 3_600
    case "kbtu": 1_055_055.85262 / 3_600
    case "mmbtu": 1_055_055_852.62 / 3_600
    case "therm", "therms", "thm", "thermus": 105_480_400 / 3_600
    case "tonhour", "tonh", "tonhours": 12_660_670.23144 / 3_600
    case "hphour", "hph": 2_684_519.5368856 / 3_600
    case "kcal": 4_186.8 / 3_600
    default: nil
    }
  }

  /// Units of power: a reading is the average over the time until the next one.
  static func watts(_ unit: String) -> Double? {
    switch unit.lowercased().filter({ $0 != " " && $0 != "." }) {
    case "w", "watt", "watts": 1
    case "kw", "kilowatt", "kilowatts": 1_000
    case "mw", "megawatt", "megawatts": 1_000_000
    default: nil
    }
  }

  /// Of a column's name: `electricity_kwh`, `Energy (MWh)`, `Load kW`.
  static func inName(_ column: String) -> String? {
    let letters = column.lowercased().split { !$0.isLetter }
    return letters.last.map(String.init).flatMap { wattHours($0) == nil && watts($0) == nil ? nil : $0 }
  }

  /// “812 Wh”, “12.4 kWh”, “3,120 kWh”, “14.2 MWh”, as large as it reads well.
  static func say(_ wh: Int64) -> Say {
    let amount = Double(wh)
    switch abs(amount) {
    case ..<1_000: return Say("energy.wh", ["value": .integer(wh)])
    case ..<100_000: return Say("energy.kwh", ["value": .number(amount / 1_000, digits: 1)])
    case ..<10_000_000: return Say("energy.kwh", ["value": .number(amount / 1_000, digits: 0)])
    case ..<10_000_000_000: return Say("energy.mwh", ["value": .number(amount / 1_000_000, digits: 1)])
    default: return Say("energy.gwh", ["value": .number(amount / 1_000_000_000, digits: 2)])
    }
  }

  static func kWh(_ wh: Int64) -> JSON { .number((Double(wh) / 10).rounded() / 100) }
}
