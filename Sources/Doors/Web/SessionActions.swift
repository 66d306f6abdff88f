import Actions
import Base
import Formats
import Graphics
import Messages
import People
import Store

extension ActionContext {
  /// Whose sessions an action is about: one's own; anybody's in the house for the owner.
  fileprivate func holder(_ reference: PersonReference?) throws -> Person {
    guard let reference else { return actor }
    let person: Person
    do { person = try people.resolve(reference.name, for: actor) } catch let error as PeopleError {
      throw ActionError(error.code, ["name": .text(reference.name)], sentence: error.sentence, field: error.field)
    }
    guard person.id == actor.id || isHouseOwner, person.tenant == actor.tenant else { throw Self.ownerOnly }
    return person
  }

  /// A token of less than everything does not reach what others are signed in with.
  fileprivate var isHouseOwner: Bool { actor.isOwner && authority.scopes.contains("admin") }

  fileprivate static var ownerOnly: ActionError {
    ActionError("session.owner_only", sentence: "Only the owner can do that.")
  }
}

struct ListSessions: Action {
  static let name = "session.list"
  static let summary = "Lists where somebody is signed in to the page."
  static let effect = Effect.read

  @Parameter("Whose; your own when left out. Others' only for the owner.") var person: PersonReference?

  /// More choices than these are none; the page and the shell end any.
  private static let buttonLimit = 3

  func perform(in context: ActionContext) async throws -> ActionResult {
    let person = try context.holder(person)
    let sessions = try await context.people.snapshot { try WebSessions.all($0, of: person.id, now: $0.now) }
    let lines = sessions.map { session in
      Say(
        "session.line",
        [
          "device": Self.name(of: session), "seen": .instant(session.seenAt), "id": .text(session.id),
        ])
    }
    let data = sessions.map { session -> JSON in
      [
        "id": .string(session.id), "device": .string(session.device), "opened": .string(session.createdAt.description),
        "seen": .string(session.seenAt.description), "expires": .string(session.expiresAt.description),
      ]
    }
    let buttons = sessions.suffix(Self.buttonLimit).map { session in
      Say.Button(
        "session.button.revoke", ["device": Self.name(of: session)], action: RevokeSession.name,
        arguments: ["id": .string(session.id)])
    }
    let key = sessions.isEmpty ? "session.none" : "session.list"
    return .answer(
      Say(key, ["name": .text(person.name)], lines: lines, buttons: buttons),
      data: ["person": .string(person.id.text), "sessions": .array(data)])
  }

  private static func name(of session: WebSessions.Session) -> Say.Value {
    session.device.isEmpty ? .say(Say("session.unknown_device")) : .text(session.device)
  }
}

struct RevokeSession: Action {
  static let name = "session.revoke"
  static let summary = "Signs one device out of the page at once."
  static let effect = Effect.write

  @Parameter("The session's id, as session.list shows it.") var id: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (id, actor, people, isHouseOwner) = (id, context.actor, context.people, context.isHouseOwner)
    return .change { transaction in
      let house = transaction.widened()
      let holder = try house.first("SELECT person FROM web_sessions WHERE id = ?", id) { PersonID($0.text(0)) }
      // somebody else's session is not told from one that is not there
      let mayEnd = holder.map { holder in
        holder == actor.id || isHouseOwner && people.person(holder)?.tenant == actor.tenant
      }
      guard let holder, mayEnd == true, try house.endSessions(of: holder, id: id) > 0 else {
        throw ActionError("session.unknown", sentence: "There is no such session.", field: "id")
      }
      return Outcome(Say("session.revoked", ["count": 1]), data: ["revoked": 1])
    }
  }
}

struct RevokeSessions: Action {
  static let name = "session.revoke_all"
  static let summary = "Signs all devices of somebody out of the page at once."
  static let effect = Effect.write

  @Parameter("Whose; your own when left out. Others' only for the owner.") var person: PersonReference?
  @Parameter("The id of a session that stays.") var keep: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    let (person, keep) = (try context.holder(person), keep)
    return .change { transaction in
      let house = transaction.widened()
      let count = Int64(try house.endSessions(of: person.id, except: keep))
      return Outcome(Say("session.revoked", ["count": .integer(count)]), data: ["revoked": .integer(count)])
    }
  }
}

struct InvitePerson: Action {
  static let name = "session.invite"
  static let summary = "Makes a link that signs somebody in to the page, once, within three days."
  static let effect = Effect.write
  static let isForPeopleAlone = true

  @Parameter("Whom.") var person: PersonReference
  @Parameter("Where they reach the page, such as https://thinnai.example; the house's own address when left out.")
  var origin: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    guard context.isHouseOwner else { throw ActionContext.ownerOnly }
    let person = try context.holder(person)
    if let origin, !Self.isOrigin(origin) {
      throw ActionError(
        "session.origin", sentence: "origin is http:// or https:// and a host, such as https://thinnai.example.",
        field: "origin")
    }
    let (maker, origin) = (context.actor.id, origin)
    return .change { transaction in
      let house = transaction.widened()
      guard let base = origin ?? house.service(WebDoor.self)?.base else {
        throw ActionError(
          "session.no_address", sentence: "Start the house first: the link needs its address.", field: "origin")
      }
      let (code, expires) = try Invitation.make(for: person.id, by: maker, random: SystemRandom(), in: house)
      let link = WebDoor.link(code, base: base)
      let squares = QRCode(link).map { code -> JSON in
        ["size": .integer(Int64(code.size)), "path": .string(code.path)]
      }
      return Outcome(
        Say("session.invited", ["name": .text(person.name), "link": .text(link), "until": .instant(expires)]),
        data: ["link": .string(link), "expires": .string(expires.description), "code": squares ?? .null])
    }
  }

  private static func isOrigin(_ text: String) -> Bool {
    guard text.utf8.count <= 200, let scheme = ["http://", "https://"].first(where: { text.hasPrefix($0) }) else {
      return false
    }
    let host = text.dropFirst(scheme.count).utf8
    return !host.isEmpty
      && host.allSatisfy {
        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
          || [45, 46, 58, 91, 93].contains($0)
      }
  }
}
