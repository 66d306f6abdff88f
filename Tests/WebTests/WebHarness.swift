import Memory
import Actions
import Base
import Conversation
import Delivery
import Formats
import HTTP
import Messages
import People
import RoomTesting
import Store
import Synchronization
import Telemetry
import Text
import Time

@testable import Web

/// A web door in memory over a real store, with a conversation that answers by script.
final class WebHarness: Sendable {
  let house: RoomHarness
  let door: WebDoor
  let router: WebRouter
  let script = Script()

  struct Answer {
    var status: Int
    var headers: HTTPHeaders
    var bytes: [UInt8]
    var response: HTTPResponse
    var json: JSON { (try? JSON.parse(bytes)) ?? .null }
    var code: String? { json["error"]["code"].string }
    var field: String? { json["error"]["field"].string }
  }

  init(_ change: (inout WebParts) -> Void = { _ in }) async throws {
    let room = Room(
      name: "notes", migrations: [],
      actions: [
        AddNote.self, PayNote.self, CountNotes.self, EraseNote.self, TrackNote.self, LinkNote.self,
      ],
      forget: { _, _ in 0 }, export: { _, _ in .null })
    let house = try await RoomHarness([room, WebRoom.room], keepers: Keeper.core + [.web])
    self.house = house
    let script = script
    let talk = WebTalk(
      accept: { message in try await script.accept(message, house) },
      invoke: { message in
        _ = try await script.accept(message, house)
        return ["text": .string("heard: \(message.text ?? "")"), "buttons": [], "persona": "founder", "intent": .null]
      },
      act: { call, person, authority, door in
        var context = house.context(person, door: door)
        context.authority = authority
        return try await house.runner.run(call, in: context)
      },
      train: { training in
        script.trained.withLock { $0.append(training) }
        return (examples: training.examples.count + 10, accuracy: 0.97)
      })
    let web = WebHouse(
      version: "1.2.3", zoneData: "2025b", reasonsNotReady: { script.notReady.withLock { $0 } },
      doors: { [("web", "open"), ("telegram", "closed")] }, queues: { [("inbox", 0)] })
    var parts = WebParts(
      store: house.store, people: house.people, delivery: house.delivery, registry: house.runner.registry,
      clock: house.clock, ids: IDGenerator(clock: house.clock, random: SystemRandom()), random: SystemRandom(),
      metrics: Metrics(), talk: talk,
      site: WebSite(pages: try PageFiles(folder: RoomHarness.share + "/Sources/Doors/Web/Pages")), house: web)
    parts.monotonic = { script.ticks.withLock { $0 } }
    change(&parts)
    let door = WebDoor(parts)
    self.door = door
    script.door.withLock { $0 = door }
    house.services.register(door)
    try await door.load()
    router = WebRouter(
      door,
      webhooks: [
        Webhook(path: "/telegram/webhook", summary: "Updates.", handler: Gatekeeper()),
        Webhook(path: "/whatsapp/webhook", methods: ["GET", "POST"], summary: "Events.", handler: Gatekeeper()),
      ])
  }

  /// What the conversation and the house do, and what they were asked.
  final class Script: Sendable {
    /// Microseconds of the clock that the limits go by.
    let ticks = Mutex<Int64>(0)
    let accepted = Mutex<[InboundMessage]>([])
    let trained = Mutex<[WebTalk.Training]>([])
    let notReady = Mutex<[String]>([])
    /// Thrown by the inbox while it is set.
    let refusal = Mutex<StoreError?>(nil)
    let door = Mutex<WebDoor?>(nil)

    /// One effect for each external id; the reply is written and sent as the outbox does.
    func accept(_ message: InboundMessage, _ house: RoomHarness) async throws -> Bool {
      if let refusal = refusal.withLock({ $0 }) { throw refusal }
      let isNew = accepted.withLock { accepted in
        if accepted.contains(where: { $0.externalID == message.externalID }) { return false }
        accepted.append(message)
        return true
      }
      guard isNew, message.from.door == "web", let person = house.people.person(at: message.from) else { return isNew }
      house.clock.advance(by: .milliseconds(5))
      let said = message.text ?? ""
      let sent = Mutex<[OutboxItem]>([])
      house.delivery.attach { item in sent.withLock { $0.append(item) } }
      try await house.store.tenant(person.tenant).write { transaction in
        var say = Say.words("heard: \(said)")
        if said == "pay" {
          say.buttons = [Say.Button("yes", action: "note.pay"), Say.Button("no", action: "note.add")]
        }
        let reply = try house.delivery.render(say, for: person, in: transaction)
        try transaction.remember(
          Episode(
            person: person.id, door: "web", conversation: "web//\(person.id)", at: transaction.now, said: said,
            replied: reply.text.text, intent: nil, actions: []))
        let reach = PeopleBook.Reach(
          address: message.from, chat: message.chat, isReachable: true, lastSeen: transaction.now)
        try house.delivery.post(reply, to: person, at: reach, urgency: .normal, in: transaction)
      }
      let door = door.withLock { $0 }
      for item in sent.withLock({ $0 }) { _ = await door?.send(item, picture: nil) }
      return true
    }
  }

  // MARK: Asking

  func token(
    _ scopes: Set<String>, for person: Person? = nil, expiresAt: Instant? = nil
  ) async throws -> String {
    let person = person ?? house.owner
    return try await house.store.write { [house] transaction in
      try house.people.makeToken(
        for: person, scopes: scopes, expiresAt: expiresAt, random: SystemRandom(), in: &transaction)
    }
  }

  /// A signed-in page's cookie.
  func cookie(_ person: Person? = nil, device: String = "") async throws -> String {
    "thinnai=" + (try await door.sessions.open(for: (person ?? house.owner).id, device: device))
  }

  /// Somebody of another household.
  func stranger() async throws -> Person {
    let person = Person(
      id: PersonID("other-person"), tenant: TenantID("other"), name: "Omar", persona: "founder", language: .english,
      zone: .utc, isOwner: true)
    try await house.store.write { [house] transaction in
      try transaction.execute(
        "INSERT INTO tenants (id, name, created_at) VALUES (?, ?, ?)", person.tenant, "other", transaction.now)
      try house.people.add(person, in: &transaction)
    }
    return person
  }

  func pass(_ duration: Duration) { script.ticks.withLock { $0 += duration.microseconds } }

  /// One request through admission and handling, as the server makes it.
  func ask(
    _ method: String, _ path: String, _ body: JSON? = nil, bytes: [UInt8]? = nil, token: String? = nil,
    cookie: String? = nil, headers: [(String, String)] = [], from address: String = "203.0.113.7",
    isUnixSocket: Bool = false
  ) async -> Answer {
    let body = bytes ?? body?.bytes() ?? []
    var fields = HTTPHeaders(headers)
    if fields["Host"] == nil { fields.add("Host", "thinnai.example") }
    if !body.isEmpty, fields["Content-Type"] == nil { fields.add("Content-Type", "application/json") }
    if !body.isEmpty { fields.add("Content-Length", "\(body.count)") }
    if let token { fields.add("Authorization", "Bearer \(token)") }
    if let cookie { fields.add("Cookie", cookie) }
    let parts = path.split(separator: "?", maxSplits: 1).map(String.init)
    let head = HTTPRequestHead(
      method: method, path: parts[0], rawQuery: parts.count > 1 ? parts[1] : nil, headers: fields,
      remoteAddress: isUnixSocket ? "" : address, isUnixSocket: isUnixSocket)
    let response: HTTPResponse
    switch router.admit(head) {
    case .refuse(let refusal): response = refusal
    case .accept(let limit) where body.count > limit:
      response = .failure(413, code: "http.bodyTooLong", sentence: "Too long.")
    case .accept: response = await router.handle(HTTPRequest(head: head, body: body))
    }
    var bytes: [UInt8] = []
    if case .bytes(let all) = response.body { bytes = all }
    return Answer(status: response.status, headers: response.headers, bytes: bytes, response: response)
  }
}

/// Stands for another door: it has a secret of its own.
struct Gatekeeper: HTTPHandler {
  func admit(_ head: HTTPRequestHead) -> Admission {
    head.headers["X-Secret"] == "sesame" ? .accept(bodyLimit: 1_000) : .refuse(.text("no", status: 401))
  }
  func handle(_ request: HTTPRequest) async -> HTTPResponse { .text("taken \(request.body.count)") }
}

struct AddNote: Action {
  static let name = "note.add"
  static let summary = "Writes a note."
  static let effect = Effect.write
  @Parameter("What it says.") var text: String
  @Parameter("How many.", default: 1) var count: Int
  func perform(in context: ActionContext) async throws -> ActionResult {
    let (text, count, trace) = (text, count, context.actor.name)
    guard text != "bad" else { throw ActionError("note.bad", sentence: "That is a bad note.", field: "text") }
    return .change { _ in
      Outcome(.words(text), data: ["id": "n1", "count": .integer(Int64(count)), "by": .string(trace)])
    }
  }
}

struct PayNote: Action {
  static let name = "note.pay"
  static let summary = "Pays for a note."
  static let effect = Effect.money
  func perform(in context: ActionContext) async throws -> ActionResult {
    .change { _ in Outcome(.words("paid"), data: ["paid": true]) }
  }
}

struct CountNotes: Action {
  static let name = "note.count"
  static let summary = "Counts notes."
  static let effect = Effect.read
  func perform(in context: ActionContext) async throws -> ActionResult { .answer(.words("3"), data: 3) }
}

struct EraseNote: Action {
  static let name = "note.erase"
  static let summary = "Undoes a note."
  static let effect = Effect.write
  static let isHidden = true
  func perform(in context: ActionContext) async throws -> ActionResult { .answer(.words("gone")) }
}
