package import Actions
package import Base
import Formats
import Messages
import People
package import Store

/// Overwrites what deleted rows leave behind in the store's files; the house registers how.
package struct StoreScrubber: Sendable {
  /// The whole store, which takes time in proportion to it.
  let scrub: @Sendable () -> Void
  /// Its log alone: the store's own pages are overwritten as rows are deleted.
  let scrubLog: @Sendable () -> Void
  package init(_ scrub: @escaping @Sendable () -> Void, log: @escaping @Sendable () -> Void) {
    (self.scrub, scrubLog) = (scrub, log)
  }
}

/// The parts of the house that hold what somebody said, was told or told: by the name they export it under.
package enum MemoryParts {
  static let keepers = ["memory", "delivery"]
  static let rooms = ["assistant", "knowledge"]

  /// Whose memory it is: one's own, or anybody's for the owner.
  static func person(_ reference: PersonReference?, _ context: ActionContext) throws -> Person {
    guard let reference else { return context.actor }
    let person: Person
    do { person = try context.people.resolve(reference.name, for: context.actor) } catch let error as PeopleError {
      throw ActionError(error.code, ["name": .text(reference.name)], sentence: error.sentence, field: "person")
    }
    guard person.id != context.actor.id else { return person }
    guard context.actor.isOwner, context.authority.scopes.contains("admin") else {
      throw ActionError("people.owner_only", sentence: "Only the owner can do that for somebody else.", field: "person")
    }
    return person
  }

  /// Removes all of it. - Returns: how many rows went, by part.
  package static func erase(
    _ person: PersonID, _ facts: HouseFacts, _ transaction: inout Transaction
  ) throws -> [String: Int] {
    var gone: [String: Int] = [:]
    for room in facts.rooms where rooms.contains(room.name) { gone[room.name] = try room.forget(person, &transaction) }
    for keeper in facts.keepers where keepers.contains(keeper.name) {
      gone[keeper.name] = try keeper.forget(person, &transaction)
    }
    return gone
  }

  static func counts(_ rows: [String: Int]) -> JSON {
    var object = JSONObject()
    for (part, count) in rows.sorted(by: { $0.key < $1.key }) { object[part] = .integer(Int64(count)) }
    return .object(object)
  }

  /// What one's memory holds, by part.
  static func export(_ person: Person, _ house: HouseReader, _ facts: HouseFacts) throws -> JSONObject {
    var object: JSONObject = ["person": ["id": .string(person.id.text), "name": .string(person.name)]]
    for keeper in facts.keepers where keepers.contains(keeper.name) {
      let part = try keeper.export(person.id, house)
      if !part.isNull { object[keeper.name] = part }
    }
    let reader = house.tenant(person.tenant)
    for room in facts.rooms where rooms.contains(room.name) {
      let part = try room.export(person.id, reader)
      if !part.isNull { object[room.name] = part }
    }
    return object
  }
}

struct ExportMemory: Action {
  static let name = "memory.export"
  static let summary = "Gives everything that is remembered of you, readable."
  static let effect = Effect.read
  static let isForPeopleAlone = true

  @Parameter("Whose memory; your own when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    try context.readsWholeMemory(try await context.factReader())
    let person = try MemoryParts.person(person, context)
    let facts = context.house
    let data = try await context.people.snapshot { try MemoryParts.export(person, $0, facts) }
    var object = data
    object["markdown"] = .string(MemoryMarkdown.text(data, zone: person.zone))
    return .answer(Say("memory.exported", ["name": .text(person.name)]), data: .object(object))
  }
}

struct EraseMemory: Action {
  static let name = "memory.erase"
  static let summary = "Erases everything that is remembered of a person, and proves it; the person stays known."
  static let effect = Effect.write
  static let isForPeopleAlone = true

  @Parameter("Whose memory; your own when left out.") var person: PersonReference?

  func confirmation(in context: ActionContext) async throws -> Say? {
    let person = try MemoryParts.person(person, context)
    return Say("memory.erase.confirm", ["name": .text(person.name)])
  }

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try MemoryParts.person(person, context)
    let (facts, people, reader) = (context.house, context.people, try await context.factReader())
    return .change { transaction in
      let own = try transaction.thing(for: person.id, owner: person.id)
      let known = try own.map { try transaction.history(owner: person.id, subject: $0.id) } ?? []
      for relative in people.relatives(of: person.id) {
        try transaction.forgetShown(known, of: person.id, to: relative.person.id, reader)
      }
      let removed = try MemoryParts.erase(person.id, facts, &transaction)
      // the proof: whoever is asked to erase again finds nothing
      let left = try MemoryParts.erase(person.id, facts, &transaction)
      guard left.values.allSatisfy({ $0 == 0 }) else {
        throw ActionError("memory.erase_failed", sentence: "Not everything could be erased; nothing was changed.")
      }
      // a talk that is still held in memory must not bring back what was in it
      var house = transaction.widened()
      try people.update(person, in: &house)
      let scrubber = transaction.service(StoreScrubber.self)
      transaction.afterCommit { scrubber?.scrub() }
      let total = removed.values.reduce(0, +)
      return Outcome(
        Say("memory.erased", ["name": .text(person.name), "rows": .integer(Int64(total))]),
        data: [
          "person": .string(person.id.text), "rows": .integer(Int64(total)), "removed": MemoryParts.counts(removed),
          "left": MemoryParts.counts(left),
        ],
        audited: ActionCall(Self.name, ["person": .string(person.id.text)]))
    }
  }
}
