import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Schedule
import Store
import Time

struct AddMedicine: Action {
  static let name = "medicine.add"
  static let summary = "Adds a medicine and asks for each dose at its time."
  static let effect = Effect.write

  @Parameter("What the medicine is called.") var name: String
  @Parameter("When it is taken, in the time zone of who takes it.") var schedule: WhenValue
  @Parameter("How much at a time.") var dose: String?
  @Parameter("Who takes it; the speaker when left out.") var person: PersonReference?
  @Parameter("Whether the family hears sooner of an unanswered dose.", default: false) var critical: Bool

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.person(person, needing: .medicines)
    let when = Self.daily(schedule, today: person.zone.date(context.now))
    let timetable: Timetable
    switch try Timetable.read(when, zone: person.zone, now: context.now) {
    case .timetable(let read): timetable = read
    case .needsTime:
      return .ask(Say("medicine.ask.time", ["medicine": .text(name)]), parameter: "schedule")
    case .past(let at): return .ask(Say("medicine.ask.past", ["at": .instant(at)]), parameter: "schedule")
    case .ended:
      throw ActionError("medicine.ended", sentence: "That gives no time that is still to come.", field: "schedule")
    case .tooOften:
      throw ActionError("medicine.too_often", sentence: "Once a minute is the most often.", field: "schedule")
    }
    let (name, dose, critical, actor) = (name, dose, critical, context.actor)
    return .change { transaction in
      let medicine = Medicine(
        id: transaction.newID(), person: person.id, creator: actor.id, name: name, dose: dose, timetable: timetable,
        isCritical: critical)
      try medicine.insert(transaction)
      try DoseFiring.schedule(medicine, transaction)
      var values: [String: Say.Value] = ["medicine": .text(medicine.label), "when": timetable.words]
      let inverse = ActionCall(StopMedicine.name, ["medicine": .string(medicine.id)])
      guard person.id != actor.id else {
        return Outcome(Say("medicine.added", values), data: medicine.json, inverse: inverse)
      }
      values["name"] = .text(context.people.called(actor.id, by: person.id))
      try transaction.tell(person.id, Say("medicine.set_for_you", values))
      values["name"] = .text(context.people.called(person.id, by: actor.id))
      return Outcome(Say("medicine.added_for", values), data: medicine.json, inverse: inverse)
    }
  }

  /// A time alone means every day: medicines are taken daily unless more is said.
  private static func daily(_ when: WhenValue, today: CivilDate) -> WhenValue {
    guard !when.repeats, when.elapsed == nil, when.isTimeGiven, (0...1).contains(when.start.date.days(since: today)),
      let rule = try? RecurrenceRule(parsing: "FREQ=DAILY")
    else { return when }
    return WhenValue(start: when.start, rule: rule)
  }
}

struct ListMedicines: Action {
  static let name = "medicine.list"
  static let summary = "Lists the medicines of a person and their times."
  static let effect = Effect.read

  @Parameter("Whose; the speaker's when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.caredFor(person, needing: .medicines)
    let medicines = try await context.store.read { try Medicine.active(for: person.id, $0) }
    let data = JSON.array(medicines.map(\.json))
    var values: [String: Say.Value] = ["count": .integer(Int64(medicines.count))]
    if person.id != context.actor.id { values["name"] = .text(context.people.called(person.id, by: context.actor.id)) }
    guard !medicines.isEmpty else { return .answer(Say("medicine.list.empty", values), data: data) }
    let lines = medicines.prefix(20).map {
      Say("medicine.list.line", ["medicine": .text($0.label), "when": $0.timetable.words])
    }
    return .answer(Say("medicine.list", values, lines: lines), data: data)
  }
}

struct StopMedicine: Action {
  static let name = "medicine.stop"
  static let summary = "Stops asking for a medicine."
  static let effect = Effect.write

  @Parameter("Which one.", kind: .entity("medicines")) var medicine: String
  @Parameter("Whose; found by the medicine when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try person.map { try context.person($0, needing: .medicines) }
    let finder = MedicineFinder(context: context)
    let target: Medicine
    switch try await finder.find(medicine, of: person) {
    case .several(let medicines): return finder.ask(medicines, action: Self.name)
    case .targets(let targets): target = targets[0].medicine
    }
    return .change { transaction in
      guard var medicine = try Medicine.find(target.id, transaction) else {
        throw ActionError("medicine.not_found", sentence: "There is no such medicine.", field: "medicine")
      }
      let values: [String: Say.Value] = ["medicine": .text(medicine.name)]
      guard medicine.isActive else {
        return Outcome(Say("medicine.already_stopped", values), data: medicine.json)
      }
      for var dose in try Dose.open(of: medicine.id, transaction) {
        dose.state = .stopped
        dose.nextAt = nil
        try dose.update(transaction)
        try transaction.unschedule(Care.doseKind, subject: dose.id)
      }
      medicine.isActive = false
      medicine.nextAt = nil
      try medicine.update(transaction)
      try DoseFiring.schedule(medicine, transaction)
      try tellOther("medicine.stopped_for_you", medicine, context, transaction)
      return Outcome(
        Say("medicine.stopped", values), data: medicine.json,
        inverse: ActionCall(ResumeMedicine.name, ["medicine": .string(medicine.id)]))
    }
  }
}

/// Undoes a stop.
struct ResumeMedicine: Action {
  static let name = "medicine.resume"
  static let summary = "Asks for a medicine again."
  static let effect = Effect.write
  static let isHidden = true

  @Parameter("Id of the medicine.") var medicine: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let id = medicine
    return .change { transaction in
      var medicine = try MedicineFinder.target(id: id, context.actor.id, context.people, transaction).medicine
      medicine.isActive = true
      medicine.nextAt = try medicine.timetable.next(after: transaction.now)
      try medicine.update(transaction)
      try DoseFiring.schedule(medicine, transaction)
      try tellOther("medicine.set_for_you", medicine, context, transaction)
      return Outcome(
        Say("medicine.added", ["medicine": .text(medicine.label), "when": medicine.timetable.words]),
        data: medicine.json, inverse: ActionCall(StopMedicine.name, ["medicine": .string(id)]))
    }
  }
}

/// Whoever takes the medicine hears what somebody else changed about it.
private func tellOther(
  _ key: String, _ medicine: Medicine, _ context: ActionContext, _ transaction: Transaction
) throws {
  guard medicine.person != context.actor.id else { return }
  let by = context.people.called(context.actor.id, by: medicine.person)
  try transaction.tell(
    medicine.person,
    Say(key, ["medicine": .text(medicine.label), "when": medicine.timetable.words, "name": .text(by)]))
}

extension ActionContext {
  /// Whom a question is about: who is named; else, for somebody who looks after exactly one person, that one.
  func caredFor(_ reference: PersonReference?, needing right: FamilyLink.Right) throws -> Person {
    if reference == nil, people.relatives(of: actor.id).isEmpty {
      let elders = people.elders(of: actor.id).filter { $0.link.rights.contains(right) }
      if elders.count == 1 { return elders[0].person }
    }
    return try person(reference, needing: right)
  }
}
