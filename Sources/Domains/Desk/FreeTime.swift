import Actions
import Base
import Messages
import People
import Time

extension ShowAgenda {
  /// From when to when people do things.
  private static let waking = 9..<21
  /// What "morning", "afternoon", "evening" and "night" are read as.
  private static let partHours: Set<Int> = [8, 9, 14, 18, 21]

  /// "Am I free at 5 tomorrow": yes or no; without an hour, when there is time.
  func freedom(_ agenda: Agenda, _ day: CivilDate, _ part: Part?, _ context: ActionContext) -> Say? {
    let zone = context.zone
    // "thursday afternoon" names no hour
    if let time, part == nil || !Self.partHours.contains(time.hour) || time.minute > 0 {
      let moment = zone.instant(of: day.at(time))
      if let item = agenda.busy(at: moment) {
        return Say(
          "calendar.free.no",
          [
            "title": .text(item.title), "from": .time(zone.civil(item.start).time),
            "until": .time(zone.civil(item.end).time),
          ])
      }
      let next = agenda.items.filter { $0.isBusy && $0.start > moment }.map(\.start).min()
      return Say(
        "calendar.free.yes",
        values(["at": .instant(moment), "until": next.map { .time(zone.civil($0).time) }]))
    }
    func at(_ hour: Int) -> Instant { zone.instant(of: day.at(CivilTime(secondOfDay: hour * 3_600))) }
    let hours = part.map { $0.hours.clamped(to: Self.waking) } ?? Self.waking
    let from = max(at(hours.lowerBound), day == context.today ? context.now : .epoch)
    let spans = agenda.free(from: from, to: at(hours.upperBound))
    let named = part.map { Say.Value.say(Say("calendar.part.\($0.rawValue)")) }
    guard !spans.isEmpty else { return Say("calendar.free.none", values(["day": .date(day), "part": named])) }
    return Say(
      "calendar.free.spans",
      values([
        "day": .date(day), "part": named,
        "spans": .list(
          spans.prefix(6).map { span in
            .say(
              Say(
                "calendar.free.span",
                ["from": .time(zone.civil(span.from).time), "until": .time(zone.civil(span.to).time)]))
          }),
      ]))
  }
}
