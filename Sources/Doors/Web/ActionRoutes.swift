import Actions
import Base
import Delivery
import Formats
import HTTP
import Messages
import People
import Store

/// Every action by its name, the catalogue of them, and the pictures they make.
enum ActionRoutes {
  static let prefix = "/api/v1/actions/"

  static func all(_ door: WebDoor) -> [Route] { [catalogue(door), act(door), file(door)] }

  private static func catalogue(_ door: WebDoor) -> Route {
    let parts = door.parts
    return Route(
      method: "GET", path: "/api/v1/actions", summary: "Every action that the caller's persona does, with its schema.",
      access: .tokenOrPage(.read),
      result: Route.object(["actions": ["type": "array", "items": ["type": "object"]]])
    ) { call in
      let persona = parts.delivery.personas[try call.requireCaller().person.persona]
      let actions = parts.registry.all.filter { !$0.isHidden && persona?.allows($0.name) == true }.map { entry in
        JSON.object([
          "name": .string(entry.name), "summary": .string(entry.summary), "effect": .string(entry.effect.rawValue),
          "parameters": ActionRegistry.schema(of: entry),
        ])
      }
      return Route.json(["actions": .array(actions)])
    }
  }

  private static func act(_ door: WebDoor) -> Route {
    let parts = door.parts
    return Route(
      method: "POST", path: prefix + "{name}", summary: "Runs an action; the body is its arguments.",
      access: .tokenOrPage(.read),
      query: [
        .optional("confirmed", .boolean, "`true` is the person's yes to exactly this call.")
      ],
      result: ["type": "object"], bodyLimit: 256 << 10
    ) { call in
      let caller = try call.requireCaller()
      // hidden actions are undo's and the shell's own: only who sits at the machine may name them
      let isShell = call.request.head.isUnixSocket
      guard let entry = parts.registry[call.argument], isShell || !entry.isHidden else {
        throw WebFailure(404, "actions.unknown", "There is no action of that name; GET /api/v1/actions lists them.")
      }
      let arguments = call.request.body.isEmpty ? [:] : try Fields.object(call.request.body)
      var authority = caller.authority
      authority.isApproved = try isConfirmed(call) && authority.covers(entry.effect)
      let reader = parts.delivery.reader(caller.person)
      let words = { (say: Say) in parts.delivery.replies.text(of: say, for: reader, now: parts.clock.now).text }
      let outcome: Outcome
      do {
        outcome = try await parts.talk.act(
          ActionCall(entry.name, arguments), caller.person, authority, isShell ? "shell" : "rest")
      } catch let error as ActionError {
        guard var failure = WebFailure(error) else { throw error }
        if parts.delivery.replies.has(error.say.key) { failure.shown = words(error.say) }
        guard let question = error.question else { throw failure }
        failure.question = words(question)
        failure.sentence = "This needs a person's yes: repeat the call with ?confirmed=true once it is given."
        throw failure
      }
      var answer: JSONObject = [
        "action": .string(entry.name), "text": .string(words(outcome.say)), "data": outcome.data,
      ]
      if let picture = outcome.say.picture { answer["picture"] = .string("/api/v1/files/" + picture) }
      return Route.json(.object(answer))
    }
  }

  private static func isConfirmed(_ call: Route.Call) throws -> Bool {
    switch call.request.head.query("confirmed") ?? call.request.headers["X-Confirmed"] {
    case nil, "false": false
    case "true": true
    default: throw WebFailure.badField("confirmed", "true or false is expected")
    }
  }

  private static func file(_ door: WebDoor) -> Route {
    let parts = door.parts
    return Route(
      method: "GET", path: "/api/v1/files/{id}", summary: "A kept picture or file of the caller's.",
      access: .tokenOrPage(.read)
    ) { call in
      let caller = try call.requireCaller()
      let isID = call.argument.utf8.count <= 64 && call.argument.utf8.allSatisfy { $0 > 32 && $0 < 127 }
      // somebody's voice note is not the whole household's
      guard isID, let file = try await parts.store.tenant(caller.person.tenant).keptFile(call.argument),
        file.person == nil || file.person == caller.person.id
      else {
        throw WebFailure(404, "web.not_found", "There is no such file, or it has expired.")
      }
      // only what a browser shows without running anything is shown in it
      let isPicture = ["image/png", "image/jpeg", "image/webp", "image/gif"].contains(file.type)
      var response = HTTPResponse(headers: [
        "Content-Type": isPicture ? file.type : "application/octet-stream",
        "Cache-Control": "private, max-age=86400, immutable",
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
      ])
      if !isPicture {
        // the name is our own, of plain letters; anything else is left out
        let name = file.name.flatMap { name in
          name.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 46 }
            ? name : nil
        }
        response.headers.add(
          "Content-Disposition", "attachment" + (name.map { "; filename=\"\($0)\"" } ?? ""))
      }
      response.body = .bytes(file.bytes)
      return response
    }
  }
}
