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
    var course: (days: Int, tokens: Range<Int>)?
    while index < pieces.count {
      // most words say nothing of time, and no expression begins with one
      if pieces[index].isPlain {
        if let done = open { drafts.append(done) }
        open = nil
        index += 1
        continue
      }
      if let before = open, beginsAnew(at: index, after: before) {
        drafts.append(before)
        open = TimeDraft()
        open?.follows = true
        open?.every = before.every
      }
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
      if let range = durationRange(at: index) {
        durations.append((numbers.tokens(index, range.end), range.high.exact))
        index = range.end
      } else if let (value, end) = duration(at: index) {
        let days = Int(value.exact.microseconds / 86_400_000_000)
        if days > 1, value.exact == .days(days), index > 0 && has(index - 1, .during) || has(end, .until) {
          course = course ?? (days, numbers.tokens(index, end))
        }
        durations.append((numbers.tokens(index, end), value.exact))
        index = end
      } else {
        index += 1
      }
    }
    if let done = open { drafts.append(done) }
    shareFood()
    shareMeals()
    shareHours()
    drafts.removeAll { $0.isEmpty }
    if let course { end(after: course.days, course.tokens) }
  }

  /// "Twice a day after food for 5 days": how long it goes on may stand apart from how often it is.
  private mutating func end(after days: Int, _ tokens: Range<Int>) {
    guard let only = drafts.firstIndex(where: \.isRecurring), drafts.count(where: \.isRecurring) == 1,
      drafts[only].count == nil, drafts[only].until.isEmpty
    else { return }
    drafts[only].count = days
    drafts[only].tokens.append(tokens)
    durations.removeAll { $0.tokens == tokens }
  }

  /// "Every monday at 9 and thursday at 6": each day has its own hour.
  private func beginsAnew(at index: Int, after draft: TimeDraft) -> Bool {
    let day = has(index, .on) ? index + 1 : index
    guard draft.hasDay, value(day, .weekday) != nil, draft.lastWeekday == nil,
      !draft.clocks.isEmpty || draft.days != nil
    else {
      return false
    }
    // "tomorrow and friday at 6": two days, whichever says the hour
    if draft.days != nil, !draft.isRecurring, index > 0, has(index - 1, .and), draft.weekdays.isEmpty { return true }
    guard !draft.clocks.isEmpty else { return false }
    var fresh = TimeDraft()
    fresh.weekdays = [1]
    let next = has(day + 1, .part) ? day + 2 : day + 1
    return clock(at: next, after: fresh) != nil
  }

  /// "Tomorrow and friday at 6", "tomorrow at 6 and friday": the hour is that of both.
  private mutating func shareHours() {
    for index in drafts.indices.dropFirst() where drafts[index].follows {
      let (before, now) = (drafts[index - 1], drafts[index])
      if !before.hasTime, now.hasTime { (drafts[index - 1].clocks, drafts[index - 1].parts) = (now.clocks, now.parts) }
      if before.hasTime, !now.hasTime { (drafts[index].clocks, drafts[index].parts) = (before.clocks, before.parts) }
    }
  }

  /// "Before food" belongs to the parts of the day or the number of times, wherever they are said.
  private mutating func shareFood() {
    guard let loose = drafts.firstIndex(where: \.isOnlyFood),
      let index = drafts.firstIndex(where: {
        $0.food == nil && $0.clocks.isEmpty && (!$0.parts.isEmpty || $0.timesADay != nil)
      })
    else { return }
    drafts[index].food = drafts[loose].food
    drafts[index].tokens += drafts[loose].tokens
    drafts.remove(at: loose)
  }

  /// "kaalai raathiri saapaatuku apram": the meal that is named last is that of the parts of the day before it, too.
  private mutating func shareMeals() {
    for index in drafts.indices where drafts[index].clocks.count == 1 && drafts[index].clocks[0].isMeal {
      let clock = drafts[index].clocks[0]
      func meals(_ parts: [DayPart], _ food: Int) -> [TimeDraft.Clock] {
        var draft = TimeDraft()
        (draft.parts, draft.food) = (parts, food)
        return draft.meals
      }
      guard !drafts[index].parts.isEmpty, drafts[index].food == nil,
        let food = [1, -1].first(where: { food in
          meals([.morning, .noon, .night], food).contains { $0.minutes == clock.minutes }
        }),
        case let others = meals(drafts[index].parts, food),
        !others.contains(where: { $0.minutes == clock.minutes })
      else { continue }
      drafts[index].clocks = (others + [clock]).sorted { $0.minutes < $1.minutes }
      drafts[index].parts = []
    }
  }

  /// "subah shaam khane ke baad aaj raat se": what comes again today begins by itself with the next of its times.
  private func beginning(at index: Int, _ draft: TimeDraft) -> Int? {
    guard value(index, .day) == 0, !draft.hasDay else { return nil }
    let end = has(index + 1, .part) ? index + 2 : index + 1
    guard has(end, .from) else { return nil }
    let several = [draft.clocks.count, draft.parts.count].max() ?? 0
    if several > 1 || draft.clocks.isEmpty && !draft.parts.isEmpty && draft.food != nil { return end + 1 }
    let isBefore = has(end + 1, .part) && has(end + 2, .part) || has(end + 1, .clock) && has(end + 2, .and)
    return draft.isEmpty && isBefore ? end + 1 : nil
  }

  func isJoint(_ index: Int) -> Bool {
    let piece = pieces[index]
    if piece.symbol == UInt8(ascii: ",") || piece.symbol == UInt8(ascii: "-") || piece.symbol == UInt8(ascii: ".") {
      return true
    }
    return piece.has(anyOf: Self.joints) || joinsWeekdays(index)
  }

  private static let joints: UInt64 = [Concept.Kind.and, .at, .on, .of, .from, .a, .in, .within, .this].reduce(0) {
    $0 | $1.bit
  }

  func has(_ index: Int, _ kind: Concept.Kind) -> Bool { index < pieces.count && pieces[index].has(kind) }
  func value(_ index: Int, _ kind: Concept.Kind) -> Int? {
    guard index < pieces.count, let value = pieces[index].value(kind) else { return nil }
    return Int(value)
  }
  func unit(_ index: Int) -> TimeUnit? { value(index, .unit).flatMap(TimeUnit.init(rawValue:)) }

  // MARK: One thing said

  /// Reads one atom; the end is the piece after it.
  mutating func atom(at index: Int, into draft: inout TimeDraft) -> Int? {
    if let end = beginning(at: index, draft) { return end }
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
    if draft.food == nil, let food = value(index, .food) {
      draft.food = food
      return index + 1
    }
    return nil
  }

  mutating func until(at index: Int, into draft: inout TimeDraft) -> Int? {
    // "5 march varai", "5 march tak": the day is said first
    if has(index, .until), let date = draft.date, draft.until.isEmpty {
      var day = TimeDraft()
      day.date = date
      draft.until = [day]
      draft.date = nil
      return index + 1
    }
    // "at 9 pm for 5 days" is every day
    guard draft.isRecurring || !draft.clocks.isEmpty && !draft.hasDay else { return nil }
    if has(index, .until), draft.until.isEmpty {
      var day = TimeDraft()
      guard let end = date(at: index + 1, into: &day) ?? self.day(at: index + 1, into: &day), day.hasDay,
        !day.isRecurring
      else { return nil }
      if !draft.isRecurring { draft.every = (1, .day) }
      draft.until = [day]
      return end
    }
    // "for 5 days"; in Hindi and Tamil the word stands behind: "5 din tak"
    let isPrefixed = has(index, .during)
    guard let (value, end, _) = numbers.number(at: isPrefixed ? index + 1 : index), let unit = unit(end),
      unit.seconds == nil, value >= 1, value < 400,
      // "subah shaam khane ke baad 5 din", at the end of all that is said
      isPrefixed || has(end + 1, .until)
        || end + 1 == pieces.count && draft.clocks.count + (draft.isRecurring ? 1 : 0) > 0
    else { return nil }
    let days = unit == .week ? 7 : unit == .month ? 30 : unit == .year ? 365 : 1
    guard draft.isRecurring || Int(value) * days > 1 else { return nil }
    if draft.every == nil { draft.every = (1, .day) }
    draft.count = Int(value) * days
    return !isPrefixed && has(end + 1, .until) ? end + 2 : end + 1
  }

  /// "in 20 minutes", "20 nimishathula", "after an hour".
  ///
  /// "In 20-30 minutes" is the earlier one: who is reminded too soon can wait, who is reminded too late cannot.
  func relative(at index: Int, into draft: inout TimeDraft) -> Int? {
    let isPrefixed = has(index, .within)
    let start = isPrefixed ? index + 1 : index
    guard let (value, end) = durationRange(at: start).map({ ($0.low, $0.end) }) ?? duration(at: start) else {
      return nil
    }
    if isPrefixed {
      guard !has(end, .times) else { return nil }
      draft.away = (value.count, value.unit)
      return has(end, .hence) ? end + 1 : end
    }
    guard has(end, .hence), !has(end + 1, .times) else { return nil }
    draft.away = (value.count, value.unit)
    return end + 1
  }

  mutating func window(at index: Int, into draft: inout TimeDraft) -> Int? {
    // "between 8 am and 8 pm"
    func clock(at index: Int) -> (TimeDraft.Clock, Int)? { plainClock(at: index).map { halves($0.0, $0.1) } }
    guard has(index, .from), let (from, middle) = clock(at: index + 1) else { return nil }
    guard
      has(middle, .to) || has(middle, .until) || has(middle, .and)
        || pieces[min(middle, pieces.count - 1)].symbol == UInt8(ascii: "-"),
      let (to, end) = clock(at: middle + 1), draft.every?.unit == .hour || draft.every?.unit == .minute
    else { return nil }
    let start = from.isOpen && from.minutes < 5 * 60 ? from.minutes + 720 : from.minutes
    let stop = to.isOpen && to.minutes <= start ? to.minutes + 720 : to.minutes
    guard stop > start else { return nil }
    draft.window = (start, stop)
    return end
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

  /// "20-30 minutes", "2 to 3 hours", "half an hour to an hour": the least and the most.
  func durationRange(at index: Int) -> (low: Length, high: Length, end: Int)? {
    var low: (count: Double, unit: TimeUnit?)
    var middle: Int
    if let (count, end, _) = numbers.number(at: index), !has(end, .unit) {
      (low, middle) = ((count, nil), end)
    } else if let (length, end) = duration(at: index) {
      (low, middle) = ((length.count, length.unit), end)
    } else {
      return nil
    }
    guard middle < pieces.count, has(middle, .to) || has(middle, .from) || pieces[middle].symbol == 0x2D else {
      return nil
    }
    middle += 1
    guard middle < pieces.count, let (high, end) = duration(at: middle), low.count > 0 else { return nil }
    let least = Length(count: low.count, unit: low.unit ?? high.unit)
    return least.exact < high.exact ? (least, high, end) : nil
  }

  /// "20 minutes", "an hour and a half", "2 hours 30 minutes", "half an hour", "arai mani neram".
  func duration(at start: Int) -> (Length, Int)? {
    var index = start
    var count = 1.0
    if has(index, .a), has(index + 1, .unit) || has(index + 1, .half) || has(index + 1, .quarter) { index += 1 }
    if has(index, .half), has(index + 1, .unit) {
      (count, index) = (0.5, index + 1)
    } else if has(index, .quarter), has(index + 1, .unit) {
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
