import Actions
import Base
import Energy
import Delivery
import Formats
import Foundation
import Messages
import People
import RoomTesting
import Store
import Testing
import Time

/// Hourly readings with the shape of an office: high by day, low at night, lower at weekends.
struct Office {
  var meter = "M1"
  var building = "Tower A"
  var zone = "Asia/Kolkata"
  var from = "2026-10-12T00:00:00"
  var days = 42
  var scale = 1.0
  /// What happened to single hours, counted from the beginning; `nil` leaves the reading out.
  var faults: [Int: Double?] = [:]

  func value(_ hour: Int, _ weekday: Int) -> Double {
    let isDay = (8..<19).contains(hour % 24)
    let wobble = Double((hour * 7_919) % 101) / 100
    return ((isDay ? 40 : 10) + wobble * 4) * (weekday >= 6 ? 0.5 : 1) * scale
  }

  func rows() throws -> String {
    let zone = try Zone.named(zone)
    let start = try #require(CivilDateTime(from))
    var text = ""
    for hour in 0..<days * 24 {
      let at = zone.instant(of: start) + .hours(hour)
      let usual = value(hour, zone.date(at).weekday.rawValue)
      let value: Double? = faults[hour] ?? .some(usual)
      guard let value else { continue }
      text += "\(meter),\(at),\(value),kWh,\(building),\(self.zone)\n"
    }
    return text
  }

  static let header = "meter,time,value,unit,building,zone\n"
}

@Suite struct EnergyTests {
  private func house(now: String = "2026-11-23T04:30:00Z") async throws -> RoomHarness {
    try await RoomHarness([EnergyRoom.room], now: now)
  }

  @discardableResult
  private func load(
    _ house: RoomHarness, _ text: String, _ map: [String: String] = [:]
  ) async throws -> Importer.Report {
    let importer = try #require(EnergyRoom.room.importers.first { $0.kind == "readings" })
    return try await importer.run(ByteSource(Array(text.utf8)), "readings.csv", map, house.owner, house.tenant())
  }

  private func days(_ house: RoomHarness) async throws -> [String] {
    try await house.tenant().read { reader in
      try reader.query(
        "SELECT day, meter, wh, count, peak_wh, low_wh FROM energy_days WHERE tenant = :tenant ORDER BY day, meter"
      ) { row in (0..<6).map { row.text($0) }.joined(separator: " ") }
    }
  }

  // MARK: Import

  @Test("a column that is misspelt in --map is no meter of that name")
  func misspelt() async throws {
    let house = try await house()
    let table = "Zaehler,Zeit,Wert,Einheit\nM1,2026-11-01T00:15:00Z,1,kWh\n"
    let map = ["Zaeler": "meter", "Zeit": "time", "Wert": "value", "Einheit": "unit"]
    await #expect {
      try await load(house, table, map)
    } throws: {
      "\($0)".contains("did you mean Zaehler?")
    }
  }

  @Test("good rows are kept, bad ones named by line, and importing again changes nothing")
  func importing() async throws {
    let house = try await house()
    let text = """
      meter,time,value,unit
      A,2026-11-01T00:00:00Z,1.5,kWh
      A,2026-11-01T01:00:00Z,900,Wh
      A,2026-11-01T01:00:00Z,901,Wh
      A,yesterday,1,kWh
      A,2026-11-01T02:00:00Z,lots,kWh
      A,2026-11-01T02:00:00Z,5,kW
      A,2026-11-01T03:00:00Z,,kWh
      ,2026-11-01T03:00:00Z,1,kWh
      A,2026-11-01T04:00:00Z,3.6,MJ
      "A,2026-11-01T05:00:00Z
      """
    let report = try await load(house, text)
    #expect(report.added == 3)
    #expect(report.problems.map(\.line) == [4, 5, 6, 7, 8, 9, 11])
    let before = try await days(house)
    #expect(before == ["20758 1 3400 3 1500 900"])
    let again = try await load(house, text)
    #expect(again.added == 0 && again.updated == 0 && again.unchanged == 3)
    #expect(try await days(house) == before)
  }

  @Test("a corrected reading changes its day, downwards too")
  func correction() async throws {
    let house = try await house()
    let text = "meter,time,value,unit\nA,2026-11-01T00:00:00Z,9,kWh\nA,2026-11-01T01:00:00Z,2,kWh\n"
    try await load(house, text)
    let report = try await load(house, text.replacing(",9,", with: ",1,"))
    #expect(report.updated == 1 && report.unchanged == 1)
    #expect(try await days(house) == ["20758 1 3000 2 2000 1000"])
    let total = try await house.tenant().read { try $0.count("SELECT wh FROM energy_totals WHERE tenant = :tenant") }
    #expect(total == 3_000)
  }

  @Test("the hour that comes twice in autumn is two hours, the one left out in spring is none")
  func clockChange() async throws {
    let house = try await house()
    var text = "meter,time,value,unit,zone\n"
    for hour in ["00:00", "01:00", "02:00", "02:00", "03:00"] {
      text += "B,2026-10-25 \(hour),1,kWh,Europe/Berlin\n"
    }
    #expect(try await load(house, text).added == 5)
    #expect(try await load(house, text).unchanged == 5)
    let times = try await house.tenant().read { reader in
      try reader.query("SELECT at FROM energy_readings WHERE tenant = :tenant ORDER BY at") {
        $0.instant(0).description
      }
    }
    #expect(times.map { $0.prefix(16).suffix(5) } == ["22:00", "23:00", "00:00", "01:00", "02:00"])
  }

  @Test("one meter without its own columns, eemeter's shape, and monthly bills by building")
  func mapping() async throws {
    let house = try await house()
    let plain = "start,value\n2015-11-22T00:00:00-06:00,0.29\n2015-11-22T01:00:00-06:00,1.47\n"
    await #expect(throws: DataFileError.self) { try await load(house, plain) }
    #expect(try await load(house, plain, ["M7": "meter", "kWh": "unit"]).added == 2)
    await #expect(throws: DataFileError.self) { try await load(house, plain, ["start": "colour"]) }
    let list = "building_id,name,use,floor_area_m2,timezone\nB1,Lake House,office,1000,America/New_York\n"
    #expect(try await load(house, list).added == 1)
    #expect(try await load(house, list).unchanged == 1)
    let bills = "building_id,month,electricity_kwh,gas_kwh\nB1,2026-09,900,\nB1,2026-10,1200,5\n"
    #expect(try await load(house, bills).added == 2)
    let told = try await house.run("energy.building", ["building": "lake house"])
    #expect(told.data["kwh"].double == 1_200 && told.data["kwh_before"].double == 900)
    #expect(house.text(told.say).contains("Lake House · office · 1,000 m²\nMonth to"))
  }

  @Test(
    "units become watt-hours as the shared examples have them",
    arguments: [
      ("1", "kWh", 1_000), ("2.5", "MWh", 2_500_000), ("3600", "J", 1), ("0.266", "GJ", 73_889),
      ("188.378", "therm", 5_519_496),
      ("85.202", "kBtu", 24_970), ("5886.676", "Wh", 5_887), ("52.045", "ton_hour", 183_035),
    ])
  func units(_ value: String, _ unit: String, _ expected: Int) async throws {
    let house = try await house()
    try await load(house, "meter,time,value,unit\nA,2026-11-01T00:00:00Z,\(value),\(unit)\n")
    #expect(
      try await house.tenant().read { try $0.count("SELECT wh FROM energy_readings WHERE tenant = :tenant") }
        == expected)
  }

  @Test("register reads become use; a rollover is use, a reset is not, and order does not matter")
  func registers() async throws {
    let reads = [("01", 9_940), ("02", 9_960), ("03", 9_985), ("04", 5), ("05", 30), ("06", 2), ("07", 22)]
    func load(_ order: [(String, Int)]) async throws -> [String] {
      let house = try await house()
      var text = "meter,time,value,unit,kind\n"
      for (day, value) in order { text += "R,2026-11-\(day)T00:00:00Z,\(value),kWh,register\n" }
      try await self.load(house, text)
      try await self.load(house, text)
      return try await house.tenant().read { reader in
        try reader.query("SELECT at, wh FROM energy_readings WHERE tenant = :tenant ORDER BY at") { row in
          "\(row.instant(0).description.prefix(10).suffix(2)) \(row.int(1) / 1_000)"
        }
      }
    }
    #expect(try await load(reads) == ["01 20", "02 25", "03 20", "04 25", "06 20"])
    #expect(
      try await load([reads[0], reads[2], reads[1]] + reads[3...]) == ["01 20", "02 25", "03 20", "04 25", "06 20"])
  }

  // MARK: Answers

  private func portfolio(_ house: RoomHarness) async throws {
    var text = Office.header
    text += try Office().rows()
    text += try Office(meter: "M2", building: "Tower B", scale: 0.6).rows()
    text += try Office(meter: "M3", building: "Lake House", scale: 0.2).rows()
    #expect(try await load(house, text).added == 3 * 42 * 24)
  }

  @Test("the portfolio in a few lines, with a picture")
  func summary() async throws {
    let house = try await house()
    try await portfolio(house)
    let outcome = try await house.run("energy.portfolio")
    let text = house.text(outcome.say)
    #expect(text.hasPrefix("6,4") || text.contains("kWh in the week to yesterday"))
    #expect(text.contains("1. Tower A · ") && text.contains("2. Tower B · ") && text.contains("3. Lake House · "))
    #expect(outcome.data["from"].string == "2026-11-16" && outcome.data["to"].string == "2026-11-22")
    #expect(outcome.data["missing_percent"].double == 0)
    let id = try #require(outcome.say.picture)
    let file = try #require(try await house.tenant().keptFile(id))
    #expect(file.bytes.prefix(4) == [0x89, 0x50, 0x4E, 0x47])
    keep(file.bytes, "portfolio")
  }

  /// Pictures to look at, when a folder is named.
  private func keep(_ bytes: [UInt8], _ name: String) {
    guard let folder = ProcessInfo.processInfo.environment["THINNAI_TEST_PICTURES"] else { return }
    _ = FileManager.default.createFile(atPath: "\(folder)/\(name).png", contents: Data(bytes))
  }

  @Test("readings that name a building as people call it belong to that building; a file by instant is kept whole")
  func byName() async throws {
    let house = try await house()
    try await load(house, "building_id,name,use\nB1,Everett,school\nB2,Clifford,office\nB3,Clifford,lab\n")
    var text = "meter,building,time,value,unit\n"
    for hour in 0..<48 {
      let time = "2026-11-2\(1 + hour / 24)T\(hour % 24 < 10 ? "0" : "")\(hour % 24):00:00Z"
      for meter in 0..<20 { text += "M\(meter),\(meter < 10 ? "Everett" : "Clifford"),\(time),1,kWh\n" }
    }
    #expect(try await load(house, text).added == 960)
    #expect(try await load(house, text).unchanged == 960)
    let owners = try await house.tenant().read { reader in
      try reader.query("SELECT DISTINCT building FROM energy_meters WHERE tenant = :tenant ORDER BY 1") { $0.text(0) }
    }
    // two are called Clifford, so neither is meant
    #expect(owners == ["B1", "Clifford"])
    let wh = try await house.tenant().read { reader in
      try reader.count("SELECT sum(wh) FROM energy_totals WHERE tenant = :tenant")
    }
    #expect(wh == 960_000)
  }

  @Test(
    "the files of other countries and of power meters are understood",
    arguments: [
      (
        "Zähler;Zeit;kWh\n M1;01.11.2026 00:00;1,5\nM1;01.11.2026 01:00;1.000,25\n",
        ["Zähler": "meter", "Zeit": "time", "kWh": "value"], 1_001_750
      ),
      ("meter,time,value,unit\nM1,11/01/2026 11:00 PM,\"1,000.5\",kWh\nM1,11/22/2026 12:00 AM,1,kWh\n", [:], 1_001_500),
      ("meter,time,kW\nM1,2026-11-01 00:00,4\nM1,2026-11-01 00:15,8\nM1,2026-11-01 00:30,8\n", ["kW": "value"], 5_000),
      (
        "meter,time,value,unit\nM1,2026-11-01 00:00,1,MWh\nM1,2026-11-01 01:00,1,Wh\nM1,2026-11-01 02:00,1,GJ\n", [:],
        1_277_779
      ),
    ])
  func shapes(_ text: String, _ map: [String: String], _ wh: Int) async throws {
    let house = try await house()
    let report = try await load(house, "\u{FEFF}" + text.replacing("\n", with: "\r\n"), map)
    #expect(report.problems.isEmpty)
    #expect(try await load(house, text, map).added == 0)
    let sum = try await house.tenant().read { reader in
      try reader.count("SELECT sum(wh) FROM energy_totals WHERE tenant = :tenant")
    }
    #expect(sum == wh)
  }

  @Test("one reading of power says that it is not enough; an unknown unit says which are known")
  func units() async throws {
    let house = try await house()
    let report = try await load(
      house, "meter,time,value,unit\nM1,2026-11-01 00:00,4,kW\nM2,2026-11-01 00:00,4,parsec\n")
    #expect(report.problems.map(\.line) == [2, 3])
    #expect(report.problems[0].sentence.contains("how long") && report.problems[1].sentence.contains("kWh"))
  }

  @Test("of a meter that is read by the month, the month is told and its neighbours are offered")
  func monthly() async throws {
    let house = try await house()
    try await load(
      house,
      "meter,time,value,unit,building\nM,2026-08-01,100,kWh,Mill\nM,2026-09-01,200,kWh,Mill\nM,2026-10-01,300,kWh,Mill\n"
    )
    let latest = try await house.run("energy.profile", ["building": "Mill"])
    #expect(
      house.text(latest.say)
        == "Mill, October 2026: 300 kWh. Its meters are read once a month, so there is no curve of a day. [◂ Month before]"
    )
    let middle = try await house.run("energy.profile", ["building": "Mill", "day": "2026-09-17"])
    #expect(
      house.text(middle.say)
        == "Mill, September 2026: 200 kWh. Its meters are read once a month, so there is no curve of a day. [◂ Month before] [Month after ▸]"
    )
  }

  @Test("old data is answered from its own last week, and says so")
  func old() async throws {
    let house = try await house(now: "2027-06-01T04:30:00Z")
    try await portfolio(house)
    let outcome = try await house.run("energy.portfolio")
    #expect(outcome.data["to"].string == "2026-11-22")
    #expect(
      house.text(outcome.say).contains("The latest readings are from 22 Nov 2026")
        || house.text(outcome.say).contains("The latest readings are from"))
  }

  @Test("a load profile has the hours of its local day, a peak, and the usual day beside it")
  func profile() async throws {
    let house = try await house()
    try await portfolio(house)
    let outcome = try await house.run("energy.profile", ["building": "tower a", "day": "2026-11-19"])
    #expect(outcome.data["hours"].array?.count == 24)
    #expect(house.text(outcome.say).contains("Tower A, Thu 19 Nov") && house.text(outcome.say).contains("Peak 4"))
    let id = try #require(outcome.say.picture)
    let file = try #require(try await house.tenant().keptFile(id))
    keep(file.bytes, "profile")
    let none = try await house.run("energy.profile", ["building": "Tower A", "day": "2020-01-01"])
    #expect(house.text(none.say).contains("has no readings for") && none.say.picture == nil)
    let latest = try await house.run("energy.profile", ["building": "Tower B"])
    #expect(latest.data["day"].string == "2026-11-22")
  }

  @Test(
    "local days are 23 and 25 hours long where the clocks change", arguments: [("2026-03-29", 23), ("2026-10-25", 25)])
  func longDays(_ day: String, _ hours: Int) async throws {
    let house = try await house()
    let office = Office(zone: "Europe/Berlin", from: "\(day)T00:00:00", days: 3)
    try await load(house, Office.header + office.rows())
    let outcome = try await house.run("energy.profile", ["building": "Tower A", "day": .string(day)])
    #expect(outcome.data["hours"].array?.count == hours)
    #expect(outcome.data["hours"].array?.allSatisfy { !$0["kwh"].isNull } == true)
    #expect(house.text(outcome.say).contains("this day had \(hours) hours"))
  }

  @Test("buildings are found by id, by part of the name, misspelt; of several it asks")
  func names() async throws {
    let house = try await house()
    try await portfolio(house)
    for text in ["Tower A", "the tower a building", "towr a", "lake"] {
      let found = try await house.run("energy.building", ["building": .string(text)])
      #expect(found.data["name"].string == (text == "lake" ? "Lake House" : "Tower A"), "\(text)")
    }
    guard
      case .ask(_, "building", let say) = await house.runner.prepare(
        ActionCall("energy.building", ["building": "tower"]), in: house.context())
    else { return #expect(Bool(false), "two towers") }
    #expect(say.buttons.count == 2)
    for unknown in ["Pluto", "tower c"] {
      await #expect { try await house.run("energy.building", ["building": .string(unknown)]) } throws: {
        ($0 as? ActionError)?.code == "energy.unknown"
      }
    }
  }

  // MARK: Oddities

  @Test("each fault is found once, named rightly, and ordinary weeks are quiet")
  func faults() async throws {
    let house = try await house()
    let week = 35 * 24
    var office = Office()
    office.faults[week + 30] = 300
    for hour in week + 50..<week + 56 { office.faults[hour] = .some(nil) }
    for hour in week + 70..<week + 90 { office.faults[hour] = 33.3 }
    office.faults[week + 100] = -5
    office.faults[week + 130] = 41_000
    for hour in week + 104..<week + 114 { office.faults[hour] = 0 }
    var text = Office.header + (try office.rows())
    text += try Office(meter: "M2", building: "Tower B", scale: 0.6).rows()
    try await load(house, text)
    let outcome = try await house.run("energy.anomalies")
    let kinds = (outcome.data["anomalies"].array ?? []).compactMap { $0["kind"].string }.sorted()
    #expect(kinds == ["flat", "missing", "negative", "spike", "unit", "zero"])
    #expect((outcome.data["anomalies"].array ?? []).allSatisfy { $0["building"].string == "Tower A" })
    let shown = house.text(outcome.say)
    #expect(shown.contains("6 things look odd in the 7 days to yesterday:"))
    #expect(shown.contains("times the usual") && shown.contains("A wrong unit?"))
    let quiet = try await house.run("energy.anomalies", ["building": "Tower B", "period": "month"])
    #expect(house.text(quiet.say).hasPrefix("Nothing looks odd at Tower B"))
  }

  @Test("nights that use more than before are one finding")
  func nights() async throws {
    let house = try await house()
    var office = Office()
    for hour in 35 * 24..<42 * 24 where (0..<6).contains(hour % 24) { office.faults[hour] = 24 + Double(hour % 5) / 3 }
    try await load(house, Office.header + office.rows())
    let outcome = try await house.run("energy.anomalies", ["building": "Tower A"])
    #expect((outcome.data["anomalies"].array ?? []).map { $0["kind"].string } == ["night"])
  }

  @Test("a silent meter is told by doctor; without data each answer says how to begin")
  func doctor() async throws {
    let house = try await house()
    let check = EnergyRoom.room.checks[0]
    guard case .advice = try await house.store.read({ try check.run($0) }) else { return #expect(Bool(false)) }
    #expect(house.text(try await house.run("energy.portfolio").say).contains("import readings"))
    var text = Office.header + (try Office().rows())
    text += try Office(meter: "M2", building: "Tower B", days: 30).rows()
    try await load(house, text)
    guard case .advice(let sentence) = try await house.store.read({ try check.run($0) }) else {
      return #expect(Bool(false), "M2 is silent")
    }
    #expect(sentence.hasPrefix("1 of 2 meters"))
    let portfolio = try await house.run("energy.portfolio")
    #expect(portfolio.data["meters_with_gaps"].int == 1 && portfolio.data["missing_percent"].double == 50)
  }

  @Test("every question that the room may have to ask is there")
  func texts() async throws {
    let house = try await house()
    for action in EnergyRoom.room.actions {
      let entry = try #require(house.runner.registry[action.name])
      for parameter in entry.parameters where parameter.isRequired {
        #expect(house.replies.has("\(action.name).ask.\(parameter.name)"))
      }
    }
  }

  @Test("many rows stream through; rollups equal the readings")
  func many() async throws {
    let house = try await house()
    var text = "meter,time,value,unit\n"
    let size = Int(ProcessInfo.processInfo.environment["THINNAI_TEST_ROWS"] ?? "") ?? 6_000
    let meters = size >= 100_000 ? 12_000 : 200
    let start = try #require(Instant(iso8601: "2026-11-01T00:00:00Z"))
    for row in 0..<size {
      text += "P\(row % meters),\((start + .minutes(row / meters * 15))),\(row % 50 + 1),Wh\n"
    }
    let clock = ContinuousClock()
    var report = Importer.Report()
    let took = try await clock.measure { report = try await load(house, text) }
    #expect(report.added == size)
    let ask = try await clock.measure { _ = try await house.run("energy.portfolio") }
    if size > 6_000 { FileHandle.standardError.write(Data("ROWS \(size) in \(took), portfolio \(ask)\n".utf8)) }
    let sums = try await house.tenant().read { reader in
      (
        try reader.count("SELECT sum(wh) FROM energy_readings WHERE tenant = :tenant"),
        try reader.count("SELECT sum(wh) FROM energy_days WHERE tenant = :tenant"),
        try reader.count("SELECT sum(wh) FROM energy_totals WHERE tenant = :tenant")
      )
    }
    #expect(sums.0 == sums.1 && sums.1 == sums.2)
  }
}
