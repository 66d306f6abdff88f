import Actions
import Base
import Formats
import Messages
import People
import Schedule
import Store
import Time

struct AddBirthday: Action {
  static let name = "birthday.add"
  static let summary = "Remembers a birthday and tells you on the day, every year."
  static let effect = Effect.write

  @Parameter("When it is.") var date: CivilDate
  @Parameter("Whose it is, when the house knows them.") var person: PersonReference?
  @Parameter("Whose it is, by name.") var whose: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let known = person.flatMap { try? context.people.resolve($0.name, for: context.actor) }
    // "my daughter Latha" is Latha, whoever else the house knows as a daughter
    let subject = known.flatMap { one in whose.map { $0.lowercased() == one.name.lowercased() } ?? true ? one : nil }
    guard let name = subject.map({ context.people.called($0.id, by: context.actor.id) }) ?? whose ?? person?.name else {
      return .ask(Say("birthday.add.ask.whose"), parameter: "whose")
    }
    let (actor, date) = (context.actor, date)
    // a year that has been is the year of birth; the next time of a day is not
    let hasYear = date < context.today
    return .change { transaction in
      let same = try Birthday.all(of: actor.id, transaction).first {
        $0.whose.lowercased() == name.lowercased() && $0.month == date.month && $0.day == date.day
      }
      let birthday =
        same
        ?? Birthday(
          id: transaction.newID(), person: actor.id, whose: name, subject: subject?.id, date: date, hasYear: hasYear)
      if same == nil {
        try birthday.insert(transaction)
        try birthday.scheduleNext(actor.zone, transaction)
      }
      let next = birthday.next(after: transaction.now, actor.zone).map { actor.zone.date($0) } ?? date
      let isOwn = subject?.id == actor.id
      return Outcome(
        Say(isOwn ? "birthday.added_own" : "birthday.added", ["name": .text(name), "day": .date(next)]),
        data: birthday.json,
        inverse: ActionCall(RemoveBirthday.name, ["birthday": .string(birthday.id)]))
    }
  }
}

struct ListBirthdays: Action {
  static let name = "birthday.list"
  static let summary = "Lists the birthdays that come next."
  static let effect = Effect.read

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (actor, zone, now) = (context.actor.id, context.zone, context.now)
    let all = try await context.store.read { try Birthday.all(of: actor, $0) }
    // today's is past its hour, not past its day
    let start = zone.startOfDay(zone.date(now))
    let sorted = all.compactMap { one in one.next(after: start, zone).map { (one, zone.date($0)) } }
      .sorted { ($0.1, $0.0.id) < ($1.1, $1.0.id) }
    guard !sorted.isEmpty else { return .answer(Say("birthday.list.empty"), data: .array([])) }
    let lines = sorted.prefix(20).map { one, day in
      Say("birthday.line", ["name": .text(one.whose), "day": .date(day)])
    }
    return .answer(Say("birthday.list", lines: Array(lines)), data: .array(all.map(\.json)))
  }
}

/// Also undoes an added birthday.
struct RemoveBirthday: Action {
  static let name = "birthday.remove"
  static let summary = "Forgets a birthday."
  static let effect = Effect.write

  @Parameter("Whose, by name or id.") var birthday: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (words, actor) = (birthday, context.actor.id)
    return .change { transaction in
      let all = try Birthday.all(of: actor, transaction)
      let found = all.first { $0.id == words } ?? NameMatch.best(words, among: all) { $0.whose }.first
      guard let found else {
        throw ActionError("birthday.none", sentence: "I do not know that birthday.", field: "birthday")
      }
      try transaction.execute("DELETE FROM birthdays WHERE tenant = :tenant AND id = ?", found.id)
      try transaction.unschedule(Care.birthdayKind, subject: found.id)
      var arguments: JSONObject = ["whose": .string(found.whose)]
      let next = found.next(after: transaction.now, context.zone).map { context.zone.date($0) }
      arguments["date"] = (found.year.flatMap { found.date(in: $0) } ?? next).map { .string($0.description) }
      arguments["person"] = found.subject.map { .string($0.text) }
      return Outcome(
        Say("birthday.removed", ["name": .text(found.whose)]), inverse: ActionCall(AddBirthday.name, arguments))
    }
  }
}
