import Actions
import Base
import Formats
import Foundation
import HTTP
import Messages
import People
import RoomTesting
import Schedule
import Store
import Synchronization
import Telemetry
import Workflows

/// Random workflows on a virtual clock, with everything that goes wrong drawn from a seed: engines that die between two
/// steps or in the middle of one and wake up late, steps that fail, calls that are answered late, signals and decisions
/// that come twice, runs that are held, ended and gone on with.
///
/// One thread draws and does every next thing, so that a seed gives the same run.
final class WorkflowSimulation: Sendable {
  let random: SeededRandom
  let harness: RoomHarness
  let world = World()
  private let library: WorkflowLibrary
  private let state: Mutex<(engine: WorkflowEngine?, late: [WorkflowEngine], runs: [String])>
  /// What was found; empty where all promises hold.
  let findings = Mutex<[String]>([])

  init(seed: UInt64) async throws {
    random = SeededRandom(seed: seed)
    harness = try await RoomHarness([Workflows.room, World.room])
    harness.services.register(world)
    var sources: [String] = []
    for index in 0..<4 { sources.append(WorkflowDrawing(random).source("drawn\(index)")) }
    library = try WorkflowLibrary(
      sources.map { (try WorkflowDefinition(source: $0, file: "drawn.yaml"), "drawn.yaml") })
    state = Mutex((nil, [], []))
    await takeOver()
    world.interrupt.withLock { $0 = { [weak self] in await self?.interrupted() } }
  }

  private func chance(_ percent: Int) -> Bool { random.below(100) < percent }
  private var engine: WorkflowEngine? { state.withLock { $0.engine } }

  /// The engine is gone, and another one takes its runs; what the first has in hand it may still bring, late.
  private func takeOver() async {
    let next = WorkflowEngine(
      WorkflowEngine.Parts(
        store: harness.store, people: harness.people, runner: harness.runner, library: library, http: world,
        clock: harness.clock, ids: IDGenerator(clock: harness.clock, random: random), metrics: Metrics()
      ) { [harness] person, authority in
        harness.context(person, approved: authority.isApproved, door: "workflow")
      })
    state.withLock { state in
      if let engine = state.engine { state.late.append(engine) }
      state.engine = next
    }
    harness.services.register(next)
    await next.recover(alone: true)
  }

  /// In the middle of a step: now and then the engine that carries it out is taken for dead.
  private func interrupted() async {
    guard chance(6) else { return }
    await takeOver()
    if chance(70) { await engine?.drain() }
  }

  private func act(_ name: String, _ arguments: JSONObject) async -> JSON? {
    try? await harness.run(name, arguments).data
  }

  private func pick<T>(_ all: [T]) -> T? { all.isEmpty ? nil : all[random.below(all.count)] }

  func run() async throws {
    for _ in 0..<60 { await next() }
    for _ in 0..<80 where try await !isOver() { await settle() }
    try await check()
  }

  private func next() async {
    let run = pick(state.withLock { $0.runs }) ?? ""
    switch random.below(12) {
    case 0, 1:
      let begun = await act("workflow.start", ["workflow": .string("drawn\(random.below(4))")])
      if let id = begun?["run"].string { state.withLock { $0.runs.append(id) } }
    case 2, 3: await engine?.drain()
    case 4, 5:
      harness.clock.advance(by: .minutes(1 + random.below(90)))
      await harness.scheduler.fireDue()
    case 6: await takeOver()
    case 7: await pick(state.withLock { $0.late })?.drain()
    case 8: for _ in 0...random.below(2) { await decide(run) }
    case 9:
      for _ in 0...random.below(2) { _ = await act("workflow.signal", ["run": .string(run), "signal": "go"]) }
    case 10: _ = await act(chance(50) ? "workflow.pause" : "workflow.resume", ["run": .string(run)])
    default:
      if chance(30) { _ = await act("workflow.cancel", ["run": .string(run), "undo": .bool(chance(50))]) }
    }
  }

  private func decide(_ run: String) async {
    guard let shown = await act("workflow.show", ["run": .string(run)]) else { return }
    for step in shown["steps"].array ?? [] where step["state"] == "waiting" {
      _ = await act("workflow.decide", ["run": .string(run), "step": step["step"], "yes": .bool(chance(70))])
    }
  }

  /// Time goes on and nothing goes wrong any more.
  private func settle() async {
    for run in state.withLock({ $0.runs }) { _ = await act("workflow.resume", ["run": .string(run)]) }
    harness.clock.advance(by: .hours(1))
    await harness.scheduler.fireDue()
    for late in state.withLock({ $0.late }) { await late.drain() }
    await engine?.recover(alone: false)
    await engine?.drain()
  }

  private func isOver() async throws -> Bool {
    for run in state.withLock({ $0.runs }) {
      let phase = try await harness.run("workflow.show", ["run": .string(run)]).data["state"].string ?? ""
      if !["done", "failed", "cancelled"].contains(phase) { return false }
    }
    return true
  }

  // MARK: Promises

  private func found(_ sentence: String) { findings.withLock { $0.append(sentence) } }

  private func check() async throws {
    let effects = try await world.effects(harness)
    for run in state.withLock({ $0.runs }) {
      do {
        let shown = try await harness.run("workflow.show", ["run": .string(run)]).data
        check(run, shown, effects)
      } catch { found("\(run) cannot be shown: \(error)") }
    }
    for (key, count) in effects where count > 1 { found("\(key) was done \(count) times") }
    for (step, keys) in world.keys.withLock({ $0 }) where keys.count > 1 {
      found("\(step) was called under \(keys.count) idempotency keys")
    }
  }

  private func check(_ run: String, _ shown: JSON, _ effects: [String: Int]) {
    let phase = shown["state"].string ?? ""
    if !["done", "failed", "cancelled"].contains(phase) {
      found("\(run) is \(phase) for ever: \(shown["steps"].text())")
    }
    if shown["intact"] != true { found("\(run) has a broken chain") }
    var approved: Set<String> = []
    var waits: [String: Instant] = [:]
    var isCancelled = false
    var hasEnded = false
    var done: Set<String> = []
    for event in shown["events"].array ?? [] {
      let (kind, step) = (event["kind"].string ?? "", event["step"].string ?? "")
      let at = Instant(iso8601: event["at"].string ?? "") ?? Instant(microseconds: 0)
      if hasEnded { found("\(run): \(kind) \(step) after its end") }
      if isCancelled, ["started", "waiting"].contains(kind) { found("\(run): \(step) begins after it was cancelled") }
      switch kind {
      case "cancelled":
        isCancelled = true
        hasEnded = event["data"]["undo"] != true
      case "ended": hasEnded = true
      case "waiting": if let until = event["data"]["until"].int64 { waits[step] = Instant(microseconds: until) }
      case "decided": if event["data"]["yes"] == true { approved.insert(step) }
      case "done":
        done.insert(step)
        let isAnswered = approved.contains(step) || !event["data"]["signal"].isNull || !event["data"]["approved"].isNull
        if let until = waits[step], at < until, !isAnswered { found("\(run): \(step) is over early") }
      default: break
      }
    }
    for step in done where step.contains("do") || step.contains("pay") {
      if effects["\(run)/\(step)"] ?? 0 != 1 {
        found("\(run): \(step) is done and its effect is there \(effects["\(run)/\(step)"] ?? 0) times")
      }
    }
    for (key, _) in effects where key.hasPrefix(run + "/") {
      let step = String(key.dropFirst(run.count + 1))
      if !done.contains(step) { found("\(run): \(step) had an effect and is not done") }
      if step.contains("pay"), !approved.contains(step) { found("\(run): \(step) was paid without a yes") }
    }
    for (key, _) in effects where key.hasPrefix("undo:" + run + "/") {
      let step = String(key.dropFirst(run.count + 6))
      if !done.contains(step) { found("\(run): \(step) was taken back and never done") }
      if phase == "done" { found("\(run): \(step) was taken back although all went well") }
    }
  }
}

/// Definitions from a seed.
struct WorkflowDrawing {
  private let random: SeededRandom
  init(_ random: SeededRandom) { self.random = random }

  func source(_ name: String) -> String {
    var lines = ["workflow: \(name)", "steps:"]
    var ids: [String] = []
    for index in 0..<(3 + random.below(5)) {
      let (id, text) = step(index)
      let needs =
        random.below(3) == 0 ? "needs: [\(ids.filter { _ in random.below(3) == 0 }.joined(separator: ", "))], " : ""
      lines.append("  - {id: \(id), \(needs)\(text)}")
      ids.append(id)
    }
    return lines.joined(separator: "\n")
  }

  private func work(_ id: String, _ key: String? = nil) -> String {
    let fails = random.below(8) == 0 ? 9 : random.below(3)
    let key = key ?? "${run.id}/\(id)"
    let back = random.below(2) == 0 ? ", compensate: {action: world.undo, with: {key: \"\(key)\"}}" : ""
    let goesOn = random.below(3) == 0 ? ", on_error: continue" : ""
    return "action: world.do, with: {key: \"\(key)\", fails: \(fails)}, retry: {times: 3, pause: 2 min}\(back)\(goesOn)"
  }

  private func step(_ index: Int) -> (String, String) {
    switch random.below(10) {
    case 0: return ("wait\(index)", "wait: \(1 + random.below(200)) min")
    case 1: return ("wait\(index)", "wait: {for: \(1 + random.below(5)) h, signal: go}")
    case 2:
      return ("ask\(index)", "approve: {what: Go on?, for: 2 h, on_no: \(random.below(2) == 0 ? "stop" : "continue")}")
    case 3: return ("pay\(index)", "action: world.pay, with: {key: \"${run.id}/pay\(index)\"}")
    case 4:
      return (
        "call\(index)",
        "http: {method: POST, url: \"https://example.org/${run.id}/call\(index)\"}, retry: {times: 3, pause: 1 min}, on_error: continue"
      )
    case 5:
      let id = "loop\(index)"
      return (
        id,
        "each: \"[1, 2, 3]\", side_by_side: \(1 + random.below(3)), steps: [{id: do, \(work("do", "${run.id}/\(id)[${index}]/do"))}]"
      )
    case 6:
      let id = "way\(index)"
      return (
        id,
        "choose: [{when: length(run.id) > 99, steps: [{id: no, set: 1}]}, {steps: [{id: do, \(work("do", "${run.id}/\(id).1/do"))}]}]"
      )
    default: return ("do\(index)", work("do\(index)"))
    }
  }
}

/// What the workflows do things to: a table of effects, and a web that answers late, badly or twice.
final class World: HTTPTransport {
  let interrupt = Mutex<(@Sendable () async -> Void)?>(nil)
  private let failures = Mutex<[String: Int]>([:])
  /// Idempotency keys by address.
  let keys = Mutex<[String: Set<String>]>([:])
  private let calls = Mutex(0)

  func interrupted() async { await interrupt.withLock { $0 }?() }

  /// - Returns: whether this try of a step is one of those that fail.
  func fails(_ key: String, _ times: Int) -> Bool {
    failures.withLock { all in
      all[key, default: 0] += 1
      return all[key, default: 0] <= times
    }
  }

  func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
    _ = keys.withLock { $0[request.url, default: []].insert(request.headers["Idempotency-Key"] ?? "") }
    await interrupted()
    let number = calls.withLock { calls in
      calls += 1
      return calls
    }
    return HTTPClientResponse(status: number % 3 == 0 ? 503 : 200, body: Array("{}".utf8))
  }

  func effects(_ harness: RoomHarness) async throws -> [String: Int] {
    try await harness.tenant().read { reader in
      Dictionary(
        uniqueKeysWithValues: try reader.query(
          "SELECT key, count(*) FROM world WHERE tenant = :tenant GROUP BY key"
        ) { ($0.text(0), $0.integer(1)) })
    }
  }

  static let room = Room(
    name: "world",
    migrations: [
      Migration(
        room: "world", number: 1, sql: ["CREATE TABLE world (tenant TEXT NOT NULL, key TEXT NOT NULL) STRICT"])
    ], actions: [Do.self, Undo.self, Pay.self], forget: { _, _ in 0 }, export: { _, _ in .null })

  private static func write(_ key: String) -> ActionResult {
    .change { transaction in
      try transaction.execute("INSERT INTO world (tenant, key) VALUES (:tenant, ?)", key)
      return Outcome(.words("done"))
    }
  }

  struct Do: Action {
    static let name = "world.do"
    static let summary = "Does something."
    static let effect = Effect.write
    @Parameter("What.") var key: String
    @Parameter("How often it fails first.", default: 0) var fails: Int

    func perform(in context: ActionContext) async throws -> ActionResult {
      let (key, fails) = (key, fails)
      if let world = try await context.store.read({ $0.service(World.self) }) {
        await world.interrupted()
        if world.fails(key, fails) {
          throw ActionError("world.busy", sentence: "It is busy.")
        }
      }
      return World.write(key)
    }
  }

  struct Undo: Action {
    static let name = "world.undo"
    static let summary = "Takes it back."
    static let effect = Effect.write
    @Parameter("What.") var key: String
    func perform(in context: ActionContext) async throws -> ActionResult {
      let key = key
      await (try await context.store.read { $0.service(World.self) })?.interrupted()
      return World.write("undo:" + key)
    }
  }

  struct Pay: Action {
    static let name = "world.pay"
    static let summary = "Pays."
    static let effect = Effect.money
    @Parameter("What.") var key: String
    func perform(in context: ActionContext) async throws -> ActionResult {
      let key = key
      await (try await context.store.read { $0.service(World.self) })?.interrupted()
      return World.write(key)
    }
  }
}
