import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Store
import Time

struct AddMedicine: Action {
  static let name = "medicine.add"
  static let summary = "Adds a medicine: one with times is asked for, one for when it is needed is kept in a log."
  static let effect = Effect.write

  @Parameter("What the medicine is called.") var name: String
  @Parameter("When it is taken, in the time zone of who takes it.") var schedule: WhenValue?
  @Parameter("How much at a time.") var dose: String?
  @Parameter("Who takes it; the speaker when left out.") var person: PersonReference?
  @Parameter("Whether the family hears sooner of an unanswered dose.", default: false) var critical: Bool
  @Parameter("Whether it is taken only when needed.", default: false) var asNeeded: Bool
  @Parameter("When needed: the least time between two.") var gap: Duration?
  @Parameter("When needed: how many within 24 hours at most.") var dailyMax: Int?
  @Parameter("How much of it is at home.") var stock: Double?
  @Parameter("So many days before it is used up, it is said.") var refillDays: Int?
  @Parameter("How long a dose may stay unanswered before the family is told.") var familyAfter: Duration?
  @Parameter("What the leaflet says; repeated word for word.") var note: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.person(person, needing: .log)
    let settings = MedicineSettings(
      // of one with fixed times a length of time that was said is no gap
      gap: asNeeded ? gap : nil, dailyMax: dailyMax, stock: stock, refillDays: refillDays, familyAfter: familyAfter)
    try settings.check()
    let (name, dose) = Self.split(name, dose)
    let (meals, same) = try await context.store.read { reader in
      (try MealTimes.of(person.id, reader), try Self.same(name, dose, of: person.id, reader))
    }
    if let same, schedule == nil { return .answer(known(same, meals), data: same.json) }
    var plan: MedicinePlan?
    if !asNeeded {
      guard let schedule = course(schedule, today: person.zone.date(context.now)) else {
        return .ask(Say("medicine.add.ask.schedule"), parameter: "schedule")
      }
      switch try MedicinePlan.read(schedule, meals, name: name, person: person, now: context.now) {
      case .question(let question): return question
      case .plan(let read): plan = read
      }
    }
    let (critical, note, schedule, actor, planned) = (critical, note, schedule, context.actor, plan)
    return .change { transaction in
      // in the transaction: a correction stops the one before and adds it anew
      if let same = try Self.same(name, dose, of: person.id, transaction) {
        return Outcome(known(same, meals), data: same.json)
      }
      var medicine = Medicine(
        id: transaction.newID(), person: person.id, creator: actor.id, name: name, dose: dose,
        timetable: planned?.timetable, isCritical: critical)
      medicine.dayTimes = planned?.dayTimes
      medicine.note = note
      settings.apply(to: &medicine)
      if planned == nil { MedicineSettings.limits(from: schedule, &medicine) }
      try medicine.insert(transaction)
      try DoseFiring.schedule(medicine, transaction)
      return try Self.added(medicine, person, meals, context, transaction)
    }
  }

  /// "at night, 10 days": of something with fixed times a length of whole days says how long, not how seldom.
  private func course(_ schedule: WhenValue?, today: CivilDate) -> WhenValue? {
    guard var schedule, let gap, gap >= .days(2), gap <= .days(366) else { return schedule }
    let days = Int(gap.seconds / 86_400)
    if let rule = schedule.rule {
      guard rule.frequency == .daily, rule.interval == 1, rule.count == nil, rule.until == nil,
        case let times = DayTimes.times(of: rule, from: schedule.start.time).count,
        let bounded = try? RecurrenceRule(parsing: rule.description + ";COUNT=\(days * max(1, times))")
      else { return schedule }
      schedule.rule = bounded
    } else if schedule.elapsed == nil, !schedule.isDayGiven || (0...1).contains(schedule.start.date.days(since: today))
    {
      schedule.rule = try? RecurrenceRule(parsing: "FREQ=DAILY;COUNT=\(days)")
    }
    return schedule
  }

  private static func added(
    _ medicine: Medicine, _ person: Person, _ meals: MealTimes, _ context: ActionContext, _ transaction: Transaction
  ) throws -> Outcome {
    let actor = context.actor
    var values: [String: Say.Value] = ["medicine": .text(medicine.label), "when": medicine.when(meals)]
    if let end = try medicine.courseEnd() { values["end"] = .date(end) }
    if let gap = medicine.limits.gap { values["gap"] = .duration(gap) }
    if let daily = medicine.limits.daily { values["count"] = .integer(Int64(daily)) }
    if let stock = medicine.stock.left { values["stock"] = .number(stock, digits: 1) }
    let inverse = ActionCall(StopMedicine.name, ["medicine": .string(medicine.id)])
    let kind = medicine.isAsNeeded ? "prn.added" : "medicine.added"
    guard person.id != actor.id else { return Outcome(Say(kind, values), data: medicine.json, inverse: inverse) }
    values["name"] = .text(context.people.called(actor.id, by: person.id))
    let told = medicine.isAsNeeded ? "prn.set_for_you" : "medicine.set_for_you"
    try transaction.tell(person.id, Say(told, values))
    values["name"] = .text(context.people.called(person.id, by: actor.id))
    return Outcome(Say("\(kind)_for", values), data: medicine.json, inverse: inverse)
  }

  /// It is there already: the times of that one can be changed instead.
  private func known(_ medicine: Medicine, _ meals: MealTimes) -> Say {
    var buttons: [Say.Button] = []
    if let schedule, !asNeeded {
      buttons = [
        Say.Button(
          "care.button.change", action: ChangeMedicine.name,
          arguments: ["medicine": .string(medicine.id), "schedule": schedule.json])
      ]
    }
    return Say("medicine.exists", ["medicine": .text(medicine.label), "when": medicine.when(meals)], buttons: buttons)
  }

  private static func same(
    _ name: String, _ dose: String?, of person: PersonID, _ rows: some Querying
  ) throws -> Medicine? {
    try Medicine.active(for: person, rows).first { $0.name.lowercased() == name.lowercased() && $0.dose == dose }
  }

  /// "metformin 500 mg" is a name and a strength.
  static func split(_ name: String, _ dose: String?) -> (name: String, dose: String?) {
    guard dose == nil else { return (name, dose) }
    let words = name.split(separator: " ").map(String.init)
    guard let last = words.last, words.count > 1 else { return (name, nil) }
    let units = ["mg", "mcg", "ml", "g", "units", "iu"]
    for unit in units where last.lowercased().hasSuffix(unit) {
      let number = last.dropLast(unit.count)
      if Double(number) != nil { return (words.dropLast().joined(separator: " "), last) }
      if number.isEmpty, words.count > 2, Double(words[words.count - 2]) != nil {
        return (words.dropLast(2).joined(separator: " "), words.suffix(2).joined(separator: " "))
      }
    }
    return (name, nil)
  }
}

/// The times of a medicine, laid on the calendar of who takes it.
struct MedicinePlan: Sendable {
  let timetable: Timetable
  let dayTimes: DayTimes?

  enum Reading {
    case plan(MedicinePlan)
    case question(ActionResult)
  }

  static func read(
    _ schedule: WhenValue, _ meals: MealTimes, name: String, person: Person, now: Instant
  ) throws -> Reading {
    let said = DayTimes(daily(schedule, today: person.zone.date(now)))
    switch try Timetable.read(try said.when(meals), zone: person.zone, now: now) {
    case .timetable(let read): return .plan(.init(timetable: read, dayTimes: said.json == nil ? nil : said))
    case .needsTime:
      return .question(.ask(Say("medicine.ask.time", ["medicine": .text(name)]), parameter: "schedule"))
    case .past(let at):
      return .question(.ask(Say("medicine.ask.past", ["at": .instant(at)]), parameter: "schedule"))
    case .ended:
      throw ActionError("medicine.ended", sentence: "That gives no time that is still to come.", field: "schedule")
    case .tooOften:
      throw ActionError("medicine.too_often", sentence: "Once a minute is the most often.", field: "schedule")
    }
  }

  /// A time alone means every day: medicines are taken daily unless more is said.
  private static func daily(_ when: WhenValue, today: CivilDate) -> WhenValue {
    guard !when.repeats, when.elapsed == nil, when.isTimeGiven, (0...1).contains(when.start.date.days(since: today)),
      let rule = try? RecurrenceRule(parsing: "FREQ=DAILY")
    else { return when }
    var daily = when
    daily.rule = rule
    return daily
  }
}

/// What can be set of a medicine beside its name and times.
struct MedicineSettings: Sendable {
  var gap: Duration?
  var dailyMax: Int?
  var stock: Double?
  var refillDays: Int?
  var familyAfter: Duration?

  func check() throws {
    func refuse(_ field: String, _ sentence: String) -> ActionError {
      ActionError("medicine.setting", ["field": .text(field)], sentence: sentence, field: field)
    }
    if let gap, gap < .minutes(5) || gap > .days(7) {
      throw refuse("gap", "The least time between two lies between five minutes and a week.")
    }
    if let dailyMax, !(1...100).contains(dailyMax) { throw refuse("daily_max", "That is from 1 to 100 in a day.") }
    if let stock, !(0...100_000).contains(stock) { throw refuse("stock", "That is from 0 to 100000.") }
    if let refillDays, !(0...60).contains(refillDays) { throw refuse("refill_days", "That is from 0 to 60 days.") }
    if let familyAfter, familyAfter < .minutes(5) || familyAfter > .days(1) {
      throw refuse("family_after", "The family can be told after five minutes up to a day.")
    }
  }

  func apply(to medicine: inout Medicine) {
    if let gap { medicine.limits.gap = gap }
    if let dailyMax { medicine.limits.daily = dailyMax }
    if let stock { medicine.stock.left = stock }
    if let refillDays { medicine.stock.warnDays = refillDays }
    if let familyAfter { medicine.familyAfter = familyAfter }
  }

  /// "Every 6 hours", "4 times a day" of a medicine for when it is needed are its limits.
  static func limits(from schedule: WhenValue?, _ medicine: inout Medicine) {
    guard let schedule, let rule = schedule.rule else { return }
    if let interval = schedule.interval {
      medicine.limits.gap = medicine.limits.gap ?? interval
    } else if rule.frequency == .daily, rule.interval == 1 {
      // "a day" alone says how a limit is counted, not that it is one
      let times = DayTimes.times(of: rule, from: schedule.start.time).count
      if times > 1 { medicine.limits.daily = medicine.limits.daily ?? times }
    }
  }
}
