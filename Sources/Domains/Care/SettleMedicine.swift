import Actions
import Base
import Delivery
import Events
import Formats
import Messages
import People
import Schedule
import Store

struct MedicineTaken: Action {
  static let name = "medicine.taken"
  static let summary = "Notes that a medicine was taken."
  static let effect = Effect.write

  @Parameter("Which one; those asked for last when left out.", kind: .entity("medicines")) var medicine: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let finder = MedicineFinder(context: context, reachesBack: true)
    switch try await finder.find(medicine) {
    case .several(let medicines): return finder.ask(medicines, action: Self.name)
    case .targets(let targets):
      return .change { try DoseSettling(context: context, state: .taken).run(targets, &$0) }
    }
  }
}

struct SkipMedicine: Action {
  static let name = "medicine.skip"
  static let summary = "Notes that a dose is left out."
  static let effect = Effect.write

  @Parameter("Which one; those asked for last when left out.", kind: .entity("medicines")) var medicine: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let finder = MedicineFinder(context: context)
    switch try await finder.find(medicine) {
    case .several(let medicines): return finder.ask(medicines, action: Self.name)
    case .targets(let targets):
      return .change { try DoseSettling(context: context, state: .skipped).run(targets, &$0) }
    }
  }
}

struct SnoozeMedicine: Action {
  static let name = "medicine.snooze"
  static let summary = "Asks for a dose a little later."
  static let effect = Effect.write

  @Parameter("Which one; those asked for last when left out.", kind: .entity("medicines")) var medicine: String?
  @Parameter("How much later; fifteen minutes when left out.") var delay: Duration?

  private static let usual: Duration = .minutes(15)

  func perform(in context: ActionContext) async throws -> ActionResult {
    let delay = delay ?? Self.usual
    guard delay >= .seconds(60), delay <= .hours(12) else {
      throw ActionError(
        "medicine.delay", sentence: "A dose can wait between a minute and twelve hours.", field: "delay")
    }
    let finder = MedicineFinder(context: context)
    switch try await finder.find(medicine) {
    case .several(let medicines): return finder.ask(medicines, action: Self.name, ["delay": .string(delay.iso8601)])
    case .targets(let targets):
      return .change { try DoseSettling(context: context, state: .later, delay: delay).run(targets, &$0) }
    }
  }
}

/// Undoes taken, skipped and later.
struct ReopenDose: Action {
  static let name = "medicine.reopen"
  static let summary = "Opens doses again."
  static let effect = Effect.write
  static let isHidden = true

  @Parameter("Ids of doses.") var medicine: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let ids = MedicineFinder.ids(medicine) ?? []
    return .change { transaction in
      var names: [Say.Value] = []
      for id in ids {
        let target = try MedicineFinder.target(id: id, context.actor.id, context.people, transaction)
        guard var dose = target.dose else { continue }
        var medicine = target.medicine
        names.append(.text(medicine.name))
        if dose.asks == 0, dose.state != .unknown, dose.state != .missed {
          // it was settled before it was asked for: it is to come again
          try transaction.unschedule(Care.doseKind, subject: dose.id)
          try transaction.execute("DELETE FROM doses WHERE tenant = :tenant AND id = ?", dose.id)
          guard medicine.isActive, dose.dueAt > transaction.now else { continue }
          medicine.nextAt = min(dose.dueAt, medicine.nextAt ?? dose.dueAt)
          try medicine.update(transaction)
          try DoseFiring.schedule(medicine, transaction)
        } else {
          dose.state = .asked
          dose.asks = 1
          dose.askedAt = transaction.now
          dose.nextAt = transaction.now + DoseFiring.nudgeAfter
          (dose.settledAt, dose.settledBy, dose.settledDoor) = (nil, nil, nil)
          try dose.update(transaction)
          try DoseFiring.schedule(dose, transaction)
        }
      }
      return Outcome(Say("medicine.reopened", ["medicine": .list(names)]))
    }
  }
}

/// Settles doses for everybody, with who did it and by which door.
struct DoseSettling {
  let context: ActionContext
  let state: Dose.State
  var delay: Duration = .zero
  /// When it was done; the time of the change when `nil`.
  var at: Instant?

  func run(_ targets: [MedicineFinder.Target], _ transaction: inout Transaction) throws -> Outcome {
    var settled: [(medicine: Medicine, dose: Dose)] = []
    for target in targets {
      guard let medicine = try Medicine.find(target.medicine.id, transaction) else { continue }
      if let dose = try settle(medicine, target.dose, &transaction) { settled.append((medicine, dose)) }
    }
    guard let first = settled.first else { return try unchanged(targets[0], transaction) }
    let names = Say.Value.list(settled.map { .text($0.medicine.name) })
    var values: [String: Say.Value] = ["medicine": names]
    if let next = first.dose.nextAt { values["at"] = .instant(next) }
    try tellOthers(settled, names, transaction)
    let inverse = ActionCall(
      ReopenDose.name, ["medicine": .string(settled.map(\.dose.id).joined(separator: " "))])
    let key = state == .taken ? "medicine.taken" : state == .skipped ? "medicine.skipped" : "medicine.later"
    return Outcome(Say(key, values), data: .array(settled.map(\.dose.json)), inverse: inverse)
  }

  /// What was settled already is said again, with who did it.
  private func unchanged(_ target: MedicineFinder.Target, _ transaction: Transaction) throws -> Outcome {
    let medicine = try Medicine.find(target.medicine.id, transaction) ?? target.medicine
    let known = try target.dose.flatMap { try Dose.find($0.id, transaction) }
    let dose = try known ?? Dose.last(of: medicine.id, transaction)
    var values: [String: Say.Value] = ["medicine": .text(medicine.name)]
    if let at = dose?.settledAt { values["at"] = .instant(at) }
    if let by = dose?.settledBy, by != context.actor.id {
      values["by"] = .text(context.people.called(by, by: context.actor.id))
    }
    if let next = medicine.nextAt { values["next"] = .instant(next) }
    let key =
      switch dose?.state {
      case .taken: "medicine.already_taken"
      case .skipped: "medicine.already_skipped"
      default: "medicine.not_yet"
      }
    return Outcome(Say(key, values), data: dose.map { .array([$0.json]) } ?? .null)
  }

  /// - Returns: `nil` when there is nothing to settle (any more).
  private func settle(_ medicine: Medicine, _ known: Dose?, _ transaction: inout Transaction) throws -> Dose? {
    let now = transaction.now
    var dose: Dose
    if let known {
      guard let current = try Dose.find(known.id, transaction), current.state != .taken, current.state != .stopped
      else {
        return nil
      }
      // skipped may still be taken; what is known to be taken stays so until it is undone
      guard current.state != .skipped || state == .taken else { return nil }
      dose = current
    } else {
      guard let ahead = try ahead(medicine, transaction) else { return nil }
      dose = ahead
    }
    try transaction.unschedule(Care.doseKind, subject: dose.id)
    dose.state = state
    if state == .later {
      dose.nextAt = max(now, known == nil ? dose.dueAt : now) + delay
      try dose.update(transaction)
      try DoseFiring.schedule(dose, transaction)
      return dose
    }
    (dose.settledBy, dose.settledDoor, dose.settledAt, dose.nextAt) =
      (context.actor.id, context.origin.door, at ?? now, nil)
    try dose.update(transaction)
    var payload = DoseFiring.payload(medicine, dose)
    payload["by"] = .string(context.actor.id.text)
    payload["door"] = .string(context.origin.door)
    try transaction.emit(
      Event(state == .taken ? "dose.taken" : "dose.skipped", person: dose.person, payload))
    return dose
  }

  /// Takes the next dose off the schedule, or logs one between times.
  private func ahead(_ medicine: Medicine, _ transaction: Transaction) throws -> Dose? {
    let now = transaction.now
    guard medicine.isActive else { return nil }
    let isNear = try MedicineFinder.isNear(medicine, now: at ?? now)
    if let due = medicine.nextAt, isNear || state == .skipped {
      let dose = Dose(id: transaction.newID(), of: medicine, dueAt: due, state: state)
      guard try dose.insert(transaction) else { return nil }
      var medicine = medicine
      medicine.nextAt = try medicine.timetable.next(after: due)
      try medicine.update(transaction)
      try DoseFiring.schedule(medicine, transaction)
      return dose
    }
    guard state == .taken else { return nil }
    // said twice, it was still one tablet
    if let last = try Dose.last(of: medicine.id, transaction), last.isSettled, let settledAt = last.settledAt,
      try now - settledAt <= medicine.timetable.grace(of: last.dueAt)
    {
      return nil
    }
    let dose = Dose(id: transaction.newID(), of: medicine, dueAt: at ?? now, state: state)
    return try dose.insert(transaction) ? dose : nil
  }

  private func tellOthers(
    _ settled: [(medicine: Medicine, dose: Dose)], _ names: Say.Value, _ transaction: Transaction
  ) throws {
    guard state != .later, let family = Family(transaction), let first = settled.first else { return }
    let actor = context.actor
    let kind = state == .taken ? "taken" : "skipped"
    if first.dose.person != actor.id {
      let by = context.people.called(actor.id, by: first.dose.person)
      try transaction.tell(
        first.dose.person, Say("dose.\(kind)_for_you", ["medicine": names, "name": .text(by)]), urgency: .low)
    }
    guard settled.contains(where: { $0.dose.isFamilyTold }) else { return }
    try family.tell(
      .medicines, of: first.dose.person, except: actor.id, Say("dose.\(kind)_after_all", ["medicine": names]))
  }
}
