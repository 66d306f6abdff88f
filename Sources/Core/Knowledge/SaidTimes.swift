import Base
import Formats
import Text
import Time
package import Understanding

extension FactReader {
  /// Reads times as the rest of the house does, looking back: "in March" is the one behind us.
  package convenience init(words: KnowledgeWords, understanding: NativeUnderstanding) {
    self.init(words: words) { text, core, language, now, zone in
      SaidTimes.period(text, core, language, now, zone, understanding)
    }
  }
}

enum SaidTimes {
  /// The span that a text means, where it is a time and nothing else.
  static func period(
    _ text: String, _ core: Range<Int>, _ language: Language, _ now: Instant, _ zone: Zone,
    _ understanding: NativeUnderstanding
  ) -> Period? {
    var policy = TimePolicy.india
    policy.prefers = .past
    let request = ParseRequest(text: text, now: now, zone: zone, language: language, policy: policy)
    for found in understanding.parse(request)
    where found.span.lowerBound <= core.lowerBound && found.span.upperBound >= core.upperBound {
      if let period = period(found.value, zone) { return period }
    }
    return nil
  }

  private static func period(_ value: JSONObject, _ zone: Zone) -> Period? {
    func start(_ key: String) -> Instant? {
      guard let text = value[key]?.string else { return nil }
      if let date = CivilDate(text) { return zone.startOfDay(date) }
      return CivilDateTime(text).map { zone.instant(of: $0) } ?? Instant(iso8601: text)
    }
    if let text = value["date"]?.string, let date = CivilDate(text) {
      return Period(from: zone.startOfDay(date), to: zone.startOfDay(date.adding(days: 1)))
    }
    if let moment = start("datetime") ?? start("at") { return .at(moment) }
    let period = Period(from: start("start"), to: start("end"))
    return period == Period() ? nil : period
  }
}
