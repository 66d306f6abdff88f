import Actions
import Base
import Formats
import Messages
import People
import Store

struct ListMedicines: Action {
  static let name = "medicine.list"
  static let summary = "Lists the medicines of a person and their times."
  static let effect = Effect.read
  static let gives: String? = "medicines"

  @Parameter("Whose; the speaker's when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.caredFor(person, needing: .medicines)
    let (medicines, meals) = try await context.store.read { reader in
      (try Medicine.active(for: person.id, reader), try MealTimes.of(person.id, reader))
    }
    let data = JSON.array(medicines.map(\.json))
    var values: [String: Say.Value] = ["count": .integer(Int64(medicines.count))]
    if person.id != context.actor.id { values["name"] = .text(context.people.called(person.id, by: context.actor.id)) }
    guard !medicines.isEmpty else { return .answer(Say("medicine.list.empty", values), data: data) }
    let lines = medicines.prefix(20).map {
      Say("medicine.list.line", ["medicine": .text($0.label), "when": $0.when(meals)])
    }
    return .answer(Say("medicine.list", values, lines: lines), data: data)
  }
}

extension ActionContext {
  /// Whom a question is about: who is named; else, for somebody who looks after exactly one person, that one.
  func caredFor(_ reference: PersonReference?, needing right: FamilyLink.Right) throws -> Person {
    if reference == nil, people.relatives(of: actor.id).isEmpty {
      let elders = people.elders(of: actor.id).filter { $0.link.rights.contains(right) }
      if elders.count == 1 { return elders[0].person }
    }
    return try person(reference, needing: right)
  }
}
