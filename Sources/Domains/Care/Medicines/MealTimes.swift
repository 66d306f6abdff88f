import Base
import Formats
import Messages
import Store
import Time

/// When somebody usually eats and sleeps; medicines that go with a meal follow it.
struct MealTimes: Sendable, Hashable {
  enum Meal: String, Sendable, CaseIterable { case breakfast, lunch, dinner, bedtime }

  private var times: [Meal: CivilTime] = [:]

  subscript(_ meal: Meal) -> CivilTime { times[meal] ?? Self.usual(meal) }

  static func usual(_ meal: Meal) -> CivilTime {
    let hours: (Int, Int) =
      switch meal {
      case .breakfast: (8, 0)
      case .lunch: (13, 0)
      case .dinner: (20, 0)
      case .bedtime: (21, 30)
      }
    return CivilTime(secondOfDay: hours.0 * 3_600 + hours.1 * 60)
  }

  static func of(_ person: PersonID, _ reader: some Querying) throws -> MealTimes {
    var meals = MealTimes()
    let rows = try reader.query(
      "SELECT meal, second FROM meal_times WHERE tenant = :tenant AND person = ?", person
    ) { (Meal(rawValue: $0.text(0)), $0.integer(1)) }
    for case (let meal?, let second) in rows { meals.times[meal] = CivilTime(secondOfDay: second) }
    return meals
  }

  static func set(_ meal: Meal, to time: CivilTime, for person: PersonID, _ transaction: Transaction) throws {
    try transaction.execute(
      """
      INSERT INTO meal_times (tenant, person, meal, second) VALUES (:tenant, ?, ?, ?)
      ON CONFLICT (tenant, person, meal) DO UPDATE SET second = excluded.second
      """, person, meal.rawValue, time.secondOfDay)
  }

  var json: JSON {
    var object = JSONObject()
    for meal in Meal.allCases { object[meal.rawValue] = .string(self[meal].short) }
    return .object(object)
  }
}

/// Before or after a meal, or at bedtime.
enum MealAnchor: String, Sendable, CaseIterable, Hashable {
  case beforeBreakfast = "before_breakfast"
  case afterBreakfast = "after_breakfast"
  case beforeLunch = "before_lunch"
  case afterLunch = "after_lunch"
  case beforeDinner = "before_dinner"
  case afterDinner = "after_dinner"
  case bedtime

  private var place: (meal: MealTimes.Meal, minutes: Int, window: Int) {
    switch self {
    case .beforeBreakfast: (.breakfast, -30, 30)
    case .afterBreakfast: (.breakfast, 30, 60)
    case .beforeLunch: (.lunch, -15, 30)
    case .afterLunch: (.lunch, 60, 60)
    case .beforeDinner: (.dinner, -30, 30)
    case .afterDinner: (.dinner, 60, 60)
    case .bedtime: (.bedtime, 0, 60)
    }
  }

  var meal: MealTimes.Meal { place.meal }

  /// How long from its time on a dose is as it should be: nobody is asked a second time before.
  var window: Duration { .minutes(place.window) }

  func time(_ meals: MealTimes) -> CivilTime {
    CivilTime(secondOfDay: meals[meal].secondOfDay + place.minutes * 60)
  }

  /// The hour that the understanding takes for these words, where nothing is known of the person.
  static func said(as time: CivilTime) -> MealAnchor? {
    let usual = MealTimes()
    return allCases.first { $0.time(usual) == time }
  }
}
