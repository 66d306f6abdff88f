import Time

/// Dates, weekdays, days of the month.
extension TimeReader {
  func date(at index: Int, into draft: inout TimeDraft) -> Int? {
    var index = index
    if has(index, .on) || has(index, .at) { index += 1 }
    if has(index, .a) { index += 1 }
    guard index < pieces.count else { return nil }
    if let date = pieces[index].date {
      draft.date = date
      return index + 1
    }
    if let end = numberedDay(at: index, into: &draft) { return end }
    if let end = severalDays(at: index, into: &draft) { return end }
    // "5th december 2026", "5 dec", "5th of every month", "first monday of the month"
    if let day = value(index, .ordinal) ?? dayNumber(index) {
      var next = index + 1
      if has(next, .of) { next += 1 }
      if let month = value(next, .month), (1...31).contains(day) {
        draft.date = (year(next + 1), month, day)
        return year(next + 1) == nil ? next + 1 : next + 2
      }
    }
    if let ordinal = value(index, .ordinal) ?? (has(index, .last) ? -1 : nil), (-1...31).contains(ordinal), ordinal != 0
    {
      let next = index + 1
      if has(next, .weekdays), ordinal <= 5, !has(next, .every) {
        // "the last working day of the month"
        draft.ordinal = ordinal
        draft.weekdays = [1, 2, 3, 4, 5]
        draft.every = (1, .month)
        return monthly(next + 1, into: &draft) ?? next + 1
      }
      if let weekday = value(next, .weekday), ordinal <= 5,
        !pieces[next].isWeak || has(next + 1, .of) || has(next + 1, .every),
        ordinal > 0 || has(next + 1, .of)
      {
        draft.ordinal = ordinal
        draft.weekdays.append(weekday)
        return monthly(next + 1, into: &draft) ?? next + 1
      }
      if has(index, .ordinal) {
        if let end = monthly(next, into: &draft) {
          draft.monthDay = ordinal
          return end
        }
        let isDigit = pieces[index].digits > 0
        let isPrefixed =
          index > 0
          && (has(index - 1, .a) && (has(index - 2 < 0 ? pieces.count : index - 2, .on)) || has(index - 1, .on))
        let isEnd = next >= pieces.count || pieces[next].has(.at) || pieces[next].has(.part)
        if isDigit || ordinal < 0 || draft.every?.unit == .month || (isPrefixed && isEnd) {
          draft.monthDay = ordinal
          return next
        }
      }
    }
    // "december 5", "dec 5th 2026"; "in december"
    if let month = value(index, .month) {
      if let day = value(index + 1, .ordinal) ?? dayNumber(index + 1), (1...31).contains(day) {
        draft.date = (year(index + 2), month, day)
        return year(index + 2) == nil ? index + 2 : index + 3
      }
      let before = index > 0 ? pieces[index - 1] : nil
      if !pieces[index].isWeak,
        before?.has(.in) ?? false || before?.has(.within) ?? false || before?.has(.next) ?? false
          || before?.has(.coming) ?? false
      {
        if let year = year(index + 1) {
          draft.date = (year, month, 1)
          return index + 2
        }
        draft.month = month
        return index + 1
      }
    }
    return nil
  }

  /// "1 tarikh ko", "mahine ki 1 tarikh", "maasam 1 am thethi".
  private func numberedDay(at index: Int, into draft: inout TimeDraft) -> Int? {
    var next = index
    let isMonthly = unit(next) == .month
    if isMonthly { next += 1 }
    while isMonthly, has(next, .of) || has(next, .within) || has(next, .hence) { next += 1 }
    if let list = ordinals(at: next), has(list.end, .monthday), isMonthly || draft.every?.unit == .month {
      draft.every = (1, .month)
      draft.monthDays = list.values
      return list.end + 1
    }
    guard next < pieces.count, let day = pieces[next].value(.number) ?? pieces[next].value(.ordinal),
      day == day.rounded(), (1...31).contains(day), has(next + 1, .monthday)
    else { return nil }
    if isMonthly { draft.every = (1, .month) }
    draft.monthDay = Int(day)
    return next + 2
  }

  /// "1st and 3rd saturday", "1st and 15th of every month", "every month on the 1st and 15th".
  private func severalDays(at index: Int, into draft: inout TimeDraft) -> Int? {
    guard let list = ordinals(at: index) else { return nil }
    if let weekday = value(list.end, .weekday) {
      guard !list.isNumbers, list.values.allSatisfy({ $0 <= 5 }) else { return nil }
      let end = list.end + 1
      var day = TimeDraft()
      // "of december", "of next month": those of one month
      let last = monthly(end, into: &day)
      guard last == nil ? !has(end, .of) && !has(end, .in) && !has(end, .within) : day.every != nil else { return nil }
      draft.ordinals = list.values
      draft.weekdays = [weekday]
      draft.every = (1, .month)
      return last ?? end
    }
    var day = TimeDraft()
    if let last = monthly(list.end, into: &day), day.every != nil {
      draft.every = day.every
      draft.monthDays = list.values
      return last
    }
    guard draft.every?.unit == .month, draft.monthDays.isEmpty, !list.isNumbers else { return nil }
    draft.monthDays = list.values
    return list.end
  }

  /// "1st and 3rd", "1st, 10th & 20th", "1 and 15".
  func ordinals(at start: Int) -> (values: [Int], end: Int, isNumbers: Bool)? {
    guard start < pieces.count, pieces[start].has(.ordinal) || pieces[start].has(.number) else { return nil }
    var values: [Int] = []
    var isNumbers = false
    var (index, end) = (start, start)
    while values.count < 8, let day = value(index, .ordinal) ?? dayNumber(index), (1...31).contains(day),
      day > values.last ?? 0
    {
      if !has(index, .ordinal) { isNumbers = true }
      values.append(day)
      (index, end) = (index + 1, index + 1)
      while index < pieces.count,
        has(index, .and) || Self.isListMark(pieces[index].symbol) || index > end && has(index, .a)
      {
        index += 1
      }
      guard index > end else { break }
    }
    return values.count > 1 ? (values, end, isNumbers) : nil
  }

  /// A comma, a slash or a plus between days.
  static func isListMark(_ symbol: UInt8) -> Bool { symbol == 0x2C || symbol == 0x2F || symbol == 0x2B }

  /// Between two weekdays stands nothing but what joins a list; a slash joins nothing else.
  func joinsWeekdays(_ index: Int) -> Bool {
    guard index > 0, index < pieces.count, value(index - 1, .weekday) != nil, value(index + 1, .weekday) != nil else {
      return false
    }
    return Self.isListMark(pieces[index].symbol) || has(index, .and)
  }

  /// "mon to fri", "mon-fri", "somvar se shukravar tak": the other end and what comes behind it.
  private func weekdayRange(at index: Int, _ draft: TimeDraft) -> (last: Int, end: Int)? {
    guard draft.weekdays.isEmpty, draft.days == nil, draft.date == nil, index == 0 || !has(index - 1, .from),
      let first = value(index, .weekday), let last = value(index + 2, .weekday), first != last,
      has(index + 1, .to) || has(index + 1, .from) || pieces[index + 1].symbol == 0x2D,
      // "mon-wed-fri" is a list
      index + 3 >= pieces.count || pieces[index + 3].symbol != 0x2D || value(index + 4, .weekday) == nil
    else { return nil }
    return (last, has(index + 3, .until) && value(index + 4, .weekday) == nil ? index + 4 : index + 3)
  }

  func dayNumber(_ index: Int) -> Int? {
    guard index < pieces.count, let value = pieces[index].value(.number), value == value.rounded(),
      (1...31).contains(value),
      !has(index + 1, .unit), !has(index + 1, .oclock), !has(index + 1, .am), !has(index + 1, .pm)
    else { return nil }
    return Int(value)
  }

  func year(_ index: Int) -> Int? {
    guard let value = value(index, .number), (1900...2200).contains(value), pieces[index].digits == 4 else {
      return nil
    }
    return value
  }

  /// "of every month", "of the month", "every month".
  func monthly(_ start: Int, into draft: inout TimeDraft) -> Int? {
    var index = start
    while has(index, .of) || has(index, .a) || has(index, .in) { index += 1 }
    if has(index, .every), unit(index + 1) == .month {
      draft.every = (1, .month)
      return index + 2
    }
    if index > start, unit(index) == .month, has(start, .of) || has(start, .in) {
      // "first Monday of the month" repeats; "the 5th of the month" too.
      if draft.every == nil { draft.every = (1, .month) }
      return index + 1
    }
    if has(index, .this) || has(index, .next), unit(index + 1) == .month {
      draft.span = (.month, has(index, .next) ? .next : .this)
      return index + 2
    }
    return nil
  }

  func day(at index: Int, into draft: inout TimeDraft) -> Int? {
    if let days = value(index, .day) {
      if pieces[index].isWeak, draft.isEmpty, !has(index + 1, .part), !has(index + 1, .at) { return nil }
      draft.days = days
      return index + 1
    }
    if let days = value(index, .dayEither) {
      draft.days = days
      draft.isEither = true
      return index + 1
    }
    var next = index
    var nearness = TimeDraft.Nearness.none
    if has(next, .next) {
      nearness = .next
    } else if has(next, .coming) {
      // "varra velli" is the nearest one, "varra vaaram" the next
      nearness = value(next + 1, .weekday) == nil && !has(next + 1, .weekend) ? .next : .this
    } else if has(next, .this) {
      nearness = .this
    } else if has(next, .last) {
      nearness = .last
    }
    if nearness != .none { next += 1 }
    // "next to next friday"
    let isSkipped = nearness == .next && has(next, .to) && has(next + 1, .next)
    if isSkipped { next += 2 }
    guard next < pieces.count else { return nil }
    if let weekday = value(next, .weekday) {
      draft.isSkipped = isSkipped
      let isAlone =
        nearness == .none && draft.isEmpty && !(index > 0 && (has(index - 1, .on) || has(index - 1, .every)))
        && !has(next + 1, .weekday) && !has(next + 1, .at) && !has(next + 1, .part) && !joinsWeekdays(next + 1)
      // "sat 10 am": beside an hour that is one, it is a day
      let isBesideHour =
        clock(at: next + 1, after: TimeDraft()) != nil
        || next + 1 < pieces.count && pieces[next + 1].has(.clock) && pieces[next + 1].digits > 0
      if pieces[next].isWeak, isAlone, !isBesideHour { return nil }
      // "not monday, tuesday"
      if nearness == .none, draft.isEmpty, index > 0, pieces[index - 1].denies, joinsWeekdays(next + 1) {
        return next + 1
      }
      if nearness == .none, let range = weekdayRange(at: next, draft) {
        draft.weekdays = [weekday]
        draft.lastWeekday = range.last
        return range.end
      }
      if !draft.weekdays.contains(weekday) { draft.weekdays.append(weekday) }
      if nearness != .none { draft.nearness = nearness }
      return next + 1
    }
    if has(next, .weekend) {
      draft.weekdays = [6]
      draft.nearness = nearness
      return next + 1
    }
    if nearness != .none, let unit = unit(next), unit == .week || unit == .month || unit == .year {
      draft.span = (unit, nearness)
      return next + 1
    }
    return nil
  }
}
