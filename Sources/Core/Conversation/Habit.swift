package import Actions
package import Base
package import Formats
import Knowledge
package import Time

/// What somebody usually has at such a time: the coffee of the mornings is not the coffee of the evenings.
package struct Habit {
  /// Calls that are looked at.
  static let most = 60
  /// So near by the clock is the same time of day, and counts so much more than another; so does the same weekday.
  private static let near = 2 * 3_600
  private static let (sameTime, sameWeekday) = (4, 2)

  private let done: [DoneBefore]
  private let now: Instant
  private let zone: Zone

  /// - Parameter done: the latest first.
  package init(_ done: [DoneBefore], now: Instant, zone: Zone) {
    (self.done, self.now, self.zone) = (done, now, zone)
  }

  /// The value of the last call that has one.
  package func last(_ parameter: String) -> JSON? {
    done.lazy.compactMap { $0.arguments[parameter] }.first { !$0.isNull }
  }

  /// The value that weighs most: how often it was chosen, more so at this time of day and on this weekday; of several the
  /// latest.
  package func usual(_ parameter: String) -> JSON? {
    var weights: [(value: JSON, weight: Int)] = []
    for one in done {
      guard let value = one.arguments[parameter], !value.isNull else { continue }
      if let index = weights.firstIndex(where: { $0.value == value }) {
        weights[index].weight += weight(of: one.at)
      } else {
        weights.append((value, weight(of: one.at)))
      }
    }
    // the first of the greatest: values stand in the order of their latest call
    return weights.reduce(nil as (value: JSON, weight: Int)?) { best, one in
      best.map { $0.weight >= one.weight ? $0 : one } ?? one
    }?.value
  }

  private func weight(of moment: Instant) -> Int {
    let (then, today) = (zone.civil(moment), zone.civil(now))
    let apart = abs(Self.second(then) - Self.second(today))
    let isSameTime = min(apart, 86_400 - apart) <= Self.near
    let isSameWeekday = then.date.weekday == today.date.weekday
    return (isSameTime ? Self.sameTime : 1) * (isSameWeekday ? Self.sameWeekday : 1)
  }

  private static func second(_ moment: CivilDateTime) -> Int {
    Int(moment.time.hour) * 3_600 + Int(moment.time.minute) * 60
  }
}
