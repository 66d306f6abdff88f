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
