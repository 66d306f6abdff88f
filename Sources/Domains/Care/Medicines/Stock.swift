import Actions
import Base
import Delivery
import Messages
import People
import Store
import Time

/// What is left of a medicine: every dose taken comes off, a correction gives it back.
enum StockKeeping {
  /// How many days what is left lasts; `nil` where nothing is counted or nothing is used.
  static func daysLeft(_ medicine: Medicine, _ reader: some Querying, now: Instant) throws -> Int? {
    guard let left = medicine.stock.left else { return nil }
    if let days = try daysOfCourse(medicine, left, now: now) { return days }
    guard let perDay = try use(medicine, reader, now: now), perDay > 0 else { return nil }
    return Int((left / perDay).rounded(.down))
  }

  /// Units a day: of the coming fortnight by the timetable, of the last month by the log.
  private static func use(_ medicine: Medicine, _ reader: some Querying, now: Instant) throws -> Double? {
    let span = 14
    guard let timetable = medicine.timetable else {
      let taken = try Dose.taken(of: medicine.id, since: now - .days(30), reader)
      guard let first = taken.last?.settledAt else { return nil }
      let days = max(1, (now - first).wholeSeconds / 86_400)
      return Double(taken.count) * medicine.amount / Double(days)
    }
    let coming = try timetable.occurrences(after: now, through: now + .days(span), limit: 1_000)
    guard !coming.isEmpty else { return nil }
    return Double(coming.count) * medicine.amount / Double(span)
  }

  /// Of a course, whose doses of a fortnight are no measure of a day: until the first dose that would be lacking, else
  /// until its end.
  private static func daysOfCourse(_ medicine: Medicine, _ left: Double, now: Instant) throws -> Int? {
    guard let timetable = medicine.timetable, medicine.amount > 0, let end = try medicine.courseEnd() else {
      return nil
    }
    let coming = try timetable.occurrences(after: now, through: now + .days(400), limit: 2_000)
    let count = Int((left / medicine.amount).rounded(.down))
    guard count < coming.count else { return max(0, end.days(since: timetable.zone.date(now)) + 1) }
    return (coming[count] - now).wholeSeconds / 86_400
  }

  /// Whether a course ends before what is left is used up.
  private static func lastsForCourse(_ medicine: Medicine, _ left: Double, now: Instant) throws -> Bool {
    guard let timetable = medicine.timetable, try medicine.courseEnd() != nil else { return false }
    let coming = try timetable.occurrences(after: now, through: now + .days(400), limit: 2_000)
    return Double(coming.count) * medicine.amount <= left
  }

  /// Books a dose on the stock.
  ///
  /// - Parameter change: of the amount left: below zero when it was taken.
  static func book(_ id: String, _ change: Double, _ transaction: Transaction) throws {
    guard var medicine = try Medicine.find(id, transaction), let left = medicine.stock.left else { return }
    medicine.stock.left = max(0, left + change)
    try medicine.update(transaction)
    if change < 0 { try warn(medicine, transaction) }
  }

  /// Says once that it runs low, to the person and the family; not at night.
  static func warn(_ medicine: Medicine, _ transaction: Transaction) throws {
    guard medicine.isActive, !medicine.stock.isWarned, let left = medicine.stock.left,
      let family = Family(transaction), let days = try daysLeft(medicine, transaction, now: transaction.now),
      days <= medicine.stock.warnDays ?? family.habits(of: medicine.person).refillDays,
      try !lastsForCourse(medicine, left, now: transaction.now)
    else { return }
    var medicine = medicine
    medicine.stock.isWarned = true
    try medicine.update(transaction)
    let key = "refill.\(medicine.id).\(transaction.now.microseconds)"
    try transaction.tell(medicine.person, say("stock.low", medicine, days), urgency: .low, dedupeKey: key)
    try family.tell(
      .medicines, of: medicine.person, urgency: .low, dedupeKey: "family.\(key)",
      say("stock.low_for", medicine, days))
  }

  /// How long it lasts; nothing lasts for "0 more days".
  static func say(_ key: String, _ medicine: Medicine, _ days: Int) -> Say {
    let left = medicine.stock.left ?? 0
    let values: [String: Say.Value] = [
      "medicine": .text(medicine.name), "left": .number(left, digits: 2), "days": .integer(Int64(days)),
    ]
    return Say(days > 0 ? key : left > 0 ? "\(key)_today" : "\(key)_none", values)
  }
}
