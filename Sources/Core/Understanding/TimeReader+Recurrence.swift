import Time

/// What repeats.
extension TimeReader {
  func recurrence(at index: Int, into draft: inout TimeDraft) -> Int? {
    if has(index, .weekdays) {
      draft.every = (1, .week)
      draft.weekdays = [1, 2, 3, 4, 5]
      return index + 1
    }
    // "twice a day", "3 times daily", "din mein do baar", "rendu naalukku oru murai"
    if let end = frequency(at: index, into: &draft) { return end }
    if draft.every?.unit == .day, has(index, .except), let end = exception(at: index + 1, into: &draft) { return end }
    guard has(index, .every) else { return nil }
    var next = index + 1
    var count = 1
    if has(next, .every) { next += 1 }
    if has(next, .weekdays) {
      draft.every = (1, .week)
      draft.weekdays = [1, 2, 3, 4, 5]
      return next + 1
    }
    if let list = ordinals(at: next), !list.isNumbers {
      draft.every = (1, .month)
      return next
    }
    if let ordinal = value(next, .ordinal), (1...5).contains(ordinal), let weekday = value(next + 1, .weekday) {
      // "every second saturday": of the month.
      draft.every = (1, .month)
      draft.ordinal = ordinal
      draft.weekdays.append(weekday)
      return monthly(next + 2, into: &draft) ?? next + 2
    }
    if has(next, .other) && !has(next + 1, .of) {
      count = 2
      next += 1
    } else if let (value, end, _) = numbers.number(at: next), has(end, .unit), value >= 1, value <= 1_000 {
      count = Int(value)
      next = end
    } else if let value = value(next, .ordinal), value > 1, unit(next + 1) != nil {
      count = value
      next += 1
    } else if let (length, end) = part(at: next) {
      // "every half hour", "every one and a half hours"
      draft.every = (length, .minute)
      return has(end, .hence) ? end + 1 : end
    }
    if let unit = unit(next) {
      draft.every = (count, unit)
      // "har 3 ghante mein"
      return unit.seconds != nil && has(next + 1, .hence) ? next + 2 : next + 1
    }
    if let weekday = value(next, .weekday) {
      draft.every = (count, .week)
      draft.weekdays.append(weekday)
      return next + 1
    }
    if has(next, .weekend) {
      draft.every = (count, .week)
      draft.weekdays += [6, 7]
      return next + 1
    }
    if let part = value(next, .part).flatMap(DayPart.init(rawValue:)) {
      draft.every = (count, .day)
      draft.parts.append(part)
      return next + 1
    }
    if has(next, .ordinal) || has(next, .month) {  // "every 1st"
      draft.every = (1, has(next, .month) ? .year : .month)
      return next
    }
    return nil
  }

  /// Less or more than whole hours, in minutes.
  private func part(at index: Int) -> (minutes: Int, end: Int)? {
    if unit(index) == .hour, has(index + 1, .and), has(index + 2, .a) || has(index + 2, .half) {
      let half = has(index + 2, .half) ? index + 2 : index + 3
      return has(half, .half) ? (90, half + 1) : nil
    }
    guard let (length, end) = duration(at: index), length.unit == .minute, unit(end - 1) == .hour,
      length.count == length.count.rounded(), (5...1_440).contains(length.count)
    else { return nil }
    return (Int(length.count), end)
  }

  /// "daily except sunday".
  private func exception(at start: Int, into draft: inout TimeDraft) -> Int? {
    var index = start
    var shut: Set<Int> = []
    while index < pieces.count {
      if let weekday = value(index, .weekday) {
        shut.insert(weekday)
      } else if has(index, .weekend) {
        shut.formUnion([6, 7])
      } else if !(has(index, .on) || has(index, .and) && value(index + 1, .weekday) != nil) {
        break
      }
      index += 1
    }
    guard (1...6).contains(shut.count) else { return nil }
    draft.every = (1, .week)
    draft.weekdays = (1...7).filter { !shut.contains($0) }
    return index
  }

  func frequency(at index: Int, into draft: inout TimeDraft) -> Int? {
    func set(_ times: Int, every count: Int, _ unit: TimeUnit) {
      if times == 1 || unit != .day {
        draft.every = (count, unit)
        if times > 1, unit == .week || unit == .month { draft.timesAPeriod = times }
      } else {
        draft.every = (1, .day)
        draft.timesADay = min(times, 12)
      }
    }
    // "3 days a week"
    if let (days, end, _) = numbers.number(at: index), unit(end) == .day, days >= 1, days <= 15,
      has(end + 1, .a) || has(end + 1, .every) || has(end + 1, .within) && has(end + 2, .a)
    {
      let next = has(end + 1, .within) ? end + 3 : end + 2
      if let unit = unit(next), unit == .week || unit == .month {
        set(Int(days), every: 1, unit)
        return next + 1
      }
    }
    // times first
    var times: Int?
    var next = index
    if let fixed = value(index, .times), fixed > 0 {
      (times, next) = (fixed, index + 1)
    } else if let (value, end, _) = numbers.number(at: index), has(end, .times), value >= 1, value <= 24 {
      (times, next) = (Int(value), end + 1)
    } else if let (value, end) = atMost(index) {
      set(value, every: 1, .day)
      return end
    }
    if let times {
      if has(next, .every), let unit = unit(next + 1) {
        set(times, every: 1, unit)
        return next + 2
      }
      while has(next, .a) || has(next, .every) || has(next, .in) || has(next, .within) { next += 1 }
      if let (count, end, _) = numbers.number(at: next), let unit = unit(end), count >= 1, count < 100 {
        // "3 velai 7 naal", with nothing between: for so many days
        if unit == .day, times > 1, count > 1, next == index + 1 || has(next - 1, .times) {
          draft.every = (1, .day)
          (draft.timesADay, draft.count) = (min(times, 12), Int(count))
          return end + 1
        }
        set(times, every: Int(count), unit)
        return end + 1
      }
      if let unit = unit(next), next > index {
        set(times, every: 1, unit)
        return next + 1
      }
      if draft.every?.unit == .day || draft.days == nil && times > 1 && draft.every == nil {
        draft.timesADay = min(times, 12)
        if draft.every == nil { draft.every = (1, .day) }
        return next
      }
      return nil
    }
    // unit first
    var count = 1
    next = index
    if let (value, end, _) = numbers.number(at: index), has(end, .unit), value >= 1, value < 100 {
      (count, next) = (Int(value), end)
    } else if has(index, .every) {
      next = index + 1
    }
    guard let unit = unit(next) else { return nil }
    // "naalaikku" alone is tomorrow
    if has(next, .day), next == index { return nil }
    next += 1
    if unit.seconds != nil {
      // "3 mani nerathukku oru thadava"
      guard next > index + 1, value(next, .times) == 1 else { return nil }
      draft.every = (count, unit)
      return next + 1
    }
    while has(next, .hence) || has(next, .at) || has(next, .within) || has(next, .of) || has(next, .in) { next += 1 }
    if let fixed = value(next, .times), fixed > 0 {
      set(fixed, every: count, unit)
      return next + 1
    }
    // "hafte mein 3 din", "vaarathula 3 naal"
    if next > index + 1, unit == .week || unit == .month, let (value, end, _) = numbers.number(at: next),
      self.unit(end) == .day, value >= 1, value <= 15
    {
      set(Int(value), every: count, unit)
      return end + 1
    }
    let isMost = has(next, .most)
    if let (value, end, _) = numbers.number(at: isMost ? next + 1 : next), isMost || has(end, .times), value >= 1,
      value <= 24
    {
      set(Int(value), every: count, unit)
      return has(end, .times) ? end + 1 : end
    }
    return nil
  }

  /// "at most 4 a day", "4 a day at most": how often, without "times".
  private func atMost(_ index: Int) -> (Int, Int)? {
    let isBefore = has(index, .most)
    guard let (value, end, _) = numbers.number(at: isBefore ? index + 1 : index), (1...24).contains(value),
      value == value.rounded()
    else { return nil }
    var next = end
    if !isBefore, has(next, .most) { return day(next + 1).map { (Int(value), $0) } }
    guard let last = day(next) else { return nil }
    next = last
    if isBefore { return (Int(value), next) }
    return has(next, .most) ? (Int(value), next + 1) : nil
  }

  /// "a day", "per day", "in 24 hours".
  private func day(_ index: Int) -> Int? {
    var next = index
    while has(next, .a) || has(next, .every) && unit(next) == nil || has(next, .in) || has(next, .within) { next += 1 }
    if let (hours, end, _) = numbers.number(at: next), hours == 24, unit(end) == .hour { return end + 1 }
    return unit(next) == .day ? next + 1 : nil
  }
}
