import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Schedule
import Store
import Time

struct ChangeMedicine: Action {
  static let name = "medicine.change"
  static let summary = "Changes the times or the dose of a medicine; what is asked already stays."
  static let effect = Effect.write

  @Parameter("Which one.", kind: .entity("medicines")) var medicine: String
  @Parameter("When it is taken from now on.") var schedule: WhenValue?
  @Parameter("How much at a time.") var dose: String?
  @Parameter("Whose; found by the medicine when left out.") var person: PersonReference?
  @Parameter("Whether only the dose of the day named, or the next, is moved; the others stay.", default: false)
  var once: Bool
  @Parameter("Whether the day named is the first of many: \"from tomorrow\".", default: false) var onwards: Bool
  @Parameter("Whether the family hears sooner of an unanswered dose.") var critical: Bool?
  @Parameter("When needed: the least time between two.") var gap: Duration?
  @Parameter("When needed: how many within 24 hours at most.") var dailyMax: Int?
  @Parameter("So many days before it is used up, it is said.") var refillDays: Int?
  @Parameter("How long a dose may stay unanswered before the family is told.") var familyAfter: Duration?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try person.map { try context.person($0, needing: .log) }
    let settings = MedicineSettings(gap: gap, dailyMax: dailyMax, refillDays: refillDays, familyAfter: familyAfter)
    try settings.check()
    let finder = MedicineFinder(context: context)
    let target: Medicine
    switch try await finder.find(medicine, of: person) {
    case .several(let medicines):
      var arguments = JSONObject()
      arguments["schedule"] = schedule?.json
      arguments["dose"] = dose.map { .string($0) }
      return finder.ask(medicines, action: Self.name, arguments)
    case .targets(let targets): target = targets[0].medicine
    }
    guard let taker = context.people.person(target.person) else { throw MedicineFinder.unknown }
    let isNothing =
      schedule == nil && dose == nil && critical == nil && gap == nil && dailyMax == nil && refillDays == nil
      && familyAfter == nil
    if isNothing { return .ask(Say("medicine.add.ask.schedule"), parameter: "schedule") }
    let usual = target.nextAt.map { taker.zone.civil($0).time } ?? target.timetable?.start.time
    let schedule = usual.flatMap { self.schedule?.nearest(to: $0) } ?? self.schedule
    // a program writes a whole moment whatever it means
    let isOneDay =
      once
      || context.origin.conversation != nil && !onwards && Self.isOfOneDay(schedule, target, taker, context.now)
    if isOneDay, let schedule, !schedule.repeats, schedule.isTimeGiven {
      let at = schedule.instant(in: taker.zone, now: context.now)
      guard at > context.now else { return .ask(Say("reminder.ask.past", ["at": .instant(at)]), parameter: "schedule") }
      return .change { try DosesOfDay.move(target, to: at, context, &$0) }
    }
    let meals = try await context.store.read { try MealTimes.of(taker.id, $0) }
    var plan: MedicinePlan?
    if let schedule = try schedule.map({ try Self.beside($0, target) ?? $0 }) {
      switch try MedicinePlan.read(schedule, meals, name: target.name, person: taker, now: context.now) {
      case .question(let question): return question
      case .plan(let read): plan = read
      }
    }
    let (dose, critical, planned) = (dose, critical, plan)
    return .change { transaction in
      guard var medicine = try Medicine.find(target.id, transaction), medicine.isActive else {
        throw MedicineFinder.unknown
      }
      let before = medicine.plan
      if let dose { medicine.dose = dose }
      if let critical { medicine.isCritical = critical }
      settings.apply(to: &medicine)
      if let planned {
        medicine.timetable = planned.timetable
        medicine.dayTimes = planned.dayTimes
        medicine.nextAt = planned.timetable.first
      }
      try medicine.update(transaction)
      try DoseFiring.schedule(medicine, transaction)
      try tellTaker("medicine.changed_for_you", medicine, meals, context, transaction)
      var values: [String: Say.Value] = ["medicine": .text(medicine.label), "when": medicine.when(meals)]
      if let gap = medicine.limits.gap { values["gap"] = .duration(gap) }
      if let daily = medicine.limits.daily { values["count"] = .integer(Int64(daily)) }
      if let wait = medicine.familyAfter { values["wait"] = .duration(wait) }
      return Outcome(
        Say("medicine.changed", values), data: medicine.json,
        inverse: ActionCall(RestoreMedicine.name, ["medicine": .string(medicine.id), "plan": before]))
    }
  }
}

extension ChangeMedicine {
  /// "Move Metformin tomorrow to 10 am": with a day of the coming week it is the dose of that day, and the others stay.
  private static func isOfOneDay(_ schedule: WhenValue?, _ medicine: Medicine, _ taker: Person, _ now: Instant) -> Bool
  {
    guard let schedule, !schedule.repeats, schedule.isDayGiven, schedule.isTimeGiven, schedule.elapsed == nil,
      schedule.meals.isEmpty, medicine.timetable?.rule != nil
    else { return false }
    let away = schedule.instant(in: taker.zone, now: now) - now
    return away > .zero && away < .days(7)
  }

  /// "At 7 in the morning", of one that is taken morning and night: one hour takes the place of the nearest, and the others
  /// stay.
  ///
  /// - Returns: `nil` where the words say all of its times.
  private static func beside(_ schedule: WhenValue, _ medicine: Medicine) throws -> WhenValue? {
    guard schedule.rule == nil, schedule.elapsed == nil, schedule.isTimeGiven, schedule.meals.isEmpty,
      let timetable = medicine.timetable, let rule = medicine.dayTimes?.said.rule ?? timetable.rule
    else { return nil }
    let start = medicine.dayTimes?.said.start ?? timetable.start
    let times = DayTimes.times(of: rule, from: start.time)
    let new = schedule.start.time
    func distance(_ time: CivilTime) -> Int { abs(time.secondOfDay - new.secondOfDay) }
    guard times.count > 1, let old = times.min(by: { distance($0) < distance($1) }) else { return nil }
    let all = Array(Set(times.filter { $0 != old } + [new])).sorted()
    var whole = medicine.dayTimes?.said ?? schedule
    whole.meals = whole.meals.filter { $0 != old }
    whole.rule = try DayTimes.rule(rule, at: all)
    whole.start = schedule.start.date.at(all.contains(whole.start.time) ? whole.start.time : all[0])
    return whole
  }
}

extension Medicine {
  /// What a change may change, to be put back by undo.
  var plan: JSON {
    [
      "dose": JSON(dose), "schedule": timetable?.json ?? .null, "said": dayTimes?.json ?? .null,
      "critical": .bool(isCritical), "gap_s": JSON(limits.gap?.wholeSeconds), "daily_max": JSON(limits.daily),
      "warn_days": JSON(stock.warnDays), "family_after_s": JSON(familyAfter?.wholeSeconds), "note": JSON(note),
    ]
  }

  mutating func restore(_ plan: JSON) throws {
    dose = plan["dose"].string
    timetable = plan["schedule"].isNull ? nil : try Timetable(json: plan["schedule"])
    dayTimes = timetable.flatMap { DayTimes(json: plan["said"], zone: $0.zone) }
    isCritical = plan["critical"].bool ?? isCritical
    limits = Limits(gap: plan["gap_s"].int.map { .seconds(Int64($0)) }, daily: plan["daily_max"].int)
    stock.warnDays = plan["warn_days"].int
    familyAfter = plan["family_after_s"].int.map { .seconds(Int64($0)) }
    note = plan["note"].string
  }
}

/// Undoes a change.
struct RestoreMedicine: Action {
  static let name = "medicine.restore"
  static let summary = "Puts back what a change of a medicine changed."
  static let effect = Effect.write
  static let isHidden = true

  @Parameter("Id of the medicine.") var medicine: String
  @Parameter("What it was.") var plan: JSON

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (id, plan) = (medicine, plan)
    return .change { transaction in
      var medicine = try MedicineFinder.target(id: id, context.actor.id, context.people, transaction).medicine
      let before = medicine.plan
      try medicine.restore(plan)
      medicine.nextAt = try medicine.timetable?.next(after: transaction.now)
      try medicine.update(transaction)
      try DoseFiring.schedule(medicine, transaction)
      let meals = try MealTimes.of(medicine.person, transaction)
      try tellTaker("medicine.changed_for_you", medicine, meals, context, transaction)
      return Outcome(
        Say("medicine.changed", ["medicine": .text(medicine.label), "when": medicine.when(meals)]),
        data: medicine.json, inverse: ActionCall(Self.name, ["medicine": .string(id), "plan": before]))
    }
  }
}

struct StopMedicine: Action {
  static let name = "medicine.stop"
  static let summary = "Stops asking for a medicine."
  static let effect = Effect.write

  @Parameter("Which one.", kind: .entity("medicines")) var medicine: String
  @Parameter("Whose; found by the medicine when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try person.map { try context.person($0, needing: .log) }
    let finder = MedicineFinder(context: context)
    let target: Medicine
    switch try await finder.find(medicine, of: person) {
    case .several(let medicines): return finder.ask(medicines, action: Self.name)
    case .targets(let targets): target = targets[0].medicine
    }
    return .change { transaction in
      guard var medicine = try Medicine.find(target.id, transaction) else { throw MedicineFinder.unknown }
      let values: [String: Say.Value] = ["medicine": .text(medicine.name)]
      guard medicine.isActive else {
        return Outcome(Say("medicine.already_stopped", values), data: medicine.json)
      }
      for var dose in try Dose.open(of: medicine.id, transaction) {
        let was = dose.state
        dose.state = .stopped
        dose.nextAt = nil
        try dose.update(transaction)
        try DoseEntry.add(dose, was: was, by: context.actor.id, door: context.origin.door, transaction)
        try transaction.unschedule(Care.doseKind, subject: dose.id)
      }
      medicine.isActive = false
      medicine.nextAt = nil
      try medicine.update(transaction)
      try DoseFiring.schedule(medicine, transaction)
      let meals = try MealTimes.of(medicine.person, transaction)
      try tellTaker("medicine.stopped_for_you", medicine, meals, context, transaction)
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
      medicine.nextAt = try medicine.timetable?.next(after: transaction.now)
      try medicine.update(transaction)
      try DoseFiring.schedule(medicine, transaction)
      let meals = try MealTimes.of(medicine.person, transaction)
      try tellTaker("medicine.set_for_you", medicine, meals, context, transaction)
      let key = medicine.isAsNeeded ? "prn.added" : "medicine.added"
      return Outcome(
        Say(key, ["medicine": .text(medicine.label), "when": medicine.when(meals)]),
        data: medicine.json, inverse: ActionCall(StopMedicine.name, ["medicine": .string(id)]))
    }
  }
}

/// Whoever takes the medicine hears what somebody else changed about it.
private func tellTaker(
  _ key: String, _ medicine: Medicine, _ meals: MealTimes, _ context: ActionContext, _ transaction: Transaction
) throws {
  guard medicine.person != context.actor.id else { return }
  let by = context.people.called(context.actor.id, by: medicine.person)
  try transaction.tell(
    medicine.person,
    Say(key, ["medicine": .text(medicine.label), "when": medicine.when(meals), "name": .text(by)]))
}
