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
  static let nudgeAfter: Duration = .minutes(30)
  static let unknownAfter: Duration = .minutes(60)

  private struct Item {
    let medicine: Medicine
    let dose: Dose
  }

  private struct Round {
    var asked: [Item] = []
    var missed: [Item] = []
    var nudged: [Item] = []
    var unknown: [Item] = []
  }

  /// Gets a person's due medicines, and doses to be asked again, nudged or given up, all together.
  static func handle(_ dues: [Due], _ transaction: inout Transaction) throws {
    var round = Round()
    var seen: Set<String> = []
    for due in dues where seen.insert(due.subject).inserted {
      if let medicine = try Medicine.find(due.subject, transaction) {
        try ask(medicine, &round, &transaction)
      } else if let dose = try Dose.find(due.subject, transaction),
        let medicine = try Medicine.find(dose.medicine, transaction)
      {
        try goOn(dose, medicine, &round, &transaction)
      }
    }
    guard let person = dues.first?.person, let family = Family(transaction) else { return }
    try tellAsked(round, person, family)
    try tellNudged(round.nudged, person, family)
    try tellFamily(round, person, family)
  }

  // MARK: The dose

  private static func ask(_ medicine: Medicine, _ round: inout Round, _ transaction: inout Transaction) throws {
    let now = transaction.now
    guard medicine.isActive, let due = medicine.nextAt, due <= now else { return }
    var medicine = medicine
    let catchUp = try medicine.timetable.catchUp(from: due, now: now)
    for at in catchUp.missed {
      let dose = Dose(id: transaction.newID(), of: medicine, dueAt: at, state: .missed)
      guard try dose.insert(transaction) else { continue }
      round.missed.append(Item(medicine: medicine, dose: dose))
      try transaction.emit(Event("dose.missed", person: medicine.person, payload(medicine, dose)))
    }
    if let at = catchUp.current {
      for open in try Dose.open(of: medicine.id, transaction) {
        let given = try giveUp(open, medicine, &transaction)
        round.unknown.append(Item(medicine: medicine, dose: given))
      }
      let dose = Dose(id: transaction.newID(), of: medicine, dueAt: at, state: .asked)
      if try dose.insert(transaction) {
        round.asked.append(Item(medicine: medicine, dose: try asked(dose, transaction)))
      }
    }
    medicine.nextAt = catchUp.next
    try medicine.update(transaction)
    try schedule(medicine, transaction)
  }

  private static func asked(_ dose: Dose, _ transaction: Transaction) throws -> Dose {
    var dose = dose
    dose.state = .asked
    dose.askedAt = transaction.now
    dose.asks = 1
    dose.nextAt = transaction.now + nudgeAfter
    try dose.update(transaction)
    try schedule(dose, transaction)
    return dose
  }

  private static func goOn(
    _ dose: Dose, _ medicine: Medicine, _ round: inout Round, _ transaction: inout Transaction
  ) throws {
    let now = transaction.now
    guard dose.isOpen, let at = dose.nextAt, at <= now else { return }
    if dose.state == .later {
      round.asked.append(Item(medicine: medicine, dose: try asked(dose, transaction)))
    } else if dose.asks == 1 {
      var dose = dose
      dose.asks = 2
      dose.nextAt = max((dose.askedAt ?? now) + unknownAfter, now + nudgeAfter)
      dose.isFamilyTold = dose.isFamilyTold || medicine.isCritical
      try dose.update(transaction)
      try schedule(dose, transaction)
      round.nudged.append(Item(medicine: medicine, dose: dose))
    } else {
      round.unknown.append(Item(medicine: medicine, dose: try giveUp(dose, medicine, &transaction)))
    }
  }

  /// Nobody answered: that is all that is known, and never shown as fine.
  private static func giveUp(_ dose: Dose, _ medicine: Medicine, _ transaction: inout Transaction) throws -> Dose {
    var dose = dose
    dose.state = .unknown
    dose.nextAt = nil
    dose.isFamilyTold = true
    try dose.update(transaction)
    try transaction.unschedule(Care.doseKind, subject: dose.id)
    try transaction.emit(Event("dose.unknown", person: dose.person, payload(medicine, dose)))
    return dose
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

  // MARK: Words

  private static func tellAsked(_ round: Round, _ person: PersonID, _ family: Family) throws {
    let (asked, missed) = (round.asked, round.missed)
    guard let first = asked.first ?? missed.last else { return }
    let now = family.transaction.now
    let say: Say
    if asked.isEmpty {
      say = Say("dose.missed", ["medicine": names(missed), "due": .instant(first.dose.dueAt)])
    } else if asked.count == 1 {
      let isLate = now - first.dose.dueAt > lateness && first.dose.askedAt == now
      say = Say(
        isLate ? "dose.ask_late" : "dose.ask",
        ["medicine": .text(first.medicine.label), "due": .instant(first.dose.dueAt)])
    } else {
      say = Say("dose.ask_many", lines: asked.map { Say("dose.line", ["medicine": .text($0.medicine.label)]) })
    }
    var whole = say
    if !asked.isEmpty {
      whole.buttons = buttons(asked.map(\.dose.id))
      // the message is one: what was not asked in time is said at its end
      let others = missed.filter { item in !asked.contains { $0.medicine.id == item.medicine.id } }
      if let last = others.last {
        whole.lines.append(Say("dose.missed", ["medicine": names(others), "due": .instant(last.dose.dueAt)]))
      }
    }
    try family.transaction.tell(person, whole, dedupeKey: "dose.\(first.dose.id).\(now.microseconds)")
  }

  private static func tellNudged(_ items: [Item], _ person: PersonID, _ family: Family) throws {
    let now = family.transaction.now
    // no idle questions at night
    let telling = items.filter { $0.medicine.isCritical || !family.isQuiet(person, at: now) }
    guard !telling.isEmpty else { return }
    let say = Say("dose.nudge", ["medicine": names(telling)], buttons: buttons(telling.map(\.dose.id)))
    try family.transaction.tell(person, say, dedupeKey: "dose.\(telling[0].dose.id).nudge")
  }

  private static func tellFamily(_ round: Round, _ person: PersonID, _ family: Family) throws {
    try tellFamily("dose.waiting_for", round.nudged.filter(\.medicine.isCritical), person, family)
    try tellFamily("dose.unknown_for", round.unknown, person, family)
    try tellFamily("dose.missed_for", round.missed, person, family)
  }

  private static func tellFamily(_ key: String, _ items: [Item], _ person: PersonID, _ family: Family) throws {
    guard let last = items.last else { return }
    let say = Say(
      key, ["medicine": names(items), "due": .instant(last.dose.dueAt)],
      buttons: [button("taken", MedicineTaken.name, items.map(\.dose.id))])
    try family.tell(.medicines, of: person, dedupeKey: "\(key).\(last.dose.id)", say)
  }

  /// "Metformin and Aspirin", each once.
  private static func names(_ items: [Item]) -> Say.Value {
    var names: [String] = []
    for item in items where !names.contains(item.medicine.name) { names.append(item.medicine.name) }
    return .list(names.map(Say.Value.text))
  }

  static func buttons(_ doses: [String]) -> [Say.Button] {
    [
      button("taken", MedicineTaken.name, doses), button("later", SnoozeMedicine.name, doses),
      button("skip", SkipMedicine.name, doses),
    ]
  }

  private static func button(_ label: String, _ action: String, _ doses: [String]) -> Say.Button {
    Say.Button(
      "care.button.\(label)", action: action,
      arguments: ["medicine": .string(doses.suffix(50).joined(separator: " "))], isSingleUse: false)
  }
}
