import Actions
import Base
import Formats
import Messages
import People
import Store
import Time

struct SetMeal: Action {
  static let name = "meal.set"
  static let summary = "Sets when you usually eat or go to bed; medicines that go with a meal follow."
  static let effect = Effect.write

  @Parameter("Which meal.", kind: .choice(MealTimes.Meal.allCases.map(\.rawValue))) var meal: String
  @Parameter("At what time.") var at: CivilTime
  @Parameter("Whose; the speaker's when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.person(person, needing: .log)
    guard let meal = MealTimes.Meal(rawValue: meal) else { throw MedicineFinder.unknown }
    let at = Self.plausible(at, meal)
    // breakfast at nine in the evening was misheard, and would move every medicine that goes with it
    let isLateToBed = meal == .bedtime && at.hour < 4
    guard Self.hours(meal).contains(at.hour) || isLateToBed else {
      return .ask(Say("meal.set.ask.at"), parameter: "at")
    }
    return .change { transaction in
      let before = try MealTimes.of(person.id, transaction)
      try MealTimes.set(meal, to: at, for: person.id, transaction)
      let meals = try MealTimes.of(person.id, transaction)
      var moved: [Say.Value] = []
      for var medicine in try Medicine.active(for: person.id, transaction) {
        guard let dayTimes = medicine.dayTimes, dayTimes.anchors.contains(where: { $0.meal == meal }) else { continue }
        // today's dose that was asked for already stays as it is
        guard
          case .timetable(let timetable) = try Timetable.read(
            try dayTimes.when(meals), zone: person.zone, now: transaction.now)
        else { continue }
        medicine.timetable = timetable
        medicine.nextAt = try Self.next(medicine, timetable, transaction)
        try medicine.update(transaction)
        try DoseFiring.schedule(medicine, transaction)
        moved.append(.text(medicine.name))
      }
      var values: [String: Say.Value] = ["meal": .say(Say("meal.name.\(meal.rawValue)")), "at": .time(at)]
      if !moved.isEmpty { values["medicines"] = .list(moved) }
      if person.id != context.actor.id {
        values["name"] = .text(context.people.called(person.id, by: context.actor.id))
      }
      return Outcome(
        Say("meal.set", values), data: meals.json,
        inverse: ActionCall(
          Self.name,
          [
            "meal": .string(meal.rawValue), "at": .string(before[meal].description), "person": .string(person.id.text),
          ]))
    }
  }

  private static func hours(_ meal: MealTimes.Meal) -> ClosedRange<Int> {
    switch meal {
    case .breakfast: 4...11
    case .lunch: 10...17
    case .dinner: 16...23
    case .bedtime: 18...23
    }
  }

  /// "Dinner at 8" is in the evening, "breakfast at 8" in the morning.
  private static func plausible(_ time: CivilTime, _ meal: MealTimes.Meal) -> CivilTime {
    let hours = hours(meal)
    let other = CivilTime(secondOfDay: time.secondOfDay + 12 * 3_600)
    return !hours.contains(time.hour) && hours.contains(other.hour) ? other : time
  }

  /// The next dose; not one of a day whose dose of that meal is settled or asked already.
  private static func next(_ medicine: Medicine, _ timetable: Timetable, _ transaction: Transaction) throws -> Instant?
  {
    var next = try timetable.next(after: transaction.now)
    guard let candidate = next, let last = try Dose.last(of: medicine.id, transaction) else { return next }
    let gap = candidate > last.dueAt ? candidate - last.dueAt : last.dueAt - candidate
    // a meal moved by a little must not ask for the same dose twice
    if gap < .hours(3) { next = try timetable.next(after: max(candidate, last.dueAt)) }
    return next
  }
}

struct ShowMeals: Action {
  static let name = "meal.show"
  static let summary = "Says the meal times that medicines follow."
  static let effect = Effect.read

  @Parameter("Whose; the speaker's when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.caredFor(person, needing: .medicines)
    let meals = try await context.store.read { try MealTimes.of(person.id, $0) }
    let lines = MealTimes.Meal.allCases.map { meal in
      Say("meal.line", ["meal": .say(Say("meal.name.\(meal.rawValue)")), "at": .time(meals[meal])])
    }
    return .answer(Say("meal.show", lines: lines), data: meals.json)
  }
}
