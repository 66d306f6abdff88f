import Actions
import Base
import Formats
import Messages
import Store
import Text
import Time

/// Money spent, on a day, for a project or none.
struct Expense: Sendable {
  let id: String
  let amount: Money
  let what: String?
  let project: String?
  let day: CivilDate

  var json: JSON {
    var object: JSONObject = ["id": .string(id), "amount": amount.json, "date": .string(day.description)]
    object["what"] = what.map { .string($0) }
    object["project"] = project.map { .string($0) }
    return .object(object)
  }

  func line(_ key: String) -> Say {
    Say(
      key,
      values([
        "amount": .money(amount), "what": what.map { .text($0) }, "project": project.map { .text($0) },
        "date": .date(day),
      ]))
  }

  private static func read(_ row: Row) -> Expense {
    Expense(
      id: row.text(0), amount: Money(minor: row.int(1), currency: row.text(2)), what: row.optionalText(3),
      project: row.optionalText(4), day: CivilDate(row.text(5)) ?? .distantPast)
  }

  /// What a question about expenses is about.
  enum Subject: Sendable, Hashable {
    case all
    case project(Project)
    /// Words of what it was for, and those words as they are kept.
    case what(String, kept: [String])

    var name: String? {
      switch self {
      case .all: nil
      case .project(let project): project.name
      case .what(let words, _): words
      }
    }

    /// "spent on Ezhil", "spent on tea": a project of that name, else what something was spent on.
    ///
    /// - Parameter said: the whole question; without a name it may hold words of what was noted: "courier total".
    /// - Throws: `desk.nothing_spent` when a name is neither.
    init(_ name: String?, said: String?, of person: PersonID, _ rows: some Querying) throws {
      if let name, let project = try ProjectBook.exact(name, rows) {
        self = .project(project)
        return
      }
      let kept = try rows.query(
        """
        SELECT DISTINCT what FROM desk_expenses WHERE tenant = :tenant AND person = ? AND what IS NOT NULL LIMIT 5000
        """, person
      ) { $0.text(0) }
      guard let name else {
        self = said.flatMap { Self.named(in: $0, kept) } ?? .all
        return
      }
      let meant = NameMatch.whole(name, among: kept, idle: ["expense", "expenses", "things", "stuff"]) { $0 }
      if !meant.isEmpty {
        self = .what(name, kept: meant)
      } else {
        do {
          self = try ProjectBook.find(name, rows).map { .project($0) } ?? .all
        } catch let error as ActionError where error.code == "desk.project_unknown" {
          throw ActionError(
            "desk.nothing_spent", error.say.values, sentence: "Nothing was noted for \(name).", field: "project")
        }
      }
    }

    /// What a question asks for that names no project: the words that it shares with what was noted.
    private static func named(in said: String, _ kept: [String]) -> Subject? {
      func words(_ text: String) -> [String] {
        Normaliser.normalise(text).split { !$0.isLetter }.map(String.init).filter { $0.count > 2 && !idle.contains($0) }
      }
      let asked = words(said)
      var shared: [String] = []
      let meant = kept.filter { what in
        let both = asked.filter(words(what).contains)
        shared += both.filter { !shared.contains($0) }
        return !both.isEmpty
      }
      return meant.isEmpty ? nil : .what(shared.joined(separator: " "), kept: meant)
    }

    /// Words of any question about money.
    private static let idle: Set<String> = [
      "this", "that", "the", "and", "for", "with", "from", "how", "much", "all", "did", "have", "what", "was", "were",
      "are", "our", "out", "last", "day", "days", "week", "month", "year", "today", "yesterday", "total", "totals",
      "spend", "spent", "spends", "expense", "expenses", "cost", "costs", "money", "paid", "rupees", "list", "show",
      "till", "now", "far", "selavu", "kharcha", "kitna", "evlo", "evvalavu", "indha", "maasam", "mahine", "iss",
    ]

    /// Ends a `WHERE`; its values are `values`.
    fileprivate var condition: String {
      switch self {
      case .all: ""
      case .project: "AND e.project = ?"
      case .what: "AND e.what IN (SELECT value FROM json_each(?))"
      }
    }
    fileprivate var values: [any SQLConvertible] {
      switch self {
      case .all: []
      case .project(let project): [project.id]
      case .what(_, let kept): [JSON(kept).description]
      }
    }
  }

  /// Newest first.
  static func all(
    of person: PersonID, _ subject: Subject, from first: CivilDate, to last: CivilDate, limit: Int = 10_000,
    _ rows: some Querying
  ) throws -> [Expense] {
    try rows.query(
      """
      SELECT e.id, e.minor, e.currency, e.what, p.name, e.day FROM desk_expenses e
      LEFT JOIN desk_projects p ON p.tenant = e.tenant AND p.id = e.project
      WHERE e.tenant = :tenant AND e.person = ? AND e.day >= ? AND e.day <= ? \(subject.condition)
      ORDER BY e.day DESC, e.id DESC LIMIT ?
      """, arguments: [person, first.description, last.description] + subject.values + [limit], map: read)
  }

  /// Those that a person may mean: by id, by words of what it was for, by its amount; the one noted last without words.
  static func matching(_ words: String?, of person: PersonID, _ rows: some Querying) throws -> [Expense] {
    let all = try rows.query(
      """
      SELECT e.id, e.minor, e.currency, e.what, p.name, e.day FROM desk_expenses e
      LEFT JOIN desk_projects p ON p.tenant = e.tenant AND p.id = e.project
      WHERE e.tenant = :tenant AND e.person = ? ORDER BY e.created_at DESC, e.id DESC LIMIT 500
      """, person, map: read)
    guard let words else { return Array(all.prefix(1)) }
    if let one = all.first(where: { $0.id == words }) { return [one] }
    return NameMatch.whole(words, among: all, idle: ["expense", "expenses", "rs", "rupees"]) { expense in
      let amount = expense.amount.decimal
      return [expense.what ?? "", expense.project ?? "", amount, String(amount.prefix { $0 != "." })]
        .joined(separator: " ")
    }
  }

  /// The sum in one currency of one project; `nil` is what belongs to none.
  struct Total: Sendable, Hashable {
    let project: String?
    let amount: Money
  }

  /// Largest first within a currency; the currency most spent in comes first.
  static func totals(
    of person: PersonID, _ subject: Subject, from first: CivilDate, to last: CivilDate, _ rows: some Querying
  ) throws -> [Total] {
    let totals = try rows.query(
      """
      SELECT p.name, e.currency, sum(e.minor), count(*) FROM desk_expenses e
      LEFT JOIN desk_projects p ON p.tenant = e.tenant AND p.id = e.project
      WHERE e.tenant = :tenant AND e.person = ? AND e.day >= ? AND e.day <= ? \(subject.condition)
      GROUP BY e.project, p.name, e.currency
      """, arguments: [person, first.description, last.description] + subject.values
    ) { (Total(project: $0.optionalText(0), amount: Money(minor: $0.int(2), currency: $0.text(1))), $0.integer(3)) }
    var uses: [String: Int] = [:]
    for (total, count) in totals { uses[total.amount.currency, default: 0] += count }
    return totals.map(\.0).sorted { a, b in
      let (x, y) = (a.amount.currency, b.amount.currency)
      if x != y { return (uses[x, default: 0], y) > (uses[y, default: 0], x) }
      return a.amount.minor == b.amount.minor
        ? (a.project ?? "") < (b.project ?? "") : a.amount.minor > b.amount.minor
    }
  }
}

extension Sequence<Expense.Total> {
  /// One sum a currency, in the order of appearance.
  var byCurrency: [Money] {
    var order: [String] = []
    var sums: [String: Int64] = [:]
    for total in self {
      if sums[total.amount.currency] == nil { order.append(total.amount.currency) }
      // amounts are bounded when they are entered, so no year of them overflows
      sums[total.amount.currency, default: 0] &+= total.amount.minor
    }
    return order.map { Money(minor: sums[$0] ?? 0, currency: $0) }
  }
}
