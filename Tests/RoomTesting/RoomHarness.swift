package import Actions
package import Base
import Crypto
package import Delivery
package import Events
package import Formats
import Foundation
import Conversation
package import Messages
package import People
package import Schedule
package import Store
import Synchronization
import Telemetry
import Text
import Time

/// A house with some rooms, a real SQLite file in a temporary folder and a clock moved by hand; no doors.
package final class RoomHarness: Sendable {
  package let clock: VirtualClock
  package let people: PeopleBook
  package let services: TransactionServices
  package let store: HouseStore
  package let changes: ChangeFeed
  package let runner: Runner
  package let scheduler: Scheduler
  package let events: EventBus
  package let replies: Replies
  package let personas: PersonaLibrary
  package let delivery: Delivery
  /// The owner: founder, English, Asia/Kolkata.
  package let owner: Person
  /// An elder, Tamil, Asia/Kolkata; the owner is the linked relative and calls her Amma.
  package let elder: Person
  package let rooms: [Room]
  package let keepers: [Keeper]
  private let outgoing = Mutex<[OutboxItem]>([])
  /// A language model is set.
  private let model = Atomic(false)
  package var hasLanguageModel: Bool {
    get { model.load(ordering: .acquiring) }
    set { model.store(newValue, ordering: .releasing) }
  }
  private let words: @Sendable (String, SlotKind, ActionContext) -> SlotValue?
  private let folder: TestFolder

  /// - Parameters:
  ///   - schemas: whether events must fit those of `Events/`; not where a test makes up its own.
  ///   - words: reads natural words for arguments; none by default (give ISO forms).
  package init(
    _ rooms: [Room], keepers: [Keeper] = Keeper.core, now: String = "2026-11-23T04:30:00Z", schemas: Bool = true,
    approvals: ApprovalPolicy = ApprovalPolicy(),
    words: @escaping @Sendable (String, SlotKind, ActionContext) -> SlotValue? = { _, _, _ in nil }
  ) async throws {
    self.rooms = rooms
    self.keepers = keepers
    self.words = words
    folder = try TestFolder("room")
    guard let start = Instant(iso8601: now) else { throw DataFileError(file: now, line: nil, expected: "an instant") }
    clock = VirtualClock(start)
    let random = SeededRandom(seed: 7)
    var options = StoreOptions(clock: clock, random: random)
    options.ballastBytes = 4_096
    services = options.services
    changes = options.changes
    let database = try SQLiteDatabase(path: folder.path + "/house.db", options: options)
    try await database.migrate(
      keepers.flatMap(\.migrations) + rooms.flatMap(\.migrations))
    store = HouseStore(database)
    let metrics = Metrics()
    people = PeopleBook(store: store, zones: .shared)
    replies = try Self.sharedReplies.get()
    let numbers = try EmergencyNumbers(YAML.load(path: Self.share + "/Personas/numbers/emergency.yaml"))
    let library = [
      try Persona(
        YAML.parse(
          "name: founder\nactions: ['*']\nconfirm: {outbound: ask, money: ask}\n"
            + "confirm_actions: {memory.forget: ask}", file: "founder")),
      try Persona(YAML.parse("name: client\nactions: ['*']", file: "client")),
      try Persona(
        YAML.parse("name: elder\nactions: ['*']\nquiet_hours: {from: '22:00', to: '06:00'}", file: "elder")),
    ]
    personas = PersonaLibrary(library, emergencyNumbers: numbers)
    delivery = Delivery(people: people, personas: personas, replies: replies, random: random)
    services.register(people)
    services.register(delivery)
    let hub = EventHub(
      rooms.flatMap(\.reactions), schemas: schemas ? try Self.eventSchemas.get() : EventSchemas(), isStrict: true)
    services.register(hub)
    let log = StoreEventLog(store: store)
    events = EventBus(
      store: store, hub: hub, log: log, consumers: rooms.flatMap(\.consumers), clock: clock, metrics: metrics)
    services.register(events)
    let audit = AuditLog(key: Array(repeating: 1, count: 32))
    services.register(audit)
    runner = Runner(
      registry: try ActionRegistry(rooms.flatMap(\.actions)), audit: audit, approvals: approvals,
      secretKey: SecretKey(Array(repeating: 9, count: 32)),
      words: words)
    services.register(runner.approvals)
    services.register(runner.registry)
    scheduler = Scheduler(
      store: store, clock: clock, handlers: rooms.flatMap(\.dueHandlers) + runner.approvals.dueHandlers,
      metrics: metrics)
    services.register(scheduler)
    let zone = try Zone.named("Asia/Kolkata")
    let ids = IDGenerator(clock: clock, random: random)
    owner = try await people.ensureOwner(name: "Ravi", zone: zone, ids: ids)
    elder = Person(
      id: PersonID(ids.next()), tenant: owner.tenant, name: "Lakshmi", persona: "elder", language: .tamil, zone: zone)
    let (owner, elder, people) = (owner, elder, people)
    try await store.write { house in
      try people.add(elder, in: &house)
      try people.link(FamilyLink(elder: elder.id, relative: owner.id, called: "Amma"), tenant: owner.tenant, in: &house)
      for person in [owner, elder] {
        try people.bind(
          Address(door: "telegram", account: "1", user: person.name), chat: person.name, to: person, in: &house)
      }
    }
    delivery.open(door: "telegram", canEdit: true)
    events.add(
      runner.approvals.consumer(
        runner, context: { [weak self] in self?.context($0, door: $1, authority: $2) }, people: people
      ) { [store] id, tenant in try await store.tenant(tenant).read { try Approval.find(id, $0) } })
    delivery.attach { [weak self] item in self?.outgoing.withLock { $0.append(item) } }
  }

  package var file: String { folder.path + "/house.db" }

  /// Read once for all houses of a test run.
  package static let sharedReplies = Result<Replies, any Error> {
    var replies = Replies()
    for language in ["en", "ta", "ta-Latn", "hi", "hi-Latn"] {
      let folder = share + "/Personas/replies/\(language)"
      for file in (try? FileManager.default.contentsOfDirectory(atPath: folder))?.sorted() ?? []
      where file.hasSuffix(".yaml") {
        try replies.add(YAML.load(path: folder + "/" + file), language: language)
      }
    }
    return replies
  }

  /// Read once for all houses of a test run.
  package static let eventSchemas = Result<EventSchemas, any Error> {
    let folder = share + "/Events"
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted().filter { $0.hasSuffix(".yaml") }
    return try EventSchemas(files.map { try YAML.load(path: folder + "/" + $0) })
  }

  /// The repository, where `Personas/` and `Intents/` are.
  package static var share: String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
  }

  package func tenant() -> TenantStore { store.tenant(owner.tenant) }

  package func context(
    _ person: Person? = nil, approved: Bool = false, door: String = "telegram", inChat: Bool = false
  ) -> ActionContext {
    var authority = ActionContext.Authority.full
    authority.isApproved = approved
    return context(person ?? owner, door: door, authority: authority, inChat: inChat)
  }

  /// - Parameter inChat: it is said in a chat, and not by a program.
  package func context(
    _ actor: Person, door: String, authority: ActionContext.Authority, inChat: Bool = false
  ) -> ActionContext {
    let runner = runner
    return ActionContext(
      store: store.tenant(actor.tenant), actor: actor,
      persona: personas[actor.persona] ?? personas.personas.values.first!, people: people,
      house: HouseFacts(
        rooms: rooms, keepers: keepers, personas: personas, hasLanguageModel: hasLanguageModel,
        glossary: TrainedUnderstanding.lexicon, openDoors: { [delivery] in delivery.doors },
        webhookSecret: { "secret of \($0)" }),
      language: actor.language, clock: clock,
      ids: IDGenerator(clock: clock, random: SystemRandom()),
      origin: .init(
        door: door, conversation: inChat ? ConversationKey(door: door, account: "1", chat: actor.name) : nil,
        trace: "test"), authority: authority, deadline: clock.now + .seconds(10),
      caller: { name, arguments, authority in
        try await runner.run(
          ActionCall(name, arguments), in: self.context(actor, door: door, authority: authority)
        ).data
      })
  }

  /// Runs an action as a person who has said yes to it.
  @discardableResult
  package func run(
    _ name: String, _ arguments: JSONObject = [:], as person: Person? = nil, approved: Bool = true,
    door: String = "telegram", inChat: Bool = false
  ) async throws -> Outcome {
    try await runner.run(
      ActionCall(name, arguments), in: context(person, approved: approved, door: door, inChat: inChat))
  }

  /// The text of an outcome as its reader sees it, with buttons as `[label]`.
  package func text(_ say: Say, for person: Person? = nil) -> String {
    let reader = delivery.reader(person ?? owner)
    let labels = say.buttons.map { "[" + replies.label(of: $0, for: reader, now: clock.now) + "]" }
    return ([replies.text(of: say, for: reader, now: clock.now).text] + labels).joined(separator: " ")
  }

  /// Moves time forward in steps of at most a minute, firing what falls due as a running house would.
  package func advance(by duration: Duration) async {
    let end = clock.now + duration
    while clock.now < end {
      clock.set(min(end, clock.now + .minutes(1)))
      await scheduler.fireDue()
    }
  }

  /// Moves time forward while the house is down, then starts it.
  package func sleepThrough(_ duration: Duration) async {
    clock.advance(by: duration)
    await scheduler.fireDue()
  }

  /// What people were told since the last call: who, the text, the button labels.
  package func told() -> [(person: String, text: String, buttons: [String], urgency: Urgency)] {
    outgoing.withLock { items in
      defer { items = [] }
      return items.map {
        (people.person($0.person)?.name ?? "?", $0.message.text.text, $0.message.buttons.map(\.label), $0.urgency)
      }
    }
  }

  /// The call behind a button that was sent, as a tap would run it.
  package func call(ofButton label: String, to person: Person) async throws -> ActionCall? {
    try await store.tenant(person.tenant).read { reader in
      try reader.first(
        """
        SELECT action, arguments FROM buttons
        WHERE tenant = :tenant AND label = ? AND instr(allowed, ?) > 0 ORDER BY rowid DESC LIMIT 1
        """, label, person.id
      ) { row in ActionCall(row.text(0), (try? JSON.parse(row.text(1)))?.object ?? [:]) }
    }
  }
}
