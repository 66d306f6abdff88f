import Actions
import Base
import Formats
import HTTP
import Messages
import RoomTesting
import Store
import Synchronization

/// What the workflows of the simulation do things to: a table of effects, and a web that answers badly or twice.
final class World: HTTPTransport {
  let enter = Mutex<(@Sendable (String) async -> Void)?>(nil)
  let leave = Mutex<(@Sendable (String) -> Void)?>(nil)
  private let failures = Mutex<[String: Int]>([:])
  /// Idempotency keys by address.
  let keys = Mutex<[String: Set<String>]>([:])
  private let calls = Mutex(0)

  /// Somebody has a step in hand; whatever may happen meanwhile, happens.
  func hold(_ key: String) async {
    await enter.withLock { $0 }?(key)
    leave.withLock { $0 }?(key)
  }

  /// - Returns: whether this try of a step is one of those that fail.
  func fails(_ key: String, _ times: Int) -> Bool {
    failures.withLock { all in
      all[key, default: 0] += 1
      return all[key, default: 0] <= times
    }
  }

  func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
    _ = keys.withLock { $0[request.url, default: []].insert(request.headers["Idempotency-Key"] ?? "") }
    await hold(request.url.replacing("https://example.org/", with: ""))
    let number = calls.withLock { calls in
      calls += 1
      return calls
    }
    let answer: JSON = ["key": .string(request.headers["Idempotency-Key"] ?? "")]
    return HTTPClientResponse(status: number % 3 == 0 ? 503 : 200, body: answer.bytes())
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

  /// - Returns: with the call that it was: of two times around only the later may count.
  private static func write(_ key: String, _ context: ActionContext) -> ActionResult {
    let call = context.authority.occasion
    return .change { transaction in
      try transaction.execute("INSERT INTO world (tenant, key) VALUES (:tenant, ?)", key)
      return Outcome(.words("done"), data: ["call": JSON(call)])
    }
  }

  private static func hold(_ key: String, _ fails: Int, _ context: ActionContext) async throws {
    guard let world = try await context.store.read({ $0.service(World.self) }) else { return }
    await world.hold(key)
    if world.fails(key, fails) { throw ActionError("world.busy", sentence: "It is busy.") }
  }

  struct Do: Action {
    static let name = "world.do"
    static let summary = "Does something."
    static let effect = Effect.write
    @Parameter("What.") var key: String
    @Parameter("How often it fails first.", default: 0) var fails: Int

    func perform(in context: ActionContext) async throws -> ActionResult {
      try await World.hold(key, fails, context)
      return World.write(key, context)
    }
  }

  struct Undo: Action {
    static let name = "world.undo"
    static let summary = "Takes it back."
    static let effect = Effect.write
    @Parameter("What.") var key: String
    @Parameter("How often it fails first.", default: 0) var fails: Int

    func perform(in context: ActionContext) async throws -> ActionResult {
      try await World.hold(key + "/undo", fails, context)
      return World.write("undo:" + key, context)
    }
  }

  struct Pay: Action {
    static let name = "world.pay"
    static let summary = "Pays."
    static let effect = Effect.money
    @Parameter("What.") var key: String

    func perform(in context: ActionContext) async throws -> ActionResult {
      try await World.hold(key, 0, context)
      return World.write(key, context)
    }
  }
}
