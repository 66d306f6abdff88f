import Actions
import Base
import Delivery
import Formats
import Graphics
import Messages
import People
import Store
import Text
import Time

struct ShowPortfolio: Action {
  static let name = "energy.portfolio"
  static let summary = "Sums up all buildings: use in this period and the last, the largest, the biggest change, gaps."
  static let effect = Effect.read

  @Parameter("Which days; the latest whole week or month when left out.") var period: DayPeriod?
  @Parameter("What they are compared with; the time just before when left out.", kind: .choice(EnergyPeriod.others))
  var versus: String?
  @Parameter("Which buildings come first.", kind: .choice(Portfolio.ranks)) var rank: String?
  @Parameter("Other days that they are put beside.") var against: DayPeriod?
  @Parameter("What was asked that is not reckoned here.", kind: .choice(LeftOut.all)) var leftOut: String?
  @Parameter("How many to show.", default: 5) var limit: Int
  @Parameter("How many to pass over, for the next page.", default: 0) var offset: Int
  @Parameter("What was said, word for word.") var said: String?
  @Parameter("What was looked at before; the conversation knows it.") var lookedAt: JSON?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (zone, today, glance, words) = (context.zone, context.today, Glance(lookedAt, context.today), FollowUp(said))
    if let looked = try await lookAgain(glance, words, context) { return looked }
    if let looked = try await ofOneBuilding(glance, words, context) { return looked }
    guard (1...20).contains(limit), (0...10_000).contains(offset) else {
      throw ActionError("energy.shown", sentence: "Between 1 and 20 buildings are shown at once.", field: "limit")
    }
    try words.checkDay()
    var (name, beside) = words.sides(period, against, versus, glance)
    // "which fell the most" of what was looked at
    if name == nil, versus == nil, rank != nil, glance.building == nil { name = glance.period }
    let (days, against, other, said) = (name, beside, versus, said)
    let facts = try await context.store.read { reader in
      try Portfolio.read(
        reader, fallback: zone,
        { EnergyPeriod.meant(days, versus: other, said, glance, today: today, latest: $0, against: against) },
        of: { words.use(of: $0) })
    }
    guard let facts else { return .answer(Say("energy.empty")) }
    var answer = PortfolioAnswer(facts: facts, rank: rank, context: context)
    // a page is as long as the first one was
    let page = words.wanted ?? limit
    (answer.limit, answer.offset, answer.leftOut) = (page, offset / limit * page, leftOut)
    guard facts.total != 0 || !facts.period.isNamed else { return .answer(answer.missing()) }
    // without the drawing libraries the words still go out
    let picture = try? await ChartRenderer.png(answer.chart())
    let (say, data, person) = (answer.say(), answer.data(), context.actor.id)
    guard let picture else { return .answer(say, data: data) }
    return .change { transaction in
      var say = say
      say.picture = try transaction.keep(picture, type: "image/png", name: "portfolio.png", person: person)
      return Outcome(say, data: data)
    }
  }
}

extension ShowPortfolio {
  /// "How does that compare to the month before", "which floor uses most", after one building was looked at.
  private func ofOneBuilding(
    _ glance: Glance, _ words: FollowUp, _ context: ActionContext
  ) async throws -> ActionResult? {
    guard let building = glance.building, offset == 0, !words.saysAll,
      glance.action == ShowBuilding.name || glance.action == ShowProfile.name
    else { return nil }
    let (zone, said) = (context.zone, said)
    let isOfMeters = try await context.store.read { reader in
      guard let one = Buildings.find(building, in: try Buildings.all(reader, fallback: zone)).first else {
        return false
      }
      let meters = try Buildings.meters(of: one.id, reader, fallback: one.zone)
      return meters.count > 1 && MeterWords.asksWhich(MeterWords.words(said ?? ""), of: one, meters)
    }
    guard isOfMeters || words.points && words.compares && rank == nil else { return nil }
    var show = ShowBuilding()
    (show.building, show.period, show.versus, show.against) = (building, period ?? glance.period, versus, against)
    // without the words that are read for the days: these are known
    (show.said, show.lookedAt) = (said, lookedAt)
    return try await show.perform(in: context)
  }

  /// "And the day before?" asks for that day of whatever was looked at, be it one building, its load or the peak.
  private func lookAgain(
    _ glance: Glance, _ words: FollowUp, _ context: ActionContext
  ) async throws -> ActionResult? {
    guard words.isOnlyTime, rank == nil, offset == 0, let action = glance.action else { return nil }
    let days = words.shifted(period, versus: versus, from: glance.period, context.today) ?? period
    switch action {
    case ShowProfile.name where !words.compares && days != nil:
      guard let building = glance.building else { return nil }
      var show = ShowProfile()
      (show.building, show.day) = (building, days?.days(on: context.today).last)
      return try await show.perform(in: context)
    case ShowPeak.name where !words.compares:
      var show = ShowPeak()
      (show.building, show.period) = (glance.building, days)
      return try await show.perform(in: context)
    case ShowDays.name where !words.compares:
      var show = ShowDays()
      (show.building, show.period) = (glance.building, days)
      return try await show.perform(in: context)
    default:
      guard let building = glance.building else { return nil }
      var show = ShowBuilding()
      (show.building, show.period, show.versus, show.against) = (building, period, versus, against)
      (show.said, show.lookedAt) = (said, lookedAt)
      return try await show.perform(in: context)
    }
  }
}

/// The numbers of a portfolio, out of the daily sums.
struct Portfolio: Sendable {
  /// By use, by change against the time before, by use of a square metre.
  static let ranks = ["most", "least", "growth", "fall", "intensity", "efficient"]

  struct Share: Sendable {
    var building: Building
    var now: Int64 = 0
    var before: Int64 = 0
    /// Readings that there should be and that there are, in the period and in the time before.
    var due = (now: 0.0, before: 0.0)
    var count = (now: 0.0, before: 0.0)
    /// How many of a hundred are missing, in the period or before it; less than five are not worth a word.
    var gap: (now: Double, before: Double) {
      (Self.missing(count.now, due.now), Self.missing(count.before, due.before))
    }
    /// As much was read of both times: else a gap would look like a saving.
    var isComparable: Bool { before > 0 && gap.now < 5 && gap.before < 5 }
    var change: Double? { isComparable ? Change.percent(now, before) : nil }

    static func missing(_ count: Double, _ due: Double) -> Double { due > 0 ? max(0, 1 - count / due) * 100 : 0 }
    /// Watt-hours a square metre, where the area is known.
    var perArea: Double? { building.area.flatMap { $0 > 0 ? Double(now) / $0 : nil } }
  }
  var period: EnergyPeriod
  /// Where the data ends.
  var latest: CivilDate?
  /// Only the buildings of this use.
  var use: String?
  var total: Int64 = 0
  var before: Int64 = 0
  var shares: [Share] = []
  var meters = 0
  /// Meters with less than 95 % of their readings in the period, and readings missing in all.
  var gappy = 0
  var missing = 0.0
  /// Days (or months) for the picture, oldest first.
  var bars: [(day: CivilDate, wh: Int64?)] = []

  static func read(
    _ reader: some DatedQuerying, fallback: Zone, _ meant: (EnergyPeriod) -> EnergyPeriod = { $0 },
    of use: ([String]) -> String? = { _ in nil }
  ) throws -> Portfolio? {
    guard let latest = try EnergyPeriod.latest(reader) else { return nil }
    let meters = try Buildings.meters(of: nil, reader, fallback: fallback)
    let period = meters.map(\.end).max().map { meant(latest).asFar(as: $0, in: fallback) } ?? meant(latest)
    var facts = Portfolio(period: period)
    facts.latest = latest.to
    var buildings = try Buildings.all(reader, fallback: fallback)
    facts.use = use(Array(Set(buildings.compactMap(\.use))))
    if let only = facts.use { buildings.removeAll { $0.use != only } }
    var places: [String: Int] = [:]
    for (place, building) in buildings.enumerated() {
      places[building.id] = place
      facts.shares.append(Share(building: building))
    }
    var owners: [Int64: (place: Int, step: Int64)] = [:]
    try reader.scan("SELECT number, building, step_s FROM energy_meters WHERE tenant = :tenant") { row in
      if let place = places[row.text(1)] { owners[row.int(0)] = (place, row.int(2)) }
      return true
    }
    facts.meters = owners.count
    var counts: [Int64: Int64] = [:]
    let (from, before) = (period.from.dayNumber, period.earlier.upperBound.dayNumber)
    // in the order of the key and added up here: grouping by meter in the store sorts a row for each meter and day
    try reader.scan(
      "SELECT day, meter, wh, count FROM energy_days WHERE tenant = :tenant AND day >= ? AND day <= ?",
      period.earlier.lowerBound.dayNumber, period.to.dayNumber
    ) { row in
      let meter = row.int(1)
      guard let owner = owners[meter] else { return true }
      let (day, wh) = (row.integer(0), row.int(2))
      guard day >= from || day <= before else { return true }
      if day >= from {
        facts.shares[owner.place].now += wh
        facts.shares[owner.place].count.now += row.double(3)
        facts.total += wh
        counts[meter, default: 0] += row.int(3)
      } else {
        facts.shares[owner.place].before += wh
        facts.shares[owner.place].count.before += row.double(3)
        facts.before += wh
      }
      return true
    }
    for meter in meters where period.until != nil {
      guard let owner = owners[meter.number], case let rest = try period.rest(of: meter, reader), rest != 0 else {
        continue
      }
      facts.shares[owner.place].before -= rest
      facts.before -= rest
    }
    for owner in owners.values where owner.step > 0 && !period.isMonth {
      facts.shares[owner.place].due.now += max(1, period.seconds / Double(owner.step))
      facts.shares[owner.place].due.before += max(1, period.earlierSeconds / Double(owner.step))
    }
    facts.countGaps(owners.mapValues(\.step), counts)
    facts.shares.sort { a, b in a.now == b.now ? a.building.id < b.building.id : a.now > b.now }
    // the daily totals are of all buildings
    if facts.use == nil { try facts.readBars(reader) }
    return facts
  }

  private mutating func countGaps(_ steps: [Int64: Int64], _ counts: [Int64: Int64]) {
    var expected = 0.0
    var found = 0.0
    for (meter, step) in steps where step > 0 {
      // by the month there is one reading in a period, whatever the month's length
      let due = period.isMonth ? 1 : max(1, period.seconds / Double(step))
      let here = min(Double(counts[meter] ?? 0), due)
      expected += due
      found += here
      if here < due * 0.95 { gappy += 1 }
    }
    missing = expected > 0 ? (1 - found / expected) * 100 : 0
  }

  private mutating func readBars(_ reader: some DatedQuerying) throws {
    let first = period.isMonth ? period.from.adding(months: -11) : period.to.adding(days: -27)
    var sums: [CivilDate: Int64] = [:]
    try reader.scan(
      "SELECT day, wh FROM energy_totals WHERE tenant = :tenant AND day >= ? AND day <= ? AND count > 0",
      first.dayNumber, period.to.dayNumber
    ) { row in
      let day = CivilDate(dayNumber: row.integer(0))
      sums[period.isMonth ? day.adding(days: 1 - day.day) : day, default: 0] += row.int(1)
      return true
    }
    for step in 0..<(period.isMonth ? 12 : 28) {
      let day = period.isMonth ? first.adding(months: step) : first.adding(days: step)
      if bars.isEmpty, sums[day] == nil { continue }  // the picture begins with the data
      bars.append((day, sums[day]))
    }
  }
}
