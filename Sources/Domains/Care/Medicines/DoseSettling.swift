import Actions
import Base
import Delivery
import Events
import Formats
import Messages
import People
import Schedule
import Store
import Time

/// Settles doses for everybody, with who did it and by which door.
struct DoseSettling {
  let context: ActionContext
  let state: Dose.State
  var delay: Duration = .zero
  /// When it was done; the time of the change when `nil`.
  var at: Instant?
  /// Whether what is settled already may be settled otherwise.
  var corrects = false
  /// How many were taken at once, of what is taken when needed.
  var count = 1
  /// One more, however soon after the last.
  var isMore = false

  private typealias Settled = (medicine: Medicine, dose: Dose)

  func run(_ targets: [MedicineFinder.Target], _ transaction: inout Transaction) throws -> Outcome {
    var settled: [Settled] = []
    for target in targets {
      guard let medicine = try Medicine.find(target.medicine.id, transaction) else { continue }
      let times = medicine.isAsNeeded && state == .taken && target.dose == nil ? count : 1
      for place in 0..<times {
        if let dose = try settle(medicine, target.dose, place, &transaction) { settled.append((medicine, dose)) }
      }
    }
    guard let first = settled.first else { return try unchanged(targets, transaction) }
    var named: Set<String> = []
    let names = Say.Value.list(settled.filter { named.insert($0.medicine.id).inserted }.map { .text($0.medicine.name) })
    var values: [String: Say.Value] = ["medicine": names]
    if let next = first.dose.nextAt { values["at"] = .instant(next) }
    if first.dose.person != context.actor.id {
      values["name"] = .text(context.people.called(first.dose.person, by: context.actor.id))
    }
    if state == .taken, at != nil, let done = first.dose.settledAt { values["done"] = .instant(done) }
    let earlier = earlier(first, transaction.now)
    if at == nil, let earlier { values["of"] = .instant(earlier) }
    try tellOthers(settled, names, earlier, transaction)
    let inverse = ActionCall(
      ReopenDose.name, ["medicine": .string(settled.map(\.dose.id).joined(separator: " "))])
    let key = state == .taken ? "medicine.taken" : state == .skipped ? "medicine.skipped" : "medicine.later"
    var say = Say(key, values)
    if state == .taken, named.count == 1, first.medicine.isAsNeeded, let last = settled.last,
      let line = try afterOne(last, Set(settled.map(\.dose.id)), transaction)
    {
      say.lines.append(line)
    }
    for one in settled where state != .later { try Course.endIfOver(one.medicine.id, &transaction) }
    return Outcome(say, data: .array(settled.map(\.dose.json)), inverse: inverse)
  }

  /// The time of a dose of another day, or that was taken long ago: whoever reads of it must not take it for the one of now.
  private func earlier(_ one: Settled, _ now: Instant) -> Instant? {
    let zone = context.people.person(one.dose.person)?.zone ?? context.actor.zone
    let time = at ?? one.dose.dueAt
    return zone.date(time) < zone.date(now) || at.map { now - $0 > .hours(2) } == true ? time : nil
  }

  /// After one taken when needed: when the next may come, or that it was sooner or more than noted.
  ///
  /// - Parameter now: those of this moment, of which it is the last.
  private func afterOne(_ one: Settled, _ now: Set<String>, _ transaction: Transaction) throws -> Say? {
    guard let at = one.dose.settledAt else { return nil }
    let all = try Dose.taken(of: one.medicine.id, since: at - AsNeeded.day, transaction)
      .filter { !now.contains($0.id) && $0.settledAt.map { $0 <= at } == true }.compactMap(\.settledAt)
    let before = AsNeeded(one.medicine.limits, taken: all, before: nil, now: at)
    switch before.answer {
    case .tooSoon(let from):
      try tellExceeded(one, transaction)
      return Say("prn.was_too_soon", ["at": .instant(from)])
    case .enough(let count, _):
      try tellExceeded(one, transaction)
      return Say("prn.was_too_many", ["count": .integer(Int64(count + 1))])
    case .unknown: return nil
    case .yes:
      let after = AsNeeded(
        one.medicine.limits, taken: Array(repeating: at, count: now.count) + all, before: nil, now: at)
      switch after.answer {
      case .tooSoon(let from): return Say("prn.next", ["at": .instant(from)])
      case .enough(let count, _) where count > one.medicine.limits.daily ?? count:
        try tellExceeded(one, transaction)
        return Say("prn.was_too_many", ["count": .integer(Int64(count))])
      case .enough(let count, let from):
        return Say("prn.last", ["count": .integer(Int64(count)), "at": .instant(from)])
      case .yes, .unknown: return nil
      }
    }
  }

  private func tellExceeded(_ one: Settled, _ transaction: Transaction) throws {
    try Family(transaction)?.tell(
      .medicines, of: one.dose.person, except: context.actor.id, dedupeKey: "exceeded.\(one.dose.id)",
      Say("prn.exceeded_for", ["medicine": .text(one.medicine.name)]))
  }

  /// What was settled already is said again, with who did it; of what was taken it is asked whether that was wrong.
  private func unchanged(_ targets: [MedicineFinder.Target], _ transaction: Transaction) throws -> Outcome {
    guard let target = targets.first else {
      throw ActionError("medicine.nothing_open", sentence: "No dose is waiting for an answer.", field: "medicine")
    }
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
    var say = Say(key, values)
    if let dose, dose.state == .taken, state == .skipped {
      say.buttons = [
        Say.Button(
          "care.button.not_taken", action: CorrectDose.name,
          arguments: ["medicine": .string(dose.id), "state": "skipped"])
      ]
    }
    return Outcome(say, data: dose.map { .array([$0.json]) } ?? .null, inverse: stillUndoable(dose, transaction.now))
  }

  /// "Undo" right after such an answer still means what was noted before it.
  private func stillUndoable(_ dose: Dose?, _ now: Instant) -> ActionCall? {
    guard let dose, dose.isSettled, dose.settledBy == context.actor.id, let at = dose.settledAt, now - at <= Self.twice
    else { return nil }
    return ActionCall(ReopenDose.name, ["medicine": .string(dose.id)])
  }

  // MARK: One dose

  /// - Returns: `nil` when there is nothing to settle (any more).
  private func settle(
    _ medicine: Medicine, _ known: Dose?, _ place: Int, _ transaction: inout Transaction
  ) throws -> Dose? {
    let now = transaction.now
    var dose: Dose
    var was: Dose.State?
    if let known {
      guard let current = try Dose.find(known.id, transaction),
        current.state != state || state == .later || corrects && at != nil,
        current.state != .stopped
      else { return nil }
      // skipped may still be taken; what is known to be taken stays so until it is undone or corrected
      guard corrects || current.state != .taken, current.state != .skipped || state == .taken else { return nil }
      dose = current
      // one that was laid out for a day to come was nothing before
      let isLaidOut = try current.state == .later && DoseEntry.all(of: current.id, transaction).isEmpty
      was = isLaidOut ? nil : current.state
    } else {
      guard let ahead = try isCorrection(medicine, transaction) ? nil : ahead(medicine, place, transaction) else {
        return nil
      }
      dose = ahead
    }
    try transaction.unschedule(Care.doseKind, subject: dose.id)
    dose.state = state
    if state == .later {
      dose.nextAt = max(now, known == nil ? dose.dueAt : now) + delay
      (dose.settledBy, dose.settledDoor, dose.settledAt) = (nil, nil, nil)
      // a dose may be put off, once; the family does not wait longer for one that is put off for ever
      if try DoseEntry.all(of: dose.id, transaction).allSatisfy({ $0.state != .later }), let again = dose.nextAt {
        dose.familyAt = again + familyWait(medicine, transaction)
      }
      try dose.update(transaction)
      try DoseEntry.add(dose, was: was, by: context.actor.id, door: context.origin.door, transaction)
      try DoseFiring.schedule(dose, transaction)
      return dose
    }
    (dose.settledBy, dose.settledDoor, dose.settledAt, dose.nextAt) =
      (context.actor.id, context.origin.door, at ?? now, nil)
    try dose.update(transaction)
    try DoseEntry.add(dose, was: was, by: context.actor.id, door: context.origin.door, transaction)
    if state == .taken {
      if was != .taken { try StockKeeping.book(medicine.id, -medicine.amount, transaction) }
    } else if was == .taken {
      try StockKeeping.book(medicine.id, medicine.amount, transaction)
    }
    var payload = DoseFiring.payload(medicine, dose)
    payload["by"] = .string(context.actor.id.text)
    payload["door"] = .string(context.origin.door)
    try transaction.emit(
      Event(state == .taken ? "dose.taken" : "dose.skipped", person: dose.person, payload))
    return dose
  }

  /// Takes the next dose off the schedule, or logs one between times.
  ///
  /// - Parameter place: which of several that were taken at once.
  private func ahead(_ medicine: Medicine, _ place: Int, _ transaction: Transaction) throws -> Dose? {
    let now = transaction.now
    guard medicine.isActive else { return nil }
    if let due = medicine.nextAt, let timetable = medicine.timetable {
      let isNear = try MedicineFinder.isNear(medicine, now: at ?? now)
      if isNear || state == .skipped {
        let dose = Dose(id: transaction.newID(), of: medicine, dueAt: due, state: state)
        guard try dose.insert(transaction) else { return nil }
        var medicine = medicine
        medicine.nextAt = try timetable.next(after: due)
        try medicine.update(transaction)
        try DoseFiring.schedule(medicine, transaction)
        return dose
      }
    }
    guard state == .taken, try isMore || place > 0 || !isSaidTwice(medicine, transaction) else { return nil }
    let dose = Dose(
      id: transaction.newID(), of: medicine, dueAt: (at ?? now) + .microseconds(Int64(place)), state: state)
    return try dose.insert(transaction) ? dose : nil
  }

  /// How long a dose may stay unanswered before the family hears of it.
  private func familyWait(_ medicine: Medicine, _ transaction: Transaction) -> Duration {
    medicine.familyAfter ?? Family(transaction)?.habits(of: medicine.person).familyAfter
      ?? Persona.Care().familyAfter
  }

  private static let recent: Duration = .hours(12)

  /// "I did not take it" of one that was just noted as taken means that one, not the next.
  private func isCorrection(_ medicine: Medicine, _ transaction: Transaction) throws -> Bool {
    guard state == .skipped, let last = try Dose.last(of: medicine.id, transaction), last.state == .taken,
      let settledAt = last.settledAt
    else { return false }
    let now = transaction.now
    return try now - settledAt <= Self.recent && !MedicineFinder.isNear(medicine, now: now)
  }

  private static let twice: Duration = .minutes(10)

  /// Said twice, it was still one tablet.
  private func isSaidTwice(_ medicine: Medicine, _ transaction: Transaction) throws -> Bool {
    guard let timetable = medicine.timetable else {
      guard let last = try Dose.lastTaken(of: medicine.id, transaction)?.settledAt else { return false }
      return abs(((at ?? transaction.now) - last).microseconds) <= Self.twice.microseconds
    }
    guard let last = try Dose.last(of: medicine.id, transaction), last.isSettled, let settledAt = last.settledAt else {
      return false
    }
    return try transaction.now - settledAt <= timetable.grace(of: last.dueAt)
  }

  // MARK: Taking back

  /// Makes a dose what it was before its last entry.
  func takeBack(_ dose: Dose, _ medicine: Medicine, _ transaction: Transaction) throws {
    var (dose, medicine) = (dose, medicine)
    let entries = try DoseEntry.all(of: dose.id, transaction)
    let before = entries.last?.was
    let was = dose.state
    if was == .taken, before != .taken { try StockKeeping.book(medicine.id, medicine.amount, transaction) }
    if was != .taken, before == .taken { try StockKeeping.book(medicine.id, -medicine.amount, transaction) }
    medicine = try Medicine.find(medicine.id, transaction) ?? medicine
    // one that was due meanwhile, and never asked for, is asked for now
    let isOverdue = try dose.dueAt <= transaction.now && isPlanned(dose, medicine)
    if entries.count <= 1, before == nil, dose.asks == 0, dose.state != .unknown, dose.state != .missed, !isOverdue {
      // it was settled before it was asked for: it is to come again
      try transaction.unschedule(Care.doseKind, subject: dose.id)
      try transaction.execute("DELETE FROM doses WHERE tenant = :tenant AND id = ?", dose.id)
      try transaction.execute("DELETE FROM dose_entries WHERE tenant = :tenant AND dose = ?", dose.id)
      guard medicine.isActive, !medicine.isAsNeeded, dose.dueAt > transaction.now else { return }
      medicine.nextAt = min(dose.dueAt, medicine.nextAt ?? dose.dueAt)
      try medicine.update(transaction)
      try DoseFiring.schedule(medicine, transaction)
      return
    }
    switch before {
    case .taken?, .skipped?, .missed?, .unknown?:
      let earlier = entries.dropLast().last { $0.state == before }
      dose.state = before ?? .unknown
      (dose.settledBy, dose.settledDoor, dose.settledAt) = (earlier?.who, earlier?.door, earlier?.doneAt)
      if !dose.isSettled { (dose.settledBy, dose.settledDoor, dose.settledAt) = (nil, nil, nil) }
      dose.nextAt = nil
    default:
      dose.state = .asked
      dose.asks = 1
      dose.askedAt = transaction.now
      dose.nextAt = transaction.now + DoseFiring.nudgeEvery
      // nobody put it off: whoever takes back what was noted has the whole time again
      if !dose.isFamilyTold { dose.familyAt = transaction.now + familyWait(medicine, transaction) }
      (dose.settledBy, dose.settledDoor, dose.settledAt) = (nil, nil, nil)
    }
    try dose.update(transaction)
    try DoseEntry.add(dose, was: was, by: context.actor.id, door: context.origin.door, transaction)
    try DoseFiring.schedule(dose, transaction)
  }

  /// Whether the medicine's own times have the dose; one that was logged between them is no dose to come.
  private func isPlanned(_ dose: Dose, _ medicine: Medicine) throws -> Bool {
    guard medicine.isActive, let timetable = medicine.timetable else { return false }
    return try !timetable.occurrences(after: dose.dueAt - .microseconds(1), through: dose.dueAt, limit: 1).isEmpty
  }

  // MARK: Words

  private func tellOthers(
    _ settled: [Settled], _ names: Say.Value, _ earlier: Instant?, _ transaction: Transaction
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
    var say = Say("dose.\(kind)_after_all", ["medicine": names])
    if let earlier, state == .taken { say = Say("dose.taken_earlier", ["medicine": names, "of": .instant(earlier)]) }
    try family.tell(.medicines, of: first.dose.person, except: actor.id, say)
  }
}
