import Actions
import Base
import Delivery
import Formats
import Messages
import People
import Store
import Text

struct ApprovePairing: Action {
  static let name = "pairing.approve"
  static let summary = "Lets somebody in by the code that they were given."
  static let effect = Effect.write
  static let isForPeopleAlone = true

  @Parameter("The eight-character code.") var code: String
  @Parameter("The name to keep for them; their own when left out.") var name: String?
  @Parameter("Who it is, where they are in the house already; me for yourself.") var person: PersonReference?
  @Parameter("Which persona answers them.", default: "client") var persona: String
  @Parameter("Their language, such as en, ta or hi; what their app is set to when left out.") var language: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    guard context.actor.isOwner else {
      throw ActionError("pairing.owner_only", sentence: "Only the owner can let people in.")
    }
    try PeopleRoom.requireAdmin(context)
    if person == nil { try PeopleRoom.requirePersona(persona, context) }
    let asked = try self.language.map { try PeopleRoom.language($0, context.actor.language) }
    let pairing = Pairing(book: context.people, random: SystemRandom())
    let (owner, people) = (context.actor, context.people)
    let (code, name, persona) = (code, name, persona)
    let known = try person.map { try PeopleRoom.person($0.name, context) }
    if let name, let namesake = people.namesake(name, in: owner.tenant) {
      throw PeopleRoom.nameTaken(namesake, mayBeThem: true)
    }
    return .change { transaction in
      var house = transaction.widened()
      let request: Pairing.Request
      switch try pairing.redeem(code, by: owner.id, in: &house) {
      case .approved(let found): request = found
      case .refused(let error):
        return .refused(ActionError(error.code, sentence: error.sentence, field: error.field))
      }
      // let in by hand since they asked: the code must not make them twice
      if let known = people.person(at: request.address) {
        return .refused(PeopleRoom.addressTaken(request.address, by: known))
      }
      if let known {
        try people.bind(request.address, chat: request.chat, to: known, in: &house)
        try transaction.tell(
          newcomer: known, at: request.address, chat: request.chat,
          Say("pairing.welcome", ["name": .text(known.name)]))
        return Outcome(
          Say("people.bound", ["name": .text(known.name), "doors": .list([.text(request.address.door)])]),
          data: ["person": .string(known.id.text), "name": .string(known.name)])
      }
      let person = Person(
        id: PersonID(transaction.newID()), tenant: owner.tenant,
        name: name ?? people.free(request.name.isEmpty ? request.address.user : request.name, in: owner.tenant),
        persona: persona,
        language: asked ?? Language(code: request.language) ?? owner.language, zone: owner.zone, country: owner.country)
      try people.add(person, in: &house)
      try people.bind(request.address, chat: request.chat, to: person, in: &house)
      try transaction.tell(
        newcomer: person, at: request.address, chat: request.chat,
        Say("pairing.welcome", ["name": .text(person.name)]))
      return Outcome(
        Say("pairing.approved", ["name": .text(person.name), "persona": .text(persona)]),
        data: ["person": .string(person.id.text), "name": .string(person.name)])
    }
  }
}
