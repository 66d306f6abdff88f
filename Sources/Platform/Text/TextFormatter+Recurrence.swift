import Base
package import Time

extension TextFormatter {
  /// “every day at 8:00 am”, “on the 1st of each month”, “every 6 hours”.
  ///
  /// - Parameter start: gives the day and time that the rule leaves open.
  /// - Returns: rules that have no plain words are quoted.
  package func recurrence(_ rule: RecurrenceRule, start: CivilDateTime? = nil) -> String {
    guard var text = days(rule, start), let times = times(rule, start) else {
      return Words.fill(words.rules.byRule, ["r": rule.description])
    }
    if !times.isEmpty { text = Words.fill(words.rules.atTimes, ["r": text, "t": list(times.map { time($0) })]) }
    if let count = rule.count { text = Words.fill(words.rules.times, ["r": text, "n": number(count)]) }
    let end: CivilDate? =
      switch rule.until {
      case .date(let date): date
      case .local(let local): local.date
      case .utc(let instant): zone.date(instant)
      case nil: nil
      }
    if let end { text = Words.fill(words.rules.until, ["r": text, "d": day(end)]) }
    return text
  }

  package func recurrence(_ recurrence: Recurrence) -> String {
    guard let rule = recurrence.rule else { return when(recurrence.start) }
    if recurrence.isAllDay { return self.recurrence(rule) }
    return self.recurrence(rule, start: recurrence.start)
  }

  /// The times of day, none for rules finer than a day; `nil` when they cannot be listed.
  private func times(_ rule: RecurrenceRule, _ start: CivilDateTime?) -> [CivilTime]? {
    guard rule.bySecond.isEmpty || rule.bySecond == [0] else { return nil }
    if [.hourly, .minutely].contains(rule.frequency) { return rule.byHour.isEmpty && rule.byMinute.isEmpty ? [] : nil }
    if rule.byHour.isEmpty {
      guard rule.byMinute.isEmpty else { return nil }
      return start.map { [$0.time] } ?? []
    }
    let minutes = rule.byMinute.isEmpty ? [start?.time.minute ?? 0] : rule.byMinute
    guard rule.byHour.count * minutes.count <= 8 else { return nil }
    return rule.byHour.flatMap { hour in minutes.compactMap { CivilTime(hour: hour, minute: $0) } }.sorted()
  }

  private func days(_ rule: RecurrenceRule, _ start: CivilDateTime?) -> String? {
    guard rule.byYearDay.isEmpty, rule.byWeekNumber.isEmpty, rule.bySetPosition.isEmpty else { return nil }
    let rules = words.rules
    let n = number(rule.interval)
    let isEach = rule.interval == 1
    switch rule.frequency {
    case .secondly: return nil
    case .minutely, .hourly:
      guard rule.byDay.isEmpty, rule.byMonthDay.isEmpty, rule.byMonth.isEmpty else { return nil }
      let isHourly = rule.frequency == .hourly
      if isEach { return isHourly ? rules.everyHour : rules.everyMinute }
      return Words.fill(isHourly ? rules.everyHours : rules.everyMinutes, ["n": n])
    case .daily:
      guard rule.byMonthDay.isEmpty else { return nil }
      if !rule.byDay.isEmpty {
        guard isEach else { return nil }
        return weekly(rule, start).map { inMonths(rule, $0) }
      }
      return inMonths(rule, isEach ? rules.everyDay : Words.fill(rules.everyDays, ["n": n]))
    case .weekly: return weekly(rule, start).map { inMonths(rule, $0) }
    case .monthly:
      guard let what = monthDays(rule, start) else { return nil }
      return inMonths(rule, Words.fill(isEach ? rules.everyMonth : rules.everyMonths, ["n": n, "d": list(what)]))
    case .yearly:
      guard let what = yearDays(rule, start) else { return nil }
      return Words.fill(isEach ? rules.everyYear : rules.everyYears, ["n": n, "d": list(what)])
    }
  }

  private func inMonths(_ rule: RecurrenceRule, _ text: String) -> String {
    guard !rule.byMonth.isEmpty else { return text }
    return Words.fill(words.rules.inMonths, ["r": text, "m": list(rule.byMonth.map { month($0) })])
  }

  private func weekly(_ rule: RecurrenceRule, _ start: CivilDateTime?) -> String? {
    let rules = words.rules
    guard rule.byDay.allSatisfy({ $0.ordinal == 0 }) else { return nil }
    var weekdays = Set(rule.byDay.map(\.weekday))
    if weekdays.isEmpty, let start { weekdays = [start.date.weekday] }
    guard !weekdays.isEmpty else { return nil }
    if rule.interval == 1 {
      if weekdays.count == 7 { return rules.everyDay }
      if weekdays == [.monday, .tuesday, .wednesday, .thursday, .friday] { return rules.workdays }
      if weekdays == [.saturday, .sunday] { return rules.weekend }
    }
    let names = list(weekdays.sorted { $0.rawValue < $1.rawValue }.map { weekday($0) })
    return Words.fill(
      rule.interval == 1 ? rules.everyWeek : rules.everyWeeks, ["n": number(rule.interval), "d": names])
  }

  private func monthDays(_ rule: RecurrenceRule, _ start: CivilDateTime?) -> [String]? {
    switch (rule.byMonthDay.isEmpty, rule.byDay.isEmpty) {
    case (false, false): return nil
    case (true, false): return numbered(rule, month: nil)
    case (true, true): return start.map { [monthDay($0.date.day)] }.flatMap { all($0) }
    case (false, true): return all(rule.byMonthDay.map { monthDay($0) })
    }
  }

  private func monthDay(_ day: Int) -> String? {
    if day == -1 { return words.rules.lastDay }
    return day > 0 ? Words.fill(words.rules.dayOfMonth, ["n": ordinal(day)]) : nil
  }

  /// “the second Tuesday”; `nil` when one has no ordinal with a name.
  private func numbered(_ rule: RecurrenceRule, month: Int?) -> [String]? {
    all(
      rule.byDay.map { day in
        let position = day.ordinal == -1 ? 5 : day.ordinal - 1
        guard words.rules.ordinals.indices.contains(position), day.ordinal != 6 else { return nil }
        let template = month == nil ? words.rules.nthWeekday : words.rules.nthWeekdayOfMonth
        return Words.fill(
          template,
          [
            "o": words.rules.ordinals[position], "w": weekday(day.weekday), "m": month.map { self.month($0) } ?? "",
          ])
      })
  }

  private func yearDays(_ rule: RecurrenceRule, _ start: CivilDateTime?) -> [String]? {
    if !rule.byDay.isEmpty {
      guard rule.byMonthDay.isEmpty, rule.byMonth.count == 1 else { return nil }
      return numbered(rule, month: rule.byMonth[0])
    }
    let months = rule.byMonth.isEmpty ? start.map { [$0.date.month] } ?? [] : rule.byMonth
    let days = rule.byMonthDay.isEmpty ? start.map { [$0.date.day] } ?? [] : rule.byMonthDay
    guard !months.isEmpty, !days.isEmpty, days.allSatisfy({ $0 > 0 }), months.count * days.count <= 12 else {
      return nil
    }
    return months.flatMap { month in days.map { "\($0) \(self.month(month))" } }
  }

  private func all(_ texts: [String?]) -> [String]? {
    let known = texts.compactMap { $0 }
    return known.count == texts.count ? known : nil
  }
}
