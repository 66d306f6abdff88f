import Actions
import Base
import Events
import Formats
import HTTP
import Messages
import People
import RoomTesting
import Schedule
import Store
import Synchronization
import Telemetry
import Workflows

/// Random workflows on a virtual clock, with everything that goes wrong drawn from a seed: one engine or two on one store,
/// that die between two steps or in the middle of one and wake up late; steps that fail or take long; a store that refuses;
/// a clock that jumps both ways; signals, decisions and events that come twice; runs that are held, ended, rewound and gone
/// on with, at any moment.
///
/// One thread draws and does every next thing, so that a seed gives the same run.
final class WorkflowSimulation: Sendable {
  let random: SeededRandom
  let harness: RoomHarness
  let world = World()
  /// Definitions by hash, also those that files held once.
  let definitions = Mutex<[String: WorkflowDefinition]>([:])
  /// What was found; empty where all promises hold.
  let findings = Mutex<[String]>([])
  /// What happened, for whoever looks into a finding.
  let trace = Mutex<[String]>([])
  /// Events that were told, by the number of the workflow that they begin.
  let told = Mutex<[Int: Int]>([:])

  /// Whether two processes are at work on one store; else one is, and takes everything over when it starts.
  let isShared: Bool
  private let sources: Mutex<[String]>
  private struct State {
    var engines: [WorkflowEngine] = []
    /// Taken for dead: what they have in hand they may still bring, late.
    var late: [WorkflowEngine] = []
    /// Which engine is at work, the innermost last, and what it knew of the runs.
    var driving: [(engine: WorkflowEngine, known: [String: Row])] = []
    /// What is in hand: engine, step, and the fence of its run.
    var hands: [Hand] = []
    var depth = 0
    var isCalm = false
  }
  private struct Row: Sendable { let owner: String?, seq: Int, fence: Int }
  private struct Hand: Hashable, Sendable { let engine: String, key: String, fence: Int, rewinds: Int }
  private let state = Mutex(State())
  let rewinds = Mutex<[String: Int]>([:])
  /// Runs inside that somebody began again by hand when what they were inside of was over.
  let outlived = Mutex<Set<String>>([])

  init(seed: UInt64) async throws {
    random = SeededRandom(seed: seed)
    isShared = random.below(2) == 0
    harness = try await RoomHarness([Workflows.room, World.room], schemas: false)
    harness.services.register(world)
    let drawing = WorkflowDrawing(random)
    sources = Mutex((0..<5).map { drawing.source($0) })
    for _ in 0..<(isShared ? 2 : 1) { try await replace(0, isNew: true) }
    world.enter.withLock { $0 = { [weak self] key in await self?.entered(key) } }
    world.leave.withLock { $0 = { [weak self] key in self?.left(key) } }
  }

  /// Lets go of the files: ten thousand seeds would run out of them.
  func close() async { await harness.store.database.close() }

  func found(_ sentence: String) { findings.withLock { $0.append(sentence) } }
  private func note(_ sentence: String) { trace.withLock { $0.append("\(harness.clock.now) \(sentence)") } }
  func chance(_ percent: Int) -> Bool { random.below(100) < percent }
  private func pick<T>(_ all: [T]) -> T? { all.isEmpty ? nil : all[random.below(all.count)] }
  private var engines: [WorkflowEngine] { state.withLock { $0.engines } }

  // MARK: Engines

  private func library() throws -> WorkflowLibrary {
    let all = try sources.withLock { $0 }.map { try WorkflowDefinition(source: $0, file: "drawn.yaml") }
    definitions.withLock { known in for one in all { known[one.hash] = one } }
    return try WorkflowLibrary(all.map { ($0, "drawn.yaml") })
  }

  /// An engine is gone, and another begins in its place; what the first has in hand it may still bring, late. Now and then
  /// a file has changed meanwhile.
  private func replace(_ place: Int, isNew: Bool = false) async throws {
    if chance(25) {
      let which = random.below(5)
      let source = WorkflowDrawing(random).source(which)
      sources.withLock { $0[which] = source }
    }
    let store = HouseStore(
      UnreliableStore(harness.store.database) { [weak self] in
        guard let self, !self.state.withLock({ $0.isCalm }) else { return nil }
        guard self.chance(3) else { return nil }
        return self.pick([.busy, .io, .full, .locked])
      })
    let library = try library()
    if let consumer = WorkflowTimers.consumer(library, own: []) { harness.events.add(consumer) }
    let next = WorkflowEngine(
      WorkflowEngine.Parts(
        store: store, people: harness.people, runner: harness.runner, library: library, http: world,
        clock: HastyClock(clock: harness.clock), ids: IDGenerator(clock: harness.clock, random: random),
        metrics: Metrics()
      ) { [unowned harness] person, authority in  // which holds the engine
        var given = ActionContext.Authority.full
        (given.isApproved, given.occasion) = (authority.isApproved, authority.occasion)
        return harness.context(person, door: "workflow", authority: given)
      })
    state.withLock { state in
      if isNew {
        state.engines.append(next)
      } else {
        state.late.append(state.engines[place])
        state.engines[place] = next
      }
    }
    note("engine \(place) begins")
    harness.services.register(next)
    await next.beat(alone: !isShared)
  }

  /// Carries out what waits, and looks afterwards whether the engine wrote to a run that was not its own.
  private func drive(_ engine: WorkflowEngine) async {
    let known = await rows()
    state.withLock { $0.driving.append((engine, known)) }
    await engine.drain()
    let (_, before) = state.withLock { $0.driving.removeLast() }
    for (run, now) in await rows() {
      guard let then = before[run], then.seq != now.seq else { continue }
      if now.fence < then.fence { found("\(run): its fence went back") }
      // a run that nobody has in hand may be taken, under a higher fence
      guard then.owner != engine.id, now.fence <= then.fence else { continue }
      // a workflow inside tells the one around it, and is ended with it, whoever has the other one in hand
      if await isParent(run) { continue }
      if await isEndedWithParent(run, since: then.seq) { continue }
      found("\(run): an engine that had lost it wrote to it")
    }
  }

  private func rows() async -> [String: Row] {
    let all = try? await harness.tenant().read { reader in
      try reader.query("SELECT id, owner, seq, fence FROM workflow_runs WHERE tenant = :tenant") {
        ($0.text(0), Row(owner: $0.optionalText(1), seq: $0.integer(2), fence: $0.integer(3)))
      }
    }
    return Dictionary(all ?? [], uniquingKeysWith: { first, _ in first })
  }

  private func isParent(_ run: String) async -> Bool {
    let text = try? await harness.tenant().read { reader in
      try reader.first("SELECT definition FROM workflow_runs WHERE tenant = :tenant AND id = ?", run) { $0.text(0) }
    }
    return text.flatMap { $0 }.flatMap { hash in definitions.withLock { $0[hash] } }?.steps.contains {
      if case .workflow = $0.kind { true } else { false }
    } ?? false
  }

  /// All that was written to it since is that it ends, because what began it did.
  private func isEndedWithParent(_ run: String, since seq: Int) async -> Bool {
    let written = try? await harness.tenant().read { reader in
      try reader.query("SELECT events FROM workflow_log WHERE tenant = :tenant AND run = ? AND seq > ?", run, seq) {
        try JSON.parse($0.text(0)).array ?? []
      }
    }
    let events = (written ?? []).flatMap(\.self)
    return !events.isEmpty
      && events.allSatisfy {
        $0["kind"].string == "cancelled" && $0["data"]["by"] == .null
          && $0["data"]["reason"].string == "What began it was ended."
      }
  }

  // MARK: In the middle of a step

  private func entered(_ key: String) async {
    guard let engine = state.withLock({ $0.driving.last?.engine.id }) else { return }
    let run = String(key.prefix { $0 != "/" })
    let fence = try? await harness.tenant().read { reader in
      try reader.first("SELECT fence FROM workflow_runs WHERE tenant = :tenant AND id = ?", run) { $0.integer(0) }
    }
    let hand = Hand(
      engine: engine, key: key, fence: fence.flatMap { $0 } ?? 0,
      rewinds: rewinds.withLock { $0[run] ?? 0 })
    let isTwice = state.withLock { state in
      defer { state.hands.append(hand) }
      return state.hands.contains(hand)
    }
    if isTwice { found("\(key) is in one engine's hands twice at once") }
    await interrupt(run)
    // what others did meanwhile is not this engine's
    let known = await rows()
    state.withLock { state in
      if !state.driving.isEmpty { state.driving[state.driving.count - 1].known = known }
    }
  }

  private func left(_ key: String) {
    state.withLock { state in
      if let place = state.hands.lastIndex(where: { $0.key == key }) { state.hands.remove(at: place) }
    }
  }

  /// Anything may happen while a step is carried out.
  private func interrupt(_ run: String) async {
    let isDeep = state.withLock { state in
      state.depth += 1
      return state.depth > 2 || state.isCalm
    }
    defer { state.withLock { $0.depth -= 1 } }
    guard !isDeep, chance(30) else { return }
    switch random.below(9) {
    case 0, 1:
      try? await replace(random.below(engines.count))
      if chance(70), let engine = engines.last { await drive(engine) }
    case 2: harness.clock.advance(by: .minutes(1 + random.below(120)))
    case 3:
      // the same engine has more than one pair of hands
      await harness.scheduler.fireDue()
      if let engine = pick(engines) { await drive(engine) }
    case 4:
      if let engine = pick(engines) {
        await engine.beat(alone: !isShared)
        await drive(engine)
      }
    case 5: await rewind(run)
    default: await steer(run)
    }
  }

  // MARK: What people do

  private func act(_ name: String, _ arguments: JSONObject) async -> JSON? {
    if let engine = pick(engines) { harness.services.register(engine) }
    do {
      let data = try await harness.run(name, arguments).data
      note("\(name) \(arguments)")
      return data
    } catch {
      return nil
    }
  }

  private func runs() async -> [String] { (await rows()).keys.sorted() }

  private func steer(_ run: String) async {
    switch random.below(12) {
    case 0, 1, 2: for _ in 0...random.below(2) { await decide(run) }
    case 3, 4:
      for _ in 0...random.below(2) { _ = await act("workflow.signal", ["run": .string(run), "signal": "go"]) }
    case 5, 6: _ = await act("workflow.pause", ["run": .string(run)])
    case 7: _ = await act("workflow.resume", ["run": .string(run), "one_step": .bool(chance(30))])
    case 8: await rewind(run)
    default:
      if chance(40) { _ = await act("workflow.cancel", ["run": .string(run), "undo": .bool(chance(50))]) }
    }
  }

  private func rewind(_ run: String) async {
    guard let step = await steps(of: run).randomElement(using: random) else { return }
    let isOutliving = await isParentOver(of: run)
    if await act("workflow.rewind", ["run": .string(run), "step": .string(step)]) != nil {
      rewinds.withLock { $0[run, default: 0] += 1 }
      if isOutliving { outlived.withLock { _ = $0.insert(run) } }
    }
  }

  private func isParentOver(of run: String) async -> Bool {
    let count = try? await harness.tenant().read { reader in
      try reader.count(
        """
        SELECT count(*) FROM workflow_runs parent JOIN workflow_runs child ON child.tenant = parent.tenant
        WHERE parent.tenant = :tenant AND child.id = ? AND child.dedupe_key LIKE parent.id || ':%'
          AND parent.phase IN ('done', 'failed', 'cancelled')
        """, run)
    }
    return (count ?? 0) > 0
  }

  private func steps(of run: String) async -> [String] {
    let hash = try? await harness.tenant().read { reader in
      try reader.first("SELECT definition FROM workflow_runs WHERE tenant = :tenant AND id = ?", run) { $0.text(0) }
    }
    return hash.flatMap { $0 }.flatMap { hash in definitions.withLock { $0[hash] } }?.steps.map(\.id) ?? []
  }

  private func decide(_ run: String) async {
    guard let shown = await act("workflow.show", ["run": .string(run)]) else { return }
    for step in shown["steps"].array ?? [] where step["state"] == "waiting" {
      _ = await act("workflow.decide", ["run": .string(run), "step": step["step"], "yes": .bool(chance(70))])
    }
  }

  // MARK: The course of things

  func run() async throws {
    for _ in 0..<60 { await next() }
    state.withLock { $0.isCalm = true }
    // a run may ask again and again, two days each
    for _ in 0..<400 where try await !isOver() { await settle() }
    try await check()
  }

  private func next() async {
    switch random.below(14) {
    case 0, 1: _ = await act("workflow.start", ["workflow": .string("drawn\(random.below(5))")])
    case 2, 3, 4: if let engine = pick(engines) { await drive(engine) }
    case 5, 6:
      harness.clock.advance(by: .minutes(1 + random.below(90)))
      await harness.scheduler.fireDue()
    case 7:
      // stepped back, or far ahead
      harness.clock.step(by: .minutes(chance(50) ? -random.below(180) : random.below(600)))
      await harness.scheduler.fireDue()
    case 8: try? await replace(random.below(engines.count))
    case 9: if let engine = pick(state.withLock { $0.late }) { await drive(engine) }
    case 10: if let engine = pick(engines) { await engine.beat(alone: !isShared) }
    case 11: await happen()
    default: if let run = pick(await runs()) { await steer(run) }
    }
  }

  /// An event that begins workflows, and the consumer that gets it once, or everything again.
  private func happen() async {
    let number = random.below(3)
    let (owner, key) = (harness.owner.id, "k\(random.below(3))")
    try? await harness.tenant().write { transaction in
      try transaction.emit(Event("world.happened", person: owner, key: key, ["n": JSON(number)]))
    }
    told.withLock { $0[number, default: 0] += 1 }
    if chance(30) {
      let start = harness.clock.now - .days(2)
      _ = try? await harness.tenant().write { try $0.replayEvents(to: "workflows.start", from: start) }
    }
    if let engine = pick(engines) { harness.services.register(engine) }
    _ = try? await harness.events.drain()
  }

  /// Time goes on and nothing goes wrong any more.
  private func settle() async {
    for run in await runs() { _ = await act("workflow.resume", ["run": .string(run)]) }
    _ = try? await harness.events.drain()
    harness.clock.advance(by: .hours(1))
    await harness.scheduler.fireDue()
    for late in state.withLock({ $0.late }) { await drive(late) }
    for engine in engines {
      await engine.beat(alone: !isShared)
      await drive(engine)
    }
  }

  private func isOver() async throws -> Bool {
    try await harness.tenant().read { reader in
      try reader.count(
        """
        SELECT count(*) FROM workflow_runs
        WHERE tenant = :tenant AND phase NOT IN ('done', 'failed', 'cancelled')
        """)
    } == 0
  }
}

extension Array {
  fileprivate func randomElement(using random: SeededRandom) -> Element? {
    isEmpty ? nil : self[random.below(count)]
  }
}

/// Time that passes for whoever waits for it.
private struct HastyClock: WallClock {
  let clock: VirtualClock
  var now: Instant { clock.now }
  var uptime: Duration { clock.uptime }
  func sleep(for duration: Duration) async throws { clock.advance(by: duration) }
}

/// The real store, which refuses now and then.
private struct UnreliableStore: Database {
  let real: any Database
  let fault: @Sendable () -> StoreError.Kind?

  init(_ real: any Database, fault: @escaping @Sendable () -> StoreError.Kind?) {
    self.real = real
    self.fault = fault
  }

  func read<T: Sendable>(_ body: @escaping @Sendable (HouseReader) throws -> T) async throws -> T {
    if let kind = fault() { throw StoreError(kind, "It is a bad day.") }
    return try await real.read(body)
  }

  func submit<T: Sendable>(
    _ priority: WritePriority, _ body: @escaping @Sendable (inout HouseTransaction) throws -> T,
    completion: @escaping @Sendable (Result<T, any Error>) -> Void
  ) {
    if let kind = fault() { return completion(.failure(StoreError(kind, "It is a bad day."))) }
    real.submit(priority, body, completion: completion)
  }

  func migrate(_ migrations: [Migration]) async throws { try await real.migrate(migrations) }
  func backup(to path: String) async throws { try await real.backup(to: path) }
  func check() async throws -> [String] { try await real.check() }
  func close() async { await real.close() }
  var health: StoreHealth { real.health }
  var statistics: StoreStatistics { real.statistics }
}
