import Actions
import Base
import Delivery
import Formats
import Messages
import RoomTesting
import Schedule
import Store
import Testing
import Workflows

/// How far a run has come, in one message of the chat in which it was begun.
@Suite struct WorkflowProgressTests {
  private static let long = """
    workflow: long
    title: A long one
    steps:
      - {id: one, action: counting.count, with: {name: one}}
      - {id: rest, title: A rest, wait: {for: 1 hour, signal: go}}
      - id: all
        each: "[1, 2]"
        steps: [{id: wait, wait: {for: 1 hour}}]
      - {id: end, set: "over"}
    """

  private func begin(_ house: WorkflowHouse, _ name: String, door: String = "telegram") async throws -> String {
    let outcome = try await house.harness.run(
      "workflow.start", ["workflow": .string(name)], door: door, inChat: true)
    await house.engine.drain()
    return outcome.data["run"].string ?? ""
  }

  private func pass(_ house: WorkflowHouse, _ duration: Duration) async {
    await house.harness.advance(by: duration)
    await house.engine.drain()
    await house.harness.scheduler.fireDue()
  }

  private func tap(_ house: WorkflowHouse, _ label: String) async throws {
    let call = try #require(try await house.harness.call(ofButton: label, to: house.harness.owner))
    try await house.harness.run(call.name, call.arguments)
    await house.engine.drain()
    await house.harness.scheduler.fireDue()
  }

  @Test func showsEachStepAndItsEnd() async throws {
    let house = try await WorkflowHouse(Self.long)
    _ = try await begin(house, "long")
    #expect(house.harness.told().isEmpty)
    await pass(house, .seconds(4))
    let first = try #require(house.harness.told().first)
    #expect(
      first.text
        == "A long one: under way\n✓ one\n⏳ A rest (until today at 11:00 am)\n○ all\n○ end")
    #expect(first.buttons == ["Pause", "Stop"])
    try await tap(house, "Pause")
    let held = try #require(house.harness.told().last)
    #expect(held.text.hasPrefix("A long one: held") && held.buttons == ["Go on", "Stop"])
    try await tap(house, "Go on")
    #expect(house.harness.told().last?.buttons == ["Pause", "Stop"])
    await house.advance(by: .hours(1))
    await pass(house, .seconds(4))
    #expect(house.harness.told().last?.text.contains("✓ A rest\n▶ all 0/2\n") == true)
    await house.advance(by: .hours(3))
    await pass(house, .seconds(4))
    let end = try #require(house.harness.told().last)
    #expect(end.text == "A long one: done\n✓ one\n✓ A rest\n✓ all\n✓ end" && end.buttons.isEmpty)
    // one message all the way
    let rows = try await house.harness.tenant().read { reader in
      try reader.query("SELECT dedupe_key FROM outbox WHERE tenant = :tenant") { $0.text(0) }
    }
    #expect(rows.count == 1)
  }

  @Test func stopEndsIt() async throws {
    let house = try await WorkflowHouse(Self.long)
    let run = try await begin(house, "long")
    await pass(house, .seconds(4))
    try await tap(house, "Stop")
    #expect(try await house.state(run) == "cancelled")
    let end = try #require(house.harness.told().last)
    #expect(end.text.hasPrefix("A long one: ended: It was cancelled.") && end.buttons.isEmpty)
    await house.advance(by: .hours(5))
    #expect(house.harness.told().isEmpty)
  }

  @Test func whatIsOverSoonIsNotShown() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: short
      steps:
        - {id: one, action: counting.count, with: {name: one}}
        - {id: two, action: counting.count, with: {name: two}}
      """,
      """
      workflow: single
      steps: [{id: rest, wait: 1 hour}]
      """)
    _ = try await begin(house, "short")
    _ = try await begin(house, "single")
    await pass(house, .seconds(10))
    #expect(house.harness.told().isEmpty)
    // nor what was begun by a program
    let other = try await WorkflowHouse(Self.long)
    _ = try await other.start("long")
    await pass(other, .seconds(10))
    #expect(other.harness.told().isEmpty)
  }

  @Test func isNotShownMoreOftenThanEveryFewSeconds() async throws {
    let steps = (1...40).map { "  - {id: w\($0), wait: 500 ms}" }.joined(separator: "\n")
    let house = try await WorkflowHouse("workflow: many\nsteps:\n" + steps.replacing("500 ms", with: "1 s"))
    _ = try await begin(house, "many")
    var times: [Instant] = []
    for _ in 0..<450 {
      house.harness.clock.advance(by: .milliseconds(100))
      await house.harness.scheduler.fireDue()
      await house.engine.drain()
      times += house.harness.told().map { _ in house.harness.clock.now }
    }
    #expect((10...15).contains(times.count))
    // all but the end
    for (one, next) in zip(times, times.dropFirst()).dropLast() { #expect(next - one >= .seconds(3)) }
  }

  @Test func whereNothingCanBeChangedTheEndIsTold() async throws {
    let house = try await WorkflowHouse(Self.long)
    house.harness.delivery.open(door: "whatsapp")
    let run = try await begin(house, "long", door: "whatsapp")
    await house.advance(by: .hours(4))
    #expect(try await house.state(run) == "done")
    #expect(house.harness.told().map(\.text) == ["A long one: done"])
  }

  @Test(arguments: ["ta", "ta-Latn", "hi", "hi-Latn"])
  func isSaidInAllLanguages(_ language: String) async throws {
    let replies = try RoomHarness.sharedReplies.get()
    for key in replies.keys(of: "en").sorted() where key.hasPrefix("workflow.") || key.hasPrefix("workflows.") {
      #expect(replies.keys(of: language).contains(key), "\(key) is not in \(language)")
    }
  }
}
