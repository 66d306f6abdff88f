import Actions
import Base
import Formats
import RoomTesting
import Store
import Testing
import Workflows

/// What the simulation found with many seeds, each by itself.
@Suite struct WorkflowInsideTests {
  @Test func goesOnAfterAWorkflowInsideThatEndsAtOnce() async throws {
    let house = try await WorkflowHouse(
      "workflow: quick\nsteps: [{id: value, set: 7}]",
      "workflow: dead\nsteps: [{id: no, fail: It is shut.}]",
      """
      workflow: outer
      steps:
        - {id: first, workflow: quick}
        - {id: second, workflow: dead, on_error: continue}
        - {id: third, workflow: quick}
        - {id: end, set: "${steps.first + steps.third}"}
      """)
    let run = try await house.start("outer")
    #expect(try await house.state(run) == "done")
    #expect(try await house.show(run)["result"] == 14)
  }

  @Test("a run that is held holds what runs inside, and lets it go on with it")
  func holdsWhatIsInside() async throws {
    let house = try await WorkflowHouse(
      """
      workflow: inner
      steps:
        - {id: wait, wait: 1 hour}
        - {id: count, action: counting.count, with: {name: inner}}
      """,
      "workflow: outer\nsteps: [{id: in, workflow: inner}, {id: end, action: counting.count, with: {name: outer}}]")
    let run = try await house.start("outer")
    // named by nothing: the one inside is not meant by itself
    try await house.harness.run("workflow.pause")
    await house.advance(by: .hours(3))
    #expect(try await house.counts() == [:])
    #expect(try await house.state(run) == "paused")
    try await house.harness.run("workflow.resume")
    await house.advance(by: .hours(1))
    #expect(try await house.counts() == ["inner": 1, "outer": 1])
    #expect(try await house.state(run) == "done")
  }

  @Test("one that was held by itself stays held when what is around goes on")
  func staysHeld() async throws {
    let house = try await WorkflowHouse(
      "workflow: inner\nsteps: [{id: wait, wait: 1 hour}, {id: count, action: counting.count, with: {name: inner}}]",
      "workflow: outer\nsteps: [{id: in, workflow: inner}]")
    let run = try await house.start("outer")
    try await house.harness.run("workflow.pause", ["workflow": "inner"])
    try await house.harness.run("workflow.pause", ["run": .string(run)])
    try await house.harness.run("workflow.resume", ["run": .string(run)])
    await house.advance(by: .hours(3))
    #expect(try await house.counts() == [:])
    try await house.harness.run("workflow.resume", ["workflow": "inner"])
    await house.advance(by: .hours(1))
    #expect(try await house.counts() == ["inner": 1])
  }

  @Test(
    "one step is one step, also when it waits, asks or begins another workflow",
    arguments: ["wait: 1 hour", "approve: {what: Go?, for: 1 hour, on_no: continue}", "workflow: inner"])
  func stepsOverWaits(_ step: String) async throws {
    let house = try await WorkflowHouse(
      "workflow: inner\nsteps: [{id: wait, wait: 1 hour}]",
      "workflow: outer\nsteps:\n  - {id: w, \(step)}\n  - {id: n, action: counting.count, with: {name: n}}\n")
    let run = try await house.start("outer", stepping: true)
    try await house.harness.run("workflow.resume", ["run": .string(run), "one_step": true])
    await house.advance(by: .hours(2))
    #expect(try await house.counts() == [:])
    #expect(try await house.state(run) == "paused")
    try await house.harness.run("workflow.resume", ["run": .string(run), "one_step": true])
    await house.engine.drain()
    #expect(try await house.counts() == ["n": 1])
  }

  @Test("a held run that goes back to a step is held still")
  func rewindsHeld() async throws {
    let house = try await WorkflowHouse(
      "workflow: two\nsteps: [{id: one, action: counting.count, with: {name: one}}, {id: wait, wait: 1 day}]")
    let run = try await house.start("two")
    try await house.harness.run("workflow.pause", ["run": .string(run)])
    try await house.harness.run("workflow.rewind", ["run": .string(run), "step": "one"])
    await house.engine.drain()
    #expect(try await house.state(run) == "paused")
    #expect(try await house.counts() == ["one": 1])
    try await house.harness.run("workflow.resume", ["run": .string(run)])
    await house.engine.drain()
    #expect(try await house.counts() == ["one": 2])
  }

  /// It was ended while a step was in hand, and the engine that had it in hand is gone.
  @Test(arguments: [false, true])
  func whatWasBegunWhenItWasEndedIsDoneAfterARewind(_ isAnother: Bool) async throws {
    let house = try await WorkflowHouse(
      """
      workflow: two
      steps:
        - {id: one, action: counting.count, with: {name: one}}
        - {id: two, action: counting.count, with: {name: two}}
      """)
    let begun = try await house.harness.run("workflow.start", ["workflow": "two"])
    let run = try #require(begun.data["run"].string)
    // the step was begun, and nobody has carried it out yet
    try await house.harness.run("workflow.cancel", ["run": .string(run)])
    let engine = isAnother ? house.another() : house.engine
    if isAnother {
      house.harness.services.register(engine)
      await engine.recover(alone: true)
    } else {
      await engine.drain()
    }
    try await house.harness.run("workflow.rewind", ["run": .string(run), "step": "two"])
    await engine.drain()
    #expect(try await house.state(run) == "done")
    #expect(try await house.counts() == ["one": 1, "two": 1])
  }
}
