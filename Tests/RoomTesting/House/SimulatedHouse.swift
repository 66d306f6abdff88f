package import Actions
package import Base
package import Conversation
import Crews
package import Delivery
import Dispatch
import Events
import Formats
import Foundation
import Knowledge
import Memory
import Messages
package import People
package import Schedule
package import Store
import Synchronization
import Telemetry
import Text
import Time
import Understanding
import Workflows

/// One run of the house, from its opening to its stop or to the power cut: built of the parts that the program is built of.
package final class SimulatedHouse: Sendable {
  static func migrations(_ rooms: [Room]) -> [Migration] {
    Keeper.core.flatMap(\.migrations) + rooms.flatMap(\.migrations)
  }

  package let incarnation: Int
  package let loom: Loom
  package let store: SimulatedStore
  package let inbox: Inbox
  package let outbox: Outbox
  package let conversation: Conversation
  private let reception: Reception
  private let real: SQLiteDatabase
  private let marks: CrashMarks
  package let people: PeopleBook
  package let scheduler: Scheduler
  private let clock: VirtualClock
  private let tasks = Mutex<[Task<Void, Never>]>([])
  private let isReady = Mutex(false)
  private let failure = Mutex<String?>(nil)

  /// - Parameter rooms: those of `Cast.makeStore`, in the same order.
  package init(
    path: String, rooms: [Room], incarnation: Int, clock: VirtualClock, random: SeededRandom,
    platform: SimulatedPlatform, pace: Pace = Pace(), merges: Bool = false, ear: ScriptedEar? = nil,
    mind given: Mind? = nil
  ) throws {
    let mind = try given ?? Mind.scripted.get()
    self.incarnation = incarnation
    self.clock = clock
    var options = StoreOptions(clock: clock, random: random)
    options.ballastBytes = 4_096
    options.check = .never
    let services = options.services
    // a pause goes by the machine's clock, and a seed would not give the same run twice
    options.pause = 0
    let real = try SQLiteDatabase(path: path, options: options)
    self.real = real
    loom = Loom(random: random) { gate in
      let isHeld = DispatchSemaphore(value: 0)
      real.submit(.reserve) { _ in
        isHeld.signal()
        gate.wait()
      } completion: { _ in
      }
      isHeld.wait()
    }
    let ids = IDGenerator(clock: clock, random: random)
    store = SimulatedStore(real, loom: loom)
    let house = HouseStore(store)
    let metrics = Metrics()
    people = PeopleBook(store: house, zones: .shared)
    let personas = mind.personas
    let delivery = Delivery(people: people, personas: personas, replies: mind.replies, random: random)
    services.register(people)
    services.register(delivery)
    if let knowledge = mind.knowledge {
      services.register(knowledge)
      services.register(knowledge.observer)
    }
    services.register(
      EventHub(rooms.flatMap(\.reactions), schemas: try RoomHarness.eventSchemas.get(), isStrict: true))
    scheduler = Scheduler(
      store: house, clock: clock, handlers: rooms.flatMap(\.dueHandlers), metrics: metrics)
    services.register(scheduler)
    let outbox = Outbox(store: house, people: people, clock: clock, metrics: metrics)
    self.outbox = outbox
    delivery.attach { outbox.enqueue($0) }
    delivery.open(door: "telegram", canEdit: true)
    outbox.add(door: SimulatedDoor(platform: platform, incarnation: incarnation, pace: pace, merges: merges))
    let runner = Runner(
      registry: try ActionRegistry(rooms.flatMap(\.actions)),
      audit: AuditLog(key: Array(repeating: 1, count: 32)), words: mind.words)
    services.register(runner.approvals)
    services.register(runner.registry)
    let crews = CrewRunner(library: mind.crews, skills: [.direct], clock: clock, metrics: metrics)
    marks = try CrashMarks(path: path + ".underway")
    let people = people
    let reception = Reception(store: house, people: people, clock: clock)
    self.reception = reception
    let hearing = ear.map { ear in
      let hearing = Hearing(people: people, reception: reception, clock: clock)
      hearing.add(ear)
      reception.add(door: ear)
      return hearing
    }
    var talk = Conversation.Parts(
      store: house, people: people, pairing: Pairing(book: people, random: random), delivery: delivery,
      understanding: mind.understanding(clock), emergency: mind.emergency,
      runner: runner,
      house: HouseFacts(
        rooms: rooms, keepers: Keeper.core, personas: personas, glossary: TrainedUnderstanding.lexicon), crews: crews,
      lists: rooms.flatMap(\.lists), changes: options.changes, hearing: hearing, marks: marks, clock: clock,
      ids: ids, metrics: metrics)
    talk.facts = mind.knowledge
    if let goals = mind.goals {
      (talk.goal, talk.isGoal) = ({ goals.goal(in: $0) }, { await goals.isPlan($0, in: $1) })
    }
    let conversation = Conversation(talk)
    self.conversation = conversation
    if let goals = mind.goals {
      // what is begun is kept, and carried out by nobody
      services.register(
        WorkflowEngine(
          .init(
            store: house, people: people, runner: runner, library: try WorkflowLibrary([]), http: nil, clock: clock,
            ids: ids, metrics: metrics
          ) { conversation.context(for: $0, door: "workflow", conversation: nil, authority: $1) }))
      services.register(
        GoalPlanner(
          words: goals, registry: runner.registry, schemas: try RoomHarness.eventSchemas.get(), points: nil,
          read: { await conversation.read($0, for: $1) }, value: mind.words))
    }
    inbox = Inbox(
      store: house, metrics: metrics, isFull: { conversation.lanes.isFull },
      isUrgent: { conversation.isEmergency($0) },
      handOver: { item in
        conversation.take(item)
        if ear != nil { reception.take(item.message) }
      })
  }

  /// Looks into the store while the house stands still.
  package func look<T: Sendable>(_ body: @escaping @Sendable (HouseReader) throws -> T) throws -> T {
    let real = real
    return try Self.wait { try await real.read(body) }
  }

  package var ready: Bool { isReady.withLock { $0 } }
  package var openingFailure: String? { failure.withLock { $0 } }

  /// Queues the work of opening; `ready` once it is done.
  package func open() {
    run { [self] in
      do {
        try await people.load()
        _ = try await outbox.recover()
        _ = try await inbox.recover(begun: marks.found)
        start()
        isReady.withLock { $0 = true }
      } catch {
        failure.withLock { $0 = String(describing: error) }
      }
    }
  }

  private func start() {
    run { await self.conversation.run() }
    run { await self.outbox.run() }
    if conversation.parts.hearing != nil {
      run { await self.reception.run() }
      run { await self.conversation.listen() }
    }
    run { await self.scheduler.run() }
  }

  /// A task of the house: it goes on only while the loom turns.
  package func run(_ body: @escaping @Sendable () async -> Void) {
    let task = Task(executorPreference: loom) { await body() }
    tasks.withLock { $0.append(task) }
  }

  /// The power is gone: what was committed is on the disk, nothing else goes on.
  package func drop() {
    let real = real
    _ = try? Self.wait { await real.close() }
  }

  /// Waits on this thread for work of the store's own threads.
  package static func wait<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) throws -> T {
    let done = DispatchSemaphore(value: 0)
    let outcome = Mutex<Result<T, any Error>?>(nil)
    Task.detached {
      do {
        let value = try await body()
        outcome.withLock { $0 = .success(value) }
      } catch {
        outcome.withLock { $0 = .failure(error) }
      }
      done.signal()
    }
    done.wait()
    return try outcome.withLock { $0 ?? .failure(CancellationError()) }.get()
  }
}
