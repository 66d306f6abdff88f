import Actions
import Base
import Formats
import Messages
import People
import Store
import Time

struct MedicineTaken: Action {
  static let name = "medicine.taken"
  static let summary = "Notes that a medicine was taken."
  static let effect = Effect.write

  @Parameter("Which one; those asked for last when left out.", kind: .entity("medicines")) var medicine: String?
  @Parameter("When it was taken; now when left out.") var at: WhenValue?
  @Parameter("Who took it; the speaker, or who takes that medicine, when left out.") var person: PersonReference?
  @Parameter("Whether only one of several was taken; which one is asked then.", default: false) var one: Bool
  @Parameter("Whether all that wait for an answer are meant, not those asked for last.", default: false) var both: Bool
  @Parameter("How many at once, of one that is taken when needed.") var count: Int?
  @Parameter("Whether it is one more than was noted just now.", default: false) var more: Bool
  @Parameter("Whether the time names which dose, and not when it was taken: the morning one.", default: false)
  var which: Bool

  /// A larger number is a strength: "dolo 650".
  private static let most = 6

  func perform(in context: ActionContext) async throws -> ActionResult {
    try await Settling(
      action: Self.name, state: .taken, medicine: medicine, at: at, person: person, reachesBack: true, isOne: one,
      isAll: both, namesDose: which,
      count: (1...Self.most).contains(count ?? 1) ? count ?? 1 : 1, isMore: more
    ).perform(in: context)
  }
}

struct SkipMedicine: Action {
  static let name = "medicine.skip"
  static let summary = "Notes that a dose is left out."
  static let effect = Effect.write

  @Parameter("Which one; those asked for last when left out.", kind: .entity("medicines")) var medicine: String?
  @Parameter("Who leaves it out; the speaker, or who takes that medicine, when left out.") var person: PersonReference?
  @Parameter("Those of which day; those asked for last, or the next, when left out.") var day: CivilDate?
  @Parameter("Whether it is told of what was due by now, not of the whole day.", default: false) var missed: Bool

  func perform(in context: ActionContext) async throws -> ActionResult {
    // "I skipped it today" says nothing of the dose of tonight
    let whose = try person.map { try context.person($0, needing: .log) } ?? context.actor
    let isToday = day == whose.zone.date(context.now)
    let isOver = missed && isToday
    return try await Settling(
      action: Self.name, state: .skipped, medicine: medicine, person: person, reachesBack: isOver,
      day: isOver ? nil : day
    ).perform(in: context)
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
    do {
      return try await Settling(action: Self.name, state: .later, medicine: medicine, delay: delay).perform(in: context)
    } catch let error as ActionError where error.code == "medicine.nothing_open" && medicine == nil {
      // "i forgot", of what nobody answered in time: it is said what is not known, and asked
      guard try await hasUnanswered(context) else { throw error }
      return try await CheckMedicine().perform(in: context)
    }
  }

  private func hasUnanswered(_ context: ActionContext) async throws -> Bool {
    let (actor, now) = (context.actor, context.now)
    let start = actor.zone.startOfDay(actor.zone.date(now))
    return try await context.store.read { rows in
      try Dose.between(start, now, for: actor.id, rows).contains { [.unknown, .missed].contains($0.state) }
    }
  }
}

/// What taken, skipped and later have in common: which dose, of whom, when.
private struct Settling {
  let action: String
  let state: Dose.State
  let medicine: String?
  var at: WhenValue?
  var person: PersonReference?
  var delay: Duration?
  var reachesBack = false
  var isOne = false
  var isAll = false
  /// The time that was said tells which dose it was.
  var namesDose = false
  var day: CivilDate?
  var count = 1
  var isMore = false

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try person.map { try context.person($0, needing: .log) }
    let at = try at.flatMap { try Self.moment($0, (person ?? context.actor), context.now) }
    if let day, day < (person ?? context.actor).zone.date(context.now) {
      let ids = person.map { [$0.id] } ?? MedicineFinder.caredFor(context.actor.id, context.people, .log)
      let people = ids.compactMap { context.people.person($0) }
      let (words, settling) = (medicine, DoseSettling(context: context, state: state))
      return .change { transaction in
        try settling.run(try DosesOfDay.missed(words, of: people, day, context, transaction), &transaction)
      }
    }
    let finder = MedicineFinder(
      context: context, reachesBack: reachesBack, at: at, takesAll: isAll, namesDose: namesDose)
    switch try await finder.find(medicine, of: person) {
    case .several(let medicines):
      var arguments = JSONObject()
      arguments["delay"] = delay.map { .string($0.iso8601) }
      arguments["at"] = self.at.map(\.json)
      arguments["day"] = day.map { .string($0.description) }
      return finder.ask(medicines, action: action, arguments)
    case .targets(let targets) where isOne && medicine == nil && targets.count > 1:
      var arguments = JSONObject()
      arguments["at"] = self.at.map(\.json)
      return finder.ask(targets.map(\.medicine), action: action, arguments)
    case .targets(let targets):
      var settling = DoseSettling(context: context, state: state, delay: delay ?? .zero, at: at)
      (settling.count, settling.isMore) = (count, isMore)
      let (day, settled) = (day, settling)
      return .change { transaction in
        guard let day else { return try settled.run(targets, &transaction) }
        return try settled.run(
          try targets.flatMap { try DosesOfDay.targets($0, day, context, transaction) }, &transaction)
      }
    }
  }

  /// "at 9": a time that has been.
  static func moment(_ when: WhenValue, _ person: Person, _ now: Instant) throws -> Instant? {
    guard when.isTimeGiven, when.rule == nil else { return nil }
    // "after lunch" says which dose, not when it was
    guard when.meals.isEmpty else { return nil }
    let at = when.instant(in: person.zone, now: now)
    // "the morning tablet" said before its hour is today's
    if at < now, at + .days(1) > now, at + .days(1) - now <= .hours(2) { return nil }
    guard at <= now + .minutes(5) else {
      throw ActionError(
        "medicine.ahead", ["at": .instant(at)], sentence: "That time is still to come.", field: "at")
    }
    guard now - at <= .days(7) else {
      throw ActionError(
        "medicine.long_ago", ["at": .instant(at)], sentence: "That is more than a week ago.", field: "at")
    }
    return min(at, now)
  }
}

/// Undoes taken, skipped and later: each dose is again what it was.
struct ReopenDose: Action {
  static let name = "medicine.reopen"
  static let summary = "Takes back what was last noted of doses."
  static let effect = Effect.write
  static let isHidden = true

  @Parameter("Ids of doses.") var medicine: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let ids = MedicineFinder.ids(medicine) ?? []
    return .change { transaction in
      var names: [Say.Value] = []
      var told: (person: PersonID, names: [Say.Value])?
      for id in ids {
        let target = try MedicineFinder.target(id: id, context.actor.id, context.people, transaction)
        guard let dose = target.dose else { continue }
        names.append(.text(target.medicine.name))
        if dose.isFamilyTold, dose.state == .taken {
          told = (dose.person, (told?.names ?? []) + [.text(target.medicine.name)])
        }
        try DoseSettling(context: context, state: .asked).takeBack(dose, target.medicine, transaction)
      }
      // who read that it was taken reads that it was not
      if let told, let family = Family(transaction) {
        try family.tell(
          .medicines, of: told.person, except: context.actor.id,
          Say("dose.taken_back_for", ["medicine": .list(told.names)]))
      }
      return Outcome(Say("medicine.reopened", ["medicine": .list(names)]))
    }
  }
}

/// Says that a dose noted as taken was not, or the other way round.
struct CorrectDose: Action {
  static let name = "medicine.correct"
  static let summary = "Corrects what was noted of doses."
  static let effect = Effect.write
  static let isHidden = true

  @Parameter("Ids of doses.") var medicine: String
  @Parameter("What is true.", kind: .choice(["taken", "skipped"])) var state: String
  @Parameter("When it was taken, where that was noted wrongly.") var at: WhenValue?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let ids = MedicineFinder.ids(medicine) ?? []
    let state: Dose.State = state == "taken" ? .taken : .skipped
    let said = try at.flatMap { try Settling.moment($0, context.actor, context.now) }
    return .change { transaction in
      let targets = try ids.map { try MedicineFinder.target(id: $0, context.actor.id, context.people, transaction) }
      var settling = DoseSettling(context: context, state: state, corrects: true)
      settling.at = said
      return try settling.run(targets, &transaction)
    }
  }
}
