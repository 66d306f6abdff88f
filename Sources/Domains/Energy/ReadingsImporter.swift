import Actions
import Base
import Formats
import People
import Store
import Time

/// Brings meter readings in, 2,000 rows a transaction; only the rows of one window are held.
enum ReadingsImporter {
  static let importer = Importer(
    "readings",
    summary: "Meter readings from CSV: meter, time, value, unit (building, zone, kind); or a list of buildings."
  ) { file, name, columns, owner, store in
    try await run(file, name, columns, owner, store)
  }

  static let batchSize = 2_000
  /// Rows that are sorted by meter before they are written: a file that lists all meters of one instant, then all of
  /// the next, would otherwise touch a page of the store for each row.
  static let window = 40_000
  /// More complaints than anybody reads; the rest is counted.
  static let problemLimit = 1_000

  private static func run(
    _ file: ByteSource, _ name: String, _ map: [String: String], _ owner: Person, _ store: TenantStore
  ) async throws -> Importer.Report {
    var table: CSVTable
    do { table = try await CSVTable(file) } catch let error as CSVError {
      throw DataFileError(
        file: name, line: error.line,
        expected: error.reason == .empty ? "a header and rows; the file is empty" : error.sentence)
    }
    let columns = try columns(table.header, map, name)
    var state = ImportState(zone: owner.zone)
    if !columns.unread.isEmpty {
      state.report.notes.append(
        (1, "Not understood, and left out: the columns \(columns.unread.prefix(12).joined(separator: ", ")).")
      )
    }
    try await state.load(store)
    var rows: [CSVTable.Row] = []
    var isFirst = true
    while true {
      let result = try await table.next()
      switch result {
      case .failure(let error): state.complain(error.line, error.sentence)
      case .success(let row): rows.append(row)
      case nil: break
      }
      guard rows.count == window || result == nil else { continue }
      if isFirst { state.learn(rows, columns, commaIsDecimal: table.commaIsDecimal) }
      isFirst = false
      state = try await save(window: rows, columns, state, store)
      guard result != nil else { break }
      rows.removeAll(keepingCapacity: true)
    }
    try await state.finish(store)
    var report = state.report
    report.problems.sort { ($0.line == 0 ? .max : $0.line) < ($1.line == 0 ? .max : $1.line) }
    return report
  }

  private static func columns(
    _ headings: [String], _ map: [String: String], _ name: String
  ) throws -> ReadingColumns {
    let header = headings.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
    let columns = try ReadingColumns(header: header, map: map, file: name)
    if columns.isBuildings { return columns }
    for field in [ReadingColumns.Field.time, .value] where !columns.has(field) {
      throw DataFileError(
        file: name, line: 1,
        expected:
          "a column “\(field.name)” (or --map COLUMN=\(field.name)); the columns are \(header.joined(separator: ", "))"
      )
    }
    guard columns.has(.meter) || columns.has(.building) else {
      throw DataFileError(file: name, line: 1, expected: "a column “meter” (or --map NAME=meter for one meter)")
    }
    guard columns.has(.unit) || columns.heading(.value).flatMap(EnergyUnit.inName) != nil else {
      throw DataFileError(file: name, line: 1, expected: "a column “unit” (or --map kWh=unit for all rows)")
    }
    return columns
  }

  /// The rows of a meter stay in the order of the file.
  private static func save(
    window rows: [CSVTable.Row], _ columns: ReadingColumns, _ state: ImportState, _ store: TenantStore
  ) async throws -> ImportState {
    var state = state
    var places: [String: Int] = [:]
    var groups: [[CSVTable.Row]] = []
    for row in rows {
      let meter = columns.text(.meter, row.fields) ?? columns.text(.building, row.fields) ?? ""
      if let place = places[meter] {
        groups[place].append(row)
      } else {
        places[meter] = groups.count
        groups.append([row])
      }
    }
    for group in groups { state.learnStep(group, columns) }
    let sorted = groups.count > 1 ? Array(groups.joined()) : rows
    var start = 0
    while start < sorted.count {
      let end = min(start + batchSize, sorted.count)
      state = try await save(Array(sorted[start..<end]), columns, state, store)
      start = end
    }
    return state
  }

  private static func save(
    _ rows: [CSVTable.Row], _ columns: ReadingColumns, _ state: ImportState, _ store: TenantStore
  ) async throws -> ImportState {
    try await store.write { transaction in
      var state = state
      var days = DayBook()
      for row in rows {
        do {
          if columns.isBuildings {
            try state.building(row, columns, in: transaction)
          } else {
            try state.reading(row, columns, &days, in: transaction)
          }
        } catch let problem as RowProblem {
          state.complain(row.line, problem.sentence)
        }
      }
      state.putBack()
      try days.close(in: transaction)
      try state.noteLast(in: transaction)
      return state
    }
  }
}

/// What is wrong with one row.
struct RowProblem: Error {
  let sentence: String
  init(_ sentence: String) { self.sentence = sentence }
}

/// What is known while a file is read: the meters by name, and the report.
struct ImportState: Sendable {
  let zone: Zone
  var report = Importer.Report()
  private var meters: [String: Meter] = [:]
  /// The meter of the last row, taken out while its rows come one after the other.
  private var current: (id: String, meter: Meter)?
  private var buildings: [String: Zone?] = [:]
  /// Ids of buildings by name; `nil` where two are called the same.
  private var named: [String: String?] = [:]
  private var zones: [String: Zone] = [:]
  private var unsaid = 0
  /// How this file writes dates and decimals.
  private var dates = TableDate()
  private var commaIsDecimal = false
  /// Hours between two rows of a meter whose readings are power.
  private var hours: [String: Double] = [:]
  /// Meters whose latest reading moved on in this transaction.
  private var later: Set<String> = []

  init(zone: Zone) { self.zone = zone }

  mutating func complain(_ line: Int, _ sentence: String) {
    if report.problems.count < ReadingsImporter.problemLimit {
      report.problems.append((line, sentence))
    } else {
      unsaid += 1
    }
  }

  /// Sees from the first rows how the file writes dates and decimals.
  mutating func learn(_ rows: [CSVTable.Row], _ columns: ReadingColumns, commaIsDecimal: Bool) {
    dates = TableDate(of: rows.lazy.compactMap { columns.text(.time, $0.fields) })
    self.commaIsDecimal = commaIsDecimal
  }

  /// Of a meter whose readings are power, for how long one holds: the usual distance of its rows.
  mutating func learnStep(_ rows: [CSVTable.Row], _ columns: ReadingColumns) {
    guard let first = rows.first, let id = owner(of: first, columns).id, hours[id] == nil,
      let unit = columns.unit(first.fields), EnergyUnit.watts(unit) != nil
    else { return }
    var times = ReadingTime()
    let zone = meters[id]?.zone ?? zone
    let moments = rows.prefix(500).compactMap { row in
      columns.text(.time, row.fields).flatMap { times.read($0, in: zone, dates) }
    }.sorted()
    let gaps = zip(moments, moments.dropFirst()).map { ($1 - $0).seconds }.filter { $0 > 0 }.sorted()
    if !gaps.isEmpty {
      hours[id] = gaps[gaps.count / 2] / 3_600
    } else if let step = meters[id]?.step, step > 0 {
      hours[id] = Double(step) / 3_600
    }
  }

  /// Which meter a row is of, and the building it names.
  private func owner(of row: CSVTable.Row, _ columns: ReadingColumns) -> (id: String?, building: String?) {
    // a building may be named as people call it
    let building = columns.text(.building, row.fields).map { text in
      buildings[text] == nil ? (named[text] ?? nil) ?? text : text
    }
    // a file by building: what is measured makes the meter
    return (
      columns.text(.meter, row.fields) ?? building.map { "\($0)/\(columns.heading(.value) ?? "value")" }, building
    )
  }

  mutating func load(_ store: TenantStore) async throws {
    let rows = try await store.read { reader in
      let meters = try reader.query(
        "SELECT id, number, building, zone, is_register, last_at, step_s FROM energy_meters WHERE tenant = :tenant"
      ) { row in (row.text(0), row.int(1), row.text(2), row.text(3), row.bool(4), row.instant(5), row.int(6)) }
      let buildings = try reader.query("SELECT id, zone, name FROM energy_buildings WHERE tenant = :tenant") { row in
        (row.text(0), row.optionalText(1), row.text(2))
      }
      return (meters, buildings)
    }
    for (id, zone, name) in rows.1 {
      buildings[id] = .some(zone.flatMap { find($0) })
      named[name] = named[name] == nil ? .some(id) : .some(nil)
    }
    for (id, number, building, zone, isRegister, lastAt, step) in rows.0 {
      // of a meter whose import was cut off the step is still to be found
      meters[id] = Meter(
        number: number, building: building, zone: find(zone) ?? self.zone, isRegister: isRegister, lastAt: lastAt,
        step: step, isTouched: step == 0)
    }
  }

  private mutating func find(_ name: String) -> Zone? {
    if let zone = zones[name] { return zone }
    let zone = try? Zone.named(name)
    zones[name] = zone
    return zone
  }

  // MARK: One row

  mutating func reading(
    _ row: CSVTable.Row, _ columns: ReadingColumns, _ days: inout DayBook, in transaction: Transaction
  ) throws {
    let (id, building) = owner(of: row, columns)
    guard let id, id.utf8.count <= 200 else { throw RowProblem("it names no meter") }
    guard let valueText = columns.text(.value, row.fields) else { throw RowProblem("it has no value") }
    guard let value = TableNumber.value(valueText, commaIsDecimal: commaIsDecimal) else {
      throw RowProblem("“\(valueText)” is no number")
    }
    let amount = (value * (try factor(columns.unit(row.fields) ?? "", of: id))).rounded()
    guard abs(amount) < 9e15 else { throw RowProblem("“\(valueText)” is more than any meter shows") }
    if current?.id != id {
      putBack()
      // what has no row that can be read leaves no meter and no building
      if meters[id] == nil { try checkTime(row, columns, in: transaction) }
      current = (id, try meters[id] ?? create(id, building ?? id, row, columns, in: transaction))
    }
    guard var meter = current?.meter else { return }
    defer { current?.meter = meter }
    let at = try time(row, columns, &meter.times, in: meter.zone, transaction)
    guard meter.seen.add(at) else { throw RowProblem("the meter has two rows of this time; the first is kept") }
    let change =
      meter.isRegister
      ? try RegisterBook.write(Int64(amount), at: at, of: meter, &days, in: transaction)
      : try days.write(Int64(amount), at: at, of: meter, in: transaction)
    switch change {
    case .added: report.added += 1
    case .updated: report.updated += 1
    case .unchanged: report.unchanged += 1
    }
    if at > meter.lastAt {
      meter.lastAt = at
      later.insert(id)
    }
    if change != .unchanged { meter.isTouched = true }
  }

  private func time(
    _ row: CSVTable.Row, _ columns: ReadingColumns, _ times: inout ReadingTime, in zone: Zone,
    _ transaction: Transaction
  ) throws -> Instant {
    guard let text = columns.text(.time, row.fields), let at = times.read(text, in: zone, dates) else {
      throw RowProblem(
        "“\(columns.text(.time, row.fields) ?? "")” is no time; write 2026-11-01T00:15:00Z or 31/12/2026 23:45")
    }
    guard at.microseconds >= 0, at < Instant(seconds: 4_102_444_800) else {
      throw RowProblem("its time lies outside the years 1970 to 2099")
    }
    guard at <= transaction.latestReading else { throw RowProblem("its time, “\(text)”, is still to come") }
    return at
  }

  private func checkTime(_ row: CSVTable.Row, _ columns: ReadingColumns, in transaction: Transaction) throws {
    var times = ReadingTime()
    _ = try time(row, columns, &times, in: zone, transaction)
  }

  /// Ends with the meter that was read last; called before anybody else looks at the meters.
  mutating func putBack() {
    if let current { meters[current.id] = current.meter }
    current = nil
  }

  /// Watt-hours of one unit.
  private func factor(_ unit: String, of meter: String) throws -> Double {
    if let energy = EnergyUnit.wattHours(unit) { return energy }
    guard let power = EnergyUnit.watts(unit) else {
      throw RowProblem(
        "“\(unit)” is no unit of energy known here; use Wh, kWh, MWh, J, kJ, MJ, GJ, Btu, therm, or kW for averages")
    }
    guard let hours = hours[meter] else {
      throw RowProblem("“\(unit)” is power, and one reading alone does not tell for how long")
    }
    return power * hours
  }

  private mutating func create(
    _ id: String, _ building: String, _ row: CSVTable.Row, _ columns: ReadingColumns, in transaction: Transaction
  ) throws -> Meter {
    var zone = (buildings[building] ?? nil) ?? self.zone
    if let name = columns.text(.zone, row.fields) {
      guard let found = find(name) else { throw RowProblem("there is no time zone “\(name)”") }
      zone = found
    }
    let kind = columns.text(.kind, row.fields)?.lowercased() ?? "interval"
    guard ["interval", "delta", "register", "cumulative", "counter"].contains(kind) else {
      throw RowProblem("“\(kind)” is no kind of reading; write interval or register")
    }
    let isRegister = kind != "interval" && kind != "delta"
    if buildings[building] == nil {
      try transaction.execute(
        "INSERT INTO energy_buildings (tenant, id, name, zone) VALUES (:tenant, ?, ?, ?) ON CONFLICT DO NOTHING",
        building, building, zone.identifier)
      buildings[building] = .some(zone)
    }
    try transaction.execute(
      """
      INSERT INTO energy_meters (tenant, id, building, zone, is_register, last_at) VALUES (:tenant, ?, ?, ?, ?, 0)
      """, id, building, zone.identifier, isRegister)
    return Meter(
      number: transaction.lastInsertRowID, building: building, zone: zone, isRegister: isRegister, lastAt: .epoch)
  }

  mutating func building(_ row: CSVTable.Row, _ columns: ReadingColumns, in transaction: Transaction) throws {
    guard let id = columns.text(.building, row.fields) else { throw RowProblem("it names no building") }
    let name = columns.text(.name, row.fields) ?? id
    let use = columns.text(.use, row.fields)
    let zoneName = columns.text(.zone, row.fields)
    if let zoneName, find(zoneName) == nil { throw RowProblem("there is no time zone “\(zoneName)”") }
    var area: Double?
    if let text = columns.text(.area, row.fields) {
      guard let value = TableNumber.value(text, commaIsDecimal: commaIsDecimal), value > 0, value < 1e8 else {
        throw RowProblem("“\(text)” is no floor area")
      }
      area = value
    }
    let before = try transaction.first(
      "SELECT name, use, area_m2, zone FROM energy_buildings WHERE tenant = :tenant AND id = ?", id
    ) { row in
      row.text(0) == name && row.optionalText(1) == use && row.optionalDouble(2) == area
        && (zoneName == nil || row.optionalText(3) == zoneName)
    }
    if before == true {
      report.unchanged += 1
      return
    }
    try transaction.execute(
      """
      INSERT INTO energy_buildings (tenant, id, name, use, area_m2, zone) VALUES (:tenant, ?, ?, ?, ?, ?)
      ON CONFLICT (tenant, id) DO UPDATE SET name = excluded.name, use = excluded.use, area_m2 = excluded.area_m2,
        zone = coalesce(excluded.zone, zone)
      """, id, name, use, area, zoneName)
    buildings[id] = .some(zoneName.flatMap { find($0) })
    if before == nil { report.added += 1 } else { report.updated += 1 }
  }

  mutating func noteLast(in transaction: Transaction) throws {
    for meter in later.compactMap({ meters[$0] }) {
      try transaction.execute(
        "UPDATE energy_meters SET last_at = ? WHERE tenant = :tenant AND number = ?", meter.lastAt, meter.number)
    }
    later = []
  }

  // MARK: The end of the file

  /// Writes down how often each meter is read.
  mutating func finish(_ store: TenantStore) async throws {
    report.unlisted = unsaid
    let touched = meters.values.filter(\.isTouched)
    var start = 0
    while start < touched.count {
      let batch = Array(touched[start..<min(start + 500, touched.count)])
      try await store.write { transaction in
        for meter in batch {
          let times = try transaction.query(
            "SELECT at FROM energy_readings WHERE tenant = :tenant AND meter = ? ORDER BY at DESC LIMIT 50",
            meter.number
          ) { $0.instant(0).seconds }
          let gaps = zip(times, times.dropFirst()).map { $0 - $1 }.sorted()
          try transaction.execute(
            "UPDATE energy_meters SET step_s = ? WHERE tenant = :tenant AND number = ?",
            gaps.isEmpty ? 0 : gaps[gaps.count / 2], meter.number)
        }
      }
      start += 500
    }
    let buildings = Set(touched.map(\.building))
    guard !buildings.isEmpty else { return }
    try await store.write { try EnergyAlert.check(buildings, in: $0) }
  }
}
