import Actions
import Base
import Formats
import Time

/// The candles of a CSV file by symbol, and what is wrong with its other rows.
struct CandleFile {
  enum Field: String, CaseIterable {
    case time, open, high, low, close, volume, symbol

    /// What makers of files call it.
    var names: [String] {
      switch self {
      case .time:
        [
          "time", "date", "timestamp", "datetime", "timestamp_ms", "timestamp_s", "open_time", "opentime", "open time",
          "unix", "ts", "t", "traddt", "trade date", "trading date", "date1",
        ]
      case .open: ["open", "o", "open_price", "opnpric", "open price"]
      case .high: ["high", "h", "high_price", "hghpric", "high price"]
      case .low: ["low", "l", "low_price", "lwpric", "low price"]
      case .close:
        [
          "close", "c", "close_price", "clspric", "close price", "close/last", "last", "price", "adj close",
          "adj_close",
        ]
      case .volume:
        [
          "volume", "vol", "v", "volume_base", "base_volume", "vol.", "tottrdqty", "ttltradgvol", "ttl_trd_qnty",
          "total traded quantity",
        ]
      case .symbol: ["symbol", "ticker", "pair", "instrument", "tckrsymb", "stock"]
      }
    }
  }

  private(set) var candles: [String: [Candle]] = [:]
  private(set) var problems: [(line: Int, sentence: String)] = []
  /// What was read otherwise than the file may mean it.
  private(set) var notes: [(line: Int, sentence: String)] = []
  private(set) var currency: String?

  /// - Parameter map: `column=field`; also `symbol=NAME` and `currency=USD`.
  /// - Throws: when the file as a whole is no table of prices.
  init(_ source: ByteSource, name: String, map: [String: String]) async throws {
    var table: CSVTable
    do { table = try await CSVTable(source) } catch let error as CSVError {
      throw DataFileError(file: name, line: error.line, expected: error.fact)
    }
    let header = table.header.map { $0.lowercased() }
    let headings = table.header.joined(separator: ", ")
    var columns: [Field: String] = [:]
    var constant: String?
    for (key, value) in map.sorted(by: { $0.key < $1.key }) {
      if let field = Field(rawValue: value.lowercased()), header.contains(key.lowercased()) {
        columns[field] = key
      } else if key.lowercased() == "symbol" {
        constant = value
      } else if key.lowercased() == "currency" {
        currency = value.uppercased()
      } else {
        throw DataFileError(
          file: name, line: 1,
          expected: "--map \(key)=\(value) should name a column (\(headings)) and one of "
            + Field.allCases.map(\.rawValue).joined(separator: ", "))
      }
    }
    if let currency, !(3...5).contains(currency.utf8.count) || !currency.utf8.allSatisfy({ (65...90).contains($0) }) {
      throw DataFileError(file: name, line: nil, expected: "--map currency=USD takes a code of three to five letters")
    }
    /// The column of a name; `<DATE>` and `"Date "` are such, too.
    func column(_ name: String) -> String? {
      header.first { $0 == name } ?? header.first { $0.trimmed.trimming(["<", ">"]) == name }
    }
    // the time of the day may stand in a column of its own
    var clock: String?
    if columns[.time] == nil, let day = column("date"), let time = column("time") {
      (columns[.time], clock) = (day, time)
    }
    for field in Field.allCases where columns[field] == nil {
      columns[field] = field.names.lazy.compactMap(column).first
    }
    guard let time = columns[.time], let close = columns[.close] else {
      let missing = columns[.time] == nil ? "time" : "close"
      throw DataFileError(
        file: name, line: 1,
        expected: "there is no column for \(missing); name it with --map column=\(missing). The columns are \(headings)"
      )
    }
    if let constant {
      columns[.symbol] = nil
      guard !Market.fold(constant).isEmpty else {
        throw DataFileError(file: name, line: nil, expected: "--map symbol=NAME takes letters and digits")
      }
    }
    noteColumns(table.header, columns, clock)
    let fallback = constant.map { Market.fold($0) } ?? Self.symbol(ofFile: name)
    var seen: [String: [Instant: Candle]] = [:]
    // held back until one of them tells the order of day and month
    var rows: [CSVTable.Row] = []
    // this one heading is that of the exchange in New York, whose days begin with the month
    var dates: TableDate? = header.contains("close/last") ? TableDate(isMonthFirst: true) : nil
    var open: String?
    while true {
      let result = try await table.next()
      switch result {
      case .failure(let error): problems.append((error.line, error.fact))
      case .success(let row):
        rows.append(row)
        if dates == nil, let text = row[time] {
          dates = Self.settled(by: text)
          if dates == nil { open = open ?? text.trimmed }
        }
      case nil: break
      }
      if dates == nil, let open, result == nil || rows.count == Self.heldLimit {
        notes.append(
          (1, "Days such as \(open) may begin with the day or the month; here they were read as day, month, year."))
        dates = TableDate()
      }
      guard dates != nil || result == nil || rows.count == Self.heldLimit else { continue }
      for row in rows {
        do {
          let candle = try Self.candle(
            row, columns, time: time, clock: clock, close: close, dates ?? TableDate(),
            commaIsDecimal: table.commaIsDecimal)
          let symbol = columns[.symbol].flatMap { row[$0] }.map { Market.fold($0) } ?? fallback
          guard !symbol.isEmpty, symbol.utf8.count <= 30 else {
            throw Mistake("there is no symbol; use --map symbol=NAME")
          }
          if let old = seen[symbol]?[candle.at] {
            guard old == candle else { throw Mistake("a second, different candle for \(candle.at)") }
            continue
          }
          seen[symbol, default: [:]][candle.at] = candle
        } catch let mistake as Mistake {
          problems.append((row.line, mistake.sentence))
        }
      }
      rows.removeAll(keepingCapacity: true)
      guard result != nil else { break }
    }
    problems.sort { $0.line < $1.line }
    candles = seen.mapValues { $0.values.sorted { $0.at < $1.at } }
  }

  /// Says which columns are not there and which mean nothing here.
  private mutating func noteColumns(_ header: [String], _ columns: [Field: String], _ clock: String?) {
    let missing = [Field.open, .high, .low].filter { columns[$0] == nil }.map(\.rawValue)
    if !missing.isEmpty {
      notes.append((1, "There is no column for \(missing.joined(separator: ", ")); what closed is taken for it."))
    }
    let known = Set(columns.values.map { $0.lowercased() } + [clock ?? ""])
    let unread = header.filter { !$0.trimmed.isEmpty && !known.contains($0.lowercased()) }.map(\.trimmed)
    if !unread.isEmpty {
      notes.append((1, "Not understood, and left out: the columns \(unread.prefix(12).joined(separator: ", "))."))
    }
  }

  /// The order of a file's dates, once one of its times tells it.
  private static func settled(by time: String) -> TableDate? {
    switch TableDate.order(time.trimmed) {
    case .open: nil
    case .monthFirst: TableDate(isMonthFirst: true)
    case .dayFirst: TableDate()
    case .other: moment(time) == nil ? nil : TableDate()
    }
  }

  /// More rows than a file has whose dates say nothing.
  private static let heldLimit = 100_000

  private struct Mistake: Error {
    let sentence: String
    init(_ sentence: String) { self.sentence = sentence }
  }

  private static func candle(
    _ row: CSVTable.Row, _ columns: [Field: String], time: String, clock: String?, close: String, _ dates: TableDate,
    commaIsDecimal: Bool
  ) throws -> Candle {
    guard let text = row[time], let at = moment(text, clock.flatMap { row[$0] }, dates) else {
      throw Mistake("the time is neither ISO 8601, nor 31/12/2026, nor seconds or milliseconds since 1970")
    }
    func price(_ field: Field) throws -> Scaled? {
      guard let column = columns[field], let text = row[column] else { return nil }
      let plain = TableNumber.plain(text, commaIsDecimal: commaIsDecimal)
      guard let value = Scaled(plain), value.units > 0 else { throw Mistake("\(field.rawValue) is no price") }
      return value
    }
    guard let close = try price(.close) else { throw Mistake("close is no price") }
    let open = try price(.open) ?? close
    let high = try price(.high) ?? max(open, close)
    let low = try price(.low) ?? min(open, close)
    guard low <= min(open, close), high >= max(open, close) else {
      throw Mistake("open and close are not between low and high")
    }
    var volume: Double?
    if let column = columns[.volume], let text = row[column], !text.isEmpty {
      // 1.97M
      let factors: [Character: Double] = ["K": 1_000, "M": 1_000_000, "B": 1_000_000_000]
      let factor = text.trimmed.last.flatMap { factors[$0] }
      let digits = factor == nil ? text : String(text.trimmed.dropLast())
      guard let value = TableNumber.value(digits, commaIsDecimal: commaIsDecimal), value >= 0 else {
        throw Mistake("volume is no number")
      }
      volume = value * (factor ?? 1)
    }
    return Candle(at: at, open: open, high: high, low: low, close: close, volume: volume)
  }

  /// A day, and the time of that day where it stands beside it: `09:15:00`, `9:15 AM`, `091500`.
  private static func moment(_ day: String, _ clock: String?, _ dates: TableDate) -> Instant? {
    guard let clock = clock?.trimmed, !clock.isEmpty else { return moment(day, dates) }
    if let whole = Instant(iso8601: clock) { return check(whole) }
    guard let begin = moment(day, dates) else { return nil }
    let isPlain = clock.utf8.count == 6 && clock.utf8.allSatisfy { (48...57).contains($0) }
    let digits = isPlain ? "\(clock.prefix(2)):\(clock.dropFirst(2).prefix(2)):\(clock.suffix(2))" : clock
    guard let time = TableDate.time(Substring(TableDate.wholeSeconds(digits))) else { return nil }
    return begin + .seconds(time.hour * 3_600 + time.minute * 60 + time.second)
  }

  /// ISO 8601 with or without a zone (UTC then), a date, `31/12/2018`, `20181130`, or seconds, milliseconds, microseconds since 1970.
  static func moment(_ text: String, _ dates: TableDate = TableDate()) -> Instant? {
    let text = text.trimmed
    if let date = CivilDate(text) { return Zone.utc.startOfDay(date) }
    if let instant = Instant(iso8601: text) { return check(instant) }
    if let local = CivilDateTime(text) ?? dates.local(text) ?? CivilDateTime(TableDate.wholeSeconds(text)) {
      return Zone.utc.instant(of: local)
    }
    guard let number = Double(text), number.isFinite, number > 0 else { return nil }
    if text.utf8.count == 8, let whole = Int(text),
      let date = CivilDate(year: whole / 10_000, month: whole / 100 % 100, day: whole % 100)
    {
      return Zone.utc.startOfDay(date)
    }
    // 2001 in milliseconds is past 5000 in seconds, so the size tells the unit
    let micros: Double
    switch number {
    case ..<100_000_000_000: micros = number * 1_000_000
    case ..<100_000_000_000_000: micros = number * 1_000
    case ..<100_000_000_000_000_000: micros = number
    default: micros = number / 1_000
    }
    return Int64(exactly: micros.rounded()).flatMap { check(Instant(microseconds: $0)) }
  }

  /// Between 1900 and 2200: anything else is no market's time.
  private static func check(_ instant: Instant) -> Instant? {
    (-2_208_988_800...7_258_118_400).contains(instant.seconds) ? instant : nil
  }

  /// `btcusd_1d_2014.csv` is `BTCUSD`, `ETH_BTC-5m.csv` is `ETHBTC`.
  static func symbol(ofFile name: String) -> String {
    let file = name.split(separator: "/").last.map(String.init) ?? name
    let base = file.split(separator: ".").first.map(String.init) ?? file
    let parts = base.split { !$0.isLetter && !$0.isNumber }.map { $0.uppercased() }
    guard let first = parts.first else { return "" }
    let quotes: Set = ["USD", "USDT", "USDC", "BTC", "ETH", "EUR", "INR", "GBP", "JPY"]
    return parts.count > 1 && quotes.contains(parts[1]) ? first + parts[1] : first
  }
}

extension String {
  fileprivate func trimming(_ letters: Set<Character>) -> String {
    var rest = self[...]
    while let first = rest.first, letters.contains(first) { rest.removeFirst() }
    while let last = rest.last, letters.contains(last) { rest.removeLast() }
    return String(rest)
  }
}
