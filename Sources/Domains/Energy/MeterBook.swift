import Base
import Store
import Time

/// A reader that knows the moment: readings dated later are slips of a file.
protocol DatedQuerying: Querying {
  var now: Instant { get }
}

extension TenantReader: DatedQuerying {}
extension Transaction: DatedQuerying {}

extension DatedQuerying {
  /// The latest time that a reading may have: clocks of meters and zones differ by a day at most.
  var latestReading: Instant { now + .days(1) }
}

/// A meter while a file is read.
struct Meter {
  var number: Int64
  var building: String
  var zone: Zone
  var isRegister: Bool
  var lastAt: Instant
  /// Usual seconds between two readings, as earlier files showed; 0 when not known.
  var step: Int64 = 0
  var times = ReadingTime()
  /// The times of its rows in this file: a second row of the same time is a slip of the file.
  var seen = SeenTimes()
  var isTouched = false
}

/// The times of a meter's rows, kept as runs of even steps: files are long, and mostly regular.
struct SeenTimes {
  private struct Run {
    var first: Int64
    var last: Int64
    var step: Int64
  }

  /// A file as disorderly as this is not looked through any more.
  private static let most = 4_096
  private var runs: [Run] = []
  private var (lowest, highest) = (Int64.max, Int64.min)

  /// - Returns: false where the time has been there before.
  mutating func add(_ at: Instant) -> Bool {
    let time = at.microseconds
    if time >= lowest, time <= highest, holds(time) { return false }
    (lowest, highest) = (min(lowest, time), max(highest, time))
    guard var run = runs.last else {
      runs.append(Run(first: time, last: time, step: 0))
      return true
    }
    if run.step == 0 || time == run.last + run.step {
      run.step = time - run.last
      run.last = time
      runs[runs.count - 1] = run
    } else if runs.count < Self.most {
      runs.append(Run(first: time, last: time, step: 0))
    }
    return true
  }

  private func holds(_ time: Int64) -> Bool {
    runs.contains { run in
      guard time >= min(run.first, run.last), time <= max(run.first, run.last) else { return false }
      return run.step == 0 || (time - run.first) % run.step == 0
    }
  }
}

/// Writes readings and keeps the daily sums in step, within one transaction.
struct DayBook {
  struct Key: Hashable {
    var meter: Int64
    var day: Int
  }
  struct Sum {
    var wh: Int64 = 0
    var count = 0
    var peak = Int64.min
    var low = Int64.max
    var negatives = 0

    mutating func add(_ value: Int64) {
      wh += value
      count += 1
      peak = max(peak, value)
      low = min(low, value)
      if value < 0 { negatives += 1 }
    }
  }

  private var added: [Key: Sum] = [:]
  /// Days on which a value changed: their peaks can only be found again from the readings.
  private var corrected: [Key: Zone] = [:]

  enum Change { case added, updated, unchanged }

  /// Keeps the use in the interval that begins at a moment.
  mutating func write(
    _ wh: Int64?, at: Instant, of meter: Meter, in transaction: Transaction
  ) throws -> Change {
    // later than all there is: nothing to look for
    let before =
      at > meter.lastAt
      ? nil
      : try transaction.first(
        "SELECT wh FROM energy_readings WHERE tenant = :tenant AND meter = ? AND at = ?", meter.number, at
      ) { $0.int(0) }
    if before == wh { return .unchanged }
    let key = Key(meter: meter.number, day: meter.zone.date(at).dayNumber)
    guard let wh else {
      try transaction.execute(
        "DELETE FROM energy_readings WHERE tenant = :tenant AND meter = ? AND at = ?", meter.number, at)
      corrected[key] = meter.zone
      return .updated
    }
    if before == nil {
      try transaction.execute(
        "INSERT INTO energy_readings (tenant, meter, at, wh) VALUES (:tenant, ?, ?, ?)", meter.number, at, wh)
      added[key, default: Sum()].add(wh)
      return .added
    }
    try transaction.execute(
      "UPDATE energy_readings SET wh = ? WHERE tenant = :tenant AND meter = ? AND at = ?", wh, meter.number, at)
    corrected[key] = meter.zone
    return .updated
  }

  /// Adds what was written to the days and the totals; called once at the end of a transaction.
  func close(in transaction: Transaction) throws {
    var totals: [Int: (wh: Int64, count: Int)] = [:]
    for (key, sum) in added where corrected[key] == nil {
      try transaction.execute(
        """
        INSERT INTO energy_days (tenant, day, meter, wh, count, peak_wh, low_wh, negatives)
        VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (tenant, day, meter) DO UPDATE SET wh = wh + excluded.wh, count = count + excluded.count,
          peak_wh = max(peak_wh, excluded.peak_wh), low_wh = min(low_wh, excluded.low_wh),
          negatives = negatives + excluded.negatives
        """, key.day, key.meter, sum.wh, sum.count, sum.peak, sum.low, sum.negatives)
      totals[key.day, default: (0, 0)].wh += sum.wh
      totals[key.day, default: (0, 0)].count += sum.count
    }
    for (key, zone) in corrected {
      let change = try rebuild(key, zone, in: transaction)
      totals[key.day, default: (0, 0)].wh += change.wh
      totals[key.day, default: (0, 0)].count += change.count
    }
    for (day, total) in totals {
      try transaction.execute(
        """
        INSERT INTO energy_totals (tenant, day, wh, count) VALUES (:tenant, ?, ?, ?)
        ON CONFLICT (tenant, day) DO UPDATE SET wh = wh + excluded.wh, count = count + excluded.count
        """, day, total.wh, total.count)
    }
  }

  /// Sums a day again from its readings. - Returns: by how much the totals change.
  private func rebuild(_ key: Key, _ zone: Zone, in transaction: Transaction) throws -> (wh: Int64, count: Int) {
    let date = CivilDate(dayNumber: key.day)
    var sum = Sum()
    try transaction.scan(
      "SELECT wh FROM energy_readings WHERE tenant = :tenant AND meter = ? AND at >= ? AND at < ?", key.meter,
      zone.startOfDay(date), zone.startOfDay(date.adding(days: 1))
    ) { row in
      sum.add(row.int(0))
      return true
    }
    let before = try transaction.first(
      "SELECT wh, count FROM energy_days WHERE tenant = :tenant AND day = ? AND meter = ?", key.day, key.meter
    ) { row in (row.int(0), row.integer(1)) }
    try transaction.execute(
      "DELETE FROM energy_days WHERE tenant = :tenant AND day = ? AND meter = ?", key.day, key.meter)
    if sum.count > 0 {
      try transaction.execute(
        """
        INSERT INTO energy_days (tenant, day, meter, wh, count, peak_wh, low_wh, negatives)
        VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?)
        """, key.day, key.meter, sum.wh, sum.count, sum.peak, sum.low, sum.negatives)
    }
    return (sum.wh - (before?.0 ?? 0), sum.count - (before?.1 ?? 0))
  }
}

/// Use between two reads of a counting meter.
enum RegisterBook {
  /// Keeps a read and derives the use before and after it again.
  ///
  /// A fall is a rollover when what would have been used is at most ten times the usual, else a reset: then nobody
  /// knows the use, and none is invented. Use belongs to the interval that begins at the earlier read.
  static func write(
    _ wh: Int64, at: Instant, of meter: Meter, _ days: inout DayBook, in transaction: Transaction
  ) throws -> DayBook.Change {
    let before = try transaction.first(
      "SELECT wh FROM energy_registers WHERE tenant = :tenant AND meter = ? AND at = ?", meter.number, at
    ) { $0.int(0) }
    if before == wh { return .unchanged }
    try transaction.execute(
      """
      INSERT INTO energy_registers (tenant, meter, at, wh) VALUES (:tenant, ?, ?, ?)
      ON CONFLICT (tenant, meter, at) DO UPDATE SET wh = excluded.wh
      """, meter.number, at, wh)
    let earlier = try transaction.first(
      "SELECT at, wh FROM energy_registers WHERE tenant = :tenant AND meter = ? AND at < ? ORDER BY at DESC LIMIT 1",
      meter.number, at
    ) { row in (row.instant(0), row.int(1)) }
    let later = try transaction.first(
      "SELECT at, wh FROM energy_registers WHERE tenant = :tenant AND meter = ? AND at > ? ORDER BY at LIMIT 1",
      meter.number, at
    ) { row in (row.instant(0), row.int(1)) }
    if let earlier {
      let use = try use(from: earlier.1, to: wh, at: earlier.0, of: meter, in: transaction)
      _ = try days.write(use, at: earlier.0, of: meter, in: transaction)
    }
    if let later {
      let use = try use(from: wh, to: later.1, at: at, of: meter, in: transaction)
      _ = try days.write(use, at: at, of: meter, in: transaction)
    }
    return before == nil ? .added : .updated
  }

  /// The middle of the last steps; `nil` before there are any.
  private static func usual(_ meter: Meter, before: Instant, in transaction: Transaction) throws -> Int64? {
    let steps = try transaction.query(
      "SELECT wh FROM energy_readings WHERE tenant = :tenant AND meter = ? AND at < ? ORDER BY at DESC LIMIT 9",
      meter.number, before
    ) { $0.int(0) }.sorted()
    return steps.isEmpty ? nil : steps[steps.count / 2]
  }

  private static func use(
    from old: Int64, to new: Int64, at: Instant, of meter: Meter, in transaction: Transaction
  ) throws -> Int64? {
    if new >= old { return new - old }
    // where the counter turns over: the next power of ten above all it ever showed
    let largest =
      try transaction.first(
        "SELECT max(wh) FROM energy_registers WHERE tenant = :tenant AND meter = ?", meter.number, map: { $0.int(0) })
      ?? old
    var scale: Int64 = 1
    while scale <= largest, scale < 1_000_000_000_000_000_000 { scale *= 10 }
    let rolled = scale - old + new
    guard let usual = try usual(meter, before: at, in: transaction), usual > 0, rolled <= 10 * usual else { return nil }
    return rolled
  }
}
