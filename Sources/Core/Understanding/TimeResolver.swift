import Actions
import Base
import Time

/// Lays a draft on the person's calendar, as seen from now.
struct TimeResolver {
  let now: CivilDateTime
  let exactNow: Instant
  let zone: Zone
  /// Looks back where a weekday or date is open: "what did I ask on friday".
  var prefersPast = false
  /// Who wants to be woken at 5 means the morning.
  var prefersMorning = false
  /// Dinner is in the evening.
  var prefersEvening = false

  init(now: Instant, zone: Zone, prefersPast: Bool = false) {
    exactNow = now
    self.zone = zone
    self.now = zone.civil(now)
    self.prefersPast = prefersPast
  }

  private var today: CivilDate { now.date }
  private var nowMinutes: Int { now.time.secondOfDay / 60 }

  struct Reading {
    var value: WhenValue
    var alternatives: [WhenValue]
  }

  func resolve(_ draft: TimeDraft) -> Reading? {
    if let away = draft.away, away.unit.seconds != nil, draft.every == nil {
      let elapsed = TimeReader.Length(count: away.count, unit: away.unit).exact
      let start = zone.civil(exactNow + elapsed)
      return Reading(value: WhenValue(start: start, grain: .exact, elapsed: elapsed), alternatives: [])
    }
    if draft.isRecurring { return recurring(draft) }
    // "by 5 march" of something that does not repeat is the day itself
    return once(draft.until.first.flatMap { draft.joined(with: $0) } ?? draft)
  }

  // MARK: Once

  private func once(_ draft: TimeDraft) -> Reading? {
    let times = times(draft, isRecurring: false)
    guard let first = times.first else {
      guard let date = date(draft, minutes: nil) else { return nil }
      let start = date.at(CivilTime(secondOfDay: 9 * 3_600))
      return Reading(value: WhenValue(start: start, grain: .day, isTimeGiven: false), alternatives: [])
    }
    var options = [first.minutes]
    if first.isOpen { options = open(first.minutes, draft) }
    var values: [WhenValue] = []
    for minutes in options {
      var minutes = minutes
      if draft.hasDay == false || draft.days == 0, draft.clocks.isEmpty, !draft.parts.isEmpty, minutes <= nowMinutes,
        draft.days == 0
      {
        // "tonight" said late: the next half hour, while it is still today.
        let next = (nowMinutes / 30 + 1) * 30
        if next < 1_440 { minutes = next }
      }
      guard let date = date(draft, minutes: minutes) else { continue }
      let start = date.at(.midnight).adding(seconds: Int64(minutes) * 60)
      var value = WhenValue(start: start)
      value.isDayGiven = draft.hasDay
      value.isHalfOpen = first.isOpen && options.count > 1
      value.meals = meals([first])
      values.append(value)
    }
    // Two times of one day, as in "from 5 to 6": the second is another reading.
    for other in times.dropFirst() {
      if let date = date(draft, minutes: other.minutes) {
        values.append(WhenValue(start: date.at(.midnight).adding(seconds: Int64(other.minutes) * 60)))
      }
    }
    guard let value = values.first else { return nil }
    return Reading(value: value, alternatives: Array(values.dropFirst()))
  }

  /// Both halves of the day for an hour that names neither, the plausible one first.
  private func open(_ minutes: Int, _ draft: TimeDraft) -> [Int] {
    let early = minutes % 720
    let late = early + 720
    let isToday = draft.days == 0 || !draft.hasDay
    if prefersEvening, !prefersPast { return [late, early] }
    // Nobody means 2 at night without saying so.
    let usual =
      early < 5 * 60 ? [late, early] : early < 7 * 60 && draft.hasDay && !isToday ? [late, early] : [early, late]
    guard isToday else { return prefersMorning && isMorning(early) ? [early, late] : usual }
    // "I took it at 9": the nine that has just been
    if prefersPast { return late <= nowMinutes || early > nowMinutes ? [late, early] : [early, late] }
    if prefersMorning, isMorning(early), early > nowMinutes || !draft.hasDay && !isNapTime { return [early, late] }
    if early > nowMinutes, early >= 5 * 60 { return [early, late] }
    if late > nowMinutes, late < 22 * 60 + 30 || early < 5 * 60 { return [late, early] }
    return early < 5 * 60 ? [late, early] : [early, late]
  }

  private func isMorning(_ minutes: Int) -> Bool { minutes >= 3 * 60 }
  /// Who lies down after lunch gets up on the same day.
  private var isNapTime: Bool { (12 * 60..<18 * 60).contains(nowMinutes) }

  private func times(_ draft: TimeDraft, isRecurring: Bool) -> [TimeDraft.Clock] {
    let meals = draft.meals
    if draft.clocks.isEmpty, !meals.isEmpty { return meals }
    if draft.clocks.isEmpty { return draft.parts.map { TimeDraft.Clock(minutes: $0.minutes, isOpen: false) } }
    return draft.clocks.enumerated().map { index, clock in
      guard clock.isOpen else { return clock }
      if let part = index < draft.parts.count ? draft.parts[index] : draft.parts.last {
        return TimeDraft.Clock(minutes: part.hour(clock.minutes / 60) * 60 + clock.minutes % 60, isOpen: false)
      }
      guard isRecurring else { return clock }
      let early = clock.minutes % 720
      var minutes = early < 5 * 60 && !(prefersMorning && isMorning(early)) || prefersEvening ? early + 720 : early
      // "at 8 and 2", "8 am and 8": later ones come later in the day.
      if index > 0, minutes <= draft.clocks[index - 1].minutes, minutes < 720 { minutes += 720 }
      return TimeDraft.Clock(minutes: minutes, isOpen: true)
    }
  }

  private func meals(_ clocks: [TimeDraft.Clock]) -> [CivilTime] {
    clocks.filter(\.isMeal).map { CivilTime(secondOfDay: $0.minutes % 1_440 * 60) }
  }

  private func date(_ draft: TimeDraft, minutes: Int?) -> CivilDate? {
    let hasPassedToday = minutes.map { $0 <= nowMinutes } ?? false
    if let away = draft.away {
      let count = Int(away.count.rounded())
      switch away.unit {
      case .day: return today.adding(days: count)
      case .week: return today.adding(days: 7 * count)
      case .month: return today.adding(months: count)
      case .year: return today.adding(months: 12 * count)
      case .second, .minute, .hour: return today
      }
    }
    if let date = draft.date {
      if let year = date.year { return CivilDate(year: year, month: date.month, day: date.day) }
      for year
        in (prefersPast
        ? [today.year, today.year - 1] : [today.year, today.year + 1, today.year + 2, today.year + 3, today.year + 4])
      {
        guard let found = CivilDate(year: year, month: date.month, day: date.day) else { continue }
        if prefersPast ? found <= today : (found > today || found == today && !hasPassedToday) { return found }
      }
      return nil
    }
    if let days = draft.days { return today.adding(days: draft.isEither && prefersPast ? -days : days) }
    if let ordinal = draft.ordinal, let weekday = draft.weekdays.first {
      let first = CivilDate(year: today.year, month: today.month, day: 1) ?? today
      for month in 0...2 {
        let start = draft.span?.nearness == .next && month == 0 ? nil : first.adding(months: month)
        if let start, let found = Self.nth(ordinal, weekday, inMonthOf: start), found >= today { return found }
      }
      return nil
    }
    if let weekday = draft.weekdays.first { return self.weekday(weekday, draft, hasPassedToday: hasPassedToday) }
    if let day = draft.monthDay { return monthDay(day, draft.span?.nearness, hasPassedToday: hasPassedToday) }
    if let month = draft.month {
      let year = month >= today.month ? today.year : today.year + 1
      return CivilDate(year: year, month: month, day: 1)
    }
    if let span = draft.span {
      let step = span.nearness == .next ? 1 : span.nearness == .last ? -1 : 0
      switch span.unit {
      case .week: return today.adding(days: 7 * step)
      case .month: return today.adding(months: step)
      case .year: return today.adding(months: 12 * step)
      default: return today
      }
    }
    guard minutes != nil else { return nil }
    if prefersPast { return hasPassedToday ? today : today.adding(days: -1) }
    return hasPassedToday ? today.adding(days: 1) : today
  }

  private func weekday(_ weekday: Int, _ draft: TimeDraft, hasPassedToday: Bool) -> CivilDate {
    let ahead = (weekday - today.weekday.rawValue + 7) % 7
    if draft.nearness == .last { return today.adding(days: ahead == 0 ? -7 : ahead - 7) }
    if draft.nearness == .next || draft.span?.unit == .week && draft.span?.nearness == .next {
      // The week after this one, Monday first: on a Wednesday "next friday" is nine days away.
      return today.adding(days: 8 - today.weekday.rawValue + weekday - 1 + (draft.isSkipped ? 7 : 0))
    }
    if prefersPast { return today.adding(days: ahead == 0 ? 0 : ahead - 7) }
    return today.adding(days: ahead == 0 && (hasPassedToday || !draft.hasTime) && draft.nearness != .this ? 7 : ahead)
  }

  private func monthDay(_ day: Int, _ nearness: TimeDraft.Nearness?, hasPassedToday: Bool) -> CivilDate? {
    if day < 0 {
      // "at the end of the month"
      for month in 0...1 {
        let start = (CivilDate(year: today.year, month: today.month, day: 1) ?? today).adding(months: month)
        let last = start.adding(days: DayNumber.daysIn(month: start.month, year: start.year) - 1)
        if last > today || !hasPassedToday { return last }
      }
    }
    let first = CivilDate(year: today.year, month: today.month, day: 1) ?? today
    for month in (nearness == .next ? 1 : prefersPast ? -1 : 0)...12 {
      let start = first.adding(months: prefersPast ? -month - 1 : month)
      guard let found = CivilDate(year: start.year, month: start.month, day: day) else { continue }
      if prefersPast ? found <= today : (nearness == .this || found > today || found == today && !hasPassedToday) {
        return found
      }
    }
    return nil
  }

  /// The first or last working day of a month.
  static func nth(_ ordinal: Int, anyOf weekdays: [Int], inMonthOf date: CivilDate) -> CivilDate? {
    let all = (1...DayNumber.daysIn(month: date.month, year: date.year)).compactMap { day in
      CivilDate(year: date.year, month: date.month, day: day)
    }.filter { weekdays.contains($0.weekday.rawValue) }
    let place = ordinal > 0 ? ordinal - 1 : all.count + ordinal
    return all.indices.contains(place) ? all[place] : nil
  }

  static func nth(_ ordinal: Int, _ weekday: Int, inMonthOf date: CivilDate) -> CivilDate? {
    guard let first = CivilDate(year: date.year, month: date.month, day: 1) else { return nil }
    let length = DayNumber.daysIn(month: date.month, year: date.year)
    if ordinal > 0 {
      let day = (weekday - first.weekday.rawValue + 7) % 7 + 1 + (ordinal - 1) * 7
      return CivilDate(year: date.year, month: date.month, day: day)
    }
    let last = first.adding(days: length - 1)
    return last.adding(days: -((last.weekday.rawValue - weekday + 7) % 7))
  }

  // MARK: Again and again

  private func recurring(_ said: TimeDraft) -> Reading? {
    let (draft, isSpread) = said.spread
    var every = draft.every ?? (1, draft.weekdays.count > 1 ? .week : .day)
    if let window = draft.window, every.unit == .hour || every.unit == .minute { return windowed(draft, window, every) }
    if every.unit == .second { return nil }
    if let seconds = every.unit.seconds {
      let elapsed = Duration.seconds(every.count * seconds)
      let step = max(1, elapsed.microseconds / 1_000_000)
      let end = draft.count.map { ["COUNT=\(max(1, Int64($0) * 86_400 / step))"] } ?? []
      guard let rule = rule("FREQ=\(every.unit == .hour ? "HOURLY" : "MINUTELY")", every.count, end) else { return nil }
      var start = zone.civil(exactNow + elapsed)
      if let clock = times(draft, isRecurring: true).first, let date = date(draft, minutes: clock.minutes) {
        start = date.at(.midnight).adding(seconds: Int64(clock.minutes) * 60)
      } else {
        start = start.adding(seconds: -Int64(start.time.second))
      }
      return Reading(value: WhenValue(start: start, rule: rule, grain: .exact, elapsed: elapsed), alternatives: [])
    }
    var clocks = times(draft, isRecurring: true)
    if clocks.count < 2, let count = draft.timesADay, count > 1 {
      let usual: [Int: [Int]] = [2: [480, 1_200], 3: [480, 840, 1_200], 4: [480, 720, 960, 1_200]]
      let step = count > 4 ? 840 / (count - 1) : 0
      let minutes = usual[count] ?? (0..<count).map { 420 + $0 * step / 30 * 30 }
      clocks = minutes.map { TimeDraft.Clock(minutes: $0, isOpen: false) }
    }
    let isTimeGiven = !clocks.isEmpty
    let isDayGiven = !isSpread
    if clocks.isEmpty { clocks = [TimeDraft.Clock(minutes: 9 * 60, isOpen: false)] }
    if every.unit == .week, !draft.weekdays.isEmpty, draft.ordinal != nil { every = (every.count, .month) }

    func value(_ clocks: [TimeDraft.Clock]) -> WhenValue? {
      let minutes = clocks.map { $0.minutes % 1_440 }.sorted()
      guard let start = firstDay(draft, every, minutes: minutes) else { return nil }
      guard let rule = calendarRule(draft, every, start: start.date, minutes: minutes) else { return nil }
      var when = WhenValue(start: start, rule: rule, isTimeGiven: isTimeGiven)
      when.isDayGiven = isDayGiven
      when.isHalfOpen = clocks.count == 1 && clocks[0].isOpen
      when.meals = meals(clocks)
      return when
    }
    guard let best = value(clocks) else { return nil }
    var alternatives: [WhenValue] = []
    if clocks.count == 1, clocks[0].isOpen {
      let other = TimeDraft.Clock(minutes: (clocks[0].minutes + 720) % 1_440, isOpen: false)
      if let second = value([other]) { alternatives.append(second) }
    }
    return Reading(value: best, alternatives: alternatives)
  }

  /// "every 2 hours from 8 to 20": wall-clock times of the day.
  private func windowed(_ draft: TimeDraft, _ window: (from: Int, to: Int), _ every: (count: Int, unit: TimeUnit))
    -> Reading?
  {
    let step = every.count * (every.unit == .hour ? 60 : 1)
    guard step >= 15 else { return nil }
    let minutes = Array(stride(from: window.from, through: window.to, by: step)).map { $0 % 1_440 }.sorted()
    guard let next = minutes.first(where: { $0 > nowMinutes }) ?? minutes.first else { return nil }
    let day = next > nowMinutes ? today : today.adding(days: 1)
    let end = draft.count.map { ["COUNT=\($0 * minutes.count)"] } ?? []
    guard let rule = rule("FREQ=DAILY", 1, Self.timeParts(minutes) + end) else { return nil }
    let start = day.at(.midnight).adding(seconds: Int64(next) * 60)
    return Reading(value: WhenValue(start: start, rule: rule), alternatives: [])
  }

  private func rule(_ frequency: String, _ interval: Int, _ parts: [String]) -> RecurrenceRule? {
    let text = ([frequency] + (interval > 1 ? ["INTERVAL=\(interval)"] : []) + parts).joined(separator: ";")
    return try? RecurrenceRule(parsing: text)
  }

  /// BYHOUR and BYMINUTE for several times a day; BYSETPOS picks the wanted ones where the minutes differ.
  static func timeParts(_ minutes: [Int]) -> [String] {
    guard minutes.count > 1 else { return [] }
    let hours = Array(Set(minutes.map { $0 / 60 })).sorted()
    let past = Array(Set(minutes.map { $0 % 60 })).sorted()
    var parts = ["BYHOUR=\(hours.map(String.init).joined(separator: ","))"]
    parts.append("BYMINUTE=\(past.map(String.init).joined(separator: ","))")
    let grid = hours.flatMap { hour in past.map { hour * 60 + $0 } }
    if grid.count != minutes.count {
      let places = grid.indices.filter { minutes.contains(grid[$0]) }.map { String($0 + 1) }
      parts.append("BYSETPOS=\(places.joined(separator: ","))")
    }
    return parts
  }

  private func calendarRule(
    _ draft: TimeDraft, _ every: (count: Int, unit: TimeUnit), start: CivilDate, minutes: [Int]
  ) -> RecurrenceRule? {
    var parts: [String] = []
    let frequency: String
    switch every.unit {
    case .week:
      frequency = "FREQ=WEEKLY"
      let days = draft.weekdays.isEmpty ? [start.weekday.rawValue] : Array(Set(draft.weekdays)).sorted()
      parts.append("BYDAY=" + days.compactMap { Weekday(rawValue: $0)?.code }.joined(separator: ","))
    case .month:
      frequency = "FREQ=MONTHLY"
      if !draft.ordinals.isEmpty, draft.weekdays.count > 1 {
        parts.append("BYDAY=" + draft.weekdays.compactMap { Weekday(rawValue: $0)?.code }.joined(separator: ","))
        parts.append("BYSETPOS=" + draft.ordinals.map(String.init).joined(separator: ","))
      } else if !draft.ordinals.isEmpty, let day = draft.weekdays.first.flatMap(Weekday.init(rawValue:)) {
        parts.append("BYDAY=" + draft.ordinals.map { "\($0)\(day.code)" }.joined(separator: ","))
      } else {
        let days = draft.monthDays.isEmpty ? [start.day] : draft.monthDays
        parts.append("BYMONTHDAY=" + days.map(String.init).joined(separator: ","))
      }
    case .year: frequency = "FREQ=YEARLY"
    default:
      if draft.weekdays.isEmpty {
        frequency = "FREQ=DAILY"
      } else {
        frequency = "FREQ=WEEKLY"
        parts.append(
          "BYDAY="
            + Array(Set(draft.weekdays)).sorted().compactMap { Weekday(rawValue: $0)?.code }.joined(separator: ","))
      }
    }
    var times = Self.timeParts(minutes)
    // BYSETPOS counts within the whole week or month there, so only daily rules may use it.
    if frequency != "FREQ=DAILY", times.count == 3 {
      times = ["BYHOUR=\(Array(Set(minutes.map { $0 / 60 })).sorted().map(String.init).joined(separator: ","))"]
    }
    parts += times
    if let count = draft.count {
      parts.append("COUNT=\(Self.steps(count, every, parts) * max(1, minutes.count))")
    } else if let until = draft.until.first, let day = date(until, minutes: nil) {
      parts.append("UNTIL=\(day.description.replacing("-", with: ""))T235959")
    }
    return rule(frequency, every.count, parts)
  }

  /// How many days of the rule lie within so many days: "every Monday for 4 weeks" is four times.
  private static func steps(_ days: Int, _ every: (count: Int, unit: TimeUnit), _ parts: [String]) -> Int {
    func listed(_ key: String) -> Int? {
      parts.first { $0.hasPrefix(key) }.map { $0.split(separator: ",").count }
    }
    let (length, each): (Int, Int) =
      switch every.unit {
      case .week: (7, listed("BYDAY=") ?? 1)
      case .month: (30, listed("BYSETPOS=") ?? listed("BYMONTHDAY=") ?? listed("BYDAY=") ?? 1)
      case .year: (365, 1)
      default: listed("BYDAY=").map { (7, $0) } ?? (1, 1)
      }
    let span = length * max(1, every.count)
    return max(1, (days + span - 1) / span) * each
  }

  /// The first day of the rule that still lies ahead.
  private func firstDay(_ draft: TimeDraft, _ every: (count: Int, unit: TimeUnit), minutes: [Int]) -> CivilDateTime? {
    guard let first = minutes.first else { return nil }
    var from = today
    func matches(_ date: CivilDate) -> Bool {
      switch every.unit {
      case .month:
        if !draft.ordinals.isEmpty, draft.weekdays.count > 1 {
          return draft.ordinals.contains { Self.nth($0, anyOf: draft.weekdays, inMonthOf: date) == date }
        }
        if !draft.ordinals.isEmpty, let weekday = draft.weekdays.first {
          return draft.ordinals.contains { Self.nth($0, weekday, inMonthOf: date) == date }
        }
        return draft.monthDays.isEmpty
          || draft.monthDays.contains { day in
            day > 0 ? date.day == day : date.day == DayNumber.daysIn(month: date.month, year: date.year)
          }
      case .year: return draft.date.map { $0.month == date.month && $0.day == date.day } ?? true
      case .week where draft.weekdays.isEmpty: return date.days(since: from) % 7 == 0
      default: return draft.weekdays.isEmpty || draft.weekdays.contains(date.weekday.rawValue)
      }
    }
    var isFree = true
    if let days = draft.days, days > 0 {
      from = today.adding(days: days)
      isFree = false
    } else if let date = draft.date, every.unit != .year, let start = self.date(draft, minutes: first) {
      _ = date
      from = start
      isFree = false
    } else if draft.nearness == .next, draft.weekdays.count == 1, every.unit == .week,
      let start = self.date(draft, minutes: first)
    {
      from = start
    }
    for ahead in 0...400 {
      let date = from.adding(days: ahead)
      guard matches(date) else { continue }
      if date == today, isFree {
        guard let next = minutes.first(where: { $0 > nowMinutes }) else { continue }
        return date.at(.midnight).adding(seconds: Int64(next) * 60)
      }
      return date.at(.midnight).adding(seconds: Int64(first) * 60)
    }
    return nil
  }
}
