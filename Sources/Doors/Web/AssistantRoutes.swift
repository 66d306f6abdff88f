import Actions
import Base
import Delivery
import Formats
import HTTP
import Messages
import People
import Store
import Text
import Time

/// People, talking, teaching: the named routes of the REST API.
enum AssistantRoutes {
  static func all(_ door: WebDoor) -> [Route] {
    [register(door), signInLink(door), invoke(door), train(door), linkProject(door), track(door)]
  }

  private static func register(_ door: WebDoor) -> Route {
    let parts = door.parts
    return Route(
      method: "POST", path: "/users/register", summary: "Adds a person and gives their token, shown this once.",
      access: .token(.admin),
      body: [
        .text("name", limit: 80, "How the person is called."),
        .optional("persona", "Which persona answers; `client` when left out."),
        .optional("language", "en, ta, hi, ta-Latn or hi-Latn; the caller's when left out."),
        .optional("zone", "An IANA time zone; the caller's when left out."),
      ], result: Route.object(["person": Route.string, "token": Route.string])
    ) { call in
      let caller = try call.requireCaller()
      let persona = call.fields.text("persona") ?? "client"
      guard parts.delivery.personas[persona] != nil else {
        let known = parts.delivery.personas.names.joined(separator: ", ")
        throw WebFailure.badField("persona", "one of \(known) is expected")
      }
      var language = caller.person.language
      if let code = call.fields.text("language") {
        guard let known = Language(code: code) else {
          throw WebFailure.badField("language", "one of en, ta, hi, ta-Latn, hi-Latn is expected")
        }
        language = known
      }
      var zone = caller.person.zone
      if let name = call.fields.text("zone") {
        guard let known = try? Zone.named(name) else {
          throw WebFailure.badField("zone", "an IANA time zone such as Asia/Kolkata is expected")
        }
        zone = known
      }
      let name = try call.fields.required("name")
      guard !name.contains(where: \.isNewline) else { throw WebFailure.badField("name", "one line is expected") }
      if let namesake = parts.people.namesake(name, in: caller.person.tenant) {
        throw WebFailure(
          409, "people.name_taken",
          "\(namesake.name) is known already; choose a name that tells the two apart.", field: "name")
      }
      let person = Person(
        id: PersonID(parts.ids.next()), tenant: caller.person.tenant, name: name, persona: persona,
        language: language, zone: zone, country: caller.person.country)
      let token = try await parts.store.write { house in
        try parts.people.add(person, in: &house)
        return try parts.people.makeToken(
          for: person, scopes: ["read", "write"], expiresAt: nil, random: parts.random, in: &house)
      }
      return Route.json(["person": .string(person.id.text), "token": .string(token)])
    }
  }

  private static func signInLink(_ door: WebDoor) -> Route {
    let parts = door.parts
    return Route(
      method: "POST", path: "/users/signin-link",
      summary: "Makes a link that signs a person in to the chat page once within ten minutes.",
      access: .token(.admin), body: [.optional("person", "Name or id; the caller when left out.")],
      result: Route.object(["link": Route.string, "expires_in_s": Route.integer])
    ) { call in
      let caller = try call.requireCaller()
      let person = try call.fields.text("person").map { try self.person($0, for: caller, door) } ?? caller.person
      let scheme = parts.site.isTLS ? "https://" : "http://"
      let base = parts.site.publicURL ?? scheme + (call.request.headers["Host"] ?? "localhost")
      return Route.json([
        "link": .string(door.makeSignInLink(for: person, base: base)),
        "expires_in_s": .integer(SignInCodes.lifetime.components.seconds),
      ])
    }
  }

  private static func invoke(_ door: WebDoor) -> Route {
    let parts = door.parts
    return Route(
      method: "POST", path: "/assistant/invoke", summary: "Says a line as a person and answers what came of it.",
      access: .token(.read),
      body: [
        .text("text", limit: 4_000, "What the person says."),
        .optional("person", "Name or id; somebody else than the caller needs the scope admin."),
        .optional("conversation", .text(limit: 64), "Keeps several talks of one person apart."),
      ],
      result: Route.object([
        "text": Route.string, "buttons": ["type": "array", "items": ["type": "object"]], "persona": Route.string,
        "intent": ["type": ["string", "null"]], "confidence": ["type": "number"],
        "actions": [
          "type": "array",
          "items": Route.object([
            "name": Route.string, "arguments": ["type": "object"],
            "status": ["type": "string", "enum": ["done", "answered", "asked", "confirm", "failed"]], "result": [:],
          ]),
        ],
      ])
    ) { call in
      let caller = try call.requireCaller()
      var person = caller.person
      if let reference = call.fields.text("person"), reference != person.id.text, reference != person.name {
        guard caller.isAdmin else {
          throw WebFailure(403, "web.scope", "Speaking for somebody else needs the scope admin.", field: "person")
        }
        person = try self.person(reference, for: caller, door)
      }
      // a talk belongs to its person: nobody shares a lane by choosing the same word
      let talk = call.fields.text("conversation").map { "/" + $0 } ?? ""
      let message = InboundMessage(
        from: Address(door: "rest", user: person.id.text), kind: "message", externalID: parts.ids.next(),
        chat: person.id.text + talk, senderName: person.name, sentAt: parts.clock.now,
        content: .text(try call.fields.required("text")), scopes: caller.isAdmin ? nil : caller.scopes)
      guard let report = try await parts.talk.invoke(message) else {
        throw WebFailure(
          503, "web.no_answer", "The message was kept, but there is no answer yet.", headers: [("Retry-After", "2")])
      }
      return Route.json(report)
    }
  }

  private static func train(_ door: WebDoor) -> Route {
    let parts = door.parts
    return Route(
      method: "POST", path: "/assistant/train", summary: "Teaches an intent new example sentences, without a restart.",
      access: .token(.admin),
      body: [
        .text("language", "The language of the examples."), .text("intent", "The intent, such as reminder.create."),
        Field(
          name: "examples", kind: .texts(count: 200, limit: 300), isRequired: true,
          summary: "Sentences that people say."),
      ], result: Route.object(["intent": Route.string, "examples": Route.integer, "accuracy": ["type": "number"]])
    ) { call in
      let caller = try call.requireCaller()
      guard let language = Language(code: try call.fields.required("language")) else {
        throw WebFailure.badField("language", "one of en, ta, hi, ta-Latn, hi-Latn is expected")
      }
      let intent = try call.fields.required("intent")
      let examples = call.fields.object["examples"]?.array?.compactMap(\.string) ?? []
      let outcome = try await parts.talk.train(
        .init(language: language.code, intent: intent, examples: examples, person: caller.person))
      return Route.json([
        "intent": .string(intent), "examples": .integer(Int64(outcome.examples)),
        "accuracy": .number(outcome.accuracy),
      ])
    }
  }

  private static func linkProject(_ door: WebDoor) -> Route {
    Route(
      method: "POST", path: "/projects/link", summary: "Connects a project with its page or account on a platform.",
      access: .token(.write),
      body: [
        .text("project", "The project or brand."), .text("platform", "Such as instagram or shopify."),
        .text("external_id", "The platform's own id."),
      ], result: Route.object(["id": Route.string])
    ) { call in
      let caller = try call.requireCaller()
      let outcome = try await door.parts.talk.act(
        ActionCall("project.link", call.fields.object), caller.person, caller.authority, "rest")
      return Route.json(["id": outcome.data["id"]])
    }
  }

  private static func track(_ door: WebDoor) -> Route {
    Route(
      method: "POST", path: "/eldercare/track", summary: "Records a location, medication or appointment event.",
      access: .token(.write),
      body: [
        .optional(
          "person", "Name or id of whom it is about; the caller when left out. With the scope admin it can be anybody."),
        .text("type", "`location`, `medication` or `appointment`."),
        .optional("at", .instant, "When it was; now when left out."),
        Field(
          name: "data", kind: .object, isRequired: true,
          summary: "location {lat,lon,accuracy_m,battery}, medication {medicine,status}, appointment {title,starts}."),
      ], result: Route.object(["event": Route.string])
    ) { call in
      let caller = try call.requireCaller()
      let type = try call.fields.required("type")
      guard ["location", "medication", "appointment"].contains(type) else {
        throw WebFailure.badField("type", "location, medication or appointment is expected")
      }
      // who may speak for everybody reports as the person it is about, as a watch or a pill box does; everybody else
      // reports with the rights that the family link gives
      let reference = call.fields.text("person") ?? caller.person.id.text
      let named = caller.isAdmin ? try? self.person(reference, for: caller, door) : nil
      var arguments = JSONObject(members: call.fields.object.members.filter { $0.value != .null })
      arguments["person"] = .string(named?.id.text ?? reference)
      let outcome = try await door.parts.talk.act(
        ActionCall("care.track", arguments), named ?? caller.person, caller.authority, "rest")
      return Route.json(["event": outcome.data["event"]])
    }
  }

  /// Somebody of the caller's own tenant, by id or whole name.
  static func person(_ reference: String, for caller: Caller, _ door: WebDoor) throws -> Person {
    let own = door.parts.people.everybody.filter { $0.tenant == caller.person.tenant }
    let wanted = reference.lowercased()
    let found = own.filter { $0.id.text == reference || $0.name.lowercased() == wanted }
    guard let person = found.first else {
      throw WebFailure(404, "people.unknown", "There is no person \(reference) here.", field: "person")
    }
    guard found.count == 1 else {
      let ids = found.map(\.id.text).joined(separator: ", ")
      throw WebFailure(
        409, "people.ambiguous", "There are several people of that name: give one of the ids \(ids).", field: "person")
    }
    return person
  }
}
