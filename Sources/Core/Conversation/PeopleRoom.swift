package import Actions
import Base
import Formats
import Messages
import People
import Store
import Text
import Time

/// The owner's actions about people: who is known, how they are reached, family links, tokens, forgetting.
package enum PeopleRoom {
  package static let room = Room(
    name: "people", migrations: [],
    actions: [
      ListPeople.self, AddPerson.self, BindAddress.self, MoveAddress.self, LinkFamily.self, MakeToken.self,
      RevokeToken.self, ForgetPerson.self, ExportPerson.self, ImportFile.self, ShowDoors.self,
    ], forget: { _, _ in 0 }, export: { _, _ in .null })

  /// - Throws: `people.persona_unknown`, naming those there are.
  static func requirePersona(_ name: String, _ context: ActionContext) throws {
    guard context.house.personas[name] == nil else { return }
    throw ActionError(
      "people.persona_unknown", ["persona": .text(name)],
      sentence: "There is no persona \(name); there are \(context.house.personas.names.joined(separator: ", ")).",
      field: "persona")
  }

  static func requireOwner(_ context: ActionContext) throws {
    guard context.actor.isOwner else {
      throw ActionError("people.owner_only", sentence: "Only the owner can do that.")
    }
  }

  /// A name stands in one line of what others read.
  static func requireName(_ name: String) throws {
    guard name == plainName(name), name.contains(where: { !$0.isWhitespace }) else {
      throw ActionError(
        "people.name", sentence: "A name has 1 to 80 characters in one line, none of them control characters.",
        field: "name")
    }
  }

  /// Without what would break the line, or turn round what stands beside it; no longer than a name.
  static func plainName(_ name: String) -> String {
    var plain = String.UnicodeScalarView()
    for scalar in name.unicodeScalars {
      let isBreak = [.control, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
      let turns = (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
      if !isBreak, !turns { plain.append(scalar) }
    }
    return String(String(plain).prefix(80))
  }

  /// Who may let in, forget and hand out tokens must not be within reach of a token of less.
  static func requireAdmin(_ context: ActionContext) throws {
    try requireOwner(context)
    guard context.authority.scopes.contains("admin") else {
      throw ActionError("actions.scope", sentence: "This token may not do that: it needs the scope admin.")
    }
  }

  static func addressTaken(_ address: Address, by holder: Person) -> ActionError {
    ActionError(
      "people.address_taken", ["id": .text(address.user), "name": .text(holder.name)],
      sentence: "\(address.user) already belongs to \(holder.name).", field: address.door)
  }

  /// - Parameter mayBeThem: whether it may be the same person, who writes from an account that is new.
  static func nameTaken(_ namesake: Person, mayBeThem: Bool = false) -> ActionError {
    ActionError(
      "people.name_taken", ["name": .text(namesake.name)],
      sentence: "\(namesake.name) is known already; choose a name that tells the two apart"
        + (mayBeThem ? ", or say that it is them (person)." : "."), field: "name")
  }

  static func addressInvalid(_ id: String, door: String, field: String) -> ActionError {
    let what =
      switch door {
      case "telegram": "Telegram id; give the account's number, such as 4242"
      case "whatsapp": "WhatsApp number; give it with its country code, such as +91 98400 12345"
      case PeopleBook.emailDoor: "e-mail address; give one such as ravi@example.org"
      default: "\(door) address; give one such as https://example.org/told"
      }
    return ActionError("people.address_invalid", sentence: "\(id) is no \(what).", field: field)
  }

  static func zone(_ name: String?, _ fallback: Zone) throws -> Zone {
    guard let name else { return fallback }
    do { return try Zone.named(name) } catch {
      throw ActionError(
        "people.zone_unknown", ["zone": .text(name)],
        sentence: "\(name) is not a time zone of this machine; give one such as Asia/Kolkata.", field: "zone")
    }
  }

  static func language(_ code: String?, _ fallback: Language) throws -> Language {
    guard let code else { return fallback }
    guard let language = Language(code: code), Language.all.contains(language) else {
      throw ActionError(
        "people.language_unknown", ["language": .text(code)],
        sentence: "\(code) is not spoken here; give en, ta, ta-Latn, hi or hi-Latn.", field: "language")
    }
    return language
  }

  static func person(_ name: String, _ context: ActionContext) throws -> Person {
    do { return try context.people.resolve(name, for: context.actor) } catch let error as PeopleError {
      throw ActionError(error.code, ["name": .text(name)], sentence: error.sentence, field: error.field)
    }
  }
}

struct ListPeople: Action {
  static let name = "people.list"
  static let summary = "Lists everybody the house knows, and who waits to be let in."
  static let effect = Effect.read

  func perform(in context: ActionContext) async throws -> ActionResult {
    try PeopleRoom.requireAdmin(context)
    let people = context.people.everybody.filter { $0.tenant == context.actor.tenant }
    let waiting = try await Pairing(book: context.people, random: SystemRandom()).waiting()
    let lines = people.map { person in
      Say(
        "people.line",
        [
          "name": .text(person.name), "persona": .text(person.persona), "language": .text(person.language.code),
          "doors": .list(context.people.reaches(of: person.id).map { .text($0.address.door) }),
        ])
    }
    let data = people.map { person -> JSON in
      [
        "id": .string(person.id.text), "name": .string(person.name), "persona": .string(person.persona),
        "language": .string(person.language.code), "zone": .string(person.zone.identifier),
        "owner": .bool(person.isOwner),
        "addresses": JSON(context.people.reaches(of: person.id).map { $0.address.description }),
        "relatives": JSON(context.people.relatives(of: person.id).map(\.person.name)),
        "tokens": .array(
          context.people.tokens(of: person.id).filter { $0.revokedAt == nil }.map { token in
            [
              "id": .string(token.id), "scopes": JSON(token.scopes.sorted()),
              "expires": JSON(token.expiresAt?.description),
            ]
          }),
      ]
    }
    var values: [String: Say.Value] = ["count": .integer(Int64(people.count))]
    if !waiting.isEmpty { values["waiting"] = .integer(Int64(waiting.count)) }
    return .answer(
      Say(
        "people.list", values,
        lines: lines
          + waiting.map {
            Say(
              "people.waits", ["name": .text($0.name), "door": .text($0.address.door), "asked": .instant($0.askedAt)])
          }
      ),
      data: [
        "people": .array(data),
        "waiting": .array(
          waiting.map {
            ["name": .string($0.name), "door": .string($0.address.door), "asked": .string($0.askedAt.description)]
          }),
      ])
  }
}

struct AddPerson: Action {
  static let name = "people.add"
  static let summary = "Adds a person with a persona and the addresses to reach them at."
  static let effect = Effect.write
  static let isForPeopleAlone = true

  @Parameter("Their name.") var name: String
  @Parameter("Which persona answers them.", default: "client") var persona: String
  @Parameter("Their language: en, ta, ta-Latn, hi or hi-Latn.") var language: String?
  @Parameter("Their time zone, such as Asia/Kolkata.") var zone: String?
  @Parameter("Their country, two letters.") var country: String?
  @Parameter("Their Telegram id (a number).") var telegram: String?
  @Parameter("Their WhatsApp number, with the country code.") var whatsapp: String?
  @Parameter("Their e-mail address, for what cannot be told in a chat.") var email: String?
  @Parameter("An https address that is called with what they are told.") var webhook: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    try PeopleRoom.requireAdmin(context)
    try PeopleRoom.requirePersona(persona, context)
    try PeopleRoom.requireName(name)
    let addresses = try NewAddresses(
      telegram: telegram, whatsapp: whatsapp, email: email, webhook: webhook, context: context)
    let owner = context.actor
    if let namesake = context.people.namesake(name, in: owner.tenant) { throw PeopleRoom.nameTaken(namesake) }
    let person = Person(
      id: PersonID(context.ids.next()), tenant: owner.tenant, name: name, persona: persona,
      language: try PeopleRoom.language(language, .english), zone: try PeopleRoom.zone(zone, owner.zone),
      country: country?.uppercased() ?? owner.country)
    let people = context.people
    return .change { transaction in
      var house = transaction.widened()
      try people.add(person, in: &house)
      try addresses.bind(to: person, people, in: &house)
      var data: JSON = [
        "id": .string(person.id.text), "name": .string(person.name), "persona": .string(person.persona),
      ]
      if let secret = addresses.secret { data["webhook_secret"] = .string(secret) }
      return Outcome(
        Say(
          "people.added", ["name": .text(person.name), "persona": .text(person.persona)], lines: addresses.secretLines),
        data: data)
    }
  }
}

struct LinkFamily: Action {
  static let name = "people.link"
  static let summary = "Links an elder and a relative who looks after them."
  static let effect = Effect.write
  static let isForPeopleAlone = true

  @Parameter("The elder.") var elder: PersonReference
  @Parameter("The relative.") var relative: PersonReference
  @Parameter("What the relative calls the elder, such as Amma.") var called: String?

  func perform(in context: ActionContext) async throws -> ActionResult {
    try PeopleRoom.requireAdmin(context)
    let elder = try PeopleRoom.person(elder.name, context)
    let relative = try PeopleRoom.person(relative.name, context)
    guard elder.id != relative.id else {
      throw ActionError("people.same_person", sentence: "A person cannot be their own relative.", field: "relative")
    }
    let people = context.people
    // what the elder has granted or taken back is not for the owner to change
    let known = people.relatives(of: elder.id).first { $0.person.id == relative.id }?.link
    var link = known ?? FamilyLink(elder: elder.id, relative: relative.id)
    link.called = called ?? link.called
    return .change { [link] transaction in
      var house = transaction.widened()
      try people.link(link, tenant: elder.tenant, in: &house)
      return Outcome(
        Say("people.linked", ["elder": .text(elder.name), "relative": .text(relative.name)]),
        data: ["elder": .string(elder.id.text), "relative": .string(relative.id.text)])
    }
  }
}

struct MakeToken: Action {
  static let name = "people.token"
  static let summary = "Makes a bearer token for a person; it is shown once."
  static let effect = Effect.write
  static let isForPeopleAlone = true

  @Parameter("Whose token.") var person: PersonReference
  @Parameter("What it may do: read, write, money or admin; several separated by commas.", default: "read") var scope:
    String
  @Parameter("For how many days; for ever when left out.") var days: Int?

  func perform(in context: ActionContext) async throws -> ActionResult {
    try PeopleRoom.requireAdmin(context)
    let person = try PeopleRoom.person(person.name, context)
    let scopes = Set(scope.split { $0 == "," || $0 == " " }.map(String.init))
    guard !scopes.isEmpty, scopes.isSubset(of: ["read", "write", "money", "admin"]) else {
      throw ActionError(
        "people.scope_unknown", sentence: "A scope is read, write, money or admin.", field: "scope")
    }
    if let days, !(1...3_650).contains(days) {
      throw ActionError("people.days_invalid", sentence: "days is between 1 and 3650.", field: "days")
    }
    let expires = days.map { context.now + .days($0) }
    let people = context.people
    return .change { transaction in
      var house = transaction.widened()
      let token = try people.makeToken(
        for: person, scopes: scopes, expiresAt: expires, random: SystemRandom(), in: &house)
      return Outcome(
        Say("people.token", ["name": .text(person.name), "token": .text(token)]),
        data: ["token": .string(token), "person": .string(person.id.text), "expires": JSON(expires?.description)])
    }
  }
}

struct RevokeToken: Action {
  static let name = "people.revoke"
  static let summary = "Makes a token worthless at once."
  static let effect = Effect.write

  @Parameter("The token's id, as people list shows it.") var id: String

  func perform(in context: ActionContext) async throws -> ActionResult {
    try PeopleRoom.requireAdmin(context)
    let (id, people, owner) = (id, context.people, context.actor)
    return .change { transaction in
      var house = transaction.widened()
      // the tokens of another tenant are none of this owner's business
      let holder = people.token(id).flatMap { people.person($0.person) }
      guard holder?.tenant == owner.tenant, try people.revoke(token: id, in: &house) else {
        throw ActionError("people.token_unknown", sentence: "There is no valid token \(id).", field: "id")
      }
      return Outcome(Say("people.revoked", ["id": .text(id)]), data: ["revoked": .string(id)])
    }
  }
}
