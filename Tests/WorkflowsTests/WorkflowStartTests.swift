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

  /// One of a pair: hears of a product and speaks of the other one.
  private func half(_ heard: String, _ said: String, wait: String = "") -> String {
    """
    workflow: after-\(heard)
    start: [{event: product.reclassified, when: event.product == "\(heard)"}]
    steps:
      - {action: counting.count, with: {name: \(heard)}}\(wait)
      - {action: counting.announce, with: {product: \(said)}}
    """
  }

  private func announce(_ product: String, _ house: WorkflowHouse) async throws {
    let facts: JSON = ["product": .string(product), "to": "other"]
    try await house.harness.tenant().write { transaction in
      try transaction.emit(Event("product.reclassified", key: product, facts))
    }
  }

  @Test("two that begin each other come to an end, and the owner can see why")
  func aCircleEnds() async throws {
    let house = try await WorkflowHouse()
    _ = try await house.harness.run("workflow.keep", ["source": .string(half("tea", "milk"))])
    _ = try await house.harness.run("workflow.keep", ["source": .string(half("milk", "tea"))])
    try await announce("tea", house)
    for _ in 0..<40 { try await settle(house) }
    #expect(try await house.counts() == ["tea": 6, "milk": 6])
    let dead = try await house.harness.tenant().read { try $0.parkedEvents() }
    #expect(dead.count == 1)
    #expect(dead.first?.error?.contains("set each other off") == true)
    // what a person says next is heard as ever
    try await announce("milk", house)
    for _ in 0..<40 { try await settle(house) }
    #expect(try await house.counts() == ["tea": 12, "milk": 12])
  }

  @Test("one that begins another by its name, which begins it again, comes to an end")
  func aCircleOfStartsEnds() async throws {
    func source(_ name: String, _ other: String) -> String {
      """
      workflow: \(name)
      steps:
        - {action: counting.count, with: {name: \(name)}}
        - {action: workflow.start, with: {workflow: \(other)}}
      """
    }
    let house = try await WorkflowHouse(source("ping", "pong"), source("pong", "ping"))
    let run = try await house.start("ping")
    for _ in 0..<40 { try await settle(house) }
    let counts = try await house.counts()
    #expect(counts.values.reduce(0, +) == 24)
    #expect(!run.isEmpty)
  }

  @Test("rounds that wait for hours between each other go on for as long as they are wanted")
  func slowCirclesGoOn() async throws {
    let house = try await WorkflowHouse()
    let wait = "\n  - {wait: 2 hours}"
    _ = try await house.harness.run("workflow.keep", ["source": .string(half("tea", "milk", wait: wait))])
    _ = try await house.harness.run("workflow.keep", ["source": .string(half("milk", "tea", wait: wait))])
    try await announce("tea", house)
    for _ in 0..<40 {
      try await settle(house)
      await house.advance(by: .seconds(3 * 3_600))
    }
    let counts = try await house.counts()
    #expect(counts.values.reduce(0, +) >= 35)
  }
}
