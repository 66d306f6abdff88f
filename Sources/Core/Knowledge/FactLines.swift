import Actions
import Base
import Messages
import People
import Store
import Text
import Time

/// What is known, as lines for the one who asked.
struct FactLines {
  let context: ActionContext
  let reader: FactReader

  /// Who or what a thing is to the reader; `nil` for the reader.
  func name(of thing: String, owner: PersonID, _ rows: some Querying) throws -> String? {
    guard let root = try rows.root(of: thing, owner: owner) else { return "" }
    if root.person == context.actor.id { return nil }
    if let person = root.person {
      let called = context.people.called(person, by: context.actor.id)
      return called.isEmpty ? root.name : called
    }
    return root.name
  }

  /// "Amma's doctor: Dr. Latha, since 3 March".
  func line(_ fact: Fact, _ rows: some Querying) throws -> Say {
    try line(fact, whose: name(of: fact.subject, owner: fact.owner, rows))
  }

  func line(_ fact: Fact, whose name: String?) -> Say {
    var values: [String: Say.Value] = [
      "relation": .text(reader.label(fact.relation, context.language)), "value": .text(fact.value),
      "whose": .say(Self.whose(name)),
    ]
    if let from = fact.period.from { values["since"] = .say(day(from, "memory.day.plain")) }
    // "from 2010 to 2015" ended with the last day of 2015
    if fact.period.from == nil, let to = fact.period.to, to == fact.toldAt, fact.relation != "note" {
      // nobody said until when
      return Say("memory.fact.over", values)
    }
    if let to = fact.period.to {
      let isMidnight = context.zone.startOfDay(context.zone.date(to)) == to && fact.period.from.map { $0 < to } ?? true
      let last = isMidnight ? Instant(microseconds: to.microseconds - 1) : to
      values["until"] = .say(day(last, "memory.day.plain"))
    }
    return Say(fact.relation == "note" ? "memory.fact.note" : "memory.fact.plain", values)
  }

  /// The line, and from when and whom it is known.
  func sourced(_ fact: Fact, _ rows: some Querying) throws -> Say {
    Say("memory.fact.sourced", ["fact": .say(try line(fact, rows)), "source": .say(source(of: fact))])
  }

  /// "Meera: birthday", as a reminder is called.
  func title(of fact: Fact, _ rows: some Querying) throws -> String {
    let whose = try name(of: fact.subject, owner: fact.owner, rows) ?? context.actor.name
    return "\(whose): \(reader.label(fact.relation, context.language))"
  }

  /// When a day of the year that is kept comes next; `nil` for anything else.
  func next(_ fact: Fact) -> CivilDate? {
    let today = context.today
    return days(of: fact, in: [today.year, today.year + 1]).first { $0 > today }
  }

  /// A day of the year that is kept, in some years; none for anything else.
  func days(of fact: Fact, in years: [Int]) -> [CivilDate] {
    guard reader.words.relations[fact.relation]?.object == "date" else { return [] }
    // it may have been told in another language than the one that is spoken now
    let languages = [context.language] + Language.all.filter { $0 != context.language }
    let found = languages.lazy.compactMap { language in
      reader.timed("- \(fact.value)", language, now: context.now, zone: context.zone).period?.from
    }.first
    guard let day = found.map({ context.zone.date($0) }) else { return [] }
    return years.compactMap { year in
      CivilDate(year: year, month: day.month, day: day.day) ?? CivilDate(year: year, month: day.month, day: day.day - 1)
    }
  }

  /// "You told me on 3 March."
  func source(of fact: Fact) -> Say {
    var values: [String: Say.Value] = ["day": .say(day(fact.toldAt))]
    guard fact.origin == .said else { return Say("memory.source.\(fact.origin.rawValue)", values) }
    guard fact.owner != context.actor.id else { return Say("memory.source.said", values) }
    values["name"] = .text(context.people.called(fact.owner, by: context.actor.id))
    return Say("memory.source.other", values)
  }

  static func whose(_ name: String?) -> Say {
    name.map { Say("memory.whose.named", ["name": .text($0)]) } ?? Say("memory.whose.me")
  }

  /// The day as it is named in the middle of a sentence, with its year where that is another one.
  func day(_ instant: Instant, _ key: String = "memory.day.on") -> Say {
    let date = context.zone.date(instant)
    switch context.today.days(since: date) {
    case 0: return Say("memory.day.today")
    case 1: return Say("memory.day.yesterday")
    default:
      let formatter = TextFormatter(language: context.language, zone: context.zone, now: context.now)
      let text =
        date.year == context.today.year ? "\(date.day) \(formatter.month(date.month))" : formatter.date(date)
      return Say(key, ["date": .text(text)])
    }
  }
}
