import Actions
import Base
import Delivery
import Events
import Formats
import Messages
import People
import Store

/// Words that somebody passes on to their family: an elder to a relative, a relative to an elder.
///
/// Only along the links of the family, never to anybody else whom the house knows.
struct TellFamily: Action {
  static let name = "care.tell"
  static let summary = "Passes your words on to somebody of your family."
  static let effect = Effect.write

  @Parameter("What they are told, word for word.") var text: String
  @Parameter("Whom; the only one of the family, or asked for, when left out.") var person: PersonReference?
  @Parameter("Whether everybody who looks after the speaker is told.", default: false) var everyone: Bool

  static let longest = 1_000

  func perform(in context: ActionContext) async throws -> ActionResult {
    let text = text.trimmed
    guard !text.isEmpty, text.utf8.count <= Self.longest else {
      throw ActionError("care.tell.long", sentence: "What is passed on has 1 to \(Self.longest) bytes.", field: "text")
    }
    let relatives = context.people.relatives(of: context.actor.id).map(\.person)
    if everyone, !relatives.isEmpty { return tell(relatives, text, context) }
    switch try FamilyMember.find(person, context) {
    case .open(let members): return FamilyMember.ask(members, Self.name, ["text": .string(text)], context)
    case .one(let member):
      try FamilyMember.requireOpen(member, context)
      return tell([member], text, context)
    }
  }

  private func tell(_ members: [Person], _ text: String, _ context: ActionContext) -> ActionResult {
    let actor = context.actor.id
    return .change { transaction in
      for member in members {
        let name = context.people.called(actor, by: member.id)
        try transaction.tell(
          member.id, Say("care.tell.for_you", ["name": .text(name), "text": .text(text)]),
          dedupeKey: Delivery.relayKey(by: actor, in: transaction))
      }
      let names = members.map { Say.Value.text(context.people.called($0.id, by: actor)) }
      return Outcome(
        Say("care.tell.done", ["name": names.count == 1 ? names[0] : .list(names), "text": .text(text)]),
        data: ["person": .string(members[0].id.text)])
    }
  }
}

/// The house cannot place calls: whoever is wanted is asked to.
struct AskForCall: Action {
  static let name = "care.call"
  static let summary = "Asks somebody of your family to ring you up."
  static let effect = Effect.write

  @Parameter("Who; the only one of the family, or asked for, when left out.") var person: PersonReference?

  func perform(in context: ActionContext) async throws -> ActionResult {
    switch try FamilyMember.find(person, context) {
    case .open(let members): return FamilyMember.ask(members, Self.name, [:], context)
    case .one(let member):
      try FamilyMember.requireOpen(member, context)
      let actor = context.actor.id
      return .change { transaction in
        let name = context.people.called(actor, by: member.id)
        try transaction.tell(
          member.id, Say("care.call.for_you", ["name": .text(name)]),
          dedupeKey: Delivery.relayKey(by: actor, in: transaction))
        return Outcome(
          Say("care.call.done", ["name": .text(context.people.called(member.id, by: actor))]),
          data: ["person": .string(member.id.text)])
      }
    }
  }
}

/// Whom of the family a name means.
enum FamilyMember {
  case one(Person)
  /// Any of these: nobody is told what was meant for somebody else.
  case open([Person])

  /// What nobody is called by ("my son") may mean any of those who are linked, and is asked.
  static func find(_ reference: PersonReference?, _ context: ActionContext) throws -> FamilyMember {
    let (people, actor) = (context.people, context.actor)
    let family = people.circle(of: actor).map(\.person).reduce(into: [Person]()) { all, next in
      if !all.contains(where: { $0.id == next.id }) { all.append(next) }
    }
    guard !family.isEmpty else {
      throw ActionError("care.tell.nobody", sentence: "Nobody of your family is linked to you yet.", field: "person")
    }
    if let reference {
      guard let named = try? context.named(reference), family.contains(where: { $0.id == named.id }) else {
        return .open(family)
      }
      return .one(named)
    }
    return family.count == 1 ? .one(family[0]) : .open(family)
  }

  /// Whom an elder has taken everything from has no way left to them, not with words either.
  static func requireOpen(_ member: Person, _ context: ActionContext) throws {
    guard !context.people.isClosed(member.id, to: context.actor.id) else {
      let name = context.people.called(member.id, by: context.actor.id)
      throw ActionError(
        "care.tell.closed", ["name": .text(name)], sentence: "\(name) takes no words from you now.", field: "person")
    }
  }

  static func ask(
    _ members: [Person], _ action: String, _ arguments: JSONObject, _ context: ActionContext
  ) -> ActionResult {
    let buttons = members.prefix(context.persona.isPlain ? 3 : 8).map { member in
      var arguments = arguments
      arguments["person"] = .string(member.id.text)
      return Say.Button(
        "care.button.pick", ["text": .text(context.people.called(member.id, by: context.actor.id))], action: action,
        arguments: arguments)
    }
    return .ask(Say("care.tell.ask.person", buttons: buttons), parameter: "person")
  }
}
