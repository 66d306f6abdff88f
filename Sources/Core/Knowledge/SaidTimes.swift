import Actions
package import Base
import Formats
package import Text
package import Time
package import Understanding

extension FactReader {
  /// Reads times as the rest of the house does, looking back: "in March" is the one behind us.
  package convenience init(
    words: KnowledgeWords, agents: AgentDomains = AgentDomains(), understanding: NativeUnderstanding
  ) {
    self.init(words: words, agents: agents) { text, core, language, now, zone in
      SaidTimes.period(text, core, language, now, zone, understanding)
    }
  }
}

extension FactReader {
  /// A text without the time at its end: "the walk last week" is the walk, and last week.
  package func timed(_ text: String, _ language: Language, now: Instant, zone: Zone) -> (text: String, period: Period?)
  {
    let said = SaidWord.cut(text)
    for tongue in language.fallbacks.compactMap({ words.tongues[$0] }) {
      // the longest end that is a time; of the whole text nothing would be left to look for
      for start in said.indices.dropFirst() {
        guard let period = time(text, said[start...], tongue, now, zone) else { continue }
        return (String(text[..<said[start].range.lowerBound]).trimmed, period)
      }
    }
    return (text, nil)
  }

  /// Whether nothing but the small words of a time stand in a text: "in".
  package func isIdle(_ text: String, _ language: Language) -> Bool {
    let said = SaidWord.cut(text).map(\.folded)
    return said.allSatisfy { word in
      language.fallbacks.contains { words.tongues[$0]?.times.contains(word) == true }
    }
  }

  /// Whether a text is "the usual", "same as last time" and nothing else, or (`isPart`) holds it.
  package func saysUsual(_ text: String, isPart: Bool = false) -> Bool { says(words.usual, text, isPart: isPart) }

  /// Whether it is "same as last time" or (`isPart`) holds it.
  package func saysLastTime(_ text: String, isPart: Bool = false) -> Bool { says(words.lastTime, text, isPart: isPart) }

  /// - Parameter phrases: by their first word.
  private func says(_ phrases: [String: [[String]]], _ text: String, isPart: Bool) -> Bool {
    let said = SaidWord.cut(text)
    func stands(_ phrase: [String], at start: Int) -> Bool {
      start + phrase.count <= said.count && zip(said[start...], phrase).allSatisfy { $0.folded == $1 }
    }
    for start in said.indices {
      for phrase in phrases[said[start].folded] ?? [] where stands(phrase, at: start) {
        if isPart || phrase.count == said.count { return true }
      }
      if !isPart { break }
    }
    return false
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
    // "twice a day" is no span of time
    guard value["rrule"] == nil else { return nil }
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
