import Actions
import Base
import Formats
import Messages
import People
import Store
import Time

/// Birthdays and anniversaries that somebody told of or had noted, for an agenda to show.
struct YearlyDays: Action {
  static let name = "memory.days"
  static let summary = "Lists the birthdays and anniversaries of a day or several."
  static let effect = Effect.read
  static let isHidden = true
  /// Days at once.
  private static let most = 400

  @Parameter("Which day.") var day: CivilDate
  @Parameter("The last of several days.") var until: CivilDate?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (first, last) = (day, until ?? day)
    guard first <= last, last.days(since: first) < Self.most else {
      throw ActionError("memory.page", sentence: "At most \(Self.most) days at once.", field: "until")
    }
    let reader = try await context.factReader()
    let lines = FactLines(context: context, reader: reader)
    let scope = FactResolver(context, reader, they: nil).scope
    let days = try await context.store.read { rows -> [JSON] in
      var found: [JSON] = []
      for relation in reader.words.relations.values.filter({ $0.object == "date" }).sorted(by: { $0.name < $1.name }) {
        for fact in try rows.facts(relation: relation.name, during: .at(context.now), in: scope) {
          let title = try lines.title(of: fact, rows)
          for date in lines.days(of: fact, in: Array(Set([first.year, last.year])).sorted())
          where date >= first && date <= last {
            found.append(["id": .string(fact.id), "title": .string(title), "date": .string(date.description)])
          }
        }
      }
      return found
    }
    return .answer(Say("memory.listed", ["count": .integer(Int64(days.count))]), data: .array(days))
  }
}
