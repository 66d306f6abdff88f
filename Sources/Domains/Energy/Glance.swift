import Actions
import Formats
import Text
import Time

/// What was looked at last, for what is asked without naming it again: "the peak there", "why did it go up?".
struct Glance: Sendable {
  var building: String?
  var period: DayPeriod?
  var versus: String?

  /// - Parameter lookedAt: an action of this room with its arguments, as the conversation gives it.
  init(_ lookedAt: JSON?) { read(lookedAt, depth: 0) }

  /// What that one was itself asked about without naming it stands one step further back.
  private mutating func read(_ call: JSON?, depth: Int) {
    guard let call = call.flatMap({ ActionCall(json: $0) }), call.name.hasPrefix("energy."), depth < 6 else { return }
    let arguments = call.arguments
    building = building ?? arguments["building"]?.string
    period =
      period ?? arguments["period"]?.string.flatMap { DayPeriod($0) }
      ?? arguments["day"]?.string.flatMap { DayPeriod($0) }
    versus = versus ?? arguments["versus"]?.string
    read(arguments["looked_at"], depth: depth + 1)
  }

  private static let pointers: Set<String> = ["it", "its", "it's", "there", "that", "this", "here", "same"]

  /// Whether words point at what was looked at instead of naming something.
  static func isMeant(by text: String?) -> Bool {
    guard let text else { return false }
    return Normaliser.normalise(text).split { !$0.isLetter && $0 != "'" }.contains { pointers.contains(String($0)) }
  }
}

extension EnergyPeriod {
  /// The days that are asked for, or that were looked at; "the week before" names what they are compared with and no days.
  static func meant(
    _ period: DayPeriod?, versus: String?, _ said: String?, _ glance: Glance, today: CivilDate, latest: EnergyPeriod
  ) -> EnergyPeriod {
    var period = period
    let units: [DayPeriod] = [.named(.week), .named(.month), .named(.year)]
    if versus == "before", period.map({ units.contains($0) }) ?? true, said.map({ Self.says("this", $0) }) != true {
      period = glance.period
    }
    // "ranked by november usage" is read as all days before it
    if case .days(CivilDate(dayNumber: 0), let last)? = period, said.map({ Self.says("by", $0) }) == true {
      let first = last.adding(days: 1)
      period = .days(first, first.day == 1 ? first.adding(months: 1).adding(days: -1) : first)
    }
    let other = versus == "before" ? nil : versus
    var meant = named(period, versus: other, today: today, latest: latest)
    if meant == nil, versus == "before" {
      meant = latest
      meant?.isNamed = true
    }
    return meant ?? latest
  }

  private static func says(_ word: String, _ text: String) -> Bool {
    Normaliser.normalise(text).split(separator: " ").contains { $0 == word }
  }
}
