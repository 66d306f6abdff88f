import Base
import Events
import Formats
import People
import RoomTesting
import Store
import Testing
import Workflows

/// What is kept while the house runs begins by the next event that it waits for.
@Suite struct WorkflowStartTests {
  private static let source = """
    workflow: welcome
    start:
      - event: client.onboarded
    steps:
      - {action: counting.count, with: {name: welcomed}}
    """

  private func emit(_ key: String, _ house: WorkflowHouse) async throws {
    let owner = house.harness.owner.id
    try await house.harness.tenant().write { transaction in
      try transaction.emit(Event("client.onboarded", person: owner, key: key, ["client": .string(key)]))
    }
  }

  private func settle(_ house: WorkflowHouse) async throws {
    _ = try await house.harness.events.drain()
    await house.engine.drain()
  }

  @Test func anEventIsHeardFromTheMomentItsWorkflowIsKept() async throws {
    let house = try await WorkflowHouse()
    // somebody else wants the same, so that it lies in the log before the workflow is there
    house.harness.events.add(EventConsumer("test.other", to: ["client.onboarded"]) { _, _ in })
    try await emit("early", house)
    house.harness.clock.set(house.harness.clock.now + .seconds(1))
    _ = try await house.harness.run("workflow.keep", ["source": .string(Self.source)])
    try await emit("first", house)
    try await settle(house)
    #expect(try await house.counts() == ["welcomed": 1])

    // changed, it hears on; nothing is heard twice
    _ = try await house.harness.run("workflow.keep", ["source": .string(Self.source + "\n  - tell: hello\n")])
    try await settle(house)
    #expect(try await house.counts() == ["welcomed": 1])
    try await emit("second", house)
    try await settle(house)
    #expect(try await house.counts() == ["welcomed": 2])

    _ = try await house.harness.run("workflow.remove", ["workflow": "welcome"])
    try await emit("third", house)
    try await settle(house)
    #expect(try await house.counts() == ["welcomed": 2])
  }

  @Test func aSecondWorkflowIsHeardBesideTheFirst() async throws {
    let house = try await WorkflowHouse()
    _ = try await house.harness.run("workflow.keep", ["source": .string(Self.source)])
    let other = Self.source.replacing("welcome\n", with: "paid\n").replacing(
      "client.onboarded", with: "product.reclassified"
    )
    .replacing("welcomed", with: "priced")
    _ = try await house.harness.run("workflow.keep", ["source": .string(other)])
    try await emit("one", house)
    let owner = house.harness.owner.id
    try await house.harness.tenant().write { transaction in
      try transaction.emit(
        Event("product.reclassified", person: owner, key: "0193", ["product": "0193", "to": "clearance"]))
    }
    try await settle(house)
    #expect(try await house.counts() == ["welcomed": 1, "priced": 1])
  }

  @Test("what begins when something has ended does not begin at its own end, for ever")
  func anEchoBeginsNothing() async throws {
    let house = try await WorkflowHouse("workflow: one\nsteps:\n  - {id: a, set: 1}\n")
    let listening = """
      workflow: after
      start: [{event: workflow.ended}]
      steps:
        - {action: counting.count, with: {name: ended}}
      """
    _ = try await house.harness.run("workflow.keep", ["source": .string(listening)])
    _ = try await house.start("one")
    for _ in 0..<5 { try await settle(house) }
    #expect(try await house.counts() == ["ended": 1])
    _ = try await house.start("one")
    for _ in 0..<5 { try await settle(house) }
    #expect(try await house.counts() == ["ended": 2])
  }
}
