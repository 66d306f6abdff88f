import Actions
import Base
import Formats
import Messages
import People
import Store

/// "When is my next tablet?": the one that waits for an answer, else the next that comes, and nothing else.
struct NextMedicine: Action {
  static let name = "medicine.next"
  static let summary = "Says which medicine is next, and when."
  static let effect = Effect.read

  @Parameter("Of which one; of all when left out.", kind: .entity("medicines")) var medicine: String?
  @Parameter("Whose; the speaker's when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.caredFor(person, needing: .medicines)
    let words = medicine
    let (medicines, open) = try await context.store.read { reader in
      let all = try Medicine.active(for: person.id, reader)
      let wanted = words.map { words in
        MedicineFinder.ids(words).map { ids in all.filter { ids.contains($0.id) } }
          ?? NameMatch.best(words, among: all) { $0.label }
      }
      return (wanted ?? all, try Dose.open(for: person.id, reader))
    }
    let isOwn = person.id == context.actor.id
    var values: [String: Say.Value] =
      isOwn ? [:] : ["name": .text(context.people.called(person.id, by: context.actor.id))]
    let waiting = open.filter { dose in medicines.contains { $0.id == dose.medicine } }
    if !waiting.isEmpty {
      values["medicine"] = .list(
        medicines.filter { medicine in waiting.contains { $0.medicine == medicine.id } }.map { .text($0.label) })
      return .answer(
        Say("medicine.next.now", values, buttons: isOwn ? DoseWords.buttons(waiting.map(\.id)) : []),
        data: ["waiting": .array(waiting.map(\.json))])
    }
    guard let at = medicines.compactMap(\.nextAt).min() else {
      return .answer(Say("medicine.next.none", values), data: .null)
    }
    let next = medicines.filter { $0.nextAt == at }
    values["medicine"] = .list(next.map { .text($0.label) })
    values["at"] = .instant(at)
    return .answer(
      Say("medicine.next", values),
      data: ["at": .string(at.description), "medicines": .array(next.map(\.json))])
  }
}
