import Actions
import Base
import Delivery
import Formats
import Graphics
import Messages
import People
import Store
import Text
import Time

struct AddExpense: Action {
  static let name = "expense.add"
  static let summary = "Notes money spent, for a project where named."
  static let effect = Effect.write
  /// In smallest units, so that sums of many stay exact.
  private static let largest: Int64 = 10_000_000_000_000

  @Parameter("How much was spent.") var amount: Money
  @Parameter("What it was for.") var what: String?
  @Parameter("The project or brand it belongs to.") var project: String?
  @Parameter("The day it was spent; today when left out.") var date: CivilDate?
  @Parameter("Whether it is a new project although one is spelt nearly so.", default: false) var newProject: Bool

  /// - Throws: `desk.amount_invalid` for nothing and for what nobody can have spent.
  static func check(_ amount: Money) throws {
    guard amount.minor > 0, amount.minor <= largest else {
      throw ActionError(
        "desk.amount_invalid", ["amount": .money(amount)], sentence: "An expense is more than nothing, and real.",
        field: "amount")
    }
  }

  func perform(in context: ActionContext) async throws -> ActionResult {
    try Self.check(amount)
    var arguments: JSONObject = ["amount": amount.json]
    arguments["what"] = what.map { .string($0) }
    arguments["project"] = project.map { .string($0) }
    arguments["date"] = date?.json
    let choice: ProjectBook.Choice
    switch try await ProjectBook.choose(
      project, for: ActionCall(Self.name, arguments), isNew: newProject, in: context)
    {
    case .question(let question): return question
    case .choice(let found): choice = found
    }
    let (person, amount, what, today) = (context.actor.id, amount, what, context.today)
    let day = date ?? today
    return .change { transaction in
      let project = try choice.settle(by: person, in: transaction)
      let expense = Expense(id: transaction.newID(), amount: amount, what: what, project: project?.name, day: day)
      try transaction.execute(
        """
        INSERT INTO desk_expenses (tenant, id, person, minor, currency, what, project, day, created_at)
        VALUES (:tenant, ?, ?, ?, ?, ?, ?, ?, ?)
        """, expense.id, person, amount.minor, amount.currency, what, project?.id, day.description, transaction.now)
      var say = expense.line("expense.add")
      if day == today { say.values["date"] = nil }
      return Outcome(
        say, data: expense.json, inverse: ActionCall(RemoveExpense.name, ["expense": .string(expense.id)]))
    }
  }
}

/// Also undoes `expense.add`.
struct RemoveExpense: Action {
  static let name = "expense.remove"
  static let summary = "Takes an expense out of the book."
  static let effect = Effect.write

  @Parameter("What it was for, or its id; the one noted last when left out.") var expense: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (wanted, person) = (expense, context.actor.id)
    let found = try await context.store.read { try Expense.matching(wanted, of: person, $0) }
    guard let first = found.first else {
      throw ActionError(
        "desk.expense_unknown", values(["what": wanted.map { .text($0) }]),
        sentence: "There is no such expense.", field: "expense")
    }
    guard found.count == 1 else { return Self.ask(found) }
    return .change { transaction in
      guard
        try transaction.execute(
          "DELETE FROM desk_expenses WHERE tenant = :tenant AND id = ? AND person = ?", first.id, person) == 1
      else {
        throw ActionError("desk.expense_unknown", sentence: "That expense is gone already.", field: "expense")
      }
      var arguments: JSONObject = ["amount": first.amount.json, "date": first.day.json]
      arguments["what"] = first.what.map { .string($0) }
      arguments["project"] = first.project.map { .string($0) }
      return Outcome(
        first.line("expense.remove"), data: first.json, inverse: ActionCall(AddExpense.name, arguments))
    }
  }

  private static func ask(_ found: [Expense]) -> ActionResult {
    .ask(
      Say(
        "expense.which", lines: found.prefix(8).map { $0.line("expense.list.line") },
        buttons: found.prefix(3).map { expense in
          .init(
            "button.expense.remove", ["amount": .money(expense.amount)], action: name,
            arguments: ["expense": .string(expense.id)])
        }), parameter: "expense")
  }
}

extension ListExpenses {
  /// "above 5000", of what is in that money.
  private func isWithin(_ expense: Expense) -> Bool {
    guard let amount, let limit else { return true }
    guard expense.amount.currency == amount.currency else { return false }
    return limit == "above" ? expense.amount.minor > amount.minor : expense.amount.minor < amount.minor
  }
}

struct ListExpenses: Action {
  static let name = "expense.list"
  static let summary = "Lists what was spent, newest first."
  static let effect = Effect.read
  private static let shown = 15

  @Parameter("Only this project's, or only what was spent on this.", kind: .entity("projects")) var project: String?
  @Parameter("Of which days; this month when left out.") var period: DayPeriod?
  @Parameter("The largest first instead of the newest.", kind: .choice(["largest"])) var sort: String?
  @Parameter("Only what is more than `amount`, or less.", kind: .choice(["above", "below"])) var limit: String?
  @Parameter("More or less than how much.") var amount: Money?
  @Parameter("The question, word for word: without a project it may name what was spent on.") var said: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (person, wanted, period, said) = (context.actor.id, project, period ?? .named(.month), said)
    let days = period.days(on: context.today)
    let (subject, found) = try await context.store.read { reader in
      let subject = try Expense.Subject(wanted, said: said, of: person, reader)
      return (
        subject, try Expense.all(of: person, subject, from: days.first, to: days.last, limit: 1_000, reader)
      )
    }
    let limited = found.filter(isWithin)
    let expenses = sort == nil ? limited : limited.sorted { $0.amount.minor > $1.amount.minor }
    let data: JSON = [
      "from": .string(days.first.description), "to": .string(days.last.description),
      "expenses": .array(expenses.map(\.json)),
    ]
    let head = values([
      "period": .say(period.say), "project": subject.name.map { .text($0) },
      "count": .integer(Int64(expenses.count)),
      "above": limit == "above" ? amount.map { .money($0) } : nil,
      "below": limit == "below" ? amount.map { .money($0) } : nil,
    ])
    guard !expenses.isEmpty else { return .answer(Say("expense.list.empty", head), data: data) }
    var lines = expenses.prefix(Self.shown).map { $0.line("expense.list.line") }
    if expenses.count > Self.shown {
      lines.append(Say("desk.more", ["count": .integer(Int64(expenses.count - Self.shown))]))
    }
    return .answer(
      Say(
        "expense.list", head, lines: lines,
        buttons: [.total(project: subject.name, period: period)]), data: data)
  }
}

extension Say.Button {
  fileprivate static func total(project: String?, period: DayPeriod) -> Say.Button {
    var arguments: JSONObject = ["period": period.json]
    arguments["project"] = project.map { .string($0) }
    return Say.Button(
      "button.expense.total", action: TotalExpenses.name, arguments: arguments, isSingleUse: false)
  }
}

extension TotalExpenses {
  /// Without projects: what the money went to, the most first; nothing where that is one thing.
  fileprivate static func byWhat(_ spent: [Expense]) -> [Say] {
    struct Kind: Hashable {
      let what: String?
      let currency: String
    }
    let sums = Dictionary(grouping: spent) { Kind(what: $0.what?.lowercased(), currency: $0.amount.currency) }
      .mapValues { all in (name: all[0].what, minor: all.reduce(Int64(0)) { $0 + $1.amount.minor }) }
    guard sums.count > 1 else { return [] }
    return sums.sorted { ($1.value.minor, $0.key.what ?? "") < ($0.value.minor, $1.key.what ?? "") }.prefix(8).map {
      kind, sum in
      let amount = Say.Value.money(Money(minor: sum.minor, currency: kind.currency))
      return sum.name.map { Say("expense.total.line", ["project": .text($0), "amount": amount]) }
        ?? Say("expense.total.line.none", ["amount": amount])
    }
  }
}

struct TotalExpenses: Action {
  static let name = "expense.total"
  static let summary = "Adds up what was spent, by currency and project; for a month with a chart."
  static let effect = Effect.read

  @Parameter("Only this project's, or only what was spent on this.", kind: .entity("projects")) var project: String?
  @Parameter("Of which days; this month when left out.") var period: DayPeriod?
  @Parameter("The question, word for word: without a project it may name what was spent on.") var said: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (person, wanted, period, said) = (context.actor.id, project, period ?? .named(.month), said)
    let days = period.days(on: context.today)
    let (subject, totals) = try await context.store.read { reader in
      let subject = try Expense.Subject(wanted, said: said, of: person, reader)
      return (subject, try Expense.totals(of: person, subject, from: days.first, to: days.last, reader))
    }
    let isOfAll = subject == .all
    let sums = totals.byCurrency
    let data: JSON = [
      "from": .string(days.first.description), "to": .string(days.last.description),
      "totals": .array(sums.map(\.json)),
      "projects": .array(
        totals.map { ["project": $0.project.map { .string($0) } ?? .null, "amount": $0.amount.json] }),
    ]
    let head = values([
      "period": .say(period.say), "project": subject.name.map { .text($0) },
      "total": .list(sums.map { .money($0) }),
    ])
    guard !totals.isEmpty else { return .answer(Say("expense.total.empty", head), data: data) }
    var say = Say("expense.total", head)
    if isOfAll, totals.contains(where: { $0.project != nil }) {
      say.lines = totals.prefix(12).map { total in
        let amount = Say.Value.money(total.amount)
        return total.project.map { Say("expense.total.line", ["project": .text($0), "amount": amount]) }
          ?? Say("expense.total.line.none", ["amount": amount])
      }
    }
    if isOfAll, say.lines.isEmpty {
      let spent = try await context.store.read {
        try Expense.all(of: person, .all, from: days.first, to: days.last, $0)
      }
      say.lines = Self.byWhat(spent)
    }
    guard Self.isMonth(days), isOfAll, let png = await Self.chart(totals, days.first, context) else {
      return .answer(say, data: data)
    }
    return .change { [say] transaction in
      var say = say
      say.picture = try transaction.keep(png, type: "image/png", name: "expenses.png", person: person)
      return Outcome(say, data: data)
    }
  }

  /// Whole months are worth a picture.
  private static func isMonth(_ days: (first: CivilDate, last: CivilDate)) -> Bool {
    days.first.day == 1 && days.last == days.first.adding(months: 1).adding(days: -1)
  }

  /// Bars by project in the currency most used; `nil` with fewer than two projects, or where nothing can be drawn.
  private static func chart(_ totals: [Expense.Total], _ month: CivilDate, _ context: ActionContext) async -> [UInt8]? {
    guard let currency = totals.first?.amount.currency else { return nil }
    let shown = totals.filter { $0.amount.currency == currency }.prefix(8)
    guard Set(shown.map(\.project)).count > 1 else { return nil }
    let formatter = TextFormatter(language: context.language, zone: context.zone, now: context.now)
    var unit = 1.0
    for _ in 0..<Money.digits(of: currency) { unit *= 10 }
    let sum = totals.filter { $0.amount.currency == currency }.byCurrency.first
    let chart = Chart(
      title: "\(formatter.month(month.month)) \(month.year)", headline: sum.map { formatter.money($0) }, kind: .bars,
      series: [.init(currency, shown.map { Double($0.amount.minor) / unit })],
      labels: shown.map { $0.project ?? "–" }, unit: currency)
    // the answer stands without its picture
    return try? await ChartRenderer.png(chart, width: 900, height: 500)
  }
}
