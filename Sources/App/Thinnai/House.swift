import Actions
import Base
import Care
import Conversation
import Crews
import Crypto
import Delivery
import Desk
import Directory
import Embedding
import Energy
import Events
import Foundation
import HTTP
import Knowledge
import Memory
import Messages
import Operations
import People
import Reminders
import Schedule
import Speech
import Store
import Synchronization
import Telemetry
import Text
import Time
import Trading
import Understanding
import Web
import Workflows

/// Lists, builds and runs the rooms. Owns the home folder while it lives.
final class House: Sendable {
  struct Options: Sendable {
    var home: String
    var clock: any WallClock = SystemClock()
    var environment: [String: String] = ProcessInfo.processInfo.environment
    /// Where the owner of a new home is, unless that is configured.
    var zone: Zone?
  }

  let home: String
  /// Where what is made of the data files is kept.
  let cache: String
  let share: Share
  let configuration: Configuration
  let clock: any WallClock
  let ids: IDGenerator
  let metrics = Metrics()
  let database: SQLiteDatabase
  let services: TransactionServices
  let changes: ChangeFeed
  let people: PeopleBook
  let factReader: FactReader
  let pairing: Pairing
  let delivery: Delivery
  let inbox: Inbox
  let health: DoorHealth
  let outbox: Outbox
  let reception: Reception
  let hearing: Hearing
  private let speaking: Speaking
  let scheduler: Scheduler
  let auditor: AlertAuditor
  private let episodeIndex: EpisodeIndex
  private let recall: MemoryRecall
  let events: EventBus
  private let hooks: EventHooks
  let goalPoints: MeaningPoints
  let conversation: Conversation
  let workflows: WorkflowEngine
  let understanding: NativeUnderstanding
  let registry: ActionRegistry
  let audit: AuditLog
  let rooms: [Room]
  let owner: Person
  let masterKey: SecretKey
  private let lock: HomeLock
  let marks: CrashMarks
  private let fatal = Fatal()

  private final class Fatal: Sendable { let error = Mutex<StoreError?>(nil) }
  private let log = Log("house")
  /// The one place where rooms are listed.
  static let rooms: [Room] = [
    AssistantRoom.room, Knowledge.room, VoiceRoom.room, PeopleRoom.room, Reminders.room, Care.room, Desk.room,
    Trading.room, DirectoryRoom.room, EnergyRoom.room, WebRoom.room, Workflows.room, OperationsRoom.room,
  ]

  /// Who keeps rows besides the rooms.
  static let keepers: [Keeper] = Keeper.core + [.web]

  static var migrations: [Migration] { keepers.flatMap(\.migrations) + rooms.flatMap(\.migrations) }

  /// Opens a home: lock, key, store, people, rooms. Nothing runs yet.
  static func open(_ options: Options) async throws -> House {
    let home = options.home
    try makeFolder(home)
    let configuration = try Configuration.load(home: home, environment: options.environment)
    for secret in configuration.secrets { Redactor.register(secret) }
    if let level = LogLevel(name: configuration["log.level"]) { LogSink.standard.level = level }
    let share = try Share.find(home: home, environment: options.environment)
    let lock = try HomeLock(home: home)
    let house = try await House(options, configuration, share, lock)
    try await house.checkKey()
    return house
  }

  private init(_ options: Options, _ configuration: Configuration, _ share: Share, _ lock: HomeLock) async throws {
    home = options.home
    self.configuration = configuration
    self.share = share
    self.lock = lock
    // The data files are read beside the store: a start is as long as the longer of the two.
    let cache = House.cache(options.environment)
    self.cache = cache
    let encoder = LazyEncoder(
      folder: EncoderFiles.find(share: share.folder, home: home, environment: options.environment))
    async let data = DataFiles(share, options.environment, encoder)
    clock = options.clock
    let clock = options.clock
    let random = SystemRandom()
    ids = IDGenerator(clock: clock, random: random)
    masterKey = try House.openKey(of: home)
    ZoneDatabase.shared.use(folder: configuration["zoneinfo"])

    var storeOptions = StoreOptions(clock: clock, random: random)
    let fatal = fatal
    storeOptions.onFatal = { error in
      fatal.error.withLock { $0 = error }
      kill(getpid(), SIGTERM)
    }
    services = storeOptions.services
    changes = storeOptions.changes
    database = try SQLiteDatabase(path: home + "/thinnai.db", options: storeOptions)
    let store = HouseStore(database)
    people = PeopleBook(store: store, zones: .shared)
    pairing = Pairing(book: people, random: random)
    rooms = House.rooms
    try await database.migrate(House.migrations)
    try await people.load()

    registry = try ActionRegistry(rooms.flatMap(\.actions))
    audit = AuditLog(masterKey: masterKey)
    let files = try await data
    let (library, understanding) = (files.personas, files.understanding)
    delivery = Delivery(people: people, personas: library, replies: files.replies, random: random)
    self.understanding = understanding
    let runner = Runner(
      registry: registry, audit: audit, approvals: try share.approvals(), secretKey: Self.key(masterKey, "approvals")
    ) { text, kind, context in
      understanding.read(
        text, as: kind,
        UnderstandingRequest(
          text: text, now: context.now, zone: context.zone,
          languages: [context.language] + context.language.fallbacks, tenant: context.actor.tenant))
    }
    episodeIndex = EpisodeIndex(store: store, changes: storeOptions.changes, clock: clock)
    recall = MemoryRecall(
      store: store, folder: home + "/recall", words: try share.recallWords(),
      encoder: encoder,
      changes: storeOptions.changes, clock: clock)
    services.register(recall)
    let crewLibrary = try share.crews(skills: Set(Self.skills.map(\.name)))
    let crews = CrewRunner(library: crewLibrary, skills: Self.skills, clock: clock, metrics: metrics)
    health = DoorHealth(store: store)
    outbox = Outbox(
      store: store, people: people, clock: clock, metrics: metrics,
      patience: .seconds(Int64(configuration.number("outbox.patience_h") * 3_600)), health: health)
    scheduler = Scheduler(
      store: store, clock: clock, handlers: rooms.flatMap(\.dueHandlers) + runner.approvals.dueHandlers,
      metrics: metrics)
    auditor = AlertAuditor(store: store, clock: clock, metrics: metrics)
    factReader = try Share.factReader(files.knowledge, crewLibrary, rooms, understanding)
    services.register(factReader)
    services.register(factReader.observer)
    services.register(StoreScrubber({ [database] in database.scrub() }, log: { [database] in database.scrubLog() }))
    services.register(people)
    services.register(audit)
    services.register(runner.approvals)
    services.register(registry)
    services.register(delivery)
    let schemas = try share.events()
    let workflowLibrary = try House.library(files, registry, schemas)
    let ownWorkflows = try await store.read { try Workflows.own($0) }
    let hub = EventHub(rooms.flatMap(\.reactions), schemas: schemas)
    services.register(hub)
    events = EventBus(
      store: store, hub: hub, log: House.eventLog(configuration, store, ids),
      consumers: rooms.flatMap(\.consumers)
        + [WorkflowTimers.consumer(workflowLibrary, own: ownWorkflows)].compactMap { $0 }, clock: clock,
      metrics: metrics)
    services.register(events)
    hooks = EventHooks(
      store: store, bus: events, transport: LazyTransport(permitted: configuration.webhookNetworks),
      openNetworks: configuration.webhookNetworks, masterKey: masterKey, clock: clock)
    services.register(hooks)
    services.register(scheduler)
    let outbox = outbox
    delivery.attach { outbox.enqueue($0) }
    let speaking = Speaking(store: store, people: people, delivery: delivery, voice: EspeakVoice())
    self.speaking = speaking
    outbox.onSent { speaking.sent($0) }
    marks = try CrashMarks(path: home + "/underway")
    let emergencies = understanding.emergencies
    let reception = Reception(store: store, people: people, clock: clock, limits: configuration.mediaLimits)
    self.reception = reception
    hearing = Hearing(
      people: people, reception: reception, clock: clock, limits: configuration.voiceLimits, marks: marks)
    var talk = Conversation.Parts(
      store: store, people: people, pairing: pairing, delivery: delivery,
      understanding: KnowingUnderstanding(understanding, reader: factReader),
      emergency: { [factReader] in factReader.called($0, emergencies.match($0)?.what) }, runner: runner,
      house: HouseFacts(
        rooms: rooms, keepers: House.keepers, personas: library,
        hasLanguageModel: configuration.languageModel != nil, glossary: files.lexicon,
        openDoors: { [delivery] in delivery.doors },
        webhookSecret: { [masterKey] in
          try HTTPClientRequest.webhookURL($0, openNetworks: configuration.webhookNetworks)
          return StandardWebhook(of: $0, masterKey: masterKey).secret
        }),
      crews: crews, lists: rooms.flatMap(\.lists), changes: changes, hearing: hearing, marks: marks, clock: clock,
      ids: ids,
      metrics: metrics, onHandled: { reception.handled($0) })
    talk.facts = factReader
    let goals = files.goals
    goalPoints = MeaningPoints(
      encoder, shipped: GoalPlanner.shipped(registry, hub.schemas, workflowLibrary), folder: cache)
    (talk.goal, talk.isGoal) = ({ goals.goal(in: $0) }, { await goals.isPlan($0, in: $1) })
    let conversation = Conversation(talk)
    self.conversation = conversation
    workflows = House.workflows(
      store, people, runner, workflowLibrary, configuration, masterKey, clock, ids, metrics, conversation,
      crews, try CrashMarks(path: home + "/underway.steps"))
    services.register(workflows)
    inbox = Inbox(
      store: store, metrics: metrics, isFull: { conversation.lanes.isFull }, isUrgent: { conversation.isEmergency($0) }
    ) { item in
      // in this order: what is handled at once must have been heard
      reception.take(item.message)
      conversation.take(item)
    }
    owner = try await people.ensureOwner(
      name: configuration.given("owner.name") ?? NSUserName(), zone: House.zone(configuration, options.zone), ids: ids)
    measure()
    services.register(planner(goals, hub.schemas, goalPoints, runner))
    consumeEvents(try share.reactions(), runner)
  }

  /// Depths and totals that are read when somebody asks for the metrics.
  private func measure() {
    let (conversation, outbox, database) = (conversation, outbox, database)
    metrics.gauge("thinnai_lane_depth", help: "Messages waiting in lanes.") { Double(conversation.lanes.depth) }
    metrics.gauge("thinnai_outbox_depth", help: "Messages waiting to be sent.") { Double(outbox.depth) }
    metrics.gauge("thinnai_store_queue_depth", ["queue": "write"], help: "Changes and reads waiting for the store.") {
      Double(database.statistics.queuedWrites)
    }
    metrics.gauge("thinnai_store_queue_depth", ["queue": "read"], help: "Changes and reads waiting for the store.") {
      Double(database.statistics.queuedReads)
    }
    metrics.gauge("thinnai_store_commits", help: "Groups of changes made durable since the start.") {
      Double(database.statistics.groups)
    }
    metrics.gauge("thinnai_store_commit_seconds", help: "Time spent making them durable since the start.") {
      database.statistics.committing.seconds
    }
    metrics.gauge("thinnai_store_refused", help: "Changes refused for want of room or place since the start.") {
      Double(database.statistics.refused)
    }
    metrics.gauge("thinnai_resident_bytes", help: "Memory that the program holds.") { Double(Footprint.residentBytes) }
  }

  /// Makes the home folder, for its owner only, unless it is there.
  static func makeFolder(_ home: String) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: home, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      var isFolder: ObjCBool = false
      let isThere = FileManager.default.fileExists(atPath: home, isDirectory: &isFolder)
      throw DataFileError(
        file: home, line: nil,
        expected: isThere && !isFolder.boolValue
          ? "this is no folder; give --home another place"
          : "the home folder cannot be made; give --home a place where this user may write")
    }
  }

  /// The catalogue of all actions, without opening a home.
  static func catalogue() throws -> ActionRegistry {
    try ActionRegistry(rooms.flatMap(\.actions))
  }

  /// What a store stands at when a newer program wrote it, such as “people 3, known 1”; `nil` when this one knows it all.
  static func newerThanThisProgram(_ house: HouseReader) throws -> String? {
    let known = migrations.reduce(into: [String: Int]()) {
      $0[$1.room] = max($0[$1.room] ?? 0, $1.number)
    }
    let stands = try house.query("SELECT room, max(number) FROM migrations GROUP BY room ORDER BY room") {
      (room: $0.text(0), number: $0.integer(1))
    }
    let newer = stands.filter { $0.number > known[$0.room] ?? 0 }
    return newer.isEmpty
      ? nil : newer.map { "\($0.room) \($0.number), known \(known[$0.room] ?? 0)" }.joined(separator: ", ")
  }

  /// Where trained models are kept for all homes of this login.
  static func cache(_ environment: [String: String]) -> String {
    environment["THINNAI_CACHE"] ?? environment["XDG_CACHE_HOME"].map { $0 + "/thinnai" }
      ?? LoginHome.path(environment) + "/.cache/thinnai"
  }

  var store: HouseStore { HouseStore(database) }
  var failure: StoreError? { fatal.error.withLock { $0 } }

  /// Takes up what an earlier run left. Called once the doors are open, so that its answers can leave.
  func recover() async throws {
    try await hooks.load()
    try await conversation.recover()
    try await replan()
    let (workflows, owner) = (workflows, owner)
    try await store.tenant(owner.tenant).write { try WorkflowTimers.plan(workflows, for: owner, in: &$0) }
    let unsent = try await outbox.recover()
    let recovered = try await inbox.recover(begun: marks.found)
    if recovered.resumed + unsent > 0 {
      log.notice(
        "Taking up what the last run left", ["inbox": .int(recovered.resumed), "outbox": .int(unsent)])
    }
  }

  /// New rules of time zones move what is still to come, and nothing that was told.
  private func replan() async throws {
    guard let version = ZoneDatabase.shared.version else { return }
    try await store.write { house in
      guard try ScheduleFacts.note("zones", version, house) else { return }
      for tenant in try house.query("SELECT id FROM tenants", map: { TenantID($0.text(0)) }) {
        var transaction = house.tenant(tenant)
        try transaction.emit(Event("zones.changed"))
      }
    }
  }

  /// Runs lanes, the outbox and (unless time stands still) timers.
  ///
  /// Doors that messages may leave by are added before: what is due leaves at once. `body` runs beside it all; when it
  /// returns, everything is stopped backwards: lanes drain, timers stop, the outbox finishes what is in flight, the store
  /// checkpoints.
  func run(timers: Bool, _ body: @escaping @Sendable (House) async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      let lanes = Task { await self.conversation.run() }
      let sending = Task { await self.outbox.run() }
      if timers { group.addTask { await self.scheduler.run() } }
      if timers { group.addTask { await self.auditor.run() } }
      if timers { group.addTask { await self.pingOutside() } }
      if timers { group.addTask { await self.maintain() } }
      if timers { group.addTask { await self.reception.run() } }
      if timers { group.addTask { await self.conversation.listen() } }
      if timers { group.addTask { await self.speaking.run() } }
      if timers { group.addTask { await self.episodeIndex.run() } }
      if timers { group.addTask { await self.recall.run() } }
      if timers { group.addTask { await self.readFacts() } }
      if timers { group.addTask { await self.events.run() } }
      if timers { group.addTask { await self.workflows.run() } }
      group.addTask { await self.prepare() }
      let outcome: Result<Void, any Error>
      do { outcome = .success(try await body(self)) } catch { outcome = .failure(error) }
      group.cancelAll()
      episodeIndex.stop()
      recall.stop()
      workflows.close()
      conversation.close()
      await lanes.value
      outbox.stop()
      sending.cancel()
      await sending.value
      try outcome.get()
    }
  }

  /// Checks and lets go of the store.
  func close() async {
    await database.close()
  }

  /// How long timers and the watch over calls for help may say nothing before they count as standing still.
  private static let stillness: Duration = .seconds(60)

  /// Tells the watcher outside, where one is configured, that this house watches.
  private func pingOutside() async {
    guard let url = configuration.given("deadman.url") else { return }
    do {
      let client = try HTTPClient()
      let (scheduler, auditor, clock, database) = (scheduler, auditor, clock, database)
      await DeadManPing(
        url: url, every: .seconds(Int64(configuration.number("deadman.every_s"))), transport: client, clock: clock,
        metrics: metrics
      ) {
        if scheduler.isBehind(by: House.stillness) { return "the timers stand still" }
        guard let look = auditor.lastLook, clock.now - look <= House.stillness else {
          return "nobody watches over calls for help"
        }
        return database.health == .ok ? nil : "the store does not take what is written"
      }.run()
      await client.stop()
    } catch {
      log.error("The watcher outside cannot be called", ["error": .error(error)])
    }
  }

  /// Deletes what has outlived its use, a little at a time, and gives memory back, once an hour.
  private func maintain() async {
    // not in the way of the first messages
    do { try await clock.sleep(for: .seconds(2)) } catch { return }
    while !Task.isCancelled {
      do {
        try await store.write(.reserve) { house in
          let now = house.now
          try house.execute("DELETE FROM inbox WHERE state <> 'waiting' AND received_at < ?", now - Inbox.retention)
          try house.execute("DELETE FROM outbox WHERE state IN ('sent', 'failed') AND created_at < ?", now - .days(30))
          try house.execute("DELETE FROM buttons WHERE expires_at < ?", now - .days(1))
          try house.execute("DELETE FROM kept_files WHERE expires_at < ?", now)
          try Pairing.removeOld(in: house)
          try Forgetting.sweep(house)
        }
      } catch {
        log.warning("Old rows could not be removed; tried again in an hour", ["error": .error(error)])
      }
      await trimEvents()
      await pruneWorkflows()
      Footprint.rest()
      do { try await clock.sleep(for: .hours(1)) } catch { return }
    }
  }

  private func pruneWorkflows() async {
    let before = clock.now - .days(Int(configuration.number("workflows.keep_days")))
    do { try await store.write(.reserve) { _ = try Workflows.prune(before: before, in: $0) } } catch {
      log.warning("Old runs of workflows could not be removed; tried again in an hour", ["error": .error(error)])
    }
  }

  private func trimEvents() async {
    do { try await events.trim(before: clock.now - .days(Int(configuration.number("events.keep_days")))) } catch {
      log.warning("Old events could not be removed; tried again in an hour", ["error": .error(error)])
    }
  }
}
