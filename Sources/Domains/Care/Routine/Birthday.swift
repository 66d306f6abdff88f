import Base
import Delivery
import Events
import Formats
import Messages
import People
import Schedule
import Store
import Time

/// Somebody's birthday, as one person remembers it.
struct Birthday: Sendable, Hashable {
  let id: String
  /// Who is reminded.
  let person: PersonID
  /// Whose it is, as that person says.
  let whose: String
  /// The one celebrated, where the house knows them.
  let subject: PersonID?
  let month: Int
  let day: Int
  let year: Int?

  private static let columns = "id, person, whose, subject, month, day, year"
  private static let hour = CivilTime(secondOfDay: 8 * 3_600)

  private init(_ row: Row) {
    id = row.text(0)
    person = row.id(1)
    whose = row.text(2)
    subject = row.optionalID(3)
    month = row.integer(4)
    day = row.integer(5)
    year = row.optionalInteger(6)
  }

  init(id: String, person: PersonID, whose: String, subject: PersonID?, date: CivilDate, hasYear: Bool) {
    self.id = id
    self.person = person
    self.whose = whose
    self.subject = subject
    month = date.month
    day = date.day
    year = hasYear ? date.year : nil
  }

  static func find(_ id: String, _ reader: some Querying) throws -> Birthday? {
    try reader.first("SELECT \(columns) FROM birthdays WHERE tenant = :tenant AND id = ?", id) { Birthday($0) }
  }

  static func all(of person: PersonID, _ reader: some Querying) throws -> [Birthday] {
    try reader.query(
      "SELECT \(columns) FROM birthdays WHERE tenant = :tenant AND person = ? ORDER BY month, day, id LIMIT 500", person
    ) { Birthday($0) }
  }

  func insert(_ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO birthdays (tenant, id, person, whose, subject, month, day, year, created_at)
      VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?, ?)
      """, id, person, whose, subject, month, day, year, transaction.now)
  }

  /// In a year without a 29 February it is kept the day before.
  func date(in year: Int) -> CivilDate? {
    CivilDate(year: year, month: month, day: day) ?? CivilDate(year: year, month: month, day: day - 1)
  }

  /// The next one, today's included while its hour has not passed.
  func next(after now: Instant, _ zone: Zone) -> Instant? {
    let year = zone.date(now).year
    return [year, year + 1].compactMap { date(in: $0).map { zone.instant(of: $0.at(Self.hour)) } }.first { $0 > now }
  }

  func scheduleNext(_ zone: Zone, _ transaction: Transaction) throws {
    guard let at = next(after: transaction.now, zone) else { return }
    try transaction.schedule(Care.birthdayKind, subject: id, person: person, at: at)
  }

  /// Somebody put the day right where it is remembered: it is told on that day.
  static func correct(_ event: Event, _ transaction: inout Transaction) throws {
    guard event.payload["relation"] == "birthday",
      let owner = event.person.flatMap({ Family(transaction)?.people.person($0) }),
      let date = event.payload["day"].string.flatMap({ CivilDate($0) }),
      let name = event.payload["whose"].string?.lowercased()
    else { return }
    let subject = event.payload["person"].string.map { PersonID($0) }
    let noted = try all(of: owner.id, transaction).filter { one in
      one.whose.lowercased() == name || (subject != nil && one.subject == subject)
    }
    guard let old = noted.first(where: { $0.month != date.month || $0.day != date.day }) ?? noted.first else { return }
    try transaction.execute(
      "UPDATE birthdays SET month = ?, day = ?, year = ? WHERE tenant = :tenant AND id = ?", date.month, date.day,
      event.payload["has_year"] == true ? date.year : old.year, old.id)
    try transaction.unschedule(Care.birthdayKind, subject: old.id)
    try find(old.id, transaction)?.scheduleNext(owner.zone, transaction)
  }

  static func handle(_ dues: [Due], _ transaction: inout Transaction) throws {
    for due in dues {
      guard let birthday = try find(due.subject, transaction), let family = Family(transaction),
        let owner = family.people.person(birthday.person)
      else { continue }
      try birthday.scheduleNext(owner.zone, transaction)
      let year = owner.zone.date(due.at).year
      // the day is over: a birthday is not told late
      guard transaction.now - due.at < .hours(15) else { continue }
      if birthday.subject != birthday.person {
        var values: [String: Say.Value] = ["name": .text(birthday.whose)]
        if let born = birthday.year, year > born { values["age"] = .integer(Int64(year - born)) }
        try transaction.tell(
          birthday.person, Say("birthday.today", values),
          // put right on the wrong day, it is told on the right one
          dedupeKey: "birthday.\(birthday.id).\(year).\(birthday.month).\(birthday.day)")
      }
      if let subject = birthday.subject.flatMap({ family.people.person($0) }), subject.tenant == transaction.tenant {
        // several relatives may have noted it; the greeting comes once
        try transaction.tell(
          subject.id, Say("birthday.greeting", ["name": .text(subject.name)]),
          dedupeKey: "birthday.greeting.\(subject.id).\(year)")
      }
    }
  }

  var json: JSON {
    [
      "id": .string(id), "whose": .string(whose), "person": JSON(subject?.text), "month": .integer(Int64(month)),
      "day": .integer(Int64(day)), "year": JSON(year),
    ]
  }
}
