import Actions
import Base
import Care
import Conversation
import Crews
import Crypto
import Delivery
import Desk
import Directory
import Energy
import Events
import Foundation
import Memory
import Messages
import People
import Reminders
import Schedule
import Store
import Synchronization
import Telemetry
import Text
import Time
import Trading
import Understanding
import Web

/// Lists, builds and runs the rooms. Owns the home folder while it lives.
final class House: Sendable {
  struct Options: Sendable {
    var home: String
    var clock: any WallClock = SystemClock()
    var environment: [String: String] = ProcessInfo.processInfo.environment
  }

  let home: String
  let share: Share
  let configuration: Configuration
  let clock: any WallClock
  let ids: IDGenerator
  let metrics = Metrics()
  let database: SQLiteDatabase
  let people: PeopleBook
  let pairing: Pairing
  let delivery: Delivery
  let inbox: Inbox
  let outbox: Outbox
  let scheduler: Scheduler
  let conversation: Conversation
  let understanding: NativeUnderstanding
  let registry: ActionRegistry
  let audit: AuditLog
  let rooms: [Room]
  let owner: Person
  let masterKey: SecretKey
  private let lock: HomeLock
  private let fatal = Fatal()

  private final class Fatal: Sendable { let error = Mutex<StoreError?>(nil) }

  private let log = Log("house")

  /// The one place where rooms are listed.
  static let rooms: [Room] = [
    AssistantRoom.room, PeopleRoom.room, Reminders.room, Care.room, Desk.room, Trading.room, DirectoryRoom.room,
    EnergyRoom.room,
  ]

  static let coreMigrations =
    PeopleMigrations.all + ScheduleMigrations.all + DeliveryMigrations.all + ActionMigrations.all + MemoryMigrations.all
    + WebSessions.migrations

  /// Opens a home: lock, key, store, people, rooms. Nothing runs yet.
  static func open(_ options: Options) async throws -> House {
    let home = options.home
    try FileManager.default.createDirectory(
      atPath: home, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let configuration = try Configuration.load(home: home, environment: options.environment)
    for secret in configuration.secrets { Redactor.register(secret) }
    if let level = LogLevel(name: configuration["log.level"]) { LogSink.standard.level = level }
    let share = try Share.find(home: home, environment: options.environment)
    let lock = try HomeLock(home: home)
    return try await House(options, configuration, share, lock)
  }

  private init(_ options: Options, _ configuration: Configuration, _ share: Share, _ lock: HomeLock) async throws {
    home = options.home
    self.configuration = configuration
    self.share = share
    self.lock = lock
    clock = options.clock
    let clock = options.clock
    let random = SystemRandom()
    ids = IDGenerator(clock: clock, random: random)
    masterKey = try MasterKey.loadOrCreate(at: home + "/master.key")
    ZoneDatabase.shared.use(folder: configuration["zoneinfo"])

    var storeOptions = StoreOptions(clock: clock, random: random)
    let fatal = fatal
    storeOptions.onFatal = { error in
      fatal.error.withLock { $0 = error }
      kill(getpid(), SIGTERM)
    }
    let services = storeOptions.services
    database = try SQLiteDatabase(path: home + "/thinnai.db", options: storeOptions)
    let store = HouseStore(database)
    people = PeopleBook(store: store, zones: .shared)
    pairing = Pairing(book: people, random: random)
    rooms = House.rooms
    try await database.migrate(House.coreMigrations + rooms.flatMap(\.migrations))
    try await people.load()

    let personas = try share.personas()
    let library = PersonaLibrary(personas)
    let replies = try share.replies(personas)
    delivery = Delivery(people: people, personas: library, replies: replies, random: random)
    registry = try ActionRegistry(rooms.flatMap(\.actions))
    audit = AuditLog(key: masterKey.withBytes { HMAC.sha256(key: $0, message: Array("audit".utf8)) })
    let understanding = try NativeUnderstanding(folder: share.intents, cache: House.cache(options.environment))
    self.understanding = understanding
    let runner = Runner(registry: registry, audit: audit) { text, kind, context in
      let request = UnderstandingRequest(
        text: text, now: context.now, zone: context.zone,
        languages: [context.language] + context.language.fallbacks, tenant: context.actor.tenant)
      return understanding.read(text, as: kind, request)
    }
    let skills = [Skill.direct]
    let crews = CrewRunner(
      library: try share.crews(skills: Set(skills.map(\.name))), skills: skills, clock: clock, metrics: metrics)
    outbox = Outbox(store: store, people: people, clock: clock, metrics: metrics)
    scheduler = Scheduler(store: store, clock: clock, handlers: rooms.flatMap(\.dueHandlers), metrics: metrics)
    services.register(delivery)
    services.register(EventHub(rooms.flatMap(\.reactions)))
    services.register(scheduler)
    let outbox = outbox
    delivery.attach { outbox.enqueue($0) }
    let emergencies = understanding.emergencies
    let conversation = Conversation(
      Conversation.Parts(
        store: store, people: people, pairing: pairing, delivery: delivery, understanding: understanding,
        emergency: { emergencies.match($0)?.what }, runner: runner,
        house: HouseFacts(rooms: rooms, personas: library), crews: crews, lists: rooms.flatMap(\.lists), clock: clock,
        ids: ids, metrics: metrics))
    self.conversation = conversation
    inbox = Inbox(
      store: store, metrics: metrics, isFull: { conversation.lanes.isFull }, handOver: { conversation.take($0) })
    owner = try await people.ensureOwner(
      name: configuration.given("owner.name") ?? NSUserName(), zone: House.zone(configuration), ids: ids)
    metrics.gauge("thinnai_lane_depth", help: "Messages waiting in lanes.") { Double(conversation.lanes.depth) }
    metrics.gauge("thinnai_outbox_depth", help: "Messages waiting to be sent.") { Double(outbox.depth) }
  }

  /// The catalogue of all actions, without opening a home.
  static func catalogue() throws -> ActionRegistry {
    try ActionRegistry(rooms.flatMap(\.actions))
  }

  /// Where trained models are kept for all homes of this login.
  static func cache(_ environment: [String: String]) -> String {
    environment["THINNAI_CACHE"] ?? environment["XDG_CACHE_HOME"].map { $0 + "/thinnai" }
      ?? NSHomeDirectory() + "/.cache/thinnai"
  }

  private static func zone(_ configuration: Configuration) -> Zone {
    let wanted = configuration.given("owner.zone") ?? ZoneDatabase.shared.machineIdentifier() ?? "UTC"
    return (try? ZoneDatabase.shared.zone(wanted)) ?? .utc
  }

  var store: HouseStore { HouseStore(database) }
  var failure: StoreError? { fatal.error.withLock { $0 } }

  /// Takes up what an earlier run left. Called once the doors are open, so that its answers can leave.
  func recover() async throws {
    let unsent = try await outbox.recover()
    let recovered = try await inbox.recover()
    if recovered.resumed + unsent > 0 {
      log.notice(
        "Taking up what the last run left", ["inbox": .int(recovered.resumed), "outbox": .int(unsent)])
    }
  }

  /// Runs lanes, the outbox and (unless time stands still) timers.
  ///
  /// `body` opens the doors and runs beside them; when it returns, everything is stopped backwards: lanes drain, timers stop, the outbox
  /// finishes what is in flight, the store checkpoints.
  func run(timers: Bool, _ body: @escaping @Sendable (House) async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      let lanes = Task { await self.conversation.run() }
      let sending = Task { await self.outbox.run() }
      if timers { group.addTask { await self.scheduler.run() } }
      if timers { group.addTask { await self.maintain() } }
      if !understanding.isTrained { group.addTask { await self.understanding.prepare() } }
      let outcome: Result<Void, any Error>
      do { outcome = .success(try await body(self)) } catch { outcome = .failure(error) }
      group.cancelAll()
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

  /// Deletes what has outlived its use, a little at a time, once an hour.
  private func maintain() async {
    while !Task.isCancelled {
      do {
        try await store.write(.reserve) { house in
          let now = house.now
          try house.execute("DELETE FROM inbox WHERE state <> 'waiting' AND received_at < ?", now - Inbox.retention)
          try house.execute("DELETE FROM outbox WHERE state IN ('sent', 'failed') AND created_at < ?", now - .days(30))
          try house.execute("DELETE FROM buttons WHERE expires_at < ?", now - .days(1))
          try house.execute("DELETE FROM kept_files WHERE expires_at < ?", now)
        }
      } catch {
        log.warning("Old rows could not be removed; tried again in an hour", ["error": .error(error)])
      }
      do { try await clock.sleep(for: .hours(1)) } catch { return }
    }
  }
}
