import Base
import Time

/// Something odd in a meter's readings, with what makes it odd.
struct Anomaly: Sendable, Hashable {
  enum Kind: String, Sendable, CaseIterable { case unit, spike, negative, flat, zero, missing, night, level }
  var kind: Kind
  var from: Instant
  /// When it ends, exclusive.
  var to: Instant
  /// What was read, and what is usual then.
  var wh: Int64 = 0
  var usual: Double = 0
  /// For ranking: roughly the watt-hours in question.
  var weight: Double = 0

  var hours: Double { (to - from).seconds / 3_600 }
}

/// Finds oddities in one meter's hours: plain rules first, then distance from the same hours of the weeks before.
///
/// A value is a spike when it lies far outside what the hour of the week (and its neighbours) showed over five weeks,
/// in units of the median absolute deviation, and above all of it: few alarms that mean something, rather than many.
struct AnomalyFinder {
  static let weeks = 5
  /// Distance in robust standard deviations.
  static let limit = 8.0
  private static let hour: Int64 = 3_600

  /// Watt-hours by the hour since 1970, on the hours of the zone; hours without readings are absent.
  let hours: [Int64: Int64]
  /// Hours in which a single reading was below zero.
  let negatives: Set<Int64>
  let zone: Zone
  /// Minutes by which the zone's hours differ from those of UTC, in seconds.
  let shift: Int64

  /// - Parameter readings: when each began and its watt-hours, in any order.
  init(_ readings: some Sequence<(at: Instant, wh: Int64)>, zone: Zone, shift: Int64) {
    var hours: [Int64: Int64] = [:]
    var negatives: Set<Int64> = []
    for (at, wh) in readings {
      let hour = Self.number(at, shift)
      hours[hour, default: 0] += wh
      if wh < 0 { negatives.insert(hour) }
    }
    self.hours = hours
    self.negatives = negatives
    self.zone = zone
    self.shift = shift
  }

  /// - Parameters: the first hour looked at and the one after the last, as hours since 1970.
  func find(from: Int64, to: Int64) -> [Anomaly] {
    let known = hours.filter { $0.key < from && $0.value >= 0 }.values.sorted()
    let typical = Double(known.isEmpty ? 0 : known[known.count / 2])
    var found = runs(from, to) { negatives.contains($0) }.map { run in
      anomaly(.negative, run, weight: abs(sum(run)) + typical)
    }
    found += runs(from, to) { hours[$0] == nil }
      .filter { $0.count >= 2 }
      .map { anomaly(.missing, $0, weight: Double($0.count) * typical) }
    let flat = flats(from, to, typical)
    found += flat
    let dull = Set(flat.flatMap { Self.number($0.from, shift)..<Self.number($0.to, shift) })
    var peaks = spikes(from, to, typical, except: dull)
    if let night = nights(from, to) {
      found.append(night)
      // one cause, one finding: nights that are all too high are no row of spikes
      peaks.removeAll { $0.kind == .spike && $0.hours <= 8 && zone.civil($0.from).time.hour < 6 }
    }
    found += peaks
    // days that are each a fifth higher hold no hour that is odd by itself
    if peaks.isEmpty, !found.contains(where: { $0.kind == .night }), let level = level(from, to) { found.append(level) }
    return found.sorted { a, b in a.weight == b.weight ? a.from < b.from : a.weight > b.weight }
  }

  // MARK: Rules

  /// The same value for hours on end; of zeros only where there is usually use.
  private func flats(_ from: Int64, _ to: Int64, _ typical: Double) -> [Anomaly] {
    guard typical > 0 else { return [] }
    var found: [Anomaly] = []
    var start = from
    while start < to {
      guard let value = hours[start], !negatives.contains(start) else {
        start += 1
        continue
      }
      var end = start + 1
      while end < to, hours[end] == value { end += 1 }
      let length = Int(end - start)
      let isZero = value == 0
      if length >= (isZero ? 6 : 12), !isUsuallyFlat(start..<end, isZero) {
        var item = anomaly(isZero ? .zero : .flat, start..<end, weight: Double(length) * typical)
        item.wh = value
        found.append(item)
      }
      start = end
    }
    return found
  }

  /// Whether the same hours were as dull in most weeks before: an empty building is no fault.
  private func isUsuallyFlat(_ run: Range<Int64>, _ isZero: Bool) -> Bool {
    var dull = 0
    var weeks = 0
    for week in 1...Int64(Self.weeks) {
      let values = run.compactMap { hours[$0 - week * 168] }
      guard values.count * 2 > run.count else { continue }
      weeks += 1
      if isZero ? values.allSatisfy({ $0 == 0 }) : Set(values).count <= 1 + values.count / 12 { dull += 1 }
    }
    return weeks == 0 || dull * 2 >= weeks
  }

  private func spikes(_ from: Int64, _ to: Int64, _ typical: Double, except dull: Set<Int64>) -> [Anomaly] {
    let restless = restlessness(before: from, typical)
    let limit = max(Self.limit, restless)
    // a restless meter must rise above all that it showed in those weeks, but for its two largest hours
    let before = hours.filter { $0.key < from }.values.sorted()
    let floor = restless > Self.limit ? Double(before.dropLast(2).last ?? 0) * 1.3 : 0
    var odd: [Int64: (usual: Double, isUnit: Bool)] = [:]
    for hour in from..<to where !dull.contains(hour) && !negatives.contains(hour) {
      guard let value = hours[hour], let usual = usual(hour, weeks: -Self.weeks..<0) else { continue }
      let distance = usual.distance(Double(value), typical)
      if distance > limit, Double(value) > max(usual.largest * 1.3, floor) {
        odd[hour] = (usual.median, usual.median > 0 && Double(value) > usual.median * 200)
      }
    }
    return runs(from, to) { odd[$0] != nil }.map { run in
      let usual = run.compactMap { odd[$0]?.usual }.reduce(0, +)
      let isUnit = run.allSatisfy { odd[$0]?.isUnit == true }
      var item = anomaly(isUnit ? .unit : .spike, run, weight: sum(run) - usual)
      item.usual = usual
      return item
    }
  }

  /// How far this meter strays of itself: a flat with an oven and a heat pump jumps tenfold every other day, and that
  /// is no news. The few largest distances of the weeks before are left out, since a fault may be among them.
  private func restlessness(before from: Int64, _ typical: Double) -> Double {
    var distances: [Double] = []
    for hour in (from - Int64(Self.weeks) * 168)..<from {
      guard let value = hours[hour], value >= 0 else { continue }
      // the weeks on either side, as far as they are known
      let week = Int((from - 1 - hour) / 168)
      let around = (week + 1 - Self.weeks)..<(week + 1)
      guard let usual = usual(hour, weeks: around) else { continue }
      distances.append(usual.distance(Double(value), typical))
    }
    guard distances.count >= 100 else { return 0 }
    distances.sort()
    return distances[distances.count - 1 - distances.count / 200]
  }

  /// What an hour of the week showed in other weeks.
  private struct Usual {
    var median: Double
    var spread: Double
    var largest: Double

    /// In robust standard deviations; readings that hardly vary must not make every small step a spike.
    func distance(_ value: Double, _ typical: Double) -> Double {
      (value - median) / max(spread * 1.4826, max(median * 0.1, typical * 0.1, 20))
    }
  }

  /// Median, deviation and largest of the same hour of the week and its neighbours, in weeks counted from this one.
  private func usual(_ hour: Int64, weeks: Range<Int>) -> Usual? {
    var values: [Double] = []
    for week in weeks where week != 0 {
      // the same hour on the wall, also across a clock change
      let place = hour + Int64(week) * 168 + wallShift(hour, weeks: Int64(-week))
      for neighbour in -1...1 {
        if let value = hours[place + Int64(neighbour)], value >= 0 { values.append(Double(value)) }
      }
    }
    guard values.count >= 6 else { return nil }
    values.sort()
    let median = values[values.count / 2]
    let deviations = values.map { abs($0 - median) }.sorted()
    return Usual(median: median, spread: deviations[deviations.count / 2], largest: values[values.count - 1])
  }

  private func wallShift(_ hour: Int64, weeks: Int64) -> Int64 {
    let now = zone.offset(at: instant(hour))
    let then = zone.offset(at: instant(hour - weeks * 168))
    return Int64(now - then) / Self.hour
  }

  /// More than half again as much as usual between midnight and five.
  private func nights(_ from: Int64, _ to: Int64) -> Anomaly? {
    func night(_ range: Range<Int64>) -> [Int64] {
      range.compactMap { hour in
        zone.civil(instant(hour)).time.hour < 5 ? hours[hour] : nil
      }.sorted()
    }
    let now = night(from..<to)
    let before = night((from - Int64(Self.weeks) * 168)..<from)
    guard now.count >= 4, before.count >= 20 else { return nil }
    let (middle, usual) = (Double(now[now.count / 2]), Double(before[before.count / 2]))
    // the quietest quarter must be higher as well: one late evening is no base load
    let quiet = Double(now[now.count / 4])
    guard usual > 0, middle > usual * 1.5, quiet > Double(before[before.count * 3 / 4]) else { return nil }
    var item = anomaly(.night, from..<to, weight: (middle - usual) * Double(now.count))
    item.wh = Int64(middle)
    item.usual = usual
    return item
  }

  /// Several days that use more than any of the same weekdays before: a fifth above what is usual of them.
  private func level(_ from: Int64, _ to: Int64) -> Anomaly? {
    var days: [CivilDate: (first: Int64, wh: Int64, count: Int)] = [:]
    for hour in (from - Int64(Self.weeks) * 168)..<to {
      guard let value = hours[hour], value >= 0 else { continue }
      let day = zone.date(instant(hour))
      let before = days[day] ?? (hour, 0, 0)
      days[day] = (before.first, before.wh + value, before.count + 1)
    }
    let start = zone.date(instant(from))
    // a clock change takes an hour from a day
    let whole = days.filter { $0.value.count >= 23 }
    let higher = whole.keys.filter { $0 >= start }.sorted().compactMap { day -> (day: CivilDate, usual: Double)? in
      let same = (1...Self.weeks).compactMap { week -> Int64? in
        let earlier = day.adding(days: -7 * week)
        return earlier < start ? whole[earlier]?.wh : nil
      }.sorted()
      guard same.count >= 3, let most = same.last, let wh = whole[day]?.wh else { return nil }
      let usual = Double(same[same.count / 2])
      return Double(wh) > usual * 1.2 && Double(wh) > Double(most) * 1.1 ? (day, usual) : nil
    }
    guard higher.count >= 4, let first = higher.first.flatMap({ whole[$0.day] }),
      let last = higher.last.flatMap({ whole[$0.day] })
    else { return nil }
    let (sum, usual) = (higher.reduce(0) { $0 + (whole[$1.day]?.wh ?? 0) }, higher.reduce(0) { $0 + $1.usual })
    var item = anomaly(.level, first.first..<(last.first + Int64(last.count)), weight: Double(sum) - usual)
    (item.wh, item.usual) = (sum / Int64(higher.count), usual / Double(higher.count))
    return item
  }

  // MARK: Runs

  private func runs(_ from: Int64, _ to: Int64, _ isOdd: (Int64) -> Bool) -> [Range<Int64>] {
    var runs: [Range<Int64>] = []
    for hour in from..<to where isOdd(hour) {
      if let last = runs.last, last.upperBound == hour {
        runs[runs.count - 1] = last.lowerBound..<hour + 1
      } else {
        runs.append(hour..<hour + 1)
      }
    }
    return runs
  }

  private func sum(_ run: Range<Int64>) -> Double { run.reduce(0) { $0 + Double(hours[$1] ?? 0) } }

  private func anomaly(_ kind: Anomaly.Kind, _ run: Range<Int64>, weight: Double) -> Anomaly {
    Anomaly(
      kind: kind, from: instant(run.lowerBound), to: instant(run.upperBound),
      wh: Int64(sum(run)), weight: weight)
  }

  private func instant(_ hour: Int64) -> Instant { Instant(seconds: hour * Self.hour - shift) }

  static func number(_ instant: Instant, _ shift: Int64) -> Int64 { (instant.seconds + shift) / hour }
}
