import Actions
import Base
import Delivery
import Events
package import Formats
import Foundation
import Messages
import People
import Schedule
package import Store
import Synchronization
import Telemetry
import Time
import Workflows

/// `thinnai bench workflows`: many workflows of ten steps at once, each step's start and outcome on disk
/// (`synchronous=FULL`); then 500 steps a second; then a crash with all of them interrupted.
///
/// A step calls an action that gives its number back: what is measured is the engine, as with the peer.
package enum WorkflowsBenchmark {
  private static let steps = 10
  private static let ratePerSecond = 500
  private static let paceSeconds = 10

  /// - Parameters:
  ///   - count: how many workflows are in flight at once.
  ///   - migrations: the tables of a whole house.
  ///   - peer: a Python with `dbos`; it is measured in the same run.
  package static func run(share: String, count: Int = 10_000, migrations: [Migration], peer: String? = nil) async throws
    -> JSON
  {
    let bench = try await Bench(migrations)
    defer { try? FileManager.default.removeItem(atPath: bench.folder) }
    var result = try await flood(bench, count)
    for member in try await pace(bench) { result[member.key] = member.value }
    let recovery = try await recover(bench, count)
    result["recovery_s"] = MessagesBenchmark.rounded(recovery, 2)
    await bench.database.close()
    if let peer { result["peer"] = try await measurePeer(share, peer) }
    return .object(result)
  }

  /// All at once.
  private static func flood(_ bench: Bench, _ count: Int) async throws -> JSONObject {
    let engine = bench.engine()
    await engine.recover(alone: true)
    let begun = try await bench.begin(count)
    let (cpu, start) = (OwnProcess.wholeCPUSeconds, Stopwatch.now)
    let (wall, used, resident) = try await beside(engine) {
      var resident = 0.0
      while bench.taken.withLock({ $0.count }) < count * steps {
        try await Task.sleep(for: .milliseconds(20))
        resident = max(resident, OwnProcess.residentKilobytes)
        if Stopwatch.now - start > 600 { throw BenchmarkError(.failed, "The steps were not done within ten minutes.") }
      }
      return (Stopwatch.now - start, OwnProcess.wholeCPUSeconds - cpu, resident)
    }
    let open = try await bench.open()
    guard open == 0 else { throw BenchmarkError(.failed, "\(open) workflows are not done.") }
    let done = Double(count * steps)
    return [
      "in_flight": .integer(Int64(count)), "steps_per_s": MessagesBenchmark.rounded(done / wall, 0),
      "cpu_us_per_step": MessagesBenchmark.rounded(used / done * 1e6, 1),
      "rss_mb": MessagesBenchmark.rounded(resident / 1_024, 1), "begun_per_s": MessagesBenchmark.rounded(begun, 0),
    ]
  }

  /// At a steady rate: how long from a step's start on disk to its outcome on disk.
  private static func pace(_ bench: Bench) async throws -> JSONObject {
    let engine = bench.engine()
    await engine.recover(alone: true)
    bench.taken.withLock { $0.removeAll() }
    let start = Stopwatch.now
    let total = ratePerSecond / steps * paceSeconds
    try await beside(engine) {
      for number in 0..<total {
        let due = start + Double(number * steps) / Double(ratePerSecond)
        let wait = due - Stopwatch.now
        if wait > 0 { try await Task.sleep(for: .microseconds(Int64(wait * 1e6))) }
        try await bench.begin(1)
      }
      while bench.taken.withLock({ $0.count }) < total * steps {
        try await Task.sleep(for: .milliseconds(10))
        if Stopwatch.now - start > 120 {
          throw BenchmarkError(.failed, "The paced steps were not done within two minutes.")
        }
      }
    }
    let times = bench.taken.withLock { $0.map(\.seconds) }
    return [
      "step_p50_ms": MessagesBenchmark.milliseconds(times, 0.5),
      "step_p99_ms": MessagesBenchmark.milliseconds(times, 0.99),
      "paced_per_s": .integer(Int64(ratePerSecond)),
    ]
  }

  /// An engine that is gone with a step of each run interrupted: until the next has each of them in hand again.
  private static func recover(_ bench: Bench, _ count: Int) async throws -> Double {
    let gone = bench.engine()
    await gone.recover(alone: true)
    try await bench.begin(count)
    let next = bench.engine()
    let start = Stopwatch.now
    await next.recover(alone: true)
    return try await beside(next) {
      // the interrupted step of every run is carried out again, and whatever follows besides
      while true {
        let left = try await bench.interrupted()
        if left == 0 { return Stopwatch.now - start }
        if Stopwatch.now - start > 300 { throw BenchmarkError(.failed, "\(left) workflows were not taken up again.") }
        try await Task.sleep(for: .milliseconds(50))
      }
    }
  }

  /// Does something while an engine runs, and ends it.
  private static func beside<T: Sendable>(
    _ engine: WorkflowEngine, _ body: @Sendable () async throws -> T
  ) async throws -> T {
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { await engine.run(alone: false) }
      defer {
        engine.close()
        group.cancelAll()
      }
      return try await body()
    }
  }

  private static func measurePeer(_ share: String, _ python: String) async throws -> JSON {
    try await aside {
      let scratch = NSTemporaryDirectory() + "/thinnai-peer-\(getpid())"
      let (answer, complaints) = (scratch + ".json", scratch + ".errors")
      defer { for path in [answer, complaints] { try? FileManager.default.removeItem(atPath: path) } }
      let child = try ChildProcess(
        python, [share + "/Benchmarks/peers/dbos_peer.py"], environment: ProcessInfo.processInfo.environment,
        output: answer, errors: complaints)
      guard child.wait(seconds: 600) == 0, let data = FileManager.default.contents(atPath: answer),
        let line = String(decoding: data, as: UTF8.self).split(separator: "\n").last,
        let result = try? JSON.parse(String(line))
      else {
        child.end()
        let why = (try? String(contentsOfFile: complaints, encoding: .utf8))?.suffix(600) ?? ""
        throw BenchmarkError(.failed, "The peer did not measure anything: \(why)")
      }
      return result
    }
  }

  // MARK: A house for it

  /// A store with all tables of a house, an owner, and one action.
  private final class Bench: Sendable {
    let folder: String
    let database: SQLiteDatabase
    let store: HouseStore
    let services: TransactionServices
    let people: PeopleBook
    let owner: Person
    let definition: WorkflowDefinition
    /// How long each step took.
    let taken = Mutex<[Duration]>([])
    private let library: WorkflowLibrary
    private let runner: Runner
    private let personas: PersonaLibrary
    private let ids: IDGenerator
    private let current = Mutex<WorkflowEngine?>(nil)

    init(_ migrations: [Migration]) async throws {
      var pattern = Array((NSTemporaryDirectory() + "/thinnai-bench-XXXXXX").utf8CString)
      guard mkdtemp(&pattern) != nil else { throw BenchmarkError(.notStarted, "No temporary folder can be made.") }
      folder = String(decoding: pattern.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
      let options = StoreOptions(clock: SystemClock(), random: SystemRandom())
      services = options.services
      database = try SQLiteDatabase(path: folder + "/thinnai.db", options: options)
      try await database.migrate(migrations)
      store = HouseStore(database)
      people = PeopleBook(store: store, zones: .shared)
      ids = IDGenerator(clock: SystemClock(), random: SystemRandom())
      owner = try await people.ensureOwner(name: "Owner", zone: Zone.named("Asia/Kolkata"), ids: ids)
      let audit = AuditLog(key: Array(repeating: 1, count: 32))
      services.register(people)
      services.register(audit)
      let metrics = Metrics()
      services.register(Scheduler(store: store, clock: SystemClock(), handlers: [], metrics: metrics))
      runner = Runner(registry: try ActionRegistry([GiveBack.self]), audit: audit) { _, _, _ in nil }
      personas = PersonaLibrary([try Persona(YAML.parse("name: founder\nactions: ['*']", file: "founder"))])
      let lines = (0..<steps).map { "  - {id: s\($0), action: bench.give_back, with: {number: \($0)}}" }
      definition = try WorkflowDefinition(
        source: "workflow: ten\nsteps:\n" + lines.joined(separator: "\n"), file: "ten.yaml")
      library = try WorkflowLibrary([(definition, "ten.yaml")])
    }

    func engine() -> WorkflowEngine {
      let (store, people, personas, ids) = (store, people, personas, ids)
      let house = HouseFacts(rooms: [], keepers: [], personas: personas)
      var parts = WorkflowEngine.Parts(
        store: store, people: people, runner: runner, library: library, http: nil, clock: SystemClock(), ids: ids,
        metrics: Metrics()
      ) { person, authority in
        guard let persona = personas[person.persona] else { return nil }
        return ActionContext(
          store: store.tenant(person.tenant), actor: person, persona: persona, people: people, house: house,
          language: person.language, clock: SystemClock(), ids: ids, origin: .init(door: "workflow", trace: ""),
          authority: authority, deadline: SystemClock().now + .seconds(30)
        ) { name, _, _ in throw ActionError("actions.unknown", sentence: "There is no action \(name).") }
      }
      // as in a house: each step is watched
      parts.stepDeadline = .minutes(5)
      parts.onStep = { [self] took in taken.withLock { $0.append(took) } }
      let engine = WorkflowEngine(parts)
      current.withLock { $0 = engine }
      return engine
    }

    /// - Returns: how many a second.
    @discardableResult
    func begin(_ count: Int) async throws -> Double {
      guard let engine = current.withLock({ $0 }) else { return 0 }
      let (definition, owner, tenant) = (definition, owner, store.tenant(owner.tenant))
      let start = Stopwatch.now
      for first in stride(from: 0, to: count, by: 500) {
        try await tenant.write { transaction in
          for _ in first..<min(first + 500, count) {
            try engine.start(definition, for: owner.id, in: &transaction)
          }
        }
      }
      return Double(count) / (Stopwatch.now - start)
    }

    func open() async throws -> Int {
      try await store.read { try $0.count("SELECT count(*) FROM workflow_runs WHERE phase = 'running'") }
    }

    /// Runs whose first step is still the one that was interrupted.
    func interrupted() async throws -> Int {
      try await store.read { try $0.count("SELECT count(*) FROM workflow_runs WHERE phase = 'running' AND seq = 1") }
    }
  }

  private struct GiveBack: Action {
    static let name = "bench.give_back"
    static let summary = "Gives a number back."
    static let effect = Effect.read
    @Parameter("The number.") var number: Int

    func perform(in context: ActionContext) async throws -> ActionResult {
      .answer(.words("here"), data: ["number": .integer(Int64(number))])
    }
  }
}
