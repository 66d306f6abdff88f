import Actions
import Base
import Formats
import Messages
import Store
import Time

/// A medicine that somebody takes at certain times, or when it is needed.
struct Medicine: Sendable, Hashable {
  let id: String
  let person: PersonID
  let creator: PersonID
  let name: String
  var dose: String?
  /// `nil`: taken when needed.
  var timetable: Timetable?
  /// Where meals give the times.
  var dayTimes: DayTimes?
  /// The family hears of an unanswered dose sooner.
  var isCritical: Bool
  var isActive: Bool
  var nextAt: Instant?
  var stock = Stock()
  var limits = Limits()
  /// From the leaflet, word for word.
  var note: String?
  /// How long a dose may stay unanswered before the family is told; the persona's when `nil`.
  var familyAfter: Duration?

  /// What is at home.
  struct Stock: Sendable, Hashable {
    /// `nil`: nobody counts.
    var left: Double?
    /// The person's persona says it when `nil`.
    var warnDays: Int?
    /// Whether it was said that it runs low, since it was last filled.
    var isWarned = false
  }

  /// What may be taken of a medicine that is taken when needed.
  struct Limits: Sendable, Hashable {
    var gap: Duration?
    /// Within any 24 hours.
    var daily: Int?
  }

  var isAsNeeded: Bool { timetable == nil }
  /// What a dose takes from the stock.
  var amount: Double { Dosage(dose).amount }

  /// "Metformin, 500 mg".
  var label: String { dose.map { "\(name), \($0)" } ?? name }

  private static let columns =
    """
    id, person, creator, name, dose, timetable, is_critical, state, next_at, said, stock, warn_days, is_warned, min_gap_s,
    daily_max, note, family_after_s
    """

  private init(_ row: Row) throws {
    id = row.text(0)
    person = row.id(1)
    creator = row.id(2)
    name = row.text(3)
    dose = row.optionalText(4)
    let json = try JSON.parse(row.text(5))
    timetable = json.isNull ? nil : try Timetable(json: json)
    isCritical = row.bool(6)
    isActive = row.text(7) == "active"
    nextAt = row.optionalInstant(8)
    if let said = row.optionalText(9), let zone = timetable?.zone {
      dayTimes = DayTimes(json: try JSON.parse(said), zone: zone)
    }
    stock = Stock(left: row.optionalDouble(10), warnDays: row.optionalInteger(11), isWarned: row.bool(12))
    limits = Limits(gap: row.optionalInteger(13).map { .seconds(Int64($0)) }, daily: row.optionalInteger(14))
    note = row.optionalText(15)
    familyAfter = row.optionalInteger(16).map { .seconds(Int64($0)) }
  }

  init(
    id: String, person: PersonID, creator: PersonID, name: String, dose: String?, timetable: Timetable?,
    isCritical: Bool
  ) {
    self.id = id
    self.person = person
    self.creator = creator
    self.name = name
    self.dose = dose
    self.timetable = timetable
    self.isCritical = isCritical
    isActive = true
    nextAt = timetable?.first
  }

  // MARK: Time

  /// "every day after breakfast (8:30 am)", "every 6 hours", "when it is needed".
  func when(_ meals: MealTimes) -> Say.Value {
    guard let timetable else { return .say(Say("meal.as_needed")) }
    if let words = dayTimes?.words(meals) { return words }
    // of a course the times alone; its end is said by itself
    if let rule = timetable.rule, rule.count != nil || rule.until != nil,
      let words = DayTimes(WhenValue(start: timetable.start, rule: rule)).words(meals)
    {
      return words
    }
    return timetable.words
  }

  /// How long after its time a dose is as it should be.
  func window(of dueAt: Instant, _ meals: MealTimes) -> Duration {
    guard let timetable, let dayTimes else { return .zero }
    let time = timetable.zone.civil(dueAt).time
    return dayTimes.anchors.first { $0.time(meals) == time }?.window ?? .zero
  }

  /// The day of the last dose of a course.
  func courseEnd() throws -> CivilDate? {
    guard let timetable, let rule = timetable.rule, rule.count != nil || rule.until != nil else { return nil }
    let all = try timetable.occurrences(
      after: timetable.first - .seconds(1), through: timetable.first + .days(800), limit: 1)
    return all.last.map { timetable.zone.date($0) }
  }

  // MARK: Rows

  static func find(_ id: String, _ reader: some Querying) throws -> Medicine? {
    try reader.first("SELECT \(columns) FROM medicines WHERE tenant = :tenant AND id = ?", id) { try Medicine($0) }
  }

  static func all(for person: PersonID, _ reader: some Querying) throws -> [Medicine] {
    try reader.query(
      "SELECT \(columns) FROM medicines WHERE tenant = :tenant AND person = ? ORDER BY created_at, id", person
    ) { try Medicine($0) }
  }

  static func active(for person: PersonID, _ reader: some Querying) throws -> [Medicine] {
    try reader.query(
      """
      SELECT \(columns) FROM medicines WHERE tenant = :tenant AND person = ? AND state = 'active'
      ORDER BY next_at IS NULL, next_at, id LIMIT 500
      """, person
    ) { try Medicine($0) }
  }

  func insert(_ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO medicines (tenant, id, person, creator, name, timetable, is_critical, state, created_at)
      VALUES (:tenant, ?, ?, ?, ?, 'null', 0, 'active', ?)
      """, id, person, creator, name, transaction.now)
    try update(transaction)
  }

  func update(_ transaction: Transaction) throws {
    try transaction.execute(
      """
      UPDATE medicines SET dose = ?, timetable = ?, is_critical = ?, state = ?, next_at = ?, said = ?, stock = ?,
        warn_days = ?, is_warned = ?, min_gap_s = ?, daily_max = ?, note = ?, family_after_s = ?
      WHERE tenant = :tenant AND id = ?
      """, dose, (timetable?.json ?? .null).text(), isCritical, isActive ? "active" : "stopped", nextAt,
      dayTimes?.json?.text(), stock.left, stock.warnDays, stock.isWarned, limits.gap?.wholeSeconds, limits.daily, note,
      familyAfter?.wholeSeconds, id)
  }

  var json: JSON {
    [
      "id": .string(id), "person": .string(person.text), "name": .string(name), "dose": JSON(dose),
      "schedule": timetable?.json ?? .null, "as_needed": .bool(isAsNeeded), "critical": .bool(isCritical),
      "active": .bool(isActive), "next": JSON(nextAt?.description),
      "meals": .array(dayTimes?.anchors.map { .string($0.rawValue) } ?? []),
      "stock": stock.left.map { .number($0) } ?? .null, "gap": JSON(limits.gap?.iso8601),
      "daily_max": limits.daily.map { .integer(Int64($0)) } ?? .null, "note": JSON(note),
      "family_after": JSON(familyAfter?.iso8601),
    ]
  }
}

extension Duration {
  var wholeSeconds: Int { Int(microseconds / 1_000_000) }
}
