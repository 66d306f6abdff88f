import Actions
import Base
import Delivery
import Formats
import HTTP
import Messages
import People
import RoomTesting
import Store
import Synchronization
import Testing
import Text
import Time

@testable import Web

@Suite("The REST routes", .timeLimit(.minutes(5)))
struct RouteTests {
  private static let everything: Set<String> = ["read", "write", "money", "admin"]

  struct Wrong: CustomTestStringConvertible, Sendable {
    let path: String
    let body: JSON
    let status: Int
    let field: String?
    init(_ path: String, _ body: JSON, _ field: String?, _ status: Int = 400) {
      (self.path, self.body, self.field, self.status) = (path, body, field, status)
    }
    var testDescription: String { "\(path) \(body.text().prefix(80))" }
  }

  @Test(
    "a wrong body is refused in words, and the field is named",
    arguments: [
      Wrong("/users/register", [:], "name"), Wrong("/users/register", ["name": 5], "name"),
      Wrong("/users/register", ["name": " "], "name"), Wrong("/users/register", ["name": .null], "name"),
      Wrong("/users/register", ["name": "A\nB", "persona": "elder"], "name"),
      Wrong("/users/register", ["name": "A\u{0}"], "name"),
      Wrong("/users/register", ["name": .string(String(repeating: "a", count: 81))], "name"),
      Wrong("/users/register", ["name": "A", "persona": "boss"], "persona"),
      Wrong("/users/register", ["name": "A", "language": "xx", "persona": "elder"], "language"),
      Wrong("/users/register", ["name": "A", "zone": "Mars/One", "persona": "elder"], "zone"),
      Wrong("/users/register", ["name": "A", "nick": "B"], "nick"), Wrong("/users/register", [1], nil),
      Wrong("/assistant/invoke", [:], "text"), Wrong("/assistant/invoke", ["text": ["a"]], "text"),
      Wrong("/assistant/invoke", ["text": .string(String(repeating: "a", count: 4_001))], "text"),
      Wrong("/assistant/invoke", ["text": "x", "person": true], "person"),
      Wrong("/assistant/invoke", ["text": "x", "person": "Nobody"], "person", 404),
      Wrong(
        "/assistant/invoke", ["text": "x", "conversation": .string(String(repeating: "c", count: 65))], "conversation"),
      Wrong("/assistant/train", ["language": "en", "intent": "note.add"], "examples"),
      Wrong("/assistant/train", ["language": "en", "intent": "note.add", "examples": []], "examples"),
      Wrong("/assistant/train", ["language": "en", "intent": "note.add", "examples": "x"], "examples"),
      Wrong("/assistant/train", ["language": "en", "intent": "note.add", "examples": ["a", 1]], "examples[1]"),
      Wrong("/assistant/train", ["language": "xx", "intent": "note.add", "examples": ["a"]], "language"),
      Wrong("/projects/link", ["project": "K", "platform": "instagram"], "external_id"),
      Wrong("/projects/link", ["project": 1, "platform": "instagram", "external_id": "k"], "project"),
      Wrong("/eldercare/track", ["type": "mood", "data": [:]], "type"),
      Wrong("/eldercare/track", ["type": "location"], "data"),
      Wrong("/eldercare/track", ["type": "location", "data": [1]], "data"),
      Wrong("/eldercare/track", ["type": "location", "at": "yesterday", "data": [:]], "at"),
      Wrong("/eldercare/track", ["type": "location", "person": "Nobody", "data": [:]], "person", 404),
      Wrong("/api/v1/actions/note.add", [:], "text"), Wrong("/api/v1/actions/note.add", ["text": []], "text"),
      Wrong("/api/v1/actions/note.add", ["text": "a", "count": "many"], "count"),
      Wrong("/api/v1/actions/note.add", ["text": "a", "size": 1], "size"),
      Wrong("/api/v1/actions/note.add", ["text": "bad"], "text", 422),
      Wrong("/api/v1/actions/none", [:], nil, 404), Wrong("/api/v1/actions/note.erase", [:], nil, 404),
      Wrong("/signin", ["code": 1], "code"), Wrong("/signin", ["code": "guess"], "code", 401),
    ])
  func wrong(_ wrong: Wrong) async throws {
    let web = try await WebHarness()
    let token = try await web.token(Self.everything)
    let answer = await web.ask("POST", wrong.path, wrong.body, token: token)
    #expect(answer.status == wrong.status && answer.field == wrong.field, "\(answer.status) \(answer.json.text())")
    let error = answer.json["error"]
    #expect(error["code"].string?.isEmpty == false && error["sentence"].string?.isEmpty == false)
    #expect(answer.json.object?.keys == ["error"])
    #expect(web.script.accepted.withLock { $0.isEmpty } && web.script.trained.withLock { $0.isEmpty })
  }

  @Test(
    "bytes that are no JSON object, of another type, or too many",
    arguments: ["/users/register", "/assistant/invoke", "/assistant/train", "/projects/link", "/eldercare/track"])
  func bytes(_ path: String) async throws {
    let web = try await WebHarness()
    let token = try await web.token(Self.everything)
    for body in [
      "", "{", "[]", "7", "\"x\"", "{\"a\":1}x", String(repeating: "[", count: 5_000), "{\"text\":\"\u{1}\"}",
    ] {
      web.pass(.seconds(5))
      let answer = await web.ask(
        "POST", path, bytes: Array(body.utf8), token: token, headers: [("Content-Type", "application/json")])
      #expect(answer.status == 400 && answer.code != nil, "\(body.prefix(20)) \(answer.status)")
    }
    let broken = await web.ask(
      "POST", path, bytes: Array("{\"text\":\"".utf8) + [0xFF] + Array("\"}".utf8), token: token)
    #expect(broken.status == 400)
    let form = await web.ask(
      "POST", path, bytes: Array("text=x".utf8), token: token,
      headers: [("Content-Type", "application/x-www-form-urlencoded")])
    #expect(form.status == 415)
    #expect(await web.ask("POST", path, bytes: [UInt8](repeating: 32, count: 70_000), token: token).status == 413)
    #expect(await web.ask("GET", path, token: token).headers["Allow"] == "POST")
    #expect(await web.ask("GET", path, token: token).status == 405)
  }

  @Test("register: a person and their token, which reads and writes as nobody else")
  func register() async throws {
    let web = try await WebHarness()
    let admin = try await web.token(Self.everything)
    let body: JSON = ["name": " Kavya ", "persona": "elder", "language": "ta", "zone": "Asia/Kolkata"]
    let answer = await web.ask("POST", "/users/register", body, token: admin)
    #expect(answer.status == 200 && answer.json.object?.keys == ["person", "token"])
    let person = try #require(web.house.people.person(PersonID(answer.json["person"].string ?? "")))
    #expect(person.name == "Kavya" && person.persona == "elder" && person.language == .tamil && !person.isOwner)
    let token = try #require(answer.json["token"].string)
    let said = await web.ask("POST", "/assistant/invoke", ["text": "hello"], token: token)
    #expect(said.status == 200)
    #expect(web.script.accepted.withLock { $0.last?.from.user } == person.id.text)
    let other = await web.ask("POST", "/assistant/invoke", ["text": "hello", "person": "Ravi"], token: token)
    #expect(other.status == 403 && other.field == "person")
    // itself by name or id is nobody else
    for reference in ["Kavya", person.id.text] {
      let own = await web.ask("POST", "/assistant/invoke", ["text": "x", "person": .string(reference)], token: token)
      #expect(own.status == 200)
    }
    // what is left out is the caller's
    let plain = await web.ask("POST", "/users/register", ["name": "Zed", "persona": "elder"], token: admin)
    let zed = try #require(web.house.people.person(PersonID(plain.json["person"].string ?? "")))
    #expect(zed.language == web.house.owner.language && zed.zone.identifier == web.house.owner.zone.identifier)
  }

  @Test("invoke: the scopes of the token go with the words, and a talk is its person's own")
  func invoke() async throws {
    let web = try await WebHarness()
    let token = try await web.token(["read"])
    for talk in ["a", "b"] {
      let answer = await web.ask(
        "POST", "/assistant/invoke", ["text": "hi", "conversation": .string(talk)], token: token)
      #expect(answer.json["text"] == "heard: hi" && answer.json["persona"] == "founder")
    }
    let accepted = web.script.accepted.withLock { $0 }
    #expect(Set(accepted.map(\.chat)).count == 2 && accepted.allSatisfy { $0.chat.hasPrefix(web.house.owner.id.text) })
    #expect(accepted.allSatisfy { $0.scopes == ["read"] && $0.from.door == "rest" })
    web.script.refusal.withLock { $0 = StoreError(.full, "The disk is full.") }
    let full = await web.ask("POST", "/assistant/invoke", ["text": "hi"], token: token)
    #expect(
      full.status == 503 && full.headers["Retry-After"] != nil && full.json["error"]["sentence"] == "The disk is full.")
  }

  @Test func train() async throws {
    let web = try await WebHarness()
    let token = try await web.token(Self.everything)
    let body: JSON = ["language": "ta-Latn", "intent": "note.add", "examples": ["kurippu eduthuko", "idhai ezhudhu"]]
    let answer = await web.ask("POST", "/assistant/train", body, token: token)
    #expect(answer.json == ["intent": "note.add", "examples": 12, "accuracy": 0.97])
    let taught = try #require(web.script.trained.withLock { $0.first })
    #expect(taught.language == "ta-Latn" && taught.examples.count == 2 && taught.person.id == web.house.owner.id)
    #expect(await web.ask("POST", "/assistant/train", body, token: try await web.token(["write"])).status == 403)
  }

  @Test func status() async throws {
    let web = try await WebHarness()
    let token = try await web.token(["read"])
    let status = await web.ask("GET", "/assistant/status", token: token).json
    #expect(status.object?.keys == ["version", "ready", "doors", "queues", "personas"])
    #expect(status["ready"] == true && status["doors"]["telegram"] == "closed" && status["queues"]["inbox"] == 0)
    #expect(await web.ask("GET", "/readyz").status == 200)
    web.script.notReady.withLock { $0 = ["The disk is full."] }
    let ready = await web.ask("GET", "/readyz")
    #expect(
      ready.status == 503 && ready.json["reasons"] == ["The disk is full."] && ready.headers["Retry-After"] != nil)
    #expect(await web.ask("GET", "/assistant/status", token: token).json["ready"] == false)
    #expect(await web.ask("GET", "/healthz").json["status"] == "ok")
  }

  @Test func link() async throws {
    let web = try await WebHarness()
    let token = try await web.token(["read", "write"])
    let body: JSON = ["project": "Kolam", "platform": "instagram", "external_id": "kolam.in"]
    #expect(await web.ask("POST", "/projects/link", body, token: token).json == ["id": "Kolam/instagram/kolam.in"])
    #expect(await web.ask("POST", "/projects/link", body, token: try await web.token(["read"])).status == 403)
  }

  @Test("track: as the caller; with the scope admin as whom it is about; never across households")
  func track() async throws {
    let web = try await WebHarness()
    let elder = web.house.elder
    func track(_ person: String?, _ token: String) async -> WebHarness.Answer {
      var body: JSON = ["type": "location", "at": "2026-11-23T04:00:00Z", "data": ["lat": 13.1, "lon": 80.2]]
      if let person { body["person"] = .string(person) }
      return await web.ask("POST", "/eldercare/track", body, token: token)
    }
    let own = try await web.token(["read", "write"], for: elder)
    #expect(await track(nil, own).json == ["event": .string("\(elder.name)>\(elder.id.text)")])
    #expect(await track("Lakshmi", own).json == ["event": "\(elder.name)>Lakshmi"])
    let relative = try await web.token(["read", "write"])
    #expect(await track("Lakshmi", relative).json == ["event": "Ravi>Lakshmi"])
    let admin = try await web.token(Self.everything)
    #expect(await track("Lakshmi", admin).json == ["event": .string("\(elder.name)>\(elder.id.text)")])
    #expect(await track(elder.id.text, admin).json == ["event": .string("\(elder.name)>\(elder.id.text)")])
    let stranger = try await web.token(Self.everything, for: try await web.stranger())
    #expect(await track("Lakshmi", stranger).status == 404)
    #expect(await track(elder.id.text, stranger).status == 404)
  }

  @Test("an action: its words, its data, its yes")
  func act() async throws {
    let web = try await WebHarness()
    let token = try await web.token(["read", "write", "money"])
    let note = await web.ask("POST", "/api/v1/actions/note.add", ["text": "milk", "count": 2], token: token)
    #expect(note.json == ["action": "note.add", "text": "milk", "data": ["id": "n1", "count": 2, "by": "Ravi"]])
    #expect(await web.ask("POST", "/api/v1/actions/note.count", token: token).json["data"] == 3)
    let asked = await web.ask("POST", "/api/v1/actions/note.pay", [:], token: token)
    #expect(asked.status == 409 && asked.code == "actions.confirm")
    #expect(asked.json["error"]["question"].string?.isEmpty == false)
    #expect(
      await web.ask("POST", "/api/v1/actions/note.pay?confirmed=true", [:], token: token).json["data"]["paid"] == true)
    #expect(await web.ask("POST", "/api/v1/actions/note.pay?confirmed=yes", [:], token: token).field == "confirmed")
    let poor = try await web.token(["read", "write"])
    #expect(await web.ask("POST", "/api/v1/actions/note.pay?confirmed=true", [:], token: poor).status == 403)
    let reader = try await web.token(["read"])
    #expect(await web.ask("POST", "/api/v1/actions/note.add", ["text": "x"], token: reader).status == 403)
    #expect(await web.ask("GET", "/api/v1/actions/note.add", token: token).status == 405)
    let names = await web.ask("GET", "/api/v1/actions", token: token).json["actions"].array?.compactMap {
      $0["name"].string
    }
    #expect(names?.contains("note.pay") == true && names?.contains("note.erase") == false)
  }

  @Test("a file is shown to whom it belongs, and only pictures are shown in the browser")
  func files() async throws {
    let web = try await WebHarness()
    let elder = web.house.elder
    let (voice, picture) = try await web.house.tenant().write { transaction in
      (
        try transaction.keep([1], type: "audio/ogg", person: elder.id),
        try transaction.keep([2], type: "image/png", person: elder.id)
      )
    }
    let page = try await web.house.tenant().write { try $0.keep([3], type: "text/html", person: elder.id) }
    let own = try await web.token(["read"], for: elder)
    let other = try await web.token(Self.everything)
    for id in [voice, picture, page] {
      #expect(await web.ask("GET", "/api/v1/files/\(id)", token: other).status == 404)
      let answer = await web.ask("GET", "/api/v1/files/\(id)", token: own)
      #expect(answer.status == 200 && answer.headers["X-Content-Type-Options"] == "nosniff")
      #expect((answer.headers["Content-Disposition"] == nil) == (id == picture))
      #expect(answer.headers["Content-Type"] == (id == picture ? "image/png" : "application/octet-stream"))
    }
    for odd in ["..", "%2e%2e", "a'b", String(repeating: "a", count: 90)] {
      #expect(await web.ask("GET", "/api/v1/files/\(odd)", token: own).status == 404)
    }
  }

  @Test("the document describes every route, and every schema that it names")
  func document() async throws {
    let web = try await WebHarness()
    let answer = await web.ask("GET", "/openapi.json")
    let document = answer.json
    #expect(document["openapi"] == "3.1.0")
    let paths = document["paths"].object?.keys ?? []
    for path in [
      "/users/register", "/assistant/invoke", "/assistant/train", "/assistant/status", "/projects/link",
      "/eldercare/track", "/api/v1/actions/note.add", "/openapi.json", "/healthz", "/readyz", "/metrics",
      "/live/messages",
      "/telegram/webhook", "/whatsapp/webhook",
    ] { #expect(paths.contains(path), "\(path)") }
    #expect(!paths.contains("/api/v1/actions/note.erase"))
    var ids: [String] = []
    for item in document["paths"].object ?? [:] {
      for operation in item.value.object ?? [:] {
        ids.append(operation.value["operationId"].string ?? "")
        #expect(operation.value["responses"]["200"].object != nil || operation.value["responses"]["101"].object != nil)
        #expect(operation.value["responses"]["default"]["$ref"] == "#/components/responses/Error")
      }
    }
    #expect(Set(ids).count == ids.count && !ids.contains(""))
    #expect(
      document["components"]["schemas"]["Error"]["properties"]["error"]["properties"].object?.keys
        == ["code", "sentence", "field", "shown", "question"])
    let unchanged = await web.ask("GET", "/openapi.json", headers: [("If-None-Match", answer.headers["ETag"] ?? "")])
    #expect(unchanged.status == 304)
  }
}

/// Stands for the care room: tells who reported about whom.
struct TrackNote: Action {
  static let name = "care.track"
  static let summary = "Takes an event."
  static let effect = Effect.write
  @Parameter("Whom it is about.") var person: String
  @Parameter("What kind.") var type: String
  @Parameter("When.") var at: String?
  @Parameter("What came.") var data: JSON
  func perform(in context: ActionContext) async throws -> ActionResult {
    let (person, actor) = (person, context.actor.name)
    guard person != "Nobody", person == context.actor.id.text || person == "Lakshmi", context.actor.name != "Omar"
    else {
      throw PeopleError("unknown", "I don't know anyone called \(person).", field: "person")
    }
    return .change { _ in Outcome(.words("noted"), data: ["event": .string("\(actor)>\(person)")]) }
  }
}

struct LinkNote: Action {
  static let name = "project.link"
  static let summary = "Links a project."
  static let effect = Effect.write
  @Parameter("The project.") var project: String
  @Parameter("Where.") var platform: String
  @Parameter("Its id there.") var external_id: String
  func perform(in context: ActionContext) async throws -> ActionResult {
    let id = [project, platform, external_id].joined(separator: "/")
    return .change { _ in Outcome(.words("linked"), data: ["id": .string(id)]) }
  }
}
