import Actions
import Base
import Delivery
import Events
import Formats
import Messages
import People
import Schedule
import Store

/// Asks for doses, nudges, and tells the family when nobody answers.
enum DoseFiring {
  static let lateness: Duration = .seconds(60)
  /// The longest time between two askings; with a short wait for the family it is half of that.
  static let nudgeEvery: Duration = .minutes(30)

  struct Item {
    let medicine: Medicine
    let dose: Dose
    let window: Duration
    /// Asked for once more because somebody put it off: it comes when they said.
    var isPutOff = false
  }

  struct Round {
    var asked: [Item] = []
    var missed: [Item] = []
    var nudged: [Item] = []
    /// Critical ones of which the family is to hear now.
    var waiting: [Item] = []
    /// Put off again and again, until the family is to hear of it.
    var putOff: [Item] = []
    var unknown: [Item] = []
  }

  /// Gets a person's due medicines, and doses to be asked again, nudged or given up, all together.
  static func handle(_ dues: [Due], _ transaction: inout Transaction) throws {
    guard let person = dues.first?.person, let family = Family(transaction) else { return }
    let firing = DoseRound(meals: try MealTimes.of(person, transaction), habits: family.habits(of: person))
    var round = Round()
    var seen: Set<String> = []
    for due in dues where seen.insert(due.subject).inserted {
      if let medicine = try Medicine.find(due.subject, transaction) {
        try firing.ask(medicine, &round, &transaction)
      } else if let dose = try Dose.find(due.subject, transaction),
        let medicine = try Medicine.find(dose.medicine, transaction)
      {
        try firing.goOn(dose, medicine, &round, &transaction)
      }
    }
    try DoseWords(person: person, family: family).tell(round)
    for item in round.unknown + round.missed { try Course.endIfOver(item.medicine.id, &transaction) }
  }

  static func schedule(_ medicine: Medicine, _ transaction: Transaction) throws {
    try transaction.unschedule(Care.doseKind, subject: medicine.id)
    guard medicine.isActive, let next = medicine.nextAt else { return }
    try transaction.schedule(Care.doseKind, subject: medicine.id, person: medicine.person, at: next)
  }

  static func schedule(_ dose: Dose, _ transaction: Transaction) throws {
    try transaction.unschedule(Care.doseKind, subject: dose.id)
    guard dose.isOpen, let next = dose.nextAt else { return }
    try transaction.schedule(Care.doseKind, subject: dose.id, person: dose.person, at: next)
    if dose.state == .later, !dose.isFamilyTold, let familyAt = dose.familyAt, familyAt < next {
      try transaction.schedule(Care.doseKind, subject: dose.id, person: dose.person, at: familyAt)
    }
  }

  static func unscheduleAll(_ medicine: String, _ transaction: Transaction) throws {
    try transaction.unschedule(Care.doseKind, subject: medicine)
    for dose in try Dose.open(of: medicine, transaction) {
      try transaction.unschedule(Care.doseKind, subject: dose.id)
    }
  }

  static func payload(_ medicine: Medicine, _ dose: Dose) -> JSON {
    [
      "medicine": .string(medicine.id), "name": .string(medicine.name), "dose": .string(dose.id),
      "due": .string(dose.dueAt.description),
    ]
  }
}

/// What becomes of the doses that are due, by one person's habits.
struct DoseRound {
  let meals: MealTimes
  let habits: Persona.Care

  func ask(_ medicine: Medicine, _ round: inout DoseFiring.Round, _ transaction: inout Transaction) throws {
    let now = transaction.now
    guard medicine.isActive, let timetable = medicine.timetable, let due = medicine.nextAt, due <= now else { return }
    var medicine = medicine
    let catchUp = try timetable.catchUp(from: due, now: now)
    for at in catchUp.missed {
      let dose = Dose(id: transaction.newID(), of: medicine, dueAt: at, state: .missed)
      guard try dose.insert(transaction) else { continue }
      try DoseEntry.add(dose, was: nil, by: nil, door: Self.house, transaction)
      round.missed.append(item(medicine, dose))
      try transaction.emit(Event("dose.missed", person: medicine.person, DoseFiring.payload(medicine, dose)))
    }
    if let at = catchUp.current {
      for open in try Dose.open(of: medicine.id, transaction) {
        round.unknown.append(item(medicine, try giveUp(open, medicine, &transaction)))
      }
      let dose = Dose(id: transaction.newID(), of: medicine, dueAt: at, state: .asked)
      if try dose.insert(transaction) {
        round.asked.append(item(medicine, try asked(dose, medicine, transaction)))
      }
    }
    medicine.nextAt = catchUp.next
    try medicine.update(transaction)
    try DoseFiring.schedule(medicine, transaction)
  }

  /// The door of entries that nobody made.
  static let house = "schedule"

  private func item(_ medicine: Medicine, _ dose: Dose) -> DoseFiring.Item {
    .init(medicine: medicine, dose: dose, window: medicine.window(of: dose.dueAt, meals))
  }

  private func wait(_ medicine: Medicine) -> Duration { medicine.familyAfter ?? habits.familyAfter }

  private func every(_ medicine: Medicine) -> Duration {
    min(DoseFiring.nudgeEvery, .microseconds(wait(medicine).microseconds / 2))
  }

  /// Asked again after it was put off more than once: the family waits no longer for that.
  private func isPutOffOften(_ dose: Dose, _ medicine: Medicine) -> Bool {
    guard let familyAt = dose.familyAt, let askedAt = dose.askedAt, !dose.isFamilyTold else { return false }
    // one that was put off once is asked for a moment after it was due again
    return familyAt + .minutes(1) < askedAt + wait(medicine)
  }

  func asked(_ dose: Dose, _ medicine: Medicine, _ transaction: Transaction) throws -> Dose {
    var dose = dose
    dose.state = .asked
    dose.askedAt = transaction.now
    dose.asks = 1
    dose.familyAt = dose.familyAt ?? transaction.now + wait(medicine)
    // within the time that goes with a meal nobody is asked twice
    let windowEnd = dose.dueAt + medicine.window(of: dose.dueAt, meals)
    var next = max(transaction.now + every(medicine), windowEnd)
    if isPutOffOften(dose, medicine), let familyAt = dose.familyAt { next = min(next, max(familyAt, transaction.now)) }
    dose.nextAt = next
    try dose.update(transaction)
    try DoseFiring.schedule(dose, transaction)
    return dose
  }

  func goOn(
    _ dose: Dose, _ medicine: Medicine, _ round: inout DoseFiring.Round, _ transaction: inout Transaction
  ) throws {
    let now = transaction.now
    guard dose.isOpen, let at = dose.nextAt else { return }
    var dose = dose
    if let familyAt = dose.familyAt, familyAt <= now, !dose.isFamilyTold,
      dose.state == .later || isPutOffOften(dose, medicine)
    {
      dose.isFamilyTold = true
      try dose.update(transaction)
      round.putOff.append(item(medicine, dose))
    }
    guard at <= now else { return try DoseFiring.schedule(dose, transaction) }
    if dose.state == .later {
      var again = item(medicine, try asked(dose, medicine, transaction))
      again.isPutOff = true
      round.asked.append(again)
      return
    }
    let every = every(medicine)
    let window = medicine.window(of: dose.dueAt, meals)
    let giveUpAt = max((dose.askedAt ?? now) + wait(medicine), dose.dueAt + window + every)
    // a nudge is owed, but not a day later, when the house was away: then it is about another dose by now
    guard now < (dose.asks == 1 ? giveUpAt + wait(medicine) : giveUpAt) else {
      round.unknown.append(item(medicine, try giveUp(dose, medicine, &transaction)))
      return
    }
    dose.asks += 1
    let next = now + every
    dose.nextAt = (giveUpAt - next).microseconds < every.microseconds / 2 ? max(giveUpAt, next) : next
    // a question that could not be delivered will not be answered: the family need not wait for that
    let isUnheard = try dose.message.flatMap { try transaction.toldState($0) } == .failed
    let isToBeTold = !dose.isFamilyTold && (medicine.isCritical || isUnheard)
    dose.isFamilyTold = dose.isFamilyTold || isToBeTold
    try dose.update(transaction)
    try DoseFiring.schedule(dose, transaction)
    round.nudged.append(item(medicine, dose))
    if isToBeTold { round.waiting.append(item(medicine, dose)) }
  }

  /// Nobody answered: that is all that is known, and never shown as fine.
  private func giveUp(_ dose: Dose, _ medicine: Medicine, _ transaction: inout Transaction) throws -> Dose {
    var dose = dose
    let was = dose.state
    dose.state = .unknown
    dose.nextAt = nil
    dose.isFamilyTold = true
    try dose.update(transaction)
    try DoseEntry.add(dose, was: was, by: nil, door: Self.house, transaction)
    try transaction.unschedule(Care.doseKind, subject: dose.id)
    try transaction.emit(Event("dose.unknown", person: dose.person, DoseFiring.payload(medicine, dose)))
    return dose
  }
}
