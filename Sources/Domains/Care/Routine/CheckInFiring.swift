import Base
import Delivery
import Events
import Formats
import Messages
import People
import Schedule
import Store
import Time

/// Asks, asks once more, and tells the family when nothing was heard.
struct CheckInFiring {
  private let checkIn: CheckIn
  private let person: Person
  private let family: Family
  private var transaction: Transaction { family.transaction }

  /// How often it is looked for a sign of life once the family was told, and for how long.
  private static let lookEvery: Duration = .minutes(10)
  private static let lookFor: Duration = .hours(12)
  /// Before this hour a message belongs to the night before.
  private static let morning = CivilTime(secondOfDay: 4 * 3_600)

  static func handle(_ dues: [Due], _ transaction: inout Transaction) throws {
    guard let id = dues.first?.person, let checkIn = try CheckIn.find(id, transaction),
      let family = Family(transaction), let person = family.people.person(id)
    else { return }
    let firing = CheckInFiring(checkIn: checkIn, person: person, family: family)
    for due in dues {
      guard let day = due.payload["day"].string.flatMap({ CivilDate($0) }) else { continue }
      switch due.payload["step"].string {
      case "ask": try firing.ask(day, &transaction)
      case "nudge": try firing.nudge(day)
      case "tell": try firing.tell(day, &transaction)
      case "look": try firing.look(day, &transaction)
      default: break
      }
    }
  }

  private func schedule(_ step: String, _ day: CivilDate, at: Instant) throws {
    try transaction.schedule(
      Care.checkInKind, subject: checkIn.person.text, person: checkIn.person, at: at,
      payload: ["step": .string(step), "day": .string(day.description)])
  }

  private var lastSeen: Instant? {
    family.people.lastHeard(of: person.id)
  }

  private func ask(_ day: CivilDate, _ transaction: inout Transaction) throws {
    try checkIn.scheduleNext(person.zone, transaction)
    let now = transaction.now
    guard try CheckInDay.find(person.id, day, transaction) == nil else { return }
    var today = CheckInDay(person: person.id, day: day, state: .asked)
    // somebody who has just written is not asked whether they are there
    if checkIn.takesAnyMessage, let seen = lastSeen, seen >= person.zone.instant(of: day.at(Self.morning)) {
      today.state = .seen
      today.answeredAt = seen
      try today.store(transaction)
      return
    }
    let tellAt = checkIn.tellTime(of: day, person.zone)
    guard now < tellAt else {
      // the house was away all the while: nothing is known, and that is what is said
      today.state = .silent
      try today.store(transaction)
      try tellFamily("checkin.not_asked_for", today, [:])
      return
    }
    let key = "checkin.\(person.id).\(day)"
    today.askedAt = now
    today.message = key
    try today.store(transaction)
    try transaction.tell(person.id, Say("checkin.ask", buttons: Self.buttons), dedupeKey: key)
    try schedule("nudge", day, at: now + .microseconds((tellAt - now).microseconds / 2))
    try schedule("tell", day, at: tellAt)
  }

  static let buttons = [
    Say.Button("care.button.well", action: AnswerCheckIn.name, arguments: ["well": true], isSingleUse: false),
    Say.Button("care.button.call_me", action: AnswerCheckIn.name, arguments: ["well": false], isSingleUse: false),
  ]

  /// The day, when it still waits for an answer and nothing has been heard.
  private func waiting(_ day: CivilDate) throws -> CheckInDay? {
    guard var today = try CheckInDay.find(person.id, day, transaction), today.state == .asked else { return nil }
    if checkIn.takesAnyMessage, let seen = lastSeen, let asked = today.askedAt, seen >= asked {
      today.state = .seen
      today.answeredAt = seen
      try today.store(transaction)
      return nil
    }
    return today
  }

  private func nudge(_ day: CivilDate) throws {
    guard try waiting(day) != nil, !family.isQuiet(person.id, at: transaction.now) else { return }
    try transaction.tell(
      person.id, Say("checkin.nudge", buttons: Self.buttons), dedupeKey: "checkin.\(person.id).\(day).nudge")
  }

  private func tell(_ day: CivilDate, _ transaction: inout Transaction) throws {
    guard var today = try waiting(day) else { return }
    today.state = .silent
    try today.store(transaction)
    try transaction.emit(Event("checkin.silent", person: person.id, ["day": .string(day.description)]))
    var values: [String: Say.Value] = [:]
    if let asked = today.askedAt { values["asked"] = .instant(asked) }
    if let seen = lastSeen { values["seen"] = .instant(seen) }
    try tellFamily("checkin.silent_for", today, values)
    if checkIn.takesAnyMessage { try schedule("look", day, at: transaction.now + Self.lookEvery) }
  }

  private func tellFamily(_ key: String, _ day: CheckInDay, _ values: [String: Say.Value]) throws {
    var say = Say(
      key, values,
      buttons: [
        Say.Button(
          "care.button.is_well", action: AnswerCheckIn.name,
          arguments: ["well": true, "person": .string(person.id.text)], isSingleUse: false)
      ])
    if let message = day.message, let state = try transaction.toldState(message), state != .sent {
      say.lines.append(Say("dose.reach.\(state.rawValue)"))
    }
    try family.tell(.alerts, of: person.id, dedupeKey: "\(key).\(person.id).\(day.day)", say)
  }

  /// The family was told; the first message after that is told as well.
  private func look(_ day: CivilDate, _ transaction: inout Transaction) throws {
    guard var today = try CheckInDay.find(person.id, day, transaction), today.state == .silent,
      let asked = today.askedAt
    else { return }
    if let seen = lastSeen, seen >= asked {
      today.state = .seen
      today.answeredAt = seen
      try today.store(transaction)
      try family.tell(
        .alerts, of: person.id, dedupeKey: "checkin.seen.\(person.id).\(day)",
        Say("checkin.seen_for", ["at": .instant(seen)]))
    } else if transaction.now - checkIn.tellTime(of: day, person.zone) < Self.lookFor {
      try schedule("look", day, at: transaction.now + Self.lookEvery)
    }
  }
}
