import Base
import Time

/// Finds what a sentence says about time. One grammar for all languages: it walks concepts, not words.
struct TimeReader {
  let pieces: [Pieces.Piece]
  let numbers: Pieces
  /// A lone number is an hour ("8" as an answer to "when?").
  var acceptsBareHour = false
  private(set) var drafts: [TimeDraft] = []
  /// Durations that are not moments: "for 45 minutes".
  private(set) var durations: [(tokens: Range<Int>, value: Duration)] = []

  init(_ pieces: Pieces, acceptsBareHour: Bool = false) {
    self.pieces = pieces.all
    self.numbers = pieces
    self.acceptsBareHour = acceptsBareHour
    read()
  }

  private mutating func read() {
    var index = 0
    var open: TimeDraft?
    var openEnd = 0
    while index < pieces.count {
      var draft = open ?? TimeDraft()
      if let end = atom(at: index, into: &draft) {
        draft.tokens.append(numbers.tokens(index, end))
        open = draft
        index = end
        openEnd = end
        continue
      }
      // A joint keeps the expression open: "tomorrow, at", "morning and night".
      if open != nil, index - openEnd < 3, isJoint(index) {
        index += 1
        continue
      }
      if let done = open { drafts.append(done) }
      open = nil
      if let (value, end) = duration(at: index) {
        durations.append((numbers.tokens(index, end), value.exact))
        index = end
      } else {
        index += 1
      }
    }
    if let done = open { drafts.append(done) }
    drafts.removeAll { $0.isEmpty }
  }

  private func isJoint(_ index: Int) -> Bool {
    let piece = pieces[index]
    if piece.symbol == UInt8(ascii: ",") || piece.symbol == UInt8(ascii: "-") || piece.symbol == UInt8(ascii: ".") {
      return true
    }
    return piece.concepts.contains {
      switch $0.kind {
      case .and, .at, .on, .of, .from, .a, .in, .within, .this: true
      default: false
      }
    }
  }

  private func has(_ index: Int, _ kind: Concept.Kind) -> Bool { index < pieces.count && pieces[index].has(kind) }
  private func value(_ index: Int, _ kind: Concept.Kind) -> Int? {
    guard index < pieces.count, let value = pieces[index].value(kind) else { return nil }
    return Int(value)
  }
  private func unit(_ index: Int) -> TimeUnit? { value(index, .unit).flatMap(TimeUnit.init(rawValue:)) }

  // MARK: One thing said

  /// Reads one atom; the end is the piece after it.
  private mutating func atom(at index: Int, into draft: inout TimeDraft) -> Int? {
    if let end = recurrence(at: index, into: &draft) { return end }
    if let end = until(at: index, into: &draft) { return end }
    if let end = relative(at: index, into: &draft) { return end }
    if let end = window(at: index, into: &draft) { return end }
    if let end = date(at: index, into: &draft) { return end }
    if let end = day(at: index, into: &draft) { return end }
    if let (clock, end) = clock(at: index, after: draft) {
      draft.clocks.append(clock)
      return end
    }
    if let part = value(index, .part).flatMap(DayPart.init(rawValue:)) {
      if pieces[index].isWeak, draft.isEmpty { return nil }
      draft.parts.append(part)
      return index + 1
    }
    return nil
  }

  private func recurrence(at index: Int, into draft: inout TimeDraft) -> Int? {
    if has(index, .weekdays) {
      draft.every = (1, .week)
      draft.weekdays = [1, 2, 3, 4, 5]
      return index + 1
    }
    // "twice a day", "3 times daily", "din mein do baar", "rendu naalukku oru murai"
    if let end = frequency(at: index, into: &draft) { return end }
    guard has(index, .every) else { return nil }
    var next = index + 1
    var count = 1
    if has(next, .every) { next += 1 }
    if has(next, .weekdays) {
      draft.every = (1, .week)
      draft.weekdays = [1, 2, 3, 4, 5]
      return next + 1
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
    }
    if let unit = unit(next) {
      draft.every = (count, unit)
      return next + 1
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

  private func frequency(at index: Int, into draft: inout TimeDraft) -> Int? {
    func set(_ times: Int, every count: Int, _ unit: TimeUnit) {
      if times == 1 || unit != .day {
        draft.every = (count, unit)
      } else {
        draft.every = (1, .day)
        draft.timesADay = min(times, 12)
      }
    }
    // times first
    var times: Int?
    var next = index
    if let fixed = value(index, .times), fixed > 0 {
      (times, next) = (fixed, index + 1)
    } else if let (value, end, _) = numbers.number(at: index), has(end, .times), value >= 1, value <= 24 {
      (times, next) = (Int(value), end + 1)
    }
    if let times {
      if has(next, .every), let unit = unit(next + 1) {
        set(times, every: 1, unit)
        return next + 2
      }
      while has(next, .a) || has(next, .every) || has(next, .in) || has(next, .within) { next += 1 }
      if let (count, end, _) = numbers.number(at: next), let unit = unit(end), count >= 1, count < 100 {
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
    guard let unit = unit(next), unit.seconds == nil else { return nil }
    next += 1
    while has(next, .hence) || has(next, .at) || has(next, .within) || has(next, .of) || has(next, .in) { next += 1 }
    if let fixed = value(next, .times), fixed > 0 {
      set(fixed, every: count, unit)
      return next + 1
    }
    if let (value, end, _) = numbers.number(at: next), has(end, .times), value >= 1, value <= 24 {
      set(Int(value), every: count, unit)
      return end + 1
    }
    return nil
  }

  private mutating func until(at index: Int, into draft: inout TimeDraft) -> Int? {
    guard draft.isRecurring else { return nil }
    if has(index, .during), let (value, end, _) = numbers.number(at: index + 1), let unit = unit(end),
      unit.seconds == nil,
      value >= 1, value < 400
    {
      let days = unit == .week ? 7 : unit == .month ? 30 : unit == .year ? 365 : 1
      draft.count = Int(value) * days
      return end + 1
    }
    return nil
  }

  /// "in 20 minutes", "20 nimishathula", "after an hour".
  private func relative(at index: Int, into draft: inout TimeDraft) -> Int? {
    let isPrefixed = has(index, .within)
    guard let (value, end) = duration(at: isPrefixed ? index + 1 : index) else { return nil }
    if isPrefixed {
      guard !has(end, .times) else { return nil }
      draft.away = (value.count, value.unit)
      return has(end, .hence) ? end + 1 : end
    }
    guard has(end, .hence), !has(end + 1, .times) else { return nil }
    draft.away = (value.count, value.unit)
    return end + 1
  }

  private mutating func window(at index: Int, into draft: inout TimeDraft) -> Int? {
    guard has(index, .from), let (from, middle) = plainClock(at: index + 1) else { return nil }
    guard has(middle, .to) || has(middle, .until) || pieces[min(middle, pieces.count - 1)].symbol == UInt8(ascii: "-"),
      let (to, end) = plainClock(at: middle + 1), draft.every?.unit == .hour || draft.every?.unit == .minute
    else { return nil }
    let start = from.isOpen && from.minutes < 5 * 60 ? from.minutes + 720 : from.minutes
    let stop = to.isOpen && to.minutes <= start ? to.minutes + 720 : to.minutes
    guard stop > start else { return nil }
    draft.window = (start, stop)
    return end
  }

  // MARK: Days

  private func date(at index: Int, into draft: inout TimeDraft) -> Int? {
    var index = index
    if has(index, .on) || has(index, .at) { index += 1 }
    if has(index, .a) { index += 1 }
    guard index < pieces.count else { return nil }
    if let date = pieces[index].date {
      draft.date = date
      return index + 1
    }
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
        let isEnd = next >= pieces.count || pieces[next].concepts.contains { $0.kind == .at || $0.kind == .part }
        if isDigit || draft.every?.unit == .month || (isPrefixed && isEnd) {
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
      {
        draft.month = month
        return index + 1
      }
    }
    return nil
  }

  private func dayNumber(_ index: Int) -> Int? {
    guard index < pieces.count, let value = pieces[index].value(.number), value == value.rounded(),
      (1...31).contains(value),
      !has(index + 1, .unit), !has(index + 1, .oclock), !has(index + 1, .am), !has(index + 1, .pm)
    else { return nil }
    return Int(value)
  }

  private func year(_ index: Int) -> Int? {
    guard let value = value(index, .number), (1900...2200).contains(value), pieces[index].digits == 4 else {
      return nil
    }
    return value
  }

  /// "of every month", "of the month", "every month".
  private func monthly(_ start: Int, into draft: inout TimeDraft) -> Int? {
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

  private func day(at index: Int, into draft: inout TimeDraft) -> Int? {
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
    } else if has(next, .this) {
      nearness = .this
    } else if has(next, .last) {
      nearness = .last
    }
    if nearness != .none { next += 1 }
    guard next < pieces.count else { return nil }
    if let weekday = value(next, .weekday) {
      let isAlone =
        nearness == .none && draft.isEmpty && !(index > 0 && (has(index - 1, .on) || has(index - 1, .every)))
        && !has(next + 1, .weekday) && !has(next + 1, .at) && !has(next + 1, .part)
      if pieces[next].isWeak, isAlone { return nil }
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

  // MARK: The clock

  private func clock(at index: Int, after draft: TimeDraft) -> (TimeDraft.Clock, Int)? {
    var index = index
    let isAt = has(index, .at)
    if isAt { index += 1 }
    guard index < pieces.count else { return nil }
    // half past 8, quarter to 9, 10 minutes to 8
    var before: (minutes: Double, end: Int)?
    if has(index, .half) {
      before = (30, index + 1)
    } else if has(index, .quarter) {
      before = (15, index + 1)
    } else if let (value, end, _) = numbers.number(at: index), value < 60, value == value.rounded() {
      before = (value, unit(end) == .minute ? end + 1 : end)
    }
    if let (minutes, end) = before, has(end, .past) || has(end, .to), end < pieces.count,
      let (value, last, _) = numbers.number(at: end + 1), (1...12).contains(value), !has(last, .unit)
    {
      let base = Int(value) * 60
      let total = has(end, .past) ? base + Int(minutes) : base - Int(minutes)
      return halves(TimeDraft.Clock(minutes: total, isOpen: true), last)
    }
    guard let (clock, end) = plainClock(at: index) else { return nil }
    let isMarked =
      has(end, .oclock) || has(end, .am) || has(end, .pm) || pieces[index].has(.clock) && pieces[index].digits > 0
    let isFixed = pieces[index].has(.clock) && pieces[index].digits == 0
    let (marked, last) = halves(clock, end)
    if isMarked || isFixed {
      // 8.30 is an hour only where something says so.
      if pieces[index].has(.number), !isAt, last == end, !has(end, .oclock) { return nil }
      return (marked, last)
    }
    // A bare number: after "at", beside a part of the day, in "at 8 and 2", or where an hour was asked for.
    guard !has(end, .unit), !has(end, .currency), !has(end, .times), !has(end, .month), !has(end, .scale) else {
      return nil
    }
    if end < pieces.count, pieces[end].symbol == UInt8(ascii: "%") { return nil }
    if isAt || has(end, .part) { return (clock, end) }
    let follows = !draft.clocks.isEmpty && index > 0 && has(index - 1, .and)
    let afterPart = !draft.parts.isEmpty && draft.clocks.isEmpty && index > 0 && has(index - 1, .part)
    let afterDay =
      draft.hasDay && draft.clocks.isEmpty && end == pieces.count && index > 0 && !pieces[index - 1].concepts.isEmpty
    if follows || afterPart || afterDay || (acceptsBareHour && draft.clocks.isEmpty) { return (clock, end) }
    return nil
  }

  /// An hour as a number or 8:30, without what follows.
  private func plainClock(at index: Int) -> (TimeDraft.Clock, Int)? {
    guard index < pieces.count else { return nil }
    if let minutes = value(index, .clock) {
      let isDigits = pieces[index].digits > 0
      // 08:30 and 20:00 are written by people who count to 24.
      return (TimeDraft.Clock(minutes: minutes, isOpen: isDigits && (60...779).contains(minutes)), index + 1)
    }
    guard let (value, end, _) = numbers.number(at: index), value >= 0, value < 25 else { return nil }
    let minutes = (value * 60).rounded()
    guard minutes.truncatingRemainder(dividingBy: 15) == 0 else { return nil }
    return (TimeDraft.Clock(minutes: Int(minutes), isOpen: (60...779).contains(minutes)), end)
  }

  /// am, pm, o'clock after an hour.
  private func halves(_ clock: TimeDraft.Clock, _ start: Int) -> (TimeDraft.Clock, Int) {
    var clock = clock
    var index = start
    if has(index, .oclock) { index += 1 }
    // "8 mani arai"
    if index > start, has(index, .half), !has(index + 1, .unit) {
      clock.minutes += 30
      index += 1
    }
    if has(index, .am) {
      if clock.minutes >= 720, clock.minutes < 780 { clock.minutes -= 720 }
      clock.isOpen = false
      index += 1
    } else if has(index, .pm) {
      if clock.minutes < 720 { clock.minutes += 720 }
      clock.isOpen = false
      index += 1
    }
    return (clock, index)
  }

  // MARK: Durations

  struct Length {
    var count: Double
    var unit: TimeUnit

    var exact: Duration {
      let seconds: Double =
        switch unit {
        case .second: 1
        case .minute: 60
        case .hour: 3_600
        case .day: 86_400
        case .week: 604_800
        case .month: 30 * 86_400
        case .year: 365 * 86_400
        }
      return .seconds(Int64((count * seconds).rounded()))
    }
  }

  /// "20 minutes", "an hour and a half", "2 hours 30 minutes", "half an hour", "arai mani neram".
  func duration(at start: Int) -> (Length, Int)? {
    var index = start
    var count = 1.0
    if has(index, .a), has(index + 1, .unit) || has(index + 1, .half) || has(index + 1, .quarter) { index += 1 }
    if has(index, .half), has(index + 1, .unit) {
      (count, index) = (0.5, index + 1)
    } else if has(index, .quarter),
      has(index + 1, .unit)
    {
      (count, index) = (0.25, index + 1)
    } else if let (value, end, _) = numbers.number(at: index) {
      (count, index) = (value, end)
      // "10 more minutes"
      if has(index, .hence), has(index + 1, .unit) { index += 1 }
    } else if index == start {
      return nil
    }
    guard let unit = unit(index), count > 0, count < 100_000 else { return nil }
    index += 1
    if has(index, .and), has(index + 1, .a), has(index + 2, .half) {
      (count, index) = (count + 0.5, index + 3)
    } else if has(index, .and), has(index + 1, .half), !has(index + 2, .unit) {
      (count, index) = (count + 0.5, index + 2)
    }
    if unit == .hour {
      let more = has(index, .and) ? index + 1 : index
      if let (minutes, end, _) = numbers.number(at: more), self.unit(end) == .minute, minutes < 60 {
        return (Length(count: count * 60 + minutes, unit: .minute), end + 1)
      }
    }
    if count != count.rounded(), unit == .hour { return (Length(count: (count * 60).rounded(), unit: .minute), index) }
    return (Length(count: count, unit: unit), index)
  }
}
