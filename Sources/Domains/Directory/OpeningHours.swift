import Base
package import Time

/// When a place is open: the `opening_hours` language of OpenStreetMap, read once and asked on the place's wall clock.
///
/// Rules follow each other as the specification says: after `;` an open rule replaces what came before for its days,
/// `off` cuts a piece out, `,` adds, `||` fills what is still closed. Public and school holidays need a calendar that
/// the house does not have, so `PH` and `SH` match no day and `dependsOnHolidays` says so. Sun times stand for six
/// o'clock. Source: https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification
package struct OpeningHours: Sendable, Hashable {
  package enum State: String, Sendable, Hashable { case open, closed, unknown }

  enum Joint: Hashable, Sendable { case normal, additional, fallback }

  /// Minutes of the day the rule begins on; `end` may lie up to a day beyond it.
  struct Span: Hashable, Sendable {
    var start: Int
    var end: Int
    /// `17:00+`: until when is anybody's guess.
    var guessUntil: Int?
  }

  struct Rule: Hashable, Sendable {
    var joint = Joint.normal
    var years: [YearRange] = []
    var dates: [DateRange] = []
    var weeks: [Steps] = []
    var weekdays: [WeekdayRange] = []
    var hasHoliday = false
    var spans: [Span] = []
    var state = State.open
    var comment: String?

    var hasDays: Bool { !years.isEmpty || !dates.isEmpty || !weeks.isEmpty || !weekdays.isEmpty || hasHoliday }

    func matches(_ day: CivilDate) -> Bool {
      if !years.isEmpty, !years.contains(where: { $0.contains(day.year) }) { return false }
      if !dates.isEmpty, !dates.contains(where: { $0.contains(day) }) { return false }
      if !weeks.isEmpty {
        let week = ISOWeek.number(of: day)
        guard weeks.contains(where: { $0.contains(week) }) else { return false }
      }
      if weekdays.isEmpty { return !hasHoliday }
      return weekdays.contains { $0.contains(day) }
    }
  }

  let rules: [Rule]
  /// Sun times were read as six o'clock.
  package let isApproximate: Bool
  package var dependsOnHolidays: Bool { rules.contains(where: \.hasHoliday) }

  /// - Throws: `OpeningHoursError` with the place in the text that was not understood.
  package static func parse(_ text: String) throws(OpeningHoursError) -> OpeningHours {
    var parser = OpeningHoursParser(tokens: try OpeningHoursTokens.read(text))
    return try parser.run()
  }

  init(rules: [Rule], isApproximate: Bool) {
    self.rules = rules
    self.isApproximate = isApproximate
  }

  package func isOpen(at local: CivilDateTime) -> Bool { state(at: local) == .open }

  package func state(at local: CivilDateTime) -> State {
    state(of: paint(local.date)[local.time.secondOfDay / 60])
  }

  /// What the rule in force says beside the hours ("by appointment").
  package func comment(at local: CivilDateTime) -> String? {
    let code = paint(local.date)[local.time.secondOfDay / 60]
    return code == 0 ? nil : rules[Int(code >> 1) - 1].comment
  }

  /// The first minute after a moment at which the state differs; `nil` when it does not change within three years.
  package func nextChange(after local: CivilDateTime) -> CivilDateTime? {
    var minute = local.time.secondOfDay / 60
    var day = local.date
    var codes = paint(day)
    let current = state(of: codes[minute])
    minute += 1
    for _ in 0..<(rules.contains(where: \.hasDays) ? 1_100 : 3) {
      while minute < 1_440 {
        if state(of: codes[minute]) != current { return day.at(CivilTime(secondOfDay: minute * 60)) }
        minute += 1
      }
      day = day.adding(days: 1)
      codes = paint(day)
      minute = 0
    }
    return nil
  }

  /// The open (or unknown) stretches of one day, as minutes.
  package func stretches(on day: CivilDate) -> [(start: Int, end: Int, state: State)] {
    var found: [(start: Int, end: Int, state: State)] = []
    for (minute, code) in paint(day).enumerated() {
      let state = state(of: code)
      if let last = found.last, last.end == minute, last.state == state {
        found[found.count - 1].end = minute + 1
      } else if state != .closed {
        found.append((minute, minute + 1, state))
      }
    }
    return found
  }

  /// The stretches that begin on a day, each to its real end: what is open past midnight belongs to the evening before.
  package func spans(on day: CivilDate) -> [(start: Int, end: Int)] {
    func solid(_ day: CivilDate) -> [(start: Int, end: Int)] {
      stretches(on: day).filter { $0.state == .open }.map { ($0.start, $0.end) }
    }
    var spans = solid(day)
    let isAfterNight = solid(day.adding(days: -1)).last?.end == 1_440
    if isAfterNight, let first = spans.first, first.start == 0, first.end < 720 { spans.removeFirst() }
    if let last = spans.last, last.end == 1_440, last.start > 0, let next = solid(day.adding(days: 1)).first,
      next.start == 0, next.end < 720
    {
      spans[spans.count - 1].end = 1_440 + next.end
    }
    return spans
  }

  // MARK: A day, minute by minute

  /// Which rule rules each minute: 0 for none, else twice its number (from 1), plus one where its end is guessed.
  private func paint(_ day: CivilDate) -> [UInt16] {
    var codes = [UInt16](repeating: 0, count: 1_440)
    let yesterday = day.adding(days: -1)
    for (index, rule) in rules.enumerated() {
      let code = UInt16(index + 1) << 1
      let isToday = rule.matches(day)
      if isToday, rule.joint == .normal, rule.state != .closed {
        for minute in codes.indices { codes[minute] = 0 }
      }
      if isToday {
        if rule.spans.isEmpty { paint(0, 1_440, code, rule, &codes) }
        for span in rule.spans { paint(span, from: 0, code, rule, &codes) }
      }
      if rule.spans.contains(where: { max($0.end, $0.guessUntil ?? 0) > 1_440 }), rule.matches(yesterday) {
        for span in rule.spans { paint(span, from: 1_440, code, rule, &codes) }
      }
    }
    return codes
  }

  private func paint(_ span: Span, from base: Int, _ code: UInt16, _ rule: Rule, _ codes: inout [UInt16]) {
    paint(span.start - base, span.end - base, code, rule, &codes)
    if let until = span.guessUntil { paint(span.end - base, until - base, code | 1, rule, &codes) }
  }

  private func paint(_ start: Int, _ end: Int, _ code: UInt16, _ rule: Rule, _ codes: inout [UInt16]) {
    var minute = max(start, 0)
    while minute < min(end, 1_440) {
      let isGuess = code & 1 == 1
      let isFree = state(of: codes[minute]) == .closed
      // a guess never hides hours that somebody wrote down
      if (rule.joint != .fallback && !isGuess) || isFree { codes[minute] = code }
      minute += 1
    }
  }

  private func state(of code: UInt16) -> State {
    guard code > 1 else { return .closed }
    let state = rules[Int(code >> 1) - 1].state
    return code & 1 == 1 && state == .open ? .unknown : state
  }
}

/// Why opening hours could not be read, and where.
package struct OpeningHoursError: SpeakingError, Hashable {
  package let what: String
  /// The words around the place, for the person who wrote them.
  package let near: String

  package var code: String { "listing.hours" }
  package var sentence: String {
    near.isEmpty ? "The opening hours are not complete: \(what)." : "The opening hours: \(what) at “\(near)”."
  }
}
