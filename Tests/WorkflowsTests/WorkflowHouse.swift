import Actions
import Base
import Crypto
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

/// A house with workflows, an engine that is driven by hand, and a web that answers as told.
final class WorkflowHouse: Sendable {
  let harness: RoomHarness
  let engine: WorkflowEngine
  let web = ToldTransport()
  let library: WorkflowLibrary

  private let secretKey: SecretKey?

  convenience init(
    _ sources: String..., rooms: [Room] = [Counting.room], approvals: ApprovalPolicy = ApprovalPolicy(),
    secretKey: SecretKey? = nil, stepDeadline: Duration? = nil, outside: WorkflowOutside = WorkflowOutside(),
    words: @escaping Runner.WordReader = { _, _, _ in nil }
  ) async throws {
    try await self.init(
      WorkflowLibrary(sources.map { (try WorkflowDefinition(source: $0, file: "test.yaml"), "test.yaml") }),
      rooms: rooms, approvals: approvals, secretKey: secretKey, stepDeadline: stepDeadline, outside: outside,
      words: words)
  }

  init(
    _ library: WorkflowLibrary, rooms: [Room], approvals: ApprovalPolicy = ApprovalPolicy(),
    secretKey: SecretKey? = nil, stepDeadline: Duration? = nil, outside: WorkflowOutside = WorkflowOutside(),
    words: @escaping Runner.WordReader = { _, _, _ in nil }
  ) async throws {
    harness = try await RoomHarness([Workflows.room] + rooms, approvals: approvals, words: words)
    self.library = library
    self.secretKey = secretKey
    engine = Self.engine(harness, library, web, secretKey, stepDeadline: stepDeadline, outside: outside)
    harness.services.register(engine)
    await engine.recover(alone: true)
  }

  static func engine(
    _ harness: RoomHarness, _ library: WorkflowLibrary, _ web: ToldTransport, _ secretKey: SecretKey? = nil,
    marks: CrashMarks? = nil, stepDeadline: Duration? = nil, outside: WorkflowOutside = WorkflowOutside()
  ) -> WorkflowEngine {
    var parts = WorkflowEngine.Parts(
      store: harness.store, people: harness.people, runner: harness.runner, library: library, http: web,
      secretKey: secretKey, clock: harness.clock, ids: IDGenerator(clock: harness.clock, random: SystemRandom()),
      metrics: Metrics()
    ) { person, authority in harness.context(person, door: "workflow", authority: authority) }
    parts.marks = marks
    parts.outside = outside
    parts.stepDeadline = stepDeadline
    return WorkflowEngine(parts)
  }

  /// Another engine over the same store, as after a crash or on a second node.
  func another(marks: CrashMarks? = nil, stepDeadline: Duration? = nil) -> WorkflowEngine {
    Self.engine(harness, library, web, secretKey, marks: marks, stepDeadline: stepDeadline)
  }

  func start(_ name: String, _ inputs: JSONObject = [:], stepping: Bool = false, breakpoints: [String] = [])
    async throws -> String
  {
    let outcome = try await harness.run(
      "workflow.start",
      [
        "workflow": .string(name), "inputs": .object(inputs), "stepping": .bool(stepping),
        "breakpoints": JSON(breakpoints),
      ])
    await engine.drain()
    return outcome.data["run"].string ?? ""
  }

  func show(_ run: String) async throws -> JSON { try await harness.run("workflow.show", ["run": .string(run)]).data }
  func state(_ run: String) async throws -> String? { try await show(run)["state"].string }

  /// Time goes on, and with it what waits for it.
  func advance(by duration: Duration) async {
    let end = harness.clock.now + duration
    while harness.clock.now < end {
      harness.clock.set(min(end, harness.clock.now + .minutes(30)))
      await harness.scheduler.fireDue()
      await engine.drain()
    }
  }

  func counts() async throws -> [String: Int] {
    try await harness.tenant().read { reader in
      Dictionary(
        uniqueKeysWithValues: try reader.query("SELECT name, count FROM counting WHERE tenant = :tenant") {
          ($0.text(0), $0.integer(1))
        })
    }
  }
}

/// Answers each call to the web by what the test said.
final class ToldTransport: HTTPTransport {
  private let state = Mutex<(answers: [Int], words: [String], calls: [HTTPClientRequest])>(([], [], []))
  private let bodies = Mutex<JSONObject>([:])

  /// Bodies by method and the end of the address, such as `GET /carts`; null is a refusal.
  func answers(_ all: JSONObject) { bodies.withLock { $0 = all } }

  func will(_ answers: Int...) { state.withLock { $0.answers += answers } }
  /// What the next answers hold; `{"ok":true}` otherwise.
  func willSay(_ words: String...) { state.withLock { $0.words += words } }
  var calls: [HTTPClientRequest] { state.withLock { $0.calls } }

  func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
    let line = request.method + " " + request.url
    let body = bodies.withLock { all in
      all.first {
        line.hasPrefix(String($0.key.prefix { $0 != " " })) && line.hasSuffix($0.key.drop { $0 != " " }.dropFirst())
      }
    }
    return state.withLock { state in
      state.calls.append(request)
      if let body {
        return HTTPClientResponse(status: body.value.isNull ? 404 : 200, body: Array(body.value.text().utf8))
      }
      let status = state.answers.isEmpty ? 200 : state.answers.removeFirst()
      let words = state.words.isEmpty ? #"{"ok":true}"# : state.words.removeFirst()
      return HTTPClientResponse(status: status, body: Array(words.utf8))
    }
  }
}

/// A room that counts: every call is an effect that a test can see.
enum Counting {
  static let room = Room(
    name: "counting",
    migrations: [
      Migration(
        room: "counting", number: 1,
        sql: [
          "CREATE TABLE counting (tenant TEXT NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (tenant, name)) STRICT"
        ])
    ], actions: [Count.self, Refuse.self, Pay.self, Stumble.self, Dawdle.self, Announce.self], forget: { _, _ in 0 },
    export: { _, _ in .null })

  struct Count: Action {
    static let name = "counting.count"
    static let summary = "Counts."
    static let effect = Effect.write
    @Parameter("What.") var name: String
    @Parameter("By how much.", default: 1) var by: Int

    func perform(in context: ActionContext) async throws -> ActionResult {
      let (name, by) = (name, by)
      return .change { transaction in
        try transaction.execute(
          """
          INSERT INTO counting (tenant, name, count) VALUES (:tenant, ?, ?)
          ON CONFLICT (tenant, name) DO UPDATE SET count = count + excluded.count
          """, name, by)
        let now = try transaction.first("SELECT count FROM counting WHERE tenant = :tenant AND name = ?", name) {
          $0.integer(0)
        }
        return Outcome(.words("counted"), data: ["count": JSON(now)])
      }
    }
  }

  struct Announce: Action {
    static let name = "counting.announce"
    static let summary = "Says that a product is of another class."
    static let effect = Effect.write
    @Parameter("Which product.") var product: String

    func perform(in context: ActionContext) async throws -> ActionResult {
      let (product, actor) = (product, context.actor.id)
      return .change { transaction in
        let facts: JSON = ["product": .string(product), "to": "other"]
        try transaction.emit(Event("product.reclassified", person: actor, key: product, facts))
        return Outcome(.words("announced"))
      }
    }
  }

  struct Refuse: Action {
    static let name = "counting.refuse"
    static let summary = "Always refuses."
    static let effect = Effect.write
    func perform(in context: ActionContext) async throws -> ActionResult {
      throw ActionError("counting.refused", sentence: "It will not be done.")
    }
  }

  struct Pay: Action {
    static let name = "counting.pay"
    static let summary = "Pays."
    static let effect = Effect.money
    @Parameter("How much.") var amount: Int
    func perform(in context: ActionContext) async throws -> ActionResult {
      let amount = amount
      return .change { transaction in
        try transaction.execute(
          """
          INSERT INTO counting (tenant, name, count) VALUES (:tenant, 'paid', ?)
          ON CONFLICT (tenant, name) DO UPDATE SET count = count + excluded.count
          """, amount)
        return Outcome(.words("paid"))
      }
    }
  }

  /// Takes an hour.
  struct Dawdle: Action {
    static let name = "counting.dawdle"
    static let summary = "Dawdles."
    static let effect = Effect.write
    func perform(in context: ActionContext) async throws -> ActionResult {
      try await context.clock.sleep(for: .hours(1))
      return .change { transaction in
        try transaction.execute("INSERT INTO counting (tenant, name, count) VALUES (:tenant, 'dawdled', 1)")
        return Outcome(.words("at last"))
      }
    }
  }

  /// The disk fails it until something called healed was counted.
  struct Stumble: Action {
    static let name = "counting.stumble"
    static let summary = "Stumbles."
    static let effect = Effect.write
    func perform(in context: ActionContext) async throws -> ActionResult {
      .change { transaction in
        guard
          try transaction.first("SELECT 1 FROM counting WHERE tenant = :tenant AND name = 'healed'", map: { _ in true })
            == true
        else { throw StoreError(.io, "The disk failed.") }
        return Outcome(.words("went"))
      }
    }
  }
}
