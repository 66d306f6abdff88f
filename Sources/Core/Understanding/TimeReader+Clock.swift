import Base
import Time

/// Hours of the day.
extension TimeReader {
  func clock(at index: Int, after draft: TimeDraft) -> (TimeDraft.Clock, Int)? {
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
    if let range = hours(at: index, draft) { return range }
    if let spaced = hourAndMinutes(at: index, draft, isAt: isAt) { return spaced }
    if let ahead = ahead(at: index) { return ahead }
    if let military = military(at: index, isAt: isAt) { return military }
    if let (minutes, end) = before, has(end, .past) || has(end, .to) && isUsual(minutes, end), end < pieces.count,
      let (value, last, _) = numbers.number(at: end + 1), (1...12).contains(value), !has(last, .unit)
    {
      let base = Int(value) * 60
      let total = has(end, .past) ? base + Int(minutes) : base - Int(minutes)
      return halves(TimeDraft.Clock(minutes: total, isOpen: true), last)
    }
    // "at half 3"
    if isAt, has(index, .half), let (value, end, _) = numbers.number(at: index + 1), (1...12).contains(value),
      value == value.rounded(), !has(end, .unit)
    {
      return halves(TimeDraft.Clock(minutes: Int(value) * 60 + 30, isOpen: true), end)
    }
    guard let (clock, end) = plainClock(at: index) else { return nil }
    let (marked, last) = halves(clock, end)
    let isMarked =
      has(end, .oclock) || has(end, .am) || has(end, .pm) || pieces[index].has(.clock) && pieces[index].digits > 0
      || last > end && pieces[end].symbol == 0x28
    let isFixed = pieces[index].has(.clock) && pieces[index].digits == 0
    let counts = has(end, .unit) || has(end, .currency) || has(end, .times) || has(end, .month) || has(end, .scale)
    let isPercent = end < pieces.count && pieces[end].symbol == UInt8(ascii: "%")
    let follows = !draft.clocks.isEmpty && index > 0 && has(index - 1, .and)
    let afterPart = !draft.parts.isEmpty && draft.clocks.isEmpty && index > 0 && has(index - 1, .part)
    let afterDay =
      draft.hasDay && draft.clocks.isEmpty && index > 0
      && (pieces[index - 1].kinds != 0 || pieces[index - 1].date != nil)
    // "change it to 8", "snooze till 6"
    let isGoal =
      end == pieces.count && index > 1 && (has(index - 1, .to) || has(index - 1, .until))
      && (numbers.number(at: index - 2) == nil || isThing(index - 2, index - 1)) && clock.minutes < 780
    if isMarked || isFixed {
      // 8.30 is an hour only where something says so.
      let isAwaited = acceptsBareHour && draft.clocks.isEmpty
      if pieces[index].has(.number), !isAt, !isAwaited, last == end, !has(end, .oclock) {
        guard follows || afterPart || afterDay || isGoal, !counts, !isPercent else { return nil }
      }
      return earlier(marked, last)
    }
    // A bare number: after "at", beside a part of the day, in "at 8 and 2", or where an hour was asked for.
    if counts || isPercent || isCount(index, end, isAt: isAt, afterDay: afterDay) { return nil }
    if isAt || has(end, .part) { return (clock, end) }
    let endsDay = afterDay && (end == pieces.count || clock.minutes % 60 == 0 && clock.minutes <= 720 && endsHour(end))
    let isAnswer = acceptsBareHour && draft.clocks.isEmpty && !isThing(index, end)
    if follows || afterPart || endsDay || isGoal || isAnswer { return (clock, end) }
    return nil
  }

  /// "One at night", "2 in the morning" of tablets: an hour at which nobody is up wants an "at", or its day before it. "The morning
  /// one" is no hour either.
  private func isCount(_ index: Int, _ end: Int, isAt: Bool, afterDay: Bool) -> Bool {
    guard !isAt, let (value, last, isDigits) = numbers.number(at: index), value == 1 || value == 2, last == end else {
      return false
    }
    if value == 1, !isDigits, index > 0, has(index - 1, .part) { return true }
    let part = self.value(end, .part).flatMap(DayPart.init(rawValue:))
    return !afterDay && (part == .morning || part == .night)
  }

  /// "the rent one", "push the tax one to 4": no hour.
  private func isThing(_ index: Int, _ end: Int) -> Bool {
    guard let (value, last, isDigits) = numbers.number(at: index), value == 1, !isDigits, last == end else {
      return false
    }
    let isWhole = end == pieces.count || has(end, .to) || has(end, .until)
    return isWhole && index > 1 && pieces[index - 1].kinds == 0 && pieces[index - 1].symbol == 0
  }

  /// "tomorrow 7 to call the plumber", "tmrw 9 about the tax".
  private func endsHour(_ index: Int) -> Bool {
    has(index, .to) || has(index, .on) || has(index, .at) || has(index, .during) || pieces[index].symbol != 0
  }

  /// "10 to 6", "20 minutes to 6"; but "9 to 11" are two hours.
  private func isUsual(_ minutes: Double, _ end: Int) -> Bool {
    minutes.truncatingRemainder(dividingBy: 5) == 0 || end > 0 && unit(end - 1) == .minute
  }

  /// "9 to 11 tomorrow", "tuesday 5 to 6 pm": from one hour to another of the same day; the first counts.
  private func hours(at index: Int, _ draft: TimeDraft) -> (TimeDraft.Clock, Int)? {
    guard let (from, middle, isDigits) = numbers.number(at: index), isDigits, (1...12).contains(from),
      from == from.rounded(), has(middle, .to) || pieces.indices.contains(middle) && pieces[middle].symbol == 0x2D,
      let (to, end, _) = numbers.number(at: middle + 1), (1...12).contains(to), to == to.rounded(), !has(end, .unit)
    else { return nil }
    let length = to > from ? to - from : to + 12 - from
    let isMarked = has(end, .am) || has(end, .pm)
    guard length <= 8,
      isMarked || draft.hasDay || value(end, .day) != nil || value(end, .weekday) != nil
        || has(end, .on) && value(end + 1, .weekday) != nil,
      length <= 4 || from.truncatingRemainder(dividingBy: 5) != 0
    else { return nil }
    var clock = TimeDraft.Clock(minutes: Int(from) * 60, isOpen: !isMarked, length: Int(length) * 60)
    if has(end, .pm), to > from || to == 12, from != 12 { clock.minutes += 720 }
    return (clock, isMarked ? end + 1 : end)
  }

  /// "thursday 11 30", "at 4 30": behind a day or an "at" two digits right after an hour are its minutes.
  private func hourAndMinutes(at index: Int, _ draft: TimeDraft, isAt: Bool) -> (TimeDraft.Clock, Int)? {
    let afterDay = draft.hasDay && index > 0 && (pieces[index - 1].kinds != 0 || pieces[index - 1].date != nil)
    guard draft.clocks.isEmpty, isAt || afterDay || acceptsBareHour,
      let (hour, middle, isDigits) = numbers.number(at: index), isDigits, (1...12).contains(hour),
      hour == hour.rounded(), middle == index + 1, middle < pieces.count, pieces[middle].digits == 2,
      let (minutes, end, _) = numbers.number(at: middle), end == middle + 1, (0..<60).contains(minutes),
      minutes.truncatingRemainder(dividingBy: 5) == 0, minutes == minutes.rounded(),
      !has(end, .unit), !has(end, .currency), !has(end, .times), !has(end, .month), !has(end, .scale),
      end == pieces.count || pieces[end].symbol != UInt8(ascii: "%") && pieces[end].symbol != UInt8(ascii: "/")
    else { return nil }
    return halves(TimeDraft.Clock(minutes: Int(hour) * 60 + Int(minutes), isOpen: true), end)
  }

  /// "30 minutes before 5".
  private func ahead(at index: Int) -> (TimeDraft.Clock, Int)? {
    guard let (length, end) = duration(at: index), has(end, .before) else { return nil }
    let hour = has(end + 1, .at) ? end + 2 : end + 1
    guard let (clock, last) = plainClock(at: hour), !has(last, .unit) else { return nil }
    let (marked, after) = halves(clock, last)
    return (moved(marked, back: length), after)
  }

  /// "5 manikku 30 nimisham munnadi", "5 baje se 30 minute pehle": the way behind the hour.
  private func earlier(_ clock: TimeDraft.Clock, _ end: Int) -> (TimeDraft.Clock, Int) {
    let start = has(end, .from) ? end + 1 : end
    guard let (length, last) = duration(at: start), has(last, .before) else { return (clock, end) }
    return (moved(clock, back: length), last + 1)
  }

  private func moved(_ clock: TimeDraft.Clock, back length: Length) -> TimeDraft.Clock {
    var clock = clock
    let minutes = clock.minutes - Int(length.exact.microseconds / 60_000_000)
    clock.minutes = ((minutes % 1_440) + 1_440) % 1_440
    // half an hour before an open 1 is an open half past 12
    if clock.isOpen, clock.minutes < 60 { clock.minutes += 720 }
    return clock
  }

  /// "at 1830", "at 0730", "1830 baje": four digits are a clock of 24 hours.
  private func military(at index: Int, isAt: Bool) -> (TimeDraft.Clock, Int)? {
    guard pieces[index].digits == 4, let (number, end, _) = numbers.number(at: index), number == number.rounded(),
      isAt || has(end, .oclock), number < 2_400, Int(number) % 100 < 60, !has(end, .unit), !has(end, .currency)
    else { return nil }
    let clock = TimeDraft.Clock(minutes: Int(number) / 100 * 60 + Int(number) % 100, isOpen: false)
    return (clock, has(end, .oclock) ? end + 1 : end)
  }

  /// An hour as a number or 8:30, without what follows.
  func plainClock(at index: Int) -> (TimeDraft.Clock, Int)? {
    guard index < pieces.count else { return nil }
    if let minutes = value(index, .clock) {
      let isDigits = pieces[index].digits > 0
      // 08:30 and 20:00 are written by people who count to 24.
      return (
        TimeDraft.Clock(
          minutes: minutes, isOpen: isDigits && !pieces[index].hasLeadingZero && (60...779).contains(minutes),
          isMeal: !isDigits),
        index + 1
      )
    }
    guard let (value, end, _) = numbers.number(at: index), value >= 0, value < 25 else { return nil }
    // "two and a half" is an hour, "2.5" a dose
    guard value == value.rounded() || pieces[index].digits == 0 else { return nil }
    let minutes = (value * 60).rounded()
    guard minutes.truncatingRemainder(dividingBy: 15) == 0 else { return nil }
    return (TimeDraft.Clock(minutes: Int(minutes), isOpen: (60...779).contains(minutes)), end)
  }

  /// am, pm, o'clock after an hour.
  func halves(_ clock: TimeDraft.Clock, _ start: Int) -> (TimeDraft.Clock, Int) {
    var clock = clock
    var index = start
    if has(index, .oclock) { index += 1 }
    // "8 mani arai"
    if index > start, has(index, .half), !has(index + 1, .unit) {
      clock.minutes += 30
      index += 1
    }
    // "9 (am)"
    let isBracketed =
      index + 2 < pieces.count && pieces[index].symbol == 0x28 && pieces[index + 2].symbol == 0x29
      && (has(index + 1, .am) || has(index + 1, .pm))
    if isBracketed { index += 1 }
    if has(index, .am) {
      if clock.minutes >= 720, clock.minutes < 780 { clock.minutes -= 720 }
      clock.isOpen = false
      index += 1
    } else if has(index, .pm) {
      if clock.minutes < 720 { clock.minutes += 720 }
      clock.isOpen = false
      index += 1
    }
    if isBracketed { index += 1 }
    return (clock, index)
  }
}
