import Actions
import Base
import Formats
import Messages
import RoomTesting
import Store
import Synchronization
import Testing
import Workflows

/// What goes on after it was over, or in other hands.
@Suite struct WorkflowTakenUpTests {
  @Test("a run that is rewound after its end begins anew what was inside of it, and had ended with it")
  func beginsInsideAnew() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: outer
      steps:
        - {id: inside, workflow: inner}
        - {id: all, needs: [], each: "[1]", steps: [{id: deep, workflow: inner}]}
        - {id: last, needs: [], action: counting.count, with: {name: last}}
      """,
      """
      workflow: inner
      steps:
        - {wait: 1 hour}
        - {action: counting.count, with: {name: inner}}
      """)
    let run = try await house.start("outer")
    try await house.harness.run("workflow.cancel", ["run": .string(run)])
    #expect(try await house.state(run) == "cancelled")
    try await house.harness.run("workflow.rewind", ["run": .string(run), "step": "last"])
    await house.engine.drain()
    await house.advance(by: .hours(2))
    #expect(try await house.state(run) == "done")
    #expect(try await house.counts() == ["last": 2, "inner": 2])
  }

  @Test("a question that comes late, from before the yes, is not asked again")
  func isAskedOnce() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: paying
      steps:
        - {id: pay, action: world.ponder, with: {key: rent}}
      """, rooms: [World.room, Self.room])
    let world = World()
    house.harness.services.register(world)
    let (gate, open) = AsyncStream.makeStream(of: Void.self)
    let entries = Atomic(0)
    world.enter.withLock { enter in
      enter = { _ in
        if entries.add(1, ordering: .relaxed).newValue == 1 { for await _ in gate { return } }
      }
    }
    let begun = try await house.harness.run("workflow.start", ["workflow": "paying"])
    let run = begun.data["run"].string ?? ""
    async let late: Void = house.engine.drain()
    while entries.load(ordering: .relaxed) == 0 { await Task.yield() }
    // another engine takes the run over, and asks
    let other = house.another()
    await other.recover(alone: true)
    await other.drain()
    // the answer is the first one's to go on with
    try await house.harness.run("workflow.decide", ["run": .string(run), "step": "pay", "yes": true])
    open.yield()
    await late
    await house.engine.drain()
    let events = try await house.show(run)["events"].array ?? []
    #expect(
      events.compactMap { $0["step"] == "pay" ? $0["kind"].string : nil } == [
        "started", "waiting", "decided", "started", "done",
      ])
    #expect(try await world.effects(house.harness) == ["rent": 1])
  }

  private static let room = Room(
    name: "pondering", migrations: [], actions: [Ponder.self], forget: { _, _ in 0 }, export: { _, _ in .null })

  /// Takes its time over the question.
  struct Ponder: Action {
    static let name = "world.ponder"
    static let summary = "Pays after some thought."
    static let effect = Effect.money
    @Parameter("What.") var key: String

    func confirmation(in context: ActionContext) async throws -> Say? {
      await (try await context.store.read { $0.service(World.self) })?.hold(key)
      return nil
    }

    func perform(in context: ActionContext) async throws -> ActionResult {
      let key = key
      return .change { transaction in
        try transaction.execute("INSERT INTO world (tenant, key) VALUES (:tenant, ?)", key)
        return Outcome(.words("done"))
      }
    }
  }
}
