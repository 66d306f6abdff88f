import Actions
import Base
import Delivery
import Events
import Formats
import Memory
import Messages
package import People
import Schedule
import Store

extension Keeper {
  /// The rooms of Core that keep rows, in the order of their floor; they forget in reverse, the people last.
  package static let core: [Keeper] = [.people, .events, .schedule, .delivery, .actions, .memory]
}

struct ForgetPerson: Action {
  static let name = "people.forget"
  static let summary = "Removes a person and everything that the house knows of them; their access ends at once."
  static let effect = Effect.write
  static let isForPeopleAlone = true

  @Parameter("Whom to forget.") var person: PersonReference

  func perform(in context: ActionContext) async throws -> ActionResult {
    try PeopleRoom.requireAdmin(context)
    let person = try PeopleRoom.person(person.name, context)
    guard !person.isOwner else {
      throw ActionError(
        "people.owner_stays", ["name": .text(person.name)],
        sentence: "\(person.name) owns this house and cannot be forgotten; to end it, remove its home folder.",
        field: "person")
    }
    let facts = context.house
    return .change { transaction in
      var removed = JSONObject()
      var total = 0
      func note(_ rows: Int, _ name: String) {
        total += rows
        if rows > 0 { removed[name] = .integer(Int64(rows)) }
      }
      for room in facts.rooms { note(try room.forget(person.id, &transaction), room.name) }
      for keeper in facts.keepers.reversed() { note(try keeper.forget(person.id, &transaction), keeper.name) }
      return Outcome(
        Say("people.forgotten", ["name": .text(person.name), "rows": .integer(Int64(total))]),
        data: ["rows": .integer(Int64(total)), "removed": .object(removed)],
        audited: ActionCall(Self.name, ["person": .string(person.id.text)]))
    }
  }
}

struct ExportPerson: Action {
  static let name = "people.export"
  static let summary = "Gives everything that the house knows of a person, readable."
  static let effect = Effect.read
  static let isForPeopleAlone = true

  @Parameter("Whose data.") var person: PersonReference

  func perform(in context: ActionContext) async throws -> ActionResult {
    try PeopleRoom.requireAdmin(context)
    let person = try PeopleRoom.person(person.name, context)
    let facts = context.house
    let data = try await context.people.snapshot { house -> JSON in
      var object: JSONObject = ["person": ["id": .string(person.id.text), "name": .string(person.name)]]
      for keeper in facts.keepers {
        let part = try keeper.export(person.id, house)
        if !part.isNull { object[keeper.name] = part }
      }
      let reader = house.tenant(person.tenant)
      for room in facts.rooms {
        let part = try room.export(person.id, reader)
        if !part.isNull { object[room.name] = part }
      }
      return .object(object)
    }
    return .answer(Say("people.exported", ["name": .text(person.name)]), data: data)
  }
}
