import Actions
import Base
import Formats
import Messages
import People
import Store

/// The owner says that a number that changed is still the same person's.
struct MoveAddress: Action {
  static let name = "people.move"
  static let summary = "Moves an address to the person's new number or id."
  static let effect = Effect.write
  static let isForPeopleAlone = true

  @Parameter("Whose address.") var person: PersonReference
  @Parameter("At which door.", default: "whatsapp") var door: String
  @Parameter("The old number or id.") var from: String
  @Parameter("The new one.") var to: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    try PeopleRoom.requireAdmin(context)
    let person = try PeopleRoom.person(person.name, context)
    let (people, door, from) = (context.people, door, TypedAddress.canonical(self.from, door: door) ?? self.from)
    guard let to = TypedAddress.canonical(self.to, door: door) else {
      throw PeopleRoom.addressInvalid(self.to, door: door, field: "to")
    }
    guard let old = people.addresses(of: person.id).first(where: { $0.door == door && $0.user == from }) else {
      throw ActionError(
        "people.move_unknown", ["name": .text(person.name), "id": .text(from)],
        sentence: "\(person.name) is not known by \(from) any more.", field: "from")
    }
    var new = old
    new.user = to
    if let holder = people.holder(of: new), holder.id != person.id { throw PeopleRoom.addressTaken(new, by: holder) }
    return .change { [new] transaction in
      var house = transaction.widened()
      guard try people.move(old, to: new, chat: to, in: &house) else {
        throw ActionError(
          "people.move_unknown", ["name": .text(person.name), "id": .text(from)],
          sentence: "\(person.name) is not known by \(from) any more.", field: "from")
      }
      return Outcome(
        Say("people.moved", ["name": .text(person.name), "to": .text(to)]),
        data: ["id": .string(person.id.text), "address": .string(new.description)],
        inverse: ActionCall(
          Self.name,
          ["person": .string(person.id.text), "door": .string(door), "from": .string(to), "to": .string(from)]))
    }
  }
}
