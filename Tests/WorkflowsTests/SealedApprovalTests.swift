import Actions
import Base
import Crypto
import Events
import Formats
import Messages
import Operations
import People
import RoomTesting
import Store
import Testing
import Workflows

/// What waits for somebody's agreement shows and keeps no secrets.
@Suite struct SealedApprovalTests {
  private static let secret = "xoxb-4711-canary-of-a-token"
  private static let plain = "canary words that look like nothing"

  /// Opens something with a token, and keeps nothing of it.
  private struct Open: Action {
    static let name = "vault.open"
    static let summary = "Opens the vault."
    static let effect = Effect.money
    @Parameter("The vault's token.") var token: String
    @Parameter("What for.") var note: String

    func perform(in context: ActionContext) async throws -> ActionResult {
      let (token, note) = (token, note)
      return .change { transaction in
        let isRight = token == SealedApprovalTests.secret && note.hasSuffix(SealedApprovalTests.plain)
        try transaction.execute("INSERT INTO vault (tenant, right) VALUES (:tenant, ?)", isRight)
        return Outcome(.words("open"))
      }
    }
  }

  private static let vault = Room(
    name: "vault",
    migrations: [
      Migration(room: "vault", number: 1, sql: ["CREATE TABLE vault (tenant TEXT NOT NULL, right INTEGER) STRICT"])
    ], actions: [Open.self], forget: { _, _ in 0 }, export: { _, _ in .null })

  private static let opening = """
    workflow: opening
    inputs: [api_key, password]
    steps:
      - {id: open, action: vault.open, with: {token: "${inputs.api_key}", note: "for ${inputs.password}"}}
    """

  private static func house() async throws -> WorkflowHouse {
    try await WorkflowHouse(
      opening, rooms: [vault, OperationsRoom.room],
      approvals: .tested("from: [person], tier: auto", "effects: [money], tier: one"),
      secretKey: SecretKey(Array(repeating: 7, count: 32)))
  }

  /// The tables in which some value holds one of the secrets.
  private func tables(_ house: WorkflowHouse) async throws -> [String] {
    try await house.harness.tables(holding: Self.secret, Self.plain)
  }

  private func opened(_ house: WorkflowHouse) async throws -> [Bool] {
    try await house.harness.tenant().read { reader in
      try reader.query("SELECT right FROM vault WHERE tenant = :tenant") { $0.bool(0) }
    }
  }

  @Test(
    "a workflow's secrets among the arguments are sealed until it is settled, and used then", arguments: [true, false])
  func ofWorkflows(_ isYes: Bool) async throws {
    let house = try await Self.house()
    _ = try await house.start("opening", ["api_key": .string(Self.secret), "password": .string(Self.plain)])
    #expect(try await tables(house) == [])
    let list = try await house.harness.run("approval.list").data
    #expect(list.text().contains("{secret "))
    #expect(!house.harness.told().contains { $0.text.contains(Self.secret) || $0.text.contains(Self.plain) })
    try await house.harness.run(
      "approval.decide", ["approval": list[0]["id"], "decision": .string(isYes ? "yes" : "no")])
    try await house.harness.events.drain()
    await house.engine.drain()
    #expect(try await opened(house) == (isYes ? [true] : []))
    #expect(try await tables(house) == [])
    let sealed = try await house.harness.store.read {
      try $0.count("SELECT count(*) FROM approvals WHERE sealed IS NOT NULL")
    }
    #expect(sealed == 0)
  }

  @Test("the house makes an agreed call with the secret that it was asked for; a row that was changed is refused")
  func ofAgents() async throws {
    let house = try await Self.house()
    let harness = house.harness
    func ask() async throws -> String {
      let authority = ActionContext.Authority(scopes: ["read", "write", "money"], agent: "trader")
      let call = ActionCall("vault.open", ["token": .string(Self.secret), "note": .string(Self.plain)])
      let context = harness.context(harness.owner, door: "workflow", authority: authority)
      return try #require(try await harness.runner.run(call, in: context).awaiting)
    }
    let id = try await ask()
    #expect(try await !tables(house).isEmpty, "nothing tells of the note that it is secret")
    let kept = try await harness.store.read { house in
      try house.query("SELECT arguments FROM approvals") { $0.text(0) }
    }
    #expect(kept.allSatisfy { !$0.contains(Self.secret) } && kept.count == 1)
    try await harness.run("approval.decide", ["approval": .string(id), "decision": "yes"])
    try await harness.events.drain()
    #expect(try await opened(house) == [true])
    // what is shown is part of what is agreed to
    let other = try await ask()
    try await harness.store.write { house in
      try house.execute(
        "UPDATE approvals SET arguments = replace(arguments, 'canary', 'harmless') WHERE id = ?", other)
    }
    await #expect(throws: ActionError.self) {
      try await harness.run("approval.decide", ["approval": .string(other), "decision": "yes"])
    }
  }
}
