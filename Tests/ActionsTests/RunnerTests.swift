import Text
import Actions
import Base
import Conversation
import Formats
import Messages
import People
import RoomTesting
import Store
import Testing

/// One action of each effect; each that changes something leaves a row.
private protocol Leaves: Action {}
extension Leaves {
  static var summary: String { "Leaves a mark." }
  func mark() -> ActionResult {
    let name = Self.name
    return .change { transaction in
      try transaction.execute("INSERT INTO marks (tenant, id, text) VALUES (:tenant, ?, ?)", transaction.newID(), name)
      return Outcome(.words("done"))
    }
  }
}

private struct Look: Leaves {
  static let name = "marks.look"
  static let effect = Effect.read
  func perform(in context: ActionContext) async throws -> ActionResult { .answer(.words("seen")) }
}
private struct Write: Leaves {
  static let name = "marks.write"
  static let effect = Effect.write
  @Parameter("What.") var text: String?
  @Parameter("How often.", default: 1) var times: Int
  func perform(in context: ActionContext) async throws -> ActionResult { mark() }
}
private struct Send: Leaves {
  static let name = "marks.send"
  static let effect = Effect.outbound
  func perform(in context: ActionContext) async throws -> ActionResult { mark() }
}
private struct Pay: Leaves {
  static let name = "marks.pay"
  static let effect = Effect.money
  func perform(in context: ActionContext) async throws -> ActionResult { mark() }
}
private struct Inverse: Leaves {
  static let name = "other.inverse"
  static let effect = Effect.write
  static let isHidden = true
  func perform(in context: ActionContext) async throws -> ActionResult { mark() }
}
private struct Grant: Leaves {
  static let name = "marks.grant"
  static let effect = Effect.write
  static let isForPeopleAlone = true
  func perform(in context: ActionContext) async throws -> ActionResult { mark() }
}
private struct Fail: Leaves {
  static let name = "marks.fail"
  static let effect = Effect.write
  func perform(in context: ActionContext) async throws -> ActionResult {
    .change { transaction in
      try transaction.execute("INSERT INTO marks (tenant, id, text) VALUES (:tenant, 'x', 'half')")
      throw ActionError("marks.sold_out", sentence: "It is sold out.")
    }
  }
}
/// Counts a try and refuses.
private struct Refuse: Leaves {
  static let name = "marks.refuse"
  static let effect = Effect.write
  func perform(in context: ActionContext) async throws -> ActionResult {
    .change { transaction in
      try transaction.execute(
        "INSERT INTO marks (tenant, id, text) VALUES (:tenant, ?, 'a try')", transaction.newID())
      return .refused(ActionError("marks.wrong", sentence: "That is wrong."))
    }
  }
}

private let marks = Room(
  name: "marks",
  migrations: [
    Migration(
      room: "marks", number: 1,
      sql: [
        "CREATE TABLE marks (tenant TEXT NOT NULL, id TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (tenant, id)) STRICT"
      ])
  ],
  actions: [Look.self, Write.self, Send.self, Pay.self, Inverse.self, Fail.self, Grant.self, Refuse.self],
  forget: { _, _ in 0 },
  export: { _, _ in .null })

private let effects: [(name: String, scopes: Set<String>)] = [
  ("marks.look", ["read", "write", "money", "admin"]), ("marks.write", ["write", "admin"]),
  ("marks.send", ["write", "admin"]),
  ("marks.pay", ["money", "admin"]),
]

extension RoomHarness {
  fileprivate func marks() async throws -> [String] {
    try await tenant().read { try $0.query("SELECT text FROM marks WHERE tenant = :tenant ORDER BY id") { $0.text(0) } }
  }

  fileprivate func audited() async throws -> [String] {
    try await tenant().read {
      try $0.query("SELECT action FROM audit WHERE tenant = :tenant ORDER BY number") { $0.text(0) }
    }
  }

  /// A context under another persona or with other scopes.
  fileprivate func context(persona: String, scopes: Set<String> = ["admin"], approved: Bool = false) throws
    -> ActionContext
  {
    let usual = context()
    return ActionContext(
      store: usual.store, actor: owner, persona: try Persona(YAML.parse(persona, file: "persona")), people: people,
      house: usual.house, language: .english, clock: clock, ids: usual.ids, origin: usual.origin,
      authority: .init(scopes: scopes, isApproved: approved), deadline: usual.deadline, caller: { _, _, _ in .null })
  }
}

private func outcome(_ body: () async throws -> Outcome) async -> String {
  do {
    _ = try await body()
    return "done"
  } catch let error as ActionError { return error.code } catch { return "\(error)" }
}

struct RunnerTests {
  @Test("every set of scopes does what it covers and nothing else", arguments: effects.map(\.name))
  func scopes(_ action: String) async throws {
    let house = try await RoomHarness([marks])
    let needed = try #require(effects.first { $0.name == action }?.scopes)
    let all = ["read", "write", "money", "admin"]
    for bits in 0..<16 {
      let scopes = Set(all.enumerated().filter { bits >> $0.offset & 1 == 1 }.map(\.element))
      let context = try house.context(persona: "name: p\nactions: ['*']", scopes: scopes, approved: true)
      let result = await outcome { try await house.runner.run(ActionCall(action), in: context) }
      #expect(result == (scopes.isDisjoint(with: needed) ? "actions.scope" : "done"), "\(scopes)")
    }
    let changes = try await house.marks().count
    #expect(changes == (action == "marks.look" ? 0 : 12))
  }

  @Test("what only a person may do is done by no agent and no workflow, whatever they are allowed")
  func people() async throws {
    let house = try await RoomHarness([marks])
    var context = house.context()
    #expect(await outcome { try await house.runner.run(ActionCall("marks.grant"), in: context) } == "done")
    context.authority.agent = "workflow mint"
    #expect(
      await outcome { try await house.runner.run(ActionCall("marks.grant"), in: context) } == "actions.person_only")
    #expect(try await house.marks() == ["marks.grant"])
  }

  @Test(
    "the persona's policy decides by effect, unless the action has its own",
    arguments: ["never", "ask", "refuse"], [true, false])
  func policy(_ policy: String, _ isApproved: Bool) async throws {
    let house = try await RoomHarness([marks])
    for (effect, action) in [
      ("read", "marks.look"), ("write", "marks.write"), ("outbound", "marks.send"), ("money", "marks.pay"),
    ] {
      let wanted =
        policy == "refuse" ? "actions.not_allowed" : policy == "ask" && !isApproved ? "actions.confirm" : "done"
      let byEffect = try house.context(
        persona: "name: p\nactions: ['*']\nconfirm: {\(effect): \(policy)}", approved: isApproved)
      #expect(await outcome { try await house.runner.run(ActionCall(action), in: byEffect) } == wanted)
      let byName = try house.context(
        persona: "name: p\nactions: ['*']\nconfirm: {\(effect): never}\nconfirm_actions: {\(action): \(policy)}",
        approved: isApproved)
      #expect(await outcome { try await house.runner.run(ActionCall(action), in: byName) } == wanted)
    }
  }

  @Test("without a word in the persona's file, what reaches others or costs money is asked")
  func standard() async throws {
    let house = try await RoomHarness([marks])
    let context = try house.context(persona: "name: p\nactions: ['*']")
    let results = [
      "marks.look": "done", "marks.write": "done", "marks.send": "actions.confirm", "marks.pay": "actions.confirm",
    ]
    for (action, wanted) in results {
      #expect(await outcome { try await house.runner.run(ActionCall(action), in: context) } == wanted)
    }
    #expect(try await house.marks() == ["marks.write"])
  }

  @Test("a persona does only its own actions; an inverse, which only undo calls, is not one of them")
  func allowed() async throws {
    let house = try await RoomHarness([marks])
    for (actions, action, wanted) in [
      ("['*']", "marks.write", "done"), ("[marks.*]", "marks.write", "done"), ("[marks.write]", "marks.write", "done"),
      ("[marks.look]", "marks.write", "actions.not_allowed"), ("[mark.*]", "marks.write", "actions.not_allowed"),
      ("[marks.*]", "other.inverse", "done"), ("[]", "marks.look", "actions.not_allowed"),
    ] {
      let context = try house.context(persona: "name: p\nactions: \(actions)")
      #expect(await outcome { try await house.runner.run(ActionCall(action), in: context) } == wanted, "\(actions)")
    }
  }

  @Test("an unknown action or parameter is refused by name before anything runs")
  func unknown() async throws {
    let house = try await RoomHarness([marks])
    await #expect { try await house.run("marks.nothing") } throws: { ($0 as? ActionError)?.code == "actions.unknown" }
    for name in ["Text", "text ", "_text", "tenant", ""] {
      await #expect { try await house.run("marks.write", [name: "x"]) } throws: {
        ($0 as? ActionError)?.code == "arguments.unknown" && ($0 as? ActionError)?.field == name
      }
    }
    #expect(try await house.marks() == [])
    #expect(try await house.audited() == [])
  }

  @Test("a check that says no inside the change undoes it, and leaves no audit line")
  func undone() async throws {
    let house = try await RoomHarness([marks])
    #expect(await outcome { try await house.run("marks.fail") } == "marks.sold_out")
    #expect(try await house.marks() == [])
    #expect(try await house.audited() == [])
  }

  @Test("a refusal keeps what it wrote, is told as an error, and is accounted for")
  func refused() async throws {
    let house = try await RoomHarness([marks])
    #expect(await outcome { try await house.run("marks.refuse") } == "marks.wrong")
    #expect(try await house.marks() == ["a try"])
    #expect(try await house.audited() == ["marks.refuse"])
  }

  @Test("reading leaves no audit line; every change leaves one, with who, where and what")
  func accounts() async throws {
    let house = try await RoomHarness([marks])
    try await house.run("marks.look")
    try await house.run("marks.write", ["text": "x"], as: house.elder, door: "rest")
    let lines = try await house.tenant().read {
      try $0.query("SELECT actor, door, action, arguments FROM audit WHERE tenant = :tenant") { row in
        (0..<4).map(row.text)
      }
    }
    #expect(lines == [[house.elder.id.text, "rest", "marks.write", "{\"text\":\"x\"}"]])
  }

  @Test("somebody who was forgotten while the call was prepared changes nothing")
  func forgotten() async throws {
    let house = try await RoomHarness([marks, PeopleRoom.room])
    let context = house.context(house.elder)
    try await house.run("people.forget", ["person": "Lakshmi"])
    #expect(
      await outcome { try await house.runner.run(ActionCall("marks.write"), in: context) } == "actions.actor_gone")
    #expect(try await house.marks() == [])
  }

  @Test("whatever JSON is given, an action runs or names what is wrong; it never ends the process")
  func anyArguments() async throws {
    let house = try await RoomHarness([marks])
    let random = SeededRandom(seed: 4)
    func value(_ depth: Int) -> JSON {
      switch random.below(depth > 2 ? 6 : 8) {
      case 0: .null
      case 1: .bool(true)
      case 2: .integer(Int64(bitPattern: random.next()))
      case 3: .number(Double(bitPattern: random.next()))
      case 4: .string(["", " ", "3", "yes", "மூன்று", String(repeating: "x", count: 5_000)][random.below(6)])
      case 5: .string("{\"a\":1}")
      case 6: .array((0..<random.below(3)).map { _ in value(depth + 1) })
      default: ["at": value(depth + 1), "amount": value(depth + 1)]
      }
    }
    for _ in 0..<300 {
      let result = await outcome {
        try await house.run("marks.write", ["text": value(0), "times": value(0)])
      }
      #expect(["done", "arguments.unreadable"].contains(result), "\(result)")
    }
  }
}
