import Actions
import Base
import Formats
import RoomTesting
import Testing
import Workflows

/// How long one try of an action may take where its step does not say.
@Suite struct WorkflowDeadlineTests {
  private static let slow = """
    workflow: slow
    steps:
      - {id: slow, action: counting.dawdle, on_error: continue}
      - {id: after, action: counting.count, with: {name: after}}
    """

  /// Begins a run and lets time go on while its first action dawdles for an hour.
  private func dawdle(_ house: WorkflowHouse, _ name: String, for duration: Duration, sleepers: Int) async throws
    -> String
  {
    async let begun = house.start(name)
    while house.harness.clock.sleepers < sleepers { await Task.yield() }
    house.harness.clock.advance(by: duration)
    return try await begun
  }

  @Test("an action that hangs fails after the time of the house")
  func isCut() async throws {
    let house = try await WorkflowHouse(Self.slow, stepDeadline: .minutes(5))
    let run = try await dawdle(house, "slow", for: .minutes(6), sleepers: 2)
    let shown = try await house.show(run)
    let slow = shown["steps"].array?.first { $0["step"] == "slow" }
    #expect(slow?["error"] == "It took longer than it may.")
    #expect(shown["state"] == "done")
    #expect(try await house.counts() == ["after": 1])
  }

  @Test("what its step says goes before")
  func isLonger() async throws {
    let house = try await WorkflowHouse(
      Self.slow.replacing("dawdle,", with: "dawdle, deadline: 2 hours,"), stepDeadline: .minutes(5))
    let run = try await dawdle(house, "slow", for: .minutes(61), sleepers: 2)
    #expect(try await house.state(run) == "done")
    #expect(try await house.counts() == ["dawdled": 1, "after": 1])
  }

  @Test("a run that an older program began goes on without")
  func isOlder() async throws {
    let house = try await WorkflowHouse(Self.slow)
    try await house.harness.run("workflow.start", ["workflow": "slow"])
    let newer = house.another(stepDeadline: .minutes(5))
    await newer.recover(alone: true)
    async let work: Void = newer.drain()
    while house.harness.clock.sleepers < 1 { await Task.yield() }
    house.harness.clock.advance(by: .minutes(61))
    await work
    #expect(try await house.counts() == ["dawdled": 1, "after": 1])
  }

  @Test("taking back is cut as well, and people, signals and times are waited for")
  func isNotForWaiting() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: patient
      steps:
        - {id: count, action: counting.count, with: {name: before}, compensate: {action: counting.dawdle}}
        - {id: wait, wait: {for: 3 days, signal: reply}}
        - {id: ask, approve: {what: Go on?, for: 3 days, on_no: continue}}
        - {id: inside, workflow: inside}
        - {fail: No good.}
      """,
      """
      workflow: inside
      steps:
        - {wait: 2 days}
      """, stepDeadline: .minutes(5))
    let run = try await house.start("patient")
    let start = house.harness.clock.now
    async let time: Void = house.advance(by: .days(9))
    while house.harness.clock.sleepers < 2 { await Task.yield() }
    #expect(house.harness.clock.now >= start + .days(8))
    house.harness.clock.advance(by: .minutes(6))
    await time
    let shown = try await house.show(run)
    #expect(shown["state"] == "failed")
    #expect(shown["error"] == "No good.")
    #expect(try await house.counts() == ["before": 1])
  }
}
