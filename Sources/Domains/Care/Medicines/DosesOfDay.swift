import Actions
import Base
import Formats
import Messages
import People
import Store
import Time

/// The doses of one day of a medicine: taken off the schedule or moved, the others stay as they are.
enum DosesOfDay {
  /// Doses of that day as things to settle. One that is to come gets its row now, so that it is there when it is due.
  ///
  /// - Throws: `medicine.not_that_day` where the day has none to come.
  static func targets(
    _ target: MedicineFinder.Target, _ day: CivilDate, _ context: ActionContext, _ transaction: Transaction
  ) throws -> [MedicineFinder.Target] {
    let medicine = target.medicine
    let zone = context.people.person(medicine.person)?.zone ?? context.zone
    if let dose = target.dose, dose.isOpen, zone.date(dose.dueAt) == day { return [target] }
    let doses = try times(of: medicine, on: day, zone, transaction).compactMap { due -> Dose? in
      try insert(medicine, due, transaction)
    }
    guard !doses.isEmpty else { throw none(medicine, day) }
    return doses.map { .init(medicine: medicine, dose: $0) }
  }

  /// Doses of a day that is over of which nobody said what became of them, the latest of the day first: "I did not take last
  /// night's".
  ///
  /// - Throws: `medicine.not_that_day` where nothing is open of that day.
  static func missed(
    _ words: String?, of people: [Person], _ day: CivilDate, _ context: ActionContext, _ transaction: Transaction
  ) throws -> [MedicineFinder.Target] {
    for person in people {
      let all = try Medicine.active(for: person.id, transaction)
      let wanted = words.map { words in
        MedicineFinder.ids(words).map { ids in all.filter { ids.contains($0.id) } }
          ?? NameMatch.best(words, among: all) { $0.label }
      }
      let zone = person.zone
      let span = (zone.startOfDay(day), zone.startOfDay(day.adding(days: 1)))
      var found: [MedicineFinder.Target] = []
      for medicine in wanted ?? all {
        let doses = try Dose.around(span.0, span.1, of: medicine.id, transaction)
        found += doses.filter { $0.isOpen || $0.state == .unknown || $0.state == .missed }
          .map { .init(medicine: medicine, dose: $0) }
        // the house was not there to ask
        if let due = medicine.nextAt, due >= span.0, due < span.1, let dose = try insert(medicine, due, transaction) {
          found.append(.init(medicine: medicine, dose: dose))
        }
      }
      if let last = found.compactMap(\.dose?.dueAt).max() {
        return words == nil ? found.filter { $0.dose?.dueAt == last } : found
      }
    }
    throw ActionError(
      "medicine.nothing_open", sentence: "No dose of that day is waiting for an answer.", field: "day")
  }

  /// - Throws: `medicine.not_that_day`, `medicine.not_found`.
  static func move(
    _ medicine: Medicine, to at: Instant, _ context: ActionContext, _ transaction: inout Transaction
  ) throws -> Outcome {
    guard let medicine = try Medicine.find(medicine.id, transaction), medicine.isActive else {
      throw MedicineFinder.unknown
    }
    let zone = context.people.person(medicine.person)?.zone ?? context.zone
    let day = zone.date(at)
    var dose: Dose
    if let open = try Dose.open(of: medicine.id, transaction).first, zone.date(open.dueAt) == day {
      dose = open
    } else {
      func distance(_ due: Instant) -> Int64 { abs((due - at).microseconds) }
      let due = try times(of: medicine, on: day, zone, transaction).min { distance($0) < distance($1) }
      guard let due, let ahead = try insert(medicine, due, transaction) else { throw none(medicine, day) }
      dose = ahead
    }
    let was = dose.state
    (dose.state, dose.nextAt, dose.familyAt) = (.later, at, nil)
    try dose.update(transaction)
    try DoseEntry.add(
      dose, was: dose.asks == 0 ? nil : was, by: context.actor.id, door: context.origin.door, transaction)
    try DoseFiring.schedule(dose, transaction)
    var values: [String: Say.Value] = ["medicine": .text(medicine.name), "at": .instant(at)]
    if medicine.person != context.actor.id {
      values["name"] = .text(context.people.called(medicine.person, by: context.actor.id))
    }
    return Outcome(
      Say("medicine.later", values), data: .array([dose.json]),
      inverse: ActionCall(ReopenDose.name, ["medicine": .string(dose.id)]))
  }

  private static func times(
    of medicine: Medicine, on day: CivilDate, _ zone: Zone, _ transaction: Transaction
  ) throws -> [Instant] {
    guard medicine.isActive, let timetable = medicine.timetable else { return [] }
    let start = max(zone.startOfDay(day), medicine.nextAt ?? transaction.now)
    return try timetable.occurrences(
      after: start - .microseconds(1), through: zone.startOfDay(day.adding(days: 1)) - .microseconds(1))
  }

  private static func insert(_ medicine: Medicine, _ due: Instant, _ transaction: Transaction) throws -> Dose? {
    let dose = Dose(id: transaction.newID(), of: medicine, dueAt: due, state: .later)
    guard try dose.insert(transaction) else { return nil }
    if var current = try Medicine.find(medicine.id, transaction), current.nextAt == due {
      current.nextAt = try current.timetable?.next(after: due)
      try current.update(transaction)
      try DoseFiring.schedule(current, transaction)
    }
    return dose
  }

  private static func none(_ medicine: Medicine, _ day: CivilDate) -> ActionError {
    ActionError(
      "medicine.not_that_day", ["medicine": .text(medicine.name), "day": .date(day)],
      sentence: "\(medicine.name) is not due on that day any more.", field: "day")
  }
}
