import Actions
import Base
import Formats
import Messages
import People
import Store

struct MedicineBought: Action {
  static let name = "medicine.bought"
  static let summary = "Adds what was bought of a medicine to what is at home."
  static let effect = Effect.write

  @Parameter("How many tablets; asked for when left out.") var count: Double?
  @Parameter("Of which one; the only one, or the one that runs low, when left out.", kind: .entity("medicines"))
  var medicine: String?
  @Parameter("Whether strips or boxes were counted.", default: false) var packs: Bool
  @Parameter("The words as they were said, for what a strip has.") var said: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    guard let count = Packs.tablets(count, packs ? said : nil) else {
      return .ask(Say(packs ? "medicine.packs.ask" : "medicine.bought.ask.count"), parameter: "count")
    }
    guard count != 0, abs(count) <= 10_000 else { throw StockChange.invalid }
    return try await StockChange.perform(medicine, action: Self.name, count: count, context) { $0 + count }
  }
}

struct CountMedicine: Action {
  static let name = "medicine.count"
  static let summary = "Notes how much of a medicine is left."
  static let effect = Effect.write

  @Parameter("How many are left; asked for when left out.") var count: Double?
  @Parameter("Of which one; the only one, or the one that runs low, when left out.", kind: .entity("medicines"))
  var medicine: String?
  @Parameter("Whether none is left.", default: false) var empty: Bool
  @Parameter("Whether strips or boxes were counted.", default: false) var packs: Bool
  @Parameter("The words as they were said, for what a strip has.") var said: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    guard let count = empty ? 0 : Packs.tablets(count, packs ? said : nil) else {
      return .ask(Say(packs ? "medicine.packs.ask" : "medicine.count.ask.count"), parameter: "count")
    }
    guard (0...100_000).contains(count) else { throw StockChange.invalid }
    return try await StockChange.perform(medicine, action: Self.name, count: count, context) { _ in count }
  }
}

struct ShowStock: Action {
  static let name = "medicine.stock"
  static let summary = "Says how much of the medicines is left, and for how many days."
  static let effect = Effect.read

  @Parameter("Of which one; all when left out.", kind: .entity("medicines")) var medicine: String?
  @Parameter("Whose; the speaker's when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.caredFor(person, needing: .medicines)
    let (words, now) = (medicine, context.now)
    let wanted = try await context.store.read { reader in
      let all = try Medicine.active(for: person.id, reader)
      guard let words else { return all }
      return MedicineFinder.ids(words).map { ids in all.filter { ids.contains($0.id) } }
        ?? NameMatch.best(words, among: all) { $0.label }
    }
    guard !wanted.isEmpty else { throw MedicineFinder.unknown }
    // counted behind what the same message changes: "took one, how many are left"
    return .change { transaction in
      let rows = try wanted.map { known in
        let medicine = try Medicine.find(known.id, transaction) ?? known
        return (medicine, try StockKeeping.daysLeft(medicine, transaction, now: now))
      }
      let data = JSON.array(
        rows.map { medicine, days in
          [
            "medicine": .string(medicine.id), "name": .string(medicine.name), "left": JSON(medicine.stock.left),
            "days": JSON(days),
          ]
        })
      return Outcome(try Self.say(rows, isNamed: words != nil), data: data)
    }
  }

  private static func say(_ rows: [(Medicine, Int?)], isNamed: Bool) throws -> Say {
    // "when will it be over", of a course
    let end = isNamed && rows.count == 1 ? try rows[0].0.courseEnd() : nil
    let last = end.map { Say("stock.course", ["medicine": .text(rows[0].0.name), "end": .date($0)]) }
    let counted = rows.filter { $0.0.stock.left != nil }
    guard !counted.isEmpty else {
      return last ?? Say("stock.unknown", ["medicine": .list(rows.map { .text($0.0.name) })])
    }
    var lines = counted.map { line($0.0, $0.1) }
    if let last { lines.append(last) }
    guard lines.count == 1 || last != nil else { return Say("stock.list", lines: lines) }
    var say = lines[0]
    say.lines += lines.dropFirst()
    return say
  }

  static func line(_ medicine: Medicine, _ days: Int?) -> Say {
    var values: [String: Say.Value] = [
      "medicine": .text(medicine.name), "left": .number(medicine.stock.left ?? 0, digits: 2),
    ]
    if let days { values["days"] = .integer(Int64(days)) }
    return Say("stock.line", values)
  }
}

private enum StockChange {
  static let invalid = ActionError(
    "medicine.stock_invalid", sentence: "That is no amount of a medicine.", field: "count")

  static func perform(
    _ words: String?, action: String, count: Double, _ context: ActionContext,
    _ change: @escaping @Sendable (Double) -> Double
  ) async throws -> ActionResult {
    let finder = MedicineFinder(context: context)
    let found: [Medicine]
    if let words {
      switch try await finder.find(words) {
      case .several(let several): found = several
      case .targets(let targets): found = targets.map(\.medicine)
      }
    } else {
      found = try await leftOut(context)
    }
    guard let first = found.first else { throw MedicineFinder.unknown }
    guard found.count == 1 else { return finder.ask(found, action: action, ["count": .number(count)]) }
    return .change { transaction in
      guard var medicine = try Medicine.find(first.id, transaction) else { throw MedicineFinder.unknown }
      let before = medicine.stock.left ?? 0
      let left = change(before)
      guard left >= 0 else { throw invalid }
      medicine.stock.left = left
      if left > before { medicine.stock.isWarned = false }
      try medicine.update(transaction)
      let days = try StockKeeping.daysLeft(medicine, transaction, now: transaction.now)
      return Outcome(
        ShowStock.line(medicine, days), data: medicine.json,
        inverse: ActionCall(CountMedicine.name, ["medicine": .string(medicine.id), "count": .number(before)]))
    }
  }

  /// The one that was said to run low; else all that could be meant.
  private static func leftOut(_ context: ActionContext) async throws -> [Medicine] {
    let (actor, people) = (context.actor.id, context.people)
    return try await context.store.read { reader in
      let all = try MedicineFinder.caredFor(actor, people, .log).flatMap { try Medicine.active(for: $0, reader) }
      let low = all.filter(\.stock.isWarned)
      return low.count == 1 ? low : all
    }
  }
}
