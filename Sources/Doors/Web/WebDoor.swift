import Base
package import Delivery
import Formats
import Messages
package import People
import Store
import Synchronization
import Telemetry
import Text
import Time

/// The web page's door: who is signed in, which pages are open, and what is said to them.
///
/// What it is given to send is on disk and part of the history; an open page gets it at once, a closed one when it
/// connects again; where none is open, devices that want it are told by their browsers' push services.
package final class WebDoor: OutboundDoor {
  package let name = "web"
  package let pace = Pace()
  package let canEdit = true
  package let sessions: WebSessions
  let parts: WebParts
  let hub = LiveHub()
  /// The pages that show work; told by whoever keeps it.
  package let work = WorkFeed()
  let codes: SignInCodes
  let pushDesk: PushDesk?
  let messageLimit: RateLimiter
  /// Scheme, host and port at which this machine reaches the page; for links where no other is known.
  private let address = Mutex<String?>(nil)
  private let log = Log("web")

  package init(_ parts: WebParts) {
    self.parts = parts
    sessions = WebSessions(store: parts.store, random: parts.random)
    codes = SignInCodes(clock: parts.clock, random: parts.random)
    pushDesk = parts.push.map { PushDesk($0, parts) }
    messageLimit = RateLimiter(
      rate: parts.limits.messages.perSecond, burst: parts.limits.messages.burst, clock: parts.monotonic)
    let hub = hub
    parts.metrics.gauge("thinnai_web_pages_open", help: "Pages that are connected.") { Double(hub.count) }
  }

  /// Reads who is signed in; called once, after the migrations.
  package func load() async throws {
    try await sessions.load()
    try await pushDesk?.load()
  }

  /// The server listens now.
  package func opened(at base: String) { address.withLock { $0 = base } }

  /// Where people reach the page, as far as the house knows.
  var base: String? { parts.site.publicURL ?? address.withLock { $0 } }

  /// Sessions whose rows are gone: their pages end at once.
  func ended(_ hashes: [String]) {
    sessions.ended(hashes)
    pushDesk?.ended(hashes)
    for hash in hashes {
      hub.close(session: hash)
      work.close(session: hash)
    }
  }

  /// Lets go of every open page, so that the server can stop.
  package func close() {
    hub.closeAll()
    work.closeAll()
  }

  /// A code for signing in once within ten minutes, to be appended to `/signin#code=`.
  package func makeSignInCode(for person: Person) -> String { codes.make(for: person.id) }

  /// The whole link. - Parameter base: scheme, host and port where the page can be reached.
  package func makeSignInLink(for person: Person, base: String) -> String {
    Self.link(makeSignInCode(for: person), base: base)
  }

  static func link(_ code: String, base: String) -> String {
    "\(base.hasSuffix("/") ? String(base.dropLast()) : base)/signin#code=\(code)"
  }

  package func send(_ item: OutboxItem, picture: KeptFile?) async -> SendOutcome {
    if item.message.purpose == OutboundMessage.progress {
      // who looks sees it change; nobody is called for it
      _ = hub.push(LiveFrames.said(item.message, id: item.id, isReply: false, at: parts.clock.now), to: item.person)
      return .sent(externalID: item.id)
    }
    let isReply = hub.takeAnswer(for: item.person)
    let isSeen = hub.push(
      LiveFrames.said(item.message, id: item.id, isReply: isReply, at: parts.clock.now), to: item.person)
    guard !isSeen, let pushDesk, let person = parts.people.person(item.person),
      let pause = await pushDesk.notify(item, person.language, isOpen: { sessions.isOpen($0, now: parts.clock.now) })
    else { return .sent(externalID: nil) }
    return .retry(after: pause, reason: "A push service did not take it.", piecesSent: 0)
  }

  // MARK: What a page says

  static let messageFields: [Field] = [
    .text("type", limit: 20, "`message`, `press` or `location`."),
    .text("id", limit: 64, "Made by the page: the same id again has no second effect."),
    .optional("text", .text(limit: 4_000), "The words of a `message`."),
    .optional("button", .text(limit: 64), "The id of the button of a `press`."),
    Field(
      name: "location", kind: .object, isRequired: false, summary: "`lat`, `lon` and `accuracy_m` of a `location`."),
  ]

  /// Makes what a page sent durable.
  ///
  /// - Returns: the acknowledgement.
  /// - Throws: `WebFailure`, or what the inbox says when it cannot take it.
  func accept(_ fields: Fields, from person: Person) async throws -> JSON {
    if let wait = messageLimit.take(person.id.text) { throw WebFailure.slowDown(wait) }
    let id = try fields.required("id")
    let isPlain = id.utf8.allSatisfy {
      (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 95
    }
    guard isPlain, id.utf8.count >= 8 else {
      throw WebFailure.badField("id", "8 to 64 letters, digits, - or _ are expected")
    }
    let now = parts.clock.now
    let content: InboundMessage.Content
    let type = try fields.required("type")
    switch type {
    case "message": content = .text(try fields.required("text"))
    case "press": content = .press(data: try fields.required("button"))
    case "location":
      let given = fields.object["location"] ?? .null
      guard let latitude = given["lat"].double, let longitude = given["lon"].double,
        let place = Coordinate(latitude: latitude, longitude: longitude)
      else { throw WebFailure.badField("location", "lat and lon in degrees are expected") }
      let accuracy = given["accuracy_m"].double.flatMap { $0 >= 0 && $0 < 1e7 ? $0 : nil }
      content = .location(place, accuracyMetres: accuracy, isLive: false)
    default: throw WebFailure.badField("type", "message, press or location is expected")
    }
    let message = InboundMessage(
      from: Address(door: name, user: person.id.text), kind: "message", externalID: "\(person.id.text)/\(id)",
      chat: person.id.text, senderName: person.name, sentAt: now, content: content)
    // counted before, because the answer may be there before `accept` returns
    hub.expectAnswer(for: person.id)
    let isNew: Bool
    do {
      isNew = try await parts.talk.accept(message)
    } catch {
      _ = hub.takeAnswer(for: person.id)
      throw error
    }
    if !isNew { _ = hub.takeAnswer(for: person.id) }
    if isNew, case .text(let text) = content { hub.push(LiveFrames.heard(text, id: id, at: now), to: person.id) }
    if isNew, case .press(let button) = content { hub.push(LiveFrames.pressed(button), to: person.id) }
    // the answer may have been said already: then nobody is writing any more
    if isNew, hub.isAnswerAwaited(by: person.id) { hub.push(["type": "typing"], to: person.id) }
    return LiveFrames.ack(id, at: now, isRepeat: !isNew)
  }

  /// One frame of a page's socket, answered into its channel. Never throws: a bad frame gets an error frame.
  func take(_ text: String, _ person: Person, _ channel: LiveChannel) async {
    var id: String?
    do {
      let object = try Fields.object(Array(text.utf8))
      id = object["id"]?.string.map { String($0.prefix(64)) }
      if object["type"]?.string == "ping" { return channel.push(#"{"type":"pong"}"#) }
      let ack = try await accept(Fields(Array(text.utf8), declared: Self.messageFields), from: person)
      channel.push(ack.text())
    } catch {
      channel.push(LiveFrames.failure(failure(error), id: id).text())
    }
  }

  /// An error as a refusal; one that nobody named is logged and told as ours.
  func failure(_ error: any Error) -> WebFailure {
    if let failure = WebFailure(error) { return failure }
    log.error("A request failed for a reason nobody named", ["error": .error(error)])
    return WebFailure(500, "web.failed", "Something went wrong on our side. Nothing was changed.")
  }

  /// What a page shows first: who speaks, what to try, and the last turns.
  func greeting(_ person: Person, session: String = "") async throws -> [JSON] {
    [hello(person, session: session), try await LiveFrames.history(of: person, in: parts.store.tenant(person.tenant))]
  }

  func hello(_ person: Person, session: String) -> JSON {
    let persona = parts.delivery.personas[person.persona]
    let suggestions =
      person.language.fallbacks.compactMap { persona?.suggestions[$0.code] }.first ?? persona?.suggestions["en"] ?? []
    let people = parts.people
    let hasFamily = !people.elders(of: person.id).isEmpty || !people.relatives(of: person.id).isEmpty
    return [
      "type": "hello",
      "person": [
        "id": .string(person.id.text), "name": .string(person.name), "language": .string(person.language.code),
        "zone": .string(person.zone.identifier), "owner": .bool(person.isOwner),
      ],
      "session": JSON(sessions.id(of: session)), "family": .bool(hasFamily),
      "push": JSON(pushDesk?.publicKey), "pushed": .bool(pushDesk?.has(session) == true),
      "personas": JSON(person.isOwner ? parts.delivery.personas.names : []),
      "persona": [
        "name": .string(person.persona), "title": .string(persona?.title ?? person.persona),
        "plain": .bool(persona?.isPlain ?? false),
      ],
      "suggestions": JSON(Array(suggestions.prefix(6))), "version": .string(parts.house.version),
    ]
  }
}
