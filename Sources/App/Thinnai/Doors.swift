import Actions
import Base
import Conversation
import Crypto
import Delivery
import Email
import Formats
import Foundation
import HTTP
import Messages
import People
import Speech
import Store
import Telegram
import Telemetry
import Text
import Time
import Understanding
import Web
import Webhook
import WhatsApp

/// The doors that the configuration opens. A door without its secret does not start.
struct Doors: Sendable {
  let telegram: TelegramDoor?
  let whatsapp: WhatsAppDoor?
  let email: EmailDoor?
  let webhook: WebhookDoor?
  let web: WebDoor
  let router: WebRouter

  init(_ house: House, transport: any HTTPTransport) async throws {
    let configuration = house.configuration
    let publicURL = configuration.given("public_url")
    telegram = try Doors.telegram(house, publicURL, transport)
    whatsapp = try Doors.whatsapp(house, transport)
    try await whatsapp?.load()
    email = try Doors.email(house)
    webhook = try Doors.webhook(house)
    var webhooks: [Webhook] = []
    if let telegram, telegram.mode == .webhook {
      webhooks.append(Webhook(path: TelegramDoor.webhookPath, summary: "Updates from Telegram.", handler: telegram))
    }
    if let whatsapp {
      webhooks.append(
        Webhook(
          path: WhatsAppDoor.webhookPath, methods: ["GET", "POST"], summary: "Notifications from WhatsApp.",
          handler: whatsapp))
    }
    let outside = [telegram, whatsapp, email, webhook] as [(any OutboundDoor)?]
    let names = ["web"] + outside.compactMap { $0?.name }
    var parts = WebParts(
      store: house.store, people: house.people, delivery: house.delivery, registry: house.registry, clock: house.clock,
      ids: house.ids, random: SystemRandom(), metrics: house.metrics, talk: Doors.talk(house),
      site: WebSite(
        pages: try PageFiles(folder: house.share.folder + "/Sources/Doors/Web/Pages"), publicURL: publicURL,
        isTLS: configuration.given("tls.certificate") != nil, trustedProxies: configuration.trustedProxies),
      house: WebHouse(
        version: Program.version, zoneData: ZoneDatabase.shared.version ?? "unknown",
        reasonsNotReady: { house.reasonsNotReady }, doors: { names.map { ($0, "open") } },
        queues: { [("lanes", house.conversation.lanes.depth), ("outbox", house.outbox.depth)] }))
    let pushKey = try house.keptSecret("web.push") { try Doors.encode(P256Key()) }
    parts.push = PushParts(
      key: try P256Key(Base64URL.decode(pushKey) ?? []), box: house.masterKey, transport: transport)
    web = WebDoor(parts)
    try await web.load()
    house.services.register(web)
    house.changes.listen(to: ["workflow_runs", "approvals"]) { [work = web.work] _ in work.changed() }
    router = WebRouter(web, webhooks: webhooks)
    for door in outside.compactMap({ $0 }) + [web] {
      house.outbox.add(door: door)
      house.delivery.open(door: door.name, canEdit: door.canEdit)
    }
    for door in [telegram, whatsapp] as [(any ReceivingDoor)?] {
      if let door { house.reception.add(door: door) }
    }
    if let engine = configuration.voiceEngine {
      house.hearing.add(RemoteTranscriber(engine, transport: transport))
    } else {
      let understanding = house.understanding
      house.hearing.add(
        EmbeddedTranscriber(sentences: { try understanding.sentences(in: .english) }, folder: house.cache + "/speech"))
    }
  }

  /// Registers, polls and answers presses until cancelled.
  func run() async {
    async let telegram: Void? = telegram?.run()
    async let whatsapp: Void? = whatsapp?.run()
    _ = await (telegram, whatsapp)
  }

  private static func telegram(
    _ house: House, _ publicURL: String?, _ transport: any HTTPTransport
  ) throws -> TelegramDoor? {
    let configuration = house.configuration
    guard let token = configuration.given("telegram.token") else { return nil }
    var secret = configuration.given("telegram.secret")
    if secret == nil, publicURL != nil {
      secret = try house.keptSecret("telegram.webhook") { TelegramConfiguration.makeSecret(random: SystemRandom()) }
    }
    let people = house.people
    let store = house.store
    return try TelegramDoor(
      configuration: TelegramConfiguration(
        token: token, secret: secret, publicURL: publicURL, api: configuration["telegram.api"],
        pace: Pace(
          perChat: configuration.number("telegram.pace.chat_per_s"), chatBurst: 3,
          total: configuration.number("telegram.pace.total_per_s"))),
      inbox: house.inbox, transport: transport, clock: house.clock, metrics: house.metrics,
      onMembership: { change in
        // who takes the bot out of a group can still be written to
        guard !change.isGroup else { return }
        guard !change.isReachable else { return people.saw(change.address, at: house.clock.now) }
        store.submit {
          try people.markUnreachable(change.address, in: &$0)
        } completion: { _ in
        }
      },
      onTrouble: { house.health.stands($0, "telegram", .receiving) })
  }

  private static func whatsapp(_ house: House, _ transport: any HTTPTransport) throws -> WhatsAppDoor? {
    let configuration = house.configuration
    guard configuration.given("whatsapp.token") != nil else { return nil }
    guard let settings = configuration.whatsapp else {
      Log("doors").error(
        "WhatsApp stays closed: set whatsapp.app_secret, whatsapp.verify_token and whatsapp.phone_number_id as well")
      return nil
    }
    return try WhatsAppDoor(
      configuration: settings, inbox: house.inbox, transport: transport, clock: house.clock, metrics: house.metrics,
      reader: reader(house),
      onStatus: { try await house.note($0, account: settings.phoneNumberID) },
      onMove: { try await house.ask(about: $0) },
      onTrouble: { fault in
        house.health.stands(fault.sentence, "whatsapp", .sending)
        await house.tellOwner(of: "whatsapp", "WhatsApp", String(fault.code), fault.title)
      })
  }

  private static func encode(_ key: P256Key) -> String { key.withBytes { Base64URL.encode($0) } }

  /// What a door wants to know of the person it writes to.
  private static func reader(_ house: House) -> @Sendable (PersonID) -> (name: String, language: Language) {
    let people = house.people
    return { id in
      let person = people.person(id)
      return (person?.name ?? "", person?.language ?? .english)
    }
  }

  private static func email(_ house: House) throws -> EmailDoor? {
    guard house.configuration.given("email.host") != nil else { return nil }
    guard let settings = house.configuration.email else {
      Log("doors").error("E-mail stays closed: set email.from as well")
      return nil
    }
    return try EmailDoor(
      configuration: settings, clock: house.clock, reader: reader(house),
      onTrouble: { house.health.stands($0, PeopleBook.emailDoor, .sending) })
  }

  private static func webhook(_ house: House) throws -> WebhookDoor? {
    guard house.configuration.flag("webhook.open") else { return nil }
    // a client of its own: what is open for webhooks is so for nobody else
    var reach = ReachGuard()
    reach.permitted = house.configuration.webhookNetworks
    return WebhookDoor(
      transport: try HTTPClient(reachGuard: reach), openNetworks: reach.permitted, masterKey: house.masterKey,
      clock: house.clock, reader: reader(house))
  }

  private static func talk(_ house: House) -> WebTalk {
    WebTalk(
      accept: { message in try await house.inbox.accept([message]).first.map { $0 != nil } ?? false },
      invoke: { message in try await house.conversation.invoke(message, through: house.inbox)?.json },
      act: { call, person, authority, door in
        try await house.conversation.act(call, as: person, door: door, authority: authority)
      },
      train: { training in try await house.teach(training.person, training.language, training.intent, training.examples)
      })
  }
}

extension House {
  /// Why `/readyz` says no; empty when the house is ready.
  var reasonsNotReady: [String] {
    var reasons: [String] = []
    switch database.health {
    case .ok: break
    case .full: reasons.append("The disk is full: nothing new can be accepted until there is room.")
    case .failed(let sentence): reasons.append(sentence)
    }
    if conversation.lanes.isFull { reasons.append("Too many messages are waiting.") }
    return reasons
  }

  /// Asks the owner whether a number that is said to have changed is still the same person's: until then it is a
  /// stranger's.
  func ask(about move: WhatsAppDelivery.Move) async throws {
    guard let person = people.person(at: move.from), people.person(at: move.to) == nil,
      let owner = people.owner(of: person.tenant)
    else { return }
    let arguments: JSONObject = [
      "person": .string(person.id.text), "door": .string(move.from.door), "from": .string(move.from.user),
      "to": .string(move.to.user),
    ]
    try await store.tenant(owner.tenant).write { transaction in
      try transaction.tell(
        owner.id,
        Say(
          "people.moved_ask", ["name": .text(person.name), "from": .text(move.from.user), "to": .text(move.to.user)],
          buttons: [
            Say.Button(
              "dialogue.button.yes", action: "people.move", arguments: arguments, isSingleUse: true, lifetime: .days(30)
            ),
            Say.Button("dialogue.button.no", action: "dialogue.no", lifetime: .days(30)),
          ]),
        dedupeKey: "moved.\(move.from.user).\(move.to.user)",
        // by another door when it is the owner's own number
        avoiding: owner.id == person.id ? move.from.door : nil)
    }
  }

  /// Keeps how far a message came; one that WhatsApp could not deliver is logged, and who cannot be reached is marked.
  func note(_ status: WhatsAppStatus, account: String) async throws {
    let fault = status.faults.first
    let reason = fault?.sentence ?? "WhatsApp gives no reason."
    let people = people
    let isNews = try await store.write { house in
      let isNews = try house.note(
        status.state, id: status.tracker, externalID: status.externalID, at: status.at ?? house.now, note: reason,
        againAfter: fault?.pause)
      if isNews, status.state == .failed, fault?.isAboutPerson == true, let user = status.recipient {
        try people.markUnreachable(Address(door: "whatsapp", account: account, user: user), in: &house)
      }
      return isNews
    }
    if isNews, status.state == .failed {
      Log("whatsapp").warning(
        "A message could not be delivered",
        [
          "whatsapp.message": .text(status.externalID), "outbox.id": .text(status.tracker ?? ""),
          "reason": .text(reason),
        ])
    }
  }

  /// Tells the owner, once a day, that a door is in trouble; by another one if there is one.
  func tellOwner(of door: String, _ name: String, _ code: String, _ reason: String) async {
    let owner = owner
    do {
      try await store.tenant(owner.tenant).write { transaction in
        let day = owner.zone.civil(transaction.now).date
        try transaction.tell(
          owner.id,
          Say("delivery.trouble", ["door": .text(name), "code": .text(code), "reason": .text(reason)]),
          dedupeKey: "trouble.\(door).\(code).\(day)", avoiding: door)
      }
    } catch {
      Log("doors").warning("The owner could not be told of a door in trouble", ["error": .error(error)])
    }
  }

  /// A secret of ours, made once and kept sealed by the master key in the home.
  func keptSecret(_ name: String, make: () throws -> String) throws -> String {
    let path = home + "/\(name).sealed"
    let associated = Array(name.utf8)
    if let sealed = FileManager.default.contents(atPath: path) {
      return String(decoding: try AEAD.open(Array(sealed), key: masterKey, associated: associated), as: UTF8.self)
    }
    let secret = try make()
    let sealed = try AEAD.seal(Array(secret.utf8), key: masterKey, associated: associated)
    guard
      FileManager.default.createFile(atPath: path, contents: Data(sealed), attributes: [.posixPermissions: 0o600])
    else { throw DataFileError(file: path, line: nil, expected: "the file cannot be written") }
    return secret
  }

  /// Adds example sentences to an intent for a person's tenant: at once, and again after every start.
  func teach(
    _ person: Person, _ languageCode: String, _ intent: String, _ examples: [String]
  ) async throws -> (examples: Int, accuracy: Double) {
    guard let language = Language(code: languageCode), Language.all.contains(language) else {
      throw ActionError(
        "train.language_unknown", sentence: "language is one of en, ta, ta-Latn, hi, hi-Latn.", field: "language")
    }
    let accuracy = try await understanding.add(
      tenant: person.tenant, language: language, intent: intent, examples: examples)
    let count = try await store.tenant(person.tenant).write { transaction in
      for example in examples {
        try transaction.execute(
          """
          INSERT INTO taught (tenant, id, language, intent, example, taught_at) VALUES (:tenant, ?, ?, ?, ?, ?)
          ON CONFLICT DO NOTHING
          """, transaction.newID(), language.code, intent, example, transaction.now)
      }
      return try transaction.count(
        "SELECT count(*) FROM taught WHERE tenant = :tenant AND language = ? AND intent = ?", language.code, intent)
    }
    return (count, accuracy)
  }

  /// Gives the understanding what was taught in earlier runs.
  func restoreTaught() async throws {
    let rows = try await store.read { house in
      try house.query("SELECT tenant, language, intent, example FROM taught ORDER BY taught_at") { row in
        (tenant: row.text(0), language: row.text(1), intent: row.text(2), example: row.text(3))
      }
    }
    for (_, group) in Dictionary(grouping: rows, by: { "\($0.tenant)|\($0.language)|\($0.intent)" }) {
      guard let first = group.first, let language = Language(code: first.language) else { continue }
      understanding.restore(
        tenant: TenantID(first.tenant), language: language, intent: first.intent, examples: group.map(\.example))
    }
  }
}
